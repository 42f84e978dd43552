"""The one way to read a text as a table: all ways that may be meant are tried, and one alone must make sense.

A separator and a decimal sign make a way. Rows have one length; columns and rows without any entry do not count. Names
stand in a line without any number above the rows, or in a comment there; without names there must be as many columns
as are needed, in their order.
"""

import itertools
import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from jaxwire.model.lab_files.dialects import (
    Line,
    Lines,
    RefusedError,
    Row,
    fields_of,
    is_head,
    lines_of,
    rows_of,
    separators,
    shown_entry,
)
from jaxwire.model.lab_files.headings import Heading, Wanted, assign, heading_of
from jaxwire.model.lab_files.numerals import is_number, may_be_grouped, number_of


class TextTable(NamedTuple):
    """A text as a table.

    Attributes:
        headings: of the columns that have entries; empty where nothing names them.
        roles: number of the column by the name of its role.
        values: of these columns, by role; NaN where there is none.
        lines: of the rows.
    """

    headings: list[Heading]
    roles: dict[str, int]
    values: dict[str, list[float]]
    lines: list[int]
    decimal: str = "."


def read_table(text: str, wanted: Wanted, what: str) -> TextTable:
    """Read a text in the one way that makes sense.

    Args:
        text: the text.
        wanted: what is looked for.
        what: the file in words, for messages.

    Raises:
        RefusedError: if there is no such way, or more than one.
        ValueError: if columns are missing.
    """
    lines = lines_of(text)
    if not lines.rows:
        raise RefusedError(wanted.needed[0].name, f"must be one of the columns of {what}, got an empty file")
    ways = [(sign, decimal) for sign in separators(lines.rows, lines.separator) for decimal in _decimals(lines, sign)]
    found: list[TextTable] = []
    complaints: list[Exception] = []
    for separator, decimal in ways:
        try:
            one = _read(lines, separator, decimal, wanted, what)
        except (RefusedError, ValueError) as error:
            complaints.append(error)
            continue
        if not any(_same(one, other) for other in found):
            found.append(one)
    if not found:
        raise complaints[0]
    if len(found) > 1:
        cure = "separate fields by semicolons or tabs"
        raise RefusedError("", "must be a table that can be read in one way, got commas that may mean two", None, cure)
    return found[0]


def _same(one: TextTable, other: TextTable) -> bool:
    """Whether two ways give the same numbers."""
    pairs = itertools.chain.from_iterable(
        zip(one.values[role], other.values.get(role, []), strict=False) for role in one.values
    )
    return (one.values.keys(), one.lines) == (other.values.keys(), other.lines) and all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in pairs
    )


def _decimals(lines: Lines, separator: str) -> list[str]:
    """Decimal signs that numbers may have, the likelier first."""
    text = "\n".join(line.text for line in lines.rows)
    if "," not in text or (separator == "," and '"' not in text):
        return ["."]
    commas, points = (len(re.findall(rf"\d{sign}\d", text)) for sign in (",", r"\."))
    return [",", "."] if commas > points and separator != "," else [".", ","]


def _read(lines: Lines, separator: str, decimal: str, wanted: Wanted, what: str) -> TextTable:
    """Read a text in one way."""
    rows = rows_of(lines.rows, separator)
    count = next((at for at, row in enumerate(rows) if not is_head(row)), len(rows))
    heads, rows = rows[:count], rows[count:]
    if len(heads) > 2 or (len(heads) == 2 and not _are_units(heads[1], wanted)):
        got = f"must have one line of names above its rows, and one of units, got {len(heads)} without numbers"
        raise RefusedError("", got, heads[-1].line, "begin lines that are no rows with #")
    names = _names(heads, rows, lines, separator)
    kept = _kept(names, rows)
    if not kept:
        raise RefusedError(wanted.needed[0].name, f"must be one of the columns of {what}, got an empty file")
    _require_rectangle(rows, kept, names, wanted)
    if names and separator == ",":
        _refuse_longer(rows, len(names), wanted)
    headings = [heading_of(names[at]) for at in kept] if names else _commented(lines, len(kept), separator, wanted)
    if len(heads) > 1:
        headings = [_with_unit(one, heads[1], at) for one, at in zip(headings, kept, strict=True)]
    if headings:
        roles = assign(headings, wanted, what)
    elif len(kept) == len(wanted.needed):
        roles = {role.name: at for at, role in enumerate(wanted.needed)}
    else:
        example = ",".join(role.name for role in wanted.roles)
        got = f"{len(kept)} {'columns' if len(kept) != 1 else 'column'} without names"
        cure = f"write a line such as {example} above them"
        raise RefusedError("", f"must have names for its columns, got {got}", rows[0].line, cure)
    values = {role: _numbers(rows, kept[at], decimal, role) for role, at in roles.items()}
    if decimal == ",":
        _refuse_grouped(rows, [kept[at] for at in roles.values()], next(iter(roles)))
    return TextTable(headings, roles, values, [row.line for row in rows], decimal)


def _names(heads: Sequence[Row], rows: Sequence[Row], lines: Lines, separator: str) -> list[str]:
    """Names of the columns; those of a head that is separated in another way than the rows are, too."""
    if not heads:
        return []
    names, longest = heads[0].fields, max((len(row.fields) for row in rows), default=0)
    if rows and len(names) != longest and (len(names) == 1 or separator == " "):
        head = next(line for line in lines.rows if line.number == heads[0].line)
        others = [fields_of(head, sign, is_header=True) for sign in (",", ";", "\t") if sign != separator]
        names = next((other for other in others if len(other) == longest), names)
    return [name.rstrip(",;") if separator == " " else name for name in names]


