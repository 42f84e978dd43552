"""The wire: how fast electrons move, how soon they relax, how well the wire stays neutral.

Each of the three is an object of its own, so that a wire is put together from parts: `Wire(relaxation=..., ...)`.
Natural units: energies mu0, velocities vF, times tau0 (the relaxation time at the Fermi energy), lengths vF tau0.
"""

import abc

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.domain import Scalar


class AbstractRelaxation(eqx.Module):
    """Relaxation time tau of the electron-phonon collisions, as a function of kinetic energy (Eqs. 2, 3)."""

    @abc.abstractmethod
    def relaxation_time(self, energy: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """Relaxation time at the kinetic energies `energy`, in units of its value at the Fermi energy."""


class ConstantRelaxationTime(AbstractRelaxation):
    """The same relaxation time at every energy: the paper's main text."""

    def relaxation_time(self, energy: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """tau/tau0 = 1."""
        return jnp.ones_like(energy)


class AbstractDispersion(eqx.Module):
    """Relation between kinetic energy and velocity."""

    @abc.abstractmethod
    def velocity(self, energy: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """Velocity at the kinetic energies `energy`, in units of the Fermi velocity."""


class Parabolic(AbstractDispersion):
    """Free electrons with an effective mass: energy = momentum^2 / 2m."""

    def velocity(self, energy: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """v/vF = sqrt(energy/mu0)."""
        return jnp.sqrt(energy)


class AbstractScreening(eqx.Module):
    """How the electric potential along the wire follows from the charge."""

    @abc.abstractmethod
    def strength(self) -> Scalar:
        """Share sigma of the neutrality potential that acts on the electrons: 1 neutral, 0 unscreened."""


class Electroneutral(AbstractScreening):
    """Coulomb repulsion so strong that the wire is neutral everywhere (Eqs. 6, 16)."""

    def strength(self) -> Scalar:
        """The whole neutrality potential acts."""
        return jnp.ones(())


class Wire(eqx.Module):
    """Two identical half-wires of one channel, left and right of the scatterer.

    Attributes:
        relaxation: relaxation time as a function of energy; constant unless given.
        dispersion: velocity as a function of energy; parabolic unless given.
        screening: electric potential as a function of the charge; electroneutral unless given.
    """

    relaxation: AbstractRelaxation
    dispersion: AbstractDispersion
    screening: AbstractScreening

    def __init__(
        self,
        relaxation: AbstractRelaxation | None = None,
        dispersion: AbstractDispersion | None = None,
        screening: AbstractScreening | None = None,
    ) -> None:
        """Put a wire together; whatever is left out is as in the paper's main text."""
        self.relaxation = _part("relaxation", relaxation, AbstractRelaxation, ConstantRelaxationTime)
        self.dispersion = _part("dispersion", dispersion, AbstractDispersion, Parabolic)
        self.screening = _part("screening", screening, AbstractScreening, Electroneutral)


def _part(name: str, given, base: type, default: type):
    part = default() if given is None else given
    if not isinstance(part, base):
        raise TypeError(f"`{name}` must be an object such as {default.__name__}(), got {part!r}.")
    return part
