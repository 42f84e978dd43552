"""Transmission models against independent formulas, and the energy scales that they declare."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg
from numpy.testing import assert_allclose
from scipy.interpolate import PchipInterpolator

import jaxwire as jw
from jaxwire.model.parameters.functions_of_energy import interpolate

ENERGY = np.linspace(0.0213, 4.0, 200)  # never at the top of a barrier, where plane waves degenerate


def _plane_wave_transmission(energy, edges, potentials):
    """Match psi and psi' of plane waves at every edge (units of 1/kF, mu0 = 1), independent of closed forms."""
    waves = [np.sqrt(complex(energy - v)) for v in (0.0, *potentials, 0.0)]
    n = len(waves)
    matrix = np.zeros((2 * (n - 1), 2 * (n - 1)), dtype=complex)  # unknown: r, (a, b) of every inner region, t
    right = np.zeros(2 * (n - 1), dtype=complex)
    for index, x in enumerate(edges):
        for side, sign in ((index, 1.0), (index + 1, -1.0)):
            k = waves[side]
            for direction, column in ((1, 2 * side - 1), (-1, 2 * side)):
                value = np.exp(1j * direction * k * x) * sign
                rows = np.array([value, 1j * direction * k * value])
                if side == 0 and direction == 1:
                    right[2 * index : 2 * index + 2] -= rows
                elif side == n - 1 and direction == -1:
                    continue
                else:
                    matrix[2 * index : 2 * index + 2, column] += rows
    return abs(scipy.linalg.solve(matrix, right)[-1]) ** 2


@pytest.mark.parametrize(("height", "length"), [(1.2, 3.0), (0.5, 8.0), (-0.7, 5.0), (2.5, 2.0)])
def test_rectangular_barrier_matches_plane_waves(height, length):
    found = jw.RectangularBarrier(height, length).transmission(jnp.asarray(ENERGY))
    expected = [_plane_wave_transmission(e, [0.0, length], [height]) for e in ENERGY]
    assert_allclose(found, expected, rtol=1e-9)  # conditioning of the matching at exp(length sqrt(height))


def test_rectangular_barrier_is_smooth_at_its_top():
    near = 1.2 + np.array([-1e-4, -1e-5, 0.0, 1e-5, 1e-4])
    found = jw.RectangularBarrier(1.2, 3.0).transmission(jnp.asarray(near))
    assert_allclose(np.interp(near, near[[0, -1]], found[jnp.array([0, -1])]), found, rtol=1e-7)  # curvature times 1e-8


def test_double_barrier_matches_the_transfer_matrices_of_two_thin_barriers():
    left, right, separation, phase = 0.2, 0.35, 4.0, 0.6

    def transfer(transmission, reflection_phase):
        r, t = np.sqrt(1 - transmission) * np.exp(1j * reflection_phase), np.sqrt(transmission)
        # S = [[r, t], [t, -conj(r)]] is unitary for real t
        return np.array([[t + abs(r) ** 2 / t, -np.conj(r) / t], [-r / t, 1 / t]])

    found, expected = [], []
    for energy in ENERGY:
        way = np.exp(1j * np.sqrt(energy) * separation)
        # between the barriers: reflected by -conj(r1) on the left, by r2 on the right
        total = transfer(right, 0.4) @ np.diag([way, 1 / way]) @ transfer(left, np.pi - (phase - 0.4))
        expected.append(1 / abs(total[1, 1]) ** 2)
        found.append(float(jw.DoubleBarrier(left, right, separation, phase).transmission(jnp.asarray([energy]))[0]))
    phases = np.asarray(found), np.asarray(expected)
    assert_allclose(*phases, rtol=1e-10)


def test_equal_barriers_are_transparent_at_resonance():
    barrier = jw.DoubleBarrier(0.1, 0.1, 5.0, 0.3)
    scales = barrier.energy_scales()
    assert_allclose(barrier.transmission(scales.center), 1.0, rtol=1e-12)
    at_half = barrier.transmission(scales.center + scales.width)  # half maximum, up to the curvature of sqrt(eps)
    assert_allclose(at_half[2:], 0.5, atol=0.06)


