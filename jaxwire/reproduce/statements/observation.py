"""Sec. V: under which conditions hot and cold spots can be observed. App. C: current against voltage."""

import numpy as np

from jaxwire.reproduce.statements.operating_points import PEAKS, USUAL
from jaxwire.reproduce.statements.statement import (
    Data,
    Verdict,
    judge,
    spread,
    statement,
    turning_points,
    visible_spots,
)

PROBE_RESOLUTION = 1 / 6
"""50 nm in units of an electron-phonon length of 300 nm: the phonons' free path, and the width of a probe."""


def _shares(data: Data) -> np.ndarray:
    """Share of resonances with a visible spot in either wire, against temperature and voltage."""
    points = data["scales"]
    return visible_spots(points).any("side").mean(["center", "width"]).transpose("temperature", "voltage").values


@statement("V", "kT of order mu0")
def spots_need_temperatures_of_order_of_the_fermi_energy(data: Data) -> Verdict:
    """Spots are to be expected where kT is of order mu0."""
    points, share = data["scales"], _shares(data)[:, 0]
    measured = "share of the resonances of Fig. 5 with a visible spot at eV = 0.03: " + ", ".join(
        f"{one:.0%} at kT = {t}" for one, t in zip(share, points.temperature.values, strict=True)
    )
    return judge(measured, np.all(np.diff(share) > 0) and share[0] < 0.05 and share[-1] > 0.3)


@statement(
    "V",
    "or eV of order mu0",
    "Cold wires have fewer visible spots at large voltages; at kT = 0.3, 0.7 they are as common at 1 as at 0.03.",
)
def large_voltages_alone_give_spots(data: Data) -> Verdict:
    """Spots are to be expected where eV is of order mu0, even if kT is not."""
    points, share = data["scales"], _shares(data)
    measured = "share of the resonances with a visible spot: " + "; ".join(
        f"kT = {t}: " + ", ".join(f"{one:.0%} at eV = {v}" for one, v in zip(row, points.voltage.values, strict=True))
        for row, t in zip(share[:2], points.temperature.values[:2], strict=True)
    )
    return judge(measured, np.all(share[:2, -1] > 0.2), np.all(share[:2, -1] > share[:2, 0]))


@statement("V", "varying scattering length")
def scattering_length_must_vary_with_energy(data: Data) -> Verdict:
    """The electron-phonon length must vary over the window of energies that carry the current."""
    points = data["wires"]
    share = points.spot_exists.mean(["center", "width", "side", "temperature", "strength"])
    measured = "share of extrema for l ~ p^(1 + s): " + ", ".join(
        f"{float(one):.0%} for s = {s:g}" for one, s in zip(share, points.exponent.values, strict=True)
    )
    return judge(measured, float(share.sel(exponent=-1.0)) == 0 and np.all(share.values[1:] > 0.3))


@statement("V", "any momentum dependence, any screening")
def spots_do_not_hang_on_the_wire_model(data: Data) -> Verdict:
    """Spots are there for any momentum dependence of the scattering length, and for any screening."""
    points, gated = data["wires"], data["screened"]
    wires = points.sel(exponent=points.exponent[points.exponent > -1.0])
    share = visible_spots(wires).any("side").mean(["center", "width", "temperature"])
    count = sum(
        any(turning_points(gated.heating.sel(exponent=0.0, center=center), side)[0].size for side in (-1.0, 1.0))
        for center in gated.center.values
    )
    measured = (
        f"share of resonances with a visible spot: {spread(share, '.0%')} over tau ~ p^s, s = -0.5, 0, "
        "0.5, 1, and local "
        f"screening of strength 0, 0.5, 1; with a gated Coulomb force {count} of {gated.center.size} "
        "resonances have extrema"
    )
    return judge(measured, np.all(share > 0.1) and count == gated.center.size)


