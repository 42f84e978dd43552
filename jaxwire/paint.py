"""How scans are drawn: colour scales, labels with symbols, maps and lines, and marks where there is no value."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jaxwire.captions import label
from jaxwire.plot import COLORS, DASHES, STYLE

FAILED, MISSING, NO_VALUE = 1, 2, 3
"""Why a point has no value: it could not be solved, it has not been computed yet, or there is none (no spot)."""

STATES = {FAILED: ("#5A5A5A", "failed"), MISSING: ("#D4D4D4", "not computed yet"), NO_VALUE: ("white", "")}

HATCH = {"hatch": "//////", "edgecolor": "#BDBDBD", "linewidth": 0.0}
"""Of points that have no value though they were solved."""

DIVERGING, EVEN = "RdBu_r", "viridis"

CENTERS = {"heating": 1.0, "spot_heating": 1.0}
"""Value between heating and cooling of variables in units of P_ext; 0 for all others."""

OUTLIERS, FAR = 99.5, 4.0
"""Values that reach more than FAR times as far as this percentile of all of them do not stretch the colours."""

FEW = 8
"""Whole numbers that get a colour each; more of them are drawn like any numbers."""

KINDS = {"spot_kind": {-1: "cooling", 0: "none", 1: "heating"}}
KIND_LABELS = {"spot_kind": "kind of the dominant spot", "spot_exists": "is there a spot?"}
KIND_COLORS = {"cooling": "#0072B2", "none": "#EDEDED", "heating": "#D55E00", "no": "#EDEDED", "yes": "#0072B2"}
OTHER_COLORS = ("#EDEDED", "#0072B2", "#E69F00", "#CC79A7", "#D55E00", "#009E73", "#56B4E9", "#F0E442")


class Place(NamedTuple):
    """An axis of the figure: dimension, values, label; whether its values are evenly spaced on a log scale."""

    dim: str
    values: np.ndarray
    label: str
    is_log: bool

    def in_order(self) -> "Place":
        """The same axis with its values increasing."""
        return self._replace(values=np.sort(self.values))


class Layer(NamedTuple):
    """What one panel or line shows: values, NaN where there are none, and the states of these points; 0 elsewhere."""

    values: np.ndarray
    states: np.ndarray


class Scale(NamedTuple):
    """Colours of values, and what a colour bar says.

    Attributes:
        cmap: the colours.
        norm: from values to colours.
        label: the variable with its units.
        shown: range of values that the colour bar covers.
        extend: at which ends there are values beyond: "neither", "min", "max" or "both".
        center: value between the two colours; None for an even scale.
        names: what whole numbers mean, by number; empty for numbers.
        nothing: what it means that a solved point has no value.
    """

    cmap: Colormap
    norm: Normalize
    label: str
    shown: tuple[float, float]
    extend: Any = "neither"
    center: float | None = None
    names: dict[int, str] = {}  # not changed
    nothing: str = "no value"


def choose_scale(arrays: Sequence[np.ndarray], name: str, attrs: Mapping[str, Any], kind: str = "f") -> Scale:
    """Colours that suit a variable.

    Args:
        arrays: its values, NaN where there are none.
        name: its name.
        attrs: its attributes.
        kind: of its type, as NumPy calls it: "f" for numbers, "i", "u", "b" for whole numbers and truth values.
    """
    values = np.concatenate([array[np.isfinite(array)] for array in arrays])
    words, nothing = label(name, attrs), "no spot" if name.startswith("spot_") else "no value"
    nothing = "no spot beyond P_ext" if name == "spot_measure" else nothing
    if not values.size:
        return Scale(matplotlib.colormaps[EVEN], Normalize(0.0, 1.0), words, (0.0, 1.0), nothing=nothing)
    if kind != "f" and ("flag_meanings" in attrs or np.unique(values).size <= FEW):
        return _kinds(np.unique(values).astype(int), name, attrs, kind, KIND_LABELS.get(name, words))
    center = CENTERS.get(name, 0.0)
    low, high = _ends(values)
    extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[values.min() < low, values.max() > high]
    reach = max(center - low, high - center)
    if min(center - low, high - center) > 0.01 * reach:
        norm = Normalize(center - reach, center + reach)
        return Scale(matplotlib.colormaps[DIVERGING], norm, words, (low, high), extend, center, nothing=nothing)
    if low == high:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    return Scale(matplotlib.colormaps[EVEN], Normalize(low, high), words, (low, high), extend, nothing=nothing)


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Least and largest value, without outliers."""
    few, middle, most = np.percentile(values, [100.0 - OUTLIERS, 50.0, OUTLIERS])
    low, high = values.min(), values.max()
    low = few if middle - low > FAR * (middle - few) > 0 else low
    high = most if high - middle > FAR * (most - middle) > 0 else high
    return float(low), float(high)


def _kinds(found: np.ndarray, name: str, attrs: Mapping[str, Any], kind: str, words: str) -> Scale:
    """A colour for every whole number that occurs."""
    known = dict(KINDS.get(name, {0: "no", 1: "yes"} if kind == "b" else {}))
    if meanings := str(attrs.get("flag_meanings", "")).split():
        flags = np.atleast_1d(attrs.get("flag_values", np.arange(len(meanings))))
        known = {int(flag): meaning.replace("_", " ") for flag, meaning in zip(flags, meanings, strict=False)}
    names = {int(number): known.get(int(number), str(number)) for number in found}
    places = {number: index for index, number in enumerate(known or names)}
    colors = [
        KIND_COLORS.get(names[number], OTHER_COLORS[places.get(number, index) % len(OTHER_COLORS)])
        for index, number in enumerate(names)
    ]
    numbers = np.array(list(names), dtype=float)
    edges = np.concatenate([[numbers[0] - 0.5], (numbers[1:] + numbers[:-1]) / 2, [numbers[-1] + 0.5]])
    return Scale(ListedColormap(colors), BoundaryNorm(edges, len(colors)), words, (edges[0], edges[-1]), names=names)


