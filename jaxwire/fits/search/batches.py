"""Rows of parameter values, read in batches on all threads."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxwire.fits.parameters.free import Free
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.readings.residuals import read_batch_at
from jaxwire.numerics.integers import ceil_div
from jaxwire.numerics.programs import Alike, threads

LANES = 4
"""Rows that one call of a program works on; further rows are calls of their own, shared among the threads."""

_compiled: set[Any] = set()


def in_lanes(function: Any, fixed: Sequence[Any], *rows: np.ndarray) -> Any:
    """Call a program for fixed arguments and batches of `LANES` rows, on all threads; join what it returns."""
    size = len(rows[0])
    n_calls = ceil_div(size, LANES)
    padded = [np.pad(one, ((0, n_calls * LANES - size), (0, 0)), mode="edge") for one in rows]

    def call(index: int) -> Any:
        part = slice(index * LANES, (index + 1) * LANES)
        return jax.tree.map(np.asarray, function(*fixed, *(column[part] for column in padded)))

    # Two threads that need the same program at the same time would both compile it.
    program = (function, Alike(fixed).structure, rows[0].shape[1])
    first = [] if program in _compiled else [call(0)]
    results = [*first, *threads().map(call, range(len(first), n_calls))]
    _compiled.add(program)
    return jax.tree.map(lambda *parts: np.concatenate(parts)[:size], *results)


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
    values, seen = values.copy(), list(linear)
    inside = np.stack([one.range.inside(column) for one, column in zip(free, values.T, strict=True)], axis=1)
    residual, jacobian = map(np.array, in_lanes(read_batch_at, (layout, model), inside))
    for row in np.flatnonzero(np.all(np.isfinite(residual), axis=1)) if linear else ():
        columns = jacobian[row][:, seen]
        change, *_ = np.linalg.lstsq(columns, -residual[row], rcond=None)
        allowed = [
            free[index].range.inside(values[row, index] + step) for index, step in zip(seen, change, strict=True)
        ]
        residual[row] += columns @ (allowed - values[row, seen])
        values[row, seen] = allowed
    return Rows(values, residual, jacobian)
