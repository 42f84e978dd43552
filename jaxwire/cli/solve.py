"""`jaxwire solve`: one operating point."""

from collections.abc import Sequence
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from jaxwire.cli.base import (
    RESULT_UNITS,
    BadInputError,
    Common,
    Dot,
    Drive,
    Figure,
    NumberList,
    Temperature,
    about_input,
    kernels_kept,
    read_point,
)
from jaxwire.cli.output import check_outputs, complain, print_json, print_table
from jaxwire.cli.remarks import waits_told

if TYPE_CHECKING:
    from jaxwire.solver.solution import Solution


def solve(
    *,
    dot: Dot = Dot(),  # noqa: B008 - frozen
    temperature: Temperature = None,
    drive: Drive = Drive(),  # noqa: B008 - frozen
    config: Path | None = None,
    x: Annotated[NumberList, Parameter(alias="-x")] = None,
    plot: Figure = None,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Solve one operating point, of a wire with a resonant quantum dot unless a file describes another scatterer.

    Args:
        dot: Options of a resonant quantum dot.
        temperature: kB T, in mu0.
        drive: Options of what drives the current.
        config: TOML file with any scatterer and wire, instead of center and width; options replace its numbers.
        x: Positions, in vF tau0 and not 0, at which to give the heating P_ph/P_ext, its parts, potential and heat
            current.
        plot: Draw the heating profile with its parts to this file (.png, .pdf, .svg, .eps).
        common: Options of every command.
    """
    with about_input(), kernels_kept(common.cache):
        import jaxwire as jw

        _check_positions(x)
        check_outputs({}, {"plot": plot}, [config])
        read = read_point(config, dot, temperature)
        _check_positions(read.options.get("x"))
        if read.lab is not None:
            if x is not None or drive.given():
                raise BadInputError("`config` with [lab] must have positions and drive in it, with units; got options.")
            return _solve_in_lab(read, plot, common.json)
        point: dict[str, Any] = drive.replacing(read.point)
        if plot is not None and any(point.get(name) == 0 for name in vars(drive)):
            raise BadInputError("`plot` needs a current: P_ph is drawn in units of P_ext, which vanishes without one.")
        with waits_told("compiling and solving", at_terminal=False):
            solution = jw.solve(read.scatterer, read.wire, **point, resolution=read.options.get("resolution"))
            at = x or read.options.get("x")
            profile = {} if at is None else _profile(solution, at)
            is_solved = isfinite(float(solution.current))
        try:
            if plot is not None and is_solved:
                from jaxwire.plot.heating import plot_heating
                from jaxwire.plot.style import save_figure

                save_figure(plot_heating(solution, parts=True), plot)
        finally:  # the numbers are there, whatever becomes of the figure
            print_json(_numbers(solution, profile)) if common.json else _print_text(solution, profile)
        if not solution.status.ok:
            complain(f"jaxwire: {solution.status}")
        return 0 if is_solved else 1


def _solve_in_lab(read: Any, plot: Path | None, as_json: bool) -> int:
    """Solve what a file with [lab] describes, with results in SI."""
    import numpy as np

    import jaxwire as jw

    natural = jw.solve(read.scatterer, read.wire, **read.point, resolution=read.options.get("resolution"))
    sol = jw.LabSolution(natural, read.lab)
    profile = {}
    if (at := read.options.get("x")) is not None:
        power = natural.heating(at).total * natural.external_power
        profile = {"x": read.lab.scale.to_si("x", at), "heating_power": read.lab.scale.to_si("heating_power", power)}
        profile = {name: np.asarray(values).tolist() for name, values in profile.items()}
    is_solved = isfinite(float(natural.current))
    try:
        if plot is not None and is_solved:
            from jaxwire.plot.style import save_figure

            save_figure(sol.plot(), plot)
    finally:  # the numbers are there, whatever becomes of the figure
        if as_json:
            numbers = {name: {"value": one.value, "unit": one.unit} for name, one in sol.si.items()}
            status = {"code": int(natural.status), "message": str(natural.status)}
            print_json({"jaxwire": version("jaxwire"), **numbers, "status": status, "profile": profile})
        else:
            print(sol)
            if profile:
                print("\nx in m, P_ph in W/m")
                print_table(("x", "P_ph"), zip(*profile.values(), strict=True))
    if not natural.status.ok:
        complain(f"jaxwire: {natural.status}")
    return 0 if is_solved else 1


def _check_positions(x: Sequence[float] | None) -> None:
    if x is None:
        return
    if len(x) == 0 or not all(isfinite(at) for at in x):
        raise BadInputError(f"`x` must be one or more finite numbers, got {', '.join(map(str, x)) or 'none'}.")
    if 0 in x:
        raise BadInputError("`x` must not be 0 in heating, where its buildup term diverges as log|x|; got 0.")


def _profile(solution: "Solution", x: Any) -> dict[str, Any]:
    """Fields at x, as lists of numbers."""
    import numpy as np

    at = np.asarray(x)
    heating = solution.heating(at)
    fields = {**heating._asdict(), "potential": solution.potential(at), "heat_current": solution.heat_current(at)}
    return {"x": at.tolist()} | {name: np.asarray(values).tolist() for name, values in fields.items()}


def _numbers(solution: "Solution", profile: dict[str, Any]) -> dict[str, Any]:
    from jaxwire.model.description import describe

    names = ("temperature", "voltage", "current", "force", "total_voltage", "potential_left", "potential_right")
    return {
        "jaxwire": version("jaxwire"),
        "units": RESULT_UNITS,
        "scatterer": describe(solution.scatterer),
        "wire": describe(solution.wire),
        **{name: float(getattr(solution, name)) for name in (*names, "external_power", "error_estimate")},
        "status": {"code": int(solution.status), "message": str(solution.status)},
        "validity": {"ok": bool(solution.validity.ok), "message": str(solution.validity)},
        **({"profile": profile} if profile else {}),
    }


def _print_text(solution: "Solution", profile: dict[str, Any]) -> None:
    print(solution)
    if profile:
        print("\nP_ph and its parts in units of the external power, e phi in mu0, J_el in mu0^2/h")
        titles = ("x", "P_ph", "external", "scatterer", "buildup", "e phi", "J_el")
        print_table(titles, zip(*profile.values(), strict=True))
