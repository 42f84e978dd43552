"""The five drawings of a state: heating, phonon temperature, distribution, transmission, current and voltage."""

from functools import partial
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex

from jaxwire.explore.formulas import UNITS, number, svg, with_unit
from jaxwire.explore.point import ENERGY, VOLTAGES, ShownPoint, X
from jaxwire.explore.state import SLIDERS
from jaxwire.explore.svg_panel import FONT, Curve, Mark, Panel, Strip, draw, span
from jaxwire.plot.heating import PARTS
from jaxwire.plot.style import COLORS

DASHED = (7.0, 3.0)
"""Lengths of dashes and gaps, in pixels."""

DASH_DOTTED = (7.0, 3.0, 1.5, 3.0)
"""The same with a dot in each gap."""

DOTTED = (2.0, 3.0)
"""Dots alone."""

PART_LABELS = {
    "external": ("*P*_{ext}, Drude", DOTTED),
    "buildup": ("*P*_{φ}, charge build-up", DASH_DOTTED),
    "scatterer": ("*P*_{s}, scatterer", DASHED),
}

BLUE, _, _, VERMILION = COLORS

COLD_HOT = LinearSegmentedColormap.from_list("cold_hot", [BLUE, "#ffffff", VERMILION])
"""From colder than far away to hotter, told apart by colour-blind readers."""

SHADES = tuple(to_hex(color) for color in COLD_HOT(np.linspace(0.0, 1.0, 201)))
"""Its colours as words of CSS, which are slow to make."""

STOPS = np.linspace(X[0], X[-1], 97)
"""Where the colour of the strip is given; between two of them it is mixed."""

HEIGHTS = {"heating": 320.0, "temperature": 230.0, "distribution": 290.0, "transmission": 290.0, "iv": 290.0}
"""Heights of the drawings, in pixels."""

WIDE = ("heating", "temperature")
"""Drawings over position, which take the whole width of the page."""

_POSITION = with_unit("position *x*", "vF tau0")


def panels(point: ShownPoint) -> tuple[Panel, ...]:
    """The drawings of a state, in the order of `HEIGHTS`."""
    return _heating(point), _temperature(point), _distribution(point), _transmission(point), _iv(point)


def draw_panels(point: ShownPoint, wide: float, narrow: float) -> dict[str, str]:
    """SVG of every drawing, by name; widths in pixels."""
    return {
        panel.name: draw(panel, wide if panel.name in WIDE else narrow, HEIGHTS[panel.name]) for panel in panels(point)
    }


def sheet(point: ShownPoint, width: float = 960.0) -> str:
    """All drawings on one sheet, with the parameters below, as an SVG file."""
    gap = 24.0
    narrow = (width - 2 * gap) / 3
    drawn = draw_panels(point, width, narrow)
    places = {"heating": (0.0, 0.0), "temperature": (0.0, HEIGHTS["heating"] + gap)}
    below = HEIGHTS["heating"] + HEIGHTS["temperature"] + 2 * gap
    places |= {
        name: (index * (narrow + gap), below) for index, name in enumerate(("distribution", "transmission", "iv"))
    }
    at = below + HEIGHTS["iv"] + gap
    caption = ", ".join(_given(point, name) for name in point.state.numbers())
    inside = "".join(
        drawing.replace("<svg ", f'<svg x="{places[name][0]:g}" y="{places[name][1]:g}" ', 1)
        for name, drawing in drawn.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 40:g}" height="{at + 44:g}" '
        f'viewBox="-20 -20 {width + 40:g} {at + 44:g}">'
        f'<rect x="-20" y="-20" width="100%" height="100%" fill="white"/>{inside}'
        f'<text y="{at + 4:g}" font-family="system-ui, Helvetica, Arial, sans-serif" font-size="{FONT:g}">'
        f"{svg(caption, FONT)}</text></svg>\n"
    )


def _given(point: ShownPoint, name: str) -> str:
    slider = SLIDERS[name]
    return f"{slider.symbol} = {number(point.state.numbers()[name])} {UNITS[slider.unit]}".rstrip()


def _message(point: ShownPoint) -> str:
    """Why there is no heating to draw."""
    if not point.is_solved:
        return "no solution: see the status"
    return "" if point.has_current else "no current flows"


