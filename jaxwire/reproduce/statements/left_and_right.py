"""Sec. IV A: why left and right are heated differently, and why Landauer theory misses it; curves of Fig. 7."""

import numpy as np

from jaxwire.reproduce.statements.statement import (
    Data,
    Verdict,
    asymmetry,
    exponent,
    improved_asymmetry,
    judge,
    landauer_asymmetry,
    power,
    spread,
    statement,
    total_power,
)

NARROW_WIDTH = 0.08
"""Gamma of Fig. 7a, in mu0."""

WIDE_WIDTH = 0.32
"""Gamma of Fig. 7b, in mu0."""

SMALL_VOLTAGE = 0.1
"""The smaller eV of Fig. 7, in mu0."""

HOT_FROM = 0.4
"""kT from which a curve counts as hot."""


def _deviation(data: Data, estimate) -> "dict[tuple[float, float], float]":
    """Largest deviation of an estimate from Eq. 34 along each curve of Fig. 7, in shares of the largest |Eq. 34|."""
    curves = data["asymmetry"]
    share = abs(estimate(curves) - asymmetry(curves)).max("temperature") / abs(asymmetry(curves)).max("temperature")
    return {
        (width, voltage): float(share.sel(width=width, voltage=voltage))
        for width in curves.width.values
        for voltage in curves.voltage.values
    }


@statement("IV A", "Eqs. 28, 31 and 34")
def asymmetry_follows_from_the_faces(data: Data) -> Verdict:
    """P_R and P_L, integrals over x, follow from heat currents and potentials at the faces, and add up to I V_tot."""
    points, profiles = data["tables"], data["profiles"]
    worst = 0.0
    for side, sign in (("left", -1.0), ("right", 1.0)):
        there = profiles.weight * (np.sign(profiles.x) == sign)
        for part in ("scatterer", "buildup"):
            whole = (profiles[part] * there).sum("x") * points.external_power
            worst = max(worst, float(abs(whole / points.powers.sel(side=side, part=part) - 1.0).max()))
    total = power(points, "left") + power(points, "right")
    missing = float(abs(total / total_power(points) - 1.0).max())
    measured = (
        f"integrals over the profiles of Figs. 3 and 4 agree to {worst:.0e}, P_R + P_L is I V_tot to {missing:.0e}"
    )
    return judge(measured, worst < 1e-5 and missing < 1e-9)


@statement("IV A", "most obvious feature of Fig. 3")
def figure_three_is_asymmetric(data: Data) -> Verdict:
    """The phonons are heated differently on the left and on the right of the scatterer."""
    points = data["tables"].sel(center=1.44)
    share = abs(asymmetry(points) / total_power(points))
    opposite = (power(points, "left") * power(points, "right") < 0).values
    measured = (
        f"|P_asym| is {spread(share, '.2f')} of I V_tot; in {opposite.sum()} of {opposite.size} curves one "
        "wire is heated and "
        "the other cooled"
    )
    return judge(measured, np.all(share > 0.1) and opposite.any())


@statement("IV A", "solid and dotted curves of Fig. 7")
def landauer_theory_is_far_off(data: Data) -> Verdict:
    """P_asym is strongly different from what Landauer theory says (Eq. 35)."""
    found = _deviation(data, landauer_asymmetry)
    measured = "deviation in shares of the largest |P_asym|: " + ", ".join(
        f"{value:.0%} for Gamma = {width}, eV = {voltage}" for (width, voltage), value in found.items()
    )
    return judge(measured, min(found.values()) > 0.5)


@statement("IV A", "sign at higher temperatures, Fig. 7")
def landauer_theory_often_has_the_wrong_sign_when_hot(data: Data) -> Verdict:
    """At higher temperatures P_asym often has the sign opposite to Landauer theory."""
    curves = data["asymmetry"]
    hot = curves.isel(temperature=curves.temperature.values >= HOT_FROM)
    opposite = (asymmetry(hot) * landauer_asymmetry(hot) < 0).transpose("width", "voltage", "temperature")
    last = opposite.isel(temperature=-1).values
    measured = (
        f"{float(opposite.mean()):.0%} of the points with kT >= {HOT_FROM}; at kT = 0.7 in {last.sum()} of 4 curves"
    )
    return judge(measured, last.all() and float(opposite.mean()) > 0.2)


