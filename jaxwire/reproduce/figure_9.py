"""Fig. 9: current against voltage for a resonance below and one above the Fermi energy, at four temperatures."""

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from jaxwire.plot.style import COLORS, DASHES, STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding
from jaxwire.reproduce.points import TEMPERATURES, WIDTH, grid
from jaxwire.reproduce.quality import Quality

if TYPE_CHECKING:
    import xarray


CENTERS = (0.64, 1.44)

LARGEST = 1.6
"""Largest voltage, in mu0: the current has nearly reached its limit. Ours."""


def points(quality: Quality) -> "xarray.Dataset":
    """Operating points: two resonances, four temperatures, many voltages."""
    voltage = np.linspace(0.0, LARGEST, quality.curve)
    whole = grid(width=WIDTH, center=np.array(CENTERS), temperature=np.array(TEMPERATURES), voltage=voltage)
    about = {"units": "e mu0/h", "long_name": "upper bound of the current, the integral of T"}
    return whole.assign_coords(current_bound=("center", [largest_current(center) for center in CENTERS], about))


def largest_current(center: float) -> float:
    """Natural upper bound (e/h) int T d eps of the current, in e mu0/h; T = 0 below the band bottoms (Sec. II C)."""
    return WIDTH * (np.pi / 2 + np.arctan(center / WIDTH))


def draw(dataset: "xarray.Dataset") -> Figure:
    """A panel for either resonance, with the upper bound of the current."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.0, 3.2), layout="constrained")
        for axes, center, letter in zip(figure.subplots(1, 2, sharey=True), CENTERS, "ab", strict=True):
            for temperature, color, dashes in zip(TEMPERATURES, COLORS, DASHES, strict=True):
                curve = dataset.sel(center=center, temperature=temperature)
                words = rf"$k_\mathrm{{B}}T = {temperature}\,\mu_0$"
                axes.plot(curve.voltage, curve.current, color=color, linestyle=dashes, label=words)
            words = r"bound $(e/h)\int\mathcal{T}\,d\epsilon$"
            axes.axhline(largest_current(center), color="#888888", linewidth=0.8, label=words)
            axes.set_ylim(bottom=0.0)
            axes.set_title(rf"({letter})  $\varepsilon_0 = {center}\,\mu_0$", loc="left")
            axes.set_xlabel(r"voltage drop at the scatterer $eV$ ($\mu_0$)")
        figure.axes[0].set_ylabel(r"current $I$ ($e\mu_0/h$)")
        figure.axes[1].legend(handlelength=2.8, loc="center right", bbox_to_anchor=(1.0, 0.62))
    return figure


def look(dataset: "xarray.Dataset") -> list[Finding]:
    """The current falls with temperature in (a), rises in (b), saturates, and stays below its bound."""
    findings = []
    for center, sign, words in ((CENTERS[0], -1.0, "(a) larger temperature increases the resistivity"),
                                (CENTERS[1], 1.0, "(b) the opposite tendency")):  # fmt: skip
        last = dataset.current.sel(center=center).isel(voltage=-1).values
        claim = f"{words}: at eV = {LARGEST} the current {'rises' if sign > 0 else 'falls'} with temperature"
        measured = ", ".join(f"{current:.4f} at kT = {t}" for current, t in zip(last, TEMPERATURES, strict=True))
        findings.append(Finding(claim, measured, bool(np.all(sign * np.diff(last) > 0))))
    current = dataset.current.transpose("center", "temperature", "voltage").values
    slopes = np.diff(current) / np.diff(dataset.voltage.values)
    flatter = slopes[..., -1] / slopes.max(axis=-1)
    shares = current.max(axis=(1, 2)) / [largest_current(center) for center in CENTERS]
    findings += [
        Finding(
            "the current tends to saturate at high voltages",
            f"its slope at eV = {LARGEST} is {abs(flatter).min():.1%} to {flatter.max():.1%} of the steepest",
            bool(np.all(abs(flatter) < 0.5) and abs(flatter).min() < 0.01),
        ),
        Finding(
            "it has the natural upper bound (e/h) int T d eps",
            ", ".join(f"{share:.1%} of it at eps0 = {center}" for share, center in zip(shares, CENTERS, strict=True)),
            bool(np.all(shares < 1.0)),
        ),
    ]
    return findings


_CODE = """\
import numpy as np, jaxwire as jw
from jaxwire import reproduce
axes = {"center": np.array([0.64, 1.44]), "temperature": [0.1, 0.3, 0.5, 0.7], "voltage": np.linspace(0.0, 1.6, 33)}
data = jw.scan(jw.Lorentzian(1.44, 0.08), axes=axes, observables=["current", "total_voltage", "asymmetry", "landauer"])
reproduce.FIGURES["fig9"].draw(data).savefig("fig9.png")
"""

FIGURE_9 = Exhibit(
    "fig9",
    "Current-voltage characteristics",
    f"Current against the voltage drop V at the scatterer itself, not V_tot. Gamma = {WIDTH}, eps0 = (a) {CENTERS[0]}, "
    f"(b) {CENTERS[1]}, kT = {', '.join(map(str, TEMPERATURES))}. Grey: the upper bound (e/h) int T d eps.",
    draw,
    look,
    _CODE,
    (
        f"The caption does not tell the temperatures, for which we take those of Figs. 3 and 4, nor the range of V, "
        f"which ends at {LARGEST} here.",
        "The bound counts T from the band bottom on: T = 0 where a wire has no states (Sec. II C).",
    ),
)
