"""Heating and cooling spots: extrema of the heating h(x) = P_ph(x)/P_ext at a distance from the scatterer (Figs. 3-6).

On either side h is a sum over the modes of that half-wire, with r = |x| and the upper sign for x > 0 (see `flow`),

    h(r) - 1 = sum_k c_k exp(-kappa_k r),      c_k = +- kappa_k [heat_k/(I F) + sigma neutral_k/F],

whose extrema are found in `extrema`. The modes need not be known for that: the sum is an integral along a `contour`. A
potential that is not local is differentiated in Fourier space. Temperatures are such sums as well.
"""

import operator
from collections.abc import Callable
from typing import Any, Literal, overload

import jax
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float

from jaxwire.kinetics.energy_range import reach
from jaxwire.kinetics.flow import Flow
from jaxwire.kinetics.resolvents.contour import Contour
from jaxwire.kinetics.side import AnySide, smooth
from jaxwire.model.wires.relaxation import ConstantRelaxationTime
from jaxwire.model.wires.screening import AbstractNonLocalScreening
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import quick_jit
from jaxwire.observables.extrema import EXTREMA_SEARCHED, NEAREST, Extrema, candidates, dominant, farthest, in_order
from jaxwire.observables.spot import Spot, SpotLimits, Spots, WarmSpot, WarmSpots, check_limits
from jaxwire.observables.wave_profile import WaveProfile
from jaxwire.solver.fields import own_phonons
from jaxwire.solver.solution import Solution, as_single

HEATING_ROUNDING_NON_LOCAL = 1e-9
"""`wave_profile.HEATING_ROUNDING` of a potential that is not local, which loses more."""

CONTOUR_POINTS = 72
"""Points of the contour with a constant relaxation time: 512 profiles of the promised domain then err by 6e-13 of their
largest |h - 1| at most; at kT = 100 it would be 2e-11."""

CONTOUR_POINTS_OTHERWISE = 96
"""Points of the contour with other relaxation times, whose mean free paths may span many decades."""

BAND_SAMPLES = 16
"""Energies, up to the last node, among which the largest velocity is looked for."""


Profile = Literal["heating", "electron_temperature", "phonon_temperature"]
"""Of what extrema may be wanted."""

PROFILES = ("heating", "electron_temperature", "phonon_temperature")
"""The same, to be checked."""


@overload
def find_spots(
    sol: Solution, x_max=..., *, x_min=..., min_prominence=..., of: Literal["heating"] = "heating"
) -> Spots: ...


@overload
def find_spots(
    sol: Solution,
    x_max=...,
    *,
    x_min=...,
    min_prominence=...,
    of: Literal["electron_temperature", "phonon_temperature"],
) -> WarmSpots: ...


def find_spots(sol: Solution, x_max=20.0, *, x_min=NEAREST, min_prominence=0.0, of: Profile = "heating"):
    """Find the dominant extremum of P_ph/P_ext in either wire: the strongest spot as Figs. 5 and 6 count.

    It is the one with the largest |P_ph|, if that is above P_ext: a maximum above P_ext heats, a minimum below -P_ext
    cools. Where no extremum is, it is the minimum with the largest |P_ph/P_ext - 1|, which the paper does not show.

    Extrema inside x_min < |x| < x_max count, its ends do not, however faint an extremum is, unless `min_prominence`
    says how faint it may be. The buildup term runs off as log|x| at the scatterer and makes faint extrema at |x| < 0.11
    or so, which are the only ones in some areas of a map: x_min=0.2 leaves them out.
    Possibly missed are two about to merge, with prominences below about 1e-7 of the largest |P_ph/P_ext - 1|, and what
    is lost in rounding (1e-12 of it). Derivatives are 0 without a spot; values jump where another extremum becomes
    dominant.

    Of a temperature it is the extremum that is farthest from T.

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.observables.spots import find_spots
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.7, voltage=0.1)
    >>> for spot in find_spots(sol):
    ...     print(f"{spot.position:.4f} {spot.heating:.4f} {spot.kind:+d} {spot.prominence:.3f}")
    -0.7847 25.8055 +1 13.189
    1.1823 -15.5358 -1 16.534

    ```

    Args:
        sol: a single solution. It has no spots at zero voltage, where the heating is undefined, or if it failed.
        x_max: largest |x|, in vF tau0, more than x_min; up to 100 keeps the resolution stated here.
        x_min: smallest |x|, in vF tau0, at least 0.01.
        min_prominence: smallest prominence, in units of P_ext, not negative; whatever x_min is, it is measured from
            |x| = 0.01 on.
        of: "heating", or of what else: "electron_temperature" (in any wire) or "phonon_temperature", to first order,
            in wires that have phonons of their own. Then prominences are in mu0.

    Raises:
        TypeError: if sol is not a Solution.
        ValueError: if sol is a batch, a limit is outside its domain, or `of` is not one of these.
    """
    sol = _checked("find_spots", sol, of)
    return _strongest(sol, check_limits(x_max, x_min, min_prominence), of)


