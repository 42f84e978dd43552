"""What the electric potential e phi along a wire follows: electroneutrality, local screening, or any kernel (App. D).

The potential phi_neutral keeps the wire neutral everywhere (Eqs. 6, 16). A wire that is screened locally has the share
sigma of it, e phi(x) = sigma e phi_neutral(x), down to none; any other screening says what potential at x follows from
phi_neutral along the whole wire.
"""

import abc
from collections.abc import Callable

import jax.numpy as jnp
from jaxtyping import Array, Inexact

from jaxwire.model.parameters.domain import FRACTION, parameter
from jaxwire.model.printing import Printable
from jaxwire.numerics.array_types import Scalar


class AbstractScreening(Printable):
    """How the electric potential along the wire follows from the charge."""

    @abc.abstractmethod
    def neutral_share(self) -> Scalar:
        """Share sigma of the neutrality potential that acts on the electrons: 1 neutral, 0 unscreened."""


class AbstractNonLocalScreening(AbstractScreening):
    """Screening in which the potential at x depends on the charge elsewhere too."""

    @abc.abstractmethod
    def at_scatterer(self, rate: Inexact[Array, " m"], compressibility: Scalar) -> Inexact[Array, " m"]:
        """Potential at x = 0 per unit of a neutral potential exp(-rate |x|) that fills one side.

        Args:
            rate: decay rates, in 1/(vF tau0), shape (m,); real, or complex with a positive real part.
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
