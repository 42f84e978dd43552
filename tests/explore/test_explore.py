"""The page to explore, without a browser: its numbers are the library's, its address and its files keep them."""

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from importlib import util
from pathlib import Path
from xml.etree import ElementTree

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.cli import main
from jaxwire.explore import State, from_query, operating_point
from jaxwire.explore.drawing.csv_table import columns, read_table, write_table
from jaxwire.explore.drawing.figures import HEIGHTS, draw_panels
from jaxwire.explore.drawing.formulas import html, number, svg
from jaxwire.explore.drawing.sheet import sheet
from jaxwire.explore.point import ENERGY, NUMBERS, VOLTAGES, X
from jaxwire.explore.view import View

STATE = State(center=1.2, width=0.1, temperature=0.5, voltage=-0.3, exponent=-0.5, strength=0.7, healing_length=0.4)
GATED = jw.Wire(relaxation=jw.PowerLaw(-0.5), screening=jw.LocalScreening(0.7))
PAPERS = jw.Wire(relaxation=jw.PowerLaw(0.0), screening=jw.LocalScreening(1.0))  # the paper's, of the same program
SVG = "{http://www.w3.org/2000/svg}"
PROGRAM = Path(sys.executable).with_name("jaxwire")
SAME = {"rtol": 1e-10, "atol": 1e-13}  # the same formulas in another program: rounding, in sums that partly cancel


@pytest.fixture(scope="module")
def point():
    return operating_point(STATE)


@pytest.fixture(scope="module")
def sol():
    return jw.solve(jw.Lorentzian(1.2, 0.1), GATED, temperature=0.5, voltage=-0.3)


@pytest.fixture(scope="module")
def unreachable():
    return operating_point(State(current=0.5))


@pytest.mark.slow
def test_numbers_are_those_of_the_library(point, sol):
    for name in NUMBERS:
        assert_allclose(point.numbers[name], getattr(sol, name), err_msg=name, **SAME)
    assert point.status == "solved" and point.is_solved and point.has_current


def test_profiles_are_those_of_the_library(point, sol):
    for name, values in sol.heating(X)._asdict().items():
        assert_allclose(getattr(point.heating, name), values, err_msg=name, **SAME)
    rise = jw.Thermometer(healing_length=0.4).signal(sol, X) / sol.external_power
    assert_allclose(point.phonon_temperature, rise, rtol=1e-9, atol=1e-9)  # 1e-13 of the heat in modes that cancel


def test_spots_are_those_of_the_library(point, sol):
    for ours, theirs in zip(point.spots, jw.find_spots(sol), strict=True):
        assert bool(ours.exists) == bool(theirs.exists)
        assert_allclose(ours.position, theirs.position, rtol=1e-9)  # settled by Newton steps on h'
        assert_allclose(ours.heating, theirs.heating, rtol=1e-9)


def test_distributions_are_those_of_the_library(point, sol):
    f0 = 1.0 / (1.0 + np.exp((ENERGY - 1.0) / 0.5))
    for index, x in enumerate((-0.5, 0.5)):
        found = sol.distribution(ENERGY, jnp.asarray(x))
        assert_allclose(point.deviation.forward[index], found.forward - f0, rtol=1e-8, atol=1e-13)
        assert_allclose(point.deviation.backward[index], found.backward - f0, rtol=1e-8, atol=1e-13)
    # Far away the wire is in its Drude state, odd in the momentum.
    assert_allclose(point.deviation.forward[2], -point.deviation.backward[2], atol=1e-15)
    assert np.abs(point.deviation.forward[2]).max() > 1e-3


def test_transmission_is_zero_without_states_on_the_right(point):
    has_states = ENERGY > 0.3  # eV = -0.3: the band of the right wire begins 0.3 higher
    assert_allclose(point.transmission[has_states], 0.01 / ((ENERGY[has_states] - 1.2) ** 2 + 0.01))
    assert_array_equal(point.transmission[~has_states], 0.0)
    assert_allclose(point.occupation[1][has_states], 1 / (1 + np.exp((ENERGY[has_states] - 1.3) / 0.5)))


