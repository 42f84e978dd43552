"""Solutions of equations, with exact derivatives: of equations that each hold one unknown, and of a linear system."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.lax import linalg
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


@jax.custom_jvp
def linear_solve(matrix: Float[Array, "n n"], right: Float[Array, " n"]) -> Float[Array, " n"]:
    """Solve a dense linear system.

    LU decomposition of the matrix beside its right side gives P A = L U and L^-1 P right at once. That saves the
    permutation, which JAX works out in a loop over rows, and one triangular solve. Where derivatives are taken, the
    decomposition of the matrix alone serves all of them.
    """
    decomposed, _, _ = linalg.lu(jnp.concatenate([matrix, right[:, None]], axis=1))
    return linalg.triangular_solve(decomposed[:, :-1], decomposed[:, -1:], left_side=True, lower=False)[:, 0]


@linear_solve.defjvp
def _linear_solve_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    return jax.jvp(jnp.linalg.solve, primals, tangents)
