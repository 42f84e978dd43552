"""What is asked of a scan is checked before anything is compiled: refusals, block shapes, predicted memory."""

import math
from typing import NamedTuple

import numpy as np
import pytest

import jaxwire as jw
from jaxwire.model.description import describe
from jaxwire.scans import plan as plan_of_scan
from jaxwire.scans.arguments import ScanArguments, make_plan
from jaxwire.scans.computation import blocks
from jaxwire.scans.computation.blocks import block_shape
from jaxwire.scans.computation.memory import ON_CPU, SEARCHING, SHARE_OF_DEVICE, Footprint, read_memory, usual_memory
from jaxwire.scans.provenance import git_state

DOT = jw.Lorentzian(center=1.44, width=0.08)
PAIR = jw.BreitWigner([jw.Resonance(1.0, 0.1, 0.5), jw.Resonance(2.0, 0.1)])
AXES = {"center": [0.6, 1.4]}
POINT = {"temperature": 0.3, "voltage": 0.1}
X = [0.1, 0.2]


def plan(scatterer=DOT, axes=AXES, observables=None, x=None, x_max=None, memory="1GB", **given):
    asked = {"observables": observables, "x": x, "x_max": x_max, "memory": memory, "resolution": jw.Resolution(24, 12)}
    return make_plan(scatterer, None, ScanArguments(axes, **asked, **(given or POINT)))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"voltage": 0.1}, TypeError, "`temperature` must be given, as a number or as an axis; got none"),
        ({"temperature": 0.3}, TypeError, "one of them, as a number or as an axis; got none"),
        ({**POINT, "current": 0.1}, TypeError, "one of them, .* got voltage and current"),
        ({"axes": {"current": [0.1]}, **POINT}, TypeError, "one of them, .* got voltage and current"),
        (
            {"axes": {"voltage": [0.1]}, **POINT},
            ValueError,
            "`voltage` must be given once, got a fixed value and an axis",
        ),
        ({"temperature": -0.3, "voltage": 0.1}, ValueError, r"`temperature` must be positive, got -0\.3"),
        ({"temperature": [0.3, 0.4], "voltage": 0.1}, ValueError, r"`temperature` must be a single number, got shape"),
        ({"axes": {"widht": [0.1]}}, ValueError, "did you mean 'width'"),
        ({"observables": ["spot"]}, ValueError, "did you mean 'spots'"),
        ({"observables": ["heating"]}, ValueError, "`x` must be given for the observable 'heating', got none"),
        ({"x": X}, ValueError, "`x` must be given only with an observable that is a function of x"),
        ({"x": [], "observables": ["heating"]}, ValueError, "`x` must have at least one position, got none"),
        ({"x": [0.0], "observables": ["heating_parts"]}, ValueError, "`x` must not be 0 in heating"),
        ({"x": 0.1, "observables": ["heating"]}, ValueError, "`x` must be an array with 1 axis"),
        ({"x_max": 5.0}, ValueError, "`x_max` must be given only with the observable 'spots'"),
        ({"x_max": -5.0, "observables": ["spots"]}, ValueError, "`x_max` must be more than 0.01"),
        ({"observables": ["center"]}, ValueError, "`observables` must be known, got 'center'"),
        ({"observables": {"center": lambda s: 1.0}}, ValueError, "`observables` must not have the name of an axis"),
        (
            {"observables": {"x": lambda s: 1.0, "heating": "heating"}, "x": X},
            ValueError,
            "not have the name of an axis",
        ),
        ({"axes": {"current": [0.1]}, "observables": ["current"], "temperature": 0.3}, ValueError, "got 'current'"),
        ({"memory": "1 potato"}, ValueError, "`memory` must be written like '500MB' or '2GiB', got '1 potato'"),
        ({"memory": "10kB"}, ValueError, r"`memory` must be at least 0\.\d+ MB for this scan, got 0\.01 MB"),
        ({"memory": True}, TypeError, "`memory` must be text such as '1GB' or a number of bytes, got True"),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else "",  # the same in every process of the test run
)
def test_what_makes_no_sense_is_refused_before_anything_runs(arguments, error, words):
    with pytest.raises(error, match=words) as refusal:
        plan(**arguments)
    assert str(refusal.value).startswith("`") and str(refusal.value).endswith(".")


