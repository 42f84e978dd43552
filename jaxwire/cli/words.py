"""Words of the command line: lists with commas in them, as people type them, are taken apart."""

import re
from collections.abc import Iterator, Sequence

from jaxwire.cli.laboratory import MINUS

NUMBERS = ("--voltages", "--x")
"""Options that take one or more numbers."""

NAMES = ("--free", "--select")
"""Options that take one or more words; what stands in brackets belongs to one of them."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"

_NEGATIVE = re.compile(rf"-(?!{_NUMBER}$)(?={_NUMBER}\s*[^\W\d_])", re.ASCII)
"""The sign of a number with a unit, which would be taken for that of an option."""

_LIST = re.compile(rf"{_NUMBER}(?:,{_NUMBER})+,?", re.ASCII)

_MAY_BE_DECIMAL = re.compile(r"[+-]?\d+,\d+", re.ASCII)

_BETWEEN = re.compile(r",(?![^\[]*\])")


def split_lists(words: Sequence[str]) -> list[str]:
    """Take apart the lists of numbers and names: `--voltages 0.1,0.2` is `--voltages 0.1 0.2`.

    Raises:
        ValueError: for 0,1 where a number is wanted: it may be one number, or two.
    """
    return list(_split(words))


def _split(words: Sequence[str]) -> Iterator[str]:
    option = ""
    for word in words:
        name, sign, rest = word.partition("=") if word.startswith("--") else ("", "", word)
        if word.startswith("--"):
            option = name
            if not sign:
                yield word
                continue
            if option in (*NUMBERS, *NAMES) and "," in rest:
                yield option
            else:
                yield word
                continue
        if option in NUMBERS and _LIST.fullmatch(rest):
            if _MAY_BE_DECIMAL.fullmatch(rest):
                point, two = rest.replace(",", "."), rest.replace(",", " ")
                raise ValueError(f"`{option[2:]}` must be numbers, got '{rest}', which may be {point} or {two}.")
            yield from rest.strip(",").split(",")
        elif option in NAMES:
            yield from filter(None, _BETWEEN.split(rest))
        else:
            yield MINUS + rest[1:] if _NEGATIVE.match(rest) else rest
