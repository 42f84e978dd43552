"""Phonons with a temperature of their own: closed forms, identities, limits, and the independent calculation."""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from compared_fields import deviation, largest_deviations
from dense_collisions import Collisions, Lattice, Reference, nodes_of, solve_dense
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions
from jaxwire.kinetics.collisions.lattice import LatticeMoments
from jaxwire.kinetics.collisions.response import colliding_response
from jaxwire.kinetics.resolvents.wavenumbers import Sampling

X = np.array([-10.0, -3.0, -1.0, -0.3, -0.05, -1e-4, 1e-4, 0.05, 0.3, 1.0, 3.0, 10.0])

FINE = jw.Resolution(96, 40)
"""With it go 56 wavenumbers, which err by 1e-12 in the current."""

DOT = jw.Lorentzian(1.44, 0.08)


class Point(NamedTuple):
    """An operating point of a wire whose phonons warm up: loss, healing length, contact resistance, and the rest.

    Strength 1 is the neutral wire; as a number it has the program of all others, None has that of neutral wires.
    """

    phonons: tuple[float, float, float]
    temperature: float
    voltage: float
    rate: float | None = None
    conserves: str = "momentum"
    strength: float | None = 1.0

    def wire(self) -> jw.Wire:
        screening = None if self.strength is None else jw.LocalScreening(self.strength)
        collisions = None if self.rate is None else jw.ElectronElectron(rate=self.rate, conserves=self.conserves)
        return jw.Wire(screening=screening, electron_electron=collisions, phonons=jw.Phonons(*self.phonons))

    def solve(self, resolution: jw.Resolution = jw.Resolution()) -> jw.Solution:  # noqa: B008 - a tuple
        given = {"temperature": self.temperature, "voltage": self.voltage}
        return jw.solve(DOT, self.wire(), **given, resolution=resolution, error_estimate=False)


# G = 0.47 at kT 0.3, 1.1 at 0.5, 1.7 at 0.7.
POINTS = [
    Point((1.7, 1.0, 0.0), 0.7, 0.1),
    Point((0.02, 3.0, 0.0), 0.3, 0.4, 1.0),
    Point((0.5, 0.2, 0.7), 0.3, -0.4, 3.0, "energy", None),
    Point((0.1, 1.0, 0.7), 0.3, 0.4, 3.0, "momentum", 0.7),
    Point((5.0, 0.05, 20.0), 0.5, -1.2, None, "momentum", 0.0),
]
every_point = pytest.mark.parametrize("point", POINTS, ids=str)


@functools.cache
def solved(point: Point) -> jw.Solution:
    sol = point.solve(FINE)
    assert sol.status.ok, sol.status.message
    return sol


@functools.cache
def dense(point: Point) -> Reference:
    """The same point on the same nodes, by the independent calculation."""
    sol = solved(point)
    nodes = nodes_of(sol)
    loss, length, resistance = point.phonons
    lattice = Lattice(loss, loss * length**2, resistance)
    collisions = Collisions(1.0, point.rate or 0.0, point.conserves == "momentum", lattice)
    strength = 1.0 if point.strength is None else point.strength
    return solve_dense(lambda e: 1 / (1 + ((e - 1.44) / 0.08) ** 2), *nodes, point.temperature, collisions, strength)


# The independent calculation


@every_point
def test_all_fields_are_those_of_the_independent_calculation(point):
    assert dense(point).residual < 1e-11  # the redundant equation, to the error of the Drude sums
    # Rounding, magnified by dense modes and least squares, in the heating 1e-4 from the scatterer: 1e-11 to 1.7e-10 for
    # the last point as its voltage moves by some 1e-4, with nodes as they were and as they are (moved by rounding).
    assert max(largest_deviations(solved(point), dense(point), X).values()) < 3e-10


@pytest.mark.parametrize("wrong", LatticeMoments._fields)
def test_comparison_sees_a_coefficient_that_is_a_thousandth_too_large(wrong, monkeypatch):
    point = POINTS[1]
    right = LatticeMoments.of

    def wrong_moments(*arguments):
        moments = right(*arguments)
        return moments._replace(**{wrong: 1.001 * getattr(moments, wrong)})

    monkeypatch.setattr(LatticeMoments, "of", wrong_moments)
    jax.clear_caches()
    other = point.solve(FINE)
    jax.clear_caches()
    # The test above would fail by four orders of magnitude.
    assert max(largest_deviations(other, dense(point), X).values()) > 1e-6


# Identities, to rounding at any resolution

RESOLUTIONS = [jw.Resolution(16, 8), jw.Resolution(), jw.Resolution(140, 70)]
every_resolution = pytest.mark.parametrize("resolution", RESOLUTIONS, ids=str)


def substrate_powers(sol: jw.Solution) -> np.ndarray:
    """Heat that phonons lose to the substrate on the upper and on the lower side, integrated wave by wave."""
    loss = float(sol.wire.phonons.loss)
    return np.array([loss * float(jnp.sum(side.lattice / side.rate).real) for side in (sol.flow.upper, sol.flow.lower)])