def test_breit_wigner_with_unequal_barriers_has_the_textbook_peak_and_width():
    left, right, center = 0.12, 0.03, 0.9
    dot = jw.BreitWigner([jw.Resonance.between(center, left, right)])
    textbook = left * right / ((ENERGY - center) ** 2 + ((left + right) / 2) ** 2)
    assert_allclose(dot.transmission(jnp.asarray(ENERGY)), textbook, rtol=1e-13)


def test_one_symmetric_resonance_is_the_lorentzian():
    one = jw.BreitWigner([jw.Resonance(1.44, 0.08)]).transmission(jnp.asarray(ENERGY))
    assert_allclose(one, jw.Lorentzian(1.44, 0.08).transmission(jnp.asarray(ENERGY)), rtol=1e-14)


def test_overlapping_resonances_above_one_are_reported():
    dot = jw.BreitWigner([jw.Resonance(1.0, 0.2), jw.Resonance(1.1, 0.2)])
    sol = jw.solve(dot, temperature=0.3, voltage=0.1, error_estimate=False)
    assert "0 <= T <= 1" in str(sol.status)
    assert np.isnan(sol.current)


def test_point_contact_opens_channel_by_channel():
    contact = jw.QuantumPointContact([0.8, 1.6], curvature=0.1)
    assert_allclose(contact.transmission(jnp.asarray([0.3, 0.8, 1.2, 1.6, 2.2])), [0, 0.25, 0.5, 0.75, 1.0], atol=1e-10)


def test_tunnel_barrier_is_exponential_below_its_top():
    barrier = jw.TunnelBarrier(height=2.0, decay=0.05)
    below = jnp.asarray([0.9, 1.0])
    found = barrier.transmission(below)
    assert_allclose(jnp.log(found[1] / found[0]), 0.1 / 0.05, rtol=1e-8)  # corrections of exp(-20) = 2e-9
    assert_allclose(barrier.transmission(jnp.asarray([2.0])), 0.5, rtol=1e-14)


EVERY = [
    jw.Lorentzian(1.44, 0.08),
    jw.BreitWigner([jw.Resonance(0.8, 0.05, 0.7), jw.Resonance(1.6, 0.1, 0.2)]),
    jw.Constant(0.4),
    jw.QuantumPointContact([0.7, 1.9], 0.2),
    jw.TunnelBarrier(1.5, 0.1),
    jw.RectangularBarrier(1.2, 3.0),
    jw.DoubleBarrier(0.3, 0.4, 3.0),
    jw.Tabulated([0.0, 1.0, 2.0, 3.0], [0.1, 0.2, 0.6, 0.4]),
    jw.Function(lambda energy: energy.at[...].set(0.3)),  # a method that only JAX arrays have
]


def test_every_scatterer_is_in_the_list():
    classes = [getattr(jw, name) for name in jw.__all__ if name != "AbstractScatterer"]
    scatterers = {one for one in classes if isinstance(one, type) and issubclass(one, jw.AbstractScatterer)}
    assert {type(one) for one in EVERY} == scatterers


@pytest.mark.parametrize("scatterer", EVERY, ids=lambda one: type(one).__name__)
def test_transmission_is_asked_for_as_users_do(scatterer):
    """With arrays of JAX or NumPy of any shape, and with numbers; always the same answer, as a JAX array."""
    expected = scatterer.transmission(jnp.asarray(ENERGY))
    found = scatterer.transmission(ENERGY)
    assert isinstance(found, jax.Array) and found.dtype == jnp.float64
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(scatterer.transmission(ENERGY.reshape(50, 4)).ravel(), expected)
    for number in (float(ENERGY[7]), ENERGY[7], jnp.asarray(ENERGY[7])):
        assert scatterer.transmission(number).shape == ()
        # one number is computed by other vector instructions than many
        assert_allclose(scatterer.transmission(number), expected[7], rtol=1e-14)


