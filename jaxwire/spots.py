"""Heating and cooling spots: extrema of the heating h(x) = P_ph(x)/P_ext at a distance from the scatterer (Figs. 3-6).

On either side h is a sum over the modes of that half-wire, with r = |x| and the upper sign for x > 0 (see `flow`),

    h(r) - 1 = sum_k c_k exp(-kappa_k r),      c_k = +- kappa_k [heat_k/(I F) + sigma neutral_k/F],

and h' and h'' share its exponentials. They are sampled at `SAMPLES` distances, logarithmic near the scatterer and even
far out. Between two samples, r h' is taken as the cubic with their values and slopes; cut at its turning points, it has
one zero or none in each piece, so that two extrema between neighbouring samples are seen as well. Bracketed Newton
steps on h' itself settle each of them. By any parameter p, the derivative of a position is -(dh'/dp)/h'' (implicit
function theorem); heating and prominence follow. A potential that is not local is differentiated in Fourier space.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from jaxwire.domain import Domain, Scalar, as_parameter
from jaxwire.flow import Flow, Side
from jaxwire.implicit import root
from jaxwire.solution import Solution
from jaxwire.wire import AbstractNonLocalScreening

NEAREST = 0.01
"""Smallest |x| of a spot, in vF tau0: closer, the buildup term runs off as log|x|."""

SAMPLES, BEND, SEARCHED = 64, 3.0, 6
"""Distances at which h is sampled, evenly spaced from x_max/BEND on (40 of them missed none of 900 extrema); extrema
of one side that are looked into, from the scatterer outwards (a single resonance made 3 at most in 1,500 cases)."""

HALVINGS, NEWTON_STEPS, SETTLED = 12, 6, 1e-7
"""Bisections of the cubic, to 1e-4 of a sample's spacing; Newton steps, the second of which reaches rounding unless two
extrema are about to merge; relative step after which the next error is rounding."""

ROUNDING, ROUNDING_NON_LOCAL = 1e-12, 1e-9
"""Smallest prominence, and curvature by ln|x|, of an extremum, as shares of the largest |h - 1| on its side: the terms
of the mode sum, known to 1e-16, may be 1e3 times the sum. A potential that is not local loses more."""


class Spot(NamedTuple):
    """An extremum of the heating on one side of the scatterer; each of shape (), or of that of a batch.

    Attributes:
        position: x, in vF tau0, negative on the left; NaN where there is none.
        heating: P_ph/P_ext at x, negative where the phonons are cooled; NaN where there is none.
        exists: whether there is one.
        kind: +1 for a heating spot, heating > 1; -1 for a cooling spot, heating < 1; 0 where there is none.
        prominence: how far h falls from a maximum before it reaches a higher value or an end of the interval, on the
            side where it falls less (a minimum: upside down), in units of P_ext; NaN where there is none.
    """

    position: Float[Array, "..."]
    heating: Float[Array, "..."]
    exists: Bool[Array, "..."]
    kind: Int[Array, "..."]
    prominence: Float[Array, "..."]


class Spots(NamedTuple):
    """Spots in the left wire, x < 0, and in the right one, x > 0."""

    left: Spot
    right: Spot


def find_spots(sol: Solution, x_max=20.0) -> Spots:
    """Find the dominant extremum of P_ph/P_ext in either wire, the one with the largest |P_ph/P_ext - 1|.

    Extrema inside 0.01 < |x| < x_max count, its ends do not, however faint an extremum is: select by `prominence`.
    Possibly missed are two about to merge, with prominences below about 1e-7 of the largest |P_ph/P_ext - 1|, and what
    is fainter than `ROUNDING`. Derivatives are 0 without a spot; values jump where another extremum becomes dominant.

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.spots import find_spots
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.7, voltage=0.1)
    >>> for spot in find_spots(sol):
    ...     print(f"{spot.position:.4f} {spot.heating:.4f} {spot.kind:+d} {spot.prominence:.3f}")
    -0.7847 25.8055 +1 13.189
    1.1823 -15.5358 -1 16.534

    ```

    Args:
        sol: a single solution. It has no spots at zero voltage, where the heating is undefined, or if it failed.
        x_max: largest |x|, in vF tau0, more than 0.01; up to 100 keeps the resolution stated here.

    Raises:
        TypeError: if sol is not a Solution.
        ValueError: if sol is a batch, or x_max is outside its domain.
    """
    return _find(*_checked("find_spots", sol, x_max), None)


def find_extrema(sol: Solution, x_max=20.0, limit: int = 8) -> Spots:
    """Find all extrema of P_ph/P_ext inside 0.01 < |x| < x_max, in either wire.

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.spots import find_extrema
    >>> sol = jw.solve(jw.Lorentzian(center=0.64, width=0.08), temperature=0.3, voltage=0.4)
    >>> print(find_extrema(sol, limit=2).right.position.round(3))
    [0.804   nan]

    ```

    Args:
        sol: a single solution.
        x_max: largest |x|, in vF tau0, more than 0.01.
        limit: number of extrema per wire, at least 1.

    Returns:
        Arrays of shape (limit,), by increasing |x|, then filled up with `exists` False and NaN. As `kind` tells the
        side of P_ext, a minimum between two maxima may well be of the kind heating.

    Raises:
        TypeError, ValueError: as `find_spots`; ValueError if limit is not an integer of at least 1.
    """
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise ValueError(f"`limit` must be an integer of at least 1, got {limit!r}.")
    return _find(*_checked("find_extrema", sol, x_max), limit)


def spot_measure(spot: Spot) -> Float[Array, "..."]:
    """Signed strength kind * ||P_ph/P_ext| - 1|^(1/5) of spots of any shape, the measure of Fig. 5; NaN for none.

    The paper writes sign * [|P_ph/P_ext| - 1]^(1/5), whose bracket is negative where |P_ph| < P_ext; read as real, its
    absolute value counts, and the sign is that of P_ph/P_ext - 1. It is 0, with infinite slopes, at P_ph = -P_ext.
    """
    heating = jnp.where(spot.exists, spot.heating, 2.0)
    return jnp.where(spot.exists, spot.kind * jnp.abs(jnp.abs(heating) - 1.0) ** 0.2, jnp.nan)


def _checked(name: str, sol: Solution, x_max) -> tuple[Solution, Scalar]:
    if not isinstance(sol, Solution):
        raise TypeError(f"`sol` must be a Solution such as `solve` returns, got {type(sol).__name__}.")
    if sol.voltage.ndim:
        found = f"a batch of shape {sol.voltage.shape}; map over it with jax.vmap({name})(solutions)"
        raise ValueError(f"`{name}` needs a single solution, got {found}.")
    return sol, as_parameter("x_max", x_max, Domain(lambda x: (x > NEAREST) & (x < jnp.inf), f"more than {NEAREST}"))


@eqx.filter_jit
def _find(sol: Solution, x_max: Scalar, limit: int | None) -> Spots:
    """The first `limit` extrema of either side, or with None the dominant one."""

    def spot(found: Extrema, side: float) -> Spot:
        if limit is None:
            index = jnp.argmax(jnp.where(found.exists, jnp.abs(found.excess), -1.0))
            found = jax.tree.map(lambda each: each[index], found)
        distance, excess, prominence = (jnp.where(found.exists, value, jnp.nan) for value in found[:3])
        kind = (excess > 0).astype(int) - (excess < 0).astype(int)
        return Spot(side * distance, 1.0 + excess, found.exists, kind, prominence)

    sides = [extrema(_profile(sol.flow, side), x_max, limit or SEARCHED) for side in (sol.flow.upper, sol.flow.lower)]
    select = functools.partial(jnp.where, sol.voltage >= 0)
    left, right = (jax.tree.map(select, *pair) for pair in (sides, sides[::-1]))
    return Spots(spot(left, -1.0), spot(right, 1.0))


class Profile(NamedTuple):
    """Excess h - 1 on one side: kappa_k, c_k, its `ROUNDING`, and what else adds to it and its two derivatives."""

    rate: Float[Array, " m"]
    coefficient: Float[Array, " m"]
    rounding: float = ROUNDING
    extra: Callable[[Scalar], Float[Array, " 3"]] | None = None

    def __call__(self, r: Float[Array, " p"]) -> Float[Array, "3 p"]:
        """Excess and its first two derivatives."""
        powers = jnp.stack([jnp.ones_like(self.rate), -self.rate, self.rate**2])
        sums = (powers * self.coefficient[None, :]) @ jnp.exp(-self.rate[:, None] * r[None, :])
        return sums if self.extra is None else sums + jax.lax.map(self.extra, r, batch_size=8).T


def _profile(flow: Flow, side: Side) -> Profile:
    """Excess on one side; zero, so that nothing is NaN, where nothing flows or the solve failed."""
    flows = flow.current * flow.force > 0
    power, force = jnp.where(flows, flow.current * flow.force, 1.0), jnp.where(flows, flow.force, 1.0)
    rate, shares = side.modes.rate, flow.heating_shares(side) / power
    mode_sum = Profile(jnp.where(flows, rate, 1.0), jnp.where(flows, shares, 0.0))
    if not isinstance(screening := flow.screening, AbstractNonLocalScreening):
        return mode_sum

    def buildup(r: Scalar) -> Float[Array, " 3"]:
        def part(n: int) -> Scalar:  # The potential is linear in the neutral one, and commutes with derivatives by x.
            def spectrum(q):
                return (1j * q) ** (n + 1) * flow._neutral_spectrum(q)

            return -(side.sign**n) * screening.field(side.sign * r, spectrum, flow.upper.half.compressibility) / force

        return jnp.where(flows, jnp.stack([part(0), part(1), part(2)]), 0.0)

    return mode_sum._replace(rounding=ROUNDING_NON_LOCAL, extra=buildup)


class Extrema(NamedTuple):
    """Extrema by increasing distance; placeholders where not `exists`."""

    distance: Float[Array, "..."]
    excess: Float[Array, "..."]
    prominence: Float[Array, "..."]
    exists: Bool[Array, "..."]


def extrema(profile: Profile, x_max: Scalar, limit: int) -> Extrema:
    """First `limit` extrema of a profile inside NEAREST < r < x_max."""
    still = profile._replace(**jax.lax.stop_gradient({"rate": profile.rate, "coefficient": profile.coefficient}))
    low, start, high, is_maximum, is_found, scale = jax.lax.stop_gradient(_brackets(still, x_max, limit))
    smallest = profile.rounding * scale

    def improve(_, state):
        r, low, high, _ = state
        _, slope, curvature = still(r)
        is_low = (slope > 0) == is_maximum
        low, high = jnp.where(is_low, r, low), jnp.where(is_low, high, r)
        newton = r - slope / jnp.where(curvature == 0, 1.0, curvature)
        is_settled = jnp.abs(newton - r) < SETTLED * r  # rounding may now throw it out of the bracket
        is_bent = ((curvature < 0) == is_maximum) & (r**2 * jnp.abs(curvature) > smallest)
        newton = jnp.where(is_settled | ((newton > low) & (newton < high)), newton, 0.5 * (low + high))
        return newton, low, high, is_settled & is_bent

    start, _, _, is_stationary = jax.lax.fori_loop(0, NEWTON_STEPS, improve, (start, low, high, is_found))
    start = jax.lax.stop_gradient(start)
    is_stationary &= is_found & (start > NEAREST) & (start < x_max)
    # Elsewhere the equation r = start stands in, so that no derivative is infinite or NaN.
    r = root(lambda r: jax.lax.select(is_stationary, profile(r)[1], r - start), start, solve=lambda _, found: found)
    ends = jnp.stack([jnp.full_like(x_max, NEAREST), x_max])
    excess = profile(jnp.concatenate([r, ends]))[0]
    prominence = _prominence(r, excess[:-2], is_maximum, is_stationary, (ends, excess[-2:]))
    index, exists = _first(is_stationary & (prominence > smallest), limit)
    return Extrema(r[index], excess[index], prominence[index], exists)


def _prominence(r, excess, is_maximum, is_stationary, ends) -> Float[Array, " k"]:
    """Topographic prominence: h is monotonic between neighbouring extrema and ends, so that their values suffice."""
    upright = jnp.where(is_maximum, 1.0, -1.0)[:, None]
    summit, level = upright * excess[:, None], upright * jnp.concatenate([excess, ends[1]])[None, :]
    offset = jnp.concatenate([r, ends[0]])[None, :] - r[:, None]
    counts = jnp.concatenate([is_stationary, jnp.ones(2, dtype=bool)])[None, :]
    saddles = []
    for side in (counts & (offset < 0), counts & (offset > 0)):
        higher = jnp.min(jnp.where(side & (level > summit), jnp.abs(offset), jnp.inf), axis=1, keepdims=True)
        saddles.append(jnp.min(jnp.where(side & (jnp.abs(offset) < higher), level, jnp.inf), axis=1))
    return summit[:, 0] - jnp.maximum(*saddles)


def _brackets(profile: Profile, x_max: Scalar, limit: int) -> tuple:
    """Zeros of the interpolated h' with their brackets, which of them are maxima and exist; the largest |h - 1|."""
    # r = bend ln(1 + e^s) is logarithmic in s where r << bend and linear where r >> bend.
    bend, bottom = x_max / BEND, NEAREST * BEND / x_max
    s = jnp.linspace(bottom + jnp.log(-jnp.expm1(-bottom)), jnp.log(jnp.expm1(BEND)), SAMPLES)
    step = s[1] - s[0]
    r = bend * jax.nn.softplus(s)
    excess, slope, curvature = profile(r)
    value, rise = r * slope, step * bend * jax.nn.sigmoid(s) * (slope + r * curvature)
    jump, first, last = value[1:] - value[:-1], rise[:-1], rise[1:]
    cubic = jnp.stack([value[:-1], first, 3.0 * jump - 2.0 * first - last, first + last - 2.0 * jump])

    def at(cubic, t):
        return cubic[0] + t * (cubic[1] + t * (cubic[2] + t * cubic[3]))

    cuts = _turning_points(cubic)
    t = jnp.concatenate([jnp.zeros_like(cuts[:1]), cuts, jnp.ones_like(cuts[:1])])
    is_positive = jnp.stack([value[:-1], at(cubic, cuts[0]), at(cubic, cuts[1]), value[1:]]) > 0
    index, exists = _first((is_positive[1:] != is_positive[:-1]).T.ravel(), max(limit, SEARCHED))
    interval, piece = index // 3, index % 3
    cubic, is_maximum = cubic[:, interval], is_positive[piece, interval]

    def halve(_, ends):
        middle = 0.5 * (ends[0] + ends[1])
        is_low = (at(cubic, middle) > 0) == is_maximum
        return jnp.where(is_low, middle, ends[0]), jnp.where(is_low, ends[1], middle)

    bracket = t[piece, interval], t[piece + 1, interval]
    middle = 0.5 * sum(jax.lax.fori_loop(0, HALVINGS, halve, bracket))
    places = (bend * jax.nn.softplus(s[interval] + t * step) for t in (bracket[0], middle, bracket[1]))
    return *places, is_maximum, exists, jnp.max(jnp.abs(excess))


def _turning_points(cubic: Float[Array, "4 n"]) -> Float[Array, "2 n"]:
    """Where the derivatives of cubics vanish in 0 < t < 1, increasing; 0 or 1 where they do not."""
    _, c1, c2, c3 = cubic
    radicand = c2**2 - 3.0 * c3 * c1
    q = -(c2 + jnp.copysign(jnp.sqrt(jnp.maximum(radicand, 0.0)), c2))
    below = jnp.where(radicand[None, :] > 0, jnp.stack([3.0 * c3, q]), 0.0)
    turning = jnp.stack([q, c1]) / jnp.where(below == 0, 1.0, below)
    return jnp.sort(jnp.where(below == 0, 0.0, jnp.clip(turning, 0.0, 1.0)), axis=0)


def _first(mask: Bool[Array, " n"], size: int) -> tuple[Int[Array, " k"], Bool[Array, " k"]]:
    """Indices of the first `size` true entries, and which of these there are."""
    is_hit = mask[None, :] & (jnp.cumsum(mask)[None, :] == jnp.arange(1, size + 1)[:, None])
    return jnp.argmax(is_hit, axis=1), jnp.any(is_hit, axis=1)
