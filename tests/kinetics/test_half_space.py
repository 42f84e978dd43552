"""Rung c: half-space problems of kinetic theory, whose slip lengths are known to many digits.

Two identical wires with the same T at every energy, in linear response, are the half-space problem of a gas in front of
a Maxwell wall with accommodation coefficient 2T, and zeta = eV_tot/(2F) is its slip (extrapolation) length.
"""

import functools
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad

from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.matching import currents
from jaxwire.kinetics.resolvents.wavenumbers import Sampling

N_NODES = 64
ELECTRONEUTRAL, UNSCREENED = 1.0, 0.0
EXACT = Sampling(128)  # wavenumbers enough for rounding over the eleven decades of Milne's mean free paths


class Slip(NamedTuple):
    """What a half-space problem gives: slip length eV_tot/(2F), e phi(0+)/(2F), and the decay rates."""

    length: float
    potential: float
    rate: np.ndarray


@jax.jit
def _slip(mean_free_path, weight, thermal, transmission, screening) -> Slip:
    """Linear response to eV = 1 of two half-wires with tau = 1, v = l, r ~ weight * thermal."""
    tau = jnp.ones_like(mean_free_path)
    # Energies are not looked at: only a heat current would depend on them.
    parts = (mean_free_path**2, weight * mean_free_path, mean_free_path, tau, thermal)
    half, unscreened = HalfWire(*parts, screening), HalfWire(*parts, jnp.zeros(()))
    current = currents(half, half, transmission * tau, thermal, EXACT).spectral
    twice_force = 2.0 * jnp.sum(half.weight * current) / half.drude_conductivity
    # What enters the right wire makes the density sum w delta f^s there; the potential takes it away, Eq. 16, and is
    # the opposite at the other face.
    entering = unscreened.response(EXACT).symmetric_part(current)
    potential = screening * jnp.sum(half.momentum_weight * entering) / half.compressibility
    return Slip((1.0 + 2.0 * potential) / twice_force, potential / twice_force, half.modes().rate)


def slip(mean_free_path, weight, thermal, transmission, screening=ELECTRONEUTRAL) -> Slip:
    return Slip(*map(np.asarray, _slip(*map(jnp.asarray, (mean_free_path, weight, thermal, transmission, screening)))))


def milne() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Radiative transfer: l uniform on (0, 1); nodes crowd at l = 0, where distributions behave as l ln l."""
    points, weights = np.polynomial.legendre.leggauss(N_NODES)
    s = (points + 1) / 2
    return s**3, 1.5 * s**2 * weights, np.ones(N_NODES)


def kramers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gas of the BGK model: r ~ exp(-l^2); cut off at 6.3, where that is 1e-17."""
    mean_free_path, weight, _ = milne()
    return 6.3 * mean_free_path, 6.3 * weight, np.exp(-((6.3 * mean_free_path) ** 2))


def any_rule() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """No quadrature of anything: mean free paths and weights drawn at random, in no order."""
    rng = np.random.default_rng(1982)
    return rng.uniform(0.01, 3.0, N_NODES), rng.uniform(0.1, 1.0, N_NODES), 10 ** rng.uniform(-12, 0, N_NODES)


RULES = {"milne": milne(), "kramers": kramers(), "any": any_rule()}

# Literature values, to the digits that physics.md states in section 8c, by T (half the accommodation coefficient).
# T = 1/2 is the absorbing or diffusely reflecting wall: Hopf's constant q(inf), the viscous slip coefficient of BGK.
SLIP_LENGTHS = {
    ("milne", 0.05): 12.753873328276,
    ("milne", 0.1): 6.082172767215,
    ("milne", 0.2): 2.738933694081,
    ("milne", 0.3): 1.618126578510,
    ("milne", 0.4): 1.053077470032,
    ("milne", 0.5): 0.7104460895987631,
    ("kramers", 0.05): 17.10313126924,
    ("kramers", 0.1): 8.22490185907,
    ("kramers", 0.2): 3.76261913894,
    ("kramers", 0.3): 2.25540968907,
    ("kramers", 0.4): 1.48765433870,
    ("kramers", 0.5): 1.01619141832,
}
HALF_A_DIGIT = {"milne": 5.1e-13, "kramers": 5.1e-12}
"""Rounding of the stated digits; 64 nodes err by 1e-14, and the arithmetic by a few 1e-14 times the value."""


@pytest.mark.parametrize(("problem", "transmission"), SLIP_LENGTHS)
def test_slip_lengths_are_those_of_the_literature(problem, transmission):
    found = slip(*RULES[problem], transmission)
    expected = SLIP_LENGTHS[problem, transmission]
    assert_allclose(found.length, expected, rtol=1e-13, atol=HALF_A_DIGIT[problem])


def test_hopf_constant_has_all_digits():
    assert_allclose(slip(*RULES["milne"], 0.5).length, 0.7104460895987631, rtol=1e-13)  # 64 nodes: rounding only


def test_slip_length_sees_a_wrong_collision_weight():
    mean_free_path, weight, thermal = RULES["milne"]
    changed = slip(mean_free_path, weight * (1 + 1e-6 * mean_free_path), thermal, 0.5)
    assert abs(changed.length / SLIP_LENGTHS["milne", 0.5] - 1) > 1e-8  # 1e5 times the tolerance above