@statement("IV A", "three thermoelectrics in series")
def wires_are_thermoelectrics_of_their_own(data: Data) -> Verdict:
    """The wires carry a heat current of their own, which can be more than that of the scatterer (Eq. 29)."""
    curves = data["asymmetry"].sel(width=NARROW_WIDTH, voltage=SMALL_VOLTAGE)
    wires = 2.0 * curves.uniform_heat_current / curves.current
    scatterer = landauer_asymmetry(curves) / curves.landauer_current
    ratio = (wires / scatterer).values
    crossing = float(curves.temperature.values[np.argmax(ratio > 1.0)])
    measured = (
        f"2 J_el(inf) over J(0+) + J(0-): {ratio[0]:.2f} at kT = 0.05, 1 at about {crossing:.2f}, "
        f"{ratio[-1]:.2f} at 0.7"
    )
    return judge(measured, ratio[0] < 0.2 and ratio[-1] > 1.0)


@statement(
    "IV A",
    "Eq. 36, Fig. 7a",
    "It follows the curves, sign change included, and is off by a tenth of their largest value.",
)
def improved_estimate_is_close_for_a_narrow_resonance(data: Data) -> Verdict:
    """Eq. 36 is close to P_asym for Gamma = 0.08."""
    found = {
        volt: share for (width, volt), share in _deviation(data, improved_asymmetry).items() if width == NARROW_WIDTH
    }
    crude = {
        volt: share for (width, volt), share in _deviation(data, landauer_asymmetry).items() if width == NARROW_WIDTH
    }
    measured = "; ".join(
        f"eV = {volt}: off by {share:.0%} of the largest |P_asym|, Eq. 35 by {crude[volt]:.0%}"
        for volt, share in found.items()
    )
    return judge(measured, max(found.values()) < 0.05, all(found[volt] < 0.1 * crude[volt] for volt in found))


@statement("IV A", "Eq. 36, Fig. 7b")
def improved_estimate_is_poor_for_a_wide_resonance(data: Data) -> Verdict:
    """Eq. 36 is not good for Gamma = 0.32."""
    found = _deviation(data, improved_asymmetry)
    narrow, wide = (
        [share for (width, _), share in found.items() if width == one] for one in (NARROW_WIDTH, WIDE_WIDTH)
    )
    measured = (
        f"off by {spread(wide, '.0%')} of the largest |P_asym|, by {spread(narrow, '.0%')} for Gamma = {NARROW_WIDTH}"
    )
    return judge(measured, min(wide) > 2.0 * max(narrow))


@statement("IV A", "Landauer theory at low temperature, Fig. 7")
def landauer_theory_is_better_when_cold(data: Data) -> Verdict:
    """Landauer theory works better at low temperatures, where the wires' own heat current is negligible."""
    curves = data["asymmetry"]
    off = (abs(landauer_asymmetry(curves) - asymmetry(curves)) / abs(total_power(curves))).transpose("temperature", ...)
    cold, hot = off.isel(temperature=0).values, off.isel(temperature=-1).values
    measured = f"deviation in shares of I V_tot: {spread(cold, '.3f')} at kT = 0.05, {spread(hot, '.1f')} at kT = 0.7"
    return judge(measured, np.all(cold < 0.2) and np.all(hot > 10.0 * cold))


@statement("IV A", "sign change with T, Fig. 7")
def asymmetry_changes_sign_with_temperature(data: Data) -> Verdict:
    """P_asym is positive at small T and becomes negative when T is large enough."""
    curves = data["asymmetry"]
    value = asymmetry(curves).transpose("width", "voltage", "temperature").values.reshape(4, -1)
    crossings = [float(curves.temperature.values[np.argmax(row < 0)]) for row in value]
    names = [f"Gamma = {w}, eV = {v}" for w in curves.width.values for v in curves.voltage.values]
    measured = "negative from kT = " + ", ".join(
        f"{at:.2f} ({name})" for at, name in zip(crossings, names, strict=True)
    )
    once = np.all(np.sum(np.diff(np.sign(value), axis=1) != 0, axis=1) == 1)
    return judge(measured, np.all(value[:, 0] > 0) and np.all(value[:, -1] < 0) and once)


@statement("IV A", "wires' response against T, Eq. 15")
def wires_peltier_effect_grows_with_temperature(data: Data) -> Verdict:
    """For a given current, the wires' heat current is negligible at small T and grows with T."""
    points = data["heats"]
    peltier = points.uniform_heat_current / points.current
    cold = points.isel(temperature=points.temperature.values < 0.06)
    power_law = exponent(cold.uniform_heat_current / cold.current, cold.temperature, "temperature")[0]
    measured = (
        f"J_el(inf)/I = {float(peltier[0]):.4f} at kT = 0.03, {float(peltier[-1]):.2f} at kT = 1 (in mu0/e); "
        f"when cold it grows as T^{power_law:.2f}, at first {float((peltier / points.temperature**2)[0]):.3f} T^2 "
        f"(Sommerfeld: pi^2/6 = {np.pi**2 / 6:.3f})"
    )
    is_sommerfeld = abs(float((peltier / points.temperature**2)[0]) - np.pi**2 / 6) < 0.01
    return judge(measured, np.all(np.diff(peltier) > 0) and is_sommerfeld and abs(power_law - 2.0) < 0.05)


