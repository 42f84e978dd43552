"""What the commands share: the program and its exit codes, common options, complaints about input."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from jaxwire.cli.laboratory import MINUS, Laboratory, natural, options_given
from jaxwire.cli.output import StandardOutputError, complain, standard_output
from jaxwire.cli.remarks import remarks_told
from jaxwire.cli.words import split_lists

if TYPE_CHECKING:
    from jaxwire.config.scan import Config
    from jaxwire.lab.lab import Lab


app = App(
    name="jaxwire",
    help="Where a nanowire heats and cools when a current flows through a quantum scatterer (arXiv:2407.10192).\n\n"
    "Energies are in units of mu0, positions in units of vF tau0, currents in units of e mu0/h.",
    version=version("jaxwire"),
    help_format="plaintext",
    suppress_keyboard_interrupt=False,  # else `main` could not tell how a stopped scan goes on
)

app.register_install_completion_command()

Temperature = Annotated[float | None, Parameter(alias="-t")]
"""kB T, in mu0."""

TemperatureOrUnit = Annotated[float | str | None, Parameter(alias="-t")]
"""kB T in mu0, or a text with a unit."""

Figure = Annotated[Path | None, Parameter(alias="-p")]
"""A file for a figure."""

NumberList = Annotated[tuple[float | str, ...] | None, Parameter(consume_multiple=True, negative="")]
"""An option that takes one or more numbers, or texts with units."""

RESULT_UNITS = {
    "energies": "mu0",
    "positions": "vF tau0",
    "current": "e mu0/h",
    "force": "mu0/(vF tau0)",
    "external_power": "mu0^2/(h vF tau0)",
    "heat_current": "mu0^2/h",
    "heating": "external_power",
}
"""Units of the numbers in JSON, by what they are."""


NO_LABORATORY = Laboratory()
"""Natural units."""

PIPE_CLOSED = 141
"""Exit code of a program whose reader has had enough, as `head` has: what shells report of signal 13."""


LONGEST = 1_000
"""Characters of a complaint."""


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


@dataclass(frozen=True)
class Numbers:
    """Base of options that are numbers, each of which may be left out."""

    def given(self, lab: "Lab | None" = None) -> dict[str, float]:
        """Those that are given, by name, in natural units; with units if there is a laboratory."""
        return {name: natural(lab, name, getattr(self, name)) for name in self.names()}

    def names(self) -> list[str]:
        """Names of those that are given."""
        return list(options_given(self))


@Parameter(name="*")
@dataclass(frozen=True)
class Dot(Numbers):
    """Options of a resonant quantum dot.

    Attributes:
        center: Position eps0 of the resonance, a kinetic energy in the left wire, in mu0.
        width: Half width Gamma of the resonance, in mu0.
    """

    center: Annotated[float | str | None, Parameter(alias="-c")] = None
    width: Annotated[float | str | None, Parameter(alias="-w")] = None

    def refuse_with_file(self) -> None:
        """Complain if any is given, where a file describes the scatterer."""
        for name in self.names():
            raise BadInputError(f"`{name}` must be left out where --config gives the scatterer, got both.")


@Parameter(name="*")
@dataclass(frozen=True)
class Drive(Numbers):
    """Options of what drives the current.

    Attributes:
        voltage: eV, the misalignment of the two bands, in mu0; positive drives a positive current.
        current: I, instead of the voltage, in e mu0/h.
        force: F, the external force far away, instead of the voltage, in mu0/(vF tau0).
    """

    voltage: Annotated[float | str | None, Parameter(alias="-v")] = None
    current: Annotated[float | str | None, Parameter(alias="-i")] = None
    force: float | str | None = None

    def replacing(self, point: Mapping[str, float], lab: "Lab | None" = None) -> dict[str, float]:
        """The numbers of an operating point, with this drive, if any is given, instead of its own."""
        given = self.given(lab)
        return {name: value for name, value in point.items() if not (given and name in vars(self))} | given


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: words after `jaxwire`; those of the process unless given.

    Returns:
        Exit code: 0 solved, 1 a point could not be solved, 2 bad input or output, 130 stopped by Ctrl-C, 141 nobody
        reads the output any more.
    """
    try:
        with standard_output(), remarks_told():
            words = _words(sys.argv[1:] if arguments is None else arguments)
            code = app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except (CycloptsError, BadInputError) as error:
        complain(_short(str(error).strip().replace(MINUS, "-")))
        return 2
    except StandardOutputError as error:
        if error.is_unwanted:
            return PIPE_CLOSED
        complain(f"jaxwire: {error}")
        return 2
    except KeyboardInterrupt as stop:
        complain(f"jaxwire: {str(stop) or 'stopped'}")
        return 130
    return code if isinstance(code, int) else 0


