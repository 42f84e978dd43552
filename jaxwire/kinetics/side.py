"""One half-wire and the modes that are excited in it (for what follows from them, see `flow`)."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float

from jaxwire.kinetics.colliding_side import CollidingSide, excite_colliding
from jaxwire.kinetics.eigenmodes.modes import Modes
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.contour import Contour, enter_contour
from jaxwire.numerics.array_types import Scalar


class Side(eqx.Module):
    """One half-wire and the modes excited in it.

    Attributes:
        half: the half-wire.
        modes: its modes.
        sign: +1 for the lower wire, x > 0; -1 for the upper one, x < 0.
        entering: spectral current that enters it, times `HalfWire.into_wire`, shape (n,).
        amplitude: a_k, shape (n - 1,).
        neutral: share of each mode in the potential of a neutral wire at x = 0, shape (n - 1,).
        chemical: share of each mode in the change of the chemical potential at x = 0, shape (n - 1,).
        heat: share of each mode in J_el(0) - J_inf, shape (n - 1,).
    """

    half: HalfWire
    modes: Modes
    sign: Scalar
    entering: Float[Array, " n"]
    amplitude: Float[Array, " m"]
    neutral: Float[Array, " m"]
    chemical: Float[Array, " m"]
    heat: Float[Array, " m"]

    @property
    def lattice(self) -> None:
        """Share of each mode in the phonons' temperature, which does not change."""
        return

    @property
    def rate(self) -> Float[Array, " m"]:
        """kappa_k, shape (n - 1,)."""
        return self.modes.rate

    @property
    def warmth(self) -> Float[Array, " m"]:
        """Share of each mode in the relative change of the electrons' temperature at x = 0, at given density."""
        half = self.half
        relative, density = half.energy - half.mean_energy, half.momentum_weight
        shape = density * half.relaxation_time * half.collision_average() / half.mean_free_path**2
        carried = self.modes.sums((relative * shape)[:, None])[:, 0]
        return 0.5 * self.amplitude * carried / ((density * half.thermal) @ relative**2)

    def decay(self, distance: Scalar) -> Float[Array, " m"]:
        """Decay exp(-kappa_k |x|) of every mode."""
        return jnp.exp(-self.modes.rate * distance)

    def heating_waves(self, contour: Contour, charge_power: Scalar) -> Complex[Array, " m"]:
        """Share of each wave of a contour in P_ph at x = 0; the current times sigma is given for P_phi."""
        half = self.half
        carried = jnp.stack([half.energy - 1.0, half.relaxation_time])
        excess, (heat, delay) = enter_contour(
            contour, half.mean_free_path, half.collision_share, self.entering, carried
        )
        # Of the charge, eta = tau/l^2 with y/l^2 = 1 + lambda y, and sum_i S r_i tau_i = dn/2; a constant is left out,
        # which has no pole.
        neutral = delay / half.compressibility + 0.5 * excess / contour.rate**2
        return contour.weight * (self.sign * heat / contour.rate + charge_power * neutral)

    def warmth_waves(self, contour: Contour) -> Complex[Array, " m"]:
        """Share of each wave of a contour in the relative change of the electrons' temperature at x = 0."""
        half = self.half
        relative, density = half.energy - half.mean_energy, half.momentum_weight * half.thermal
        carried = (relative * half.relaxation_time)[None, :]
        _, (warmth,) = enter_contour(contour, half.mean_free_path, half.collision_share, self.entering, carried)
        return contour.weight * self.sign * 0.5 * warmth / (contour.rate * (density @ relative**2))

    def lattice_waves(self, contour: Contour) -> Complex[Array, " m"]:
        """The same of the phonons' temperature, which does not change."""
        return jnp.zeros_like(contour.rate)


AnySide = Side | CollidingSide


def excite_side(half: HalfWire, spectral_current: Float[Array, " n"], flux: Scalar | None, sign: float) -> AnySide:
    """Work out what a spectral current, and the heat that phonons carry, excite on one side."""
    if half.collisions is not None:
        return excite_colliding(half, spectral_current, flux, sign)
    modes = half.modes()
    shape = half.collision_average() / half.mean_free_path**2
    heat = half.weight * (half.energy - 1.0) * half.mean_free_path * half.relaxation_time * shape
    entering = half.into_wire() * spectral_current
    columns = jnp.stack([entering, half.neutral_charge(), heat], axis=1)
    excited, charge, heat = modes.sums(columns).T
    amplitude = sign * excited / (modes.rate * modes.norm)
    return Side(
        half=half,
        modes=modes,
        sign=jnp.asarray(sign, dtype=half.energy.dtype),
        entering=entering,
        amplitude=amplitude,
        neutral=amplitude * charge,
        chemical=0.5 * amplitude / half.collision_sum,
        heat=sign * amplitude * modes.rate * heat,
    )
