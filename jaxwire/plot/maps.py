r"""Figures of scans: any variable over any two axes as a map, over one as lines.

```python
>>> import numpy as np, xarray
>>> from jaxwire.plot import plot_map
>>> center, width = np.linspace(0.6, 1.8, 7), np.geomspace(0.01, 1.0, 5)
>>> current = ("center", "width"), center[:, None] * width, {"units": "e mu0/h", "long_name": "current I"}
>>> ds = xarray.Dataset({"current": current}, coords={"center": center, "width": width})
>>> figure = plot_map(ds)                                        # figure.savefig("map.pdf")
>>> figure.axes[0].get_xlabel(), figure.axes[0].get_yscale()
('center', 'log')

```

Colours can be told apart by colour-blind readers: a diverging scale where values lie on both sides of a value that
means something (1 for the heating in units of P_ext, else 0), an even one elsewhere. What has no value is grey or
hatched, and the legend says why: the point failed, there is no spot, or an unfinished scan has not got there.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from jaxwire.model.parameters.suggestion import did_you_mean
from jaxwire.plot.captions import label, title, with_prefix
from jaxwire.plot.colour_scale import choose_scale
from jaxwire.plot.dominant_spots import MEASURE, measure_spots, without_faint
from jaxwire.plot.panels import MISSING, NO_VALUE, UNSOLVED, FigureAxis, Layer, draw_lines, draw_panels

if TYPE_CHECKING:
    import xarray


LAST = ("status", "current_limit", "error_estimate")
"""Variables that are drawn only if asked for, or if there is nothing else."""

MOST_PANELS = 6
"""Panels of one map; more of them would be too small to read."""

EVEN_STEPS = 0.01
"""Numbers are spaced evenly if their steps differ by less than this share: they may have been rounded to two digits."""

LOG_REACH = 2.0
"""Ratio of the last number to the first from which on a logarithmic axis differs visibly from a linear one."""


def plot_map(
    dataset: "xarray.Dataset",
    variable: str | None = None,
    x: str | None = None,
    y: str | None = None,
    select: Mapping[str, Any] | None = None,
    *,
    x_min: float = 0.0,
    min_prominence: float = 0.0,
) -> Figure:
    """Draw a variable of a scan: a map where it depends on two axes, lines where it depends on one.

    Dimensions with names as values, such as the side, become panels of a map, and lines in one frame. Axes that vary
    together (zipped) can be chosen by the name of either; with one of them as x and the other as y, points are drawn.

    Args:
        dataset: what `scan` or `open_scan` return, finished or not.
        variable: what is drawn; "spot_measure" is the measure of Fig. 5, made of the spots. The first one unless given.
        x: horizontal axis, a dimension or a coordinate; the first dimension unless given.
        y: vertical axis.
        select: dimension or coordinate and the value to take; the nearest one there is for numbers.
        x_min: spots closer to the scatterer are left out, in the units of the dataset. That shows what remains of a
            scan; `scan(..., x_min=...)` finds the strongest spots beyond.
        min_prominence: spots with less are left out, in units of P_ext.

    Returns:
        The figure; `jaxwire.plot.save_figure(figure, "map.pdf")` writes it.

    Raises:
        ValueError: if a name is unknown, a value outside the axis, or axes are left for which nothing is chosen.
    """
    name, table = _take(without_faint(dataset, x_min, min_prominence), variable)
    table, words = _select(table, dict(select or {}), name)
    kept = [_dimension(table, key, given) for key, given in (("x", x), ("y", y)) if given is not None]
    alone = [str(dim) for dim in table["value"].dims if table.sizes[dim] == 1 and dim not in kept]
    if len(alone) == table["value"].ndim:  # a single point is drawn over its first axis
        alone = [dim for dim in alone if dim != next((each for each in alone if not _is_text(table, each)), None)]
    for dim in alone:
        table, word = _pick(table, dim, 0)
        words += word
    table = _with_prefixes(table)
    named = [str(dim) for dim in table["value"].dims if _is_text(table, str(dim)) and dim not in kept]
    across, up = _choose(table, name, [str(dim) for dim in table["value"].dims if dim not in named], x, y)
    if up is None or up.dim != across.dim:
        for place in (across, up):
            table = table if place is None else table.isel({place.dim: np.argsort(place.values, kind="stable")})
        across, up = across.in_order(), up and up.in_order()
    dims = list(dict.fromkeys(place.dim for place in (up, across) if place is not None))
    layers = {words: _read(part, dims) for words, part in _parts(table, named)}
    scale = choose_scale(
        [layer.values for layer in layers.values()], name, dict(table["value"].attrs), table["value"].dtype.kind
    )
    if up is not None and len(layers) > MOST_PANELS:
        raise ValueError(f"`select` must fix one of {', '.join(named)}, got none: {len(layers)} panels are too many.")
    heading = ", ".join(words)
    return draw_lines(layers, across, scale, heading) if up is None else draw_panels(layers, across, up, scale, heading)


def _take(dataset: "xarray.Dataset", variable: str | None) -> tuple[str, "xarray.Dataset"]:
    """Name of the variable, and a table of its values and what became of each point."""
    has_spots = {"spot_heating", "spot_kind"} <= set(dataset.data_vars)
    known = [*map(str, dataset.data_vars), *([MEASURE] if has_spots else [])]
    if variable is None:
        variable = next((name for name in known if name not in LAST), known[0] if known else "")
        variable = MEASURE if variable == "spot_position" and has_spots else variable
    if variable not in known:
        needs = "; it is made of 'spots'" if variable == MEASURE else did_you_mean(variable, known)
        raise ValueError(f"`variable` must be one of {', '.join(known)}, got {variable!r}{needs}")
    if variable == MEASURE:
        value = measure_spots(dataset)
    else:
        value = dataset[variable]
    columns = {"value": value} | ({"status": dataset["status"]} if "status" in dataset else {})
    return variable, dataset.drop_vars(dataset.data_vars).assign(columns)


def _with_prefixes(table: "xarray.Dataset") -> "xarray.Dataset":
    """The same numbers in units that fit their size, as far as these are SI units."""
    for name, one in table.variables.items():
        if one.dtype.kind == "f":
            factor, attrs = with_prefix(one.values, one.attrs)
            if factor != 1.0:
                table = table.assign({name: (one.dims, one.values * factor, attrs)})
    return table


def _names(table: "xarray.Dataset") -> list[str]:
    """What can be an axis or be selected: dimensions and coordinates of the variable."""
    dims = table["value"].dims
    names = [str(name) for name, coord in table.coords.items() if coord.ndim == 1 and coord.dims[0] in dims]
    return [*dict.fromkeys([*map(str, dims), *names])]


def _dimension(table: "xarray.Dataset", key: str, name: str) -> str:
    """Dimension along which a dimension or coordinate lies; `key` is the argument at fault."""
    names = _names(table)
    if name not in names:
        known = f"one of {', '.join(names)}" if names else "left out where all is selected"
        raise ValueError(f"`{key}` must be {known}, got {name!r}{did_you_mean(name, names)}")
    return name if name in table["value"].dims else str(table[name].dims[0])


def _is_text(table: "xarray.Dataset", name: str) -> bool:
    return name in table.coords and table[name].dtype.kind not in "biuf"


def _select(table: "xarray.Dataset", select: dict[str, Any], variable: str) -> tuple["xarray.Dataset", list[str]]:
    words: list[str] = []
    for name, wanted in select.items():
        dim = _dimension(table, "select", name)
        coord = table[name].values if name in table.coords else np.arange(table.sizes[dim])
        if _is_text(table, name):
            coord = [str(each) for each in coord]
            index = coord.index(wanted) if wanted in coord else None
            if index is None:
                likely = did_you_mean(str(wanted), coord)
                raise ValueError(f"`select` {name} must be one of {', '.join(coord)}, got {wanted!r}{likely}")
        else:
            index = _nearest(name, coord, wanted)
        table, word = _pick(table, dim, index)
        words += word
    return table, words


def _nearest(name: str, coord: np.ndarray, wanted: Any) -> int:
    try:
        number = float(wanted)
    except (TypeError, ValueError):
        number = np.nan
    low, high = coord.min(), coord.max()
    slack = 1e-6 * max(abs(low), abs(high))  # a number typed with a few digits still is the end of the axis
    if not low - slack <= number <= high + slack:
        raise ValueError(f"`select` {name} must be a number between {low:.6g} and {high:.6g}, got {wanted!r}.")
    return int(np.argmin(np.abs(coord - number)))


def _pick(table: "xarray.Dataset", dim: str, index: int) -> tuple["xarray.Dataset", list[str]]:
    """One position along a dimension, and the words that say which."""
    names = [str(name) for name, coord in table.coords.items() if coord.dims == (dim,)]
    words = [title(name, table[name].values[index], dict(table[name].attrs)) for name in names]
    return table.isel({dim: index}, drop=True), words or [f"{dim} number {index}"]


def _choose(
    table: "xarray.Dataset", variable: str, dims: list[str], x: str | None, y: str | None
) -> tuple[FigureAxis, FigureAxis | None]:
    """The axes of the figure."""
    if x is None and y is not None:
        own = _dimension(table, "y", y)
        x = next((dim for dim in dims if dim != own), None)
        if x is None:
            raise ValueError(f"`y` must be left out where {variable} depends on one axis only, got {y!r}.")
    if x is None:
        if not dims:
            raise ValueError(
                f"`variable` must depend on an axis that is not selected, got {variable!r}, which does not."
            )
        x = dims[0]
    across = _place(table, "x", x)
    rest = [dim for dim in dims if dim != across.dim]
    y = y or (rest[0] if rest else None)
    up = None if y is None else _place(table, "y", y)
    if up is not None and x == y:
        raise ValueError(f"`y` must be another axis than `x`, got {y!r} for both.")
    left = [dim for dim in rest if up is None or dim != up.dim]
    if left:
        choices = ", ".join(f"{dim} ({table.sizes[dim]} values)" for dim in left)
        raise ValueError(f"`select` must give a value for every other axis of {variable}, got none for {choices}.")
    return across, up


def _place(table: "xarray.Dataset", key: str, name: str) -> FigureAxis:
    """An axis of the figure; a zipped dimension takes the first of its coordinates that can be one, or counts."""
    dim = _dimension(table, key, name)
    own = [str(n) for n, coord in table.coords.items() if coord.dims == (dim,) and coord.dtype.kind in "iuf"]
    if name not in table.coords:
        name = next((n for n in own if np.unique(table[n].values).size == table.sizes[dim]), name)
    if name not in table.coords:
        return FigureAxis(
            dim, np.arange(table.sizes[dim], dtype=float), f"{dim.replace('_', ', ')}: point number", False
        )
    if _is_text(table, name):
        raise ValueError(f"`{key}` must be an axis of numbers, got {name!r}.")
    values = np.asarray(table[name].values, dtype=float)
    if not np.isfinite(values).all():  # as where the file of a coordinate is missing
        raise ValueError(f"`{key}` must be an axis of finite numbers, got {name!r}, of which some are not known.")
    return FigureAxis(dim, values, label(name, dict(table[name].attrs)), _is_log(values))


def _is_log(values: np.ndarray) -> bool:
    """Whether positive numbers are spaced evenly by their logarithm and not by themselves."""
    ordered = np.sort(values)
    if ordered.size < 3 or ordered[0] <= 0 or ordered[-1] < LOG_REACH * ordered[0]:
        return False
    spread = [np.ptp(steps) / steps.max() for steps in (np.diff(np.log(ordered)), np.diff(ordered)) if steps.max() > 0]
    return len(spread) == 2 and bool(spread[0] < EVEN_STEPS < spread[1])


def _parts(table: "xarray.Dataset", named: list[str]) -> list[tuple[str, "xarray.Dataset"]]:
    """The table cut along dimensions with names as values, and how each part is called."""
    parts = []
    for indices in itertools.product(*(range(table.sizes[dim]) for dim in named)):
        part, words = table, []
        for dim, index in zip(named, indices, strict=True):
            part, word = _pick(part, dim, index)
            words += word
        parts.append((", ".join(words), part))
    return parts


def _read(part: "xarray.Dataset", dims: Sequence[str]) -> Layer:
    """Values to draw, NaN where there are none, and why not."""
    value = part["value"].transpose(*dims)
    is_number, values = value.dtype.kind == "f", value.values.astype(float)
    states = np.where(np.isfinite(values), 0, NO_VALUE)
    if "status" in part:
        codes = part["status"].broadcast_like(value).transpose(*dims).values
        if value.attrs.get("flag_meanings") is None:  # the status itself has a value everywhere
            states = np.where((codes > 0) & ((states > 0) | (not is_number)), UNSOLVED, states)
        states = np.where(codes < 0, MISSING, states)
    return Layer(np.where(states > 0, np.nan, values), states)
