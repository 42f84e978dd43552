"""What varies in a scan: numbers of the scatterer, the wire and the operating point, by name, as axes of a grid."""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Var

from jaxwire.model.parameters.domain import REAL, as_known
from jaxwire.model.parameters.names import NamedParameters, ParameterPath, part_at, substitute
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.units.quantities import LABELS
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.programs import Alike

MOST_POINTS = 10**9
"""Points of a grid at most: a week of a large machine."""


class Axis(NamedTuple):
    """One number that varies: its name, its place, its values of shape (n,), and the attributes of its coordinate."""

    name: str
    place: ParameterPath
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
    numbers = NamedParameters("axes", scatterer=scatterer, wire=wire)
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
    points = math.prod(dimension.size for dimension in dimensions)
    if points > MOST_POINTS:
        raise ValueError(f"`axes` must span at most {MOST_POINTS:,} points, got {points:,}.")
    _check_values(dimensions, scatterer, wire)
    return tuple(dimensions)


def moves_grid(place: ParameterPath, scatterer: AbstractScatterer) -> bool:
    """Whether a number decides more than the transmission: wire, operating point, or where the nodes must lie."""
    return place.holder != "scatterer" or _moves_nodes(place, Alike(scatterer))


@functools.lru_cache(maxsize=256)
def _moves_nodes(place: ParameterPath, scatterer: Alike) -> bool:
    """Whether the features of the transmission depend on a number of the scatterer, by tracing them."""

    def scales(value):
        return tuple(substitute(scatterer.tree, "scatterer", [place], [value]).energy_scales())

    traced = jax.make_jaxpr(scales)(jnp.zeros(())).jaxpr
    touched = set(traced.invars)
    for equation in traced.eqns:
        if any(isinstance(v, Var) and v in touched for v in equation.invars):
            touched.update(equation.outvars)
    return any(isinstance(v, Var) and v in touched for v in traced.outvars)


def _zipped(names: tuple, values: Any) -> list[tuple[Any, Any]]:
    if not isinstance(values, tuple | list) or len(values) != len(names) or len(names) < 2:
        raise ValueError(
            f"`axes` must have one column per name for names in one tuple, at least 2, got {len(names)} names and "
            f"{len(values) if isinstance(values, tuple | list) else repr(values)[:60]}."
        )
    return list(zip(names, values, strict=True))


def _read_axis(numbers: NamedParameters, name: Any, values: Any) -> Axis:
    if not isinstance(name, str):
        raise TypeError(f"`axes` must have names, or tuples of names, as keys, got {name!r}.")
    place = numbers.find(name)
    column = as_known(name, values, REAL if place.index else numbers.domain(place), ndim=1)
    if column.size == 0:
        raise ValueError(f"`{name}` must have at least one value, got none.")
    return Axis(name, place, column, _attributes(name, place))


def _attributes(name: str, place: ParameterPath) -> dict[str, str]:
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
    places = [axis.place for dimension in dimensions for axis in dimension.axes]
    names = {axis.place: axis.name for dimension in dimensions for axis in dimension.axes}
    varied = {place.holder for place in places}
    in_arrays = {place.holder for place in places if place.index}
    trees = {holder: tree for holder, tree in (("scatterer", scatterer), ("wire", wire)) if holder in varied}
    trees = {holder: tree for holder, tree in trees.items() if holder in in_arrays or any(_checks(tree))}
    if not trees:
        return
    numbers, ends = NamedParameters("axes", scatterer=scatterer, wire=wire), []
    for dimension in dimensions:
        own = [axis for axis in dimension.axes if axis.place.holder in trees]
        ends.append(sorted({int(at) for axis in own for at in (np.argmin(axis.values), np.argmax(axis.values))}) or [0])
    for corner in itertools.islice(itertools.product(*ends), 64):
        point = [axis.values[at] for dimension, at in zip(dimensions, corner, strict=True) for axis in dimension.axes]
        for holder, tree in trees.items():
            changed = substitute(tree, holder, places, [jnp.asarray(value) for value in point])
            for place in places:
                if place.holder == holder and place.index:
                    domain = numbers.domain(place)
                    if not np.all(domain.contains(np.asarray(part_at(changed, place.path)))):
                        number = point[places.index(place)]
                        raise ValueError(f"`{names[place]}` must keep the array {domain.words}, got {number:g}.")
            for check in _checks(changed):
                check()


def _checks(node: Any) -> Iterator[Callable[[], None]]:
    """The checks between fields of a module, and of all modules in it."""
    if isinstance(node, eqx.Module):
        for kind in type(node).__mro__:
            if "__check_init__" in vars(kind):
                yield functools.partial(vars(kind)["__check_init__"], node)
        node = [getattr(node, field.name, None) for field in dataclasses.fields(node)]
    if isinstance(node, list | tuple):
        for part in node:
            yield from _checks(part)
