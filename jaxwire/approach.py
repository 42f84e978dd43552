"""First search for the voltage that carries a current: along the closed-form estimate of I(V).

I(V) is its estimate times a ratio that hardly varies. The search starts where the estimate carries the current. It goes
on by Newton steps with automatic derivatives of the estimate, times the ratio: a parabola through the last three
voltages looked at. Typical points are settled by two or three solutions of the matching system, none of which is
differentiated.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxwire.closed_form import Estimate, Nodes, Table
from jaxwire.compacted import while_loop
from jaxwire.domain import Scalar

Current = Callable[[Scalar], tuple[Scalar, Nodes]]
"""Size of the current as a function of the size of the voltage, with the nodes on which it was worked out."""

MAX_EVALUATIONS = 9
"""Evaluations of I(V) after which following the estimate gives up; typical points need 2 or 3."""

AT_ONCE = {"cpu": 16, "gpu": 2048}
"""Points of a batch that take a step at the same time: enough to fill the vector units."""

ACCURACY = 1e-10
"""Relative error of the voltage to be expected once it counts as found."""

CURVATURE, SLOWNESS = 0.01, 10.0
"""How much the ratio is taken to vary beyond what two and three voltages tell, on the scale of t or V, whichever is
smaller: its curvature, as a share of itself (0.0004 typically, 0.007 at 98 % of random points of the promised domain);
the next term of a Taylor series, as a multiple of the last one (0.2 and 1.2)."""

ROUNDING = 1e-14
"""Relative difference of two currents that is no more than rounding."""

NEARLY = 0.99
"""Where the estimate does not reach the target, it is followed from this share of its largest value."""

SMALLEST_SHARE = 0.02
"""A step towards saturation goes at most to where this share of the way to it is left."""

SHALLOW = 0.98
"""The estimate is followed only where it nowhere falls below this share of what it was at smaller voltages."""


class Point(NamedTuple):
    """A voltage with I(V) and dI/dV."""

    voltage: Scalar
    value: Scalar
    slope: Scalar


class Approach(NamedTuple):
    """Where the approach along the estimate stands.

    Attributes:
        voltage: where I(V) is looked at next; once settled, the answer.
        last: the last point that was looked at.
        before: the voltage looked at before it; 0 where there is none.
        tilt: by how much the ratio of I(V) to its estimate grows with the voltage, between these two.
        settled: whether the voltage is known to `ACCURACY`.
        left: how often I(V) may still be evaluated.
        evaluations: how often it was.
    """

    voltage: Scalar
    last: Point
    before: Scalar
    tilt: Scalar
    settled: Scalar
    left: Scalar
    evaluations: Scalar


def follow(current: Current, target: Scalar, estimate: Estimate, table: Table) -> Approach:
    """Follow the estimate, where that rises all the way, times its ratio to I(V): a parabola through three points.

    A step errs by as much as the ratio varies otherwise along it, so that no derivative of I(V) is needed. Besides, the
    step, one Newton step bent as the estimate is, may miss where the parabola itself carries the target.
    """
    first = table.reaching(target, NEARLY)
    rises = jnp.all((table.current >= SHALLOW * table.highest()) | (table.voltage >= first))

    def improve(state: Approach) -> Approach:
        value, nodes = current(state.voltage)
        voltage, last, expected = state.voltage, state.last.voltage, partial(estimate, nodes)
        ratio, last_ratio = value / expected(voltage), state.last.value / expected(last)
        tilt = (ratio - last_ratio) / (voltage - last)
        is_slight = jnp.abs(tilt) * voltage < ratio  # not so at the first point, which has no last one
        has_three = state.before > 0
        line = jnp.where(is_slight, tilt, 0.0)
        bend = jnp.where(is_slight & has_three, (tilt - state.tilt) / (voltage - state.before), 0.0)

        def corrected(at: Scalar) -> Scalar:
            return (ratio + (line + bend * (at - last)) * (at - voltage)) * expected(at)

        better, slope = _curved_step(corrected, voltage, target)
        scale = jnp.minimum(voltage, estimate.temperature)
        third = SLOWNESS * jnp.abs(bend * (better - state.before)) / scale
        unseen = jnp.where(has_three, third, CURVATURE * ratio / scale**2)
        unseen = jnp.where(is_slight, unseen * jnp.abs((better - last) * (better - voltage)), jnp.inf)
        error = (unseen * expected(voltage) + jnp.abs(target - corrected(better))) / slope
        is_close = error <= ACCURACY * better
        is_settled = (slope > 0) & (is_close | (jnp.abs(target - value) <= ROUNDING * target))
        # Where hardly an electron is reflected, I(V) has a pole, and so has the estimate; behind it they are negative.
        is_lost = ~((better > 0) & (better < table.voltage[-1]) & (value > 0) & (ratio > 0))
        is_settled &= ~is_lost
        left = jnp.where(is_settled | is_lost, 0.0, state.left - 1.0)
        return Approach(
            better, Point(voltage, value, slope), last, tilt, is_settled.astype(float), left, state.evaluations + 1.0
        )

    polished, slope = _curved_step(estimate.roughly, first, jnp.minimum(target, NEARLY * table.highest()[-1]))
    begin = jnp.where((slope > 0) & (polished > 0), polished, first)
    zero = jnp.zeros_like(target)
    nothing = Point(zero, zero, zero + jnp.inf)
    allowed = jnp.where(rises & (first > 0), float(MAX_EVALUATIONS), 0.0)
    start = Approach(begin, nothing, zero, zero, zero, allowed, zero)
    return while_loop(lambda state: state.left > 0, improve, start, AT_ONCE)


def _curved_step(function: Callable[[Scalar], Scalar], voltage: Scalar, target: Scalar) -> tuple[Scalar, Scalar]:
    """Newton step towards where a function reaches the target, bent as the function is; gives its slope, too.

    Where the function rises, it is replaced by the exponential of the same value, slope and curvature, as currents
    saturate exponentially; where it falls, behind a crest, by such a parabola.
    """
    one = jnp.ones_like(voltage)
    (value, slope), (_, bend) = jax.jvp(lambda at: jax.jvp(function, (at,), (one,)), (voltage,), (one,))
    lacking = target - value
    share = -bend * lacking / slope**2  # of what the exponential can still gain
    newton = lacking / slope * (1.0 + 0.5 * share)
    bent = jnp.log(jnp.maximum(1.0 - share, SMALLEST_SHARE)) * slope / bend
    back = (jnp.sqrt(jnp.maximum(slope**2 + 2.0 * bend * lacking, 0.0)) - slope) / bend
    step = jnp.where(slope > 0, jnp.where(jnp.abs(share) < 1e-5, newton, bent), back)
    return voltage + jnp.clip(step, -0.5 * voltage, voltage + 0.1), slope
