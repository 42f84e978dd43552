"""The page to explore in a real browser: what it shows is what the library says, by mouse, keyboard and address.

Needs Chromium. Without one these tests are skipped, unless JAXWIRE_BROWSER is "required" as in CI. Screenshots go to
the folder JAXWIRE_ARTEFACTS.
"""

import json
import re

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose
from page_checks import FOCUSED
from page_in_browser import SKIPPED, press, read, shown

import jaxwire as jw
from jaxwire.explore import State
from jaxwire.explore.drawing.csv_table import read_table
from jaxwire.explore.point import NUMBERS, operating_point

PAPERS = jw.Wire(relaxation=jw.PowerLaw(0.0), screening=jw.LocalScreening(1.0))  # the paper's, of the same program
pytestmark = [pytest.mark.slow, SKIPPED]


def test_the_page_shows_the_numbers_of_the_library(open_page, artefacts):
    page = open_page()
    sol = jw.solve(jw.Lorentzian(1.44, 0.08), PAPERS, temperature=0.7, voltage=0.1)
    for name in NUMBERS:
        # Rounding, but for the estimate: a difference of two grids, whose rounding is 1e-10 of it or more.
        tolerance = 1e-6 if name == "error_estimate" else 1e-9
        assert_allclose(read(page, name), getattr(sol, name), rtol=tolerance, err_msg=name)
    assert page.inner_text("#status") == "Status: solved"
    for side, spot in jw.find_spots(sol)._asdict().items():
        row = page.locator(f"[data-side={side}]")
        assert row.locator("[data-spot=kind]").inner_text() == {1: "heating", -1: "cooling"}[int(spot.kind)]
        for name in ("position", "heating", "prominence"):
            value = row.locator(f"[data-spot={name}]").get_attribute("data-value")
            assert_allclose(float(value), getattr(spot, name), rtol=1e-7)
    assert page.locator("[data-figure] svg").count() == 6
    assert page.complaints == []
    page.screenshot(path=artefacts / "explore-desktop.png", full_page=True)


def test_keys_move_every_slider_and_the_page_follows(open_page):
    page = open_page()
    press(page, "voltage", "ArrowRight", 3)
    shown(page, voltage=0.13)
    press(page, "temperature", "ArrowLeft", 2)
    state = shown(page, voltage=0.13, temperature=0.68)
    sol = jw.solve(jw.Lorentzian(1.44, 0.08), PAPERS, temperature=0.68, voltage=0.13)
    assert_allclose(read(page, "current"), sol.current, rtol=1e-9)
    assert page.get_attribute("#voltage", "aria-valuetext") == "0.13"
    for name in state.numbers:
        before = page.input_value(f"#{name}-number")
        press(page, name, "ArrowLeft")
        assert page.input_value(f"#{name}-number") != before, name


def test_all_controls_are_reached_by_tab_in_order(open_page):
    page = open_page()
    page.focus("#center")
    reached, unseen = [], []
    for _ in range(40):
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.name"))
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUSED)
        unseen += [] if one["is_seen"] or one["is_body"] else [one["name"]]
    assert unseen == []
    for name in (name for name in State().sliders if name != "current"):  # hidden while the voltage is given
        assert name in reached and f"{name}-number" in reached, name
    assert all(name in reached for name in ("drive", "figure-link", "data-link", "copy", "reset"))
    assert "current" not in reached
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, button, a')].filter(one => !(one.labels?.length || one.ariaLabel ||"
        " one.textContent.trim())).map(one => one.id)"
    )
    assert unnamed == []


def test_the_address_keeps_the_state(open_page, address):
    page = open_page()
    press(page, "width", "ArrowRight", 2)
    page.fill("#strength-number", "0.65")
    page.keyboard.press("Enter")
    width = float(page.input_value("#width-number"))
    shown(page, width=width, strength=0.65)
    page.wait_for_url(re.compile(f"width={width}.*strength=0.65"))
    again = open_page(page.url.removeprefix(address))
    assert again.evaluate("document.body.dataset.shown") == page.evaluate("document.body.dataset.shown")
    for name in State().sliders:
        assert again.input_value(f"#{name}") == page.input_value(f"#{name}"), name
    assert read(again, "current") == read(page, "current")


def test_a_number_out_of_range_is_named_and_the_nearest_shown(open_page):
    page = open_page()
    page.fill("#center-number", "99")
    page.keyboard.press("Enter")
    shown(page, center=2.6)
    assert page.inner_text("#notes") == "center must be between 0.1 and 2.6, got 99."
    page = open_page("?width=7&temperature=hot")
    shown(page, width=1.0)
    assert "`width` must be between 0.01 and 1, got 7; shown is 1." in page.inner_text("#notes")
    assert "`temperature` must be between 0.03 and 1, got hot; shown is 0.7." in page.inner_text("#notes")


