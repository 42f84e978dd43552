"""All drawings on one sheet, with the parameters below, as a file."""

from dataclasses import replace

from jaxwire.explore.drawing.figures import HEIGHTS, WIDE, draw_panels
from jaxwire.explore.drawing.formulas import UNITS, number, svg
from jaxwire.explore.drawing.svg_panel import FONT, on_paper
from jaxwire.explore.drawing.units import text_of
from jaxwire.explore.point import ShownPoint
from jaxwire.explore.state import State
from jaxwire.explore.view import View

GAP = 24.0
"""Between two drawings, in pixels."""


def sheet(point: ShownPoint, view: View = View(), width: float = 960.0) -> str:  # noqa: B008 - frozen
    """All drawings on one sheet, with the parameters below, as an SVG file."""
    narrow = (width - 2 * GAP) / 3
    sized = replace(view, wide=width, narrow=narrow)
    drawn = {name: on_paper(drawing) for name, drawing in draw_panels(point, sized).items()}
    places, below = {}, 0.0
    for name in WIDE:
        places[name] = (0.0, below)
        below += HEIGHTS[name] + GAP
    places |= {
        name: (index * (narrow + GAP), below) for index, name in enumerate(("distribution", "transmission", "iv"))
    }
    at = below + HEIGHTS["iv"] + GAP
    lines = [", ".join([point.state.models["scatterer"], *(_given(point, name, view) for name in point.state.numbers)])]
    if view.pinned is not None:
        lines.append("pinned: " + ", ".join(_differing(point, view.pinned)))
    inside = "".join(
        drawing.replace("<svg ", f'<svg x="{places[name][0]:g}" y="{places[name][1]:g}" ', 1)
        for name, drawing in drawn.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 40:g}" height="{at + 44 + 20 * len(lines):g}" '
        f'viewBox="-20 -20 {width + 40:g} {at + 44 + 20 * len(lines):g}">'
        f'<rect x="-20" y="-20" width="100%" height="100%" fill="white"/>{inside}{_caption(lines, at)}</svg>\n'
    )


def _caption(lines: list[str], at: float) -> str:
    return "".join(
        f'<text y="{at + 4 + 20 * row:g}" font-family="system-ui, Helvetica, Arial, sans-serif" '
        f'font-size="{FONT:g}">{svg(line, FONT)}</text>'
        for row, line in enumerate(lines)
    )


def _differing(point: ShownPoint, pinned: State) -> list[str]:
    """What a pinned state has that the point has not."""
    models = [name for kind, name in pinned.models.items() if name != point.state.models[kind]]
    own = point.state.numbers
    names = [name for name, value in pinned.numbers.items() if own.get(name) != value]
    words = [f"{pinned.sliders[name].symbol} = {number(pinned[name])}" for name in names]
    return [*models, *words] or ["the same"]


def _given(point: ShownPoint, name: str, view: View) -> str:
    slider = point.state.sliders[name]
    if view.scale is None:
        return f"{slider.symbol} = {number(point.state[name])} {UNITS[slider.unit]}".rstrip()
    return f"{slider.symbol} = {' '.join(text_of(name, point.state[name], slider.unit, view.scale))}".rstrip()
