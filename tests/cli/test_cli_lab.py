"""The command line in the units of a laboratory: starter files run as they are, results are in SI."""

import json
import math
import re

import pytest

from jaxwire.cli import main
from jaxwire.config import parse_config, parse_lab_fit

LAB = '[lab]\nmaterial = "InAs"\nchemical_potential = "10 meV"\nrelaxation_time = "1 ps"\ntemperature = "30 K"\n'


def run(*arguments):
    return main([*map(str, arguments), "--no-cache"])


def test_a_starter_file_of_one_point_runs_and_prints_si(tmp_path, capsys):
    file = tmp_path / "lab.toml"
    assert main(["new", "lab", str(file)]) == 0
    assert "Next: jaxwire solve --config" in capsys.readouterr().out
    assert run("solve", "--config", file) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  current          9.518 nA" in lines
    assert next(line for line in lines if "P_ph (uW/m)" in line).split("  ")[-1].strip() == "J_el (pW)"


@pytest.mark.slow
def test_a_starter_file_of_a_scan_runs_and_its_ranges_are_in_si(tmp_path, capsys):
    file = tmp_path / "scan.toml"
    assert main(["new", "scan", str(file)]) == 0
    capsys.readouterr()
    assert run("scan", file, "--json") == 0
    printed = capsys.readouterr().out
    result = json.loads(printed[printed.index("{") :])
    assert result["variables"]["current"]["units"] == "A"


@pytest.mark.slow
def test_a_starter_file_of_a_fit_runs_and_writes_a_page_of_its_own(tmp_path, capsys):
    file, page, numbers = tmp_path / "fit.toml", tmp_path / "fit.html", tmp_path / "fit.json"
    assert main(["new", "fit", str(file)]) == 0
    text = file.read_text().replace("# measured_current", "measured_current").replace("0.84 ps", "0.84(2) ps")
    file.write_text(text.replace("# [priors]", '[priors]\nwidth = "1.0(1) meV"'))
    places = ("--report", page, "--output", numbers)
    assert run("fit", "--config", file, "--starts", 2, *places) in (0, 1)  # whether two starts agree
    found = json.loads(numbers.read_text())
    assert found["files"] == [str(tmp_path / "fit_example.csv")] and found["tied"] == {}
    value, error = found["values"]["width"], found["errors"]["width"]
    assert found["pulls"]["width"] == pytest.approx((value - 1e-3) / 1e-4, rel=1e-9)  # rounding
    assert "measurements[0].measured_current" in found["pulls"]
    alone, moved = found["statistical_errors"]["width"], found["shifts"]["relaxation_time"]["width"]
    assert error == pytest.approx(math.hypot(alone, moved), rel=1e-9)  # rounding
    printed = capsys.readouterr().out
    assert re.search(r"conductance +\d+\(\d+\) mW/\(m K\)", printed)
    assert re.search(r"\n  width off what is known by [+-]\d\.\d standard deviations\n", printed)
    assert re.search(r"errors without that of relaxation time: center \d+\.?\d* \u00b5eV, width ", printed)
    text = page.read_text("utf-8")
    assert "<svg" in text and "Correlations" in text and "http://" not in re.sub(r'"http://www.w3.org[^"]*"', "", text)


@pytest.mark.parametrize("path", ["", ".", "a\0.toml"])
def test_what_is_no_place_for_a_starter_file_is_refused_in_one_line(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "fit", path]) == 2
    error = capsys.readouterr().err
    assert error.startswith("`path` must be ") and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_written_over(tmp_path, capsys):
    file = tmp_path / "fit.toml"
    (tmp_path / "fit_example.csv").write_text("mine")
    assert main(["new", "fit", str(file)]) == 2
    assert "`path` must be a new file" in capsys.readouterr().err
    assert not file.exists() and (tmp_path / "fit_example.csv").read_text() == "mine"


def test_numbers_of_a_file_with_a_lab_have_units():
    config = parse_config(
        'voltage = "1 mV"\nscatterer = {model = "Lorentzian", width = "0.8 meV"}\n'
        f'[axes]\ncenter = {{start = "5 meV", stop = "20 meV", count = 4}}\n{LAB}'
    )
    assert config.axes["center"].tolist() == [0.5, 1.0, 1.5, 2.0]
    assert config.point["voltage"] == pytest.approx(0.1, rel=1e-14)
    assert config.point["temperature"] == config.lab.at()["temperature"]
    assert config.wire.dispersion == config.lab.wire.dispersion


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('voltage = 0.1\nscatterer = {model = "Constant", value = 0.5}', "`voltage` must have a unit, such as '1 mV'"),
        ('voltage = "1 K"\nscatterer = {model = "Constant", value = 0.5}', "`voltage` must be in V or eV, got 1.0 K."),
        ('voltage = "1.0(1) mV"\nscatterer = {model = "Constant", value = 0.5}', "`voltage` must be without an error"),
        (
            'voltage = "1 mV"\nscatterer = {model = "Lorentzian", center = "1 nm", width = "1 meV"}',
            "`scatterer.center` must be in eV, got 1.0 nm.",
        ),
        (
            'scatterer = {model = "Constant", value = 0.5}\nwire = {dispersion = {model = "Parabolic"}}',
            "`wire.dispersion` must be left out where [lab] is given",
        ),
    ],
)
def test_wrong_units_are_refused_by_the_path_of_their_key(line, words):
    with pytest.raises(ValueError) as refused:
        parse_config(f"{line}\n{LAB}")
    assert str(refused.value).startswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('measurements = []\n[lab]\nmaterial = "InP"', "`lab.material` must be one of InAs, GaAs, InSb"),
        (
            'measurements = []\n[lab]\nmaterial = "InAs"\nrelaxation_time = "1 ps"',
            "`lab.chemical_potential` must be given",
        ),
        (f"measurements = []\n{LAB}", "`measurements` must be one or more tables with a file, got none."),
        (f"{LAB}healing = 3", "`lab.healing` is not a key of [lab]"),
        (
            f'thermometer = {{helaing_length = "2 nm"}}\nmeasurements = [{{file = "a", voltage = "1 mV"}}]\n{LAB}',
            "`thermometer.helaing_length` is not a key of [thermometer].",
        ),
    ],
)
def test_what_a_file_of_a_fit_lacks_is_told_by_its_key(text, words):
    text = text if "measurements" in text else f"measurements = []\n{text}"
    with pytest.raises(ValueError) as refused:
        parse_lab_fit(text)
    assert str(refused.value).startswith(words)
