"""Figs. 5 and 6: how strong the dominant spot of either wire is, and how far from the scatterer, over resonances."""

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.figure import Figure

from jaxwire.observables.extrema import NEAREST
from jaxwire.plot.dominant_spots import measure_spots
from jaxwire.plot.style import STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding
from jaxwire.reproduce.points import grid
from jaxwire.reproduce.quality import Quality

if TYPE_CHECKING:
    import xarray


VOLTAGE = 0.1
"""eV of all maps, in mu0."""

TEMPERATURES = (0.1, 0.3, 0.7)
"""kT of the rows, in mu0."""

WIDTHS = (0.08, 1.0)
"""Range of Gamma, in mu0: the horizontal axis."""

ROOTS = (0.6, 1.6)
"""Range of sqrt(eps0/mu0): the vertical axis."""

FARTHEST_SPOT = 20.0
"""Largest |x| of a spot, in l(pF)."""

SIDES = ("left", "right")
"""Wires of the columns."""

FAINT = 1e-3
"""Spots with |P_ph|/P_ext - 1 below it are not drawn in Fig. 6, where colours do not fade with the amplitude."""

STRONG = 1e-2
"""|P_ph|/P_ext - 1 from which a spot counts in statements."""

AT_FERMI_LEVEL = (0.7, 1.3)
"""Range of eps0, in mu0, that counts as close to the Fermi level."""


def points(quality: Quality) -> "xarray.Dataset":
    """Operating points of all panels, over Gamma and sqrt(eps0)."""
    root = np.linspace(*ROOTS, quality.up)
    width = np.linspace(*WIDTHS, quality.across)
    whole = grid(voltage=VOLTAGE, temperature=np.array(TEMPERATURES), center=root**2, width=width)
    about = {"units": "kF", "long_name": "sqrt(eps0/mu0)"}
    return whole.assign_coords(root_center=("center", root, about)).assign_attrs(
        spot_x_max=FARTHEST_SPOT, colour_exponent=0.2
    )


def amplitude(dataset: "xarray.Dataset") -> "xarray.DataArray":
    """|P_ph|/P_ext - 1 of heating spots, and minus that of cooling spots; NaN where there is none beyond P_ext."""
    return np.sign(measure_spots(dataset)) * (abs(dataset.spot_heating) - 1.0)


def draw_figure_5(dataset: "xarray.Dataset", weak: bool = False) -> Figure:
    """Amplitude of spots: a row per temperature, left and right wire as columns.

    Args:
        dataset: spots over temperature, center and width.
        weak: whether to show, in grey, where there is a minimum between -P_ext and P_ext, white in the paper.
    """
    values = measure_spots(dataset)
    largest = float(np.nanmax(abs(values)))
    colors = {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest}
    figure, panels = _panels(dataset)
    for axes, part in panels:
        if weak:
            has_minimum = part.spot_exists & (abs(part.spot_heating) < 1.0)
            _fill(axes, part, has_minimum.where(has_minimum), cmap="Greys", vmin=0.0, vmax=4.0)
        _fill(axes, part, measure_spots(part), **colors)
    source = ScalarMappable(Normalize(-largest, largest), "RdBu_r")
    bar = figure.colorbar(source, ax=[axes for axes, _ in panels], aspect=40, pad=0.02)
    bar.set_label(r"$\pm\,[|P_\mathrm{ph}(x_0)|/P_\mathrm{ext}-1]^{1/5}$   (heating: +, cooling: $-$)")
    return figure


def draw_figure_6(dataset: "xarray.Dataset") -> Figure:
    """Distance of the same spots from the scatterer: orange for heating, blue for cooling."""
    figure, panels = _panels(dataset)
    norm = LogNorm(NEAREST, FARTHEST_SPOT)
    orange, blue = (_without_white(name) for name in ("Oranges", "Blues"))
    for axes, part in panels:
        size = amplitude(part)
        for cmap, is_shown in ((orange, size > FAINT), (blue, size < -FAINT)):
            _fill(axes, part, abs(part.spot_position).where(is_shown), cmap=cmap, norm=norm)
    for cmap, word in ((blue, "cooling"), (orange, "heating")):
        bar = figure.colorbar(ScalarMappable(norm, cmap), ax=[axes for axes, _ in panels], aspect=40, pad=0.02)
        bar.set_label(rf"$|x_0|/(v_\mathrm{{F}}\tau)$, {word} spots")
    return figure


