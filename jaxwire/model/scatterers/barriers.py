"""Transmission of barriers: point contacts, tunnel and rectangular barriers, pairs of barriers.

All energies are kinetic energies in the left wire, in mu0; lengths are in 1/kF, kF being the Fermi wave number.
"""

from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import NOT_NEGATIVE, POSITIVE, REAL, Domain, parameter
from jaxwire.model.scatterers.base import AbstractScatterer, EnergyScales
from jaxwire.numerics.array_types import RealLike, Scalar
from jaxwire.numerics.special_functions import sinhc_of_root

N_FEATURES = 5
"""Features of a rectangular barrier that get nodes of their own: the top and its first resonances above it."""

FEATURE_WEIGHT = 0.4
"""Weight of each: two single resonances in all, as they are broad and overlap."""

SHORTEST = 1e-3
"""Shorter barriers, in 1/kF, have their features where one of this length has them, too broad and far to count."""

N_RESONANCES = 6
"""Resonances of a double barrier that get nodes of their own; higher ones rely on the error estimate."""

RESONANCE_WEIGHT = 0.6
"""Weight of each: some four single resonances in all."""

OVERLAP = 1.0
"""Half width of resonances, in units of 1/separation, from which on they overlap: their distance is pi."""

PROBABILITY = Domain(lambda value: (value > 0) & (value < 1), "between 0 and 1, both excluded")


class QuantumPointContact(AbstractScatterer):
    """Saddle-point constriction whose channels open one after the other (M. Buettiker, PRB 41, 7906 (1990)).

    T(eps) = mean over n of 1/(1 + exp(-2 pi (eps - thresholds[n])/curvature))

    For several channels the wire has as many, and T is the transmission per channel of the wire.

    Attributes:
        thresholds: energies at which a channel is half open, in mu0, shape (n_channels,). Differentiable.
        curvature: hbar omega_x of the saddle, in mu0, positive: T opens over curvature/(2 pi). Differentiable.
    """

    thresholds: Float[Array, " n_channels"] = parameter("thresholds", REAL, ndim=1)
    curvature: Scalar = parameter("curvature", POSITIVE)
    has_known_features: ClassVar[bool] = True

    def __check_init__(self) -> None:
        """Refuse a contact without channels."""
        if self.thresholds.size == 0:
            raise ValueError("`thresholds` must have at least one energy, got none.")

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """Mean of the channels' openings."""
        energy = jnp.asarray(energy)
        above = energy[..., None] - jnp.broadcast_to(self.thresholds, (*energy.shape, self.thresholds.size))
        return jnp.mean(jax.nn.sigmoid(2 * jnp.pi * above / self.curvature), axis=-1)

    def energy_scales(self) -> EnergyScales:
        """Every opening; the nearest pole of T is at half the curvature."""
        width = jnp.broadcast_to(self.curvature / 2, self.thresholds.shape)
        return EnergyScales(self.thresholds, width, jnp.ones_like(width))


class TunnelBarrier(AbstractScatterer):
    """Smooth barrier: exponential tunnelling far below its top, full transmission far above (E. C. Kemble, 1935).

    T(eps) = 1/(1 + exp((height - eps)/decay)), about exp(-(height - eps)/decay) below the top

    Attributes:
        height: energy of the top, where T = 1/2, in mu0. Differentiable.
        decay: energy over which tunnelling grows by a factor e, in mu0, positive. Differentiable.
    """

    height: Scalar = parameter("height", REAL)
    decay: Scalar = parameter("decay", POSITIVE)
    has_known_features: ClassVar[bool] = True

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps) of Kemble's formula."""
        return jax.nn.sigmoid((energy - self.height) / self.decay)

    def energy_scales(self) -> EnergyScales:
        """The top; the nearest pole of T is pi decay away."""
        return EnergyScales(self.height[None], jnp.pi * self.decay[None], jnp.ones(1))


