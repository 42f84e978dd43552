"""Scans, characteristics and their figures from the command line: files in, files out, one line for what is wrong."""

import csv
import json
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import jaxwire as jw
from jaxwire.cli import main

MAP = """
temperature = 0.3
resolution = {above = 16, below = 8}
scatterer = {model = "Lorentzian", width = 0.08}
[axes]
center = [0.6, 1.44]
voltage = [0.1, 0.4, -0.1]
"""
POINT = """
temperature = 0.3
voltage = 0.1
resolution = {above = 16, below = 8}
wire.relaxation = {model = "PowerLaw", exponent = -0.5}
[scatterer]
model = "QuantumPointContact"
thresholds = [1.1, 1.6]
curvature = 0.2
"""
COARSE = jw.Resolution(16, 8)
CONTACT, WIRE = jw.QuantumPointContact([1.1, 1.6], 0.2), jw.Wire(jw.PowerLaw(-0.5))


def run(*arguments):
    return main([*map(str, arguments), "--no-cache"])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "point.toml").write_text(POINT)
    return tmp_path


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A store written by the command line, and what it printed."""
    folder = tmp_path_factory.mktemp("scan")
    (folder / "map.toml").write_text(MAP)
    assert run("scan", folder / "map.toml", "--store", folder / "map.zarr") == 0
    return folder / "map.zarr"


@pytest.fixture(scope="module")
def expected():
    axes = {"center": [0.6, 1.44], "voltage": [0.1, 0.4, -0.1]}
    return jw.scan(jw.Lorentzian(1.44, 0.08), axes=axes, temperature=0.3, resolution=COARSE)


@pytest.mark.slow
def test_a_scan_of_the_command_line_is_that_of_the_library(stored, expected):
    found = jw.open_scan(stored)
    assert found["current"].dims == expected["current"].dims
    for name in ("current", "status", "center", "voltage"):
        assert_array_equal(found[name], expected[name], err_msg=name)
    assert found.attrs["inputs"] == expected.attrs["inputs"]


def test_a_finished_scan_is_not_computed_again_and_is_summed_up(stored, expected, capsys):
    files = {path: path.stat().st_mtime_ns for path in stored.rglob("c/*")}
    assert run("scan", "map.toml", "--store", stored) == 0
    assert {path: path.stat().st_mtime_ns for path in stored.rglob("c/*")} == files
    captured = capsys.readouterr()
    assert captured.out.startswith("6 points (2 center x 3 voltage), failed: 0 of 6 points\n")
    low, high = expected["current"].values.min(), expected["current"].values.max()
    assert [f"{low:.6g}", f"{high:.6g}", "e", "mu0/h"] in [line.split()[1:] for line in captured.out.splitlines()]
    assert captured.out.endswith(f"Written: {stored}\n") and captured.err == ""


def test_machines_get_the_summary_and_without_files_the_values(stored, expected, capsys):
    assert run("scan", "map.toml", "--store", stored, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["points"], result["failures"]) == (6, "0 of 6 points")
    assert result["dims"] == {"center": 2, "voltage": 3} and result["files"] == {"store": str(stored)}
    assert result["variables"]["current"]["max"] == expected["current"].values.max()
    assert "dataset" not in result
    assert run("scan", "map.toml", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["dataset"]["data_vars"]["current"]["data"] == expected["current"].values.tolist()
    assert result["dataset"]["coords"]["center"]["data"] == [0.6, 1.44]


def test_points_that_fail_are_counted_and_give_exit_code_1(folder, capsys):
    (folder / "map.toml").write_text(MAP.replace("-0.1]", "1e300]"))
    assert run("scan", "map.toml", "--json") == 1
    result = json.loads(capsys.readouterr().out)
    assert result["failures"].startswith("2 of 6 points")
    assert result["dataset"]["data_vars"]["current"]["data"][0][2] is None


def test_a_stopped_scan_says_how_to_go_on(folder, capsys, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt("stopped after 1 of 3 blocks; run the same scan again with store='map.zarr' to go on")

    monkeypatch.setattr(jw, "scan", stop)
    assert run("scan", "map.toml", "--store", "map.zarr") == 130
    assert capsys.readouterr().err == "jaxwire: stopped after 1 of 3 blocks; run the same command again to go on\n"


def test_an_estimate_computes_no_map(capsys):
    assert run("scan", "map.toml", "--estimate", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["points"] == 6 and result["seconds"] > 0
    assert not os.path.exists("map.zarr")


@pytest.mark.skipif(not find_spec("h5py"), reason="the extra netcdf is not installed")
def test_netcdf_files_are_written_and_drawn(capsys):
    assert run("scan", "map.toml", "--netcdf", "map.nc") == 0
    assert run("plot", "map.nc", "--output", "map.svg") == 0
    assert "<svg" in Path("map.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["scan", "map.toml"], "`store` or `netcdf` must be given, or the results would be lost; --json prints them."),
        (["scan", "nix.toml", "--json"], "`config` must be a file that can be read, got 'nix.toml': No such file"),
        (["scan", "point.toml", "--json"], "`axes` must be given in the file, with what varies"),
        (["scan", "map.toml", "--store", "nowhere/map.zarr"], "`store` must be in an existing folder"),
        (["scan", "map.toml", "--json", "--memory", "1kB"], "`memory` must be at least"),
        (["scan", "map.toml", "--store", "point.toml"], "`store` must be a new path or hold a scan, got the file"),
        (["solve", "--config", "map.toml"], "`axes` must be left out for this command"),
        (["solve", "--config", "point.toml", "--width", "1"], "`width` must be left out where --config gives the scat"),
        (["iv", "--config", "point.toml"], "`voltages` or `max` must be given, one of them; got none."),
        (
            ["iv", "--config", "point.toml", "--max", "1", "--voltages", "1"],
            "`voltages` or `max` must be given, one of",
        ),
        (["iv", "--config", "point.toml", "--max", "-1"], "`max` must be positive, got -1."),
        (["iv", "--config", "point.toml", "--max", "1", "--count", "1"], "`count` must be between 2 and 10000, got 1."),
        (["iv", "--config", "point.toml", "--max", "1", "--plot", "iv.xls"], "`plot` must end in one of .png"),
        (["iv", "--config", "point.toml", "--max", "1", "--csv", "nowhere/iv.csv"], "`csv` must be in an existing fol"),
        (["plot", "nix.zarr"], "`source` must be a store of `jaxwire scan` or a NetCDF file, got 'nix.zarr', which is"),
        (["plot", ".", "--output", "a.png"], "`store` must be a new path or hold a scan, got '.', which holds someth"),
        (["plot", "nix.zarr", "--select", "side"], "`select` must be pairs such as side=left, got 'side'."),
        (["plot", "nix.zarr", "--select", "a=1", "a=2"], "`select` must name a once, got it twice."),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, complaint, folder, capsys):
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert complaint in captured.err and captured.err.count("\n") == 1
    assert captured.out == ""
    assert {path.name for path in folder.iterdir()} == {"map.toml", "point.toml"}


@pytest.mark.slow
def test_a_file_describes_any_scatterer_and_wire_to_solve(capsys):
    assert run("solve", "--config", "point.toml", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    sol = jw.solve(CONTACT, WIRE, temperature=0.3, voltage=0.1, resolution=COARSE)
    assert result["current"] == float(sol.current)
    assert result["scatterer"] == {"model": "QuantumPointContact", "thresholds": [1.1, 1.6], "curvature": 0.2}
    assert result["wire"]["relaxation"] == {"model": "PowerLaw", "exponent": -0.5}
    assert run("solve", "--config", "point.toml", "--temperature", "0.5", "--voltage", "-0.2", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["temperature"], result["voltage"]) == (0.5, -0.2)


@pytest.mark.slow
def test_a_characteristic_is_printed_written_and_drawn(capsys):
    words = ["iv", "--config", "point.toml", "--max", "0.4", "--count", "3"]
    assert run(*words, "--csv", "iv.csv", "--plot", "iv.svg") == 0
    printed = capsys.readouterr().out.splitlines()
    curve = jw.iv(CONTACT, WIRE, 0.3, [0.0, 0.2, 0.4], resolution=COARSE)
    with open("iv.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in ("voltage", "total_voltage", "current", "reverse_current", "rectification", "error_estimate"):
        assert_array_equal([float(row[name]) for row in rows], np.asarray(getattr(curve, name)), err_msg=name)
    assert printed[0].split()[:4] == ["eV", "eV_tot", "I(V)", "I(-V)"]
    assert printed[1].split()[4] == "-" and printed[3].split()[2] == f"{curve.current[2]:.6g}"
    assert "<svg" in Path("iv.svg").read_text()


def test_a_characteristic_for_machines(capsys):
    assert run("iv", "--config", "point.toml", "--voltages", "0", "-0.2", "0.4", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["voltage"] == [0.0, -0.2, 0.4] and result["rectification"][0] is None
    assert result["current"][1] < 0 < result["reverse_current"][1]
    assert len(result["status"]["code"]) == 3 and result["status"]["message"].startswith("3 x ")


def test_a_store_is_drawn_beside_it_or_where_told(stored, folder, capsys):
    assert run("plot", stored) == 0
    assert stored.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out == f"Written: {stored.with_suffix('.png')}\n"
    assert run("plot", stored, "--select", "center=0.6", "--variable", "current", "--output", "a.svg", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"file": "a.svg", "unfinished": ""}
    assert (folder / "a.svg").exists()
    assert run("plot", stored, "--variable", "curent") == 2
    assert "did you mean 'current'?" in capsys.readouterr().err


def test_an_unfinished_store_is_drawn(stored, folder, capsys):
    import shutil

    shutil.copytree(stored, folder / "map.zarr")
    shutil.rmtree(folder / "map.zarr" / "done" / "c")
    assert run("plot", "map.zarr") == 0
    assert capsys.readouterr().out == "Written: map.png (1 of 1 blocks are missing)\n"