@statement("V", "thermoelectric response of the wire")
def wire_has_a_significant_response_of_its_own(data: Data) -> Verdict:
    """Where mu0 is of the order of kT the wire itself has a significant thermoelectric response."""
    points = data["heats"]
    seebeck = points.uniform_heat_current / points.current / points.temperature
    warm = seebeck.isel(temperature=points.temperature.values > 0.25)
    measured = (
        f"Seebeck coefficient Pi/T of the wire: {spread(warm, '.2f')} kB/e for kT = 0.28 to 1, "
        f"{float(seebeck[0]):.2f} at 0.03"
    )
    return judge(measured, float(warm.min()) > 0.4 and float(seebeck[0]) < 0.1)


def _moment(data: Data, values) -> "np.ndarray":
    """Second moment in x of what exceeds P_ext, in shares of its integral."""
    readings = data["readings"]
    excess, x = values - 1.0, readings.x
    return ((excess * x**2 * readings.weight).sum("x") / (excess * readings.weight).sum("x")).values


@statement(
    "V",
    "broadening by the phonon free path",
    "With free paths that are exponentially distributed: the paper gives no law.",
)
def phonons_broaden_by_their_free_path(data: Data) -> Verdict:
    """The phonon temperature is a broadened version of the heating, by about the phonon mean free path."""
    readings = data["readings"]
    sharp = readings.reading.isel(probe=0)
    width = np.sqrt(_moment(data, sharp) - _moment(data, readings.heating))
    ratio = width / readings.path.values
    peak = (abs(sharp).max("x") / abs(readings.heating).max("x")).values
    measured = (
        f"root mean square broadening over the free path: {spread(ratio, '.2f')} for paths of "
        f"{spread(readings.path, '.2f')} "
        f"vF tau0; the highest reading falls from {peak[0]:.0%} to {peak[-1]:.0%} of the highest P_ph"
    )
    in_order = bool(np.all((ratio > 0.5) & (ratio < 2.0))) and bool(np.all(np.diff(peak) < 0))
    return judge(measured, False, in_order)  # in part at best: the law of the free paths is ours


def _depths(data: Data, probe: int) -> dict[str, np.ndarray]:
    """Heights of the left maximum and the right minimum in the readings, over those of the heating; 0: none."""
    readings = data["readings"]
    found = {}
    for name, side in (("left", -1.0), ("right", 1.0)):
        bare = turning_points(readings.heating, side)[1]
        bare = bare[np.argmax(abs(bare))] if bare.size else np.nan
        heights = [turning_points(one, side)[1] for one in readings.reading.isel(probe=probe)]
        found[name] = np.array([h[np.argmax(abs(h))] / bare if h.size else 0.0 for h in heights])
    return found


@statement("V", "distance more than a phonon free path", "There is no threshold: the spots fade gradually.")
def spots_need_a_short_phonon_path(data: Data) -> Verdict:
    """Spots are clearly visible in the phonon temperature if they are farther away than a phonon free path."""
    readings, depth = data["readings"], _depths(data, probe=0)
    measured = "height of the left and the right spot in the reading over that in the heating: " + "; ".join(
        f"{left:.2f} and {right:.2f} for l_ph = {path:.2g}"
        for left, right, path in zip(depth["left"], depth["right"], readings.path.values, strict=True)
    )
    both = np.array([depth["left"], depth["right"]])
    fades = np.all(both[:, 0] > 0.9) and np.all(np.diff(both, axis=1) < 0) and np.all(both[:, -1] < 0.3)
    left, right = data["tables"].spot_position.sel(center=1.44, voltage=0.1, temperature=0.7).values
    return judge(f"spots at {left:.2f} and {right:.2f}; {measured}", fades and np.all(both[:, -2] < 0.1), fades)