class RectangularBarrier(AbstractScatterer):
    """Potential step up and down again, for electrons with a parabolic dispersion (textbook formula).

    T(eps) = 1/(1 + height^2 (length S(z))^2/(4 eps)),  S(z) = sinh(sqrt z)/sqrt z,  z = length^2 (height - eps)

    Attributes:
        height: potential of the barrier, in mu0; negative for a well. Differentiable.
        length: its length, in 1/kF, not negative. Differentiable.
    """

    height: Scalar = parameter("height", REAL)
    length: Scalar = parameter("length", NOT_NEGATIVE)
    has_known_sharpest: ClassVar[bool] = True

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps), below the top by tunnelling, above it with its resonances, each wider than the one before."""
        energy = jnp.asarray(energy)
        spread = self.length * sinhc_of_root(self.length**2 * (self.height - energy))
        return 4.0 * energy / (4.0 * energy + (self.height * spread) ** 2)

    def energy_scales(self) -> EnergyScales:
        """The top and the first resonances above it."""
        spacing = (jnp.pi / jnp.maximum(self.length, SHORTEST)) ** 2
        order = jnp.arange(N_FEATURES)
        return EnergyScales(
            self.height + spacing * order**2, 0.5 * spacing * (order + 1), jnp.full(N_FEATURES, FEATURE_WEIGHT)
        )


class DoubleBarrier(AbstractScatterer):
    """Two thin barriers in a row, with interference between them (Fabry-Perot, from their transfer matrices).

    T(eps) = T1 T2/(1 + R1 R2 - 2 sqrt(R1 R2) cos(2 sqrt(eps) separation + phase)),  R = 1 - T of either barrier

    Attributes:
        left: transmission T1 of the left barrier, between 0 and 1. Differentiable.
        right: transmission T2 of the right barrier, between 0 and 1. Differentiable.
        separation: distance of the barriers, in 1/kF, positive. Differentiable.
        phase: sum of the phases that electrons collect when the barriers reflect them. Differentiable.
    """

    left: Scalar = parameter("left", PROBABILITY)
    right: Scalar = parameter("right", PROBABILITY)
    separation: Scalar = parameter("separation", POSITIVE)
    phase: Scalar = parameter("phase", REAL, default=0.0)
    may_open_far_above: ClassVar[bool] = False

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps), in a form that is exact at resonance."""
        product, lost = self._kept_and_lost()
        half = jnp.sqrt(energy) * self.separation + 0.5 * self.phase
        return self.left * self.right / (lost**2 + 4.0 * product * jnp.sin(half) ** 2)

    def _wave_numbers(self, count: int) -> Float[Array, " n"]:
        """Wave numbers of the lowest resonances."""
        number = jnp.ceil(self.phase / (2 * jnp.pi)) + jnp.arange(count)
        return (jnp.pi * number - 0.5 * self.phase) / self.separation

    def _linewidth(self) -> Scalar:
        """Half width of all resonances, as a difference of wave numbers."""
        product, lost = self._kept_and_lost()
        return jnp.arcsinh(lost / (2.0 * jnp.sqrt(product))) / self.separation

    def first_unresolved(self) -> Scalar:
        """The lowest resonance without nodes, if resonances do not overlap."""
        is_sharp = self._linewidth() * self.separation < OVERLAP
        return jnp.where(is_sharp, self._wave_numbers(N_RESONANCES + 1)[-1] ** 2, jnp.inf)

    def energy_scales(self) -> EnergyScales:
        """The lowest resonances, each with the width that its level broadening gives it."""
        wave_number, linewidth = self._wave_numbers(N_RESONANCES), self._linewidth()
        width = 2.0 * wave_number * linewidth + linewidth**2
        return EnergyScales(wave_number**2, width, jnp.full(N_RESONANCES, RESONANCE_WEIGHT))

    def _kept_and_lost(self) -> tuple[Scalar, Scalar]:
        """sqrt(R1 R2) and 1 - sqrt(R1 R2), which does not cancel for small T1 and T2."""
        product = jnp.sqrt((1.0 - self.left) * (1.0 - self.right))
        return product, (self.left + self.right * (1.0 - self.left)) / (1.0 + product)
