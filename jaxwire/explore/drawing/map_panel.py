"""A map of spots as SVG: a cell for every point, the heating spots warm, the cooling ones cold."""

from html import escape
from typing import Any

import numpy as np

from jaxwire.explore.drawing.figures import SHADES
from jaxwire.explore.drawing.formulas import html, number, plain, svg, with_unit
from jaxwire.explore.drawing.panel import GREY, INK, PanelAxis
from jaxwire.explore.drawing.svg_panel import BOTTOM, FONT, LEFT, RIGHT, TITLE
from jaxwire.explore.drawing.units import axis_in_si, text_of
from jaxwire.explore.sliders import Slider
from jaxwire.explore.spot_map import ACROSS, SIDES, UP, SpotMap
from jaxwire.explore.view import View

HEIGHT = 300.0
"""Height of a map, in pixels."""

BAR = 12.0
"""Height of the bar of colours, in pixels."""

NOTHING = "var(--nothing, #eeeeee)"
"""Colour of a cell without a spot."""

STEPS = (1, 2, 5)
"""Numbers along a logarithmic axis, in every decade."""


def draw_maps(found: SpotMap, view: View) -> dict[str, Any]:
    """Both maps, where their cells are, and what is read in them."""
    values = found.filled(found.measure)
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max()) if finite.size else 1.0
    sliders = [found.state.sliders[name] for name in (found.x, found.y)]
    shown = {side: _map(found, values[n], largest, side, view) for n, side in enumerate(SIDES)}
    return {
        "maps": shown,
        "frame": _frame(view.narrow),
        "across": found.across.tolist(),
        "up": found.up.tolist(),
        "places": [_places(*axis, view) for axis in zip(sliders, (found.across, found.up), strict=True)],
        "words": {side: _words(found, n, view) for n, side in enumerate(SIDES)},
        "done": found.done,
        "total": found.total,
    }


def _frame(width: float) -> list[float]:
    return [LEFT, width - RIGHT, TITLE + BAR + 20.0, HEIGHT - BOTTOM]


def _map(found: SpotMap, values: np.ndarray, largest: float, side: str, view: View) -> str:
    width, (left, right, top, bottom) = view.narrow, _frame(view.narrow)
    step_x, step_y = (right - left) / ACROSS, (bottom - top) / UP
    cells = []
    for (row, column), value in np.ndenumerate(values):
        color = _color(value, largest)
        x, y = left + column * step_x, bottom - (row + 1) * step_y
        cells.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{step_x + 0.4:.1f}" height="{step_y + 0.4:.1f}" {color}/>')
    axes = [found.state.sliders[name] for name in (found.x, found.y)]
    title, names = f"Spots in the {side} wire", f"map-{side}-title map-{side}-description"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{HEIGHT:g}" '
        f'viewBox="0 0 {width:g} {HEIGHT:g}" role="img" aria-labelledby="{names}" '
        f'font-family="system-ui, Helvetica, Arial, sans-serif" font-size="{FONT:g}" fill="{INK}">'
        f'<title id="map-{side}-title">{title}</title>'
        f'<desc id="map-{side}-description">{_description(found, values, axes)}</desc>'
        f'<text x="0" y="{FONT + 2:g}" font-weight="600">{title}</text>'
        f"{_bar(left, right, largest, side)}<g stroke='none'>{''.join(cells)}</g>"
        f'<path d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}" fill="none" stroke="{INK}"/>'
        f"{_across(axes[0], view, (left, right, bottom))}{_up(axes[1], view, (left, top, bottom))}"
        "</svg>"
    )


def _color(value: float, largest: float) -> str:
    if not np.isfinite(value):
        return f'fill="{NOTHING}"'
    at = round(0.5 * (1.0 + value / largest) * (len(SHADES) - 1))
    return f'fill="{SHADES[at]}"'


def _description(found: SpotMap, values: np.ndarray, axes: list[Slider]) -> str:
    kinds = [int(np.sum(values > 0)), int(np.sum(values < 0))]
    over = " and ".join(plain(axis.symbol) for axis in axes)
    return escape(f"Over {over}: heating spots in {kinds[0]} of {values.size} cells, cooling spots in {kinds[1]}.")


