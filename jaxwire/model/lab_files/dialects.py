"""Lines of a table cut into fields, by one separator and with one decimal sign.

Lines count as in an editor. Lines that are empty or begin with #, % or // are no rows; neither are those that have
separators only, which spreadsheets write. What follows # after a blank is a comment too.
"""

import csv
import re
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from jaxwire.model.lab_files.numerals import is_missing, is_number

MOST_ROWS = 100_000
"""Rows of a table: more readings than a fit can take."""

MOST_COLUMNS = 1_000
"""Columns of a table."""

MOST_HEADS = 5
"""Lines that names and units above the rows may run over."""

LONGEST_LINE = 100_000
"""Characters of a line."""

MOST_COMMENTS = 20
"""Comments above the rows among which names of the columns are looked for, the last ones."""

LONGEST_SHOWN = 40
"""Characters of an entry that a message repeats."""

_COMMENT = re.compile(r"\s*(?:%|//|#(?!N/A|NA\b|NV|VALUE!|DIV/0!|NUM!|REF!|WERT!|ZAHL!|BEZUG!))(.*)", re.DOTALL)

_REMARK = re.compile(r"\s#(?!N/A|NA\b|NV|VALUE!|DIV/0!|NUM!|REF!|WERT!|ZAHL!|BEZUG!)")

_WORDS = re.compile(r'"[^"]*"|[^ \t"]+')

_NAMES = re.compile(r'"[^"]*"|[^ \t"(\[]+(?:[ \t]*\([^()]*\)|[ \t]*\[[^\[\]]*\])?|[(\[][^ \t]*')

_QUOTED_WORDS = re.compile(r'[ \t]*(?:(?:"[^"]*"|[^ \t"]+)(?:[ \t]+|$))*')

_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t| ])"?', re.IGNORECASE)


class RefusedError(Exception):
    """What is wrong with a text, the line where it is, and the cure; the message is made where the name is known.

    Attributes:
        role: whose value is at fault; "" where it is the table.
        wrong: what must be, and what was got instead.
        line: number of the line, as in an editor; None where it is none.
        cure: what to do about it.
    """

    def __init__(self, role: str, wrong: str, line: int | None = None, cure: str = "") -> None:
        """Keep what is to be said."""
        super().__init__(role, wrong, line, cure)
        self.role, self.wrong, self.line, self.cure = role, wrong, line, cure


class Line(NamedTuple):
    """A line that may be a row, and its number."""

    number: int
    text: str


class Lines(NamedTuple):
    """A text in lines.

    Attributes:
        rows: those that may be rows.
        comments: those that are comments above the first of them, without their sign.
        separator: what the first line says that separates fields, as spreadsheets understand it; None without one.
    """

    rows: list[Line]
    comments: list[str]
    separator: str | None = None


class Row(NamedTuple):
    """The fields of a line, and its number."""

    line: int
    fields: list[str]


def shown_entry(entry: str) -> str:
    """An entry as messages repeat it."""
    text = repr(entry)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 4]}...'"


def lines_of(text: str) -> Lines:
    """Cut a text into lines: rows, and comments above them."""
    rows: list[Line] = []
    comments: deque[str] = deque(maxlen=MOST_COMMENTS)
    separator = None
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line.strip():
            continue
        if len(line) > LONGEST_LINE:
            raise RefusedError("", f"must have lines of at most {LONGEST_LINE:,} characters, got {len(line):,}", number)
        if comment := _COMMENT.fullmatch(line):
            if not rows:
                comments.append(comment[1].strip(" \t#%/"))
            continue
        if number == 1 and (told := _SEPARATOR_LINE.fullmatch(line.strip(" "))):
            separator = told[1]
            continue
        rows.append(Line(number, _without_remark(line)))
        if len(rows) > MOST_ROWS + MOST_HEADS:
            cure = "average neighbours, or leave some out"
            raise RefusedError("", f"must have at most {MOST_ROWS:,} rows, got more", number, cure)
    return Lines(rows, list(comments), separator)


def _without_remark(line: str) -> str:
    quotes, last = 0, 0
    for remark in _REMARK.finditer(line):
        quotes += line.count('"', last, remark.start())
        last = remark.start()
        if quotes % 2 == 0:
            return line[:last]
    return line


def fields_of(line: Line, separator: str, is_header: bool = False) -> list[str]:
    """Cut a line; the separator " " stands for any number of blanks."""
    if separator == " ":
        if '"' in line.text and not _QUOTED_WORDS.fullmatch(line.text):
            raise RefusedError("", "must have quotes around whole entries, got others", line.number)
        words = (_NAMES if is_header else _WORDS).findall(line.text)
        return [word.strip(' "') for word in words]
    if '"' not in line.text:
        return [field.strip() for field in line.text.split(separator)]
    try:
        (row,) = csv.reader([line.text], delimiter=separator, skipinitialspace=True, strict=True)
    except csv.Error:
        raise RefusedError("", "must have quotes around whole entries, got others", line.number) from None
    return [" ".join(field.split()) for field in row]


def rows_of(lines: Sequence[Line], separator: str) -> list[Row]:
    """Cut all lines into fields; a quoted name in the first may run over several lines, as in spreadsheets."""
    found: list[Row] = []
    left = _joined_head(lines) if separator != " " else list(lines)
    for line in left:
        fields = fields_of(line, separator, is_header=not found and not any(map(is_number, line.text.split())))
        if any(fields):
            found.append(Row(line.number, fields))
        if len(fields) > MOST_COLUMNS:
            raise RefusedError("", f"must have at most {MOST_COLUMNS:,} columns, got {len(fields):,}", line.number)
    return found


def _joined_head(lines: Sequence[Line]) -> list[Line]:
    """The lines, with those put together over which the names of the head run; none of them has a number."""
    if not lines or lines[0].text.count('"') % 2 == 0:
        return list(lines)
    for end in range(1, min(len(lines), MOST_HEADS)):
        text = " ".join(line.text for line in lines[: end + 1])
        if any(is_number(word) for word in re.split(r"[\s,;\"]+", lines[end].text) if word):
            break
        if text.count('"') % 2 == 0:
            return [Line(lines[0].number, text), *lines[end + 1 :]]
    raise RefusedError("", "must have quotes in pairs, got one too many", lines[0].number)


def is_head(row: Row) -> bool:
    """Whether a row has names and no number at all."""
    return not any(map(is_number, row.fields)) and not all(map(is_missing, row.fields))


def separators(lines: Sequence[Line], told: str | None) -> list[str]:
    """Separators that the lines below a head may have, the likeliest first; " " stands for blanks."""
    if told is not None:
        return [told]
    below = [line.text for line in lines[1:] or lines]
    bare = [re.sub(r'"[^"]*"', "", text) if '"' in text else text for text in below]
    if any(";" in text for text in bare):
        return [";"]
    if any("\t" in text.strip(" ") for text in bare):
        return ["\t"]
    return [",", " "] if any("," in text for text in bare) else [" "]
