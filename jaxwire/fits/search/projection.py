"""Gain and offset, on which readings depend linearly, are not searched for: linear least squares finds them.

The optimisers see what is left as one function that knows its Jacobian.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.parameters.free import has_own, is_gain, owner
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.readings.residuals import Reading, read


def to_read(layout: FitProgram, searched: Any) -> Any:
    """All coordinates, shape (*b, k), for those that the optimiser sees, (*b, s), of NumPy or JAX.

    Gain and offset that it does not see are 1 and 0, in units of their scales.
    """
    names = range(len(layout.places))
    rest = np.array([float(index in layout.projected and is_gain(layout.places[index])) for index in names])
    return searched @ np.eye(len(names))[list(layout.searched)] + rest


def project(layout: FitProgram, found: Reading) -> Reading:
    """Gain and offset by linear least squares (variable projection, Kaufman 1975), for a reading at `to_read`.

    With the columns A of gain and offset, the derivatives are those at fixed gain and offset less their part in the
    span of A: what is left out is of second order in the residuals, and the gradient of their square is exact.
    """
    seen = list(layout.searched)
    # Those of all measurements last: before them, columns of different measurements are orthogonal as they are.
    linear = sorted(layout.projected, key=lambda index: owner(layout.places[index]) is None)
    if not linear:
        return found
    owners = [owner(layout.places[index]) for index in linear]
    basis, triangle = _orthonormal(found.jacobian[:, linear], owners)
    shares = basis.T @ found.residual
    change = -jax.scipy.linalg.solve_triangular(triangle, shares)
    growth = 1.0 + _gains_of_rows(layout, linear, found.residual.size) @ change
    columns = found.jacobian[:, seen] * growth[:, None]
    return Reading(found.residual - basis @ shares, columns - basis @ (basis.T @ columns))


def residuals(layout: FitProgram, model: Model, scale: Float[Array, " k"]):
    """The residuals as a function of what the optimiser sees, whose derivatives in either mode are those above."""

    def read_projected(searched: Float[Array, " s"]) -> Reading:
        return project(layout, read(layout, model, scale, to_read(layout, searched)))

    @jax.custom_jvp
    def function(searched):
        return read_projected(searched).residual

    @function.defjvp
    def _(primals, tangents):
        found = read_projected(*primals)
        return found.residual, found.jacobian @ tangents[0]

    return function


def _gains_of_rows(layout: FitProgram, linear: Sequence[int], size: int) -> np.ndarray:
    """Which of the linear columns is the gain of every residual: ones and zeros; none is that of a prior."""
    table = np.zeros((size, len(linear)))
    for column, index in enumerate(linear):
        if is_gain(layout.places[index]):
            table[:, column] = has_own(layout.places, layout.places[index], layout.rows(size))
    return table


def _orthonormal(
    columns: Float[Array, "n k"], owners: Sequence[int | None]
) -> tuple[Float[Array, "n k"], Float[Array, "k k"]]:
    """Columns Q with Q^T Q = 1, and the upper triangle R: columns = Q R, by Gram and Schmidt, twice.

    Of a few columns that is as good as reflections; a batch of these would be decomposed one by one on a GPU. Columns
    of different measurements are orthogonal as they are, as long as none that is of all comes before them.
    """
    basis: list[Array] = []
    triangle = jnp.zeros((columns.shape[1],) * 2, columns.dtype)
    for index, column in enumerate(columns.T):
        for _ in range(2):
            for row, known in enumerate(basis):
                if None not in (owners[row], owners[index]) and owners[row] != owners[index]:
                    continue
                share = known @ column
                column, triangle = column - share * known, triangle.at[row, index].add(share)
        size = jnp.sqrt(jnp.sum(column**2))
        basis.append(column / size)
        triangle = triangle.at[index, index].set(size)
    return jnp.stack(basis, axis=1), triangle
