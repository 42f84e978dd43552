r"""Waves that a current excites in a half-wire whose electrons share a temperature, where collisions have one time.

The cosine transforms of `moments` are inverted along a contour kappa = -iq round all decay rates (see `contour`),

    m(x) = (2/pi) int_0^inf cos(qx) m(q) dq = (1/(2 pi i)) int exp(-kappa x) [-m(q^2 = -kappa^2)/kappa] 2 kappa dkappa,

and theta(x) likewise. Points of a contour serve as waves, whose rates are complex, in place of the modes. Heat goes to
the phonons as electrons are hotter than them, P_s = G (theta - theta_ph) with G = 2 sum w f0' e^2/tau_ep.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Complex, Float

from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions
from jaxwire.kinetics.collisions.lattice import LatticeMoments
from jaxwire.kinetics.collisions.moments import Averages, EnergySpread, Moments
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.contour import Contour, over_nodes
from jaxwire.numerics.array_types import Scalar


class ExcitedWaves(NamedTuple):
    """Shares of the waves of a contour in the fields at x = 0, for a current that enters the side x > 0.

    Attributes:
        potential: in the potential of a neutral wire, in mu0, shape (m,).
        temperature: in the change theta of the electrons' temperature, in units of T, shape (m,).
        lattice: in that of the phonons' temperature, likewise; None where it does not change.
        heat: in P_s, shape (m,).
        balanced: in the fields of `balance`, where times vary with energy, shape (r, m); else None.
    """

    potential: Complex[Array, " m"]
    temperature: Complex[Array, " m"]
    lattice: Complex[Array, " m"] | None
    heat: Complex[Array, " m"]
    balanced: Complex[Array, "r m"] | None = None


class Inflow(NamedTuple):
    """What enters a half-wire at x = 0.

    Attributes:
        current: spectral current, times `HalfWire.into_wire`, shape (n,).
        flux: heat that phonons carry, 0 where they do not warm up.
    """

    current: Float[Array, " n"]
    flux: Scalar


def waves_of_one_time(
    half: HalfWire, collisions: ElectronCollisions, entering: Inflow, contour: Contour
) -> ExcitedWaves:
    """Waves that what enters excites."""
    share, squared_path = half.collision_share / half.collision_sum, half.mean_free_path**2
    # What it has of the Drude state would be a pole of m at kappa = 0, outside of the contour but near it.
    current = entering.current - share * (squared_path @ entering.current) / (squared_path @ share)
    spread = EnergySpread.of(half.energy, share)
    relative = spread.relative
    rows = [share, share * relative, share * relative**2, current, relative * current]
    *averages, number, energy = over_nodes(contour, half.mean_free_path, jnp.stack(rows))
    averages, squared = Averages(*averages), -(contour.rate**2)
    lattice = collisions.coupled_lattice(half.collision_sum, spread.deviation)
    moments = Moments.of(squared, averages, *collisions.shares(lattice, squared))
    potential, temperature = (0.5 * each / half.collision_sum for each in moments.fields(number, energy))
    warmth = None
    if lattice is not None:
        of_flux = LatticeMoments.of(lattice, squared, averages, moments, collisions.phonons)
        flux = entering.flux * spread.deviation / lattice.loss
        warmth = of_flux.coupled * temperature + (of_flux.excess + of_flux.alone) * flux
        potential, temperature = potential + of_flux.potential * flux, temperature + of_flux.electrons * flux
    weight = -contour.weight / contour.rate
    by_temperature = weight / spread.deviation
    temperature = by_temperature * temperature
    lattice = None if warmth is None else by_temperature * warmth
    hotter = temperature if lattice is None else temperature - lattice
    return ExcitedWaves(weight * potential / squared, temperature, lattice, exchange_of(half, collisions) * hotter)


def exchange_of(half: HalfWire, collisions: ElectronCollisions) -> Scalar:
    """G: power that electrons give to the phonons per length, per relative excess of their temperature."""
    share = half.momentum_weight * half.thermal
    spread = EnergySpread.of(half.energy, share / jnp.sum(share))
    return collisions.exchange(half.collision_sum, spread.deviation)
