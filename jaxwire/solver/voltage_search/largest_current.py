"""Largest current that a wire carries: where I(V) has its crest, or how high its plateau is.

The closed-form estimate of I(V) is surveyed over all voltages; that tells whether there is one crest, and where about.
From there I(V) is climbed by Newton steps for dI/dV = 0, along the estimate times its ratio to I(V), as in
`follow_estimate`: a few solutions of the matching system, none of which is differentiated. Values alone decide on which
side of a voltage the crest is.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from jaxwire.numerics.array_types import Scalar
from jaxwire.solver.voltage_search.current_estimate import CurrentEstimate, CurrentTable
from jaxwire.solver.voltage_search.local_current import CurrentPoint, LocalCurrent, Seen, origin
from jaxwire.solver.voltage_search.search_state import BEYOND, CLIMB, FAILED, NARROW, Question, SearchState, choose

CREST_ACCURACY = 1e-9
"""Relative accuracy of the largest current."""

SURVEYED = 48
"""Voltages at which the estimate is surveyed."""

LOOKS = 2
"""How often: everywhere, and at as many voltages between the neighbours of the best one. A parabola through the three
highest ones is the crest."""

HIGH = 0.75
"""Share of its largest value to which the estimate rises again before and behind a dip between two crests."""

DIP = 5e-4
"""Share of its largest value by which the estimate falls in between: from there on there may be two crests."""

FLAT = 0.999
"""Share of its largest value above which the estimate ends where I(V) has a plateau."""

KNEE = 0.99
"""Share of its largest value from which a plateau is climbed."""

STEEPEST_CLIMBED = 5.0
"""Logarithmic derivative of the ratio by the voltage up to which it is followed."""

DOUBT = 0.3
"""Error of the slope, as a share of what the curvature of the ratio contributes to it."""

SLOW = 0.4
"""Share of the step before from which on a Newton step climbs an exponential, as on the way to a plateau."""

LEAP = 4.0
"""How many times as long a step on an exponential is taken."""

FURTHEST = 3.0
"""Longest step, in units of t."""

STEP = 0.1
"""By how much a step may be longer than the voltage, in mu0."""

WITHIN_STEP = 0.9
"""Longest way to where an interval is cut, as a share of the longest step."""

SECTION = 0.4
"""Where the longer one of two intervals is cut, as a share of it: a little more than the golden section's 0.38."""

LEVEL = 3e-9
"""Relative change over a voltage of t, or over what is left to climb, below which I(V) is level."""

SHORT = 0.1
"""Smallest voltage over which that change is taken, in units of t: on a plateau the grid moves the crest as much."""

NEARLY_LARGEST = 1e-7
"""A climb that gives up knows the largest current to this share, if the slope leaves no more between its ends: what the
grid adds to I(V) of a narrow resonance may hide where the crest is."""


class _Survey(NamedTuple):
    """The estimate at voltages everywhere, the best voltage so far, and voltages round it to look at next."""

    table: CurrentTable
    best: Scalar
    closer: Float[Array, " n"]


def likely_crest(estimate: CurrentEstimate, low: Scalar, high: Scalar) -> tuple[Scalar, Bool[Array, ""]]:
    """Where a climb should start, as the estimate tells between two voltages, and whether it has two crests there.

    Voltages are denser at the lower end: at zero electrons come from both wires.
    """

    def estimated(voltage: Array) -> Array:
        somewhere: Array = jnp.where(voltage > 0, voltage, high)
        return jnp.where(voltage > 0, jax.vmap(estimate.on_own_nodes)(somewhere), 0.0)

    def look(index: Array, state: _Survey) -> _Survey:
        voltage, value = state.closer, estimated(state.closer)
        at = jnp.argmax(value)
        first, last = jnp.maximum(at - 1, 0), jnp.minimum(at + 1, SURVEYED)
        before, behind = value[at] - value[first], value[at] - value[last]
        to_vertex = jnp.where((before > 0) & (behind > 0), 0.5 * (before - behind) / (before + behind), 0.0)
        best = voltage[at] + to_vertex * 0.5 * (voltage[last] - voltage[first])
        everywhere = CurrentTable(voltage, value)
        closer = jnp.linspace(voltage[first], voltage[last], SURVEYED + 1)
        return _Survey(choose(index == 0, everywhere, state.table), best, closer)

    voltage = low + (high - low) * (jnp.arange(SURVEYED + 1) / SURVEYED) ** 2
    nothing = _Survey(CurrentTable(voltage, jnp.zeros_like(voltage)), low, voltage)
    survey: _Survey = jax.lax.fori_loop(0, LOOKS, look, nothing)
    table, value, highest = survey.table, survey.table.current, jnp.max(survey.table.current)
    around = jnp.minimum(table.highest(), jax.lax.cummax(value, reverse=True))
    is_double = jnp.any((around > HIGH * highest) & (around - value > DIP * highest))
    knee = table.reaching(jnp.asarray(jnp.inf), KNEE)
    is_plateau = (low == 0) & (value[-1] > FLAT * highest)
    return jnp.where(is_plateau, knee, jnp.clip(survey.best, voltage[1], voltage[-2])), is_double


