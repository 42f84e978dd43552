"""Share of the collisions between electrons in all collisions, where both kinds have one time at all energies."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Inexact

from jaxwire.kinetics.collisions.lattice import Lattice
from jaxwire.model.wires.phonons import Phonons
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar


class ElectronCollisions(eqx.Module):
    """Collisions of electrons with each other beside those with phonons.

    Attributes:
        share: tau/tau_ee = 1 - phonons, tau of all collisions.
        phonons: tau/tau_ep, share of the collisions with phonons; not as a difference, since it may be small.
        conserve_momentum: whether collisions between electrons conserve their momentum, and not their energy alone.
        lattice: phonons that warm up; None where they stay at T.
    """

    share: Scalar
    phonons: Scalar
    conserve_momentum: bool = eqx.field(static=True)
    lattice: Phonons | None = None

    def exchange(self, collision_sum: Scalar, deviation: Scalar) -> Scalar:
        """G, heat that electrons give to phonons per theta, with S and the standard deviation of the energy."""
        return 2.0 * self.phonons * collision_sum * deviation**2

    def coupled_lattice(self, collision_sum: Scalar, deviation: Scalar) -> Lattice | None:
        """Phonons that warm up, with what electrons of a half-wire give them."""
        return None if self.lattice is None else Lattice.of(self.lattice, self.exchange(collision_sum, deviation))

    def shares(
        self, lattice: Lattice | None, squared: Inexact[Array, " m"]
    ) -> tuple[Inexact[Array, "*m"], Inexact[Array, "*m"]]:
        """Beta and 1 - beta at some q^2."""
        return (self.share, self.phonons) if lattice is None else lattice.shares(squared, self.share, self.phonons)

    def phonon_share(self, time: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """Share of the collisions with phonons, like the time of all collisions."""
        return jnp.broadcast_to(self.phonons[..., None], time.shape)

    def dragging(self) -> Scalar:
        """By how much the mean free path seems longer in the Drude state, where drifting electrons drag each other."""
        return 1.0 / self.phonons if self.conserve_momentum else jnp.ones_like(self.phonons)


def electron_collisions(wire: Wire) -> ElectronCollisions | None:
    """What a wire has of them, and of phonons that warm up, which bring electrons together as well."""
    collisions = wire.electron_electron
    if collisions is None:
        one = jnp.ones(())
        return None if wire.phonons is None else ElectronCollisions(jnp.zeros(()), one, True, wire.phonons)
    fermi_energy = jnp.ones(())
    time = wire.scattering_time(fermi_energy)
    phonons = time / wire.relaxation_time(fermi_energy)
    return ElectronCollisions(time * collisions.collision_rate(), phonons, collisions.conserves_momentum, wire.phonons)
