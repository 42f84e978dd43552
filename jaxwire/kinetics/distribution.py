"""Distribution function f(p, x) between the nodes: integration of the Boltzmann equation along characteristics."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.fermi import fermi, thermal_weight
from jaxwire.kinetics.flow import Flow, Side
from jaxwire.kinetics.half_wire import adjustment_factor
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar


def occupation(flow: Flow, wire: Wire, scatterer: AbstractScatterer, temperature: Scalar, left_to_upper: Scalar):
    """Distribution function of a flow, as a function (energy, x) -> (f moving to the lower wire, f moving back).

    The Boltzmann equation is integrated along x with its collision source, which is known as a sum of exponentials:
    for electrons that leave the scatterer from x = 0, where they come from either wire (Eqs. 19), and for electrons
    that move towards it from infinity. On the nodes this is the mode sum itself; between them it has no poles.

    Args:
        flow: what flows.
        wire: the wire.
        scatterer: the scatterer.
        temperature: kB T, in mu0.
        left_to_upper: kinetic energy in the left wire less that in the upper one.
    """

    def thermal_at(side: Side, energy: Scalar) -> Scalar:
        return thermal_weight(energy, temperature) * adjustment_factor(side.half.adjustment, energy)

    def uniform(side: Side, energy: Scalar, distance: Scalar, outward: float) -> Scalar:
        """Equilibrium, shifted by the potential and tilted by the Drude current; outward: away from the scatterer."""
        thermal = thermal_at(side, energy)
        mean_free_path = wire.velocity(energy) * wire.relaxation_time(energy)
        tilt = outward * side.sign * flow.force * mean_free_path
        return fermi(energy, temperature) + thermal * (tilt - flow.potential(side.sign * distance))

    def source(side: Side, energy: Scalar) -> tuple[Float[Array, " m"], Scalar]:
        """Strength of the collision source of each mode for one direction, and the mean free path."""
        strength = 0.5 * side.amplitude * thermal_at(side, energy) / side.half.collision_sum
        return strength, wire.velocity(energy) * wire.relaxation_time(energy)

    def inward(side: Side, energy: Scalar, distance: Scalar) -> Scalar:
        strength, mean_free_path = source(side, energy)
        rate = side.modes.rate
        deviation = jnp.sum(strength * jnp.exp(-rate * distance) / (1.0 + rate * mean_free_path))
        return uniform(side, energy, distance, -1.0) + deviation

    def outward(side: Side, energy: Scalar, distance: Scalar) -> Scalar:
        strength, mean_free_path = source(side, energy)
        rate = side.modes.rate
        detuning = 1.0 - rate * mean_free_path
        path = distance / mean_free_path
        is_resonant = jnp.abs(detuning) < 1e-9
        growth = -jnp.expm1(-jnp.abs(detuning) * path) / jnp.where(is_resonant, 1.0, jnp.abs(detuning))
        growth = jnp.where(is_resonant, path, growth) * jnp.exp(-jnp.minimum(rate * distance, path))
        launched = leaving(side, energy) - uniform(side, energy, jnp.zeros(()), 1.0)
        return uniform(side, energy, distance, 1.0) + launched * jnp.exp(-path) + jnp.sum(strength * growth)

    def leaving(side: Side, energy: Scalar) -> Scalar:
        """Occupation at x = 0 of electrons that leave the scatterer: transmitted from the other wire, or reflected."""
        is_lower = side.sign > 0
        in_upper = jnp.where(is_lower, energy - flow.step, energy)
        is_open = in_upper > 0
        in_upper = jnp.where(is_open, in_upper, 1.0)
        transmission = jnp.where(is_open, scatterer.transmission((in_upper + left_to_upper)[None])[0], 0.0)
        from_upper = inward(flow.upper, in_upper, jnp.zeros(()))
        from_lower = inward(flow.lower, jnp.where(is_lower, energy, in_upper + flow.step), jnp.zeros(()))
        other, own = jnp.where(is_lower, from_upper, from_lower), jnp.where(is_lower, from_lower, from_upper)
        return transmission * other + (1.0 - transmission) * own

    def at(energy: Scalar, x: Scalar) -> tuple[Scalar, Scalar]:
        distance = jnp.abs(x)
        in_upper = inward(flow.upper, energy, distance), outward(flow.upper, energy, distance)
        in_lower = outward(flow.lower, energy, distance), inward(flow.lower, energy, distance)
        is_upper = jnp.signbit(x)
        return jnp.where(is_upper, in_upper[0], in_lower[0]), jnp.where(is_upper, in_upper[1], in_lower[1])

    return at
