"""Names of columns with their units, and what a column is taken for.

`x (um)`, `x [um]`, `x / um` and `x_um` are x with a unit, which is told and never used to convert here. Names count
without capitals; blanks, hyphens and points in them are underscores.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from jaxwire.model.parameters.domain import Domain


class Heading(NamedTuple):
    """What stands over a column.

    Attributes:
        text: as it stands there.
        name: without the unit, in small letters.
        unit: "" where there is none.
    """

    text: str
    name: str
    unit: str = ""


class Role(NamedTuple):
    """What a column can be.

    Attributes:
        name: argument of the library that takes it.
        aliases: other names of such a column.
        domain: values that it may have.
        unit: unit in which numbers are taken; "" for any.
        errors_of: the role of whose values it has the errors; such a column may be left out.
    """

    name: str
    aliases: tuple[str, ...]
    domain: Domain
    unit: str = ""
    errors_of: str = ""


class Wanted(NamedTuple):
    """The columns of a kind of table.

    Attributes:
        roles: what they are, in the order in which they stand where nothing names them.
        by_order: whether two columns under names that mean nothing are taken in this order.
    """

    roles: tuple[Role, ...]
    by_order: bool = False

    @property
    def needed(self) -> tuple[Role, ...]:
        """Those that cannot be left out."""
        return tuple(role for role in self.roles if not role.errors_of)


LONGEST = 200
"""Characters of a heading in which a unit is looked for."""

NO_UNIT = frozenset({"", "1", "-", "a.u.", "a. u.", "au", "arb. u.", "arb. units", "arb.u.", "none"})
"""Units that say nothing of a scale."""

ERROR_WORDS = (
    *("err", "error", "errors", "sigma", "std", "stddev", "stdev", "std_dev", "std_err", "stderr", "std_error", "sd"),
    *("se", "sem", "unc", "uncert", "uncertainty", "uncertainties", "standard_error", "standard_deviation", "\u03c3"),
    *("\u00b1", "+/-", "+-", "fehler", "unsicherheit"),
)
"""Names of errors, alone or beside the name of what they are the errors of."""

ERROR_LETTERS = ("d", "delta", "\u03b4", "u", "s", "\u2206")
"""Names of errors beside the name of what they are the errors of: alone they may mean anything."""

_LIKE_ERROR = re.compile(
    r"err|sigma|\u03c3|std|stdev|uncert|^unc|^[us]$|^d_?y|^delta|\u00b1|\+/?-|fehler|unsicher|^se?[dm]?$"
)

_BRACKETS = re.compile(r"(.*?\S)\s*(?:\(([^()]*)\)|\[([^\[\]]*)\]|<([^<>]*)>)", re.DOTALL)

_IN_UNITS = re.compile(r"(.*?\S)(?:\s*/\s*|\s+in\s+)([^\W\d]\S*)", re.DOTALL)

_ENDS = re.compile(r"(.*[^_\s])_([fpnum\u00b5\u03bck]?(?:m|K|V|A|eV|W|s)|W_m|W/m)")
"""A name with a unit at its end: x_nm, T_mK. The letters of units are few, and capitals count."""

_OF = re.compile(r"([^\W\d]+)\(([^\W\d]+)\)")


def heading_of(text: str) -> Heading:
    """Understand what stands over a column."""
    text = " ".join(str(text).replace("\ufeff", "").strip().strip("'\"").split())
    if len(text) > LONGEST:
        return Heading(text, _plain(text))
    of = _OF.fullmatch(text.lower())
    if of and of[1] in (*ERROR_WORDS, *ERROR_LETTERS):  # u(y): the uncertainty of y
        return Heading(text, f"{of[1]}_{of[2]}")
    for pattern in (_BRACKETS, _IN_UNITS):
        if match := pattern.fullmatch(text):
            unit = next((part for part in match.groups()[1:] if part is not None), "").strip()
            if _plain(match[1]) not in ("", "+", "+/", "n"):
                return Heading(text, _plain(match[1]), "" if unit.lower() in NO_UNIT else unit)
    if match := _ENDS.fullmatch(text):
        return Heading(text, _plain(match[1]), match[2].replace("_", "/"))
    return Heading(text, _plain(text))


def _plain(name: str) -> str:
    return re.sub(r"[\s\-.]+(?=\S)", "_", name.strip().lower()) if len(name.strip()) > 3 else name.strip().lower()


def same_unit(one: str, other: str) -> bool:
    """Whether two units are spelled alike, but for signs between their parts and the letter mu."""
    return _spelled(one) == _spelled(other)


def _spelled(unit: str) -> str:
    plain = unit.replace("\u00b5", "u").replace("\u03bc", "u").replace("mu0", "u0").replace("\u03c4", "tau")
    return re.sub(r"[\s*\u00b7_{}$\\]", "", plain)


def assign(headings: Sequence[Heading], wanted: Wanted, what: str) -> dict[str, int]:
    """Which column has which role: number of the column by the name of the role.

    Raises:
        ValueError: if a column is missing, or there are two of which nothing tells the right one.
    """
    found: dict[str, int] = {}
    for role in wanted.needed:
        found |= _alone(role, _candidates(headings, role), headings, what)
    missing = [role for role in wanted.needed if role.name not in found]
    if wanted.by_order and missing and len(headings) == len(wanted.needed) == 2:
        if len(missing) == 2:
            return {role.name: at for at, role in enumerate(wanted.needed)}
        return found | {missing[0].name: 1 - next(iter(found.values()))}
    if missing:
        raise ValueError(_none(missing[0].name, [one.text for one in headings if one.text], what))
    for role in (role for role in wanted.roles if role.errors_of):
        columns = [at for at in _errors(headings, role, headings[found[role.errors_of]]) if at not in found.values()]
        found |= _alone(role, columns, headings, what)
    return found


def _alone(role: Role, columns: list[int], headings: Sequence[Heading], what: str) -> dict[str, int]:
    """The column of a role, if there is one."""
    if len(columns) > 1:
        raise ValueError(_two(role, [headings[at] for at in columns], what))
    return dict.fromkeys([role.name], columns[0]) if columns else {}


def _listed(names: Sequence[str], most: int = 12) -> str:
    short = [name if len(name) <= 40 else f"{name[:37]}..." for name in names[:most]]
    return ", ".join(short) + (f" and {len(names) - most} more" if len(names) > most else "") or "none"


def _none(role: str, names: Sequence[str], what: str) -> str:
    one = "separate columns by commas, semicolons, tabs or blanks"
    cure = one if len(names) < 2 else f"call the one that is meant {role}"
    return f"`{role}` must be one of the columns of {what}, got {_listed(names)}; {cure}."


def _two(role: Role, headings: Sequence[Heading], what: str) -> str:
    names = [one.text for one in headings]
    if len(set(names)) < len(names):
        return f"`{role.name}` must be one column of {what}, got two of this name."
    return f"`{role.name}` must be one column of {what}, got {_listed(names)}; call the right one {role.name}."


def _candidates(headings: Sequence[Heading], role: Role) -> list[int]:
    """Columns that may have a role: those of its own name before all others."""
    exact = [at for at, one in enumerate(headings) if one.name == role.name]
    return exact or [at for at, one in enumerate(headings) if one.name in role.aliases]


def _errors(headings: Sequence[Heading], role: Role, of: Heading) -> list[int]:
    """Columns that have the errors of another one."""
    exact = [at for at, one in enumerate(headings) if one.name == role.name]
    return exact or [
        at
        for at, one in enumerate(headings)
        if one.name in ERROR_WORDS or is_error_of(one.name, (role.errors_of, of.name))
    ]


def is_error_of(name: str, targets: Sequence[str]) -> bool:
    """Whether a name is that of the errors of a column: dy, y_err, sigma_y, of y."""
    words = (*ERROR_WORDS, *ERROR_LETTERS)
    beside = {f"{word}{sign}{target}" for word in words for sign in ("", "_") for target in targets}
    return name in beside | {
        f"{target}{sign}{word}" for word in ERROR_WORDS for sign in ("", "_") for target in targets
    }


def looks_like_error(heading: Heading) -> bool:
    """Whether a column is likely one of errors."""
    return bool(_LIKE_ERROR.search(heading.name))
