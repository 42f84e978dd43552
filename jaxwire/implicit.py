"""Solutions of equations, with exact derivatives: of equations that each hold one unknown, and of a linear system."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

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


@runtime_checkable
class LinearSystem(Protocol):
    """A system (1 - P) x = b, as a pytree of the arrays that P depends on."""

    def matrix(self) -> Float[Array, "n n"]:
        """1 - P."""
        ...

    def product(self, x: Float[Array, " n"]) -> Float[Array, " n"]:
        """P x, in a way that is cheap to differentiate."""
        ...


@jax.custom_jvp
def linear_solve(system: LinearSystem, wanted: Float[Array, " n"]) -> Float[Array, " n"]:
    """Solve a dense linear system.

    LU decomposition of the matrix beside its right side gives P A = L U and L^-1 P right at once. That saves the
    permutation, which JAX works out in a loop over rows, and one triangular solve. Where derivatives are taken, the
    decomposition of the matrix alone serves all of them, and the derivative of the matrix is never formed.
    """
    beside = jnp.concatenate([system.matrix(), wanted[:, None]], axis=1)
    decomposed, _, _ = linalg.lu(beside)
    return linalg.triangular_solve(decomposed[:, :-1], decomposed[:, -1:], left_side=True, lower=False)[:, 0]


@linear_solve.defjvp
def _linear_solve_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    (system, wanted), (system_dot, wanted_dot) = primals, tangents
    matrix = system.matrix()
    decomposed = lu_factor(jax.lax.stop_gradient(matrix))

    def solve(right: Array) -> Array:
        return jax.lax.custom_linear_solve(
            lambda x: matrix @ x,
            right,
            solve=lambda _, b: lu_solve(decomposed, b),
            transpose_solve=lambda _, b: lu_solve(decomposed, b, trans=1),
        )

    x = solve(wanted)
    _, change = jax.jvp(lambda system: system.product(x), (system,), (system_dot,))
    return x, solve(wanted_dot + change)
