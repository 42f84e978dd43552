"""What may stand in a table of a config file: models made from the fields of our classes, and their complaints.

Complaints are one line each, in the grammar of the project, and begin with the dotted path of the key:

    `scatterer.widht` is not a key of Lorentzian; did you mean `width`? Valid keys: center, width.
    `scatterer.energies[3]` must be a number, got 'abc'.
"""

import dataclasses
import functools
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import equinox as eqx
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from jaxwire.model.parameters.one_line import one_line
from jaxwire.model.parameters.suggestion import did_you_mean
from jaxwire.numerics.input_file import text_of

WORDS = {
    "float_type": "a number",
    "int_type": "a whole number",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a table",
    "none_required": "left out",
}
"""What was expected, by pydantic's name of the error."""

EXPECTED = {
    float: "a number or as an axis",
    list[float]: "a list of numbers",
    list[Any]: "a list of tables",
    Any: "a table",
    int: "a whole number",
}
"""How a key that is missing is to be given, by its type."""

LONGEST = 60
"""Characters of a value that a complaint repeats."""

LARGEST = 4_000_000
"""Bytes of a config file at most: a table of 100,000 points fits in, though a file of its own reads better."""

DEEPEST, LONGEST_KEY = 16, 100
"""Tables and lists within each other, and characters of a key, at most; no config needs half of them."""

_MANY_PARTS = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){200}")
"""A name of two hundred parts with points between them."""

LARGEST_INTEGER = 2**63 - 1
"""Largest whole number of a TOML file, as its standard says."""


