r"""Collisions whose times vary with energy, on the nodes of a half-wire: how often, and what they make of the drift.

Electrons collide with phonons at the rate gamma and with each other at the rate eta, tau = 1/(gamma + eta), both as the
wire has them at every energy. Where collisions between electrons conserve momentum p as well, they bring electrons to a
distribution that drifts at u. Far from the scatterer a force F drives, with weights W = w f0' in the averages <>,

    a/(2 f0') = (l + eta tau p u_F) F,     u_F = <W eta p l>/<W eta gamma tau p^2>,

where the drift is uniform. Electrons with a common temperature that carry no current conduct heat by

    K = 2 [e.V e - (e.V 1)^2/(1.V 1)],     V = diag(W v l) + y y/<W eta gamma tau p^2>,     y = W l eta p.

All stays regular where eta vanishes, since its shape eta/rate remains.       (physics-collisions.md, sections 1 and 5)
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.wires.hot_electrons import Drag, heat_conductance
from jaxwire.model.wires.phonons import Phonons
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar


class Electrons(NamedTuple):
    """Electrons of a half-wire on its nodes, arrays of shape (n,).

    Attributes:
        energy: kinetic energies, in mu0.
        density: W_i = w_i f0'_i, share of a node in the change of the density with the chemical potential.
        time: tau_i, between collisions of any kind.
        path: l_i.
    """

    energy: Float[Array, " n"]
    density: Float[Array, " n"]
    time: Float[Array, " n"]
    path: Float[Array, " n"]

    @property
    def carried(self) -> Float[Array, " n"]:
        """W_i v_i l_i."""
        return self.density * self.path**2 / self.time

    def relative_energy(self, rate: Float[Array, " n"]) -> Float[Array, " n"]:
        """Energy relative to its average over electrons that collide, at a rate in any unit."""
        return self.energy - self.mean_energy(rate)

    def mean_energy(self, rate: Float[Array, " n"]) -> Scalar:
        """This average."""
        weight = self.density * rate
        return weight @ self.energy / jnp.sum(weight)


class ElectronScattering(NamedTuple):
    """Collisions of electrons with each other.

    Attributes:
        rate: 1/tau_ee at the Fermi energy, in 1/tau0; may vanish.
        shape: eta_i/rate, shape (n,); at one energy, without an axis.
        momentum: p_i, in mu0/vF, shape (n,); None where they do not conserve it.
    """

    rate: Scalar
    shape: Float[Array, "*n"]
    momentum: Float[Array, "*n"] | None


class VaryingCollisions(eqx.Module):
    """Collisions on the nodes of a half-wire.

    Attributes:
        phonons: gamma_i, of those with phonons, shape (n,).
        electrons: of electrons with each other; None where there are none.
        lattice: phonons that warm up; None where they stay at T.
    """

    phonons: Float[Array, "*n"]
    electrons: ElectronScattering | None
    lattice: Phonons | None

    @classmethod
    def of(cls, wire: Wire, energy: Float[Array, "*n"]) -> "VaryingCollisions":
        """What a wire has of them at some energies."""
        electrons = None
        if (colliding := wire.electron_electron) is not None:
            momentum = wire.dispersion.momentum(energy)
            shape = 1.0 / colliding.relative_time(energy, momentum)
            kept = momentum * wire.momentum_unit() if colliding.conserves_momentum else None
            electrons = ElectronScattering(colliding.collision_rate(), shape, kept)
        return cls(1.0 / wire.relaxation_time(energy), electrons, wire.phonons)

    def phonon_share(self, time: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """Gamma tau, share of the collisions with phonons, with tau of all collisions."""
        return self.phonons * time

    def exchange(self, electrons: Electrons) -> Scalar:
        """G, heat that electrons give to phonons per theta."""
        weight = electrons.density * self.phonons
        return 2.0 * (weight @ electrons.relative_energy(self.phonons) ** 2)

    def drag(self, electrons: Electrons) -> Drag | None:
        """What the drift adds to diag(W v l): y y/<W eta gamma tau p^2>; None where momentum is not conserved."""
        colliding = self.electrons
        if colliding is None or colliding.momentum is None:
            return None
        given = electrons.density * colliding.shape * colliding.momentum
        lost = given @ (self.phonon_share(electrons.time) * colliding.momentum)
        return Drag(given * electrons.path, colliding.rate / lost)

    def dragged(self, electrons: Electrons) -> Float[Array, " n"]:
        """Path eta tau p u_F in the Drude state beyond the mean free path, shape (n,)."""
        if (drag := self.drag(electrons)) is None:
            return jnp.zeros_like(electrons.path)
        return drag.strength * jnp.sum(drag.gained) * drag.gained * electrons.path / electrons.carried

    def drift_per_force(self, electrons: Electrons) -> Scalar:
        """u_F, in vF per unit of the force; 0 where momentum is not conserved."""
        colliding = self.electrons
        if colliding is None or colliding.momentum is None:
            return jnp.zeros(())
        given = electrons.density * colliding.shape * colliding.momentum
        return given @ electrons.path / (given @ (self.phonon_share(electrons.time) * colliding.momentum))

    def heat_conductance(self, electrons: Electrons) -> Scalar:
        """K of the module's head."""
        return heat_conductance(electrons.energy, electrons.carried, self.drag(electrons))

    def longest_decay(self, electrons: Electrons) -> Scalar:
        """What no decay length exceeds: v (tau/gamma)^(1/2), or v/gamma with drift; phonons add to its square."""
        longest = jnp.max(electrons.path**2 / (electrons.time * self.phonons) ** self._damping)
        if self.lattice is not None:
            conducted = self.heat_conductance(electrons) / self.lattice.loss
            longest = longest + self.lattice.healing_length**2 + conducted
        return jnp.sqrt(longest)

    @property
    def _damping(self) -> int:
        return 1 if self.electrons is None or self.electrons.momentum is None else 2