def draw_panels(layers: Mapping[str, Layer], across: Place, up: Place, scale: Scale, heading: str) -> Figure:
    """A map for every layer, side by side; points instead of cells where both axes are of one dimension."""
    with matplotlib.rc_context({**STYLE, "axes.spines.top": True, "axes.spines.right": True}):
        count = len(layers)
        figure = Figure(figsize=(4.8 if count == 1 else 1.2 + 3.1 * count, 3.6), layout="constrained")
        panels = figure.subplots(1, count, sharex=True, sharey=True, squeeze=False)[0]
        for axes, (words, layer) in zip(panels, layers.items(), strict=True):
            axes.set_title(words or heading, wrap=True)
            if across.dim == up.dim:
                _draw_points(axes, layer, (across.values, up.values), scale)
            else:
                _draw_cells(axes, layer, (_edges(across), _edges(up)), scale)
            axes.set_xscale("log" if across.is_log else "linear")
            axes.set_yscale("log" if up.is_log else "linear")
            axes.set_xlabel(across.label)
        panels[0].set_ylabel(up.label)
        if heading and any(layers):
            figure.suptitle(heading, fontsize=STYLE["axes.titlesize"])
        _draw_colorbar(figure, panels, scale)
        _explain(figure, [*layers.values()], scale, [], is_map=True)
    return figure


def _draw_cells(axes: Axes, layer: Layer, edges: tuple[np.ndarray, np.ndarray], scale: Scale) -> None:
    axes.patch.set(**HATCH)
    axes.grid(False)
    whole: Any = {"edgecolors": "none", "rasterized": True}
    for state in (FAILED, MISSING):
        mask = np.ma.masked_where(layer.states != state, layer.states)
        if mask.count():
            axes.pcolormesh(*edges, mask, cmap=ListedColormap([STATES[state][0]]), **whole)
    axes.pcolormesh(*edges, np.ma.masked_invalid(layer.values), cmap=scale.cmap, norm=scale.norm, **whole)


def _draw_points(axes: Axes, layer: Layer, places: tuple[np.ndarray, np.ndarray], scale: Scale) -> None:
    axes.margins(0.06)
    there = np.isfinite(layer.values)
    style: Any = {"s": 36, "linewidths": 0.5}
    style |= {"cmap": scale.cmap, "norm": scale.norm}
    axes.scatter(*(place[there] for place in places), c=layer.values[there], edgecolors="#444444", **style)
    for state, (color, _) in STATES.items():
        here = layer.states == state
        edge = "#999999" if state == NO_VALUE else color
        axes.scatter(*(place[here] for place in places), s=36, color=color, marker="s", edgecolors=edge)


def _edges(place: Place) -> np.ndarray:
    """Borders of the cells around the values of an axis."""
    values = np.log(place.values) if place.is_log else place.values
    if values.size == 1:
        half = 0.5 * (abs(values[0]) or 1.0)
        return np.array([values[0] - half, values[0] + half])
    middle = 0.5 * (values[1:] + values[:-1])
    edges = np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])
    return np.exp(edges) if place.is_log else edges


def _draw_colorbar(figure: Figure, panels: Any, scale: Scale) -> None:
    source = ScalarMappable(scale.norm, scale.cmap)
    bar = figure.colorbar(source, ax=list(panels), extend=scale.extend, pad=0.02, aspect=24)
    bar.ax.set_ylim(*scale.shown)
    bar.outline.set_linewidth(STYLE["axes.linewidth"])  # pyright: ignore[reportCallIssue] - matplotlib declares a Spines
    bar.set_label(scale.label)
    if scale.names:
        bar.set_ticks(list(scale.names), labels=list(scale.names.values()))
        bar.ax.tick_params(length=0, which="both")
        bar.minorticks_off()


def draw_lines(layers: Mapping[str, Layer], across: Place, scale: Scale, heading: str) -> Figure:
    """A line for every layer, in one frame; marks at its bottom where there is no value."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.8, 3.4), layout="constrained")
        axes = figure.add_subplot()
        axes.margins(x=0.02)
        lines = []
        for index, (words, layer) in enumerate(layers.items()):
            values = layer.values
            style: Any = {"color": COLORS[index % len(COLORS)], "linestyle": DASHES[index // len(COLORS) % len(DASHES)]}
            style["linestyle"] = "none" if scale.names else DASHES[index % len(DASHES)]
            style["marker"] = ".o"[bool(scale.names)] if values.size <= 60 or np.isnan(values).any() else None
            lines += axes.plot(across.values, values, markersize=4, label=words, **style)
        if scale.center is not None:
            axes.axhline(scale.center, color="#BBBBBB", linewidth=0.6, zorder=0)
        if scale.names:
            axes.set_yticks(list(scale.names), labels=list(scale.names.values()))
            axes.set_ylim(*scale.shown)
        axes.set_xscale("log" if across.is_log else "linear")
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


def _explain(figure: Figure, layers: Sequence[Layer], scale: Scale, lines: Sequence[Line2D], is_map: bool) -> None:
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
