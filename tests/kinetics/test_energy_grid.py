"""Rung a: the energy grid integrates what the physics puts on it, and shows it where it cannot."""

import functools

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from jaxwire.kinetics.energy_grid import (
    CUTOFF,
    SMALLEST_STEP,
    Grid,
    _closest,
    _enclosing,
    _nodes,
    _Stretch,
    energy_grid,
)
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import EnergyScales, no_scales

DEFAULT = Resolution()
TEMPERATURES = (0.03, 0.1, 0.3, 1.0)
VOLTAGES = (0.1, 1.3)
_grid = jax.jit(energy_grid, static_argnums=3)


def resonance(center: float, width: float) -> EnergyScales:
    return EnergyScales(jnp.asarray([center]), jnp.asarray([width]), jnp.ones(1))


def grid_for(scales: EnergyScales, temperature: float, voltage: float, resolution: Resolution = DEFAULT) -> Grid:
    """The grid in NumPy."""
    return Grid(*map(np.asarray, _grid(scales, jnp.asarray(temperature), jnp.asarray(voltage), resolution)))


def both_wires(grid: Grid) -> list[tuple[np.ndarray, np.ndarray]]:
    """Kinetic energies and weights of the upper and of the lower wire."""
    lower = np.concatenate([grid.below, grid.above + grid.step]), np.concatenate([grid.below_weight, grid.above_weight])
    return [(grid.above, grid.above_weight), lower]


def thermal(energy: np.ndarray, temperature: float) -> np.ndarray:
    """df0/dmu0, in a form that jaxwire does not use."""
    return 1 / (4 * temperature * np.cosh((energy - 1) / (2 * temperature)) ** 2)


@functools.cache
def thermal_moment(power: float, temperature: float) -> float:
    """Integral of eps^power df0/dmu0 over all energies: a polylogarithm (mpmath, 30 digits)."""
    with mp.workdps(30):
        t = mp.mpf(temperature)
        return float(-(t**power) * mp.gamma(power + 1) * mp.re(mp.polylog(power, -mp.exp(1 / t))))


