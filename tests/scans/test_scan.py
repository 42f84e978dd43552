"""Scans: the numbers of a plain loop of `solve`, under names, in any blocks, from one compiled program."""

import dataclasses
import functools
import json
import math
import pickle

import jax
import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.scans.arguments import ScanArguments, make_plan
from jaxwire.scans.computation import blocks, out_of_memory, program
from jaxwire.scans.computation.execution import Execution
from jaxwire.scans.variables import (
    OF_DRIFT,
    OF_PHONONS,
    TABLE,
    WITHOUT_FIELDS,
    Setup,
    evaluate,
    read_observables,
)
from jaxwire.solver.status import Outcome

COARSE = jw.Resolution(24, 12)  # numbers are compared on the same grid: its accuracy is not the claim
WIRE = jw.Wire(relaxation=jw.PowerLaw(-0.5))
CENTER, WIDTH, PEAK = (f"resonances[0].{name}" for name in ("center", "width", "peak"))
CENTERS, WIDTHS, PEAKS = np.array([0.9, 1.2, 1.6]), np.array([0.1, 0.3]), np.array([0.4, 1.0])
X = np.array([-0.5, 0.2, 1.0])
ROUNDING = 1e-12  # sums of a batch run in another order


def dot(center=1.44, width=0.08, peak=0.5):
    return jw.BreitWigner([jw.Resonance(center, width, peak)])


def hot(sol):
    return sol.heating(0.5).total > 1.0


def several(sol):
    return {"half": sol.voltage / 2, "flow": sol.flow.spectral_current[:4]}


LEFT_OUT = ("error_estimate", *OF_PHONONS, *OF_DRIFT)
EVERYTHING = [*(name for name in TABLE if name not in LEFT_OUT), hot, several]
AXES = {CENTER: CENTERS, WIDTH: WIDTHS, PEAK: PEAKS}  # the peak shares its grid, the others do not


def scan_of_everything(**changes):
    point = {"temperature": 0.3, "voltage": 0.4, "observables": EVERYTHING, "x": X, "resolution": COARSE}
    return jw.scan(dot(), WIRE, **{"axes": AXES, **point, **changes})


@functools.cache
def everything():
    return scan_of_everything()


def solved(scatterer, temperature=0.3, voltage=0.4, wire=WIRE):
    given = {"temperature": temperature, "voltage": voltage, "resolution": COARSE, "error_estimate": False}
    return jw.solve(scatterer, wire, **given)


@pytest.mark.slow
def test_a_scan_gives_the_numbers_of_a_plain_loop():
    observed = jax.jit(lambda sol: evaluate(read_observables(EVERYTHING), sol, Setup(X)))
    for i, j, k in ((0, 0, 1), (2, 1, 0)):
        sol = solved(dot(CENTERS[i], WIDTHS[j], PEAKS[k]))
        for name, value in observed(sol).items():
            found = everything()[name].values[i, j, k]
            assert found.shape == value.shape and found.dtype == value.dtype, name
            # Spots are roots of a derivative in which terms of either sign nearly cancel.
            assert_allclose(found, value, rtol=1e-9 if name.startswith("spot") else 1e-11, atol=ROUNDING, err_msg=name)
        assert int(sol.status) == everything()["status"].values[i, j, k]
    for at in np.ndindex(3, 2, 2):
        values = (values[i] for values, i in zip(AXES.values(), at, strict=True))
        assert_allclose(everything()["current"].values[at], solved(dot(*values)).current, rtol=ROUNDING)
    assert_allclose(everything()["half"], 0.2, rtol=0)


