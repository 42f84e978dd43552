"""Fits: the truth comes back, errors are those of repeated draws, and what the data cannot tell is said."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.fits.losses import AbstractLoss

SMALL = jw.Resolution(24, 10)  # the fit and its data share the grid
X = np.concatenate([-np.geomspace(0.1, 5.0, 12)[::-1], np.geomspace(0.1, 5.0, 12)])
TRUTH = {"center": 1.3, "width": 0.3, "gain": 2.5, "offset": -1.0}
FREE = tuple(TRUTH)
POINT = {"temperature": 0.25, "voltage": 0.2}


def _solution(temperature=0.25, voltage=0.2, center=1.3, width=0.3):
    point = {"temperature": temperature, "voltage": voltage}
    return jw.solve(jw.Lorentzian(center, width), **point, resolution=SMALL, error_estimate=False)


def _readings(gain=2.5, offset=-1.0, **numbers):
    return gain * np.asarray(_solution(**numbers).heating(X).total) + offset


def _noisy(share=0.01, seed=0):
    y = _readings()
    sigma = share * np.max(np.abs(y))
    return y + sigma * np.random.default_rng(seed).normal(size=y.size), sigma


def _fit(y, sigma, dot=None, **options):
    dot = jw.Lorentzian(0.4, 0.9) if dot is None else dot
    return jw.fit_profile(X, y, sigma, dot, **POINT, **({"free": FREE, "resolution": SMALL, "starts": 4} | options))


@pytest.mark.slow
def test_readings_without_noise_give_the_truth_from_first_values_far_away():
    found = _fit(_readings(), 1e-3)
    assert found.status is jw.FitStatus.CONVERGED and found.status.ok
    assert_allclose(list(found.values.values()), list(TRUTH.values()), rtol=1e-6)
    assert found.chi2 < 1e-3 and found.degrees_of_freedom == X.size - 4
    assert_allclose(found.scatterer.center, TRUTH["center"], rtol=1e-6)
    assert_allclose(found.instrument.gain, TRUTH["gain"], rtol=1e-6)


def test_a_single_start_is_the_first_values():
    found = _fit(_readings(), 1e-3, jw.Lorentzian(1.25, 0.35), starts=1)
    assert_allclose(list(found.values.values()), list(TRUTH.values()), rtol=1e-6)
    assert found.starts.values.shape == (1, 4)


def test_covariance_is_the_inverse_curvature_of_chi2():
    y, sigma = _noisy()
    found = _fit(y, sigma)
    values = np.array(list(found.values.values()))

    def model(values):
        center, width, gain, offset = values
        return _readings(center=center, width=width, gain=gain, offset=offset) / sigma

    columns = []
    for step in np.diag(1e-4 * np.abs(values)):
        columns.append((model(values + step) - model(values - step)) / (2 * np.sum(step)))
    jacobian = np.stack(columns, axis=1)
    assert_allclose(found.covariance, np.linalg.inv(jacobian.T @ jacobian), rtol=1e-4)
    assert_allclose(found.residuals[0], y / sigma - model(values), atol=1e-8)
    assert_allclose(found.chi2, np.sum(found.residuals[0] ** 2), rtol=1e-8)
    assert_allclose(jacobian.T @ found.residuals[0], 0.0, atol=1e-3 * np.linalg.norm(jacobian, axis=0).max())
    assert_allclose(np.diag(found.correlation), 1.0)


def test_stated_errors_are_the_scatter_of_repeated_draws():
    pulls = []
    for seed in range(30):
        found = _fit(*_noisy(seed=seed), jw.Lorentzian(1.3, 0.3), starts=1)
        pulls.append([(found.values[name] - TRUTH[name]) / found.errors[name] for name in FREE])
    pulls = np.array(pulls)
    assert np.all(np.abs(pulls) < 4.5)
    # the standard error of a standard deviation of 30 draws is 13 %, of a mean 0.18
    assert np.all(np.abs(np.std(pulls, axis=0) - 1.0) < 0.4) and np.all(np.abs(np.mean(pulls, axis=0)) < 0.6)


def test_unknown_errors_are_taken_from_the_residuals():
    y, sigma = _noisy()
    known, unknown = _fit(y, sigma), _fit(y, None)
    assert_allclose(list(unknown.values.values()), list(known.values.values()), rtol=1e-5)
    ratio = np.sqrt(known.reduced_chi2)
    assert_allclose(list(unknown.errors.values()), ratio * np.array(list(known.errors.values())), rtol=1e-4)


def _profiles():
    """Three operating points of unequal lengths; one of them is given by its current."""
    lengths = (slice(None, None, 2), slice(3, None), slice(None))
    points = (
        {"temperature": 0.25, "voltage": 0.2},
        {"temperature": 0.2, "voltage": 0.4},
        {"temperature": 0.4, "voltage": -0.3},
    )
    second = {"temperature": 0.2, "current": float(_solution(**points[1]).current)}
    drives = (points[0], second, points[2])
    return [
        jw.Measurement(X[part], _readings(**point)[part], 0.01, **drive)
        for part, point, drive in zip(lengths, points, drives, strict=True)
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)  # two kinds of drive are compiled
def test_several_operating_points_share_the_parameters():
    profiles = _profiles()
    found = jw.fit(profiles, jw.Lorentzian(0.9, 0.2), free=FREE, resolution=SMALL, starts=4)
    assert found.status.ok
    assert_allclose(list(found.values.values()), list(TRUTH.values()), rtol=1e-5)
    assert [part.size for part in found.residuals] == [one.size for one in profiles]
    assert max(np.max(np.abs(part)) for part in found.residuals) < 1e-2
    shifted = jw.Measurement(profiles[1].x, profiles[1].y + 5.0, 0.01, temperature=0.2, current=profiles[1].current)
    worse = jw.fit([profiles[0], shifted, profiles[2]], jw.Lorentzian(1.3, 0.3), free=FREE, resolution=SMALL, starts=1)
    assert np.mean(worse.residuals[1]) > 10 > -10 > np.mean(worse.residuals[0])  # in the order of the user


@pytest.mark.slow
def test_a_voltage_of_one_measurement_can_be_free():
    profiles = [
        jw.Measurement(X, _readings(voltage=v), 0.01, temperature=0.25, voltage=g) for v, g in ((0.2, 0.2), (0.5, 0.4))
    ]
    free = ("center", "gain", "measurements[1].voltage")
    found = jw.fit(
        profiles,
        jw.Lorentzian(1.2, 0.3),
        free=free,
        resolution=SMALL,
        starts=4,
        instrument=jw.HeatingProfile(offset=-1.0),
    )
    assert_allclose(list(found.values.values()), [1.3, 2.5, 0.5], rtol=1e-5)
    assert found.measurements[1].voltage == found.values["measurements[1].voltage"]
    with pytest.raises(ValueError, match=r"`free` must name the voltage of one measurement"):
        jw.fit(profiles, free=("voltage",), resolution=SMALL)


def test_a_robust_loss_forgives_outliers():
    y, sigma = _noisy()
    y[[3, 17]] += 40 * sigma
    robust, plain = (_fit(y, sigma, loss=loss) for loss in (jw.CauchyLoss(), jw.SquaredLoss()))
    for name in ("center", "width"):
        assert abs(robust.values[name] - TRUTH[name]) < 4 * robust.errors[name]
    assert abs(plain.values["center"] - TRUTH["center"]) > 3 * abs(robust.values["center"] - TRUTH["center"])


@pytest.mark.parametrize("loss", [jw.SquaredLoss(), jw.HuberLoss(0.7), jw.CauchyLoss(1.3)])
def test_losses_are_half_squares_near_zero_and_smooth(loss: AbstractLoss):
    r = jnp.array([0.0, 1e-6, -1e-3, 0.3, -5.0])
    slope = jax.vmap(jax.grad(lambda r: loss.root(r[None])[0]))(r)
    assert_allclose(loss.root(r)[:3], r[:3], rtol=1e-5)
    assert_allclose(slope[0], 1.0)
    rho = 0.5 * loss.root(r) ** 2
    exact = {
        "SquaredLoss": 0.5 * r**2,
        "HuberLoss": 0.49 * (jnp.sqrt(1 + (r / 0.7) ** 2) - 1),
        "CauchyLoss": 0.5 * 1.69 * jnp.log1p((r / 1.3) ** 2),
    }[type(loss).__name__]
    assert_allclose(rho, exact, rtol=1e-6, atol=1e-15)  # the exact forms cancel for small r


@pytest.mark.slow
def test_gradient_descent_finds_the_same_minimum():
    y, sigma = _noisy()
    best = _fit(y, sigma)
    options = {"optimiser": jw.GradientDescent(optax.lbfgs(), steps=60), "starts": 2}
    found = _fit(y, sigma, jw.Lorentzian(1.25, 0.35), **options)
    assert_allclose(list(found.values.values()), list(best.values.values()), rtol=1e-3)


@pytest.mark.slow
def test_bounds_hold_and_an_end_at_a_bound_is_said():
    y, sigma = _noisy()
    found = _fit(y, sigma, jw.Lorentzian(0.8, 0.3), bounds={"center": (0.5, 1.1)})
    assert found.status is jw.FitStatus.AT_BOUND
    assert 0.5 <= found.values["center"] <= 1.1


@pytest.mark.slow
def test_what_the_data_cannot_tell_is_named():
    y, sigma = _noisy()
    found = _fit(y, 150 * sigma, jw.Lorentzian(1.3, 0.3))
    assert found.status is jw.FitStatus.UNDETERMINED
    assert len(found.warnings) >= 1 and "width" in found.warnings[-1]
    assert "warning" in str(found)


def test_a_fit_is_printed_with_errors_and_status():
    text = str(_fit(*_noisy()))
    for words in ("Fit of Lorentzian", "center", "+-", "mu0", "degrees of freedom", "converged"):
        assert words in text


@pytest.mark.slow
def test_posterior_of_a_good_fit_is_its_gaussian():
    pytest.importorskip("blackjax")
    y, sigma = _noisy()
    found = _fit(y, sigma)
    drawn = jw.sample(found, draws=200, warmup=40, seed=1)
    assert drawn.samples.shape == (200, 4) and 0.5 < drawn.acceptance < 1.0
    values, errors = (np.array(list(part.values())) for part in (found.values, found.errors))
    assert np.all(np.abs(np.mean(drawn.samples, axis=0) - values) < 0.5 * errors)
    assert_allclose(np.std(drawn.samples, axis=0), errors, rtol=0.35)
    there, slope = jw.quick_jit(jax.value_and_grad(jw.log_density(found)))(jnp.asarray(values))
    assert_allclose(there, -0.5 * found.chi2, rtol=1e-8)
    assert_allclose(slope * errors, 0.0, atol=1e-2)


@pytest.mark.slow
def test_information_is_the_inverse_covariance_of_a_fit():
    y, sigma = _noisy()
    found = _fit(y, sigma)
    told = jw.information(X, sigma, found.scatterer, **POINT, free=FREE, instrument=found.instrument, resolution=SMALL)
    assert_allclose(told.covariance, found.covariance, rtol=1e-5)
    assert_allclose(jw.combine([told, told]).errors, told.errors / np.sqrt(2), rtol=1e-8)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"y": [1.0]}, "`y` must have one reading for each of the 24 positions, got 1"),
        ({"sigma": -1.0}, "`sigma` must be positive, got -1"),
        ({"sigma": [1.0, 2.0]}, "`sigma` must be one number or 24 of them"),
        ({"y": np.full(24, np.nan)}, "`y` must be a finite number, got nan"),
        ({"free": ("centre",)}, "did you mean 'center'?"),
        ({"free": ("center", "center")}, "`free` must name every number once"),
        ({"free": ()}, "`free` must have at least one name"),
        ({"bounds": {"center": (2.0, 1.0)}}, "two numbers in order"),
        ({"bounds": {"center": (2.0, 3.0)}}, "must hold its first value 1.3"),
        ({"bounds": {"width": (-1.0, 3.0)}}, "must be positive"),
        ({"bounds": {"offset": (-1.0, 3.0)}, "free": ("center",)}, "`bounds` must be of free parameters"),
        ({"starts": 0}, "`starts` must be an integer of at least 1"),
        ({"x": X[:2], "y": [1.0, 2.0]}, "`x` must have at least as many positions as free parameters"),
        ({"x": np.append(X[1:], 0.0)}, "`x` must not be where the scatterer is"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(change, words):
    given = {"x": X, "y": np.ones(24), "sigma": 1.0} | change
    with pytest.raises(ValueError, match=r".*") as caught:
        jw.fit_profile(scatterer=jw.Lorentzian(1.3, 0.3), **POINT, **given)
    assert words in str(caught.value)


@pytest.mark.parametrize("change", [{"loss": "huber"}, {"optimiser": "lm"}, {"instrument": 3}, {"free": 3}])
def test_arguments_of_other_types_are_refused(change):
    with pytest.raises(TypeError):
        jw.fit_profile(X, np.ones(24), 1.0, **POINT, **change)


def test_a_profile_is_read_from_a_file_or_a_dataset(tmp_path):
    import xarray as xr

    path = tmp_path / "profile.csv"
    path.write_text("# measured on Monday\nPosition, reading, error, note\n-1.0, 2.0, 0.1, a\n1.0, 3.0, 0.2, b\n")
    for read in (
        jw.read_profile(path),
        jw.read_profile(xr.Dataset({"y": ("x", [2.0, 3.0]), "sigma": ("x", [0.1, 0.2])}, {"x": [-1.0, 1.0]})),
    ):
        assert {name: column.tolist() for name, column in read.items()} == {
            "x": [-1, 1],
            "y": [2, 3],
            "sigma": [0.1, 0.2],
        }
    path.write_text("x,z\n1,2\n")
    with pytest.raises(ValueError, match="`y` must be one of the columns"):
        jw.read_profile(path)
    path.write_text("x,y\n1,two\n")
    with pytest.raises(ValueError, match=r"`y` must be numbers, got 'two' in line 2 of"):
        jw.read_profile(path)
