"""`jaxwire iv`: the current-voltage characteristic in both directions."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from jaxwire.cli.base import (
    RESULT_UNITS,
    BadInputError,
    Common,
    Dot,
    Figure,
    NumberList,
    Temperature,
    about_input,
    kernels_kept,
    read_point,
)
from jaxwire.cli.output import check_outputs, complain, print_json, print_table, write_csv
from jaxwire.cli.remarks import waits_told

MOST = 10_000
"""Voltages of an evenly spaced characteristic at most, which take half a minute; no drawing shows more."""

TITLES = {
    "voltage": "eV",
    "total_voltage": "eV_tot",
    "current": "I(V)",
    "reverse_current": "I(-V)",
    "rectification": "rectif.",
    "error_estimate": "error",
}
"""Heads of the columns of the table, in 12 characters, by the field of the characteristic."""


def iv(
    *,
    dot: Dot = Dot(),  # noqa: B008 - frozen
    temperature: Temperature = None,
    config: Path | None = None,
    voltages: NumberList = None,
    max: Annotated[float | None, Parameter(name="--max")] = None,  # noqa: A002 - the name of the option
    count: int = 33,
    plot: Figure = None,
    csv: Annotated[Path | None, Parameter(name="--csv")] = None,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Current at many voltages and at the opposite ones, with the rectification (I(V) + I(-V))/(I(V) - I(-V)).

    Args:
        dot: Options of a resonant quantum dot.
        temperature: kB T, in mu0.
        config: TOML file with any scatterer and wire, instead of center and width; its operating point does not count
            but for the temperature.
        voltages: Values of eV, in mu0.
        max: Largest eV, in mu0, instead of a list: evenly spaced values from 0 to it.
        count: How many values up to the largest.
        plot: Draw the characteristic and the rectification to this file (.png, .pdf, .svg, .eps).
        csv: Write the table to this file.
        common: Options of every command.
    """
    with about_input(), kernels_kept(common.cache):
        check_outputs({"csv": csv}, {"plot": plot}, [config])
        values = _voltages(voltages, max, count)
        read = read_point(config, dot, temperature)
        import numpy as np

        import jaxwire as jw

        resolution = read.options.get("resolution")
        with waits_told(f"compiling and solving {values.size} voltages", at_terminal=False):
            curve = jw.iv(read.scatterer, read.wire, read.point["temperature"], values, resolution=resolution)
            columns = {name: np.asarray(getattr(curve, name)).tolist() for name in TITLES}
        try:
            if csv is not None:
                write_csv(csv, columns)
            if plot is not None and np.isfinite(columns["current"]).any():
                from jaxwire.plot.iv import plot_iv
                from jaxwire.plot.style import save_figure

                save_figure(plot_iv(curve), plot)
        finally:  # the numbers are there, whatever becomes of the files
            _print(read, columns, curve.status, common.json)
        if not bool(np.all(curve.status.ok)):
            complain(f"jaxwire: {curve.status}")
        is_solved = np.isfinite([columns["current"], columns["reverse_current"]]).all()
        return 0 if is_solved else 1


def _voltages(voltages: Any, most: float | None, count: int) -> Any:
    """The voltages, of whichever option."""
    import numpy as np

    if (voltages is None) == (most is None):
        raise BadInputError(
            f"`voltages` or `max` must be given, one of them; got {'none' if most is None else 'both'}."
        )
    if most is None:
        if not voltages:
            raise BadInputError("`voltages` must be one or more numbers, got none.")
        return np.asarray(voltages, dtype=float)
    if not 0 < most < np.inf:
        raise BadInputError(f"`max` must be positive, got {most:g}.")
    if not 2 <= count <= MOST:
        raise BadInputError(f"`count` must be between 2 and {MOST}, got {count}.")
    return np.linspace(0.0, most, count)


def _print(read: Any, columns: dict[str, list[float]], status: Any, as_json: bool) -> None:
    if not as_json:
        print_table(list(TITLES.values()), zip(*columns.values(), strict=True))
        return
    from jaxwire.model.description import describe

    print_json(
        {
            "jaxwire": version("jaxwire"),
            "units": RESULT_UNITS,
            "scatterer": describe(read.scatterer),
            "wire": describe(read.wire),
            "temperature": read.point["temperature"],
            **columns,
            "status": {"code": status.code.tolist(), "message": str(status)},
        }
    )
