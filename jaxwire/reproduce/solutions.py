"""Single solutions of the figures, of any of their scatterers, by one compiled program.

Compiling takes 10 s for every kind of scatterer, solving a millisecond. So all kinds are compiled as one, `Shared`.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import FRACTION, parameter
from jaxwire.model.scatterers.barriers import QuantumPointContact, TunnelBarrier
from jaxwire.model.scatterers.base import AbstractScatterer, EnergyScales
from jaxwire.model.scatterers.resonances import BreitWigner, Lorentzian, Resonance
from jaxwire.numerics.array_types import RealLike
from jaxwire.reproduce.quality import Quality
from jaxwire.solver.solution import Solution
from jaxwire.solver.solve import solve


class Shared(AbstractScatterer):
    """Scatterers in parallel: each takes a share of the equal channels of a wire, the rest of them is blocked.

    T(eps) = sum_n share_n T_n(eps), per channel of the wire. Electrons that come from the wires are the same in all of
    its channels, so that the wire sees no more of a scatterer than this mean. With a share of 1 it is one of them.

    Attributes:
        scatterers: the scatterers.
        shares: share of the channels of each of them, shape (n_scatterers,).
    """

    scatterers: tuple[AbstractScatterer, ...]
    shares: Float[Array, " n_scatterers"] = parameter("shares", FRACTION, ndim=1)

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps), per channel of the wire."""
        each = [share * one.transmission(energy) for share, one in zip(self.shares, self.scatterers, strict=True)]
        return jnp.sum(jnp.stack(each), axis=0)

    def energy_scales(self) -> EnergyScales:
        """Features of the scatterers that have a share."""
        found = [one.energy_scales() for one in self.scatterers]
        weights = [each.weight * (share > 0) for share, each in zip(self.shares, found, strict=True)]
        center, width = (jnp.concatenate([getattr(each, name) for each in found]) for name in ("center", "width"))
        return EnergyScales(center, width, jnp.concatenate(weights))


LEVELS = (Resonance(0.64, 0.08, 0.9), Resonance(1.44, 0.08, 0.9))  # pyright: ignore[reportArgumentType] - converted

KINDS: tuple[AbstractScatterer, ...] = (
    Lorentzian(1.44, 0.08),  # pyright: ignore[reportArgumentType] - so
    QuantumPointContact([1.0, 1.6], 0.2),  # pyright: ignore[reportArgumentType] - so
    TunnelBarrier(1.5, 0.1),  # pyright: ignore[reportArgumentType] - so
    BreitWigner(LEVELS),
)
"""A scatterer of every kind, with as many numbers as those that are solved."""


def solve_single(
    scatterer: AbstractScatterer, temperature: float, voltage: float, quality: Quality, share: float = 1.0
) -> Solution:
    """Solve one operating point of a scatterer of one of `KINDS`, in a share of the channels of the wire."""
    place = [type(one) for one in KINDS].index(type(scatterer))
    chosen = Shared((*KINDS[:place], scatterer, *KINDS[place + 1 :]), share * np.eye(len(KINDS))[place])  # pyright: ignore[reportArgumentType]
    return solve(chosen, temperature=temperature, voltage=voltage, error_estimate=quality.error_estimate)
