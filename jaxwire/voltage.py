"""Self-consistent voltage: the eV at which the wire carries a given current.

I(V) rises from zero, bends, saturates, and may even fall again. Following its closed-form estimate (`approach`) settles
typical points. Where it does not, and the current may be too large, the largest one is found (`crest`), which settles
currents that no voltage carries. What is left is searched for on I(V) itself, by Newton steps with automatic
derivatives along the rising branch. Steps that leave the bracket are replaced, close to a crest by the zero of dI/dV
(which finds the largest current on this branch), elsewhere by bisection. A cold wire's I(V) may have a second crest. So
where the branch does not carry the current, I(V) is surveyed once over all voltages, and the search starts again in the
interval that does, or else in that of the highest crest. The derivative of the voltage by any parameter comes from the
implicit function theorem, at the cost of one linearisation.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxwire.approach import follow
from jaxwire.closed_form import Estimate, Table
from jaxwire.compacted import while_loop
from jaxwire.crest import crest
from jaxwire.domain import Scalar
from jaxwire.implicit import root
from jaxwire.local_current import Current, Point

MAX_ITERATIONS = 24
"""Evaluations of I(V) and its derivative after which a search gives up."""

SURVEY = 32
"""Voltages of the survey, which only currents beyond the first of two crests need; these are some 3 t wide, or more."""

AT_ONCE = {"cpu": 1, "gpu": 1024}
"""Points of a batch that take a step at the same time. Few of the first search are left to this one (one in 150), and
some of these take fifty steps: places that stay empty would cost more than a full vector saves."""

DOUBTFUL = 0.6
"""Share of the largest estimate from which a current that was not found may be beyond the largest one."""

SETTLED = 1e-7
"""Relative Newton step after which, convergence being quadratic, the next error is rounding."""

CREST = 1e-9
"""Relative accuracy of the largest current."""

FIRST = 0.9
"""The first step from V = 0 goes at most to where the estimate is this share of its largest value."""


class Search(NamedTuple):
    """How a search for a voltage went; truth values are 1.0 and 0.0, since it passes through a differentiated root.

    Attributes:
        found: whether a voltage carries the target.
        exhausted: whether it is known that none does, up to the resolution of the survey.
        largest: largest value seen; the maximum over all voltages where `exhausted`.
        slope: dI/dV where the search ended.
        evaluations: how often I(V) was evaluated, with its derivative or without.
    """

    found: Scalar
    exhausted: Scalar
    largest: Scalar
    slope: Scalar
    evaluations: Scalar


def voltage_for(current: Current, target: Scalar, estimate: Estimate, table: Table) -> tuple[Scalar, Search]:
    """Find a voltage v >= 0 with current(v) = target >= 0 where I(V) rises; differentiable.

    It is the one on the branch that rises from zero, unless only a later branch carries the target.

    Args:
        current: size of the current as a function of the size of the voltage; zero at zero, rising there.
        target: its wanted value, not negative.
        estimate: what the current should be.
        table: the same at voltages from 0 to the largest one to try.

    Returns:
        The voltage (NaN unless found) and how the search went.
    """
    return root(
        lambda voltage: current(voltage)[0] - target,
        jnp.zeros_like(target),
        solve=lambda *_: _search(current, target, estimate, table),
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
    low: Point
    high: Point
    last: Point
    search: Search
    stage: Scalar
    left: Scalar


def _search(current: Current, target: Scalar, estimate: Estimate, table: Table) -> tuple[Scalar, Search]:
    """Search, survey if need be, and search again; one evaluation of I(V) per pass, whichever of these it serves."""
    top = table.voltage[-1]
    first = table.reaching(jnp.asarray(jnp.inf), FIRST)
    approach = follow(current, target, estimate, table)
    may_be_beyond = (target > approach.largest) & (target > DOUBTFUL * table.highest()[-1])
    highest = crest(current, target, estimate, top, may_be_beyond & (approach.settled == 0))

    def value_of(voltage: Scalar) -> Scalar:
        return current(voltage)[0]

    def improve(state: _State) -> _State:
        here = Point(state.voltage, *jax.jvp(value_of, (state.voltage,), (jnp.ones_like(state.voltage),)))
        search = state.search._replace(
            largest=jnp.maximum(state.search.largest, here.value),
            slope=here.slope,
            evaluations=state.search.evaluations + 1.0,
        )
        state = state._replace(search=search)
        is_survey = (state.stage > 0) & (state.stage <= SURVEY)
        return _choose(is_survey, _look(state, here, target, top), _narrow(state, here, target, first, top))

    def goes_on(state: _State):
        is_open = (state.search.found + state.search.exhausted == 0) & (state.left > 0)
        return is_open & ~jnp.isnan(state.last.value)

    # Where the approach has not led anywhere, the search starts at zero: that costs one evaluation and finds at once
    # the V -> 0 of a scatterer that hardly reflects.
    zero = jnp.zeros_like(target)
    low, high = Point(zero, zero, zero + 1.0), Point(1.001 * top, zero + jnp.inf, zero + 1.0)
    found = jnp.where(target == 0, 1.0, approach.settled)
    largest = jnp.maximum(approach.largest, highest.largest)
    evaluations = approach.evaluations + highest.evaluations
    search = Search(found, highest.is_beyond.astype(float), largest, approach.seen.last.slope, evaluations)
    is_inside = (approach.voltage > 0) & (approach.voltage < top) & (approach.evaluations > 0)
    begin = jnp.where((target != 0) & is_inside, approach.voltage, zero)
    left = jnp.where(jnp.isnan(target), 0.0, MAX_ITERATIONS)
    start = _State(begin, low, high, low, search, zero, left)
    state: _State = while_loop(goes_on, improve, start, AT_ONCE)
    return jnp.where(state.search.found > 0, state.voltage, jnp.nan), state.search


def _choose(condition, new, old):
    return jax.tree.map(lambda new, old: jnp.where(condition, new, old), new, old)


def _narrow(state: _State, here: Point, target: Scalar, first: Scalar, top: Scalar) -> _State:
    """One step of a search: a Newton step if the bracket allows it; where the first search ends, the survey begins."""
    voltage = here.voltage
    is_low = (here.value < target) & (here.slope > 0) & (here.value >= state.low.value)
    low, high = _choose(is_low, here, state.low), _choose(is_low, state.high, here)
    furthest = jnp.where(voltage > 0, 2.0 * voltage + 0.1, first)
    newton = jnp.minimum(voltage + (target - here.value) / here.slope, furthest)
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
    bottom, one = Point(zero, zero, zero + 1.0), zero + 1.0
    survey = on._replace(voltage=_survey_voltage(one, top), low=bottom, high=bottom, last=bottom, stage=one, left=one)
    return _choose(begins_survey, survey, on)


def _look(state: _State, here: Point, target: Scalar, top: Scalar) -> _State:
    """One step of the survey: keep the first interval that carries the target, or else that of the highest crest."""
    new, best = _promise(state.last, here, target), _promise(state.low, state.high, target)
    is_better = (new > best) | (
        (new == best) & (state.last.slope > 0) & (here.slope <= 0)
    )  # the crest is behind the tie
    low, high = _choose(is_better, state.last, state.low), _choose(is_better, here, state.high)
    is_last = (state.stage >= SURVEY) | (jnp.maximum(new, best) == jnp.inf)
    next_stage = jnp.where(is_last, SURVEY + 1.0, state.stage + 1.0)
    rises_to_the_top = (high.voltage >= top) & (high.value < target) & (high.slope > 0)
    return _State(
        voltage=jnp.where(is_last, _between(low, high), _survey_voltage(state.stage + 1.0, top)),
        low=low,
        high=high,
        last=here,
        search=state.search._replace(exhausted=(is_last & rises_to_the_top).astype(float)),
        stage=next_stage,
        left=jnp.where(is_last, MAX_ITERATIONS, 1.0),
    )


def _survey_voltage(stage: Scalar, top: Scalar) -> Scalar:
    """Voltages of the survey, denser where electrons come from both wires."""
    return top * (stage / SURVEY) ** 2


def _promise(low: Point, high: Point, target: Scalar) -> Scalar:
    """Largest current to be expected between two points, on the cubic through them; infinite where the target is."""
    t = np.linspace(0.0, 1.0, 9)
    rise, fall = ((high.voltage - low.voltage) * slope for slope in (low.slope, high.slope))
    jump = high.value - low.value
    cubic = low.value + t * (rise + t * ((3.0 * jump - 2.0 * rise - fall) + t * (rise + fall - 2.0 * jump)))
    is_crossed = (low.value < target) & (high.value >= target)
    return jnp.where(is_crossed, jnp.inf, jnp.max(cubic))


def _close(low: Point, high: Point):
    """Whether a rising and a falling point are close enough for I(V) to be concave between them."""
    return (high.slope <= 0) & (high.voltage < 1.2 * low.voltage)


def _between(low: Point, high: Point) -> Scalar:
    """A point inside the bracket: where dI/dV should vanish if I(V) turns over close by, else the middle."""
    crest = jnp.clip(low.slope / (low.slope - high.slope), 0.1, 0.9)
    return low.voltage + (high.voltage - low.voltage) * jnp.where(_close(low, high), crest, 0.5)


def _ceiling(low: Point, high: Point) -> Scalar:
    """Where the tangents of a rising and a falling point meet: no concave curve between them lies above it."""
    width = high.voltage - low.voltage
    meeting = (high.value - low.value - high.slope * width) / (low.slope - high.slope)
    return low.value + low.slope * meeting
