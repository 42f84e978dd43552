"""Solutions of equations, with exact derivatives: of equations that each hold one unknown, and of a linear system."""

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.precision import ByPrecision

CONVERGED = ByPrecision(1e-13, 6e-7)
"""Residual, relative to right side and solution together, at which a linear system counts as solved; in single
precision, rounding leaves up to 4.5e-7."""

UNSOLVED = ByPrecision(1e-8, 1e-5)
"""Residual above which the solution is NaN rather than wrong."""

MAX_CYCLES = 12
"""Cycles after which no more is tried; what is `UNSOLVED` then becomes NaN."""


def root(equation: Callable[..., Array], solve: Callable[..., Any], *parameters: Any, has_aux: bool = False) -> Any:
    """Root of f(x, p) = 0 whose derivatives, of any order, come from f itself, never from what found it.

    Args:
        equation: f, elementwise: f(x, *parameters)[i] depends on x[i] alone, so that its Jacobian is diagonal. It is
            looked at where a derivative is asked for, and not before.
        solve: `solve(*parameters)` finds the root, in any way.
        parameters: pytrees, of which all arrays may be traced: neither function closes over any that is.
        has_aux: whether `solve` returns (root, something more), which has no derivatives.
    """
    arrays, static = eqx.partition(parameters, eqx.is_array)

    @jax.custom_jvp
    def found(arrays: Any) -> Any:
        return solve(*eqx.combine(arrays, static))

    @found.defjvp
    def derivative(primals: tuple, tangents: tuple) -> tuple[Any, Any]:
        answer = found(*primals)
        x = answer[0] if has_aux else answer
        _, change = jax.linearize(lambda x, arrays: equation(x, *eqx.combine(arrays, static)), x, *primals)
        slope = change(jnp.ones_like(x), jax.tree.map(_no_change, *primals))
        moved = -change(jnp.zeros_like(x), *tangents) / slope
        return answer, (moved, jax.tree.map(_no_change, answer[1])) if has_aux else moved

    return found(arrays)


def _no_change(value: Any) -> Any:
    """Tangent of what does not change, in the type that JAX wants for it."""
    is_real = jnp.issubdtype(jnp.result_type(value), jnp.inexact)
    return jnp.zeros_like(value) if is_real else np.zeros(jnp.shape(value), jax.dtypes.float0)


def linear_solve(
    product: Callable[[Float[Array, " n"]], Float[Array, " n"]], wanted: Float[Array, " n"], cycle: int
) -> Float[Array, " n"]:
    """Solve x - P x = b for a smooth kernel P, by minimal residuals; differentiable in all that P and b depend on.

    The residual falls as the product of the singular values of P (1 - P)^-1, whatever their sizes at first; those of a
    smooth kernel fall geometrically, so that half a dozen products with P do what an elimination does. No matrix is
    made, and no derivative of one: those of x solve the same system, and its transpose, with other right sides.

    Args:
        product: P, linear.
        wanted: b, shape (n,).
        cycle: products after which the solution is looked at, and the search begins anew with the residual if need be.

    Returns:
        x, shape (n,); NaN where no cycle leads to it.
    """

    def solve(matvec: Callable[[Array], Array], b: Array) -> Array:
        return _minimal_residual(matvec, b, cycle)

    return jax.lax.custom_linear_solve(lambda x: x - product(x), wanted, solve=solve, transpose_solve=solve)


class _Solving(NamedTuple):
    """Where a solution stands: the solution so far, what it leaves of the right side, and the cycles done."""

    x: Float[Array, " n"]
    residual: Float[Array, " n"]
    cycles: Int[Array, ""]

    def error(self, b: Float[Array, " n"]) -> Scalar:
        """Residual relative to right side and solution together."""
        return jnp.max(jnp.abs(self.residual)) / (jnp.max(jnp.abs(b)) + jnp.max(jnp.abs(self.x)))


def _minimal_residual(matvec: Callable[[Array], Array], b: Float[Array, " n"], cycle: int) -> Float[Array, " n"]:
    """Generalised conjugate residuals, in cycles (Eisenstat, Elman, Schultz, SIAM J. Numer. Anal. 20, 345 (1983))."""

    def goes_on(state: _Solving):
        return (state.error(b) > CONVERGED.of(b)) & (state.cycles < MAX_CYCLES)

    def improve(state: _Solving) -> _Solving:
        x, residual = _cycle(matvec, state.x, state.residual, cycle)
        if b.dtype == jnp.float32:  # what rounding has made of it stays 300 times below the real one at some points
            residual = b - matvec(x)
        return _Solving(x, residual, state.cycles + 1)

    size = jnp.max(jnp.abs(b))
    b = b / jnp.where(size > 0, size, 1.0)
    state = jax.lax.while_loop(goes_on, improve, _Solving(jnp.zeros_like(b), b, jnp.asarray(0)))
    return size * jnp.where(state.error(b) > UNSOLVED.of(b), jnp.nan, state.x)


def _cycle(matvec: Callable[[Array], Array], x: Array, residual: Array, size: int) -> tuple[Array, Array]:
    """Make the residual smallest along `size` directions, each the residual that the ones before have left.

    A loop on a CPU, where a program that is larger takes longer to compile; one step after the other on a GPU, where a
    loop would copy all directions at every step.
    """
    matvec = jax.jit(matvec)  # traced once for both
    put = jax.lax.dynamic_update_index_in_dim

    def step(index, state):
        x, residual, directions, images = state
        image = matvec(residual)
        shares = jnp.sum(images * image[None, :], axis=1)[:, None]
        direction = residual - jnp.sum(shares * directions, axis=0)
        image = image - jnp.sum(shares * images, axis=0)
        square = jnp.sum(image**2)
        scale = jnp.where(square > 0, jax.lax.rsqrt(jnp.where(square > 0, square, 1.0)), 0.0)
        direction, image = scale * direction, scale * image
        share = jnp.sum(image * residual)
        return x + share * direction, residual - share * image, direction, image

    def looped(x: Array, residual: Array) -> tuple[Array, Array]:
        def kept(index, state):
            *rest, direction, image = step(index, state)
            _, _, directions, images = state
            return *rest, put(directions, direction, index, 0), put(images, image, index, 0)

        none = jnp.zeros((size, x.size), x.dtype)
        return jax.lax.fori_loop(0, size, kept, (x, residual, none, none))[:2]

    def unrolled(x: Array, residual: Array) -> tuple[Array, Array]:
        directions = images = jnp.zeros((0, x.size), x.dtype)
        for index in range(size):
            x, residual, direction, image = step(index, (x, residual, directions, images))
            directions, images = jnp.vstack([directions, direction]), jnp.vstack([images, image])
        return x, residual

    return jax.lax.platform_dependent(x, residual, cpu=looped, default=unrolled)
