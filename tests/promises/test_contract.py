"""The public contract: what a Solution holds, prints and passes through, and what its fields mean physically."""

import functools
import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.numerics import precision

CENTER, WIDTH, TEMPERATURE, VOLTAGE = 1.44, 0.08, 0.3, 0.4
NUMBERS = ("voltage", "current", "force", "total_voltage", "potential_left", "potential_right", "error_estimate")
X = np.array([-2.0, -0.3, -0.05, 0.05, 0.3, 2.0])


def solve(voltage=VOLTAGE, center=CENTER, **options):
    return jw.solve(jw.Lorentzian(center, WIDTH), jw.Wire(), temperature=TEMPERATURE, voltage=voltage, **options)


@functools.cache
def sol():
    return solve()


@functools.cache
def batch():
    """Three points solved together; the middle one is out of the domain."""
    compiled = jax.jit(jax.vmap(lambda center: solve(center=center, error_estimate=False)))
    return compiled(jnp.array([1.0, jnp.nan, CENTER]))


def test_numbers_of_a_solution_are_double_precision_scalars():
    for name in NUMBERS:
        number = getattr(sol(), name)
        assert isinstance(number, jax.Array) and number.shape == () and number.dtype == jnp.float64, name


def test_solution_keeps_what_it_was_asked_and_says_how_it_ended():
    assert isinstance(sol(), jw.Solution) and isinstance(sol().wire, jw.Wire)
    assert float(sol().scatterer.center) == CENTER and sol().resolution == jw.Resolution()
    assert (float(sol().temperature), float(sol().voltage)) == (TEMPERATURE, VOLTAGE)
    assert isinstance(sol().status, jw.Status) and int(sol().status) == 0 and bool(sol().status.ok)
    assert str(sol().status) == sol().status.message == "solved"
    assert 0 < float(sol().error_estimate) < 1e-6  # the promised accuracy


def test_heating_has_its_parts_and_their_sum():
    heat = sol().heating(X)
    assert heat._fields == ("total", "external", "scatterer", "buildup")
    assert all(part.shape == X.shape and part.dtype == jnp.float64 for part in heat)
    assert_array_equal(heat.external, 1.0)
    assert_array_equal(heat.total, heat.external + heat.scatterer + heat.buildup)


def test_printing_shows_every_number_with_its_unit_and_the_status():
    text = str(sol())
    for name in NUMBERS:
        (line,) = (line for line in text.splitlines() if line.split("  ")[1:2] == [name.replace("_", " ")])
        assert f"{float(getattr(sol(), name)):.6g}"[:6] in line
    assert "mu0" in text and text.splitlines()[-1].split() == ["status", "solved"]


def test_printing_a_batch_counts_the_outcomes_and_says_what_to_do():
    text = str(batch())
    assert "shape (3,)" in text and "2 x solved" in text
    assert "1 x a parameter is outside its domain (widths and temperature must be positive" in text


def assert_same_solution(one, other):
    for name in NUMBERS:
        assert_array_equal(getattr(one, name), getattr(other, name))
    assert int(one.status) == int(other.status)


def test_solution_survives_flattening_mapping_and_jit():
    leaves, tree = jax.tree.flatten(sol())
    assert all(isinstance(leaf, jax.Array) for leaf in leaves)
    assert_same_solution(jax.tree.unflatten(tree, leaves), sol())
    assert_same_solution(jax.tree.map(lambda leaf: leaf + 0, sol()), sol())
    assert_same_solution(jax.jit(lambda same: same)(sol()), sol())
    halved = jax.tree.map(lambda leaf: leaf / 2 if leaf.dtype == float else leaf, sol())
    assert float(halved.current) == float(sol().current) / 2  # a wrong round trip would be seen


