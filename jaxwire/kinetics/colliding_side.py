r"""Fields in a half-wire whose electrons share a temperature, as sums of decaying waves that are not its modes.

They share it as they collide with each other, or as phonons that warm up give heat back. Points of a contour serve as
waves, whose rates are complex, in place of the modes: see `excited_waves` where collisions have one time, and
`varying_waves` where times vary with energy.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float

from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions
from jaxwire.kinetics.collisions.lattice import MARGIN, Lattice
from jaxwire.kinetics.collisions.varying_collisions import VaryingCollisions
from jaxwire.kinetics.excited_waves import ExcitedWaves, Inflow, exchange_of, waves_of_one_time
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.contour import Contour
from jaxwire.kinetics.varying_waves import fed, varying_waves
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.scaled import scaled

CLOSED_POINTS = 128
"""Points of the contour for all positions."""

CLOSED_POINTS_WITH_PHONONS = 168
"""The same where phonons warm up: their decay lengths may be longer and shorter than those of electrons."""

CLOSED_POINTS_VARYING = 240
"""The same where times vary with energy: mean free paths may span twelve decades, which leaves 1e-13."""

SHORTEST_PHONONS = 0.01
"""Phonons whose heat spreads over less than this times the shortest mean free path count as not spreading any."""


def excited(half: HalfWire, entering: Inflow, contour: Contour) -> ExcitedWaves:
    """Waves that what enters excites."""
    collisions = _collisions(half)
    if isinstance(collisions, VaryingCollisions):
        return varying_waves(half, collisions, entering, contour)
    return waves_of_one_time(half, collisions, entering, contour)


def _collisions(half: HalfWire) -> ElectronCollisions | VaryingCollisions:
    assert half.collisions is not None  # or there would be modes
    return half.collisions


def heat_exchange(half: HalfWire) -> Scalar:
    """G: power that electrons give to the phonons per length, per relative excess of their temperature."""
    collisions = _collisions(half)
    if isinstance(collisions, VaryingCollisions):
        return collisions.exchange(half.electrons)
    return exchange_of(half, collisions)


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
        balanced: share of each wave in the fields of `balance` at x = 0, shape (r, m), where times vary with energy.
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
    balanced: Complex[Array, "r m"] | None

    @property
    def chemical(self) -> Complex[Array, " m"]:
        """Share of each wave in the change of the chemical potential: that of a neutral wire if there is one time."""
        return self.neutral if self.balanced is None else self.balanced[0]

    def decay(self, distance: Scalar) -> Complex[Array, " m"]:
        """Decay exp(-kappa_a |x|) of every wave."""
        return jnp.exp(-self.rate * distance)

    def scaled(self, factor: Scalar) -> "CollidingSide":
        """The same of so many times the current."""
        return scaled(self, factor, "entering", "neutral", "warmth", "lattice", "heat", "face_heat", "balanced")

    def strength(self, wire: Wire, energy: Scalar, outward: float) -> Complex[Array, " m"]:
        """Share of each wave in what collisions make of the electrons at a kinetic energy, in units of f0'.

        Args:
            wire: the wire.
            energy: the kinetic energy.
            outward: +1 for electrons that move away from the scatterer, -1 for others.
        """
        collisions = _collisions(self.half)
        if isinstance(collisions, VaryingCollisions):
            assert self.balanced is not None
            return jnp.sum(fed(self.half, collisions, wire, energy, outward)[:, None] * self.balanced, axis=0)
        temperature = collisions.share * self.warmth
        if self.lattice is not None:
            temperature = temperature + collisions.phonons * self.lattice
        return self.neutral + (energy - self.half.mean_energy) * temperature

    def heating_waves(self, contour: Contour, charge_power: Scalar) -> Complex[Array, " m"]:
        """Share of each wave of another contour in P_ph at x = 0; the current times sigma is given for P_phi."""
        waves = excited(self.half, self.entering, contour)
        return self.sign * waves.heat + contour.rate * charge_power * waves.potential

    def warmth_waves(self, contour: Contour) -> Complex[Array, " m"]:
        """Share of each wave of another contour in the relative change of the electrons' temperature at x = 0."""
        return self.sign * excited(self.half, self.entering, contour).temperature

    def lattice_waves(self, contour: Contour) -> Complex[Array, " m"]:
        """The same of the phonons' temperature."""
        waves = excited(self.half, self.entering, contour).lattice
        assert waves is not None  # asked of phonons that warm up alone
        return self.sign * waves


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
        heat=waves.heat / contour.rate,
        face_heat=half.weight @ ((half.energy - 1.0) * spectral_current),
        balanced=None if waves.balanced is None else sign * waves.balanced,
    )


def _contour(half: HalfWire) -> Contour:
    """A contour round all decay rates of a half-wire, for all positions."""
    shortest, collisions = jnp.min(half.mean_free_path), _collisions(half)
    size = CLOSED_POINTS
    if (phonons := collisions.lattice) is not None:
        size = CLOSED_POINTS_WITH_PHONONS
        alone = Lattice.of(phonons, heat_exchange(half)).shortest_decay()
        shortest = jnp.minimum(MARGIN * shortest, jnp.maximum(alone, SHORTEST_PHONONS * shortest))
    if isinstance(collisions, VaryingCollisions):
        size = CLOSED_POINTS_VARYING
    return Contour.enclosing(half.longest_decay, shortest, size)
