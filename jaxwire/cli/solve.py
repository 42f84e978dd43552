"""`jaxwire solve`: one operating point."""

from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from jaxwire.cli.base import (
    NO_LABORATORY,
    RESULT_UNITS,
    BadInputError,
    Common,
    Dot,
    Drive,
    Figure,
    NumberList,
    TemperatureOrUnit,
    about_input,
    kernels_kept,
    read_point,
)
from jaxwire.cli.laboratory import Laboratory, in_si, natural, under_headings
from jaxwire.cli.output import check_outputs, complain, print_json, print_table, write_csv
from jaxwire.cli.remarks import waits_told

if TYPE_CHECKING:
    from jaxwire.lab.lab import Lab
    from jaxwire.solver.solution import Solution

TITLES = {
    "x": "x",
    "total": "P_ph",
    "external": "external",
    "scatterer": "scatterer",
    "buildup": "buildup",
    "potential": "phi",
    "heat_current": "J_el",
}
"""Heads of the columns of the table, by the field of the profile."""

QUANTITIES = {name: "heating_power" for name in TITLES} | {name: name for name in ("x", "potential", "heat_current")}
"""What the columns are in a laboratory, where parts of the heating are powers."""


def solve(
    *,
    dot: Dot = Dot(),  # noqa: B008 - frozen
    temperature: TemperatureOrUnit = None,
    drive: Drive = Drive(),  # noqa: B008 - frozen
    laboratory: Laboratory = NO_LABORATORY,
    config: Path | None = None,
    x: Annotated[NumberList, Parameter(alias="-x")] = None,
    plot: Figure = None,
    csv: Annotated[Path | None, Parameter(name="--csv")] = None,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Solve one operating point, of a wire with a resonant quantum dot unless a file describes another scatterer.

    Args:
        dot: Options of a resonant quantum dot.
        temperature: kB T, in mu0; with a material, T with its unit, such as "30 K".
        drive: Options of what drives the current.
        laboratory: Options of a wire in a laboratory, whose numbers have units.
        config: TOML file with any scatterer and wire, instead of center and width; options replace its numbers.
        x: Positions, in vF tau0 and not 0, at which to give the heating P_ph/P_ext, its parts, potential and heat
            current; with a material, lengths such as "50 nm", for P_ph in W/m.
        plot: Draw the heating profile with its parts to this file (.png, .pdf, .svg, .eps).
        csv: Write the table of what is at x to this file.
        common: Options of every command.
    """
    with about_input(), kernels_kept(common.cache):
        import jaxwire as jw

        check_outputs({"csv": csv}, {"plot": plot}, [config])
        read = read_point(config, dot, temperature, laboratory)
        at = read.options.get("x") if x is None else [natural(read.lab, "x", one) for one in x]
        _check_positions(at)
        if csv is not None and at is None:
            raise BadInputError("`csv` needs positions as `x`, whose table it takes; got none.")
        point: dict[str, Any] = drive.replacing(read.point, read.lab)
        if plot is not None and any(point.get(name) == 0 for name in vars(drive)):
            raise BadInputError("`plot` needs a current: P_ph is drawn in units of P_ext, which vanishes without one.")
        with waits_told("compiling and solving", at_terminal=False):
            solution = jw.solve(read.scatterer, read.wire, **point, resolution=read.options.get("resolution"))
            sol: Any = solution if read.lab is None else jw.LabSolution(solution, read.lab)
            profile = {} if at is None else _profile(solution, at, read.lab)
            is_solved = isfinite(float(solution.current))
        try:
            if csv is not None:
                write_csv(csv, _columns(profile, read.lab))
            if plot is not None and is_solved:
                from jaxwire.plot.heating import plot_heating
                from jaxwire.plot.style import save_figure

                save_figure(plot_heating(solution, parts=True) if read.lab is None else sol.plot(), plot)
        finally:  # the numbers are there, whatever becomes of the files
            print_json(_numbers(solution, profile, read.lab)) if common.json else _print_text(sol, profile, read.lab)
        if not solution.status.ok:
            complain(f"jaxwire: {solution.status}")
        return 0 if is_solved else 1


def _check_positions(x: Any) -> None:
    if x is None:
        return
    if len(x) == 0 or not all(isfinite(at) for at in x):
        raise BadInputError(f"`x` must be one or more finite numbers, got {', '.join(map(str, x)) or 'none'}.")
    if 0 in x:
        raise BadInputError("`x` must not be 0 in heating, where its buildup term diverges as log|x|; got 0.")


def _profile(solution: "Solution", x: Any, lab: "Lab | None") -> dict[str, Any]:
    """Fields at x, as arrays; in SI if there is a laboratory."""
    import numpy as np

    at = np.asarray(x)
    heating = solution.heating(at)._asdict()
    if lab is not None:
        heating = {name: part * solution.external_power for name, part in heating.items()}
    fields = {"x": at, **heating, "potential": solution.potential(at), "heat_current": solution.heat_current(at)}
    return {name: np.asarray(one) if lab is None else in_si(lab, QUANTITIES[name], one) for name, one in fields.items()}


def _columns(profile: dict[str, Any], lab: "Lab | None") -> dict[str, list[float]]:
    """The table of the profile: lists under their headings, which have units if there is a laboratory."""
    titles = {name: name for name in TITLES} if lab is None else TITLES
    return under_headings(lab, profile, titles, QUANTITIES)


def _numbers(solution: "Solution", profile: dict[str, Any], lab: "Lab | None") -> dict[str, Any]:
    """Everything for machines: numbers in natural units, or value and unit of SI."""
    import jaxwire as jw
    from jaxwire.model.description import describe

    names = ("temperature", "voltage", "current", "force", "total_voltage", "potential_left", "potential_right")
    found: dict[str, Any] = {name: float(getattr(solution, name)) for name in (*names, "external_power")}
    lists: dict[str, Any] = {name: values.tolist() for name, values in profile.items()}
    if lab is not None:
        si = jw.LabSolution(solution, lab).si
        found = {name: {"value": one.value, "unit": one.unit} for name, one in si.items()}
        lists |= {"units": {name: lab.scale.si_unit(QUANTITIES[name]) for name in profile}} if profile else {}
    return {
        "jaxwire": version("jaxwire"),
        "units": RESULT_UNITS if lab is None else "SI",
        "scatterer": describe(solution.scatterer),
        "wire": describe(solution.wire),
        **found,
        "error_estimate": float(solution.error_estimate),
        "status": {"code": int(solution.status), "message": str(solution.status)},
        "validity": {"ok": bool(solution.validity.ok), "message": str(solution.validity)},
        **({"profile": lists} if profile else {}),
    }


def _print_text(sol: Any, profile: dict[str, Any], lab: "Lab | None") -> None:
    print(sol)
    if profile and lab is None:
        print("\nP_ph and its parts in units of the external power, e phi in mu0, J_el in mu0^2/h")
        print_table(tuple((TITLES | {"potential": "e phi"}).values()), zip(*profile.values(), strict=True))
    elif profile:
        columns = _columns(profile, lab)
        print("\nP_ph and its parts, potential and heat current of the electrons")
        print_table(tuple(columns), zip(*columns.values(), strict=True))
