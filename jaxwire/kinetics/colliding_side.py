r"""Fields in a half-wire whose electrons share a temperature, as sums of decaying waves that are not its modes.

They share it as they collide with each other, or as phonons that warm up give heat back.

The cosine transforms of `moments` are inverted along a contour kappa = -iq round all decay rates (see `contour`),

    m(x) = (2/pi) int_0^inf cos(qx) m(q) dq = (1/(2 pi i)) int exp(-kappa x) [-m(q^2 = -kappa^2)/kappa] 2 kappa dkappa,

and theta(x) likewise. Points of a contour serve as waves, whose rates are complex, in place of the modes. Heat goes to
the phonons as electrons are hotter than them, P_s = G (theta - theta_ph) with G = 2 sum w f0' e^2/tau_ep.
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float

from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions
from jaxwire.kinetics.collisions.lattice import MARGIN, Lattice, LatticeMoments
from jaxwire.kinetics.collisions.moments import Averages, EnergySpread, Moments
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.contour import Contour, over_nodes
from jaxwire.numerics.array_types import Scalar

CLOSED_POINTS = 128
"""Points of the contour for all positions."""

CLOSED_POINTS_WITH_PHONONS = 168
"""The same where phonons warm up: their decay lengths may be longer and shorter than those of electrons."""

SHORTEST_PHONONS = 0.01
"""Phonons whose heat spreads over less than this times the shortest mean free path count as not spreading any."""


class ExcitedWaves(NamedTuple):
    """Shares of the waves of a contour in the fields at x = 0, for a current that enters the side x > 0.

    Attributes:
        potential: in the change m of the chemical potential, in mu0, shape (m,).
        temperature: in the change theta of the electrons' temperature, in units of T, shape (m,).
        lattice: in that of the phonons' temperature, likewise; None where it does not change.
    """

    potential: Complex[Array, " m"]
    temperature: Complex[Array, " m"]
    lattice: Complex[Array, " m"] | None


class Inflow(NamedTuple):
    """What enters a half-wire at x = 0.

    Attributes:
        current: spectral current, times `HalfWire.into_wire`, shape (n,).
        flux: heat that phonons carry, 0 where they do not warm up.
    """

    current: Float[Array, " n"]
    flux: Scalar


def excited(half: HalfWire, entering: Inflow, contour: Contour) -> ExcitedWaves:
    """Waves that what enters excites."""
    share, squared_path = half.collision_share / half.collision_sum, half.mean_free_path**2
    # What it has of the Drude state would be a pole of m at kappa = 0, outside of the contour but near it.
    current = entering.current - share * (squared_path @ entering.current) / (squared_path @ share)
    spread = EnergySpread.of(half.energy, share)
    relative = spread.relative
    rows = [share, share * relative, share * relative**2, current, relative * current]
    *averages, number, energy = over_nodes(contour, half.mean_free_path, jnp.stack(rows))
    averages, squared, collisions = Averages(*averages), -(contour.rate**2), _collisions(half)
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
    return ExcitedWaves(
        weight * potential / squared,
        by_temperature * temperature,
        None if warmth is None else by_temperature * warmth,
    )


def _collisions(half: HalfWire) -> ElectronCollisions:
    assert half.collisions is not None  # or there would be modes
    return half.collisions


def heat_exchange(half: HalfWire) -> Scalar:
    """G: power that electrons give to the phonons per length, per relative excess of their temperature."""
    share = half.momentum_weight * half.thermal
    spread = EnergySpread.of(half.energy, share / jnp.sum(share))
    return _collisions(half).exchange(half.collision_sum, spread.deviation)


class CollidingSide(eqx.Module):
    """One half-wire whose electrons share a temperature, and the waves that make up its fields.

    Attributes:
        half: the half-wire.
        rate: rates of the waves, shape (m,).
        sign: +1 for the lower wire, x > 0; -1 for the upper one, x < 0.
        entering: spectral current and phonons' heat that enter it where it is on the side x > 0.
        neutral: share of each wave in the potential of a neutral wire at x = 0, shape (m,).
        warmth: share of each wave in the relative change of the electrons' temperature at x = 0, shape (m,).
        lattice: the same of the phonons' temperature; None where it does not change.
        heat: share of each wave in J_el(0) - J_inf, shape (m,).
        face_heat: J_el(0), of the spectral current itself.
    """

    half: HalfWire
    rate: Complex[Array, " m"]
    sign: Scalar
    entering: Inflow
    neutral: Complex[Array, " m"]
    warmth: Complex[Array, " m"]
    lattice: Complex[Array, " m"] | None
    heat: Complex[Array, " m"]
    face_heat: Scalar

    @property
    def chemical(self) -> Complex[Array, " m"]:
        """Share of each wave in the change of the chemical potential: that of a neutral wire, as times are constant."""
        return self.neutral

    def decay(self, distance: Scalar) -> Complex[Array, " m"]:
        """Decay exp(-kappa_a |x|) of every wave."""
        return jnp.exp(-self.rate * distance)

    def strength(self, energy: Scalar) -> Complex[Array, " m"]:
        """Share of each wave in what collisions make of the electrons at a kinetic energy, in units of f0'."""
        collisions = _collisions(self.half)
        temperature = collisions.share * self.warmth
        if self.lattice is not None:
            temperature = temperature + collisions.phonons * self.lattice
        return self.neutral + (energy - self.half.mean_energy) * temperature

    def heating_waves(self, contour: Contour, charge_power: Scalar) -> Complex[Array, " m"]:
        """Share of each wave of another contour in P_ph at x = 0; the current times sigma is given for P_phi."""
        waves = excited(self.half, self.entering, contour)
        heat = self.sign * heat_exchange(self.half) * _cooling(waves)
        return heat + contour.rate * charge_power * waves.potential

    def warmth_waves(self, contour: Contour) -> Complex[Array, " m"]:
        """Share of each wave of another contour in the relative change of the electrons' temperature at x = 0."""
        return self.sign * excited(self.half, self.entering, contour).temperature

    def lattice_waves(self, contour: Contour) -> Complex[Array, " m"]:
        """The same of the phonons' temperature."""
        waves = excited(self.half, self.entering, contour).lattice
        assert waves is not None  # asked of phonons that warm up alone
        return self.sign * waves


