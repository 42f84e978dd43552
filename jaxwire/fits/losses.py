"""What a residual costs: squared, Huber, Cauchy."""

import abc

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import POSITIVE, parameter
from jaxwire.model.printing import Printable
from jaxwire.numerics.array_types import Scalar


class AbstractLoss(Printable):
    """Base of all losses: subclass it and give `root`."""

    @abc.abstractmethod
    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """Q = sign(r) sqrt(2 rho(r)), smooth through r = 0; r in standard errors, shape (n,)."""


class SquaredLoss(AbstractLoss):
    """Least squares: rho(r) = r^2/2, right for errors of normal distribution."""

    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """The residual itself."""
        return residual


class HuberLoss(AbstractLoss):
    """Pseudo-Huber loss, rho(r) = s^2 (sqrt(1 + (r/s)^2) - 1): beyond s standard errors a residual counts linearly.

    Attributes:
        scale: s, in standard errors, positive.
    """

    scale: Scalar = parameter("scale", POSITIVE, default=1.5)

    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """The residual r sqrt(2/(1 + sqrt(1 + (r/s)^2)))."""
        return residual * jnp.sqrt(2.0 / (1.0 + jnp.sqrt(1.0 + (residual / self.scale) ** 2)))


SMALL = 1e-8
"""Of (r/s)^2: below it two terms of the series of the Cauchy loss are exact to rounding, and do not divide by zero."""


class CauchyLoss(AbstractLoss):
    """Cauchy loss, rho(r) = s^2/2 ln(1 + (r/s)^2): residuals far beyond s standard errors hardly count.

    Attributes:
        scale: s, in standard errors, positive.
    """

    scale: Scalar = parameter("scale", POSITIVE, default=2.0)

    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """The residual r sqrt(ln(1 + z)/z) with z = (r/s)^2."""
        z = (residual / self.scale) ** 2
        is_small = z < SMALL
        safe = jnp.where(is_small, 1.0, z)
        return residual * jnp.where(is_small, 1.0 - 0.25 * z, jnp.sqrt(jnp.log1p(safe) / safe))
