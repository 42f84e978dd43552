"""Sums over modes as integrals along a contour: against the modes, and against what theory says of the rule."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics.eigenmodes.modes import half_wire_modes
from jaxwire.kinetics.flow import Flow
from jaxwire.kinetics.resolvents import contour
from jaxwire.kinetics.resolvents.contour import Contour, enter_contour
from jaxwire.kinetics.side import Side
from jaxwire.observables import spots
from jaxwire.observables.extrema import NEAREST, candidates, in_order
from jaxwire.observables.wave_profile import ORDER, WaveProfile

N_NODES = 24
PLACES = np.geomspace(NEAREST, 20.0, 40)


def any_wire(decades=1.0):
    """Mean free paths over some decades below 3, shares over nine, what enters and what is carried: drawn at random."""
    rng = np.random.default_rng(1956)
    path, share = 3.0 * 10.0 ** -rng.uniform(0, decades, N_NODES), 10.0 ** -rng.uniform(0, 9, N_NODES)
    return path, share / np.sum(share), rng.normal(size=N_NODES) * share, rng.normal(size=(2, N_NODES))


def by_modes(path, share, entering, carried):
    """Rates and terms of the sum at the head of `contour` without g, and the shares of what enters, shape (c, m)."""
    modes = half_wire_modes(jnp.asarray(path), jnp.asarray(share))
    resolvent = np.asarray(modes.resolvent)
    slope = np.sum(share * resolvent**2, axis=1)
    brought = resolvent @ entering / slope
    return np.asarray(modes.rate), brought * ((share * carried) @ resolvent.T)


@functools.partial(jax.jit, static_argnums=0)
def entered(size, path, share, entering, carried):
    around = Contour.around(jnp.max(path), NEAREST, size)
    return around, enter_contour(around, path, share, entering, carried)


def along_contour(size, wire, places=PLACES):
    """The sums over waves exp(-kappa x) at some places, shape (c, n_places)."""
    around, found = entered(size, *wire)
    waves = np.exp(-np.asarray(around.rate)[:, None] * places)
    return (np.asarray(around.weight) * np.asarray(found.deviation) @ waves).real


def relative_error(size, wire):
    rate, terms = by_modes(*wire)
    exact = terms @ np.exp(-rate[:, None] * PLACES)
    error = np.abs(along_contour(size, wire) - exact)
    return np.max(error / np.max(np.abs(exact), axis=1, keepdims=True))


def test_two_nodes_have_their_closed_form():
    # d = 4 and 1 with equal weights: the root is their mean, 2.5, with y = 1/1.5 and -1/1.5, and R' = 1/1.5^2.
    wire = np.array([0.5, 1.0]), np.array([0.5, 0.5]), np.array([2.0, -1.0]), np.array([[3.0, 5.0]])
    expected = (3.0 / 1.5) * (-1.0 / 1.5) / (1.0 / 1.5**2) * np.exp(-np.sqrt(2.5) * PLACES)
    assert_allclose(along_contour(80, wire)[0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("decades", "size"), [(0.3, 80), (1.0, 80), (4.0, 80)])
def test_sums_are_those_of_the_modes_for_any_wire(decades, size):
    assert relative_error(size, any_wire(decades)) < 1e-12


def test_equal_mean_free_paths_make_no_difference():
    path, share, entering, carried = any_wire()
    path[5:15] = path[5]
    assert relative_error(80, (path, share, entering, carried)) < 1e-11  # modes err: equal ones are told apart by 1e-13


def test_error_falls_with_the_number_of_points_as_theory_says():
    sizes = [24, 36, 48, 60]
    errors = np.array([relative_error(size, any_wire()) for size in sizes])
    reach = np.log(2 * contour.DECAYED_WAVE * 3.0 / (NEAREST * np.cos(contour.ANGLE)))
    slope = -np.diff(np.log(errors)) / np.diff(sizes)
    assert_allclose(slope, 2 * np.pi * contour.ANGLE / reach, rtol=0.3)


def test_excess_is_the_quotient_of_two_sums():
    path, share, entering, carried = any_wire()
    around = Contour.around(jnp.asarray(3.0), NEAREST, 20)
    resolvent = 1.0 / (1.0 / path[None, :] ** 2 - np.asarray(around.rate)[:, None] ** 2)
    found = enter_contour(around, *map(jnp.asarray, (path, share, entering, carried)))
    assert_allclose(found.excess, (resolvent @ entering) / (resolvent @ share), rtol=1e-10)


# Heating, of wires of physics


def general(exponent=0.0, alpha=0.0, strength=1.0):
    """Of one structure, and so one program, for all numbers; the paper's wire unless given."""
    return jw.Wire(jw.PowerLaw(exponent), jw.Kane(alpha), jw.LocalScreening(strength))


