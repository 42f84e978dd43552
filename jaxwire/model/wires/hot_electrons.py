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


class Drag(NamedTuple):
    """What a drift that electrons keep among each other adds to diag(f0' l), as strength times gained gained^T.

    Attributes:
        gained: momentum that a drift gives at every node, in any unit, shape (n,).
        strength: rate at which it is given over that at which collisions with phonons take it, in the same unit.
    """

    gained: Float[Array, " n"]
    strength: Scalar


def heat_conductance(energy: Float[Array, " n"], carried: Float[Array, " n"], drag: Drag | None) -> Scalar:
    """Heat conductance K = 2 [e.V e - (e.V 1)^2/(1.V 1)] with V = diag(carried), and what a drift adds to it."""
    driven = carried if drag is None else carried + drag.strength * jnp.sum(drag.gained) * drag.gained
    relative = energy - driven @ energy / jnp.sum(driven)
    kept = 0.0 if drag is None else drag.strength * (drag.gained @ relative) ** 2
    return 2.0 * (carried @ relative**2 + kept)


@functools.cache
def _legendre() -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre rule on (0, 1)."""
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    return (points + 1) / 2, weights / 2
