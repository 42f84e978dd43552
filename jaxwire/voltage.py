"""Self-consistent voltage: the eV at which the wire carries a given current.

I(V) rises from zero, bends, saturates, and may even fall again. The search therefore takes Newton steps with automatic
derivatives along the rising branch, in the coordinate in which I(V) is nearly straight: the Landauer current of the
same scatterer. Steps that leave the bracket are replaced, close to a crest by the zero of dI/dV (which finds the
largest current on this branch), elsewhere by bisection. A cold wire's I(V) may have a second crest. So where the branch
does not carry the current, I(V) is surveyed once over all voltages, and the search starts again in the interval that
does, or else in that of the highest crest. The derivative of the voltage by any parameter comes from the implicit
function theorem, at the cost of one linearisation.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.domain import Scalar
from jaxwire.fermi import fermi_difference
from jaxwire.implicit import root
from jaxwire.quadrature import Resolution, energy_grid
from jaxwire.scatterer import AbstractScatterer

MAX_ITERATIONS = 24
"""Evaluations of I(V) after which a search gives up; typical points need 3 to 5."""

SURVEY = 32
"""Voltages of the survey, which only currents beyond the first crest need; crests are some 3 t wide, or more."""

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
        exhausted: whether it is known that none does, up to the resolution of the survey.
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
    """Find a voltage v >= 0 with current(v) = target >= 0 where I(V) rises; differentiable.

    It is the one on the branch that rises from zero, unless only a later branch carries the target.

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


class _State(NamedTuple):
    """Where a search stands: `low` is a rising point below the target, `high` a falling one or one above it.

    Attributes:
        voltage: where I(V) is looked at next.
        low: lower end of the bracket; in the survey, of the most promising interval so far.
        high: its upper end.
        last: the last point that was looked at.
        search: what is known.
        stage: 0 in the first search, 1 to SURVEY in the survey, beyond it in the second search.
        left: evaluations left to this search.
    """

    voltage: Scalar
    low: _Point
    high: _Point
    last: _Point
    search: Search
    stage: Scalar
    left: Scalar


def _search(current: Callable[[Scalar], Scalar], target: Scalar, coordinate: Coordinate) -> tuple[Scalar, Search]:
    """Search, survey if need be, and search again; one evaluation of I(V) per pass, whichever of these it serves."""
    top = coordinate.voltage[-1]

    def improve(state: _State) -> _State:
        here = _Point(state.voltage, *jax.jvp(current, (state.voltage,), (jnp.ones_like(state.voltage),)))
        search = state.search._replace(
            largest=jnp.maximum(state.search.largest, here.value),
            slope=here.slope,
            evaluations=state.search.evaluations + 1.0,
        )
        state = state._replace(search=search)
        is_survey = (state.stage > 0) & (state.stage <= SURVEY)
        return _choose(is_survey, _look(state, here, target, top), _narrow(state, here, target, coordinate))

    def goes_on(state: _State):
        return (state.search.found + state.search.exhausted == 0) & (state.left > 0)

    # Starting at zero costs one evaluation and finds at once the V -> 0 of a scatterer that hardly reflects.
    zero = jnp.zeros_like(target)
    low, high = _Point(zero, zero, zero + 1.0), _Point(1.001 * top, zero + jnp.inf, zero + 1.0)
    search = Search((target == 0).astype(float), zero, zero, zero + jnp.inf, zero)
    start = _State(zero, low, high, low, search, zero, zero + MAX_ITERATIONS)
    state = jax.lax.while_loop(goes_on, improve, start)
    return jnp.where(state.search.found > 0, state.voltage, jnp.nan), state.search


def _choose(condition, new, old):
    return jax.tree.map(lambda new, old: jnp.where(condition, new, old), new, old)


def _narrow(state: _State, here: _Point, target: Scalar, coordinate: Coordinate) -> _State:
    """One step of a search: a Newton step if the bracket allows it; where the first search ends, the survey begins."""
    top, voltage = coordinate.voltage[-1], here.voltage
    is_low = (here.value < target) & (here.slope > 0) & (here.value >= state.low.value)
    low, high = _choose(is_low, here, state.low), _choose(is_low, state.high, here)
    newton = _newton_step(coordinate, here, target)
    is_settled = (here.slope > 0) & (jnp.abs(target - here.value) <= SETTLED * voltage * here.slope)
    is_newton = (here.slope > 0) & (newton > low.voltage) & (newton < high.voltage)
    better = jnp.where(is_newton | is_settled, newton, _between(low, high))
    largest = state.search.largest
    is_crest = _close(low, high) & (_ceiling(low, high) < (1.0 + CREST) * largest) & (largest < target)
    is_exhausted = ~is_settled & (is_crest | (is_low & (voltage >= top)))
    begins_survey = (state.stage == 0) & ~is_settled & (is_exhausted | (state.left <= 1))
    flags = {"found": is_settled.astype(float), "exhausted": (is_exhausted & ~begins_survey).astype(float)}
    on = _State(better, low, high, here, state.search._replace(**flags), state.stage, state.left - 1.0)
    zero = jnp.zeros_like(voltage)
    bottom, first = _Point(zero, zero, zero + 1.0), zero + 1.0
    survey = on._replace(
        voltage=_survey_voltage(first, top), low=bottom, high=bottom, last=bottom, stage=first, left=first
    )
    return _choose(begins_survey, survey, on)


def _look(state: _State, here: _Point, target: Scalar, top: Scalar) -> _State:
    """One step of the survey: keep the first interval that carries the target, or that of the highest crest."""
    new, best = _promise(state.last, here, target), _promise(state.low, state.high, target)
    is_better = (new > best) | (
        (new == best) & (state.last.slope > 0) & (here.slope <= 0)
    )  # the crest is behind the tie
    low, high = _choose(is_better, state.last, state.low), _choose(is_better, here, state.high)
    is_last = state.stage >= SURVEY
    rises_to_the_top = (high.voltage >= top) & (high.value < target) & (high.slope > 0)
    return _State(
        voltage=jnp.where(is_last, _between(low, high), _survey_voltage(state.stage + 1.0, top)),
        low=low,
        high=high,
        last=here,
        search=state.search._replace(exhausted=(is_last & rises_to_the_top).astype(float)),
        stage=state.stage + 1.0,
        left=jnp.where(is_last, MAX_ITERATIONS, 1.0),
    )


def _survey_voltage(stage: Scalar, top: Scalar) -> Scalar:
    """Voltages of the survey, denser where electrons come from both wires."""
    return top * (stage / SURVEY) ** 2


def _promise(low: _Point, high: _Point, target: Scalar) -> Scalar:
    """Largest current to be expected between two points, on the cubic through them; infinite where the target is."""
    t = np.linspace(0.0, 1.0, 9)
    rise, fall = ((high.voltage - low.voltage) * slope for slope in (low.slope, high.slope))
    jump = high.value - low.value
    cubic = low.value + t * (rise + t * ((3.0 * jump - 2.0 * rise - fall) + t * (rise + fall - 2.0 * jump)))
    is_crossed = (low.value < target) & (high.value >= target)
    return jnp.where(is_crossed, jnp.inf, jnp.max(cubic))


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