def _words(arguments: Sequence[str]) -> list[str]:
    try:
        return split_lists(arguments)
    except ValueError as error:
        raise BadInputError(str(error)) from error


def _short(complaint: str) -> str:
    """A complaint without the middle, where it repeats very long input; with the cure of decimal commas."""
    if re.search(r'convert "[+-]?\d+,\d+" into float\.$', complaint):
        complaint = f"{complaint.rstrip('.')}: write a decimal point."
    return complaint if len(complaint) <= LONGEST else f"{complaint[: LONGEST // 2]} ... {complaint[-LONGEST // 4 :]}"


@contextmanager
def about_input() -> Iterator[None]:
    """Turn complaints about input into `BadInputError`; they begin with the `name` of what is wrong."""
    try:
        yield
    except (ValueError, TypeError) as error:
        if not str(error).startswith("`"):
            raise
        raise BadInputError(str(error)) from error
    except OSError as error:
        if error.filename is None:
            raise
        raise BadInputError(f"'{error.filename}' cannot be written: {error.strerror}.") from error


@contextmanager
def kernels_kept(is_wanted: bool) -> Iterator[None]:
    """Keep what is compiled in the `with` block in the user's cache directory; NaN is no mistake in it."""
    from jaxwire.numerics.kernel_cache import cache_directory, compilation_cache

    with compilation_cache(cache_directory() if is_wanted else None):
        from jaxwire.numerics.programs import nan_is_a_value

        with nan_is_a_value():
            yield


def require_netcdf(option: str) -> None:
    """Complain where the libraries for NetCDF files are not installed."""
    from importlib.util import find_spec

    if not (find_spec("h5netcdf") and find_spec("h5py")):
        raise BadInputError(f"`{option}` needs h5netcdf and h5py: pip install 'jaxwire[netcdf]'.")


def read_point(
    config: Path | None, dot: Dot, temperature: float | str | None, laboratory: Laboratory = NO_LABORATORY
) -> "Config":
    """Scatterer, wire and temperature: from a file, or a Lorentzian in a wire of a laboratory or in the paper's.

    Options have precedence over what the file says of the operating point.
    """
    from dataclasses import replace

    from jaxwire.config.scan import Config, read_config
    from jaxwire.lab.quantities import as_given
    from jaxwire.model.scatterers.resonances import Lorentzian
    from jaxwire.model.wires.wire import Wire

    lab = laboratory.build(config, temperature)
    if config is not None:
        dot.refuse_with_file()
        read = read_config(config)
        if read.axes:
            raise BadInputError("`axes` must be left out for this command, got a file for `jaxwire scan`.")
    else:
        for name, value in vars(dot).items():
            if value is None:
                raise BadInputError(f"`{name}` must be given, or a file with any scatterer as --config; got none.")
        numbers: Any = dot.given(lab)  # converted by the field
        with as_given({} if lab is None else vars(dot)):
            read = Config(Lorentzian(**numbers), Wire() if lab is None else lab.wire, lab=lab)
    if temperature is not None:
        point = (
            {"temperature": natural(None, "temperature", temperature)} if read.lab is None else read.lab.at(temperature)
        )
        read = replace(read, point=read.point | point)
    if "temperature" not in read.point:
        raise BadInputError("`temperature` must be given; got none.")
    return read
