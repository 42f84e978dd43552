"""Resonances of a quantum dot: a single one between equal barriers (Eq. 21), or several between any barriers.

A resonance at the energy eps0 of half width Gamma and peak T0 transmits T(eps) = T0 Gamma^2/((eps - eps0)^2 + Gamma^2).
All energies are in mu0, eps the kinetic energy in the left wire; T has its poles at eps0 +- i Gamma.
"""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import FRACTION, POSITIVE, REAL, as_parameter, parameter
from jaxwire.model.printing import Printable
from jaxwire.model.scatterers.base import AbstractScatterer, EnergyScales
from jaxwire.numerics.array_types import RealLike, Scalar


class Lorentzian(AbstractScatterer):
    """Single resonance of a quantum dot between symmetric barriers.

    T(eps) = width^2 / ((eps - center)^2 + width^2)          Eq. 21, with eps the kinetic energy in the left wire

    ```python
    >>> import jax.numpy as jnp, jaxwire as jw
    >>> jw.Lorentzian(center=1.44, width=0.08).transmission(jnp.array([1.44, 1.60])).round(6)
    Array([1. , 0.2], dtype=float64)

    ```

    Attributes:
        center: resonance position eps0, in mu0. Differentiable.
        width: half width at half maximum Gamma, in mu0, positive. Differentiable.
    """

    center: Scalar = parameter("center", REAL)
    width: Scalar = parameter("width", POSITIVE)
    may_open_far_above: ClassVar[bool] = False
    has_known_features: ClassVar[bool] = True

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps) of Eq. 21."""
        return self.width**2 / ((energy - self.center) ** 2 + self.width**2)

    def energy_scales(self) -> EnergyScales:
        """One pole, at center +- i width."""
        return EnergyScales(self.center[None], self.width[None], jnp.ones(1))


class Resonance(Printable):
    """One Breit-Wigner resonance, possibly between unequal barriers.

    Attributes:
        center: its energy, in mu0. Differentiable.
        width: half width at half maximum, (Gamma_left + Gamma_right)/2, in mu0, positive. Differentiable.
        peak: T at its center, 4 Gamma_left Gamma_right/(Gamma_left + Gamma_right)^2; 1 for equal barriers.
            Differentiable.
    """

    center: Scalar = parameter("center", REAL)
    width: Scalar = parameter("width", POSITIVE)
    peak: Scalar = parameter("peak", FRACTION, default=1.0)

    @classmethod
    def between(cls, center, left, right) -> "Resonance":
        """Resonance from the level broadenings Gamma_left and Gamma_right that its two barriers give it, in mu0."""
        left, right = as_parameter("left", left, POSITIVE), as_parameter("right", right, POSITIVE)
        return cls(center, 0.5 * (left + right), 4.0 * left * right / (left + right) ** 2)


class BreitWigner(AbstractScatterer):
    """Several resonances of one dot, without interference between them.

    T(eps) = sum_n peak_n width_n^2 / ((eps - center_n)^2 + width_n^2)

    Attributes:
        resonances: the resonances. Where their sum exceeds 1, `solve` reports it.
    """

    resonances: tuple[Resonance, ...] = eqx.field(converter=tuple)
    may_open_far_above: ClassVar[bool] = False
    has_known_features: ClassVar[bool] = True

    def __check_init__(self) -> None:
        """Refuse anything that is not a resonance."""
        if not self.resonances:
            raise ValueError("`resonances` must have at least one Resonance, got none.")
        for resonance in self.resonances:
            if not isinstance(resonance, Resonance):
                raise TypeError(f"`resonances` must hold objects such as Resonance(1.44, 0.08), got {resonance!r}.")

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps), the sum of the resonances."""
        each = [r.peak * r.width**2 / ((energy - r.center) ** 2 + r.width**2) for r in self.resonances]
        return jnp.sum(jnp.stack(each), axis=0)

    def energy_scales(self) -> EnergyScales:
        """One pole per resonance."""
        center = jnp.stack([resonance.center for resonance in self.resonances])
        width = jnp.stack([resonance.width for resonance in self.resonances])
        return EnergyScales(center, width, jnp.ones_like(width))
