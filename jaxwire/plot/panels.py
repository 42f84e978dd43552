"""How scans are drawn: colour scales, labels with symbols, maps and lines, and marks where there is no value."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter

from jaxwire.plot.colour_scale import ColourScale
from jaxwire.plot.style import COLORS, DASHES, NotebookFigure, in_style

UNSOLVED = 1
"""Mark of a point that could not be solved."""

MISSING = 2
"""Mark of a point that has not been computed yet."""

NO_VALUE = 3
"""Mark of a point where there is no value (no spot)."""

STATES = {UNSOLVED: ("#5A5A5A", "failed"), MISSING: ("#D4D4D4", "not computed yet"), NO_VALUE: ("white", "")}
"""Colour of a mark and what the legend says of it; of `NO_VALUE` the colour scale knows the words."""

MOST_DOTTED = 60
"""Points of a line up to which each is marked by a dot; more of them would run together."""

ROUND_STEPS = ((1.0, 2.0, 3.0, 4.0, 6.0), (1.0, 2.0, 5.0))
"""Digits at which a short logarithmic axis has ticks; the second ones where the first are too many."""

MOST_TICKS = 5
"""Ticks of a logarithmic axis that are written out; longer axes have powers of ten."""

DIGIT = 0.03
"""Width of a digit, as a share of the narrowest panel."""

EDGE = 1e-9
"""How far a tick may lie beyond the ends, relatively: rounding."""

HATCH = {"hatch": "//////", "edgecolor": "#BDBDBD", "linewidth": 0.0}
"""Of points that have no value though they were solved."""


class FigureAxis(NamedTuple):
    """An axis of the figure: dimension, values, label; whether its values are evenly spaced on a log scale."""

    dim: str
    values: np.ndarray
    label: str
    is_log: bool

    def in_order(self) -> "FigureAxis":
        """The same axis with its values increasing."""
        return self._replace(values=np.sort(self.values))


class Layer(NamedTuple):
    """What one panel or line shows: values, NaN where there are none, and the states of these points; 0 elsewhere."""

    values: np.ndarray
    states: np.ndarray


def draw_panels(
    layers: Mapping[str, Layer], across: FigureAxis, up: FigureAxis, scale: ColourScale, heading: str
) -> Figure:
    """A map for every layer, side by side; points instead of cells where both axes are of one dimension."""
    with in_style(axes__spines__top=True, axes__spines__right=True):
        count = len(layers)
        figure = NotebookFigure(figsize=(4.8 if count == 1 else 1.2 + 3.1 * count, 3.6), layout="constrained")
        panels = figure.subplots(1, count, sharex=True, sharey=True, squeeze=False)[0]
        for axes, (words, layer) in zip(panels, layers.items(), strict=True):
            axes.set_title(words or heading, wrap=True)
            if across.dim == up.dim:
                _draw_points(axes, layer, (across.values, up.values), scale)
            else:
                _draw_cells(axes, layer, (_edges(across), _edges(up)), scale)
            _set_scale(axes.xaxis, across)
            _set_scale(axes.yaxis, up)
            axes.set_xlabel(across.label)
        panels[0].set_ylabel(up.label)
        if heading and any(layers):
            figure.suptitle(heading, fontsize=matplotlib.rcParams["axes.titlesize"])
        _draw_colorbar(figure, panels, scale)
        _explain(figure, [*layers.values()], scale, [], is_map=True)
    return figure


def _set_scale(axis: Any, place: FigureAxis) -> None:
    """Scale and ticks: of a short logarithmic axis numbers written out, so few that they do not run together."""
    if not place.is_log:
        return
    (axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale)("log")
    low, high = np.min(place.values), np.max(place.values)
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ROUND_STEPS:
        ticks = [step * 10.0**power for power in powers for step in steps]
        ticks = [tick for tick in ticks if low <= tick * (1 + EDGE) and tick <= high * (1 + EDGE)]
        if len(ticks) <= MOST_TICKS and _has_room(ticks, high / low):
            axis.set_major_locator(FixedLocator(ticks) if len(ticks) > 1 else MaxNLocator(3))
            axis.set_major_formatter(lambda tick, _: f"{tick:.6g}")
            axis.set_minor_formatter(NullFormatter())
            return


def _has_room(ticks: Sequence[float], reach: float) -> bool:
    """Whether numbers at ticks of a logarithmic axis do not run together in the narrowest panel."""
    longest = max((len(f"{tick:.6g}") for tick in ticks), default=0)
    return bool(np.all(np.diff(np.log(ticks)) > DIGIT * (longest + 1) * np.log(reach)))


def _draw_cells(axes: Axes, layer: Layer, edges: tuple[np.ndarray, np.ndarray], scale: ColourScale) -> None:
    axes.patch.set(**HATCH)
    axes.grid(False)
    whole: Any = {"edgecolors": "none", "rasterized": True}
    for state in (UNSOLVED, MISSING):
        mask = np.ma.masked_where(layer.states != state, layer.states)
        if mask.count():
            axes.pcolormesh(*edges, mask, cmap=ListedColormap([STATES[state][0]]), **whole)
    axes.pcolormesh(*edges, np.ma.masked_invalid(layer.values), cmap=scale.cmap, norm=scale.norm, **whole)


def _draw_points(axes: Axes, layer: Layer, places: tuple[np.ndarray, np.ndarray], scale: ColourScale) -> None:
    axes.margins(0.06)
    there = np.isfinite(layer.values)
    style: Any = {"s": 36, "linewidths": 0.5}
    style |= {"cmap": scale.cmap, "norm": scale.norm}
    axes.scatter(*(place[there] for place in places), c=layer.values[there], edgecolors="#444444", **style)
    for state, (color, _) in STATES.items():
        here = layer.states == state
        edge = "#999999" if state == NO_VALUE else color
        axes.scatter(*(place[here] for place in places), s=36, color=color, marker="s", edgecolors=edge)


def _edges(place: FigureAxis) -> np.ndarray:
    """Borders of the cells around the values of an axis."""
    values = np.log(place.values) if place.is_log else place.values
    if values.size == 1:
        half = 0.5 * (abs(values[0]) or 1.0)
        return np.array([values[0] - half, values[0] + half])
    middle = 0.5 * (values[1:] + values[:-1])
    edges = np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])
    return np.exp(edges) if place.is_log else edges


def _draw_colorbar(figure: Figure, panels: Any, scale: ColourScale) -> None:
    source = ScalarMappable(scale.norm, scale.cmap)
    bar = figure.colorbar(source, ax=list(panels), extend=scale.extend, pad=0.02, aspect=24)
    bar.ax.set_ylim(*scale.shown)
    bar.outline.set_linewidth(matplotlib.rcParams["axes.linewidth"])  # pyright: ignore[reportCallIssue] - matplotlib declares a Spines
    bar.set_label(scale.label)
    if scale.names:
        bar.set_ticks(list(scale.names), labels=list(scale.names.values()))
        bar.ax.tick_params(length=0, which="both")
        bar.minorticks_off()


def draw_lines(layers: Mapping[str, Layer], across: FigureAxis, scale: ColourScale, heading: str) -> Figure:
    """A line for every layer, in one frame; marks at its bottom where there is no value."""
    with in_style():
        figure = NotebookFigure(figsize=(4.8, 3.4), layout="constrained")
        axes = figure.add_subplot()
        axes.margins(x=0.02)
        lines = []
        for index, (words, layer) in enumerate(layers.items()):
            values = layer.values
            style: Any = {"color": COLORS[index % len(COLORS)], "linestyle": DASHES[index // len(COLORS) % len(DASHES)]}
            style["linestyle"] = "none" if scale.names else DASHES[index % len(DASHES)]
            style["marker"] = ".o"[bool(scale.names)] if values.size <= MOST_DOTTED or np.isnan(values).any() else None
            lines += axes.plot(across.values, values, markersize=4, label=words, **style)
        if scale.center is not None:
            axes.axhline(scale.center, color="#BBBBBB", linewidth=0.6, zorder=0)
        if scale.names:
            axes.set_yticks(list(scale.names), labels=list(scale.names.values()))
            axes.set_ylim(*scale.shown)
        _set_scale(axes.xaxis, across)
        axes.set_xlabel(across.label)
        axes.set_ylabel(scale.label)
        axes.set_title(heading, wrap=True)
        for state, (color, _) in STATES.items():
            here = np.any([layer.states == state for layer in layers.values()], axis=0)
            if state != NO_VALUE and here.any():
                low = np.full(int(here.sum()), 0.02)
                style = {"color": color, "marker": "x", "linestyle": "none", "transform": axes.get_xaxis_transform()}
                axes.plot(across.values[here], low, markersize=4, **style)
        _explain(figure, [*layers.values()], scale, lines if any(layers) else [], is_map=False)
    return figure


def _explain(
    figure: Figure, layers: Sequence[Layer], scale: ColourScale, lines: Sequence[Line2D], is_map: bool
) -> None:
    """A legend below: the lines, and what grey and hatches mean, with the number of points."""
    entries: list[Any] = list(lines)
    for state, (color, word) in STATES.items():
        counts = [int(np.sum(layer.states == state)) for layer in layers]
        count = sum(counts) if state == NO_VALUE else counts[0]  # a point fails in all panels at once
        if not count or (not is_map and state == NO_VALUE):
            continue
        text = f"{word or scale.nothing} ({count:,} {'point' if count == 1 else 'points'})"
        style: Any = HATCH if state == NO_VALUE else {"edgecolor": color}
        mark = Patch(facecolor=color, label=text, **style)
        entries.append(mark if is_map else Line2D([], [], color=color, marker="x", linestyle="none", label=text))
    if entries:
        figure.legend(handles=entries, loc="outside lower center", ncols=min(3, len(entries)), handlelength=1.8)
