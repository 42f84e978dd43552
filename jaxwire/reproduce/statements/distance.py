"""Secs. IV B and IV C: heat is released away from the scatterer, and why its profile has spots."""

import numpy as np

from jaxwire.reproduce.statements.along_the_wire import BLACK_CURVE
from jaxwire.reproduce.statements.statement import (
    Data,
    Verdict,
    exponent,
    judge,
    spread,
    statement,
    turning_points,
    visible_spots,
)

SLOW_AND_FAST = (0.66, 1.0), (2.0, 4.0)
"""Kinetic energies of slow and of fast electrons, in mu0."""


@statement(
    "IV B", "heating away from x = 0", "At the coldest of the three temperatures few of these spots are visible."
)
def heating_often_peaks_at_a_distance(data: Data) -> Verdict:
    """The phonons are often heated or cooled most at a finite distance from the scatterer, not at it."""
    points = data["map"]
    seen = visible_spots(points).any("side").mean(["center", "width"]).values
    measured = "share of the points of Fig. 5 with such a spot in either wire: " + ", ".join(
        f"{share:.0%} at kT = {t}" for share, t in zip(seen, points.temperature.values, strict=True)
    )
    return judge(measured, np.all(seen > 0.2), np.sum(seen > 0.2) >= 2)


@statement("IV B", "V and V_tot")
def part_of_the_voltage_drops_in_the_wires(data: Data) -> Verdict:
    """The voltage drop is not local either: V_tot differs from V by the potential that builds up in the wires."""
    points = data["tables"]
    excess = (points.total_voltage / points.voltage - 1.0).values
    faces = points.potential_right - points.potential_left
    identity = float(abs(points.total_voltage - points.voltage - faces).max())
    measured = (
        f"V_tot/V - 1 from {excess.min():+.1%} to {excess.max():+.1%}; V_tot - V is the step of phi to {identity:.0e}"
    )
    return judge(measured, abs(excess).max() > 0.02 and identity < 1e-12)


@statement("IV B", "orders of the two parts in I")
def non_local_part_is_of_lower_order(data: Data) -> Verdict:
    """P_s, caused by the voltage drop elsewhere, is of order I on either side; P_phi, local, is of order I^2."""
    points = data["small"]
    found = {
        (part, side): exponent(points.powers.sel(part=part, side=side), points.current, "voltage")
        for part in ("scatterer", "buildup")
        for side in ("left", "right")
    }
    names = {"scatterer": "P_s", "buildup": "P_phi"}
    measured = "fitted exponents of I: " + ", ".join(
        f"{names[part]} {side} {spread(value, '.3f')}" for (part, side), value in found.items()
    )
    order = {"scatterer": 1.0, "buildup": 2.0}
    return judge(measured, all(np.all(abs(value - order[part]) < 0.05) for (part, _), value in found.items()))


@statement("IV B", "heating at x != 0 in Figs. 3 and 4", "In Fig. 4b at kT = 0.1 the local part reaches a tenth of it.")
def heating_is_almost_entirely_non_local(data: Data) -> Verdict:
    """In Figs. 3 and 4 almost all of the heat that the scatterer causes is P_s, the non-local part."""
    profiles = data["profiles"]
    away = profiles.isel(x=abs(profiles.x.values) > 0.05)
    weight = away.weight
    local, whole = ((abs(each) * weight).sum("x") for each in (away.buildup, away.scatterer + away.buildup))
    share = np.sort((local / whole).values.ravel())
    measured = (
        f"integral of |P_phi| over that of |P_s + P_phi|: {spread(share[:-1], '.1%')} in 15 curves, "
        f"{share[-1]:.1%} in one"
    )
    return judge(measured, np.all(share < 0.05), np.all(share[:-1] < 0.05) and share[-1] < 0.2)


