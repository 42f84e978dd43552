"""Numbers as programs and instruments write them.

A decimal point or, where a file has decimal commas, a comma; exponents by e or, of Fortran, d; a hyphen, a minus sign
or a dash before negative ones. Nothing else is a number: no digits grouped by commas, points or spaces, no units, no
underscores, no digits of other scripts.
"""

import math
import re

_NUMBERS = {
    ".": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?", re.ASCII),
    ",": re.compile(r"[+-]?\d+(?:,\d+)?(?:[eEdD][+-]?\d+)?", re.ASCII),
}

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)

_MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d", "-"))

MISSING = frozenset(
    {"", "-", "--", "---", "?", "nan", "-nan", "+nan", "nan(ind)", "-nan(ind)", "1.#qnan", "-1.#ind", "1.#ind", "na"}
    | {"n/a", "n.a.", "#n/a", "<na>", "null", "none", "missing", "\u2014", "#value!", "#div/0!", "#num!", "#ref!"}
    | {"#nv", "#wert!", "#zahl!", "#bezug!", "masked"}
)
"""What stands, in small letters, where there is no value; of spreadsheets in English and German as well."""

_INFINITE = re.compile(r"[+-]?(?:inf(?:inity)?|1\.#inf|\u221e)", re.IGNORECASE)


def number_of(entry: str, decimal: str) -> float | None:
    """The number that is written: NaN where there is no value, infinite ones too; None for anything else."""
    text = entry.translate(_MINUS)
    if _NUMBERS[decimal].fullmatch(text):
        return float(text.replace(",", ".").replace("d", "e").replace("D", "e"))
    if text.lower() in MISSING:
        return math.nan
    if _INFINITE.fullmatch(text):
        return math.inf
    return None


def is_number(entry: str) -> bool:
    """Whether a number is written, with either decimal sign."""
    text = entry.translate(_MINUS)
    return any(pattern.fullmatch(text) for pattern in _NUMBERS.values()) or bool(_INFINITE.fullmatch(text))


def is_missing(entry: str) -> bool:
    """Whether it is written that there is no value."""
    return entry.translate(_MINUS).lower() in MISSING


def may_be_grouped(entry: str) -> bool:
    """Whether a number with commas, such as 1,234, may also be one whose digits are grouped: one thousand and more."""
    return bool(_GROUPED.fullmatch(entry.translate(_MINUS)))
