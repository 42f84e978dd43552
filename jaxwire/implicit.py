"""Roots with exact derivatives: the implicit function theorem for equations that each hold one unknown."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def root(equation: Callable[[Array], Array], start: Float[Array, "*n"], solve: Callable, has_aux: bool = False) -> Any:
    """Root of f(x) = 0 whose derivatives come from f itself, never from the iterations that found it.

    Args:
        equation: f, elementwise: f(x)[i] depends on x[i] alone, so that its Jacobian is diagonal.
        start: where `solve` starts.
        solve: `solve(f, start)` finds the root, in any way.
        has_aux: whether `solve` returns (root, something more, in floating-point numbers).
    """
    return jax.lax.custom_root(
        equation,
        start,
        solve=solve,
        tangent_solve=lambda linear, right: right / linear(jnp.ones_like(right)),
        has_aux=has_aux,
    )