@statement("V", "distance of the spots", "In the median. A quarter of the visible ones are nearer than a tenth of it.")
def spots_are_an_electron_phonon_length_away(data: Data) -> Verdict:
    """The distance of spots from the scatterer is of the order of the electron-phonon scattering length."""
    points = data["map"]
    distance = abs(points.spot_position).where(visible_spots(points))
    middle = distance.quantile([0.1, 0.5, 0.9]).values
    count = distance.notnull().sum()
    nearer, farther = float((distance < 0.1).sum() / count), float((distance > 10.0).sum() / count)
    measured = (
        f"visible spots of Fig. 5: median |x0| = {middle[1]:.2f} vF tau0, 80 % between {middle[0]:.2f} and "
        f"{middle[2]:.2f}; "
        f"{nearer:.0%} nearer than 0.1, {farther:.0%} farther than 10"
    )
    return judge(measured, nearer + farther < 0.05, nearer + farther < 0.4 and 1 / 3 < middle[1] < 3.0)


@statement("V", "resolution of 50 nm")
def probes_can_resolve_the_spots(data: Data) -> Verdict:
    """With a phonon path and a probe of 50 nm each, and 300 nm of electron-phonon length, spots can be resolved."""
    readings, depth = data["readings"], _depths(data, probe=1)
    at = int(np.argmin(abs(readings.path.values - PROBE_RESOLUTION)))
    measured = (
        f"spots of Fig. 3a, kT = 0.7: {depth['left'][at]:.0%} of the left one and "
        f"{depth['right'][at]:.0%} of the right one are read"
    )
    return judge(measured, min(depth["left"][at], depth["right"][at]) > 0.8)


@statement("C", "Fig. 9")
def current_is_not_linear_and_depends_on_temperature(data: Data) -> Verdict:
    """I against V is in general not linear, and strongly temperature-dependent."""
    current = data["characteristics"].current
    bend = (current.isel(voltage=-1) / (current.isel(voltage=0) * 16.0)).values
    change = (current.max("temperature") / current.min("temperature")).values
    measured = (
        f"I(1.6)/(16 I(0.1)) = {spread(bend, '.2f')}; largest over smallest I of the temperatures "
        f"{spread(change, '.2f')}"
    )
    return judge(measured, np.all(abs(bend - 1.0) > 0.1) and np.all(change.max(axis=1) > 2.0))


def _rising(data: Data, center: float) -> tuple[float, np.ndarray]:
    """Share of the steps to the next temperature at which the current rises, and the steps (voltage, step)."""
    current = data["characteristics"].current.sel(center=center).transpose("voltage", "temperature")
    rises = np.diff(current.values, axis=1) > 0
    return float(rises.mean()), rises


@statement(
    "C", "peak above the Fermi level, Fig. 9b", "At small voltages the current is largest at kT = 0.3 and falls beyond."
)
def heat_raises_the_current_through_a_high_resonance(data: Data) -> Verdict:
    """For a resonance above mu0 the current tends to increase with temperature."""
    share, rises = _rising(data, 1.44)
    voltage = (
        data["characteristics"].voltage.values[np.argmax(rises.all(axis=1))] if rises.all(axis=1).any() else np.nan
    )
    first = rises[:, 0].mean()
    measured = (
        f"it rises at {share:.0%} of the steps in kT, from 0.1 to 0.3 at {first:.0%} of the voltages; "
        f"with every step from eV = {voltage:.1f} on"
    )
    return judge(measured, share == 1.0, share > 0.6 and first == 1.0)


@statement("C", "peak below the Fermi level, Fig. 9a", "At eV = 0.1 it first rises a little.")
def heat_lowers_the_current_through_a_low_resonance(data: Data) -> Verdict:
    """For a resonance below mu0 the current decreases with temperature."""
    share, rises = _rising(data, 0.64)
    voltages = data["characteristics"].voltage.values[rises.any(axis=1)]
    measured = (
        f"it falls at {1 - share:.0%} of the steps in kT; not at eV = "
        f"{', '.join(f'{v:.1f}' for v in voltages) or 'none'}"
    )
    return judge(measured, share == 0.0, share < 0.1)


