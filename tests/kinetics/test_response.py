"""The response of a half-wire by wavenumbers, against its modes and against closed forms."""

import functools
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics.eigenmodes.modes import half_wire_modes
from jaxwire.kinetics.energy_grid import energy_grid
from jaxwire.kinetics.fermi import fermi_window
from jaxwire.kinetics.half_wire import HalfWire, half_wire
from jaxwire.kinetics.matching import currents, match
from jaxwire.kinetics.resolvents import wavenumbers as wavenumbers_module
from jaxwire.kinetics.resolvents.response import half_wire_response
from jaxwire.kinetics.resolvents.wavenumbers import Sampling, sampling_for, wavenumbers
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import no_scales

RNG = np.random.default_rng(1982)
N_NODES = 24
EXACT = Sampling(96)


def any_wire(screening: float) -> HalfWire:
    """No wire of physics: energies, velocities, relaxation times and thermal weights drawn at random."""
    energy, weight, velocity, tau = RNG.uniform(0.1, 2.0, (4, N_NODES))
    thermal = 10.0 ** RNG.uniform(-9, 0, N_NODES)
    return HalfWire(*map(jnp.asarray, (energy, weight, velocity, tau, thermal, screening)))


def matrix(half: HalfWire, sampling: Sampling) -> np.ndarray:
    return np.asarray(_matrix(half, sampling))


@functools.partial(jax.jit, static_argnums=1)
def _matrix(half: HalfWire, sampling: Sampling) -> jax.Array:
    response = half.response(sampling)
    return jax.vmap(response.symmetric_part, in_axes=1, out_axes=1)(jnp.eye(half.energy.size))


def by_modes(half: HalfWire) -> np.ndarray:
    """Z_ij as the sum over the modes of physics.md, section 4, as it stands."""
    modes = half.modes()
    shape = np.asarray(half.collision_average() / half.mean_free_path**2) * np.asarray(modes.resolvent)
    symmetric = np.asarray(half.relaxation_time) * shape
    charge = symmetric @ np.asarray(half.momentum_weight)
    thermal = np.asarray(half.thermal)
    lowered = 2.0 * float(half.screening) * np.outer(charge, thermal) / float(half.compressibility)
    excitation = np.asarray(modes.resolvent * half.into_wire()[None, :] / (modes.rate * modes.norm)[:, None])
    return (symmetric - lowered).T @ excitation


@pytest.mark.parametrize(("ratio", "size"), [(3.0, 8), (1e2, 12), (1e4, 20), (1e10, 40)])
def test_rule_of_wavenumbers_gives_the_inverse_square_root_as_well_as_theory_says(ratio, size):
    q, weight = map(np.asarray, wavenumbers(jnp.asarray(2.0), jnp.asarray(2.0 / ratio), size))
    d = np.geomspace(0.25, 0.25 * ratio**2, 400)
    error = np.max(np.abs(np.sum(weight / (d[:, None] + q**2), axis=1) * np.sqrt(d) - 1))
    # Hale, Higham, Trefethen, method 3: their constant is a small number; moduli above 0.3 count as 0.3.
    assert error < 10 * np.exp(-(np.pi**2) * size / np.log(4 * max(ratio, 1 / 0.3))) + 1e-14


@pytest.mark.parametrize("screening", [0.0, 0.4, 1.0])
def test_response_is_that_of_the_modes_for_any_wire(screening):
    half = any_wire(screening)
    expected = by_modes(half)
    assert_allclose(matrix(half, EXACT), expected, rtol=0, atol=1e-11 * np.max(np.abs(expected)))


def test_few_wavenumbers_err_as_the_rule_does():
    half = any_wire(0.4)
    exact = matrix(half, EXACT)
    errors = [np.max(np.abs(matrix(half, Sampling(size)) - exact)) / np.max(np.abs(exact)) for size in (6, 10, 14)]
    assert errors[0] > 20 * errors[1] > 400 * errors[2] > 0


@pytest.mark.parametrize("sampling", [Sampling(4), Sampling(8, 30.0), EXACT])
def test_drude_state_is_in_the_null_space_with_any_wavenumbers(sampling):
    grid = energy_grid(no_scales(), jnp.asarray(0.3), jnp.zeros(()), Resolution(40, 4))
    half = half_wire(jw.Wire(), grid.above, grid.above_weight, jnp.asarray(0.3))
    longest = float(jnp.max(half.mean_free_path))
    drude = np.asarray(jnp.maximum(half.mean_free_path, longest / sampling.span) * half.thermal)
    assert_allclose(matrix(half, sampling) @ drude, 0.0, rtol=0, atol=1e-13 * np.max(drude))