@statement("IV B", "maximal at a finite distance")
def non_local_part_alone_has_the_spots(data: Data) -> Verdict:
    """It is the non-local part itself, P_s, that is maximal at a finite distance."""
    curve = data["profiles"].sel({name: value for name, value in BLACK_CURVE.items() if name != "width"})
    words, holds = [], []
    for side, name in ((-1.0, "left"), (1.0, "right")):
        distance, height = turning_points(curve.scatterer, side)
        face = curve.scatterer.isel(x=np.sign(curve.x.values) == side)
        nearest = float(face.isel(x=int(np.argmin(abs(face.x.values)))))
        if not distance.size:
            return judge(f"no extremum of P_s {name}", False)
        top = int(np.argmax(abs(height)))
        words.append(f"{name} P_s = {height[top]:.1f} P_ext at |x| = {distance[top]:.2f}, {nearest:.1f} at the face")
        holds.append(abs(height[top]) > abs(nearest))
    return judge("Fig. 3a, kT = 0.7: " + "; ".join(words), all(holds))


def _fit(distance: np.ndarray, values: np.ndarray, lengths) -> tuple[float, np.ndarray]:
    """Relative error and amplitudes of the best sum of exponentials with given decay lengths."""
    waves = np.exp(-distance[:, None] / np.asarray(lengths)[None, :])
    amplitude = np.linalg.lstsq(waves, values, rcond=1e-13)[0]
    return float(np.linalg.norm(waves @ amplitude - values) / np.linalg.norm(values)), amplitude


def _black_curve(data: Data) -> tuple[np.ndarray, np.ndarray]:
    """Distances and P_s/P_ext of the right side of the curve that Fig. 8 explains."""
    curve = data["profiles"].sel({name: value for name, value in BLACK_CURVE.items() if name != "width"})
    right = curve.isel(x=curve.x.values > 0.01)
    return right.x.values, right.scatterer.values


@statement("IV C", "many exponentials")
def profile_is_a_sum_of_many_exponentials(data: Data) -> Verdict:
    """P_ph(x) is a linear combination of many decaying exponentials with different lengths."""
    distance, values = _black_curve(data)
    one = min(_fit(distance, values, [length])[0] for length in np.geomspace(0.1, 6.0, 60))
    few, many = (_fit(distance, values, np.geomspace(0.1, 4.0, count))[0] for count in (4, 12))
    measured = (
        f"relative error of P_s in Fig. 3a, kT = 0.7, right: best single one {one:.0%}, four "
        f"{few:.0%}, twelve {many:.0e}"
    )
    return judge(measured, one > 0.2 and few < one and many < 1e-3)


@statement("IV C", "key idea, two exponentials")
def two_exponentials_explain_the_spot(data: Data) -> Verdict:
    """Two decaying exponentials of opposite sign are enough to understand a spot."""
    distance, values = _black_curve(data)
    lengths = np.geomspace(0.2, 6.0, 40)
    pairs = [(short, long) for index, short in enumerate(lengths) for long in lengths[index + 1 :]]
    short, long = min(pairs, key=lambda pair: _fit(distance, values, pair)[0])
    error, (first, second) = _fit(distance, values, (short, long))
    opposite = first * second < 0 and abs(first) * long > abs(second) * short
    place = np.log(abs(first) * long / (abs(second) * short)) / (1.0 / short - 1.0 / long)
    spot = float(data["tables"].sel(center=1.44, voltage=0.1, temperature=0.7, side="right").spot_position)
    measured = (
        f"P_s in Fig. 3a, kT = 0.7, right: {first:.1f} exp(-x/{short:.2f}) {second:+.1f} "
        f"exp(-x/{long:.2f}) to {error:.1%}; "
        f"extremum at {place:.2f}, the spot is at {spot:.2f}"
    )
    return judge(measured, opposite and error < 0.05 and abs(place / spot - 1.0) < 0.1)


