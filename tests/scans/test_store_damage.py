"""What checksums do not tell: chunks in the wrong place, files that are not there, descriptions that were changed."""

import json
import shutil
import warnings
from dataclasses import replace

import numpy as np
import pytest
import xarray
from fake_plan import FakePlan

from jaxwire.scans.run import run_blocks
from jaxwire.scans.store import chunks
from jaxwire.scans.store.store import Store, open_scan


@pytest.fixture
def plan(tmp_path):
    return FakePlan(log=str(tmp_path / "log"))


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    """Finished stores of two scans, which differ in their temperature alone."""
    folder = tmp_path_factory.mktemp("master")
    run_blocks(FakePlan(), folder / "map.zarr")
    run_blocks(FakePlan(temperature=0.4), folder / "other.zarr")
    return folder


@pytest.fixture
def kept(masters, tmp_path):
    """The finished scan in memory; its store is at map.zarr, that of the other one at other.zarr."""
    shutil.copytree(masters, tmp_path, dirs_exist_ok=True)
    return run_blocks(FakePlan())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "map.zarr"


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("map.zarr/current/c/0/1", "current/c/2/1"),  # another block of the same store
        ("map.zarr/limit/c/0/1", "current/c/0/1"),  # another variable of the same block
        ("map.zarr/done/c/0", "done/c/1"),
        ("other.zarr/current/c/0/1", "current/c/0/1"),  # the same block of another scan
        ("other.zarr/heating/c/3/2/0/0", "heating/c/3/2/0/0"),
    ],
)
def test_a_chunk_knows_its_place_and_its_scan(there, here, plan, path, kept):
    shutil.copyfile(path.parent / there, path / here)
    with pytest.raises(ValueError, match=f"is damaged in its chunk '{here}': run the same scan again"):
        open_scan(path)
    with pytest.warns(RuntimeWarning, match="are damaged and will be computed again: [0-9]+\\."):
        xarray.testing.assert_identical(run_blocks(plan, path), kept)
    assert len(plan.computed()) == 1


def test_a_whole_block_of_another_place_or_scan_is_damage_though_all_its_chunks_agree(plan, path, kept):
    first, second = (Store(path, plan)._files(plan.blocks()[index]) for index in (0, 1))
    for there, here in zip(first, second, strict=True):
        shutil.copyfile(path / there, path / here)
        shutil.copyfile(path.parent / "other.zarr" / there, path / there)
    with pytest.warns(RuntimeWarning, match="are damaged and will be computed again: 0, 1."):
        xarray.testing.assert_identical(run_blocks(plan, path), kept)


def test_a_coordinate_of_another_one_is_written_again(plan, path, kept):
    shutil.copyfile(path / "left" / "c" / "0", path / "right" / "c" / "0")
    with pytest.raises(ValueError, match="is damaged in its chunk 'right/c/0'"):
        open_scan(path)
    xarray.testing.assert_identical(run_blocks(plan, path), kept)
    assert plan.computed() == []


def test_readers_of_zarr_skip_the_signatures(path, kept):
    opened = xarray.open_zarr(path, chunks=None, consolidated=False)
    for name in ("current", "heating", "status", "exists", "center", "side"):
        np.testing.assert_array_equal(opened[name].values, kept[name].values, err_msg=name)
    file = path / "current" / "c" / "0" / "0"
    assert chunks.read_chunk(file) is not None and not chunks.is_whole(path, "current/c/0/0", "another scan")


@pytest.mark.parametrize(
    ("files", "missing", "n_computed"),
    [
        (["current/c/0/0"], "1 of 12 blocks are missing", 1),
        (["status/c/3/2"], "1 of 12 blocks are missing", 1),
        (["done/c/3"], "1 of 12 blocks are missing", 1),
        (["center/c/0"], "the coordinate center is missing", 0),
        (["side/c/0"], "the coordinate side is missing", 0),
        (["center/c/0", "x/c/0"], "the coordinate center and the coordinate x are missing", 0),
        (["exists", "left/c/0"], "12 of 12 blocks and the coordinate left are missing", 12),
    ],
)
def test_whatever_is_missing_is_noticed_on_reading_and_repaired_by_the_next_run(
    files, missing, n_computed, plan, path, kept
):
    for file in files:
        shutil.rmtree(path / file) if (path / file).is_dir() else (path / file).unlink()
    assert open_scan(path).attrs["unfinished"] == missing
    # What is marked as done and is not whole is told as damage.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        xarray.testing.assert_identical(run_blocks(plan, path), kept)
    assert len(plan.computed()) == n_computed
    assert "unfinished" not in open_scan(path).attrs
    assert xarray.open_zarr(path, chunks=None, consolidated=False).done.values.all()


