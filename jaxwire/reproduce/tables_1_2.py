"""The paper's Tables I and II, computed and compared with what is printed.

Table I is printed transposed: read the printed rows as its four columns (eps0, eV), and the printed columns as its rows
kT. Table II is laid out as its headers say, but its numbers are those of this program times the square of
I_printed/I at the same place of the table, as if normalised profiles had been scaled with the transposed currents.
`Comparison` holds both readings; nothing in this module assumes that either is right.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from jaxwire.reproduce.points import COLUMNS, TEMPERATURES, WIDTH
from jaxwire.solver.status import Outcome

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Comparison:
    """One point of the tables next to the paper; energies in mu0, currents in e mu0/h.

    Attributes:
        center: eps0.
        voltage: eV.
        temperature: kT.
        current: I, as computed.
        potential_right: e phi(0+), as computed.
        error_estimate: estimated relative error of both; None if it was not asked for.
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
    error_estimate: float | None
    status: str
    printed_current: float
    transposed_current: float
    printed_potential: float
    current_deviation: float
    rescaled_potential: float
    potential_deviation: float


def printed_tables() -> dict:
    """Tables I and II as the paper prints them: rows kT, columns (eps0, eV), as the headers say."""
    return json.loads(files("jaxwire.reproduce").joinpath("paper_tables.json").read_text(encoding="utf-8"))


def compare(dataset: "xarray.Dataset") -> list[Comparison]:
    """Put each of the 16 points next to what the paper prints for it, column by column."""
    printed = printed_tables()
    currents, potentials = printed["table_I_current"], printed["table_II_phi_right"]
    rows = []
    for column, (center, voltage) in enumerate(COLUMNS):
        for row, temperature in enumerate(TEMPERATURES):
            point = dataset.sel(center=center, voltage=voltage, temperature=temperature)
            current, potential = float(point.current), float(point.potential_right)
            rescaled = potential * (currents[row][column] / current) ** 2
            rows.append(
                Comparison(
                    center=center,
                    voltage=voltage,
                    temperature=temperature,
                    current=current,
                    potential_right=potential,
                    error_estimate=None if point.error_estimate.isnull() else float(point.error_estimate),
                    status=Outcome(int(point.status)).flag,
                    printed_current=currents[row][column],
                    transposed_current=currents[column][row],
                    printed_potential=potentials[row][column],
                    current_deviation=currents[column][row] / current - 1.0,
                    rescaled_potential=rescaled,
                    potential_deviation=potentials[row][column] / rescaled - 1.0,
                )
            )
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
    estimates = [row.error_estimate for row in rows if row.error_estimate is not None]
    lines = [
        "# Tables I and II of arXiv:2407.10192",
        "",
        f"Gamma = {WIDTH}. Energies in mu0, currents in e mu0/h.",
        *([f"Largest estimated relative error of the computed numbers: {max(estimates):.0e}."] if estimates else []),
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