def test_results_that_do_not_fit_into_memory_are_refused_with_the_cure():
    axes = {"center": np.linspace(0.1, 2.0, 3000), "width": np.linspace(0.1, 1.0, 3000)}
    with pytest.raises(ValueError, match=r"`memory` must hold the results, \d+ MB, .* or store= to keep them on disk"):
        jw.scan(DOT, axes=axes, **POINT, memory="100MB", resolution=jw.Resolution(24, 12))


def test_the_voltage_is_kept_where_the_current_is_an_axis():
    assert list(plan().variables) == ["status", "current"]
    assert list(plan(axes={"current": [0.1]}, temperature=0.3).variables) == ["status", "current_limit", "voltage"]


@pytest.mark.parametrize(
    ("memory", "amount"),
    [
        ("500MB", 5e8),
        ("1GB", 1e9),
        ("2GiB", 2 * 2**30),
        ("1.5 kB", 1500),
        ("16 KiB", 2**14),
        (12345, 12345),
        (1e9, 1e9),
    ],
)
def test_amounts_of_memory_are_understood(memory, amount):
    assert read_memory(memory) == amount


@pytest.mark.parametrize("memory", ["", "GB", "1", "-1GB", "1gb", "0GB", 0, -5, math.nan, math.inf])
def test_amounts_that_are_none_are_refused(memory):
    with pytest.raises(ValueError, match="^`memory` must be .*got"):
        read_memory(memory)


