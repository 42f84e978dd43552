"""Times and losses that follow from measured profiles."""

import numpy as np
import pytest

import jaxwire as jw

DOT = jw.Lorentzian(1.44, 0.08)
POINT = {"temperature": 0.7, "voltage": 0.1}
X = np.concatenate([-np.geomspace(3.0, 0.05, 25), np.geomspace(0.05, 3.0, 25)])
SMALL = jw.Resolution(24, 10)  # the fit and its data share the grid


def solution(wire):
    return jw.solve(DOT, wire, **POINT, resolution=SMALL, error_estimate=False)


def noisy_profile(wire):
    noise = np.random.default_rng(7).normal(0.0, 1.0, X.size)
    return np.asarray(solution(wire).heating(X).total) + noise


def of_time(time):
    return jw.Wire(electron_electron=jw.ElectronElectron(time=time))


def of_varying_rate(rate):
    collisions = jw.ElectronElectron(rate=rate, relaxation=jw.PowerLaw(-1.0))
    return jw.Wire(relaxation=jw.PowerLaw(-0.5), electron_electron=collisions)


@pytest.mark.slow
@pytest.mark.parametrize(("make", "given", "truth"), [(of_time, "time", 0.5), (of_varying_rate, "rate", 2.0)])
def test_the_time_between_collisions_follows_from_a_noisy_profile(make, given, truth):
    name = f"electron_electron.{given}"
    fitted = {"scatterer": DOT, "wire": make(1.0), "free": [name, "width"], "starts": 4, "resolution": SMALL}
    found = jw.fit_profile(X, noisy_profile(make(truth)), 1.0, **fitted, **POINT)
    assert found.status.ok, found.status
    values, errors = np.array([*found.values.values()]), np.sqrt(np.diag(found.covariance))
    assert np.all(np.abs(values - [truth, 0.08]) < 3 * errors)  # of the noise
    assert errors[0] < 0.03 * truth


@pytest.mark.slow
def test_the_loss_of_phonons_follows_from_the_temperature_that_a_probe_reads():
    measured = jw.Wire(phonons=jw.Phonons(1.5, 0.5))
    probe = jw.Thermometer(probe_width=0.1)
    signal = np.asarray(probe.signal(solution(measured), X))
    sigma = 0.01 * np.max(np.abs(signal))
    y = signal + np.random.default_rng(3).normal(0.0, sigma, X.size)
    guess = jw.Wire(phonons=jw.Phonons(4.0, 1.0))
    free = ["phonons.loss", "wire.phonons.healing_length"]
    fitted = {"scatterer": DOT, "wire": guess, "instrument": probe, "free": free, "starts": 4, "resolution": SMALL}
    found = jw.fit_profile(X, y, sigma, **fitted, **POINT)
    values, errors = np.array([*found.values.values()]), np.sqrt(np.diag(found.covariance))
    assert np.all(np.abs(values - [1.5, 0.5]) < 3 * errors)  # of the noise
    assert np.all(errors < 0.2 * values)
