"""Figs. 5 and 6: how strong the dominant spot of either wire is, over resonance position and width or temperature."""

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from jaxwire.maps import measure_spots
from jaxwire.plot import STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding, Quality
from jaxwire.reproduce.points import TEMPERATURES, WIDTH, grid

if TYPE_CHECKING:
    import xarray

VOLTAGES = (0.1, 0.4)
SIDES = ("left", "right")
CENTERS, WIDTHS, HEATS = (0.1, 2.6), (0.01, 1.0), (0.03, 1.0)
"""Ranges of eps0, Gamma and kT, in mu0: the domain for which the solver promises its accuracy."""

NARROW, WARM = 0.1, 0.3
"""Gamma up to which a resonance counts as narrow, and kT from which a wire counts as warm, in mu0."""

EDGES = (0.75, 1.1)
"""Where the narrow resonances that make spots begin, as a warm wire sees them: at about the Fermi energy."""

MEASURE = r"$s\,\left||P_\mathrm{ph}/P_\mathrm{ext}|-1\right|^{1/5}$ at the spot"


def points_of_figure_5(quality: Quality) -> "xarray.Dataset":
    """Operating points over eps0 and Gamma, at the temperatures of the tables."""
    return grid(
        voltage=VOLTAGES[0],
        temperature=np.array(TEMPERATURES),
        width=np.geomspace(*WIDTHS, quality.up),
        center=np.linspace(*CENTERS, quality.across),
    )


def points_of_figure_6(quality: Quality) -> "xarray.Dataset":
    """Operating points over eps0 and kT, at the two voltages of the tables."""
    return grid(
        width=WIDTH,
        voltage=np.array(VOLTAGES),
        temperature=np.linspace(*HEATS, quality.up),
        center=np.linspace(*CENTERS, quality.across),
    )


def _draw(dataset: "xarray.Dataset", columns: str, up: str, symbol: str) -> Figure:
    """A row for either wire, a column for each value of `columns`; `up` is the vertical axis."""
    values = measure_spots(dataset)
    largest = float(np.nanpercentile(abs(values), 99.5))
    count = dataset.sizes[columns]
    with matplotlib.rc_context({**STYLE, "axes.spines.top": True, "axes.spines.right": True}):
        figure = Figure(figsize=(1.2 + 1.75 * count if count > 2 else 5.6, 4.2), layout="constrained")
        panels = figure.subplots(len(SIDES), count, sharex=True, sharey=True)
        for side, row in zip(SIDES, panels, strict=True):
            for index, axes in enumerate(row):
                part = values.isel({columns: index}).sel(side=side).transpose(up, "center")
                colors = {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest}
                axes.pcolormesh(part.center, part[up], part, rasterized=True, **colors)
                axes.set_yscale("log" if up == "width" else "linear")
                value = float(dataset[columns][index])
                if side == SIDES[0]:
                    axes.set_title(rf"${symbol} = {value:g}\,\mu_0$")
                else:
                    axes.set_xlabel(r"$\varepsilon_0$ ($\mu_0$)")
            words = r"$\Gamma$" if up == "width" else r"$k_\mathrm{B}T$"
            row[0].set_ylabel(rf"{side} wire" + "\n" + rf"{words} ($\mu_0$)")
        source = ScalarMappable(Normalize(-largest, largest), "RdBu_r")
        bar = figure.colorbar(source, ax=panels, extend="both", aspect=30, pad=0.02)
        bar.set_label(MEASURE)
    return figure


def draw_figure_5(dataset: "xarray.Dataset") -> Figure:
    """Left and right wire against eps0 and Gamma, a column per temperature."""
    return _draw(dataset, "temperature", "width", r"k_\mathrm{B}T")


def draw_figure_6(dataset: "xarray.Dataset") -> Figure:
    """Left and right wire against eps0 and kT, a column per voltage."""
    return _draw(dataset, "voltage", "temperature", "eV")


def _smallest_center(dataset: "xarray.Dataset", side: str) -> float:
    """The smallest eps0 at which a wire has a spot, in any of the points."""
    has = dataset.spot_exists.sel(side=side)
    return float(dataset.center[np.flatnonzero(has.any([dim for dim in has.dims if dim != "center"]))[0]])


