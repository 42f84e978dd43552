"""How objects show themselves: models with their numbers, values with their errors, tables in a notebook.

Tables have no colours of their own but one mark, so that they can be read on light and on dark pages.
"""

import html
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import equinox as eqx
import jax
import numpy as np
import wadler_lindig
from jax.core import Tracer

WRITTEN_OUT = 4
"""Arrays of at most so many numbers are written out; longer ones by their size and range."""

LINE = 100
"""Characters of a line; a longer text of an object is broken at its fields."""

DIGITS = 6
"""Digits of a number: as many as results have that are good to 1e-6."""

FAR_TOO_UNCERTAIN = 1e3
"""Value and error are not rounded to one place if the error is this many times the value."""

FIXED = range(-4, 7)
"""Powers of ten of numbers that are written without one."""

SYMBOLS = {
    "mu0": "\u03bc<sub>0</sub>",
    "tau0": "\u03c4<sub>0</sub>",
    "vF": "v<sub>F</sub>",
    "kF": "k<sub>F</sub>",
    "kB": "k<sub>B</sub>",
    "P_ph": "P<sub>ph</sub>",
    "P_ext": "P<sub>ext</sub>",
    "chi^2": "\u03c7<sup>2</sup>",
}
"""Natural units and powers as they are written."""

MARK = "border-left:4px solid #D55E00;padding-left:0.6em;font-weight:bold"
"""Style of the line that says what is wrong: vermilion, seen on white and on black."""


CELL = "padding:0.1em 0.8em 0.1em 0"
"""Style of every cell: space between the columns."""


class Printable(eqx.Module):
    """Base of what a user builds and looks at: prints as the call that makes it, with its numbers."""

    def __repr__(self) -> str:
        """Name, fields and numbers; under `jax.jit`, where there are none yet, types and shapes."""
        return wadler_lindig.pformat(self, width=LINE, custom=_numbers)


def _numbers(part: Any) -> Any:
    if isinstance(part, jax.Array) and not isinstance(part, Tracer):
        return wadler_lindig.TextDoc(array_text(part))
    if isinstance(part, Tracer):
        return wadler_lindig.TextDoc(part.aval.str_short(short_dtypes=True))
    return None


def array_text(array: Any) -> str:
    """A number as it is, a few of them in brackets, of many the size and the range."""
    array = np.asarray(array)
    if array.ndim == 0:
        return number_text(array.item())
    if array.ndim == 1 and array.size <= WRITTEN_OUT:
        return f"[{', '.join(number_text(number) for number in array.tolist())}]"
    return f"<{' x '.join(map(str, array.shape))} numbers{', ' if array.size else ''}{range_text(array)}>"


def range_text(array: Any) -> str:
    """From the least of some numbers to the largest, and how many are NaN."""
    array = np.asarray(array)
    known = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    if not known.size:
        return "all NaN" if array.size else ""
    few = "" if known.size == array.size else f", {array.size - known.size} NaN"
    low, high = number_text(known.min().item()), number_text(known.max().item())
    return f"{low} to {high}{few}" if low != high else f"{low}{few}"


def number_text(number: Any) -> str:
    """A number in `DIGITS` digits at most; whole numbers and truth values as they are."""
    return f"{number:.{DIGITS}g}" if isinstance(number, float) else str(number)


def is_known(tree: Any) -> bool:
    """Whether all numbers of an object are known, so that they can be printed: none of them is traced."""
    return not any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(tree))


def with_error(value: float, error: float) -> tuple[str, str]:
    """A standard error in two digits, and the value down to the same place.

    ```python
    >>> from jaxwire.model.printing import with_error
    >>> with_error(1.43482, 0.00987), with_error(15230.4, 340.0), with_error(1.2e-9, 3.4e-11)
    (('1.4348', '0.0099'), ('15230', '340'), ('1.200e-09', '0.034e-09'))

    ```

    Args:
        value: the value.
        error: its standard error; where it is zero, unknown, or far larger than the value, both are rounded alone.
    """
    if not (math.isfinite(value) and 0 < error < math.inf) or 0 < abs(value) * FAR_TOO_UNCERTAIN < error:
        return f"{value:.{DIGITS}g}", f"{error:.2g}"
    place = 1 - _power(error, 1)
    largest = _power(max(abs(value), error), DIGITS)
    shift = 0 if largest in FIXED else largest

    def text(number: float) -> str:
        mantissa = round(number, place) / 10.0**shift
        return f"{mantissa:.{max(place + shift, 0)}f}" + (f"e{shift:+03d}" if shift else "")

    return text(value), text(error)


def _power(number: float, digits: int) -> int:
    """Power of ten of a positive number, once it is rounded to so many digits after the first."""
    return int(f"{number:.{digits}e}".partition("e")[2])


def html_table(
    heading: str,
    rows: Iterable[Sequence[str]],
    *,
    titles: Sequence[str] = (),
    has_units: bool = False,
    complaints: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> str:
    """Table of names, numbers and units for a notebook. Texts are escaped, and natural units get their symbols.

    Args:
        heading: what it is, above the table.
        rows: cells; the first names the row, the others are aligned to the right.
        titles: of the columns; none for rows that explain themselves.
        has_units: whether the last column holds units, aligned to the left.
        complaints: what is wrong; they come first.
        notes: lines below the table.
    """
    numbers = "text-align:right;font-variant-numeric:tabular-nums"

    def line(text: str, style: str = "") -> str:
        return f"<div{_style(style)}>{_symbols(text)}</div>"

    def row(cells: Sequence[str], tag: str) -> str:
        last = len(cells) - 1 if has_units else -1
        aligned = [numbers if 0 < n != last else "text-align:left" for n in range(len(cells))]
        tags = ["th", *[tag] * (len(cells) - 1)]
        parts = zip(tags, aligned, cells, strict=True)
        inside = "".join(f"<{tag}{_style(f'{CELL};{how}')}>{_symbols(text)}</{tag}>" for tag, how, text in parts)
        return f"<tr>{inside}</tr>"

    head = f"<thead>{row(titles, 'th')}</thead>" if titles else ""
    body = f"<tbody>{''.join(row(cells, 'td') for cells in rows)}</tbody>"
    wrong, below = ("".join(line(text, how) for text in texts) for texts, how in ((complaints, MARK), (notes, "")))
    table = f"<table{_style('color:inherit;margin:0.3em 0')}>{head}{body}</table>"
    return f"<div>{wrong}{line(heading, 'font-weight:bold')}{table}{below}</div>"


def _style(rules: str) -> str:
    return f" style='{rules}'" if rules else ""


def _symbols(text: str) -> str:
    """Escaped text, with natural units as they are written and powers raised."""
    text = html.escape(text.strip())
    for plain, symbol in SYMBOLS.items():
        text = re.sub(rf"\b{re.escape(plain)}\b", symbol, text)
    return re.sub(r"\^(\d)", r"<sup>\1</sup>", text)
