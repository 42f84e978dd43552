"""Tables of numbers as smooth functions: interpolation by `interpax`, held at its end values outside the table."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.domain import Domain, RealLike

METHODS = {"monotone": "monotonic", "cubic": "cubic2"}
"""Kinds of interpolation: piecewise cubic without overshoot (Fritsch and Butland), natural cubic spline."""


def _is_increasing(points):
    library = np if isinstance(points, np.ndarray) else jnp
    return (abs(points) < math.inf) & library.append(library.ones(1, dtype=bool), points[1:] > points[:-1])


INCREASING = Domain(_is_increasing, "increasing")


def interpolate(x: RealLike, points: Float[Array, " m"], values: Float[Array, " m"], method: str) -> Float[Array, "*n"]:
    """Interpolate a table at x; differentiable in all three arrays."""
    from interpax import interp1d

    inside = jnp.clip(x, points[0], points[-1])
    with jax.numpy_rank_promotion("allow"):  # interpax relies on it, whatever the caller's setting
        return interp1d(inside.ravel(), points, values, method=METHODS[method]).reshape(inside.shape)


def check_table(points: Float[Array, " m"], values: Float[Array, " m"], method: str, name: str) -> None:
    """Refuse tables that do not fit together, are too short, or ask for an unknown interpolation."""
    if points.shape != values.shape:
        raise ValueError(f"`{name}` must have one entry per energy, {points.shape}, got shape {values.shape}.")
    if points.size < 4:
        raise ValueError(f"`energies` must have at least 4 points, got {points.size}.")
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"`interpolation` must be {' or '.join(map(repr, METHODS))}, got {method!r}.")