def worst_moment_error(temperature: float, voltage: float, resolution: Resolution) -> float:
    """Largest relative error, over both wires, of density, f0(0), Drude current, and two higher moments."""
    return max(
        abs(np.sum(weight * energy**power * thermal(energy, temperature)) / thermal_moment(power, temperature) - 1)
        for energy, weight in both_wires(grid_for(resonance(1.44, 0.08), temperature, voltage, resolution))
        for power in (-0.5, 0.0, 0.5, 1.0, 1.5)
    )


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("voltage", VOLTAGES)
def test_fermi_integrals_are_exact_in_both_wires(temperature, voltage):
    # Spectral convergence leaves 3e-11 at the hardest of these (kT = 0.03, V = 1.3, two Fermi edges); beyond it, the
    # cutoff leaves out (1 + 32 t)^2.5 exp(-32), 2e-12 of the moments at kT = 1.
    assert worst_moment_error(temperature, voltage, DEFAULT) < 1e-10
    assert worst_moment_error(temperature, voltage, Resolution(128, 64)) < 3e-12


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_coarse_grid_shows_its_error(temperature):
    # 1e-2 to 1 when written: six nodes cannot follow a Fermi edge, a resonance and the band bottom at once.
    assert worst_moment_error(temperature, 0.1, Resolution(6, 4)) > 1e-3


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_convergence_is_spectral(temperature):
    errors = [worst_moment_error(temperature, 0.1, Resolution(n, n // 2)) for n in (10, 20, 40, 80)]
    # Algebraic convergence of order p gains 2^p at each doubling. Here the three gain at least 15, 8e2 and 8e4, and the
    # first two together 8e4 (order 8 on average); the last one ends at rounding.
    gains = np.divide(errors[:-1], errors[1:])
    assert (gains > [10, 5e2, 1e4]).all() and gains[0] * gains[1] > 5e4


@pytest.mark.parametrize(("center", "width"), [(1.44, 0.08), (0.1, 0.01), (2.6, 1.0), (2.6, 0.01), (1.0, 1e-4)])
def test_lorentzian_is_exact(center, width):
    grid = grid_for(resonance(center, width), 0.3, 0.1)
    exact = width * (np.arctan((1 + CUTOFF * 0.3 - center) / width) + np.arctan(center / width))
    lorentzian = width**2 / ((grid.above - center) ** 2 + width**2)
    # Nodes per decade of distance from the pole fix the error: 2e-9 at width 0.01, the promised domain's narrowest, and
    # 4e-7 at 1e-4, beyond it, when written.
    assert_allclose(np.sum(grid.above_weight * lorentzian), exact, rtol=1e-8 if width >= 0.01 else 1e-6)


def test_narrow_resonance_that_was_not_declared_is_missed():
    center, width = 1.0, 1e-4
    grid = grid_for(no_scales(), 0.3, 0.1)
    lorentzian = width**2 / ((grid.above - center) ** 2 + width**2)
    assert abs(np.sum(grid.above_weight * lorentzian) / (np.pi * width) - 1) > 0.1  # of order one: no node inside


@pytest.mark.parametrize(("temperature", "voltage"), [(0.05, 0.4), (0.3, 0.1), (1.0, 1.6)])
def test_landauer_current_through_a_resonance_is_exact(temperature, voltage):
    center, width = 1.44, 0.08
    grid = grid_for(resonance(center, width), temperature, voltage)

    def integrand(energy, exp, inverse):
        window = inverse(1 + exp((energy - 1) / temperature)) - inverse(1 + exp((energy + voltage - 1) / temperature))
        return window * width**2 / ((energy - center) ** 2 + width**2)

    breaks = sorted({0.0, abs(1 - voltage), 1.0, center - width, center, center + width, 1 + 8 * temperature})
    # Above 1 + 32 t the window holds exp(-32) of the integral.
    exact = mp.quad(lambda e: integrand(e, mp.exp, lambda v: 1 / v), [*breaks, 1 + CUTOFF * temperature])
    found = np.sum(grid.above_weight * integrand(grid.above, np.exp, np.reciprocal))
    assert_allclose(found, float(exact), rtol=1e-10)  # as for the Fermi integrals


@pytest.mark.parametrize("temperature", [0.1, 1.0])
def test_logarithm_at_the_band_bottom_is_integrated(temperature):
    grid = grid_for(resonance(1.44, 0.08), temperature, 0.1)
    # p ln p: how distributions start at the band bottom; with derivative of the moment by its power as closed form.
    found = np.sum(grid.above_weight * np.sqrt(grid.above) * np.log(grid.above) * thermal(grid.above, temperature))
    with mp.workdps(30):
        exact = mp.diff(
            lambda a: -(mp.mpf(temperature) ** a) * mp.gamma(a + 1) * mp.re(mp.polylog(a, -mp.exp(1 / temperature))),
            0.5,
        )
    # The singularity sits at an end of the stretched coordinate, far from all nodes: still spectral.
    assert_allclose(found, float(exact), rtol=0, atol=1e-10 * thermal_moment(0.5, temperature))


@pytest.mark.parametrize("voltage", [1e-9, 1e-3, 0.1, 1.0])
def test_region_below_the_step_is_integrated(voltage):
    temperature = 0.3
    grid = grid_for(no_scales(), temperature, voltage)
    assert_allclose(np.sum(grid.below_weight), voltage, rtol=1e-10)  # spectral, 32 nodes
    density = np.sum(grid.below_weight / np.sqrt(grid.below) * thermal(grid.below, temperature))
    exact = mp.quad(lambda p: 2 / (4 * temperature * mp.cosh((p * p - 1) / (2 * temperature)) ** 2), [0, voltage**0.5])
    assert_allclose(density, float(exact), rtol=1e-9)  # 1/p at the band bottom is integrated as well


POINTS = [
    (0.3, 0.1, 1.44, 0.08),
    (0.03, 1.6, 0.1, 0.01),
    (1.0, -1.6, 2.6, 1.0),
    (0.01, 1e-9, 0.001, 1e-4),
    (5.0, 5.0, 20.0, 100.0),
    (0.3, 0.0, 1.0, 0.1),
]
"""(kT, eV, eps0, Gamma): usual, at the corners of the promised domain, and beyond it."""


@pytest.mark.parametrize("resolution", [Resolution(6, 4), DEFAULT], ids=["coarse", "default"])
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_nodes_increase_strictly_inside_their_interval_and_weights_are_positive(point, resolution):
    temperature, voltage, center, width = point
    grid = grid_for(resonance(center, width), temperature, voltage, resolution)
    for nodes, weights, top, size in (
        (grid.above, grid.above_weight, 1 + CUTOFF * temperature, resolution.above),
        (grid.below, grid.below_weight, grid.step, resolution.below),
    ):
        assert nodes.shape == weights.shape == (size,)
        assert (np.diff(nodes, prepend=0.0, append=top) > 0).all()
        assert (weights > 0).all()
    assert grid.step == max(abs(voltage), SMALLEST_STEP)


@pytest.mark.parametrize("voltage", [0.2, 1.5])
def test_negative_voltage_gives_the_grid_of_the_mirrored_scatterer(voltage):
    # The upper wire is the right one, whose kinetic energies are lower than the left ones by the voltage.
    mirrored = grid_for(resonance(1.44 - voltage, 0.08), 0.3, voltage)
    for found, expected in zip(grid_for(resonance(1.44, 0.08), 0.3, -voltage), mirrored, strict=True):
        assert_allclose(found, expected, rtol=1e-12)  # rounding of center - voltage, magnified by 1/width
    assert not np.allclose(grid_for(resonance(1.44, 0.08), 0.3, voltage).above, mirrored.above, rtol=1e-3)


def test_zero_voltage_keeps_the_region_below_the_step_open_but_empty():
    at_zero, at_tiny = (grid_for(resonance(1.44, 0.08), 0.3, voltage) for voltage in (0.0, SMALLEST_STEP))
    for zero, tiny in zip(at_zero, at_tiny, strict=True):
        assert_array_equal(zero, tiny)
    assert_allclose(np.sum(at_zero.below_weight), SMALLEST_STEP, rtol=1e-10)  # spectral


@pytest.mark.parametrize("direction", ["temperature", "voltage", "center", "width"])
@pytest.mark.parametrize("voltage", [0.4, -0.4])
def test_nodes_and_weights_have_the_derivatives_of_central_differences(direction, voltage):
    point = {"temperature": 0.3, "voltage": voltage, "center": 1.44, "width": 0.08}

    def grid_at(shift):
        p = {**point, direction: point[direction] + shift}
        scales = EnergyScales(jnp.atleast_1d(p["center"]), jnp.atleast_1d(p["width"]), jnp.ones(1))
        return _grid(scales, jnp.asarray(p["temperature"]), jnp.asarray(p["voltage"]), DEFAULT)

    _, tangent = jax.jvp(grid_at, (jnp.zeros(()),), (jnp.ones(()),))
    h = 1e-5
    for name, found, plus, minus in zip(Grid._fields, tangent, grid_at(h), grid_at(-h), strict=True):
        difference = (plus - minus) / (2 * h)
        # Differences err by h^2 times third derivatives, about 1/width^2 = 160, and by rounding over h, 1e-11.
        assert_allclose(found, difference, rtol=0, atol=1e-7 * (1e-2 + np.max(np.abs(difference))), err_msg=name)
    if direction in ("temperature", "center"):
        assert np.max(np.abs(tangent.above)) > 1e-2  # nodes do move: the comparison is not one of zeros


def test_reverse_mode_agrees_with_forward_mode():
    def moments(parameters):
        temperature, voltage, center, width = parameters
        grid = _grid(EnergyScales(center[None], width[None], jnp.ones(1)), temperature, voltage, DEFAULT)
        return jnp.stack([grid.above_weight @ jnp.sqrt(grid.above), jnp.sum(grid.above), jnp.sum(grid.below**2)])

    parameters = jnp.asarray([0.3, 0.4, 1.44, 0.08])
    forward, reverse = jax.jacfwd(moments)(parameters), jax.jacrev(moments)(parameters)
    assert_allclose(reverse, forward, rtol=0, atol=1e-12 * np.max(np.abs(forward)))  # the same sums in another order


@pytest.mark.parametrize("resolution", [DEFAULT, Resolution(20, 10), Resolution(6, 4)], ids=str)
def test_coarser_rule_has_fewer_nodes(resolution):
    coarser = resolution.coarser()
    assert coarser.above < resolution.above and coarser.below < resolution.below


@pytest.mark.parametrize("center", [0.2, 1.0, 2.4])
@pytest.mark.parametrize("width", [1e-4, 0.01, 0.3])
def test_nodes_are_those_of_gauss_and_legendre_to_rounding(center, width):
    scales = EnergyScales(jnp.array([1.0, center]), jnp.array([0.7, width]), jnp.ones(2))
    stretch = _Stretch(3.0, jnp.asarray(0.18), scales)
    energy, _ = _nodes(stretch, jnp.asarray(4.0), 64)
    placed = np.asarray(stretch(jnp.concatenate([jnp.zeros(1), energy, jnp.full(1, 4.0)]) ** 0.25))
    points = (np.polynomial.legendre.leggauss(64)[0] + 1.0) / 2.0
    assert_allclose((placed[1:-1] - placed[0]) / (placed[-1] - placed[0]), points, rtol=0.0, atol=1e-12)


def test_either_platform_finds_the_same_knots_around_a_value():
    """One reduces over the table, the other sorts it; a CPU computes both."""
    rng = np.random.default_rng(7)
    q = jnp.asarray(rng.uniform(0.0, 2.0, 32))
    table, ends = (q, q**3), (jnp.array([0.0, 2.0]), jnp.array([0.0, 8.0]))
    wanted = jnp.asarray(rng.uniform(0.0, 8.0, 500)).at[:3].set([1e-12, 8.0 - 1e-12, float(q[3]) ** 3])
    found = [np.asarray(way(wanted, ends, table)) for way in (_closest, _enclosing)]
    assert_array_equal(found[0], found[1])
    low, s_low, high, s_high = found[0]
    assert np.all((s_low <= wanted) & (wanted <= s_high) & (low < high))
    assert not np.any((q[:, None] > low[None, :]) & (q[:, None] < high[None, :]))
