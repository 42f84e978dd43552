"""Remarks of the library are lines on standard error; lists with commas are taken apart."""

import json

import numpy as np
import pytest

from jaxwire.cli import main
from jaxwire.cli.words import split_lists
from jaxwire.config.fit import FitConfig, load_measurements

DOT = ["--center", "1.44", "--width", "0.08"]


@pytest.mark.parametrize(
    ("words", "split"),
    [
        ("--voltages 0.1,0.2 --count 3", "--voltages 0.1 0.2 --count 3"),
        ("--voltages=0.1,0.2", "--voltages 0.1 0.2"),
        ("--x -0.5,0.5 1", "--x -0.5 0.5 1"),
        ("--x 1,2,3", "--x 1 2 3"),
        ("--free center,width gain", "--free center width gain"),
        ("--free values[1,2],gain", "--free values[1,2] gain"),
        ("--select side=left,temperature=0.3", "--select side=left temperature=0.3"),
        ("--output a,b.png a,b.csv --voltage 0.1", "--output a,b.png a,b.csv --voltage 0.1"),
    ],
)
def test_lists_with_commas_are_taken_apart(words, split):
    assert split_lists(words.split()) == split.split()


def test_a_comma_that_may_be_a_decimal_one_is_refused(capsys):
    assert main(["iv", *DOT, "--temperature", "0.3", "--voltages", "0,1"]) == 2
    assert capsys.readouterr().err == "`voltages` must be numbers, got '0,1', which may be 0.1 or 0 1.\n"


def test_the_cure_of_a_decimal_comma_is_told(capsys):
    assert main(["solve", *DOT, "--temperature", "0,3", "--voltage", "0.1"]) == 2
    complaint = capsys.readouterr().err
    assert complaint == "`temperature` must be a number, got '0,3': write a decimal point.\n"


def test_a_temperature_in_kelvin_is_one_line_beside_the_result(capsys):
    code = main(["solve", *DOT, "--temperature", "300", "--voltage", "0.1", "--json", "--no-cache"])
    captured = capsys.readouterr()
    assert json.loads(captured.out)["temperature"] == 300.0 and code in (0, 1)
    hints = [line for line in captured.err.splitlines() if "`temperature` is 300, far outside of" in line]
    assert len(hints) == 1 and hints[0].startswith("jaxwire: ")


def test_what_was_understood_of_a_table_is_told(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("x (um);y (K);err_low\n-1,5;2;1\n;3;1\n1,5;3;1\n")
    (tmp_path / "fit.toml").write_text("temperature = 0.3\nvoltage = 0.1\nfree = ['nothing']\n")
    assert main(["fit", "a.csv", "--config", "fit.toml", "--no-cache"]) == 2
    *told, complaint = capsys.readouterr().err.splitlines()
    assert complaint.startswith("`free` must name a number")
    assert told == [
        "jaxwire: 1 of 3 rows of 'a.csv' have no value of x and are left out: line 3.",
        "jaxwire: `x` is in um by its heading in 'a.csv', and is taken as numbers in vF tau0: convert it first, for "
        "example by jaxwire.Scale.",
        "jaxwire: `err_low` of 'a.csv' looks like a column of errors; call it sigma if it is of y; it is not used.",
        "jaxwire: 'a.csv': x from `x (um)`, y from `y (K)`; passed over: err_low; numbers have decimal commas",
    ]
    (tmp_path / "a.csv").write_text("x,y\n-1.5,2\n1.5,3\n")
    main(["fit", "a.csv", "--config", "fit.toml", "--no-cache"])
    assert len(capsys.readouterr().err.splitlines()) == 1  # nothing was to be understood


def test_a_pipe_is_read_once(tmp_path):
    import os
    import threading

    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=["x,y\n-1,2\n1,3\n"])
    writer.start()
    (found,) = load_measurements(FitConfig({"temperature": 0.3, "voltage": 0.1}), [tmp_path / "pipe"])
    writer.join()
    np.testing.assert_array_equal(found.x, [-1.0, 1.0])
