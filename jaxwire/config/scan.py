"""Scans and operating points described in a TOML file: the file becomes the objects of the library.

```toml
temperature = 0.3                # kB T, in mu0; with it one of voltage, current, force, unless they are axes
observables = ["current", "spots", "heating"]
x = [-0.5, 0.5]                  # positions of "heating", in vF tau0
x_max = 20.0                     # how far spots are looked for; also x_min, min_prominence
memory = "1GB"
precision = "double"             # or "single", for what jaxwire.scan allows it
resolution = {above = 80, below = 32}

[scatterer]
model = "BreitWigner"            # any public scatterer by its name, with its fields

[[scatterer.resonances]]
center = 0.9
width = 0.1

[[scatterer.resonances]]
width = 0.05                     # its center is an axis; what is an axis may be left out
peak = 0.8

[wire.relaxation]                # likewise [wire.dispersion] and [wire.screening]
model = "PowerLaw"
exponent = -0.5

[axes]                           # dimensions of the grid, in this order
voltage = {start = 0.1, stop = 0.7, count = 4}
"resonances[1].center" = {start = 1.0, stop = 2.0, count = 3, scale = "log"}

[[zip]]                          # names that vary together, along one dimension
"resonances[0].width" = [0.1, 0.2]
"relaxation.exponent" = [-0.5, 0.5]
```

A table of numbers can be
read from a file next to the config: `model = "Tabulated"` with `file = "transmission.csv"`, two columns energy and
value, separated by commas or spaces. Functions are for Python.

A `Config` holds the objects; `jaxwire solve` and `jaxwire iv` read the same files, without axes.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from jaxwire.config.lab import build_lab, in_natural_units
from jaxwire.config.models import PARTS, Builder, build_resolution, build_wire
from jaxwire.config.tables import TomlTable, check_table, complaints_at, flattened, join, read, read_toml, shown
from jaxwire.lab.lab import Lab
from jaxwire.lab.quantities import as_given
from jaxwire.model.parameters.names import OPERATING_POINT
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.integers import require_count
from jaxwire.scans.axes import read_axes

MOST_VALUES, MOST_POSITIONS = 1_000_000, 100_000
"""Values of a range, and positions, at most."""


@dataclass(frozen=True)
class Config:
    """What a config file describes.

    Attributes:
        scatterer: the scatterer; numbers that are axes have their first value.
        wire: the wire, likewise.
        point: those of temperature, voltage, current and force that have a fixed value.
        axes: names and values of what varies, as `jaxwire.scan` takes them.
        options: further arguments of `jaxwire.scan`, as far as they are given: observables, x, x_max, x_min,
            min_prominence, resolution, memory, precision.
        lab: in whose units the file is, and results are shown; None for natural ones.
    """

    scatterer: AbstractScatterer
    wire: Wire
    point: dict[str, float] = field(default_factory=dict)
    axes: dict[Any, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    lab: Lab | None = None

    def scan_arguments(self) -> dict[str, Any]:
        """Keyword arguments of `jaxwire.scan` and `jaxwire.estimate`."""
        return {"scatterer": self.scatterer, "wire": self.wire, "axes": self.axes, **self.point, **self.options}


class _Range(TomlTable):
    start: float
    stop: float
    count: int
    scale: Literal["linear", "log"] = "linear"


class _File(TomlTable):
    """The whole file."""

    scatterer: Any
    wire: Any = None
    temperature: float | None = None
    voltage: float | None = None
    current: float | None = None
    force: float | None = None
    observables: list[str] | None = None
    x: Any = None
    x_max: float | None = None
    x_min: float | None = None
    min_prominence: float | None = None
    memory: Any = None
    precision: str | None = None
    resolution: Any = None
    axes: dict[str, Any] = {}
    zip: list[dict[str, Any]] = []


def read_config(path: str | Path) -> Config:
    """Read a config file.

    Raises:
        ValueError: if the file cannot be read or is not TOML, a key is unknown, missing or of the wrong type, or a
            value is outside its domain; the message begins with the key.
        TypeError: as the constructors of the objects.
    """
    return read(path, parse_config)


def parse_config(text: str, folder: str | Path = ".", name: str = "config") -> Config:
    """Understand the text of a config file.

    ```python
    >>> from jaxwire.config import parse_config
    >>> text = '''
    ... voltage = 0.1
    ... scatterer = {model = "Lorentzian", width = 0.08}
    ... [axes]
    ... center = [0.6, 1.4]
    ... temperature = {start = 0.01, stop = 1.0, count = 3, scale = "log"}
    ... '''
    >>> config = parse_config(text)
    >>> config.axes["temperature"], config.point
    (array([0.01, 0.1 , 1.  ]), {'voltage': 0.1})

    ```

    Args:
        text: the text.
        folder: where the files are that it names.
        name: what complaints about its syntax call it.

    Raises:
        ValueError: as `read_config`.
        TypeError: as `read_config`.
    """
    tables = read_toml(text, name)
    lab = build_lab(tables.pop("lab")) if "lab" in tables else None
    with as_given({} if lab is None else flattened(tables)):
        return _parsed(tables, folder, lab)


def _parsed(tables: Any, folder: str | Path, lab: Lab | None) -> Config:
    """The config of tables as read."""
    if lab is not None:
        tables = in_natural_units(lab, tables)
        if "temperature" not in tables and lab.temperature is not None:
            if "temperature" not in flattened(tables.get("axes", {})):
                tables["temperature"] = lab.at()["temperature"]
    given = check_table(_File, tables, "", "a config file", ["lab"])
    columns, places = _columns(given)
    builder = Builder(Path(folder), {_canonical(each): values[0] for each, values in columns.items()})
    scatterer = builder.build(given.scatterer, AbstractScatterer, "scatterer")
    wire = build_wire(builder, given.wire) if lab is None else build_wire(builder, given.wire, lab.scale.dispersion)
    axes: dict[Any, Any] = {each: columns[each] for each in given.axes and flattened(given.axes)}
    axes |= {tuple(flattened(row)): tuple(columns[each] for each in flattened(row)) for row in given.zip}
    if axes:
        with complaints_at(lambda each: places.get(each, each)):
            read_axes(axes, scatterer, wire)
    point = {each: getattr(given, each) for each in OPERATING_POINT if getattr(given, each) is not None}
    options = {each: getattr(given, each) for each in _OPTIONS}
    options["x"] = None if given.x is None else _values(given.x, "x")
    options["resolution"] = build_resolution(given.resolution, Resolution())
    kept = {each: value for each, value in options.items() if value is not None}
    return Config(scatterer, wire, point, axes, kept, lab)


_OPTIONS = ("observables", "x_max", "x_min", "min_prominence", "memory", "precision")
"""Names that the file and `jaxwire.scan` share."""


def _columns(given: _File) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Values of all axes by name, and the path at which each is given."""
    columns, places = {}, {}
    for path, table in [("axes", given.axes), *((f"zip[{n}]", row) for n, row in enumerate(given.zip))]:
        sizes = {}
        for name, values in flattened(table).items():
            places[name] = join(path, name)
            if name in columns:
                raise ValueError(f"`{places[name]}` must be given once, got it in two tables.")
            columns[name] = _values(values, places[name])
            sizes[name] = columns[name].size
        if path != "axes" and len(sizes) < 2:
            raise ValueError(f"`{path}` must have at least two names, got {', '.join(sizes) or 'none'}.")
        if path != "axes" and len({*sizes.values()}) > 1:
            lengths = ", ".join(f"{name}: {size}" for name, size in sizes.items())
            raise ValueError(f"`{path}` must have lists of equal length, got {lengths}.")
    return columns, places


