"""Numbers of single measurements, priors and units: the truth comes back, and closed forms hold."""

import functools

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.fits.parameters.free import has_own, is_gain
from jaxwire.fits.readings.program import FitProgram
from jaxwire.fits.readings.residuals import Reading, read_batch
from jaxwire.fits.search.projection import project
from jaxwire.model.parameters.names import ParameterPath

SMALL = jw.Resolution(24, 10)  # the fit and its data share the grid
X = np.concatenate([-np.geomspace(0.1, 5.0, 12)[::-1], np.geomspace(0.1, 5.0, 12)])
DOT = jw.Lorentzian(1.3, 0.3)
VOLTAGES = (0.2, 0.4, -0.3)
GAINS, OFFSETS, POSITIONS = (2.5, 2.0, 3.0), (-1.0, 0.0, 4.0), (0.02, -0.03, 0.01)
PATH, PROBE = 0.8, jw.Thermometer(healing_length=0.5, probe_width=0.1)


@functools.cache
def _solution(voltage, temperature=0.25, energy=1.0):
    """Solution of the wire whose chemical potential is `energy` times the nominal one."""
    dot = jw.Lorentzian(DOT.center / energy, DOT.width / energy)
    point = {"temperature": temperature / energy, "voltage": voltage / energy}
    return jw.solve(dot, **point, resolution=SMALL, error_estimate=False)


def _measured(y, voltage, sigma=0.01):
    return jw.Measurement(X, y, sigma, temperature=0.25, voltage=voltage)


def _profiles(noise=0.0):
    """Three profiles of one wire, each with gain, offset and position of its own."""
    rng = np.random.default_rng(0)
    signals = [
        np.asarray(_solution(voltage).heating(X - at).total) for voltage, at in zip(VOLTAGES, POSITIONS, strict=True)
    ]
    ys = [gain * one + offset for gain, one, offset in zip(GAINS, signals, OFFSETS, strict=True)]
    return [_measured(y + noise * rng.normal(size=X.size), v, noise or 0.01) for y, v in zip(ys, VOLTAGES, strict=True)]


def _values(found, name):
    return [found.values[f"measurements[{index}].{name}"] for index in range(3)]


@pytest.mark.slow
def test_gain_offset_and_position_of_every_profile_come_back():
    free = ["center", "width", "gain[:]", "offset[:]", "position[:]"]
    options = {"resolution": SMALL, "starts": 2, "priors": {"position[:]": (0.0, 1e3), "gain[:]": (2.0, 1e4)}}
    found = jw.fit(_profiles(), jw.Lorentzian(1.2, 0.25), free=free, **options)
    for name, truth in (("gain", GAINS), ("offset", OFFSETS), ("position", POSITIONS)):
        assert_allclose(_values(found, name), truth, rtol=1e-5, atol=1e-6)  # priors pull by less
    assert_allclose([found.values["center"], found.values["width"]], [1.3, 0.3], rtol=1e-6)
    assert found.degrees_of_freedom == 3 * X.size + 6 - 11
    for index, one in enumerate(found.measurements):
        assert_allclose(found.reading(index, one.x), one.y - 0.01 * found.residuals[index], rtol=1e-9, atol=1e-9)
    _assert_slopes_are_those_of_finite_differences(found)


def _assert_slopes_are_those_of_finite_differences(found):
    """Of the program of a fit, off its minimum."""
    layout, model, free, _ = found.problem
    values = np.array([found.values[name] for name in found.names])
    u = np.array([one.range.coordinate(value * 1.01, np.ones(())) for one, value in zip(free, values, strict=True)])
    scale, slopes = np.ones_like(u), read_batch(layout, model, np.ones((4, u.size)), np.tile(u, (4, 1))).jacobian[0]
    step = 1e-5
    for index in range(u.size):
        rows = u + step * np.array([[1.0], [-1.0], [2.0], [-2.0]]) * (np.arange(u.size) == index)
        near, below, far, far_below = np.asarray(read_batch(layout, model, np.tile(scale, (4, 1)), rows).residual)
        numeric = (8.0 * (near - below) - (far - far_below)) / (12.0 * step)
        assert_allclose(slopes[:, index], numeric, atol=1e-6 * np.max(np.abs(slopes[:, index])))  # of fourth order


