"""Where the command line writes: what cannot be written is one line and exit code 2; nothing that was there is lost."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import jax.numpy as jnp
import pytest

import jaxwire as jw
from jaxwire.cli import main, output
from jaxwire.observables.iv import CurrentVoltage
from jaxwire.solver.status import Status

PROGRAM = Path(sys.executable).with_name("jaxwire")
POINT = ["--center", "1.44", "--width", "0.08", "--temperature", "0.3"]
MAP = """
temperature = 0.3
voltage = 0.1
resolution = {above = 16, below = 8}
scatterer = {model = "Lorentzian", width = 0.08}
[axes]
center = [0.6, 1.44]
"""
DEVICES = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the devices of Linux")
NETCDF = pytest.mark.skipif(not find_spec("h5py"), reason="the extra netcdf is not installed")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "profile.csv").write_text("x,y,sigma\n-0.5,1.2,0.1\n0.5,0.9,0.1\n1,1,0.1\n")
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def run(*arguments):
    return main([*map(str, arguments), "--no-cache"])


def launch(*arguments, shell="", **options):
    """The installed program in a process of its own, started with some words of the shell."""
    before, _, after = shell.partition(";")
    command = ["sh", "-c", f'{before or ":"}; exec "$0" "$@" {after}', PROGRAM, *arguments]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **options)


@pytest.fixture
def nothing_is_computed(monkeypatch):
    for name in ("solve", "iv", "scan", "fit"):
        monkeypatch.setattr(jw, name, None)  # a call would fail


FIT = ["fit", "profile.csv", "--temperature", "0.3", "--voltage", "0.1"]


@pytest.mark.usefixtures("nothing_is_computed")
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["solve", *POINT, "--voltage", "1", "--plot", "folder.png"], "`plot` must be a file that can be written"),
        (["iv", *POINT, "--max", "1", "--csv", "folder.png"], "got 'folder.png': Is a directory."),
        (["iv", *POINT, "--max", "1", "--csv", "a.svg", "--plot", "./a.svg"], "`plot` must be another file than `csv`"),
        (["iv", *POINT, "--max", "1", "--count", "1e9"], "Invalid value"),
        (["iv", *POINT, "--max", "1", "--count", "1000000000"], "`count` must be between 2 and 10000, got 1000000000."),
        (["iv", "--config", "map.toml", "--max", "1", "--csv", "map.toml"], "`csv` must not be a file that is read"),
        ([*FIT, "--output", "folder.png"], "`output` must be a file that can be written, got 'folder.png'"),
        ([*FIT, "--output", "profile.csv"], "`output` must not be a file that is read, got 'profile.csv', which would"),
        (["scan", "map.toml", "--netcdf", "folder.png"], "`netcdf` must be a file that can be written"),
        (["scan", "map.toml", "--netcdf", "map.toml"], "`netcdf` must not be a file that is read"),
        (["plot", "map.zarr", "--output", "folder.png"], "`output` must be a file that can be written"),
        (["reproduce", "folder.png/tables.nc"], "`folder` must be a file that can be written"),
    ],
)
def test_files_that_cannot_be_written_are_refused_before_anything_is_computed(arguments, complaint, folder, capsys):
    (folder / "folder.png" / "tables.nc" / "fig5.nc").mkdir(parents=True)
    before = sorted(folder.rglob("*"))
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert complaint in captured.err.replace('"', "") and captured.err.count("\n") == 1
    assert captured.out == "" and sorted(folder.rglob("*")) == before
    assert (folder / "map.toml").read_text() == MAP


@NETCDF
def test_a_netcdf_file_that_another_process_reads_is_replaced_and_the_reader_keeps_its_own(folder):
    import xarray

    assert run("scan", "map.toml", "--netcdf", "map.nc") == 0
    with xarray.open_dataset("map.nc", engine="h5netcdf") as opened:  # HDF5 locks it
        first = opened["current"].values
        (folder / "map.toml").write_text(MAP.replace("voltage = 0.1", "voltage = 0.2"))
        assert run("scan", "map.toml", "--netcdf", "map.nc") == 0
        assert (opened["current"].values == first).all()
    with xarray.open_dataset("map.nc", engine="h5netcdf") as opened:
        assert (opened["current"].values != first).all()


@NETCDF
def test_a_result_that_does_not_fit_where_it_should_go_is_kept_elsewhere(folder, capsys, monkeypatch):
    import xarray

    (folder / "map.nc").write_text("old")
    make_room = output._write_netcdf

    def fail(path, dataset):
        if path.name == "map.nc":
            raise OSError(28, "No space left on device", str(path))
        make_room(path, dataset)

    monkeypatch.setattr(output, "_write_netcdf", fail)
    assert run("scan", "map.toml", "--netcdf", "map.nc") == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("'map.nc' cannot be written: No space left on device; the results are in '")
    refuge = complaint.split("'")[3]
    with xarray.open_dataset(refuge, engine="h5netcdf") as opened:
        assert opened["current"].size == 2
    os.unlink(refuge)
    assert (folder / "map.nc").read_text() == "old"


@NETCDF
def test_a_disk_that_takes_no_more_leaves_the_old_file_and_one_line(folder):
    (folder / "map.nc").write_text("old")
    (folder / "map.toml").write_text(MAP.replace("[0.6, 1.44]", "{start = 0.6, stop = 1.44, count = 6000}"))
    answer = launch(
        *["scan", "map.toml", "--netcdf", "map.nc", "--store", "map.zarr", "--no-cache"],
        shell="ulimit -f 160",  # blocks of 512 or 1024 bytes
        env=os.environ | {"JAX_COMPILATION_CACHE_DIR": ""},  # whose files would meet the limit
    )
    assert (answer.returncode, answer.stderr) == (2, "'map.nc' cannot be written: File too large.\n")
    assert (folder / "map.nc").read_text() == "old"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@DEVICES
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [["--help"], ["solve", "--help"], ["--version"]])
def test_standard_output_that_is_full_or_closed_is_one_line_and_exit_code_2(words, unbuffered):
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        answer = launch(*words, stdout=full, env=environment)
    complaint = "jaxwire: standard output cannot be written: No space left on device.\n"
    assert (answer.returncode, answer.stderr) == (2, complaint)
    answer = launch(*words, shell=";>&-", env=environment)
    assert (answer.returncode, answer.stderr) == (2, "jaxwire: standard output cannot be written: it is closed.\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_had_enough_ends_the_program_quietly_as_signal_13_does(unbuffered):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        answer = launch("--help", stdout=pipe, env=os.environ | {"PYTHONUNBUFFERED": unbuffered})
    assert (answer.returncode, answer.stderr) == (141, "")


@DEVICES
def test_complaints_that_nobody_can_read_change_no_exit_code():
    closed = launch("slove", shell=";2>&-", stdout=subprocess.PIPE)
    assert (closed.returncode, closed.stdout) == (2, "")
    with open("/dev/full", "w") as full:
        assert subprocess.run([PROGRAM, "slove"], stderr=full, check=False).returncode == 2


@DEVICES
def test_numbers_are_printed_where_a_file_takes_none(capsys, monkeypatch):
    one = jnp.array([0.1])
    made_up = CurrentVoltage(one, one, one, -one, Status(jnp.zeros(1, int), one), one)
    monkeypatch.setattr(jw, "iv", lambda *arguments, **options: made_up)
    assert run("iv", *POINT, "--voltages", "0.1", "--csv", "/dev/full") == 2
    captured = capsys.readouterr()
    assert captured.err == "'/dev/full' cannot be written: No space left on device.\n"
    assert captured.out.splitlines()[1].split()[0] == "0.1"


def test_numbers_are_printed_where_matplotlib_finds_no_latex(folder, capsys, monkeypatch):
    import matplotlib

    monkeypatch.setenv("PATH", str(folder))
    with matplotlib.rc_context({"text.usetex": True}):
        assert run("solve", *POINT, "--voltage", "0.1", "--plot", "a.png") == 2
    captured = capsys.readouterr()
    assert "current" in captured.out
    assert captured.err.startswith("'a.png' cannot be written: ") and captured.err.count("\n") == 1
    assert "latex" in captured.err and not (folder / "a.png").exists()


def test_signs_that_a_terminal_lacks_are_escaped():
    code = "from jaxwire.cli.output import standard_output\nwith standard_output(): print('Written: \\u03a9.png')"
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (answer.stdout, answer.stderr) == ("Written: \\u03a9.png\n", "")
