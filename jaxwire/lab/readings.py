"""Profiles as a laboratory has them: files or tables with units in their headings become measurements.

The reader is that of `read_profile`; here units are used. Positions must have one. Readings are temperatures (K), heat
per length (W/m), or in a unit of their own, which then stays theirs: volts of an amplifier, say.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jaxwire.fits.measurement import Measurement
from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.quantities import prefixed, read_quantity, to_natural
from jaxwire.model.lab_files.columns import read_columns
from jaxwire.model.lab_files.headings import Role, Wanted, heading_of
from jaxwire.model.parameters.domain import POSITIVE, REAL
from jaxwire.model.parameters.names import DRIVES
from jaxwire.model.parameters.one_line import one_line
from jaxwire.model.printing import html_table
from jaxwire.numerics.input_file import file_words

READINGS = (
    *("t", "dt", "delta_t", "\u03b4t", "\u2206t", "temperature", "temperature_rise", "rise", "theta"),
    *("reading", "readings", "signal", "value", "heating", "heating_power", "p", "p_ph"),
)
"""Names of columns of readings besides y."""

ALIASES = {
    "x": ("position", "positions", "pos", "distance", "z"),
    "y": READINGS,
    "sigma": (),
}
"""Other names of the columns, by their role."""

QUANTITIES_OF_READINGS = {"K": "temperature", "W/m": "heating_power"}
"""What is read, by the unit of SI that fits."""


@dataclass(frozen=True, repr=False)
class LabData(Sequence[Measurement]):
    """Profiles that a laboratory has measured, and what they are in SI.

    Attributes:
        measurements: the profiles, in natural units.
        sources: where each is from, in words.
        unit: of the readings: "K", "W/m", or that of the heading where it is another one.
        lab: in whose units they are.
        errors: standard errors of temperatures and drives, in natural units, by their names in a fit.
        notes: what was understood of the tables, a line each.
    """

    measurements: tuple[Measurement, ...]
    sources: tuple[str, ...]
    unit: str
    lab: KnownWire
    errors: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __getitem__(self, index: Any) -> Any:
        """One profile, or several."""
        return self.measurements[index]

    def __len__(self) -> int:
        """How many profiles there are."""
        return len(self.measurements)

    def __iter__(self) -> Iterator[Measurement]:
        """The profiles."""
        return iter(self.measurements)

    @property
    def names(self) -> tuple[str, ...]:
        """What tables and figures call the profiles: the names of their files, with folders where these are alike."""
        short = tuple(Path(source).name for source in self.sources)
        return short if len(set(short)) == len(short) else self.sources

    @property
    def reading_unit(self) -> float:
        """Unit of SI in which readings are natural; 1 where their unit is their own."""
        quantity = QUANTITIES_OF_READINGS.get(self.unit)
        return float(self.lab.scale.to_si(quantity, 1.0)) if quantity else 1.0

    def si(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Positions in m, readings and their errors in `unit`, of one profile."""
        one = self.measurements[number]
        path, unit = float(self.lab.scale.mean_free_path), self.reading_unit
        return one.x * path, one.y * unit, None if one.sigma is None else one.sigma * unit

    def _rows(self) -> list[tuple[str, str, str, str, str, str]]:
        rows = []
        for number, (source, one) in enumerate(zip(self.sources, self.measurements, strict=True)):
            x, y, _ = self.si(number)
            point = [str(self.lab.si(name, value)) for name, value in one.point.items()]
            drive = "" if one.drive == "voltage" else f"{one.drive} "
            rows.append((source, str(one.size), _range(x, "m"), _range(y, self.unit), point[0], drive + point[1]))
        return rows

    def __str__(self) -> str:
        """A line for each profile."""
        rows = [("", "readings", "positions", "readings", "temperature", "drive"), *self._rows()]
        widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        return "\n".join(
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )

    def __repr__(self) -> str:
        """The same."""
        return str(self)

    def _repr_html_(self) -> str:
        """The table of a notebook."""
        titles = ("", "number", "positions", "readings", "temperature", "drive")
        return html_table(
            "1 profile" if len(self) == 1 else f"{len(self)} profiles", self._rows(), titles=titles, notes=self.notes
        )


def _range(values: np.ndarray, unit: str) -> str:
    factor, shown = prefixed(float(np.max(np.abs(values))), unit)
    low, high = float(np.min(values)) * factor, float(np.max(values)) * factor
    return f"{low:.4g} to {high:.4g} {shown}".rstrip()


def read_data(
    lab: KnownWire,
    sources: Any,
    temperature: Any,
    drives: Mapping[str, Any],
    columns: Mapping[str, Any] | None,
    measured_current: Any = None,
) -> LabData:
    """Read profiles; see `Lab.read`."""
    is_many = isinstance(sources, list | tuple)
    sources = list(sources) if is_many else [sources]
    if not sources:
        raise ValueError("`sources` must be one or more files or tables, got none.")
    wanted = _wanted(columns)
    read = [_read_one(source, wanted) for source in sources]
    units = {one.unit for one in read}
    if len(units) > 1:
        raise ValueError(f"`sources` must have readings in like units, got {' and '.join(sorted(units))}.")
    points, errors = _points(lab, temperature, drives, len(sources))
    for point, one in zip(points, _currents(lab, measured_current, len(sources)), strict=True):
        if one is not None:
            point["measured_current"] = one
    path = float(lab.scale.mean_free_path)
    unit = read[0].unit
    quantity = QUANTITIES_OF_READINGS.get(unit)
    reading = float(lab.scale.to_si(quantity, 1.0)) if quantity else 1.0
    measurements = tuple(
        Measurement(one.x / path, one.y / reading, None if one.sigma is None else one.sigma / reading, **point)
        for one, point in zip(read, points, strict=True)
    )
    notes = tuple(note for one in read for note in one.notes)
    return LabData(measurements, tuple(one.source for one in read), unit, lab, errors, notes)


