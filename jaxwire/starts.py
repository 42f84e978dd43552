"""Where the minimisation of a fit starts: the model is read at many places, and the best that lie apart are taken."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import qmc

from jaxwire.free import Free, in_search_box, to_coordinates, values_and_slopes
from jaxwire.kernel import threads
from jaxwire.residuals import Layout, Model, read_batch

LANES = 4
"""Starts that one call of a program works on."""

CANDIDATES = 8
"""Places of the search box that are read for each start."""

APART = 0.05
"""Distance of two starts, in shares of the search box."""


_compiled: set[Any] = set()


def in_lanes(function: Any, *arguments: Any) -> Any:
    """Call a program for batches of `LANES` rows of the last two arguments, on all threads; join what it returns."""
    *fixed, scale, rows = arguments
    n_calls = -(-len(rows) // LANES)
    missing = n_calls * LANES - len(rows)
    padded = [np.pad(np.broadcast_to(a, rows.shape), ((0, missing), (0, 0)), mode="edge") for a in (scale, rows)]

    def call(index: int) -> Any:
        part = slice(index * LANES, (index + 1) * LANES)
        return jax.tree.map(np.asarray, function(*fixed, *(column[part] for column in padded)))

    # Two threads that need the same program at the same time would both compile it.
    program = (function, jax.tree.structure(fixed), *map(_kind, jax.tree.leaves(fixed)), rows.shape[1])
    first = [] if program in _compiled else [call(0)]
    results = [*first, *threads().map(call, range(len(first), n_calls))]
    _compiled.add(program)
    return jax.tree.map(lambda *parts: np.concatenate(parts)[: len(rows)], *results)


def _kind(leaf: Any) -> Any:
    """What a program depends on: shapes of arrays, everything else itself."""
    return leaf.shape if isinstance(leaf, jax.Array | np.ndarray) else leaf


def choose_starts(layout: Layout, model: Model, free: Sequence[Free], starts: int) -> np.ndarray:
    """Values of the parameters at the starts, shape (starts, k): first those given, then the best that lie apart."""
    first = np.array([one.start for one in free])
    nonlinear = [index for index, one in enumerate(free) if not one.is_linear]
    n_tried = CANDIDATES * starts if starts > 1 and nonlinear else 0
    shares = np.full((n_tried, len(free)), 0.5)
    if n_tried:
        sobol = qmc.Sobol(len(nonlinear), rng=0).random_base2((n_tried - 1).bit_length())  # balanced, unlike fewer
        shares[:, nonlinear] = sobol[:n_tried]
    tried = in_search_box(free, shares)
    tried[:, [one.is_linear for one in free]] = first[[one.is_linear for one in free]]
    linear = tuple(index for index, one in enumerate(free) if one.is_linear)
    found = read_rows(layout, model, free, np.concatenate([first[None, :], tried]), linear)
    chi2 = np.sum(found.residual**2, axis=1)
    chosen: list[int] = []  # of the places tried
    for index in np.argsort(np.where(np.isfinite(chi2[1:]), chi2[1:], np.inf)):
        is_apart = np.max(np.abs(shares[index] - shares[chosen]), axis=1) > APART
        if np.all(is_apart) and len(chosen) < starts - 1:
            chosen.append(int(index))
    return found.values[[0, *(index + 1 for index in chosen)]]


class Rows(NamedTuple):
    """Rows of values, shape (m, k), with their residuals, shape (m, n), and derivatives by values, shape (m, n, k)."""

    values: np.ndarray
    residual: np.ndarray
    jacobian: np.ndarray


def read_rows(
    layout: Layout, model: Model, free: Sequence[Free], values: np.ndarray, linear: tuple[int, ...] = ()
) -> Rows:
    """Read the model at rows of values, with those that are linear, as many as are named, by linear least squares.

    The derivatives are those at the gain that was given.
    """
    scale = np.ones(len(free))
    u = to_coordinates(free, values, scale)
    residual, jacobian = map(np.array, in_lanes(read_batch, layout, model, scale, u))
    jacobian /= np.asarray(rows_and_slopes(layout, model, np.broadcast_to(scale, u.shape), u)[1])[:, None, :]
    values, seen = values.copy(), list(linear)
    for row in np.flatnonzero(np.all(np.isfinite(residual), axis=1)) if linear else ():
        columns = jacobian[row][:, seen]
        change, *_ = np.linalg.lstsq(columns, -residual[row], rcond=None)
        values[row, seen] += change
        residual[row] += columns @ change
    return Rows(values, residual, jacobian)


@eqx.filter_jit
def rows_and_slopes(layout: Layout, model: Model, scale: Any, u: Any) -> tuple[Any, Any]:
    """Values of the parameters at rows of coordinates, and their derivatives."""
    bounds = jnp.asarray(model.bounds)
    return jax.vmap(lambda scale, u: values_and_slopes(layout.kinds, bounds, scale, u))(
        jnp.asarray(scale), jnp.asarray(u)
    )


def scale_of(free: Sequence[Free], values: np.ndarray) -> np.ndarray:
    """Unit of every coordinate of the optimiser, for each start: the size of gain and offset, else 1."""
    is_linear = np.array([one.is_linear for one in free])
    size = np.maximum(np.abs(values), 1e-3 * np.max(np.abs(values), axis=0, keepdims=True))
    return np.where(is_linear & (size > 0), size, 1.0)
