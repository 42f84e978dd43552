"""How far up the energy grid must reach: as far as electrons pass the scatterer.

Far above the Fermi energy f0 leaves exp(-(eps - mu0)/t) electrons. A barrier may reflect the others so well that these
few carry the current: then energies are wanted that a grid for f0 alone leaves out. Where T times the Fermi window is
still more than a trace of its largest value, the grid goes on; a derivative by where it ends does not exist, as a
quadrature rule does not change its integral.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from jaxwire.kinetics.energy_grid import CUTOFF
from jaxwire.kinetics.fermi import fermi_window
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.numerics.array_types import Scalar

FARTHEST = 176.0
"""Energies above 1 + FARTHEST t are not reached by wires: beyond, f0 is below `half_wire.SMALLEST_OCCUPATION`."""

FARTHEST_OF_RESERVOIRS = 680.0
"""The same without wires: beyond, f0 is next to the smallest number of double precision."""

SPACING = 8.0
"""Distance of the energies that are looked at above the cutoff, in t: what lies between two of them, at most exp(8)
times as much as at the upper one, is a trace still."""

SAMPLES_BELOW = 16
"""Energies that are looked at below the cutoff, to know what a trace is."""

TRACE = 1e-12
"""Share of the largest T f0 that is left out. Where the grid ends otherwise f0 is 1e-14, so that it goes on only where
T is a hundred times what it is where most electrons pass."""

HIGH = 1e6
"""Energy, in mu0, at which a barrier is open if it ever is."""


class Reach(NamedTuple):
    """Energies that the grid must reach.

    Attributes:
        top: largest kinetic energy in the upper wire.
        is_whole: whether it leaves out a trace of the current at most.
        is_opaque_above: whether T vanishes at high energies too.
    """

    top: Scalar
    is_whole: Bool[Array, ""]
    is_opaque_above: Bool[Array, ""]


def reach(scatterer: AbstractScatterer, temperature: Scalar, voltage: Scalar, farthest: float = FARTHEST) -> Reach:
    """Find how far up electrons pass.

    Args:
        scatterer: transmission model; only one that may open far above mu0 is looked at.
        temperature: kB T, in mu0.
        voltage: eV, in mu0, of either sign.
        farthest: distance from mu0 of the last energy that is looked at, in t.
    """
    usual = 1.0 + CUTOFF * temperature
    if not scatterer.may_open_far_above:
        return Reach(usual, jnp.asarray(True), jnp.asarray(True))
    scatterer, temperature, voltage = jax.lax.stop_gradient((scatterer, temperature, voltage))
    step = jnp.abs(voltage)
    to_left = jnp.where(voltage >= 0, 0.0, step)
    last = 1.0 + farthest * temperature
    beyond = 1.0 + temperature * jnp.arange(CUTOFF + SPACING, farthest + SPACING / 2, SPACING)
    features = jnp.clip(scatterer.energy_scales().center - to_left, 0.0, last)
    energy = jnp.concatenate([jax.lax.stop_gradient(usual) * _shares(SAMPLES_BELOW), features, beyond])
    passing = scatterer.transmission(energy + to_left) * fermi_window(energy, energy + step, temperature)
    passes = passing > TRACE * jnp.max(passing)
    highest = jnp.max(jnp.where(passes, energy, 0.0))
    top = jnp.where(highest > usual, jnp.minimum(highest + SPACING * temperature, last), usual)
    high = jnp.full(1, HIGH)
    return Reach(top, ~passes[-1], scatterer.transmission(high)[0] == 0)


def _shares(size: int) -> Float[Array, " n"]:
    return (jnp.arange(size) + 0.5) / size
