r"""Figure of a fit: what was measured with its errors, the profile that was found, and the residuals below.

```python
>>> import numpy as np
>>> import jaxwire as jw
>>> from jaxwire.plot import plot_fit
>>> x = np.concatenate([-np.geomspace(0.1, 5, 15), np.geomspace(0.1, 5, 15)])
>>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
>>> found = jw.fit_profile(x, 3.0 * sol.heating(x).total, 1.0, temperature=0.3, voltage=0.1, starts=4)
>>> figure = plot_fit(found)
>>> [axes.get_ylabel() for axes in figure.axes]
['reading', 'residual / $\\sigma$']

```
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jaxwire.fits.comparison import ModelComparison
from jaxwire.fits.measurement import Measurement
from jaxwire.fits.result import Fit, FitStatus
from jaxwire.model.resolution import Resolution
from jaxwire.model.units.quantities import LABELS
from jaxwire.plot.captions import distinguishing, title
from jaxwire.plot.style import COLORS, DASHES, NotebookFigure, in_style

MARKERS = "osD^v"
"""Markers of the profiles; with the colours they tell twenty apart."""

DENSE = 200
"""Positions of the curve on either side of the scatterer: smooth on a page, and read in one batch."""

POSITION = r"position $x\,/\,v_\mathrm{F}\tau_0$"
"""Label of the axis that all share."""

CLOSEST_SHARE = 1e-3
"""Distance from the scatterer, as a share of the largest, to which curves are drawn at most."""


def plot_fit(found: Fit, resolution: Resolution | None = None) -> Figure:
    """Draw a fit in a new figure.

    Args:
        found: what `jaxwire.fit` returns.
        resolution: numbers of nodes, those of the fit unless given.

    Returns:
        The figure; `jaxwire.plot.save_figure(figure, "fit.pdf")` writes it.

    Raises:
        ValueError: if the fit failed: then there is no profile to draw.
    """
    if found.status is FitStatus.FAILED:
        raise ValueError(f"`found` must be a fit with a profile to draw, got one without: {found.status}.")
    with in_style():
        figure = NotebookFigure(figsize=(4.6, 4.2), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        labels = _labels(found.measurements)
        for number, label in enumerate(labels):
            _draw(above, below, found, number, label, resolution)
        _frame(above, below, found)
        figure.align_ylabels()
    return figure


def plot_comparison(found: ModelComparison) -> Figure:
    """Draw the residuals of all models of a comparison over the position, the best on top.

    Args:
        found: what `jaxwire.compare` returns.

    Returns:
        The figure.
    """
    with in_style():
        height = 0.6 + 1.3 * len(found.fits)
        figure = NotebookFigure(figsize=(4.6, height), layout="constrained")
        panels = figure.subplots(len(found.fits), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, (name, one), more in zip(panels, found.fits.items(), found.differences, strict=True):
            for number in range(len(one.measurements)):
                _draw_residuals(axes, one, number)
            axes.axhline(0.0, color="#BBBBBB", linewidth=0.6, zorder=0)
            quality = rf"{name}: $\chi^2$ = {one.chi2:.4g} at {one.degrees_of_freedom}, AICc + {more:.3g}"
            axes.set_title(quality, loc="left", fontsize=9)
            axes.set_ylabel(_residual_label(one))
        panels[-1].set_xlabel(POSITION)
    return figure


def curve(found: Fit, number: int, resolution: Resolution | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The fitted profile, at positions dense near the scatterer; a gap, a NaN, is where it does not exist.

    Args:
        found: the fit.
        number: of one of its measurements: the operating point, and how far it reaches.
        resolution: numbers of nodes; those of the fit unless given.

    Returns:
        Positions and readings.
    """
    origin = float(found.objects(number).instrument.position)
    distance = found.measurements[number].x - origin
    ends = [(sign, end) for sign, end in ((-1.0, -np.min(distance)), (1.0, np.max(distance))) if end > 0]
    middle = _at_scatterer(found, number, origin, resolution) if len(ends) > 1 else np.nan
    reach = np.max(np.abs(distance))
    near = max(np.min(np.abs(distance)) if np.isnan(middle) else 0.0, CLOSEST_SHARE * reach)
    sides = [sign * np.geomspace(min(near, end), end, DENSE) for sign, end in ends]
    x = np.sort(origin + np.concatenate(sides))
    gap = int(np.searchsorted(x, origin))
    return np.insert(x, gap, origin), np.insert(np.asarray(found.reading(number, x, resolution)), gap, middle)


def _at_scatterer(found: Fit, number: int, origin: float, resolution: Resolution | None) -> float:
    """The reading at the scatterer itself: NaN if the instrument sees the jump there."""
    try:
        return float(found.reading(number, [origin], resolution)[0])
    except ValueError:  # the heating diverges
        return float("nan")


def _draw(above: Axes, below: Axes, found: Fit, number: int, label: str, resolution: Resolution | None) -> None:
    """One profile: points, curve and residuals."""
    one = found.measurements[number]
    is_only = len(found.measurements) == 1
    color = COLORS[number % len(COLORS)]
    style: Any = {"color": color, "marker": MARKERS[number % len(MARKERS)], "markersize": 3.5, "linestyle": "none"}
    bars: Any = {"elinewidth": 0.8, "capsize": 1.5, "zorder": 2}
    above.errorbar(one.x, one.y, one.sigma, label="measured" if is_only else label, **style, **bars)
    line: Any = {"color": "black", "linestyle": "-"} if is_only else {"color": color, "linestyle": DASHES[number % 4]}
    above.plot(*curve(found, number, resolution), linewidth=1.2, zorder=3, label="fit" if is_only else None, **line)
    _draw_residuals(below, found, number)


def _draw_residuals(axes: Axes, found: Fit, number: int) -> None:
    one, color = found.measurements[number], COLORS[number % len(COLORS)]
    style: Any = {"color": color, "marker": MARKERS[number % len(MARKERS)], "markersize": 3.5, "linestyle": "none"}
    bars = None if one.sigma is None else np.ones(one.size)
    axes.errorbar(one.x, found.residuals[number], bars, **style, elinewidth=0.8, capsize=1.5, zorder=2)


def _residual_label(found: Fit) -> str:
    return "residual" if found.measurements[0].sigma is None else r"residual / $\sigma$"


def _frame(above: Axes, below: Axes, found: Fit) -> None:
    origin = float(found.instrument.position)
    for axes in (above, below):
        axes.axvline(origin, color="#BBBBBB", linewidth=0.6, zorder=0)
        axes.axhline(0.0, color="#BBBBBB", linewidth=0.6, zorder=0)
        axes.margins(x=0.03)
    above.set_ylabel("reading")
    above.legend(handlelength=2.8)
    below.set_xlabel(POSITION)
    below.set_ylabel(_residual_label(found))
    reason = "" if found.status.ok else str(found.status).partition(":")[0] + "\n"
    chi2 = rf"$\chi^2$ = {found.chi2:.4g} at {found.degrees_of_freedom} degrees of freedom"
    above.set_title(reason + chi2, loc="left", fontsize=9)


def _labels(measurements: Sequence[Measurement]) -> list[str]:
    """What distinguishes the operating points; numbers where nothing does."""

    def words(name: str, value: float) -> str:
        return title(name, value, {"units": LABELS[name][0], "long_name": LABELS[name][1]})

    labels = distinguishing([one.point for one in measurements], words)
    return labels if len(set(labels)) == len(labels) else [f"profile {n}" for n in range(len(labels))]
