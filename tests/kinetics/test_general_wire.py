"""General wires: closed forms, sum rules and limits for any tau(eps), dispersion and screening."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.integrate
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics.energy_grid import energy_grid
from jaxwire.kinetics.half_wire import half_wire
from jaxwire.kinetics.matching import currents
from jaxwire.kinetics.resolvents.wavenumbers import Sampling
from jaxwire.kinetics.side import excite_side, smooth
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import no_scales

X = np.array([-3.0, -0.8, -0.05, 0.05, 0.8, 3.0])
WIRES = {
    "default": jw.Wire(),
    "power -0.9": jw.Wire(jw.PowerLaw(-0.9)),
    "power 1": jw.Wire(jw.PowerLaw(1.0)),
    "kane": jw.Wire(dispersion=jw.Kane(0.4)),
    "kane power, l not monotonic": jw.Wire(jw.PowerLaw(-0.5), jw.Kane(0.4)),
    "function": jw.Wire(jw.FunctionRelaxation(lambda eps: 1.0 / (1.0 + 0.3 * eps**2))),
    "matthiessen": jw.Wire(jw.Matthiessen([jw.PowerLaw(1.0), jw.PowerLaw(-1.0)], [0.3, 0.7])),
    "table": jw.Wire(jw.TabulatedRelaxation(np.linspace(0.0, 20.0, 12), 1.0 / (1.0 + 0.1 * np.linspace(0, 20.0, 12)))),
}


def test_every_relaxation_and_dispersion_is_in_the_list():
    classes = [getattr(jw, name) for name in jw.__all__ if not name.startswith("Abstract")]
    for part, base in (("relaxation", jw.AbstractRelaxation), ("dispersion", jw.AbstractDispersion)):
        known = {one for one in classes if isinstance(one, type) and issubclass(one, base)}
        assert {type(getattr(wire, part)) for wire in WIRES.values()} == known


@pytest.mark.parametrize("name", WIRES)
def test_a_wire_is_asked_as_users_do(name):
    """With arrays of JAX or NumPy, and with numbers; always the same answer, as a JAX array."""
    wire, energy = WIRES[name], np.linspace(0.02, 4.0, 9)
    for ask in (wire.velocity, wire.relaxation_time, wire.dispersion.velocity, wire.dispersion.momentum):
        expected = ask(jnp.asarray(energy))
        assert isinstance(ask(energy), jax.Array) and ask(energy).dtype == jnp.float64
        np.testing.assert_array_equal(ask(energy), expected)
        for number in (float(energy[3]), energy[3]):
            # one number is computed by other vector instructions than many
            assert ask(number).shape == ()
            assert_allclose(ask(number), expected[3], rtol=1e-14)
    momentum = wire.dispersion.momentum(energy)
    by_part = wire.relaxation.relaxation_time(energy, np.asarray(momentum))
    np.testing.assert_array_equal(by_part, wire.relaxation_time(energy))


def _half_wire(wire, temperature=0.4):
    grid = energy_grid(no_scales(), jnp.asarray(temperature), jnp.zeros(()), Resolution(64, 4))
    return half_wire(wire, grid.above, grid.above_weight, jnp.asarray(temperature))


@pytest.mark.slow
@pytest.mark.parametrize("name", WIRES)
def test_half_transmission_gives_the_sum_rule_for_every_wire(name):
    """At T = 1/2, zeta = eV_tot/2F = sum l - sum 1/kappa on every grid (physics.md 8c).

    For delta f/f0' obeys the half-space problem with weights w f0'/tau and mean free paths l, whatever the wire.
    """
    half = _half_wire(WIRES[name])
    modes = half.modes()
    current = currents(half, half, jnp.full(64, 0.5), half.thermal, Sampling(160)).spectral
    amplitude = modes.resolvent @ (half.into_wire() * current) / (modes.rate * modes.norm)
    drop = 1.0 + 2.0 * jnp.sum(
        amplitude * (modes.resolvent @ half.neutral_charge())
    )  # V + e phi(0+) - e phi(0-), V = 1
    force = jnp.sum(half.weight * current) / half.drude_conductivity
    expected = jnp.sum(half.mean_free_path) - jnp.sum(1.0 / modes.rate)
    # rounding of the difference of two sums whose terms reach the longest mean free path
    assert_allclose(drop / (2.0 * force), expected, rtol=0, atol=1e-12 * float(jnp.sum(half.mean_free_path)))


@functools.cache
def _constant_mean_free_path(center, width, temperature, voltage):
    """Exact current and potentials for tau = 1/v, l = 1 (App. D), with integrals by scipy.

    Every deviation decays as exp(-|x|), so that delta f^s = j - 2F f0' on the right and its negative on the left. Then
    j/T = f_L - f_R + F (f_L' + f_R') - phi_L f_L' + phi_R f_R' holds three unknown numbers.
    """

    def fermi(energy):
        return 1.0 / (np.exp((energy - 1.0) / temperature) + 1.0)

    def slope(energy):
        return fermi(energy) * (1.0 - fermi(energy)) / temperature

    def transmission(energy):
        return width**2 / ((energy - center) ** 2 + width**2)

    terms = [
        lambda e: fermi(e) - fermi(e + voltage),
        lambda e: slope(e) + slope(e + voltage),
        lambda e: -slope(e),
        lambda e: slope(e + voltage),
    ]

    def integral(function, low=0.0):
        breaks = [b for b in (center, center - width, center + width, 1.0, 1.0 - voltage, 3.0) if b > low]
        options = {"epsabs": 1e-14, "epsrel": 1e-12, "limit": 400}
        return scipy.integrate.quad(function, low, 1 + 36 * temperature, points=breaks, **options)[0]

    def density(function, shift):
        """Integral with weight 1/v, v = sqrt(e + shift); e = p^2 removes the singularity."""
        top = np.sqrt(1 + 36 * temperature)
        options = {"epsabs": 1e-14, "epsrel": 1e-12, "limit": 400, "points": [np.sqrt(center), 1.0]}
        return scipy.integrate.quad(lambda p: function(p * p) * 2 * p / np.sqrt(p * p + shift), 0, top, **options)[0]

    flux = integral(slope)
    charge = density(slope, 0.0)
    rows = []
    for term in terms:
        j = lambda e, term=term: transmission(e) * term(e)  # noqa: E731
        rows.append((integral(j), density(j, 0.0), density(j, voltage)))
    rows = np.array(rows).T  # (I, left density, right density) of each term of j
    # I = 2 F flux, phi_R = (n_R[j] - 2 F charge)/2 charge, phi_L = -(n_L[j] - 2 F charge)/2 charge
    matrix = rows[:, 1:] - np.array([[2 * flux, 0, 0], [2 * charge, -2 * charge, 0], [2 * charge, 0, 2 * charge]])
    force, left, right = np.linalg.solve(matrix, -rows[:, 0])
    return 2 * force * flux, left, right


def test_constant_mean_free_path_has_its_closed_form():
    wire = jw.Wire(jw.PowerLaw(-1.0))
    sol = jw.solve(jw.Lorentzian(1.2, 0.2), wire, temperature=0.4, voltage=0.3, error_estimate=False)
    current, left, right = _constant_mean_free_path(1.2, 0.2, 0.4, 0.3)
    assert_allclose([sol.current, sol.potential_left, sol.potential_right], [current, left, right], rtol=1e-8)
    decay = np.exp(-np.abs(X))
    assert_allclose(sol.potential(X), np.where(X > 0, right, left) * decay, rtol=1e-8)
    scatterer = sol.heating(X).scatterer
    assert_allclose(scatterer / decay, np.where(X > 0, scatterer[4] / decay[4], scatterer[1] / decay[1]), rtol=1e-8)


def test_constant_mean_free_path_is_reached_continuously():
    def observe(exponent):
        sol = jw.solve(
            jw.Lorentzian(1.2, 0.2), jw.Wire(jw.PowerLaw(exponent)), temperature=0.4, voltage=0.3, error_estimate=False
        )
        return np.concatenate([[sol.current, sol.potential_right], sol.heating(X).total])

    exact = observe(-1.0)
    for offset in (1e-4, 1e-8, 1e-12, -1e-12, -1e-8, -1e-4):
        assert_allclose(observe(-1.0 + offset), exact, rtol=max(20 * abs(offset), 1e-9))


# Central differences of eighth order, of the first and of the second derivative.
PLACES = np.arange(-4, 5)
FIRST = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280])
SECOND = np.array([-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560])


def differences(values, step):
    """First and second derivatives at every point, of values of shape (points, places, ...)."""
    return [np.einsum("p,epo->eo", weights, values) for weights in (FIRST / step, SECOND / step**2)]


NEAR = -1.0 + np.array([0.0, 1e-9, -1e-6, 1e-3])
"""Exponents at and near that at which all mean free paths, and with them poles and roots, coincide."""


def test_sums_over_modes_have_derivatives_where_modes_coincide():
    energy = jnp.linspace(0.1, 2.5, 12)
    weight, spectral_current, x, step = jnp.full(12, 0.2), jnp.exp(-10 * (energy - 1.0) ** 2), jnp.asarray(0.3), 0.02

    def observe(exponent):
        half = half_wire(jw.Wire(jw.PowerLaw(exponent)), energy, weight, jnp.asarray(0.4))
        side = excite_side(half, spectral_current, None, 1.0)

        def fields(side, x):
            shares = jnp.stack([side.neutral, side.chemical, side.heat, side.warmth])
            return (shares @ side.decay(x)).real

        return smooth(fields)(side, x)

    def over(function, exponents):
        return np.asarray(jax.jit(jax.vmap(function))(jnp.asarray(exponents)))

    values = over(observe, (NEAR[:, None] + step * PLACES).ravel()).reshape(len(NEAR), len(PLACES), -1)
    first, second = differences(values, step)
    # rounding of the values over the step, once and twice
    assert_allclose(over(jax.jacfwd(observe), NEAR), first, rtol=1e-11)
    assert_allclose(over(jax.jacrev(observe), NEAR), first, rtol=1e-11)
    assert_allclose(over(jax.jacfwd(jax.jacrev(observe)), NEAR), second, rtol=1e-7)


@pytest.mark.slow
def test_fields_have_derivatives_where_all_mean_free_paths_coincide_and_near_it():
    x, step = jnp.asarray(X), 0.01  # which errs by 1e-10, an 8th power: 2e-8 at 0.02

    def observe(exponent):
        wire = jw.Wire(jw.PowerLaw(exponent), screening=jw.LocalScreening(0.7))
        sol = jw.solve(jw.Lorentzian(1.2, 0.2), wire, temperature=0.4, voltage=0.3, error_estimate=False)
        reading = jw.Thermometer(0.5, probe_width=0.1).signal(sol, x)
        return jnp.concatenate([sol.current[None], sol.potential(x), sol.heating(x).total, reading])

    def over(function, exponents):
        return np.asarray(jax.jit(lambda given: jax.lax.map(function, given))(jnp.asarray(exponents)))

    values = over(observe, (NEAR[:, None] + step * PLACES).ravel()).reshape(len(NEAR), len(PLACES), -1)
    first, _ = differences(values, step)
    found = over(lambda s: jax.jvp(observe, (s,), (1.0,))[1], NEAR)
    assert_allclose(found, first, rtol=1e-8, atol=1e-10 * np.max(np.abs(first)))


@pytest.mark.slow
@pytest.mark.parametrize("name", WIRES)
def test_energy_balance_holds_for_every_wire(name):
    sol = jw.solve(jw.Lorentzian(1.2, 0.1), WIRES[name], temperature=0.4, voltage=0.3, error_estimate=False)
    powers = sol.powers
    power = float(sol.current * sol.voltage)
    assert_allclose(powers.left_scatterer + powers.right_scatterer, power, rtol=1e-10)  # Eq. 30
    assert_allclose(powers.left + powers.right, sol.current * sol.total_voltage, rtol=1e-10)  # Eq. 32
    assert sol.status.ok


def test_no_interaction_has_no_potential_and_full_strength_is_neutral():
    dot = jw.Lorentzian(1.2, 0.1)
    free, neutral, default = (
        jw.solve(dot, jw.Wire(screening=screening), temperature=0.4, voltage=0.3, error_estimate=False)
        for screening in (jw.LocalScreening(0.0), jw.LocalScreening(1.0), None)
    )
    assert_allclose(free.potential(X), 0.0, atol=0)
    assert_allclose(free.heating(X).buildup, 0.0, atol=0)
    assert_allclose(neutral.heating(X).total, default.heating(X).total, rtol=1e-13)
    # Without force on the electrons the density follows the chemical potential: delta mu = neutral potential (Eq. D3).
    assert_allclose(default.chemical_potential(X), default.potential(X), rtol=1e-11)


SMALL_VOLTAGE = 8e-6  # where the jump of phi and the voltage are interchangeable to second order in the current, 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("radius", [3e-3, 3e-4])
def test_strong_coupling_is_electroneutral(radius):
    """Away from x = 0 by more than the radius; the jump of the neutral potential becomes part of the voltage."""
    dot = jw.Lorentzian(1.44, 0.08)
    gated = jw.Wire(screening=jw.GatedCoulomb(1e6, radius, 0.5))
    neutral = jw.solve(dot, temperature=0.3, voltage=SMALL_VOLTAGE, error_estimate=False)
    sol = jw.solve(dot, gated, temperature=0.3, current=neutral.current, error_estimate=False)
    near = np.abs(X) < 1
    assert_allclose(sol.potential(X)[near], neutral.potential(X)[near], rtol=1e-4)
    assert_allclose(sol.heating(X).buildup[near], neutral.heating(X).buildup[near], rtol=1e-4)
    assert_allclose(sol.voltage, neutral.total_voltage, rtol=1e-5)
    assert_allclose(sol.potential_left, sol.potential_right, rtol=1e-12)  # continuous


@pytest.mark.slow
def test_a_close_gate_screens_locally():
    dot = jw.Lorentzian(1.44, 0.08)
    local = jw.solve(
        dot, jw.Wire(screening=jw.LocalScreening(0.8)), temperature=0.3, voltage=SMALL_VOLTAGE, error_estimate=False
    )
    dn = float(local.flow.upper.half.compressibility)
    deviations = []
    for radius in (4e-3, 4e-4):
        coupling = 4.0 / (dn * 2 * np.log(4.0))  # c U(q = 0) = 4 = 0.8/(1 - 0.8), 2 d/a = 4
        wire = jw.Wire(screening=jw.GatedCoulomb(coupling, radius, 2 * radius))
        sol = jw.solve(dot, wire, temperature=0.3, current=local.current, error_estimate=False)
        deviations.append(np.max(np.abs(sol.potential(X) / local.potential(X) - 1)[np.abs(X) > 0.1]))
        assert_allclose(sol.voltage, local.total_voltage, rtol=1e-5)
    assert deviations[0] < 2e-3 and deviations[1] < 0.05 * deviations[0]  # second order in the gate distance


@pytest.mark.slow
def test_gated_potential_solves_its_integral_equation():
    """The equation phi = c int U(x - x') [phi_neutral - phi] dx', by quadrature in real space, not Fourier space."""
    screening = jw.GatedCoulomb(2.0, 0.2, 0.6)
    sol = jw.solve(
        jw.Lorentzian(1.2, 0.1), jw.Wire(screening=screening), temperature=0.4, voltage=0.3, error_estimate=False
    )
    upper, lower = sol.flow.upper, sol.flow.lower
    strength = 2.0 * float(upper.half.compressibility)

    def neutral(x):
        side = upper if x < 0 else lower
        return float(np.sum(np.asarray(side.neutral) * np.exp(-np.asarray(side.modes.rate) * abs(x))))

    points, weights = np.polynomial.legendre.leggauss(8)  # the integral to 3e-7, by 640 positions
    edges = np.concatenate([[0], np.geomspace(1e-4, 40.0, 40)])
    half = ((edges[1:] + edges[:-1])[:, None] + np.diff(edges)[:, None] * points) / 2
    grid = np.concatenate([-half.ravel(), half.ravel()])
    weight = np.tile((np.diff(edges)[:, None] / 2 * weights).ravel(), 2)
    missing = np.array([neutral(x) for x in grid]) - np.asarray(sol.potential(grid))
    for x in (-1.5, -0.1, 0.02, 0.7):
        kernel = 1 / np.hypot(x - grid, 0.2) - 1 / np.hypot(x - grid, 1.2)
        integral = strength * np.sum(weight * kernel * missing)
        # kernel and panels are smooth on 0.2; the cut at 40 leaves 1e-6 of the algebraic tail
        assert_allclose(sol.potential(x), integral, rtol=2e-5)
