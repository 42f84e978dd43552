"""Wires whose phonons warm up, as users meet them: arguments, limits, derivatives, scans."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.integrate
import scipy.interpolate
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.model.description import describe

DOT = jw.Lorentzian(1.44, 0.08)
X = np.array([-3.0, -0.3, -0.01, 0.01, 0.3, 3.0])
POINT = {"temperature": 0.7, "voltage": 0.1, "error_estimate": False}
EXCHANGE = float(jw.Wire().electron_phonon_conductance(0.7))
"""G at kT = 0.7."""


def wire(alpha: float, length: float, resistance: float = 0.0, rate: float | None = None) -> jw.Wire:
    """A wire by alpha = G/g at kT = 0.7."""
    collisions = None if rate is None else jw.ElectronElectron(rate=rate)
    return jw.Wire(electron_electron=collisions, phonons=jw.Phonons(EXCHANGE / alpha, length, resistance))


# Arguments


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ((0.0, 1.0), "`loss` must be positive, got 0."),
        ((1.0, -1.0), "`healing_length` must be zero or positive, got -1."),
        ((1.0, np.inf), "`healing_length` must be a finite number, got inf."),
        ((1.0, 1.0, -0.5), "`contact_resistance` must be zero or positive, got -0.5."),
    ],
    ids=str,
)
def test_wrong_phonons_are_refused_in_one_line(given, complaint):
    with pytest.raises(ValueError) as raised:
        jw.Phonons(*given)
    assert str(raised.value) == complaint


def test_a_gate_at_a_distance_is_refused():
    with pytest.raises(ValueError, match="`phonons` must be None unless the screening is local, got it with GatedCoul"):
        jw.Wire(phonons=jw.Phonons(1.0, 1.0), screening=jw.GatedCoulomb(5.0, 0.05, 0.5))


@pytest.mark.parametrize("name", ["phonon_temperature", "substrate_power", "phonon_heat_current"])
def test_a_wire_without_phonons_of_its_own_has_no_such_field(name):
    sol = jw.solve(DOT, **POINT)
    with pytest.raises(ValueError, match="`wire` must have phonons with a temperature of their own, such as Wire"):
        getattr(sol, name)(1.0)


def test_a_traced_loss_outside_its_domain_gives_a_status():
    solve = jax.jit(lambda loss: jw.solve(DOT, jw.Wire(phonons=jw.Phonons(loss, 1.0)), temperature=0.3, voltage=0.1))
    assert "outside its domain" in solve(-1.0).status.message and np.isnan(solve(-1.0).current)


def test_its_description_has_every_number():
    described = json.loads(json.dumps(describe(wire(2.0, 0.5, 0.25, 1.0))))
    assert described["phonons"] | {"model": None} == {
        "model": None,
        "loss": EXCHANGE / 2,
        "healing_length": 0.5,
        "contact_resistance": 0.25,
    }


def test_loss_comes_from_watts_per_metre_and_kelvin():
    scale = jw.Scale(0.010, jw.InAs.effective_mass, 1e-12)
    per_kelvin = 0.7 * scale.from_si("substrate_conductance", 0.5)
    # physics-collisions.md, section 7: G/T = 1.8e-4 W/(m K) at kB T = 0.7.
    assert_allclose(EXCHANGE / per_kelvin * 0.5, 1.8e-4, rtol=0, atol=1e-5)  # with another velocity


def test_validity_knows_that_phonons_are_hot_as_well():
    sol = jw.solve(DOT, wire(2.0, 1.0), **POINT)
    assert_allclose(sol.validity.self_heating, 3 * sol.external_power / EXCHANGE, rtol=1e-6)  # two quadrature rules


# Accuracy


@pytest.mark.parametrize(("alpha", "length", "rate"), [(10.0, 0.1, None), (10.0, 10.0, 1.0), (0.01, 1.0, 30.0)])
@pytest.mark.parametrize("temperature", [0.05, 0.3])
def test_default_resolution_is_good_to_a_millionth_and_the_estimate_says_so(alpha, length, rate, temperature):
    loss = float(jw.Wire().electron_phonon_conductance(temperature)) / alpha
    collisions = None if rate is None else jw.ElectronElectron(rate=rate)
    heated = jw.Wire(electron_electron=collisions, phonons=jw.Phonons(loss, length))
    point = {"temperature": temperature, "voltage": 0.4}
    sol = jw.solve(DOT, heated, **point)
    fine = jw.solve(DOT, heated, **point, resolution=jw.Resolution(140, 60), error_estimate=False)
    errors = [abs(float(sol.current / fine.current - 1))]
    for found, exact in (
        (sol.heating(X).total, fine.heating(X).total),
        (sol.phonon_temperature(X), fine.phonon_temperature(X)),
    ):
        errors.append(float(np.max(np.abs(found - exact)) / np.max(np.abs(exact))))
    assert np.max(errors) < 1e-6
    assert np.max(errors) < float(sol.error_estimate)


@pytest.mark.parametrize("resistance", [0.0, 3.0, 1e3])
@pytest.mark.parametrize("voltage", [0.4, -0.4])
def test_work_of_the_force_and_the_potential_spreads_as_the_heat_equation_says(voltage, resistance):
    """What they add to theta_ph: theta' = -J/k, (J + I e phi)' = P_ext - g theta, by scipy on both half-wires."""
    sol = jw.solve(DOT, wire(2.0, 0.8, resistance), temperature=0.3, voltage=voltage, error_estimate=False)
    phonons, end, current, external = sol.wire.phonons, 20.0, float(sol.current), float(sol.external_power)
    places = np.concatenate([[1e-9], np.geomspace(1e-6, end, 1000)])
    potential = {side: scipy.interpolate.CubicSpline(places, sol.potential(side * places)) for side in (-1, 1)}

    def slope(x, y):  # of theta and J + I e phi on the right, then on the left, by the distance x
        rows = []
        for side, (theta, whole) in zip((1, -1), (y[:2], y[2:]), strict=True):
            heat = whole - current * potential[side](x)
            rows += [-side * heat / phonons.conduction(), side * (external - phonons.loss * theta)]
        return np.stack(rows)

    def ends(near, away):
        heat = [near[1] - current * potential[1](1e-9), near[3] - current * potential[-1](1e-9)]
        jump = near[2] - near[0] - phonons.contact_resistance * heat[0]
        return np.array([heat[0] - heat[1], jump, away[0] - external / phonons.loss, away[2] - external / phonons.loss])

    start = np.zeros((4, places.size))
    found = scipy.integrate.solve_bvp(slope, ends, places, start, tol=1e-8, max_nodes=20000)
    assert found.success
    x = np.array([1e-3, 0.1, 0.5, 1.0, 3.0])
    for side, row in ((1, 0), (-1, 2)):
        added = (sol.phonon_temperature(side * x, total=True) - sol.phonon_temperature(side * x)) / sol.temperature
        assert_allclose(added, found.sol(x)[row], rtol=0, atol=1e-6 * np.max(np.abs(found.sol(x))))  # of solve_bvp


# Limits


def fields(sol: jw.Solution) -> np.ndarray:
    heat = sol.heating(X).scatterer * sol.external_power
    return np.concatenate([[sol.current], heat / np.max(np.abs(heat)), sol.electron_temperature(X)])


def test_cold_phonons_are_the_wire_of_the_paper_and_corrections_are_linear_in_alpha():
    plain = fields(jw.solve(DOT, **POINT))
    small, smaller = (fields(jw.solve(DOT, wire(alpha, 1.0), **POINT)) - plain for alpha in (2e-4, 1e-4))
    assert np.max(np.abs(small)) < 1e-3
    assert_allclose(small, 2 * smaller, rtol=0, atol=1e-3 * np.max(np.abs(small)))  # alpha^2


def test_phonons_that_carry_heat_off_are_cold():
    plain = fields(jw.solve(DOT, **POINT))
    differences = [
        np.max(np.abs(fields(jw.solve(DOT, wire(1.0, length), **POINT)) - plain)) for length in (30.0, 300.0)
    ]
    assert_allclose(differences[0] / differences[1], 100, rtol=0.2)  # Lambda^-2, and logarithms
    assert differences[1] < 1e-4


def test_phonons_that_do_not_conduct_act_as_collisions_between_electrons():
    # physics-collisions.md, section 5: gamma' = gamma/(1 + alpha), eta' = gamma alpha/(1 + alpha), with momentum lost.
    alpha = 1.0
    like = jw.Wire(electron_electron=jw.ElectronElectron(rate=alpha, conserves="energy"))  # in units of tau' = 2 tau
    # Lengths in v tau' = (1 + alpha) v tau: positions are halved.
    other = jw.solve(DOT, like, **POINT)
    x = np.array([-1.0, -0.3, 0.3, 1.0])
    errors = []
    for length in (0.02, 0.01, 0.0):
        sol = jw.solve(DOT, wire(alpha, length), **POINT)
        share = alpha / (1 + alpha)
        found = [sol.electron_temperature(x), sol.phonon_temperature(x) / share]
        errors.append(np.max(np.abs(np.array(found) - np.asarray(other.electron_temperature(x / (1 + alpha))))))
        assert_allclose(sol.current, other.current, rtol=0.3 * length + 1e-9)
    scale = np.max(np.abs(other.electron_temperature(x / (1 + alpha))))
    assert errors[0] < 0.3 * 0.02 * scale and 0.4 < errors[1] / errors[0] < 0.6  # linear in Lambda
    assert errors[2] < 1e-8 * scale  # two rules of wavenumbers


def test_hot_electrons_and_phonons_decay_as_two_temperatures():
    # Section 5: the rates^2 are the roots of K k z^2 - z [K (G + g) + k G] + G g = 0, to first order in the time.
    errors = []
    for rate in (1e2, 1e3):
        heated = wire(1.0, 0.1, rate=rate)
        conduction, g = float(heated.electron_heat_conductance(0.7)), EXCHANGE
        k = g * 0.1**2
        slow = np.sqrt(np.min(np.roots([conduction * k, -(conduction * 2 * g + k * g), g * g])))
        sol = jw.solve(DOT, heated, **POINT)
        near, far = np.asarray(sol.phonon_temperature(np.array([8.0, 10.0]) / slow))
        errors.append(np.log(near / far) / 2 - 1)
    assert abs(errors[0]) < 0.03 and abs(errors[1]) < abs(errors[0]) / 9


# Given current, derivatives, scans


def test_a_given_current_or_force_is_met():
    heated = wire(1.0, 0.5, 0.5)
    sol = jw.solve(DOT, heated, **(POINT | {"temperature": 0.3, "voltage": -0.4}))
    for name in ("current", "force"):
        found = jw.solve(DOT, heated, temperature=0.3, **{name: getattr(sol, name)}, error_estimate=False)
        assert_allclose(found.voltage, -0.4, rtol=1e-9)  # the search's own tolerance


def test_left_and_right_change_places_with_the_sign_of_the_voltage():
    # Seen in a mirror, with the scatterer's transmission at the same energies of the wire whose band is higher.
    forward = jw.solve(jw.Constant(0.3), wire(1.0, 0.5, 0.5), **POINT)
    backward = jw.solve(jw.Constant(0.3), wire(1.0, 0.5, 0.5), **(POINT | {"voltage": -0.1}))
    assert_allclose(backward.phonon_temperature(-X), forward.phonon_temperature(X), rtol=1e-12)
    assert_allclose(backward.phonon_heat_current(-X), -forward.phonon_heat_current(X), rtol=1e-12)


def observed(numbers):
    alpha, length, resistance, rate = numbers
    sol = jw.solve(DOT, wire(alpha, length, resistance, rate), **POINT)
    spots, warm = jw.find_spots(sol), jw.find_spots(sol, of="phonon_temperature")
    values = [
        sol.current,
        sol.heating(-1.0).total,
        sol.phonon_temperature(0.5),
        sol.phonon_temperature(0.5, total=True),
    ]
    values += [spots.left.position, warm.right.position, jw.Thermometer(probe_width=0.1).signal(sol, 0.3)]
    return jnp.stack(values)


@pytest.mark.slow
def test_derivatives_by_all_numbers_of_the_phonons_are_those_of_differences_in_both_modes():
    at = jnp.array([0.5, 0.7, 0.4, 0.5])
    function = jax.jit(observed)
    forward, reverse = jax.jit(jax.jacfwd(observed))(at), jax.jit(jax.jacrev(observed))(at)
    step, differences = 1e-4, []
    for direction in np.eye(4):
        values = [function(at + n * step * direction) for n in (-2, -1, 1, 2)]
        weights = [1 / 12, -2 / 3, 2 / 3, -1 / 12]
        differences.append(sum(w * value for w, value in zip(weights, values, strict=True)) / step)
    scale = np.max(np.abs(forward), axis=1, keepdims=True)
    assert np.max(np.abs(forward - reverse) / scale) < 1e-9  # the linear solves leave 1e-13 of what is larger
    # Fourth order in the step; rounding of the values, 1e-12, over the step.
    assert np.max(np.abs(forward - np.stack(differences, axis=1)) / scale) < 1e-6


# physics-collisions.md, section 7: (alpha, Lambda) and the dominant extremum on either side at kT 0.7, eV 0.1.
TABLE = {
    (0.01, 1.0): ((-0.783, 25.8), (1.18, -15.5)),
    (1.0, 1.0): ((-0.611, 24.9), None),
    (10.0, 10.0): ((None, 26.3), (None, -16.0)),
}


def test_spots_survive_phonons_as_the_table_says_in_a_scan():
    axes = {"phonons.loss": EXCHANGE / np.array([0.01, 1.0, 10.0]), "phonons.healing_length": [1.0, 10.0]}
    given = {"temperature": 0.7, "voltage": 0.1}
    kept = ["current", "spots", "phonon_temperature", "substrate_power", "phonon_heat_current"]
    ds = jw.scan(DOT, wire(1.0, 1.0), axes=axes, x=[-0.5, 0.5], observables=kept, **given)
    assert_array_equal(ds.status, 0)
    for (alpha, length), sides in TABLE.items():
        at = {"phonons.loss": [0.01, 1.0, 10.0].index(alpha), "phonons.healing_length": [1.0, 10.0].index(length)}
        for name, expected in zip(("left", "right"), sides, strict=True):
            found = ds.isel(at).sel(side=name)
            if expected is not None:
                for value, printed in zip((found.spot_position, found.spot_heating), expected, strict=True):
                    if printed is not None:  # half of the last printed digit
                        assert_allclose(float(value), printed, rtol=0, atol=0.0006 if abs(printed) < 1 else 0.06)
    assert not np.any(ds.spot_exists.isel({"phonons.loss": 2, "phonons.healing_length": 0}))  # both gone
    single = jw.solve(DOT, wire(1.0, 1.0), **given)
    scanned = ds.isel({"phonons.loss": 1, "phonons.healing_length": 0})
    assert_allclose(scanned.current, single.current, rtol=1e-13)
    assert_allclose(scanned.phonon_temperature, single.phonon_temperature([-0.5, 0.5]), rtol=1e-11)