def _cooling(waves: ExcitedWaves) -> Complex[Array, " m"]:
    """By how much electrons are hotter than phonons."""
    return waves.temperature if waves.lattice is None else waves.temperature - waves.lattice


def excite_colliding(
    half: HalfWire, spectral_current: Float[Array, " n"], flux: Scalar | None, sign: float
) -> CollidingSide:
    """Work out the waves of one side."""
    contour = _contour(half)
    entering = Inflow(half.into_wire() * spectral_current, jnp.zeros(()) if flux is None else flux)
    waves = excited(half, entering, contour)
    return CollidingSide(
        half=half,
        rate=contour.rate,
        sign=jnp.asarray(sign, dtype=half.energy.dtype),
        entering=entering,
        neutral=sign * waves.potential,
        warmth=sign * waves.temperature,
        lattice=None if waves.lattice is None else sign * waves.lattice,
        heat=heat_exchange(half) * _cooling(waves) / contour.rate,
        face_heat=half.weight @ ((half.energy - 1.0) * spectral_current),
    )


def _contour(half: HalfWire) -> Contour:
    """A contour round all decay rates of a half-wire, for all positions."""
    shortest = jnp.min(half.mean_free_path)
    if (phonons := _collisions(half).lattice) is None:
        return Contour.enclosing(half.longest_decay, shortest, CLOSED_POINTS)
    alone = Lattice.of(phonons, heat_exchange(half)).shortest_decay()
    shortest = jnp.minimum(MARGIN * shortest, jnp.maximum(alone, SHORTEST_PHONONS * shortest))
    return Contour.enclosing(half.longest_decay, shortest, CLOSED_POINTS_WITH_PHONONS)
