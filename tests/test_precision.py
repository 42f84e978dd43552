"""Single precision: asked for by scans alone, refused where it was not measured, good to 3e-5, gone afterwards."""

import threading

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import jaxwire as jw
from jaxwire import status
from jaxwire.precision import working_in, working_type
from jaxwire.single import IN_SINGLE

DOT = jw.Lorentzian(1.0, 0.1)
X = np.array([-3.0, -0.3, 0.01, 1.0])
RNG = np.random.default_rng(3)
FACES = ("potential_left", "potential_right")
COUNT = 96
DOMAIN = {  # random points of the promised domain
    "center": RNG.uniform(0.1, 2.6, COUNT),
    "width": np.geomspace(0.01, 1.0, COUNT),
    "temperature": RNG.permutation(np.geomspace(0.03, 1.0, COUNT)),
    "voltage": RNG.uniform(-1.6, 1.6, COUNT),
}


def scan(precision, observables=IN_SINGLE, columns=DOMAIN, **changes):
    x = {"x": X} if "heating" in observables else {}
    axes = {tuple(columns): tuple(columns.values())}
    return jw.scan(DOT, axes=axes, observables=list(observables), precision=precision, **x, **changes)


@pytest.fixture(scope="module")
def both():
    return {precision: scan(precision) for precision in ("double", "single")}


@pytest.mark.parametrize("name", IN_SINGLE)
def test_single_precision_is_good_to_3e_5_over_the_promised_domain(both, name):
    exact, found = (np.asarray(both[each][name], dtype=float).reshape(COUNT, -1) for each in ("double", "single"))
    scale = np.abs(exact)
    if name in FACES:  # relative to the larger face: either potential may vanish
        scale = np.stack([np.abs(both["double"][face]) for face in FACES], axis=1)
    error = np.max(np.abs(found - exact), axis=1) / np.max(scale, axis=1)
    assert error.max() < 3e-5
    assert np.median(error) > 1e-8  # it is not double precision under another name


def test_types_say_in_which_precision_numbers_are(both):
    assert {both["single"][name].dtype for name in IN_SINGLE} == {np.dtype(np.float32)}
    assert {both["double"][name].dtype for name in IN_SINGLE} == {np.dtype(np.float64)}
    assert '"precision": "single"' in both["single"].attrs["inputs"]
    assert (both["single"]["status"] == status.SOLVED).all()


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
        ({"scatterer": jw.Constant(0.5), "axes": {"temperature": [0.3]}}, "must go with a Lorentzian, got Constant"),
        ({"wire": jw.Wire(jw.PowerLaw(0.5))}, "must go with a constant relaxation time, got PowerLaw"),
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
