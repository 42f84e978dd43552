"""What a scan keeps of every point, by name, shape and type: told by the table of quantities, or else by tracing.

Tracing a point takes as long as a third of compiling it, and the program of a scan is traced anyway. Code of the user
is traced at once: it may return anything, or fail, and then nothing has been begun.
"""

import functools
from collections.abc import Iterator
from typing import Any

import equinox as eqx
import jax
import numpy as np

from jaxwire.model.code import is_library
from jaxwire.numerics.precision import working_in
from jaxwire.numerics.programs import Alike, is_array
from jaxwire.scans.computation.program import Given, Program, operating_point, point
from jaxwire.scans.variables import ALWAYS, COORDS, TABLE, Meaning
from jaxwire.solver.voltage_search.find_voltage import find_voltage

Results = tuple[tuple[str, tuple[int, ...], str], ...]
"""Name, shape and type of every variable."""


def results(program: Program, given: Alike) -> Results:
    """Name, shape and type of what `point` gives, without computing anything.

    Args:
        program: what to compute.
        given: the numbers that do not vary.
    """
    models = given.tree.scatterer, given.tree.wire
    is_known = all(entry.function is None for entry in program.observables) and not _has_code(models)
    return tabulated(program, given.tree) if is_known else traced(program, given)


def tabulated(program: Program, given: Given) -> Results:
    """The same, of quantities that the table has."""
    sizes = {"x": np.size(given.x)} | {name: len(labels) for name, labels in COORDS.items()}
    kept = [variables for entry in program.observables for variables in TABLE[entry.name].variables.items()]
    always = ["status", *["current_limit"] * program.is_searched]
    with working_in(program.precision):

        def result(name: str, meaning: Meaning) -> tuple[str, tuple[int, ...], str]:
            return name, tuple(sizes[dim] for dim in meaning.dims), jax.dtypes.canonicalize_dtype(meaning.kind).name

        return tuple(result(name, meaning) for name, meaning in [*((name, ALWAYS[name]) for name in always), *kept])


@functools.lru_cache(maxsize=256)
def traced(program: Program, given: Alike) -> Results:
    """The same, of anything: by tracing `point`."""
    seen: list[tuple[str, tuple[int, ...], str]] = []
    arrays, static = eqx.partition(given.tree, is_array)

    def trace(arrays: Any, *values: Any) -> None:
        numbers = eqx.combine(arrays, static)
        at = operating_point(program, numbers, *values)
        found = find_voltage(*at, program.resolution) if program.is_searched else None
        variables = point(program, numbers, at, found)
        seen.extend((name, leaf.shape, leaf.dtype.name) for name, leaf in variables.items())

    with working_in(program.precision):
        jax.eval_shape(trace, arrays, np.zeros(len(program.outer)), np.zeros(len(program.inner)))
    return tuple(seen)


def _has_code(models: Any) -> bool:
    """Whether models are of a class that a user has written, or hold a function."""
    return any(
        not is_library(kind.__module__) or any(callable(part) for part in static)
        for kind, static in _nodes(jax.tree.structure(models))
    )


def _nodes(structure: Any) -> Iterator[tuple[type, tuple[Any, ...]]]:
    """Type and static fields of every object in a tree."""
    if (data := structure.node_data()) is not None:
        kind, static = data
        yield kind, static if isinstance(static, tuple) else ()
    for child in structure.children():
        yield from _nodes(child)
