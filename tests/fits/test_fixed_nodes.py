"""Slopes of readings at fixed nodes: as good as it is said where they are taken, and not taken where they are not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.fits.readings import signals
from jaxwire.fits.readings.fixed_nodes import NARROWEST, FixedNodes, can_fix
from jaxwire.fits.readings.program import RESOLUTION, FitProgram, Model

X = np.array([-2.0, -0.5, -0.1, -0.02, 0.02, 0.1, 0.5, 2.0])
FINE = jw.Resolution(200, 80)

# Kinds of scatterers by two numbers, and between which values of these points are drawn.
KINDS = {
    "resonance": (lambda a, b: jw.Lorentzian(a, b), (0.2, NARROWEST), (2.2, 0.5)),
    "two levels": (
        lambda a, b: jw.BreitWigner((jw.Resonance(a, b, 0.9), jw.Resonance(a + 0.5, 0.05, 0.5))),
        (0.2, NARROWEST),
        (1.7, 0.5),
    ),
    "point contact": (lambda a, b: jw.QuantumPointContact([a, a + 0.4], b), (0.3, 0.06), (1.6, 0.4)),
    "tunnel barrier": (lambda a, b: jw.TunnelBarrier(a, b), (0.3, 0.06), (1.6, 0.4)),
}


def profile(scatterer, point, resolution):
    sol = jw.solve(scatterer, temperature=point[0], voltage=point[1], resolution=resolution, error_estimate=False)
    return jnp.append(sol.heating(X).total, sol.current)


@pytest.mark.parametrize("kind", KINDS)
def test_slopes_at_fixed_nodes_are_those_of_a_fine_grid(kind):
    make, low, high = KINDS[kind]
    assert can_fix(make(*low), RESOLUTION)

    def slopes(row, fix, resolution):
        wrap = FixedNodes if fix else lambda scatterer: scatterer
        return jax.jacfwd(lambda pair: profile(wrap(make(*pair)), row[2:], resolution))(row[:2])

    rng = np.random.default_rng(7)
    low, high = np.array([*low, 0.03, 0.01]), np.array([*high, 0.5, 1.0])
    rows = jnp.asarray(low * (high / low) ** rng.uniform(size=(24, 4)))

    def at(fix, resolution):
        found = jax.jit(lambda rows: jax.lax.map(lambda row: slopes(row, fix, resolution), rows))(rows)
        return np.asarray(found)[:, :-1]

    exact = at(False, FINE)
    largest = np.abs(exact).max(axis=(1, 2), keepdims=True)
    error = np.abs(at(True, RESOLUTION) - exact) / largest
    assert np.max(error) < 2e-3, error.max(axis=(1, 2))
    assert np.median(error) < 1e-5
    assert_allclose(at(True, FINE) / largest, exact / largest, rtol=0.0, atol=1e-8)  # they have the same limit


def test_features_are_fixed_and_transmissions_are_not():
    def parts(center):
        kept = FixedNodes(jw.Lorentzian(center, 0.1))
        return jnp.concatenate([*kept.energy_scales()]), kept.transmission(1.1)

    features, transmission = jax.jacfwd(parts)(1.2)
    assert np.all(features == 0.0)
    assert transmission == jax.grad(lambda center: jw.Lorentzian(center, 0.1).transmission(1.1))(1.2) != 0.0


def read(monkeypatch, width, resolution=RESOLUTION, make=jw.Lorentzian):
    """Signals of a fit at two rows, the first of them of a resonance that is wide; and what was asked of programs."""
    asked, row = [], signals._read_row

    def told(layout, model, values):
        asked.append((layout.fixes_nodes, float(values[1])))
        return row(layout, model, values)

    y = np.ones_like(X)
    options = {"temperature": 0.3, "voltage": 0.4, "free": ("center", "width"), "starts": 1, "resolution": resolution}
    layout, model, *_ = jw.fit_profile(X, y, 0.1, make(1.2, 0.1), **options).problem
    monkeypatch.setattr(signals, "_read_row", told)
    (found,) = signals.read_signals(layout._replace(is_fast=False), model, np.array([[1.2, 0.1], [1.1, width]]))
    return found, asked


def test_a_row_with_a_narrow_feature_is_read_again_with_nodes_that_follow(monkeypatch):
    narrow = 1e-3
    found, asked = read(monkeypatch, narrow)
    assert [fixed for fixed, _ in asked[:2]] == [True, True]
    assert (False, narrow) in asked
    point = jnp.array([0.3, 0.4])
    exact = jax.jit(jax.jacfwd(lambda pair: profile(jw.Lorentzian(*pair), point, FINE)))(jnp.array([1.1, narrow]))[:-1]
    error = np.abs(found.slopes[1, 0] - exact).max(axis=0) / np.abs(exact).max(axis=0)
    assert np.max(error) < 1e-4  # at fixed nodes it is 8e-2 (see `fixed_nodes`)
    wide = jax.jit(jax.jacfwd(lambda pair: profile(jw.Lorentzian(*pair), point, FINE)))(jnp.array([1.2, 0.1]))[:-1]
    assert_allclose(found.slopes[0, 0], wide, rtol=1e-5, atol=1e-5 * np.abs(wide).max())


def test_no_row_is_read_again_where_all_features_are_wide(monkeypatch):
    _, asked = read(monkeypatch, 2.0 * NARROWEST)
    assert asked == [(True, 0.1), (True, 2.0 * NARROWEST)]


def test_a_gpu_reads_all_rows_at_once(monkeypatch):
    """Launching the kernels of a program takes longer there than working on a row more."""
    asked, rows = [], np.ones((4, 2))
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    monkeypatch.setattr(signals, "_read_batch_quickly", lambda layout, model, rows: asked.append(rows) or ())
    model = Model(jw.Lorentzian(1.2, 0.1), jw.Wire(), jw.HeatingProfile(), ())
    signals._read_each(FitProgram((), (), RESOLUTION, ()), model, rows)
    assert len(asked) == 1 and asked[0] is rows


def test_nodes_follow_on_few_of_them_and_where_features_are_unknown():
    assert can_fix(jw.Lorentzian(1.0, 0.1), jw.Resolution())
    assert not can_fix(jw.Lorentzian(1.0, 0.1), jw.Resolution(48, 24))
    assert not can_fix(jw.Lorentzian(1.0, 0.1), jw.Resolution(64, 16))
    assert not can_fix(jw.RectangularBarrier(2.0, 1.0), RESOLUTION)
