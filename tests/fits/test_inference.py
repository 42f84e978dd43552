"""What a fit says besides its covariance: kept numbers, intervals, comparisons, currents, ties, energies."""

import functools

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq

import jaxwire as jw
from jaxwire.plot import plot_comparison

SMALL = jw.Resolution(24, 10)  # the fit and its data share the grid
X = np.concatenate([-np.geomspace(0.1, 5.0, 12)[::-1], np.geomspace(0.1, 5.0, 12)])
DOT, VOLTAGES, SIGMA = jw.Lorentzian(1.3, 0.3), (0.2, 0.4), 0.3


@functools.cache
def _solution(voltage, energy=1.0, alpha=0.0):
    """Solution of the wire whose chemical potential is `energy` times the nominal one, in its own units."""
    dot = jw.Lorentzian(DOT.center / energy, DOT.width / energy)
    wire = jw.Wire(dispersion=jw.Kane(alpha * energy)) if alpha else jw.Wire()
    point = {"temperature": 0.25 / energy, "voltage": voltage / energy}
    return jw.solve(dot, wire, **point, resolution=SMALL, error_estimate=False)


def _profiles(noise=SIGMA, **options):
    rng = np.random.default_rng(3)
    signals = [np.asarray(_solution(voltage).heating(X).total) for voltage in VOLTAGES]
    return [
        jw.Measurement(
            X, 2.0 * y + 1.0 + noise * rng.normal(size=X.size), SIGMA, temperature=0.25, voltage=v, **options
        )
        for y, v in zip(signals, VOLTAGES, strict=True)
    ]


@functools.cache
def _linear(given=None):
    """Fit of gain and offset alone: every answer is a closed form."""
    at = jw.HeatingProfile(gain=1.0, offset=0.9)
    options = {"free": ["gain"], "given": {"offset": given}} if given else {"free": ["gain", "offset"]}
    return jw.fit(_profiles(), DOT, instrument=at, resolution=SMALL, **options)


def _matrix():
    signal = np.concatenate([np.asarray(_solution(voltage).heating(X).total) for voltage in VOLTAGES])
    return np.stack([signal, np.ones_like(signal)], axis=1) / SIGMA


def test_the_error_of_a_kept_number_moves_the_parameters_as_in_closed_form():
    error = 0.05
    found = _linear(error)
    signal, one = _matrix().T
    shift = -(signal @ one) / (signal @ signal) * error
    assert_allclose(found.shifts["offset"]["gain"], shift, rtol=1e-8)
    assert_allclose(found.statistical_errors["gain"], 1.0 / np.linalg.norm(signal), rtol=1e-8)
    assert_allclose(found.errors["gain"] ** 2, 1.0 / (signal @ signal) + shift**2, rtol=1e-8)
    assert_allclose(found.covariance, [[found.errors["gain"] ** 2]], rtol=1e-12)
    assert found.degrees_of_freedom == 2 * X.size - 1
    assert "errors without that of offset: gain" in str(found)


@pytest.mark.parametrize("level", [0.683, 0.95])
def test_the_interval_of_a_linear_parameter_is_value_and_error(level):
    found, sigmas = _linear(), {0.683: 1.0, 0.95: 1.96}[level]
    for name in found.names:
        value, error = found.values[name], found.errors[name]
        low, high = found.interval(name, level)
        assert_allclose([value - low, high - value], sigmas * error, rtol=2e-3)  # 0.683 is 1.0006 errors


@pytest.mark.slow
def test_the_interval_of_a_bent_model_is_where_chi2_has_risen_by_one():
    """Against chi^2 of profiles solved one by one, with the gain by its closed form."""
    profile = _profiles(noise=1.5 * SIGMA)[0]
    found = jw.fit([profile], jw.Lorentzian(1.3, 0.3), free=["width", "gain"], resolution=SMALL, starts=2)
    low, high = found.interval("width")

    def rise(width):
        sol = jw.solve(jw.Lorentzian(1.3, width), **profile.point, resolution=SMALL, error_estimate=False)
        signal = np.asarray(sol.heating(X).total) / SIGMA
        y = profile.y / SIGMA
        return float(y @ y - (signal @ y) ** 2 / (signal @ signal)) - found.chi2 - 1.0006**2

    value, error = found.values["width"], found.errors["width"]
    assert_allclose(low, brentq(rise, value - 2 * error, value), rtol=1e-4)
    assert_allclose(high, brentq(rise, value, value + 2 * error), rtol=1e-4)
    assert abs((high - value) - (value - low)) > 1e-3 * error  # no parabola


def test_an_interval_that_is_asked_wrongly_is_refused():
    with pytest.raises(ValueError, match=r"`name` must be of a free parameter, got 'width'; free are: gain, offset\."):
        _linear().interval("width")
    with pytest.raises(ValueError, match=r"`level` must be between 0 and 1, got 68.0"):
        _linear().interval("gain", 68.0)


