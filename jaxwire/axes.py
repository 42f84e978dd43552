"""What varies in a scan: numbers of the scatterer, the wire and the operating point, by name, as axes of a grid.

A name is spelled as one would reach the number in Python: "center", "resonances[1].width", "values[3]" of the
scatterer, "relaxation.exponent" of the wire, or "temperature", "voltage", "current", "force". The prefixes "scatterer."
and "wire." are accepted everywhere, and needed where both have a number of that name.
"""

import dataclasses
import difflib
import itertools
import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Var
from jax.tree_util import DictKey, GetAttrKey, SequenceKey

from jaxwire.domain import POSITIVE, REAL, Domain, as_double
from jaxwire.labels import LABELS
from jaxwire.scatterer import AbstractScatterer
from jaxwire.wire import Wire

OPERATING_POINT = {"temperature": POSITIVE, "voltage": REAL, "current": REAL, "force": REAL}
DRIVES = ("voltage", "current", "force")


class Place(NamedTuple):
    """Where a number is: which object holds it, the way to it there, and its index if it is part of an array."""

    holder: str
    path: tuple[str | int, ...] = ()
    index: tuple[int, ...] = ()  # pyright: ignore[reportIncompatibleMethodOverride] - of a tuple, not used


class Axis(NamedTuple):
    """One number that varies: its name, its place, its values of shape (n,), and the attributes of its coordinate."""

    name: str
    place: Place
    values: np.ndarray
    attrs: dict[str, str]


class Dimension(NamedTuple):
    """One dimension of the grid: a single axis, or several that vary together (a zipped list)."""

    name: str
    axes: tuple[Axis, ...]

    @property
    def size(self) -> int:
        """Number of points along it."""
        return self.axes[0].values.size


def read_axes(axes: Any, scatterer: AbstractScatterer, wire: Wire) -> tuple[Dimension, ...]:
    """Understand and check the axes of a scan.

    Args:
        axes: mapping of a name to its values of shape (n,), or of a tuple of names to a tuple of such values, all of
            one length, that vary together.
        scatterer: its numbers, and those of the wire, can be axes.
        wire: the wire.

    Returns:
        One dimension per entry, in their order; a zipped one is called by its names joined with "_".

    Raises:
        TypeError: if axes or values are not of these types.
        ValueError: if a name is unknown, ambiguous or given twice, or values are empty, of unequal length or outside
            the domain of the field.
    """
    if not isinstance(axes, Mapping):
        raise TypeError(f"`axes` must be a mapping such as {{'center': [0.6, 1.4]}}, got {axes!r:.60}.")
    if not axes:
        raise ValueError("`axes` must have at least one name, got none.")
    numbers = _Numbers(scatterer, wire)
    dimensions = []
    for names, values in axes.items():
        is_zipped = isinstance(names, tuple)
        pairs = _zipped(names, values) if is_zipped else [(names, values)]
        read = tuple(_read_axis(numbers, name, column) for name, column in pairs)
        dimensions.append(Dimension("_".join(axis.name for axis in read), read))
        if len({axis.values.size for axis in read}) > 1:
            sizes = ", ".join(f"{axis.name}: {axis.values.size}" for axis in read)
            raise ValueError(f"`axes` must have columns of equal length for names in one tuple, got {sizes}.")
    _refuse_twice([axis for dimension in dimensions for axis in dimension.axes])
    _check_values(dimensions, scatterer, wire)
    return tuple(dimensions)


def substitute(tree: Any, holder: str, places: Sequence[Place], values: Iterable[Any]) -> Any:
    """Put numbers in their places in the scatterer or the wire; `values` may be traced. Nothing is checked.

    Args:
        tree: the scatterer or the wire.
        holder: "scatterer" or "wire": which of them it is; other places are passed over.
        places: where numbers go.
        values: a number for each.
    """
    for place, value in zip(places, values, strict=True):
        if place.holder == holder:
            old = _follow(tree, place.path)
            new = jnp.asarray(old).at[place.index].set(value) if place.index else value
            tree = eqx.tree_at(lambda node, path=place.path: _follow(node, path), tree, new)
    return tree


