"""The largest current that a wire carries: crests and plateaus of known height, of I(V) itself, and of two crests."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics.energy_grid import Nodes, energy_grid
from jaxwire.solver.status import Outcome
from jaxwire.solver.voltage_search.current_estimate import tabulate
from jaxwire.solver.voltage_search.find_voltage import _voltage
from jaxwire.solver.voltage_search.largest_current import begin_climb, likely_crest
from jaxwire.solver.voltage_search.search_loop import _begin, _step
from jaxwire.solver.voltage_search.search_state import BEYOND, CLIMB, FOLLOW, MAX_EVALUATIONS, NARROW, Question

SMALL = jw.Resolution(40, 16)


SAMPLES = 64
"""Voltages of a call: whole micro-batches, and always as many, for one program."""


def _highest(function, top):
    """Largest value of a function of `SAMPLES` voltages, (n,) to (members, n), from 0 to `top`: ever closer."""
    low, high = np.zeros_like(top), top
    for calls in (4, 1, 1, 1):  # to some 1e-7 of the voltages, whose square is what the largest value errs by
        share = np.linspace(0.0, 1.0, SAMPLES * calls) ** (3 if calls > 1 else 1)  # denser where both wires emit
        voltage = low[:, None] + (high - low)[:, None] * share
        value = np.concatenate([np.asarray(function(part)) for part in np.split(voltage, calls, axis=1)], axis=1)
        at = np.argmax(value, axis=1)
        rows = np.arange(len(top))
        low, high = voltage[rows, np.maximum(at - 1, 0)], voltage[rows, np.minimum(at + 1, share.size - 1)]
    return np.max(value, axis=1)


# A ratio of current to estimate: by how much it steps, where, over which voltage (some t, as the ratio does).
RATIOS = np.random.default_rng(5).uniform([-0.05, 0.3, 0.3], [0.05, 2.0, 0.8], (256, 3))


TOP = 14.0


def _stepping(sign, ratio):
    """A current whose ratio to the estimate steps, with the estimate and its table."""
    dot, temperature = jw.Lorentzian(1.44, 0.2), jnp.asarray(0.3)
    estimate, table = tabulate(dot, jw.Wire(), temperature, sign, jnp.asarray(TOP))
    height, place, width = ratio

    def current_at(voltage):
        grid = energy_grid(dot.energy_scales(), temperature, sign * voltage, SMALL)
        nodes = Nodes(grid.above, grid.above_weight)
        return (1.0 + height * jnp.tanh((voltage - place) / width)) * estimate(nodes, voltage), nodes

    return current_at, estimate, table


@jax.jit
@functools.partial(jax.vmap, in_axes=(None, 0, 0))
def _stepping_currents(sign, ratio, voltages):
    return jax.vmap(lambda voltage: _stepping(sign, ratio)[0](voltage)[0])(voltages)


@jax.jit
@functools.partial(jax.vmap, in_axes=(None, 0, 0, 0))
def _climb(sign, ratio, target, seen):
    current_at, estimate, table = _stepping(sign, ratio)
    question, top = Question(target, estimate, table), jnp.asarray(TOP)
    start = begin_climb(_begin(question)._replace(largest=seen), likely_crest(estimate, 0.0 * top, top)[0], question)
    step = functools.partial(_step, current_at, question)
    return jax.lax.while_loop(lambda state: state.stage == CLIMB, step, start)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [1.0, -1.0])  # a plateau, with a bump where the ratio falls; a crest
def test_a_crest_of_known_height_is_found_to_its_accuracy(sign):
    find = functools.partial(_climb, sign, RATIOS)
    sampled = functools.partial(_stepping_currents, sign, RATIOS)
    expected = _highest(lambda voltage: sampled(jnp.maximum(voltage, 1e-9)), np.full(len(RATIOS), TOP))
    found = jax.tree.map(np.asarray, find(2.0 * expected, 0.0 * expected))
    is_beyond = found.stage == BEYOND
    assert np.mean(is_beyond) > 0.95 and np.mean(found.evaluations) < 16
    assert_allclose(found.largest[is_beyond], expected[is_beyond], rtol=1e-8)
    error = np.abs(found.largest / expected - 1.0)[is_beyond]
    assert np.quantile(error, 0.9) < 5e-11  # from the last voltage to the crest it is a parabola; 2e-10 without
    reached = jax.tree.map(np.asarray, find(0.95 * expected, 0.0 * expected))
    assert np.all(reached.stage == NARROW) and np.all(reached.largest >= 0.95 * expected)
    assert np.mean(reached.evaluations) < 3  # nothing is looked at once a voltage carries the target
    lower = find(2.0 * expected, 1.2 * expected)
    assert not np.any(lower.stage == BEYOND)  # another voltage carries more than this crest: a survey is to tell


# temperature, center, width, sign, exponent of the relaxation time, alpha, screening; narrow resonances, whose current
# is level to rounding before it is largest; sharp crests, where the resonance sinks below the band bottom; cold wires.
POINTS = np.array(
    [
        [0.3, 0.7747, 0.018, 1, 0.0, 0.0, 1.0],
        [0.3, 1.6079, 0.01, 1, 0.0, 0.0, 1.0],
        [0.3, 1.4889, 0.01346, 1, 0.0, 0.0, 1.0],
        [0.142, 1.6587, 0.5209, 1, 0.0, 0.0, 1.0],
        [0.0482506, 2.0795, 0.55842, -1, 0.0, 0.2, 0.7],
        [0.191, 1.248, 0.012, -1, 0.0, 0.0, 1.0],
        [0.169, 2.529, 0.011, -1, 0.0, 0.0, 1.0],
        [0.1495, 2.1937, 0.8577, -1, 1.0, 0.0, 1.0],
        [0.2333, 0.2632, 0.1985, 1, 1.0, 0.0, 1.0],
        [0.5737, 1.6508, 0.3917, 1, 1.0, 0.0, 1.0],
        [0.974, 0.206, 0.855, 1, 0.0, 0.0, 1.0],
        [0.0428, 0.7534, 0.1301, 1, 0.0, 0.0, 1.0],
        [0.0404, 0.949, 0.0915, 1, -0.721, 0.012, 0.698],
        [0.6, 1.0, 0.3, -1, -0.5, 0.3, 0.0],
        [0.03, 0.9, 0.5, 1, 0.5, 0.1, 0.5],
        [0.08, 1.4, 0.05, -1, -0.8, 0.4, 0.3],
    ]
)
SECOND_CREST = [4, 11, 12]
"""Of these I(V) has two crests."""


def _models(point):
    _, center, width, _, exponent, alpha, strength = point
    return jw.Lorentzian(center, width), jw.Wire(jw.PowerLaw(exponent), jw.Kane(alpha), jw.LocalScreening(strength))


@jax.jit
@jax.vmap
def _currents(point, voltage):
    """Sizes of the currents of a point at many voltages."""
    dot, wire = _models(point)

    def one(size):
        given = {"temperature": point[0], "voltage": point[3] * size, "resolution": SMALL}
        return jnp.abs(jw.solve(dot, wire, **given, error_estimate=False).current)

    return jax.lax.map(one, voltage, batch_size=16)


@functools.cache
def _largest():
    """Largest current of every point, from I(V) at given voltages alone."""
    top = 2.0 + 40.0 * POINTS[:, 0]
    return _highest(lambda voltage: _currents(POINTS, jnp.maximum(voltage, 1e-9)), top)


@jax.jit
@jax.vmap
def _search(point, current):
    return _voltage(*_models(point), point[0], "current", point[3] * current, SMALL)


@pytest.mark.slow
@pytest.mark.parametrize(("share", "quick"), [(1.001, 6), (5.0, 10)])
def test_the_largest_current_is_that_of_all_voltages(share, quick):
    voltage, search = jax.tree.map(np.asarray, _search(POINTS, share * _largest()))
    assert np.all(search.exhausted == 1) and np.all(np.isnan(voltage))
    # on plateaus, which are level to as much, the grid of 40 + 16 nodes moves the current by 1e-8 from here to there
    assert_allclose(search.largest, _largest(), rtol=3e-8)
    # of 13 with one crest; on a finer grid narrow resonances are as quick
    assert (
        np.sum(np.delete(search.evaluations, SECOND_CREST) <= MAX_EVALUATIONS[FOLLOW] + MAX_EVALUATIONS[CLIMB]) >= quick
    )


def test_what_is_just_below_the_largest_current_is_carried():
    _, search = _search(POINTS, 0.999 * _largest())
    assert np.all(search.found == 1)


def test_a_survey_sees_the_second_crest():
    """Of the first of these I(V) falls by 1.7 %, but by 1e-3 only as far as the voltages of the survey tell."""

    @jax.jit
    @jax.vmap
    def is_double(point):
        estimate, _ = tabulate(*_models(point), point[0], point[3], 2.0 + 40.0 * point[0])
        return likely_crest(estimate, 0.0 * point[0], 2.0 + 40.0 * point[0])[1]

    np.testing.assert_array_equal(is_double(POINTS), np.isin(np.arange(len(POINTS)), SECOND_CREST))


@pytest.mark.slow
def test_a_survey_ends_where_it_meets_the_current():
    """A cold wire whose second rise carries a current that the first crest does not: of 32 voltages 15 are below."""
    points = np.resize([0.05435, 0.8559, 0.1518, 1, 0.0, 0.0, 1.0], POINTS.shape)  # the programs of all tests above
    current = _currents(points, np.full((len(points), SAMPLES), 0.8579))[:, 0]
    size, search = _search(points, current)
    assert_allclose(size, 0.8579, rtol=1e-10)
    assert np.all(search.found == 1) and np.all(search.evaluations < 40)  # 50 if it went on to the end


@pytest.mark.slow
def test_a_transmission_at_fault_is_named_though_no_voltage_was_found():
    options = {"temperature": 0.05, "resolution": SMALL, "error_estimate": False}
    sol = jw.solve(jw.Function(lambda energy: 2.0 + 0.0 * energy), current=1e30, **options)
    assert np.isnan(sol.voltage) and sol.status.code == Outcome.BAD_TRANSMISSION


# No verdict is surer than I(V) is known


@pytest.mark.parametrize(
    ("barriers", "temperature", "current"),
    [
        ((0.00114598, 0.0110683, 14.6226, 0.0850453), 2.4515, -0.0839),  # the limit is 0.05, 0.04 or 0.01 by the grid
        ((0.337248, 0.00140569, 11.6268, 6.17698), 0.287381, -0.0022723922),  # eV = -12.18 carries -0.0023006
        ((0.0676661, 0.524704, 27.5529, -0.864099), 1.17567, -0.182628),  # resonances without nodes
    ],
)
def test_a_current_that_only_the_grid_forbids_is_not_called_unreachable(barriers, temperature, current):
    sol = jw.solve(jw.DoubleBarrier(*barriers), temperature=temperature, current=current)
    assert int(sol.status) == Outcome.UNDECIDED and not bool(sol.status.ok) and np.isnan(float(sol.current))
    assert f"(the largest found is {float(sol.status.limit):.6g})" in str(sol.status)


def test_the_largest_current_has_an_error_estimate():
    dot = jw.Lorentzian(1.44, 0.08)
    sol = jw.solve(dot, temperature=0.3, current=0.06)
    finer = jw.solve(dot, temperature=0.3, current=0.06, resolution=jw.Resolution(160, 64), error_estimate=False)
    assert int(sol.status) == int(finer.status) == Outcome.UNREACHABLE
    error = abs(float(sol.status.limit / finer.status.limit) - 1.0)
    assert error <= float(sol.error_estimate) < 1e-5 and np.isnan(float(finer.error_estimate))


def test_a_double_barrier_whose_resonances_all_get_nodes_has_a_largest_current():
    sol = jw.solve(jw.DoubleBarrier(0.1, 0.1, 2.0), temperature=0.1, current=0.9)
    assert int(sol.status) == Outcome.UNREACHABLE and 0 < float(sol.status.limit) < 0.9
