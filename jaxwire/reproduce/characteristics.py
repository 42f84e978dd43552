"""Fig. 9: current against voltage for a resonance above and one below the Fermi energy, at four temperatures."""

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from jaxwire.plot import COLORS, DASHES, STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding, Quality
from jaxwire.reproduce.points import TEMPERATURES, WIDTH, grid

if TYPE_CHECKING:
    import xarray

CENTERS = (1.44, 0.64)
LARGEST = 1.6
"""Largest voltage, in mu0: the current has nearly reached its limit."""


def points(quality: Quality) -> "xarray.Dataset":
    """Operating points: two resonances, four temperatures, many voltages."""
    voltage = np.linspace(0.0, LARGEST, quality.curve)
    return grid(width=WIDTH, center=np.array(CENTERS), temperature=np.array(TEMPERATURES), voltage=voltage)


def draw(dataset: "xarray.Dataset") -> Figure:
    """A panel for either resonance, with the limit of Landauer theory at the end."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.0, 3.0), layout="constrained")
        for axes, center, letter in zip(figure.subplots(1, 2), CENTERS, "ab", strict=True):
            for temperature, color, dashes in zip(TEMPERATURES, COLORS, DASHES, strict=True):
                curve = dataset.sel(center=center, temperature=temperature)
                words = rf"$k_\mathrm{{B}}T = {temperature}\,\mu_0$"
                axes.plot(curve.voltage, curve.current, color=color, linestyle=dashes, label=words)
                limit = landauer_limit(center, temperature)
                axes.plot(LARGEST, limit, marker=8, color=color, markersize=6, clip_on=False)  # 8: caret on the left
            axes.set_ylim(bottom=0.0)
            axes.set_title(rf"({letter})  $\varepsilon_0 = {center}\,\mu_0$", loc="left")
            axes.set_xlabel(r"voltage $eV$ ($\mu_0$)")
        figure.axes[0].set_ylabel(r"current $I$ ($e\mu_0/h$)")
        figure.axes[0].legend(handlelength=2.8)
    return figure


def landauer_limit(center: float, temperature: float) -> float:
    """Current of Landauer theory at infinite voltage, the integral of T f0, in e mu0/h: nothing flows back."""
    from scipy.integrate import quad
    from scipy.special import expit

    def spectral(energy: float) -> float:
        transmission = WIDTH**2 / ((energy - center) ** 2 + WIDTH**2)
        return float(transmission * expit((1.0 - energy) / temperature))

    edges = [0.0, center, 1.0 + 50.0 * temperature]
    return sum(quad(spectral, *ends, epsabs=1e-12, limit=200)[0] for ends in zip(edges, edges[1:], strict=False))


def largest_current(center: float) -> float:
    """Current of full states on the left and empty ones on the right, the integral of T, in e mu0/h."""
    return WIDTH * (np.pi / 2 + np.arctan(center / WIDTH))


def look(dataset: "xarray.Dataset") -> list[Finding]:
    """The current rises with temperature in one panel and falls in the other, and stays below its bound."""
    findings = []
    for center, sign, words in ((CENTERS[0], 1.0, "rises"), (CENTERS[1], -1.0, "falls")):
        last = dataset.current.sel(center=center).isel(voltage=-1).values
        claim = f"eps0 = {center}: at eV = {LARGEST} the current {words} with temperature"
        measured = ", ".join(f"{current:.4f} at kT = {t}" for current, t in zip(last, TEMPERATURES, strict=True))
        findings.append(Finding(claim, measured, bool(np.all(sign * np.diff(last) > 0))))
    current = dataset.current.transpose("center", "temperature", "voltage").values
    slopes = np.diff(current) / np.diff(dataset.voltage.values)
    flatter = slopes[..., -1] / slopes.max(axis=-1)
    bounds = np.array([largest_current(center) for center in CENTERS])
    shares = current.max(axis=(1, 2)) / bounds
    findings += [
        Finding(
            "the current saturates",
            f"its slope at eV = {LARGEST} is {abs(flatter).min():.1%} to {flatter.max():.1%} of the steepest",
            bool(np.all(abs(flatter) < 0.5) and abs(flatter).min() < 0.01),
        ),
        Finding(
            "it stays below the integral of T, the current between full and empty states",
            ", ".join(f"{share:.1%} of it at eps0 = {center}" for share, center in zip(shares, CENTERS, strict=True)),
            bool(np.all(shares < 1.0)),
        ),
    ]
    return findings


FIGURE_9 = Exhibit(
    "fig9",
    "Current-voltage characteristics",
    f"Current against the voltage drop at the scatterer. Gamma = {WIDTH}, eps0 = (a) {CENTERS[0]}, (b) {CENTERS[1]}, "
    f"kT = {', '.join(map(str, TEMPERATURES))}. Marks at the right: what Landauer theory gives at infinite "
    "voltage. The range of voltages is ours.",
    draw,
    look,
)
