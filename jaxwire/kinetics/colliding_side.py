r"""Fields in a half-wire whose electrons collide with each other, as sums of decaying waves that are not its modes.

The cosine transforms of `moments` are inverted along a contour kappa = -iq round all decay rates (see `contour`),

    m(x) = (2/pi) int_0^inf cos(qx) m(q) dq = (1/(2 pi i)) int exp(-kappa x) [-m(q^2 = -kappa^2)/kappa] 2 kappa dkappa,

and theta(x) likewise. Points of a contour serve as waves, whose rates are complex, in place of the modes. Heat goes to
the phonons in proportion to the electrons' temperature, P_s = G theta with G = 2 sum w f0' e^2/tau_ep.
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float

from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions
from jaxwire.kinetics.collisions.moments import EnergySpread, Moments
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.contour import Contour, over_nodes
from jaxwire.numerics.array_types import Scalar

CLOSED_POINTS = 128
"""Points of the contour for all positions."""


class ExcitedWaves(NamedTuple):
    """Shares of the waves of a contour in both fields at x = 0, for a current that enters the side x > 0.

    Attributes:
        potential: in the change m of the chemical potential, in mu0, shape (m,).
        temperature: in the change theta of the electrons' temperature, in units of T, shape (m,).
    """

    potential: Complex[Array, " m"]
    temperature: Complex[Array, " m"]


def excited(half: HalfWire, entering: Float[Array, " n"], contour: Contour) -> ExcitedWaves:
    """Waves that a spectral current excites, which was multiplied by `HalfWire.into_wire`, shape (n,)."""
    share, squared_path = half.collision_share / half.collision_sum, half.mean_free_path**2
    # What it has of the Drude state would be a pole of m at kappa = 0, outside of the contour but near it.
    entering = entering - share * (squared_path @ entering) / (squared_path @ share)
    spread = EnergySpread.of(half.energy, share)
    relative = spread.relative
    rows = [share, share * relative, share * relative**2, entering, relative * entering]
    whole, first, second, number, energy = over_nodes(contour, half.mean_free_path, jnp.stack(rows))
    squared = -(contour.rate**2)
    moments = Moments.of(squared, (whole, first, second), _collisions(half).share, _collisions(half).phonons)
    potential, temperature = moments.fields(number, energy)
    weight = -contour.weight / (2.0 * half.collision_sum * contour.rate)
    return ExcitedWaves(weight * potential / squared, weight * temperature / spread.deviation)


def _collisions(half: HalfWire) -> ElectronCollisions:
    assert half.collisions is not None  # or there would be modes
    return half.collisions


def heat_exchange(half: HalfWire) -> Scalar:
    """G: power that electrons give to the phonons per length, per relative excess of their temperature."""
    share = half.momentum_weight * half.thermal
    spread = EnergySpread.of(half.energy, share / jnp.sum(share))
    return 2.0 * _collisions(half).phonons * half.collision_sum * spread.deviation**2


class CollidingSide(eqx.Module):
    """One half-wire whose electrons collide with each other, and the waves that make up its fields.

    Attributes:
        half: the half-wire.
        rate: rates of the waves, shape (m,).
        sign: +1 for the lower wire, x > 0; -1 for the upper one, x < 0.
        entering: spectral current that enters it, times `HalfWire.into_wire`, shape (n,).
        neutral: share of each wave in the potential of a neutral wire at x = 0, shape (m,).
        warmth: share of each wave in the relative change of the electrons' temperature at x = 0, shape (m,).
        heat: share of each wave in J_el(0) - J_inf, shape (m,).
        face_heat: J_el(0), of the spectral current itself.
    """

    half: HalfWire
    rate: Complex[Array, " m"]
    sign: Scalar
    entering: Float[Array, " n"]
    neutral: Complex[Array, " m"]
    warmth: Complex[Array, " m"]
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
        thermalised = _collisions(self.half).share * (energy - self.half.mean_energy)
        return self.neutral + thermalised * self.warmth

    def heating_waves(self, contour: Contour, charge_power: Scalar) -> Complex[Array, " m"]:
        """Share of each wave of another contour in P_ph at x = 0; the current times sigma is given for P_phi."""
        waves = excited(self.half, self.entering, contour)
        return self.sign * heat_exchange(self.half) * waves.temperature + contour.rate * charge_power * waves.potential


def excite_colliding(half: HalfWire, spectral_current: Float[Array, " n"], sign: float) -> CollidingSide:
    """Work out the waves of one side."""
    longest, shortest = jnp.max(half.longest_decay), jnp.min(half.mean_free_path)
    contour = Contour.enclosing(longest, shortest, CLOSED_POINTS)
    entering = half.into_wire() * spectral_current
    waves = excited(half, entering, contour)
    return CollidingSide(
        half=half,
        rate=contour.rate,
        sign=jnp.asarray(sign, dtype=half.energy.dtype),
        entering=entering,
        neutral=sign * waves.potential,
        warmth=sign * waves.temperature,
        heat=heat_exchange(half) * waves.temperature / contour.rate,
        face_heat=half.weight @ ((half.energy - 1.0) * spectral_current),
    )
