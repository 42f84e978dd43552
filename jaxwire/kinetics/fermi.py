"""Fermi function of the kinetic energy and its derivatives, without overflow at any temperature; f0' on nodes.

Natural units: energies in units of mu0, so that f0(energy) = 1/(exp((energy - 1)/t) + 1) (Eq. 7).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.numerics.array_types import Scalar


def fermi(energy: Float[Array, "*n"], temperature: Float[Array, ""]) -> Float[Array, "*n"]:
    """Equilibrium occupation f0 at kinetic energy `energy`."""
    return jax.nn.sigmoid((1.0 - energy) / temperature)


def thermal_weight(energy: Float[Array, "*n"], temperature: Float[Array, ""]) -> Float[Array, "*n"]:
    """Derivative of f0 by the chemical potential, f0 (1 - f0)/t: positive, a peak of width t at the Fermi energy."""
    reduced = (1.0 - energy) / temperature
    return jax.nn.sigmoid(reduced) * jax.nn.sigmoid(-reduced) / temperature


def fermi_window(
    upper: Float[Array, "*n"], lower: Float[Array, "*n"], temperature: Float[Array, ""]
) -> Float[Array, "*n"]:
    """Occupied on one side and empty on the other: f0(upper) (1 - f0(lower)).

    With lower = upper + V, the difference f0(upper) - f0(lower) is this window times 1 - exp(-V/t): a product of
    positive factors, exact to rounding for every V, where the difference itself would cancel.
    """
    return jax.nn.sigmoid((1.0 - upper) / temperature) * jax.nn.sigmoid((lower - 1.0) / temperature)


def fermi_difference(
    energy: Float[Array, "*n"], voltage: Float[Array, ""], temperature: Float[Array, ""]
) -> Float[Array, "*n"]:
    """Landauer window f0(energy) - f0(energy + voltage), without cancellation, for voltage >= 0."""
    return -jnp.expm1(-voltage / temperature) * fermi_window(energy, energy + voltage, temperature)


class DrudeCorrection(NamedTuple):
    """Factor exp(a + b (eps - 1)/(eps + 1)) on f0', so that a half-wire shares its Drude state with another one.

    Attributes:
        scale: a, logarithm of the factor at the Fermi energy.
        tilt: b, how the logarithm grows with the energy.
    """

    scale: Scalar
    tilt: Scalar

    @classmethod
    def none(cls) -> "DrudeCorrection":
        """The factor 1."""
        return cls(jnp.zeros(()), jnp.zeros(()))

    def factor(self, energy: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """The factor at any energy."""
        return jnp.exp(self.scale + self.tilt * drude_tilting(energy))


def drude_tilting(energy: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """By what the logarithm grows for b = 1."""
    return (energy - 1.0) / (energy + 1.0)
