"""Fig. 2: band bottom and chemical potential near the scatterer, of a solution; V, V_tot and e phi(x) in it.

Along x the bottom of the band is  -F x + e phi(x),  in the left wire higher by eV_tot (Eq. 32), so that it falls by eV
at the scatterer. Far away it is a straight line, -F x + eV_tot and -F x, one mu0 above which is the chemical potential.
"""

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from jaxwire.model.scatterers.resonances import Lorentzian
from jaxwire.plot.heating import draw_curve, positions
from jaxwire.plot.style import STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding
from jaxwire.reproduce.points import grid
from jaxwire.reproduce.quality import Quality
from jaxwire.reproduce.solutions import solve_single

if TYPE_CHECKING:
    import xarray


# The point of the drawing is ours: its current is large enough for e phi(x) to be seen on the scale of mu0.

CENTER = 0.4
"""eps0, in mu0."""

WIDTH = 0.4
"""Gamma, in mu0."""

TEMPERATURE = 0.1
"""kT, in mu0."""

VOLTAGE = 0.5
"""eV, in mu0."""

REACH = 4.0
"""Largest |x| that is drawn, in vF tau0."""

AT_SCATTERER = 1e-6
"""|x| of the faces of the scatterer, in vF tau0."""


def compute(quality: Quality) -> "xarray.Dataset":
    """Potential build-up, band bottom and its straight asymptotes against position."""
    dot = Lorentzian(CENTER, WIDTH)  # pyright: ignore[reportArgumentType] - converted by the field
    sol = solve_single(dot, TEMPERATURE, VOLTAGE, quality)
    x = positions(REACH, AT_SCATTERER, quality.positions)
    potential = np.asarray(sol.potential(x))
    straight = -float(sol.force) * x + np.where(x < 0, float(sol.total_voltage), 0.0)
    whole = grid(center=CENTER, width=WIDTH, temperature=TEMPERATURE, voltage=VOLTAGE)
    whole = whole.assign_coords(x=("x", x, {"units": "vF tau0", "long_name": "position x"}))
    columns = {
        "potential": (potential, "potential build-up e phi"),
        "asymptote": (straight, "band bottom without e phi"),
        "band_bottom": (straight + potential, "band bottom"),
    }
    for name, (values, words) in columns.items():
        whole[name] = "x", values, {"units": "mu0", "long_name": words}
    whole["total_voltage"] = (), float(sol.total_voltage), {"units": "mu0", "long_name": "eV_tot"}
    whole["status"] = (), np.asarray(sol.status.code)
    return whole


def steps(dataset: "xarray.Dataset") -> tuple[float, float]:
    """By how much the band bottom and its asymptotes fall at the scatterer, in mu0."""
    gap = int(np.searchsorted(dataset.x.values, 0.0))
    bottom, straight = (dataset[name].values for name in ("band_bottom", "asymptote"))
    return float(bottom[gap - 1] - bottom[gap]), float(straight[gap - 1] - straight[gap])


def draw(dataset: "xarray.Dataset") -> Figure:
    """The band bottom, its asymptotes, the chemical potential far away, and arrows for V, V_tot and e phi."""
    x, total = dataset.x.values, steps(dataset)[1]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")
        axes = figure.add_subplot()
        draw_curve(axes, x, dataset.band_bottom, color="black", linewidth=2.0, label="band bottom")
        straight = {"color": "#888888", "linestyle": "--", "linewidth": 0.9}
        draw_curve(axes, x, dataset.asymptote, **straight, label=r"without $e\varphi(x)$")
        axes.fill_between(x, dataset.band_bottom, dataset.band_bottom.min() - 0.3, color="#E8E8E8", linewidth=0)
        draw_curve(axes, x, dataset.asymptote + 1.0, color="#0072B2", linewidth=1.0, label=r"$\mu_0$ above it")
        axes.axvspan(-0.04, 0.04, color="#D55E00", alpha=0.5, linewidth=0)
        gap = int(np.searchsorted(x, 0.0))
        bottom = dataset.band_bottom.values
        _arrow(axes, 0.25, bottom[gap], bottom[gap - 1], "$eV$")
        _arrow(axes, 0.85, 0.0, total, r"$eV_\mathrm{tot}$")
        for level in (bottom[gap - 1], total, 0.0):
            axes.plot([0.0, 1.1], [level, level], color="#BBBBBB", linewidth=0.6)
        near = gap - 1 - int(np.searchsorted(-x[:gap][::-1], 0.3))
        _arrow(axes, x[near], dataset.asymptote.values[near], bottom[near], r"$e\varphi(x)$", aside=-32)
        last = x.size - 1
        _arrow(
            axes, 0.85 * x[last], -0.85 * x[last] * _slope(dataset), 1.0 - 0.85 * x[last] * _slope(dataset), r"$\mu_0$"
        )
        axes.set(xlabel=r"position $x\,/\,v_\mathrm{F}\tau_0$", ylabel=r"energy ($\mu_0$)")
        axes.set_ylim(float(dataset.band_bottom.min()) - 0.1, None)
        axes.legend(loc="lower left")
    return figure


