r"""Sums over the modes of a half-wire as functions of position, without its modes: integrals along a contour.

With e_i = w_i j_i/(l_i tau_i) of the spectral current j that enters a half-wire, the resolvent
y_i(lambda) = 1/(1/l_i^2 - lambda), a quantity eta_i that electrons of node i carry, its averages
<eta>_lambda = sum_i r_i y_i eta_i / sum_i r_i y_i, and any smooth function g,

    sum_k g(kappa_k) [sum_i e_i y_ki] [sum_i r_i eta_i y_ki] / sum_i r_i y_ki^2
        = (1/(2 pi i)) int g(kappa) sum_i e_i y_i (<eta>_lambda - eta_i) 2 kappa dkappa,      lambda = kappa^2.

For the sum in the integral has a pole at every mode, whose residue is the mode's term on the left, and none at 1/l_i.
The contour runs once round the rates, all of which lie above the inverse of the longest mean free path l:

    kappa(u) = cosh(u + i theta)/l,      u real,

a hyperbola between the rates (theta = 0) and the imaginary axis (theta = pi/2), where exp(-kappa x) ceases to decay. On
it the trapezoidal rule with steps h of u errs by exp(-2 pi theta/h) and exp(-2 pi (pi/2 - theta)/h) (Trefethen and
Weideman, SIAM Review 56, 385 (2014)), at all positions from the nearest on. Points of opposite u are complex
conjugates: half of them suffice.

One contour for all positions, x = 0 among them, has to close on the other side of the fastest rate 1/s as well:

    kappa(u) = sn(phi + i u | k)/l,      0 < u < K',      k = s/l,

meets the real axis left of 1/l and right of 1/s. It is the imaginary axis of the rule in `wavenumbers`, moved half of
the way phi = 0 to K towards the rates, and errs by exp(-pi^2 m/(2 ln(4 l/s))) with m points.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float

from jaxwire.kinetics.resolvents.products import reciprocal
from jaxwire.kinetics.resolvents.wavenumbers import LARGEST_MODULUS
from jaxwire.numerics.array_types import Scalar

ANGLE = 0.7
"""Angle theta: a little nearer to the rates than to the imaginary axis, so that errors are small beside what is left of
the sum far out as well."""

DECAYED_WAVE = 30.0
"""Waves that have fallen by exp(-30) = 1e-13 at the nearest position are left out."""


MOVED = 0.5
"""How far the closed contour is from the imaginary axis, on the way to the rates."""


class Contour(NamedTuple):
    """Points of a contour, those with positive imaginary part.

    Attributes:
        rate: kappa_a, in 1/(vF tau0), shape (m,).
        weight: an integral (1/(2 pi i)) int f(kappa) 2 kappa dkappa is the real part of sum_a weight_a f(kappa_a),
            shape (m,).
    """

    rate: Complex[Array, " m"]
    weight: Complex[Array, " m"]

    @classmethod
    def enclosing(cls, longest: Scalar, shortest: Scalar, size: int) -> "Contour":
        """Enclose all rates from 1/longest to 1/shortest, for all positions, with `size` points, an even number."""
        longest, shortest = jax.lax.stop_gradient((longest, shortest))
        nome = (0.25 * jnp.minimum(shortest / longest, LARGEST_MODULUS)) ** 2
        theta_2 = 2.0 * jnp.sqrt(jnp.sqrt(nome)) * (1.0 + nome**2 + nome**6)
        theta_3 = 1.0 + 2.0 * nome + 2.0 * nome**4
        modulus, depth = (theta_2 / theta_3) ** 2, -jnp.log(nome)
        height = depth * (jnp.arange(size // 2) + 0.5) / (2 * size)
        angle = jax.lax.complex(jnp.full_like(height, MOVED * 0.5 * jnp.pi), height)
        odd = jnp.sin(angle) - nome**2 * jnp.sin(3.0 * angle) + nome**6 * jnp.sin(5.0 * angle)
        even = 1.0 - 2.0 * nome * jnp.cos(2.0 * angle) + 2.0 * nome**4 * jnp.cos(4.0 * angle)
        low = 2.0 * jnp.sqrt(jnp.sqrt(nome)) * (theta_3 / theta_2) * odd / even
        sine = jnp.concatenate([low, 1.0 / (modulus * jnp.conj(low[::-1]))])
        slope = jnp.sqrt(1.0 - sine**2) * jnp.sqrt(1.0 - (modulus * sine) ** 2)
        return cls(sine / longest, -(theta_3**2) * depth / (jnp.pi * size) * sine * slope / longest**2)

    @classmethod
    def around(cls, longest: Scalar, nearest: float, size: int) -> "Contour":
        """Enclose all rates above 1/longest, for positions from `nearest` on, with `size` points."""
        longest = jax.lax.stop_gradient(longest)
        reach = jnp.log(2.0 * DECAYED_WAVE * longest / (nearest * jnp.cos(ANGLE)))
        step = reach / size
        along = jax.lax.complex(step * (jnp.arange(size) + 0.5), jnp.full(size, ANGLE))
        rate, slope = jnp.cosh(along) / longest, jnp.sinh(along) / longest
        return cls(rate, 2.0j * (step / jnp.pi) * rate * slope)


class Entering(NamedTuple):
    """What a current brings into a half-wire, on the contour.

    Attributes:
        excess: sum_i e_i y_i / sum_i r_i y_i, shape (m,).
        deviation: sum_i e_i y_i (<eta>_lambda - eta_i) for several quantities eta, shape (c, m).
    """

    excess: Complex[Array, " m"]
    deviation: Complex[Array, "c m"]


def enter_contour(
    contour: Contour,
    mean_free_path: Float[Array, " n"],
    share: Float[Array, " n"],
    entering: Float[Array, " n"],
    carried: Float[Array, "c n"],
) -> Entering:
    """Work out the sums of the module's head.

    Args:
        contour: the contour.
        mean_free_path: l_i, shape (n,).
        share: r_i, in any unit, shape (n,).
        entering: e_i, shape (n,).
        carried: eta_i, shape (c, n).
    """
    rows = jnp.concatenate([share[None, :], entering[None, :], share[None, :] * carried, entering[None, :] * carried])
    sums = over_nodes(contour, mean_free_path, rows)
    total, amount, of_share, of_entering = jnp.split(sums, [1, 2, 2 + len(carried)])
    excess = amount / total
    return Entering(excess[0], excess * of_share - of_entering)


def over_nodes(
    contour: Contour, mean_free_path: Float[Array, " n"], rows: Float[Array, "c n"]
) -> Complex[Array, "c m"]:
    """Sums over the nodes, sum_i c_i y_i, at every point of the contour."""
    moved = contour.rate**2
    return jax.lax.complex(
        *jax.lax.platform_dependent(mean_free_path**2, moved.real, moved.imag, rows, cpu=_by_matrix, default=_by_sums)
    )


def _resolvent(squared: Array, real: Array, imaginary: Array, inverse: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Real and imaginary part of y_i = 1/(1/l_i^2 - lambda_a), both of shape (m, n)."""
    real, imaginary = 1.0 - real[:, None] * squared[None, :], imaginary[:, None] * squared[None, :]
    scaled = squared[None, :] * inverse(real**2 + imaginary**2)
    return scaled * real, scaled * imaginary


def _by_matrix(squared: Array, real: Array, imaginary: Array, rows: Array) -> tuple[Array, Array]:
    """Sums over the nodes of every row: make the matrix, and multiply; see `resolvents`."""
    parts = _resolvent(squared, real, imaginary, lambda x: 1.0 / x)
    return rows @ parts[0].T, rows @ parts[1].T


def _by_sums(squared: Array, real: Array, imaginary: Array, rows: Array) -> tuple[Array, Array]:
    """The same on a GPU: make the matrix while it is summed, and never store it."""
    parts = _resolvent(squared, real, imaginary, reciprocal)
    real, imaginary = (jnp.stack([jnp.sum(part * row[None, :], axis=1) for row in rows]) for part in parts)
    return real, imaginary
