"""Single precision: asked for by scans alone, good to 1e-4 or says that it is not, gone afterwards."""

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import jaxwire as jw
from benchmarks.random_points import SCATTERERS, WIRES, draw
from benchmarks.single_precision import X, errors
from benchmarks.single_precision import scan as scan_model
from jaxwire.numerics.precision import working_in, working_type
from jaxwire.scans.single_precision import IN_SINGLE
from jaxwire.solver.status import Outcome

DOT = jw.Lorentzian(1.0, 0.1)
RNG = np.random.default_rng(3)
COUNT = 96
DOMAIN = {  # random points of the promised domain
    "center": RNG.uniform(0.1, 2.6, COUNT),
    "width": np.geomspace(0.01, 1.0, COUNT),
    "temperature": RNG.permutation(np.geomspace(0.03, 1.0, COUNT)),
    "voltage": RNG.uniform(-1.6, 1.6, COUNT),
}
MODELS = SCATTERERS | WIRES
A_BAD_RESIDUAL = {"center": 1.26434, "width": 0.843672, "temperature": 0.0523558, "voltage": -1.01187}


def scan(precision, observables=IN_SINGLE, columns=DOMAIN, **changes):
    x = {"x": X} if "heating" in observables else {}
    axes = {tuple(columns): tuple(columns.values())}
    return jw.scan(DOT, axes=axes, observables=list(observables), precision=precision, **x, **changes)


@pytest.fixture(scope="module")
def both():
    return {precision: scan(precision) for precision in ("double", "single")}


def largest_errors(found, exact, columns):
    """Over all observables, at the points that were solved; the others are checked to be NaN and imprecise."""
    code = found["status"].values
    is_told = code == Outcome.SOLVED
    assert_array_equal(code[~is_told], Outcome.IMPRECISE)
    for name in IN_SINGLE:
        values = np.asarray(found[name]).reshape(code.size, -1)
        assert_array_equal(np.isnan(values), np.broadcast_to(~is_told[:, None], values.shape))
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.max(list(errors(found, exact, columns["voltage"]).values()), axis=0)
    return error[is_told], is_told


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_single_precision_is_good_to_1e_4_or_says_that_it_is_not(name):
    columns = draw(MODELS[name], 192, seed=17)
    exact = scan_model(MODELS[name], columns)
    error, is_told = largest_errors(scan_model(MODELS[name], columns, precision="single"), exact, columns)
    assert error.max() < 1e-4
    assert np.median(error) > 1e-8  # it is not double precision under another name
    if "p^s" in name:  # mean free paths leave the range of float32 for larger exponents
        is_told = is_told[columns["relaxation.exponent"] < 0.5]
    assert np.mean(is_told) > 0.93


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Lorentzian", "TunnelBarrier"])
def test_single_precision_agrees_with_a_fine_grid_as_well(name):
    columns = draw(MODELS[name], 48, seed=18)
    exact = scan_model(MODELS[name], columns, resolution=jw.Resolution(160, 64))
    error, _ = largest_errors(scan_model(MODELS[name], columns, precision="single"), exact, columns)
    assert error.max() < 1e-4


def near_the_pole(count):
    """Hardly any reflection, at the low temperatures where I(V) has a pole (docs/faq.md)."""
    columns = draw(MODELS["Constant"], count, seed=19)
    return "Constant", columns | {"value": 1.0 - np.geomspace(1e-4, 0.3, count)}


def closed(count):
    """Barriers far above the Fermi energy, at low temperature."""
    columns = draw(MODELS["TunnelBarrier"], count, seed=20)
    height, decay = np.linspace(1.8, 2.6, count), np.full(count, 0.01)
    return "TunnelBarrier", columns | {"height": height, "decay": decay, "temperature": np.full(count, 0.03)}


def steep(count):
    """Resonances so narrow that rounding of an energy counts."""
    columns = draw(MODELS["DoubleBarrier"], count, seed=22)
    rng = np.random.default_rng(22)
    weak = {side: rng.permutation(np.geomspace(1e-3, 0.5, count)) for side in ("left", "right")}
    return "DoubleBarrier", columns | weak


def almost_in_equilibrium(count):
    """Voltages so small that potentials and powers cancel to their squares, where T hardly depends on energy."""
    columns = draw(MODELS["RectangularBarrier"], count, seed=21)
    return "RectangularBarrier", columns | {"voltage": np.geomspace(1e-7, 1e-2, count)}


@pytest.mark.parametrize("hard", [near_the_pole, closed, steep, almost_in_equilibrium])
def test_hard_points_are_imprecise_rather_than_wrong(hard):
    name, columns = hard(512)
    exact = scan_model(MODELS[name], columns)
    error, is_told = largest_errors(scan_model(MODELS[name], columns, precision="single"), exact, columns)
    assert error.max() < 1e-4
    assert 0.03 < np.mean(is_told) < 0.97


def test_the_residual_of_a_linear_system_is_the_true_one():
    """Updated from step to step it passed as 6e-7 here, which it was not."""
    columns = {name: np.array([value]) for name, value in A_BAD_RESIDUAL.items()}
    exact, found = (scan_model(MODELS["Lorentzian"], columns, precision=each) for each in ("double", "single"))
    error, is_told = largest_errors(found, exact, columns)
    assert is_told.all() and error.max() < 5e-5  # 1.2e-4 otherwise


