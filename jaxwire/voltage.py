"""Self-consistent voltage: the eV at which the wire carries a given current.

I(V) rises from zero, bends, saturates, and may even fall again. The search therefore takes Newton steps with automatic
derivatives along the rising branch, in the coordinate in which I(V) is nearly straight: the Landauer current of the
same scatterer. Steps that leave the bracket are replaced, close to a crest by the zero of dI/dV (which finds the
largest current there is), elsewhere by bisection. The derivative of the voltage by any parameter comes from the
implicit function theorem, at the cost of one linearisation.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.domain import Scalar
from jaxwire.fermi import fermi_difference
from jaxwire.implicit import root
from jaxwire.quadrature import Resolution, energy_grid
from jaxwire.scatterer import AbstractScatterer

MAX_ITERATIONS = 24
"""Evaluations of I(V) after which the search gives up; typical points need 3 to 5."""

SETTLED = 1e-7
"""Relative Newton step after which, convergence being quadratic, the next error is rounding."""

CREST = 1e-9
"""Relative accuracy of the largest current."""

LANDAUER_RESOLUTION = Resolution(above=32, below=4)

FIRST = 0.9
"""The first step, from V = 0, goes at most to where the Landauer current is this share of its largest value."""

TABLE_SIZE = 64
"""Voltages at which the Landauer current is tabulated."""


class Search(NamedTuple):
    """How a search for a voltage went; truth values are 1.0 and 0.0, since it passes through a differentiated root.

    Attributes:
        found: whether a voltage carries the target.
        exhausted: whether it is known that none does.
        largest: largest value seen; the maximum over all voltages where `exhausted`.
        slope: dI/dV where the search ended.
        evaluations: how often I(V) and its derivative were evaluated.
    """

    found: Scalar
    exhausted: Scalar
    largest: Scalar
    slope: Scalar
    evaluations: Scalar


class _Point(NamedTuple):
    """A voltage with I(V) and dI/dV."""

    voltage: Scalar
    value: Scalar
    slope: Scalar


class Coordinate(NamedTuple):
    """A piecewise linear coordinate y(v) that never falls, in which I(V) is nearly straight.

    Attributes:
        voltage: increasing voltages from 0, shape (n,).
        y: the coordinate there, shape (n,).
    """

    voltage: Float[Array, " n"]
    y: Float[Array, " n"]


def landauer_coordinate(scatterer: AbstractScatterer, temperature: Scalar, sign: Scalar, top: Scalar) -> Coordinate:
    """Size of the Landauer current at voltages sign * v from 0 to top, on one small grid; its largest value so far."""
    grid = energy_grid(scatterer.energy_scales(), temperature, jnp.zeros(()), LANDAUER_RESOLUTION)
    weight = grid.above_weight * scatterer.transmission(grid.above)

    def current(voltage: Scalar) -> Scalar:
        in_upper = jnp.where(sign > 0, grid.above, grid.above - voltage)
        return jnp.sum(jnp.where(in_upper > 0, weight * fermi_difference(in_upper, voltage, temperature), 0.0))

    graded = jnp.linspace(0.0, 1.0, TABLE_SIZE)
    voltage = top * graded**3
    return Coordinate(voltage, jax.lax.cummax(jax.vmap(current)(voltage)))


def voltage_for(current: Callable[[Scalar], Scalar], target: Scalar, coordinate: Coordinate) -> tuple[Scalar, Search]:
    """Find a voltage v >= 0 with current(v) = target >= 0 on the branch that rises from zero; differentiable.

    Args:
        current: size of the current as a function of the size of the voltage; zero at zero, rising there.
        target: its wanted value, not negative.
        coordinate: coordinate of the Newton steps, up to the largest voltage to try.

    Returns:
        The voltage (NaN unless found) and how the search went.
    """
    return root(
        lambda voltage: current(voltage) - target,
        jnp.zeros_like(target),
        solve=lambda *_: _search(current, target, coordinate),
        has_aux=True,
    )


def _search(current: Callable[[Scalar], Scalar], target: Scalar, coordinate: Coordinate) -> tuple[Scalar, Search]:
    """Bracketed Newton search; `low` is a rising point below the target, `high` a falling one or one above it."""
    top = coordinate.voltage[-1]

    def improve(state):
        voltage, low, high, search = state
        here = _Point(voltage, *jax.jvp(current, (voltage,), (jnp.ones_like(voltage),)))
        is_low = (here.value < target) & (here.slope > 0) & (here.value >= low.value)
        low = jax.tree.map(lambda new, old: jnp.where(is_low, new, old), here, low)
        high = jax.tree.map(lambda new, old: jnp.where(is_low, old, new), here, high)
        newton = _newton_step(coordinate, here, target)
        is_settled = (here.slope > 0) & (jnp.abs(target - here.value) <= SETTLED * voltage * here.slope)
        is_newton = (here.slope > 0) & (newton > low.voltage) & (newton < high.voltage)
        better = jnp.where(is_newton | is_settled, newton, _between(low, high))
        largest = jnp.maximum(search.largest, here.value)
        is_crest = _close(low, high) & (_ceiling(low, high) < (1.0 + CREST) * largest) & (largest < target)
        is_exhausted = ~is_settled & (is_crest | (is_low & (voltage >= top)))
        flags = is_settled.astype(float), is_exhausted.astype(float)
        return better, low, high, Search(*flags, largest, here.slope, search.evaluations + 1.0)

    def goes_on(state):
        search = state[-1]
        return (search.found + search.exhausted == 0) & (search.evaluations < MAX_ITERATIONS)

    # Starting at zero costs one evaluation and finds at once the V -> 0 of a scatterer that hardly reflects.
    zero = jnp.zeros_like(target)
    low, high = _Point(zero, zero, zero + 1.0), _Point(1.001 * top, zero + jnp.inf, zero + 1.0)
    search = Search((target == 0).astype(float), zero, zero, zero + jnp.inf, zero)
    voltage, *_, search = jax.lax.while_loop(goes_on, improve, (zero, low, high, search))
    return jnp.where(search.found > 0, voltage, jnp.nan), search


def _voltage_at(coordinate: Coordinate, y: Scalar) -> Scalar:
    return jnp.interp(y, coordinate.y, coordinate.voltage)


def _newton_step(coordinate: Coordinate, here: _Point, target: Scalar) -> Scalar:
    """Newton step along the coordinate, or in the voltage itself where that is as good: once the step is small."""
    step = (target - here.value) / here.slope
    index = jnp.clip(jnp.searchsorted(coordinate.voltage, here.voltage), 1, TABLE_SIZE - 1)
    run = coordinate.voltage[index] - coordinate.voltage[index - 1]
    slope = (coordinate.y[index] - coordinate.y[index - 1]) / run
    y = coordinate.y[index - 1] + slope * (here.voltage - coordinate.voltage[index - 1])
    curved = _voltage_at(coordinate, y + slope * step)
    newton = jnp.where((slope > 0) & (jnp.abs(step) > 0.1 * here.voltage), curved, here.voltage + step)
    furthest = jnp.where(here.voltage > 0, 2.0 * here.voltage + 0.1, _voltage_at(coordinate, FIRST * coordinate.y[-1]))
    return jnp.minimum(newton, furthest)


def _close(low: _Point, high: _Point):
    """Whether a rising and a falling point are close enough for I(V) to be concave between them."""
    return (high.slope <= 0) & (high.voltage < 1.2 * low.voltage)


def _between(low: _Point, high: _Point) -> Scalar:
    """A point inside the bracket: where dI/dV should vanish if I(V) turns over close by, else the middle."""
    crest = jnp.clip(low.slope / (low.slope - high.slope), 0.1, 0.9)
    return low.voltage + (high.voltage - low.voltage) * jnp.where(_close(low, high), crest, 0.5)


def _ceiling(low: _Point, high: _Point) -> Scalar:
    """Where the tangents of a rising and a falling point meet: no concave curve between them lies above it."""
    width = high.voltage - low.voltage
    meeting = (high.value - low.value - high.slope * width) / (low.slope - high.slope)
    return low.value + low.slope * meeting