def look_at_figure_5(dataset: "xarray.Dataset") -> list[Finding]:
    """Narrow resonances above the Fermi energy of a warm wire heat on the left and cool on the right."""
    warm = dataset.isel(temperature=dataset.temperature.values >= WARM, width=dataset.width.values <= NARROW)
    kind = warm.spot_kind
    left, right = kind.sel(side="left"), kind.sel(side="right")
    claim = f"spots of narrow resonances in a warm wire (Gamma <= {NARROW}, kT >= {WARM}): heating left, cooling right"
    counts = [int((one == sign).sum()) for one in (left, right) for sign in (1, -1)]
    kinds = Finding(
        claim,
        "left {} heating, {} cooling; right {} heating, {} cooling".format(*counts),
        bool(counts[0] > 0 and counts[3] > 0 and not counts[1] and not counts[2]),
    )
    return [kinds, _where_they_live(warm.assign_coords(voltage=VOLTAGES[0]), "")]


def look_at_figure_6(dataset: "xarray.Dataset") -> list[Finding]:
    """Each wire counts the resonance from its own band; the cold and hot profiles of Fig. 3a are found again."""
    warm = dataset.isel(temperature=dataset.temperature.values >= WARM)
    findings = [_where_they_live(warm.sel(voltage=voltage), f" at eV = {voltage}") for voltage in VOLTAGES]
    found = dataset.sel(voltage=VOLTAGES[0]).sel(center=1.44, method="nearest")
    for temperature, kinds in ((0.1, (0, 0)), (0.7, (1, -1))):
        seen = found.sel(temperature=temperature, method="nearest")
        kind = tuple(int(seen.spot_kind.sel(side=side)) for side in SIDES)
        words = "no spots" if kinds == (0, 0) else "heating left and cooling right"
        where = f"eps0 = {float(seen.center):.3g}, kT = {float(seen.temperature):.3g}"
        names = {0: "none", 1: "heating", -1: "cooling"}
        measured = f"left {names[kind[0]]}, right {names[kind[1]]} at {where}"
        findings.append(Finding(f"as in Fig. 3a, {words} at kT = {temperature}", measured, kind == kinds))
    return findings


def _where_they_live(warm: "xarray.Dataset", when: str) -> Finding:
    """A warm wire has spots where it sees the resonance above its own Fermi energy, or just below."""
    edges = [
        _smallest_center(warm, side) + float(shift) for side, shift in zip(SIDES, (0.0, warm.voltage), strict=True)
    ]
    return Finding(
        "in a warm wire there are spots only where the resonance, counted from the wire's own band bottom, is above "
        f"about the Fermi energy 1{when}",
        f"from {edges[0]:.2f} on the left, {edges[1]:.2f} on the right",
        all(EDGES[0] < edge < EDGES[1] for edge in edges),
    )


_DRAWN = (
    "Strength of the dominant spot (red: heating, blue: cooling, white: none) in the left and the right wire. "
    f"eps0 from {CENTERS[0]} to {CENTERS[1]}"
)
FIGURE_5 = Exhibit(
    "fig5",
    "Spots against position and width of the resonance",
    f"{_DRAWN}, Gamma from {WIDTHS[0]} to {WIDTHS[1]}, eV = {VOLTAGES[0]}, "
    f"kT = {', '.join(map(str, TEMPERATURES))}. A pale line inside an area of cooling is where |P_ph| = P_ext. "
    "The quantity is the paper's, the ranges are ours.",
    draw_figure_5,
    look_at_figure_5,
)
FIGURE_6 = Exhibit(
    "fig6",
    "Spots against position of the resonance and temperature",
    f"{_DRAWN}, kT from {HEATS[0]} to {HEATS[1]}, Gamma = {WIDTH}, eV = {' and '.join(map(str, VOLTAGES))}. "
    "The quantity is the paper's, the ranges are ours.",
    draw_figure_6,
    look_at_figure_6,
)