SCATTERERS = {
    "resonances": jw.BreitWigner([jw.Resonance(0.8, 0.05, 0.7), jw.Resonance.between(1.6, 0.1, 0.02)]),
    "point contact": jw.QuantumPointContact([0.7, 1.9], 0.2),
    "tunnel barrier": jw.TunnelBarrier(1.5, 0.1),
    "rectangular barrier": jw.RectangularBarrier(1.2, 3.0),
    "double barrier": jw.DoubleBarrier(0.3, 0.4, 3.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCATTERERS)
def test_declared_scales_resolve_the_transmission(name):
    """The estimate bounds the difference to a grid three times finer, and is within the 1e-4 of a solved status."""
    scatterer = SCATTERERS[name]
    sol = jw.solve(scatterer, temperature=0.1, voltage=0.3)
    finer = jw.solve(scatterer, temperature=0.1, voltage=0.3, resolution=jw.Resolution(240, 96), error_estimate=False)
    assert sol.status.ok
    assert abs(sol.current / finer.current - 1) <= sol.error_estimate


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: jw.QuantumPointContact([], 0.1), "`thresholds`"),
        (lambda: jw.QuantumPointContact([1.0], 0.0), "`curvature` must be positive, got 0."),
        (lambda: jw.TunnelBarrier(1.0, -0.1), "`decay` must be positive, got -0.1."),
        (lambda: jw.RectangularBarrier(1.0, -2.0), "`length` must be zero or positive, got -2."),
        (lambda: jw.DoubleBarrier(0.0, 0.5, 1.0), "`left` must be between 0 and 1, both excluded, got 0."),
        (lambda: jw.BreitWigner([]), "`resonances` must have at least one Resonance"),
        (lambda: jw.Resonance(1.0, 0.1, 1.5), "`peak` must be between 0 and 1, got 1.5."),
        (lambda: jw.PowerLaw(2.5), "`exponent` must be between -2 and 2, got 2.5."),
        (lambda: jw.Kane(-0.1), "`alpha` must be zero or positive, got -0.1."),
        (lambda: jw.LocalScreening(1.1), "`strength` must be between 0 and 1, got 1.1."),
        (lambda: jw.GatedCoulomb(1.0, 0.5, 0.2), "`gate_distance` must be more than half the radius 0.5, got 0.2."),
        (lambda: jw.Matthiessen([jw.PowerLaw(1.0)], [0.5, 0.5]), "`rates` must have one entry per mechanism"),
        (lambda: jw.TabulatedRelaxation([0.0, 1.0, 2.0, 3.0], [1, 1, 0, 1]), "`values` must be positive, got 0."),
    ],
)
def test_parameters_out_of_their_domain_are_refused(make, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace("[", r"\[")):
        make()


def test_kwant_table_of_the_notebook_is_that_of_two_rectangular_barriers():
    path = Path(__file__).parents[2] / "notebooks" / "data" / "kwant_double_barrier.csv"
    energies, transmission = np.loadtxt(path, delimiter=",", unpack=True)
    edges, heights = [0.0, 0.6, 3.0, 3.6], [2.5, 0.0, 2.5]
    every = slice(3, 300, 9)
    expected = [_plane_wave_transmission(e, edges, heights) for e in energies[every]]
    assert_allclose(transmission[every], expected, rtol=1e-3)  # the chain's spacing squared times the energy, 6e-4
    found = jw.Tabulated(energies, transmission).transmission(jnp.asarray(energies))
    assert_allclose(found, transmission, rtol=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_slopes_of_a_monotone_table_are_those_of_scipy_and_of_differences_by_its_values(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(4, 9))
    energies = np.sort(rng.uniform(0.0, 3.0, size))
    values = rng.choice([0.0, 0.5, 1.0, *rng.random(2)], size)  # with flat parts

    def wanted(values):
        return PchipInterpolator(energies, values).derivative()(energies)

    def slopes(values):
        return jax.vmap(jax.grad(lambda e: interpolate(e, jnp.asarray(energies), values, "monotone")))(inside)

    inside = jnp.asarray(np.clip(energies, np.nextafter(energies[0], 9.0), np.nextafter(energies[-1], -9.0)))
    # rounding of the differences of energies that lie close together
    assert_allclose(slopes(jnp.asarray(values)), wanted(values), rtol=1e-6, atol=1e-9)
    steps = 1e-6 * np.eye(size)
    differences = np.stack([(wanted(values + step) - wanted(values - step)) / 2e-6 for step in steps], axis=1)
    jacobian = jax.jacfwd(slopes)(jnp.asarray(values))
    assert_allclose(jacobian, differences, atol=1e-3 * np.max(np.abs(differences)))  # second order in the step
