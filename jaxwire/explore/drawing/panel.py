"""What a drawing shows, without its size: curves, points, marks, a strip of colours, over two axes.

Colours are variables of the page's style, with a value of their own for a drawing that stands alone.
"""

from dataclasses import dataclass

import numpy as np

INK = "var(--ink, #1a1a1a)"
"""Axes and letters."""

PAPER = "var(--paper, #ffffff)"
"""What is drawn on."""

FAINT_LINE = "var(--faint, #dddddd)"
"""Lines of the grid."""

ZERO_LINE = "var(--zero, #aaaaaa)"
"""Lines of the grid at zero."""

GREY = "var(--grey, #595959)"
"""Lines of lesser weight."""

PINNED = 0.45
"""Opacity of curves that are compared with."""


@dataclass(frozen=True)
class Curve:
    """A line through points, with gaps where they are NaN.

    Attributes:
        x: horizontal places.
        y: vertical places.
        color: colour, as in CSS.
        label: entry of the legend; "" for none.
        dashes: lengths of dashes and gaps, in pixels; () for a solid line.
        thickness: in pixels.
        name: what a read-out calls it; its label unless given.
        opacity: 1 unless it lies behind the others.
        error: standard errors of points; None for none, or a line.
        is_points: whether to draw points instead of a line.
    """

    x: np.ndarray
    y: np.ndarray
    color: str
    label: str = ""
    dashes: tuple[float, ...] = ()
    thickness: float = 1.8
    name: str = ""
    opacity: float = 1.0
    error: np.ndarray | None = None
    is_points: bool = False


@dataclass(frozen=True)
class Mark:
    """A symbol at a point: "up" and "down" are triangles, "dot" is a disc."""

    x: float
    y: float
    color: str
    shape: str
    label: str = ""


@dataclass(frozen=True)
class Strip:
    """Colours along the horizontal axis, one per place; the same axis as the curves'."""

    x: np.ndarray
    colors: tuple[str, ...]


@dataclass(frozen=True)
class PanelAxis:
    """An axis.

    Attributes:
        words: what it shows.
        ends: smallest and largest value.
        unit: of its numbers, natural or SI; "" without one.
        quantity: what `Scale.to_si` calls it; "" for what has no SI unit.
    """

    words: str
    ends: tuple[float, float]
    unit: str = ""
    quantity: str = ""


@dataclass(frozen=True)
class Panel:
    """What is drawn.

    Attributes:
        name: for the page to find it by.
        title: a few words above it.
        description: what one sees, in words, for those who do not.
        x_axis: the horizontal axis.
        y_axis: the vertical axis.
        curves: lines, from back to front.
        marks: symbols, in front of the lines.
        strip: colours above the curves.
        message: why nothing is drawn, where that is so.
    """

    name: str
    title: str
    description: str
    x_axis: PanelAxis
    y_axis: PanelAxis
    curves: tuple[Curve, ...] = ()
    marks: tuple[Mark, ...] = ()
    strip: Strip | None = None
    message: str = ""


def span(*values: np.ndarray, margin: float = 0.06) -> tuple[float, float]:
    """Ends of an axis that shows all the finite values."""
    finite = np.concatenate([value[np.isfinite(value)] for value in map(np.ravel, values)] or [np.zeros(0)])
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    room = margin * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room