def _without_white(name: str) -> LinearSegmentedColormap:
    """Colours of a map from light to dark, without those that are nearly white: white says that there is no spot."""
    return LinearSegmentedColormap.from_list(name, matplotlib.colormaps[name](np.linspace(0.25, 1.0, 64)))


def _panels(dataset: "xarray.Dataset") -> tuple[Figure, list]:
    """A frame for every temperature and side, with the part of the data that belongs there."""
    with matplotlib.rc_context({**STYLE, "axes.spines.top": True, "axes.spines.right": True}):
        figure = Figure(figsize=(6.4, 7.2), layout="constrained")
        rows = figure.subplots(dataset.sizes["temperature"], len(SIDES), sharex=True, sharey=True, squeeze=False)
        found = []
        for index, row in enumerate(rows):
            for side, axes in zip(SIDES, row, strict=True):
                letter = "abcdef"[len(found)]
                temperature = float(dataset.temperature[index])
                axes.set_title(rf"({letter})  {side}, $k_\mathrm{{B}}T = {temperature:g}\,\mu_0$", loc="left")
                found.append((axes, dataset.isel(temperature=index).sel(side=side)))
            row[0].set_ylabel(r"$\sqrt{\varepsilon_0/\mu_0}$")
        for axes in rows[-1]:
            axes.set_xlabel(r"$\Gamma/\mu_0$")
    return figure, found


def _fill(axes, part: "xarray.Dataset", values: "xarray.DataArray", **colors) -> None:
    root = np.sqrt(part.center.values)
    axes.pcolormesh(part.width, root, values.transpose("center", "width"), rasterized=True, **colors)


def _panel(dataset: "xarray.Dataset", letter: str) -> "xarray.DataArray":
    """Signed amplitudes of one panel, 0 where there is no spot that counts."""
    row, column = divmod("abcdef".index(letter), 2)
    found = amplitude(dataset).isel(temperature=row).sel(side=SIDES[column])
    return found.where(abs(found) > STRONG, 0.0)


def look_at_figure_5(dataset: "xarray.Dataset") -> list[Finding]:
    """Heating left and cooling right near the Fermi level, further out when warm; a change of sign in (a) and (c)."""
    findings = []
    for letter, sign, word, side in (("c", 1, "heating", "left"), ("d", -1, "cooling", "right")) + (
        ("e", 1, "heating", "left"),
        ("f", -1, "cooling", "right"),
    ):
        panel = _panel(dataset, letter)
        panel = panel.isel(center=(panel.center.values > AT_FERMI_LEVEL[0]) & (panel.center.values < AT_FERMI_LEVEL[1]))
        at = panel.isel({dim: int(index) for dim, index in abs(panel).argmax(...).items()})
        findings.append(
            Finding(
                f"({letter}) {word} spots in the {side} wire when the peak is close to the Fermi level",
                f"with {AT_FERMI_LEVEL[0]} < eps0 < {AT_FERMI_LEVEL[1]} the strongest spot is "
                f"{'heating' if at > 0 else 'cooling'}, "
                f"|P_ph| = {abs(float(at)) + 1:.3g} P_ext at eps0 = {float(at.center):.2f}, "
                f"Gamma = {float(at.width):.2f}",
                float(at) * sign > 0,
            )
        )
    for cold, warm, sign, word in (("c", "e", 1, "heating"), ("d", "f", -1, "cooling")):
        (peak, width), (further, wider) = (_reach(sign * _panel(dataset, letter)) for letter in (cold, warm))
        findings.append(
            Finding(
                f"({cold}, {warm}) higher temperature supports {word} spots at higher eps0 and for larger Gamma",
                f"from eps0 <= {peak:.2f}, Gamma <= {width:.2f} to eps0 <= {further:.2f}, Gamma <= {wider:.2f}",
                further > peak and (wider > width or wider == width == WIDTHS[1]),
            )
        )
    for letter in "ac":
        panel = _panel(dataset, letter)
        heating, cooling = int((panel > 0).sum()), int((panel < 0).sum())
        measured = f"{heating} points with heating, {cooling} with cooling spots"
        claim = f"({letter}) there is a transition between heating and cooling spots as parameters vary"
        findings.append(Finding(claim, measured, min(heating, cooling) > 0))
    return findings


