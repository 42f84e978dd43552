"""The command line: results on stdout, one line on stderr and exit code 2 for bad input, a fast start."""

import functools
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import jax
import numpy as np
import pytest

import jaxwire as jw
from jaxwire.cli import app, main
from jaxwire.cli.examples import EXAMPLES
from jaxwire.numerics.kernel_cache import cache_directory, compilation_cache

PROGRAM = Path(sys.executable).with_name("jaxwire")
POINT = ["--center", "1.44", "--width", "0.08", "--temperature", "0.3", "--voltage", "0.1"]
ASKED = ["solve", *POINT, "--x", "1"]


def run(*arguments):
    """Exit code of the command line in this process, without its cache."""
    return main([*arguments, "--no-cache"])


def launch(*arguments, **environment):
    """The installed program in a process of its own; a line that asks for patience, on a slow machine, is left out."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("JAX_", "TF_CPP"))}
    answer = subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, env=settings | environment, check=False
    )
    answer.stderr = re.sub(r"^jaxwire: compiling and .*\n", "", answer.stderr, flags=re.MULTILINE)
    return answer


def changed(**options):
    """The options of `POINT` with some values replaced."""
    point = dict(zip(POINT[::2], POINT[1::2], strict=True)) | {f"--{name}": value for name, value in options.items()}
    return [word for pair in point.items() for word in pair]


def test_solve_prints_the_solution(capsys):
    assert run("solve", *POINT) == 0
    sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    assert capsys.readouterr().out.strip() == str(sol)


def test_solve_gives_machines_the_numbers_of_the_library(capsys):
    assert run("solve", *POINT, "--x", "-0.5", ".5", "--json") == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    for name in ("voltage", "current", "force", "total_voltage", "potential_left", "potential_right", "error_estimate"):
        assert result[name] == float(getattr(sol, name)), name
    assert result["scatterer"] == {"model": "Lorentzian", "center": 1.44, "width": 0.08}
    assert result["status"] == {"code": 0, "message": "solved"}
    assert result["profile"]["x"] == [-0.5, 0.5]
    x = np.array([-0.5, 0.5])
    for name, values in sol.heating(x)._asdict().items():
        assert result["profile"][name] == values.tolist(), name
    assert result["profile"]["potential"] == sol.potential(x).tolist()
    assert captured.err == ""


@pytest.mark.parametrize("words", [["--x", "-0.5", "-1e-1"], ["--x=-0.5", "--x=-1e-1"], ["--x", "-.5", "--x", "-.1"]])
def test_negative_numbers_are_values(words, capsys):
    assert run("solve", *changed(voltage="-0.1"), *words, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["profile"]["x"] == [-0.5, -0.1]
    assert result["voltage"] == -0.1 and result["current"] < 0


def test_a_number_that_does_not_exist_is_null(capsys):
    assert run("solve", *changed(voltage="0"), "--x", "1", "--json") == 0  # no current: P_ph/P_ext is 0/0
    result = json.loads(capsys.readouterr().out)
    assert result["current"] == 0.0
    assert result["profile"]["total"] == [None]


def test_a_point_that_cannot_be_solved_says_so_and_exits_with_1(capsys):
    assert run("solve", *changed(temperature="1e-300", voltage="1e300"), "--json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["current"] is None
    assert json.loads(captured.out)["status"]["code"] != 0
    assert "NaN" in captured.err and captured.err.count("\n") == 1


def test_solve_draws_a_figure(tmp_path):
    assert run("solve", *POINT, "--plot", str(tmp_path / "profile.svg")) == 0
    assert "<svg" in (tmp_path / "profile.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (changed(width="-0.1"), "`width` must be positive, got -0.1."),
        (changed(temperature="0"), "`temperature` must be positive, got 0."),
        (changed(center="nan"), "`center` must be a finite number, got nan."),
        (changed(voltage="inf"), "`voltage` must be a finite number, got inf."),
        ([*POINT, "--x", "0"], "`x` must not be 0 in heating"),
        ([*POINT, "--x", "1", "nan"], "`x` must be one or more finite numbers, got 1.0, nan."),
        ([*POINT, "--x"], "`x` must be one or more finite numbers, got none."),
        ([*POINT, "--plot", "profile.xls"], "`plot` must end in one of .png, .pdf, .svg, .eps, got 'profile.xls'."),
        ([*POINT, "--plot", "/nowhere/profile.png"], "`plot` must be in an existing folder"),
        ([*POINT, "--plot", "a\0.png"], "`plot` must be a path without null characters, got 'a\\x00.png'."),
        ([*changed(voltage="0"), "--plot", "profile.png"], "`plot` needs a current"),
        (changed(width="wide"), "`width` must be a number, got 'wide'."),
        (POINT[:-2], "`voltage`, `current` or `force` must be given, one of them; got none."),
        ([*POINT, "--bogus", "1"], "Unknown option: --bogus"),
        ([*changed(), "--widht", "0.1"], "--widht"),
        (["1.44"], "Unused Tokens: ['1.44']"),
        (POINT[2:], "`center` must be given, or a file with any scatterer as --config; got none."),
        (POINT[:4], "`temperature` must be given; got none."),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, complaint, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("solve", *arguments) == 2
    captured = capsys.readouterr()
    assert complaint in captured.err.replace('"', "")  # releases of cyclopts differ in their quotes
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_misspelt_option_or_command_gets_a_suggestion(capsys):
    assert main(["slove"]) == 2
    assert "Did you mean solve?" in capsys.readouterr().err.replace('"', "")
    assert main(["solve", *[word.replace("width", "widht") for word in POINT]]) == 2
    assert "Did you mean --width" in capsys.readouterr().err.replace('"', "")


def test_a_mistake_of_the_program_is_not_called_bad_input(monkeypatch):
    monkeypatch.setattr(jw.Solution, "__str__", lambda self: int("a mistake"))
    with pytest.raises(ValueError, match="a mistake"):
        run("solve", *POINT)


def test_reproduce_refuses_a_file_as_its_folder(tmp_path, capsys):
    (tmp_path / "file").write_text("kept")
    assert run("reproduce", str(tmp_path / "file")) == 2
    assert capsys.readouterr().err.startswith("`folder` must be a folder")
    assert run("reproduce", str(tmp_path / "file" / "below")) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "kept"


COMMANDS = ("solve", "iv", "scan", "plot", "reproduce")


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in COMMANDS), ["--version"], ["slove"]])
def test_answers_that_need_no_physics_load_no_heavy_library(words):
    code = f"import sys; from jaxwire.cli import main; main({words}); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert [
        name for name in ("jax", "numpy", "matplotlib", "equinox", "pydantic", "xarray") if f"'{name}'" in loaded
    ] == []
    assert "'cyclopts'" in loaded


def test_help_names_every_option_and_the_units(capsys):
    assert main(["solve", "--help"]) == 0
    text = capsys.readouterr().out
    for option in ("--center", "--width", "--temperature", "--voltage", "--x", "--plot", "--json", "--no-cache"):
        assert option in text
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "mu0" in text and all(name in text for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_tells_what_every_option_does(command, capsys):
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: jaxwire {command}") and "--json" in text and "Common" not in text


def test_the_installed_program_tells_its_version():
    answer = launch("--version")
    assert (answer.returncode, answer.stderr) == (0, "")
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["version"]
    assert answer.stdout.strip() == version("jaxwire") == declared


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Where the program keeps what it compiled, and what it answered when nothing was there."""
    folder = tmp_path_factory.mktemp("kept")
    return folder, launch(*ASKED, XDG_CACHE_HOME=str(folder))


