"""Rung b: closed forms, conservation laws and symmetries that hold exactly, at any resolution where they must."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.kinetics.eigenmodes.modes import half_wire_modes
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.wavenumbers import Sampling
from jaxwire.model.resolution import SMALLEST_RESOLUTION

DEFAULT = jw.Resolution(80, 32)
RESOLUTIONS = [jw.Resolution(16, 8), DEFAULT, jw.Resolution(140, 70)]
"""From one with errors of 10 % in the current to rounding; tinier ones below."""
every_resolution = pytest.mark.parametrize("resolution", RESOLUTIONS, ids=str)

POINTS = [
    (1.44, 0.08, 0.3, 0.1),
    (0.64, 0.08, 0.1, 0.4),
    (1.0, 0.5, 1.0, 1.5),
    (1.44, 0.08, 0.3, -0.4),
    (0.5, 0.02, 0.03, -1.2),
]
"""(eps0, Gamma, kT, eV): the paper's figures and tables, far from equilibrium, and with the step on the other side."""
FINE = jw.Resolution(160, 64)
every_point = pytest.mark.parametrize("point", POINTS, ids=str)

X = np.array([0.05, 0.2, 1.0, 3.0])


@functools.cache
def lorentzian(point: tuple[float, ...], resolution: jw.Resolution = DEFAULT) -> jw.Solution:
    center, width, temperature, voltage = point
    dot = jw.Lorentzian(center, width)
    sol = jw.solve(dot, temperature=temperature, voltage=voltage, resolution=resolution, error_estimate=False)
    assert sol.status.ok, sol.status.message
    return sol


def constant(value: float, temperature: float, voltage: float) -> jw.Solution:
    return jw.solve(jw.Constant(value), temperature=temperature, voltage=voltage, error_estimate=False)


# Conservation laws


def missing_power(sol: jw.Solution) -> float:
    """What the heat given to both wires by the scatterer lacks of I V, relative to it (Eq. 30)."""
    far_left, before, after, far_right = np.asarray(sol.heat_current([-1e3, -0.0, 0.0, 1e3]))
    return float(1 - ((after - far_right) + (far_left - before)) / (sol.current * sol.voltage))


@every_resolution
@every_point
def test_heat_from_the_scatterer_is_the_power_of_the_voltage(point, resolution):
    assert abs(missing_power(lorentzian(point, resolution))) < 1e-10  # rounding, 1e-14 when written


@every_point
def test_smallest_grid_conserves_energy_and_says_that_it_is_inaccurate(point):
    center, width, temperature, voltage = point
    sol = jw.solve(
        jw.Lorentzian(center, width), temperature=temperature, voltage=voltage, resolution=SMALLEST_RESOLUTION
    )
    assert abs(missing_power(sol)) < 1e-10  # rounding
    assert not sol.status.ok


@every_resolution
@every_point
def test_all_heating_beyond_the_drude_state_is_the_current_times_the_total_voltage(point, resolution):
    sol = lorentzian(point, resolution)
    # Integral of P_ph - P_ext over both wires, Eq. 32, with x = exp(pi sinh u): doubly exponential, so that sums of
    # exponentials with any decay rates, and the logarithm at x = 0, are integrated to rounding.
    u = np.linspace(-4.2, 2.2, 700)
    x, weight = np.exp(np.pi * np.sinh(u)), np.pi * np.cosh(u) * (u[1] - u[0])
    heat = sol.heating(np.concatenate([-x, x]))
    excess = np.sum(np.tile(x * weight, 2) * (heat.total - heat.external)) * sol.external_power
    assert_allclose(excess, sol.current * sol.total_voltage, rtol=1e-10)


@every_resolution
@every_point
def test_scatterer_heating_follows_the_potential(point, resolution):
    sol = lorentzian(point, resolution)
    x = np.concatenate([-X, X])
    potential = -sol.potential(x) / sol.force**2
    # Eq. 33, exact for constant tau and a neutral wire; relative to the largest value, as the potential changes sign.
    assert_allclose(sol.heating(x).scatterer, potential, rtol=1e-8, atol=1e-10 * float(jnp.max(jnp.abs(potential))))


@every_point
def test_heating_is_the_divergence_of_the_heat_current(point):
    sol = lorentzian(point)
    x, h = np.concatenate([-X, X]), 1e-5
    divergence = (sol.heat_current(x + h) - sol.heat_current(x - h)) / (2 * h)
    expected = -divergence / sol.external_power
    # Differences err by h^2 times the third derivative, 1/x^2 at x = 0.05, and by rounding over h.
    assert_allclose(sol.heating(x).scatterer, expected, rtol=1e-5, atol=1e-6 * float(jnp.max(jnp.abs(expected))))