@dataclass(frozen=True)
class _Profile:
    """A table in SI."""

    source: str
    x: np.ndarray
    y: np.ndarray
    sigma: np.ndarray | None
    unit: str
    notes: tuple[str, ...]


def _wanted(columns: Mapping[str, Any] | None) -> tuple[Wanted, dict[str, str]]:
    """Columns that are looked for, and the units that the caller gives them."""
    columns = {} if columns is None else columns
    if not isinstance(columns, Mapping):
        raise TypeError(f"`columns` must be a mapping such as {{'x': 'Pos (nm)'}}, got {one_line(columns)}.")
    units, names = {}, {}
    for role, given in columns.items():
        if role not in ALIASES:
            raise ValueError(f"`columns` must name {', '.join(ALIASES)}, got {one_line(role)}.")
        heading, unit = given if isinstance(given, tuple) and len(given) == 2 else (given, None)
        if not isinstance(heading, str) or not isinstance(unit, str | None):
            raise TypeError(f"`columns` must be headings, or pairs of heading and unit, got {one_line(given)}.")
        names[role] = heading_of(heading).name
        if unit is not None:
            units[role] = unit
    domains = {"x": REAL, "y": REAL, "sigma": POSITIVE}
    of = names.get("y", "y")
    roles = tuple(
        Role(
            names.get(role, role),
            () if role in names else aliases,
            domains[role],
            errors_of=of if role == "sigma" else "",
        )
        for role, aliases in ALIASES.items()
    )
    return Wanted(roles), units


def _read_one(source: Any, wanted: tuple[Wanted, dict[str, str]]) -> _Profile:
    """One table, in SI."""
    roles, given = wanted
    read = read_columns(source, roles, "sources")
    what = file_words(source) if isinstance(source, str | os.PathLike) else type(source).__name__
    x, y, sigma = (read.values[role.name] for role in roles.roles)
    units = {key: given.get(key, read.units.get(role.name, "")) for key, role in zip(ALIASES, roles.roles, strict=True)}
    assert x is not None and y is not None
    length = _factor("x", units["x"], ("m",), what)
    if length is None:
        raise ValueError(
            f"`x` must have a unit of length in {what}, as in x_nm or x (nm), got {units['x'] or 'none'}; or give "
            "columns={'x': (its heading, 'nm')}."
        )
    reading = _reading(units["y"], what)
    own = _reading(units["sigma"] or units["y"], what)
    if own[1] != reading[1]:
        raise ValueError(f"`sigma` must be in the unit of the readings in {what}, got {own[1]} and {reading[1]}.")
    errors = None if sigma is None else sigma * own[0]
    return _Profile(what.strip("'"), x * length, y * reading[0], errors, reading[1], read.notes)


def _factor(name: str, unit: str, expected: tuple[str, ...], what: str) -> float | None:
    """Unit of a column in one of SI; None where there is none, or another."""
    if not unit:
        return None
    try:
        return read_quantity(name, f"1 {unit}", expected).value
    except ValueError:
        return None


def _reading(unit: str, what: str) -> tuple[float, str]:
    """Factor and unit of readings in SI; their own where it is neither a temperature nor a power per length."""
    for expected in QUANTITIES_OF_READINGS:
        factor = _factor("y", unit, (expected,), what)
        if factor is not None:
            return factor, expected
    return 1.0, unit


def _currents(lab: KnownWire, given: Any, count: int) -> list[tuple[float, float] | None]:
    """Currents that were measured beside the profiles, with their errors, in natural units."""
    each = given if isinstance(given, list) else [given] * count
    if len(each) != count:
        raise ValueError(f"`measured_current` must be one for each of the {count} profiles, got {len(each)}.")
    found: list[tuple[float, float] | None] = []
    for one in each:
        read = None if one is None else to_natural(lab.scale, "measured_current", one, "current")
        if read is not None and read.error is None:
            raise ValueError(f"`measured_current` must have an error, such as '13.4(1) nA', got {one_line(one)}.")
        found.append(None if read is None else (read.value, read.error or 0.0))
    return found


def _points(
    lab: KnownWire, temperature: Any, drives: Mapping[str, Any], count: int
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Operating points of all profiles, and their errors by name."""
    given = {name: value for name, value in drives.items() if value is not None}
    if len(given) != 1:
        got = " and ".join(given) or "none"
        raise TypeError(f"`voltage`, `current` or `force` must be given, one of them; got {got}.")
    if temperature is None and lab.temperature is None:
        raise ValueError("`temperature` must be given to read, or to the Lab; got none.")
    columns = {"temperature": lab.temperature if temperature is None else temperature, **given}
    points: list[dict[str, Any]] = [{} for _ in range(count)]
    errors = {}
    for name, values in columns.items():
        each = values if isinstance(values, list) else [values] * count
        if len(each) != count:
            raise ValueError(f"`{name}` must be one for each of the {count} profiles, or one for all; got {len(each)}.")
        for number, one in enumerate(each):
            found = to_natural(lab.scale, name, one)
            points[number][name] = found.value
            if found.error is not None:
                errors[f"measurements[{number}].{name}" if isinstance(values, list) or name in DRIVES else name] = (
                    found.error
                )
    return points, errors
