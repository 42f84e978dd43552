"""Fits described in a TOML file: what is free, where the search starts, and what was measured where.

```toml
free = ["center", "width", "gain"]       # as in `jaxwire.fit`, which has the defaults of everything here
starts = 16
temperature = 0.3                        # operating point of every profile that has none of its own
loss = {model = "HuberLoss", scale = 1.5}
optimiser = {model = "LevenbergMarquardt", max_steps = 100}
resolution = {above = 64, below = 24}

[bounds]
center = [0.3, 2.5]

[scatterer]                              # any public scatterer, as in the files of `jaxwire scan`
model = "Lorentzian"
center = 1.0                             # where the search starts if it is free
width = 0.1

[wire.relaxation]                        # likewise [wire.dispersion] and [wire.screening]
model = "PowerLaw"
exponent = -0.5

[instrument]
model = "Thermometer"                    # HeatingProfile unless given
healing_length = 0.5

[priors]                                 # mean and standard deviation of what is free
width = [0.1, 0.03]

[given]                                  # standard deviation of what is kept; likewise [ties], as in `jaxwire.fit`
temperature = 0.01

[[measurements]]                         # one for each profile; none are needed where all have the same point
file = "profile.csv"                     # next to this file; may be left out where the files are told otherwise
voltage = 0.1
measured_current = [0.0125, 0.0001]      # and its standard error; likewise measured_voltage
```
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import equinox as eqx

from jaxwire.config.models import MODELS, Builder, build_resolution, build_wire
from jaxwire.config.tables import (
    TomlTable,
    check_table,
    complaints_at,
    flattened,
    join,
    read,
    read_toml,
    shown,
)
from jaxwire.fits.fit import RESOLUTION
from jaxwire.fits.losses import AbstractLoss, CauchyLoss, HuberLoss, SquaredLoss
from jaxwire.fits.measurement import Measurement, read_profile
from jaxwire.fits.optimisers import AbstractOptimiser, LevenbergMarquardt
from jaxwire.model.parameters.names import DRIVES, OPERATING_POINT
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.numerics.input_file import file_words
from jaxwire.observables.instruments import AbstractInstrument, HeatingProfile, Thermometer

SETTINGS = {"instrument": AbstractInstrument, "loss": AbstractLoss, "optimiser": AbstractOptimiser}
"""Tables that a file of a scan has not, and what they describe."""

ELECTRIC = ("measured_current", "measured_voltage")
"""What may be measured beside a profile: a value and its standard error."""

NAMED = ("priors", "ties", "given")
"""Tables by the names of numbers that `jaxwire.fit` understands as they are."""

CHOICES: dict[type[eqx.Module], tuple[type[eqx.Module], ...]] = {
    AbstractInstrument: (HeatingProfile, Thermometer),
    AbstractLoss: (SquaredLoss, HuberLoss, CauchyLoss),
    AbstractOptimiser: (LevenbergMarquardt,),
}
"""What the `model` of these tables may be; everything public that numbers describe. The first is meant without one."""


@dataclass(frozen=True)
class Profile:
    """Where a profile is, and where it was measured.

    Attributes:
        point: those of temperature, voltage, current and force that are known, and what else was measured there.
        file: its CSV file; None where the config does not say.
        path: of its table in the config, "" without one.
    """

    point: dict[str, Any]
    file: Path | None = None
    path: str = ""


@dataclass(frozen=True)
class FitConfig:
    """What a config file of a fit describes.

    Attributes:
        point: the operating point of profiles that have none of their own.
        profiles: those that the file lists.
        options: arguments of `jaxwire.fit` but for the measurements, as far as they are given.
    """

    point: dict[str, float] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


class _Point(TomlTable):
    temperature: float | None = None
    voltage: float | None = None
    current: float | None = None
    force: float | None = None


class _Measurement(_Point):
    file: str | None = None
    measured_current: list[float] | None = None
    measured_voltage: list[float] | None = None


class _File(_Point):
    """The whole file."""

    free: list[str] | None = None
    starts: int | None = None
    scatterer: Any = None
    wire: Any = None
    instrument: Any = None
    loss: Any = None
    optimiser: Any = None
    resolution: Any = None
    bounds: dict[str, Any] = {}
    priors: dict[str, Any] = {}
    ties: dict[str, Any] = {}
    given: dict[str, Any] = {}
    measurements: list[Any] = []


def read_fit_config(path: str | Path) -> FitConfig:
    """Read a config file.

    Raises:
        ValueError: if the file cannot be read or is not TOML, a key is unknown, missing or of the wrong type, or a
            value is outside its domain; the message begins with the key.
        TypeError: as the constructors of the objects.
    """
    return read(path, parse_fit_config)


def parse_fit_config(text: str, folder: str | Path = ".", name: str = "config") -> FitConfig:
    """Understand the text of a config file.

    ```python
    >>> from jaxwire.config import parse_fit_config
    >>> text = '''
    ... temperature = 0.3
    ... bounds = {center = [0.3, 2.5]}
    ... measurements = [{file = "low.csv", voltage = 0.1}, {file = "high.csv", voltage = 0.4}]
    ... '''
    >>> config = parse_fit_config(text, folder="data")
    >>> config.options, config.profiles[1].point, str(config.profiles[1].file)
    ({'bounds': {'center': (0.3, 2.5)}}, {'temperature': 0.3, 'voltage': 0.4}, 'data/high.csv')

    ```

    Args:
        text: the text.
        folder: where the files are that it names.
        name: what complaints about its syntax call it.

    Raises:
        ValueError: as `read_fit_config`.
        TypeError: as `read_fit_config`.
    """
    with _without_axes():
        given = check_table(_File, read_toml(text, name), "", "a config file of a fit")
        builder = Builder(Path(folder), models=MODELS | CHOICES, optional=CHOICES)
        options: dict[str, Any] = {"free": given.free, "starts": given.starts, "bounds": _bounds(given.bounds) or None}
        options |= {key: _by_name(table) for key in NAMED if (table := getattr(given, key))}
        if given.scatterer is not None:
            options["scatterer"] = builder.build(given.scatterer, AbstractScatterer, "scatterer")
        if given.wire is not None:
            options["wire"] = build_wire(builder, given.wire)
        for key, base in SETTINGS.items():
            if getattr(given, key) is not None:
                options[key] = builder.build(getattr(given, key), base, key)
        options["resolution"] = build_resolution(given.resolution, RESOLUTION)
        point = _point_of(given)
        profiles = tuple(_profile(row, point, Path(folder), n) for n, row in enumerate(given.measurements))
    return FitConfig(point, profiles, {key: value for key, value in options.items() if value is not None})


def load_measurements(config: FitConfig, files: Sequence[Path]) -> list[Measurement]:
    """Read the profiles of a fit.

    Args:
        config: what the config file says of them.
        files: CSV files, in the order of the profiles of the config; where empty, those that it names.

    Raises:
        ValueError: if files are missing, cannot be read or do not hold a profile, or an operating point is none.
        TypeError: if an operating point is not complete.
    """
    profiles = config.profiles or tuple(Profile(config.point) for _ in files)
    if not profiles:
        raise ValueError("`profiles` must be one or more CSV files, or named by the config; got none.")
    if files and len(files) != len(profiles):
        raise ValueError(
            f"`profiles` must be one file for each of the {len(profiles)} measurements of the config, got {len(files)}."
        )
    if not files and (nameless := next((one for one in profiles if one.file is None), None)):
        raise ValueError(f"`{nameless.path}.file` must be given, or all files as `profiles`; got none.")
    return [_load(one, files[n] if files else one.file) for n, one in enumerate(profiles)]


def _load(profile: Profile, file: Any) -> Measurement:
    source = "profiles" if file is not profile.file else f"{profile.path}.file"
    with _about_file(file):
        with complaints_at(lambda key: source if key == "source" else key):
            columns = read_profile(file)
        with complaints_at(lambda key: join(profile.path, key) if key in OPERATING_POINT else key):
            return Measurement(**columns, **profile.point)


@contextmanager
def _about_file(file: Path) -> Iterator[None]:
    """Say in complaints about columns which file has them."""
    try:
        yield
    except ValueError as error:
        is_known = file_words(file) in str(error) or not str(error).startswith(("`x`", "`y`", "`sigma`"))
        raise error if is_known else ValueError(f"{str(error).rstrip('.')}; in {file_words(file)}.") from None


@contextmanager
def _without_axes() -> Iterator[None]:
    """Leave out of complaints what they say of axes, which a fit has not."""
    try:
        yield
    except ValueError as error:
        text = str(error).replace("a number or as an axis", "a number")
        raise ValueError(text.replace("; a list of values to run through belongs in [axes]", "")) from None


def _point_of(given: _Point) -> dict[str, float]:
    return {name: getattr(given, name) for name in OPERATING_POINT if getattr(given, name) is not None}


def _profile(row: Any, point: Mapping[str, float], folder: Path, number: int) -> Profile:
    """A profile: what its table leaves out is that of all."""
    path = f"measurements[{number}]"
    given = check_table(_Measurement, row, path, "a measurement")
    own = _point_of(given)
    shared = {name: value for name, value in point.items() if name not in DRIVES or not own.keys() & set(DRIVES)}
    electric = {name: pair for name in ELECTRIC if (pair := getattr(given, name)) is not None}
    return Profile(shared | own | electric, None if given.file is None else folder / given.file, path)


def _by_name(table: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    """Values by the names of numbers: also relaxation.exponent without quotes."""
    found = {}
    for key, value in table.items():
        found |= _by_name(value, f"{start}{key}.") if isinstance(value, dict) else {start + key: value}
    return found


def _bounds(given: dict[str, Any]) -> dict[str, tuple[float, float]]:
    found = {}
    for name, pair in flattened(given).items():
        is_pair = isinstance(pair, list) and len(pair) == 2
        if not is_pair or any(isinstance(end, bool) or not isinstance(end, int | float) for end in pair):
            raise ValueError(f"`{join('bounds', name)}` must be a list of two numbers, got {shown(pair)}.")
        found[name] = (float(pair[0]), float(pair[1]))
    return found