@every_resolution
@every_point
def test_modes_carry_the_spectral_current_out_of_the_scatterer(point, resolution):
    flow = lorentzian(point, resolution).flow
    for side in (flow.upper, flow.lower):
        half = side.half
        # At x = 0, with tau = 1: f(+) - f(-) = 2 F l f0' + side sum_k a_k kappa_k l g_k, g_k(i) = C_i y_ki/l_i^2.
        drude = 2.0 * flow.force * half.mean_free_path * half.thermal
        modes = side.sign * (side.amplitude * side.modes.rate) @ side.modes.resolvent
        carried = half.weight * (drude + half.collision_average() / half.mean_free_path * modes)
        expected = half.weight * jnp.pad(flow.spectral_current, (drude.size - flow.spectral_current.size, 0))
        # Modes and Drude state are complete; none of the modes carries a current. Rounding.
        assert_allclose(carried, expected, rtol=0, atol=1e-12 * float(flow.current))
        assert_allclose(jnp.sum(half.weight * drude), flow.current, rtol=1e-12)


@every_point
@pytest.mark.parametrize(("resolution", "bound"), [(FINE, 1e-12), (DEFAULT, 1e-9)], ids=["fine", "default"])
def test_current_is_the_same_everywhere(point, resolution, bound):
    sol = lorentzian(point, resolution)
    for side in (sol.flow.upper, sol.flow.lower):
        sign = float(side.sign * sol.direction)
        x = sign * np.array([0.0, 1e-3, 0.3, 2.0, 1e3])
        occupied = sol.distribution(side.half.energy[:, None], x[None, :])
        current = side.half.weight @ (occupied.forward - occupied.backward)
        # The distribution is built from fermi functions at any energy, not from nodes: rounding of f, relative to I,
        # and on the default grid the error of some 40 wavenumbers.
        assert_allclose(current, float(sol.current), rtol=bound, atol=1e-14)


def test_an_opaque_scatterer_carries_no_current_and_says_that_it_is_solved():
    sol = jw.solve(jw.Constant(0.0), temperature=0.3, voltage=0.1)
    assert float(sol.current) == 0.0 and float(sol.potential_left) == 0.0
    assert bool(sol.status.ok) and float(sol.error_estimate) < 1e-9


# Symmetries and limits


@pytest.mark.parametrize("voltage", [0.1, 1.2])
def test_negative_voltage_is_the_mirror_image(voltage):
    center, width, temperature = 1.6, 0.2, 0.3
    # T is a function of the left kinetic energy, which at -V is that of the mirror image's right wire: V more.
    sol = lorentzian((center, width, temperature, -voltage))
    image = lorentzian((center - voltage, width, temperature, voltage))
    x = np.concatenate([-X, X])
    same = functools.partial(assert_allclose, rtol=1e-11)  # rounding of center - voltage
    same(sol.current, -image.current)
    same(sol.force, -image.force)
    same([sol.potential_left, sol.potential_right], [image.potential_right, image.potential_left])
    same(sol.total_voltage, -image.total_voltage)
    same(sol.heat_current(x), -image.heat_current(-x))
    same(sol.heating(x).total, image.heating(-x).total)
    energy = np.full(len(x), 1.1)
    seen, mirrored = sol.distribution(energy, x), image.distribution(energy, -x)
    same(seen.forward, mirrored.backward)
    same(seen.backward, mirrored.forward)
    unlike = lorentzian((center, width, temperature, voltage))
    assert abs(unlike.current / image.current - 1) > 1e-3  # the same T at +V is another problem: the circuit rectifies


def test_nothing_flows_at_zero_voltage():
    sol = lorentzian((1.44, 0.08, 0.3, 0.0))
    faces = [sol.potential_left, sol.potential_right, sol.total_voltage]
    assert_array_equal([sol.current, sol.force, *faces, *sol.heat_current([-1, 1])], 0.0)
    energy = jnp.array([0.3, 1.0, 2.0])
    equilibrium = 1 / (jnp.exp((energy - 1) / 0.3) + 1)
    for occupied in sol.distribution(energy, 0.5):
        assert_allclose(occupied, equilibrium, rtol=1e-13)  # rounding of an exponential of 3


def test_derivative_by_the_voltage_is_continuous_through_zero():
    def response(voltage):
        sol = jw.solve(jw.Lorentzian(1.44, 0.08), temperature=0.3, voltage=voltage, error_estimate=False)
        return jnp.stack([sol.current, sol.force, sol.potential_left, sol.potential_right])

    @jax.jit
    def with_slope(voltage):
        return jax.jvp(response, (voltage,), (jnp.ones(()),))

    at_zero = with_slope(0.0)[1]
    scale = jnp.max(jnp.abs(at_zero))
    assert at_zero[0] == scale > 0
    # The step reflects electrons near the band bottom, so that derivatives start as sqrt(|V|), with a small coefficient
    # (0.004 of the scale when written), next to the ordinary linear term (2 of the scale).
    for voltage in (1e-7, 1e-3):
        tolerance = (0.01 * voltage**0.5 + 5 * voltage) * float(scale)
        close = functools.partial(assert_allclose, rtol=0, atol=tolerance)
        (above, slope_above), (below, slope_below) = with_slope(voltage), with_slope(-voltage)
        close(slope_above, at_zero)
        close(slope_below, at_zero)
        close((above - below) / (2 * voltage), at_zero)


