"""One half-wire and what is excited in it (for what follows from it, see `flow`).

With relaxation times that are not constant mean free paths may coincide, and modes with them: sums over modes stay
smooth, but no single mode has a derivative. Derivatives are there those of the same sums along a contour round all
rates (see `contour`), whose points take the place of the modes; they know the poles and weights alone.
"""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float, PyTree

from jaxwire.kinetics.colliding_side import CollidingSide, excite_colliding
from jaxwire.kinetics.eigenmodes.modes import Modes
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.contour import Contour, enter_contour
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.derived import derived
from jaxwire.numerics.scaled import scaled

POINTS = 256
"""Points of the contour for derivatives. Mean free paths over 19 decades, as with tau ~ p^1.6, whose slow electrons
dominate the collisions, leave an error of 1e-11; those of tau ~ p^2 at most 1e-8, and all others less."""


S = TypeVar("S", bound="AbstractSide")


class AbstractSide(eqx.Module):
    """One half-wire, what enters it, and its fields as sums over the points of any contour.

    Attributes:
        half: the half-wire.
        sign: +1 for the lower wire, x > 0; -1 for the upper one, x < 0.
        entering: spectral current that enters it, times `HalfWire.into_wire`, shape (n,).
        proportional: names of what is proportional to the current.
    """

    half: eqx.AbstractVar[HalfWire]
    sign: eqx.AbstractVar[Scalar]
    entering: eqx.AbstractVar[Float[Array, " n"]]
    proportional: ClassVar[tuple[str, ...]]

    @property
    def lattice(self) -> None:
        """Share of each wave in the phonons' temperature, which does not change."""
        return

    def scaled(self: S, factor: Scalar) -> S:
        """The same of so many times the current."""
        return scaled(self, factor, *self.proportional)

    def heating_waves(self, contour: Contour, charge_power: Scalar) -> Complex[Array, " m"]:
        """Share of each wave of a contour in P_ph at x = 0; the current times sigma is given for P_phi."""
        waves = fields(self.half, self.entering, contour)
        return contour.rate * (self.sign * waves.heat + charge_power * waves.neutral)

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


class Fields(NamedTuple):
    """Shares of the waves of a contour in the fields at x = 0, for a current that enters the side x > 0.

    Attributes:
        neutral: in the potential of a neutral wire, shape (m,).
        chemical: in the change of the chemical potential, shape (m,).
        heat: in J_el(0) - J_inf, shape (m,).
    """

    neutral: Complex[Array, " m"]
    chemical: Complex[Array, " m"]
    heat: Complex[Array, " m"]


def fields(half: HalfWire, entering: Float[Array, " n"], contour: Contour) -> Fields:
    """Work out what a current excites, times `HalfWire.into_wire`, in place of the modes."""
    carried = jnp.stack([half.energy - 1.0, half.relaxation_time])
    excess, (heat, delay) = enter_contour(contour, half.mean_free_path, half.collision_share, entering, carried)
    weight = contour.weight / contour.rate
    # Of the charge, eta = tau/l^2 with y/l^2 = 1 + lambda y, and sum_i S r_i tau_i = dn/2; a constant is left out,
    # which has no pole.
    chemical = 0.5 * weight * excess / contour.rate**2
    return Fields(weight * delay / half.compressibility + chemical, chemical, weight * heat / contour.rate)


