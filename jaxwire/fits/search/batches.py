"""Rows of parameter values, read in batches on all threads."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxwire.fits.parameters.free import Free, to_coordinates, values_and_slopes
from jaxwire.fits.residuals import FitProgram, Model, read_batch
from jaxwire.numerics.integers import ceil_div
from jaxwire.numerics.programs import Alike, quick_jit, threads

LANES = 4
"""Rows that one call of a program works on; further rows are calls of their own, shared among the threads."""

_compiled: set[Any] = set()


def in_lanes(function: Any, *arguments: Any) -> Any:
    """Call a program for batches of `LANES` rows of the last two arguments, on all threads; join what it returns."""
    *fixed, scale, rows = arguments
    n_calls = ceil_div(len(rows), LANES)
    missing = n_calls * LANES - len(rows)
    padded = [np.pad(np.broadcast_to(a, rows.shape), ((0, missing), (0, 0)), mode="edge") for a in (scale, rows)]

    def call(index: int) -> Any:
        part = slice(index * LANES, (index + 1) * LANES)
        return jax.tree.map(np.asarray, function(*fixed, *(column[part] for column in padded)))

    # Two threads that need the same program at the same time would both compile it.
    program = (function, Alike(fixed).structure, rows.shape[1])
    first = [] if program in _compiled else [call(0)]
    results = [*first, *threads().map(call, range(len(first), n_calls))]
    _compiled.add(program)
    return jax.tree.map(lambda *parts: np.concatenate(parts)[: len(rows)], *results)


class Rows(NamedTuple):
    """Rows of values, shape (m, k), with their residuals, shape (m, n), and derivatives by values, shape (m, n, k)."""

    values: np.ndarray
    residual: np.ndarray
    jacobian: np.ndarray


def read_rows(
    layout: FitProgram, model: Model, free: Sequence[Free], values: np.ndarray, linear: tuple[int, ...] = ()
) -> Rows:
    """Read the model at rows of values, with those that are linear, as many as are named, by linear least squares.

    Where these have bounds they are kept within. The derivatives are those at the gain that was given.
    """
    scale = np.ones(len(free))
    u = to_coordinates(free, values, scale)
    residual, jacobian = map(np.array, in_lanes(read_batch, layout, model, scale, u))
    jacobian /= np.asarray(rows_and_slopes(model, np.broadcast_to(scale, u.shape), u)[1])[:, None, :]
    values, seen = values.copy(), list(linear)
    for row in np.flatnonzero(np.all(np.isfinite(residual), axis=1)) if linear else ():
        columns = jacobian[row][:, seen]
        change, *_ = np.linalg.lstsq(columns, -residual[row], rcond=None)
        allowed = [
            free[index].range.inside(values[row, index] + step) for index, step in zip(seen, change, strict=True)
        ]
        residual[row] += columns @ (allowed - values[row, seen])
        values[row, seen] = allowed
    return Rows(values, residual, jacobian)


@quick_jit
def rows_and_slopes(model: Model, scale: Any, u: Any) -> tuple[Any, Any]:
    """Values of the parameters at rows of coordinates, and their derivatives."""
    read = jax.vmap(lambda scale, u: values_and_slopes(model.ranges, scale, u))
    return read(jnp.asarray(scale), jnp.asarray(u))