def test_models_are_compared_by_information_criteria():
    full, kept = _linear(), jw.fit(_profiles(), DOT, free=["gain"], resolution=SMALL)
    found = jw.compare({"no offset": kept, "offset": full})
    assert found.names == ("offset", "no offset")  # the offset of 1.0 is 20 errors
    n = 2 * X.size
    for one, k, aicc, bic in zip((full, kept), (2, 1), found.aicc, found.bic, strict=True):
        assert_allclose(aicc, one.chi2 + 2 * k + 2 * k * (k + 1) / (n - k - 1), rtol=1e-12)
        assert_allclose(bic, one.chi2 + k * np.log(n), rtol=1e-12)
    assert_allclose(np.sum(found.weights), 1.0)
    assert_allclose(found.weights[1] / found.weights[0], np.exp(-0.5 * (found.aicc[1] - found.aicc[0])))
    assert "no offset" in str(found) and "<table" in found._repr_html_()
    axes = plot_comparison(found).axes
    assert [one.get_title("left").partition(":")[0] for one in axes] == ["offset", "no offset"]
    assert_allclose(axes[1].containers[0].lines[0].get_ydata(), kept.residuals[0])
    other = jw.fit(_profiles(noise=2.0 * SIGMA), DOT, free=["gain"], resolution=SMALL)
    with pytest.raises(ValueError, match="`models` must be fitted to the same data, got others in 'a' and 'b'"):
        jw.compare({"a": full, "b": other})
    with pytest.raises(TypeError, match="`measurements` must be given to fit the scatterer 'b'"):
        jw.compare({"a": full, "b": DOT})


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.0, 0.4])
def test_a_chemical_potential_that_is_not_the_nominal_one_comes_back(alpha):
    """Energies are in the true one; lengths too, as 1/kF, and in the mean free path, which is kept."""
    energy = 1.2
    sols = [_solution(voltage, energy, alpha) for voltage in VOLTAGES]
    profiles = [
        jw.Measurement(
            X,
            2.0 * np.asarray(sol.heating(X).total),
            1e-3,
            temperature=0.25,
            voltage=voltage,
            measured_current=(float(sol.current) * energy, 1e-5),
        )
        for sol, voltage in zip(sols, VOLTAGES, strict=True)
    ]
    wire = jw.Wire(dispersion=jw.Kane(alpha)) if alpha else jw.Wire()
    free = ["center", "width", "gain", "chemical_potential"]
    found = jw.fit(profiles, jw.Lorentzian(1.25, 0.28), wire, free=free, resolution=SMALL, starts=2)
    assert_allclose(list(found.values.values()), [1.3, 0.3, 2.0, energy], rtol=1e-5)
    assert found.degrees_of_freedom == 2 * X.size + 2 - 4
    assert list(found.pulls) == ["measurements[0].measured_current", "measurements[1].measured_current"]
    assert_allclose(list(found.pulls.values()), 0.0, atol=1e-2)


def test_a_measured_current_is_one_more_datum():
    current = float(_solution(0.2).current)
    sigma = 1e-3 * current
    profiles = _profiles(measured_current=(current + 3.0 * sigma, sigma))[:1]
    found = jw.fit(profiles, DOT, free=["gain", "offset"], resolution=SMALL)
    assert_allclose(found.pulls["measurements[0].measured_current"], -3.0, rtol=1e-6)
    assert_allclose(found.chi2, np.sum(found.residuals[0] ** 2) + 9.0, rtol=1e-8)
    assert found.degrees_of_freedom == X.size + 1 - 2
    assert found.measurements[0].measured_current == profiles[0].measured_current


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"measured_voltage": (0.1, 0.1)}, "`measured_voltage` must be of what is not given, got it with `voltage`."),
        ({"measured_current": 0.1}, "`measured_current` must be a value and its standard error, got 0.1."),
        ({"measured_current": (0.1, 0.0)}, "`measured_current` must be positive, got 0."),
    ],
)
def test_a_current_that_was_not_measured_so_is_refused(change, words):
    with pytest.raises(ValueError, match=r".*") as caught:
        _profiles(**change)
    assert words in str(caught.value)


TWO = jw.BreitWigner((jw.Resonance(1.0, 0.2, 0.5), jw.Resonance(1.6, 0.4, 0.5)))


@pytest.mark.slow
def test_a_number_that_follows_a_parameter_is_the_same_as_that():
    """A wire read with two resonances whose widths are as 1 to 2."""
    sol = jw.solve(TWO, temperature=0.25, voltage=0.2, resolution=SMALL, error_estimate=False)
    profile = jw.Measurement(X, np.asarray(sol.heating(X).total), 1e-3, temperature=0.25, voltage=0.2)
    first = jw.BreitWigner((jw.Resonance(1.0, 0.15, 0.5), jw.Resonance(1.6, 0.3, 0.5)))
    options = {"free": ["resonances[0].width"], "resolution": SMALL, "starts": 1}
    for tie in ((2.0, "resonances[0].width"), (lambda width: 2.0 * width, "resonances[0].width")):
        found = jw.fit([profile], first, ties={"resonances[1].width": tie}, **options)
        assert_allclose(found.values["resonances[0].width"], 0.2, rtol=1e-6)
        assert_allclose([found.tied["resonances[1].width"], found.scatterer.resonances[1].width], 0.4, rtol=1e-6)
    assert "resonances[1].width follows resonances[0].width" in str(found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"ties": {"width": "center"}},
            "`ties` of 'width' must follow a free parameter, got 'center'",
        ),
        ({"ties": {"width": (2.0, 3.0)}}, "`ties` of 'width' must be a name, or a factor or function and a name"),
        ({"free": ["center"], "ties": {"width": (-1.0, "center")}}, "must make it positive, got -1.3 at first."),
        ({"ties": {"offset": "gain"}}, "`ties` must not be of a gain or an offset"),
        ({"free": ["center", "width"], "ties": {"width": "center"}}, "must be of numbers that are not free themselves"),
        (
            {"given": {"gain": 0.1}},
            "`given` must be of numbers that are kept, got 'gain': give a prior to",
        ),
        ({"given": {"width": -0.1}}, "must be positive, got -0.1."),
        ({"given": {"widht": 0.1}}, "`given` must name a number that can vary, got 'widht'"),
    ],
)
def test_bad_ties_and_kept_numbers_are_refused_in_one_line(change, words):
    with pytest.raises((ValueError, TypeError), match=r".*") as caught:
        jw.fit(**({"measurements": _profiles(), "scatterer": DOT, "free": ["gain"]} | change))
    assert words in str(caught.value) and "\n" not in str(caught.value)