def test_the_curve_goes_through_the_point(point, sol):
    assert_allclose(point.curve[np.argmin(np.abs(VOLTAGES))], 0.0, atol=1e-15)
    at = VOLTAGES[10]
    there = jw.solve(jw.Lorentzian(1.2, 0.1), GATED, temperature=0.5, voltage=at)
    assert_allclose(point.curve[10], there.current, **SAME)
    assert np.interp(-0.3, VOLTAGES, point.curve) == pytest.approx(float(sol.current), rel=1e-2)  # between two points


@pytest.mark.slow
def test_a_current_instead_of_a_voltage():
    found = operating_point(State(current=0.02)).numbers
    # I(V) at the voltage that was found is the current that was wanted, to the last Newton step.
    sol = jw.solve(jw.Lorentzian(1.44, 0.08), PAPERS, temperature=0.7, voltage=found["voltage"])
    assert_allclose([found["current"], float(sol.current)], 0.02, rtol=1e-10)


def test_a_current_that_no_voltage_carries_is_named(unreachable):
    assert not unreachable.is_solved and np.isnan(list(unreachable.numbers.values())).all()
    assert unreachable.status.startswith("no voltage carries this current; the largest is 0.0")
    assert np.isfinite(unreachable.curve).all() and unreachable.transmission.max() > 0.9
    assert not unreachable.spots.left.exists and not unreachable.spots.right.exists


def test_moving_sliders_compiles_nothing(point):
    compiled = []

    def listen(name, _, **__):
        compiled.append(name) if name == "/jax/core/compile/backend_compile_duration" else None

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        operating_point(
            State(center=0.7, width=0.2, temperature=0.2, voltage=0.5, exponent=0.5, strength=0.2, distance=2.0)
        )
        assert compiled == []
        jax.jit(lambda x: x + 1)(1.0)
        assert len(compiled) > 0  # the listener hears
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)


@pytest.mark.parametrize("state", [State(), STATE, State(current=-0.0123456789012345), State(width=1 / 3, voltage=0.0)])
def test_an_address_gives_back_its_state(state):
    words = dict(pair.split("=") for pair in state.query().split("&"))
    assert from_query(words) == (state, ())


def test_words_that_are_no_parameters_are_left_alone():
    assert from_query({"utm_source": "x", "center": "0.64"}) == (State(center=0.64), ())


@pytest.mark.parametrize(
    ("query", "shown", "note"),
    [
        ({"width": "7"}, State(width=1.0), "`width` must be between 0.01 and 1, got 7; shown is 1."),
        ({"width": "-inf"}, State(), "`width` must be between 0.01 and 1, got -inf; shown is 0.08."),
        ({"center": "nan"}, State(), "`center` must be between 0.1 and 2.6, got nan; shown is 1.44."),
        ({"voltage": "<b>"}, State(), "`voltage` must be between -1.6 and 1.6, got <b>; shown is 0.1."),
        ({"current": "9"}, State(current=0.5), "`current` must be between -0.5 and 0.5, got 9; shown is 0.5."),
        (
            {"voltage": "0.2", "current": "0.1"},
            State(voltage=0.2),
            "`voltage` or `current` must be given, one of them; got both; shown is the voltage.",
        ),
    ],
)
def test_bad_words_in_an_address_are_replaced_and_named(query, shown, note):
    assert from_query(query) == (shown, (note,))


def test_defaults_are_in_their_ranges():
    assert all(slider.low <= slider.default <= slider.high for slider in State().sliders.values())
    with pytest.raises(ValueError, match="`distance` must be between 0.01 and 5, got nan."):
        State(distance=float("nan"))


def test_a_table_is_read_back_exactly(point):
    state, read = read_table(write_table(point))
    assert state == STATE
    assert list(read) == list(columns(point))
    for title, values in columns(point).items():
        assert_array_equal(read[title], values, err_msg=title)


def test_a_table_says_what_it_holds(point):
    head = [line for line in write_table(point).splitlines() if line.startswith("#")]
    assert "# temperature = 0.5 mu0" in head and "# healing_length = 0.4 vF tau0" in head
    assert f"# result current = {point.numbers['current']!r} e mu0/h" in head
    assert "# status: solved" in head


