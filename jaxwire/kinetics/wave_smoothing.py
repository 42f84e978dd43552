"""Sums of decaying waves, smoothed over a length, cut at the ends of a sample, averaged by a probe.

A wave is c exp(-kappa y) on one side of its origin, y > 0, and 0 on the other. Smoothing over a length l convolves with
exp(-|x|/l)/(2l), which makes waves of waves: with u = kappa l, one that starts at x = 0 and runs to the right becomes

    exp(-kappa x)/(1 - u^2) - exp(-x/l)/(2 (1 - u))  at x > 0,            exp(x/l)/(2 (1 + u))  at x < 0.

Near u = 1 the first two are large and cancel. There the wave is first interpolated, as a function of kappa, from others
whose rates are not so near to 1/l; that serves for equal lengths, too, and does not depend on x.

Waves of complex rates come in conjugate pairs, of which one is kept, and the real part of the sum is meant (see
`contour`, whose rates stay away from the real axis, and so from u = 1).
"""

import functools
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Inexact
from numpy.polynomial import chebyshev

from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.special_functions import complex_erfcx, erfcx

NEAR_OWN_RATE = 0.1
"""A wave is interpolated from others where |u - 1| is below this, u being its rate times the length."""

SIDES = (-1.0, 1.0)
"""Directions of the waves on the left and on the right."""

WAVES_INSTEAD = 12
"""Waves that it becomes: at Chebyshev nodes their error is (0.1/(2 (1 - 0.1)))^12 = 1e-15 of it."""


class Waves(NamedTuple):
    """Sum of coefficient exp(-rate y) over the waves with y = direction (x - origin) > 0; each of shape (m,)."""

    rate: Inexact[Array, " m"]
    coefficient: Inexact[Array, " m"]
    direction: Float[Array, " m"]
    origin: Float[Array, " m"]

    def joined(self, rate: Array, coefficient: Array, direction: ArrayLike, origin: ArrayLike = 0.0) -> "Waves":
        """These waves and others."""
        others = jnp.broadcast_arrays(rate, coefficient, direction, origin)
        return Waves(*(jnp.concatenate(pair) for pair in zip(self, others, strict=True)))


def smoothed(waves: Waves, length: Scalar) -> Waves:
    """Convolution of waves that start at x = 0 with exp(-|x|/length)/(2 length)."""
    is_on = length > 0
    own_rate = 1.0 / jnp.where(is_on, length, 1.0)
    waves = _kept_apart(waves, length, own_rate)
    u = length * waves.rate
    smoothed = waves._replace(coefficient=waves.coefficient / ((1.0 - u) * (1.0 + u)))
    for toward in SIDES:
        own = waves.coefficient / jnp.where(waves.direction == toward, u - 1.0, u + 1.0)
        smoothed = smoothed.joined(own_rate[None], jnp.where(is_on, 0.5 * jnp.sum(own), 0.0)[None], toward)
    return smoothed


def hindered(waves: Waves, length: Scalar, barrier: Scalar) -> Waves:
    """`smoothed`, where what spreads over the length meets a resistance at x = 0.

    As w - length^2 w'' is the sum of the waves, its flux length w' is one on both sides, and w rises from the left to
    the right by barrier length w': (barrier/(2 + barrier)) sign(x) exp(-|x|/length) for each length w' without it.
    """
    slope = 0.5 * jnp.sum(waves.direction * (waves.coefficient / (1.0 + length * waves.rate)).real)
    is_on = length > 0
    own_rate = 1.0 / jnp.where(is_on, length, 1.0)
    own = jnp.where(is_on, slope * barrier / (2.0 + barrier), 0.0)
    return smoothed(waves, length).joined(own_rate, own * jnp.array(SIDES), jnp.array(SIDES))


def _kept_apart(waves: Waves, length: Scalar, own_rate: Scalar) -> Waves:
    """The same sum without rates near 1/length: their waves are interpolated from others."""
    nodes, from_moments = map(jnp.asarray, _nodes())
    excess = length * waves.rate.real - 1.0
    is_near = jnp.abs(excess) < NEAR_OWN_RATE
    if jnp.iscomplexobj(waves.rate):
        is_near &= waves.rate.imag == 0
    rate, far = (jnp.where(is_near, 0.0, each) for each in (waves.rate, waves.coefficient))
    kept, near = waves._replace(rate=rate, coefficient=far), waves.coefficient - far
    t = jnp.where(is_near, excess / NEAR_OWN_RATE, 0.0)
    polynomials = [jnp.ones_like(t), t]
    for _ in range(WAVES_INSTEAD - 2):
        polynomials.append(2.0 * t * polynomials[-1] - polynomials[-2])
    rates, weights = own_rate * (1.0 + NEAR_OWN_RATE * nodes), from_moments @ jnp.stack(polynomials)
    for toward in SIDES:
        kept = kept.joined(rates, weights @ jnp.where(waves.direction == toward, near, 0.0), toward)
    return kept