def _reach(panel: "xarray.DataArray") -> tuple[float, float]:
    """Largest eps0 and Gamma with positive amplitudes; 0 without any."""
    has = panel.transpose("center", "width").values > 0
    rows, columns = np.flatnonzero(has.any(axis=1)), np.flatnonzero(has.any(axis=0))
    return (float(panel.center[rows[-1]]), float(panel.width[columns[-1]])) if rows.size else (0.0, 0.0)


def look_at_figure_6(dataset: "xarray.Dataset") -> list[Finding]:
    """Spots further from the scatterer are smaller, and within the range that was searched."""
    from scipy.stats import rankdata

    size, distance = (abs(each).values for each in (amplitude(dataset), dataset.spot_position))
    counts = size > FAINT
    order = float(np.corrcoef(rankdata(distance[counts]), rankdata(size[counts]))[0, 1])
    near, far = np.quantile(distance[counts], (0.25, 0.75))
    typical = [np.median(size[counts & part]) for part in (distance < near, distance > far)]
    return [
        Finding(
            "spots further from the scatterer are smaller in amplitude",
            f"rank correlation {order:.2f}; median |P_ph|/P_ext - 1 of the nearest quarter {typical[0]:.2g}, "
            f"of the furthest {typical[1]:.2g}",
            bool(order < -0.3 and typical[0] > 3.0 * typical[1]),
        ),
        Finding(
            f"spots lie at |x| < {FARTHEST_SPOT:g} l(pF)",
            f"|x0| from {distance[counts].min():.2f} to {distance[counts].max():.2f}",
            bool(distance[counts].max() < FARTHEST_SPOT),
        ),
    ]


_CODE = """\
import numpy as np, jaxwire as jw
from jaxwire import reproduce
axes = {{"temperature": [0.1, 0.3, 0.7], "center": np.linspace(0.6, 1.6, 31) ** 2, "width": np.linspace(0.08, 1, 31)}}
data = jw.scan(jw.Lorentzian(1.0, 0.1), axes=axes, voltage=0.1, observables=["spots"], x_max=20.0)
reproduce.FIGURES["{name}"].draw(data).savefig("{name}.png")
"""

_PANELS = (
    f"eV = {VOLTAGE}; kT = {', '.join(map(str, TEMPERATURES))} in the rows; left and right wire in the columns; Gamma "
    f"from {WIDTHS[0]} to {WIDTHS[1]}, sqrt(eps0) from {ROOTS[0]} to {ROOTS[1]}, |x0| < {FARTHEST_SPOT:g}."
)

_DOMINANT = (
    "The paper does not define 'dominant': shown is the spot with the largest |P_ph|. It does not say below which "
    "amplitude a spot is too small to be observable: "
)

FIGURE_5 = Exhibit(
    "fig5",
    "Amplitude of heating and cooling spots",
    f"+-[|P_ph(x0)|/P_ext - 1]^(1/5) at the dominant spot: red for maxima above P_ext, blue for minima below -P_ext, "
    f"white elsewhere. {_PANELS}",
    draw_figure_5,
    look_at_figure_5,
    _CODE.format(name="fig5"),
    (
        _DOMINANT + "here the colour fades to white.",
        f"Spots closer than {NEAREST:g} vF tau to the scatterer are not looked for. Those at large Gamma and eps0 "
        "in (c) and (e), and at large Gamma in (d), are closer than 0.1: there P_phi varies as log|x|.",
        "Minima between -P_ext and P_ext are white, as in the paper; draw(data, weak=True) shades them in grey.",
    ),
)

FIGURE_6 = Exhibit(
    "fig6",
    "Position of heating and cooling spots",
    f"Distance |x0|/(vF tau) of the spots of Fig. 5: orange for heating, blue for cooling. {_PANELS}",
    draw_figure_6,
    look_at_figure_6,
    _CODE.format(name="fig6"),
    (_DOMINANT + f"here |P_ph|/P_ext - 1 < {FAINT:g} is white.", "The colours are logarithmic in |x0|."),
)
