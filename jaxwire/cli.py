"""The command line: `jaxwire solve` and `jaxwire reproduce`.

Results go to stdout, as text or with `--json` for machines; progress and complaints go to stderr. Exit codes: 0 solved,
1 a point could not be solved, 2 bad input (one line on stderr says what is wrong).
JAX, NumPy and matplotlib are imported inside the commands, so that `jaxwire --help` answers at once.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, CycloptsError, Parameter

if TYPE_CHECKING:
    from jaxwire.solution import Solution

app = App(
    name="jaxwire",
    help="Where a nanowire heats and cools when a current flows through a quantum scatterer (arXiv:2407.10192).\n\n"
    "Energies are in units of mu0, positions in units of vF tau0, currents in units of e mu0/h.",
    version=version("jaxwire"),
    help_format="plaintext",
)

UNITS = {
    "energies": "mu0",
    "positions": "vF tau0",
    "current": "e mu0/h",
    "force": "mu0/(vF tau0)",
    "external_power": "mu0^2/(h vF tau0)",
    "heat_current": "mu0^2/h",
    "heating": "external_power",
}


class BadInputError(Exception):
    """What the user gave cannot be used; the text says why."""


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options of every command.

    Attributes:
        json: Print the result as JSON.
        cache: Keep compiled kernels in the user's cache directory, for a faster start next time.
    """

    json: Annotated[bool, Parameter(negative="")] = False
    cache: bool = True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: words after `jaxwire`; those of the process unless given.

    Returns:
        Exit code: 0 solved, 1 a point could not be solved, 2 bad input.
    """
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except (CycloptsError, BadInputError) as error:
        print(str(error).strip(), file=sys.stderr)
        return 2
    return code if isinstance(code, int) else 0


@app.command
def solve(
    *,
    center: float,
    width: float,
    temperature: float,
    voltage: float | None = None,
    current: float | None = None,
    force: float | None = None,
    x: Annotated[tuple[float, ...] | None, Parameter(consume_multiple=True, negative="")] = None,
    plot: Path | None = None,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Solve one operating point of a wire with a resonant quantum dot.

    Args:
        center: Position eps0 of the resonance, a kinetic energy in the left wire.
        width: Half width Gamma of the resonance.
        temperature: kB T.
        voltage: eV, the misalignment of the two bands; positive drives a positive current.
        current: I, instead of the voltage.
        force: F, the external force far away, instead of the voltage.
        x: Positions at which to give the heating P_ph/P_ext, its parts, potential and heat current; not 0.
        plot: Draw the heating profile with its parts to this file (.png, .pdf, .svg, .eps).
        common: Options of every command.
    """
    with _about_input(), _kernels_kept(common.cache):
        import jaxwire as jw

        _check_output(x, plot, is_still=0 in (voltage, current, force))
        dot = jw.Lorentzian(center=center, width=width)  # pyright: ignore[reportArgumentType] - converted by the field
        solution = jw.solve(dot, temperature=temperature, voltage=voltage, current=current, force=force)
        profile = _profile(solution, x) if x else {}
        is_solved = isfinite(float(solution.current))
        if plot is not None and is_solved:
            from jaxwire.plot import plot_heating, save_figure

            save_figure(plot_heating(solution, parts=True), plot)
        _print_json(_numbers(solution, profile)) if common.json else _print_text(solution, profile)
        if not solution.status.ok:
            print(f"jaxwire: {solution.status}", file=sys.stderr)
        return 0 if is_solved else 1


