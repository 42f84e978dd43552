"""I(V) close to a voltage, and its derivatives, from solutions of the matching system none of which is differentiated.

I(V) is its closed-form estimate times a ratio that varies slowly. The estimate has derivatives from values next to each
other, which share one evaluation; the ratio is taken as the parabola through the last three voltages looked at.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from jaxwire.kinetics.energy_grid import Nodes
from jaxwire.numerics.array_types import Scalar
from jaxwire.solver.voltage_search.current_estimate import CurrentEstimate

STENCIL = 3e-3
"""Distance of the values that tell derivatives, in units of the scale on which the estimate varies: of both 1e-11 is
wrong then, what five values leave out and rounding together."""

OFFSETS, FIRST, SECOND = np.array([[-2, -1, 0, 1, 2], [1, -8, 0, 8, -1], [-1, 16, -30, 16, -1]]) / [[1], [12], [12]]
"""Where values are taken, in units of this distance, and their shares in the first two derivatives."""

Current = Callable[[Scalar], tuple[Scalar, Nodes]]
"""Size of the current as a function of the size of the voltage, with the nodes on which it was worked out."""


class CurrentPoint(NamedTuple):
    """A voltage with I(V) and dI/dV."""

    voltage: Scalar
    value: Scalar
    slope: Scalar


def origin(zero: Scalar) -> CurrentPoint:
    """I(0) = 0."""
    return CurrentPoint(zero, zero, zero + jnp.inf)


class Seen(NamedTuple):
    """What is known from the voltages looked at so far.

    Attributes:
        last: the last point; at 0 where there is none.
        before: the point before it; at 0 where there is none.
        tilt: by how much the ratio of I(V) to its estimate grew with the voltage, between these two.
    """

    last: CurrentPoint
    before: CurrentPoint
    tilt: Scalar

    @classmethod
    def nothing(cls, zero: Scalar) -> "Seen":
        """Before the first voltage."""
        return cls(origin(zero), origin(zero), zero)


class LocalCurrent(NamedTuple):
    """I(V) close to a voltage: value, first and second derivative, and how they follow from estimate and ratio.

    Attributes:
        point: the voltage, the current and its slope.
        second: d2I/dV2.
        nodes: on which it was worked out.
        expected: the estimate on these.
        ratio: of the two.
        is_slight: whether that varies slowly enough to be believed; else it counts as constant.
        line: by how much it grows with the voltage, from the last voltage to this one, if that is believed.
        curvature: half the second derivative of the ratio.
        seen: what is known with this point.
    """

    point: CurrentPoint
    second: Scalar
    nodes: Nodes
    expected: Scalar
    ratio: Scalar
    is_slight: Bool[Array, ""]
    line: Scalar
    curvature: Scalar
    seen: Seen


def current_near(
    current: Current, estimate: CurrentEstimate, voltage: Scalar, seen: Seen, steepest: Scalar | float
) -> LocalCurrent:
    """Work out the current at a voltage, and what is known with it.

    Args:
        current: size of the current.
        estimate: what it should be.
        voltage: where.
        seen: what is known before.
        steepest: logarithmic derivative of the ratio by the voltage up to which it is believed.
    """
    value, nodes = current(voltage)
    last, before = seen.last, seen.before.voltage
    (expected, steepness, bend), expected_last = derivatives(
        partial(estimate, nodes), voltage, estimate.finest(), last.voltage
    )
    # on the same nodes, so that what these miss of a moving transmission is seen as part of the ratio
    ratio, last_ratio = value / expected, last.value / expected_last
    way = voltage - last.voltage
    tilt = (ratio - last_ratio) / way
    is_slight = (last.voltage > 0) & (jnp.abs(tilt) * voltage < steepest * ratio)
    line = jnp.where(is_slight, tilt, 0.0)
    curvature = jnp.where(is_slight & (before > 0), (tilt - seen.tilt) / (voltage - before), 0.0)
    gradient = line + curvature * way
    point = CurrentPoint(voltage, value, gradient * expected + ratio * steepness)
    second = 2.0 * (curvature * expected + gradient * steepness) + ratio * bend
    seen = Seen(point, last, tilt)
    return LocalCurrent(point, second, nodes, expected, ratio, is_slight, line, curvature, seen)


class Derivatives(NamedTuple):
    """Value of a function and its first two derivatives."""

    value: Scalar
    first: Scalar
    second: Scalar


def derivatives(
    function: Callable[[Scalar], Scalar], at: Scalar, scale: Scalar, elsewhere: Scalar
) -> tuple[Derivatives, Scalar]:
    """Work out a function and its derivatives from values on either side, and its value elsewhere.

    Args:
        function: smooth on `scale`, and on the way from 0.
        at: where, positive.
        scale: on which the function varies.
        elsewhere: another place.
    """
    step = STENCIL * jnp.minimum(scale, at)
    values: Float[Array, " 6"] = jax.vmap(function)(jnp.append(at + step * OFFSETS, elsewhere))
    around = values[:-1]
    return Derivatives(around[2], FIRST @ around / step, SECOND @ around / step**2), values[-1]
