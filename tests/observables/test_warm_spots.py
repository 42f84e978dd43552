"""Extrema of temperatures, and thermometers on wires whose waves are complex."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.numerics.special_functions import complex_erfcx

DOT = jw.Lorentzian(1.44, 0.08)
X = np.array([-7.0, -1.3, -0.4, -0.02, 0.05, 0.3, 1.1, 4.0])

WIRES = {
    "paper's": jw.Wire(),
    "general": jw.Wire(jw.PowerLaw(-0.5), jw.Kane(0.2), jw.LocalScreening(0.6)),
    "colliding": jw.Wire(electron_electron=jw.ElectronElectron(0.5)),
    "phonons": jw.Wire(phonons=jw.Phonons(1.5, 0.5)),
    "both": jw.Wire(electron_electron=jw.ElectronElectron(0.5), phonons=jw.Phonons(0.5, 0.3, 1.0)),
}


@functools.cache
def solution(name: str, voltage: float = 0.1) -> jw.Solution:
    return jw.solve(DOT, WIRES[name], temperature=0.7, voltage=voltage, error_estimate=False)


# Spots


@pytest.mark.parametrize("voltage", [0.1, -0.4])
@pytest.mark.parametrize(
    ("name", "of"),
    [
        *((name, "electron_temperature") for name in WIRES),
        ("phonons", "phonon_temperature"),
        ("both", "phonon_temperature"),
    ],
)
def test_extrema_of_a_temperature_are_where_its_samples_say(name, of, voltage):
    sol = solution(name, voltage)
    r = np.geomspace(0.01, 20.0, 3000)
    for side, found in ((-1.0, jw.find_extrema(sol, of=of).left), (1.0, jw.find_extrema(sol, of=of).right)):
        sampled = np.asarray(getattr(sol, of)(side * r))
        slope = np.diff(sampled)
        turns = np.flatnonzero((slope[1:] > 0) != (slope[:-1] > 0)) + 1
        turns = turns[np.abs(sampled[turns]) > 1e-7 * np.max(np.abs(sampled))]  # the rest is rounding
        there = np.asarray(found.exists) & (np.abs(np.asarray(found.temperature)) > 1e-7 * np.max(np.abs(sampled)))
        assert np.sum(there) == turns.size
        assert_allclose(np.asarray(found.position)[there], side * r[turns], rtol=3e-3)  # the samples' distance
        values = np.asarray(getattr(sol, of)(found.position))[there]  # one program for any number
        assert_allclose(found.temperature[there], values, rtol=0, atol=1e-11 * np.max(np.abs(sampled)))
        dominant = getattr(jw.find_spots(sol, of=of), "left" if side < 0 else "right")
        assert bool(dominant.exists) == bool(turns.size)
        if turns.size:
            assert_allclose(abs(dominant.temperature), np.max(np.abs(values)), rtol=1e-9)
            assert float(dominant.kind) == np.sign(dominant.temperature)


def test_spots_of_the_phonons_temperature_are_farther_out_than_those_of_the_heat():
    # physics-collisions.md, section 7: 1.45 and 2.02 at alpha -> 0, Lambda 1, against 0.785 and 1.18.
    loss = float(jw.Wire().electron_phonon_conductance(0.7)) / 0.01
    wire = jw.Wire(phonons=jw.Phonons(loss, 1.0))
    sol = jw.solve(DOT, wire, temperature=0.7, voltage=0.1, error_estimate=False)
    for of, places in (("phonon_temperature", (-1.45, 2.02)), ("heating", (-0.783, 1.18))):
        found = jw.find_spots(sol, of=of)
        assert_allclose([found.left.position, found.right.position], places, atol=0.006)  # as printed
    assert "kB dT (mu0)" in str(jw.find_spots(sol, of="phonon_temperature"))


def test_a_temperature_that_a_wire_does_not_have_is_refused():
    with pytest.raises(ValueError, match="`wire` must have phonons with a temperature of their own"):
        jw.find_spots(solution("paper's"), of="phonon_temperature")


# Thermometers

POINTS, WEIGHTS = np.polynomial.legendre.leggauss(14)


def convolved(sol: jw.Solution, x: float, kernel, reach: float) -> float:
    """P_ph - P_ext, convolved with a kernel numerically; edges crowd where either has a kink or a logarithm."""
    crowd = np.geomspace(1e-10, reach, 60)
    edges = np.unique(np.concatenate([[0.0, x], crowd, -crowd, x + crowd, x - crowd]))
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    places, weights = (middle + half * POINTS[None, :]).ravel(), (half * WEIGHTS[None, :]).ravel()
    excess = np.asarray(sol.external_power * (sol.heating(places).total - 1))
    return float(np.sum(weights * kernel(x - places) * excess))


@pytest.mark.parametrize("voltage", [0.1, -0.4])
@pytest.mark.parametrize(
    ("healing", "path", "width"), [(0.0, 0.0, 0.0), (0.3, 0.0, 0.0), (0.4, 0.4, 0.0), (0.3, 0.0, 0.2)]
)
def test_a_thermometer_smooths_the_heat_of_electrons_that_collide(healing, path, width, voltage):
    sol = solution("colliding", voltage)
    found = np.asarray(jw.Thermometer(healing, path, width).signal(sol, X))
    scale = np.max(np.abs(sol.external_power * sol.heating(X).total))
    if width > 0:  # the average of what the same probe without a size reads
        points, weights = np.polynomial.hermite_e.hermegauss(20)
        far = np.abs(X) > 0.9  # kinks elsewhere: tested on today's wires
        places = X[far][:, None] + width * points[None, :]
        sharp = np.asarray(jw.Thermometer(healing, path).signal(sol, places))
        assert_allclose(found[far], sharp @ weights / np.sum(weights), rtol=0, atol=1e-7 * scale)  # the Hermite rule
        return
    if healing == 0:
        expected = np.asarray(sol.external_power * sol.heating(X).total)
    else:
        one = lambda y: np.exp(-np.abs(y) / healing) / (2 * healing)  # noqa: E731
        twice = lambda y: np.exp(-np.abs(y) / healing) * (1 + np.abs(y) / healing) / (4 * healing)  # noqa: E731
        kernel = one if path == 0 else twice
        expected = float(sol.external_power) + np.array([convolved(sol, x, kernel, 60.0) for x in X])
    assert_allclose(found, expected, rtol=0, atol=1e-10 * scale)  # the contour, 1e-12; the logarithm at 0


@pytest.mark.parametrize("name", ["phonons", "both"])
@pytest.mark.parametrize("voltage", [0.1, -0.4])
def test_a_thermometer_reads_the_phonons_of_the_wire(name, voltage):
    sol = solution(name, voltage)
    phonons = WIRES[name].phonons
    read = jw.Thermometer().signal(sol, X)
    total = phonons.loss * sol.phonon_temperature(X, total=True) / sol.temperature
    assert_allclose(read, total, rtol=0, atol=1e-12 * np.max(np.abs(total)))  # one sum in two orders
    # What P_ext and P_phi add obeys the heat equation without electrons.
    length, x = float(phonons.healing_length), X[np.abs(X) > 0.1]
    added = jax.jit(lambda x: sol.phonon_temperature(x, total=True) - sol.phonon_temperature(x))
    bent = jax.vmap(jax.grad(jax.grad(added)))(jnp.asarray(x))
    heat = sol.heating(x)
    source = sol.external_power * (heat.external + heat.buildup)
    left = phonons.loss * (added(x) - length**2 * bent) / sol.temperature
    assert_allclose(left, source, rtol=0, atol=1e-9 * np.max(np.abs(source)))  # rounding of second derivatives


def test_without_feedback_it_is_the_thermometer_of_the_paper_s_wire():
    plain, x = solution("paper's"), X
    expected = np.asarray(jw.Thermometer(0.5, 0.2, 0.1).signal(plain, x))
    errors = []
    for alpha in (1e-3, 5e-4):
        loss = float(jw.Wire().electron_phonon_conductance(0.7)) / alpha
        sol = jw.solve(DOT, jw.Wire(phonons=jw.Phonons(loss, 0.5)), temperature=0.7, voltage=0.1, error_estimate=False)
        errors.append(np.asarray(jw.Thermometer(None, 0.2, 0.1).signal(sol, x)) - expected)
    # Section 5: linear in alpha, 1e-3 at alpha = 1e-3; the extrapolation leaves alpha^2.
    assert np.max(np.abs(errors[0])) < 3e-3 * np.max(np.abs(expected))
    assert np.max(np.abs(2 * errors[1] - errors[0])) < 3e-6 * np.max(np.abs(expected))


@pytest.mark.parametrize(
    ("probe", "name", "complaint"),
    [
        (
            jw.Thermometer(0.5),
            "phonons",
            "`healing_length` must be left out where the wire has phonons of its own, got 0.5.",
        ),
        (
            jw.Thermometer(half_length=9.0),
            "both",
            "`half_length` must be left out where the wire has phonons of its own",
        ),
        (
            jw.Thermometer(),
            "colliding",
            "`healing_length` must be given unless the wire has phonons of its own, got none.",
        ),
    ],
    ids=["length", "ends", "none"],
)
def test_a_healing_length_is_given_once(probe, name, complaint):
    with pytest.raises(ValueError, match=complaint):
        probe.signal(solution(name), X)


def test_the_error_function_of_complex_numbers_is_that_of_scipy():
    rng = np.random.default_rng(0)
    z = 10 ** rng.uniform(-3, 3, 2000) * np.exp(1j * rng.uniform(-np.pi / 2, np.pi / 2, 2000))
    assert_allclose(complex_erfcx(jnp.asarray(z)), scipy.special.wofz(1j * z), rtol=3e-14)