def _canonical(name: str) -> str:
    """Path in the file of a number that is an axis."""
    if name.startswith(("scatterer.", "wire.")):
        return name
    return f"wire.{name}" if name.split(".")[0] in PARTS else f"scatterer.{name}"


def _values(given: Any, path: str) -> np.ndarray:
    """A list of numbers, written out or as a range."""
    if isinstance(given, dict):
        ends = check_table(_Range, given, path, "a range")
        if ends.count < 1:
            raise ValueError(f"`{path}.count` must be at least 1, got {ends.count}.")
        require_count(f"{path}.count", ends.count, 1, MOST_POSITIONS if path == "x" else MOST_VALUES)
        if ends.scale == "linear":
            return np.linspace(ends.start, ends.stop, ends.count)
        if not ends.start * ends.stop > 0:
            raise ValueError(
                f"`{path}` must have ends of one sign, not 0, on a log scale, got {ends.start} and {ends.stop}."
            )
        return np.geomspace(ends.start, ends.stop, ends.count)
    if not isinstance(given, list) or not given:
        raise ValueError(f"`{path}` must be a list of numbers or {{start = , stop = , count = }}, got {shown(given)}.")
    for index, item in enumerate(given):
        if isinstance(item, bool) or not isinstance(item, int | float):
            raise ValueError(f"`{path}[{index}]` must be a number, got {shown(item)}.")
    if path == "x" and len(given) > MOST_POSITIONS:
        raise ValueError(f"`x` must have at most {MOST_POSITIONS:,} positions, got {len(given):,}.")
    return np.asarray(given, dtype=float)
