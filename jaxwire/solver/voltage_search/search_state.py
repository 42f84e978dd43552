"""Where the search for a voltage stands, and what it looks for: shared by the kinds of steps that it takes."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int, PyTree

from jaxwire.numerics.array_types import Scalar
from jaxwire.solver.voltage_search.current_estimate import CurrentEstimate, CurrentTable
from jaxwire.solver.voltage_search.local_current import CurrentPoint, Seen

# Stages of a search. The first four take steps; at the others a pass of the loop ends.

FOLLOW = 0
"""Following the estimate (`follow_estimate`)."""

CLIMB = 1
"""Climbing to the largest current (`largest_current`)."""

SURVEY = 2
"""Looking at I(V) from zero upwards (`bracketed_search`)."""

NARROW = 3
"""Narrowing a bracket (`bracketed_search`)."""

FAILED = 4
"""The stage before has led nowhere."""

FOUND = 5
"""A voltage carries the current."""

BEYOND = 6
"""No voltage carries the current."""

GIVEN_UP = 7
"""It is not known whether one does."""

MAX_EVALUATIONS = {FOLLOW: 9, CLIMB: 24, SURVEY: 32, NARROW: 24}
"""Evaluations of I(V) after which a stage ends: following the estimate typically needs 2 or 3; climbing 4 to 12, most
where I(V) has a plateau; the voltages of the survey, which few currents need, are some 3 t wide, or more."""

BEHIND_TOP = 1.001
"""Upper end of a bracket without one, as a multiple of the largest voltage: that is then inside."""

CURRENT_ROUNDING = 1e-14
"""Relative difference of two currents, or of two voltages, that is no more than rounding."""


class Question(NamedTuple):
    """What is looked for.

    Attributes:
        target: the wanted current, positive.
        estimate: what I(V) should be.
        table: the same at voltages from 0 to the largest one.
    """

    target: Scalar
    estimate: CurrentEstimate
    table: CurrentTable

    @property
    def top(self) -> Scalar:
        """Largest voltage that is tried."""
        return self.table.voltage[-1]

    @property
    def behind_top(self) -> Scalar:
        """Upper end of a bracket that has none."""
        return BEHIND_TOP * self.top


class SearchState(NamedTuple):
    """Where a search stands.

    Attributes:
        stage: one of the stages above.
        voltage: where I(V) is looked at next; once found, the answer.
        seen: what the voltages before it told.
        low: a rising point below what is looked for: the target, or the largest current.
        best: the point with the largest current so far, of a climb.
        high: a point above what is looked for.
        largest: largest current seen; beyond all voltages, the largest that there is.
        start: where a climb should begin.
        promise: largest current to be expected between `low` and `high`, in a survey.
        is_surveyed: whether I(V) has been looked at from zero upwards.
        left: how often I(V) may still be evaluated in this stage.
        evaluations: how often it was evaluated in all.
    """

    stage: Int[Array, ""]
    voltage: Scalar
    seen: Seen
    low: CurrentPoint
    best: CurrentPoint
    high: CurrentPoint
    largest: Scalar
    start: Scalar
    promise: Scalar
    is_surveyed: Bool[Array, ""]
    left: Int[Array, ""]
    evaluations: Scalar

    def enter(self, stage: int, voltage: Scalar, **changed) -> "SearchState":
        """Begin a stage at a voltage."""
        return self._replace(
            stage=jnp.asarray(stage), voltage=voltage, left=jnp.asarray(MAX_EVALUATIONS[stage]), **changed
        )


def choose(condition: Bool[Array, ""], new: PyTree, old: PyTree) -> PyTree:
    """One of two trees."""
    return jax.tree.map(lambda new, old: jnp.where(condition, new, old), new, old)
