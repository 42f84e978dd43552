"""The page to explore, served in this process and opened in Chromium; screenshots go to JAXWIRE_ARTEFACTS."""

import os
import socket
import threading
from pathlib import Path

import pytest
from page_in_browser import CHROMIUM, FLAGS


@pytest.fixture(scope="module")
def address():
    """A server in a thread of this process, so that nothing is compiled twice."""
    import uvicorn

    from jaxwire.explore.server import create_app

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(), log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM is not None, "JAXWIRE_BROWSER is required, but no Chromium was found"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def open_page(browser, address):
    """Opens the page in a window of its own, waits for the drawings; complaints and requests are kept."""
    contexts = []

    def opened(query="", width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(250_000)  # the first answer waits for the compiler
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("websocket", lambda channel: page.asked.append(channel.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(address + query)
        page.wait_for_selector("body[data-shown]")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory):
    folder = Path(os.environ.get("JAXWIRE_ARTEFACTS") or tmp_path_factory.mktemp("artefacts"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