class TomlTable(BaseModel):
    """Base of all tables: no other keys, no conversion of text or truth values to numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


AnyTable = TypeVar("AnyTable", bound=TomlTable)
AnyResult = TypeVar("AnyResult")


def check_table(model: type[AnyTable], given: Any, path: str, owner: str, others: Iterable[str] = ()) -> AnyTable:
    """Check the keys of a table and the types of their values.

    Args:
        model: what may be in it; none of its values is a table that has a model of its own.
        given: the table as read.
        path: dotted path of the table; "" for the whole file.
        owner: what the table describes, in words.
        others: keys that are valid as well, and were dealt with before.

    Raises:
        ValueError: about the first thing that is wrong; about unknown keys first, since a key that is missing may be
            one of them.
    """
    if not isinstance(given, dict):
        raise ValueError(f"`{path}` must be a table, got {shown(given)}.")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        details = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        raise ValueError(_complaint(details[0], model, path, owner, others)) from None


def _complaint(detail: Any, model: type[TomlTable], path: str, owner: str, others: Iterable[str]) -> str:
    key, *inner = detail["loc"]
    place = join(path, str(key)) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in inner)
    if detail["type"] == "extra_forbidden":
        valid = [*model.model_fields, *others]
        likely = did_you_mean(str(key), valid, quote="`")
        return f"`{place}` is not a key of {owner}{likely} Valid keys: {', '.join(valid) or 'none'}."
    if detail["type"] == "missing":
        kind = model.model_fields[str(key)].annotation
        return f"`{place}` must be given{f', as {EXPECTED[kind]}' if kind in EXPECTED else ''}; got none."
    given = detail["input"]
    expected = WORDS.get(detail["type"]) or detail.get("ctx", {}).get("expected") or detail["msg"]
    hint = "; a list of values to run through belongs in [axes]" if isinstance(given, list) and not inner else ""
    return f"`{place}` must be {expected}, got {shown(given)}{hint}."


def join(path: str, key: str) -> str:
    """Dotted path of a key; in quotes, as in the file, where it has dots or brackets itself."""
    spelled = f'"{key}"' if set(key) & set('.[]" ') else key
    return f"{path}.{spelled}" if path else spelled


def shown(value: Any) -> str:
    """A value as a complaint repeats it."""
    return one_line(value, LONGEST)


@functools.cache
def model_of(kind: type[eqx.Module]) -> type[TomlTable]:
    """The table that describes an object: one key for every field of its class."""
    hints = get_type_hints(kind)
    columns: Any = {
        field.name: (_plain_type(hints[field.name]), ... if field.default is dataclasses.MISSING else field.default)
        for field in dataclasses.fields(kind)
    }
    return create_model(kind.__name__, __base__=TomlTable, **columns)


def parts_of(kind: type[eqx.Module]) -> dict[str, Any]:
    """Fields that are objects or tuples of them, in a file tables or lists of those: their class by name."""
    parts = {name: get_args(hint)[0] for name, hint in get_type_hints(kind).items() if get_args(hint)}
    return {name: part for name, part in parts.items() if _is_object(part)}


def _is_object(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, eqx.Module)


def _plain_type(hint: Any) -> Any:
    """Type in a TOML file of what a field holds: numbers for arrays without axes, lists for those with one.

    TOML has no None: what may be None may be left out.
    """
    if get_origin(hint) is tuple:
        return list[Any]
    if _is_object(hint):
        return Any
    if isinstance(hint, UnionType):
        return _plain_type(next(part for part in get_args(hint) if part is not NoneType))
    if hint in (str, int, float):
        return hint
    return list[float] if hint.dim_str.strip() else float


def read(path: str | Path, parse: Callable[[str, Path, str], AnyResult]) -> AnyResult:
    """Read a config file and understand its text by `parse(text, folder, name)`."""
    path = Path(path)
    return parse(text_of(path, "config", LARGEST), path.parent, path.name)


@contextmanager
def complaints_at(place: Callable[[str], str]) -> Iterator[None]:
    """Put the path in the file in the place of the name with which a complaint of a constructor begins."""
    try:
        yield
    except (ValueError, TypeError) as error:
        match = re.match(r"`([^`]*)`", str(error))
        if match is None:
            raise
        raise type(error)(f"`{place(match[1])}`{str(error)[match.end() :]}") from None


def flattened(table: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    """Names of axes: also relaxation.exponent without quotes, which TOML takes for a table."""
    found = {}
    for key, value in table.items():
        is_range = isinstance(value, dict) and not any(isinstance(part, dict | list) for part in value.values())
        found |= {start + key: value} if is_range or not isinstance(value, dict) else flattened(value, f"{start}{key}.")
    return found


def read_toml(text: str, name: str) -> dict[str, Any]:
    """Tables of a TOML file; complaints name the file."""
    too_deep = f"`{name}` must have at most {DEEPEST} levels of tables and lists, got many more."
    if _MANY_PARTS.search(text):  # reading them takes a time that grows with their square
        raise ValueError(too_deep)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        lines = text.splitlines() or [""]
        if not place.startswith("line"):
            place = f"line {len(lines)}, column {len(lines[-1]) + 1}"
        raise ValueError(f"`{name}` must be TOML, got a mistake at {place.rstrip(')')}: {reason}.") from None
    except RecursionError:
        raise ValueError(too_deep) from None
    except ValueError:  # Python reads no more than 4,300 digits
        raise ValueError(f"`{name}` must have whole numbers of at most 19 digits, got one of thousands.") from None
    _require_moderate(tables, name)
    return tables


def _require_moderate(tables: dict[str, Any], name: str) -> None:
    """Refuse what no config needs: deep tables, long keys, whole numbers that TOML has not."""
    level, depth = [(key, value) for key, value in tables.items()], 1
    while level:
        if depth > DEEPEST:
            raise ValueError(f"`{name}` must have at most {DEEPEST} levels of tables and lists, got more.")
        for key, value in level:
            if len(key) > LONGEST_KEY:
                raise ValueError(f"`{name}` must have keys of at most {LONGEST_KEY} characters, got {shown(key)}.")
            if type(value) is int and abs(value) > LARGEST_INTEGER:
                cure = "write it with a decimal point"
                raise ValueError(f"`{key}` must be a whole number of at most 2^63, got {shown(value)}; {cure}.")
        depth += 1
        level = [
            (key if at is None else at, part)
            for key, value in level
            if isinstance(value, dict | list)
            for at, part in (value.items() if isinstance(value, dict) else ((None, part) for part in value))
        ]
