"""A drawing with two axes, as SVG: curves, points, marks, a strip of colours, a legend above them that covers nothing.

Drawn at the size in which it is shown, so that letters keep theirs on a narrow screen. A drawing of five panels takes
some milliseconds, which is what a page that follows a slider can wait for. Colours are variables of the page's style
with a value of their own, so that they suit light and dark; `on_paper` leaves the value alone.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np
from matplotlib.ticker import MaxNLocator

from jaxwire.explore.drawing.formulas import number, plain, svg, with_unit
from jaxwire.explore.drawing.panel import FAINT_LINE, GREY, INK, PAPER, ZERO_LINE, Curve, Mark, Panel

FONT = 13.0
"""Size of letters, in pixels."""

LEFT = 78.0
"""Room left of the axes, in pixels."""

RIGHT = 14.0
"""Room right of the axes, in pixels."""

BOTTOM = 44.0
"""Room below the axes, in pixels."""

TITLE = 26.0
"""Height of the title, in pixels."""

ROW = 19.0
"""Height of a row of the legend, in pixels."""

STRIP = 16.0
"""Height of the strip of colours, in pixels."""

LETTER = 6.9
"""Width of an average letter, in pixels."""

SAMPLE = 30.0
"""Width of the line before an entry of the legend, in pixels."""


def draw(panel: Panel, width: float, height: float) -> str:
    """Draw a panel of this size, in pixels."""
    names = f"{panel.name}-title {panel.name}-description"
    frame = Frame.of(panel, width, height)
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{names}" '
            f'font-family="system-ui, Helvetica, Arial, sans-serif" font-size="{FONT:g}" fill="{INK}">',
            f'<title id="{panel.name}-title">{escape(plain(panel.title))}</title>',
            f'<desc id="{panel.name}-description">{escape(panel.description)}</desc>',
            f'<text x="0" y="{FONT + 2:g}" font-weight="600">{svg(panel.title, FONT)}</text>',
            _legend(panel, frame),
            _axes(panel, frame),
            _strip(panel, frame),
            _contents(panel, frame),
            "</svg>",
        )
    )


def on_paper(drawing: str) -> str:
    """The same with plain colours, for a file by itself."""
    return re.sub(r"var\(--\w+, (#\w+)\)", r"\1", drawing)


@dataclass(frozen=True)
class Frame:
    """Where the axes are, in pixels, and where a value is on them."""

    left: float
    right: float
    top: float
    bottom: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    @classmethod
    def of(cls, panel: Panel, width: float, height: float) -> "Frame":
        """The frame of a panel in a drawing of this size, in pixels."""
        rows = len(_rows(panel, width))
        top = TITLE + ROW * rows + (STRIP + 6.0 if panel.strip else 0.0) + 6.0
        return cls(LEFT, width - RIGHT, top, height - BOTTOM, panel.x_axis.ends, panel.y_axis.ends)

    def x(self, value):
        """Where values are on the horizontal axis."""
        low, high = self.x_range
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def y(self, value):
        """Where values are on the vertical axis."""
        low, high = self.y_range
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)


def _entries(panel: Panel) -> list[Curve | Mark]:
    return [entry for entry in (*panel.curves, *panel.marks) if entry.label] if not panel.message else []


def _rows(panel: Panel, width: float) -> list[list[tuple[Curve | Mark, float]]]:
    """Entries of the legend with their places, as many in a row as fit."""
    rows: list[list[tuple[Curve | Mark, float]]] = []
    at = width
    for entry in _entries(panel):
        length = SAMPLE + 6.0 + LETTER * len(plain(entry.label).replace("_", "")) + 16.0
        if at + length > width + 16.0 or not rows:
            rows, at = [*rows, []], 0.0
        rows[-1].append((entry, at))
        at += length
    return rows


def _legend(panel: Panel, frame: Frame) -> str:
    parts = []
    for index, row in enumerate(_rows(panel, frame.right + RIGHT)):
        y = TITLE + ROW * index + 8.0
        for entry, x in row:
            if isinstance(entry, Curve) and entry.is_points:
                parts.append(_points(x + 0.5 * SAMPLE, y, None, entry))
            elif isinstance(entry, Curve):
                parts.append(f'<line x1="{x:.1f}" x2="{x + SAMPLE:.1f}" y1="{y:g}" y2="{y:g}" {_pen(entry)}/>')
            else:
                parts.append(_symbol(entry, x + 0.5 * SAMPLE, y))
            parts.append(f'<text x="{x + SAMPLE + 6:.1f}" y="{y + 4.5:g}">{svg(entry.label, FONT)}</text>')
    return "".join(parts)


@lru_cache(maxsize=256)  # half the axes stay as they are when a slider moves
def _ticks(ends: tuple[float, float], length: float, spacing: float) -> np.ndarray:
    locator = MaxNLocator(nbins=max(2, int(length / spacing)), steps=[1, 2, 2.5, 5, 10])
    ticks = np.asarray(locator.tick_values(*ends))
    return ticks[(ticks >= ends[0]) & (ticks <= ends[1])]


def _axes(panel: Panel, frame: Frame) -> str:
    """Grid, numbers and words; the lines at zero are stronger."""
    left, right, top, bottom = frame.left, frame.right, frame.top, frame.bottom
    parts = []
    for tick in _ticks(panel.x_axis.ends, right - left, 62.0):
        at = frame.x(tick)
        color = ZERO_LINE if abs(tick) < 1e-12 else FAINT_LINE
        parts.append(f'<path d="M{at:.1f} {top:.1f}V{bottom:.1f}" stroke="{color}"/>')
        parts.append(f'<text x="{at:.1f}" y="{bottom + 17:.1f}" text-anchor="middle">{number(tick + 0.0)}</text>')
    for tick in () if panel.message else _ticks(panel.y_axis.ends, bottom - top, 34.0):
        at = frame.y(tick)
        color = ZERO_LINE if abs(tick) < 1e-12 else FAINT_LINE
        parts.append(f'<path d="M{left:.1f} {at:.1f}H{right:.1f}" stroke="{color}"/>')
        parts.append(f'<text x="{left - 6:.1f}" y="{at + 4.5:.1f}" text-anchor="end">{number(tick + 0.0)}</text>')
    middle_x, middle_y = 0.5 * (left + right), 0.5 * (top + bottom)
    across, up = (svg(with_unit(axis.words, axis.unit), FONT) for axis in (panel.x_axis, panel.y_axis))
    parts.append(f'<path d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}" fill="none" stroke="{INK}"/>')
    parts.append(
        f'<text x="{middle_x:.1f}" y="{bottom + 37:.1f}" text-anchor="middle">{across}</text>'
        f'<text transform="translate(12 {middle_y:.1f}) rotate(-90)" text-anchor="middle">'
        f"{up}</text>"
    )
    return "".join(parts)


def _strip(panel: Panel, frame: Frame) -> str:
    if panel.strip is None or panel.message:
        return ""
    shares = (frame.x(panel.strip.x) - frame.left) / (frame.right - frame.left)
    stops = "".join(
        f'<stop offset="{share:.4f}" stop-color="{color}"/>'
        for share, color in zip(shares, panel.strip.colors, strict=True)
    )
    return (
        f'<defs><linearGradient id="{panel.name}-colors">{stops}</linearGradient></defs>'
        f'<rect x="{frame.left:.1f}" y="{frame.top - STRIP - 6:.1f}" width="{frame.right - frame.left:.1f}" '
        f'height="{STRIP:g}" fill="url(#{panel.name}-colors)" stroke="{GREY}" stroke-width="0.6"/>'
    )


def _contents(panel: Panel, frame: Frame) -> str:
    if panel.message:
        at = f'x="{0.5 * (frame.left + frame.right):.1f}" y="{0.5 * (frame.top + frame.bottom):.1f}"'
        return f'<text {at} text-anchor="middle" fill="{GREY}">{escape(panel.message)}</text>'
    clip = f"{panel.name}-clip"
    curves = "".join(_drawn(curve, frame) for curve in panel.curves)
    marks = "".join(_symbol(mark, frame.x(mark.x), frame.y(mark.y)) for mark in panel.marks)
    return (
        f'<clipPath id="{clip}"><rect x="{frame.left:.1f}" y="{frame.top:.1f}" width="{frame.right - frame.left:.1f}" '
        f'height="{frame.bottom - frame.top:.1f}"/></clipPath><g clip-path="url(#{clip})">{curves}</g>{marks}'
    )


def _drawn(curve: Curve, frame: Frame) -> str:
    if not curve.is_points:
        return f'<path d="{_path(curve, frame)}" fill="none" {_pen(curve)}/>'
    size = np.zeros_like(curve.y) if curve.error is None else curve.error
    places = zip(frame.x(curve.x), frame.y(curve.y), np.abs(frame.y(size) - frame.y(0.0)), strict=True)
    return "".join(_points(x, y, error, curve) for x, y, error in places if y == y)


def _points(x: float, y: float, error: float | None, curve: Curve) -> str:
    """A reading with its error."""
    y = min(max(y, -1e4), 1e4)
    bar = f'<path d="M{x:.1f} {y - error:.1f}V{y + error:.1f}" stroke="{curve.color}"/>' if error else ""
    return f'{bar}<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{PAPER}" stroke="{curve.color}" stroke-width="1.5"/>'


def _path(curve: Curve, frame: Frame) -> str:
    # Far outside the axes a coordinate may be huge; browsers clip numbers of this size without harm.
    places = np.stack([frame.x(curve.x), np.clip(frame.y(curve.y), -1e4, 1e4)], axis=-1)
    is_gap = np.isnan(places[:, 1])
    pieces = np.split(places, np.flatnonzero(np.diff(is_gap)) + 1)
    return "".join(_piece(piece) for piece in pieces if piece.size and piece[0, 1] == piece[0, 1])


def _piece(places: np.ndarray) -> str:
    """A line without gaps, written by one format: Python is slow number by number."""
    return ("M%.1f %.1f" + "L%.1f %.1f" * (len(places) - 1)) % tuple(places.ravel().tolist())


def _pen(curve: Curve) -> str:
    dashes = f' stroke-dasharray="{" ".join(map(str, curve.dashes))}"' if curve.dashes else ""
    faint = f' opacity="{curve.opacity:g}"' if curve.opacity < 1 else ""
    return f'stroke="{curve.color}" stroke-width="{curve.thickness:g}" stroke-linejoin="round"{dashes}{faint}'


def _symbol(mark: Mark, x: float, y: float) -> str:
    if mark.shape == "dot":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{mark.color}" stroke="{PAPER}"/>'
    tip, base = (-6.0, 4.5) if mark.shape == "up" else (6.0, -4.5)
    triangle = f"M{x:.1f} {y + tip:.1f}L{x + 5.5:.1f} {y + base:.1f}H{x - 5.5:.1f}Z"
    return f'<path d="{triangle}" fill="{mark.color}" stroke="{PAPER}"/>'