@statement("IV A", "scatterer's response against T", "Only from kT = 0.2 on: below, the scatterer's grows as well.")
def scatterers_peltier_effect_depends_weakly_on_temperature(data: Data) -> Verdict:
    """For a given current, the heat current of the scatterer may depend on T only weakly."""
    curves = data["asymmetry"].sel(width=NARROW_WIDTH, voltage=SMALL_VOLTAGE)
    scatterer, wire = curves.landauer_heat_right / curves.landauer_current, curves.uniform_heat_current / curves.current
    warm = curves.temperature.values >= 0.199
    growth = {name: float(each[-1] / each[warm][0]) for name, each in (("scatterer", scatterer), ("wire", wire))}
    whole = float(scatterer[-1] / scatterer[0])
    measured = (
        f"from kT = 0.2 to 0.7 J(0+)/I grows by a factor {growth['scatterer']:.2f}, the wires' by "
        f"{growth['wire']:.1f}; "
        f"from kT = 0.05 on J(0+)/I by {whole:.1f}"
    )
    return judge(measured, whole < 2.0, growth["scatterer"] < 2.0 and growth["wire"] > 5.0 * growth["scatterer"])


@statement(
    "IV A",
    "cooling where Landauer heats, large T in Fig. 7a",
    "At eV = 0.5 the right wire is still heated at kT = 0.7, though less than Landauer theory says.",
)
def hot_wires_do_the_opposite_of_landauer_theory(data: Data) -> Verdict:
    """At large T the right wire is cooled where Landauer theory has it heated, and the left one the reverse."""
    hot = data["asymmetry"].sel(width=NARROW_WIDTH, temperature=0.7)
    right, left = power(hot, "right"), power(hot, "left")
    says = hot.landauer_heat_right, -hot.landauer_heat_left
    measured = "; ".join(
        f"eV = {float(volt)}: right {float(right.sel(voltage=volt)):.4f} instead of "
        f"{float(says[0].sel(voltage=volt)):.4f}, "
        f"left {float(left.sel(voltage=volt)):.4f} instead of {float(says[1].sel(voltage=volt)):.4f}"
        for volt in hot.voltage
    )
    opposite = np.array([right * says[0] < 0, left * says[1] < 0])
    return judge(f"powers in mu0^2/h, {measured}", opposite.all(), opposite[:, 0].all() and opposite[1].all())


@statement("IV A", "directions of the two Peltier effects")
def heat_flows_along_the_particles(data: Data) -> Verdict:
    """The heat currents of the wires, and of a scatterer that opens above mu0, flow along the particle current."""
    curves = data["asymmetry"]
    wire, scatterer = curves.uniform_heat_current / curves.current, curves.landauer_heat_right / curves.landauer_current
    measured = f"J/I in mu0/e: wires {spread(wire, '.3f')}, scatterer {spread(scatterer, '.3f')}"
    return judge(measured, float(wire.min()) > 0 and float(scatterer.min()) > 0)


@statement("IV A", "weaker scatterer, cooling to its right")
def weaker_scatterer_cools_the_phonons_behind_it(data: Data) -> Verdict:
    """Where the scatterer's Peltier effect is weaker than the wires', the phonons to its right are cooled."""
    curves = data["asymmetry"]
    weaker = curves.landauer_heat_right / curves.landauer_current < curves.uniform_heat_current / curves.current
    cooled = power(curves, "right") < 0
    agree = float((weaker == cooled).mean())
    measured = (
        f"{int(weaker.sum())} of {weaker.size} points have the weaker scatterer, {int(cooled.sum())} are "
        "cooled on the right; "
        f"both or neither in {agree:.0%}"
    )
    return judge(measured, int(weaker.sum()) > 0 and agree > 0.95)


STATEMENTS = (
    figure_three_is_asymmetric,
    asymmetry_follows_from_the_faces,
    landauer_theory_is_far_off,
    landauer_theory_often_has_the_wrong_sign_when_hot,
    wires_are_thermoelectrics_of_their_own,
    improved_estimate_is_close_for_a_narrow_resonance,
    improved_estimate_is_poor_for_a_wide_resonance,
    landauer_theory_is_better_when_cold,
    asymmetry_changes_sign_with_temperature,
    wires_peltier_effect_grows_with_temperature,
    scatterers_peltier_effect_depends_weakly_on_temperature,
    hot_wires_do_the_opposite_of_landauer_theory,
    heat_flows_along_the_particles,
    weaker_scatterer_cools_the_phonons_behind_it,
)
