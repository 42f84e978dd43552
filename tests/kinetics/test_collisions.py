"""Electrons that collide with each other: closed forms, identities, limits, and the independent calculation."""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from compared_fields import deviation, fields, largest_deviations
from dense_collisions import Collisions, Reference, nodes_of, solve_dense
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions
from jaxwire.kinetics.collisions.moments import Moments
from jaxwire.kinetics.collisions.response import colliding_response
from jaxwire.kinetics.resolvents.wavenumbers import Sampling

X = np.array([-10.0, -3.0, -1.0, -0.3, -0.05, -1e-4, 1e-4, 0.05, 0.3, 1.0, 3.0, 10.0])


FINE = jw.Resolution(96, 40)
"""With it go 56 wavenumbers, which err by 1e-12 in the current; the default 38 err by up to 5e-10."""


class Point(NamedTuple):
    """An operating point of a wire with collisions among its electrons."""

    center: float
    temperature: float
    voltage: float
    time: float
    conserves: str = "momentum"
    strength: float = 1.0

    def solve(self, resolution: jw.Resolution = jw.Resolution()) -> jw.Solution:  # noqa: B008 - a tuple
        screening = jw.LocalScreening(self.strength) if self.strength < 1 else None
        collisions = jw.ElectronElectron(self.time, conserves=self.conserves)
        wire = jw.Wire(screening=screening, electron_electron=collisions)
        dot = jw.Lorentzian(self.center, 0.08)
        return jw.solve(
            *(dot, wire),
            temperature=self.temperature,
            voltage=self.voltage,
            resolution=resolution,
            error_estimate=False,
        )


