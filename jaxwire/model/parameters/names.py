"""Numbers by name: where a number of the scatterer, the wire or the operating point is, and how it is replaced.

A name is spelled as one would reach the number in Python: "center", "resonances[1].width", "values[3]" of the
scatterer, "relaxation.exponent" of the wire, or "temperature", "voltage", "current", "force". The prefixes "scatterer."
and "wire." are accepted everywhere, and needed where both have a number of that name.
"""

import dataclasses
import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import DictKey, GetAttrKey, SequenceKey

from jaxwire.model.parameters.domain import POSITIVE, REAL, Domain
from jaxwire.model.parameters.one_line import one_line
from jaxwire.model.parameters.suggestion import did_you_mean

OPERATING_POINT = {"temperature": POSITIVE, "voltage": REAL, "current": REAL, "force": REAL}
"""What the numbers of an operating point may be, by name."""

_INDEXED = re.compile(r"(.+)\[(\d{1,9}(?:, *\d{1,9})*)\]", re.ASCII)
"""A name with an index."""

DRIVES = ("voltage", "current", "force")
"""Numbers of which one drives the current, in the order in which they are asked for."""


class ParameterPath(NamedTuple):
    """Where a number is: which object holds it, the way to it there, and its index if it is part of an array.

    The holder is "scatterer", "wire", "instrument", "point" (an operating point), or "measurements": the way into those
    begins with the number of one, and ends at its operating point or at a number of its instrument. Other holders are
    those of who asks.
    """

    holder: str
    path: tuple[str | int, ...] = ()
    index: tuple[int, ...] = ()  # pyright: ignore[reportIncompatibleMethodOverride] - of a tuple, not used


def substitute(tree: Any, holder: str, places: Sequence[ParameterPath], values: Iterable[Any]) -> Any:
    """Put numbers in their places in one object; `values` may be traced. Nothing is checked.

    Args:
        tree: the scatterer, the wire or the instrument.
        holder: "scatterer", "wire" or "instrument": which of them it is; other places are passed over.
        places: where numbers go.
        values: a number for each.
    """
    new = {}
    for place, value in zip(places, values, strict=True):
        if place.holder == holder:
            if place.index:
                value = jnp.asarray(new.get(place.path, part_at(tree, place.path))).at[place.index].set(value)
            new[place.path] = value
    return eqx.tree_at(lambda node: [part_at(node, path) for path in new], tree, list(new.values())) if new else tree


class Objects(NamedTuple):
    """What numbers are parts of, by the words for the holder of a `ParameterPath`; None and {} where there is none."""

    scatterer: Any = None
    wire: Any = None
    instrument: Any = None
    point: Mapping[str, Any] = MappingProxyType({})


def with_values(
    objects: Objects, places: Sequence[ParameterPath], values: Iterable[Any], number: Any = None
) -> Objects:
    """Put numbers in their places in all objects; `values` may be traced. Nothing is checked.

    Args:
        objects: what they are put into.
        places: where they go.
        values: a number for each.
        number: of the measurement whose operating point this is; may be traced. Numbers of others are passed over; a
            number of one measurement comes before that of all.
    """
    values = list(values)
    trees = {
        holder: substitute(getattr(objects, holder), holder, places, values)
        for holder in ("scatterer", "wire", "instrument")
    }
    point = dict(objects.point)
    own = []
    for place, value in zip(places, values, strict=True):
        if place.holder == "point":
            point[str(place.path[0])] = value
        if place.holder == "measurements" and number is not None:
            own.append((*place.path, value))
    for index, name, value in own:
        if name in point:
            point[str(name)] = jnp.where(number == index, value, point[str(name)])
        elif name not in OPERATING_POINT:  # else it is of a measurement with another drive
            path = [ParameterPath("instrument", (name,))]
            value = jnp.where(number == index, value, getattr(trees["instrument"], str(name)))
            trees["instrument"] = substitute(trees["instrument"], "instrument", path, [value])
    return Objects(**trees, point=point)


def number_at(objects: Objects, place: ParameterPath) -> Any:
    """The number in its place."""
    number = part_at(getattr(objects, place.holder), place.path)
    return number[place.index] if place.index else number