WIRES = {
    "paper's": jw.Wire(),
    "Kane": general(alpha=0.2),
    "one mean free path": general(-1.0),
    "slow electrons far": general(-1.5, strength=0.3),
    "fast electrons far": general(1.5),
    "two mechanisms": jw.Wire(
        jw.Matthiessen((jw.PowerLaw(1.0), jw.PowerLaw(-1.0)), jnp.array([0.5, 0.5])),
        screening=jw.LocalScreening(0.5),
    ),
}
POINTS = [(1.44, 0.08, 0.3, 0.4), (0.867, 0.011, 0.031, 1.569), (2.0, 0.05, 0.9, -1.0), (0.4, 1.0, 0.1, 0.2)]


def profiles(flow: Flow, side: Side, around: Contour):
    """Excess of the heating by contour, and by modes."""
    power = flow.current * flow.force
    by_contour = WaveProfile(around.rate, flow.heating_waves(side, around) / power)
    return by_contour, WaveProfile(side.modes.rate, flow.heating_shares(side) / power)


def heating(flow: Flow, side: Side, around: Contour):
    """The same at some places."""
    return [profile(jnp.asarray(PLACES))[0] for profile in profiles(flow, side, around)]


@jax.jit
def heating_of_both_sides(wire, points):
    """Of either wire at all points: by contour, and by modes."""

    def one(point):
        center, width, temperature, voltage = point
        dot, given = jw.Lorentzian(center, width), {"temperature": temperature, "voltage": voltage}
        sol = jw.solve(dot, wire, **given, error_estimate=False)
        around = spots._contour(sol)
        return [heating(sol.flow, side, around) for side in (sol.flow.upper, sol.flow.lower)]

    return jax.lax.map(one, points)


@pytest.mark.slow
@pytest.mark.parametrize("name", WIRES)
def test_heating_is_that_of_the_modes(name):
    for found, exact in heating_of_both_sides(WIRES[name], jnp.asarray(POINTS)):
        error = np.max(np.abs(found - exact), axis=1) / np.max(np.abs(exact), axis=1)
        # Equal mean free paths cost the modes digits; where some are 7,000, the contour's steps are half as wide again.
        assert np.max(error) < {"one mean free path": 2e-11, "slow electrons far": 1e-9}.get(name, 1e-12)


@pytest.mark.slow
def test_derivatives_of_the_heating_are_those_of_the_modes():
    def both(parameters):
        center, width, temperature, voltage = parameters
        wire = jw.Wire(jw.PowerLaw(0.3), screening=jw.LocalScreening(0.7))
        given = {"temperature": temperature, "voltage": voltage, "error_estimate": False}
        sol = jw.solve(jw.Lorentzian(center, width), wire, **given)
        return jnp.stack(heating(sol.flow, sol.flow.lower, spots._contour(sol)))

    by_contour, exact = jax.jit(jax.jacfwd(both))(jnp.asarray(POINTS[0]))
    assert_allclose(by_contour, exact, rtol=0, atol=1e-11 * np.max(np.abs(exact)))


@pytest.mark.slow
def test_extrema_are_those_of_the_modes_however_far_they_are_looked_for():
    def one(point):
        center, width, temperature, voltage = point
        dot, given = jw.Lorentzian(center, width), {"temperature": temperature, "voltage": voltage}
        sol = jw.solve(dot, **given, error_estimate=False)
        around, found = spots._contour(sol), []
        for side in (sol.flow.upper, sol.flow.lower):
            both = profiles(sol.flow, side, around)
            found.append([in_order(candidates(profile, jnp.asarray(100.0), 6), 6) for profile in both])
        return found

    rng = np.random.default_rng(11)
    center, voltage = rng.uniform([[0.1], [-1.6]], [[2.6], [1.6]], (2, 64))
    width, temperature = np.exp(rng.uniform(np.log([[0.01], [0.03]]), 0.0, (2, 64)))
    points = jnp.asarray(np.stack([center, width, temperature, voltage], axis=1))
    count = 0
    for by_contour, by_modes in jax.jit(lambda p: jax.lax.map(one, p, batch_size=8))(points):
        exists = np.asarray(by_modes.exists)
        np.testing.assert_array_equal(by_contour.exists, exists)  # none is lost or made up, however faint it is
        # At 1e-12 of the largest heating the faintest are known, where h'' is as small: the square root of it is lost.
        assert_allclose(by_contour.distance[exists], by_modes.distance[exists], rtol=1e-6)
        assert_allclose(by_contour.excess[exists], by_modes.excess[exists], rtol=1e-10, atol=1e-10)
        count += np.sum(exists)
    assert count >= 20


