r"""Fig. 8, from the real distribution functions: what right-moving electrons give to the phonons, energy by energy.

The term with f(p, x) of Eq. 10, put into Eq. 26 and integrated from the scatterer to infinity, is

    int d eps (eps - mu0) [f(p, 0+) - f(p, infinity)],

the sum of what electrons of each energy give (red) or take (blue) on their way to the distribution far away.
"""

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from jaxwire.model.scatterers.resonances import Lorentzian
from jaxwire.plot.style import STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding
from jaxwire.reproduce.points import WIDTH, grid
from jaxwire.reproduce.quality import Quality
from jaxwire.reproduce.solutions import solve_single

if TYPE_CHECKING:
    import xarray


CENTER = 1.44
"""eps0, in mu0."""

VOLTAGE = 0.1
"""eV, in mu0."""

TEMPERATURE = 0.7
"""kT of the black curve of Fig. 3a, as we read the text: the one with the clearest spots, which go when it is cold."""

FAR = 60.0
"""x that stands for infinity, in vF tau0."""

POSITIONS = (0.0, 0.3, 1.0, 3.0, FAR)
"""x of the curves, in vF tau0."""

MOMENTUM = np.linspace(0.004, 5.0, 1250)
"""p/pF of the energies: f is smooth in the momentum, also at the band bottom. They resolve the
resonance, and reach to where the states are empty."""

ENLARGED = 6
"""Deviations from the distribution far away are drawn so many times as large."""

INKS = ("#7B3294", "#8C6BB1", "#8A8A8A", "#66A61E", "#1B7837")
"""From violet at the scatterer to green far away."""


def compute(quality: Quality) -> "xarray.Dataset":
    """Distribution of right and left movers over energy and position in the right wire."""
    dot = Lorentzian(CENTER, WIDTH)  # pyright: ignore[reportArgumentType] - converted by the field
    sol = solve_single(dot, TEMPERATURE, VOLTAGE, quality)
    energy, x = MOMENTUM**2, np.array(POSITIONS)
    f = sol.distribution(energy[None, :], x[:, None])
    whole = grid(center=CENTER, width=WIDTH, temperature=TEMPERATURE, voltage=VOLTAGE).assign_coords(
        x=("x", x, {"units": "vF tau0", "long_name": "position in the right wire; 0 is its face, 0+"}),
        energy=("energy", energy, {"units": "mu0", "long_name": "kinetic energy in the right wire"}),
        mean_free_path=("energy", MOMENTUM, {"units": "vF tau0", "long_name": "mean free path l"}),
    )
    whole["forward"] = ("x", "energy"), np.asarray(f.forward), {"units": "", "long_name": "f(p, x)"}
    whole["backward"] = ("x", "energy"), np.asarray(f.backward), {"units": "", "long_name": "f(-p, x)"}
    whole["power_right_scatterer"] = (), float(sol.powers.right_scatterer), {"units": "mu0^2/h"}
    whole["status"] = (), np.asarray(sol.status.code)
    return whole


def given(dataset: "xarray.Dataset", name: str = "forward") -> "xarray.DataArray":
    """Heat (eps - mu0) [f(x) - f(infinity)] that movers at x have still to give, per energy."""
    f = dataset[name]
    return (dataset.energy - 1.0) * (f - f.isel(x=-1))


def _over_energy(values: "xarray.DataArray") -> np.ndarray:
    """Integral over the energies, by trapezoids in the momentum; the last axis of the values."""
    momentum = np.sqrt(values.energy.values)
    return np.asarray(np.trapezoid(values.transpose(..., "energy").values * 2.0 * momentum, momentum, axis=-1))


