"""Profile of the heating on one side of the scatterer, as a sum of decaying waves that may be complex.

At the distance r from the scatterer the heating in units of P_ext is

    h(r) - 1 = Re sum_a c_a exp(-kappa_a r).

Waves of complex rates kappa_a come in conjugate pairs, of which one is kept: hence the real part (see `contour`). Near
a position the profile is its own Taylor series, which needs no further waves.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Inexact

from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.special_functions import cosine_and_sine

HEATING_ROUNDING = 1e-12
"""Share of the largest |h - 1| that may be rounding: the terms of the sum, known to 1e-16, may be 1e3 times the sum."""

ORDER = 10
"""Order of the Taylor series: at a twentieth of the distance from the scatterer its error is 1e-14 of the heating."""


class WaveProfile(NamedTuple):
    """Excess h - 1 on one side, the real part of a sum of waves that may be complex (see `contour`).

    Attributes:
        rate: kappa_a, shape (m,).
        coefficient: c_a, shape (m,).
        rounding: its `HEATING_ROUNDING`.
        extra: what else adds to it and its two derivatives.
    """

    rate: Inexact[Array, " m"]
    coefficient: Inexact[Array, " m"]
    rounding: float = HEATING_ROUNDING
    extra: Callable[[Scalar], Float[Array, " 3"]] | None = None

    def derivatives(self, r: Float[Array, " p"], order: int) -> Float[Array, "n p"]:
        """The sum and its derivatives up to an order, without what else adds to it."""
        rows = [jnp.ones_like(self.rate)]
        for _ in range(order):
            rows.append(-self.rate * rows[-1])
        powers = jnp.stack(rows) * self.coefficient[None, :]
        cosine, sine = _waves(self.rate, r)
        return powers.real @ cosine + powers.imag @ sine

    def completed(self, r: Float[Array, " p"], waves: Float[Array, "3 p"]) -> Float[Array, "3 p"]:
        """Add to the sum, and to its first two derivatives, what else there is."""
        return waves if self.extra is None else waves + jax.lax.map(self.extra, r, batch_size=8).T

    def __call__(self, r: Float[Array, " p"]) -> Float[Array, "3 p"]:
        """Excess and its first two derivatives."""
        return self.completed(r, self.derivatives(r, 2))

    def near(self, center: Float[Array, " p"]) -> Callable[[Float[Array, " p"]], Float[Array, "3 p"]]:
        """Excess and its first two derivatives at distances near these, from the Taylor series there: without waves."""
        center = jax.lax.stop_gradient(center)
        factorial = np.cumprod(np.maximum(np.arange(ORDER + 1), 1.0))
        series = self.derivatives(center, ORDER) / factorial[:, None]

        def at(r: Float[Array, " p"]) -> Float[Array, "3 p"]:
            value = slope = half_bend = jnp.zeros_like(r)
            for term in series[::-1]:
                half_bend = half_bend * (r - center) + slope
                slope = slope * (r - center) + value
                value = value * (r - center) + term
            return self.completed(r, jnp.stack([value, slope, 2.0 * half_bend]))

        return at


def _waves(rate: Inexact[Array, " m"], r: Float[Array, " p"]) -> tuple[Float[Array, "m p"], Float[Array, "m p"]]:
    """Waves exp(-kappa r): their real parts, and their imaginary parts with the opposite sign."""
    cosine, sine = cosine_and_sine(rate.imag[:, None] * r[None, :])
    fallen = jnp.exp(-rate.real[:, None] * r[None, :])
    return fallen * cosine, fallen * sine