@pytest.mark.slow
def test_compiled_kernels_are_kept_and_damaged_ones_replaced(first):
    folder, first = first
    entries = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*-cache")}
    assert any(name.startswith("jit__solve") for name in entries)
    damaged = next(folder.rglob("jit__along-*-cache"))
    damaged.write_bytes(damaged.read_bytes()[:100])
    second = launch(*ASKED, XDG_CACHE_HOME=str(folder))
    assert not damaged.exists()  # the next call writes it anew
    others = {name: time for name, time in entries.items() if not name.startswith("jit__along-")}
    assert {path.name: path.stat().st_mtime_ns for path in folder.rglob("*-cache")} == others
    for answer in (first, second):
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, first.stdout, "")


@pytest.mark.slow
def test_flags_and_folders_of_jax_in_the_environment_change_no_answer(tmp_path, first):
    """JAX_DEBUG_NANS ended a healthy point in FloatingPointError; a cache of the user's brought lines of XLA's."""
    folder, expected = first
    own = {"JAX_COMPILATION_CACHE_DIR": str(tmp_path / "own")}
    looking = {"JAX_DEBUG_NANS": "1", "JAX_DEBUG_INFS": "1"}
    for flags in (own | {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}, own | looking):
        answer = launch(*ASKED, XDG_CACHE_HOME=str(folder), **flags)
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, expected.stdout, "")