@pytest.mark.slow
def test_a_mean_free_path_that_is_not_the_nominal_one_comes_back():
    """Lengths of the wire are in the true one, all that was given in the nominal one."""
    probe = jw.Thermometer(healing_length=0.5 / PATH, probe_width=0.1 / PATH)
    ys = [2.5 * np.asarray(probe.signal(_solution(voltage), X / PATH)) / PATH for voltage in VOLTAGES[:2]]
    profiles = [_measured(y, voltage, 1e-4) for y, voltage in zip(ys, VOLTAGES, strict=False)]
    free, options = ["center", "width", "gain", "mean_free_path"], {"resolution": SMALL, "starts": 4}
    found = jw.fit(profiles, jw.Lorentzian(1.2, 0.25), instrument=PROBE, free=free, **options)
    assert_allclose(list(found.values.values()), [1.3, 0.3, 2.5, PATH], rtol=1e-6)
    assert found.instrument.healing_length == 0.5
    assert_allclose(found.reading(1, X), ys[1], rtol=1e-6)
    _assert_slopes_are_those_of_finite_differences(found)


def _linear(free, priors=None, noise=0.3):
    """Fit of numbers on which readings depend linearly: nothing is searched for."""
    at = jw.HeatingProfile(gain=1.7, offset=0.3)
    return jw.fit(_profiles(noise), DOT, instrument=at, free=free, priors=priors, resolution=SMALL)


def test_a_prior_is_one_more_datum_of_linear_least_squares():
    priors = {"gain": (2.2, 0.01), "offset[:]": [(-1.0, 0.02), (0.5, 0.3), (4.0, 1e-3)]}
    found = _linear(["gain", "offset[:]"], priors)
    rows, data = [], []
    for index, one in enumerate(_profiles(0.3)):
        columns = np.zeros((X.size, 4))
        columns[:, 0], columns[:, 1 + index] = np.asarray(_solution(one.voltage).heating(X).total), 1.0
        rows.append(columns / 0.3), data.append(one.y / 0.3)
    pairs = np.array([priors["gain"], *priors["offset[:]"]])
    rows.append(np.diag(1.0 / pairs[:, 1])), data.append(pairs[:, 0] / pairs[:, 1])
    matrix, right = np.concatenate(rows), np.concatenate(data)
    values = np.linalg.lstsq(matrix, right)[0]
    assert_allclose([found.values[name] for name in found.names], values, rtol=1e-9)
    assert_allclose(found.covariance, np.linalg.inv(matrix.T @ matrix), rtol=1e-8, atol=1e-18)
    assert_allclose(found.chi2, np.sum((matrix @ values - right) ** 2), rtol=1e-9)
    assert found.degrees_of_freedom == 3 * X.size + 4 - 4
    assert_allclose(list(found.pulls.values()), (values - pairs[:, 0]) / pairs[:, 1], rtol=1e-6)
    assert list(found.pulls) == list(found.names)


def test_one_measurement_may_have_its_own_number_beside_that_of_all():
    found = _linear(["gain", "offset", "measurements[2].offset"])
    assert list(found.names) == ["gain", "offset", "measurements[2].offset"]
    residuals = np.concatenate(found.residuals)
    is_third = np.repeat([False, False, True], X.size)
    assert_allclose([residuals[is_third].sum(), residuals[~is_third].sum()], 0.0, atol=1e-8)  # normal equations


