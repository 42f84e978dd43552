"""Fits that tell the truth: units of the data do not matter, and what cannot be believed is not "converged"."""

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.fits.goodness import LEAST_P_VALUE, p_value
from jaxwire.fits.readings import signals

pytestmark = pytest.mark.slow  # fits of many kinds, each of which is compiled

SMALL = jw.Resolution(24, 10)  # the fit and its data share the grid
X = np.concatenate([-np.geomspace(0.1, 5.0, 12)[::-1], np.geomspace(0.1, 5.0, 12)])
POINT = {"temperature": 0.25, "voltage": 0.2}
FREE = ("center", "width", "gain", "offset")
ROUNDING = 1e-7  # of results: rounding of the readings, 1e-16, times the condition of the problem squared
FACTORS = st.floats(-12.0, 12.0).map(lambda power: 10.0**power) | st.sampled_from([1e-12, 1e-6, 1e-3, 2.0, 1e12])


@functools.cache
def _readings(center=1.3, width=0.3, gain=2.5, offset=-1.0):
    sol = jw.solve(jw.Lorentzian(center, width), **POINT, resolution=SMALL, error_estimate=False)
    return gain * np.asarray(sol.heating(X).total) + offset


@functools.cache
def _noise(seed=0, share=0.01):
    sigma = share * np.max(np.abs(_readings()))
    return sigma * np.random.default_rng(seed).normal(size=X.size), sigma


def _fit(y, sigma=None, dot=None, x=X, **options):
    dot = jw.Lorentzian(0.8, 0.2) if dot is None else dot
    return jw.fit_profile(x, y, sigma, dot, **(POINT | {"free": FREE, "resolution": SMALL, "starts": 4} | options))


@functools.cache
def _unscaled(has_sigma, is_robust=False):
    noise, sigma = _noise()
    return _fit(_readings() + noise, sigma if has_sigma else None, loss=jw.HuberLoss() if is_robust else None)


def of(fit, what, names=FREE):
    """Values or errors as an array."""
    return np.array([getattr(fit, what)[name] for name in names])


def assert_scaled(found, wanted, factor):
    """Values and errors are as they were, gain and offset in other units."""
    units = np.array([1.0, 1.0, factor, factor])
    assert_allclose(of(found, "values"), of(wanted, "values") * units, rtol=ROUNDING)
    assert_allclose(of(found, "errors"), of(wanted, "errors") * units, rtol=100 * ROUNDING)  # of second order
    assert_allclose(found.correlation, wanted.correlation, atol=100 * ROUNDING)
    assert found.status is wanted.status and found.share_of_starts == wanted.share_of_starts


@settings(max_examples=15, deadline=None, derandomize=True)
@given(factor=FACTORS, has_sigma=st.booleans())
def test_readings_in_another_unit_change_gain_offset_and_their_errors_alone(factor, has_sigma):
    noise, sigma = _noise()
    found = _fit(factor * (_readings() + noise), factor * sigma if has_sigma else None)
    assert_scaled(found, _unscaled(has_sigma), factor)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(factor=FACTORS)
def test_larger_or_smaller_errors_of_readings_change_the_errors_alone(factor):
    noise, sigma = _noise()
    found, wanted = _fit(_readings() + noise, factor * sigma), _unscaled(True)
    assert_allclose(of(found, "values"), of(wanted, "values"), rtol=ROUNDING)
    assert_allclose(of(found, "errors"), of(wanted, "errors") * factor, rtol=100 * ROUNDING)
    assert found.share_of_starts == wanted.share_of_starts
    assert_allclose(found.chi2 * factor**2, wanted.chi2, rtol=ROUNDING)


@pytest.mark.parametrize("factor", [1e-12, 1e3, 1e12])
def test_robust_fits_without_known_errors_do_not_depend_on_the_unit_either(factor):
    loss = jw.HuberLoss()
    assert_scaled(_fit(factor * (_readings() + _noise()[0]), loss=loss), _unscaled(False, True), factor)


def test_a_robust_fit_without_known_errors_finds_them_without_the_outliers():
    noise, sigma = _noise()
    y = _readings() + noise
    y[[3, 17]] += 40 * sigma
    robust, plain = _fit(y, loss=jw.CauchyLoss()), _fit(y)
    wanted = _fit(_readings() + noise, sigma)
    for name in ("center", "width"):
        assert abs(robust.values[name] - wanted.values[name]) < 2 * wanted.errors[name]
        # the error of a median of 24 readings is 20 %
        assert 0.4 * wanted.errors[name] < robust.errors[name] < 2.5 * wanted.errors[name] < plain.errors[name]