def draw(dataset: "xarray.Dataset") -> Figure:
    """Occupation at several distances, and what electrons of each energy give to the phonons between them."""
    energy, heat = dataset.energy.values, given(dataset)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.4, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        last = dataset.forward.isel(x=-1)
        shown = last + ENLARGED * (dataset.forward - last)
        for index, (x, ink) in enumerate(zip(dataset.x.values, INKS, strict=True)):
            words = {0: "$x = 0^+$", len(INKS) - 1: r"$x \to \infty$"}.get(index, f"$x = {x:g}$")
            width = 2.0 if index in (0, len(INKS) - 1) else 0.9
            left.plot(shown.isel(x=index), energy, color=ink, linewidth=width, label=words)
            right.plot(heat.isel(x=index), energy, color=ink, linewidth=width)
        for row in np.searchsorted(energy, (0.25, 0.5, 1.45, CENTER + VOLTAGE, 1.65, 2.2, 2.6, 3.1)):
            ink = "#CA0020" if heat.isel(x=0)[row] > 0 else "#0571B0"
            ends = {name: (float(shown.isel(x=index)[row]), energy[row]) for name, index in (("xy", -1), ("xytext", 0))}
            left.annotate("", **ends, arrowprops={"arrowstyle": "->", "color": ink, "linewidth": 1.2})
        at_scatterer = heat.isel(x=0).values
        right.fill_betweenx(energy, 0.0, at_scatterer, where=at_scatterer > 0, color="#CA0020", alpha=0.3,
                            label="heats the phonons")  # fmt: skip
        right.fill_betweenx(energy, 0.0, at_scatterer, where=at_scatterer < 0, color="#0571B0", alpha=0.3,
                            label="cools the phonons")  # fmt: skip
        for axes in (left, right):
            axes.axhline(1.0, color="#888888", linestyle=":", linewidth=0.8)
            axes.axhline(CENTER + VOLTAGE, color="#888888", linestyle="--", linewidth=0.8)
            axes.set_ylim(0.0, 4.0)
        left.set(
            xlabel=rf"$f(p, x)$ of right movers, deviations $\times {ENLARGED}$",
            ylabel=r"kinetic energy, right wire ($\mu_0$)",
        )
        right.axvline(0.0, color="#BBBBBB", linewidth=0.6)
        right.locator_params(axis="x", nbins=4)
        right.set_xlabel(r"$(\epsilon-\mu_0)\,[f(p,x)-f(p,\infty)]$ ($\mu_0$)")
        left.set_title("(a)", loc="left")
        right.set_title("(b)  heat still to be given", loc="left")
        left.legend()
        right.legend()
    return figure


def look(dataset: "xarray.Dataset") -> list[Finding]:
    """Some energies heat, others cool; the heat comes from slow electrons and early, the cold from fast ones."""
    heat = given(dataset).isel(x=0)
    path = heat.mean_free_path
    parts = [heat.where(heat * sign > 0, 0.0) for sign in (1.0, -1.0)]
    sums = [float(_over_energy(part)) for part in parts]
    paths = [
        float(_over_energy(part * path)) / total if total else np.nan for part, total in zip(parts, sums, strict=True)
    ]
    from_both = float(_over_energy(heat - given(dataset, "backward").isel(x=0)))
    power = float(dataset.power_right_scatterer)
    left_over = _over_energy(given(dataset))
    return [
        Finding(
            "right movers of some energies heat the phonons, those of others cool them",
            f"{sums[0]:+.4f} and {sums[1]:+.4f} mu0^2/h between x = 0+ and infinity",
            min(sums[0], -sums[1]) > 0.2 * max(sums[0], -sums[1]),
        ),
        Finding(
            "heating is dominated by slow (low energy), cooling by fast (high energy) electrons",
            f"mean free path {paths[0]:.2f} of the heat, {paths[1]:.2f} of the cold, in vF tau0",
            paths[1] > 1.1 * paths[0],
        ),
        Finding(
            "so heating happens closer to the scatterer than cooling",
            "heat still to be given at x = "
            + ", ".join(f"{x:g}: {h:+.4f}" for x, h in zip(POSITIONS[:-1], left_over[:-1], strict=True)),
            bool(left_over[0] < 0 and left_over[1:-1].min() < left_over[0]),
        ),
        Finding(
            "with the left movers, which arrive, it adds up to P_R^s of Eq. 28b",
            f"{from_both:.6f} from the distributions, {power:.6f} mu0^2/h from the solution",
            abs(from_both - power) < 1e-3 * sums[0],
        ),
    ]


_CODE = """\
import numpy as np, jaxwire as jw
sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.7, voltage=0.1)
energy = np.linspace(0.01, 4.0, 400)
leaving, far = (sol.distribution(energy, x).forward for x in (0.0, 60.0))
heat_given = (energy - 1.0) * (leaving - far)  # red where positive, blue where negative
"""

FIGURE_8 = Exhibit(
    "fig8",
    "Origin of the spots: distribution of electrons that leave the scatterer",
    f"(a) Right movers in the right wire, from x = 0+ (violet) to far away (green); arrows: electrons that heat "
    f"(red) or cool (blue) the phonons meanwhile; deviations from the green curve are enlarged {ENLARGED} times. (b) "
    f"What they have still to give. Dotted: the Fermi energy; dashed: the resonance. eps0 = {CENTER}, "
    f"Gamma = {WIDTH}, eV = {VOLTAGE}, kT = {TEMPERATURE}.",
    draw,
    look,
    _CODE,
    (
        "The paper's figure is a sketch; this one is the solution itself.",
        f"The paper does not say which temperature is black in Fig. 3a: we take kT = {TEMPERATURE}, the one with the "
        "clearest spots.",
        "Panel (b) is ours.",
    ),
)