def change(path, *keys, value):
    """Change a value in the description at the top."""
    about = json.loads((path / "zarr.json").read_text())
    inner = about
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    (path / "zarr.json").write_text(json.dumps(about))


ARRAYS = ("consolidated_metadata", "metadata")


@pytest.mark.parametrize(
    ("keys", "value", "reason"),
    [
        (
            (*ARRAYS, "current", "chunk_grid", "configuration", "chunk_shape", 0),
            3,
            r"arrays.current.chunk_grid.configuration.chunk_shape\[0\] was 2 and is 3",
        ),
        ((*ARRAYS, "current", "shape", 0), 6, r"arrays.current.shape\[0\] was 7 and is 6"),
        ((*ARRAYS, "current", "data_type"), "int64", "arrays.current.data_type was 'float64' and is 'int64'"),
        ((*ARRAYS, "current", "attributes", "scale_factor"), 2.0, "scale_factor was not given and is 2.0"),
        ((*ARRAYS, "done", "shape", 0), 3, "arrays.done.shape"),
        ((*ARRAYS, "current"), [], "arrays.current"),
        (("attributes", "inputs"), "none", "attributes.inputs was '{}' and is 'none'"),
        ((*ARRAYS, "done", "attributes", "sha256"), "0", "the record of its scan was changed"),
        ((*ARRAYS, "done", "attributes", "scan"), "[]", "TypeError|indices"),
        ((*ARRAYS,), [], "zarr.json: "),
        (("zarr_format",), 2, "zarr.json: "),
        (("attributes",), None, "zarr.json: "),
        (("consolidated_metadata",), None, "zarr.json: "),
    ],
)
def test_a_description_that_was_changed_is_one_clear_error(keys, value, reason, plan, path, kept):
    change(path, *keys, value=value)
    for use in (open_scan, lambda path: run_blocks(plan, path)):
        with pytest.raises(
            ValueError, match=f"^`store` '.*' cannot be read, its description is damaged .*{reason}"
        ) as e:
            use(path)
        assert "\n" not in str(e.value) and str(e.value).endswith("remove it and run the scan anew.")
    assert plan.computed() == []


@pytest.mark.parametrize("text", ["[]", "null", "3", '"text"', "{}", "", "[" * 5000, "\xff", '{"zarr_format": 3}'])
def test_a_description_that_is_none_is_one_clear_error(text, plan, path, kept):
    (path / "zarr.json").write_bytes(text.encode("latin-1"))
    for use in (open_scan, lambda path: run_blocks(plan, path)):
        with pytest.raises(ValueError, match="^`store` '.*' cannot be read, its description is damaged"):
            use(path)


def test_a_record_that_was_changed_is_not_believed(plan, path, kept):
    about = json.loads((path / "zarr.json").read_text())
    attributes = about["consolidated_metadata"]["metadata"]["done"]["attributes"]
    attributes["scan"] = attributes["scan"].replace('"temperature": 0.3', '"temperature": 0.4')
    (path / "zarr.json").write_text(json.dumps(about))
    with pytest.raises(ValueError, match="the record of its scan was changed"):
        run_blocks(replace(plan, temperature=0.4), path)


def test_a_store_of_another_format_is_refused_with_the_cure(plan, path, kept):
    old = {"format": 1, "jaxwire": "0.1.0", "block_shape": [2, 4], "variables": [], "inputs": {}, "versions": {}}
    change(path, *ARRAYS, "done", "attributes", value={"scan": json.dumps(old)})
    for use in (open_scan, lambda path: run_blocks(plan, path)):
        with pytest.raises(ValueError, match="has format 1 of another version of jaxwire, .* 2: take another path, or"):
            use(path)


def test_a_link_to_an_empty_or_a_new_folder_is_where_the_scan_goes(plan, path, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "empty").mkdir()
    for name in ("empty", "new"):
        link = tmp_path / f"{name}.zarr"
        link.symlink_to(tmp_path / "disk" / name)
        xarray.testing.assert_identical(run_blocks(plan, link), run_blocks(FakePlan()))
        assert link.is_symlink() and (tmp_path / "disk" / name / "zarr.json").exists()
        xarray.testing.assert_identical(open_scan(link), run_blocks(FakePlan()))
    assert sorted(file.name for file in (tmp_path / "disk").iterdir()) == ["empty", "new"]


def test_paths_that_cannot_be_renamed_or_told_are_refused(plan, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(ValueError, match="`store` must be a folder of its own, got '.', the current one."):
        run_blocks(plan, ".")
    for name in ("a\0b", "a\nb"):
        with pytest.raises(ValueError, match="`store` must be a path on one line, got"):
            run_blocks(plan, name)
    assert list((tmp_path / "here").iterdir()) == [] and plan.computed() == []
