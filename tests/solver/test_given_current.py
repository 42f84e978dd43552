"""The self-consistent voltage: round trips, derivatives, and currents that no voltage carries."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.solver.status import Outcome

# center, width, temperature, voltage; all on the branch of I(V) that rises from zero
RISING = np.array(
    [
        [1.44, 0.08, 0.3, 0.1],
        [1.44, 0.08, 0.3, -0.1],
        [0.64, 0.08, 0.1, 0.4],
        [1.4, 0.8, 0.05, 0.35],
        [1.2, 0.8, 0.85, 0.95],
        [0.9, 0.4, 0.09, 1e-6],
        [0.3, 0.02, 0.7, 1e-9],
        [2.1, 0.85, 0.05, -0.06],
        [1.8, 0.03, 0.45, 1.2],
    ]
)

N_VOLTAGES = 80
"""Of a curve: with the opposite ones five batches of `iv`, no remainder, for which it would compile a second solver."""


def _solve(point, **drive):
    center, width, temperature, _ = point
    return jw.solve(jw.Lorentzian(center, width), temperature=temperature, error_estimate=False, **drive)


@jax.jit
@jax.vmap
def _current_of(point):
    return _solve(point, voltage=point[3]).current


@jax.jit
@jax.vmap
def _at_current(point, current):
    sol = _solve(point, current=current)
    return sol.voltage, sol.current, sol.status


@pytest.mark.slow
def test_voltage_to_current_to_voltage_returns():
    voltage, current, status = _at_current(RISING, _current_of(RISING))
    assert jnp.all(status.ok)
    assert_allclose(voltage, RISING[:, 3], rtol=1e-10)  # Newton's last step is 1e-7 and convergence quadratic
    assert_allclose(current, _current_of(RISING), rtol=1e-12)


@pytest.mark.slow
def test_force_is_current_over_drude_conductivity():
    sol = jw.solve(jw.Lorentzian(1.44, 0.08), temperature=0.3, force=0.006, error_estimate=False)
    assert_allclose(sol.force, 0.006, rtol=1e-12)  # Newton's last step squared
    assert_allclose(sol.current, sol.force * sol.flow.upper.half.drude_conductivity, rtol=1e-14)


@functools.cache
def _observe():
    """Voltage, right potential and heating at given current, as functions of (center, width, temperature, current)."""

    def observe(parameters):
        sol = _solve(parameters, current=parameters[3])
        return jnp.concatenate([jnp.stack([sol.voltage, sol.potential_right]), sol.heating([-0.7, 0.3]).total])

    # called as it is, by the program of all solutions at a given current of this file

    return observe, jw.quick_jit(jax.jacrev(observe))


POINT = np.array([1.44, 0.08, 0.3, 0.0125])


def _differences(function, point, step):
    """Fourth-order central differences, steps relative to the size of each parameter."""
    columns = []
    for direction in np.diag(step * np.abs(point)):
        one, two = (function(point + n * direction) - function(point - n * direction) for n in (1, 2))
        columns.append((8 * one - two) / 12 / np.sum(direction))
    return np.stack(columns, axis=1)


@pytest.mark.slow
def test_derivatives_at_given_current_match_differences():
    function, reverse = _observe()
    expected = _differences(function, POINT, 1e-3)
    assert_allclose(reverse(POINT), expected, rtol=1e-6)


@pytest.mark.slow
def test_voltage_by_current_is_the_inverse_slope():
    function, reverse = _observe()
    voltage = function(POINT)[0]
    slope = jw.quick_jit(jax.grad(lambda v: _solve(POINT, voltage=v).current))(voltage)
    assert_allclose(reverse(POINT)[0, 3], 1.0 / slope, rtol=1e-10)


def test_a_frozen_voltage_would_fail_the_derivative_test():
    """The check sees the difference between the derivative at given current and that at given voltage."""
    function, _ = _observe()
    voltage = function(POINT)[0]
    frozen = [_solve([1.44 + step, *POINT[1:]], voltage=voltage).heating(0.3).total for step in (-1e-4, 1e-4)]
    true = _differences(function, POINT, 1e-3)[3, 0]
    assert abs((frozen[1] - frozen[0]) / 2e-4 / true - 1.0) > 1e-2


@pytest.mark.slow
def test_saturated_current_is_reported_with_the_largest_one():
    dot = jw.Lorentzian(1.44, 0.08)
    sol = jw.solve(dot, temperature=0.3, current=0.2, error_estimate=False)
    curve = jw.iv(dot, None, 0.3, np.linspace(2.0, 12.0, N_VOLTAGES))
    largest = float(np.max(curve.current))
    assert not sol.status.ok
    assert np.isnan(sol.current) and np.isnan(sol.voltage) and np.all(np.isnan(sol.heating([1.0]).total))
    assert_allclose(sol.status.limit, largest, rtol=1e-6)  # the plateau is flat to that between the sampled voltages
    assert f"no voltage carries this current; the largest is {largest:.4g}"[:-1] in str(sol.status)


@pytest.mark.slow
def test_current_beyond_a_crest_is_reported_with_the_crest():
    """At negative voltage the resonance sinks below the band bottom: I(V) turns over."""
    dot = jw.Lorentzian(1.44, 0.08)
    sol = jw.solve(dot, temperature=0.3, current=-0.2, error_estimate=False)
    voltages = 0.9 + 0.005 * np.arange(N_VOLTAGES)
    crest = float(np.max(-jw.iv(dot, None, 0.3, voltages).reverse_current))
    assert_allclose(-sol.status.limit, crest, rtol=1e-4)  # parabola through samples 0.005 apart
    assert -sol.status.limit >= crest * (1 - 1e-9)
    reached = jw.solve(dot, temperature=0.3, current=0.999 * float(sol.status.limit), error_estimate=False)
    assert reached.status.ok
    assert_allclose(reached.current, 0.999 * sol.status.limit, rtol=1e-10)


def test_a_current_is_found_before_the_pole_of_a_scatterer_that_hardly_reflects():
    """I(V) of this dot grows without bounds towards V = 0.846, and is negative behind it."""
    points = np.tile([0.5, 0.96, 0.05, 0.0], RISING.shape[:1] + (1,))
    current = np.geomspace(0.1, 1e3, len(points))
    assert _current_of(points + [0.0, 0.0, 0.0, 0.86])[0] < 0
    voltage, found, status = _at_current(points, current)
    assert jnp.all(status.ok)
    assert_allclose(found, current, rtol=1e-10)
    assert np.all(np.diff(voltage) > 0) and np.all(voltage < 0.846)


def test_a_search_without_end_is_not_laid_to_the_transmission():
    """Towards that pole all currents are carried, further than voltages can be told apart."""
    points = np.tile([0.5, 0.96, 0.05, 0.0], RISING.shape[:1] + (1,))
    voltage, found, status = _at_current(points, np.full(len(points), 1e30))
    assert np.all(np.isnan(voltage)) and np.all(np.isnan(found))
    assert np.all(status.code == Outcome.NOT_FINITE)


def test_an_unreachable_lane_leaves_the_others_alone():
    currents = _current_of(RISING)
    spoiled = currents.at[0].set(5.0).at[3].set(jnp.nan)
    good = np.array([1, 2, 4, 5, 6, 7, 8])
    voltage, _, status = _at_current(RISING, spoiled)
    expected, _, _ = _at_current(RISING, currents)
    assert np.array_equal(np.isnan(voltage), ~np.isin(np.arange(9), good))
    assert np.array_equal(voltage[good], expected[good])
    assert np.array_equal(status.ok, np.isin(np.arange(9), good))


def test_no_current_needs_no_voltage():
    sol = jw.solve(jw.Lorentzian(1.44, 0.08), temperature=0.3, current=0.0, error_estimate=False)
    assert sol.status.ok
    assert float(sol.voltage) == 0.0 and float(sol.current) == 0.0


@pytest.mark.parametrize("drive", [{}, {"voltage": 0.1, "current": 0.1}, {"current": 0.1, "force": 0.1}])
def test_exactly_one_drive_is_needed(drive):
    with pytest.raises(TypeError, match="`voltage`, `current` or `force` must be given, one of them"):
        jw.solve(jw.Lorentzian(1.44, 0.08), temperature=0.3, **drive)