@pytest.mark.parametrize("sizes", [(512, 512), (300, 7, 11), (5000,), (1, 1), (3, 100, 100), (9973, 2)])
def test_blocks_are_whole_along_the_last_dimensions_and_of_even_size(sizes):
    shape = block_shape(sizes, 2048)
    assert math.prod(shape) <= 2048
    is_partial = [part < size for part, size in zip(shape, sizes, strict=True)]
    first = max((i for i, partial in enumerate(is_partial) if partial), default=0)
    assert not any(is_partial[first + 1 :])
    parts = -(-sizes[first] // shape[first])
    assert parts * shape[first] - sizes[first] < parts  # no block has room for one point more than it needs


def test_memory_decides_how_much_is_done_at_once():
    need = Footprint(solving=10**6, kept=1000)
    assert blocks.choose_layout(need, 10**9, "cpu", 1, 1) == (16, 1024, 1, 512)
    assert blocks.choose_layout(need, 10**9, "gpu", 1, 1).batch == 256  # what half of the memory holds is 500
    assert blocks.choose_layout(need, 10**7, "cpu", 1, 1).batch == 5
    assert blocks.choose_layout(need, 10**9, "cpu", 4, 1) == (16, 1024, 4, 512)
    assert blocks.choose_layout(need, 10**9, "cpu", 1, 24).batch == 1  # each row has all inner values
    tight = blocks.choose_layout(need._replace(solving=10**4), 4 * 10**6, "cpu", 1, 1)
    most = 2 * 10**6 // SEARCHING  # each of them is small, but not nothing
    assert (most, tight.capacity, tight.searched) == (244, 656, 219)  # rather than 244 twice and the last 244 again
    assert blocks.choose_layout(need, 10**7, "cpu", 1, 1).searched == 5  # a step takes as much as a solution
    assert blocks.choose_layout(need._replace(kept=10**6), 10**8, "cpu", 1, 1).searched == 16  # no more than there are
    large = blocks.choose_layout(Footprint(10**6, 10**6), 10**9, "cpu", 2, 1)
    assert large.rows * 10**6 * (blocks.IN_FLIGHT + 1) <= 5 * 10**8
    assert blocks.choose_layout(need, 10**9, "cpu", 2, 1, rows=5000).capacity == 2512  # as a store was made with


def test_a_small_scan_is_not_solved_in_a_large_micro_batch():
    need = Footprint(solving=1000, kept=100)

    def sizes(is_searched):
        totals = (1, 2048, 2049, 10**5, 10**7)
        return {
            total: blocks.choose_layout(need, 10**11, "gpu", 2, 1, is_searched=is_searched, total=total)[:2]
            for total in totals
        }

    assert sizes(is_searched=True) == {
        1: (1024, 1024),
        2048: (1024, 1024),  # a lane has half of them
        2049: (8192, 8192),
        10**5: (65536, 524288),
        10**7: (65536, 524288),
    }
    smaller = {10**5: (65536, 131072), 10**7: (65536, 131072)}  # no voltages that are searched for together
    assert sizes(is_searched=False) == sizes(is_searched=True) | smaller
    assert blocks.choose_layout(need, 10**9, "cpu", 2, 1, total=1) == blocks.choose_layout(need, 10**9, "cpu", 2, 1)


class Device(NamedTuple):
    """What a device of JAX says of itself."""

    platform: str
    report: dict[str, int] | None

    def memory_stats(self) -> dict[str, int] | None:
        return self.report


def test_unless_told_a_scan_takes_a_share_of_what_its_devices_have_free():
    card = Device("gpu", {"bytes_limit": 60 * 10**9, "bytes_in_use": 10**10})
    assert usual_memory([card, card]) == SHARE_OF_DEVICE * 10**11
    full = Device("gpu", {"bytes_limit": 6 * 10**9, "bytes_in_use": 6 * 10**9})
    assert usual_memory([full]) > 0
    assert usual_memory([Device("gpu", None)]) == ON_CPU
    assert usual_memory([Device("cpu", {"bytes_limit": 10**12, "bytes_in_use": 0})]) == ON_CPU


@pytest.mark.parametrize("gigabytes", [8, 12, 24, 40, 80, 141])
@pytest.mark.parametrize("solving", [60_000, 150_000, 600_000])
def test_cards_of_any_size_hold_what_is_solved_on_them(gigabytes, solving):
    memory = int(0.75 * SHARE_OF_DEVICE * gigabytes * 2**30)
    chosen = blocks.choose_layout(Footprint(solving, 30), memory, "gpu", 2, 1)
    assert 2 * chosen.batch * solving <= memory / 2
    assert 2 * chosen.searched * SEARCHING <= memory / 2
    assert chosen.capacity % chosen.batch == 0
    assert chosen.batch == 65536 or 4 * chosen.batch * solving > memory / 2  # as many as the memory allows


@pytest.fixture
def two_threads(monkeypatch):
    """Block shapes depend on the number of processors."""
    monkeypatch.setattr(plan_of_scan, "n_threads", lambda: 2)


def test_blocks_of_a_large_grid_are_of_one_size_whatever_the_grid(two_threads):
    shapes = [
        plan(axes={"center": np.linspace(0.1, 2.0, n), "width": np.linspace(0.1, 1.0, n)}).block_shape
        for n in (128, 512)
    ]
    assert shapes == [(16, 128), (4, 512)]


def test_inner_axes_come_in_blocks_of_their_own(two_threads):
    axes = {"resonances[0].peak": np.linspace(0.0, 1.0, 100), "temperature": np.linspace(0.1, 1.0, 200)}
    assert plan(PAIR, axes, voltage=0.1).block_shape == (25, 67)
    searched = plan(PAIR, axes, current=0.01)  # the voltage follows the transmission, and everything the voltage
    assert searched.block_shape == (10, 200)


def test_inputs_name_functions_by_code_and_captured_values():
    def function_of(height):
        return lambda energy: height + 0.0 * energy

    one, same, other = (describe(jw.Function(function_of(height))) for height in (0.5, 0.5, 0.6))
    assert one == same != other
    assert describe(jw.Function(lambda energy: 0.5 + 0.0 * energy)) != one


def test_inputs_keep_long_arrays_as_a_digest():
    values = np.linspace(0.0, 1.0, 1000)
    seen = describe(values)
    assert (seen["shape"], seen["first"], seen["last"]) == ([1000], 0.0, 1.0)
    assert describe(np.where(values == values[500], 0.1, values)) != seen
    assert describe(np.array([1.0, np.nan])) == [1.0, "nan"]


def test_a_folder_that_is_no_checkout_has_no_git_state(tmp_path):
    assert git_state(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    assert git_state(tmp_path) == ""  # git itself finds none


def test_an_estimate_takes_the_arguments_of_a_scan_and_no_others():
    with pytest.raises(TypeError, match="`estimate` has no argument 'store'"):
        jw.estimate(DOT, axes=AXES, store="map.zarr", **POINT)
    with pytest.raises(TypeError, match="`axes` must be given, got none"):
        jw.estimate(DOT, **POINT)
