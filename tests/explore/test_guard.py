"""The page answers its own questions alone, says so in every answer, and waits for nobody."""

import asyncio
import json
import socket
import threading

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from jaxwire.explore.guard import HEADERS, Guard, impatient
from jaxwire.explore.lab_data import LARGEST
from jaxwire.explore.server import create_app

OWN = {"host": "127.0.0.1:8410"}
ORIGIN = {**OWN, "origin": "http://127.0.0.1:8410"}


def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("answered")


def app():
    routes = [Route("/", answer), Route("/point", answer)]
    return Starlette(routes=routes, middleware=[Middleware(Guard)])


def ask(path="/point", headers=OWN, application=None, body=None):
    """Status, headers and text of one answer, without a server; a body is posted."""
    sent = []
    parts = [] if body is None else [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return parts.pop() if parts else await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": "GET" if body is None else "POST",
        "path": path,
        "headers": pairs,
        "query_string": b"",
        "http_version": "1.1",
    }
    asyncio.run((application or app())(scope, receive, send))
    given = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], given, b"".join(part.get("body", b"") for part in sent[1:]).decode()


@pytest.mark.parametrize(
    "headers",
    [
        OWN,  # a program, or an old browser
        ORIGIN,
        {**OWN, "sec-fetch-site": "none"},  # typed into the address bar
        {**ORIGIN, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    ],
)
def test_the_page_itself_is_answered(headers):
    assert ask(headers=headers)[::2] == (200, "answered")


@pytest.mark.parametrize(
    "headers",
    [
        {**OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {**OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        {**OWN, "sec-fetch-site": "same-site"},  # another port of this machine
        {**OWN, "origin": "https://example.org"},
        {**OWN, "origin": "http://127.0.0.1:9999"},
        {**OWN, "origin": "null"},
    ],
)
def test_pages_from_elsewhere_are_refused_before_anything_is_computed(headers):
    status, _, text = ask(headers=headers)
    assert status == 403 and "answered" not in text


def test_a_link_from_elsewhere_opens_the_page_but_computes_nothing():
    link = {**OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert ask("/", link)[0] == 200
    assert ask("/point", link)[0] == 403


@pytest.mark.parametrize(("path", "status"), [("/point", 200), ("/", 200), ("/none", 404)])
def test_every_answer_says_what_a_browser_may_do_with_it(path, status):
    found, given, _ = ask(path)
    assert found == status and {name.lower() for name in HEADERS} <= set(given)
    assert "frame-ancestors 'none'" in given["content-security-policy"] and given["x-content-type-options"] == "nosniff"


def test_refusals_say_so_too():
    status, given, _ = ask(headers={**OWN, "origin": "https://example.org"})
    assert status == 403 and given["cross-origin-resource-policy"] == "same-origin"


def test_readings_are_kept_for_the_page_alone_and_not_too_many():
    page = create_app()
    status, _, text = ask("/data", ORIGIN, page, b"x,y\n1,2\n")
    assert status == 200 and json.loads(text)["readings"] == 1
    status, _, text = ask("/data", ORIGIN, page, b"x" * (LARGEST + 1))
    assert status == 400 and json.loads(text)["complaint"] == "`data` must be at most 2 MB, got more."
    for path in ("/data", "/fit"):
        assert ask(path, {**OWN, "origin": "https://example.org"}, page, b"x,y\n1,2\n")[0] == 403
        assert ask(path, ORIGIN, page)[0] == 405  # links and images cannot ask
    status, _, text = ask("/fit", ORIGIN, page, b"")
    assert status == 400 and json.loads(text)["complaint"] == "`data` must be given first, got none."


@pytest.mark.parametrize("path", ["/page.js", "/controls.js", "/page.css", "/at_work", "/controls"])
def test_all_parts_of_the_page_are_served_with_its_headers(path):
    status, given, text = ask(path, application=create_app())
    assert status == 200 and text and given["content-security-policy"].startswith("default-src 'none'")
    assert "http://" not in text and "https://" not in text


@pytest.fixture
def server():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    running = uvicorn.Server(uvicorn.Config(app(), http=impatient(0.5), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()
    running.should_exit = True
    thread.join(timeout=20)
    listener.close()


@pytest.mark.parametrize("begun", [b"", b"GET /point HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow:"])
def test_a_connection_that_sends_no_whole_request_is_closed(server, begun):
    with socket.create_connection(server, timeout=20) as connection:
        connection.sendall(begun)
        assert connection.recv(1000) == b""  # the end of the connection, long before its own time-out


def test_after_an_answer_the_next_request_must_be_whole_in_time_too(server):
    request = b"GET /point HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.create_connection(server, timeout=20) as connection:
        connection.sendall(request)
        assert b"answered" in connection.recv(10_000)
        connection.sendall(request[:20])
        assert connection.recv(1000) == b""
