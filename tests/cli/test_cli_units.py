"""Units on the command line: with a material every number has one, and results are in SI; without it none has."""

import csv
import json
import re

import jax.numpy as jnp
import numpy as np
import pytest

import jaxwire as jw
from jaxwire.cli import main
from jaxwire.cli.words import split_lists
from jaxwire.observables.iv import CurrentVoltage
from jaxwire.solver.status import Status

WIRE = ("--material", "InAs", "--chemical-potential", "10 meV", "--relaxation-time", "1 ps")
DOT = ("-c", "14.4 meV", "-w", "0.8 meV")
POINT = (*WIRE, *DOT, "-t", "30 K", "-v", "1 mV")


@pytest.fixture(scope="module")
def lab():
    return jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps", temperature="30 K")


def run(*arguments):
    return main([*map(str, arguments), "--no-cache"])


def test_a_point_with_units_is_that_of_natural_numbers_in_the_kane_wire_of_the_material(lab, tmp_path, capsys):
    table = tmp_path / "profile.csv"
    assert run("solve", *POINT, "-x", "-50 nm", "50 nm", "--csv", table, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    # by hand: energies over mu0 = 10 meV, kB = 0.08617333262 meV/K, currents in 2 e mu0/h = 774.8091730 nA
    sol = jw.solve(jw.Lorentzian(1.44, 0.08), lab.wire, temperature=30 * 0.008617333262, voltage=0.1)
    assert found["current"]["unit"] == "A"
    assert found["current"]["value"] == pytest.approx(float(sol.current) * 774.8091730e-9, rel=1e-9)  # digits above
    with table.open() as file:
        headings, *rows = csv.reader(file)
    assert headings[:2] == ["x (nm)", "P_ph (uW/m)"] and headings[-2:] == ["phi (uV)", "J_el (pW)"]
    assert [row[0] for row in rows] == ["-50.0", "50.0"]
    power = np.array([float(row[1]) for row in rows])
    parts = np.array([sum(map(float, row[2:5])) for row in rows])
    assert power == pytest.approx(parts, rel=1e-9)  # digits of the table
    data = lab.read(str(table), voltage="1 mV")  # as if it had been measured
    assert data.unit == "W/m"
    x, read, _ = data.si(0)
    assert x == pytest.approx([-50e-9, 50e-9], rel=1e-13)  # digits of the table
    assert read == pytest.approx(power * 1e-6, rel=1e-13)


def test_currents_at_voltages_with_units_are_in_amperes(tmp_path, capsys, monkeypatch):
    def made_up(scatterer, wire, temperature, voltages, resolution=None):
        v = jnp.asarray(voltages)
        return CurrentVoltage(v, v, 0.1 * v, -0.1 * v, Status(jnp.zeros(v.size, int), v), v)

    monkeypatch.setattr(jw, "iv", made_up)
    table = tmp_path / "iv.csv"
    assert run("iv", *WIRE, *DOT, "-t", "30 K", "--max", "1 mV", "--count", 2, "--csv", table) == 0
    titles, *rows = capsys.readouterr().out.splitlines()
    assert titles.split("  ")[-1].strip() == "error" and "V (mV)" in titles and "I(-V) (nA)" in titles
    assert rows[-1].split()[0] == "1" and rows[-1].split()[2] == "7.74809"  # 0.1 times 0.1 of 2 e mu0/h = 774.809 nA
    assert table.read_text().startswith("voltage (mV),total_voltage (mV),current (nA),reverse_current (nA),rect")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((*POINT[:-1], "1"), "`voltage` must have a unit, such as '1 mV', got 1.0."),
        ((*POINT[:-1], "1 nm"), "`voltage` must be in V or eV, got 1.0 nm."),
        ((*POINT[:-1], "0,1 mV"), "`voltage` must be a number with a unit, got '0,1 mV'; write a decimal point."),
        ((*POINT, "-x", "50"), "`x` must have a unit, such as '50 nm', got 50.0."),
        ((*POINT[6:],), "`center` must be a number, got '14.4 meV': units need --material, or --config with a table"),
        ((*POINT[2:],), "`material` must be given with `chemical_potential`, such as InAs; got none."),
        (("--material", "InP", *POINT[2:]), "`material` must be one of InAs, GaAs, InSb, got 'InP'."),
        ((*POINT, "--mobility", "3 m^2/(V s)"), "`mobility` must agree with `relaxation_time`"),
        ((*WIRE, *DOT, "-t", "-30 K", "-v", "1 mV"), "`temperature` must be positive, got -30 K."),
        (
            (*POINT[:8], "-w", "-1 meV", *POINT[10:]),
            "`width` must be positive, got '-1 meV'.",
        ),
        ((*POINT, "--csv", "a.csv"), "`csv` needs positions as `x`, whose table it takes; got none."),
        ((*POINT, "--config", "lab.toml"), "`material` must be left out with --config"),
    ],
)
def test_a_unit_that_is_missing_wrong_or_of_no_laboratory_is_refused_in_one_line(arguments, complaint, capsys):
    assert run("solve", *arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith(complaint) and told.count("\n") == 1


def test_a_negative_quantity_is_no_option():
    assert split_lists(["-x", "-50 nm", "-1e-3", "-x"]) == ["-x", "\u221250 nm", "-1e-3", "-x"]


@pytest.mark.parametrize("command", ["solve", "iv"])
def test_the_help_tells_what_units_need(command, capsys):
    assert main([command, "--help"]) == 0
    words = " ".join(capsys.readouterr().out.replace("\u2502", " ").split())
    assert 'with it, or [lab] in a file, all numbers have units, such as "1 mV", also results.' in words


@pytest.mark.slow
def test_a_fit_takes_units_without_a_file(tmp_path, capsys):
    """As the file of the starter says it in TOML."""
    assert main(["new", "fit", str(tmp_path / "fit.toml")]) == 0
    profile, short = tmp_path / "fit_example.csv", ("--free", "center", "conductance", "--starts", 1, "--json")
    text = (tmp_path / "fit.toml").read_text().replace('position = "25 nm"', "").replace("starts = 4", "starts = 1")
    (tmp_path / "fit.toml").write_text(re.sub(r"^free = .*$", 'free = ["center", "conductance"]', text, flags=re.M))
    capsys.readouterr()
    run("fit", "--config", tmp_path / "fit.toml", "--json")
    by_file = json.loads(capsys.readouterr().out)
    wire = ("--material", "InAs", "--chemical-potential", "10 meV", "--relaxation-time", "0.84 ps", "-t", "30 K")
    probe = ("--healing-length", "210 nm", "--probe-fwhm", "50 nm")
    run("fit", profile, *wire, "-v", "3 mV", *probe, *short)
    by_options = json.loads(capsys.readouterr().out)
    assert by_options == by_file


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--healing-length", "9 nm"), "`healing_length` needs --material, or a config with [lab]; got none."),
        (
            ("--report", "fit.html"),
            "`report` needs --material, or a config with [lab]",
        ),
        (("-t", "30 K"), "`temperature` must be a number, got '30 K': units need --material"),
        ((*WIRE, "-t", "30 K", "-v", "0.1"), "`voltage` must have a unit, such as '1 mV', got 0.1."),
        ((*WIRE, "-t", "30 K", "-v", "1 mV"), "`thermometer` must be given for readings in K, with its"),
    ],
)
def test_options_of_a_fit_that_do_not_fit_are_refused_in_one_line(arguments, complaint, tmp_path, capsys):
    profile = tmp_path / "measured.csv"
    profile.write_text("x_nm,T_mK\n-50,-0.2\n50,0.3\n")
    assert run("fit", profile, *arguments) == 2
    *told, error = capsys.readouterr().err.splitlines()
    assert complaint in error and all(line.startswith("jaxwire: ") for line in told)  # how a column was understood
