"""Fits from the command line: profiles in, a table with errors out, one line for what is wrong."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.cli import main
from jaxwire.config import fit, tables
from jaxwire.config.fit import load_measurements, parse_fit_config
from jaxwire.model.parameters.domain import REAL, parameter
from jaxwire.numerics.array_types import Scalar
from jaxwire.plot.fits import curve, plot_fit

COARSE = jw.Resolution(24, 10)
X = np.array([-2.0, -0.9, -0.4, -0.2, 0.2, 0.4, 0.9, 2.0])
ERROR = 0.02
TRUTH = {"center": 1.3, "width": 0.12, "gain": 2.0}
ONE_DRIVE = "`voltage`, `current` or `force` must be given, one of them; got "
POINT = ["--temperature", "0.3", "--voltage", "0.1"]
FIT = """
starts = 2
temperature = 0.3
voltage = 0.1
bounds = {center = [0.5, 2.5]}
scatterer = {model = "Lorentzian", center = 1.1, width = 0.1}
resolution = {above = 24, below = 10}
"""


def run(*arguments):
    return main([*map(str, arguments), "--no-cache"])


def reading(x):
    sol = jw.solve(jw.Lorentzian(1.3, 0.12), temperature=0.3, voltage=0.1, resolution=COARSE, error_estimate=False)
    return 2.0 * np.asarray(sol.heating(x).total)


def table(x, y, sigma):
    return "x,y,sigma\n" + "".join(f"{a!r},{b!r},{c!r}\n" for a, b, c in zip(x, y, sigma, strict=True))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A place with profiles and configs for bad input: their readings are not computed."""
    monkeypatch.chdir(tmp_path)
    ones = [1.0] * X.size
    (tmp_path / "profile.csv").write_text(table(X.tolist(), ones, ones))
    (tmp_path / "bare.csv").write_text("x,y\n-1.0,1.0\n1.0,1.0\n")
    (tmp_path / "fit.toml").write_text(FIT)
    return tmp_path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A fit of the command line with all its files; exit code, folder and result."""
    folder = tmp_path_factory.mktemp("fit")
    noise = ERROR * np.array([0.3, -1.1, 0.6, -0.2, 0.9, -0.7, 0.4, -0.5])
    y = reading(X) + noise
    (folder / "profile.csv").write_text(table(X.tolist(), y.tolist(), [ERROR] * X.size))
    (folder / "fit.toml").write_text(FIT)
    files = ["--plot", folder / "fit.png", "--output", folder / "result.json"]
    code = run("fit", folder / "profile.csv", "--config", folder / "fit.toml", *files)
    return code, folder, json.loads((folder / "result.json").read_text())


@pytest.fixture(scope="module")
def expected(fitted):
    """The same fit by the library; what was compiled serves again."""
    start = jw.Lorentzian(1.1, 0.1)
    columns = jw.read_profile(fitted[1] / "profile.csv")
    options = {"bounds": {"center": (0.5, 2.5)}, "starts": 2, "resolution": COARSE}
    return jw.fit_profile(**columns, scatterer=start, temperature=0.3, voltage=0.1, **options)


def test_a_fit_of_the_command_line_is_that_of_the_library(fitted, expected):
    code, folder, result = fitted
    assert code == 0
    assert result["values"] == expected.values and result["errors"] == expected.errors
    assert_array_equal(result["covariance"], expected.covariance)
    assert_array_equal(result["correlation"], expected.correlation)
    assert_array_equal(result["measurements"][0]["residuals"], expected.residuals[0])
    assert result["chi2"] == expected.chi2 and result["degrees_of_freedom"] == 5
    assert result["p_value"] == expected.p_value
    assert [tuple(pair) for pair in result["strong_correlations"]] == list(expected.strong_correlations)
    assert result["status"] == {"code": 0, "message": "converged"} and result["warnings"] == []
    assert result["units"] == {"center": "mu0", "width": "mu0", "gain": ""}
    assert result["scatterer"] == {
        "model": "Lorentzian",
        "center": result["values"]["center"],
        "width": result["values"]["width"],
    }
    assert result["measurements"][0]["file"] == str(folder / "profile.csv")
    assert result["measurements"][0]["voltage"] == 0.1 and result["measurements"][0]["x"] == X.tolist()
    assert result["options"]["scatterer"]["center"] == 1.1 and result["jaxwire"] == jw.__version__


def test_the_truth_lies_within_three_errors(fitted):
    for name, truth in TRUTH.items():
        assert abs(fitted[2]["values"][name] - truth) < 3 * fitted[2]["errors"][name], name


def test_data_and_curve_and_residuals_are_drawn(fitted, expected):
    assert (fitted[1] / "fit.png").read_bytes().startswith(b"\x89PNG")
    figure = plot_fit(expected, COARSE)
    above, below = figure.axes
    points = below.containers[0].lines[0]
    assert_array_equal(points.get_ydata(), expected.residuals[0])
    assert [text.get_text() for text in above.get_legend().get_texts()] == ["fit", "measured"]


def test_the_curve_meets_the_model_and_breaks_at_the_scatterer(expected):
    x, y = curve(expected, 0, COARSE)
    assert x[0] == -2.0 and x[-1] == 2.0  # rounding of geomspace: it keeps its ends
    at = np.searchsorted(x, expected.measurements[0].x)
    model = expected.measurements[0].y - ERROR * expected.residuals[0]
    assert_allclose(y[at[[0, -1]]], model[[0, -1]], rtol=1e-9)  # the same solve; another sum over modes rounds anew
    assert np.isnan(y[x == 0.0]).all() and np.isfinite(y[x != 0.0]).all()


class Tent(jw.AbstractInstrument):
    """Sees a cusp at the scatterer, as a thermometer does."""

    gain: Scalar = parameter("gain", REAL, default=1.0)
    offset: Scalar = parameter("offset", REAL, default=0.0)
    position: Scalar = parameter("position", REAL, default=0.0)

    def signal(self, sol, x):
        return -abs(x)


def test_a_curve_that_exists_at_the_scatterer_passes_through_it(expected):
    found = replace(expected, instrument=Tent(offset=1.0, position=0.5))
    x, y = curve(found, 0, COARSE)
    assert y[x == 0.5].tolist() == [1.0] and np.diff(x).max() < 0.1
    assert_allclose(y, 1.0 - abs(x - 0.5), rtol=1e-15)


def test_profiles_at_several_points_are_told_apart(expected):
    one = expected.measurements[0]
    points = [{"voltage": 0.1}, {"voltage": 0.4}]
    several = tuple(jw.Measurement(one.x, one.y, temperature=0.3, **point) for point in points)
    found = replace(
        expected,
        instrument=Tent(),
        measurements=several,
        residuals=expected.residuals * 2,
        status=jw.FitStatus.AT_BOUND,
    )
    above, below = plot_fit(found, COARSE).axes
    assert [text.get_text() for text in above.get_legend().get_texts()] == [
        r"$eV$ = 0.1 $\mu_0$",
        r"$eV$ = 0.4 $\mu_0$",
    ]
    assert below.get_ylabel() == "residual"
    assert above.get_title("left").startswith("a parameter ended at its bound, where its error means nothing\n")


def test_a_failed_fit_is_not_drawn(expected):
    with pytest.raises(ValueError, match="`found` must be a fit with a profile to draw"):
        plot_fit(replace(expected, status=jw.FitStatus.FAILED))


def test_people_read_a_table_and_machines_json(expected, capsys, monkeypatch):
    monkeypatch.setattr(jw, "fit", lambda *arguments, **options: expected)
    assert run("fit", "profile.csv", *POINT) == 0
    captured = capsys.readouterr()
    assert captured.out.strip() == str(expected) and captured.err == ""
    assert run("fit", "profile.csv", *POINT, "--json") == 0
    assert json.loads(capsys.readouterr().out)["values"] == expected.values


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (jw.FitStatus.NOT_CONVERGED, 1),
        (jw.FitStatus.FAILED, 1),
        (jw.FitStatus.POOR, 1),
        (jw.FitStatus.STARTS_DISAGREE, 1),
        (jw.FitStatus.ERRORS_UNKNOWN, 0),
        (jw.FitStatus.AT_BOUND, 0),
        (jw.FitStatus.UNDETERMINED, 0),
    ],
)
def test_a_fit_that_cannot_be_used_as_it_is_says_so(status, code, expected, capsys, monkeypatch):
    nothing = np.full((3, 3), np.nan)
    covariance = nothing if status is jw.FitStatus.FAILED else expected.covariance
    found = replace(expected, status=status, covariance=covariance)
    monkeypatch.setattr(jw, "fit", lambda *arguments, **options: found)
    monkeypatch.setattr("jaxwire.plot.fits.plot_fit", lambda *arguments: Figure())
    assert run("fit", "profile.csv", *POINT, "--json", "--plot", "fit.svg") == code
    captured = capsys.readouterr()
    assert captured.err == f"jaxwire: {status}\n"
    result = json.loads(captured.out)
    assert result["status"]["code"] == status
    assert (result["correlation"][0][1] is None) == (status is jw.FitStatus.FAILED)
    assert Path("fit.svg").exists() == (status is not jw.FitStatus.FAILED)


def test_a_failed_fit_prints_no_number_that_looks_like_a_result(capsys):
    assert run("fit", "profile.csv", "--config", "fit.toml", "--voltage", "0", "--json") == 1
    result = json.loads(capsys.readouterr().out)
    for name in ("values", "errors"):
        assert result[name] == {"center": None, "width": None, "gain": None}
    assert result["scatterer"] == {"model": "Lorentzian", "center": None, "width": None}
    assert (result["chi2"], result["p_value"], result["instrument"]["gain"]) == (None, None, None)
    assert set(result["measurements"][0]["residuals"]) == {None}
    assert "`voltage` is 0" in result["warnings"][0]


def test_without_a_config_options_say_where_the_search_starts(expected, monkeypatch):
    seen = {}

    def note(measurements, **options):
        seen.update(options, measurements=measurements)
        return expected

    monkeypatch.setattr(jw, "fit", note)
    free = ["--free", "center", "gain", "offset"]
    assert run("fit", "profile.csv", *POINT, "--center", "0.8", "--starts", "3", *free) == 0
    assert (float(seen["scatterer"].center), float(seen["scatterer"].width)) == (0.8, 0.1)
    assert (seen["free"], seen["starts"]) == (("center", "gain", "offset"), 3)
    assert seen["measurements"][0].point == {"temperature": 0.3, "voltage": 0.1}
    assert run("fit", "profile.csv", "--config", "fit.toml", "--current", "0.01", "--starts", "1") == 0
    assert seen["measurements"][0].point == {"temperature": 0.3, "current": 0.01}
    assert seen["starts"] == 1 and seen["resolution"] == COARSE


def test_a_config_describes_instrument_loss_and_profiles(folder):
    text = """
    temperature = 0.3
    voltage = 0.1
    loss = {model = "CauchyLoss"}
    optimiser = {max_steps = 100}
    instrument = {model = "Thermometer", healing_length = 0.5, half_length = 30}
    wire.relaxation = {model = "PowerLaw", exponent = -0.5}
    bounds.relaxation.exponent = [-1, 0.5]
    priors = {width = [0.1, 0.02], "offset[:]" = [[0.0, 0.1], [1.0, 0.1]]}
    ties = {healing_length = [2.0, "width"]}
    given.relaxation.exponent = 0.1
    measurements = [
        {file = "profile.csv", measured_current = [0.02, 0.001]},
        {file = "profile.csv", temperature = 0.4, current = 0.01},
    ]
    """
    config = parse_fit_config(text, folder)
    options = config.options
    assert isinstance(options["loss"], jw.CauchyLoss) and float(options["loss"].scale) == 2.0
    assert options["optimiser"] == jw.LevenbergMarquardt(max_steps=100)
    assert (float(options["instrument"].healing_length), float(options["instrument"].half_length)) == (0.5, 30.0)
    assert float(options["wire"].relaxation.exponent) == -0.5
    assert options["bounds"] == {"relaxation.exponent": (-1.0, 0.5)}
    assert options["priors"] == {"width": [0.1, 0.02], "offset[:]": [[0.0, 0.1], [1.0, 0.1]]}
    assert options["ties"] == {"healing_length": [2.0, "width"]}
    assert options["given"] == {"relaxation.exponent": 0.1}
    first, second = load_measurements(config, [])
    assert first.point == {"temperature": 0.3, "voltage": 0.1}
    assert first.measured_current == (0.02, 0.001) and second.measured_voltage is None
    assert second.point == {"temperature": 0.4, "current": 0.01}
    assert load_measurements(config, [Path("bare.csv"), Path("bare.csv")])[1].sigma is None


BAD_CONFIGS = {
    "free = ['centre']": "`free` must name a number that can vary, got 'centre'; did you mean 'center'?",
    "free = []": "`free` must have at least one name, got none.",
    "free = 'center'": "`free` must be a list, got 'center'.",
    "strats = 3": "`strats` is not a key of a config file of a fit; did you mean `starts`?",
    "starts = 0": "`starts` must be an integer of at least 1, got 0.",
    "bounds = {width = [0.2, 0.1]}": "`bounds` of 'width' must be two numbers in order, got (0.2, 0.1).",
    "bounds = {width = 'wide'}": "`bounds.width` must be a list of two numbers, got 'wide'.",
    "bounds = {offset = [0, 1]}": "`bounds` must be of free parameters, got 'offset'",
    "scatterer = {model = 'Lorentzian', center = 1}": "`scatterer.width` must be given, as a number; got none.",
    "scatterer = {model = 'Lorentz'}": "did you mean 'Lorentzian'?",
    "scatterer = {model = 'Lorentzian', center = [1], width = 1}": "`scatterer.center` must be a number, got [1].",
    "wire = {relaxtion = {}}": "`wire.relaxtion` is not a key of [wire]; did you mean `relaxation`?",
    "instrument = {model = 'Termometer'}": "`instrument.model` must be one of HeatingProfile, Thermometer, got",
    "instrument = {model = 'Thermometer'}": "`healing_length` must be given unless the wire has phonons of its own",
    "instrument = {gian = 1}": "`instrument.gian` is not a key of HeatingProfile; did you mean `gain`?",
    "instrument = {model = 'Thermometer', healing_length = -1}": "`instrument.healing_length` must be zero or pos",
    "instrument = {model = 'Thermometer', healing_length = 1, half_length = 'far'}": "`instrument.half_length` must be",
    "loss = 'HuberLoss'": "`loss` must be a table such as {model = 'SquaredLoss'}, got 'HuberLoss'.",
    "loss = {model = 'HuberLoss', scale = 0}": "`loss.scale` must be positive, got 0.",
    "loss = {model = ['HuberLoss']}": "`loss.model` must be one of SquaredLoss, HuberLoss, CauchyLoss, got [",
    "optimiser = {max_steps = 0}": "`optimiser.max_steps` must be at least 1, got 0.",
    "resolution = {above = 2}": "`resolution.above` must be an integer of at least",
    "measurements = [{temperatur = 0.3}]": "`measurements[0].temperatur` is not a key of a measurement; did you mean",
    "measurements = [{voltage = 0.1}]": "`measurements[0].temperature` must be given; got none.",
    "measurements = [{temperature = 0.3}]": "`measurements[0].voltage`, `current` or `force` must be given, one of",
    "measurements = [{temperature = -1, voltage = 0}]": "`measurements[0].temperature` must be positive, got -1.",
    "measurements = [{}, {}]": "`profiles` must be one file for each of the 2 measurements of the config, got 1.",
    "voltage = '0.1'": "`voltage` must be a number, got '0.1'.",
    "voltage =": "`bad.toml` must be TOML, got a mistake at line 1",
}


def complaint_of(arguments, folder, capsys):
    before = {path.name for path in folder.iterdir()}
    assert run("fit", *arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and captured.out == ""
    assert {path.name for path in folder.iterdir()} == before
    return captured.err


@pytest.mark.parametrize(("text", "complaint"), BAD_CONFIGS.items())
def test_a_bad_config_is_one_line_and_exit_code_2(text, complaint, folder, capsys):
    (folder / "bad.toml").write_text(text)
    point = [] if "measurements" in text else POINT
    assert complaint in complaint_of(["profile.csv", "--config", "bad.toml", *point], folder, capsys)


BAD_PROFILES = {
    "": "`x` must be one of the columns of 'bad.csv', got an empty file.",
    "x,signal\n1,2\n": "`y` must be one of the columns of 'bad.csv', got x, signal; call the one that is meant y.",
    "x,y\n": "`x` must have at least one position, got none; in 'bad.csv'.",
    "x,y\n1,2\ninf,3\n": "`x` must be finite numbers, got 'inf' in line 3 of 'bad.csv'.",
    "x,y\n1,2\n2,two\n": "`y` must be numbers, got 'two' in line 3 of 'bad.csv'; leave the entry empty",
    "x,y\n1,2\n3\n": "`x` must be in a table of 2 columns, got 1 in line 3 of 'bad.csv'.",
    "x,y,sigma\n1,2,0.1\n2,3,-0.1\n": "`sigma` must be positive, got -0.1 in line 3 of 'bad.csv'.",
    "x,y\n-1,2\n1,3\n": "`x` must have at least as many positions as free parameters, got 2 for 3 of them.",
    "x,y\n-1,2\n0,3\n1,3\n2,3\n": "`x` must not be where the scatterer is: the heating diverges there",
}


@pytest.mark.parametrize(("text", "complaint"), BAD_PROFILES.items())
def test_a_bad_profile_is_one_line_and_exit_code_2(text, complaint, folder, capsys):
    (folder / "bad.csv").write_text(text)
    assert complaint in complaint_of(["bad.csv", *POINT], folder, capsys)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "`profiles` must be one or more CSV files, or named by the config; got none."),
        (["nix.csv", *POINT], "`profiles` must be a file that can be read, got 'nix.csv': No such file or directory."),
        (["--config", "nix.toml"], "`config` must be a file that can be read, got 'nix.toml': No such file"),
        (["profile.csv", "--voltage", "0.1"], "`temperature` must be given; got none."),
        (
            ["profile.csv", "--temperature", "0.3"],
            ONE_DRIVE + "none.",
        ),
        (
            ["profile.csv", *POINT, "--force", "1"],
            ONE_DRIVE + "voltage and force.",
        ),
        (["profile.csv", "bare.csv", *POINT], "`sigma` must be given for all measurements or for none, got both."),
        (["profile.csv", *POINT, "--width", "-1"], "`width` must be positive, got -1."),
        (["profile.csv", *POINT, "--starts", "0"], "`starts` must be an integer of at least 1, got 0."),
        (["profile.csv", *POINT, "--plot", "fit.xls"], "`plot` must end in one of .png"),
        (["profile.csv", *POINT, "--output", "nowhere/a.json"], "`output` must be in an existing folder"),
        (
            ["profile.csv", "--config", "fit.toml", "--width", "1"],
            "`width` must be left out where --config gives the scatterer, got both.",
        ),
        (
            ["profile.csv", "--config", "two.toml", "--voltage", "1"],
            "`voltage` must be left out where --config gives the measurements, got both.",
        ),
        (["--config", "two.toml"], "`measurements[1].file` must be given, or all files as `profiles`; got none."),
        (["--config", "gone.toml"], "`measurements[0].file` must be a file that can be read, got"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, complaint, folder, capsys):
    (folder / "two.toml").write_text("temperature = 0.3\nvoltage = 0.1\nmeasurements = [{file = 'profile.csv'}, {}]")
    (folder / "gone.toml").write_text("temperature = 0.3\nvoltage = 0.1\nmeasurements = [{file = 'nix.csv'}]")
    assert complaint in complaint_of(arguments, folder, capsys)


def test_tables_have_the_numbers_of_their_classes():
    for kinds in fit.CHOICES.values():
        for kind in kinds:
            assert list(tables.model_of(kind).model_fields) == list(kind.__dataclass_fields__)


def test_help_of_a_fit_does_not_wait_for_jax():
    code = (
        "import sys; from jaxwire.cli import main; main(['fit', '--help'])\n"
        "sys.exit(bool({'jax', 'numpy', 'matplotlib', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
