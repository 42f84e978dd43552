"""What is under the pointer, for the page: the frame of a drawing, and the numbers of every curve in it."""

from typing import Any

import numpy as np

from jaxwire.explore.drawing.formulas import UNITS, html
from jaxwire.explore.drawing.panel import Panel
from jaxwire.explore.drawing.svg_panel import Frame


def read_out(panel: Panel, width: float, height: float) -> dict[str, Any]:
    """Frame in pixels, ends of the axes, curves.

    Numbers are rounded to five digits; None where a curve has none. Places that curves share are there once, as grids.
    """
    frame = Frame.of(panel, width, height)
    named = [curve for curve in panel.curves if curve.x.size and (curve.name or curve.label)]
    curves = sorted(named, key=lambda curve: -curve.opacity) if not panel.message else []
    grids: dict[bytes, int] = {}
    numbers = [grids.setdefault(curve.x.tobytes(), len(grids)) for curve in curves]
    return {
        "frame": [frame.left, frame.right, frame.top, frame.bottom],
        "ends": [*panel.x_axis.ends, *panel.y_axis.ends],
        "x": {"words": html(panel.x_axis.words), "unit": html_unit(panel.x_axis.unit)},
        "unit": html_unit(panel.y_axis.unit),
        "grids": [_rounded(np.frombuffer(grid)) for grid in grids],
        "curves": [
            {
                "name": html(curve.name or curve.label),
                "color": curve.color,
                "grid": number,
                "y": _rounded(curve.y),
                "is_points": curve.is_points,
            }
            for curve, number in zip(curves, numbers, strict=True)
        ],
    }


def html_unit(unit: str) -> str:
    """A unit for the page."""
    return html(UNITS.get(unit, unit))


def _rounded(values: np.ndarray) -> list[float | None]:
    """Numbers to five digits of the largest, and more where they are small."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = 10.0 ** np.floor(np.log10(np.abs(values)) - 4)
        rounded = np.where(values == 0, 0.0, np.rint(values / power) * power)
    return [value if value == value else None for value in rounded.tolist()]