def test_the_dataset_has_names_units_and_inputs():
    ds = everything()
    assert ds["current"].dims == (CENTER, WIDTH, PEAK) and ds["heating"].dims == (CENTER, WIDTH, PEAK, "x")
    assert ds["spot_position"].dims == (CENTER, WIDTH, PEAK, "side") and list(ds["side"].values) == ["left", "right"]
    assert ds["powers"].dims[3:] == ("side", "part") and ds["flow"].dims[3:] == ("flow_0",)
    assert_array_equal(ds[CENTER], CENTERS)
    assert_array_equal(ds["x"], X)
    for name, (units, long_name) in {
        CENTER: ("mu0", "resonance position eps0"),
        "x": ("vF tau0", "position x"),
        "current": ("e mu0/h", "current I"),
        "heating": ("", "heating P_ph/P_ext"),
        "spot_position": ("vF tau0", "position of the dominant spot"),
    }.items():
        assert ds[name].attrs == {"units": units, "long_name": long_name}
    assert ds["status"].attrs["flag_values"] == list(range(len(Outcome)))
    assert ds["status"].attrs["flag_meanings"].split()[Outcome.UNREACHABLE] == "unreachable"
    assert "current_limit" not in ds
    assert all(isinstance(value, str) for value in ds.attrs.values())
    inputs = json.loads(ds.attrs["inputs"])
    resonance = {"model": "Resonance", **{name: f"axis resonances[0].{name}" for name in ("center", "width", "peak")}}
    assert inputs["scatterer"] == {"model": "BreitWigner", "resonances": [resonance]}
    assert inputs["wire"]["relaxation"] == {"model": "PowerLaw", "exponent": -0.5}
    assert (inputs["temperature"], inputs["voltage"], inputs["x"]) == (0.3, 0.4, X.tolist())
    assert inputs["axes"][CENTER] == {CENTER: CENTERS.tolist()}
    assert inputs["observables"]["hot"]["function"].endswith("test_scan.hot")
    assert json.loads(ds.attrs["resolution"]) == {"above": 24, "below": 12}
    assert ds.attrs["jaxwire_version"] == jw.__version__ and ds.attrs["jax_version"] == jax.__version__
    assert ds.attrs["failures"] == "0 of 12 points"


