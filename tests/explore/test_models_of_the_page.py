"""Sliders follow from the models; a state is copied as code that gives its numbers; SI is that of `Scale`."""

import itertools
import json
import re
import subprocess

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.cli import main
from jaxwire.config import parse_config
from jaxwire.config.models import MODELS
from jaxwire.explore import State, from_query, operating_point
from jaxwire.explore.copies import as_command, as_python
from jaxwire.explore.drawing.figures import draw_panels, shown_panels
from jaxwire.explore.drawing.read_outs import read_out
from jaxwire.explore.drawing.units import text_of
from jaxwire.explore.lab_data import Shelf
from jaxwire.explore.point import VOLTAGES, X
from jaxwire.explore.presets import PRESETS
from jaxwire.explore.sliders import EXAMPLES, default_models, example, group_of, sliders
from jaxwire.explore.view import LabScale, View, view_of

ALL = [{kind: name} for kind, examples in EXAMPLES.items() for name in examples]
WITHOUT_SLIDERS = {"Tabulated", "TabulatedRelaxation", "GatedCoulomb"}  # tables; 20 s a point


def test_the_page_offers_every_model_that_numbers_describe():
    offered = {name for examples in EXAMPLES.values() for name in examples}
    known = {model.__name__ for models in MODELS.values() for model in models}
    assert known - offered == WITHOUT_SLIDERS


@pytest.mark.parametrize("models", ALL, ids=lambda models: list(models.values())[-1])
def test_every_number_of_a_model_has_a_slider_inside_its_domain(models):
    state = State(**models)
    objects = state.objects()
    leaves = jax.tree.leaves((objects.scatterer, objects.wire))
    own = [slider for slider in state.sliders.values() if slider.place is not None]
    assert len(own) == sum(np.size(leaf) for leaf in leaves)
    for slider in own:
        for end in (slider.low, slider.high):  # constructors would refuse a number outside
            as_python(State(**models, **{slider.name: end}))
            namespace = {"jw": jw}
            lines = as_python(State(**models, **{slider.name: end})).splitlines()
            exec("\n".join(line for line in lines if line.startswith(("scatterer", "wire"))), namespace)


@pytest.mark.parametrize("models", ALL, ids=lambda models: list(models.values())[-1])
def test_copied_code_builds_the_very_models(models):
    numbers = {
        name: slider.low + 0.37 * (slider.high - slider.low) for name, slider in sliders(State(**models).models).items()
    }
    del numbers["current"]
    state = State(**models, **numbers)
    objects = state.objects()
    namespace = {"jw": jw}
    exec(
        "\n".join(line for line in as_python(state).splitlines() if "print" not in line and "sol" not in line),
        namespace,
    )
    assert same(namespace["scatterer"], objects.scatterer) and same(namespace["wire"], objects.wire)
    command = as_command(state)
    if "cat" in command:
        read = parse_config("\n".join(command.splitlines()[1:-2]))
        assert same(read.scatterer, objects.scatterer) and same(read.wire, objects.wire)
        assert read.point == {name: state[name] for name in ("temperature", "voltage")}


def same(one, other):
    return jax.tree.structure(one) == jax.tree.structure(other) and all(
        map(np.array_equal, jax.tree.leaves(one), jax.tree.leaves(other))
    )


@pytest.fixture
def without_curve(monkeypatch):
    """The page's point without the current-voltage curve, a program of its own."""
    monkeypatch.setattr("jaxwire.explore.point._curve_of", lambda state: np.full(VOLTAGES.shape, np.nan))
    yield
    operating_point.cache_clear()  # points of other tests have it