@pytest.mark.parametrize("transmission", [0.02, 0.3, 0.9])
def test_cold_wire_has_the_four_terminal_landauer_resistance(transmission):
    # Sommerfeld expansion of V/I T/(1 - T) = <l>_j/<l>, averages with j and with f0': with a variance of l of
    # (pi t)^2/12, j leans towards long l in proportion to T. What is left is V/I = (1 - T)/T, in units e mu0/h.
    temperature = 0.01
    sol = constant(transmission, temperature, 1e-4 * temperature)
    resistance = float(sol.total_voltage / sol.current) * transmission / (1 - transmission)
    # Next orders, relatively: t^2 = 1e-4 times a number of order 10, and the voltage's square, 1e-9 of the whole.
    assert_allclose(resistance - 1, transmission * (np.pi * temperature) ** 2 / 12, rtol=2e-3)


def test_transparent_scatterer_leaves_neither_voltage_nor_potential():
    closed, temperature, voltage = 1e-5, 0.3, 1e-11
    sol = constant(1 - closed, temperature, voltage)
    half = sol.flow.upper.half
    weight, length, thermal = map(np.asarray, (half.weight, half.mean_free_path, half.thermal))
    # T -> 1 at fixed force, first order: the current stays Drude's; balance of density and of current (see
    # test_half_space) give the voltage and the potential, both proportional to 1 - T.
    bottom = 2 * sol.force * closed * np.sum(weight * thermal) / np.sum(weight / length * thermal)
    whole = 2 * sol.force * closed * np.sum(weight * length**2 * thermal) / np.sum(weight * length * thermal)
    # Errors: (1 - T), and the step's own resistance, which is 1e-6 of the scatterer's.
    assert_allclose(sol.voltage, bottom, rtol=1e-4)
    assert_allclose(sol.total_voltage, whole, rtol=1e-4)
    assert_allclose(sol.potential_right, (whole - bottom) / 2, rtol=1e-4)
    assert_allclose(sol.potential_left, -(whole - bottom) / 2, rtol=1e-4)


def test_distribution_is_continuous_through_a_transparent_scatterer():
    sol = constant(1.0, 0.3, 0.4)
    kinetic = np.linspace(0.01, 3.0, 40)
    left, right = sol.distribution(kinetic, -0.0), sol.distribution(kinetic + 0.4, 0.0)
    # Eqs. 19 with T = 1. The occupation itself is of order 0.1 and carries a relative error of rounding.
    assert_allclose(right.forward, left.forward, rtol=1e-12)
    assert_allclose(left.backward, right.backward, rtol=1e-12)
    below = sol.distribution(np.linspace(0.01, 0.39, 10), 0.0)
    assert_allclose(below.forward, below.backward, rtol=1e-12)  # no states on the left: reflected


@pytest.mark.parametrize("screening", [0.0, 0.4, 1.0])
def test_constant_mean_free_path_has_one_decay_length_and_a_closed_form(screening):
    n, length = 40, 0.7
    points, weights = np.polynomial.legendre.leggauss(n)
    energy, weight = 1 + 0.9 * points, 0.9 * weights
    velocity, thermal = np.sqrt(energy), np.exp(-8 * (energy - 1) ** 2)
    relaxation_time = length / velocity
    modes = half_wire_modes(jnp.full(n, length), jnp.asarray(weight * thermal))
    arrays = map(jnp.asarray, (energy, weight, velocity, relaxation_time, thermal))
    response = HalfWire(*arrays, jnp.asarray(screening)).response(Sampling(16))
    response = np.asarray(jax.vmap(response.symmetric_part, in_axes=1, out_axes=1)(jnp.eye(n)))
    # All modes decay with l, so that delta f^s = delta f^a without its Drude part; minus the potential, Eq. 16.
    without_drude = np.eye(n) - np.outer(thermal, weight) / np.sum(weight * thermal)
    density = weight / velocity
    without_charge = np.eye(n) - screening * np.outer(thermal, density) / np.sum(density * thermal)
    expected = without_charge @ without_drude
    # Symmetrised by the thermal weights, as the modes see it; poles are kept 40 times 1e-13 apart.
    scale = np.sqrt(thermal / weight)
    assert_allclose(response / scale[:, None] * scale, expected / scale[:, None] * scale, rtol=0, atol=1e-9)
    assert_allclose(modes.rate, 1 / length, rtol=1e-11)