def test_bounds_of_the_gain_in_another_unit_change_nothing_else():
    noise, _ = _noise()
    one, other = (
        _fit(factor * (_readings() + noise), bounds={"gain": (0.0, None), "offset": (-9.0 * factor, 9.0 * factor)})
        for factor in (1.0, 1e-6)
    )
    assert one.status.ok
    assert_allclose([other.values[key] for key in FREE[:2]], [one.values[key] for key in FREE[:2]], rtol=ROUNDING)
    assert_allclose(
        [other.values[key] for key in FREE[2:]], [1e-6 * one.values[key] for key in FREE[2:]], rtol=ROUNDING
    )


@pytest.mark.parametrize("sigma", [1e-300, 1e-160, 1e100])
def test_errors_of_any_size_give_values_that_do_not_depend_on_them(sigma):
    found, wanted = _fit(_readings() + _noise()[0], sigma), _unscaled(False)
    assert found.status is not jw.FitStatus.FAILED
    assert_allclose(of(found, "values"), of(wanted, "values"), rtol=ROUNDING)
    noise = np.sqrt(wanted.reduced_chi2)  # that of the residuals
    assert_allclose(of(found, "errors") / sigma, of(wanted, "errors") / noise, rtol=100 * ROUNDING)


def test_a_probability_of_chi2_is_that_of_tables():
    # M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, Table 26.8
    assert_allclose([p_value(18.3070, 10), p_value(37.5662, 20), p_value(6.63490, 1)], [0.05, 0.01, 0.01], rtol=1e-4)
    assert np.isnan(p_value(0.0, 0)) and p_value(np.inf, 3) == 0.0


def test_a_fit_has_the_probability_of_its_chi2():
    found = _unscaled(True)
    assert found.p_value == p_value(found.chi2, found.degrees_of_freedom) > LEAST_P_VALUE
    assert np.isnan(_unscaled(False).p_value)
    assert f"p = {found.p_value:.2g}" in str(found)


@pytest.mark.parametrize("has_sigma", [True, False])
def test_a_model_that_lacks_the_offset_is_poor(has_sigma):
    noise, sigma = _noise()
    y = _readings(offset=80.0) + noise
    found = _fit(y, sigma if has_sigma else None, free=("center", "width", "gain"))
    assert found.status is jw.FitStatus.POOR and not found.status.ok
    assert found.p_value < 1e-6 or not has_sigma
    assert "poor" in str(found) and "converged" not in str(found)
    assert np.isfinite(list(found.values.values())).all() and np.isfinite(list(found.errors.values())).all()


def test_positions_in_a_wrong_unit_are_a_poor_fit():
    noise, sigma = _noise()
    found = _fit(_readings() + noise, sigma, x=1e-9 * X)
    assert not found.status.ok and found.status is not jw.FitStatus.UNDETERMINED


def test_errors_far_too_small_are_a_poor_fit_and_far_too_large_ones_are_said():
    noise, sigma = _noise()
    assert _fit(_readings() + noise, 0.1 * sigma).status is jw.FitStatus.POOR
    lenient = _fit(_readings() + noise, 10 * sigma)
    assert "`sigma` may be too large" in " ".join(lenient.warnings)


def test_a_robust_loss_forgives_some_outliers_but_not_all_readings():
    noise, sigma = _noise()
    y = _readings() + noise
    y[[3, 17]] += 40 * sigma
    dot = jw.Lorentzian(1.25, 0.28)
    found = _fit(y, sigma, dot, loss=jw.CauchyLoss())
    assert found.status.ok and "2 of 24 readings are more than 5 standard errors off" in found.warnings
    y[::2] += 40 * sigma * np.resize([1, -1], 12)
    assert not _fit(y, sigma, dot, loss=jw.CauchyLoss()).status.ok


def test_as_many_readings_as_parameters_leave_the_errors_unknown():
    at = [2, 8, 15, 20]
    found = _fit(_readings()[at], x=X[at], dot=jw.Lorentzian(1.25, 0.28))
    assert found.status is jw.FitStatus.ERRORS_UNKNOWN and not found.status.ok
    assert "as many readings as parameters" in str(found)
    assert np.isnan(list(found.errors.values())).all()
    one = jw.fit_profile([0.5], [29.4], free=["center"], temperature=0.3, voltage=0.1, resolution=SMALL, starts=2)
    assert not one.status.ok
    known = _fit(_readings()[at], 0.01, x=X[at], dot=jw.Lorentzian(1.25, 0.28))
    assert "as many readings as parameters" in str(known) and np.isfinite(list(known.errors.values())).all()


def test_strong_correlations_are_named():
    found = _unscaled(True)
    (one, other, correlation), *_ = found.strong_correlations
    index = found.names.index(one), found.names.index(other)
    assert correlation == found.correlation[index] and abs(correlation) > 0.95
    assert f"correlation of {one} and {other} {correlation:.3f}" in str(found)


def test_a_minimum_that_one_of_several_starts_found_says_so():
    noise, sigma = _noise()
    found = _fit(_readings() + noise, sigma, optimiser=jw.LevenbergMarquardt(tolerance=1e9, max_steps=1))
    assert np.count_nonzero(found.starts.agrees) == 1
    assert not found.status.ok


