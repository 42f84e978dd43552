"""App. D: wires with any relaxation time tau(p) and any strength of the Coulomb force."""

import numpy as np

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


@statement("D", "no scatterer")
def transparent_wires_have_no_potential(data: Data) -> Verdict:
    """Without a scatterer no charge is accumulated and e phi = 0, whatever tau(p) and Coulomb force."""
    points = data["transparent"].isel(voltage=0)
    force = points.external_power / points.current
    length = abs(points.potential_right / force)
    falls = exponent(length, points.width, "width")
    measured = (
        f"|e phi(0+)|/F falls as Gamma^{spread(falls, '.2f')}, as 1 - T does, to "
        f"{float(length.isel(width=-1).max()):.0e} "
        "at Gamma = 100, for s = -1, -0.5, 0, 1 and two strengths"
    )
    return judge(measured, np.all(abs(falls + 2.0) < 0.1) and float(length.isel(width=-1).max()) < 1e-3)


@statement("D", "finite reflection, Eq. D1")
def reflection_accumulates_charge(data: Data) -> Verdict:
    """With a scatterer charge is accumulated in wires that are not neutral."""
    found = data["conservation"]
    density = abs(found.density.isel(distance=slice(1, None))).max("distance")
    screened, neutral = density.sel(strength=0.5), density.sel(strength=1.0)
    measured = (
        f"largest |n(x) - n0| from the distributions: {spread(screened, '.1e')} at strength 0.5, "
        f"{float(neutral.max()):.0e} if neutral"
    )
    return judge(measured, float(screened.min()) > 1e-4 and float(neutral.max()) < 1e-5)


@statement("D", "Eqs. D9 to D11")
def modes_decay_over_mean_free_paths_and_carry_no_current(data: Data) -> Verdict:
    """Each mode decays over a mean free path of the wire, and carries no current."""
    found = data["modes"]
    path, length = np.sort(found.path.values, axis=1), np.sort(found.length.values, axis=1)
    between = (length > path[:, :-1]) & (length < path[:, 1:])
    measured = (
        f"{between.sum()} of {between.size} decay lengths lie between neighbouring mean free paths, for s "
        "= -0.5, 0, 1; "
        f"current of a mode over its parts: {float(found.current.max()):.0e} at most"
    )
    return judge(measured, between.all() and float(found.current.max()) < 1e-8)


@statement("D", "current conservation")
def current_is_conserved_along_every_wire(data: Data) -> Verdict:
    """The current is the same everywhere, also for tau(p) and finite screening."""
    found = data["conservation"]
    worst = float(abs(found.current / found.solved_current - 1.0).max())
    return judge(
        f"from the distributions at {found.distance.size} distances, six wires: the same to {worst:.0e}", worst < 1e-4
    )


@statement("D", "physics similar for other tau(p)")
def other_relaxation_times_have_spots_too(data: Data) -> Verdict:
    """Other tau(p) and finite screening commonly have modes of both signs, and hence spots at a distance as well."""
    points = data["wires"]
    some = points.sel(exponent=points.exponent[points.exponent > -1.0])
    every = some.spot_exists.any("side").mean(["center", "width", "temperature"])
    visible = visible_spots(some).any("side").mean(["center", "width", "temperature"])
    measured = "resonances with an extremum (visible spot): " + ", ".join(
        f"{float(every.sel(exponent=s).mean()):.0%} ({float(visible.sel(exponent=s).mean()):.0%}) for tau ~ p^{s:g}"
        for s in some.exponent.values
    )
    return judge(measured, np.all(every > 0.4) and np.all(visible > 0.1))


@statement("D", "crucial parameter")
def relaxation_time_matters_more_than_screening(data: Data) -> Verdict:
    """tau(p) is the crucial parameter of the model."""
    points = data["wires"]
    share = points.spot_exists.mean(["center", "width", "side", "temperature"]).transpose("exponent", "strength").values
    by_time, by_force = np.ptp(share, axis=0).min(), np.ptp(share, axis=1).max()
    measured = (
        f"share of extrema changes by {by_time:.0%} or more with s from -1 to 1, by {by_force:.0%} "
        "at most with the screening"
    )
    return judge(measured, by_time > 3.0 * by_force)