def test_a_current_that_cannot_flow_is_an_answer(open_page):
    page = open_page()
    voltage_driven = read(page, "current")
    page.check("input[value=current]")
    page.wait_for_function("() => document.body.dataset.shown.includes('current=')")
    assert page.is_visible("#current") and not page.is_visible("#voltage")
    assert_allclose(read(page, "current"), voltage_driven, rtol=1e-3)  # goes on from there, to four digits
    assert_allclose(read(page, "voltage"), 0.1, rtol=1e-3)
    press(page, "current", "End")
    shown(page, current=0.5)
    assert "no voltage carries this current; the largest is 0.0" in page.inner_text("#status")
    assert "give a smaller current" in page.inner_text("#status")
    assert page.inner_text("[data-number=voltage]") == "–"
    assert "no solution" in page.inner_text("#figure-heating")
    assert page.complaints == []


def test_without_a_current_the_page_says_what_to_do(open_page):
    page = open_page("?voltage=0")
    assert "choose a voltage other than 0" in page.inner_text("#status")


def test_figure_and_data_are_downloaded_as_shown(open_page, tmp_path):
    page = open_page("?voltage=-0.2&distance=1.5")
    for link, name in (("#data-link", "jaxwire.csv"), ("#figure-link", "jaxwire.svg")):
        with page.expect_download() as download:
            page.click(link)
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
    state, columns = read_table((tmp_path / "jaxwire.csv").read_text())
    assert state == State(voltage=-0.2, distance=1.5)
    np.testing.assert_array_equal(columns["heating total [P_ext]"], operating_point(state).heating.total)
    assert (tmp_path / "jaxwire.svg").read_text().count("<svg") == 7


@pytest.mark.parametrize("width", [375, 320])
def test_a_phone_shows_one_column_without_scrolling_sideways(open_page, artefacts, width):
    page = open_page("?voltage=-0.3", width=width, height=812)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [box.bounding_box() for box in page.locator("[data-figure] svg").all()]
    assert len(boxes) == 6 and all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert len({box["x"] for box in boxes}) == 1  # one below the other
    assert page.evaluate("matchMedia('(max-width: 820px)').matches")
    page.screenshot(path=artefacts / f"explore-phone-{width}.png", full_page=True)


def test_nothing_is_asked_from_elsewhere(open_page, address):
    page = open_page()
    press(page, "center", "ArrowRight")
    shown(page, center=1.46)
    elsewhere = [url for url in page.asked if not url.startswith((address, "data:"))]
    assert len(page.asked) >= 4 and elsewhere == []
    refused = page.evaluate("fetch('http://example.org/').then(() => false, () => true)")
    assert refused and any("Content Security Policy" in complaint for complaint in page.complaints)


def test_a_redraw_asks_once_on_the_same_connection_for_a_small_answer(open_page, artefacts):
    """The promise, 100 ms on a quiet machine, by what it is made of; how long it took here is kept as an artefact."""
    page = open_page()
    compiled = []

    def listen(name, _, **__):
        compiled.append(name) if name == "/jax/core/compile/backend_compile_duration" else None

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        redraws = {name: [page.evaluate(REDRAW, name) for _ in range(8)] for name in ("voltage", "center")}
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)
    (artefacts / "explore-redraw.json").write_text(json.dumps(redraws))
    found = [one for name in redraws for one in redraws[name]]
    assert compiled == []
    assert {one["requests"] for one in found} == {1}
    assert {one["waited"] for one in found} == {0}  # asked at once: no timer stands before
    assert sum(one["connects"] for one in found) == 0
    assert max(one["bytes"] for one in found) < 160_000 and max(one["nodes"] for one in found) < 600


REDRAW = """(name) => new Promise((resolve) => {
  const range = document.getElementById(name), figure = document.querySelector("#figure-heating .drawing");
  const start = performance.now(), ask = window.fetch;
  let waited = 1;
  window.fetch = (...what) => { waited = isSetting ? 0 : waited; return ask(...what); };
  performance.clearResourceTimings();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      window.fetch = ask;
      const answers = performance.getEntriesByType("resource");
      resolve({ milliseconds: performance.now() - start, waited, requests: answers.length,
        connects: answers.filter((one) => one.connectEnd > one.connectStart).length, bytes: answers[0].decodedBodySize,
        nodes: document.querySelectorAll("[data-figure] *").length });
    }));
  }).observe(figure, { childList: true });
  let isSetting = true;
  range.stepUp();
  range.dispatchEvent(new Event("input", { bubbles: true }));
  isSetting = false;
})"""