@pytest.mark.parametrize("options", [{"voltage": 0.0}, {"voltage": 1e300}])
def test_a_failed_fit_has_no_numbers(options):
    found = _fit(_readings(), 1.0, **options)
    assert found.status is jw.FitStatus.FAILED
    numbers = [*found.values.values(), *found.errors.values(), found.chi2, found.p_value, *found.residuals[0]]
    numbers += [found.scatterer.center, found.instrument.gain, *found.covariance.ravel(), *found.starts.values.ravel()]
    assert np.isnan(np.array(numbers, float)).all()
    assert ("`voltage` is 0" in str(found)) == (options["voltage"] == 0)


def test_a_table_is_fitted_from_a_flat_start():
    energies = np.linspace(0.2, 2.5, 6)
    table = jw.Tabulated(energies, [0.1, 0.2, 0.5, 0.8, 0.6, 0.5])
    sol = jw.solve(table, **POINT, resolution=SMALL, error_estimate=False)
    free = ["values[1]", "values[2]", "values[3]"]
    start = jw.Tabulated(energies, [0.1, 0.5, 0.5, 0.5, 0.6, 0.5])
    flat = _fit(sol.heating(X).total, 1e-3, start, free=free, starts=1)
    assert_allclose(list(flat.values.values()), [0.2, 0.5, 0.8], rtol=1e-4)
    everywhere = _fit(sol.heating(X).total, 1e-3, jw.Tabulated(energies, [0.5] * 6), free=free, starts=1)
    assert np.max(np.abs(np.array(list(everywhere.values.values())) - 0.5)) > 0.05


def test_bounds_need_no_scatterer_may_be_one_sided_and_compile_no_other_solution(monkeypatch):
    y, (noise, sigma) = _readings(), _noise()
    options = {"free": FREE, "resolution": SMALL, "starts": 4, **POINT}
    wanted, traced = _unscaled(True), []
    solve = signals.solve
    monkeypatch.setattr(signals, "solve", lambda *args, **options: (traced.append(args), solve(*args, **options))[1])
    for bounds in (
        {"center": (1.2, 1.6)},
        {"center": (1.05, None)},
        {"center": (1.05, np.inf), "width": (None, 0.9)},
        {"width": (0.2, None), "gain": (0.0, None)},
    ):
        found = jw.fit_profile(X, y + noise, sigma, bounds=bounds, **options)
        assert found.status.ok, bounds
        assert_allclose(list(found.values.values()), list(wanted.values.values()), rtol=1e-4)
    stopped = jw.fit_profile(X, y + noise, sigma, bounds={"center": (None, 1.1)}, **options)
    assert stopped.status is jw.FitStatus.AT_BOUND and stopped.values["center"] <= 1.1
    assert traced == []


def test_what_follows_from_a_failed_fit_is_refused():
    found = _fit(_readings(), 1.0, voltage=0.0)
    for use in (jw.log_density, jw.sample):
        with pytest.raises(ValueError, match="`fit` must have values and errors, got one without"):
            use(found)


@functools.cache
def _profile_of_the_docs():
    return jw.read_profile(Path(__file__).parents[2] / "docs" / "howto" / "profile.csv")


def test_the_profile_of_the_docs_is_that_of_any_unit_and_poor_without_the_offset():
    profile = _profile_of_the_docs()
    options = {"temperature": 0.3, "voltage": 0.1, "resolution": SMALL, "starts": 4}
    one = jw.fit_profile(profile["x"], profile["y"], free=FREE, **options)
    other = jw.fit_profile(profile["x"], 1e-6 * profile["y"], free=FREE, **options)
    assert_scaled(other, one, 1e-6)
    # the truth is 1.44 and 0.08; errors are 0.01 and 0.016
    assert_allclose(of(other, "values", FREE[:2]), [1.435, 0.076], atol=2e-3)
    known = jw.fit_profile(**profile, free=FREE, **options)
    assert known.status.ok and known.strong_correlations[0][2] > 0.99
    without = jw.fit_profile(**profile, free=FREE[:3], **options)
    assert without.status is jw.FitStatus.POOR and without.p_value < 1e-3


def test_an_exact_profile_with_tiny_errors_is_not_called_good_in_another_minimum():
    # Readings of another grid than that of the fit, so that no fit can be as good as these errors.
    other = jw.solve(jw.Lorentzian(1.3, 0.3), **POINT, resolution=jw.Resolution(32, 12), error_estimate=False)
    found = _fit(2.5 * other.heating(X).total - 1.0, 1e-12)
    assert found.status is jw.FitStatus.POOR
    assert_allclose(of(found, "values"), [1.3, 0.3, 2.5, -1.0], rtol=1e-2)