@statement("C", "why it decreases")
def window_empties_where_the_resonance_is(data: Data) -> Verdict:
    """Heat takes current from the energies of a low resonance, and adds less where the transmission is small."""
    found = data["spectral"]
    currents, energies, weights = (found[f"characteristics_{name}"].values for name in ("current", "energy", "weight"))
    center, width = PEAKS[0], USUAL["width"]
    inside = [
        float(np.sum((j * w)[abs(e - center) < width])) for e, j, w in zip(energies, currents, weights, strict=True)
    ]
    common = np.linspace(0.02, 4.0, 2000)
    cold, hot = (np.interp(common, energies[index], currents[index]) for index in (0, -1))
    change = (hot - cold) * (common[1] - common[0])
    gain, loss = float(change[change > 0].sum()), float(-change[change < 0].sum())
    gained = abs(common[change > 0] - center) / width
    nearest = float(gained.min()) if gained.size else np.nan
    measured = (
        f"current within Gamma of eps0 = 0.64, eV = 0.4: {', '.join(f'{one:.4f}' for one in inside)} at kT "
        "= 0.1 to 0.7; "
        f"from 0.1 to 0.7 {loss:.4f} is lost and {gain:.4f} gained, {nearest:.1f} Gamma from the peak or farther"
    )
    return judge(measured, np.all(np.diff(inside) < 0) and 0 < gain < loss and nearest > 2.0)


@statement("C", "saturation", "Hot curves of the low resonance have only begun to: the slope has halved at eV = 1.6.")
def current_tends_to_saturate(data: Data) -> Verdict:
    """In all cases the current tends to saturate at high voltages."""
    points = data["characteristics"]
    slope = points.current.diff("voltage") / points.voltage.diff("voltage")
    left_over = abs(slope.isel(voltage=-1) / slope.max("voltage")).transpose("center", "temperature").values
    measured = "slope at eV = 1.6 over the steepest: " + "; ".join(
        f"eps0 = {center}: " + ", ".join(f"{one:.0%}" for one in row)
        for row, center in zip(left_over, points.center.values, strict=True)
    )
    return judge(
        f"{measured} (kT = 0.1, 0.3, 0.5, 0.7)",
        np.all(left_over < 0.1),
        np.all(left_over < 0.6) and np.all(left_over[:, :2] < 0.1),
    )


@statement("C", "upper bound")
def current_stays_below_the_integral_of_the_transmission(data: Data) -> Verdict:
    """The current is bounded by the integral of the transmission, pi Gamma for a Lorentzian."""
    largest = data["characteristics"].current.max(["temperature", "voltage"])
    bound = np.pi * float(data["characteristics"].width)
    measured = f"largest current over pi Gamma = {bound:.4f}: " + ", ".join(
        f"{float(one) / bound:.0%} for eps0 = {center}"
        for one, center in zip(largest, largest.center.values, strict=True)
    )
    return judge(measured, float(largest.max()) < bound and float(largest.max()) > 0.5 * bound)


OBSERVATION = (
    spots_need_temperatures_of_order_of_the_fermi_energy,
    large_voltages_alone_give_spots,
    scattering_length_must_vary_with_energy,
    spots_do_not_hang_on_the_wire_model,
    wire_has_a_significant_response_of_its_own,
    phonons_broaden_by_their_free_path,
    spots_need_a_short_phonon_path,
    spots_are_an_electron_phonon_length_away,
    probes_can_resolve_the_spots,
)

CHARACTERISTICS = (
    current_is_not_linear_and_depends_on_temperature,
    heat_raises_the_current_through_a_high_resonance,
    heat_lowers_the_current_through_a_low_resonance,
    window_empties_where_the_resonance_is,
    current_tends_to_saturate,
    current_stays_below_the_integral_of_the_transmission,
)

STATEMENTS = OBSERVATION + CHARACTERISTICS
