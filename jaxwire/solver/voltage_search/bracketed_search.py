"""Search for a voltage on I(V) itself: a bracket around it that is narrowed, and a survey that finds one.

Below a pole of I(V), where hardly an electron is reflected, currents grow without bounds, and behind it they are
negative. So the difference to the target is measured by (I - target)/(I + target), which is smooth there.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from jaxwire.numerics.array_types import Scalar
from jaxwire.solver.voltage_search.local_current import CurrentPoint, LocalCurrent, Seen, origin
from jaxwire.solver.voltage_search.search_state import (
    BEYOND,
    CURRENT_ROUNDING,
    FAILED,
    FOUND,
    MAX_EVALUATIONS,
    NARROW,
    SURVEY,
    Question,
    SearchState,
    choose,
)

SETTLED_VOLTAGE = 1e-8
"""Relative step of a voltage after which the next error is rounding: it is smaller by as much as the slope errs."""

SMALLEST = 1e-9
"""First voltage of a search from zero, in units of t: there I(V) is straight."""

FIRST_REACH = 0.9
"""The first step from V = 0 goes at most to where the estimate is this share of its largest value."""

LONGER = 2.0
"""Largest multiple of the voltage that a step goes to while the bracket has no upper end; see `STEP_UP`."""

STEP_UP = 0.1
"""What such a step may go further, in mu0: a small voltage is left sooner than by doubling."""

CUBIC_SAMPLES = 9
"""Points of a cubic between two voltages of the survey, its ends included, among which the largest current is taken:
the top is at most a sixteenth of the interval from one of them."""


def begin_narrowing(state: SearchState, question: Question) -> SearchState:
    """Search from V = 0 upwards: that finds at once the V -> 0 of a scatterer that hardly reflects."""
    zero = jnp.zeros_like(question.target)
    ends = {"low": origin(zero), "high": CurrentPoint(question.behind_top, zero + jnp.inf, zero)}
    return state.enter(NARROW, SMALLEST * question.estimate.temperature, seen=Seen.nothing(zero), **ends)


def narrow(state: SearchState, here: LocalCurrent, question: Question) -> SearchState:
    """One step in a bracket.

    A Newton step if it is inside and shorter than half of the last one, else the secant of the ends, or the middle
    where the last step has not halved the bracket. Without an upper end the current is taken as straight.
    """
    (voltage, value, slope), target, last = here.point, question.target, state.seen.last
    is_low = (value < target) & (value >= state.low.value)
    low, high = choose(is_low, here.point, state.low), choose(is_low, state.high, here.point)
    width: Scalar = high.voltage - low.voltage
    is_open = jnp.isinf(high.value)

    newton = voltage + (target - value) / slope
    is_inside = (slope > 0) & (newton > low.voltage) & (newton < high.voltage)
    is_shorter = jnp.abs(newton - voltage) < 0.5 * jnp.abs(voltage - last.voltage)
    below, above = _excess(low, target), _excess(high, target)
    secant: Scalar = low.voltage - width * below / (above - below)
    middle: Scalar = low.voltage + 0.5 * width
    halves = width <= 0.5 * (state.high.voltage - state.low.voltage)
    closed = jnp.where(is_inside & is_shorter, newton, jnp.where(halves, secant, middle))
    first = question.table.reaching(jnp.asarray(jnp.inf), FIRST_REACH)
    furthest = jnp.where(last.voltage > 0, LONGER * voltage + STEP_UP, first)
    straight = jnp.where(slope > 0, newton, voltage * target / value)
    upwards = jnp.minimum(jnp.minimum(straight, furthest), 0.5 * (voltage + high.voltage))
    better = jnp.where(is_open, upwards, closed)

    is_close = (slope > 0) & (jnp.abs(newton - voltage) <= SETTLED_VOLTAGE * voltage)
    is_settled = is_close | (jnp.abs(target - value) <= CURRENT_ROUNDING * target)
    fails = (state.left <= 0) | (width <= CURRENT_ROUNDING * high.voltage)
    stage = jnp.where(is_settled, FOUND, jnp.where(fails, FAILED, NARROW))
    return state._replace(
        stage=stage, voltage=jnp.where(is_settled & (slope > 0), newton, better), seen=here.seen, low=low, high=high
    )


def _excess(point: CurrentPoint, target: Scalar) -> Scalar:
    """Difference to the target, from -1 at no current to 1 at a pole, or behind it, or behind a crest."""
    excess = (point.value - target) / (point.value + target)
    return jnp.where((point.value > 0) & jnp.isfinite(point.value), excess, jnp.where(point.voltage > 0, 1.0, -1.0))


def begin_survey(state: SearchState, question: Question) -> SearchState:
    """Look at I(V) from zero upwards, until the current is carried."""
    zero = jnp.zeros_like(question.target)
    first = _survey_voltage(MAX_EVALUATIONS[SURVEY], question.top)
    return state.enter(SURVEY, first, seen=Seen.nothing(zero), promise=zero, is_surveyed=jnp.asarray(True))


def survey(state: SearchState, here: LocalCurrent, question: Question) -> SearchState:
    """One step of the survey: keep the first interval that carries the target, or else surround the highest crest."""
    target, top, (last, before, _), point = question.target, question.top, state.seen, here.point
    following, promise = _survey_voltage(state.left, top), _promise(last, point)
    # one interval more on either side: values tell on which side of a voltage a crest is, slopes only guess it
    around = before, choose(last.value >= point.value, last, point), point._replace(voltage=following)
    low, best, high = choose(promise > state.promise, around, (state.low, state.best, state.high))
    promise = jnp.maximum(promise, state.promise)
    on = state._replace(voltage=following, seen=here.seen, low=low, best=best, high=high, promise=promise)

    stage = jnp.where(best.voltage >= top, BEYOND, FAILED)
    ended = on._replace(stage=stage)
    carried = on.enter(NARROW, 0.5 * (last.voltage + point.voltage), low=last, high=point)
    is_crossed = (point.value >= target) | (point.value < 0)
    return choose(is_crossed, carried, choose(state.left <= 0, ended, on))


def _survey_voltage(left: Array | int, top: Scalar) -> Scalar:
    """Voltages of the survey, denser where electrons come from both wires, by how many are left with this one."""
    size = MAX_EVALUATIONS[SURVEY]
    return top * ((size + 1 - left) / size) ** 2


def _promise(low: CurrentPoint, high: CurrentPoint) -> Scalar:
    """Largest current to be expected between two points, on the cubic through them."""
    t = np.linspace(0.0, 1.0, CUBIC_SAMPLES)
    width, jump = high.voltage - low.voltage, high.value - low.value
    rise, fall = jnp.where(low.voltage > 0, width * low.slope, jump), width * high.slope
    cubic = low.value + t * (rise + t * ((3.0 * jump - 2.0 * rise - fall) + t * (rise + fall - 2.0 * jump)))
    return jnp.max(cubic)