def moves_grid(place: Place, scatterer: AbstractScatterer) -> bool:
    """Whether a number decides more than the transmission: wire, operating point, or where the nodes must lie."""
    if place.holder != "scatterer":
        return True

    def scales(value):
        return tuple(substitute(scatterer, "scatterer", [place], [value]).energy_scales())

    traced = jax.make_jaxpr(scales)(jnp.zeros(())).jaxpr
    touched = set(traced.invars)
    for equation in traced.eqns:
        if any(isinstance(v, Var) and v in touched for v in equation.invars):
            touched.update(equation.outvars)
    return any(isinstance(v, Var) and v in touched for v in traced.outvars)


class _Numbers:
    """The numbers that can be axes, by name."""

    def __init__(self, scatterer: AbstractScatterer, wire: Wire) -> None:
        self.holders = {"scatterer": scatterer, "wire": wire}
        self.places: dict[str, list[Place]] = {name: [Place("point", (name,))] for name in OPERATING_POINT}
        self.shapes: dict[Place, tuple[int, ...]] = {places[0]: () for places in self.places.values()}
        for holder, tree in self.holders.items():
            for keys, leaf in jax.tree_util.tree_leaves_with_path(tree):
                if isinstance(leaf, bool) or not isinstance(leaf, float | int | jax.Array | np.ndarray):
                    continue
                place = Place(holder, tuple(map(_step, keys)))
                name = _spell(place.path)
                self.shapes[place] = np.shape(leaf)
                if name not in OPERATING_POINT:
                    self.places.setdefault(name, []).append(place)
                self.places.setdefault(f"{holder}.{name}", []).append(place)

    def find(self, name: str) -> Place:
        """Place of a number; refuses what is none."""
        stem, index = name, ()
        while stem not in self.places and (match := re.fullmatch(r"(.+)\[(\d+(?:, *\d+)*)\]", stem)):
            stem, index = match[1], (*map(int, match[2].split(",")), *index)
        known = self.places.get(stem, [])
        if len(known) > 1:
            both = " or ".join(f"'{place.holder}.{name}'" for place in known)
            raise ValueError(f"`axes` must name one number, got {name!r}, which may be {both}.")
        if not known:
            raise ValueError(f"`axes` must name a number that can vary, got {name!r}{self._hint(name)}.")
        shape = self.shapes[known[0]]
        if len(index) != len(shape) or any(map(operator.ge, index, shape)):
            cure = f"name one element up to '[{self._last(shape)}]'" if shape else "it has no elements"
            raise ValueError(f"`axes` must name a single number, got {name!r} of shape {shape}: {cure}.")
        return known[0]._replace(index=index)

    @staticmethod
    def _last(shape: tuple[int, ...]) -> str:
        return ",".join(str(size - 1) for size in shape)

    def _hint(self, name: str) -> str:
        spelled = {}
        for known, places in self.places.items():
            shape = self.shapes[places[0]]
            spelled[known] = f"{known}[{self._last(shape)}]" if shape else known
        nearest = difflib.get_close_matches(name, spelled, n=1, cutoff=0.5)
        plain = [text for known, text in spelled.items() if not known.startswith(("scatterer.", "wire."))]
        likely = f"; did you mean {spelled[nearest[0]]!r}?" if nearest else ";"
        return f"{likely} Valid names: {', '.join(plain)}"

    def domain(self, place: Place) -> Domain:
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


def _zipped(names: tuple, values: Any) -> list[tuple[Any, Any]]:
    if not isinstance(values, tuple | list) or len(values) != len(names) or len(names) < 2:
        raise ValueError(
            f"`axes` must have one column per name for names in one tuple, at least 2, got {len(names)} names and "
            f"{len(values) if isinstance(values, tuple | list) else repr(values)[:60]}."
        )
    return list(zip(names, values, strict=True))