@statement("IV C", "conditions (i) and (ii) of Eq. 37")
def two_exponentials_have_an_extremum_under_two_conditions(data: Data) -> Verdict:
    """A1 exp(-x/l1) + A2 exp(-x/l2) with l1 < l2 has one if and only if the signs differ and |A1|/l1 > |A2|/l2."""
    pairs = data["two_exponentials"]
    (first, second), (short, long) = pairs.amplitude.values.T, pairs.length.values.T
    signs, slopes = first * second < 0, abs(first) * long > abs(second) * short
    exists = pairs.exists.values
    wrong = int(np.sum(exists != (signs & slopes)))
    measured = (
        f"{exists.size} random pairs, {exists.sum()} with an extremum: {wrong} exceptions; "
        f"(i) alone would err in {np.sum(exists != signs)}, (ii) alone in {np.sum(exists != slopes)}"
    )
    return judge(measured, wrong == 0 and 0 < exists.sum() < exists.size)


@statement("IV C", "lengths not too close")
def close_lengths_make_faint_spots(data: Data) -> Verdict:
    """A spot is faint if the two decay lengths are too close to each other."""
    pairs = data["two_exponentials"]
    close, apart = float(pairs.height.sel(ratio=1.05)), float(pairs.height.sel(ratio=4.0))
    measured = f"-exp(-x/l1) + exp(-x/l2) has the maximum {close:.3f} for l2/l1 = 1.05, {apart:.3f} for 4"
    return judge(measured, 0.0 < close < 0.1 * apart)


@statement(
    "IV C",
    "lengths not too different",
    "Not in its height: the maximum moves towards the scatterer, in units of the longer length, and merges with it.",
)
def very_different_lengths_make_faint_spots(data: Data) -> Verdict:
    """A spot is faint if the two decay lengths are strongly different."""
    pairs = data["two_exponentials"]
    height, place = pairs.height.values, (pairs.distance / pairs.ratio).values
    measured = "maximum and its distance in l2: " + ", ".join(
        f"{h:.2f} at {x:.2f} for l2/l1 = {q:g}"
        for h, x, q in zip(height, place, pairs.ratio.values, strict=True)
        if q >= 2
    )
    return judge(measured, height[-1] < 0.5 * np.max(height))


def _released(data: Data, side: str):
    """Heat that the leaving electrons of each energy release beyond their final state, up to each distance (Eq. 26)."""
    found = data[f"leaving_{side}"]
    leaving = found.forward if side == "right" else found.backward
    return (leaving.isel(distance=0) - leaving) * (found.energy - 1.0) * found.weight


def _heats_and_cools(data: Data, side: str) -> dict[str, tuple[float, float]]:
    """Mean energy, and share released up to |x| = 1, of the energies that heat and of those that cool."""
    released = _released(data, side)
    total = released.isel(distance=-1)
    found = {}
    for name, chosen in (("heat", total > 0), ("cool", total < 0)):
        part = released.where(chosen, 0.0)
        whole = float(part.isel(distance=-1).sum("energy"))
        mean = float((part.isel(distance=-1) * part.energy).sum("energy")) / whole
        found[name] = mean, float(part.sel(distance=1.0).sum("energy")) / whole
    return found


def _in_words(found: dict[str, tuple[float, float]]) -> str:
    return ", ".join(
        f"those that {name}: mean energy {mean:.2f} mu0, {near:.0%} of it within |x| < 1"
        for name, (mean, near) in found.items()
    )


@statement("IV C", "Fig. 8, leaving electrons on the right")
def slow_electrons_heat_near_and_fast_ones_cool_far(data: Data) -> Verdict:
    """On the right, slow electrons heat the phonons near the scatterer and fast ones cool them farther on."""
    found = _heats_and_cools(data, "right")
    holds = found["heat"][0] < found["cool"][0] and found["heat"][1] > found["cool"][1] + 0.1
    return judge(_in_words(found), holds)


@statement("IV C", "leaving electrons on the left")
def same_picture_holds_on_the_left(data: Data) -> Verdict:
    """On the left it is the same with signs exchanged: slow electrons cool nearby, fast ones heat farther on."""
    found = _heats_and_cools(data, "left")
    holds = found["cool"][0] < found["heat"][0] and found["cool"][1] > found["heat"][1] + 0.1
    return judge(_in_words(found), holds)


