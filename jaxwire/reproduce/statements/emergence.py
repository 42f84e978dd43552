"""Secs. III A and III B: where spots appear, and how common they are."""

import numpy as np

from jaxwire.reproduce.statements.statement import (
    FAR_AWAY,
    Data,
    Verdict,
    exponent,
    judge,
    spread,
    statement,
    visible_spots,
)
from jaxwire.reproduce.tables_1_2 import printed_tables

CLOSEST = 0.05
"""|x| from which P_phi is compared: at the scatterer it runs off as log|x|."""


def _printed(data: Data, name: str) -> tuple[np.ndarray, np.ndarray]:
    """A printed table and the same currents as computed; rows kT, columns (eps0, eV)."""
    printed, points = printed_tables(), data["tables"]
    columns = [(head["eps0"], head["eV"]) for head in printed["column_headers"]]
    current = [points.current.sel(center=center, voltage=voltage).values for center, voltage in columns]
    return np.array(printed[name]), np.array(current).T


@statement("III A", "Table I", "Only if rows and columns are exchanged: the table is printed transposed.")
def currents_are_those_of_table_one(data: Data) -> Verdict:
    """The currents of the 16 curves of Figs. 3 and 4 are those of Table I."""
    printed, current = _printed(data, "table_I_current")
    straight, transposed = (abs(each / current - 1.0) for each in (printed, printed.T))
    measured = (
        f"{np.sum(straight < 0.015)} of 16 entries agree to 1.5 % where they stand; "
        f"read transposed {np.sum(transposed < 0.015)}, {np.sum(transposed < 0.004)} of them to 0.4 %"
    )
    return judge(measured, np.all(straight < 0.015), np.all(transposed < 0.015))


@statement("III A", "Table II", "All but one do if the potentials were scaled with the transposed currents, squared.")
def potentials_are_those_of_table_two(data: Data) -> Verdict:
    """The potentials e phi(0+) of the 16 curves are those of Table II."""
    printed, current = _printed(data, "table_II_phi_right")
    points, head = data["tables"], printed_tables()["column_headers"]
    potential = np.array([points.potential_right.sel(center=one["eps0"], voltage=one["eV"]).values for one in head]).T
    rescaled = potential * (np.array(printed_tables()["table_I_current"]) / current) ** 2
    straight, scaled = (abs(printed / each - 1.0) < 0.03 for each in (potential, rescaled))
    measured = f"{np.sum(straight)} of 16 agree to 3 %; of the rescaled ones {np.sum(scaled)}"
    return judge(measured, np.all(straight), np.sum(scaled) >= 15)


@statement("III A", "expansion in orders of the current")
def scatterer_dominates_at_small_currents(data: Data) -> Verdict:
    """P_s is of first order in the current, P_phi and P_ext are of second order, so that P_s dominates."""
    points = data["small"]
    parts = {part: points.powers.sel(part=part) for part in ("scatterer", "buildup")}
    found = {part: exponent(power, points.current, "voltage") for part, power in parts.items()}
    found["external"] = exponent(points.external_power, points.current, "voltage")
    share = float((abs(parts["buildup"]) / abs(parts["scatterer"])).isel(voltage=0).max())
    measured = (
        f"exponents of I: P_s {spread(found['scatterer'], '.2f')}, P_phi {spread(found['buildup'], '.2f')}, "
        f"P_ext {spread(found['external'], '.2f')}; |P_phi/P_s| at most {share:.1e} at eV = 1e-4"
    )
    close = [np.all(abs(found[part] - n) < 0.05) for part, n in (("scatterer", 1), ("buildup", 2), ("external", 2))]
    return judge(measured, all(close) and share < 0.01)


@statement("III A", "P_ph far away, Figs. 3 and 4")
def heating_near_the_scatterer_exceeds_that_far_away(data: Data) -> Verdict:
    """Near the scatterer |P_ph| can be much larger than P_ext, to which it goes far away."""
    heating = data["profiles"].heating
    peaks = abs(heating).max("x").values
    ends = abs(heating.isel(x=[0, -1]) - 1.0).max().item()
    measured = f"largest |P_ph|/P_ext of the 16 curves {spread(peaks, '.1f')}; at |x| = 40 it is 1 to {ends:.0e}"
    return judge(measured, np.all(peaks > 5.0) and ends < 1e-3)


@statement(
    "III A",
    "P_ph with and without P_phi, Figs. 3 and 4",
    "In Fig. 4b at kT = 0.1 the two curves are visibly apart.",
)
def buildup_is_negligible(data: Data) -> Verdict:
    """P_phi is negligible in Figs. 3 and 4: P_ph and P_ph - P_phi cannot be told apart."""
    points, profiles = data["tables"], data["profiles"]
    away = profiles.isel(x=abs(profiles.x.values) > CLOSEST)
    largest = (abs(away.heating).max("x") * points.external_power).max("temperature")
    share = (abs(away.buildup).max("x") * points.external_power) / largest
    cold_4b = {"center": 0.64, "voltage": 0.4, "temperature": 0.1}
    others = np.sort(share.values.ravel())[:-1]
    measured = (
        f"largest |P_phi| in shares of the panel's largest |P_ph|, |x| > {CLOSEST}: {spread(others, '.1%')}, and "
        f"{float(share.sel(cold_4b)):.1%} in Fig. 4b at kT = 0.1"
    )
    return judge(measured, np.all(share < 0.03), np.all(others < 0.03) and float(share.sel(cold_4b)) < 0.1)