def test_netcdf_keeps_everything(tmp_path):
    pytest.importorskip("h5py", reason="the extra netcdf is not installed")
    everything().to_netcdf(tmp_path / "map.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "map.nc", engine="h5netcdf") as back:
        xarray.testing.assert_equal(back, everything())
        assert back["hot"].dtype == bool and back["status"].dtype == np.int64
        assert back.attrs["inputs"] == everything().attrs["inputs"]
        assert back["current"].attrs["units"] == "e mu0/h"
        assert_array_equal(back["status"].attrs["flag_values"], range(len(Outcome)))


def test_a_store_keeps_the_same_numbers_and_is_not_computed_again(tmp_path, monkeypatch):
    stored = scan_of_everything(store=tmp_path / "map.zarr")
    xarray.testing.assert_equal(stored.load(), everything())
    assert stored["current"].attrs == everything()["current"].attrs
    monkeypatch.setattr(out_of_memory, "solve_rows", None)  # a call would fail
    xarray.testing.assert_equal(scan_of_everything(store=tmp_path / "map.zarr").load(), everything())
    xarray.testing.assert_equal(jw.open_scan(tmp_path / "map.zarr").load(), everything())
    with pytest.raises(ValueError, match="`temperature` is 0.3 there and 0.4 here"):
        scan_of_everything(store=tmp_path / "map.zarr", temperature=0.4)


@pytest.fixture
def compilations():
    """Names of the programs compiled while a test runs."""
    found = []

    def listen(name, duration, **options):
        if name == "/jax/core/compile/backend_compile_duration":
            found.append(name)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield found
    jax.monitoring.clear_event_listeners()


def test_one_program_serves_all_blocks_and_all_later_scans(compilations):
    everything()
    compilations.clear()
    larger = {CENTER: np.linspace(0.5, 2.0, 9), WIDTH: np.linspace(0.05, 0.5, 8), PEAK: [0.1, 0.2]}
    other = scan_of_everything(axes=larger, temperature=0.4, voltage=-0.2)
    assert other.sizes[CENTER] == 9 and other.attrs["failures"] == "0 of 144 points"
    swapped = scan_of_everything(axes={PEAK: PEAKS, WIDTH: WIDTHS, CENTER: CENTERS[:2]})
    assert swapped["heating"].dims == (PEAK, WIDTH, CENTER, "x")
    assert_array_equal(swapped["heating"], everything()["heating"][:2].transpose(PEAK, WIDTH, CENTER, "x"))
    zipped = scan_of_everything(axes={(CENTER, WIDTH): (CENTERS[:2], WIDTHS), PEAK: PEAKS})
    assert zipped["current"].dims == (f"{CENTER}_{WIDTH}", PEAK)
    assert_array_equal(zipped["current"], np.diagonal(everything()["current"][:2]).T)
    assert compilations == []


@pytest.mark.slow
def test_an_estimate_tells_what_a_scan_will_take(compilations):
    everything()
    compilations.clear()
    axes = {CENTER: np.linspace(0.5, 2.0, 300), WIDTH: np.linspace(0.05, 0.5, 200), PEAK: PEAKS}
    point = {"temperature": 0.3, "voltage": 0.4, "observables": EVERYTHING, "x": X, "resolution": COARSE}
    cost = jw.estimate(dot(), WIRE, axes=axes, **point)
    assert cost.points == 120_000 and cost.blocks == math.prod(
        -(-n // m) for n, m in zip((300, 200, 2), cost.block_shape, strict=True)
    )
    per_point = sum(everything()[name].nbytes for name in everything().data_vars) / 12
    assert 120_000 * per_point <= cost.result_bytes <= 120_000 * (per_point + 24)  # the values on the axes too
    assert 0 < cost.memory_bytes < 1e9 and 0 < cost.seconds < 3600
    assert "120,000 points" in str(cost) and "MB of memory" in str(cost)
    once = len(compilations)  # the program of large scans, if no test before needed it
    assert once <= 1 and jw.estimate(dot(), WIRE, axes=axes, **point).points == 120_000 and len(compilations) == once


@functools.cache
def plan_of_everything():
    asked = ScanArguments(AXES, 0.3, 0.4, observables=EVERYTHING, x=X, resolution=COARSE, memory="1GB")
    return make_plan(dot(), WIRE, asked)


@pytest.mark.parametrize("block_shape", [(1, 1, 2), (2, 1, 2), (3, 2, 2)])
def test_blocks_of_any_shape_give_the_same_bits(block_shape, compilations):
    everything()
    compilations.clear()
    plan = dataclasses.replace(plan_of_everything(), block_shape=block_shape)
    plan = pickle.loads(pickle.dumps(plan))
    assert len(plan.blocks()) == math.prod(-(-n // m) for n, m in zip(plan.shape, block_shape, strict=True))
    for block, arrays in plan.stream(plan.blocks()):
        assert list(arrays) == list(plan.variables)
        for name, values in arrays.items():
            assert_array_equal(values, everything()[name].values[block.region])
            assert values.flags.c_contiguous and values.dtype == plan.variables[name].dtype
    assert compilations == []


def test_the_first_blocks_are_under_way_before_any_is_asked_for(monkeypatch):
    plan, started = dataclasses.replace(plan_of_everything(), block_shape=(1, 1, 2)), []
    monkeypatch.setattr(Execution, "_launch", lambda self, rows, inner: started.append(rows) or [])
    plan.stream(plan.blocks())
    assert len(started) == blocks.IN_FLIGHT < len(plan.blocks())


def work(name, m, observables=None):
    """Elements of all arrays that the traced program makes for one row of m inner values, or m rows.

    Of a choice between platforms the smaller program counts, that of a CPU.
    """
    axes = {name: np.linspace(0.1, 0.9, m)}
    asked = ScanArguments(axes, 0.3, 0.4, observables=observables, resolution=COARSE, memory="1GB")
    plan = make_plan(dot(), None, asked)
    rows, inner = (loop.columns(plan.blocks()[0].region) for loop in (plan.outer, plan.inner))
    assert (len(rows), len(inner)) == ((1, m) if name == PEAK else (m, 1))

    def size(jaxpr):
        parts = [
            jax.tree.leaves(equation.params, is_leaf=lambda part: hasattr(part, "eqns")) for equation in jaxpr.eqns
        ]
        sizes = [[size(part) for part in group if hasattr(part, "eqns")] for group in parts]
        chosen = [min if equation.primitive.name == "cond" else sum for equation in jaxpr.eqns]
        inside = [choose(some) if some else 0 for choose, some in zip(chosen, sizes, strict=True)]
        made = [sum(math.prod(var.aval.shape) for var in equation.outvars) for equation in jaxpr.eqns]
        return sum(map(max, inside, made))

    def one(row, value):
        given = plan._given.tree
        return program.point(plan.program, given, program.operating_point(plan.program, given, row, value), None)

    one_row = jax.vmap(one, in_axes=(None, 0))
    return size(jax.make_jaxpr(jax.vmap(one_row, in_axes=(0, None)))(rows, inner).jaxpr)


@pytest.mark.slow
@pytest.mark.parametrize("strength", [0.3, 0.7])
@pytest.mark.parametrize("width", [0.08, 0.2])
@pytest.mark.parametrize("temperature", [0.3, 0.4])
def test_scans_that_share_a_program_keep_their_own_numbers(strength, width, temperature):
    wire = jw.Wire(screening=jw.LocalScreening(strength))
    given = {"temperature": temperature, "voltage": 0.4, "resolution": COARSE}
    ds = jw.scan(dot(width=width), wire, axes={CENTER: CENTERS}, **given)
    expected = [solved(dot(center, width), temperature, wire=wire).current for center in CENTERS]
    assert_allclose(ds.current, expected, rtol=ROUNDING)


@pytest.mark.slow
def test_axes_that_only_change_the_transmission_share_their_grid():
    fields = ["total_voltage"]  # which need the modes
    single = work(PEAK, 1, fields)
    assert work(CENTER, 24, fields) > 20 * single
    assert work(PEAK, 24, fields) < 6 * single


def test_currents_alone_are_worked_out_without_modes():
    assert work(PEAK, 1, ["current", "force", "external_power"]) < 0.5 * work(PEAK, 1, ["current", "total_voltage"])


@pytest.mark.slow
@pytest.mark.parametrize("drive", [{"voltage": 0.4}, {"voltage": -0.4}, {"current": 0.01}])
def test_what_needs_no_modes_is_the_same_without_them(drive):
    names = [one.name for one in WITHOUT_FIELDS if one.name != "error_estimate"]  # that of fields needs them
    options = {"axes": {CENTER: CENTERS}, "temperature": 0.3, "resolution": COARSE, **drive}
    alone, beside = (jw.scan(dot(), observables=[*names, *more], **options) for more in ([], ["total_voltage"]))
    for variable in (variable for name in names for variable in TABLE[name].variables):
        assert np.all(np.isfinite(alone[variable])), variable
        assert_allclose(alone[variable], beside[variable], rtol=1e-10, atol=1e-14, err_msg=variable)


def test_the_error_is_estimated_only_if_asked_for():
    assert work(PEAK, 1, ["current", "error_estimate"]) > 1.3 * work(PEAK, 1, ["current"])


CURRENTS = np.array([-0.01, 0.0, 0.01, 3.0])
TEMPERATURES, EXPONENTS = np.array([0.2, 0.3]), np.array([-0.5, 0.2])


@functools.cache
def given_current():
    axes = {"current": CURRENTS, ("temperature", "relaxation.exponent"): (TEMPERATURES, EXPONENTS)}
    return jw.scan(dot(), WIRE, axes=axes, resolution=COARSE)


@pytest.mark.slow
def test_a_current_out_of_reach_fails_alone_and_says_so():
    ds = given_current()
    assert ds["voltage"].dims == ("current", "temperature_relaxation.exponent")
    unreachable = np.repeat(CURRENTS == 3.0, 2).reshape(4, 2)
    assert_array_equal(ds["status"], np.where(unreachable, Outcome.UNREACHABLE, Outcome.SOLVED))
    assert_array_equal(np.isnan(ds["voltage"]), unreachable)
    assert_array_equal(np.isfinite(ds["current_limit"]), unreachable)
    assert np.all(ds["current_limit"].values[unreachable] < 1.0)
    assert ds.attrs["failures"] == "2 of 8 points: 2 unreachable"
    assert_array_equal(ds["relaxation.exponent"], EXPONENTS)
    assert ds["relaxation.exponent"].dims == ("temperature_relaxation.exponent",)


def test_the_voltages_found_at_given_currents_drive_them():
    for i, j in ((0, 1), (1, 0), (2, 0), (2, 1)):
        wire = jw.Wire(relaxation=jw.PowerLaw(EXPONENTS[j]))
        sol = solved(dot(), TEMPERATURES[j], float(given_current()["voltage"][i, j]), wire)
        assert_allclose(sol.current, CURRENTS[i], rtol=1e-11, atol=1e-14)  # where a search has settled


@pytest.mark.slow
@pytest.mark.parametrize("searched", [1, 20, 1000])
def test_voltages_are_the_same_however_many_are_searched_for_together(searched, monkeypatch):
    """Batches of 20 are no multiple of the micro-batch of 16; the last of them overlaps the one before."""
    monkeypatch.setattr(blocks, "SEARCHED", {"cpu": searched, "gpu": searched})
    monkeypatch.setattr(blocks, "LANE_POINTS", {"cpu": 32, "gpu": 32})
    currents = np.append(np.linspace(-0.2, 0.1, 40), 1.0)
    voltage = jw.scan(dot(), axes={"current": currents}, temperature=0.3, observables=["voltage"], resolution=COARSE)
    given = {"temperature": 0.3, "resolution": COARSE, "error_estimate": False}
    alone = jax.jit(jax.vmap(lambda current: jw.solve(dot(), current=current, **given).voltage))
    assert_allclose(voltage["voltage"], alone(currents), rtol=1e-9)
    assert np.sum(np.isnan(voltage["voltage"])) == np.sum(voltage["status"] == Outcome.UNREACHABLE) > 0
