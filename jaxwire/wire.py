"""The wire: how fast electrons move, how soon they relax, how well the wire stays neutral.

Each of the three is an object of its own, so that a wire is put together from parts: `Wire(relaxation=..., ...)`.
Natural units: energies mu0, momenta pF, velocities vF, times tau0 (the relaxation time at the Fermi energy), lengths
vF tau0. Every model gives 1 at the Fermi energy unless its parameters say otherwise.
"""

import abc
from collections.abc import Callable

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.domain import FRACTION, NOT_NEGATIVE, Domain, RealLike, Scalar, parameter


class AbstractRelaxation(eqx.Module):
    """Relaxation time tau of the electron-phonon collisions (Eqs. 2, 3; energy dependent: App. D)."""

    @abc.abstractmethod
    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Relaxation time in tau0, positive.

        Args:
            energy: kinetic energies, in mu0, positive, any shape.
            momentum: momenta at these energies, in pF.
        """


class ConstantRelaxationTime(AbstractRelaxation):
    """The same relaxation time at every energy: the paper's main text."""

    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Give tau/tau0 = 1."""
        return jnp.ones(jnp.shape(energy))


class PowerLaw(AbstractRelaxation):
    """Relaxation time that is a power of momentum, tau = tau0 (p/pF)^exponent (App. D).

    With a parabolic dispersion, exponent -1 gives the same mean free path at every energy.

    Attributes:
        exponent: s, between -2 and 2. Differentiable.
    """

    exponent: Scalar = parameter("exponent", Domain(lambda s: (s >= -2) & (s <= 2), "between -2 and 2"))

    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Give tau/tau0 = (p/pF)^exponent."""
        return jnp.asarray(momentum) ** self.exponent


class AbstractDispersion(eqx.Module):
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


class AbstractScreening(eqx.Module):
    """How the electric potential along the wire follows from the charge."""

    @abc.abstractmethod
    def neutral_share(self) -> Scalar:
        """Share sigma of the neutrality potential that acts on the electrons: 1 neutral, 0 unscreened."""


class AbstractNonLocalScreening(AbstractScreening):
    """Screening in which the potential at x depends on the charge elsewhere too."""

    @abc.abstractmethod
    def at_scatterer(self, rate: Float[Array, " m"], compressibility: Scalar) -> Float[Array, " m"]:
        """Potential at x = 0 per unit of a neutral potential exp(-rate |x|) that fills one side.

        Args:
            rate: decay rates, in 1/(vF tau0), shape (m,).
            compressibility: dn, change of the density with the chemical potential.
        """

    @abc.abstractmethod
    def field(self, x: Scalar, spectrum: Callable[[Array], Array], compressibility: Scalar) -> Scalar:
        """Potential at x, in mu0.

        Args:
            x: position in vF tau0.
            spectrum: Fourier transform of the potential of a neutral wire, for complex q of shape (n,), analytic off
                the imaginary axis.
            compressibility: dn, change of the density with the chemical potential.
        """


class Electroneutral(AbstractScreening):
    """Coulomb repulsion so strong that the wire is neutral everywhere (Eqs. 6, 16)."""

    def neutral_share(self) -> Scalar:
        """The whole neutrality potential acts."""
        return jnp.ones(())


class LocalScreening(AbstractScreening):
    """A gate so close that the potential follows the charge at the same place: e phi = strength x neutral value.

    Attributes:
        strength: sigma, between 0 (no interaction) and 1 (electroneutral). Differentiable.
    """

    strength: Scalar = parameter("strength", FRACTION)

    def neutral_share(self) -> Scalar:
        """The given strength."""
        return self.strength


class Wire(eqx.Module):
    """Two identical half-wires of one channel, left and right of the scatterer.

    ```python
    >>> import jaxwire as jw
    >>> gated = jw.Wire(relaxation=jw.PowerLaw(exponent=-0.5), screening=jw.LocalScreening(strength=0.7))
    >>> print(f"{jw.solve(jw.Lorentzian(1.44, 0.08), gated, temperature=0.3, voltage=0.1).current:.5f}")
    0.01240

    ```

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

    def velocity(self, energy: RealLike) -> Float[Array, "*n"]:
        """Velocity at a kinetic energy, in vF."""
        return self.dispersion.velocity(energy)

    def relaxation_time(self, energy: RealLike) -> Float[Array, "*n"]:
        """Relaxation time at a kinetic energy, in tau0."""
        return self.relaxation.relaxation_time(energy, self.dispersion.momentum(energy))


def _part(name: str, given, base: type, default: type):
    part = default() if given is None else given
    if not isinstance(part, base):
        raise TypeError(f"`{name}` must be an object such as {default.__name__}(), got {part!r}.")
    return part
