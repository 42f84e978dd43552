"""What the page is told of a point, as JSON: drawings, read-outs, numbers in the units that are shown, code."""

from math import isfinite
from typing import Any

from jaxwire.explore.copies import as_command, as_python
from jaxwire.explore.drawing.figures import in_units, panels, size_of
from jaxwire.explore.drawing.formulas import number
from jaxwire.explore.drawing.read_outs import read_out
from jaxwire.explore.drawing.svg_panel import draw
from jaxwire.explore.drawing.units import text_of
from jaxwire.explore.point import NUMBERS, ShownPoint, operating_point
from jaxwire.explore.view import LabScale, View


def answer(point: ShownPoint, view: View) -> dict[str, Any]:
    """Everything that the page shows of a point."""
    natural = panels(point, view)
    shown = [(panel, size_of(panel, view)) for panel in in_units(natural, view)]
    pinned = None if view.pinned is None else operating_point(view.pinned)
    state = point.state
    return {
        "query": state.query(),
        "program": state.program,
        "status": point.status,
        "is_solved": point.is_solved and point.has_current,
        "advice": _advice(point),
        "notes": " ".join(view.notes),
        "numbers": _numbers(point, view.scale),
        "pinned": None if pinned is None else _beside(point, pinned, view.scale),
        "spots": {side: _spot(spot, view.scale) for side, spot in point.spots._asdict().items()},
        "figures": {panel.name: draw(panel, *size) for panel, size in shown},
        "reads": {panel.name: read_out(panel, *size) for panel, size in shown},
        "ends": {panel.name: panel.y_axis.ends for panel in natural},
        "si": {} if view.scale is None else {name: _in_si(point, name, view.scale) for name in state.numbers},
        "python": as_python(state),
        "command": as_command(state),
    }


def _advice(point: ShownPoint) -> str:
    """What to do on this page, where there is nothing to see."""
    if not point.is_solved:
        return "Move a slider back" + (", or give a smaller current." if point.state.drive == "current" else ".")
    if not point.has_current:
        return "No current flows, and P_ph/P_ext is undefined: choose a voltage other than 0."
    return ""


def _numbers(point: ShownPoint, scale: LabScale | None) -> dict[str, Any]:
    found = {}
    for name, (_, unit) in NUMBERS.items():
        text, unit = text_of(name, point.numbers[name], unit, scale)
        found[name] = {**_value(point.numbers[name]), "text": text, "unit": unit}
    return found


def _beside(point: ShownPoint, pinned: ShownPoint, scale: LabScale | None) -> dict[str, Any]:
    """Numbers of the pinned point, and by how much the shown one differs."""
    found = {}
    for name, (_, unit) in NUMBERS.items():
        there, change = pinned.numbers[name], point.numbers[name] - pinned.numbers[name]
        texts = [" ".join(text_of(name, value, unit, scale)) for value in (there, change)]
        found[name] = {"text": texts[0], "change": ("" if texts[1].startswith("−") else "+") + texts[1]}
    return found


def _in_si(point: ShownPoint, name: str, scale: LabScale) -> str:
    slider = point.state.sliders[name]
    return " ".join(text_of(name, point.state[name], slider.unit, scale)) if slider.unit else ""


def _value(value: float) -> dict[str, Any]:
    return {"text": number(value), "value": value if isfinite(value) else None}


def _spot(spot: Any, scale: LabScale | None) -> dict[str, Any]:
    kind = {1: "heating", -1: "cooling"}.get(int(spot.kind), "none") if spot.exists else "none"
    found = {name: _value(float(getattr(spot, name))) for name in ("position", "heating", "prominence")}
    if scale is not None:
        found["position"]["text"] = " ".join(text_of("position", float(spot.position), "vF tau0", scale))
    return {"kind": kind, **found}
