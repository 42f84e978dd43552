"""Share of the collisions between electrons in all collisions, where both kinds have one time at all energies."""

import equinox as eqx
import jax.numpy as jnp

from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar


class ElectronCollisions(eqx.Module):
    """Collisions of electrons with each other beside those with phonons.

    Attributes:
        share: tau/tau_ee = 1 - phonons, tau of all collisions.
        phonons: tau/tau_ep, share of the collisions with phonons; not as a difference, since it may be small.
        conserve_momentum: whether collisions between electrons conserve their momentum, and not their energy alone.
    """

    share: Scalar
    phonons: Scalar
    conserve_momentum: bool = eqx.field(static=True)

    def dragging(self) -> Scalar:
        """By how much the mean free path seems longer in the Drude state, where drifting electrons drag each other."""
        return 1.0 / self.phonons if self.conserve_momentum else jnp.ones_like(self.phonons)


def electron_collisions(wire: Wire) -> ElectronCollisions | None:
    """What a wire has of them."""
    if (collisions := wire.electron_electron) is None:
        return None
    fermi_energy = jnp.ones(())
    time = wire.scattering_time(fermi_energy)
    phonons = time / wire.relaxation_time(fermi_energy)
    return ElectronCollisions(time * collisions.collision_rate(), phonons, collisions.conserves_momentum)