# Waves


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_profile_and_its_derivatives_are_those_of_its_waves(kind):
    rng = np.random.default_rng(3)
    rate, coefficient = rng.uniform(0.2, 50.0, 12), rng.normal(size=12)
    if kind == "complex":
        rate, coefficient = rate + 1j * rng.uniform(0.0, 3.0, 12) * rate, coefficient + 1j * rng.normal(size=12)
    profile = WaveProfile(jnp.asarray(rate), jnp.asarray(coefficient))
    r = np.geomspace(0.01, 5.0, 30)
    powers = np.stack([coefficient, -rate * coefficient, rate**2 * coefficient])
    exact = (powers @ np.exp(-rate[:, None] * r)).real
    scale = np.abs(powers) @ np.exp(-rate.real[:, None] * r)
    assert_allclose(np.abs(profile(jnp.asarray(r)) - exact) / scale, 0.0, atol=1e-14)
    moved = r * (1.0 + 0.05 * np.cos(np.arange(30)))
    near = profile.near(jnp.asarray(r))(jnp.asarray(moved))
    exact = (powers @ np.exp(-rate[:, None] * moved)).real
    size, step = np.abs(rate)[:, None], np.abs(moved - r)
    largest = np.exp(-rate.real[:, None] * np.minimum(r, moved))
    for n in range(3):  # Taylor's remainder, of the n-th derivative
        left = ORDER + 1 - n
        bound = np.abs(coefficient) @ (size**n * (size * step) ** left / math.factorial(left) * largest)
        assert np.all(np.abs(near[n] - exact[n]) <= bound + 1e-14 * scale[n])


def test_sums_of_a_gpu_are_those_of_the_matrix():
    """Which of both a program has depends on its platform; a CPU computes both."""
    path, share, entering, carried = any_wire(decades=4.0)
    squared = jnp.asarray(path) ** 2
    moved = Contour.around(jnp.max(jnp.asarray(path)), NEAREST, 72).rate ** 2
    rows = jnp.stack([share, entering, *(share * carried), *(entering * carried)])
    by_matrix, by_sums = (
        jnp.stack(sums(squared, moved.real, moved.imag, rows)) for sums in (contour._by_matrix, contour._by_sums)
    )
    size = jnp.abs(rows) @ jnp.hypot(*contour._resolvent(squared, moved.real, moved.imag, lambda x: 1.0 / x)).T
    assert np.all(np.abs(by_sums - by_matrix) < 1e-15 * N_NODES * size[None])


@pytest.mark.parametrize(
    ("ratio", "size", "bound"), [(3.0, 128, 1e-14), (1e7, 128, 1e-14), (1e9, 128, 2e-11), (1e9, 40, 1e-3)]
)
@pytest.mark.parametrize("x", [0.0, 1e-8, 1e-2, 1.0, 20.0])
def test_a_closed_contour_serves_all_positions(ratio, size, bound, x):
    longest, shortest = jnp.asarray(2.0), jnp.asarray(2.0 / ratio)
    contour = Contour.enclosing(longest, shortest, size)
    rate, weight = np.asarray(contour.rate), np.asarray(contour.weight)
    poles = np.geomspace(1 / 2.0, ratio / 2.0, 40)
    # (1/(2 pi i)) int exp(-kappa x)/(kappa^2 - lambda) 2 kappa dkappa = exp(-sqrt(lambda) x)
    found = np.sum((weight * np.exp(-rate * x))[:, None] / (rate[:, None] ** 2 - poles**2), axis=0).real
    # Its error, exp(-pi^2 m/(2 ln(4 ratio))), falls along x about as the slowest waves do, exp(-0.7 x/longest).
    assert_allclose(found, np.exp(-poles * x), rtol=0, atol=bound * np.exp(-0.25 * x) + 1e-15)