def begin_climb(state: SearchState, start: Scalar, question: Question) -> SearchState:
    """Climb from the start, between the ends that a survey has told, or else from zero to the largest voltage.

    In that case that is looked at first, as I(V) may have a plateau there.
    """
    zero = jnp.zeros_like(start)
    everywhere = {"low": origin(zero), "best": origin(zero), "high": origin(zero)._replace(voltage=question.behind_top)}
    ends = choose(state.is_surveyed, {name: getattr(state, name) for name in everywhere}, everywhere)
    first = jnp.where(state.is_surveyed, start, question.top)
    return state.enter(CLIMB, first, seen=Seen.nothing(zero), start=start, **ends)


def climb(state: SearchState, here: LocalCurrent, question: Question) -> SearchState:
    """One step to the largest current; the target, which is larger than all currents so far, is not carried here."""
    (voltage, value, slope), last = here.point, state.seen.last
    temperature = question.estimate.temperature
    is_first = voltage >= question.top
    low, best, high = _enclose(state, here.point)

    is_bent, is_slight = here.second < 0, here.is_slight
    newton = jnp.where(is_bent, -slope / here.second, jnp.where(slope > 0, jnp.inf, -jnp.inf))
    stride = jnp.where(last.voltage > 0, voltage - last.voltage, 0.0)
    is_slow = (slope > 0) & (stride > 0) & (newton > SLOW * stride)
    furthest = jnp.minimum(voltage + STEP, FURTHEST * temperature)
    step = jnp.clip(jnp.where(is_slow, LEAP * newton, newton), -furthest, furthest)
    section = _section(low.voltage, best.voltage, high.voltage, voltage, WITHIN_STEP * furthest)
    better = _inside(voltage + step, low.voltage, high.voltage, section)
    better = jnp.where(better == best.voltage, section, better)

    doubt = DOUBT * jnp.abs(here.curvature * stride) * here.expected
    # the parabola through here rises by half of what an exponential does
    most = jnp.where(is_slow, 1.0, 0.5) * (jnp.abs(slope) + doubt) ** 2 / jnp.abs(here.second)
    gain = 0.5 * jnp.abs(slope * newton)
    is_crest = is_slight & is_bent & (most <= CREST_ACCURACY * value)
    left_to_climb = temperature * jnp.clip((high.voltage - low.voltage) / temperature, SHORT, 1.0)
    is_level = is_slight & ((jnp.abs(slope) + doubt) * left_to_climb <= LEVEL * value)
    is_plateau = is_level & (value >= (1.0 - LEVEL) * state.best.value)
    is_lost = ~((value > 0) & (here.ratio > 0) & (better > 0))
    is_settled = (is_crest | is_plateau) & ~is_first
    largest = jnp.maximum(state.largest, value + jnp.where(is_crest, gain, 0.0))
    next_voltage, seen = jnp.where(is_first, state.start, better), choose(is_first, state.seen, here.seen)
    on = state._replace(voltage=next_voltage, seen=seen, low=low, best=best, high=high, largest=largest)
    is_inside = (low.voltage < best.voltage) & (best.voltage < high.voltage)
    is_near = is_inside & ((jnp.abs(slope) + doubt) * (high.voltage - low.voltage) <= NEARLY_LARGEST * value)
    is_settled |= (state.left <= 0) & is_slight & is_near & ((1.0 + NEARLY_LARGEST) * largest < question.target)
    # else there is another crest, and a survey will tell; after it I(V) is not known any better
    is_highest = state.is_surveyed | (value >= (1.0 - NEARLY_LARGEST) * state.largest)
    fails = ~is_first & (is_lost | (state.left <= 0) | (is_settled & ~is_highest))
    is_beyond = is_settled & is_highest & (largest < question.target)
    on = on._replace(stage=jnp.where(is_beyond, BEYOND, jnp.where(fails, FAILED, CLIMB)))
    carried = state.enter(NARROW, jnp.where(is_first, state.start, better), seen=here.seen, high=here.point)
    return choose(value >= question.target, carried, on)


def _enclose(state: SearchState, here: CurrentPoint) -> tuple[CurrentPoint, CurrentPoint, CurrentPoint]:
    """Points around the crest, the best one in the middle, after one more was looked at."""
    is_higher, is_above = here.value > state.best.value, here.voltage > state.best.voltage
    low = choose(is_higher & is_above, state.best, choose(is_higher | is_above, state.low, here))
    high = choose(is_higher & ~is_above, state.best, choose(is_higher | ~is_above, state.high, here))
    return low, choose(is_higher, here, state.best), high


def _section(low: Scalar, best: Scalar, high: Scalar, voltage: Scalar, furthest: Scalar) -> Scalar:
    """A voltage in the longer one of two intervals: not far from the last one, if there is any such voltage in it."""
    end = jnp.where(best - low > high - best, low, high)
    middle = best + SECTION * (end - best)
    return _inside(voltage + jnp.clip(middle - voltage, -furthest, furthest), low, high, middle)


def _inside(voltage: Scalar, low: Scalar, high: Scalar, instead: Scalar) -> Scalar:
    return jnp.where((voltage > low) & (voltage < high), voltage, instead)
