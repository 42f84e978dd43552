"""The page to explore in a real browser, for tests: what it shows now, and keys that are pressed in it."""

import os
import shutil
from urllib.parse import parse_qsl

import pytest

from jaxwire.explore import State

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IS_REQUIRED = os.environ.get("JAXWIRE_BROWSER") == "required"
SKIPPED = pytest.mark.skipif(
    CHROMIUM is None and not IS_REQUIRED,
    reason="no Chromium found; apt-get install chromium, or set JAXWIRE_BROWSER",
)


def shown(page, **state):
    """Wait until the page shows a state."""
    wanted = State(**state)
    page.wait_for_function(
        "wanted => { const now = new URLSearchParams(document.body.dataset.shown);"
        " return Object.entries(wanted).every(([name, value]) =>"
        " now.get(name) === value || Number(now.get(name)) === Number(value)); }",
        arg=dict(parse_qsl(wanted.query())),
    )
    return wanted


def read(page, name):
    value = page.get_attribute(f"[data-number={name}]", "data-value")
    return float("nan") if value == "null" else float(value)


def press(page, name, key, times=1):
    page.focus(f"#{name}")
    for _ in range(times):
        page.keyboard.press(key)
