"""Wires whose electrons collide as their energy has it, as users meet them: derivatives, scans, currents, spots."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw

DOT = jw.Lorentzian(1.44, 0.08)

POINT = {"temperature": 0.5, "voltage": 0.4}


def wire(rate=1.0, phonons=-0.5, electrons=-1.0) -> jw.Wire:
    collisions = jw.ElectronElectron(rate=rate, relaxation=jw.PowerLaw(electrons))
    return jw.Wire(relaxation=jw.PowerLaw(phonons), electron_electron=collisions)


@pytest.fixture(scope="module")
def solved() -> jw.Solution:
    return jw.solve(DOT, wire(), **POINT)


def test_something_else_than_a_relaxation_is_refused():
    with pytest.raises(TypeError, match="must be an object such as PowerLaw|parameter 'relaxation'"):  # beartype's
        jw.ElectronElectron(1.0, relaxation=0.5)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "of_wire", [jw.Wire(), jw.Wire(electron_electron=jw.ElectronElectron(1.0, conserves="energy"))]
)
def test_a_wire_whose_electrons_keep_no_momentum_has_no_drift(of_wire):
    sol = jw.solve(DOT, of_wire, temperature=0.3, voltage=0.1)
    with pytest.raises(ValueError, match="`wire` must have collisions between electrons that conserve momentum, such"):
        sol.drift(0.0)


def test_electrons_of_a_parabolic_band_with_constant_times_drift_as_the_current_says():
    for voltage in (0.1, -0.1):
        sol = jw.solve(DOT, jw.Wire(electron_electron=jw.ElectronElectron(1.0)), temperature=0.3, voltage=voltage)
        half = sol.flow.upper.half
        density = 4.0 * float(half.momentum_weight @ (half.thermal * half.energy))  # n = 2 int f0 dp, by parts
        assert_allclose(sol.drift([-2.0, 0.3]), float(sol.current) / density, rtol=1e-12)  # I = e n u


def test_far_away_the_drift_is_the_same_on_both_sides(solved):
    left, right = np.asarray(solved.drift([-200.0, 200.0]))
    assert_allclose(left, right, rtol=1e-10)  # of the adjusted Drude state
    assert abs(float(solved.drift(0.1)) / left - 1) > 1e-3  # not so near the scatterer


@pytest.mark.slow
def test_the_default_resolution_is_good_to_a_millionth_and_the_estimate_says_so(solved):
    x = np.array([-3.0, -0.3, -0.01, 0.01, 0.3, 3.0])
    fine = jw.solve(DOT, wire(), **POINT, resolution=jw.Resolution(140, 60), error_estimate=False)
    found, exact = (one.heating(x).total for one in (solved, fine))
    errors = [float(solved.current / fine.current - 1), np.max(np.abs(found - exact)) / np.max(np.abs(exact))]
    assert np.max(np.abs(errors)) < 1e-6
    assert np.max(np.abs(errors)) < float(solved.error_estimate)


def test_current_is_the_same_everywhere_and_occupations_match_at_the_scatterer(solved):
    for side in (solved.flow.upper, solved.flow.lower):
        x = float(side.sign) * np.array([0.0, 1e-3, 0.3, 2.0])
        occupied = solved.distribution(side.half.energy[:, None], x[None, :])
        current = side.half.weight @ (occupied.forward - occupied.backward)
        # Integrated along x at every energy, not summed over waves; the rule of 64 wavenumbers against the contour.
        assert_allclose(current, float(solved.current), rtol=1e-8)
    energy = np.array([0.3, 1.0, 1.4, 2.2])
    left, right = solved.distribution(energy, -0.0), solved.distribution(energy + 0.4, 0.0)
    chance = DOT.transmission(jnp.asarray(energy))
    assert_allclose(right.forward, chance * left.forward + (1 - chance) * right.backward, rtol=1e-13)
    assert_allclose(left.backward, chance * right.backward + (1 - chance) * left.forward, rtol=1e-13)


def test_temperature_is_that_of_the_fermi_function_of_equal_density_and_energy(solved):
    half, x, t = solved.flow.lower.half, 0.3, POINT["temperature"]
    occupied = solved.distribution(half.energy, x)
    energy, weight, thermal = half.energy, half.momentum_weight, half.thermal
    deviation = occupied.forward + occupied.backward - 2 / (jnp.exp((energy - 1) / t) + 1)
    deviation = deviation + 2 * solved.potential(x) * thermal
    by_potential, by_temperature = 2 * weight * thermal, 2 * weight * thermal * (energy - 1) / t
    moments = jnp.stack([jnp.ones_like(energy), energy])
    matrix = jnp.stack([moments @ by_potential, moments @ by_temperature], axis=1)
    potential, temperature = np.linalg.solve(matrix, moments @ (weight * deviation))
    # The rule of 64 wavenumbers against the contour.
    assert_allclose(solved.electron_potential(x), potential, rtol=1e-7)
    assert_allclose(solved.electron_temperature(x), temperature, rtol=1e-7)


@pytest.mark.slow
def test_a_given_current_is_met(solved):
    found = jw.solve(DOT, wire(), temperature=POINT["temperature"], current=solved.current)
    assert_allclose(found.voltage, POINT["voltage"], rtol=1e-9)  # the search's own tolerance


def observed(numbers):
    sol = jw.solve(DOT, wire(*numbers), **POINT, error_estimate=False)
    spots = jw.find_spots(sol)
    fields = [sol.potential(0.5), sol.electron_temperature(-0.2), sol.heating(-1.0).total, sol.drift(0.2)]
    return jnp.stack([sol.current, sol.force, *fields, spots.left.position])


@pytest.mark.slow
def test_derivatives_by_rate_and_exponents_are_those_of_differences_in_both_modes():
    at = jnp.array([0.0, -0.5, -1.0])
    both = jax.jit(jax.jacfwd(observed))(at), jax.jit(jax.jacrev(observed))(at)
    assert_allclose(*both, rtol=1e-8, atol=1e-12)  # the linear solves leave 1e-13 of what is larger
    value = jax.jit(observed)
    for index in range(3):
        step = 1e-4 * np.eye(3)[index]
        ends = (0, 1, 2, 3, 4) if index == 0 else (-2, -1, 1, 2)  # the rate has no other side
        weights = [-25 / 12, 4, -3, 4 / 3, -1 / 4] if index == 0 else [1 / 12, -2 / 3, 2 / 3, -1 / 12]
        differences = sum(w * value(at + n * step) for w, n in zip(weights, ends, strict=True)) / 1e-4
        # Fourth order in the step; rounding of the values, 1e-13, over the step.
        assert_allclose(both[0][:, index], differences, rtol=1e-6, atol=1e-9)


@pytest.mark.slow
def test_a_scan_has_the_numbers_of_single_solutions(solved):
    axes = {
        "electron_electron.rate": [0.0, 1.0],
        "electron_electron.relaxation.exponent": [-1.0, 0.5],
        "relaxation.exponent": [-0.5],
    }
    ds = jw.scan(DOT, wire(), axes=axes, **POINT, observables=["current", "drift", "electron_temperature"], x=[0.3])
    assert_array_equal(ds.status, 0)
    found = ds.isel({"electron_electron.rate": 1, "electron_electron.relaxation.exponent": 0}).squeeze()
    assert_allclose(found.current, solved.current, rtol=1e-13)
    assert_allclose(found.drift, solved.drift(0.3), rtol=1e-11)  # the closed contour
    never = ds.isel({"electron_electron.rate": 0})
    assert_allclose(never.current[0], never.current[1], rtol=1e-13)  # whatever their time would be
    hot = jw.find_spots(solved, of="electron_temperature")
    assert hot.left.exists or hot.right.exists