def test_wide_priors_change_nothing():
    free = ["gain", "offset[:]"]
    plain, wide = _linear(free), _linear(free, dict.fromkeys(free, (0.0, 1e9)))
    assert_allclose(list(wide.values.values()), list(plain.values.values()), rtol=1e-12)
    assert_allclose(wide.covariance, plain.covariance, rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"free": ["center[:]"]}, "`free` must name a number that can vary, got 'center[:]'"),
        ({"free": ["gain", "gain[:]"]}, "`free` must not have 'gain' where every measurement has its own, got both."),
        ({"free": ["gain[:]", "measurements[1].gain"]}, "got 'measurements[1].gain' twice"),
        ({"priors": {"width": (0.1, 0.1)}}, "`priors` must be of free parameters, got 'width'; free are: gain."),
        ({"priors": {"gain": 2.0}}, "`priors` of 'gain' must be a mean and a standard deviation, got 2.0."),
        ({"priors": {"gain": (2.0, -1.0)}}, "must be positive, got -1."),
        (
            {"free": ["gain[:]"], "priors": {"gain[:]": [(1.0, 1.0)] * 2}},
            "`priors` of 'gain[:]' must be a mean and a standard deviation, or 3 such pairs, got shape (2, 2).",
        ),
        (
            {"free": ["gain[:]"], "priors": {"gain[:]": (1.0, 1.0), "measurements[0].gain": (1.0, 1.0)}},
            "`priors` must have one pair for each parameter, got two for 'measurements[0].gain'.",
        ),
        ({"free": ["width"], "priors": {"width": (-1.0, 1.0)}}, "must have a mean that is positive, got -1."),
        ({"free": ["mean_free_path", "relaxation_time"]}, "got both: either follows the other."),
        (
            {"free": ["chemical_potential"], "wire": jw.Wire(screening=jw.LocalScreening(0.5))},
            "`free` must not have 'chemical_potential' with the screening LocalScreening",
        ),
    ],
)
def test_bad_names_and_priors_are_refused_in_one_line(change, words):
    with pytest.raises(ValueError, match=r".*") as caught:
        jw.fit(**({"measurements": _profiles(), "scatterer": DOT, "free": ["gain"]} | change))
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_priors_need_errors_of_the_readings():
    profiles = [jw.Measurement(X, one.y, temperature=0.25, voltage=one.voltage) for one in _profiles()]
    with pytest.raises(ValueError, match="`priors` must be weighed against readings with known errors"):
        jw.fit(profiles, DOT, free=["gain"], priors={"gain": (1.0, 1.0)})


@pytest.mark.parametrize(
    "linear", [("gain", "offset"), ("gain", "offset[0]", "offset[1]"), ("offset", "gain[1]", "gain[0]", "offset[1]")]
)
def test_projected_residuals_are_those_of_linear_least_squares(linear):
    """Readings a(theta) times gain, plus offset, and a prior of each: the slope by theta, by numbers."""
    rng, size, priors = np.random.default_rng(1), 12, len(linear) + 1
    owned = [0] * size + [1] * size
    signal, slope, y, pulls = rng.normal(size=24), rng.normal(size=24), rng.normal(size=24), rng.normal(size=priors)
    places = [_place(name) for name in linear]
    layout = FitProgram(
        (ParameterPath("scatterer", ("width",)), *places), tuple(range(1, priors)), SMALL, ((0, size), (1, size))
    )
    masks = [has_own(layout.places, place, owned) for place in places]

    def columns(theta):
        pairs = zip(masks, places, strict=True)
        known = [mask * (signal + theta * slope if is_gain(place) else 1.0) for mask, place in pairs]
        return np.concatenate([np.stack(known, axis=1), np.eye(priors)[:, 1:]])

    def least(theta):
        right = np.concatenate([y, pulls]) - np.eye(24 + priors)[24] * theta
        matrix = columns(theta)
        return matrix @ np.linalg.lstsq(matrix, right)[0] - right

    at_one = np.array([float(is_gain(place)) for place in places])
    residual = columns(0.0) @ at_one - np.concatenate([y, pulls])
    by_theta = np.concatenate([slope, np.eye(priors)[0]])  # every reading has a gain
    found = project(layout, Reading(jnp.asarray(residual), jnp.asarray(np.column_stack([by_theta, columns(0.0)]))))
    assert_allclose(found.residual, least(0.0), atol=1e-13)
    gradient = (np.sum(least(1e-5) ** 2) - np.sum(least(-1e-5) ** 2)) / 4e-5
    assert_allclose(found.residual @ found.jacobian[:, 0], gradient, rtol=1e-8)  # exact, though not each slope is


def _place(name):
    stem, _, index = name.partition("[")
    return ParameterPath("measurements", (int(index[0]), stem)) if index else ParameterPath("instrument", (stem,))
