"""Figures in the units of the laboratory: a fit with its residuals, a solution with its parts, a plan."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jaxwire.fits.result import Fit, FitStatus
from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.quantities import prefixed
from jaxwire.lab.readings import LabData
from jaxwire.plot.fits import MARKERS, curve
from jaxwire.plot.heating import PARTS, draw_curve, positions
from jaxwire.plot.style import COLORS, DASHES, NotebookFigure, in_style
from jaxwire.solver.solution import Solution

GREY: Any = {"color": "#BBBBBB", "linewidth": 0.6, "zorder": 0}
"""Lines of zero."""

NAMES = {"K": "temperature rise", "W/m": r"heating $P_\mathrm{ph}$"}
"""What is read, by its unit."""


def upright(unit: str) -> str:
    """A unit in brackets, as mathematics; nothing without one."""
    plain = unit.replace(" ", r"\,")
    return rf" ($\mathrm{{{plain}}}$)" if unit else ""


def plot_lab_fit(found: Fit, data: LabData) -> Figure:
    """Draw readings, fit and residuals of every profile in a new figure.

    Args:
        found: the fit, in natural units.
        data: what was fitted.

    Raises:
        ValueError: if the fit failed.
    """
    if found.status is FitStatus.FAILED:
        raise ValueError(f"`found` must be a fit with a profile to draw, got one without: {found.status}.")
    x_factor, x_unit = _common([data.si(n)[0] for n in range(len(data))], "m")
    y_factor, y_unit = _common([data.si(n)[1] for n in range(len(data))], data.unit)
    path = float(data.lab.scale.mean_free_path) * x_factor
    reading = data.reading_unit * y_factor
    with in_style():
        figure = NotebookFigure(figsize=(4.6, 4.2), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        for number, (label, residual) in enumerate(zip(_labels(data), found.residuals, strict=True)):
            style: Any = {"color": COLORS[number % len(COLORS)], "marker": MARKERS[number % len(MARKERS)]}
            style |= {"markersize": 3.5, "linestyle": "none", "elinewidth": 0.8, "capsize": 1.5, "zorder": 2}
            one = data[number]
            error = None if one.sigma is None else one.sigma * reading
            above.errorbar(one.x * path, one.y * reading, error, label=label, **style)
            x, y = curve(found, number)
            dashes = DASHES[number % len(DASHES)]
            above.plot(x * path, y * reading, color=style["color"], linestyle=dashes, linewidth=1.2, zorder=3)
            below.errorbar(one.x * path, residual, None if one.sigma is None else np.ones(one.size), **style)
        _frame(above, below)
        above.set_ylabel(NAMES.get(data.unit, "reading") + upright(y_unit))
        above.legend()
        below.set(xlabel="position $x$" + upright(x_unit), ylabel=r"residual / $\sigma$")
        chi2 = rf"$\chi^2$ = {found.chi2:.4g} at {found.degrees_of_freedom} degrees of freedom"
        reason = "" if found.status.ok else str(found.status).partition(":")[0] + "\n"
        above.set_title(reason + chi2, loc="left", fontsize=9)
        figure.align_ylabels()
    return figure


def _frame(above: Axes, below: Axes) -> None:
    for axes in (above, below):
        axes.axvline(0.0, **GREY)
        axes.axhline(0.0, **GREY)
        axes.margins(x=0.03)


def _common(arrays: list[np.ndarray], unit: str) -> tuple[float, str]:
    """Factor and unit in which all numbers are drawn."""
    return prefixed(max(float(np.max(np.abs(one))) for one in arrays), unit)


def _labels(data: LabData) -> list[str]:
    """What distinguishes the profiles: their operating points, or else where they are from."""
    points = [{name: str(data.lab.si(name, value)) for name, value in one.point.items()} for one in data]
    varying = [name for name in points[0] if len({point.get(name) for point in points}) > 1]
    labels = [", ".join(point[name] for name in varying if name in point) for point in points]
    return labels if all(labels) and len(set(labels)) == len(labels) else list(data.names)


def plot_lab_solution(lab: KnownWire, sol: Solution, x: np.ndarray | None = None) -> Figure:
    """Draw the heating and its parts in W/m in a new figure.

    Args:
        lab: in whose units it is drawn.
        sol: the solution, in natural units.
        x: positions in m, shape (n,), none of them 0; on both sides, dense near the scatterer, unless given.

    Raises:
        ValueError: if the solution has no heating.
    """
    path = float(lab.scale.mean_free_path)
    x = np.sort(positions() * path if x is None else x)
    heating = sol.heating(x / path)
    power = lab.si("external_power", sol.external_power).value
    total = np.asarray(heating.total) * power
    if not np.isfinite(total).any():
        raise ValueError(f"`sol` must have a heating to draw, got one without: {sol.status}.")
    x_factor, x_unit = _common([x], "m")
    y_factor, y_unit = prefixed(float(np.nanmax(np.abs(total))), "W/m")
    with in_style():
        figure = NotebookFigure(figsize=(4.6, 3.2), layout="constrained")
        axes = figure.add_subplot()
        axes.axhline(0.0, **GREY)
        axes.axvline(0.0, **GREY)
        draw_curve(axes, x * x_factor, total * y_factor, color="black", label=r"$P_\mathrm{ph}$, total")
        for part, (label, color, dashes) in PARTS.items():
            values = np.asarray(getattr(heating, part)) * power * y_factor
            draw_curve(axes, x * x_factor, values, color=color, linestyle=dashes, linewidth=1.1, label=label)
        axes.set(xlabel="position $x$" + upright(x_unit), ylabel=r"heating $P_\mathrm{ph}$" + upright(y_unit))
        axes.legend(handlelength=2.8)
    return figure