def _bar(left: float, right: float, largest: float, side: str) -> str:
    """What colours mean: the measure of Fig. 5."""
    stops = "".join(f'<stop offset="{n / 8:.3f}" stop-color="{SHADES[n * (len(SHADES) - 1) // 8]}"/>' for n in range(9))
    middle = 0.5 * (left + right)
    words = svg("±(|*P*_{ph}|/*P*_{ext}−1)^{1/5}", FONT)
    return (
        f'<defs><linearGradient id="map-{side}-colors">{stops}</linearGradient></defs>'
        f'<rect x="{middle:.1f}" y="{TITLE:g}" width="{right - middle - 34:.1f}" height="{BAR:g}" '
        f'fill="url(#map-{side}-colors)" stroke="{GREY}" stroke-width="0.6"/>'
        f'<text x="0" y="{TITLE + 11:g}">{words}</text>'
        f'<text x="{middle - 4:.1f}" y="{TITLE + 11:g}" text-anchor="end">{number(-largest, 2)}</text>'
        f'<text x="{right - 30:.1f}" y="{TITLE + 11:g}">{number(largest, 2)}</text>'
    )


def _share(slider: Slider, value: float) -> float:
    """Where a value is along its axis, between 0 and 1."""
    if slider.is_log:
        return float(np.log(value / slider.low) / np.log(slider.high / slider.low))
    return (value - slider.low) / (slider.high - slider.low)


def _ticks(slider: Slider, view: View) -> tuple[list[tuple[float, str]], str]:
    """Where numbers stand along an axis, and the unit that they are in."""
    axis = PanelAxis("", (slider.low, slider.high), slider.unit, slider.name)
    factor, axis = (1.0, axis) if view.scale is None else axis_in_si(axis, view.scale)
    low, high = axis.ends
    if slider.is_log:
        decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        found = [step * 10.0**decade for decade in decades for step in STEPS]
    else:
        step = 10.0 ** np.floor(np.log10(high - low))
        step = step if (high - low) / step >= 3 else step / 2
        found = (np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step).tolist()
    inside = [tick for tick in found if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9) or (low < 0 <= tick <= high)]
    return [(_share(slider, tick / factor), number(tick, 3)) for tick in inside], axis.unit


def _across(slider: Slider, view: View, place: tuple[float, float, float]) -> str:
    left, right, bottom = place
    ticks, unit = _ticks(slider, view)
    texts = [
        f'<text x="{left + share * (right - left):.1f}" y="{bottom + 17:.1f}" text-anchor="middle">{text}</text>'
        for share, text in ticks
    ]
    words = svg(with_unit(slider.symbol, unit), FONT)
    texts.append(f'<text x="{0.5 * (left + right):.1f}" y="{bottom + 37:.1f}" text-anchor="middle">{words}</text>')
    return "".join(texts)


def _up(slider: Slider, view: View, place: tuple[float, float, float]) -> str:
    left, top, bottom = place
    ticks, unit = _ticks(slider, view)
    texts = [
        f'<text x="{left - 6:.1f}" y="{bottom - share * (bottom - top) + 4.5:.1f}" text-anchor="end">{text}</text>'
        for share, text in ticks
    ]
    words = svg(with_unit(slider.symbol, unit), FONT)
    texts.append(
        f'<text transform="translate(12 {0.5 * (top + bottom):.1f}) rotate(-90)" text-anchor="middle">{words}</text>'
    )
    return "".join(texts)


def _places(slider: Slider, values: np.ndarray, view: View) -> list[str]:
    """Values along an axis, in words."""
    texts = (text_of(slider.name, value, slider.unit, view.scale) for value in values.tolist())
    return [f"{html(slider.symbol)} = {' '.join(text)}" for text in texts]


def _words(found: SpotMap, n: int, view: View) -> list[list[str]]:
    """What is read of every cell."""
    position, heating = found.filled(found.position)[n], found.filled(found.heating)[n]
    return [[_read(*pair, view) for pair in zip(*row, strict=True)] for row in zip(position, heating, strict=True)]


def _read(position: float, heating: float, view: View) -> str:
    if not np.isfinite(position):
        return "no spot"
    where, unit = text_of("position", position, "vF tau0", view.scale)
    kind = "heating" if heating > 1 else "cooling"
    return f"{kind} spot, {number(heating, 3)} <i>P</i><sub>ext</sub> at <i>x</i> = {where} {unit}"