def test_vmap_over_solve_gives_the_solutions_one_by_one():
    assert batch().voltage.shape == batch().status.code.shape == (3,)

    @jax.jit
    @jax.vmap
    def observe(one):
        return jnp.stack([one.current, one.force, one.potential_left]), one.heating(jnp.asarray(X)).total

    numbers, heating = observe(batch())
    assert np.all(np.isnan(numbers[1])) and np.all(np.isnan(heating[1]))
    # Batched sums run in another order.
    assert_allclose(numbers[2], [sol().current, sol().force, sol().potential_left], rtol=1e-12)
    assert_allclose(heating[2], sol().heating(X).total, rtol=1e-11)


def test_numbers_of_a_batch_have_its_shape():
    for name in NUMBERS:
        assert getattr(batch(), name).shape == (3,)


def test_fields_take_positions_of_any_shape_and_number():
    many = np.concatenate([-np.geomspace(50.0, 1e-3, 5000), np.geomspace(1e-3, 50.0, 5000)])
    heating, potential = sol().heating(many).total, sol().potential(many)
    assert heating.shape == potential.shape == (10_000,)
    for index in (0, 1023, 1024, 5000, 9999):  # both ends of a chunk among them
        single = sol().heating(float(many[index])).total
        assert single.shape == ()
        assert_allclose(single, heating[index], rtol=1e-12)  # sums of modes in another order
    assert_allclose(sol().heating(many[:6].reshape(2, 3)).total, heating[:6].reshape(2, 3), rtol=1e-12)
    assert_allclose(sol().heating(list(many[:3])).total, heating[:3], rtol=1e-12)
    assert sol().heating([]).total.shape == sol().potential([]).shape == (0,)
    assert sol().heating(np.zeros((0, 4))).buildup.shape == (0, 4)
    assert sol().heating(2).total == sol().heating(2.0).total  # whole numbers are numbers


def test_far_away_only_joule_heat_and_no_potential_remain():
    far = np.array([-50.0, 50.0])
    # The slowest mode that carries weight decays over l = sqrt(1 + 10 t) = 2: exp(-25) of values of 30.
    assert_allclose(sol().heating(far).total, 1.0, rtol=1e-9)
    assert_allclose(sol().potential(far), 0.0, atol=1e-9 * abs(float(sol().potential_right)))
    assert_allclose(sol().heat_current(far[0]), sol().heat_current(far[1]), rtol=1e-9)


def test_signed_zero_names_the_faces_of_the_scatterer():
    assert_array_equal(sol().potential([-0.0, 0.0]), [sol().potential_left, sol().potential_right])
    assert_allclose(sol().potential([-1e-9, 1e-9]), sol().potential([-0.0, 0.0]), rtol=1e-6)  # |x| ln|x| = 2e-8
    at_faces = sol().heat_current([-0.0, 0.0])
    # Kinetic energy gained in the step, Eq. 30, to rounding.
    assert_allclose(at_faces[1] - at_faces[0], sol().current * VOLTAGE, rtol=1e-12)


def derivative(field):
    """Of a field at X: central differences of eighth order; a field changes over |x|, so the error is 1e-13."""
    step, coefficients = 0.01 * np.abs(X), np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280])
    steps = np.arange(1, 5)[:, None] * step
    return coefficients @ np.asarray(field(X + steps) - field(X - steps)) / step


def test_heating_parts_are_the_slopes_of_heat_current_and_potential():
    heat, external_power = sol().heating(X), sol().current * sol().force
    scatterer = -derivative(sol().heat_current) / external_power  # Eq. 26
    buildup = -derivative(sol().potential) / sol().force  # Eq. 25
    # Rounding of the differences, 1e-15/0.01, in a heat current of up to 30 times what changes.
    assert_allclose(heat.scatterer, scatterer, rtol=1e-10)
    assert_allclose(heat.buildup, buildup, rtol=1e-10)
    assert_allclose(heat.total, 1.0 + scatterer + buildup, rtol=1e-10)  # Eq. 27


