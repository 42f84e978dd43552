"""Largest current that a wire carries: where I(V) has its crest, or how high its plateau is.

The closed-form estimate of I(V) is surveyed over all voltages; that tells whether there is one crest, and where about.
From there I(V) is climbed by Newton steps for dI/dV = 0, along the estimate times its ratio to I(V), as in `approach`:
a few solutions of the matching system, none of which is differentiated. Values alone decide on which side of a voltage
the crest is.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from jaxwire.closed_form import Estimate, Table
from jaxwire.compacted import while_loop
from jaxwire.domain import Scalar
from jaxwire.local_current import Current, Seen, look

AT_ONCE = {"cpu": 4, "gpu": 4096}
"""Points of a batch that climb at the same time: where few have to, fewer than fill the vector units."""

MAX_EVALUATIONS = 24
"""Evaluations of I(V) after which a climb gives up; 4 to 12 are typical, most where I(V) has a plateau."""

ACCURACY = 1e-9
"""Relative accuracy of the largest current."""

SURVEY, ZOOMED, ZOOMS = 48, 6, 3
"""Voltages at which the estimate is surveyed: over all of them, and between neighbours of the best one, three times."""

SURVEYED_AT_ONCE = {"cpu": 1, "gpu": 512}
"""Points of a batch that are surveyed at the same time: one fills the vector units."""

HIGH, DIP = 0.75, 5e-4
"""There may be a second crest where the estimate falls by 5e-4 of its largest value and rises again to 0.75 of it."""

FLAT, KNEE = 0.999, 0.99
"""Where the estimate ends above this share of its largest value, I(V) has a plateau; the climb starts below it."""

STEEPEST = 5.0
"""Logarithmic derivative of the ratio by the voltage up to which it is followed."""

DOUBT = 0.3
"""Error of the slope, as a share of what the curvature of the ratio contributes to it."""

SLOW, LEAP, FURTHEST = 0.4, 4.0, 3.0
"""A Newton step longer than this share of the one before climbs an exponential: it is taken this many times as long,
but no step goes further than 3 t."""

LEVEL, NARROW = 3e-9, 0.1
"""I(V) is level where it changes by less than this over a voltage of t, or over what is left to climb, but over 0.1 t
at least: on a plateau the grid moves it as much."""


class Crest(NamedTuple):
    """The largest current.

    Attributes:
        largest: largest value seen, or inferred from it.
        is_beyond: whether no voltage carries the target, as far as the survey tells.
        evaluations: how often I(V) was evaluated.
    """

    largest: Scalar
    is_beyond: Bool[Array, ""]
    evaluations: Scalar


def crest(current: Current, target: Scalar, estimate: Estimate, top: Scalar, is_wanted: Bool[Array, ""]) -> Crest:
    """Find the largest current that voltages from 0 to `top` carry, where it is wanted.

    Args:
        current: size of the current as a function of the size of the voltage.
        target: the current that was wanted; once a voltage carries it, nothing more is looked at.
        estimate: what the current should be.
        top: the largest voltage.
        is_wanted: whether to look at all; nothing is certain otherwise.
    """
    start = _survey(estimate, top, is_wanted)
    climb = _climb(current, target, estimate, top, start)
    is_beyond = (climb.settled > 0) & (climb.largest < target)
    return Crest(climb.largest, is_beyond, climb.evaluations)


def _survey(estimate: Estimate, top: Scalar, is_wanted: Bool[Array, ""]) -> Scalar:
    """Where a climb should start, as the estimate tells; NaN where it has two crests, or nothing is wanted.

    Voltages are denser where electrons come from both wires.
    """

    def estimated(voltage: Array) -> Array:
        return jax.vmap(estimate.on_own_nodes)(voltage)

    def look_everywhere(zero: Scalar) -> Scalar:
        # starting from the state: else XLA would move the survey out of the loop and do it always
        voltage = zero + top * (jnp.arange(SURVEY + 1) / SURVEY) ** 2
        table = Table(voltage, jnp.concatenate([jnp.zeros(1), estimated(voltage[1:])]))
        value, highest = table.current, jnp.max(table.current)
        around = jnp.minimum(table.highest(), jax.lax.cummax(value, reverse=True))
        is_double = jnp.any((around > HIGH * highest) & (around - value > DIP * highest))
        at = jnp.argmax(value)

        def zoom(_: Array, around: tuple[Array, Array]) -> tuple[Array, Array]:
            best, spacing = around
            closer = 2.0 * spacing / (ZOOMED + 1)
            between = best - spacing + closer * jnp.arange(1, ZOOMED + 1)
            return between[jnp.argmax(estimated(between))], closer

        spacing = voltage[jnp.minimum(at + 1, SURVEY)] - voltage[at]
        coarse = voltage[at], jnp.maximum(spacing, voltage[at] - voltage[at - 1])
        best: Scalar = jax.lax.fori_loop(0, ZOOMS, zoom, coarse)[0]
        knee = table.reaching(jnp.asarray(jnp.inf), KNEE)
        start: Scalar = jnp.where(value[-1] > FLAT * highest, knee, best)
        return jnp.where(is_double, jnp.nan, start)

    unknown = jnp.where(is_wanted, jnp.zeros_like(top), jnp.nan)
    return while_loop(lambda start: start == 0, look_everywhere, unknown, SURVEYED_AT_ONCE)


class _Climb(NamedTuple):
    """Where a climb stands.

    Attributes:
        voltage: where I(V) is looked at next.
        seen: what the voltages before it told.
        low: a voltage below the crest.
        best: the voltage with the largest current so far.
        high: one above the crest.
        largest: the current there; once settled, at the crest.
        settled: whether the largest current is known to `ACCURACY`.
        left: how often I(V) may still be evaluated.
        evaluations: how often it was.
    """

    voltage: Scalar
    seen: Seen
    low: Scalar
    best: Scalar
    high: Scalar
    largest: Scalar
    settled: Scalar
    left: Scalar
    evaluations: Scalar


def _climb(current: Current, target: Scalar, estimate: Estimate, top: Scalar, start: Scalar) -> _Climb:
    """Look at the largest voltage, where I(V) may have a plateau, then climb from the start, if there is one."""
    zero, beyond = jnp.zeros_like(top), 1.001 * top

    def improve(state: _Climb) -> _Climb:
        here, seen = look(current, estimate, state.voltage, state.seen, STEEPEST)
        voltage, value, slope, last = state.voltage, here.value, here.slope, state.seen.last
        low, best, high = _enclose(state, value)

        is_bent, is_slight = here.second < 0, here.is_slight
        newton = jnp.where(is_bent, -slope / here.second, jnp.where(slope > 0, jnp.inf, -jnp.inf))
        stride = jnp.where(last.voltage > 0, voltage - last.voltage, 0.0)
        is_slow = (slope > 0) & (stride > 0) & (newton > SLOW * stride)
        furthest = jnp.minimum(voltage + 0.1, FURTHEST * estimate.temperature)
        step = jnp.clip(jnp.where(is_slow, LEAP * newton, newton), -furthest, furthest)
        better = _inside(voltage + step, low, high, _section(low, best, high, voltage, 0.9 * furthest))

        doubt = DOUBT * jnp.abs(here.curvature * stride) * here.expected
        # the parabola through here rises by half of what an exponential does
        most = jnp.where(is_slow, 1.0, 0.5) * (jnp.abs(slope) + doubt) ** 2 / jnp.abs(here.second)
        gain = 0.5 * jnp.abs(slope * newton)
        is_crest = is_slight & is_bent & (most <= ACCURACY * value)
        left_to_climb = estimate.temperature * jnp.clip((high - low) / estimate.temperature, NARROW, 1.0)
        is_level = is_slight & ((jnp.abs(slope) + doubt) * left_to_climb <= LEVEL * value)
        is_plateau = is_level & (value >= (1.0 - LEVEL) * state.largest)
        is_settled = is_crest | is_plateau
        is_first = state.evaluations == 0
        is_lost = ~is_first & ~((value > 0) & (here.ratio > 0) & (better > 0))
        return _Climb(
            voltage=jnp.where(is_first, start, better),
            seen=jax.tree.map(lambda new, nothing: jnp.where(is_first, nothing, new), seen, state.seen),
            low=low,
            best=best,
            high=high,
            largest=jnp.maximum(state.largest, value + jnp.where(is_crest, gain, 0.0)),
            settled=is_settled.astype(float),
            left=jnp.where(is_settled | is_lost | (value >= target), 0.0, state.left - 1.0),
            evaluations=state.evaluations + 1.0,
        )

    left = jnp.where(start > 0, float(MAX_EVALUATIONS), 0.0)
    begin = _Climb(top, Seen.nothing(zero), zero, zero, beyond, zero, zero, left, zero)
    return while_loop(lambda state: state.left > 0, improve, begin, AT_ONCE)


def _enclose(state: _Climb, value: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """Voltages around the crest, the best one in the middle, after one more was looked at."""
    voltage, best = state.voltage, state.best
    is_higher, is_above = value > state.largest, voltage > best
    low = jnp.where(is_higher & is_above, best, jnp.where(is_higher | is_above, state.low, voltage))
    high = jnp.where(is_higher & ~is_above, best, jnp.where(is_higher | ~is_above, state.high, voltage))
    return low, jnp.where(is_higher, voltage, best), high


def _section(low: Scalar, best: Scalar, high: Scalar, voltage: Scalar, furthest: Scalar) -> Scalar:
    """A voltage in the longer one of two intervals: not far from the last one, if there is any such voltage in it."""
    end = jnp.where(best - low > high - best, low, high)
    middle = best + 0.4 * (end - best)
    return _inside(voltage + jnp.clip(middle - voltage, -furthest, furthest), low, high, middle)


def _inside(voltage: Scalar, low: Scalar, high: Scalar, instead: Scalar) -> Scalar:
    return jnp.where((voltage > low) & (voltage < high), voltage, instead)