@statement("IV C", "faster electrons, longer distance")
def faster_electrons_relax_over_longer_distances(data: Data) -> Verdict:
    """The more energy an electron has, the longer the distance over which it exchanges heat with the phonons."""
    found = data["leaving_right"]
    excess = abs(found.forward - found.forward.isel(distance=-1)) * found.weight
    left_over = []
    for low, high in SLOW_AND_FAST:
        band = excess.isel(energy=(found.energy.values > low) & (found.energy.values < high)).sum("energy")
        left_over.append(float(band.sel(distance=1.0) / band.isel(distance=0)))
    (slow, fast), names = left_over, [f"{low:g} < eps < {high:g}" for low, high in SLOW_AND_FAST]
    return judge(f"deviation left at |x| = 1: {slow:.0%} for {names[0]}, {fast:.0%} for {names[1]}", fast > 1.2 * slow)


@statement("IV C", "right side of Fig. 3a, black curve")
def heating_is_nearer_than_cooling(data: Data) -> Verdict:
    """To the right of the scatterer heating occurs nearer to it than cooling."""
    curve = data["profiles"].heating.sel(center=1.44, voltage=0.1, temperature=0.7)
    right = curve.isel(x=curve.x.values > 0)
    turn = int(np.argmax(right.values < 0))
    measured = (
        f"kT = 0.7: {float(right[0]):.1f} P_ext at the face, negative from x = "
        f"{float(right.x[turn]):.2f}, {float(right.min()):.1f} at least"
    )
    return judge(measured, float(right[0]) > 0 and float(right.min()) < -1.0 and turn > 0)


@statement("IV C", "lower temperature in Fig. 3a")
def spots_disappear_when_cold(data: Data) -> Verdict:
    """As the temperature goes down the spots of Fig. 3a disappear, as the thermal tails do."""
    spots = data["tables"].sel(center=1.44, voltage=0.1)
    prominence = spots.spot_prominence.fillna(0.0).transpose("temperature", "side").values
    measured = "prominence in P_ext, left and right: " + "; ".join(
        f"{left:.2g} and {right:.2g} at kT = {t}"
        for (left, right), t in zip(prominence, spots.temperature.values, strict=True)
    )
    return judge(measured, np.all(np.diff(prominence, axis=0) > 0) and np.all(prominence[0] == 0))


@statement("IV C", "limits of the sketch")
def leaving_electrons_alone_are_not_quantitative(data: Data) -> Verdict:
    """The picture of the leaving electrons alone is qualitative: near the scatterer its heat is not the full one."""
    found = data["leaving_right"]
    carried = ((found.energy - 1.0) * (found.forward - found.backward) * found.weight).sum("energy")
    full, alone = carried.isel(distance=0) - carried, _released(data, "right").sum("energy")
    near, far = ((float(alone.sel(distance=d)), float(full.sel(distance=d))) for d in (0.5, 60.0))
    measured = (
        f"heat up to x = 0.5: {near[0]:+.1e} instead of {near[1]:+.1e}; in all {far[0]:+.1e} instead of {far[1]:+.1e}"
    )
    return judge(measured, abs(near[0] - near[1]) > 0.5 * abs(near[1]) and abs(far[0] / far[1] - 1.0) < 0.2)


NON_LOCALITY = (
    heating_often_peaks_at_a_distance,
    part_of_the_voltage_drops_in_the_wires,
    non_local_part_is_of_lower_order,
    heating_is_almost_entirely_non_local,
    non_local_part_alone_has_the_spots,
)

ORIGIN_OF_SPOTS = (
    profile_is_a_sum_of_many_exponentials,
    two_exponentials_explain_the_spot,
    two_exponentials_have_an_extremum_under_two_conditions,
    close_lengths_make_faint_spots,
    very_different_lengths_make_faint_spots,
    slow_electrons_heat_near_and_fast_ones_cool_far,
    faster_electrons_relax_over_longer_distances,
    heating_is_nearer_than_cooling,
    spots_disappear_when_cold,
    same_picture_holds_on_the_left,
    leaving_electrons_alone_are_not_quantitative,
)

STATEMENTS = NON_LOCALITY + ORIGIN_OF_SPOTS