def _with_gap(values: Any) -> np.ndarray:
    """Values at `X` with a gap at the scatterer, where profiles jump."""
    return np.insert(np.asarray(values), len(X) // 2, np.nan)


_profile = partial(Curve, np.insert(X, len(X) // 2, 0.0))


def _heating(point: ShownPoint) -> Panel:
    heating = point.heating
    curves = [
        _profile(_with_gap(getattr(heating, part)), PARTS[part][1], label, dashes, 1.6)
        for part, (label, dashes) in PART_LABELS.items()
    ]
    curves.append(_profile(_with_gap(heating.total), "#000000", "*P*_{ph}, total", (), 2.2))
    words, marks = [], []
    for side, spot in zip(("left", "right"), point.spots, strict=True):
        if spot.exists:
            kind = "heating" if spot.kind > 0 else "cooling"
            words.append(f"{kind} spot at x = {number(float(spot.position))}, {number(float(spot.heating))} P_ext")
            color, shape = (VERMILION, "up") if spot.kind > 0 else (BLUE, "down")
            is_new = all(mark.shape != shape for mark in marks)
            marks.append(
                Mark(float(spot.position), float(spot.heating), color, shape, f"{kind} spot" if is_new else "")
            )
        else:
            words.append(f"no spot on the {side}")
    return Panel(
        name="heating",
        title="Heat given to the phonons",
        description=f"P_ph/P_ext and its parts against position: {'; '.join(words)}.",
        x_label=_POSITION,
        y_label="heating *P*_{ph}/*P*_{ext}",
        x_range=(X[0], X[-1]),
        y_range=span(*map(np.asarray, heating)),
        curves=tuple(curves),
        marks=tuple(mark for mark in marks if abs(mark.x) <= X[-1]),
        message=_message(point),
    )


def _temperature(point: ShownPoint) -> Panel:
    rise = point.phonon_temperature
    largest = float(np.max(np.abs(rise - 1.0))) if point.has_current else 1.0
    shares = 0.5 + 0.5 * (np.nan_to_num(np.interp(STOPS, X, rise)) - 1.0) / (largest or 1.0)
    colors = tuple(SHADES[index] for index in np.rint(shares * (len(SHADES) - 1)).astype(int).clip(0, len(SHADES) - 1))
    low, high = (number(float(end)) for end in (rise.min(), rise.max()))
    return Panel(
        name="temperature",
        title="Rise of the phonon temperature",
        description=f"Rise of the phonon temperature against position, from {low} to {high} times that far away.",
        x_label=_POSITION,
        y_label="rise *θ*/*θ*_{∞}",
        x_range=(X[0], X[-1]),
        y_range=span(rise),
        curves=(
            Curve(X, rise, "#000000", "along the wire"),
            Curve(X[:0], X[:0], BLUE, "less than far away", (), 9.0),
            Curve(X[:0], X[:0], VERMILION, "more than far away", (), 9.0),
        ),
        strip=Strip(STOPS, colors),
        message=_message(point),
    )


def _distribution(point: ShownPoint) -> Panel:
    distance = number(point.state.distance, 3)
    places = ((f"*x* = −{distance}", BLUE, 1.8), (f"*x* = {distance}", VERMILION, 1.8), ("far away", "#888888", 1.4))
    forward, backward = map(np.asarray, point.deviation)
    curves = []
    for index, (label, color, thickness) in enumerate(places):
        curves.append(Curve(ENERGY, forward[index], color, label, (), thickness))
        curves.append(Curve(ENERGY, backward[index], color, "", DASHED, thickness))
    curves.append(Curve(ENERGY[:0], ENERGY[:0], "#000000", "moving left", DASHED))
    return Panel(
        name="distribution",
        title="Distribution, without its equilibrium",
        description=f"Deviation f - f0 of the occupation at x = -{distance}, x = {distance} and far away.",
        x_label=with_unit("kinetic energy *ε*", "mu0"),
        y_label="*f* − *f*_{0}",
        x_range=(0.0, ENERGY[-1]),
        y_range=span(forward, backward),
        curves=tuple(curves),
        message=_message(point),
    )


def _transmission(point: ShownPoint) -> Panel:
    left, right = point.occupation
    return Panel(
        name="transmission",
        title="Transmission and occupations",
        description=f"T, largest at {number(point.state.center)} mu0, half width {number(point.state.width)} mu0.",
        x_label=with_unit("kinetic energy *ε* on the left", "mu0"),
        y_label="*T*, *f*_{0}",
        x_range=(0.0, ENERGY[-1]),
        y_range=(0.0, 1.05),
        curves=(
            Curve(ENERGY, left, BLUE, "*f*_{0} left", DASHED, 1.5),
            Curve(ENERGY, right, VERMILION, "*f*_{0} right", DASH_DOTTED, 1.5),
            Curve(ENERGY, point.transmission, "#000000", "*T*(*ε*)", (), 2.0),
        ),
    )


def _iv(point: ShownPoint) -> Panel:
    voltage, current = point.numbers["voltage"], point.numbers["current"]
    marks = (Mark(voltage, current, VERMILION, "dot", "this point"),) if abs(voltage) <= VOLTAGES[-1] else ()
    return Panel(
        name="iv",
        title="Current and voltage",
        description=f"I against eV; I = {number(current)} e mu0/h at eV = {number(voltage)} mu0.",
        x_label=with_unit("voltage *eV*", "mu0"),
        y_label=with_unit("current *I*", "e mu0/h"),
        x_range=(VOLTAGES[0], VOLTAGES[-1]),
        y_range=span(point.curve),
        curves=(Curve(VOLTAGES, point.curve, "#000000", "*I*(*V*)"),),
        marks=marks,
    )
