"""The README is true: its Python runs, its commands exist, its numbers and versions are those of the package."""

import functools
import re
import shlex
import tomllib
from pathlib import Path

import documents
import pytest
import yaml
from numpy.testing import assert_allclose

from jaxwire import reproduce
from jaxwire.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLES = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
COLUMNS = reproduce.COLUMNS
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.slow
def test_the_python_runs_from_top_to_bottom(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in documents.blocks(README, "python"):
        exec(compile(block.text, "README.md", "exec"), names)
    assert "status            solved" in capsys.readouterr().out
    assert names["ds"].status.shape == (8, 6)


def test_it_is_read_in_two_minutes():
    prose = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    assert len(prose.split()) < 2 * 250  # words a minute


def test_two_commands_on_top_set_everything_up():
    top = README.partition("\n## ")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", top, flags=re.DOTALL)
    assert len(commands) == 2 and all("\n" not in command for command in commands)
    assert commands[0].endswith("jaxwire reproduce")
    assert commands[1].endswith("-m pytest")


def test_extras_and_the_python_version_are_those_of_pyproject():
    extras = set(re.findall(r'install(?: -e)? "\.\[(\w+)\]"', README + (ROOT / "CONTRIBUTING.md").read_text()))
    assert extras == {"test", "dev"}
    assert extras <= set(PROJECT["optional-dependencies"])
    assert re.findall(r"Python (>= \d+\.\d+)", README) == [PROJECT["requires-python"].replace(">=", ">= ")]


def test_every_version_is_that_of_pyproject():
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == PROJECT["version"]
    assert re.findall(r"## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text())[0] == PROJECT["version"]


@pytest.mark.parametrize(
    "command",
    [line for block in documents.blocks(README, "sh") for line in block.text.splitlines() if "solve" in line],
)
def test_commands_run_as_they_stand(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(command)
    assert program == "jaxwire"
    assert main([*arguments, "--no-cache"]) == 0
    assert "status            solved" in capsys.readouterr().out


def test_linked_files_exist():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert "docs/fig3.png" in links
    assert [link for link in links if not (ROOT / link).exists()] == []


@functools.cache
def _compared():
    return reproduce.compare(reproduce.solve_profiles(reproduce.DRAFT))


def test_the_corrected_table_is_the_computed_one():
    rows = [re.findall(r"-?\d[\d.]*", line) for line in TABLES.splitlines() if re.match(r"\| 0\.\d \|", line)]
    printed = {(float(kt), *column): value for kt, *row in rows for column, value in zip(COLUMNS, row, strict=True)}
    computed = _compared()
    assert len(printed) == len(computed) == 16
    for row in computed:
        text = printed[row.temperature, row.center, row.voltage]
        half_digit = 0.5 * 10.0 ** -len(text.partition(".")[2])
        assert_allclose(row.potential_right, float(text), rtol=0, atol=half_digit)  # rounded to the printed digits


def test_the_evidence_on_the_tables_is_as_stated():
    computed = _compared()
    wrong = [max(r.printed_current / r.current, r.current / r.printed_current) for r in computed]
    assert f"agree with ours to {max(abs(r.current_deviation) for r in computed):.1%}".replace("%", " %") in TABLES
    assert f"{sum(factor > 1.03 for factor in wrong)} of them differ by more than 3 %" in " ".join(TABLES.split())
    assert f"by up to a factor of {max(wrong):.0f}" in TABLES
    assert f"{sum(abs(r.potential_deviation) <= 0.03 for r in computed)} of 16 to 3 %" in TABLES


def test_with_the_lost_zero_all_potentials_agree():
    (odd,) = [r for r in _compared() if abs(r.potential_deviation) > 0.03]
    assert (odd.temperature, odd.center, odd.voltage) == (0.3, 0.64, 0.4)
    assert odd.printed_potential == -0.0001 and "kT = 0.3, eps0 = 0.64, eV = 0.4" in " ".join(TABLES.split())
    assert f"ours is {odd.rescaled_potential:.7f}" in " ".join(TABLES.split())
    lost = 0.1 * odd.printed_potential / odd.rescaled_potential - 1
    assert f"agrees to {abs(lost):.1%}".replace("%", " %") in TABLES and abs(lost) < 0.03
