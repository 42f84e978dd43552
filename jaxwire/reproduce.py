"""The paper's Tables I and II and its Fig. 3, computed and compared with what is printed (arXiv:2407.10192).

Table I is printed transposed: read the printed rows as its four columns (eps0, eV), and the printed columns as its rows
kT. Table II is laid out as its headers say, but its numbers are those of this program times the square of
I_printed/I at the same place of the table, as if normalised profiles had been scaled with the transposed currents.
`Comparison` holds both readings; nothing in this module assumes that either is right.

Computing (`solve_points`, `compare`, `draw_figure_3`) is separate from writing (`write`).
"""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import jax
import matplotlib
import numpy as np
from matplotlib.figure import Figure

from jaxwire.plot import STYLE, draw_heating, positions, save_figure
from jaxwire.scatterer import Lorentzian
from jaxwire.solution import Solution
from jaxwire.solve import solve

WIDTH = 0.08
"""Gamma of every table and figure here, in mu0."""

COLUMNS = ((1.44, 0.1), (1.44, 0.4), (0.64, 0.1), (0.64, 0.4))
"""Columns (eps0, eV) of Tables I and II, in the order of their headers."""

TEMPERATURES = (0.1, 0.3, 0.5, 0.7)
"""Rows kT of Tables I and II; the curves of either panel of Fig. 3."""

FIGURE_3 = (("(a)", 0), ("(b)", 1))
"""Panels of Fig. 3 and the column that each of them shows."""


class Point(NamedTuple):
    """One entry of the tables.

    Attributes:
        row: row of the table, index into `TEMPERATURES`.
        column: column of the table, index into `COLUMNS`.
        solution: the point, solved.
    """

    row: int
    column: int
    solution: Solution


@dataclass(frozen=True)
class Comparison:
    """One point of the tables next to the paper; energies in mu0, currents in e mu0/h.

    Attributes:
        center: eps0.
        voltage: eV.
        temperature: kT.
        current: I, as computed.
        potential_right: e phi(0+), as computed.
        error_estimate: estimated relative error of both.
        status: how the solve ended.
        printed_current: Table I at this place, as its headers say.
        transposed_current: Table I at the transposed place.
        printed_potential: Table II at this place.
        current_deviation: transposed_current/I - 1.
        rescaled_potential: e phi(0+) (printed_current/I)^2, what scaling with the wrong current makes of e phi(0+).
        potential_deviation: printed_potential/rescaled_potential - 1.
    """

    center: float
    voltage: float
    temperature: float
    current: float
    potential_right: float
    error_estimate: float
    status: str
    printed_current: float
    transposed_current: float
    printed_potential: float
    current_deviation: float
    rescaled_potential: float
    potential_deviation: float


def solve_points(report: Callable[[int, int], None] = lambda done, total: None) -> list[Point]:
    """Solve the 16 points of the tables, column by column.

    One point after another: the solver is compiled once, which takes longer than all 16 points, and compiling it for
    a batch takes longer still.

    Args:
        report: called with (points done, points in all) before the first and after every point.
    """
    places = [(row, column) for column in range(len(COLUMNS)) for row in range(len(TEMPERATURES))]
    report(0, len(places))
    points = []
    for row, column in places:
        center, voltage = COLUMNS[column]
        dot = Lorentzian(center=center, width=WIDTH)  # pyright: ignore[reportArgumentType] - converted by the field
        solution = solve(dot, temperature=TEMPERATURES[row], voltage=voltage)
        points.append(Point(row, column, jax.block_until_ready(solution)))
        report(len(points), len(places))
    return points


def printed_tables() -> dict:
    """Tables I and II as the paper prints them: rows kT, columns (eps0, eV), as the headers say."""
    return json.loads(files("jaxwire").joinpath("paper_tables.json").read_text(encoding="utf-8"))


def compare(points: Sequence[Point]) -> list[Comparison]:
    """Put each point next to what the paper prints for it."""
    printed = printed_tables()
    currents, potentials = printed["table_I_current"], printed["table_II_phi_right"]
    rows = []
    for row, column, solution in points:
        current, potential = float(solution.current), float(solution.potential_right)
        rescaled = potential * (currents[row][column] / current) ** 2
        rows.append(
            Comparison(
                *COLUMNS[column],
                temperature=TEMPERATURES[row],
                current=current,
                potential_right=potential,
                error_estimate=float(solution.error_estimate),
                status=str(solution.status),
                printed_current=currents[row][column],
                transposed_current=currents[column][row],
                printed_potential=potentials[row][column],
                current_deviation=currents[column][row] / current - 1.0,
                rescaled_potential=rescaled,
                potential_deviation=potentials[row][column] / rescaled - 1.0,
            )
        )
    return rows


