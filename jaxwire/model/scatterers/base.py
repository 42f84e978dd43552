"""What the solver must know of any scatterer: its transmission, and the energies at which it changes.

A scatterer is coherent and elastic: nothing of it counts but the probability T(eps), between 0 and 1, that an electron
passes, eps being its kinetic energy in the left wire. Where T changes, the energy grid places its nodes.
"""

import abc
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import ROUNDING
from jaxwire.model.printing import Printable
from jaxwire.numerics.array_types import RealLike, Scalar


class EnergyScales(NamedTuple):
    """Where a transmission changes, and how fast: one entry per feature, all of shape (n_features,).

    Attributes:
        center: energy of the feature, in mu0.
        width: distance in energy over which T is smooth there (for a pole: its imaginary part), in mu0, positive.
        weight: share of nodes relative to a single resonance, 1.
    """

    center: Float[Array, " n_features"]
    width: Float[Array, " n_features"]
    weight: Float[Array, " n_features"]


def no_scales() -> EnergyScales:
    """Scales of a transmission without features, in the precision at work."""
    return EnergyScales(jnp.zeros(0), jnp.ones(0), jnp.ones(0))


def probability(scatterer: "AbstractScatterer", energy: RealLike) -> Float[Array, "*n"]:
    """T(eps) of a scatterer, without what rounding has left outside of 0 to 1; what is further outside stays there.

    Derivatives are those of T itself, also where it is 0 or 1.
    """
    transmission = jnp.asarray(scatterer.transmission(energy))
    beyond = jax.lax.stop_gradient(jnp.clip(transmission, 0.0, 1.0) - transmission)
    rounding = max(ROUNDING, 4.0 * float(jnp.finfo(transmission.dtype).eps))  # in single precision 1 - eps + eps
    return transmission + jnp.where(jnp.abs(beyond) <= rounding, beyond, 0.0)


class AbstractScatterer(Printable):
    """Base of all scatterers: subclass it, give `transmission`, and `energy_scales` where T has structure.

    Attributes:
        may_open_far_above: whether T may grow so fast that most electrons pass far above the Fermi energy, where f0
            leaves hardly any; then the energy grid looks how far up it must reach. False where T falls off no faster
            than a power of the energy, on either side of its largest value.
        has_known_features: whether `energy_scales` has all features of T, so that the grid converges fast; the error
            estimate then takes two grids that differ by little for better than they look.
        has_known_sharpest: whether it has at least those features of T that are narrowest; it then does so a little.
    """

    may_open_far_above: ClassVar[bool] = True
    has_known_features: ClassVar[bool] = False
    has_known_sharpest: ClassVar[bool] = False

    @abc.abstractmethod
    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """Transmission probability T at the kinetic energies `energy` of the left wire, in mu0.

        Args:
            energy: a number or an array (of JAX or NumPy) of any shape; the solver hands over JAX arrays.
        """

    def energy_scales(self) -> EnergyScales:
        """Features of T that the energy grid must resolve; none unless a subclass says so."""
        return no_scales()

    def first_unresolved(self) -> Scalar:
        """Energy of the lowest sharp feature that gets no nodes, in mu0; infinite unless a subclass has one."""
        return jnp.asarray(jnp.inf)
