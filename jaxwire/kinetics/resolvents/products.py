r"""Products with the matrix y_aj = 1/(1/s_j + k_a) of squared mean free paths s and squared wavenumbers k.

These products are most of the work of a solution. A CPU keeps the matrix in its cache and multiplies. A GPU divides
faster than it reads: there every product makes the matrix anew. Which of these is chosen when a program is lowered for
its platform, so the product is a primitive of JAX, with rules for batches, derivatives and the transpose.

A change of mean free paths and wavenumbers changes y by y^2 [ds/s^2 - dk]. The derivatives are products with powers of
K = y/s = 1/(1 + k s), at most 1, so that no matrix is made for any one parameter:

    dy = K^2 ds - s^2 K^2 dk,          d(K^p) = -p K^(p+1) (k ds + s dk).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jaxtyping import Array, Float

SUMMED = 8
"""Vectors that a GPU multiplies at once by sums; the products of more are a matrix product."""


class Resolvents(NamedTuple):
    """The matrix y_aj = 1/(1/s_j + k_a) of wavenumbers and nodes.

    Attributes:
        squared: s_j = l_j^2, shape (n,).
        wavenumber: k_a = q_a^2, shape (m,).
    """

    squared: Float[Array, " n"]
    wavenumber: Float[Array, " m"]

    def over_nodes(self, rows: Float[Array, "c n"]) -> Float[Array, "c m"]:
        """Sums over the nodes, sum_j y_aj c_j."""
        return _product(self.squared, self.wavenumber, rows, over_nodes=True)

    def over_wavenumbers(self, rows: Float[Array, "c m"]) -> Float[Array, "c n"]:
        """Sums over the wavenumbers, sum_a c_a y_aj."""
        return _product(self.squared, self.wavenumber, rows, over_nodes=False)


_product_p = Primitive("resolvent_product")


def _product(squared: Array, wavenumber: Array, rows: Array, *, over_nodes: bool, power: int = 1) -> Array:
    """Product of rows, shape (..., c, n or m), with y, or (power >= 2) with a power of K; (..., c, m or n)."""
    return _product_p.bind(squared, wavenumber, rows, over_nodes=over_nodes, power=power)


def _shape(squared: Any, wavenumber: Any, rows: Any, *, over_nodes: bool, power: int) -> Any:
    return rows.update(shape=(*rows.shape[:-1], (wavenumber if over_nodes else squared).shape[-1]))


def _matrix(squared: Array, wavenumber: Array, power: int, inverse: Callable[[Array], Array]) -> Array:
    """The matrix y, or a power of K, shape (..., m, n)."""
    small = inverse(1.0 + wavenumber[..., :, None] * squared[..., None, :])
    return squared[..., None, :] * small if power == 1 else small**power


def _by_matrix(squared: Array, wavenumber: Array, rows: Array, *, over_nodes: bool, power: int) -> Array:
    """Make the matrix, and multiply."""
    matrix = _matrix(squared, wavenumber, power, lambda x: 1.0 / x)
    return jnp.matmul(rows, jnp.swapaxes(matrix, -1, -2) if over_nodes else matrix)


def _by_sums(squared: Array, wavenumber: Array, rows: Array, *, over_nodes: bool, power: int) -> Array:
    """Make the matrix anew for every row, while it is summed.

    The barriers keep the compiler from making it once, for all rows or all products, and from making it again for each
    of the numbers that follow from a sum.
    """

    def summed(row: Array) -> Array:
        s, k, row = jax.lax.optimization_barrier((squared, wavenumber, row))
        row = row[..., None, :] if over_nodes else row[..., :, None]
        matrix = _matrix(s, k, power, reciprocal)
        return jax.lax.optimization_barrier(jnp.sum(matrix * row, axis=-1 if over_nodes else -2))

    if rows.shape[-2] > SUMMED:
        return _by_matrix(squared, wavenumber, rows, over_nodes=over_nodes, power=power)
    return jnp.stack([summed(rows[..., index, :]) for index in range(rows.shape[-2])], axis=-2)


def reciprocal(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """1/x to rounding, in the range of single precision.

    Two Newton steps from single precision take half as long as a division on a GPU.
    """
    if x.dtype == jnp.float32:
        return 1.0 / x
    estimate = (1.0 / x.astype(jnp.float32)).astype(x.dtype)
    estimate = estimate * (2.0 - x * estimate)
    return estimate * (2.0 - x * estimate)


def _jvp(primals: Sequence[Array], tangents: Sequence[Any], *, over_nodes: bool, power: int) -> tuple[Array, Any]:
    (squared, wavenumber, rows), (squared_dot, wavenumber_dot, rows_dot) = primals, tangents
    on_nodes, on_wavenumbers = squared[..., None, :], wavenumber[..., None, :]

    def derived(by_node: Array, by_wavenumber: Array) -> Array:
        """Product with the next power of K, each of whose columns and rows is scaled."""
        scaled = rows * (by_node if over_nodes else by_wavenumber)
        found = _product(squared, wavenumber, scaled, over_nodes=over_nodes, power=power + 1)
        return found * (by_wavenumber if over_nodes else by_node)

    one, factor = jnp.ones((), rows.dtype), -float(power)
    changes = []
    if not isinstance(squared_dot, ad.Zero):
        moved = squared_dot[..., None, :]
        changes.append(derived(moved, one) if power == 1 else derived(factor * moved, on_wavenumbers))
    if not isinstance(wavenumber_dot, ad.Zero):
        moved = wavenumber_dot[..., None, :]
        changes.append(derived(on_nodes**2, -moved) if power == 1 else derived(factor * on_nodes, moved))
    if not isinstance(rows_dot, ad.Zero):
        changes.append(_product(squared, wavenumber, rows_dot, over_nodes=over_nodes, power=power))
    value = _product(squared, wavenumber, rows, over_nodes=over_nodes, power=power)
    return value, sum(changes[1:], changes[0])


def _transpose(cotangent: Any, squared: Array, wavenumber: Array, rows: Any, *, over_nodes: bool, power: int) -> Any:
    """By the rows alone; in the others a product is not linear."""
    if isinstance(cotangent, ad.Zero):
        return None, None, ad.Zero(rows.aval)
    return None, None, _product(squared, wavenumber, cotangent, over_nodes=not over_nodes, power=power)


def _batch(arguments: Sequence[Array], axes: Sequence[int | None], **parameters: Any) -> tuple[Array, int]:
    """A batch leads all arguments; rows alone that are a batch are so many more rows of one matrix."""
    size = next(argument.shape[axis] for argument, axis in zip(arguments, axes, strict=True) if axis is not None)
    in_front = [x if axis is None else jnp.moveaxis(x, axis, 0) for x, axis in zip(arguments, axes, strict=True)]
    squared, wavenumber, rows = in_front
    if axes[0] is None and axes[1] is None:
        gathered = jnp.moveaxis(rows, 0, -3)
        wide = gathered.reshape(*gathered.shape[:-3], -1, gathered.shape[-1])
        found = _product(squared, wavenumber, wide, **parameters)
        return found.reshape(*gathered.shape[:-1], found.shape[-1]), gathered.ndim - 3
    whole = [
        jnp.broadcast_to(x, (size, *x.shape)) if axis is None else x for x, axis in zip(in_front, axes, strict=True)
    ]
    return _product_p.bind(*whole, **parameters), 0


_product_p.def_abstract_eval(_shape)

_product_p.def_impl(
    lambda *arguments, **parameters: jax.jit(_product_p.bind, static_argnames=tuple(parameters))(
        *arguments, **parameters
    )
)

ad.primitive_jvps[_product_p] = _jvp

ad.primitive_transposes[_product_p] = _transpose

batching.primitive_batchers[_product_p] = _batch

mlir.register_lowering(_product_p, mlir.lower_fun(_by_sums, multiple_results=False))

mlir.register_lowering(_product_p, mlir.lower_fun(_by_matrix, multiple_results=False), platform="cpu")
