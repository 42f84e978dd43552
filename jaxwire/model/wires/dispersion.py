"""Dispersion relations of a wire: momentum p and velocity v = d(energy)/dp at a kinetic energy.

Natural units: energies mu0, momenta pF, velocities vF. Both are 1 at the Fermi energy, energy = 1.
"""

import abc

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import NOT_NEGATIVE, parameter
from jaxwire.model.printing import Printable
from jaxwire.numerics.array_types import RealLike, Scalar


class AbstractDispersion(Printable):
    """Relation between kinetic energy, momentum and velocity."""

    @abc.abstractmethod
    def momentum(self, energy: RealLike) -> Float[Array, "*n"]:
        """Momentum at the kinetic energies `energy`, in units of the Fermi momentum."""

    @abc.abstractmethod
    def velocity(self, energy: RealLike) -> Float[Array, "*n"]:
        """Velocity at the kinetic energies `energy`, in units of the Fermi velocity."""


class Parabolic(AbstractDispersion):
    """Free electrons with an effective mass: energy = p^2/2m."""

    def momentum(self, energy: RealLike) -> Float[Array, "*n"]:
        """Give p/pF = sqrt(energy/mu0)."""
        return jnp.sqrt(energy)

    def velocity(self, energy: RealLike) -> Float[Array, "*n"]:
        """Give v/vF = sqrt(energy/mu0)."""
        return jnp.sqrt(energy)


class Kane(AbstractDispersion):
    """Non-parabolic band of narrow-gap semiconductors: energy (1 + alpha energy) = p^2/2m (E. O. Kane, 1957).

    Attributes:
        alpha: non-parabolicity times mu0 (about mu0 over the gap), not negative; 0 is parabolic. Differentiable.
    """

    alpha: Scalar = parameter("alpha", NOT_NEGATIVE)

    def momentum(self, energy: RealLike) -> Float[Array, "*n"]:
        """Give p/pF from energy (1 + alpha energy) = (1 + alpha) (p/pF)^2."""
        return jnp.sqrt(energy * (1.0 + self.alpha * energy) / (1.0 + self.alpha))

    def velocity(self, energy: RealLike) -> Float[Array, "*n"]:
        """Give v/vF = (p/pF) (1 + 2 alpha)/(1 + 2 alpha energy)."""
        return self.momentum(energy) * (1.0 + 2.0 * self.alpha) / (1.0 + 2.0 * self.alpha * energy)
