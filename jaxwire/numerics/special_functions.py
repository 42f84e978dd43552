"""Special functions that JAX lacks: erfcx, Bessel K0, sinh(sqrt z)/sqrt z, and fast elementary ones."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float
from numpy.polynomial import chebyshev
from numpy.polynomial.legendre import leggauss


def sinhc_of_root(z: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """Entire function sinh(sqrt z)/sqrt z, that is sin(sqrt -z)/sqrt -z for negative z, smooth through 0."""
    is_small = jnp.abs(z) < 1e-3
    size = jnp.sqrt(jnp.where(is_small, 1.0, jnp.abs(z)))
    series = 1.0 + z / 6.0 * (1.0 + z / 20.0 * (1.0 + z / 42.0))
    tunnelling = jnp.sinh(jnp.where(z > 0, jnp.minimum(size, 300.0), 0.0)) / size
    return jnp.where(is_small, series, jnp.where(z > 0, tunnelling, jnp.sin(size) / size))


def bessel_k0(z: Complex[Array, " n"]) -> Complex[Array, " n"]:
    """Modified Bessel function K_0 for Re z > 0: its power series for |z| < 2, beyond that its integral."""
    is_small = jnp.abs(z) < 2.0
    small = jnp.where(is_small, z, 1.0)
    quarter = 0.25 * small**2
    order = np.arange(1, 18)
    coefficient = 1.0 / np.cumprod(order.astype(float)) ** 2
    powers = quarter[:, None] ** order[None, :]
    bessel_i0 = 1.0 + powers @ coefficient
    series = -(jnp.log(0.5 * small) + np.euler_gamma) * bessel_i0 + powers @ (coefficient * np.cumsum(1.0 / order))
    large = jnp.where(is_small, 2.0, z)
    t = np.linspace(0.0, 4.5, 46)
    step = np.where(np.arange(46) == 0, 0.05, 0.1)
    integral = jnp.exp(-2.0 * large[:, None] * np.sinh(0.5 * t)[None, :] ** 2) @ step
    return jnp.where(is_small, series, jnp.exp(-large) * integral)


@jax.custom_jvp
def fast_asinh(distance: Float[Array, "n m"], width: Float[Array, "n _"]) -> Float[Array, "n m"]:
    """Inverse hyperbolic sine of distance/width, fast: to absolute accuracy, not to relative accuracy near zero."""
    side = jnp.where(distance >= 0, 1.0, -1.0)
    return side * jnp.log((side * distance + jnp.sqrt(distance**2 + width**2)) / width)


@fast_asinh.defjvp
def _asinh_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    (distance, width), (distance_dot, width_dot) = primals, tangents
    slope = 1.0 / jnp.sqrt(distance**2 + width**2)
    return fast_asinh(distance, width), slope * distance_dot - (slope * distance / width) * width_dot


HALVINGS = 3
"""Cosine and sine come from the series at this many halvings of an angle, which thirteen powers give to rounding."""


def cosine_and_sine(angle: Float[Array, "m p"]) -> tuple[Float[Array, "m p"], Float[Array, "m p"]]:
    """Both at once; those of XLA take ten times as long on a CPU."""
    part = (angle - 2.0 * jnp.pi * jnp.round(angle / (2.0 * jnp.pi))) / 2**HALVINGS
    square = part**2
    cosine = sine = jnp.ones_like(part)
    for n in range(12, 0, -2):
        cosine = 1.0 - square / (n * (n - 1)) * cosine
        sine = 1.0 - square / (n * (n + 1)) * sine
    sine = part * sine
    for _ in range(HALVINGS):
        cosine, sine = 1.0 - 2.0 * sine**2, 2.0 * sine * cosine
    return cosine, sine


ERFCX_CENTER, ERFCX_DEGREE = 3.75, 20
"""(1 + 2z) erfcx(z) is a polynomial in (z - center)/(z + center) to 1e-14 (Shepherd and Laframboise, 1981)."""


def erfcx(z: Float[Array, "..."]) -> Float[Array, "..."]:
    """Scaled complementary error function exp(z^2) erfc(z), z >= 0."""
    t = (z - ERFCX_CENTER) / (z + ERFCX_CENTER)
    value = jnp.zeros_like(z)
    for coefficient in _erfcx_coefficients():
        value = value * t + coefficient
    return value / (1.0 + 2.0 * z)


@functools.cache
def _erfcx_coefficients() -> np.ndarray:
    """Of (1 + 2z) erfcx(z) = 2/sqrt(pi) int_0^inf exp(-(u/(1 + 2z))^2 - 2zu/(1 + 2z)) du in t, highest first."""
    points, weights = leggauss(100)
    u = 20.0 * (points + 1.0)

    def product(t):
        scale = ((1.0 - t) / (1.0 - t + 2.0 * ERFCX_CENTER * (1.0 + t)))[:, None]
        return 40.0 / np.sqrt(np.pi) * np.exp(-((scale * u[None, :]) ** 2) - (1.0 - scale) * u[None, :]) @ weights

    return np.flip(chebyshev.cheb2poly(chebyshev.chebinterpolate(product, ERFCX_DEGREE)))
