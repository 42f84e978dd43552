"""The one reader of tables: columns of numbers from a file, an open file, or a table of another library.

What is unambiguous is read, and what had to be understood is said: in a note (the logger "jaxwire", a line on the
command line), or in a warning where numbers may be meant in another way. All else is refused.
"""

import io
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jaxwire.model.lab_files.containers import container_of
from jaxwire.model.lab_files.dialects import RefusedError
from jaxwire.model.lab_files.headings import Heading, Wanted, assign, is_error_of, looks_like_error, same_unit
from jaxwire.model.lab_files.reading import read_table
from jaxwire.model.parameters.domain import Domain, shown_number
from jaxwire.model.parameters.hints import hint
from jaxwire.model.parameters.one_line import one_line
from jaxwire.numerics.input_file import LARGEST, decoded, file_words, text_of

LOG = logging.getLogger("jaxwire")

FALLBACK = "cp1252"
"""Encoding of old programs on Windows: that of files that are not in UTF-8."""

MOST_LINES_NAMED = 8
"""Lines that a message names one by one."""


@dataclass(frozen=True)
class Columns:
    """Columns of numbers by their role.

    Attributes:
        values: shape (n,) each; None for errors that there are none of.
        units: as the headings say, by role; left out where they say nothing.
        notes: what was understood, a line each.
    """

    values: dict[str, np.ndarray | None]
    units: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Table:
    """A table that was read, before anything is made of it.

    `place` says in words where row `n` is; `headings` is empty where nothing names the columns.
    """

    what: str
    headings: list[Heading]
    roles: dict[str, int]
    values: dict[str, np.ndarray]
    rows: list[int]
    row_word: str
    decimal: str = "."

    def place(self, row: int) -> str:
        """Where a row is, in words."""
        return f"in {self.row_word} {self.rows[row]} of {self.what}"


def read_columns(source: Any, wanted: Wanted, name: str = "source") -> Columns:
    """Read the columns of a table.

    Args:
        source: path of a file, an open file (of text or bytes), or a table of pandas, xarray or NumPy.
        wanted: the columns that are looked for.
        name: of the argument, or the key, that gave the source.

    Raises:
        TypeError: if the source is of no such kind, or a column holds no numbers.
        ValueError: if a file cannot be read, the table cannot be understood, or a number is outside its domain; with
            the line where, and the cure.
    """
    table = _of_text(source, wanted, name) or _of_container(source, wanted, name)
    used, notes = set(table.roles), tuple(filter(None, [_understood(table, wanted)]))
    empty = {name for name in used if _is_empty(table, name, wanted)}
    for name in empty:
        hint(f"`{name}` has no value in {table.what}, and is taken as unknown.")
    used -= empty
    is_whole = np.all([~np.isnan(table.values[name]) for name in used], axis=0)
    _say_left_out(table, used, is_whole)
    for role in wanted.roles:
        if role.name in used:
            _refuse_outside(table, role.name, role.domain, is_whole)
    values = {role.name: table.values[role.name][is_whole] if role.name in used else None for role in wanted.roles}
    units = {name: table.headings[table.roles[name]].unit for name in used if table.headings}
    _say_units(table, wanted, units)
    _say_errors(table, wanted)
    for note in notes:
        LOG.info("%s", note)
    return Columns(values, {name: unit for name, unit in units.items() if unit}, notes)


def _is_empty(table: _Table, name: str, wanted: Wanted) -> bool:
    """Whether a column that may be left out has no value in any row."""
    is_needed = name in {role.name for role in wanted.needed}
    return not is_needed and bool(table.rows) and bool(np.isnan(table.values[name]).all())


def _of_text(source: Any, wanted: Wanted, name: str) -> _Table | None:
    """A table from a file; None if the source is none."""
    if isinstance(source, str | os.PathLike):
        what = file_words(source)
    elif isinstance(source, io.IOBase) or callable(getattr(source, "read", None)):
        what = file_words(getattr(source, "name", None) or "the open file")
    else:
        return None
    try:
        found = read_table(_text(source, name), wanted, what)
    except RefusedError as error:
        raise ValueError(_message(error, wanted, what)) from None
    values = {role: np.array(numbers, dtype=np.float64) for role, numbers in found.values.items()}
    return _Table(what, found.headings, found.roles, values, found.lines, "line", found.decimal)


def _text(source: Any, name: str) -> str:
    """The text of a file that is a path, or open."""
    if isinstance(source, str | os.PathLike):
        given = os.fsdecode(source)
        if "\n" in given or "\r" in given:
            raise ValueError(f"`{name}` must be the path of a file, got a text: pass io.StringIO(text).")
        if given.startswith(("http://", "https://", "ftp://")):
            raise ValueError(f"`{name}` must be the path of a file, got {file_words(given)}: download it first.")
        return text_of(Path(given), name, fallback=FALLBACK)
    data = source.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"`{name}` must be a file of at most {LARGEST // 1_000_000} MB, got more in an open file.")
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    return decoded(bytes(data), "an open file", name, FALLBACK)


def _message(error: RefusedError, wanted: Wanted, what: str) -> str:
    where = "" if what in error.wrong else f" in {what}" if error.line is None else f" in line {error.line} of {what}"
    end = "." if not error.cure else f"; {error.cure}."
    return f"`{error.role or wanted.needed[0].name}` {error.wrong}{where}{end}"