@functools.cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    """Chebyshev nodes in (-1, 1) without the one at 0; the matrix from Chebyshev moments to weights of the nodes."""
    nodes = np.delete(chebyshev.chebpts1(WAVES_INSTEAD + 1), WAVES_INSTEAD // 2)
    return nodes, np.linalg.inv(chebyshev.chebvander(nodes, WAVES_INSTEAD - 1).T)


def cut_at_ends(waves: Waves, healing: Scalar, end: Scalar) -> Waves:
    """Temperature in -end < x < end, of which diffusion makes both end values vanish; 0 beyond.

    Diffusion adds a multiple of exp(-(end - x)/Lambda) and one of exp(-(end + x)/Lambda), with q = exp(-2 end/Lambda)
    the decay from end to end. Where a wave leaves the sample, its opposite starts.
    """
    is_on = healing > 0
    rate = 1.0 / jnp.where(is_on, healing, 1.0)
    right, left = (probe_reading(waves, at[None], jnp.zeros(())) for at in (end, -end))
    fall = jnp.expm1(-2.0 * rate * end)  # q - 1
    for toward, here, there in ((-1.0, right, left), (1.0, left, right)):
        needed = (here - there - fall * there) / (fall * (2.0 + fall))  # -(here - q there)/(1 - q^2)
        waves = waves.joined(rate[None], jnp.where(is_on, needed, 0.0), toward, -toward * end)
    past = waves.coefficient * jnp.exp(-waves.rate * (end - waves.direction * waves.origin))
    return waves.joined(waves.rate, -past, waves.direction, waves.direction * end)


def probe_reading(waves: Waves, x: Float[Array, " n"], width: Scalar) -> Float[Array, " n"]:
    """Sum of the waves at x, averaged over a normal distribution of standard deviation s = width.

    A wave becomes, with z = (kappa s - y/s)/sqrt(2), at the right without large exponents and with the sign of z,

        exp(kappa^2 s^2/2 - kappa y) erfc(z)/2 = [z < 0] exp(kappa^2 s^2/2 - kappa y) +- exp(-y^2/2s^2) erfcx(|z|)/2.

    The last term is absent for s = 0. Where z = 0, [z < 0] is 1/2: on its edge half a wave counts.
    """
    is_blurred, rate = width > 0, waves.rate[None, :]
    s = jnp.where(is_blurred, width, 1.0)
    y = waves.direction[None, :] * (x[:, None] - waves.origin[None, :])
    behind = y - rate * width**2
    sign = jnp.sign(behind.real)
    inside = jnp.exp(_not_growing(rate * (0.5 * rate * width**2 - y)))
    edge = jnp.exp(-0.5 * (y / s) ** 2) * _scaled_tail(_on_the_right(behind, sign) / (np.sqrt(2.0) * s))
    return (0.5 * ((1.0 + sign) * inside - jnp.where(is_blurred, sign * edge, 0.0)) @ waves.coefficient).real


def _not_growing(exponent: Inexact[Array, "..."]) -> Inexact[Array, "..."]:
    """The exponent, or 0 where a wave that does not count there would grow."""
    if jnp.iscomplexobj(exponent):
        return jnp.where(exponent.real > 0, 0.0, exponent)
    return jnp.minimum(exponent, 0.0)


def _on_the_right(behind: Inexact[Array, "..."], sign: Float[Array, "..."]) -> Inexact[Array, "..."]:
    """The number or its opposite, with a real part that is not negative."""
    return jnp.where(sign < 0, -behind, behind) if jnp.iscomplexobj(behind) else jnp.abs(behind)


def _scaled_tail(z: Inexact[Array, "..."]) -> Inexact[Array, "..."]:
    return complex_erfcx(z) if jnp.iscomplexobj(z) else erfcx(z)