@pytest.mark.parametrize("problem", RULES)
def test_half_open_wall_obeys_the_sum_rule_on_any_nodes(problem):
    mean_free_path, weight, thermal = RULES[problem]
    found = slip(mean_free_path, weight, thermal, 0.5)
    # Two sums of about 100 cancel to about 1: rounding of their terms, 1e-14 each at most.
    expected = math.fsum(mean_free_path) - math.fsum(1 / found.rate)
    assert_allclose(found.length, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("problem", RULES)
def test_half_open_wall_obeys_the_integral_formula_on_any_nodes(problem):
    mean_free_path, weight, thermal = RULES[problem]
    share = weight * thermal / np.sum(weight * thermal)
    square = np.sum(share * mean_free_path**2)

    def integrand(q):
        # ln[L (1 + m2 q^2)/(m2 q^2)]/q^2 with L(q) = <q^2 l^2/(1 + q^2 l^2)>, without its cancellation at small q.
        squares = mean_free_path**2
        excess = np.sum(share * squares * (square - squares) / (1 + q * q * squares)) / square
        return np.log1p(q * q * excess) / (q * q)

    precisely = {"epsabs": 1e-13, "epsrel": 1e-12, "limit": 200}
    integral = quad(integrand, 0, 1, **precisely)[0] + quad(lambda u: integrand(1 / u) / u**2, 0, 1, **precisely)[0]
    expected = np.sqrt(square) - integral / np.pi
    assert_allclose(slip(mean_free_path, weight, thermal, 0.5).length, expected, rtol=1e-11)  # the quadrature's error


@pytest.mark.parametrize("problem", RULES)
def test_nearly_open_wall_slips_by_the_mean_free_path_of_the_current(problem):
    mean_free_path, weight, thermal = RULES[problem]
    closed = 1e-6
    found = slip(mean_free_path, weight, thermal, 1 - closed)
    share = weight * thermal
    # To first order in 1 - T the current is Drude's, and the projection on it gives zeta = (1 - T) <l^3>/<l^2>; the
    # neutrality potential is what that differs by from the balance of the densities, (1 - T) <l>. Exactly open: 0 = 0.
    slip_length = np.sum(share * mean_free_path**3) / np.sum(share * mean_free_path**2)
    mismatch = np.sum(share * mean_free_path) / np.sum(share)
    # Second order in 1 - T, and rounding divided by the smallest eigenvalue 1 - T.
    assert_allclose(found.length / closed, slip_length, rtol=1e-5)
    assert_allclose(found.potential / closed, (slip_length - mismatch) / 2, rtol=1e-5)


def test_nearly_closed_wall_slips_by_its_resistance():
    mean_free_path, weight, thermal = RULES["milne"]
    transmission = 1e-6
    found = slip(mean_free_path, weight, thermal, transmission)
    share = weight * thermal / np.sum(weight * thermal)
    # To lowest order in T, j = T f0' eV: zeta = <l^2>/(T <l>).
    expected = np.sum(share * mean_free_path**2) / np.sum(share * mean_free_path) / transmission
    assert_allclose(found.length, expected, rtol=1e-5)  # next order in T


@pytest.mark.parametrize("transmission", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("problem", RULES)
def test_slip_length_does_not_depend_on_screening(problem, transmission):
    neutral = slip(*RULES[problem], transmission, ELECTRONEUTRAL)
    unscreened = slip(*RULES[problem], transmission, UNSCREENED)
    assert unscreened.potential == 0 and abs(neutral.potential) > 1e-3
    # The potential shifts both wires' distributions rigidly; only the sum of voltage and potential is felt.
    assert_allclose(neutral.length, unscreened.length, rtol=1e-12)  # rounding, divided by 1 - T


@functools.cache
def chandrasekhar(cosine: float) -> float:
    """Chandrasekhar's H-function of isotropic scattering without absorption, from roots and nodes."""
    mean_free_path = np.sort(RULES["milne"][0])
    rate = slip(*RULES["milne"], 0.5).rate[::-1]
    # Root and node of one interval together, so that the product neither over- nor underflows.
    pairs = (1 + cosine / mean_free_path[:-1]) / (1 + cosine * rate)
    return float(np.prod(pairs) * (1 + cosine / mean_free_path[-1]))


def test_h_function_is_that_of_chandrasekhar():
    assert_allclose(chandrasekhar(1.0), 2.90781053, rtol=0, atol=5.1e-9)  # Chandrasekhar's digits: half of the last


@pytest.mark.parametrize("cosine", [0.1, 0.5, 1.0])
def test_h_function_solves_its_integral_equation(cosine):
    cosines, weights, _ = RULES["milne"]
    # 1/H(m) = integral_0^1 m' H(m') / (2 (m + m')) dm', conservative isotropic scattering.
    integral = sum(w * c * chandrasekhar(c) / (2 * (cosine + c)) for c, w in zip(cosines, weights, strict=True))
    assert_allclose(1 / chandrasekhar(cosine), integral, rtol=1e-12)  # 64 nodes: rounding
