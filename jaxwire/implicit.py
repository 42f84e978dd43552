"""Solutions of equations, with exact derivatives: of equations that each hold one unknown, and of a linear system."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.lax import linalg
from jax.scipy.linalg import lu_factor, lu_solve
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
def linear_solve(
    left: Float[Array, "n a"], right: Float[Array, "n a"], wanted: Float[Array, " n"]
) -> Float[Array, " n"]:
    """Solve the dense linear system (1 - L R^T) x = b, where the factors L and R are known.

    LU decomposition of the matrix beside its right side gives P A = L U and L^-1 P right at once. That saves the
    permutation, which JAX works out in a loop over rows, and one triangular solve. Where derivatives are taken, the
    decomposition of the matrix alone serves all of them, and the factors make each cost a few products of a matrix and
    a vector: the derivative of the matrix is never formed.
    """
    beside = jnp.concatenate([_less_product(left, right), wanted[:, None]], axis=1)
    decomposed, _, _ = linalg.lu(beside)
    return linalg.triangular_solve(decomposed[:, :-1], decomposed[:, -1:], left_side=True, lower=False)[:, 0]


@linear_solve.defjvp
def _linear_solve_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    return jax.jvp(_differentiable_solve, primals, tangents)


def _differentiable_solve(left: Array, right: Array, wanted: Array) -> Array:
    decomposed = lu_factor(jax.lax.stop_gradient(_less_product(left, right)))
    return jax.lax.custom_linear_solve(
        lambda x: x - left @ (x @ right),
        wanted,
        solve=lambda _, b: lu_solve(decomposed, b),
        transpose_solve=lambda _, b: lu_solve(decomposed, b, trans=1),
    )


def _less_product(left: Float[Array, "n a"], right: Float[Array, "n a"]) -> Float[Array, "n n"]:
    return jnp.eye(len(left), dtype=left.dtype) - left @ right.T