@pytest.mark.slow
def test_the_current_alone_is_told_where_potentials_cancel():
    name, columns = almost_in_equilibrium(64)
    found = scan_model(MODELS[name], columns, ("current",), precision="single")
    exact = scan_model(MODELS[name], columns)  # by the program of the same scatterer above
    is_told = found["status"].values == Outcome.SOLVED
    assert np.mean(is_told) > 0.8
    assert np.max(np.abs(found["current"] / exact["current"] - 1.0).values[is_told]) < 1e-4


@pytest.mark.slow
def test_a_wire_without_potential_is_told():
    name = "local screening"
    columns = draw(MODELS[name], COUNT, seed=17) | DOMAIN | {"screening.strength": np.zeros(COUNT)}
    found, exact = (scan_model(MODELS[name], columns, precision=each) for each in ("single", "double"))
    assert_array_equal(found["status"], Outcome.SOLVED)
    assert_array_equal(found["potential"], 0.0)
    assert np.max(np.abs(found["current"] / exact["current"] - 1.0)) < 1e-4


def test_no_voltage_is_told_exactly():
    columns = {name: values[:4] for name, values in DOMAIN.items()} | {"voltage": np.zeros(4)}
    found = scan("single", columns=columns)
    assert_array_equal(found["status"], Outcome.SOLVED)
    for name in ("current", "powers"):
        assert_array_equal(found[name], 0.0)


def test_weak_double_barriers_keep_their_digits_in_single_precision():
    energy = np.linspace(0.2, 2.0, 64)
    exact = jw.DoubleBarrier(1e-4, 2e-4, 8.0).transmission(energy)
    with working_in("single"):
        barrier = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), jw.DoubleBarrier(1e-4, 2e-4, 8.0))
        found = barrier.transmission(jnp.asarray(energy, jnp.float32))
        width = barrier.energy_scales().width
    assert np.max(np.abs(np.asarray(found, float) / exact - 1.0)) < 1e-4  # 1e-3 if 1 - sqrt(R1 R2) cancels
    np.testing.assert_allclose(width, jw.DoubleBarrier(1e-4, 2e-4, 8.0).energy_scales().width, rtol=1e-5)


@pytest.mark.slow
def test_types_say_in_which_precision_numbers_are(both):
    assert {both["single"][name].dtype for name in IN_SINGLE} == {np.dtype(np.float32)}
    assert {both["double"][name].dtype for name in IN_SINGLE} == {np.dtype(np.float64)}
    assert '"precision": "single"' in both["single"].attrs["inputs"]
    assert (both["single"]["status"] == Outcome.SOLVED).all()


def test_single_precision_ends_with_the_scan(both):
    assert working_type() == jnp.zeros(()).dtype == np.float64
    assert jw.solve(DOT, temperature=0.3, voltage=0.1, error_estimate=False).current.dtype == np.float64


def test_single_precision_is_that_of_one_thread():
    seen = []
    with working_in("single"):
        thread = threading.Thread(target=lambda: seen.append((working_type(), jnp.zeros(()).dtype)))
        thread.start()
        thread.join()
        assert working_type() == jnp.zeros(()).dtype == np.float32
    assert seen == [(np.float64, np.float64)]


def test_a_failed_point_spoils_no_other_in_single_precision(both):
    columns = {name: values.copy() for name, values in DOMAIN.items()}
    columns["temperature"][[3, 5]] = 1e30  # the grid overflows
    found = scan("single", columns=columns)
    failed = found["status"].values > 0
    assert_array_equal(np.flatnonzero(failed), [3, 5])
    assert_array_equal(np.isnan(found["current"].values), failed)
    assert_array_equal(found["current"].values[~failed], both["single"]["current"].values[~failed])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"precision": "half"}, "`precision` must be 'double' or 'single', got 'half'."),
        ({"observables": ["current", "spots"]}, "got 'spots'; use precision='double'."),
        (
            {"observables": {"own": lambda sol: sol.current}},
            "must go with observables out of current",
        ),
        ({"wire": jw.Wire(screening=jw.GatedCoulomb(5.0, 0.05, 0.5))}, "with a local potential, got GatedCoulomb"),
        ({"voltage": None, "current": 0.01}, "must go with a given voltage, got a given current"),
        ({"voltage": None, "force": 0.01}, "must go with a given voltage, got a given force"),
    ],
)
def test_what_was_not_measured_is_refused_before_anything_runs(changes, message):
    given = {"voltage": 0.1, "precision": "single", "axes": {"center": [1.0, 1.2], "temperature": [0.3]}}
    with pytest.raises(ValueError) as caught:
        jw.scan(**({"scatterer": DOT} | given | changes))
    assert message in str(caught.value)


def test_numbers_in_single_precision_are_refused_unless_asked_for():
    with pytest.raises(TypeError, match="`temperature` must be in double precision, got float32"):
        jw.solve(DOT, temperature=np.float32(0.3), voltage=0.1)
    with pytest.raises(TypeError, match="`center` must be in double precision, got float32"):
        jw.Lorentzian(center=jnp.asarray(1.0, dtype=jnp.float32), width=0.1)