def test_negative_voltage_is_the_mirror_image():
    # T is a function of the kinetic energy in the left wire, which at V < 0 is |V| more than in the upper one.
    mirrored, positive = solve(voltage=-VOLTAGE, center=CENTER + VOLTAGE), sol()
    for name in ("voltage", "current", "force", "total_voltage"):
        assert_allclose(getattr(mirrored, name), -getattr(positive, name), rtol=1e-12)
    assert_allclose(mirrored.potential_left, positive.potential_right, rtol=1e-12)
    assert_allclose(mirrored.potential(X), positive.potential(-X), rtol=1e-12)
    assert_allclose(mirrored.heat_current(X), -positive.heat_current(-X), rtol=1e-12)
    assert_allclose(mirrored.heating(X).total, positive.heating(-X).total, rtol=1e-12)
    forward, backward = mirrored.distribution(1.2, X)
    assert_allclose(forward, positive.distribution(1.2, -X).backward, rtol=1e-12)
    assert_allclose(backward, positive.distribution(1.2, -X).forward, rtol=1e-12)


@functools.cache
def energies():
    """Kinetic energies and weights for integrals d(energy) on either side, of a rule that is not the solver's.

    Gauss-Legendre panels in the square root of energy above each band edge, halving in size towards it.
    """

    def above(bottom, top):
        size = np.sqrt(top - bottom)
        edges = np.unique(np.concatenate([[0.0], size * 2.0 ** -np.arange(16), np.arange(0.02, size, 0.02)]))
        point, weight = np.polynomial.legendre.leggauss(6)
        middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
        root = (middle[:, None] + half[:, None] * point).ravel()
        return bottom + root**2, 2.0 * root * (half[:, None] * weight).ravel()

    top = 1.0 + 32.0 * TEMPERATURE
    right = [np.concatenate(pair) for pair in zip(above(0.0, VOLTAGE), above(VOLTAGE, top), strict=True)]
    return above(0.0, top), tuple(right)


def equilibrium(energy):
    return 1.0 / (np.exp((energy - 1.0) / TEMPERATURE) + 1.0)


@functools.cache
def occupations(voltage=VOLTAGE):
    """For either side: energies, weights, positions (3,), and f(+p), f(-p) there, shape (3, n); one call for all."""
    sides = list(zip(energies(), (X[X < 0], X[X > 0]), strict=True))
    energy = np.concatenate([np.tile(nodes, (x.size, 1)) for (nodes, _), x in sides], axis=1)
    x = np.concatenate([np.tile(x[:, None], nodes.size) for (nodes, _), x in sides], axis=1)
    found = map(np.asarray, (sol() if voltage == VOLTAGE else solve(voltage)).distribution(energy, x))
    forward, backward = (np.split(f, [energies()[0][0].size], axis=1) for f in found)
    return [(*nodes, x, forward[i], backward[i]) for i, (nodes, x) in enumerate(sides)]


INTEGRAL = 1e-8  # how far this rule and the solver's own may differ here: its error estimate says 1.2e-8


def test_distribution_carries_the_current_and_the_heat_current_at_every_position():
    for energy, weight, x, forward, backward in occupations():
        assert_allclose((forward - backward) @ weight, sol().current, rtol=INTEGRAL)
        assert_allclose((forward - backward) @ (weight * (energy - 1.0)), sol().heat_current(x), rtol=INTEGRAL)


def test_distribution_leaves_the_wire_neutral():
    for energy, weight, _, forward, backward in occupations():
        excess = forward + backward - 2.0 * equilibrium(energy)
        per_momentum = weight / np.sqrt(energy)
        assert np.all(np.abs(excess @ per_momentum) < INTEGRAL * (np.abs(excess) @ per_momentum))


def test_energy_lost_in_collisions_is_what_the_heat_current_loses():
    """In a neutral wire collisions take f to equilibrium in tau = 1; to linear order that energy is P_s (Eq. 26)."""
    for energy, weight, x, forward, backward in occupations():
        excess = forward + backward - 2.0 * equilibrium(energy)
        lost = excess @ (np.sqrt(energy) * weight)
        assert_allclose(lost, sol().heating(x).scatterer * sol().external_power, rtol=INTEGRAL)


