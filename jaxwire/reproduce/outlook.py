"""Figures of our own for what the paper's outlook (Sec. VI) names: wider wires, contacts, barriers, several levels."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import jax.numpy as jnp
import matplotlib
import numpy as np
from matplotlib.figure import Figure

from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.plot.heating import draw_curve, draw_frame, positions
from jaxwire.plot.style import COLORS, DASHES, STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding
from jaxwire.reproduce.points import TEMPERATURES, grid
from jaxwire.reproduce.quality import Quality
from jaxwire.reproduce.solutions import KINDS, solve_single

if TYPE_CHECKING:
    import xarray


VOLTAGES = (0.1, 0.4)

HOT = 0.7
"""kT of the figure with several widths of the wire, in mu0."""

CHANNELS = (1, 2, 4, 8)

ENERGIES = np.linspace(0.02, 2.6, 259)


class Case(NamedTuple):
    """What one figure of our own shows.

    Attributes:
        title: what it is.
        words: what the scatterer is, with its parameters.
        scatterer: the scatterer.
        code: how it is made in Python.
    """

    title: str
    words: str
    scatterer: AbstractScatterer
    code: str


CASES: Mapping[str, Case] = {
    "own_width": Case(
        "a wire of finite width",
        "A dot of eps0 = 1.44 and Gamma = 0.08 that couples to one of N equal channels of the wire, N = 1, 2, 4, 8, at "
        f"kT = {HOT}",
        KINDS[0],
        "[jw.BreitWigner([jw.Resonance(1.44, 0.08, peak=1 / n)]) for n in (1, 2, 4, 8)]",
    ),
    "own_contact": Case(
        "a quantum point contact",
        "Two channels that open at the energies 1.0 and 1.6, over hbar omega_x = 0.2",
        KINDS[1],
        "[jw.QuantumPointContact([1.0, 1.6], curvature=0.2)]",
    ),
    "own_barrier": Case(
        "a tunnel barrier",
        "A smooth barrier of height 1.5, below which T falls by a factor of e in 0.1",
        KINDS[2],
        "[jw.TunnelBarrier(height=1.5, decay=0.1)]",
    ),
    "own_levels": Case(
        "a dot with an excited state",
        "Levels at 0.64 and 1.44 of Gamma = 0.08 and peak transmission 0.9, those of Figs. 4 and 3 in one dot",
        KINDS[3],
        "[jw.BreitWigner([jw.Resonance(0.64, 0.08, peak=0.9), jw.Resonance(1.44, 0.08, peak=0.9)])]",
    ),
}


def compute(quality: Quality) -> "dict[str, xarray.Dataset]":
    """Heating profiles of all cases, at two voltages and several temperatures, or several widths of the wire."""
    found = {}
    for name, case in CASES.items():
        whole = _profiles(case.scatterer, "channels" if name == "own_width" else "temperature", quality)
        values = np.asarray(case.scatterer.transmission(jnp.asarray(ENERGIES)))
        whole = whole.assign_coords(energy=("energy", ENERGIES, {"units": "mu0", "long_name": "kinetic energy, left"}))
        found[name] = whole.assign(transmission=("energy", values, {"units": "", "long_name": "T of the scatterer"}))
    return found


def _profiles(scatterer: AbstractScatterer, line: str, quality: Quality) -> "xarray.Dataset":
    """Heating at both voltages, and at several temperatures or numbers of channels."""
    x, columns = positions(count=quality.positions), {"status": [], "current": [], "heating": [], "buildup": []}
    values = {"channels": CHANNELS, "temperature": TEMPERATURES}[line]
    for voltage in VOLTAGES:
        for value in values:
            temperature, share = (HOT, 1.0 / value) if line == "channels" else (value, 1.0)
            sol = solve_single(scatterer, temperature, voltage, quality, share)
            heat = sol.heating(x)
            for key, number in zip(columns, (sol.status.code, sol.current, heat.total, heat.buildup), strict=True):
                columns[key].append(np.asarray(number))
    whole = grid(voltage=np.array(VOLTAGES))
    whole = whole.assign_coords({line: np.array(values), "x": ("x", x, {"units": "vF tau0"})})
    for key, units in {"status": "", "current": "e mu0/h", "heating": "", "buildup": ""}.items():
        numbers = np.stack(columns[key])
        dims = "voltage", line, *(["x"] if numbers.ndim > 1 else [])
        whole[key] = dims, numbers.reshape(len(VOLTAGES), len(values), *numbers.shape[1:]), {"units": units}
    return whole


def draw(dataset: "xarray.Dataset") -> Figure:
    """T against energy, and P_ph/P_ext against x at either voltage, a line per temperature or number of channels."""
    name = "channels" if "channels" in dataset.dims else "temperature"
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 3.0), layout="constrained")
        first, *panels = figure.subplots(1, 1 + len(VOLTAGES), width_ratios=[0.7, 1.0, 1.0])
        first.plot(dataset.transmission, dataset.energy, color="black")
        first.axhline(1.0, color="#BBBBBB", linewidth=0.6, zorder=0)
        first.set(xlabel=r"transmission $\mathcal{T}$", ylabel=r"energy, left wire ($\mu_0$)", xlim=(0, 1.02))
        first.set_title("(a)", loc="left")
        for axes, voltage, letter in zip(panels, VOLTAGES, "bc", strict=True):
            draw_frame(axes)
            axes.axhline(1.0, color="black", linestyle="--", linewidth=0.8, zorder=1)
            for index, value in enumerate(dataset[name].values):
                part = dataset.sel({"voltage": voltage, name: value})
                words = f"$N = {value}$" if name == "channels" else rf"$k_\mathrm{{B}}T = {value}\,\mu_0$"
                draw_curve(
                    axes, dataset.x.values, part.heating, color=COLORS[index], linestyle=DASHES[index], label=words
                )
            axes.set_title(rf"({letter})  $eV = {voltage}\,\mu_0$", loc="left")
        panels[0].legend(handlelength=2.8)
        panels[1].set_ylabel("")
    return figure


def _outwards(dataset: "xarray.Dataset") -> "tuple[xarray.DataArray, xarray.DataArray]":
    """Heating of the left and of the right wire, from the scatterer outwards."""
    x = dataset.x.values
    return dataset.heating.isel(x=np.flatnonzero(x < 0)[::-1]), dataset.heating.isel(x=x > 0)


def look_at_width(dataset: "xarray.Dataset") -> list[Finding]:
    """The more channels, the higher the spots in units of P_ext, at the same place."""
    findings = []
    for letter, voltage in zip("bc", VOLTAGES, strict=True):
        left = _outwards(dataset.sel(voltage=voltage))[0].transpose("channels", "x")
        place, height = abs(left.x.values[left.values.argmax(axis=1)]), left.values.max(axis=1)
        ratio = (height[1:] - 1.0) / (height[:-1] - 1.0)
        findings.append(
            Finding(
                f"({letter}) the heating spot on the left grows with the number of channels, in units of P_ext",
                ", ".join(f"{h:.3g} P_ext at |x| = {p:.2f} for N = {n}"
                          for h, p, n in zip(height, place, dataset.channels.values, strict=True)),
                bool((ratio > 1.8).all() and (ratio < 2.2).all() and np.ptp(place) < 0.1 and place.min() > 0.1),
            )
        )  # fmt: skip
    return findings


def look_at_opening(dataset: "xarray.Dataset") -> list[Finding]:
    """A transmission that opens with energy cools the left wire and heats the right one most at the scatterer."""
    findings = []
    for letter, voltage in zip("bc", VOLTAGES, strict=True):
        left, right = (side.transpose("temperature", "x").values for side in _outwards(dataset.sel(voltage=voltage)))
        measured = ", ".join(
            f"{a:.3g} and {b:.3g} P_ext at kT = {t}"
            for a, b, t in zip(left[:, 0], right[:, 0], TEMPERATURES, strict=True)
        )
        lowest, highest = left.argmin(axis=1), right.argmax(axis=1)
        holds = (left[:, 0] < 0).all() and (right[:, 0] > 1).all() and not lowest.any() and not highest.any()
        claim = f"({letter}) cooled on the left, heated on the right, both most next to the scatterer: no spots"
        findings.append(Finding(claim, f"next to the scatterer {measured}", bool(holds)))
    return findings


def look_at_levels(dataset: "xarray.Dataset") -> list[Finding]:
    """The lower level hides the heating spot of the upper one; a cooling spot is left on the right."""
    findings = []
    for letter, voltage, warm in (("b", VOLTAGES[0], 0.3), ("c", VOLTAGES[1], 0.7)):
        left, right = _outwards(dataset.sel(voltage=voltage))
        peaks = left.transpose("temperature", "x").values.argmax(axis=1)
        one = right.sel(temperature=warm)
        place = int(np.argmin(one.values))
        findings.append(
            Finding(
                f"({letter}) the left wire is hottest next to the dot: no heating spot as in Fig. 3; at kT = {warm} a "
                "cooling spot is left on the right",
                f"largest P_ph on the left at |x| = {abs(float(left.x[peaks.max()])):.2f}; "
                f"on the right {float(one[place]):.3g} P_ext at x = {float(one.x[place]):.2f}, "
                f"{float(one[0]):.3g} P_ext at the dot",
                bool(not peaks.any() and place > 0 and one[place] < -1.0 and one[0] > 1.2 * one[place]),
            )
        )
    return findings


_CODE = """\
import jaxwire as jw
from jaxwire.plot import plot_heating, save_figure
scatterers = {code}
solutions = [jw.solve(one, temperature=t, voltage=0.1) for one in scatterers for t in {temperatures}]
save_figure(plot_heating(solutions), "{name}.png")
"""

_LOOKS = {
    "own_width": look_at_width,
    "own_contact": look_at_opening,
    "own_barrier": look_at_opening,
    "own_levels": look_at_levels,
}


def _exhibit(name: str) -> Exhibit:
    case = CASES[name]
    temperatures = (HOT,) if name == "own_width" else TEMPERATURES
    caption = (
        f"{case.words}. (a) Transmission. (b, c) P_ph/P_ext against position at eV = {VOLTAGES[0]} and {VOLTAGES[1]}"
        + ("." if name == "own_width" else f", for kT = {', '.join(map(str, TEMPERATURES))}.")
    )
    ours = ["All of this figure is ours: the paper names the case in Sec. VI and shows no result."]
    if name == "own_width":
        ours.append(
            "The channels are equal: the same band bottom, velocities and scattering times (the condition of Sec. V), "
            "and the collisions mix them. Then the wire sees the mean transmission, a dot of peak 1/N."
        )
    return Exhibit(
        name,
        case.title,
        caption,
        draw,
        _LOOKS[name],
        _CODE.format(code=case.code, temperatures=temperatures, name=name),
        tuple(ours),
    )


FIGURES = tuple(_exhibit(name) for name in CASES)