def _decay_rates(data: Data, part: str) -> "dict[float, np.ndarray]":
    """Local decay rates -d ln|P|/d|x| of a part of the heating, by the exponent of tau(p); both sides and strengths."""
    found = data["decays"]
    distance = abs(found.x.values)
    rates = {}
    for s in found.exponent.values:
        logarithm = np.log(abs(found[part].sel(exponent=s).values))
        sides = [found.x.values < 0, found.x.values > 0]
        rates[float(s)] = np.concatenate(
            [(-np.diff(logarithm[:, side], axis=1) / np.diff(distance[side])).ravel() for side in sides]
        )
    return rates


@statement("D", "l = const, one exponential")
def constant_mean_free_path_has_one_decay_length(data: Data) -> Verdict:
    """For tau ~ 1/p everything decays as exp(-|x|/l), at all momenta."""
    rates = _decay_rates(data, "scatterer")
    off = {s: abs(each - 1.0) for s, each in rates.items()}
    others = {s: float(np.median(each)) for s, each in off.items() if s > -1.0}
    measured = (
        f"l times the local decay rate of |P_s| is 1 to {off[-1.0].max():.0e}; its median distance from 1 is "
        + ", ".join(f"{each:.2f} for tau ~ p^{s:g}" for s, each in others.items())
    )
    return judge(measured, off[-1.0].max() < 1e-5 and min(others.values()) > 0.1)


@statement("D", "l = const, P_s alone")
def scatterers_part_has_no_spots_at_constant_length(data: Data) -> Verdict:
    """For l = const P_s decays monotonically and has no spots, in the strong Coulomb limit P_ph has none either."""
    points, gated = data["wires"].sel(exponent=-1.0), data["screened"].sel(exponent=-1.0)
    count = int(points.spot_exists.sum())
    turns = sum(
        turning_points(gated.scatterer.sel(center=center), side)[0].size
        for center in gated.center.values
        for side in (-1.0, 1.0)
    )
    measured = (
        f"neutral wires and local screening: {count} extrema of P_ph on {points.spot_exists.size} sides; "
        f"gated Coulomb force: {turns} of P_s on {2 * gated.center.size}"
    )
    return judge(measured, count == 0 and turns == 0)


@statement(
    "D",
    "l = const, finite screening",
    "On the scale of the screening, a tenth of a mean free path; not if the potential follows the charge locally.",
)
def finite_screening_may_give_spots_at_constant_length(data: Data) -> Verdict:
    """For l = const and finite screening P_s and P_phi together may have spots: phi decays over another length."""
    gated, local = data["screened"].sel(exponent=-1.0), data["wires"].sel(exponent=-1.0, strength=0.5)
    found = [
        (center, side, distance[0], height[0])
        for center in gated.center.values
        for side in (-1.0, 1.0)
        for distance, height in [turning_points(gated.heating.sel(center=center), side)]
        if distance.size
    ]
    measured = (
        f"wire of radius 0.05, gate at 0.5: {len(found)} of {2 * gated.center.size} sides have a spot"
        + "".join(
            f", {height:.1f} P_ext at x = {side * place:.2f} (eps0 = {center})" for center, side, place, height in found
        )
        + f"; local screening of strength 0.5: {int(local.spot_exists.sum())} of {local.spot_exists.size}"
    )
    return judge(measured, len(found) > 0 and int(local.spot_exists.sum()) > 0, len(found) > 0)


STATEMENTS = (
    transparent_wires_have_no_potential,
    reflection_accumulates_charge,
    modes_decay_over_mean_free_paths_and_carry_no_current,
    current_is_conserved_along_every_wire,
    other_relaxation_times_have_spots_too,
    constant_mean_free_path_has_one_decay_length,
    relaxation_time_matters_more_than_screening,
    scatterers_part_has_no_spots_at_constant_length,
    finite_screening_may_give_spots_at_constant_length,
)