def test_distribution_is_the_drude_state_far_away():
    energy = np.array([0.05, 0.5, 1.0, 1.5, 2.0, 4.0])
    slope = equilibrium(energy) * (1.0 - equilibrium(energy)) / TEMPERATURE
    for x in (-50.0, 50.0):
        forward, backward = sol().distribution(energy, x)
        # What is left of the deviation is exp(-25) of what it was at x = 0.
        assert_allclose(forward - backward, 2.0 * sol().force * np.sqrt(energy) * slope, rtol=1e-9)
        assert_allclose((forward + backward) / 2.0, equilibrium(energy), rtol=1e-9)


def test_distribution_differs_by_the_same_spectral_current_on_both_faces():
    above = np.array([0.01, 0.3, 1.0, CENTER, 2.0, 5.0])  # kinetic energies on the left; V more on the right
    left, right = sol().distribution(above, -0.0), sol().distribution(above + VOLTAGE, 0.0)
    spectral_current = left.forward - left.backward
    assert_allclose(right.forward - right.backward, spectral_current, rtol=1e-10)  # differences of occupations near 1
    below = sol().distribution(np.linspace(0.1, 0.35, 6), 0.0)
    assert_array_equal(below.forward, below.backward)  # reflected entirely: nothing at these energies on the left


def test_distribution_on_the_nodes_of_the_solver_carries_its_spectral_current():
    flow, some = sol().flow, slice(2, None, 14)
    for energy, face in ((flow.upper.half.energy[some], -0.0), (flow.upper.half.energy[some] + VOLTAGE, 0.0)):
        forward, backward = sol().distribution(energy, face)
        # On nodes the discrete equations hold to rounding, in differences of occupations near 1.
        assert_allclose(forward - backward, flow.spectral_current[some], rtol=0, atol=1e-12)


def test_occupations_stay_between_zero_and_one_when_the_drive_is_small():
    for *_, forward, backward in occupations(voltage=1e-3):
        assert np.all((forward >= 0.0) & (forward <= 1.0) & (backward >= 0.0) & (backward <= 1.0))


def python(code):
    """Run code in a Python of its own, as a user's program would; what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JAX_ENABLE")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_jaxwire_does_not_import_jax():
    assert python("import sys, jaxwire; print('jax' in sys.modules)") == "False"


@pytest.mark.parametrize("first", ["jaxwire", "jax"])
def test_importing_jaxwire_before_or_after_jax_turns_on_double_precision(first):
    code = f"import {first}, jaxwire; import jax.numpy as jnp; print(jnp.ones(1).dtype)"
    assert python(code) == "float64"


def test_switching_double_precision_off_again_is_refused_with_the_cure():
    code = """
import warnings, jax, jaxwire as jw
jax.config.update("jax_enable_x64", False)
warnings.simplefilter("ignore")  # JAX's own, about the truncated type
try:
    jw.Lorentzian(1.44, 0.08)
except TypeError as error:
    print(error)
"""
    said = python(code)
    assert "`center`" in said and "jax_enable_x64" in said


@pytest.mark.parametrize("release", ["0.10.0", "0.10.2", "0.11.0"])
def test_releases_of_jax_that_hang_are_refused_at_import(release):
    code = f"""
import importlib.metadata
importlib.metadata.version = lambda name: {release!r}
try:
    import jaxwire
except ImportError as error:
    print(error)
"""
    said = python(code)
    assert f"jax {release}" in said and "pip install" in said


@pytest.mark.parametrize("release", ["0.9.1", "0.9.2", "0.11.1", "0.12.0", "0.12.0.dev20261101", "1.0.0"])
def test_sound_releases_of_jax_are_welcome(release, monkeypatch):
    monkeypatch.setattr(precision, "version", lambda name: release)
    precision.require_sound_jax()