@app.command
def reproduce(folder: Path = Path("reproduction"), *, common: Common = Common()) -> int:  # noqa: B008 - frozen
    """Compute Tables I and II and Fig. 3 of the paper, and compare the tables with the printed ones.

    Args:
        folder: Where to write the tables (Markdown, CSV, JSON) and the figure (PNG, PDF, SVG, numbers as CSV).
        common: Options of every command.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInputError(f"`folder` must be a folder, got the file '{folder}'.")
    with _about_input(), _kernels_kept(common.cache), _progress("Tables I and II") as report:
        from jaxwire import reproduce as paper

        points = paper.solve_points(report)
        rows = paper.compare(points)
        written = paper.write(folder, points)
    if common.json:
        from dataclasses import asdict

        _print_json({"gamma": paper.WIDTH, "points": [asdict(row) for row in rows], "files": written})
    else:
        print(paper.tables_text(rows))
        print("Written: " + " ".join(str(path) for path in written))
    return 0 if all(bool(point.solution.status.ok) for point in points) else 1


@contextmanager
def _about_input() -> Iterator[None]:
    """Turn complaints about input into `BadInputError`; they begin with the `name` of what is wrong."""
    try:
        yield
    except (ValueError, TypeError) as error:
        if not str(error).startswith("`"):
            raise
        raise BadInputError(str(error)) from error
    except OSError as error:
        raise BadInputError(f"'{error.filename}' cannot be written: {error.strerror}.") from error


@contextmanager
def _kernels_kept(is_wanted: bool) -> Iterator[None]:
    from jaxwire.cache import cache_directory, compilation_cache

    with compilation_cache(cache_directory() if is_wanted else None):
        yield


@contextmanager
def _progress(task: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr; nothing where stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as bar:
        row = bar.add_task(f"{task}: loading", total=None)

        def report(done: int, total: int) -> None:
            stage = "compiling, once" if done == 0 else "solving" if done < total else "writing"
            bar.update(row, completed=done, total=total, description=f"{task}: {stage}")

        yield report


def _check_output(x: Sequence[float] | None, plot: Path | None, is_still: bool) -> None:
    """Complain before anything is computed about positions and figures that cannot be had."""
    if x is not None and not (x and all(isfinite(at) for at in x)):
        raise BadInputError(f"`x` must be one or more finite numbers, got {', '.join(map(str, x)) or 'none'}.")
    if plot is None:
        return
    from jaxwire.plot import FORMATS

    if plot.suffix.lower() not in FORMATS:
        raise BadInputError(f"`plot` must end in one of {', '.join(FORMATS)}, got '{plot}'.")
    if not plot.parent.is_dir():
        raise BadInputError(f"`plot` must be in an existing folder, got '{plot}'.")
    if is_still:
        raise BadInputError("`plot` needs a current: P_ph is drawn in units of P_ext, which vanishes without one.")


def _profile(solution: "Solution", x: Sequence[float]) -> dict[str, Any]:
    """Fields at x, as lists of numbers."""
    import numpy as np

    at = np.asarray(x)
    heating = solution.heating(at)
    fields = {**heating._asdict(), "potential": solution.potential(at), "heat_current": solution.heat_current(at)}
    return {"x": at.tolist()} | {name: np.asarray(values).tolist() for name, values in fields.items()}


def _numbers(solution: "Solution", profile: dict[str, Any]) -> dict[str, Any]:
    dot: Any = solution.scatterer
    names = ("temperature", "voltage", "current", "force", "total_voltage", "potential_left", "potential_right")
    return {
        "jaxwire": version("jaxwire"),
        "units": UNITS,
        "scatterer": {"model": type(dot).__name__, "center": float(dot.center), "width": float(dot.width)},
        **{name: float(getattr(solution, name)) for name in (*names, "external_power", "error_estimate")},
        "status": {"code": int(solution.status), "message": str(solution.status)},
        **({"profile": profile} if profile else {}),
    }


def _print_text(solution: "Solution", profile: dict[str, Any]) -> None:
    print(solution)
    if profile:
        print("\nP_ph and its parts in units of the external power, e phi in mu0, J_el in mu0^2/h")
        print(*(f"{title:>12}" for title in ("x", "P_ph", "external", "scatterer", "buildup", "e phi", "J_el")))
        for row in zip(*profile.values(), strict=True):
            print(*(f"{value:12.6g}" for value in row))


def _print_json(result: Any) -> None:
    import json

    print(json.dumps(_plain(result), indent=1, allow_nan=False))


def _plain(value: Any) -> Any:
    """What JSON can hold: paths as text, numbers that are not finite as null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not isfinite(value) else value