def typed(command, folder, capsys):
    """What the program answers in this process to a command whose words a shell has made."""
    words = command.replace("jaxwire solve", "printf '%s\\n' solve")
    ran = subprocess.run(["bash", "-c", words], cwd=folder, capture_output=True, text=True, check=True)
    capsys.readouterr()
    assert main([*ran.stdout.splitlines(), "--json", "--no-cache"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.slow
@pytest.mark.usefixtures("without_curve")
def test_copied_code_gives_the_numbers_of_the_page(tmp_path, capsys):
    state = State(center=1.3, voltage=-0.2)
    shown = operating_point(state)
    exec(as_python(state), {})
    assert f"{shown.numbers['current']:.6g}"[:8] in capsys.readouterr().out
    # Another program: a constant relaxation time in place of a power law of exponent 0.
    assert_allclose(typed(as_command(state), tmp_path, capsys)["current"], shown.numbers["current"], rtol=1e-10)


@pytest.mark.slow
@pytest.mark.usefixtures("without_curve")
def test_a_copied_file_gives_the_numbers_of_the_page(tmp_path, capsys, monkeypatch):
    state = State(scatterer="Constant", value=0.3, exponent=-0.5, current=0.02)
    shown = operating_point(state)
    monkeypatch.chdir(tmp_path)
    found = typed(as_command(state), tmp_path, capsys)["voltage"]
    assert_allclose(found, shown.numbers["voltage"], rtol=1e-10)  # to the last Newton step


def test_models_are_kept_in_the_address():
    state = State(scatterer="QuantumPointContact", electron_electron="energy", time=0.25)
    words = dict(re.findall(r"([^&=]+)=([^&]+)", state.query().replace("%5B", "[").replace("%5D", "]")))
    assert from_query(words) == (state, ())
    assert words["electron_electron"] == "energy" and words["thresholds[1]"] == "1.6"


def test_models_that_are_unknown_are_left_out_and_named():
    state, notes = from_query({"scatterer": "Magic", "center": "0.9"})
    assert state == State(center=0.9) and notes[0].startswith("`scatterer` must be one of Lorentzian, ")
    state, notes = from_query({"dispersion": "Kane", "electron_electron": "friends"})
    assert state.models == default_models() | {"dispersion": "Kane"}
    assert notes[0].startswith("`electron_electron` must be one of none, momentum, energy, got friends")
    with pytest.raises(TypeError, match="`widht` must be a number of Lorentzian, .*; did you mean 'width'"):
        State(widht=0.1)


def test_parts_that_exchange_heat_take_the_constant_time_along():
    assert State(phonons="own").models["relaxation"] == "ConstantRelaxationTime"
    assert State(phonons="own", relaxation="PowerLaw").models["relaxation"] == "PowerLaw"


def test_all_parts_that_the_page_offers_fit_each_other():
    for names in itertools.product(*EXAMPLES.values()):
        example(dict(zip(EXAMPLES, names, strict=True)))  # raises where parts do not


@pytest.mark.slow
@pytest.mark.usefixtures("without_curve")
def test_temperatures_are_those_of_the_library():
    state = State(electron_electron="momentum", time=0.3, phonons="own", loss=2.0, healing_length=0.8)
    shown, (scatterer, wire, _, point) = operating_point(state), state.objects()
    assert wire.phonons.healing_length == 0.8 and "healing_length" in state.numbers  # one, that of the wire
    sol = jw.solve(scatterer, wire, **point)
    assert_allclose(shown.electron_excess, sol.electron_temperature(X), rtol=1e-8, atol=1e-15)  # rounding of sums
    assert_allclose(shown.phonon_excess, sol.phonon_temperature(X), rtol=1e-8, atol=1e-15)
    assert_allclose(shown.phonon_temperature, jw.Thermometer().signal(sol, X) / sol.external_power, rtol=1e-8)


def test_presets_are_the_papers_points():
    assert PRESETS["3b"].state == State(center=1.44, width=0.08, temperature=0.7, voltage=0.4)
    assert PRESETS["5cd"].over == ("width", "center") and PRESETS["5cd"].state["temperature"] == 0.3
    assert all({*preset.over} <= {"", *preset.state.numbers} for preset in PRESETS.values())


def test_groups_hold_every_slider_once():
    found = [group_of(slider) for slider in State(electron_electron="momentum").sliders.values()]
    assert set(found) == {"scatterer", "electron_electron", "screening", "point", "shown"}


LAB = LabScale(0.01, 0.026, 1e-12)


def test_si_units_are_those_of_scale():
    scale = jw.Scale(0.01, 0.026, 1e-12)
    for name in ("temperature", "voltage", "current", "force", "external_power", "x", "healing_length", "center"):
        factor, unit = LAB.unit(name)
        assert_allclose(factor, scale.to_si(name, 1.0), rtol=1e-14)
        assert unit == scale.si_unit(name)
    assert LAB.unit("distance") == LAB.unit("position") and LAB.unit("heating") is None and LAB.unit("strength") is None
    assert text_of("temperature", 0.5, "mu0", LAB) == ("58.02", "K")  # 5 meV over Boltzmann's constant
    assert text_of("voltage", 0.1, "mu0", LAB) == ("1", "mV")


@pytest.fixture(scope="module")
def point():
    return operating_point(State(voltage=-0.3))


def test_panels_in_si_show_the_same_curves_on_scaled_axes(point):
    natural, si = ({panel.name: panel for panel in shown_panels(point, View(scale=scale))} for scale in (None, LAB))
    assert (si["heating"].x_axis.unit, si["iv"].y_axis.unit, si["iv"].x_axis.unit) == ("µm", "nA", "mV")
    ratio = si["iv"].curves[0].y[0] / natural["iv"].curves[0].y[0]
    assert_allclose(ratio, jw.Scale(0.01, 0.026, 1e-12).to_si("current", 1.0) * 1e9)
    assert_allclose(si["heating"].x_axis.ends[1] / 6.0, jw.Scale(0.01, 0.026, 1e-12).mean_free_path * 1e6)
    heights = [re.search(r'd="(M[^"]{200})', draw_panels(point, View(scale=scale))["iv"])[1] for scale in (None, LAB)]
    assert heights[0][-100:] == heights[1][-100:]  # the same places on the screen


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"si": "InAs", "mu0": "-1"}, "`mu0` must be positive, got -1. Shown are natural units."),
        (
            {"si": "Unobtainium"},
            "`si` must be one of InAs, GaAs, InSb, other, got Unobtainium. Shown are natural units.",
        ),
        ({"si": "other", "mass": "heavy"}, "`mass` must be positive, got heavy. Shown are natural units."),
    ],
)
def test_bad_numbers_of_the_lab_are_named(query, complaint):
    view = view_of(query, State(), Shelf())
    assert view.scale is None and view.notes == (complaint,)


