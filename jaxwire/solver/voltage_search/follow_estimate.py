"""First search for the voltage that carries a current: along the closed-form estimate of I(V).

I(V) is its estimate times a ratio that hardly varies, the less the closer it is to one. The search starts where the
estimate carries the current. It goes on by Newton steps with derivatives of the estimate, times the ratio: a
parabola through the last three voltages looked at. Typical points are settled by two or three solutions of the matching
system, none of which is differentiated.
"""

import jax.numpy as jnp
from jaxtyping import Array, Bool

from jaxwire.numerics.array_types import Scalar
from jaxwire.solver.voltage_search.local_current import LocalCurrent, derivatives
from jaxwire.solver.voltage_search.search_state import CURRENT_ROUNDING, FAILED, FOLLOW, FOUND, Question, SearchState

VOLTAGE_ACCURACY = 1e-10
"""Relative error of the voltage to be expected once it counts as found."""

# How much the ratio r is taken to vary beyond what two and three voltages tell, on the smallest scale s of t, V and,
# where the transmission moves with the voltage, its widths. Measured at random points of the promised domain in four
# wires.

CURVATURE = 0.5
"""Curvature of the ratio, as a multiple of |r - 1|/s^2 + |dr/dV|/s: 0.07 typically, below 0.46 at 98 % of points; 0.1
and 4 where the transmission moves, which leaves the voltage accurate to 5e-11 at 98 % of points."""

SLOWNESS = 10.0
"""The next term of a Taylor series of the ratio, as a multiple of the last one: 0.2 typically, below 1.2 at 98 %."""

STEEPEST_FOLLOWED = 1.0
"""Logarithmic derivative of the ratio by the voltage up to which it is followed; beyond, it counts as constant."""

FURTHEST_TARGET = 1.5
"""Nothing is followed towards more than this multiple of the largest estimate."""

NEARLY = 0.99
"""Where the estimate does not reach the target, it is followed from this share of its largest value."""

SMALLEST_SHARE = 0.02
"""A step towards saturation goes at most to where this share of the way to it is left."""

SHALLOW = 0.98
"""The estimate is followed only where it nowhere falls below this share of what it was at smaller voltages."""

STRAIGHT = 1e-5
"""A step of which the bend makes less than this share is taken by the series of the logarithm: to 3e-11 of it."""

SHORTEN = 0.5
"""Largest share of the voltage that a step takes off."""

LENGTHEN = 0.1
"""By how much a step may be longer than the voltage, in mu0."""


def first_voltage(question: Question) -> tuple[Scalar, Bool[Array, ""]]:
    """Where the estimate carries the current, and whether it is worth following: it rises all the way to there."""
    target, estimate, table = question
    first, highest = table.reaching(target, NEARLY), table.highest()
    rises = jnp.all((table.current >= SHALLOW * highest) | (table.voltage >= first))
    (expected, slope, bend), _ = derivatives(estimate.roughly, first, estimate.finest(), first)
    polish = _curved_step(jnp.minimum(target, NEARLY * highest[-1]) - expected, slope, bend, first)
    begin = jnp.where((slope > 0) & (first + polish > 0), first + polish, first)
    return begin, rises & (first > 0) & (target < FURTHEST_TARGET * highest[-1])


def follow(state: SearchState, here: LocalCurrent, question: Question) -> SearchState:
    """One step along the estimate times its ratio to I(V), a parabola through three points.

    It errs by as much as the ratio varies otherwise along it, so that no derivative of I(V) is needed.
    """
    voltage, value, slope = here.point
    target, estimate, table = question
    last, before = state.seen.last, state.seen.before.voltage
    ratio, line, curvature = here.ratio, here.line, here.curvature

    step = _curved_step(target - value, slope, here.second, voltage)
    # What the step leaves open is taken with the slope there.
    ahead = voltage + step
    reached = (ratio + (line + curvature * (ahead - last.voltage)) * step) * estimate(here.nodes, ahead)
    slope_there, most = slope + here.second * step, 0.5 * jnp.abs(step)
    is_rising = (slope > 0) & (slope_there > 0)
    missed = jnp.where(is_rising, (target - reached) / slope_there, jnp.inf)
    rest = jnp.where(is_rising, jnp.clip(missed, -most, most), 0.0)
    better = ahead + rest

    scale = jnp.minimum(voltage, estimate.finest())
    third = SLOWNESS * jnp.abs(curvature * (better - before)) / scale
    unseen = CURVATURE * (jnp.abs(ratio - 1.0) / scale + jnp.abs(here.seen.tilt)) / scale
    unseen = jnp.where(before > 0, third, unseen)
    unseen = jnp.where(here.is_slight, unseen * jnp.abs((better - last.voltage) * (better - voltage)), jnp.inf)
    error = unseen * here.expected / slope + jnp.abs(missed - rest) + jnp.abs(rest * step) / scale
    is_close = error <= VOLTAGE_ACCURACY * better
    # Where hardly an electron is reflected, I(V) has a pole, and so has the estimate; behind it they are negative.
    is_lost = ~((better > 0) & (better < table.voltage[-1]) & (value > 0) & (ratio > 0))
    is_settled = ~is_lost & (slope > 0) & (is_close | (jnp.abs(target - value) <= CURRENT_ROUNDING * target))
    stage = jnp.where(is_settled, FOUND, jnp.where(is_lost | (state.left <= 0), FAILED, FOLLOW))
    return state._replace(stage=stage, voltage=better, seen=here.seen)


def _curved_step(lacking: Scalar, slope: Scalar, bend: Scalar, voltage: Scalar) -> Scalar:
    """Newton step that makes up for what is lacking, bent as the function is.

    Where the function rises, it is replaced by the exponential of the same value, slope and curvature, as currents
    saturate exponentially; where it falls, behind a crest, by such a parabola.
    """
    share = -bend * lacking / slope**2  # of what the exponential can still gain
    newton = lacking / slope * (1.0 + 0.5 * share)
    bent = jnp.log(jnp.maximum(1.0 - share, SMALLEST_SHARE)) * slope / bend
    back = (jnp.sqrt(jnp.maximum(slope**2 + 2.0 * bend * lacking, 0.0)) - slope) / bend
    step = jnp.where(slope > 0, jnp.where(jnp.abs(share) < STRAIGHT, newton, bent), back)
    return jnp.clip(step, -SHORTEN * voltage, voltage + LENGTHEN)
