"""The error estimate is honest, and cries wolf rarely."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import jaxwire as jw
from jaxwire.solver.error_estimate import KNEE, sharpened

X = [-3.0, -0.3, -0.05, 0.05, 0.3, 3.0]
KEPT = ["current", "potential_left", "potential_right", "heating"]


KINDS = [jw.Lorentzian(1.0, 0.1), jw.RectangularBarrier(1.0, 2.0), jw.DoubleBarrier(0.1, 0.1, 5.0)]
"""All features known, the narrowest, and some."""


@pytest.mark.parametrize("scatterer", KINDS, ids=lambda one: type(one).__name__)
def test_small_differences_are_the_estimate_and_large_ones_are_never_made_larger(scatterer):
    difference = jnp.geomspace(1e-10, 1e3, 400)
    found = jax.vmap(lambda one: sharpened(one, scatterer))(difference)
    assert np.all(np.diff(found) >= 0) and np.all(found <= difference)
    assert_array_equal(found[difference <= KNEE], difference[difference <= KNEE])
    assert_array_equal(found[difference >= 1], difference[difference >= 1])
    assert np.isnan(sharpened(jnp.asarray(jnp.nan), scatterer))


@pytest.mark.slow
def test_narrow_resonances_are_not_called_inaccurate_unless_they_are():
    """On the difference of two grids alone, 27 of 200 such points would be: 274 of 2,000 were."""
    rng = np.random.default_rng(12)
    center, width = rng.uniform(0.05, 4.0, 200), np.exp(rng.uniform(np.log(1e-4), np.log(0.02), 200))
    temperature, voltage = np.exp(rng.uniform(np.log(0.005), np.log(2.5), 200)), rng.uniform(-3.3, 3.3, 200)
    axes = {("center", "width", "temperature", "voltage"): (center, width, temperature, voltage)}
    dot = jw.Lorentzian(1.0, 0.1)
    found = jw.scan(dot, axes=axes, x=X, observables=[*KEPT, "error_estimate"])
    finer = jw.scan(dot, axes=axes, x=X, observables=KEPT, resolution=jw.Resolution(240, 96))
    errors = [np.abs(found.current / finer.current - 1.0)]
    for names in (KEPT[1:3], KEPT[3:]):  # potentials and profiles are judged by their largest value
        pairs = [(found[name].values.reshape(200, -1), finer[name].values.reshape(200, -1)) for name in names]
        values, exact = (np.concatenate(part, axis=1) for part in zip(*pairs, strict=True))
        errors.append(np.max(np.abs(values - exact), axis=1) / np.max(np.abs(exact), axis=1))
    error, estimate = np.max(errors, axis=0), found.error_estimate.values
    assert np.mean(error <= np.maximum(estimate, 1e-9)) >= 0.95  # the promise; rounding of profiles, with what is below
    assert not np.any((error > 1e-4) & (estimate <= 1e-4))
    assert np.sum((error < 1e-5) & (estimate > 1e-4)) <= 5