def test_a_pinned_state_is_drawn_behind_on_an_axis_that_shows_both(point):
    pinned = State(voltage=0.4)
    panel = shown_panels(point, View(pinned=pinned))[0]
    alone, other = (shown_panels(one, View())[0] for one in (point, operating_point(pinned)))
    assert panel.y_axis.ends[1] == max(alone.y_axis.ends[1], other.y_axis.ends[1])
    behind = next(curve for curve in panel.curves if curve.name == "*P*_{ph}, total, pinned")
    assert behind.opacity < 1
    np.testing.assert_array_equal(behind.y, other.curves[-1].y)
    names = [curve["name"] for curve in read_out(panel, 900.0, 320.0)["curves"]]
    assert names.index("<i>P</i><sub>ph</sub>, total") < names.index("<i>P</i><sub>ph</sub>, total, pinned")


def test_held_axes_stay_and_bad_words_for_them_are_passed_over(point):
    view = view_of({"axes": "heating:-5:7,iv:2:1,temperature:a:b,x"}, State(), Shelf())
    panels = {panel.name: panel for panel in shown_panels(point, view)}
    assert view.axes == {"heating": (-5.0, 7.0)} and panels["heating"].y_axis.ends == (-5.0, 7.0)


def test_what_is_read_under_the_pointer_is_the_curve(point):
    panel = {panel.name: panel for panel in shown_panels(point, View())}["iv"]
    read = read_out(panel, 300.0, 290.0)
    curve = read["curves"][0]
    assert_allclose(read["grids"][curve["grid"]], VOLTAGES, rtol=1e-4)
    assert_allclose(curve["y"], point.curve, rtol=1e-4)  # rounded to five digits
    left, right, top, bottom = read["frame"]
    assert (read["ends"][:2], 0 < left < right < 300, 0 < top < bottom < 290) == ([-1.6, 1.6], True, True)