@statement("III A", "Eq. 33")
def potential_is_the_scatterers_heating_upside_down(data: Data) -> Verdict:
    """In a neutral wire of constant tau, e phi(x) is P_s(x) times a negative constant, -2 tau/n0."""
    points, profiles = data["tables"], data["profiles"]
    force = points.external_power / points.current
    difference = profiles.scatterer + profiles.potential / force**2
    worst = (abs(difference).max("x") / abs(profiles.scatterer).max("x")).max().item()
    return judge(f"equal to {worst:.0e} of the largest P_s, at {profiles.x.size} positions of 16 curves", worst < 1e-9)


@statement(
    "III A",
    "smallness of e phi, Table II",
    "In the left wire, which Table II leaves out, it is up to a third of kT when cold.",
)
def potential_is_small(data: Data) -> Verdict:
    """The potential e phi is small compared to mu0 and to kT, as the linearised Boltzmann equation needs."""
    points = data["tables"]
    sizes = {side: abs(points[f"potential_{side}"]) for side in ("right", "left")}
    shares = {side: float((size / points.temperature).max()) for side, size in sizes.items()}
    measured = (
        f"at most {max(float(size.max()) for size in sizes.values()):.3f} mu0; in shares of kT at most "
        f"{shares['right']:.3f} on the right and {shares['left']:.2f} on the left"
    )
    small = max(float(size.max()) for size in sizes.values()) < 0.05
    return judge(measured, small and max(shares.values()) < 0.1, small and shares["right"] < 0.1)


@statement("III A", "Fig. 3, non-monotonic profiles")
def profiles_of_figure_three_have_spots(data: Data) -> Verdict:
    """P_ph(x) of Fig. 3 is not monotonic: local maxima and minima at a distance, heating and cooling spots."""
    spots = data["tables"].sel(center=1.44)
    hot = spots.sel(temperature=0.7)
    measured = "; ".join(
        f"eV = {float(volt)}, kT = 0.7: {float(one.spot_heating[0]):.1f} P_ext at x = "
        f"{float(one.spot_position[0]):.2f} "
        f"and {float(one.spot_heating[1]):.1f} at {float(one.spot_position[1]):.2f}"
        for volt, one in ((volt, hot.sel(voltage=volt)) for volt in hot.voltage)
    )
    kinds = hot.spot_kind.values
    return judge(
        measured, np.all(kinds[:, 0] == 1) and np.all(kinds[:, 1] == -1) and float(hot.spot_prominence.min()) > 0.5
    )


@statement(
    "III B",
    "how common spots are, Fig. 5",
    "Extrema are common; those that Fig. 5 colors are a third of a panel at most.",
)
def spots_are_common(data: Data) -> Verdict:
    """Heating and cooling spots are ubiquitous as position and width of the resonance vary."""
    points = data["map"]
    any_extremum = points.spot_exists.any("side").mean(["center", "width"]).values
    colored = visible_spots(points).mean(["center", "width"])
    measured = (
        f"share of the points with an extremum in either wire: {spread(any_extremum, '.0%')} at kT = 0.1, 0.3, 0.7; "
        f"with a spot that Fig. 5 colors: left {spread(colored.sel(side='left'), '.0%')}, "
        f"right {spread(colored.sel(side='right'), '.0%')}"
    )
    return judge(measured, np.all(colored > 0.5), np.all(any_extremum > 0.5) and np.all(colored > 0.02))


@statement("III B", "restriction to |x| < 20")
def far_spots_are_faint(data: Data) -> Verdict:
    """Spots farther away than 20 mean free paths are too small to be observed."""
    points = data["map"]
    excess, is_far = abs(points.spot_heating - 1.0), abs(points.spot_position) > FAR_AWAY
    far = excess.where(points.spot_exists & is_far)
    measured = (
        f"{int(far.notnull().sum())} dominant extrema lie at 20 < |x| < 100, |P_ph/P_ext - 1| = "
        f"{float(far.max()):.0e} at most"
    )
    return judge(measured, int(far.notnull().sum()) > 0 and float(far.max()) < 1e-3)


