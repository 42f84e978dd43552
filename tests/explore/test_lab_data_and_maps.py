"""Readings over the curves, the fit to them, and the map of spots: the library's numbers, shown by the page."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.explore import State, operating_point
from jaxwire.explore.drawing.figures import panels
from jaxwire.explore.drawing.map_panel import draw_maps
from jaxwire.explore.fitting import can_be_free, fit, instrument_of
from jaxwire.explore.lab_data import MOST_SETS, Shelf, ShownData, read_lab_data
from jaxwire.explore.spot_map import ACROSS, AT_ONCE, COARSEST, NEAREST_SPOT, ORDER, UP, Maps, axes_of
from jaxwire.explore.view import View

STATE = State(temperature=0.3)
PAPERS = jw.Wire(relaxation=jw.PowerLaw(0.0), screening=jw.LocalScreening(1.0))  # the paper's, of the same program
X = np.concatenate([-np.geomspace(5.0, 0.1, 15), np.geomspace(0.1, 5.0, 15)])


@pytest.mark.parametrize("text", ["x,y\n1,2\n-1,3\n", "x;y\n1,0;2,0\n-1,0;3,0\n", "x\ty\n1\t2\n-1\t3\n", "1 2\n-1 3\n"])
def test_tables_with_any_separator_are_the_same_readings_in_order(text):
    data = read_lab_data(text)
    assert (data.x.tolist(), data.y.tolist(), data.sigma) == ([-1.0, 1.0], [3.0, 2.0], None)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("  ", "`data` must be a table with columns x and y, got nothing."),
        ("x,y\n1,two\n", "`y` must be numbers, got 'two' in line 2"),
        ("x,y,sigma\n1,2,-1\n", "`sigma` must be positive, got -1 in line 2"),
    ],
)
def test_tables_that_cannot_be_read_are_refused_with_the_line(text, complaint):
    with pytest.raises(ValueError) as refused:
        read_lab_data(text)
    assert complaint in str(refused.value)


def test_what_was_understood_of_a_table_is_said():
    assert any("`y`" in note or "y from" in note for note in read_lab_data("x (um);reading\n1;2\n2;3\n").notes)


def test_the_shelf_forgets_the_oldest_and_reads_what_is_shown():
    shelf = Shelf()
    keys = [shelf.keep(f"x,y\n{n},1\n")[0] for n in range(MOST_SETS + 1)]
    assert shelf.get(keys[0]) is None and shelf.get(keys[-1]).x.tolist() == [MOST_SETS]
    assert shelf.shown({"data": keys[0]}) is None and shelf.shown({}) is None
    shown = shelf.shown({"data": keys[-1], "of": "nonsense", "gain": "2", "offset": "nan"})
    assert (shown.panel, shown.gain, shown.offset, shown.signal.tolist()) == ("heating", 2.0, 0.0, [0.5])


def test_readings_are_drawn_at_their_signal_on_an_axis_that_holds_them():
    data = read_lab_data("x,y,sigma\n-8,400,20\n1,-30,20\n")
    point = operating_point(STATE)
    heating, *_ = panels(point, View(data=ShownData(data, "heating", 2.0, 10.0)))
    points = next(curve for curve in heating.curves if curve.is_points)
    assert (points.y.tolist(), points.error.tolist()) == ([195.0, -20.0], [10.0, 10.0])
    assert heating.x_axis.ends[0] < -8 and heating.y_axis.ends[1] >= 205.0


@pytest.fixture(scope="module")
def readings():
    """Readings 3 P_ph/P_ext + 5, without noise, of a resonance at 1.4."""
    sol = jw.solve(jw.Lorentzian(1.4, 0.1), PAPERS, temperature=0.3, voltage=0.1)
    y = 3.0 * np.asarray(sol.heating(X).total) + 5.0
    text = "x,y,sigma\n" + "\n".join(f"{x!r},{y!r},0.1" for x, y in zip(X.tolist(), y.tolist(), strict=True))
    return ShownData(read_lab_data(text), "heating", 1.0, 0.0)


@pytest.mark.slow
def test_a_fit_finds_the_resonance_behind_the_readings(readings):
    found = fit(STATE, readings, ["center", "width", "gain", "offset"])
    # The readings are exact: the optimiser ends where chi^2 does, 1e-6 of the values.
    assert_allclose(list(found.numbers.values()), [1.4, 0.1, 3.0, 5.0], rtol=1e-5)
    assert found.status == "converged" and found.is_good and [row[0] for row in found.rows][2:] == ["gain", "offset"]
    with pytest.raises(ValueError, match="`free` must be some of center, width, gain, offset, got voltage."):
        fit(STATE, readings, ["voltage"])
    with pytest.raises(ValueError, match="`free` must be some of .*, got none."):
        fit(STATE, readings, [])


@pytest.mark.slow
def test_the_gain_of_a_thermometer_is_per_temperature_far_away():
    """Readings 3 theta/theta_inf: P_ext of the scatterer that is found makes the gain of the page."""
    sol = jw.solve(jw.Lorentzian(1.4, 0.1), PAPERS, temperature=0.3, voltage=0.1)
    y = 3.0 * np.asarray(jw.Thermometer(0.5).signal(sol, X) / sol.external_power)
    text = "x,y,sigma\n" + "\n".join(f"{x!r},{y!r},0.1" for x, y in zip(X.tolist(), y.tolist(), strict=True))
    shown = ShownData(read_lab_data(text), "temperature", 1.0, 0.0)
    found = fit(STATE, shown, ["center", "width", "gain"])
    assert_allclose(list(found.numbers.values()), [1.4, 0.1, 3.0], rtol=1e-5)


def test_a_thermometer_reads_the_phonons_of_the_wire_where_it_has_its_own(monkeypatch):
    solved = SimpleNamespace(numbers={"external_power": 0.1})  # of which the gain follows alone
    monkeypatch.setattr("jaxwire.explore.fitting.operating_point", lambda state: solved)
    shown = ShownData(read_lab_data("x,y\n1,2\n2,3\n3,4\n"), "temperature", 2.0, 0.1)
    for state, length in ((State(phonons="own", healing_length=1.5), None), (State(healing_length=1.5), 1.5)):
        instrument = instrument_of(state, shown)
        instrument.check_wire(state.objects().wire)  # refuses a second healing length, as it does none at all
        assert instrument.healing_length == length and float(instrument.offset) == 0.1
        assert float(instrument.gain) == pytest.approx(2.0 / 0.1, rel=1e-15)  # per P_ext


def test_numbers_of_any_scatterer_may_be_free():
    assert can_be_free(State(scatterer="QuantumPointContact")) == [
        *("thresholds[0]", "thresholds[1]", "curvature", "gain", "offset")
    ]


def test_a_map_is_computed_coarse_first_and_every_cell_once():
    assert len(np.unique(ORDER, axis=0)) == len(ORDER) == UP * ACROSS
    first = ORDER[: UP * ACROSS // COARSEST**2]
    assert np.all(first % COARSEST == 0) and len(first) <= AT_ONCE


@pytest.mark.slow
def test_a_map_shows_the_dominant_spots_of_the_library():
    found = Maps().of(STATE, "width", "center")
    found.go_on()
    assert found.done == AT_ONCE
    drawn = draw_maps(found, View())
    assert drawn["maps"]["left"].count("<rect") == UP * ACROSS + 1 and "nan" not in drawn["maps"]["right"]
    row, column = ORDER[AT_ONCE // 2]
    dot = jw.Lorentzian(found.up[row], found.across[column])
    sol = jw.solve(dot, PAPERS, temperature=0.3, voltage=0.1)
    for n, spot in enumerate(jw.find_spots(sol, x_min=NEAREST_SPOT)):
        assert_allclose(found.position[n, row, column], spot.position, rtol=1e-6)  # scans are compiled otherwise
        assert_allclose(found.measure[n, row, column], jw.spot_measure(spot), rtol=1e-6)
    # What is not computed yet is that of its coarser cell.
    assert_allclose(found.filled(found.position)[:, 1, 1], found.position[:, 0, 0])
    while found.done < found.total:
        found.go_on()
    found.go_on()  # nothing is left
    assert found.done == found.total and np.array_equal(found.filled(found.heating), found.heating, equal_nan=True)


def test_maps_are_kept_by_what_they_depend_on():
    maps = Maps()
    one = maps.of(STATE, "width", "center")
    assert maps.of(State(temperature=0.3, width=0.5, center=1.0, distance=2.0), "width", "center") is one
    assert maps.of(State(temperature=0.31), "width", "center") is not one
    assert axes_of(State(current=0.01)) == ["center", "width", "exponent", "strength", "temperature", "current"]
    for x, y, complaint in (
        ("width", "width", "`y` must be another number than `x`"),
        ("distance", "width", "`x` must be one of center, "),
    ):
        with pytest.raises(ValueError, match=complaint):
            maps.of(STATE, x, y)
