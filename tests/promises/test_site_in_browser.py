"""The built site in a real browser, on a desktop and on a phone: fits, is read, stands still. Screens are artefacts.

`.ci/run` builds the site before the tests; without it, or without Chromium, these are skipped unless JAXWIRE_BROWSER is
"required".
"""

import os
from pathlib import Path

import pytest
from page_checks import CONTRASTS, SHIFTS, sticks_out, tabbed_through
from page_in_browser import CHROMIUM, FLAGS, IS_REQUIRED, SKIPPED

SITE = Path(os.environ.get("JAXWIRE_SITE") or Path(__file__).parents[2] / "docs" / "_build" / "html")
PAGES = ("index", "getting_started", "howto/solve", "api/wires", "theory/electron_collisions", "performance")
SCREENS = {"desktop": (1400, 900), "phone": (390, 844)}
IS_BUILT = (SITE / "index.html").exists()
pytestmark = [
    SKIPPED,
    pytest.mark.skipif(
        not IS_BUILT and not IS_REQUIRED, reason="no site: python -m sphinx -b html docs docs/_build/html"
    ),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    folder = Path(os.environ.get("JAXWIRE_ARTEFACTS") or tmp_path_factory.mktemp("artefacts"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_page(browser):
    contexts = []

    def opened(name, size=SCREENS["desktop"], **options):
        context = browser.new_context(viewport=dict(zip(("width", "height"), size, strict=True)), **options)
        contexts.append(context)
        page = context.new_page()
        page.goto((SITE / f"{name}.html").as_uri())
        page.wait_for_function("() => !window.MathJax || MathJax.startup?.promise")
        page.evaluate("() => window.MathJax?.startup?.promise?.then(() => 0)")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_screens_and_its_words_are_told_from_what_is_behind_them(open_page, artefacts, name):
    page = open_page(name, color_scheme="light")
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert sticks_out(page) == [], screen
        page.screenshot(path=artefacts / f"site-{name.replace('/', '-')}-{screen}.png")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CONTRASTS) == {}, scheme


def test_words_that_are_too_faint_are_noticed(open_page):
    page = open_page("index")
    page.evaluate("document.querySelector('article p').style.color = '#888'")
    assert any("136, 136, 136" in words for words in page.evaluate(CONTRASTS).values())


@pytest.mark.parametrize("screen", SCREENS)
def test_the_start_page_stands_still_as_it_opens(open_page, screen):
    assert open_page("index", SCREENS[screen]).evaluate(SHIFTS) < 0.1  # "good" for Core Web Vitals


def test_the_start_page_is_walked_through_by_the_keyboard_alone(open_page):
    page = open_page("index")
    walked = tabbed_through(page, 30)
    assert [one["name"] for one in walked if not (one["is_seen"] and one["is_inside"])] == []
    assert "Skip to content" in walked[0]["name"] and len({one["name"] for one in walked}) > 15


def test_formulas_of_docstrings_are_drawn(open_page):
    page = open_page("api/scatterers")
    page.locator("dt[id='jaxwire.Lorentzian'] ~ dd mjx-container[display=true]").first.wait_for()
    assert page.locator("mjx-merror, mjx-container [data-mml-node=merror]").count() == 0