POINTS = [
    Point(1.44, 0.3, 0.1, 1.0),
    Point(0.64, 0.1, 0.4, 0.1, "energy"),
    Point(1.44, 0.7, -0.4, 10.0),
    Point(1.0, 0.3, 0.4, 0.3, "momentum", 0.7),
    Point(1.44, 0.3, -1.2, 0.03, "energy", 0.0),
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
    collisions = Collisions(1.0, 1 / point.time, point.conserves == "momentum")
    transmission = lambda e: 1 / (1 + ((e - point.center) / 0.08) ** 2)  # noqa: E731
    return solve_dense(transmission, *nodes, point.temperature, collisions, point.strength)


# The independent calculation


@every_point
def test_all_fields_are_those_of_the_independent_calculation(point):
    assert dense(point).residual < 1e-11  # the redundant equation, to the error of the Drude sums
    # Rounding, magnified by dense modes and least squares, and the rule of wavenumbers: 2e-10 without neutrality.
    assert max(largest_deviations(solved(point), dense(point), X).values()) < (1e-10 if point.strength > 0 else 1e-9)


@pytest.mark.parametrize("wrong", Moments._fields[:4])
def test_comparison_sees_a_coefficient_that_is_a_thousandth_too_large(wrong, monkeypatch):
    point = POINTS[0]
    right = Moments.of

    def wrong_moments(*arguments):
        moments = right(*arguments)
        return moments._replace(**{wrong: 1.001 * getattr(moments, wrong)})

    monkeypatch.setattr(Moments, "of", wrong_moments)
    jax.clear_caches()
    other = point.solve(FINE)
    jax.clear_caches()
    # The test above would fail by three orders of magnitude.
    assert max(largest_deviations(other, dense(point), X).values()) > 1e-6


# Identities, to rounding at any resolution


def exchange_and_charge(sol: jw.Solution) -> tuple[float, float]:
    """G = 2 sum w f0' (eps - <eps>)^2/tau_ep and n0 = 2 sum w f0' eps on the nodes of the upper wire."""
    half = sol.flow.upper.half
    share, energy = np.asarray(half.momentum_weight * half.thermal), np.asarray(half.energy)
    mean = share @ energy / np.sum(share)
    return 2 * share @ (energy - mean) ** 2, 2 * share @ energy


RESOLUTIONS = [jw.Resolution(16, 8), jw.Resolution(), jw.Resolution(140, 70)]
every_resolution = pytest.mark.parametrize("resolution", RESOLUTIONS, ids=str)
NEUTRAL = [point for point in POINTS if point.strength == 1]


@every_resolution
@every_point
def test_heat_from_the_scatterer_is_the_power_of_the_voltage(point, resolution):
    sol = point.solve(resolution)
    powers = sol.powers
    power = sol.current * sol.voltage
    assert abs(float((powers.left_scatterer + powers.right_scatterer) / power) - 1) < 1e-12  # rounding


@every_resolution
@pytest.mark.parametrize("point", NEUTRAL, ids=str)
def test_heating_follows_the_potential_and_the_temperature_of_the_electrons(point, resolution):
    sol = point.solve(resolution)
    upper_side = X[X * float(sol.direction) < 0]  # n0 and G of the other wire's nodes differ by quadrature
    exchange, charge = exchange_and_charge(sol)
    scatterer = sol.heating(upper_side).scatterer * sol.external_power
    temperature = sol.electron_temperature(upper_side) / point.temperature
    assert deviation(exchange * temperature, scatterer) < 1e-12
    assert deviation(-charge * sol.potential(upper_side), scatterer) < 1e-12


@every_point
def test_heat_given_to_the_phonons_is_what_the_heat_current_loses(point):
    sol = solved(point)
    # x = exp(pi sinh u): doubly exponential, so that the logarithm at x = 0 is integrated to rounding.
    u = np.linspace(-4.2, 2.2, 700)
    x, weight = np.exp(np.pi * np.sinh(u)), np.pi * np.cosh(u) * (u[1] - u[0])
    for sign, lost in ((-1.0, sol.powers.left_scatterer), (1.0, sol.powers.right_scatterer)):
        given = np.sum(x * weight * sol.heating(sign * x).scatterer) * sol.external_power
        # The closed contour: 1e-12 of the largest field, times the range of rates in what is fastest.
        assert_allclose(given, lost, rtol=1e-10, atol=1e-10 * float(sol.current * sol.voltage))


@pytest.mark.parametrize("point", POINTS[:3], ids=str)
def test_conserving_momentum_or_not_gives_the_same_fields_at_the_same_voltage(point):
    with_, without = (point._replace(conserves=kept).solve() for kept in ("momentum", "energy"))
    assert_allclose(with_.current, without.current, rtol=1e-12)  # rounding
    assert_allclose(without.force / with_.force, 1 + 1 / point.time, rtol=1e-12)
    for name in ("potential", "electron_temperature", "electron_potential"):
        assert deviation(getattr(with_, name)(X), np.asarray(getattr(without, name)(X))) < 1e-12


# Limits


@pytest.mark.parametrize(("voltage", "strength"), [(0.1, 1.0), (-0.4, 1.0), (0.4, 0.6)])
def test_electrons_that_do_not_collide_are_those_of_the_paper(voltage, strength):
    never = Point(1.44, 0.3, voltage, np.inf, strength=strength).solve()
    screening = jw.LocalScreening(strength)
    todays = jw.solve(jw.Lorentzian(1.44, 0.08), jw.Wire(screening=screening), temperature=0.3, voltage=voltage)
    assert_allclose(never.current, todays.current, rtol=1e-13)  # rounding
    assert_allclose(never.force, todays.force, rtol=1e-13)
    found = fields(never, X)
    for name, expected in fields(todays, X).items():
        # Rounding of mode sums against that of the closed contour, 1e-12 of the largest field.
        assert deviation(found[name], expected) < 1e-11, name


def test_electrons_that_collide_all_the_time_cool_over_the_healing_length():
    t, defects = 0.3, []
    for rate in (1e2, 1e3, 1e4):
        wire = jw.Wire(electron_electron=jw.ElectronElectron(rate=rate))
        sol = jw.solve(jw.Lorentzian(1.44, 0.08), wire, temperature=t, voltage=0.1, error_estimate=False)
        length = float(wire.healing_length(t))
        far, farther = np.asarray(sol.electron_temperature(length * np.array([6.0, 8.0])))
        defects.append(rate * (np.log(far / farther) / 2 - 1))
    # physics-collisions.md, section 5: kappa_1 L_h - 1 = -0.438/eta, second order in l/L_h.
    assert np.all(np.abs(np.array(defects) / -0.438 - 1) < [0.03, 0.01, 0.01])


# Closed forms


@pytest.mark.parametrize("rate", [0.0, 0.3, 1.0, 1e3])
def test_equal_mean_free_paths_give_back_heat_as_theory_says(rate):
    rng = np.random.default_rng(3)
    n = 24
    energy, weight, thermal = rng.uniform(0.1, 2, n), rng.uniform(0.1, 1, n), 10.0 ** rng.uniform(-6, 0, n)
    time = 1 / (1 + rate)
    collisions = ElectronCollisions(jnp.asarray(rate * time), jnp.asarray(time), True)
    arrays = map(jnp.asarray, (np.full(n, 0.7), np.full(n, time), weight, thermal, energy))
    longest = jnp.asarray(0.7 / np.sqrt(time))
    response = colliding_response(*arrays, collisions, longest, jnp.ones(()), Sampling(120))
    got = np.asarray(jax.vmap(response.symmetric_part, in_axes=1, out_axes=1)(jnp.diag(jnp.asarray(thermal))))
    got = got / thermal[:, None]
    share = weight * thermal / np.sum(weight * thermal)
    e = energy - share @ energy
    # Section 3: Z = 1 - proj_1 + (c - 1) proj_e, c = (1 - beta)^(-1/2); with u = j/f0' on either side of it.
    grown = np.sqrt(1 + rate) - 1
    expected = np.eye(n) - share[None, :] + grown * np.outer(e, e * share) / (share @ e**2)
    assert_allclose(got, expected, rtol=0, atol=1e-12 * (1 + grown))


def jump(accommodation: float, phonons: float) -> float:
    """Temperature jump coefficient of the BGK equation: electrons as molecules of velocity c, l = c_x, e = c^2.

    A half-space whose heat leaks to the phonons at a small rate; it cools over L_h = (K/G)^(1/2). The wall is at
    theta = 1/2, as both directions together take the source twice; molecules that carry the heat Q into the half-space
    are at Q L_h/K there, but for the jump zeta Q/K.
    """
    points, weights = np.polynomial.legendre.leggauss(80)
    s, weights = (1 + points) / 2, weights / 2
    c, along = 7 * s**3, 7 * 3 * s**2 * weights
    across, shares = np.polynomial.laguerre.laggauss(2)  # the distribution is linear in c_perp^2
    velocity = np.repeat(c, 2)
    energy = velocity**2 + np.tile(across, c.size)
    weight, thermal = np.outer(along, shares).ravel(), np.exp(-(velocity**2))
    share = weight * thermal
    collisions = ElectronCollisions(jnp.asarray(1 - phonons), jnp.asarray(phonons), True)
    arrays = map(jnp.asarray, (velocity, np.ones_like(velocity), weight, thermal, energy))
    longest = jnp.asarray(velocity.max() / np.sqrt(phonons))
    response = colliding_response(*arrays, collisions, longest, jnp.ones(()), Sampling(160))
    z = np.asarray(jax.vmap(response.symmetric_part, in_axes=1, out_axes=1)(jnp.diag(jnp.asarray(thermal))))
    t = 0.5 * accommodation
    matrix = ((1 - t) * np.diag(thermal) + t * z) / thermal[:, None]
    by_density, by_energy = np.linalg.solve(matrix, np.stack([np.ones_like(c.repeat(2)), energy], 1)).T * t
    flux = weight * velocity * thermal  # of u per f0'
    current = by_energy - by_density * (flux @ by_energy) / (flux @ by_density)
    heat = flux @ (energy * current)
    e = energy - share @ energy / np.sum(share)
    exchange = 2 * phonons * share @ e**2
    lost = share * velocity**2
    conduction = 2 * (lost @ energy**2 - (lost @ energy) ** 2 / np.sum(lost))
    return 0.5 * conduction / heat - np.sqrt(conduction / exchange)


@pytest.mark.parametrize(("accommodation", "published"), [(1.0, 1.302716), (0.5, 3.629125), (0.1, 21.45012)])
def test_temperature_jump_at_a_wall_is_the_published_one(accommodation, published):
    # Barichello and Siewert (2000). What the leak changes is a series in its square root, of which two terms cancel.
    steps = np.array([4.0, 2.0, 1.0])
    values = np.array([jump(accommodation, (1e-3 * step) ** 2) for step in steps])
    first = 2 * values[1:] - values[:-1]
    assert_allclose((4 * first[1] - first[0]) / 3, published, rtol=2e-6)