@pytest.mark.parametrize("width", [200.0, 350.0, 900.0])
def test_drawings_have_words_and_stay_inside(point, width):
    drawings = draw_panels(point, View(wide=width, narrow=width))
    assert list(drawings) == list(HEIGHTS)
    for name, drawing in drawings.items():
        root = ElementTree.fromstring(drawing)
        assert root.get("role") == "img" and root.get("aria-labelledby") == f"{name}-title {name}-description"
        assert all(root.find(f"{SVG}{part}").text for part in ("title", "desc"))
        assert "nan" not in drawing and "inf" not in drawing
        places = [float(text.get("x")) for text in root.iter(f"{SVG}text") if text.get("x")]
        assert min(places) >= 0 and max(places) <= width


def test_a_curve_is_drawn_where_its_numbers_are(point):
    root = ElementTree.fromstring(draw_panels(point)["iv"])
    dot = list(root.iter(f"{SVG}circle"))[-1]  # the first is in the legend
    ticks = {text.text: float(text.get("x")) for text in root.iter(f"{SVG}text") if text.text in ("−1", "1")}
    share = (float(dot.get("cx")) - ticks["−1"]) / (ticks["1"] - ticks["−1"])
    assert 2 * share - 1 == pytest.approx(-0.3, abs=2e-3)  # places are rounded to 0.1 pixels


def test_the_sheet_is_one_file_with_all_parameters(point):
    text = sheet(point)
    root = ElementTree.fromstring(text.encode())
    assert len(root.findall(f"{SVG}svg")) == len(HEIGHTS)
    caption = "".join(root.findall(f"{SVG}text")[-1].itertext())
    assert "kBT = 0.5 μ0" in caption and "Λ = 0.4 vFτ0" in caption and "eV = −0.3" in caption


def test_a_point_without_solution_is_drawn_as_such(unreachable):
    drawings = draw_panels(unreachable)
    assert all("no solution: see the status" in drawings[name] for name in ("heating", "temperature", "distribution"))
    assert "nan" not in "".join(drawings.values())
    assert "no current flows" in draw_panels(operating_point(State(voltage=0.0)))["heating"]


def test_formulas_are_safe_in_a_page():
    assert html("*a* < _{b}") == "<i>a</i> &lt; <sub>b</sub>"
    assert svg("*P*_{ph}/2", 10.0).count("dy=") == 2  # lowered and raised again
    assert [number(value) for value in (0.0, -1.5e-12, 1e20)] == ["0", "−1.5e−12", "1e20"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--width", "3"], "`width` must be between 0.01 and 1, got 3."),
        (["--temperature", "nan"], "`temperature` must be between 0.03 and 1, got nan."),
        (["--voltage", "0.1", "--current", "0.1"], "`voltage` or `current` must be given, one of them; got both."),
        (["--port", "70000"], "`port` must be between 0 and 65535, got 70000."),
        (["--center", "wide"], "`center` must be a number, got 'wide'."),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, complaint, capsys):
    assert main(["explore", *arguments, "--no-browser", "--no-cache"]) == 2
    said = capsys.readouterr().err
    assert complaint in said.replace('"', "") and said.count("\n") == 1


def test_a_port_that_is_taken_is_one_line_and_exit_code_2(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["explore", "--port", str(port), "--no-browser", "--no-cache"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"`port` must be free, got {port}: ") and said.count("\n") == 1


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_its_installation_is_named(missing, capsys, monkeypatch):
    real = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *rest: None if name == missing else real(name, *rest))
    assert main(["explore", "--no-browser", "--no-cache"]) == 2
    assert 'pip install "jaxwire[explore]"' in capsys.readouterr().err


def test_the_pure_part_does_not_need_the_server():
    code = "import sys, jaxwire.explore; print(any(name in sys.modules for name in ('starlette', 'uvicorn')))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.slow
def test_the_program_serves_on_this_machine_and_stops_quietly(point):
    arguments = [PROGRAM, "explore", "--port", "0", "--no-browser", "--center", "0.64", "--voltage", "-0.2"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        address = program.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:") and "center=0.64" in address and "voltage=-0.2" in address
        page = urllib.request.urlopen(address).read().decode()
        assert 'value="0.64"' in page
        stranger = urllib.request.Request(address, headers={"Host": "example.org"})
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(stranger)
        program.send_signal(signal.SIGINT)
        said = program.stderr.read()
        assert program.wait(timeout=20) == 130
    assert "Traceback" not in said and said.endswith("jaxwire: stopped\n")
