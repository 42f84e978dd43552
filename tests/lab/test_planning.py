"""Which bias determines a parameter, and how long it takes, against readings in kelvin and their differences."""

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


def _heating(center, width, point):
    sol = jw.solve(jw.Lorentzian(center, width), LAB.wire, **POINT, **point, error_estimate=False)
    return jw.Thermometer(210e-9 / LENGTH).signal(sol, X / LENGTH)


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


@pytest.fixture(scope="module")
def planned():
    return plan()


def plan(wanted="width", probe=PROBE, **arguments):
    chosen = {"x": ("-1.2 um", "1.2 um", X.size), "noise": "3 uK", "voltage": ("1 mV", "8 mV", 3)} | arguments
    return LAB.plan(wanted, DOT, probe, **chosen)


def test_errors_are_those_of_readings_in_kelvin_at_biases_in_volts(planned):
    found = planned
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


def test_half_the_error_takes_four_times_as_long(monkeypatch):
    errors = np.array([[2e-3, 1e-2, 3e-2, 4e-2], [1e-3, 3e-2, 2e-2, 1e-2], [5e-3, 2e-2, 1e-2, 3e-2]])
    monkeypatch.setattr(planning, "errors_by_bias", lambda lab, profile, drive, bias, free: errors)
    coarse, fine = plan(to="0.1 meV"), plan(to="0.05 meV")
    assert_allclose(fine.seconds, 4 * coarse.seconds, rtol=1e-12)
    assert_allclose(coarse.seconds, 24 * (coarse.error / 0.1e-3) ** 2, rtol=1e-12)


def test_it_prints_the_best_bias_with_units(planned):
    assert str(planned).startswith("width = 950 µeV to 47.5 µeV (5 %): at 8 mV, ")


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


@pytest.mark.slow
@pytest.mark.parametrize("path", ["relaxation_time", "mean_free_path", "mobility"])
def test_a_plan_knows_what_a_free_mean_free_path_costs(path):
    """Against differences of readings of laboratories that differ by a thousandth, all in SI."""
    x, dot = ("-400 nm", "400 nm", 8), jw.Lorentzian(1.44, 0.08)
    probe = {"healing_length": "200 nm", "conductance": "0.5 W/(m K)", "probe_fwhm": "50 nm"}

    def reading(time=1.0, center=14.4, conductance=0.5):
        lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time=f"{time!r} ps", temperature="30 K")
        own = lab.thermometer(**probe | {"conductance": f"{conductance!r} W/(m K)"})
        dot = lab.build(jw.Lorentzian, center=f"{center!r} meV", width="0.8 meV")
        return lab.solve(dot, voltage="3 mV", error_estimate=False).reading(own, x).to("K").magnitude

    free, step = ["center", path, "conductance"], 1e-3
    slopes = [
        (reading(**{name: at * (1 + step)}) - reading(**{name: at * (1 - step)})) / (2 * step)
        for name, at in (("center", 14.4), ("time", 1.0), ("conductance", 0.5))
    ]
    jacobian = np.stack(slopes, axis=1) / 1e-3  # readings of 1 mK
    shares = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))
    planned = LAB.plan(path, dot, LAB.thermometer(**probe), x=x, noise="1 mK", voltage=("3 mV", "3 mV", 1), free=free)
    expected = shares[1] * LAB.known()[path].value
    assert_allclose(planned.error, expected, rtol=1e-3)  # the square of the step, and the grid of a plan
    assert planned.value == LAB.known()[path]
