"""Wires whose electrons collide with each other, as users meet them: arguments, derivatives, scans, spots."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw

DOT = jw.Lorentzian(1.44, 0.08)
POINT = {"temperature": 0.3, "voltage": 0.4}
FINE = jw.Resolution(96, 40)


def wire(time=None, **options) -> jw.Wire:
    return jw.Wire(electron_electron=jw.ElectronElectron(time, **options))


# Arguments


@pytest.mark.parametrize(
    ("options", "error", "complaint"),
    [
        ({}, TypeError, "`time` or `rate` must be given, one of them; got none."),
        ({"time": 1.0, "rate": 1.0}, TypeError, "`time` or `rate` must be given, one of them; got both."),
        ({"time": 0.0}, ValueError, "`time` must be positive, got 0."),
        ({"rate": -1.0}, ValueError, "`rate` must be zero or positive, got -1."),
        ({"rate": np.inf}, ValueError, "`rate` must be a finite number, got inf."),
        ({"time": "long"}, TypeError, "`time` must be a real number, got 'long' of type str."),
        ({"time": 1.0, "conserves": "mass"}, ValueError, "`conserves` must be 'momentum' or 'energy', got 'mass'."),
    ],
    ids=str,
)
def test_wrong_collisions_are_refused_in_one_line(options, error, complaint):
    with pytest.raises(error) as raised:
        jw.ElectronElectron(**options)
    assert str(raised.value) == complaint


def test_a_gate_at_a_distance_is_refused():
    with pytest.raises(
        ValueError, match="`electron_electron` must be None unless the screening is local, got it with G"
    ):
        jw.Wire(electron_electron=jw.ElectronElectron(1.0), screening=jw.GatedCoulomb(5.0, 0.05, 0.5))


def test_something_else_than_collisions_is_refused():
    with pytest.raises(TypeError, match="must be an object such as|parameter 'electron_electron'"):  # beartype's
        jw.Wire(electron_electron=0.5)  # pyright: ignore[reportArgumentType]


def test_a_rate_and_its_time_are_the_same_collisions():
    by_time, by_rate = (jw.solve(DOT, each, temperature=0.3, voltage=0.1) for each in (wire(0.5), wire(rate=2.0)))
    assert_allclose(by_time.current, by_rate.current, rtol=1e-15)
    assert by_time.status.ok
    assert float(by_time.error_estimate) < 1e-5


def test_a_traced_time_outside_its_domain_gives_a_status():
    solve = jax.jit(lambda time: jw.solve(DOT, wire(time), temperature=0.3, voltage=0.1, error_estimate=False))
    assert "outside its domain" in solve(-1.0).status.message and np.isnan(solve(-1.0).current)


def test_validity_knows_the_heat_that_phonons_take():
    collisions = wire(0.1)
    sol = jw.solve(DOT, collisions, temperature=0.3, voltage=0.1)
    heated = sol.external_power / collisions.electron_phonon_conductance(0.3)
    assert_allclose(sol.validity.self_heating, heated, rtol=1e-6)  # two quadrature rules
    faces = jnp.abs(jnp.stack([sol.potential_left, sol.potential_right]))
    assert_allclose(sol.validity.chemical_potential, jnp.max(faces) / 0.3, rtol=1e-9)  # the closed contour


# Accuracy


@pytest.mark.parametrize("time", [np.inf, 1.0, 0.03])
@pytest.mark.parametrize("temperature", [0.05, 0.3, 0.9])
def test_default_resolution_is_good_to_a_millionth_and_the_estimate_says_so(time, temperature):
    x = np.array([-3.0, -0.3, -0.01, 0.01, 0.3, 3.0])
    point = {"temperature": temperature, "voltage": 0.4}
    sol = jw.solve(DOT, wire(time), **point)
    fine = jw.solve(DOT, wire(time), **point, resolution=jw.Resolution(140, 60), error_estimate=False)
    found, exact = (one.heating(x).total for one in (sol, fine))
    errors = [float(sol.current / fine.current - 1), np.max(np.abs(found - exact)) / np.max(np.abs(exact))]
    assert np.max(np.abs(errors)) < 1e-6
    assert np.max(np.abs(errors)) < float(sol.error_estimate)


def test_current_is_the_same_everywhere_and_occupations_match_at_the_scatterer():
    sol = jw.solve(DOT, wire(0.3), **POINT, resolution=FINE, error_estimate=False)
    for side in (sol.flow.upper, sol.flow.lower):
        x = float(side.sign) * np.array([0.0, 1e-3, 0.3, 2.0, 1e3])
        occupied = sol.distribution(side.half.energy[:, None], x[None, :])
        current = side.half.weight @ (occupied.forward - occupied.backward)
        # Fermi functions at any energy instead of nodes: rounding of f, relative to I; the closed contour.
        assert_allclose(current, float(sol.current), rtol=1e-10)
    energy = np.array([0.3, 1.0, 1.4, 2.2])
    left, right = sol.distribution(energy, -0.0), sol.distribution(energy + 0.4, 0.0)
    chance = DOT.transmission(jnp.asarray(energy))
    assert_allclose(right.forward, chance * left.forward + (1 - chance) * right.backward, rtol=1e-13)
    assert_allclose(left.backward, chance * right.backward + (1 - chance) * left.forward, rtol=1e-13)


@pytest.mark.parametrize(
    "of_wire",
    [jw.Wire(), jw.Wire(jw.PowerLaw(-0.5), jw.Kane(0.2), jw.LocalScreening(0.7)), wire(0.3)],
    ids=["the paper's", "general", "colliding"],
)
def test_temperature_and_potential_are_those_of_the_fermi_function_of_equal_density_and_energy(of_wire):
    sol = jw.solve(DOT, of_wire, **POINT, resolution=FINE, error_estimate=False)
    half, x = sol.flow.lower.half, 0.3
    occupied = sol.distribution(half.energy, x)
    energy, weight, thermal = half.energy, half.momentum_weight, half.thermal
    # f - f0 of both directions, with e phi measured as the chemical potential is; on its nodes, both moments at once.
    deviation = (
        occupied.forward + occupied.backward - 2 / (jnp.exp((energy - 1) / 0.3) + 1) + 2 * sol.potential(x) * thermal
    )
    by_potential, by_temperature = 2 * weight * thermal, 2 * weight * thermal * (energy - 1) / 0.3
    moments = jnp.stack([jnp.ones_like(energy), energy])
    matrix = jnp.stack([moments @ by_potential, moments @ by_temperature], axis=1)
    potential, temperature = np.linalg.solve(matrix, moments @ (weight * deviation))
    # Rounding of Fermi functions, 1e-16 of 1, against deviations of 1e-3.
    assert_allclose(sol.electron_potential(x), potential, rtol=1e-9)
    assert_allclose(sol.electron_temperature(x), temperature, rtol=1e-9)


# I(V) does not depend on what is conserved, but the force at a current does.
@pytest.mark.slow
@pytest.mark.parametrize(("conserves", "name"), [("momentum", "current"), ("momentum", "force"), ("energy", "force")])
def test_a_given_current_or_force_is_met(conserves, name):
    collisions, point = wire(0.3, conserves=conserves), {"temperature": 0.3, "error_estimate": False}
    given = getattr(jw.solve(DOT, collisions, voltage=-0.4, **point), name)
    found = jw.solve(DOT, collisions, **{name: given}, **point)
    assert_allclose(found.voltage, -0.4, rtol=1e-9)  # the search's own tolerance


# Derivatives


def observed(rate):
    sol = jw.solve(DOT, wire(rate=rate), temperature=0.7, voltage=0.1, error_estimate=False)
    spots = jw.find_spots(sol)
    fields = [sol.potential(0.5), sol.electron_temperature(-0.2), sol.heating(-1.0).total]
    return jnp.stack([sol.current, sol.force, *fields, spots.left.position, spots.right.heating])


OBSERVED, FORWARD, REVERSE = map(jw.quick_jit, (observed, jax.jacfwd(observed), jax.jacrev(observed)))


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_derivatives_by_the_rate_are_those_of_differences_in_both_modes(rate):
    forward, reverse = FORWARD(rate), REVERSE(rate)
    step = 1e-4
    steps = [OBSERVED(rate + step * n) for n in ((0, 1, 2, 3, 4) if rate == 0 else (-2, -1, 1, 2))]
    weights = [-25 / 12, 4, -3, 4 / 3, -1 / 4] if rate == 0 else [1 / 12, -2 / 3, 2 / 3, -1 / 12]
    differences = sum(w * value for w, value in zip(weights, steps, strict=True)) / step
    assert_allclose(forward, reverse, rtol=1e-9)  # the linear solves leave 1e-13 of what is larger
    # Fourth order in the step; rounding of the values, 1e-13, over the step.
    assert_allclose(forward, differences, rtol=1e-6)


def test_an_infinite_time_has_derivatives_too():
    def current(time):
        return jw.solve(DOT, wire(time), temperature=0.3, voltage=0.1, error_estimate=False).current

    assert float(jw.quick_jit(jax.grad(current))(jnp.inf)) == 0.0


# Scans and spots

TIMES = [np.inf, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03]

TABLE = {
    (0.3, "left"): [(-5.98, 1.057), (-5.73, 1.049), (-5.38, 1.030), (-5.79, 1.001), None, None, None],
    (0.3, "right"): [(8.51, 0.991), (8.27, 0.994), (8.10, 0.998), None, None, None, None],
    (0.5, "left"): [
        (-1.97, 5.21),
        (-1.82, 5.46),
        (-1.56, 6.00),
        (-1.11, 7.27),
        (-0.57, 10.4),
        (-0.25, 16.5),
        (-0.08, 31),
    ],
    (0.5, "right"): [(2.83, -1.04), (2.63, -1.11), (2.29, -1.22), (1.72, -1.32), (1.06, -0.73), None, None],
    (0.7, "left"): [
        *((-0.785, 25.8), (-0.713, 27.8), (-0.586, 32.4), (-0.386, 44.4)),
        *((-0.173, 78.8), (-0.067, 148), (-0.023, 291)),
    ],
    (0.7, "right"): [
        (1.18, -15.5),
        (1.08, -16.8),
        (0.90, -19.7),
        (0.60, -27.2),
        (0.27, -49),
        (0.10, -95),
        (0.03, -193),
    ],
}
"""physics-collisions.md, section 7: position and height of the spots of Fig. 3 by tau_ee, as printed there."""


@pytest.fixture(scope="module")
def map_of_spots():
    axes = {"electron_electron.time": TIMES, "temperature": [0.3, 0.5, 0.7]}
    return jw.scan(DOT, wire(1.0), axes=axes, voltage=0.1, observables=["current", "spots"])


AT_04 = {
    (0.1, "left"): [
        *((-0.217, -2.2), (-0.201, -2.4), (-0.173, -2.9), (-0.128, -4.2), (-0.076, -7.5)),
        *((-0.043, -13), (-0.023, -23)),
    ],
    (0.7, "right"): [(2.82, -0.17), (2.62, -0.22), (2.26, -0.31), (1.67, -0.46), (0.95, -0.47), (0.54, 0.26), None],
}
"""The rows of the same table at eV = 0.4."""


@pytest.fixture(scope="module")
def map_at_04():
    axes = {"electron_electron.time": TIMES, "temperature": [0.1, 0.5, 0.7]}
    return jw.scan(DOT, wire(1.0), axes=axes, voltage=0.4, observables=["current", "spots"])


@pytest.mark.parametrize(("temperature", "side"), TABLE, ids=str)
def test_spots_are_those_of_the_table(map_of_spots, temperature, side):
    check_column(map_of_spots.sel(temperature=temperature, side=side), TABLE[temperature, side])


@pytest.mark.parametrize(("temperature", "side"), AT_04, ids=str)
def test_spots_at_a_larger_voltage_are_those_of_the_table(map_at_04, temperature, side):
    check_column(map_at_04.sel(temperature=temperature, side=side), AT_04[temperature, side])


def check_column(column, table):
    for index, expected in enumerate(table):
        found = column.isel({"electron_electron.time": index})
        assert bool(found.spot_exists) == (expected is not None), TIMES[index]
        if expected is not None:
            # Half of the last printed digit, and a little for positions and heights that were read off samples.
            for value, printed in zip((found.spot_position, found.spot_heating), expected, strict=True):
                digits = len(repr(printed).partition(".")[2]) if isinstance(printed, float) else 0
                assert_allclose(float(value), printed, rtol=0, atol=0.6 * 10.0**-digits)


def test_a_scan_has_the_numbers_of_single_solutions(map_of_spots):
    for index in (0, 3):
        single = jw.solve(DOT, wire(TIMES[index]), temperature=0.7, voltage=0.1)
        scanned = map_of_spots.isel({"electron_electron.time": index}).sel(temperature=0.7)
        assert_allclose(scanned.current, single.current, rtol=1e-13)
    assert_array_equal(map_of_spots.status, 0)
