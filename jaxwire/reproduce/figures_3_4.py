"""Figs. 3 and 4: heating against position, for a resonance above and one below the Fermi energy."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from jaxwire.plot.heating import draw_curve, draw_frame
from jaxwire.plot.style import COLORS, STYLE
from jaxwire.reproduce.exhibit import Exhibit, Finding
from jaxwire.reproduce.points import COLUMNS, TEMPERATURES, WIDTH

if TYPE_CHECKING:
    import xarray


CLOSEST = 0.05
"""|x| from which P_phi is compared with P_ph: it diverges as log|x| at the scatterer."""

SMALL = 0.03
"""Largest |P_phi| that counts as small, in shares of the panel's largest |P_ph|."""

SMALL_WHEN_COLD = 0.075
"""The same at kT = 0.1 in Fig. 4b."""

HOTTEST = TEMPERATURES.index(0.7)
"""Place of the hottest curve among the temperatures."""

COLDEST = TEMPERATURES.index(0.1)
"""Place of the coldest one."""


def panel(dataset: "xarray.Dataset", column: int) -> "xarray.Dataset":
    """The points of one panel."""
    center, voltage = COLUMNS[column]
    return dataset.sel(center=center, voltage=voltage)


def draw(dataset: "xarray.Dataset", columns: Sequence[int]) -> Figure:
    """P_ph/P_ext against x in a panel per column of the tables, a line per temperature; diamonds: without P_phi."""
    x = dataset.x.values
    few = slice(None, None, max(1, x.size // 40))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.0, 3.4), layout="constrained")
        for axes, column, letter in zip(figure.subplots(1, len(columns)), columns, "ab", strict=True):
            draw_frame(axes)
            axes.axhline(1.0, color="black", linestyle="--", linewidth=0.8, zorder=1)
            for row, temperature in enumerate(TEMPERATURES):
                part = panel(dataset, column).isel(temperature=row)
                words = rf"$k_\mathrm{{B}}T = {temperature}\,\mu_0$"
                draw_curve(axes, x, part.heating, color=COLORS[row], label=words)
                without = (part.heating - part.heating_parts.sel(part="buildup")).values
                axes.plot(x[few], without[few], "D", color=COLORS[row], markersize=2.5, markeredgewidth=0.0)
            axes.plot([], [], "D", color="#888888", markersize=3, label=r"$P_\mathrm{ph}-P_\mathrm{ph}^{(\varphi)}$")
            axes.plot([], [], "--", color="black", linewidth=0.8, label=r"$P_\mathrm{ph}(x\to\pm\infty)$")
            center, voltage = COLUMNS[column]
            axes.set_title(rf"({letter})  $\varepsilon_0 = {center}\,\mu_0$,  $eV = {voltage}\,\mu_0$", loc="left")
        figure.axes[0].legend(handlelength=2.0)
        figure.axes[1].set_ylabel("")
    return figure


def _spots(part: "xarray.Dataset", row: int, side: str) -> str:
    """What the dominant spot of one profile is, in words."""
    kind = int(part.spot_kind.isel(temperature=row).sel(side=side))
    if not kind:
        return f"{side}: none"
    heating, position = (
        float(part[name].isel(temperature=row).sel(side=side)) for name in ("spot_heating", "spot_position")
    )
    return f"{side}: {'heating' if kind > 0 else 'cooling'} spot, {heating:.3g} P_ext at x = {position:.2f}"


def _buildup(dataset: "xarray.Dataset", columns: Sequence[int]) -> list[Finding]:
    """P_phi is small: its share of the largest |P_ph| of the panel, as power per length."""
    findings = []
    for column, letter in zip(columns, "ab", strict=True):
        part = panel(dataset, column)
        part = part.isel(x=abs(part.x.values) >= CLOSEST)
        largest = float((abs(part.heating).max("x") * part.external_power).max())
        shares = (abs(part.heating_parts.sel(part="buildup")).max("x") * part.external_power).values / largest
        is_cold_4b = COLUMNS[column] == (0.64, 0.4)
        bounds = np.where(is_cold_4b & (np.arange(shares.size) == COLDEST), SMALL_WHEN_COLD, SMALL)
        words = f" ({SMALL_WHEN_COLD:.1%} at kT = 0.1)" if is_cold_4b else ""
        claim = f"({letter}) P_phi is small: at most {SMALL:.0%}{words} of the panel's largest |P_ph|, |x| >= {CLOSEST}"
        measured = ", ".join(f"{share:.1%} at kT = {t}" for share, t in zip(shares, TEMPERATURES, strict=True))
        findings.append(Finding(claim, measured, bool(np.all(shares <= bounds))))
    return findings


def _far_away(dataset: "xarray.Dataset", columns: Sequence[int]) -> Finding:
    """P_ph approaches P_ext: at the ends of the panels it is nearer to it than anywhere else in the outer half."""
    outer = dataset.isel(x=abs(dataset.x.values) >= 0.5 * float(dataset.x.max()))
    excess = [abs(panel(outer, column).heating - 1.0) for column in columns]
    ends = max(float(one.isel(x=index).max()) for one in excess for index in (0, -1))
    share = max(float((one.isel(x=[0, -1]).max("x") / one.max("x")).max()) for one in excess)
    inner = max(float(abs(panel(dataset, column).heating - 1.0).max()) for column in columns)
    return Finding(
        "far from the scatterer P_ph approaches P_ext",
        f"|P_ph/P_ext - 1| at |x| = {float(dataset.x.max()):g} is at most {ends:.2g}, {share:.0%} of that at half the "
        f"distance; near the scatterer it is up to {inner:.3g}",
        share < 0.7 and ends < 0.1 * inner,
    )


def look_at_figure_3(dataset: "xarray.Dataset") -> list[Finding]:
    """No spots when cold, a heating spot left and a cooling spot right when hot, right side heated then cooled."""
    part = panel(dataset, 0)
    kind = part.spot_kind
    cold, hot = kind.isel(temperature=COLDEST), kind.isel(temperature=HOTTEST)
    findings = [
        Finding(
            "(a) no spots at kT = 0.1",
            "; ".join(_spots(part, COLDEST, side) for side in ("left", "right")),
            bool((cold == 0).all()),
        ),
        Finding(
            "(a) a heating spot left and a cooling spot right at kT = 0.7",
            "; ".join(_spots(part, HOTTEST, side) for side in ("left", "right")),
            int(hot.sel(side="left")) == 1 and int(hot.sel(side="right")) == -1,
        ),
    ]
    for column, letter in ((0, "a"), (1, "b")):
        right = panel(dataset, column).heating.isel(temperature=HOTTEST)
        right = right.isel(x=right.x.values > 0)
        turn = float(right.x[int(np.argmax(right.values < 0))])
        holds = bool(right[0] > 0) and bool((right < 0).any())
        findings.append(
            Finding(
                f"({letter}) the right wire is first heated, then cooled at kT = 0.7",
                f"sign change at x = {turn:.2f}",
                holds,
            )
        )
    return [*findings, *_buildup(dataset, (0, 1)), _far_away(dataset, (0, 1))]


def look_at_figure_4(dataset: "xarray.Dataset") -> list[Finding]:
    """Heated left at every temperature; cooled right, in panel (b) only when hot."""
    findings = []
    for column, letter, rows in ((2, "a", slice(None)), (3, "b", slice(HOTTEST, None))):
        heating = panel(dataset, column).heating.isel(temperature=rows)
        gap = int(np.searchsorted(heating.x, 0.0))
        left, right = heating.isel(x=gap - 1), heating.isel(x=gap)
        when = "at every temperature" if letter == "a" else "at kT = 0.7"
        measured = "; ".join(
            f"kT = {float(t):g}: {float(a):.3g} and {float(b):.3g} P_ext"
            for t, a, b in zip(heating.temperature, left, right, strict=True)
        )
        claim = f"({letter}) next to the scatterer the left wire is heated and the right one cooled {when}"
        findings.append(Finding(claim, measured, bool((left > 0).all() and (right < 0).all())))
    return [*findings, *_buildup(dataset, (2, 3)), _far_away(dataset, (2, 3))]


_CODE = """\
import jaxwire as jw
from jaxwire.plot import plot_heating, save_figure
dot = jw.Lorentzian(center={center}, width={width})
solutions = [jw.solve(dot, temperature=temperature, voltage={voltage}) for temperature in {temperatures}]
save_figure(plot_heating(solutions), "{name}a.png")
"""


def _exhibit(number: int, columns: Sequence[int], look) -> Exhibit:
    name, center = f"fig{number}", COLUMNS[columns[0]][0]
    voltages = " and ".join(f"({letter}) {COLUMNS[column][1]}" for letter, column in zip("ab", columns, strict=True))
    caption = (
        f"Heat given to the phonons, P_ph, in units of P_ext, against position. eps0 = {center}, Gamma = {WIDTH}, "
        f"eV = {voltages}; kT = {', '.join(map(str, TEMPERATURES))}. Diamonds: P_ph - P_phi, without the part of "
        "charge build-up. Dashed: P_ext."
    )
    where = "above" if center > 1 else "below"
    code = {"center": center, "width": WIDTH, "voltage": COLUMNS[columns[0]][1], "temperatures": TEMPERATURES}
    return Exhibit(
        name,
        f"Heating along the wire, resonance {where} the Fermi energy",
        caption,
        lambda dataset: draw(dataset, columns),
        look,
        _CODE.format(name=name, **code),
        (
            "The captions do not tell the range of x: |x| <= 5 vF tau is ours, and so are the colours.",
            "Positions start at |x| = 0.01 vF tau: P_phi diverges as log|x| at the scatterer.",
        ),
    )


FIGURE_3 = _exhibit(3, (0, 1), look_at_figure_3)

FIGURE_4 = _exhibit(4, (2, 3), look_at_figure_4)
