"""Special functions that JAX lacks, and elementary ones that it has, faster: to rounding, unless a function says more.

sinhc_of_root(z) = sinh(sqrt z)/sqrt z,      erfcx(z) = exp(z^2) erfc(z),      fast_asinh(d, w) = asinh(d/w),
bessel_k0(z) = int_0^inf exp(-z cosh t) dt,  cosine_and_sine(x) = cos x, sin x at once;
complex_erfcx(z) is erfcx(z) for Re z >= 0. And a rule for integrals, `gauss_legendre`, worked out once.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float
from numpy.polynomial import chebyshev
from numpy.polynomial.legendre import leggauss


@functools.cache
def gauss_legendre(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights of the Gauss-Legendre rule on (0, 1)."""
    points, weights = leggauss(size)
    return (points + 1) / 2, weights / 2


SMALL_ROOT = 1e-3
"""Below this |z|, sinh(sqrt z)/sqrt z comes from four terms of its series; the next one is z^4/9! = 3e-18."""

LARGEST_ROOT = 300.0
"""sinh is cut here, so that its square does not overflow: a barrier transmits 1e-260 then."""


def sinhc_of_root(z: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """Entire function sinh(sqrt z)/sqrt z, that is sin(sqrt -z)/sqrt -z for negative z, smooth through 0."""
    is_small = jnp.abs(z) < SMALL_ROOT
    size = jnp.sqrt(jnp.where(is_small, 1.0, jnp.abs(z)))
    series = 1.0 + z / 6.0 * (1.0 + z / 20.0 * (1.0 + z / 42.0))
    tunnelling = jnp.sinh(jnp.where(z > 0, jnp.minimum(size, LARGEST_ROOT), 0.0)) / size
    return jnp.where(is_small, series, jnp.where(z > 0, tunnelling, jnp.sin(size) / size))


K0_SERIES = 2.0
"""|z| below which K_0 comes from its power series, beyond from its integral."""

K0_TERMS = 17
"""Powers of z^2/4 in the series: the next one is 1/(18!)^2 at |z| = 2."""

K0_STEP = 0.1
"""Step of the trapezoidal rule for the integral: up to z = 50, where K_0 is 3e-23, it leaves rounding."""

K0_STEPS = 45
"""Steps of the integral of exp(-z (cosh t - 1)), up to t = 4.5: it has fallen by exp(-88) at z = 2."""


def bessel_k0(z: Complex[Array, " n"]) -> Complex[Array, " n"]:
    """Modified Bessel function K_0 for Re z > 0: its power series for |z| < 2, beyond that its integral."""
    is_small = jnp.abs(z) < K0_SERIES
    small = jnp.where(is_small, z, 1.0)
    quarter = 0.25 * small**2
    order = np.arange(1, K0_TERMS + 1)
    coefficient = 1.0 / np.cumprod(order.astype(float)) ** 2
    powers = quarter[:, None] ** order[None, :]
    bessel_i0 = 1.0 + powers @ coefficient
    series = -(jnp.log(0.5 * small) + np.euler_gamma) * bessel_i0 + powers @ (coefficient * np.cumsum(1.0 / order))
    large = jnp.where(is_small, K0_SERIES, z)
    t = np.linspace(0.0, K0_STEP * K0_STEPS, K0_STEPS + 1)
    step = np.where(t == 0, 0.5 * K0_STEP, K0_STEP)
    integral = jnp.exp(-2.0 * large[:, None] * np.sinh(0.5 * t)[None, :] ** 2) @ step
    return jnp.where(is_small, series, jnp.exp(-large) * integral)


@jax.custom_jvp
def fast_asinh(distance: Float[Array, "n m"], width: Float[Array, "n _"]) -> Float[Array, "n m"]:
    """Inverse hyperbolic sine of distance/width, fast: to absolute accuracy, not to relative accuracy near zero."""
    return jnp.sign(distance) * jnp.log((jnp.abs(distance) + jnp.sqrt(distance**2 + width**2)) / width)


@fast_asinh.defjvp
def _asinh_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    (distance, width), (distance_dot, width_dot) = primals, tangents
    slope = 1.0 / jnp.sqrt(distance**2 + width**2)
    return fast_asinh(distance, width), slope * distance_dot - (slope * distance / width) * width_dot


ANGLE_HALVINGS = 3
"""Cosine and sine come from the series at this many halvings of an angle, which thirteen powers give to rounding."""


def cosine_and_sine(angle: Float[Array, "m p"]) -> tuple[Float[Array, "m p"], Float[Array, "m p"]]:
    """Both at once; those of XLA take ten times as long on a CPU."""
    part = (angle - 2.0 * jnp.pi * jnp.round(angle / (2.0 * jnp.pi))) / 2**ANGLE_HALVINGS
    square = part**2
    cosine = sine = jnp.ones_like(part)
    for n in range(12, 0, -2):
        cosine = 1.0 - square / (n * (n - 1)) * cosine
        sine = 1.0 - square / (n * (n + 1)) * sine
    sine = part * sine
    for _ in range(ANGLE_HALVINGS):
        cosine, sine = 1.0 - 2.0 * sine**2, 2.0 * sine * cosine
    return cosine, sine


ERFCX_CENTER = 3.75
"""(1 + 2z) erfcx(z) is nearly a polynomial in (z - 3.75)/(z + 3.75) (Shepherd and Laframboise, 1981)."""

ERFCX_DEGREE = 20
"""Degree of the polynomial: to 1e-14."""


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


COMPLEX_ERFCX_TERMS = 40
"""Terms of its expansion: 32 leave 3e-13, more than 40 no less than 1e-14."""


def complex_erfcx(z: Complex[Array, "..."]) -> Complex[Array, "..."]:
    """Scaled complementary error function exp(z^2) erfc(z), Re z >= 0.

    With L = 2^(-1/4) N^(1/2) and N terms, erfcx(z) = [1/sqrt(pi) + 2 p((L - z)/(L + z))/(L + z)]/(L + z), where p is a
    polynomial (Weideman, SIAM J. Numer. Anal. 31, 1497 (1994)).
    """
    scale, coefficients = _weideman()
    t, value = (scale - z) / (scale + z), jnp.zeros_like(z)
    for coefficient in coefficients:
        value = value * t + coefficient
    return (2.0 * value / (scale + z) + 1.0 / np.sqrt(np.pi)) / (scale + z)


@functools.cache
def _weideman() -> tuple[float, np.ndarray]:
    """L, and the coefficients of p, highest first: a Fourier series of (L^2 + t^2) exp(-t^2), t = L tan(theta/2)."""
    size = 2 * COMPLEX_ERFCX_TERMS
    scale = float(np.sqrt(COMPLEX_ERFCX_TERMS / np.sqrt(2.0)))
    t = scale * np.tan(0.5 * np.pi * np.arange(1 - size, size) / size)
    sampled = np.concatenate([[0.0], (scale**2 + t**2) * np.exp(-(t**2))])
    series = np.fft.fft(np.fft.fftshift(sampled)).real / (2 * size)
    return scale, np.flip(series[1 : COMPLEX_ERFCX_TERMS + 1])
