"""The page and the three answers behind it: drawings and numbers, the sheet of drawings, the table.

Nothing outside this machine is asked for: page, style and script come from this folder, and the content security policy
forbids the browser anything else. Only requests to this machine's own name, by its own page, are answered (`guard`).
"""

import time
from html import escape
from importlib.resources import files
from math import isfinite
from string import Template
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from jaxwire.explore.csv_table import write_table
from jaxwire.explore.figures import HEIGHTS, draw_panels, sheet
from jaxwire.explore.formulas import UNITS, html, number
from jaxwire.explore.guard import HOSTS, Guard, Queue
from jaxwire.explore.point import NUMBERS, ShownPoint, operating_point
from jaxwire.explore.state import SHOWN_DRIVES, SLIDERS, State, from_query

GROUPS = {
    "Scatterer": ("center", "width"),
    "Operating point": ("temperature", "voltage", "current"),
    "Wire": ("exponent", "strength"),
    "What is shown": ("healing_length", "distance"),
}
"""Sliders by what they belong to."""

NARROWEST = 200.0
"""Smallest width that a drawing may be asked for, in pixels."""

WIDEST = 2400.0
"""Largest width that a drawing may be asked for, in pixels."""


def create_app() -> Starlette:
    """The page as an application for any server."""
    queue = Queue()
    routes = [
        Route("/", _page),
        Route("/page.css", _file),
        Route("/page.js", _file),
        Route("/point", queue.answering(_point)),
        Route("/figure.svg", queue.answering(_figure)),
        Route("/data.csv", queue.answering(_data)),
    ]
    return Starlette(
        routes=routes, middleware=[Middleware(Guard), Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)]
    )


def _page(request: Request) -> HTMLResponse:
    state, notes = from_query(request.query_params)
    page = Template(_text("page.html")).substitute(
        groups="".join(_group(title, names, state) for title, names in GROUPS.items()),
        notes=escape(" ".join(notes)),
        numbers="".join(_row(name) for name in NUMBERS),
        figures="".join(
            f'<figure id="figure-{name}" style="min-height:{height:g}px"></figure>' for name, height in HEIGHTS.items()
        ),
    )
    return HTMLResponse(page)


def _file(request: Request) -> Response:
    name = request.url.path.removeprefix("/")
    kind = {"css": "text/css", "js": "text/javascript"}[name.rpartition(".")[2]]
    return Response(_text(name), media_type=kind)


def _text(name: str) -> str:
    return (files("jaxwire.explore") / name).read_text(encoding="utf-8")


def _group(title: str, names: tuple[str, ...], state: State) -> str:
    drives = _drives(state) if any(name in SHOWN_DRIVES for name in names) else ""
    sliders = "".join(_slider(name, state) for name in names)
    return f"<fieldset><legend>{title}</legend>{drives}{sliders}</fieldset>"


def _drives(state: State) -> str:
    """The choice between voltage and current."""
    choices = "".join(
        f'<label><input type="radio" name="drive" value="{name}"{" checked" * (name == state.drive)}> '
        f"{SLIDERS[name].words} {html(SLIDERS[name].symbol)}</label>"
        for name in SHOWN_DRIVES
    )
    return f'<div class="drives" role="radiogroup" aria-label="what is given"><span>given</span>{choices}</div>'


def _slider(name: str, state: State) -> str:
    """A slider and a field with the same number."""
    slider = SLIDERS[name]
    value = state.numbers().get(name, slider.default)
    hidden = " hidden" if name in SHOWN_DRIVES and name != state.drive else ""
    unit = f' <span class="unit">{html(UNITS[slider.unit])}</span>' if slider.unit else ""
    range_ = f'data-low="{slider.low:g}" data-high="{slider.high:g}" data-step="{slider.step:g}"'
    return (
        f'<div class="slider"{hidden} data-name="{name}" {range_}{" data-log" * slider.is_log}>'
        f'<label for="{name}"><b>{html(slider.symbol)}</b> {html(slider.words)}</label>'
        f'<input type="range" id="{name}" aria-describedby="notes">'
        f'<span class="value"><input type="text" inputmode="decimal" id="{name}-number" value="{value:g}" '
        f'autocomplete="off" aria-label="{escape(slider.words.replace("*", ""))} as a number">{unit}</span></div>'
    )


def _row(name: str) -> str:
    symbol, unit = NUMBERS[name]
    return f'<tr><th scope="row">{html(symbol)}</th><td data-number="{name}"></td><td>{html(UNITS[unit])}</td></tr>'


def _ask(request: Request) -> ShownPoint:
    state, _ = from_query(request.query_params)
    return operating_point(state)


def _point(request: Request) -> JSONResponse:
    """Drawings and numbers of a state."""
    start = time.perf_counter()
    point = _ask(request)
    solved = time.perf_counter()
    wide, narrow = (_width(request, name, default) for name, default in (("wide", 900.0), ("narrow", 300.0)))
    figures = draw_panels(point, wide, narrow)
    drawn = time.perf_counter()
    return JSONResponse(
        {
            "query": point.state.query(),
            "status": point.status,
            "is_solved": point.is_solved and point.has_current,
            "advice": _advice(point),
            "numbers": {name: _value(value) for name, value in point.numbers.items()},
            "spots": {side: _spot(spot) for side, spot in point.spots._asdict().items()},
            "figures": figures,
            "milliseconds": {"solve": 1e3 * (solved - start), "draw": 1e3 * (drawn - solved)},
        }
    )


def _figure(request: Request) -> Response:
    point = _ask(request)
    return _download(sheet(point), "image/svg+xml", "jaxwire.svg")


def _data(request: Request) -> Response:
    point = _ask(request)
    return _download(write_table(point), "text/csv", "jaxwire.csv")


def _download(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _width(request: Request, name: str, default: float) -> float:
    try:
        wanted = float(request.query_params.get(name, default))
    except ValueError:
        return default
    return min(max(wanted, NARROWEST), WIDEST) if isfinite(wanted) else default


def _advice(point: ShownPoint) -> str:
    """What to do on this page, where there is nothing to see."""
    if not point.is_solved:
        return "Move a slider back" + (", or give a smaller current." if point.state.drive == "current" else ".")
    if not point.has_current:
        return "No current flows, and P_ph/P_ext is undefined: choose a voltage other than 0."
    return ""


def _value(value: float) -> dict[str, Any]:
    return {"text": number(value), "value": value if isfinite(value) else None}


def _spot(spot: Any) -> dict[str, Any]:
    kind = {1: "heating", -1: "cooling"}.get(int(spot.kind), "none") if spot.exists else "none"
    names = ("position", "heating", "prominence")
    return {"kind": kind, **{name: _value(float(getattr(spot, name))) for name in names}}
