"""`jaxwire iv`: the current-voltage characteristic in both directions."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from jaxwire.cli.base import (
    NO_LABORATORY,
    RESULT_UNITS,
    BadInputError,
    Common,
    Dot,
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

TITLES_IN_SI = TITLES | {"voltage": "V", "total_voltage": "V_tot"}
"""The same where they are followed by units of SI."""


def iv(
    *,
    dot: Dot = Dot(),  # noqa: B008 - frozen
    temperature: TemperatureOrUnit = None,
    laboratory: Laboratory = NO_LABORATORY,
    config: Path | None = None,
    voltages: NumberList = None,
    max: Annotated[float | str | None, Parameter(name="--max")] = None,  # noqa: A002 - the name of the option
    count: int = 33,
    plot: Figure = None,
    csv: Annotated[Path | None, Parameter(name="--csv")] = None,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Current at many voltages and at the opposite ones, with the rectification (I(V) + I(-V))/(I(V) - I(-V)).

    Args:
        dot: Options of a resonant quantum dot.
        temperature: kB T, in mu0; with a material, T with its unit, such as "30 K".
        laboratory: Options of a wire in a laboratory, whose numbers have units.
        config: TOML file with any scatterer and wire, instead of center and width; its operating point does not count
            but for the temperature.
        voltages: Values of eV, in mu0; with a material, of V, such as "1 mV".
        max: Largest eV, in mu0, instead of a list: evenly spaced values from 0 to it.
        count: How many values up to the largest.
        plot: Draw the characteristic and the rectification to this file (.png, .pdf, .svg, .eps).
        csv: Write the table to this file.
        common: Options of every command.
    """
    with about_input(), kernels_kept(common.cache):
        check_outputs({"csv": csv}, {"plot": plot}, [config])
        read = read_point(config, dot, temperature, laboratory)
        values = _voltages(read.lab, voltages, max, count)
        import numpy as np

        import jaxwire as jw

        resolution = read.options.get("resolution")
        with waits_told(f"compiling and solving {values.size} voltages", at_terminal=False):
            curve = jw.iv(read.scatterer, read.wire, read.point["temperature"], values, resolution=resolution)
            columns = {name: np.asarray(getattr(curve, name)) for name in TITLES}
            if read.lab is not None:
                columns = {name: in_si(read.lab, name, values) for name, values in columns.items()}
        try:
            if csv is not None:
                write_csv(csv, under_headings(read.lab, columns, {name: name for name in columns}))
            if plot is not None and np.isfinite(columns["current"]).any():
                from jaxwire.plot.iv import plot_iv
                from jaxwire.plot.style import save_figure

                save_figure(plot_iv(curve, None if read.lab is None else read.lab.scale), plot)
        finally:  # the numbers are there, whatever becomes of the files
            _print(read, columns, curve.status, common.json)
        if not bool(np.all(curve.status.ok)):
            complain(f"jaxwire: {curve.status}")
        is_solved = np.isfinite([columns["current"], columns["reverse_current"]]).all()
        return 0 if is_solved else 1


def _voltages(lab: "Lab | None", voltages: Any, most: Any, count: int) -> Any:
    """The voltages, of whichever option."""
    import numpy as np

    if (voltages is None) == (most is None):
        raise BadInputError(
            f"`voltages` or `max` must be given, one of them; got {'none' if most is None else 'both'}."
        )
    if most is None:
        if not voltages:
            raise BadInputError("`voltages` must be one or more numbers, got none.")
        return np.array([natural(lab, "voltages", one) for one in voltages])
    largest = natural(lab, "max", most, "voltage")
    if not 0 < largest < np.inf:
        raise BadInputError(f"`max` must be positive, got {most if isinstance(most, str) else f'{most:g}'}.")
    if not 2 <= count <= MOST:
        raise BadInputError(f"`count` must be between 2 and {MOST}, got {count}.")
    return np.linspace(0.0, largest, count)


def _print(read: Any, columns: dict[str, Any], status: Any, as_json: bool) -> None:
    if not as_json:
        shown = under_headings(read.lab, columns, TITLES if read.lab is None else TITLES_IN_SI)
        print_table(tuple(shown), zip(*shown.values(), strict=True))
        return
    from jaxwire.model.description import describe

    temperature, units = read.point["temperature"], RESULT_UNITS
    if read.lab is not None:
        temperature = float(in_si(read.lab, "temperature", temperature))
        units = {name: read.lab.scale.si_unit(name) for name in ("temperature", *columns)}
    print_json(
        {
            "jaxwire": version("jaxwire"),
            "units": units,
            "scatterer": describe(read.scatterer),
            "wire": describe(read.wire),
            "temperature": temperature,
            **{name: values.tolist() for name, values in columns.items()},
            "status": {"code": status.code.tolist(), "message": str(status)},
        }
    )