class ContourSide(AbstractSide):
    """One half-wire and the waves of a contour that make up its fields, in place of the modes.

    Attributes:
        half: the half-wire.
        sign: +1 for the lower wire, x > 0; -1 for the upper one, x < 0.
        entering: spectral current that enters it, times `HalfWire.into_wire`, shape (n,).
        contour: the contour.
        neutral: share of each wave in the potential of a neutral wire at x = 0, shape (m,).
        chemical: share of each wave in the change of the chemical potential at x = 0, shape (m,).
        heat: share of each wave in J_el(0) - J_inf, shape (m,).
    """

    half: HalfWire
    sign: Scalar
    entering: Float[Array, " n"]
    contour: Contour
    neutral: Complex[Array, " m"]
    chemical: Complex[Array, " m"]
    heat: Complex[Array, " m"]
    proportional: ClassVar[tuple[str, ...]] = ("entering", "neutral", "chemical", "heat")

    @property
    def rate(self) -> Complex[Array, " m"]:
        """kappa_a, shape (m,)."""
        return self.contour.rate

    @property
    def warmth(self) -> Complex[Array, " m"]:
        """Share of each wave in the relative change of the electrons' temperature at x = 0, at given density."""
        return self.warmth_waves(self.contour)

    def decay(self, distance: Scalar) -> Complex[Array, " m"]:
        """Decay exp(-kappa_a |x|) of every wave."""
        return jnp.exp(-self.rate * distance)


class Side(AbstractSide):
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
    proportional: ClassVar[tuple[str, ...]] = ("entering", "amplitude", "neutral", "chemical", "heat")

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


class BareSide(AbstractSide):
    """One half-wire of which no field is asked for: its modes are not worked out, and what follows from them is NaN.

    Attributes:
        half: the half-wire.
        sign: +1 for the lower wire, x > 0; -1 for the upper one, x < 0.
        entering: spectral current that enters it, times `HalfWire.into_wire`, shape (n,).
    """

    half: HalfWire
    sign: Scalar
    entering: Float[Array, " n"]
    proportional: ClassVar[tuple[str, ...]] = ("entering",)

    @property
    def rate(self) -> Float[Array, " 1"]:
        """Of one wave that stands for all."""
        return jnp.full(1, jnp.nan)

    neutral = chemical = heat = warmth = rate

    def decay(self, distance: Scalar) -> Float[Array, " 1"]:
        """Decay of that wave."""
        return self.rate


AnySide = Side | ContourSide | CollidingSide | BareSide


def bare_side(half: HalfWire, spectral_current: Float[Array, " n"], flux: Scalar | None, sign: float) -> AnySide:
    """Put down what a spectral current is on one side, as `excite_side` but for all that it excites."""
    return BareSide(half, jnp.asarray(sign, dtype=half.energy.dtype), half.into_wire() * spectral_current)


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


def excite_contour(half: HalfWire, entering: Float[Array, " n"], sign: Scalar) -> ContourSide:
    """Work out the waves of a contour that a current excites, times `HalfWire.into_wire`, in place of the modes."""
    path, share = half.mean_free_path, half.collision_share
    contour = Contour.enclosing(jnp.max(path), jnp.min(path), POINTS)
    # What it has of the Drude state excites nothing; it would be a pole at kappa = 0, outside of the contour but near.
    entering = entering - share * (path**2 @ entering) / (path**2 @ share)
    waves = fields(half, entering, contour)
    return ContourSide(half, sign, entering, contour, sign * waves.neutral, sign * waves.chemical, waves.heat)


def has_smooth_modes(sides: PyTree) -> bool:
    """Whether no side in a tree has modes that may coincide."""
    found = jax.tree.leaves(sides, is_leaf=_is_side)
    return all(side.half.has_constant_time for side in found if _is_side(side))


def _is_side(part: Any) -> bool:
    return isinstance(part, Side)


def smooth(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of sides, or of what holds some, with its values; and with right derivatives where modes coincide.

    Args:
        function: of pytrees; sums over all modes of each side, of terms that are smooth functions of the rate.
    """

    def by_contour(*arguments: Any) -> Any:
        def changed(part: Any) -> Any:
            return excite_contour(part.half, part.entering, part.sign) if _is_side(part) else part

        return function(*jax.tree.map(changed, arguments, is_leaf=_is_side))

    def asked(*arguments: Any) -> Any:
        return (function if has_smooth_modes(arguments) else derived(function, by_contour))(*arguments)

    return asked