def draw_figure_3(points: Sequence[Point]) -> Figure:
    """Fig. 3: P_ph/P_ext against x at eps0 = 1.44, for two voltages and four temperatures."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.0, 3.0), layout="constrained")
        for axes, (name, column) in zip(figure.subplots(1, len(FIGURE_3)), FIGURE_3, strict=True):
            center, voltage = COLUMNS[column]
            draw_heating(axes, [point.solution for point in points if point.column == column], legend=name == "(a)")
            axes.set_title(rf"{name}  $\epsilon_0 = {center}\,\mu_0$,  $eV = {voltage}\,\mu_0$", loc="left")
        figure.axes[1].set_ylabel("")
    return figure


def figure_3_data(points: Sequence[Point]) -> list[dict[str, float | str]]:
    """The numbers of Fig. 3: one row per curve and position, with the parts of P_ph in units of P_ext."""
    x = positions()
    rows = []
    for panel, column in FIGURE_3:
        for point in points:
            if point.column != column:
                continue
            center, voltage = COLUMNS[column]
            given = {"panel": panel[1], "eps0": center, "eV": voltage, "kT": TEMPERATURES[point.row]}
            heating = np.stack([np.asarray(part) for part in point.solution.heating(x)], axis=1)
            rows += [
                given | {"x": at, "total": total, "external": external, "scatterer": scatterer, "buildup": buildup}
                for at, (total, external, scatterer, buildup) in zip(x.tolist(), heating.tolist(), strict=True)
            ]
    return rows


def tables_text(rows: Sequence[Comparison]) -> str:
    """Both tables as Markdown: point by point against the paper, then corrected, in the paper's layout."""
    by_place = {(row.temperature, row.center, row.voltage): row for row in rows}

    def layout(value: Callable[[Comparison], str]) -> list[str]:
        header = ["kT", *(f"eps0 = {center}, eV = {voltage}" for center, voltage in COLUMNS)]
        body = [[f"{t}", *(value(by_place[t, *column]) for column in COLUMNS)] for t in TEMPERATURES]
        return _markdown(header, body)

    wrong_reading = sum(abs(row.printed_current / row.current - 1) > 0.03 for row in rows)
    explained = sum(abs(row.potential_deviation) <= 0.03 for row in rows)
    lines = [
        "# Tables I and II of arXiv:2407.10192",
        "",
        f"Gamma = {WIDTH}. Energies in mu0, currents in e mu0/h.",
        f"Largest estimated relative error of the computed numbers: {max(row.error_estimate for row in rows):.0e}.",
        "",
        "## Table I: current I",
        "",
        "Read as its headers say, the printed table differs from the computed one by more than 3 % at "
        f"{wrong_reading} of {len(rows)} points.",
        "Read transposed (rows as columns), it agrees at every point to "
        f"{max(abs(row.current_deviation) for row in rows):.1%} or better.",
        "",
        *_markdown(
            ["eps0", "eV", "kT", "computed", "printed here", "printed, transposed", "transposed/computed - 1"],
            [
                [f"{r.center}", f"{r.voltage}", f"{r.temperature}", f"{r.current:.6f}", f"{r.printed_current:g}"]
                + [f"{r.transposed_current:g}", f"{r.current_deviation:+.1%}"]
                for r in rows
            ],
        ),
        "",
        "## Table II: potential e phi(0+)",
        "",
        "'Rescaled' is the computed potential times the square of (printed current here)/(computed current), as if",
        f"the printed numbers had been scaled with the transposed currents. It agrees to 3 % at {explained} of "
        f"{len(rows)} points.",
        "",
        *_markdown(
            ["eps0", "eV", "kT", "computed", "printed", "rescaled", "printed/rescaled - 1"],
            [
                [f"{r.center}", f"{r.voltage}", f"{r.temperature}", f"{r.potential_right:.7f}"]
                + [f"{r.printed_potential:g}", f"{r.rescaled_potential:#.3g}", f"{r.potential_deviation:+.1%}"]
                for r in rows
            ],
        ),
        "",
        "## Table I, computed, in the paper's layout",
        "",
        *layout(lambda row: f"{row.current:#.3g}"),
        "",
        "## Table II, computed, in the paper's layout",
        "",
        *layout(lambda row: f"{row.potential_right:#.3g}"),
        "",
    ]
    return "\n".join(lines)


def _markdown(header: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table whose columns line up when it is read as plain text."""
    widths = [max(len(row[i]) for row in (header, *body)) for i in range(len(header))]
    rule = ["-" * (width - 1) + ":" for width in widths]
    return [
        "| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (header, rule, *body)
    ]


def write(folder: Path, points: Sequence[Point]) -> list[Path]:
    """Write the tables (Markdown, CSV, JSON) and Fig. 3 (PNG, PDF, SVG, its numbers as CSV) to a folder.

    Returns:
        The files written, in the order of writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    compared = compare(points)
    rows = [asdict(row) for row in compared]
    tables = [folder / f"tables.{suffix}" for suffix in ("md", "csv", "json")]
    tables[0].write_text(tables_text(compared), encoding="utf-8")
    _write_csv(tables[1], rows)
    tables[2].write_text(json.dumps({"gamma": WIDTH, "points": rows}, indent=1) + "\n", encoding="utf-8")
    figures = [folder / f"fig3.{suffix}" for suffix in ("png", "pdf", "svg")]
    figure = draw_figure_3(points)
    for path in figures:
        save_figure(figure, path)
    numbers = folder / "fig3.csv"
    _write_csv(numbers, figure_3_data(points))
    return [*tables, *figures, numbers]


def _write_csv(path: Path, rows: Sequence[dict]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
