"""Fig. 7: how differently the two wires are heated, against temperature, beside two estimates of Landauer theory."""

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from jaxwire.plot import STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding, Quality
from jaxwire.reproduce.points import grid

if TYPE_CHECKING:
    import xarray

CENTER, VOLTAGE = 1.44, 0.1
NARROW, WIDE = 0.08, 0.8

LINES = {
    "asymmetry": ("with the wires, Eq. 34", "#000000", "-"),
    "landauer_asymmetry": ("Landauer, Eq. 35", "#D55E00", (0, (5, 1.5))),
    "landauer_improved_asymmetry": ("Landauer beyond the wire's own heat current, Eq. 36", "#0072B2", (0, (1.5, 1.5))),
}

GOOD, POOR = 0.06, 0.1
"""Deviation of Eq. 36 up to which it is called good, and beyond which it is called poor; of the largest |Eq. 34|."""


def points(quality: Quality) -> "xarray.Dataset":
    """Operating points: two widths and many temperatures."""
    temperature = np.linspace(0.1, 0.7, quality.curve)
    return grid(center=CENTER, voltage=VOLTAGE, width=np.array([NARROW, WIDE]), temperature=temperature)


def draw(dataset: "xarray.Dataset") -> Figure:
    """A panel for either width."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.0, 3.0), layout="constrained")
        for axes, width, letter in zip(figure.subplots(1, 2), (NARROW, WIDE), "ab", strict=True):
            part = dataset.sel(width=width)
            axes.axhline(0.0, color="#BBBBBB", linewidth=0.6, zorder=0)
            for name, (words, color, dashes) in LINES.items():
                axes.plot(part.temperature, part[name], color=color, linestyle=dashes, label=words)
            axes.set_title(rf"({letter})  $\Gamma = {width}\,\mu_0$", loc="left")
            axes.set_xlabel(r"temperature $k_\mathrm{B}T$ ($\mu_0$)")
        figure.axes[0].set_ylabel(r"asymmetry $(P_\mathrm{R}-P_\mathrm{L})/(P_\mathrm{R}+P_\mathrm{L})$")
        handles, words = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, words, loc="outside upper center", ncols=3, handlelength=2.8)
    return figure


def look(dataset: "xarray.Dataset") -> list[Finding]:
    """The asymmetry changes sign with temperature, Landauer's does not; Eq. 36 is good for the narrow peak only."""
    findings = []
    for width in (NARROW, WIDE):
        part = dataset.sel(width=width)
        wire, theory = part.asymmetry.values, part.landauer_asymmetry.values
        crossing = part.temperature.values[int(np.argmax(wire < 0))]
        holds = wire[0] > 0 > wire[-1] and bool((theory > 0).all())
        measured = f"sign change at kT = {crossing:.3f}; Eq. 35 between {theory.min():.2f} and {theory.max():.2f}"
        claim = (
            f"Gamma = {width}: with the wires the asymmetry changes sign with temperature, Landauer's (Eq. 35) does not"
        )
        findings.append(Finding(claim, measured, bool(holds)))
    deviation = abs(dataset.landauer_improved_asymmetry - dataset.asymmetry).max("temperature")
    shares = (deviation / abs(dataset.asymmetry).max("temperature")).values
    for width, share, words, holds in zip(
        (NARROW, WIDE), shares, (f"good (to {GOOD:.0%})", f"poor (beyond {POOR:.0%})"),
        (shares[0] <= GOOD, shares[1] > POOR), strict=True,
    ):  # fmt: skip
        claim = f"Gamma = {width}: the improved estimate (Eq. 36) is {words}"
        findings.append(Finding(claim, f"deviates by up to {share:.1%} of the largest asymmetry", bool(holds)))
    return findings


FIGURE_7 = Exhibit(
    "fig7",
    "Asymmetry of the heating",
    f"By how much the right wire is heated more than the left one, in shares of all heat released near the scatterer, "
    f"against temperature. eps0 = {CENTER}, eV = {VOLTAGE}, Gamma = (a) {NARROW}, (b) {WIDE}. The parameters are ours.",
    draw,
    look,
)