@overload
def find_extrema(
    sol: Solution, x_max=..., limit: int = 8, *, x_min=..., min_prominence=..., of: Literal["heating"] = "heating"
) -> Spots: ...


@overload
def find_extrema(
    sol: Solution,
    x_max=...,
    limit: int = 8,
    *,
    x_min=...,
    min_prominence=...,
    of: Literal["electron_temperature", "phonon_temperature"],
) -> WarmSpots: ...


def find_extrema(
    sol: Solution, x_max=20.0, limit: int = 8, *, x_min=NEAREST, min_prominence=0.0, of: Profile = "heating"
):
    """Find all extrema of P_ph/P_ext inside x_min < |x| < x_max, in either wire.

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.observables.spots import find_extrema
    >>> sol = jw.solve(jw.Lorentzian(center=0.64, width=0.08), temperature=0.3, voltage=0.4)
    >>> print(find_extrema(sol, limit=2).right.position.round(3))
    [0.804   nan]

    ```

    Args:
        sol: a single solution.
        x_max: largest |x|, in vF tau0, more than x_min.
        limit: number of extrema per wire, at least 1.
        x_min: smallest |x|, in vF tau0, at least 0.01.
        min_prominence: smallest prominence, in units of P_ext, not negative.
        of: as in `find_spots`.

    Returns:
        Arrays of shape (limit,), by increasing |x|, then filled up with `exists` False and NaN. As `kind` tells the
        side of P_ext, a minimum between two maxima may well be of the kind heating.

    Raises:
        TypeError, ValueError: as `find_spots`; ValueError if limit is not an integer of at least 1.
    """
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise ValueError(f"`limit` must be an integer of at least 1, got {limit!r}.")
    sol = _checked("find_extrema", sol, of)
    return _first(sol, check_limits(x_max, x_min, min_prominence), limit, of)


def _checked(name: str, sol: Any, of: Any) -> Solution:
    """A single solution that has such a profile."""
    sol = as_single(name, sol, name)
    if of not in PROFILES:
        raise ValueError(f"`of` must be {', '.join(map(repr, PROFILES[:-1]))} or {PROFILES[-1]!r}, got {of!r}.")
    if of == "phonon_temperature":
        own_phonons(sol.wire)
    return sol


@quick_jit
def _strongest(sol: Solution, limits: SpotLimits, of: Profile) -> Spots | WarmSpots:
    """The dominant extremum of either side."""
    choose = dominant if of == "heating" else farthest
    return _on_both_sides(sol, of, lambda profile: choose(_within(profile, limits, EXTREMA_SEARCHED)))


@quick_jit
def _first(sol: Solution, limits: SpotLimits, limit: int, of: Profile) -> Spots | WarmSpots:
    """The first `limit` extrema of either side."""
    return _on_both_sides(sol, of, lambda profile: in_order(_within(profile, limits, limit), limit))


def _within(profile: WaveProfile, limits: SpotLimits, limit: int) -> Extrema:
    """At least the first `limit` extrema, of which those exist that are within the limits."""
    found = candidates(profile, limits.x_max, limit)
    counts = (found.distance > limits.x_min) & (found.prominence >= limits.min_prominence)
    return found._replace(exists=found.exists & counts)


