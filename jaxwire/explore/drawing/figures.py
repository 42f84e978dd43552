"""The six drawings of a state: heating, temperatures, distribution, transmission, current and voltage."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex

from jaxwire.explore.drawing.formulas import number
from jaxwire.explore.drawing.panel import GREY, INK, PINNED, Curve, Mark, Panel, PanelAxis, Strip, span
from jaxwire.explore.drawing.svg_panel import draw
from jaxwire.explore.drawing.units import in_si
from jaxwire.explore.lab_data import ShownData
from jaxwire.explore.point import ENERGY, VOLTAGES, ShownPoint, X, operating_point
from jaxwire.explore.view import View
from jaxwire.plot.style import COLORS

DASHED = (7.0, 3.0)
"""Lengths of dashes and gaps, in pixels."""

DASH_DOTTED = (7.0, 3.0, 1.5, 3.0)
"""The same with a dot in each gap."""

DOTTED = (2.0, 3.0)
"""Dots alone."""

_COLD, _, _, _HOT = COLORS

BLUE = f"var(--blue, {_COLD})"
"""Cold, and left."""

VERMILION = f"var(--vermilion, {_HOT})"
"""Hot, and right."""

PARTS = {
    "external": ("*P*_{ext}, Drude", DOTTED, GREY),
    "buildup": ("*P*_{φ}, charge build-up", DASH_DOTTED, VERMILION),
    "scatterer": ("*P*_{s}, scatterer", DASHED, BLUE),
}
"""Name, dashes and colour of each part of the heating."""

COLD_HOT = LinearSegmentedColormap.from_list("cold_hot", [_COLD, "#ffffff", _HOT])
"""From colder than far away to hotter, told apart by colour-blind readers."""

SHADES = tuple(to_hex(color) for color in COLD_HOT(np.linspace(0.0, 1.0, 201)))
"""Its colours as words of CSS, which are slow to make."""

STOPS = np.linspace(X[0], X[-1], 97)
"""Where the colour of the strip is given; between two of them it is mixed."""

HEIGHTS = {
    "heating": 320.0,
    "temperature": 230.0,
    "excess": 230.0,
    "distribution": 290.0,
    "transmission": 290.0,
    "iv": 290.0,
}
"""Heights of the drawings, in pixels."""

WIDE = ("heating", "temperature", "excess")
"""Drawings over position, which take the whole width of the page."""

_POSITION = PanelAxis("position *x*", (X[0], X[-1]), "vF tau0", "x")


def panels(point: ShownPoint, view: View = View()) -> tuple[Panel, ...]:  # noqa: B008 - frozen
    """The drawings of a state, in the order of `HEIGHTS`, in natural units."""
    found = _panels(point)
    if view.pinned is not None:
        found = map(_beside, found, _panels(operating_point(view.pinned)))
    if view.data is not None:
        found = [_with_data(panel, view.data) if panel.name == view.data.panel else panel for panel in found]
    held = view.axes or {}
    return tuple(
        replace(panel, y_axis=replace(panel.y_axis, ends=held.get(panel.name, panel.y_axis.ends))) for panel in found
    )


def draw_panels(point: ShownPoint, view: View = View()) -> dict[str, str]:  # noqa: B008 - frozen
    """SVG of every drawing, by name."""
    return {panel.name: draw(panel, *size_of(panel, view)) for panel in shown_panels(point, view)}


def shown_panels(point: ShownPoint, view: View) -> tuple[Panel, ...]:
    """The drawings in the units that are shown."""
    return in_units(panels(point, view), view)


def in_units(natural: tuple[Panel, ...], view: View) -> tuple[Panel, ...]:
    """Panels in natural units, in those that are shown."""
    return natural if view.scale is None else tuple(in_si(panel, view.scale) for panel in natural)


def size_of(panel: Panel, view: View) -> tuple[float, float]:
    """Width and height, in pixels."""
    return view.wide if panel.name in WIDE else view.narrow, HEIGHTS[panel.name]


def _panels(point: ShownPoint) -> tuple[Panel, ...]:
    over_position = _heating(point), _temperature(point), _excess(point)
    return *over_position, _distribution(point), _transmission(point), _iv(point)


def _beside(panel: Panel, other: Panel) -> Panel:
    """A panel with the curves of another behind its own, on an axis that shows both."""
    if other.message:
        return panel
    behind = [
        replace(curve, label="", opacity=PINNED, thickness=curve.thickness + 1.2, name=f"{_called(curve)}, pinned")
        for curve in other.curves
        if curve.x.size and _called(curve) != "*P*_{ext}, Drude"
    ]
    key = Curve(X[:0], X[:0], GREY, "pinned", (), 4.0, opacity=PINNED)
    if panel.message:
        return panel
    both = zip(panel.y_axis.ends, other.y_axis.ends, strict=True)
    ends = tuple(choose(pair) for choose, pair in zip((min, max), both, strict=True))
    return replace(panel, curves=(*behind, *panel.curves, key), y_axis=replace(panel.y_axis, ends=ends))


def _called(curve: Curve) -> str:
    return curve.name or curve.label


def _with_data(panel: Panel, shown: ShownData) -> Panel:
    """A panel with readings over its curves, and its axes wide enough for them."""
    x, signal, error = shown.data.x, shown.signal, shown.error
    points = Curve(x, signal, INK, "your data", name="your data", error=error, is_points=True)
    size = np.zeros_like(signal) if error is None else error
    low, high = span(np.asarray(panel.y_axis.ends), signal - size, signal + size, margin=0.0)
    across = (min(panel.x_axis.ends[0], 1.03 * float(x[0])), max(panel.x_axis.ends[1], 1.03 * float(x[-1])))
    return replace(
        panel,
        curves=(*panel.curves, points),
        x_axis=replace(panel.x_axis, ends=across),
        y_axis=replace(panel.y_axis, ends=(low, high)),
    )


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
        _profile(_with_gap(getattr(heating, part)), color, label, dashes, 1.6)
        for part, (label, dashes, color) in PARTS.items()
    ]
    curves.append(_profile(_with_gap(heating.total), INK, "*P*_{ph}, total", (), 2.2))
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
        x_axis=_POSITION,
        y_axis=PanelAxis("heating *P*_{ph}/*P*_{ext}", span(*map(np.asarray, heating))),
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
        x_axis=_POSITION,
        y_axis=PanelAxis("rise *θ*/*θ*_{∞}", span(rise)),
        curves=(
            Curve(X, rise, INK, "along the wire"),
            Curve(X[:0], X[:0], BLUE, "less than far away", (), 9.0),
            Curve(X[:0], X[:0], VERMILION, "more than far away", (), 9.0),
        ),
        strip=Strip(STOPS, colors),
        message=_message(point),
    )


def _excess(point: ShownPoint) -> Panel:
    """Temperatures to first order, which are of electrons and phonons alike only where both are worked out."""
    electrons, phonons = point.electron_excess, point.phonon_excess
    curves = [_profile(_with_gap(electrons), VERMILION, "electrons", (), 2.0)]
    if np.isfinite(phonons).any():
        curves.append(_profile(_with_gap(phonons), BLUE, "phonons", DASHED, 2.0))
    else:
        curves.append(Curve(X, np.zeros_like(X), BLUE, "phonons, held at *T*", DASHED, 1.4))
    hottest, coldest = (f"{number(float(end))} mu0" for end in (electrons.max(), electrons.min()))
    return Panel(
        name="excess",
        title="Electrons and phonons above *T*",
        description=f"Excess kB dT against position; of the electrons from {coldest} to {hottest}.",
        x_axis=_POSITION,
        y_axis=PanelAxis("*k*_{B}*δT*", span(electrons, phonons), "mu0", "temperature"),
        curves=tuple(curves),
        message=_message(point),
    )


def _distribution(point: ShownPoint) -> Panel:
    distance = number(point.state["distance"], 3)
    places = (("*x* = −*d*", BLUE, 1.8), ("*x* = *d*", VERMILION, 1.8), ("far away", GREY, 1.4))
    forward, backward = map(np.asarray, point.deviation)
    curves = []
    for index, (label, color, thickness) in enumerate(places):
        curves.append(Curve(ENERGY, forward[index], color, label, (), thickness))
        curves.append(Curve(ENERGY, backward[index], color, "", DASHED, thickness, f"{label}, moving left"))
    curves.append(Curve(ENERGY[:0], ENERGY[:0], INK, "moving left", DASHED))
    return Panel(
        name="distribution",
        title="Distribution, without its equilibrium",
        description=f"Deviation f - f0 of the occupation at x = -{distance}, x = {distance} and far away.",
        x_axis=PanelAxis("kinetic energy *ε*", (0.0, ENERGY[-1]), "mu0", "energy"),
        y_axis=PanelAxis("*f* − *f*_{0}", span(forward, backward)),
        curves=tuple(curves),
        message=_message(point),
    )


def _transmission(point: ShownPoint) -> Panel:
    left, right = point.occupation
    return Panel(
        name="transmission",
        title="Transmission and occupations",
        description=f"T of the {point.state.models['scatterer']}, at most {float(point.transmission.max()):.3g}.",
        x_axis=PanelAxis("kinetic energy *ε* on the left", (0.0, ENERGY[-1]), "mu0", "energy"),
        y_axis=PanelAxis("*T*, *f*_{0}", (0.0, 1.05)),
        curves=(
            Curve(ENERGY, left, BLUE, "*f*_{0} left", DASHED, 1.5),
            Curve(ENERGY, right, VERMILION, "*f*_{0} right", DASH_DOTTED, 1.5),
            Curve(ENERGY, point.transmission, INK, "*T*(*ε*)", (), 2.0),
        ),
    )


def _iv(point: ShownPoint) -> Panel:
    voltage, current = point.numbers["voltage"], point.numbers["current"]
    marks = (Mark(voltage, current, VERMILION, "dot", "this point"),) if abs(voltage) <= VOLTAGES[-1] else ()
    return Panel(
        name="iv",
        title="Current and voltage",
        description=f"I against eV; I = {number(current)} e mu0/h at eV = {number(voltage)} mu0.",
        x_axis=PanelAxis("voltage *V*", (VOLTAGES[0], VOLTAGES[-1]), "mu0", "voltage"),
        y_axis=PanelAxis("current *I*", span(point.curve), "e mu0/h", "current"),
        curves=(Curve(VOLTAGES, point.curve, INK, "*I*(*V*)"),),
        marks=marks,
    )
