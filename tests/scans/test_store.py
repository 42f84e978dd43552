"""Stored scans: what xarray opens, what a second run computes, what is refused, and what damage does."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray
from fake_plan import FakePlan
from killing import chunks_of

from jaxwire.scans.run import Memory, run_blocks
from jaxwire.scans.store import record, store
from jaxwire.scans.store.store import Store, open_scan, plan_block_shape

HELPERS = Path(__file__).parents[1] / "helpers"


@pytest.fixture
def plan(tmp_path):
    return FakePlan(log=str(tmp_path / "log"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "map.zarr"


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """A finished store."""
    folder = tmp_path_factory.mktemp("master") / "map.zarr"
    run_blocks(FakePlan(), folder)
    return folder


@pytest.fixture
def kept(master, path):
    """A finished scan in memory; its store, of which no block has been computed in this test, is at `path`."""
    shutil.copytree(master, path)
    return run_blocks(FakePlan())


@pytest.mark.parametrize(
    ("shape", "block_shape"), [((7, 10), (2, 4)), ((5,), (5,)), ((6,), (4,)), ((3, 4, 5), (1, 4, 3)), ((1, 1), (1, 1))]
)
def test_a_stored_scan_is_the_one_in_memory(shape, block_shape, path):
    plan = FakePlan(shape=shape, block_shape=block_shape)
    stored, kept = run_blocks(plan, path), run_blocks(plan)
    xarray.testing.assert_identical(stored, kept)
    assert list(stored.data_vars) == list(kept.data_vars)
    assert {name: stored[name].dtype for name in stored.variables} == {
        name: kept[name].dtype for name in kept.variables
    }
    xarray.testing.assert_identical(open_scan(path), kept)


def test_xarray_opens_the_folder_itself(plan, path, kept):
    opened = xarray.open_zarr(path, chunks=None)
    assert opened.done.values.all()
    xarray.testing.assert_equal(opened.drop_vars(["done", "side"]), kept.drop_vars("side"))
    assert opened.side.values.tolist() == kept.side.values.tolist()
    assert opened.attrs == kept.attrs and opened.current.attrs == kept.current.attrs
    assert set(opened.coords) == set(kept.coords)


def test_a_stored_scan_becomes_a_netcdf_file(plan, path, tmp_path, kept):
    pytest.importorskip("h5py")
    open_scan(path).to_netcdf(tmp_path / "map.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "map.nc", engine="h5netcdf") as opened:
        xarray.testing.assert_equal(opened, kept)


def test_a_second_run_computes_nothing(plan, path, kept):
    xarray.testing.assert_identical(run_blocks(plan, path), kept)
    assert plan.computed() == []


def test_a_scan_goes_on_with_the_blocks_that_are_missing_and_keeps_their_shape(plan, path, kept):
    for index in (3, 7):
        (path / "done" / "c" / str(index)).unlink()
    reported = []
    again = run_blocks(replace(plan, block_shape=(7, 10)), path, lambda *counts: reported.append(counts))
    xarray.testing.assert_identical(again, kept)
    assert plan.computed() == [3, 7]
    assert reported == [(54, 70), (62, 70), (70, 70)]
    assert plan_block_shape(path) == (2, 4) and plan_block_shape(path.parent) is None


def test_all_chunks_are_written_with_checksums_also_where_they_equal_the_fill_value(plan, path, kept):
    files = chunks_of(path)
    for name in plan.variables:
        assert sum(file.startswith(f"{name}/c/") for file in files) == len(plan.blocks()), name
    for description in path.glob("*/zarr.json"):
        codecs = json.loads(description.read_text())["codecs"]
        assert {"name": "zstd", "configuration": {"level": 0, "checksum": True}} in codecs


def test_data_come_first_and_done_last(plan, path, monkeypatch):
    names = []
    put = Store._put
    monkeypatch.setattr(Store, "_put", lambda self, name, *rest: (names.append(name), put(self, name, *rest)))
    run_blocks(plan, path)
    size = len(plan.variables) + 1
    assert len(names) == size * len(plan.blocks())
    assert all(names[at : at + size] == [*plan.variables, "done"] for at in range(0, len(names), size))


def test_another_scan_is_refused_with_the_difference_named(plan, path, kept):
    with pytest.raises(
        ValueError, match=r"^`store` '.*map.zarr' holds another scan: `temperature` is 0.3 there and 0.4"
    ):
        run_blocks(replace(plan, temperature=0.4), path)
    with pytest.raises(
        ValueError, match=r"`axes.left.shape\[0\]` is 10 there and 11 here, `axes.right.shape\[0\]` is 10"
    ):
        run_blocks(replace(plan, shape=(7, 11)), path)
    assert plan.computed() == []


@pytest.mark.parametrize(
    ("there", "here", "found"),
    [
        ({"a": {"b": [1, 2.5]}}, {"a": {"b": [1, 2.6]}}, [("a.b[1]", 2.5, 2.6)]),
        ({"a": [1]}, {"a": [1, 2]}, [("a", [1], [1, 2])]),
        ({"a": 1}, {"b": 1}, [("a", 1, record.ABSENT), ("b", record.ABSENT, 1)]),
        ({"a": float("nan"), "b": None}, {"a": float("nan"), "b": None}, []),
        ({"a": 1}, {"a": 1.0}, [("a", 1, 1.0)]),
        ({"a": {"x": 1}}, {"a": None}, [("a", {"x": 1}, None)]),
    ],
)
def test_differences_are_found_where_they_are(there, here, found):
    assert list(record.differences(there, here)) == found


def test_a_store_of_another_jaxwire_is_refused_but_can_be_opened(plan, path, monkeypatch, kept):
    monkeypatch.setattr(record, "version", lambda name: "9.9")
    with pytest.raises(ValueError, match=r"was made by jaxwire .*, and this is 9.9, whose numbers may differ"):
        run_blocks(plan, path)
    xarray.testing.assert_identical(open_scan(path), kept)


def test_another_jax_is_warned_of_where_blocks_are_missing(plan, path, kept):
    newer = replace(plan, jax_version="2")
    xarray.testing.assert_identical(run_blocks(newer, path), kept)
    (path / "done" / "c" / "0").unlink()
    with pytest.warns(RuntimeWarning, match="begun with jax_version '1', and is finished with '2'"):
        run_blocks(newer, path)


@pytest.mark.parametrize(
    ("damage", "name"),
    [(damage, "heating/c/1/2/0/0") for damage in ("flipped", "short", "empty", "missing", "other")]
    + [("flipped", "status/c/3/1"), ("flipped", "done/c/5"), ("missing", "done/c/5")],
)
def test_a_damaged_block_is_computed_again(damage, name, plan, path, kept):
    whole = (path / name).read_bytes()
    _damage(path / name, damage)
    if damage in ("flipped", "short", "empty"):
        with pytest.raises(ValueError, match=f"is damaged in its chunk '{name}': run the same scan again"):
            open_scan(path)
    if name.startswith("done") and damage == "missing":
        again = run_blocks(plan, path)
    else:
        with pytest.warns(RuntimeWarning, match="are damaged and will be computed again: [0-9]+\\."):
            again = run_blocks(plan, path)
    xarray.testing.assert_identical(again, kept)
    assert (path / name).read_bytes() == whole
    assert len(plan.computed()) == 1


def _damage(file, how):
    data = bytearray(file.read_bytes())
    if how == "missing":
        file.unlink()
        return
    if how == "other":  # whole, but of another size
        from numcodecs import Zstd

        data = Zstd(checksum=True).encode(b"another chunk")
    elif how == "flipped":
        data[-1] ^= 1
    file.write_bytes(data[: {"short": len(data) // 2, "empty": 0}.get(how, len(data))])


def test_damaged_coordinates_are_written_again(plan, path, kept):
    _damage(path / "center" / "c" / "0", "flipped")
    _damage(path / "side" / "c" / "0", "missing")
    xarray.testing.assert_identical(run_blocks(plan, path), kept)
    assert plan.computed() == []


@pytest.mark.parametrize("file", ["zarr.json", "done/zarr.json", "current/zarr.json"])
@pytest.mark.parametrize("is_missing", [True, False])
def test_a_damaged_description_is_an_error_or_restored(file, is_missing, plan, path, kept):
    before = (path / file).read_text()
    (path / file).unlink() if is_missing else (path / file).write_text('{"zarr_format": 3, "node')
    if file == "zarr.json":
        with pytest.raises(ValueError, match="^`store` "):
            run_blocks(plan, path)
    else:  # the description at the top holds those of the arrays
        xarray.testing.assert_identical(run_blocks(plan, path), kept)
        assert json.loads((path / file).read_text()) == json.loads(before)
        assert xarray.open_zarr(path, chunks=None, consolidated=False).done.values.all()


def test_unfinished_files_are_removed(plan, path, kept):
    stray = path / "current" / "c" / "0" / "1.0123456789abcdef.partial"
    stray.write_bytes(b"half")
    open_scan(path)
    run_blocks(plan, path)
    assert not stray.exists()


def test_a_half_made_store_of_a_killed_process_is_in_nobodys_way(plan, path, tmp_path):
    left = tmp_path / ".map.zarr.0123.new"
    (left / "current").mkdir(parents=True)
    run_blocks(plan, path)
    assert left.exists()  # a process may be making it just now
    os.utime(left, (0, 0))
    run_blocks(plan, path)
    assert not left.exists() and sorted(file.name for file in tmp_path.iterdir()) == ["log", "map.zarr"]


def test_an_unfinished_scan_can_be_opened(plan, path, kept):
    for name in ("done/c/0", "current/c/0/0", "status/c/0/0"):
        (path / name).unlink()
    opened = open_scan(path)
    assert opened.attrs["unfinished"] == "1 of 12 blocks are missing"
    assert np.isnan(opened.current[:2, :4]).all() and (opened.status[:2, :4] == np.iinfo("int32").min).all()
    xarray.testing.assert_equal(opened.current[2:], kept.current[2:])


def test_paths_that_hold_or_can_hold_no_store_are_refused(plan, path, tmp_path):
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.tex").write_text("kept")
    xarray.Dataset({"a": ("x", [1.0])}).to_zarr(tmp_path / "other.zarr", zarr_format=2)
    for name, complaint in [
        ("file", "must be a new path or hold a scan, got the file"),
        ("folder", "got '.*folder', which holds something else"),
        ("other.zarr", "which holds something else"),
        ("nowhere/map.zarr", "must be in an existing folder"),
    ]:
        with pytest.raises(ValueError, match=f"^`store` .*{complaint}"):
            run_blocks(plan, tmp_path / name)
        with pytest.raises(ValueError, match="^`store` "):
            open_scan(tmp_path / name)
    with pytest.raises(TypeError, match="`store` must be a path such as 'map.zarr', got 3"):
        store._usable(3)
    assert (tmp_path / "folder" / "thesis.tex").read_text() == (tmp_path / "file").read_text() == "kept"
    assert plan.computed() == []


def test_an_empty_folder_and_a_name_with_brackets_can_be_used(plan, tmp_path):
    path = tmp_path / "map[1] of *"
    path.mkdir()
    run_blocks(plan, path)
    assert Store.open(path, plan).missing() == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write to")
def test_a_folder_that_cannot_be_written_is_an_error_that_names_the_store(plan):
    with pytest.raises(OSError) as caught:
        run_blocks(plan, "/proc/self/map.zarr")
    assert caught.value.filename == "/proc/self/map.zarr" and "\n" not in str(caught.value)
    assert plan.computed() == []


def test_names_that_cannot_be_stored_are_refused(plan, path, monkeypatch):
    for name in ("done", "a/b", "center"):
        variables = {name: plan.variables["current"]}
        monkeypatch.setattr(FakePlan, "variables", variables)
        with pytest.raises(ValueError, match="`observables` must"):
            run_blocks(plan, path)
        assert not path.exists()
        monkeypatch.undo()


@pytest.mark.parametrize("sink", [Memory, lambda plan: Store.open(plan.log + ".zarr", plan)])
def test_arrays_of_another_block_are_refused(sink, plan):
    results, (first, *_, last) = sink(plan), plan.blocks()
    arrays = plan.compute(first)
    with pytest.raises(ValueError, match="`current` must have shape"):
        results.write(last, arrays)
    with pytest.raises(ValueError, match="`arrays` must be current, heating"):
        results.write(first, {"current": arrays["current"]})
    with pytest.raises(ValueError, match="`block` must be one of the plan's"):
        results.write(first._replace(region=(slice(1, 3), slice(0, 4))), arrays)
    assert len(results.missing()) == len(plan.blocks())
