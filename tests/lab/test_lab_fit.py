"""Fits in SI: the same as natural ones converted by hand, against an independent calculation, errors to the point."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, h, k

import jaxwire as jw
from jaxwire.fits.result import FitStatus
from jaxwire.lab.names import meaning

DATA = Path(__file__).parents[2] / "notebooks" / "data"
sys.path.insert(0, str(DATA))

import make_lab_profiles as independent  # noqa: E402

LAB = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="0.84 ps", temperature="30 K")
PROBE = LAB.thermometer(healing_length="210 nm", probe_fwhm="50 nm", position="25 nm")


@pytest.fixture(scope="module")
def found():
    """A fit of one profile of the made-up laboratory."""
    data = LAB.read(DATA / "lab_3mV.csv", voltage="3 mV")
    return LAB.fit(data, thermometer=PROBE, free=["center", "width", "conductance", "offset"], starts=2)


def test_a_thermometer_in_si_reads_what_an_independent_calculation_gives():
    full = independent.solved(0.3)
    x = independent.POSITIONS - independent.TRUTH["position"]
    dot = LAB.build(jw.Lorentzian, center="13.8 meV", width="0.95 meV")
    probe = LAB.thermometer(conductance="0.42 W/(m K)", healing_length="210 nm", probe_fwhm="50 nm")
    sol = LAB.solve(dot, voltage="3 mV")
    current = independent.SPINS * full.current * e**2 * 0.010 / h
    assert_allclose(sol["current"].value, current, rtol=1e-7)  # the solver's promise is 1e-6; 7e-10 when written
    rise = independent.rise(full, x)
    read = sol.reading(probe, [f"{at} m" for at in x]).to("K").magnitude
    assert_allclose(read, rise, atol=1e-6 * np.max(rise))  # 3e-9 of the largest when written


@pytest.mark.slow
def test_a_fit_in_si_is_the_natural_one_converted_by_hand(found):
    path = float(LAB.scale.mean_free_path)
    table = np.loadtxt(DATA / "lab_3mV.csv", delimiter=",", comments="#", skiprows=3)
    kelvin = k / (0.010 * e)
    x, y, sigma = table[:, 0] * 1e-9 / path, table[:, 1] * 1e-3 * kelvin, table[:, 2] * 1e-3 * kelvin
    point = {"temperature": 30 * kelvin, "voltage": 0.3}
    natural = jw.fit(
        [jw.Measurement(x, y, sigma, **point)],
        wire=LAB.wire,
        instrument=PROBE,
        free=["center", "width", "gain", "offset"],
        starts=2,
    )
    loss = 2 * k * 0.010 * e / (h * path)  # unit of the conductance: both spins
    by_hand = {
        "center": (natural.values["center"] * 0.010, natural.errors["center"] * 0.010),
        "width": (natural.values["width"] * 0.010, natural.errors["width"] * 0.010),
        "conductance": (loss / natural.values["gain"], loss * natural.errors["gain"] / natural.values["gain"] ** 2),
        "offset": (natural.values["offset"] / kelvin, natural.errors["offset"] / kelvin),
    }
    for name, (value, error) in by_hand.items():
        assert_allclose(
            (found[name].value, found[name].error), (value, error), rtol=1e-6, err_msg=name
        )  # rounding of x


@pytest.mark.slow
def test_the_truth_is_within_the_stated_errors(found):
    truth = {"center": 13.8e-3, "width": 0.95e-3, "conductance": 0.42}
    assert found.status in (FitStatus.CONVERGED, FitStatus.STARTS_DISAGREE)  # of two starts
    for name, value in truth.items():
        assert abs(found[name].value - value) < 3 * found[name].error, name
    assert "status: " in str(found) and "meV" in str(found) and "W/(m K)" in found._repr_html_()


@pytest.mark.slow
def test_correlations_and_covariance_are_those_of_the_numbers_shown(found):
    at = found.names.index("conductance"), found.names.index("width")
    errors = [found[name].error for name in found.names]
    assert_allclose(np.sqrt(np.diag(found.covariance)), errors, rtol=1e-12)
    assert_allclose(found.correlation, found.covariance / np.outer(errors, errors), atol=1e-12)
    assert found.correlation[at] == -found.natural.correlation[found.natural.names.index("gain"), at[1]]


@pytest.mark.slow
def test_figure_and_page_are_in_si(found, tmp_path):
    above, below = found.plot().axes
    assert [one.get_text() for one in above.get_legend().get_texts()] == ["lab_3mV.csv"]
    assert "\u00b5K" in above.get_ylabel() and "\u00b5m" in below.get_xlabel()
    found.report(tmp_path / "fit.html")
    page = (tmp_path / "fit.html").read_text("utf-8")
    assert "<svg" in page and "What the laboratory knows" in page and "chi" in page
    with pytest.raises(ValueError, match="`report` must end in .html"):
        found.report(tmp_path / "fit.txt")


@pytest.mark.parametrize("name", ["center", "conductance", "offset[:]", "measurements[1].voltage", "mobility"])
def test_names_of_a_fit_convert_there_and_back(name):
    means = meaning(LAB, name, "K")
    there = means.si(0.37, 0.01)
    back = means.from_si(there)
    assert_allclose((back.value, back.error), (0.37, 0.01), rtol=1e-14)


def _data():
    return LAB.read(io.StringIO("x_nm,T_mK,sigma_mK\n-100,1,0.1\n-50,2,0.1\n100,2,0.1\n"), voltage="1 mV")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "`thermometer` must be given for readings in K"),
        ({"thermometer": PROBE, "free": "center"}, "`free` must be a list of names"),
        (
            {"thermometer": PROBE, "free": ["density"]},
            "`free` must have 'chemical_potential' in the place of 'density'",
        ),
        ({"thermometer": PROBE, "free": ["gain", "conductance"]}, "`free` must name every number once"),
        ({"thermometer": PROBE, "free": ["center", "center"]}, "`free` must name every number once"),
        (
            {"thermometer": PROBE, "free": ["conductanse"]},
            "`free` must name numbers that are known, got 'conductanse'; did you mean 'conductance'?",
        ),
        (
            {"thermometer": PROBE, "priors": {"widht": "1(1) meV"}},
            "`priors` must name numbers that are known, got 'widht'; did you mean 'width'?",
        ),
        (
            {"thermometer": PROBE, "bounds": {"width": ("2 meV", "1 meV")}},
            "`bounds['width']` must be a smaller and a larger quantity, got ('2 meV', '1 meV').",
        ),
        ({"thermometer": PROBE, "priors": {"center": "14 meV"}}, "`priors['center']` must be a value with an error"),
        ({"thermometer": PROBE, "priors": {"center": ("14 nm", "1 nm")}}, "`priors['center']` must be in eV"),
        ({"thermometer": PROBE, "bounds": {"height": (1, 2)}}, "`bounds` must be of free parameters, got 'height'"),
        ({"thermometer": PROBE, "given": {"center": "14(1) meV"}}, "`given` must name numbers that are kept"),
        (
            {"thermometer": PROBE, "given": {"relaxation_time": "2.0(1) ps"}},
            "`given['relaxation_time']` must have the value of the lab, 840 fs",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_one_line(arguments, words):
    with pytest.raises((ValueError, TypeError)) as refused:
        LAB.fit(_data(), **arguments)
    assert str(refused.value).startswith(words)
    assert "\n" not in str(refused.value)
