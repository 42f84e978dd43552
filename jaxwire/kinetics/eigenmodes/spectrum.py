"""Spectrum of a half-wire: poles, roots of the secular equation between them, and sums over the resolvent.

With y_ki = 1/(d_i - d_near(k) - x_k), where root k is the pole nearest to it plus the offset x_k, a change of poles and
offsets changes y_ki by y_ki^2 [dx_k - (dd_i - dd_near(k))]. The derivatives of the sums are written as products of the
matrices y^2 and y^3 with vectors, so that no matrix is made for any one parameter. The pole next to a root, whose y may
exceed all others by a hundred decades, is left out of these matrices (its bracket is dx_k alone) and added by itself:
nothing large cancels.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int


class Spectrum(NamedTuple):
    """Poles and roots.

    Attributes:
        poles: d_i = 1/l_i^2, in any order, shape (n,).
        offset: x_k, from the pole nearest to each root to the root, shape (m,).
        nearest: index of that pole, shape (m,).
    """

    poles: Float[Array, " n"]
    offset: Float[Array, " m"]
    nearest: Int[Array, " m"]

    def resolvent(self) -> Float[Array, "m n"]:
        """The matrix y_ki."""
        return 1.0 / ((self.poles[None, :] - self.poles[self.nearest][:, None]) - self.offset[:, None])

    def sums(self, columns: Float[Array, "n c"]) -> Float[Array, "m c"]:
        """Sums sum_i y_ki c_i for every column."""
        return _sums(self, columns)

    def norm(self, weight: Float[Array, " n"]) -> Float[Array, " m"]:
        """Sums sum_i y_ki^2 w_i."""
        return _norm(self, weight)


class _Powers(NamedTuple):
    """Squares and cubes of the resolvent but for the nearest poles, shape (m, n), and y at these, shape (m,)."""

    square: Float[Array, "m n"]
    cube: Float[Array, "m n"]
    nearest: Float[Array, " m"]

    @classmethod
    def of(cls, spectrum: Spectrum) -> "_Powers":
        is_nearest = jnp.arange(spectrum.poles.size)[None, :] == spectrum.nearest[:, None]
        others = jnp.where(is_nearest, 0.0, spectrum.resolvent())
        return cls(others**2, others**3, -1.0 / spectrum.offset)


def _moved(
    matrix: Float[Array, "m n"], columns: Float[Array, "n c"], spectrum: Spectrum, tangent: Spectrum
) -> Float[Array, "m c"]:
    """Sums sum_i matrix_ki c_i [dx_k - (dd_i - dd_near(k))], without the nearest poles."""
    by_root = tangent.offset + tangent.poles[spectrum.nearest]
    return by_root[:, None] * (matrix @ columns) - matrix @ (columns * tangent.poles[:, None])


@jax.custom_jvp
def _sums(spectrum: Spectrum, columns: Float[Array, "n c"]) -> Float[Array, "m c"]:
    return spectrum.resolvent() @ columns


@_sums.defjvp
def _sums_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    (spectrum, columns), (spectrum_dot, columns_dot) = primals, tangents
    powers = _Powers.of(spectrum)
    nearest = columns[spectrum.nearest] * (powers.nearest * (powers.nearest * spectrum_dot.offset))[:, None]
    moved = _moved(powers.square, columns, spectrum, spectrum_dot) + nearest
    return _sums(spectrum, columns), spectrum.resolvent() @ columns_dot + moved


@jax.custom_jvp
def _norm(spectrum: Spectrum, weight: Float[Array, " n"]) -> Float[Array, " m"]:
    """Sums of weight times y^2; in an order in which y^2 may be out of range."""
    resolvent = spectrum.resolvent()
    return jnp.sum(resolvent * (resolvent * weight[None, :]), axis=1)


@_norm.defjvp
def _norm_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    (spectrum, weight), (spectrum_dot, weight_dot) = primals, tangents
    powers = _Powers.of(spectrum)
    relative = weight_dot[spectrum.nearest] + 2.0 * weight[spectrum.nearest] * (powers.nearest * spectrum_dot.offset)
    nearest = powers.nearest * (powers.nearest * relative)
    moved = 2.0 * _moved(powers.cube, weight[:, None], spectrum, spectrum_dot)[:, 0]
    return _norm(spectrum, weight), powers.square @ weight_dot + nearest + moved


def with_derivatives(spectrum: Spectrum, weight: Float[Array, " n"]) -> Spectrum:
    """Give the offsets of a spectrum their derivatives, by the implicit function theorem and the secular equation.

    Each equation holds one root, so the Jacobian is diagonal: no derivative ever divides by a difference of roots.

    Args:
        spectrum: poles, and offsets that solve the secular equation.
        weight: r_i > 0, shape (n,).
    """
    return spectrum._replace(offset=_offset(spectrum, weight))


@jax.custom_jvp
def _offset(spectrum: Spectrum, weight: Float[Array, " n"]) -> Float[Array, " m"]:
    return spectrum.offset


@_offset.defjvp
def _offset_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    (spectrum, weight), (spectrum_dot, weight_dot) = primals, tangents
    spectrum = with_derivatives(spectrum, weight)
    powers = _Powers.of(spectrum)
    at_rest = spectrum_dot._replace(offset=jnp.zeros_like(spectrum.offset))
    change = _moved(powers.square, weight[:, None], spectrum, at_rest)[:, 0] + spectrum.resolvent() @ weight_dot
    nearest = weight[spectrum.nearest] * powers.nearest
    return spectrum.offset, -change / (powers.square @ weight + nearest * powers.nearest)