def test_unknowns_are_nodes_or_wavenumbers_with_the_same_current():
    above, below = any_wire(1.0), any_wire(0.7)
    transmission, source = RNG.uniform(0, 1, N_NODES), RNG.uniform(0.1, 1, N_NODES)
    few, many = Sampling(2 * N_NODES // 5, 1e3), Sampling(N_NODES, 1e3)
    # A rule of few wavenumbers, as one of many with weight zero for the rest, has both forms of the same system.
    by_few = currents(above, below, jnp.asarray(transmission), jnp.asarray(source), few).spectral
    response = 0.5 * (matrix(above, few) + matrix(below, few))
    by_hand = np.linalg.solve(np.diag(1 - transmission) + response * transmission, source) * transmission
    assert_allclose(by_few, by_hand, rtol=1e-10)
    by_many = currents(above, below, jnp.asarray(transmission), jnp.asarray(source), many).spectral
    response = 0.5 * (matrix(above, many) + matrix(below, many))
    by_hand = np.linalg.solve(np.diag(1 - transmission) + response * transmission, source) * transmission
    assert_allclose(by_many, by_hand, rtol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("wire", [jw.Wire(), jw.Wire(jw.PowerLaw(1.0)), jw.Wire(jw.PowerLaw(-0.9))], ids=str)
@pytest.mark.parametrize("point", [(0.05, 0.02, 0.5, 0.03), (0.3, 0.4, 1.0, 0.1), (0.9, 1.6, 2.0, 0.5)])
def test_wavenumbers_err_less_than_the_grid_they_go_with(wire, point):
    t, voltage, center, width = map(jnp.asarray, point)
    dot, resolution = jw.Lorentzian(center, width), Resolution()
    matching = jax.jit(match, static_argnums=4)(dot, wire, t, voltage, resolution)
    assert sampling_for(wire, resolution).size < resolution.above
    source = np.asarray(matching.spectral_current)
    window = fermi_window(matching.upper.energy, matching.upper.energy + matching.step, t)
    exact = currents(matching.upper, matching.lower, matching.transmission, window, Sampling(160)).spectral
    weight = np.asarray(matching.upper.weight)
    assert_allclose(weight @ source, weight @ np.asarray(exact), rtol=1e-7)


def random_points(count: int) -> np.ndarray:
    """Temperature, voltage, center and width of points of the promised domain, rows of 4."""
    rng = np.random.default_rng(5)
    temperature, voltage = np.exp(rng.uniform(np.log(0.03), 0, count)), rng.uniform(0.01, 1.6, count)
    return np.stack(
        [temperature, voltage, rng.uniform(0.1, 2.6, count), np.exp(rng.uniform(np.log(0.01), 0, count))], 1
    )


def both_currents(resolution: Resolution, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Currents per drive with the rule of wavenumbers, and with so many that they do not err."""

    def both(point):
        temperature, voltage, center, width = point
        matching = match(jw.Lorentzian(center, width), jw.Wire(), temperature, voltage, resolution)
        window = fermi_window(matching.upper.energy, matching.upper.energy + matching.step, temperature)
        exact = currents(matching.upper, matching.lower, matching.transmission, window, Sampling(160)).spectral
        return matching.upper.weight @ matching.spectral_current, matching.upper.weight @ exact

    by_rule, exact = jax.jit(lambda points: jax.lax.map(both, points, batch_size=8))(jnp.asarray(points))
    return np.asarray(by_rule), np.asarray(exact)


TABLE = re.findall(r"^ +(\d+) +(\d+) +(\S+e-\d+) +(\S+e-\d+)$", wavenumbers_module.__doc__ or "", re.MULTILINE)


@pytest.mark.slow
def test_errors_of_the_rule_of_wavenumbers_are_those_of_the_table_in_its_module():
    points = random_points(32)
    converged = both_currents(Resolution(200, 80), points)[1]
    assert len(TABLE) == 5
    for nodes, size, by_rule, by_grid in TABLE:
        resolution = Resolution(int(nodes), int(0.4 * int(nodes)))
        assert sampling_for(jw.Wire(), resolution).size == int(size)
        current, exact = both_currents(resolution, points)
        errors = np.max(np.abs(current / exact - 1)), np.max(np.abs(exact / converged - 1))
        assert_allclose(errors, [float(by_rule), float(by_grid)], rtol=0.25)  # one digit, 2 or more, is printed


@pytest.mark.slow
def test_derivatives_are_those_of_the_modes():
    arrays = [jnp.asarray(RNG.uniform(0.5, 2.0, N_NODES)) for _ in range(4)]

    def by_wavenumbers(length):
        response = half_wire_response(length, *arrays[1:], jnp.ones(()), EXACT)
        return jnp.sum(response.give_back(response.take_in(jnp.sin(jnp.arange(N_NODES)))))

    def modes_sum(length):
        tau, weight, thermal = arrays[1:]
        modes = half_wire_modes(length, weight * thermal / tau)
        density = weight * thermal
        charge = modes.resolvent @ density / jnp.sum(density)
        kernel = modes.resolvent - charge[:, None]
        z = (kernel * (modes.rate / modes.norm)[:, None]).T @ modes.resolvent
        into_wire = weight / (length * tau)
        emitted = thermal / jnp.sum(weight * thermal / tau)
        return -emitted @ z @ (into_wire * jnp.sin(jnp.arange(N_NODES)))  # the local part, 1, has no derivative

    expected = jax.jit(jax.grad(modes_sum))(arrays[0])
    scale = float(jnp.max(jnp.abs(expected)))
    assert_allclose(jax.jit(jax.grad(by_wavenumbers))(arrays[0]), expected, rtol=0, atol=1e-9 * scale)