def _of_container(source: Any, wanted: Wanted, name: str) -> _Table:
    """A table of another library."""
    container = container_of(source)
    if container is None:
        raise TypeError(
            f"`{name}` must be a path, an open file, or a table such as a DataFrame or a Dataset, "
            f"got {one_line(source)}."
        )
    what = container.what
    headings = [one for one in container.headings if one.text]
    if headings:
        roles = assign(headings, wanted, what)
    elif len(container.headings) == len(wanted.needed):
        roles = {role.name: at for at, role in enumerate(wanted.needed)}
    else:
        first = wanted.needed[0].name
        raise ValueError(f"`{first}` must be named in {what}, got {len(container.headings)} columns without names.")
    values = {role: container.column(at) for role, at in roles.items()}
    shapes = {role: column.shape for role, column in values.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        got = ", ".join(f"{role} of shape {shape}" for role, shape in shapes.items())
        raise ValueError(f"`{wanted.needed[0].name}` must be along one dimension with the others in {what}, got {got}.")
    rows = list(range(1, len(next(iter(values.values()))) + 1))
    table = _Table(what, headings, roles, values, rows, "entry")
    for role, column in values.items():
        if np.isinf(column).any():
            at = int(np.flatnonzero(np.isinf(column))[0])
            raise ValueError(f"`{role}` must be finite numbers, got {column[at]} {table.place(at)}.")
    return table


def _refuse_outside(table: _Table, name: str, domain: Domain, is_whole: np.ndarray) -> None:
    """Refuse the first number outside the domain, with its line."""
    numbers = table.values[name][is_whole]
    outside = ~np.broadcast_to(domain.contains(numbers), numbers.shape)
    if outside.any():
        at = int(np.flatnonzero(outside)[0])
        row = int(np.flatnonzero(is_whole)[at])
        got = shown_number(numbers, at, domain)
        raise ValueError(f"`{name}` must be {domain.words}, got {got} {table.place(row)}.")


def _say_left_out(table: _Table, used: set[str], is_whole: np.ndarray) -> None:
    """Warn of rows that have no value in a column."""
    left = np.flatnonzero(~is_whole).tolist()
    if left:
        lacking = [name for name in table.roles if name in used and np.isnan(table.values[name]).any()]
        rows = ", ".join(str(table.rows[at]) for at in left[:MOST_LINES_NAMED])
        more = f" and {len(left) - MOST_LINES_NAMED} more" if len(left) > MOST_LINES_NAMED else ""
        hint(
            f"{len(left)} of {len(is_whole)} rows of {table.what} have no value of {' or '.join(lacking)} and are left "
            f"out: {table.row_word} {rows}{more}."
        )


def _understood(table: _Table, wanted: Wanted) -> str:
    """What columns were taken for, where that is not their very name."""
    names = [role.name for role in wanted.roles if role.name in table.roles]
    commas = "; numbers have decimal commas" if table.decimal == "," else ""
    if not table.headings:
        return f"{table.what} has no names of columns: they are taken as {', '.join(names)} in this order{commas}"
    over = [one.text for at, one in enumerate(table.headings) if at not in table.roles.values() and one.text]
    if not over and not commas and all(table.headings[table.roles[name]].text == name for name in names):
        return ""
    read = ", ".join(f"{name} from `{table.headings[table.roles[name]].text[:40]}`" for name in names)
    passed = f"; passed over: {', '.join(name[:40] for name in over[:MOST_LINES_NAMED])}" if over else ""
    return f"{table.what}: {read}{passed}{commas}"


def _say_units(table: _Table, wanted: Wanted, units: dict[str, str]) -> None:
    """Warn of units that numbers are not taken in; refuse errors in another unit than that of their values."""
    for role in wanted.roles:
        unit, of = units.get(role.name, ""), units.get(role.errors_of, "")
        if role.errors_of and unit and not (same_unit(unit, of) if of else unit != "%"):
            raise ValueError(
                f"`{role.name}` must be in the unit of `{role.errors_of}` in {table.what}, got {unit} and "
                f"{of or 'none'}; convert one of them."
            )
        if role.unit and unit and not same_unit(unit, role.unit):
            hint(
                f"`{role.name}` is in {unit} by its heading in {table.what}, and is taken as numbers in {role.unit}: "
                f"convert it first, for example by jaxwire.Scale."
            )


def _say_errors(table: _Table, wanted: Wanted) -> None:
    """Warn of columns that look like errors and are not used."""
    errors = next((role for role in wanted.roles if role.errors_of), None)
    if errors is None or not table.headings:
        return
    others = [role for role in wanted.needed if role.name != errors.errors_of and role.name in table.roles]
    names = {other.name: (other.name, table.headings[table.roles[other.name]].name) for other in others}
    for at, heading in enumerate(table.headings):
        of = next((name for name, targets in names.items() if is_error_of(heading.name, targets)), None)
        if at in table.roles.values() or not (of or looks_like_error(heading)):
            continue
        why = f"errors of {of} are" if of else f"call it {errors.name} if it is of {errors.errors_of}; it is"
        hint(f"`{heading.text[:40]}` of {table.what} looks like a column of errors; {why} not used.")