def _slope(dataset: "xarray.Dataset") -> float:
    """The force F that tilts the band, in mu0/(vF tau0)."""
    return float((dataset.asymptote[-2] - dataset.asymptote[-1]) / (dataset.x[-1] - dataset.x[-2]))


def _arrow(axes, x: float, low: float, high: float, words: str, aside: int = 5) -> None:
    """A double arrow between two energies, with its name some points beside it."""
    style = {"arrowstyle": "<->", "color": "black", "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=(x, high), xytext=(x, low), arrowprops=style)
    axes.annotate(words, (x, 0.5 * (low + high)), (aside, 0), textcoords="offset points", va="center")


def look(dataset: "xarray.Dataset") -> list[Finding]:
    """V is the drop of the band at the scatterer, V_tot that of its asymptotes, and e phi is local."""
    drop, total = steps(dataset)
    voltage, expected = float(dataset.voltage), float(dataset.total_voltage)
    potential = dataset.potential.values
    gap = int(np.searchsorted(dataset.x.values, 0.0))
    buildup = float(potential[gap] - potential[gap - 1])
    ends = max(abs(potential[0]), abs(potential[-1])) / abs(potential).max()
    return [
        Finding(
            "V is the voltage drop at the scatterer",
            f"the band bottom falls by {drop:.5f} mu0, eV = {voltage:g}",
            abs(drop - voltage) < 1e-4,
        ),
        Finding(
            "V_tot = V + phi(0+) - phi(0-) is the complete voltage drop",
            f"the asymptotes are {total:.5f} mu0 apart, eV + e phi(0+) - e phi(0-) = {voltage + buildup:.5f}",
            abs(total - voltage - buildup) < 1e-4 and abs(total - expected) < 1e-4 and abs(buildup) > 0.01,
        ),
        Finding(
            "the build-up e phi(x) is local to the scatterer",
            f"at |x| = {float(dataset.x.max()):g} it is at most {ends:.1%} of its largest value",
            bool(ends < 0.1),
        ),
    ]


_CODE = f"""\
import numpy as np, jaxwire as jw
sol = jw.solve(jw.Lorentzian(center={CENTER}, width={WIDTH}), temperature={TEMPERATURE}, voltage={VOLTAGE})
x = np.linspace(-3.0, 3.0, 400)
band_bottom = -sol.force * x + sol.potential(x) + np.where(x < 0, sol.total_voltage, 0.0)
chemical_potential_far_away = band_bottom - sol.potential(x) + 1.0
"""

FIGURE_2 = Exhibit(
    "fig2",
    "Energy diagram near the scatterer",
    f"The band bottom -F x + e phi(x) near the scatterer, which falls by eV there; its continuations from far away are "
    f"eV_tot apart; the chemical potential far away is mu0 above it. eps0 = {CENTER}, Gamma = {WIDTH}, "
    f"kT = {TEMPERATURE}, eV = {VOLTAGE}.",
    draw,
    look,
    _CODE,
    (
        "The paper's figure is a sketch without numbers; this one is drawn to scale from a solution.",
        "Its parameters are ours: with those of Figs. 3 and 4 e phi is too small to be seen on this scale.",
    ),
)
