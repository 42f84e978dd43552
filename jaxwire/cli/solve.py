"""`jaxwire solve`: one operating point."""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxwire.cli.base import (
    UNITS,
    BadInputError,
    Common,
    NumberList,
    about_input,
    kernels_kept,
    print_json,
    print_table,
    read_point,
    require_figure,
)

if TYPE_CHECKING:
    from jaxwire.solver.solution import Solution


DRIVES = ("voltage", "current", "force")


def solve(
    *,
    center: float | None = None,
    width: float | None = None,
    temperature: float | None = None,
    voltage: float | None = None,
    current: float | None = None,
    force: float | None = None,
    config: Path | None = None,
    x: NumberList = None,
    plot: Path | None = None,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Solve one operating point, of a wire with a resonant quantum dot unless a file describes another scatterer.

    Args:
        center: Position eps0 of the resonance, a kinetic energy in the left wire.
        width: Half width Gamma of the resonance.
        temperature: kB T.
        voltage: eV, the misalignment of the two bands; positive drives a positive current.
        current: I, instead of the voltage.
        force: F, the external force far away, instead of the voltage.
        config: TOML file with any scatterer and wire, instead of center and width; options replace its numbers.
        x: Positions at which to give the heating P_ph/P_ext, its parts, potential and heat current; not 0.
        plot: Draw the heating profile with its parts to this file (.png, .pdf, .svg, .eps).
        common: Options of every command.
    """
    with about_input(), kernels_kept(common.cache):
        import jaxwire as jw

        _check_positions(x)
        require_figure("plot", plot)
        read = read_point(config, center, width, temperature)
        drive = {
            name: value for name, value in zip(DRIVES, (voltage, current, force), strict=True) if value is not None
        }
        drive = drive or {name: value for name, value in read.point.items() if name in DRIVES}
        if plot is not None and 0 in drive.values():
            raise BadInputError("`plot` needs a current: P_ph is drawn in units of P_ext, which vanishes without one.")
        options: dict[str, Any] = {"resolution": read.options.get("resolution"), **drive}
        options["temperature"] = read.point["temperature"]
        solution = jw.solve(read.scatterer, read.wire, **options)
        at = x or read.options.get("x")
        profile = {} if at is None else _profile(solution, at)
        is_solved = isfinite(float(solution.current))
        if plot is not None and is_solved:
            from jaxwire.plot.heating import plot_heating
            from jaxwire.plot.style import save_figure

            save_figure(plot_heating(solution, parts=True), plot)
        print_json(_numbers(solution, profile)) if common.json else _print_text(solution, profile)
        if not solution.status.ok:
            print(f"jaxwire: {solution.status}", file=sys.stderr)
        return 0 if is_solved else 1


def _check_positions(x: Sequence[float] | None) -> None:
    if x is not None and not (x and all(isfinite(at) for at in x)):
        raise BadInputError(f"`x` must be one or more finite numbers, got {', '.join(map(str, x)) or 'none'}.")


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
        "units": UNITS,
        "scatterer": describe(solution.scatterer),
        "wire": describe(solution.wire),
        **{name: float(getattr(solution, name)) for name in (*names, "external_power", "error_estimate")},
        "status": {"code": int(solution.status), "message": str(solution.status)},
        **({"profile": profile} if profile else {}),
    }


def _print_text(solution: "Solution", profile: dict[str, Any]) -> None:
    print(solution)
    if profile:
        print("\nP_ph and its parts in units of the external power, e phi in mu0, J_el in mu0^2/h")
        titles = ("x", "P_ph", "external", "scatterer", "buildup", "e phi", "J_el")
        print_table(titles, zip(*profile.values(), strict=True))
