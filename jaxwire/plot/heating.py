r"""Figures: the heating profile P_ph(x)/P_ext and its parts, on both sides of the scatterer.

```python
>>> import jaxwire as jw
>>> from jaxwire.plot import plot_heating
>>> dot = jw.Lorentzian(center=1.44, width=0.08)
>>> solutions = [jw.solve(dot, temperature=temperature, voltage=0.1) for temperature in (0.1, 0.7)]
>>> figure = plot_heating(solutions)                                     # figure.savefig("profile.pdf")
>>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
['$k_\\mathrm{B}T = 0.1\\,\\mu_0$', '$k_\\mathrm{B}T = 0.7\\,\\mu_0$']

```

Figures are `matplotlib.figure.Figure` objects that a notebook shows where one ends a cell: no window, no pyplot state,
no settings left behind. Colours are told apart by colour-blind
readers (Okabe and Ito), and line styles differ as well, so that a print in grey can be read.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jaxwire.kinetics.flow import Heating
from jaxwire.plot.captions import distinguishing
from jaxwire.plot.style import COLORS, DASHES, NotebookFigure, in_style
from jaxwire.solver.arguments import refuse_scatterer
from jaxwire.solver.solution import Solution

PARTS = {
    "scatterer": (r"$P_\mathrm{s}$, scatterer", "#0072B2", DASHES[1]),
    "buildup": (r"$P_\phi$, charge build-up", "#D55E00", DASHES[2]),
    "external": (r"$P_\mathrm{ext}$, Drude", "#888888", DASHES[3]),
}
"""Name in the legend, colour and dashes of each part of P_ph, by the field of `Heating`."""

LIGHTEST = 0.92
"""End of the map viridis that many curves use: beyond it yellow is too light on white."""


def positions(reach: float = 5.0, closest: float = 0.01, count: int = 200) -> np.ndarray:
    """Positions on both sides of the scatterer, dense near it and without x = 0, where P_phi diverges.

    ```python
    >>> from jaxwire.plot import positions
    >>> positions(reach=4.0, closest=0.25, count=3).tolist()
    [-4.0, -1.0, -0.25, 0.25, 1.0, 4.0]

    ```

    Args:
        reach: largest |x|, in vF tau0.
        closest: smallest |x|, in vF tau0.
        count: number of positions on either side.
    """
    right = np.geomspace(closest, reach, count)
    return np.concatenate([-right[::-1], right])


def plot_heating(
    solutions: Solution | Sequence[Solution],
    x: Any = None,
    *,
    labels: Sequence[str] | None = None,
    parts: bool = False,
) -> Figure:
    """Draw heating profiles in a new figure; the arguments are those of `draw_heating`.

    Returns:
        The figure; `save_figure(figure, "profile.pdf")` or `figure.savefig` writes it.
    """
    with in_style():
        figure = NotebookFigure(figsize=(4.6, 3.2), layout="constrained")
        draw_heating(figure.add_subplot(), solutions, x, labels=labels, parts=parts)
    return figure


def draw_heating(
    axes: Axes,
    solutions: Solution | Sequence[Solution],
    x: Any = None,
    *,
    labels: Sequence[str] | None = None,
    parts: bool = False,
    legend: bool = True,
) -> None:
    """Draw P_ph(x)/P_ext of one or several solutions into given axes.

    Args:
        axes: where to draw.
        solutions: one solution, several, or one batch from `jax.vmap`.
        x: positions in vF tau0, shape (n,), on either or both sides, none of them 0; `positions()` unless given.
        labels: one per solution; unless given, the parameters in which the solutions differ.
        parts: whether to draw the three parts of P_ph as well (Eqs. 24-26).
        legend: whether to explain the lines; panels that share their lines need it once.

    Raises:
        ValueError: if x is not one-dimensional or contains 0, if a solution has no heating to draw (it failed, or no
            current flows), or if labels and solutions do not match.
    """
    singles = _singles(solutions)
    if not singles:
        raise ValueError("`solutions` must not be empty.")
    x = np.sort(positions() if x is None else np.asarray(x))
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"`x` must be an array with 1 axis, got shape {x.shape}.")
    labels = _labels(singles) if labels is None else list(labels)
    if len(labels) != len(singles):
        raise ValueError(f"`labels` must have one entry per solution, {len(singles)}, got {len(labels)}.")
    colors = ["black"] if parts and len(singles) == 1 else _colors(len(singles))
    with in_style():
        draw_frame(axes)
        for index, (solution, label, color) in enumerate(zip(singles, labels, colors, strict=False)):
            heating = _heating(solution, x)
            dashes = "-" if parts else DASHES[index % len(DASHES)]
            draw_curve(axes, x, heating.total, color=color, linestyle=dashes, label=label or None)
            if parts:
                _draw_parts(axes, x, heating, color)
        if parts:
            _name_parts(axes, is_single=len(singles) == 1)
        if legend and axes.get_legend_handles_labels()[0]:
            axes.legend(handlelength=2.8)


def draw_frame(axes: Axes) -> None:
    """Draw zero lines and labels of a heating profile."""
    axes.axhline(0.0, color="#BBBBBB", linewidth=0.6, zorder=0)
    axes.axvline(0.0, color="#BBBBBB", linewidth=0.6, zorder=0)
    axes.set_xlabel(r"position $x\,/\,v_\mathrm{F}\tau_0$")
    axes.set_ylabel(r"heating $P_\mathrm{ph}/P_\mathrm{ext}$")


def draw_curve(axes: Axes, x: np.ndarray, values: Any, **style: Any) -> None:
    """Draw values at positions x, both of shape (n,), as one line with a gap at the scatterer, where profiles jump."""
    gap = int(np.searchsorted(x, 0.0))
    axes.plot(np.insert(x, gap, 0.0), np.insert(np.asarray(values), gap, np.nan), **style)


def _draw_parts(axes: Axes, x: np.ndarray, heating: Heating, color: Any) -> None:
    for part, (_, own_color, dashes) in PARTS.items():
        is_own = part == "external" or color == "black"  # P_ext/P_ext = 1 is the same line for every solution
        draw_curve(
            axes, x, getattr(heating, part), color=own_color if is_own else color, linestyle=dashes, linewidth=1.1
        )


def _name_parts(axes: Axes, is_single: bool) -> None:
    """Entries of the legend for the parts; grey where the colour belongs to the solution."""
    if is_single:
        axes.plot([], [], color="black", label=r"$P_\mathrm{ph}$, total")
    for label, own_color, dashes in PARTS.values():
        axes.plot([], [], color=own_color if is_single else "#888888", linestyle=dashes, linewidth=1.1, label=label)


def _singles(solutions: Solution | Sequence[Solution]) -> list[Solution]:
    """A list of single points, whatever was given."""
    if not isinstance(solutions, Solution):
        if not isinstance(solutions, Sequence) or isinstance(solutions, str):
            raise TypeError(f"`solutions` must be a Solution or a list of them, got {solutions!r}.")
        return [single for item in solutions for single in _singles(item)]
    if solutions.voltage.ndim == 0:
        return [solutions]
    count = len(solutions.voltage)
    return [s for i in range(count) for s in _singles(jax.tree.map(lambda leaf, i=i: leaf[i], solutions))]


def _heating(solution: Solution, x: np.ndarray) -> Heating:
    if not np.isfinite(x).all():
        raise ValueError(f"`x` must be finite, got {x[~np.isfinite(x)][0]:g}.")
    refuse_scatterer(x)
    heating = solution.heating(x)
    if not np.isfinite(np.asarray(heating.total)).all():
        reason = "no current flows" if solution.status.ok else str(solution.status)
        raise ValueError(f"`solutions` must have a heating to draw, got one without: {reason}.")
    return heating


def _labels(solutions: Sequence[Solution]) -> list[str]:
    """What distinguishes each solution from the others; nothing for a single one."""
    points = [_parameters(solution) for solution in solutions]
    return distinguishing(points, lambda name, value: name.replace("VALUE", f"{value:.4g}"))


def _parameters(solution: Solution) -> dict[str, float]:
    fields = dataclasses.fields(solution.scatterer)
    values = {f"{field.name} = VALUE": getattr(solution.scatterer, field.name) for field in fields}
    scalars = {name: float(value) for name, value in values.items() if getattr(value, "ndim", None) == 0}
    return scalars | {
        r"$eV = VALUE\,\mu_0$": float(solution.voltage),
        r"$k_\mathrm{B}T = VALUE\,\mu_0$": float(solution.temperature),
    }


def _colors(count: int) -> Sequence[Any]:
    """The four named colours, or as many steps of an even-lightness map."""
    if count <= len(COLORS):
        return COLORS
    return [matplotlib.colormaps["viridis"](LIGHTEST * index / (count - 1)) for index in range(count)]