def _on_both_sides(sol: Solution, of: Profile, find: Callable[[WaveProfile], Extrema]) -> Spots | WarmSpots:
    """What is found on the profile of either side."""
    flow, contour = sol.flow, _contour(sol)

    def on_side(coefficient: Complex[Array, " m"], sign: Scalar) -> Extrema:
        profile = WaveProfile(contour.rate, coefficient)
        return find(_with_potential(flow, profile, sign) if of == "heating" else profile)

    sides = [(_coefficients(sol, side, contour, of), side.sign) for side in (flow.upper, flow.lower)]
    both = jax.vmap(on_side)(*(jnp.stack(pair) for pair in zip(*sides, strict=True)))
    both = jax.tree.map(lambda each: jnp.where(sol.voltage >= 0, each, each[::-1]), both)
    left, right = (jax.tree.map(operator.itemgetter(index), both) for index in (0, 1))
    if of == "heating":
        return Spots(Spot(*_spot(left, -1.0, 1.0)), Spot(*_spot(right, 1.0, 1.0)))
    return WarmSpots(WarmSpot(*_spot(left, -1.0, 0.0)), WarmSpot(*_spot(right, 1.0, 0.0)))


def _spot(found: Extrema, side: float, uniform: float) -> tuple[Array, ...]:
    """Position, value, existence, kind, prominence; far away the value is `uniform`."""
    distance, excess, prominence = (jnp.where(found.exists, value, jnp.nan) for value in found[:3])
    kind = (excess > 0).astype(int) - (excess < 0).astype(int)
    return side * distance, uniform + excess, found.exists, kind, prominence


def _contour(sol: Solution) -> Contour:
    """Contour round the rates of both sides; where energies alone give it, it is the same at many points of a map."""
    wire, halves = sol.wire, (sol.flow.upper.half, sol.flow.lower.half)
    if wire.has_varying_collisions:
        longest = jnp.maximum(*(half.longest_decay for half in halves))
        return Contour.around(longest, NEAREST, CONTOUR_POINTS_OTHERWISE)
    if isinstance(wire.relaxation, ConstantRelaxationTime):
        # Velocities of usual bands grow up to the last node; of any other band, some energies tell the largest well.
        top = reach(sol.scatterer, sol.temperature, sol.voltage).top + jnp.abs(sol.voltage)
        energy = top * jnp.linspace(0.0, 1.0, BAND_SAMPLES + 1)[1:]
        length = wire.longest_decay(energy, sol.temperature) if wire.is_thermal else wire.velocity(energy)
        return Contour.around(jnp.max(length), NEAREST, CONTOUR_POINTS)
    paths = [half.mean_free_path for half in halves]
    return Contour.around(jnp.max(jnp.concatenate(paths)), NEAREST, CONTOUR_POINTS_OTHERWISE)


def _coefficients(sol: Solution, side: AnySide, contour: Contour, of: Profile) -> Complex[Array, " m"]:
    """Coefficients of one side; without a flow no excess, so that nothing is NaN."""
    flow = sol.flow
    flows = flow.current * flow.force > 0
    if of == "heating":
        waves = flow.heating_waves(side, contour) / jnp.where(flows, flow.current * flow.force, 1.0)
    else:
        waves = sol.temperature * (side.warmth_waves if of == "electron_temperature" else side.lattice_waves)(contour)
    return jnp.where(flows, waves, 0.0)


def _with_potential(flow: Flow, local: WaveProfile, sign: Scalar) -> WaveProfile:
    """Add to a side what a potential that is not local contributes."""
    if not isinstance(screening := flow.screening, AbstractNonLocalScreening):
        return local
    flows = flow.current * flow.force > 0
    force = jnp.where(flows, flow.force, 1.0)

    def buildup(r: Scalar) -> Float[Array, " 3"]:
        def part(n: int) -> Scalar:  # The potential is linear in the neutral one, and commutes with derivatives by x.
            def field(flow: Flow, x: Scalar) -> Scalar:
                def spectrum(q):
                    return (1j * q) ** (n + 1) * flow.neutral_spectrum(q)

                return screening.field(x, spectrum, flow.upper.half.compressibility)

            return -(sign**n) * smooth(field)(flow, sign * r) / force

        return jnp.where(flows, jnp.stack([part(0), part(1), part(2)]), 0.0)

    return local._replace(rounding=HEATING_ROUNDING_NON_LOCAL, extra=buildup)
