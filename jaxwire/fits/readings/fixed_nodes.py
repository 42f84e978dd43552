"""A scatterer whose energy nodes stay where they are while its numbers change: what cheap derivatives are taken of.

The energy grid follows the features of a scatterer, and with the nodes everything moves that is worked out on them:
half-wires, their modes, their resolvents. No integral depends on where its nodes are, so that derivatives at fixed
nodes have the same limit; they take two thirds of the time and half of the compiling. What they cost is accuracy: an
error of the quadrature that is the same wherever a resonance lies drops out of the derivative only if nodes go along.

On `RESOLUTION`, at kB T <= 0.3 mu0, the slope of a profile by the center of a Lorentzian errs by 8e-4 of its largest
value for a width of 0.01 mu0, by 5e-5 for 0.03, and by 4e-7 for 0.1; for 0.003, by 1e-2. Slopes by the width err by a
tenth of it or less. Nothing else is fixed: nodes follow the temperature and the voltage, where these are free.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from jaxwire.fits.readings.program import RESOLUTION
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer, EnergyScales
from jaxwire.numerics.array_types import RealLike, Scalar

NARROWEST = 0.01
"""Width, in mu0, of the narrowest feature for which derivatives at fixed nodes are taken, on `RESOLUTION` or more."""


class FixedNodes(AbstractScatterer):
    """A scatterer whose features have no derivatives.

    Attributes:
        scatterer: the scatterer.
    """

    scatterer: AbstractScatterer

    @property
    def may_open_far_above(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride] - that of any class
        """Whether the grid must look how far up it reaches."""
        return self.scatterer.may_open_far_above

    @property
    def has_known_features(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride] - that of any class
        """Whether all features are known; else none is fixed."""
        return self.scatterer.has_known_features

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps), with all its derivatives."""
        return self.scatterer.transmission(energy)

    def energy_scales(self) -> EnergyScales:
        """The features, as numbers that do not change."""
        return jax.lax.stop_gradient(self.scatterer.energy_scales())

    def first_unresolved(self) -> Scalar:
        """Energy of the lowest feature without nodes."""
        return self.scatterer.first_unresolved()


def can_fix(scatterer: AbstractScatterer, resolution: Resolution) -> bool:
    """Whether derivatives at fixed nodes are good enough, but for features that are too narrow."""
    enough = all(size >= least for size, least in zip(resolution, RESOLUTION, strict=True))
    return scatterer.has_known_features and enough


def is_too_narrow(scatterer: AbstractScatterer) -> Bool[Array, ""]:
    """Whether a feature is so narrow that derivatives at fixed nodes are not accurate."""
    return jnp.any(jax.lax.stop_gradient(scatterer.energy_scales().width) < NARROWEST)
