"""Whatever the numbers: every point has an outcome and spoils no other; a store takes its own inputs and no others."""

import functools
import math
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import jaxwire as jw
from jaxwire.scans.arguments import ScanArguments, make_plan
from jaxwire.scans.store.store import Store
from jaxwire.solver.status import Outcome

N_POINTS = 16
"""Points of every scan, so that all examples have one program."""

HEALTHY = {"center": 1.44, "width": 0.08, "temperature": 0.3}
DRIVEN = {"voltage": 0.1, "current": 0.01, "force": 0.01}


def positive(low, high):
    return st.one_of(st.floats(low, high), st.floats(math.log10(low), math.log10(high)).map(lambda x: 10.0**x))


def anywhere(drive):
    """A point far beyond the promised domain."""
    size = positive(1e-12, 1e3)
    signed = st.one_of(st.just(0.0), size, size.map(lambda x: -x))
    return st.tuples(st.floats(-20.0, 50.0), positive(1e-9, 1e3), positive(1e-6, 1e4), signed)


@functools.cache
def kept(drive):
    more = ["potential_left", "powers", "heating", "spots"] if drive == "voltage" else []
    return [name for name in ("current", "voltage", "force", "error_estimate", "validity", *more) if name != drive]


def scanned(drive, points):
    names = (*HEALTHY, drive)
    more = {"x": [-1.0, 0.5]} if "heating" in kept(drive) else {}
    axes = {names: tuple(np.array(points).T)}
    return jw.scan(
        jw.Lorentzian(1.0, 0.1),
        axes=axes,
        observables=kept(drive),
        resolution=jw.Resolution(16, 8),
        progress=False,
        **more,
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::jaxwire.model.parameters.hints.InputWarning")
@pytest.mark.parametrize("drive", ["voltage", "current"])
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_point_has_numbers_or_a_reason_and_spoils_no_other(drive, data):
    points = data.draw(st.lists(anywhere(drive), min_size=N_POINTS - 1, max_size=N_POINTS - 1))
    healthy = (*HEALTHY.values(), DRIVEN[drive])
    place = data.draw(st.integers(0, N_POINTS - 1))
    ds = scanned(drive, [*points[:place], healthy, *points[place:]])

    status = ds["status"].values
    assert set(status.tolist()) <= {one.value for one in Outcome}
    has_values = np.isin(status, [one.value for one in Outcome if one.has_values])
    for name in {"current", "voltage", "force"} - {drive}:
        assert_array_equal(np.isfinite(ds[name].values), has_values, err_msg=name)
    solved = status == Outcome.SOLVED
    assert np.all(ds["error_estimate"].values[solved] <= 1e-4)
    current, voltage, force = (np.sign(ds[name].values[has_values]) for name in ("current", "voltage", "force"))
    assert np.all(force == current)
    assert np.all((current == voltage) | (ds["validity"].values[has_values] > 0))  # beyond a pole of I(V)

    alone = alone_among_its_like(drive)
    for name in ds.data_vars:
        assert_array_equal(ds[name].values[place], alone[name].values[0], err_msg=name)


@functools.cache
def alone_among_its_like(drive):
    return scanned(drive, [(*HEALTHY.values(), DRIVEN[drive])] * N_POINTS)


SAME = 0
INPUTS = {
    "scatterer": [
        (SAME, lambda: jw.Lorentzian(1.44, 0.08)),
        (SAME, lambda: jw.Lorentzian(width=np.float64(0.08), center=np.array(1.44))),
        (1, lambda: jw.Lorentzian(np.nextafter(1.44, 2.0), 0.08)),
        (2, lambda: jw.BreitWigner([jw.Resonance(1.44, 0.08)])),
        (3, lambda: jw.Function(lambda energy: 0.5 + 0.0 * energy)),
        (4, lambda: jw.Function(lambda energy: 0.25 + 0.0 * energy)),
    ],
    "wire": [
        (SAME, lambda: None),
        (SAME, jw.Wire),
        (1, lambda: jw.Wire(relaxation=jw.PowerLaw(0.5))),
        (2, lambda: jw.Wire(relaxation=jw.PowerLaw(np.nextafter(0.5, 1.0)))),
        (3, lambda: jw.Wire(screening=jw.LocalScreening(0.5))),
    ],
    "axes": [
        (SAME, lambda: {"temperature": [0.25, 0.5]}),
        (SAME, lambda: {"temperature": np.array([0.25, 0.5])}),
        (1, lambda: {"temperature": [0.25, np.nextafter(0.5, 1.0)]}),
        (2, lambda: {"temperature": [0.5, 0.25]}),
        (3, lambda: {"temperature": [0.25]}),
    ],
    "voltage": [(SAME, lambda: 1), (SAME, lambda: 1.0), (1, lambda: -1.0)],
    "observables": [
        (SAME, lambda: ["current", "force"]),
        (SAME, lambda: ("current", "force")),
        (1, lambda: ["current"]),
        (2, lambda: {"current": "current", "more": lambda sol: 2.0 * sol.current}),
        (3, lambda: {"current": "current", "more": lambda sol: 3.0 * sol.current}),
    ],
    "resolution": [
        (SAME, lambda: jw.Resolution(16, 8)),
        (SAME, lambda: jw.Resolution(above=16, below=8)),
        (1, lambda: jw.Resolution(16, 9)),
    ],
    "precision": [(SAME, lambda: "double")],
}
"""Inputs of a scan by name, with what they mean: those of one number are the same input, spelled in another way."""

choices = st.fixed_dictionaries({name: st.integers(0, len(ways) - 1) for name, ways in INPUTS.items()})


def plan_of(chosen):
    made = {name: INPUTS[name][index][1]() for name, index in chosen.items()}
    scatterer, wire = made.pop("scatterer"), made.pop("wire")
    return make_plan(scatterer, wire, ScanArguments(made.pop("axes"), **made))


def meaning(chosen):
    return {name: INPUTS[name][index][0] for name, index in chosen.items()}


@pytest.mark.slow
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(first=choices, name=st.sampled_from(sorted(INPUTS)), index=st.integers(0, 5), second=choices, near=st.booleans())
def test_a_store_goes_on_with_the_same_inputs_and_with_no_others(first, name, index, second, near):
    """Inputs that differ in one place as often as inputs that differ in many."""
    then = first | {name: min(index, len(INPUTS[name]) - 1)} if near else second
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.zarr"
        Store.open(path, plan_of(first))
        if meaning(first) == meaning(then):
            assert len(Store.open(path, plan_of(then)).missing()) > 0
            return
        with pytest.raises(ValueError, match="holds another scan"):
            Store.open(path, plan_of(then))
