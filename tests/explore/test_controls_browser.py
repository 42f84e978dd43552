"""Every control of the page in a real browser: what it does to the drawings, the address and the numbers."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from page_checks import CONTRASTS, SHIFTS
from page_in_browser import SKIPPED, press, read, shown

import jaxwire as jw
from jaxwire.explore import State, operating_point
from jaxwire.explore.copies import as_command, as_python
from jaxwire.explore.drawing.figures import panels
from jaxwire.explore.presets import PRESETS

pytestmark = [pytest.mark.slow, SKIPPED]
TICKS = "[...document.querySelectorAll('#figure-heating svg > text')].map(text => text.textContent).join('|')"


def test_a_pinned_state_stays_on_held_axes_and_beside_the_numbers(open_page, artefacts):
    page = open_page()
    before = page.evaluate(TICKS)
    page.click("#pin")
    page.locator("#figure-heating", has_text="pinned").wait_for()
    press(page, "voltage", "ArrowRight", 10)
    shown(page, voltage=0.2)
    assert page.evaluate(TICKS) == before.replace("cooling spot", "pinned|cooling spot") or "pinned" in page.evaluate(
        TICKS
    )
    numbers = [one for one in page.evaluate(TICKS).split("|") if re.fullmatch(r"[−\d.]+", one)]
    assert numbers == [one for one in before.split("|") if re.fullmatch(r"[−\d.]+", one)]  # the axes are held
    assert (
        page.inner_text("[data-pinned=voltage]") == "0.1 μ0" and page.inner_text("[data-change=voltage]") == "+0.1 μ0"
    )
    page.screenshot(path=artefacts / "explore-pinned.png", full_page=True)
    page.wait_for_url(re.compile("pin=center"))
    again = open_page("?" + page.url.partition("?")[2])
    assert again.inner_text("[data-pinned=voltage]") == "0.1 μ0"
    page.uncheck("#hold")
    page.click("#pin")
    page.locator("#figure-heating", has_text=re.compile("^((?!pinned).)*$", re.DOTALL)).wait_for()
    assert not page.is_visible("[data-pinned=voltage]") and page.complaints == []


def test_undo_and_redo_go_through_the_settings_as_the_browsers_own_buttons_do(open_page):
    page = open_page()
    assert page.is_disabled("#undo") and page.is_disabled("#redo")
    for value in ("0.2", "0.3"):
        page.fill("#voltage-number", value)
        page.keyboard.press("Enter")
        shown(page, voltage=float(value))
        page.wait_for_url(re.compile(f"voltage={value}"))
    page.click("#undo")
    shown(page, voltage=0.2)
    page.go_back()
    shown(page, voltage=0.1)
    assert page.input_value("#voltage-number") == "0.1" and page.is_disabled("#undo")
    page.keyboard.press("Control+Shift+Z")
    shown(page, voltage=0.2)
    page.click("#redo")
    shown(page, voltage=0.3)
    assert page.is_disabled("#redo") and page.complaints == []


def test_what_is_under_the_pointer_is_read_with_its_unit(open_page):
    page = open_page()
    point = operating_point(State())
    figure, box = page.locator("#figure-iv"), page.locator("#figure-iv .reading")
    figure.scroll_into_view_if_needed()
    before = figure.bounding_box()
    frame = page.locator("#figure-iv svg path[fill=none]").first.evaluate("one => one.getBBox().x")
    page.mouse.move(before["x"] + frame + 100, before["y"] + 150)
    box.wait_for()
    words = box.inner_text().replace("−", "-")
    at = float(re.search(r"voltage V = (\S+) μ0", words)[1])
    current = float(re.search(r"I\(V\) = (\S+) eμ0/h", words)[1])
    iv = panels(point)[-1].curves[0]
    assert_allclose(current, np.interp(at, iv.x, iv.y), rtol=2e-3, atol=1e-4)  # shown are four digits
    assert figure.bounding_box() == before  # nothing moves
    page.mouse.move(0, 0)
    assert box.is_hidden()


def test_the_keyboard_reads_a_drawing(open_page):
    page = open_page()
    page.focus("#figure-heating")
    page.keyboard.press("Home")
    box = page.locator("#figure-heating .reading")
    assert box.inner_text().startswith("position x = −6 vFτ0") and "Pph, total" in box.inner_text()
    page.keyboard.press("ArrowRight")
    assert box.inner_text().startswith("position x = −5.8 vFτ0")
    page.keyboard.press("Escape")
    assert box.is_hidden()


def test_a_slider_plays_until_it_is_stopped(open_page):
    page = open_page()
    button = page.locator(".slider[data-name=temperature] .play")
    button.press("Enter")
    page.wait_for_function("() => Number(new URLSearchParams(document.body.dataset.shown).get('temperature')) > 0.74")
    assert button.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-pressed") == "false"
    page.wait_for_timeout(300)
    stopped = page.input_value("#temperature-number")
    page.wait_for_timeout(400)
    assert page.input_value("#temperature-number") == stopped
    assert read(page, "current") == operating_point(State(temperature=float(stopped))).numbers["current"]


def test_the_same_numbers_are_copied_as_code(open_page):
    page = open_page("?voltage=0.2")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#code summary")
    state = State(voltage=0.2)
    for kind, code in (("python", as_python(state)), ("command", as_command(state))):
        page.click(f"[data-copy={kind}]")
        page.locator(f"[data-copy={kind}]", has_text="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == code == page.inner_text(f"#{kind}")
    page.click("#copy")
    page.locator("#copy", has_text="Link copied").wait_for()
    assert "voltage=0.2" in page.evaluate("navigator.clipboard.readText()")


def test_units_of_the_lab_are_in_axes_sliders_and_read_outs(open_page, artefacts):
    page = open_page()
    page.check("#si")
    page.locator(".slider[data-name=temperature] .si", has_text="K").wait_for()
    scale = jw.Scale(0.01, 0.026, 1e-12)
    assert page.inner_text(".slider[data-name=temperature] .si") == f"{float(scale.to_si('temperature', 0.7)):.4g} K"
    assert page.inner_text("[data-unit=current]") == "nA"
    assert_allclose(
        float(page.inner_text("[data-number=current]")), scale.to_si("current", read(page, "current")) * 1e9, rtol=1e-3
    )
    assert "position x (µm)" in page.text_content("#figure-heating svg")
    page.screenshot(path=artefacts / "explore-si.png", full_page=True)
    page.select_option("#lab-material", "other")
    page.fill("#lab-mass", "-1")
    page.keyboard.press("Enter")
    page.locator("#notes", has_text="`mass` must be positive, got -1. Shown are natural units.").wait_for()
    page.fill("#lab-mass", "0.1")
    page.keyboard.press("Enter")
    page.locator("#notes:empty").wait_for(state="attached")
    page.uncheck("#si")
    page.locator("#figure-heating svg", has_text="vFτ0").wait_for()
    assert page.is_hidden("#lab") and page.complaints == []


def test_another_scatterer_brings_its_own_sliders(open_page):
    page = open_page()
    page.select_option("#scatterer", "TunnelBarrier")
    shown(page, scatterer="TunnelBarrier")
    assert page.is_visible("#height") and page.locator("#center").count() == 0
    assert read(page, "current") == operating_point(State(scatterer="TunnelBarrier")).numbers["current"]
    assert page.locator("#map-x option").all_text_contents()[0] == "barrier height"
    page.click("#undo")
    shown(page)
    assert page.is_visible("#center")


def test_phonons_that_warm_up_bring_their_sliders_their_curve_and_code(open_page, artefacts):
    page = open_page()
    page.select_option("#phonons", "own")
    state = shown(page, phonons="own", healing_length=0.5)  # that of the thermometer goes on as the wire's
    assert page.input_value("#relaxation") == "ConstantRelaxationTime"  # what such wires need
    for name, step in (("loss", "ArrowRight"), ("healing_length", "ArrowLeft"), ("contact_resistance", "ArrowRight")):
        assert page.locator(f"#{name}").count() == 1, name
        press(page, name, step)
    numbers = {
        name: float(page.input_value(f"#{name}-number")) for name in ("loss", "healing_length", "contact_resistance")
    }
    assert all(value != state[name] for name, value in numbers.items())
    shown(page, phonons="own", **numbers)
    wire = jw.Wire(phonons=jw.Phonons(**numbers), screening=jw.LocalScreening(1.0))
    sol = jw.solve(jw.Lorentzian(1.44, 0.08), wire, temperature=0.7, voltage=0.1)
    assert_allclose(read(page, "current"), sol.current, rtol=1e-9)
    box = page.locator("#figure-excess .reading")
    page.focus("#figure-excess")
    page.keyboard.press("ArrowRight")
    at, *values = [float(words.replace("−", "-")) for words in re.findall(r"= (\S+)", box.inner_text())]
    there = [float(field(at)) for field in (sol.electron_temperature, sol.phonon_temperature)]
    assert_allclose(values, there, rtol=5e-2)  # between places of the curve, shown to four digits
    page.click("#code summary")
    assert f"jw.Phonons(loss={numbers['loss']!r}" in page.inner_text("#python")
    assert f"phonons = {{loss = {numbers['loss']!r}" in page.inner_text("#command")
    page.screenshot(path=artefacts / "explore-phonons.png", full_page=True)
    assert page.complaints == []


def test_collisions_take_the_constant_time_along_and_have_a_slider(open_page):
    page = open_page()
    page.select_option("#electron_electron", "momentum")
    shown(page, electron_electron="momentum")
    press(page, "time", "Home")
    shown(page, electron_electron="momentum", time=0.03)
    page.locator("#figure-temperature svg", has_text="along the wire").wait_for()  # a thermometer reads such wires too
    assert page.inner_text("#status") == "Status: solved" and page.complaints == []


def test_another_drive_compiles_and_the_page_goes_on_meanwhile(open_page):
    page = open_page()
    page.check("input[value=current]")
    page.check("input[value=voltage]")
    press(page, "voltage", "ArrowRight")
    shown(page, voltage=0.11)  # does not wait for the program of the current


def test_a_preset_of_the_paper_is_shown_with_its_map(open_page, artefacts):
    page = open_page()
    page.select_option("#preset", "5cd")
    page.locator("#map-status", has_text="384 of 384 points").wait_for()
    preset = PRESETS["5cd"].state
    shown(page, **preset.numbers)
    assert (page.input_value("#map-x"), page.input_value("#map-y")) == ("width", "center")
    page.screenshot(path=artefacts / "explore-map.png", full_page=True)
    page.focus("#map-left")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    assert "Γ = " in page.inner_text("#map-left .reading")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.body.dataset.shown.includes('center=0.3344')")
    ring = page.locator("#map-left .ring").bounding_box()
    cell = page.locator("#map-left svg rect").nth(1 + 24 + 2).bounding_box()  # after the bar; second row, third column
    assert_allclose(ring["x"] + ring["width"] / 2, cell["x"] + cell["width"] / 2, atol=2.0)
    assert_allclose(ring["y"] + ring["height"] / 2, cell["y"] + cell["height"] / 2, atol=2.0)
    press(page, "voltage", "ArrowRight")
    page.locator("#map-status", has_text="Computed for other settings.").wait_for()
    page.select_option("#map-x", "center")
    page.click("#map-go")
    page.locator("#map-status", has_text="`y` must be another number than `x`, got center for both.").wait_for()
    assert [one for one in page.complaints if "400" not in one] == []


def test_readings_are_shown_and_fitted(open_page, artefacts, tmp_path):
    x = np.concatenate([-np.geomspace(5.0, 0.1, 15), np.geomspace(0.1, 5.0, 15)])
    sol = jw.solve(jw.Lorentzian(1.4, 0.1), temperature=0.7, voltage=0.1)
    y = 3.0 * np.asarray(sol.heating(x).total) + 5.0
    file = tmp_path / "readings.csv"
    file.write_text("x;y;sigma\n" + "\n".join(f"{a!r};{b!r};0.2" for a, b in zip(x.tolist(), y.tolist(), strict=True)))
    page = open_page()
    page.click("#data summary")
    assert page.is_disabled("#fit")
    page.fill("#data-text", "x,y\n1,two\n")
    page.click("#data-show")
    page.locator("#data-status", has_text="`y` must be numbers, got 'two' in line 2").wait_for()
    page.set_input_files("#data-file", file)
    page.locator("#figure-heating svg", has_text="your data").wait_for()
    assert page.inner_text("#data-status") == "30 readings." and page.locator("#figure-heating circle").count() == 31
    page.click("#fit")
    page.locator("#fit-status", has_text="Status: converged.").wait_for()
    rows = [row.split("\t") for row in page.locator("#fit-table tbody tr").all_inner_texts()]
    assert [row[0] for row in rows] == ["ε0", "Γ", "gain", "offset"]
    assert_allclose([float(row[1]) for row in rows], [1.4, 0.1, 3.0, 5.0], rtol=1e-2)  # shown to its error
    assert float(page.input_value("#center-number")) == pytest.approx(1.4, abs=1e-4)
    shown(page, center=float(page.input_value("#center-number")), width=float(page.input_value("#width-number")))
    page.screenshot(path=artefacts / "explore-fit.png", full_page=True)
    page.click("#data-hide")
    page.locator("#figure-heating svg", has_text=re.compile("^((?!your data).)*$", re.DOTALL)).wait_for()
    assert [one for one in page.complaints if "400" not in one] == []


def test_reset_goes_back_to_the_start_and_can_be_undone(open_page):
    page = open_page("?voltage=0.3")
    page.click("#reset")
    shown(page)
    page.wait_for_url(re.compile("voltage=0.1"))
    page.click("#undo")
    shown(page, voltage=0.3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_are_told_from_the_background(open_page, artefacts, scheme):
    """WCAG asks for a contrast of 4.5 of words and 3 of lines."""
    page = open_page(color_scheme=scheme)
    found = page.evaluate(COLORS)
    contrast = {name: ratio(found[name], found["--paper"]) for name in found}
    for name in ("--ink", "--grey", "--blue", "--bad"):
        assert contrast[name] >= 4.5, (scheme, name)
    assert contrast["--vermilion"] >= 3 and contrast["--edge"] >= 3
    for details in page.locator("details").all():
        details.evaluate("one => { one.open = true; }")
    assert page.evaluate(CONTRASTS) == {}
    page.screenshot(path=artefacts / f"explore-{scheme}.png", full_page=True)


COLORS = """() => Object.fromEntries("ink grey blue bad vermilion edge paper".split(" ").map((word) => {
  const name = "--" + word;
  const one = document.createElement("i");
  one.style.color = `var(${name})`;
  document.body.append(one);
  const found = getComputedStyle(one).color.match(/\\d+/g).map(Number);
  one.remove();
  return [name, found];
}))"""


def ratio(one, other):
    """Contrast of two colours (WCAG 2)."""

    def luminance(color):
        share = np.asarray(color[:3]) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_nothing_moves_when_an_answer_comes(open_page):
    page = open_page()
    assert page.evaluate(SHIFTS) < 0.1  # as it opened: "good" for Core Web Vitals
    page.evaluate(COUNT_SHIFTS)
    press(page, "voltage", "ArrowRight", 5)
    shown(page, voltage=0.15)
    page.fill("#center-number", "1.2")
    page.keyboard.press("Enter")
    shown(page, voltage=0.15, center=1.2)
    page.hover("#figure-temperature")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts") == 0


COUNT_SHIFTS = """() => { window.shifts = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: false }); }"""


def test_a_phone_shows_the_curves_first_and_the_sliders_below(open_page, artefacts):
    page = open_page(width=375, height=812, has_touch=True)
    tops = [page.locator(name).bounding_box()["y"] for name in ("#figure-heating", "#controls", "#figure-iv")]
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    small = page.evaluate(
        "[...document.querySelectorAll('#controls button, #controls input[type=range]')]"
        ".filter(one => one.offsetHeight && one.offsetHeight < 24).map(one => one.outerHTML)"
    )
    assert small == []
    for name in ("#map", "#data", "#code"):
        page.click(f"{name} summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.screenshot(path=artefacts / "explore-phone-all.png", full_page=True)
