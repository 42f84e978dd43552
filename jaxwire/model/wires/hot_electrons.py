"""Electrons that are hotter than the phonons: how much heat they conduct and lose, over which length they cool.

With f0' the derivative of the Fermi function by the chemical potential, v and l the velocity and the mean free path,
electrons that are hotter by theta T and carry no current obey K theta'' = G theta once they meet often,

    G = 2 int f0'/(v tau_ep) (eps - <eps>)^2 deps,        K = 2 int f0' l (eps - <eps>)^2 deps,

where either average <eps> has the weights of its integral,

and cool over L_h = (K/G)^(1/2).
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.numerics.array_types import Scalar

POINTS = 400
"""Gauss-Legendre nodes in the square root of the energy, where f0' of a degenerate band is smooth down to t = 0.01."""

CUTOFF = 36.0
"""Energies above 1 + CUTOFF t are left out: their weight is 1e-16 of the largest."""


class ThermalNodes(NamedTuple):
    """Kinetic energies, and their weights f0' deps in integrals over energy; both of shape (n,)."""

    energy: Float[Array, " n"]
    weight: Float[Array, " n"]

    @classmethod
    def at(cls, temperature: Scalar) -> "ThermalNodes":
        """Place them at a temperature kB T, in mu0."""
        points, weights = _legendre()
        top = jnp.sqrt(1.0 + CUTOFF * temperature)
        root = top * points
        reduced = (1.0 - root**2) / temperature
        thermal = jax.nn.sigmoid(reduced) * jax.nn.sigmoid(-reduced) / temperature
        return cls(root**2, 2.0 * root * top * weights * thermal)

    def variance(self, share: Float[Array, " n"]) -> Scalar:
        """Integral of f0' share (eps - <eps>)^2, <> with the same weights."""
        weight = self.weight * share
        return weight @ (self.energy - weight @ self.energy / jnp.sum(weight)) ** 2


@functools.cache
def _legendre() -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre rule on (0, 1)."""
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    return (points + 1) / 2, weights / 2