def _are_units(head: Row, wanted: Wanted) -> bool:
    """Whether a second line above the rows holds units, all in brackets or short, and no names."""
    return not any(_is_known(heading_of(one), wanted) for one in head.fields) and all(
        re.fullmatch(r"[(\[].*[)\]]|[^\W\d_]{0,3}[\d_^/-]{0,2}|vF tau0|mu0|a\.u\.", one) for one in head.fields
    )


def _with_unit(heading: Heading, units: Row, at: int) -> Heading:
    unit = units.fields[at].strip("()[] ") if at < len(units.fields) else ""
    return heading_of(f"{heading.text} ({unit})") if unit and not heading.unit else heading


def _kept(names: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """Columns with a name or any entry."""
    filled = {at for row in rows for at, field in enumerate(row.fields) if field}
    return sorted(filled | {at for at, name in enumerate(names) if name})


def _require_rectangle(rows: Sequence[Row], kept: Sequence[int], names: Sequence[str], wanted: Wanted) -> None:
    """Refuse rows that are too short, or have entries where no column has a name."""
    first = wanted.needed[0].name
    last = max((at for at in kept if at < len(names)), default=kept[-1]) if names else kept[-1]
    for row in rows:
        used = len(row.fields)
        while used > last + 1 and not row.fields[used - 1]:
            used -= 1
        if used != last + 1:
            cure = "with decimal commas, separate columns by semicolons or tabs" if used > last + 1 else ""
            raise RefusedError(first, f"must be in a table of {last + 1} columns, got {used}", row.line, cure)
    nameless = [at for at in kept[1:] if names and at < len(names) and not names[at]]
    if nameless:
        where = next(row.line for row in rows if row.fields[nameless[0]])
        raise RefusedError("", f"must have a name for column {nameless[0] + 1}, got none", where)


def _refuse_longer(rows: Sequence[Row], size: int, wanted: Wanted) -> None:
    """Refuse rows that end in more commas than the names do, unless points tell that commas are no decimal signs."""
    longer = next((row for row in rows if len(row.fields) > size), None)
    if longer is not None and not any("." in field for row in rows for field in row.fields):
        cure = "leave out commas at the end of lines, or write a decimal point in a number"
        got = f"must be in a table of {size} columns, got {len(longer.fields)}"
        raise RefusedError(wanted.needed[0].name, got, longer.line, cure)


def _commented(lines: Lines, size: int, separator: str, wanted: Wanted) -> list[Heading]:
    """Names of the columns from a comment above the rows, if one holds as many, and all that are needed."""
    comments = [part for one in lines.comments for part in dict.fromkeys((one, one.rpartition(":")[2]))]
    for comment in reversed(comments):
        for sign in dict.fromkeys([separator, ",", ";", "\t", " "]):
            names = _words(comment, sign)
            headings = [heading_of(name) for name in names]
            names_all = _has_all(headings, wanted) or all(_is_known(one, wanted) for one in headings)
            if not names or any(map(is_number, names)) or not names_all:
                continue
            if len(names) == size:
                return headings
            if sign != " ":  # else words of a sentence, among them x and y
                got = f"must be as many columns as a comment names, {len(names)}, got {size}"
                raise RefusedError(wanted.needed[0].name, got, lines.rows[0].number)
    return []


def _words(comment: str, separator: str) -> list[str]:
    """Names in a comment, without empty ones at its end."""
    try:
        names = fields_of(Line(0, comment), separator, is_header=True)
    except RefusedError:
        return []
    while names and not names[-1]:
        names.pop()
    return names


def _has_all(headings: Sequence[Heading], wanted: Wanted) -> bool:
    """Whether all columns that are needed are named."""
    try:
        assign(headings, wanted._replace(by_order=False), "")
    except ValueError:
        return False
    return True


def _is_known(heading: Heading, wanted: Wanted) -> bool:
    return any(heading.name in (role.name, *role.aliases) for role in wanted.roles)


def _numbers(rows: Sequence[Row], at: int, decimal: str, role: str) -> list[float]:
    """One column."""
    found = []
    for row in rows:
        entry = row.fields[at]
        number = number_of(entry, decimal)
        if number is None:
            raise RefusedError(role, f"must be numbers, got {shown_entry(entry)}", row.line, _cure(row, entry))
        if math.isinf(number):
            raise RefusedError(role, f"must be finite numbers, got {shown_entry(entry)}", row.line)
        found.append(number)
    return found


def _cure(row: Row, entry: str) -> str:
    """What to do about an entry that is no number."""
    if not any(map(is_number, row.fields)):
        return "begin lines that are no rows with #"
    if re.match(r"[+-]?\d+[.,]\d+[.,]\d", entry) or re.match(r"[+-]?\d+[ '\u00a0\u2009_]\d", entry):
        return "write numbers without signs between groups of digits"
    if "," in entry:
        return "write all numbers with one decimal sign"
    if re.match(r"[+-]?\.?[0-9]", entry):
        return "units belong into the first line"
    return "leave the entry empty where there is no value"


def _refuse_grouped(rows: Sequence[Row], columns: Sequence[int], role: str) -> None:
    """Refuse numbers of which it is not certain that their commas are decimal ones."""
    entries = [(row.line, row.fields[at]) for row in rows for at in columns if "," in row.fields[at]]
    if entries and all(may_be_grouped(entry) for _, entry in entries):
        line, entry = entries[0]
        cure = f"write it as {entry.replace(',', '.')} or as {entry.replace(',', '')}"
        raise RefusedError(role, f"must be numbers that can be read in one way, got {shown_entry(entry)}", line, cure)
