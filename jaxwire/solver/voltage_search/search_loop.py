"""Self-consistent voltage: the eV at which the wire carries a given current.

I(V) rises from zero, bends, saturates, and may even fall again. Following its closed-form estimate (`follow_estimate`)
settles typical points. Where it does not, and the current may be too large, the largest one is found
(`largest_current`), which settles currents that no voltage carries. Other points are searched for on I(V) itself, from
zero upwards (`bracketed_search`). A cold wire's I(V) may have a second crest. So where the estimate has two, or a
search fails, I(V) is surveyed over all voltages, and the search goes on in the interval that carries the current, or
else at the highest crest.

All these are stages of one loop, each of whose passes evaluates I(V) once, at whatever voltage the stage asks for: so
the program holds the matching system once. None of them is differentiated (see `find_voltage`).
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.batched_loop import while_loop
from jaxwire.solver.voltage_search import bracketed_search, follow_estimate, largest_current
from jaxwire.solver.voltage_search.current_estimate import CurrentEstimate, CurrentTable
from jaxwire.solver.voltage_search.local_current import Current, Seen, current_near, origin
from jaxwire.solver.voltage_search.search_state import (
    BEYOND,
    CLIMB,
    FAILED,
    FOLLOW,
    FOUND,
    GIVEN_UP,
    MAX_EVALUATIONS,
    NARROW,
    Question,
    SearchState,
    choose,
)

EVALUATED_AT_ONCE = {"cpu": 16, "gpu": 16384}
"""Points of a batch whose current is evaluated at the same time: enough to fill the vector units."""

SURVEYED_AT_ONCE = {"cpu": 1, "gpu": 2048}
"""Points of a batch whose estimate is surveyed at the same time: one fills the vector units of a CPU."""

DOUBTFUL = 0.6
"""Share of the largest estimate from which a current that was not found may be beyond the largest one."""

ROUNDS = 3
"""Times that the loop is entered: after the first and the second one the estimate is asked where the crest is."""


class VoltageSearch(NamedTuple):
    """How a search for a voltage went.

    Attributes:
        found: whether a voltage carries the target.
        exhausted: whether it is known that none does, up to the resolution of the survey.
        largest: largest value seen; the maximum over all voltages where `exhausted`.
        slope: dI/dV where the search ended.
        crest: voltage of the largest value seen by a climb or a survey.
        evaluations: how often I(V) was evaluated.
    """

    found: Bool[Array, ""]
    exhausted: Bool[Array, ""]
    largest: Scalar
    slope: Scalar
    crest: Scalar
    evaluations: Scalar


def voltage_for(
    current: Current, target: Scalar, estimate: CurrentEstimate, table: CurrentTable
) -> tuple[Scalar, VoltageSearch]:
    """Find a voltage v >= 0 with current(v) = target >= 0 where I(V) rises; without derivatives.

    It is the one on the branch that rises from zero, unless only a later branch carries the target. First the estimate
    is followed; then the search goes on otherwise where that was lost.

    Args:
        current: size of the current as a function of the size of the voltage; zero at zero, rising there.
        target: its wanted value, not negative.
        estimate: what the current should be.
        table: the same at voltages from 0 to the largest one to try.

    Returns:
        The voltage (NaN unless found) and how the search went.
    """
    question = Question(target, estimate, table)

    def advance(_: Array, state: SearchState) -> SearchState:
        state = while_loop(
            lambda state: state.stage < FAILED, partial(_step, current, question), state, EVALUATED_AT_ONCE
        )
        return _otherwise(state, question)

    state: SearchState = jax.lax.fori_loop(0, ROUNDS, advance, _begin(question))
    is_found = state.stage == FOUND
    search = VoltageSearch(
        is_found, state.stage == BEYOND, state.largest, state.seen.last.slope, state.best.voltage, state.evaluations
    )
    return jnp.where(is_found, state.voltage, jnp.nan), search


def _begin(question: Question) -> SearchState:
    """Follow the estimate, where that is worth it."""
    target = question.target
    zero = jnp.zeros_like(target)
    voltage, is_promising = follow_estimate.first_voltage(question)
    stage = jnp.where(target == 0, FOUND, jnp.where(is_promising, FOLLOW, FAILED))
    stage = jnp.where(jnp.isnan(target), GIVEN_UP, stage)
    point = origin(zero)
    return SearchState(
        stage=stage,
        voltage=jnp.where(target == 0, 0.0, voltage),
        seen=Seen.nothing(zero),
        low=point,
        best=point,
        high=point,
        largest=zero,
        start=zero,
        promise=zero,
        is_surveyed=jnp.asarray(False),
        left=jnp.asarray(MAX_EVALUATIONS[FOLLOW]),
        evaluations=zero,
    )


def _step(current: Current, question: Question, state: SearchState) -> SearchState:
    """Evaluate I(V) once, and go on as the stage has it."""
    steepest = jnp.array(
        [follow_estimate.STEEPEST_FOLLOWED, largest_current.STEEPEST_CLIMBED, 0.0, largest_current.STEEPEST_CLIMBED]
    )[state.stage]  # a survey's is too far
    here = current_near(current, question.estimate, state.voltage, state.seen, steepest)
    state = state._replace(
        largest=jnp.fmax(state.largest, here.point.value),
        left=state.left - 1,
        evaluations=state.evaluations + 1.0,
    )
    steps = [
        stage(state, here, question)
        for stage in (
            follow_estimate.follow,
            largest_current.climb,
            bracketed_search.survey,
            bracketed_search.narrow,
        )
    ]
    after = jax.tree.map(lambda *each: jax.lax.select_n(jnp.minimum(state.stage, len(steps) - 1), *each), *steps)
    given_up = after._replace(stage=jnp.asarray(GIVEN_UP))
    otherwise = choose(state.is_surveyed, given_up, bracketed_search.begin_survey(after, question))
    is_search = (state.stage == CLIMB) | (state.stage == NARROW)
    after = choose((after.stage == FAILED) & is_search, otherwise, after)
    return choose(jnp.isnan(here.point.value), given_up, after)


def _otherwise(state: SearchState, question: Question) -> SearchState:
    """Where a stage has led nowhere: climb to the crest, survey I(V) if the estimate has two, or begin at zero."""
    target = question.target
    is_lost = state.stage == FAILED
    may_be_beyond = (target > state.largest) & (target > DOUBTFUL * question.table.highest()[-1])
    is_climb = state.is_surveyed | may_be_beyond
    start = _start_of_climb(state, question, is_lost & is_climb)
    climb_or_survey = choose(
        start > 0, largest_current.begin_climb(state, start, question), bracketed_search.begin_survey(state, question)
    )
    return choose(is_lost, choose(is_climb, climb_or_survey, bracketed_search.begin_narrowing(state, question)), state)


def _start_of_climb(state: SearchState, question: Question, is_wanted: Bool[Array, ""]) -> Scalar:
    """Voltage of the crest, as the estimate has it, where that is wanted; NaN where it has two, and no survey of I(V).

    Of a batch only points where it is wanted are worked out.
    """

    def work_out(unknown: Scalar) -> Scalar:
        # with the state: else XLA would move this out of the loop and do it always
        low = jnp.where(state.is_surveyed, state.low.voltage, 0.0) + unknown
        high = jnp.where(state.is_surveyed, state.high.voltage, question.top)
        start, is_double = largest_current.likely_crest(question.estimate, low, high)
        is_doubtful = is_double | question.estimate.wire.is_thermal  # the estimate knows no temperature of electrons
        return jnp.where(is_doubtful & ~state.is_surveyed, jnp.nan, start)

    nothing = jnp.zeros_like(question.target)
    return while_loop(lambda start: start == 0, work_out, jnp.where(is_wanted, nothing, jnp.nan), SURVEYED_AT_ONCE)