def test_without_a_directory_that_can_be_written_there_is_no_cache(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cache_directory() is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    directory = cache_directory()
    assert directory is not None and directory.is_dir() and version("jaxlib") in directory.name


def test_the_cache_leaves_no_setting_behind(tmp_path, monkeypatch):
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR")
    names = ("jax_compilation_cache_dir", "jax_persistent_cache_min_compile_time_secs")
    before = [getattr(jax.config, name) for name in names]
    with compilation_cache(tmp_path):
        assert jax.config.jax_compilation_cache_dir == str(tmp_path)
        jax.jit(lambda x: x + 1)(1.0)
    assert list(tmp_path.iterdir()) != []
    assert [getattr(jax.config, name) for name in names] == before


def test_the_oldest_kernels_go_when_the_cache_grows_too_large(tmp_path, monkeypatch):
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR")
    monkeypatch.setattr("jaxwire.numerics.kernel_cache.MAX_BYTES", 250)
    for age, name in enumerate(("new", "old", "oldest")):
        entry = tmp_path / f"{name}-cache"
        entry.write_bytes(b"x" * 100)
        os.utime(entry, (1e9 - age, 1e9 - age))
    with compilation_cache(tmp_path):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"new-cache", "old-cache"}


@functools.cache
def spoken(*words):
    """The help of a command."""
    return launch(*words, "--help", COLUMNS="200").stdout


@pytest.mark.parametrize("command", ["solve", "iv", "fit", "scan", "plot", "reproduce", "explore"])
def test_the_help_of_a_command_ends_with_examples_that_it_understands(command):
    shown = spoken(command)
    examples = shown.partition("Examples:")[2].strip().splitlines()
    assert examples == list(EXAMPLES[command])
    for example in examples:
        app.parse_args(example.removeprefix("jaxwire "), exit_on_error=False, print_error=False)  # raises


@pytest.mark.parametrize("command", ["solve", "iv", "fit", "explore"])
def test_every_number_has_its_unit_in_the_help(command):
    shown = spoken(command)
    without = ("--count", "--starts", "--port", "--exponent", "--strength", "--channels")
    numbers = re.findall(r"│ (--[\w-]+).* (?:FLOAT(?:\|STR)?|INT)(?:\.\.\.)? +(.*?) *│", shown)
    assert len(numbers) >= 5
    assert [option for option, words in numbers if option not in without and not re.search("mu0|vF tau0", words)] == []


def test_short_and_long_options_are_the_same(capsys):
    assert run("solve", *POINT, "--x", "0.5", "--json") == 0
    long = capsys.readouterr().out
    assert run("solve", "-c", "1.44", "-w", ".08", "-t", ".3", "-v", ".1", "-x", ".5", "--json") == 0
    assert capsys.readouterr().out == long


def test_shell_completion_knows_commands_and_options():
    script = app.generate_completion(shell="bash")
    for word in ("solve", "reproduce", "--temperature", "--no-cache"):
        assert word in script


def test_positions_at_the_scatterer_are_refused_before_anything_is_computed(monkeypatch, capsys):
    monkeypatch.setattr(jw, "solve", lambda *arguments, **options: pytest.fail("computed"))
    assert run("solve", *POINT, "--x", "0.5", "0") == 2
    assert "`x` must not be 0 in heating" in capsys.readouterr().err
