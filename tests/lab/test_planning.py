"""Which bias determines a parameter, and how long it takes, against readings in kelvin and their differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, h

import jaxwire as jw
from jaxwire.lab import planning

LAB = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps", temperature="30 K")
DOT = LAB.build(jw.Lorentzian, center="13.8 meV", width="0.95 meV")
PROBE = LAB.thermometer(conductance="0.42 W/(m K)", healing_length="210 nm")
X = np.linspace(-1.2e-6, 1.2e-6, 24)
NOISE = 3e-6
TRUTH = np.array([13.8e-3, 0.95e-3, 0.42, 0.0])
"""Center and width in eV, conductance in W/(m K), offset in K."""

LENGTH = LAB.known()["mean_free_path"].value
POINT = LAB.at()
HEATING = 2 * (10e-3 * e) ** 2 / (h * LENGTH)
"""Of both spins, in W/m."""


@jax.jit
def _heating(center, width, point):
    sol = jw.solve(jw.Lorentzian(center, width), LAB.wire, **POINT, **point, error_estimate=False)
    return jw.Thermometer(210e-9 / LENGTH).signal(sol, jnp.asarray(X / LENGTH))


def readings(numbers, point):
    """In kelvin, from center and width in eV, conductance and offset."""
    center, width, conductance, offset = numbers
    return HEATING * np.asarray(_heating(center / 10e-3, width / 10e-3, point)) / conductance + offset


def smallest_errors(point):
    """Of all four, from fourth-order differences of the readings."""
    columns = []
    for step in np.diag([1e-6, 1e-6, 1e-4, 1e-6]):
        values = [readings(TRUTH + n * step, point) for n in (-2, -1, 1, 2)]
        weights = [1 / 12, -2 / 3, 2 / 3, -1 / 12]
        columns.append(sum(w * value for w, value in zip(weights, values, strict=True)) / step.sum())
    columns = np.stack(columns, axis=1) / NOISE
    return np.sqrt(np.diag(np.linalg.inv(columns.T @ columns)))


def plan(wanted="width", probe=PROBE, **arguments):
    chosen = {"x": ("-1.2 um", "1.2 um", X.size), "noise": "3 uK", "voltage": ("1 mV", "8 mV", 3)} | arguments
    return LAB.plan(wanted, DOT, probe, **chosen)


def test_errors_are_those_of_readings_in_kelvin_at_biases_in_volts():
    found = plan()
    assert_allclose(found.bias, [1e-3, 4.5e-3, 8e-3], rtol=1e-12)
    by_hand = [smallest_errors({"voltage": bias / 10e-3})[1] for bias in found.bias]
    assert_allclose(found.error, by_hand, rtol=1e-4)  # of differences
    assert found.best == np.argmin(by_hand)
    assert_allclose(found.wanted.value, 0.05 * 0.95e-3, rtol=1e-12)
    assert_allclose(found.seconds, 24 * (np.array(by_hand) / (0.05 * 0.95e-3)) ** 2, rtol=2e-4)


def test_biases_of_a_current_are_amperes(monkeypatch):
    monkeypatch.setattr(planning, "errors_by_bias", lambda lab, profile, drive, bias, free: np.ones((2, 4)))
    found = plan(voltage=None, current=("10 nA", "30 nA", 2))
    assert_allclose(found.bias, [10e-9, 30e-9], rtol=1e-12)
    assert found.bias_unit == "A"


def test_half_the_error_takes_four_times_as_long():
    coarse, fine = plan(to="0.1 meV"), plan(to="0.05 meV")
    assert_allclose(fine.seconds, 4 * coarse.seconds, rtol=1e-12)
    assert_allclose(coarse.seconds, 24 * (coarse.error / 0.1e-3) ** 2, rtol=1e-12)


def test_it_prints_the_best_bias_with_units():
    found = plan()
    assert str(found).startswith("width = 950 µeV to 47.5 µeV (5 %): at 8 mV, ")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"wanted": "height"}, "`wanted` must be one of the free parameters, got 'height'"),
        ({"to": "-5 %"}, "`to` must be positive, got"),
        ({"to": "1 mV"}, "`to`"),
        ({"voltage": ("1 mV", "8 mV")}, "`voltage` must be a first and a last bias and how many"),
        ({"noise": "3 nm"}, "`noise`"),
    ],
    ids=str,
)
def test_wrong_wishes_are_refused_in_one_line(given, complaint):
    with pytest.raises(ValueError) as raised:
        plan(**given)
    assert str(raised.value).startswith(complaint) and "\n" not in str(raised.value)
