"""Rung f: derivatives of every observable by every parameter: reverse against forward, both against differences.

Compiling costs seconds, a value does not: each function below is compiled once and used by many tests.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw

PARAMETERS = ("center", "width", "temperature", "voltage")
X = (-3.0, -0.5, -0.05, 0.05, 0.5, 3.0)
OBSERVED = ("current", "potential_left", "potential_right", *(f"heating({x})" for x in X))
POINTS = {
    "fig 3a": (1.44, 0.08, 0.3, 0.1),
    "fig 4b": (0.64, 0.08, 0.7, 0.4),
    "cold, narrow, far from equilibrium": (0.9, 0.02, 0.06, 0.9),
    "hot, wide": (2.2, 0.5, 1.0, 1.6),
    "negative voltage": (1.1, 0.15, 0.2, -0.3),
}

# Central differences of eighth order: f'(0) = sum_k c_k (f(k h) - f(-k h))/h + h^8 f^(9)/630.
STENCIL = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}
# Steps are this share of the distance s over which the observables change, so that f^(9) ~ 9! f'/s^8 and the error is
# 0.02^8 * 9!/630 = 1.5e-11 of f'; rounding adds about 1e-13/0.02 = 5e-12.
STEP = 0.02
AGAINST_DIFFERENCES = 1e-6  # the promise; measured 5e-11
FORWARD_AGAINST_REVERSE = 1e-12  # the promise; rounding in sums of a few thousand terms; measured 5e-15


def observed(parameters, scatterer=jw.Lorentzian):
    center, width, temperature, voltage = parameters
    sol = jw.solve(scatterer(center, width), temperature=temperature, voltage=voltage, error_estimate=False)
    at_scatterer = jnp.stack([sol.current, sol.potential_left, sol.potential_right])
    return jnp.concatenate([at_scatterer, sol.heating(jnp.asarray(X)).total])


def current(parameters):
    center, width, temperature, voltage = parameters
    dot = jw.Lorentzian(center, width)
    return jw.solve(dot, temperature=temperature, voltage=voltage, error_estimate=False).current


def directional(function):
    """Compiled (value, derivative in one direction) of a function of one vector."""
    return jax.jit(lambda point, direction: jax.jvp(function, (point,), (direction,)))


observed_and_tangent = directional(observed)


@functools.cache
def reverse():
    """Jacobians at all POINTS by jacrev under vmap under jit, shape (points, observed, parameters)."""
    return dict(
        zip(
            POINTS, np.asarray(jax.jit(jax.vmap(jax.jacrev(observed)))(jnp.asarray(list(POINTS.values())))), strict=True
        )
    )


def value(point):
    return observed_and_tangent(jnp.asarray(point), jnp.zeros(len(PARAMETERS)))[0]


def forward(point, compiled=observed_and_tangent):
    """Jacobian, shape (observed, parameters), one jvp for each column."""
    return np.stack([compiled(jnp.asarray(point), unit)[1] for unit in jnp.eye(len(PARAMETERS))], axis=1)


def difference(function, point, direction, step):
    """Derivative of `function` in one direction, from values alone."""
    shifted = {k: np.asarray(function(point + k * step * direction)) for k in (*STENCIL, *(-k for k in STENCIL))}
    return sum(c * (shifted[k] - shifted[-k]) for k, c in STENCIL.items()) / step


def scales(point):
    """Distance in each parameter over which the observables change."""
    _, width, temperature, voltage = point
    sharpest = min(width, temperature)
    return np.array([sharpest, width, temperature, min(sharpest, abs(voltage))])


def differences(function, point):
    """Jacobian from values alone, shape (observed, parameters)."""
    columns = zip(np.eye(len(PARAMETERS)), STEP * scales(point), strict=True)
    return np.stack([difference(function, point, unit, step) for unit, step in columns], axis=-1)


def deviation(found, wanted, point):
    """Largest difference of two Jacobians, per observable relative to its most sensitive parameter."""
    weighted = np.abs(np.array([found - wanted, wanted])) * scales(point)
    return np.max(weighted[0] / np.max(weighted[1], axis=-1, keepdims=True))


def assert_gradient_is_right(jacobian, point):
    assert deviation(jacobian, differences(value, point), point) < AGAINST_DIFFERENCES


@pytest.mark.slow
@pytest.mark.parametrize("name", POINTS)
def test_reverse_mode_agrees_with_forward_mode(name):
    point = np.array(POINTS[name])
    assert deviation(reverse()[name], forward(point), point) < FORWARD_AGAINST_REVERSE


@pytest.mark.parametrize("name", POINTS)
def test_gradient_agrees_with_central_differences(name):
    assert_gradient_is_right(reverse()[name], np.array(POINTS[name]))


def lorentzian(energy, center, width):
    return width**2 / ((energy - center) ** 2 + width**2)


@jax.custom_jvp
def crooked(energy, center, width):
    return lorentzian(energy, center, width)


@crooked.defjvp
def crooked_by_one_part_in_a_hundred_thousand(primals, tangents):
    right, slope = jax.jvp(lorentzian, primals, tangents)
    return right, slope * (1.0 + 1e-5)


class Crooked(jw.Lorentzian):
    """A Lorentzian with a wrong derivative."""

    def transmission(self, energy):
        return crooked(energy, self.center, self.width)


@pytest.mark.slow
def test_a_wrong_gradient_is_found_out():
    point = np.array(POINTS["fig 3a"])
    wrong = forward(point, directional(functools.partial(observed, scatterer=Crooked)))
    with pytest.raises(AssertionError):
        assert_gradient_is_right(wrong, point)
    assert deviation(wrong, forward(point), point) < 1e-4  # and it was wrong by little


@pytest.mark.slow
def test_hessian_is_symmetric_and_agrees_with_differences_of_the_gradient():
    point = np.array(POINTS["fig 3a"])
    weight = np.outer(scales(point), scales(point))
    hessian = np.asarray(jax.jit(jax.hessian(current))(jnp.asarray(point))) * weight
    largest = np.max(np.abs(hessian))
    # Rounding; measured 4e-16, with room for another order of summation.
    assert_allclose(hessian, hessian.T, rtol=0, atol=1e-13 * largest)
    by_differences = differences(lambda shifted: forward(shifted)[0], point) * weight
    assert_allclose(hessian, by_differences, rtol=0, atol=AGAINST_DIFFERENCES * largest)


def test_current_and_potentials_at_zero_voltage_have_the_slope_of_linear_response():
    point = np.array([1.44, 0.08, 0.3, 0.0])
    slope = forward(point)[:3]
    assert_allclose(slope[:, :3], 0.0, atol=1e-30)  # nothing flows, whatever the other parameters are
    # Quotients by V reach their limit as |V|^(1/2), with coefficients below 5e-2: states below the step, a share
    # |V|^(1/2) of all momenta, carry no current. At 1e-10 that leaves 5e-7. Nothing cancels in the quotient.
    for small in (1e-10, -1e-10):
        assert_allclose(slope[:, 3], value([*point[:3], small])[:3] / small, rtol=5e-7)


def solved_current(scatterer):
    return jw.solve(scatterer, temperature=0.3, voltage=0.1, error_estimate=False).current


def assert_directional_derivative_is_right(function, point, step):
    """Forward mode against differences, in a direction that is not special."""
    direction = np.random.default_rng(1).uniform(0.5, 1.0, len(point))
    compiled = directional(function)
    wanted = difference(lambda p: compiled(jnp.asarray(p), jnp.zeros(len(p)))[0], point, direction, step)
    assert_allclose(compiled(jnp.asarray(point), jnp.asarray(direction))[1], wanted, rtol=AGAINST_DIFFERENCES)


@pytest.mark.slow
def test_gradient_by_the_values_of_a_table_agrees_with_differences():
    energies = np.linspace(0.2, 2.0, 7)
    values = np.array([0.05, 0.1, 0.3, 0.7, 0.95, 0.6, 0.2])
    compiled = jax.jit(jax.value_and_grad(lambda v: solved_current(jw.Tabulated(energies, v))))
    gradient = compiled(jnp.asarray(values))[1]
    for unit, derivative in zip(np.eye(values.size)[1:5], gradient[1:5], strict=True):
        # T is linear in the values but for the slopes of the interpolation; they change over 0.1, and are smooth as
        # long as the values' order stays.
        wanted = difference(lambda v: compiled(jnp.asarray(v))[0], values, unit, 1e-3)
        assert_allclose(derivative, wanted, rtol=AGAINST_DIFFERENCES)
    assert np.all(np.isfinite(gradient))


@pytest.mark.parametrize("flat", [[0.5] * 6, [0.2, 0.2, 0.2, 0.7, 0.7, 0.7]], ids=["everywhere", "in parts"])
def test_gradient_by_the_values_of_a_flat_table_agrees_with_differences(flat):
    energies = jnp.linspace(0.2, 2.5, 6)
    fine = jw.Resolution(160, 64)  # the bends of an interpolated table cost the default grid 1e-3 of a derivative

    @jax.jit
    @jax.value_and_grad
    def current(values):
        table = jw.Tabulated(energies, values)
        return jw.solve(table, temperature=0.3, voltage=0.1, resolution=fine, error_estimate=False).current

    values = jnp.asarray(flat)
    gradient = current(values)[1]
    for unit, derivative in zip(np.eye(6), gradient, strict=True):
        wanted = difference(lambda v: current(jnp.asarray(v))[0], np.array(flat), unit, 1e-2)
        # of the largest: T is linear in one value, to either side; the current is not quite linear in T
        assert_allclose(derivative, wanted, atol=2e-3 * np.max(gradient))


def test_gradient_by_the_parameters_and_scales_of_a_function_agrees_with_differences():
    def step(energy, parameters):
        return jax.nn.sigmoid((energy - parameters["edge"]) / parameters["width"])

    def from_function(p):
        function = jw.Function(step, {"edge": p[0], "width": p[1]}, scales=p[None, :])
        return solved_current(function)

    assert_directional_derivative_is_right(from_function, np.array([1.2, 0.05]), STEP * 0.05)


def test_gradient_by_a_constant_transmission_agrees_with_differences():
    assert_directional_derivative_is_right(lambda p: solved_current(jw.Constant(p[0])), np.array([0.4]), STEP * 0.4)
