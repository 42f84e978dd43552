"""Extrema of a sum of decaying waves, h(r) - 1 = Re sum_a c_a exp(-kappa_a r), at a distance from r = 0.

h, h' and h'' share the waves. They are sampled at `SAMPLES` distances, logarithmic near r = 0 and even far out.
Between two samples, r h' is taken as the cubic with their values and slopes; cut at its turning points, it has one zero
or none in each piece, so that two extrema between neighbouring samples are seen as well. Bracketed Newton steps on the
Taylor series of h settle each of them. By any parameter p, the derivative of a distance is -(dh'/dp)/h'' (implicit
function theorem); height and prominence follow.
"""

import operator
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.implicit import root
from jaxwire.observables.wave_profile import WaveProfile

NEAREST = 0.01
"""Smallest |x| of a spot, in vF tau0: closer, the buildup term runs off as log|x|."""

SAMPLES = 64
"""Distances at which h is sampled; 40 of them missed none of 900 extrema."""

BEND = 3.0
"""Distances are evenly spaced from x_max/BEND on, closer they are logarithmic."""

EXTREMA_SEARCHED = 6
"""Extrema of one side that are looked into, from the scatterer outwards, at least; a single resonance made 3 at most in
1,500 cases."""

BISECTIONS = 12
"""Bisections of the cubic, to 1e-4 of a sample's spacing."""

NEWTON_STEPS = 6
"""Newton steps, the second of which reaches rounding unless two extrema are about to merge."""

SETTLED_DISTANCE = 1e-7
"""Relative Newton step of a distance after which the next error is rounding, as its square."""


class Extrema(NamedTuple):
    """Extrema by increasing distance; placeholders where not `exists`."""

    distance: Float[Array, "..."]
    excess: Float[Array, "..."]
    prominence: Float[Array, "..."]
    exists: Bool[Array, "..."]


def in_order(found: Extrema, limit: int) -> Extrema:
    """The first of them by distance."""
    index, exists = _first(found.exists, limit)
    return Extrema(found.distance[index], found.excess[index], found.prominence[index], exists)


def dominant(found: Extrema) -> Extrema:
    """The one with the largest |h|, if that exceeds 1; else, with -1 < h < 1, the one with the largest |h - 1| < 2."""
    size = jnp.abs(1.0 + found.excess)
    rank = jnp.where(size > 1.0, 1.0 + size, jnp.abs(found.excess))
    index = jnp.argmax(jnp.where(found.exists, rank, -1.0))
    return jax.tree.map(operator.itemgetter(index), found)


def farthest(found: Extrema) -> Extrema:
    """The one with the largest excess of either sign."""
    index = jnp.argmax(jnp.where(found.exists, jnp.abs(found.excess), -1.0))
    return jax.tree.map(operator.itemgetter(index), found)


def candidates(profile: WaveProfile, x_max: Scalar, limit: int) -> Extrema:
    """At least the first `limit` extrema, by increasing distance, and placeholders between them."""
    still = profile._replace(**jax.lax.stop_gradient({"rate": profile.rate, "coefficient": profile.coefficient}))
    low, start, high, is_maximum, is_found, scale = jax.lax.stop_gradient(_brackets(still, x_max, limit))
    at, at_rest = profile.near(start), still.near(start)
    smallest = profile.rounding * scale

    def improve(_, state):
        r, low, high, _ = state
        _, slope, curvature = at_rest(r)
        is_low = (slope > 0) == is_maximum
        low, high = jnp.where(is_low, r, low), jnp.where(is_low, high, r)
        newton = r - slope / jnp.where(curvature == 0, 1.0, curvature)
        is_settled = jnp.abs(newton - r) < SETTLED_DISTANCE * r  # rounding may now throw it out of the bracket
        is_bent = ((curvature < 0) == is_maximum) & (r**2 * jnp.abs(curvature) > smallest)
        newton = jnp.where(is_settled | ((newton > low) & (newton < high)), newton, 0.5 * (low + high))
        return newton, low, high, is_settled & is_bent

    start, _, _, is_stationary = jax.lax.fori_loop(0, NEWTON_STEPS, improve, (start, low, high, is_found))
    start = jax.lax.stop_gradient(start)
    is_stationary &= is_found & (start > NEAREST) & (start < x_max)

    r = root(_slope_there, lambda profile, start, is_stationary: start, profile, start, is_stationary)
    excess, ends = at(r)[0], jnp.stack([jnp.full_like(x_max, NEAREST), x_max])
    prominence = _prominence(r, excess, is_maximum, is_stationary, (ends, profile(ends)[0]))
    return Extrema(r, excess, prominence, is_stationary & (prominence > smallest))


def _slope_there(
    r: Float[Array, " k"], profile: WaveProfile, start: Float[Array, " k"], is_stationary: Bool[Array, " k"]
) -> Float[Array, " k"]:
    """The slope h'(r), which vanishes; elsewhere r = start stands in, so that no derivative is infinite or NaN."""
    return jax.lax.select(is_stationary, profile.near(start)(r)[1], r - start)


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


def _brackets(profile: WaveProfile, x_max: Scalar, limit: int) -> tuple:
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
    index, exists = _first((is_positive[1:] != is_positive[:-1]).T.ravel(), max(limit, EXTREMA_SEARCHED))
    interval, piece = index // 3, index % 3
    cubic, is_maximum = cubic[:, interval], is_positive[piece, interval]

    def halve(_, ends):
        middle = 0.5 * (ends[0] + ends[1])
        is_low = (at(cubic, middle) > 0) == is_maximum
        return jnp.where(is_low, middle, ends[0]), jnp.where(is_low, ends[1], middle)

    bracket = t[piece, interval], t[piece + 1, interval]
    middle = 0.5 * sum(jax.lax.fori_loop(0, BISECTIONS, halve, bracket))
    places = (bend * jax.nn.softplus(s[interval] + t * step) for t in (bracket[0], middle, bracket[1]))
    return *places, is_maximum, exists, jnp.max(jnp.abs(excess))


def _turning_points(cubic: Float[Array, "4 n"]) -> Float[Array, "2 n"]:
    """Where the derivatives of cubics vanish in 0 < t < 1, increasing; 0 or 1 where they do not."""
    _, c1, c2, c3 = cubic
    radicand = c2**2 - 3.0 * c3 * c1
    q = -(c2 + jnp.copysign(jnp.sqrt(jnp.maximum(radicand, 0.0)), c2))
    below = jnp.where(radicand[None, :] > 0, jnp.stack([3.0 * c3, q]), 0.0)
    turning = jnp.stack([q, c1]) / jnp.where(below == 0, 1.0, below)
    first, second = jnp.where(below == 0, 0.0, jnp.clip(turning, 0.0, 1.0))
    return jnp.stack([jnp.minimum(first, second), jnp.maximum(first, second)])


def _first(mask: Bool[Array, " n"], size: int) -> tuple[Int[Array, " k"], Bool[Array, " k"]]:
    """Indices of the first `size` true entries, and which of these there are."""
    index = jnp.sum(jnp.cumsum(mask)[None, :] < jnp.arange(1, size + 1)[:, None], axis=1)
    return jnp.minimum(index, mask.size - 1), index < mask.size
