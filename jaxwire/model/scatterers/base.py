"""What the solver must know of any scatterer: its transmission, and the energies at which it changes.

A scatterer is coherent and elastic: nothing of it counts but the probability T(eps), between 0 and 1, that an electron
passes, eps being its kinetic energy in the left wire. Where T changes, the energy grid places its nodes.
"""

import abc
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.printing import Printable
from jaxwire.numerics.array_types import RealLike


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


class AbstractScatterer(Printable):
    """Base of all scatterers: subclass it, give `transmission`, and `energy_scales` where T has structure."""

    @abc.abstractmethod
    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """Transmission probability T at the kinetic energies `energy` of the left wire, in mu0.

        Args:
            energy: a number or an array (of JAX or NumPy) of any shape; the solver hands over JAX arrays.
        """

    def energy_scales(self) -> EnergyScales:
        """Features of T that the energy grid must resolve; none unless a subclass says so."""
        return no_scales()