def _resonances(data: Data, temperature: float, side: str, kind: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions and widths of the resonances that have a visible spot of one kind in one panel of Fig. 5."""
    points = data["map"].sel(temperature=temperature, side=side)
    chosen = (visible_spots(points) & (points.spot_kind == kind)).transpose("center", "width").values
    row, column = np.nonzero(chosen)
    return points.center.values[row], points.width.values[column]


@statement(
    "III B",
    "panels (c) to (f) of Fig. 5",
    "In panel (d) cooling spots need a narrow resonance, and wide ones have heating spots instead.",
)
def resonances_at_the_fermi_level_heat_left_and_cool_right(data: Data) -> Verdict:
    """For kT = 0.3 and 0.7, heating spots (left) and cooling spots (right) come with a resonance near mu0."""
    words, near, opposite = [], [], 0
    for temperature in (0.3, 0.7):
        for side, kind, name in (("left", 1, "heating"), ("right", -1, "cooling")):
            center, width = _resonances(data, temperature, side, kind)
            near.append(center.size > 0 and float(np.min(abs(center - 1.0))) < 0.3)
            words.append(
                f"kT = {temperature} {side}: {center.size} {name}, eps0 = {spread(center, '.2f')}, Gamma = "
                f"{spread(width, '.2f')}"
                if center.size
                else f"kT = {temperature} {side}: no {name} spot"
            )
        opposite += _resonances(data, temperature, "right", 1)[0].size
    return judge("; ".join(words) + f"; heating spots right: {opposite}", all(near) and opposite == 0, all(near))


@statement(
    "III B",
    "panels (e), (f) of Fig. 5",
    "In the left wire the widest resonances of the map, Gamma = mu0, have heating spots at both temperatures.",
)
def heat_supports_spots_of_higher_and_wider_resonances(data: Data) -> Verdict:
    """At kT = 0.7 there are spots at higher eps0 and for larger Gamma than at kT = 0.3."""
    words, higher, wider, is_open = [], [], [], []
    widest = float(data["map"].width.max())
    for side, kind in (("left", 1), ("right", -1)):
        found = [_resonances(data, temperature, side, kind) for temperature in (0.3, 0.7)]
        if any(center.size == 0 for center, _ in found):
            return judge(f"no such spots {side}", False)
        center, width = ([float(each[index].max()) for each in found] for index in (0, 1))
        words.append(
            f"{side}: eps0 up to {center[0]:.2f}, then {center[1]:.2f}; Gamma up to {width[0]:.2f}, then {width[1]:.2f}"
        )
        higher.append(center[1] > center[0])
        wider.append(width[1] > width[0])
        is_open.append(wider[-1] or min(width) == widest)
    return judge("; ".join(words), all(higher) and all(wider), all(higher) and all(is_open))


@statement("III B", "panels (a) and (c) of Fig. 5")
def parameters_turn_heating_into_cooling_spots(data: Data) -> Verdict:
    """In the left wire at kT = 0.1 and 0.3, heating spots turn into cooling spots as the resonance is varied."""
    counts = [[_resonances(data, t, "left", kind)[0] for kind in (1, -1)] for t in (0.1, 0.3)]
    measured = "; ".join(
        f"kT = {t}: {hot.size} heating"
        + (f" (mean eps0 {hot.mean():.2f})" if hot.size else "")
        + f", {cold.size} cooling"
        + (f" ({cold.mean():.2f})" if cold.size else "")
        for t, (hot, cold) in zip((0.1, 0.3), counts, strict=True)
    )
    return judge(measured, all(hot.size and cold.size for hot, cold in counts))


@statement("III B", "Figs. 5 and 6 compared")
def farther_spots_are_smaller(data: Data) -> Verdict:
    """Spots farther from the scatterer have smaller amplitudes."""
    points = data["map"]
    visible = visible_spots(points)
    found = []
    for temperature in points.temperature.values:
        chosen = visible.sel(temperature=temperature).values
        distance, height = (
            abs(points[name].sel(temperature=temperature).values[chosen]) for name in ("spot_position", "spot_heating")
        )
        ranks = [np.argsort(np.argsort(each)) for each in (distance, height)]
        first, second = ((rank - rank.mean()) / rank.std() for rank in ranks)
        found.append(float(np.mean(first * second)))
    measured = "rank correlation of |x0| and |P_ph(x0)|: " + ", ".join(
        f"{value:.2f} at kT = {t}" for value, t in zip(found, points.temperature.values, strict=True)
    )
    return judge(measured, max(found) < -0.4)


STATEMENTS = (
    currents_are_those_of_table_one,
    scatterer_dominates_at_small_currents,
    heating_near_the_scatterer_exceeds_that_far_away,
    buildup_is_negligible,
    potential_is_the_scatterers_heating_upside_down,
    potentials_are_those_of_table_two,
    potential_is_small,
    profiles_of_figure_three_have_spots,
    spots_are_common,
    far_spots_are_faint,
    resonances_at_the_fermi_level_heat_left_and_cool_right,
    heat_supports_spots_of_higher_and_wider_resonances,
    parameters_turn_heating_into_cooling_spots,
    farther_spots_are_smaller,
)
