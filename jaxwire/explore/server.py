"""The page and the answers behind it: drawings and numbers, files, readings and fits, maps.

Nothing outside this machine is asked for: page, style and scripts come from this folder, and the content security
policy forbids the browser anything else. Only requests to this machine's own name, by its own page, are answered
(`guard`). What is computed waits for its turn at the `Desk`.
"""

import time
from collections.abc import Awaitable, Callable
from html import escape
from importlib.resources import files
from string import Template

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from jaxwire.explore import answers, controls
from jaxwire.explore.drawing.csv_table import write_table
from jaxwire.explore.drawing.figures import HEIGHTS, WIDE
from jaxwire.explore.drawing.map_panel import draw_maps
from jaxwire.explore.drawing.sheet import sheet
from jaxwire.explore.fitting import fit
from jaxwire.explore.fitting import program as fit_program
from jaxwire.explore.guard import HOSTS, Guard
from jaxwire.explore.lab_data import LARGEST, Shelf
from jaxwire.explore.point import operating_point
from jaxwire.explore.spot_map import Maps
from jaxwire.explore.state import from_query
from jaxwire.explore.view import view_of
from jaxwire.explore.work import Desk

KINDS = {"css": "text/css", "js": "text/javascript"}
"""Types of files by their ending."""

SCRIPTS = ("page", "controls", "asking", "showing", "reading", "playing", "history", "lab", "map", "view")
"""Files of JavaScript."""


def create_app() -> Starlette:
    """The page as an application for any server."""
    page = Page()
    routes = [
        Route("/", page.html),
        Route("/page.css", _file),
        *(Route(f"/{name}.js", _file) for name in SCRIPTS),
        Route("/controls", page.controls),
        Route("/point", page.point),
        Route("/figure.svg", page.figure),
        Route("/data.csv", page.table),
        Route("/map", page.map),
        Route("/data", _complaining(page.data), methods=["POST"]),
        Route("/fit", _complaining(page.fit), methods=["POST"]),
        Route("/at_work", page.at_work),
    ]
    return Starlette(
        routes=routes, middleware=[Middleware(Guard), Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)]
    )


class Page:
    """Answers, with what they remember: readings, maps, what is at work."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._desk, self._shelf, self._maps = Desk(), Shelf(), Maps()

    def html(self, request: Request) -> HTMLResponse:
        """The page itself."""
        state, notes = from_query(request.query_params)
        figures = {
            name: f'<figure id="figure-{name}" data-figure="{name}" tabindex="0" style="height:{height:g}px">'
            '<div class="drawing"></div><div class="cursor" hidden></div><div class="reading" hidden></div></figure>'
            for name, height in HEIGHTS.items()
        }
        page = Template(_text("page.html")).substitute(
            controls=controls.controls(state),
            notes=escape(" ".join(notes)),
            numbers=controls.number_rows(),
            wide="".join(figures[name] for name in WIDE),
            narrow="".join(figures[name] for name in HEIGHTS if name not in WIDE),
            lab=controls.lab_numbers(),
            presets=controls.presets(),
            axes=controls.map_axes(state),
            free=controls.fit_choices(state),
            kinds=controls.data_kinds(),
        )
        return HTMLResponse(page)

    def controls(self, request: Request) -> JSONResponse:
        """Parts of the page that depend on the models."""
        state, notes = from_query(request.query_params)
        return JSONResponse(
            {
                "controls": controls.controls(state),
                "axes": controls.map_axes(state),
                "free": controls.fit_choices(state),
                "notes": " ".join(notes),
            }
        )

    async def point(self, request: Request) -> Response:
        """Drawings and numbers of a state."""
        state, _ = from_query(request.query_params)

        def compute() -> Response:
            start = time.perf_counter()
            point = operating_point(state)
            solved = time.perf_counter()
            answer = answers.answer(point, view_of(request.query_params, state, self._shelf))
            answer["milliseconds"] = {"solve": 1e3 * (solved - start), "draw": 1e3 * (time.perf_counter() - solved)}
            return JSONResponse(answer)

        return await self._desk.answer(request, state.program, compute)

    async def figure(self, request: Request) -> Response:
        """The drawings as a file."""
        state, _ = from_query(request.query_params)

        def compute() -> Response:
            drawing = sheet(operating_point(state), view_of(request.query_params, state, self._shelf))
            return _download(drawing, "image/svg+xml", "jaxwire.svg")

        return await self._desk.answer(request, state.program, compute)

    async def table(self, request: Request) -> Response:
        """The numbers as a file, in natural units."""
        state, _ = from_query(request.query_params)

        def compute() -> Response:
            return _download(write_table(operating_point(state)), "text/csv", "jaxwire.csv")

        return await self._desk.answer(request, state.program, compute)

    async def map(self, request: Request) -> Response:
        """The next part of a map, and all that there is of it."""
        query = request.query_params
        state, _ = from_query(query)
        try:
            found = self._maps.of(state, query.get("x", ""), query.get("y", ""))
        except ValueError as error:
            return _refusal(error)

        def compute() -> Response:
            found.go_on()
            return JSONResponse(draw_maps(found, view_of(query, state, self._shelf)))

        return await self._desk.answer(request, found.program, compute)

    async def data(self, request: Request) -> Response:
        """Read a table of the user, and keep it; the key by which it is known."""
        key, data = self._shelf.keep((await _body(request)).decode("utf-8-sig", errors="replace"))
        return JSONResponse({"key": key, "readings": data.x.size, "notes": list(data.notes)})

    async def fit(self, request: Request) -> Response:
        """Fit the readings that are shown."""
        query = request.query_params
        state, _ = from_query(query)
        shown = self._shelf.shown(query)
        if shown is None:
            raise ValueError("`data` must be given first, got none.")
        free = query.getlist("free")

        def compute() -> Response:
            try:
                return JSONResponse(vars(fit(state, shown, free)))
            except (ValueError, TypeError) as error:
                return _refusal(error)

        return await self._desk.answer(request, fit_program(state, shown, free), compute)

    def at_work(self, request: Request) -> JSONResponse:
        """What is computed now, in words."""
        return JSONResponse(self._desk.at_work())


def _complaining(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The same, with complaints about input as answers."""

    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request)
        except (ValueError, TypeError) as error:
            return _refusal(error)

    return endpoint


def _refusal(error: Exception) -> JSONResponse:
    return JSONResponse({"complaint": str(error)}, status_code=400)


async def _body(request: Request) -> bytes:
    """What was sent, unless it is too much."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise ValueError(f"`data` must be at most {LARGEST // 1_000_000} MB, got more.")
        parts.append(part)
    return b"".join(parts)


def _file(request: Request) -> Response:
    name = request.url.path.removeprefix("/")
    return Response(_text(name), media_type=KINDS[name.rpartition(".")[2]])


def _text(name: str) -> str:
    return (files("jaxwire.explore") / "static" / name).read_text(encoding="utf-8")


def _download(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