class NamedParameters:
    """All numbers of some objects and of the operating point, by name."""

    def __init__(self, argument: str, **holders: Any) -> None:
        """Collect them.

        Args:
            argument: the public argument that names are given in, for complaints.
            holders: the objects, by the word that may stand before a name.
        """
        self.argument = argument
        self.holders = holders
        self.places: dict[str, list[ParameterPath]] = {
            name: [ParameterPath("point", (name,))] for name in OPERATING_POINT
        }
        self.shapes: dict[ParameterPath, tuple[int, ...]] = {places[0]: () for places in self.places.values()}
        for holder, tree in self.holders.items():
            for keys, leaf in jax.tree_util.tree_leaves_with_path(tree):
                if isinstance(leaf, bool) or not isinstance(leaf, float | int | jax.Array | np.ndarray):
                    continue
                place = ParameterPath(holder, tuple(map(_step, keys)))
                name = _spell(place.path)
                self.shapes[place] = np.shape(leaf)
                if name not in OPERATING_POINT:
                    self.places.setdefault(name, []).append(place)
                self.places.setdefault(f"{holder}.{name}", []).append(place)

    def find(self, name: str) -> ParameterPath:
        """Place of a number; refuses what is none."""
        stem, index = name, ()
        while stem not in self.places and (match := _INDEXED.fullmatch(stem)):
            stem, index = match[1], (*map(int, match[2].split(",")), *index)
        known = self.places.get(stem, [])
        if len(known) > 1:
            both = " or ".join(f"'{place.holder}.{name}'" for place in known)
            raise ValueError(f"`{self.argument}` must name one number, got {one_line(name)}, which may be {both}.")
        if not known:
            raise ValueError(
                f"`{self.argument}` must name a number that can vary, got {one_line(name)}{self._hint(name)}."
            )
        shape = self.shapes[known[0]]
        if len(index) != len(shape) or any(map(operator.ge, index, shape)):
            cure = f"name one element up to '[{self._last(shape)}]'" if shape else "it has no elements"
            raise ValueError(
                f"`{self.argument}` must name a single number, got {one_line(name)} of shape {shape}: {cure}."
            )
        return known[0]._replace(index=index)

    @staticmethod
    def _last(shape: tuple[int, ...]) -> str:
        return ",".join(str(size - 1) for size in shape)

    def _hint(self, name: str) -> str:
        spelled = {}
        for known, places in self.places.items():
            shape = self.shapes[places[0]]
            spelled[known] = f"{known}[{self._last(shape)}]" if shape else known
        plain = [text for known, text in spelled.items() if known.partition(".")[0] not in self.holders]
        return f"{did_you_mean(name, spelled, ';', spelled=spelled)} Valid names: {', '.join(plain)}"

    def domain(self, place: ParameterPath) -> Domain:
        """Values that the field of a number may take."""
        if place.holder == "point":
            return OPERATING_POINT[str(place.path[0])]
        found, node = REAL, self.holders[place.holder]
        for key in place.path:
            if isinstance(node, eqx.Module):
                fields = {field.name: field.metadata for field in dataclasses.fields(node)}
                found = fields.get(str(key), {}).get("domain", REAL)
            node = _enter(node, key)
        return found

    def value(self, place: ParameterPath) -> Any:
        """The number itself, in one of the objects."""
        return number_at(Objects(**{place.holder: self.holders[place.holder]}), place)


def _step(key: Any) -> str | int:
    """A step on the way to a leaf, in the words of Python."""
    match key:
        case GetAttrKey():
            return key.name
        case SequenceKey():
            return key.idx
        case DictKey() if isinstance(key.key, str):
            return key.key
    raise TypeError(f"numbers cannot be named in {key!r}: they must be in modules, tuples, lists or dicts by text.")


def _enter(node: Any, key: Any) -> Any:
    return getattr(node, key) if isinstance(node, eqx.Module) else node[key]


def part_at(node: Any, path: tuple[str | int, ...]) -> Any:
    """What lies at the end of a way into an object."""
    for key in path:
        node = _enter(node, key)
    return node


def _spell(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