def _read_axis(numbers: _Numbers, name: Any, values: Any) -> Axis:
    if not isinstance(name, str):
        raise TypeError(f"`axes` must have names, or tuples of names, as keys, got {name!r}.")
    place = numbers.find(name)
    column = np.asarray(as_double(name, values))
    if column.ndim != 1:
        raise ValueError(f"`{name}` must be an array with 1 axis, got shape {column.shape}.")
    if column.size == 0:
        raise ValueError(f"`{name}` must have at least one value, got none.")
    if not np.all(np.isfinite(column)):
        raise ValueError(f"`{name}` must be a finite number, got {column[~np.isfinite(column)][0]:g}.")
    if not place.index:
        domain = numbers.domain(place)
        outside = ~np.broadcast_to(domain.contains(column), column.shape)
        if outside.any():
            raise ValueError(f"`{name}` must be {domain.words}, got {column[outside][0]:g}.")
    return Axis(name, place, column, _attributes(name, place))


def _attributes(name: str, place: Place) -> dict[str, str]:
    fields = [str(key) for key in place.path if isinstance(key, str)]
    is_free = "parameters" in fields  # of a user's function: only the user knows what they mean
    units, words = ("", "") if is_free else LABELS.get(".".join(fields[-2:])) or LABELS.get(fields[-1], ("", ""))
    return {"units": units, "long_name": words or name.replace("_", " ")}


def _refuse_twice(axes: list[Axis]) -> None:
    for one, other in itertools.combinations(axes, 2):
        if one.place == other.place:
            raise ValueError(f"`axes` must name every number once, got {one.name!r} and {other.name!r}.")


def _check_values(dimensions: Sequence[Dimension], scatterer: AbstractScatterer, wire: Wire) -> None:
    """Let the objects themselves check what no field can check alone, at the ends of every axis together.

    Every combination tried is a point of the grid, so that nothing valid is refused.
    """
    numbers = _Numbers(scatterer, wire)
    ends = []
    for dimension in dimensions:
        own = [axis for axis in dimension.axes if axis.place.holder != "point"]
        ends.append(sorted({int(at) for axis in own for at in (np.argmin(axis.values), np.argmax(axis.values))}) or [0])
    places = [axis.place for dimension in dimensions for axis in dimension.axes]
    names = {axis.place: axis.name for dimension in dimensions for axis in dimension.axes}
    for corner in itertools.islice(itertools.product(*ends), 64):
        point = [axis.values[at] for dimension, at in zip(dimensions, corner, strict=True) for axis in dimension.axes]
        for holder, tree in (("scatterer", scatterer), ("wire", wire)):
            changed = substitute(tree, holder, places, [jnp.asarray(value) for value in point])
            for place in places:
                if place.holder == holder and place.index:
                    domain = numbers.domain(place)
                    if not np.all(domain.contains(np.asarray(_follow(changed, place.path)))):
                        number = point[places.index(place)]
                        raise ValueError(f"`{names[place]}` must keep the array {domain.words}, got {number:g}.")
            _check_init(changed)


def _check_init(node: Any) -> None:
    """Run the checks between fields of a module and of all modules in it."""
    if isinstance(node, eqx.Module):
        for kind in type(node).__mro__:
            if "__check_init__" in vars(kind):
                vars(kind)["__check_init__"](node)
        node = [getattr(node, field.name, None) for field in dataclasses.fields(node)]
    if isinstance(node, list | tuple):
        for part in node:
            _check_init(part)


def _step(key: Any) -> str | int:
    """A step on the way to a leaf, in the words of Python."""
    match key:
        case GetAttrKey():
            return key.name
        case SequenceKey():
            return key.idx
        case DictKey() if isinstance(key.key, str):
            return key.key
    raise TypeError(f"`axes` cannot reach into {key!r}: numbers must be in modules, tuples, lists or dicts by text.")


def _enter(node: Any, key: Any) -> Any:
    return getattr(node, key) if isinstance(node, eqx.Module) else node[key]


def _follow(node: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        node = _enter(node, key)
    return node


def _spell(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
