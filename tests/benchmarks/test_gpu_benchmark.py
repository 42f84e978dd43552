"""The benchmark of a GPU, as far as a CPU can run it: at toy size, and where it has to stop."""

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from benchmarks import common, gpu, gpu_reference, gpu_rows
from benchmarks.gpu_reference import TOLERANCES
from benchmarks.points import DOT
from jaxwire.scans.arguments import ScanArguments, make_plan

ROOT = Path(__file__).parents[2]
REFERENCE = gpu_reference.load()

sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import benchmark_tables  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first calls of some twenty programs


def command(*words):
    run, here = [sys.executable, "-m", *words], {"JAX_PLATFORMS": "cpu", "JAXWIRE_COMMIT": "abc1234"}
    return subprocess.run(run, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **here})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All of it, at toy size."""
    folder = tmp_path_factory.mktemp("gpu")
    done = command("benchmarks.gpu", "--toy", "--output", str(folder))
    assert done.returncode == 0, done.stderr
    return folder, json.loads((folder / "gpu.json").read_text()), done.stdout


def test_a_toy_run_finds_every_row_with_small_errors(whole):
    _, stored, printed = whole
    expected = [*gpu_rows.checks(gpu.TOY, REFERENCE), *(row.name for row in gpu.rows(gpu.TOY, REFERENCE))]
    found = [row for name in gpu.LISTS for row in stored[name]]
    assert sorted(row["name"] for row in found) == sorted(expected)
    assert not [row for row in found if "failed" in row or "skipped" in row]
    assert [line.partition("] ")[2].partition(": ")[0] for line in printed.splitlines()] == expected
    for row in stored["checks"]:
        assert row["agrees"] and row["differ"] == 0 and row["deviation_max"] <= row["tolerance"], row
    for row in stored["rows"]:
        # Fine grids: 4e-7 of voltage and current is usual with 64 + 24 nodes, 2e-6 of gradients, 4e-6 of Jacobians and
        # in single precision (docs/accuracy.md).
        is_rough = "parameters" in row["name"] or "single" in row["name"]
        assert row.get("error_max", 0.0) < (2e-5 if is_rough else 1e-6), row
        assert ("error_max" in row or "deviation_in_errors" in row) and row["first_call_seconds"] > 0
        assert "found_by_one_alone" not in row, row
    fit = next(row for row in stored["rows"] if row["name"].startswith("fit"))
    assert fit["deviation_in_errors"] < 4 and fit["chi2_per_degree"] < 2  # a profile has 56 degrees of freedom
    assert all(row["value"] > 0 and row["unit"] for row in stored["floors"])


def test_goals_stand_beside_the_rows_they_belong_to(whole):
    stored = whole[1]
    goals = {
        (row["name"].partition(",")[0], goal["of"]): (goal.get("at_least", goal.get("at_most")), goal["is_reached"])
        for row in [*stored["checks"], *reversed(stored["rows"])]
        for goal in row.get("goals", ())
    }
    limits = {name: limit for name, (limit, _) in goals.items()}
    assert limits["current", "points_per_second"] == 5e6
    assert limits["current and spots", "points_per_second"] == 2e6
    assert limits["given current", "points_per_second"] == 1e6
    assert limits["gradient of the current by 4 parameters", "forward_solves"] == 2.5
    assert limits["fit of eps0", "seconds"] == 1.0
    assert limits["current", "first_call_seconds"] == 5.0
    assert limits["current and spots", "error_max"] == 1e-6
    assert all(isinstance(reached, bool) for _, reached in goals.values())


def test_a_goal_is_judged_by_its_side():
    assert gpu_rows.Goal("a", 2.0, is_least=True).judge({"a": 2.5}) == {"of": "a", "at_least": 2.0, "is_reached": True}
    assert gpu_rows.Goal("a", 2.0).judge({"a": 2.5}) == {"of": "a", "at_most": 2.0, "is_reached": False}
    assert gpu_rows.Goal("a", 2.0).judge({"failed": "why"})["is_reached"] is None


def test_the_page_can_show_what_is_stored_and_says_so_where_nothing_is(whole, monkeypatch, tmp_path):
    monkeypatch.setattr(benchmark_tables, "RESULTS", whole[0])
    for name in ("gpu", "gpu_checks", "gpu_floors"):
        assert not benchmark_tables.is_missing(name) and benchmark_tables.cells(name)[1]
    titles, rows = benchmark_tables.cells("gpu")
    shown = dict(zip(titles, rows[0], strict=True))
    first = whole[1]["rows"][0]
    assert shown["a point, µs"] == f"{first['microseconds']:,.3f}" and "≥ 5,000,000 points/s: missed" in shown["goal"]
    assert "commit abc1234" in benchmark_tables.provenance("gpu")
    monkeypatch.setattr(benchmark_tables, "RESULTS", tmp_path)
    assert benchmark_tables.is_missing("gpu") and not benchmark_tables.is_missing("scans")


def test_without_a_gpu_one_line_says_so():
    for words in (["benchmarks.gpu"], ["benchmarks", "gpu"]):
        done = command(*words)
        assert (done.returncode, done.stderr.splitlines()) == (2, [gpu.NOTHING])


def test_the_reference_is_of_the_points_that_are_measured():
    assert_allclose(REFERENCE.points, gpu_reference.operating_points(), rtol=1e-15)  # powers of another libm
    some = gpu_reference.given_map(gpu_reference.SHARED_GIVEN**2)
    assert_allclose(REFERENCE.given[: len(some)], some, rtol=1e-15)
    assert np.sum(REFERENCE.points[:, 3] < 0) >= 16 and np.all(np.isfinite(REFERENCE.same["current"]))
    beyond = REFERENCE.same["status"] != 0
    assert 4 <= np.sum(beyond) <= 16 and np.any(REFERENCE.given[beyond, 3] < 0)
    assert_array_equal(np.isnan(REFERENCE.same["voltage"]), beyond)
    assert REFERENCE.made["machine"]["device"] == "cpu" and REFERENCE.made["commit"]


@pytest.mark.parametrize("points", (2**6, 2**10, 2**17, 2**20))
def test_every_map_has_the_points_of_the_reference(points):
    axes = gpu_reference.axes(points)
    grid = np.stack(np.meshgrid(*axes.values(), indexing="ij"), axis=-1)
    assert grid.shape[:2] == tuple(len(axis) for axis in axes.values()) and grid[..., 0].size == points
    assert_allclose(gpu_reference.shared(grid), REFERENCE.points[gpu_reference.ON_MAP, :2], rtol=1e-14)
    shape = [len(axis) for axis in gpu_reference.given_axes(points).values()]
    given = gpu_reference.shared(gpu_reference.given_map(points).reshape(*shape, 4), gpu_reference.SHARED_GIVEN)
    assert_allclose(given, REFERENCE.given[: len(given)], rtol=1e-14)


@pytest.mark.parametrize("size", [8, 32, 2**17])
def test_a_scan_solves_as_many_points_at_once_as_the_row_says(size):
    drive = {"temperature": 0.3, "voltage": 0.4}
    with gpu_rows.micro_batch(size):
        axes = gpu_reference.axes(2**20)
        settings = {"resolution": gpu_rows.RESOLUTION, "memory": gpu_rows.MICRO_MEMORY}
        plan = make_plan(DOT, None, ScanArguments(axes, **drive, observables=["current"], **settings))
        assert plan._layout.batch == size


def changed(name, place, factor=1.0, value=None):
    """The reference with one value changed."""
    there = {key: values.copy() for key, values in REFERENCE.same.items()}
    there[name].flat[place] = there[name].flat[place] * factor if value is None else value
    return there


@pytest.mark.parametrize("of", TOLERANCES)
def test_the_reference_does_not_differ_from_itself(of):
    relative, differ = gpu_reference.differences(of, REFERENCE.same, REFERENCE.same)
    assert len(relative) >= 40 and not relative.any() and differ == 0


CLEAR = int(np.flatnonzero(REFERENCE.same["spot_prominence"].ravel() > gpu_reference.CLEAR)[0])
FOUND = int(np.flatnonzero(REFERENCE.same["status"] == 0)[0])
BEYOND = int(np.flatnonzero(REFERENCE.same["status"])[0])


@pytest.mark.parametrize(
    ("of", "name", "place"),
    [
        ("current", "current", 100),
        ("heating", "heating", int(np.argmax(np.abs(REFERENCE.same["heating"][0])))),
        ("gradient", "gradient", int(np.argmax(np.abs(REFERENCE.same["gradient"][0])))),
        ("spots", "spot_position", CLEAR),
        ("spots", "spot_heating", CLEAR),
        ("voltage", "voltage", FOUND),
        ("voltage", "current_limit", BEYOND),
    ],
)
def test_one_value_beyond_its_tolerance_is_seen(of, name, place):
    relative, differ = gpu_reference.differences(of, changed(name, place, 1 + 2 * TOLERANCES[of].most), REFERENCE.same)
    assert np.sum(relative > TOLERANCES[of].most) == 1 and differ == 0


@pytest.mark.parametrize(
    ("of", "name", "place", "value"),
    [
        ("current", "current", 3, np.nan),
        ("gradient", "gradient", 3, np.nan),
        ("spots", "spot_exists", CLEAR, False),
        ("voltage", "status", BEYOND, 3),
        ("voltage", "voltage", FOUND, np.nan),
    ],
)
def test_what_one_alone_has_is_counted(of, name, place, value):
    assert gpu_reference.differences(of, changed(name, place, value=value), REFERENCE.same)[1] == 1


@pytest.fixture
def stub(monkeypatch, tmp_path):
    """A run of made-up checks and rows; gives the exit code and the file."""
    monkeypatch.setattr(common, "commit", lambda: "abc1234")

    def run(checks, rows, *words):
        monkeypatch.setattr(gpu_rows, "checks", lambda sizes, reference: checks)
        monkeypatch.setattr(gpu, "rows", lambda sizes, reference: rows)
        code = gpu.main(["--toy", "--output", str(tmp_path), *words])
        return code, json.loads((tmp_path / "gpu.json").read_text())

    return run


def good():
    return {name: (lambda: (1.0, REFERENCE.same)) for name in TOLERANCES}


def test_a_difference_from_the_cpu_ends_the_run_and_is_stored(stub, capsys):
    wrong = good() | {"gradient": lambda: (1.0, changed("gradient", 1, 1.5))}
    code, stored = stub(wrong, [gpu_rows.Row("never", lambda: pytest.fail("it went on"))])
    assert code == 1 and stored["rows"] == []
    assert [row["agrees"] for row in stored["checks"]] == [name != "gradient" for name in wrong]
    assert max(row["deviation_max"] for row in stored["checks"]) > 1e-3
    assert capsys.readouterr().err == "gpu: not the numbers of the CPU: gradient; nothing was timed.\n"


def test_a_row_that_fails_says_why_and_the_others_go_on(stub, capsys, tmp_path):
    def fail():
        raise RuntimeError("RESOURCE_EXHAUSTED")

    def look():
        kept = json.loads((tmp_path / "gpu.json").read_text())["rows"]
        return {"seconds": 1.0, "kept": [row["name"] for row in kept]}

    rows = [gpu_rows.Row("a", fail, (gpu_rows.ACCURATE,)), gpu_rows.Row("b", look)]
    code, stored = stub(good(), rows)
    first, second = stored["rows"]
    assert code == 1 and first["failed"] == "RuntimeError: RESOURCE_EXHAUSTED"
    assert first["goals"] == [{"of": "error_max", "at_most": 1e-6, "is_reached": None}]
    assert second == {"name": "b", "seconds": 1.0, "kept": ["a"]}  # the file is written after every row
    assert capsys.readouterr().err == "gpu: failed: a.\n"


def test_a_warning_is_stored_beside_its_row(stub):
    def warn():
        for _ in range(2):
            warnings.warn("fewer points at once", RuntimeWarning, stacklevel=1)
        return {"seconds": 1.0}

    code, stored = stub(good(), [gpu_rows.Row("a", warn), gpu_rows.Row("b", lambda: {"seconds": 1.0})])
    assert code == 0 and [row.get("warnings") for row in stored["rows"]] == [["fewer points at once"], None]


def test_a_scan_of_a_given_size_fails_where_it_would_go_on_with_another():
    with gpu_rows.micro_batch(None), pytest.warns(RuntimeWarning):
        warnings.warn("the memory of the device ran out", RuntimeWarning, stacklevel=1)
    with pytest.raises(RuntimeWarning), gpu_rows.micro_batch(32):
        warnings.warn("the memory of the device ran out", RuntimeWarning, stacklevel=1)


def test_a_check_that_fails_lets_the_rows_be_measured(stub):
    code, stored = stub(good() | {"spots": lambda: 1 / 0}, [gpu_rows.Row("a", lambda: {"seconds": 1.0})])
    (failed,) = [row["failed"] for row in stored["checks"] if row["name"] == "spots"]
    assert code == 1 and failed.startswith("ZeroDivisionError")
    assert stored["rows"] == [{"name": "a", "seconds": 1.0}]


def test_no_row_begins_after_the_time(stub, capsys):
    rows = [gpu_rows.Row("a", lambda: pytest.fail("it was begun"))]
    code, stored = stub(good(), rows, "--seconds", "0")
    assert code == 0 and len(stored["checks"]) == len(TOLERANCES)
    assert stored["rows"] == [{"name": "a", "skipped": "not begun after 0 s"}]
    assert capsys.readouterr().err == "gpu: not begun after 0 s: a.\n"