@every_resolution
@every_point
def test_heat_that_the_scatterer_makes_goes_to_the_substrate(point, resolution):
    sol = point.solve(resolution)
    flow, faces, power = sol.flow, sol.faces, abs(float(sol.current * sol.voltage))
    given = np.array([flow.uniform_heat_current - faces.heat_upper, faces.heat_lower - flow.uniform_heat_current])
    through = float(flow.lower.entering.flux)
    scale = np.max(np.abs([*given, through, power]))  # at small voltages IV is small beside what it is a difference of
    assert abs(np.sum(given) - power) < 1e-12 * scale  # rounding
    lost = substrate_powers(sol)
    assert abs(np.sum(lost) - power) < 1e-12 * scale
    assert_allclose(lost, given + np.array([-through, through]), rtol=0, atol=1e-12 * scale)


@every_point
def test_phonons_take_what_electrons_are_hotter_and_lose_it_where_they_conduct_it(point):
    sol = solved(point)
    temperature, loss, length = point.temperature, *point.phonons[:2]
    exchange = sol.wire.electron_phonon_conductance(temperature)
    heat = sol.heating(X).scatterer * sol.external_power
    hotter = (sol.electron_temperature(X) - sol.phonon_temperature(X)) / temperature
    # P_s = G (theta - theta_ph), with G on the nodes and by another quadrature.
    assert deviation(heat, exchange * hotter) < 1e-9
    x = jnp.asarray(X[np.abs(X) > 1e-3])  # nearer, derivatives of fast waves are rounding
    slope = jax.vmap(jax.grad(sol.phonon_heat_current))(x)
    assert deviation(sol.substrate_power(x) + slope, heat[np.abs(X) > 1e-3]) < 1e-10
    gradient = jax.vmap(jax.grad(sol.phonon_temperature))(x) / temperature
    assert deviation(-loss * length**2 * gradient, sol.phonon_heat_current(x)) < 1e-11


@every_point
def test_phonons_carry_one_heat_through_the_scatterer_against_its_resistance(point):
    sol = solved(point)
    left, right = np.asarray(sol.phonon_heat_current(np.array([-0.0, 0.0])))
    warmth = np.asarray(sol.phonon_temperature(np.array([-0.0, 0.0]))) / point.temperature
    assert_allclose(left, right, rtol=1e-11)  # rounding of the closed contour
    # The rule of wavenumbers against the contour.
    assert abs(warmth[0] - warmth[1] - point.phonons[2] * right) < 1e-9 * np.max(np.abs(warmth))


@every_point
def test_heat_follows_the_potential_as_if_phonons_were_cold_but_for_their_own_share(point):
    sol = solved(point)
    if point.strength is not None and point.strength < 1:
        return
    half = sol.flow.upper.half
    share, energy = np.asarray(half.momentum_weight * half.thermal), np.asarray(half.energy)
    mean = share @ energy / np.sum(share)
    exchange, charge = 2 * share @ (energy - mean) ** 2, 2 * share @ energy
    lattice = sol.phonon_temperature(X) / point.temperature
    # physics-collisions.md, section 5: P_s + G theta_ph = -n0 gamma e phi.
    heat = sol.heating(X).scatterer * sol.external_power
    assert deviation(heat + exchange * lattice, -charge * sol.potential(X)) < 1e-11


# Closed forms


@pytest.mark.parametrize(("alpha", "length"), [(1.0, 1.0), (0.1, 5.0), (30.0, 0.2)])
def test_equal_mean_free_paths_give_back_heat_as_theory_says(alpha, length):
    rng = np.random.default_rng(3)
    n, path = 24, 0.7
    energy, weight, thermal = rng.uniform(0.1, 2, n), rng.uniform(0.1, 1, n), 10.0 ** rng.uniform(-6, 0, n)
    share = weight * thermal / np.sum(weight * thermal)
    e = energy - share @ energy
    exchange = 2 * np.sum(weight * thermal) * share @ e**2
    phonons = jw.Phonons(exchange / alpha, length)
    collisions = ElectronCollisions(jnp.zeros(()), jnp.ones(()), True, phonons)
    arrays = map(jnp.asarray, (np.full(n, path), np.ones(n), weight, thermal, energy))
    longest = jnp.sqrt(path**2 * (1 + alpha) + length**2)
    response = colliding_response(*arrays, collisions, longest, jnp.ones(()), Sampling(160))
    got = np.asarray(jax.vmap(response.symmetric_part, in_axes=1, out_axes=1)(jnp.diag(jnp.asarray(thermal))))
    got = got / thermal[:, None]
    # Section 3: Z = 1 - proj_1 + (c - 1) proj_e where phonons carry no heat through the scatterer.
    grown = closed_factor(alpha, length, path) - 1
    expected = np.eye(n) - share[None, :] + grown * np.outer(e, e * share) / (share @ e**2)
    assert_allclose(got, expected, rtol=0, atol=1e-12 * (1 + grown))


def closed_factor(alpha: float, length: float, path: float) -> float:
    return ((1 + alpha) * path + length) / np.sqrt((path + length) ** 2 + alpha * path**2)
