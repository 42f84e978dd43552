r"""Response of a half-wire to the current that enters it at x = 0, where times of collisions vary with energy.

With the fields of `balance` of the current j' = j - 2 f0' l_D F without its Drude part (l_D of `varying_collisions`),

    S_i = j'_i + 2 f0'_i {sum_a g_ai (2/pi) int_0^inf dq y_i c_a - sigma <h - m> + (1 - sigma) m(x = 0)},

where <> is the average over the density, and m(x = 0) = (2/pi) int_0^inf dq m. Every wavenumber takes as many numbers
of the current as there are fields, and gives so many shapes back.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.collisions.balance import LATTICE, Balance, Shapes
from jaxwire.kinetics.collisions.lattice import Contact, Lattice
from jaxwire.kinetics.collisions.varying_collisions import Electrons, VaryingCollisions
from jaxwire.kinetics.resolvents.products import Resolvents
from jaxwire.kinetics.resolvents.wavenumbers import Sampling, wavenumbers
from jaxwire.numerics.array_types import Scalar


class Uniform(NamedTuple):
    """What the potential adds to all energies alike, from the current and the fields.

    Attributes:
        local: by the current times omega, shape (n,).
        drude: the same of a current in the Drude state, per current.
        fields: by the fields, shape (r, m).
    """

    local: Float[Array, " n"]
    drude: Scalar
    fields: Float[Array, "r m"]


class VaryingResponse(NamedTuple):
    """Z as Z_ij = local_i delta_ij - sum_a field_ai drive_aj, with up to five products per wavenumber and two more.

    Attributes:
        local: 1, but for what the rule of wavenumbers errs.
        resolvents: nodes and wavenumbers.
        shapes: g_a of `balance`, shape (r, n).
        balance: at every wavenumber.
        amount: c over the fields, times the wavenumber's weight, shape (r, m).
        uniform: what the potential adds.
        weight: omega_i, shape (n,).
        drude: spectral current 2 f0' l_D F of the Drude state per current, shape (n,).
        drude_entering: r_a of it, shape (r, m).
        thermal: 2 f0'_i, shape (n,).
        contact: phonons that warm up, at x = 0; None where they do not.
    """

    local: Float[Array, " n"]
    resolvents: Resolvents
    shapes: Float[Array, "r n"]
    balance: Balance
    amount: Float[Array, "r m"]
    uniform: Uniform
    weight: Float[Array, " n"]
    drude: Float[Array, " n"]
    drude_entering: Float[Array, "r m"]
    thermal: Float[Array, " n"]
    contact: Contact | None

    @property
    def size(self) -> int:
        """Number of products."""
        return self.amount.shape[-2] * self.amount.shape[-1] + 2

    def give_back(self, amounts: Float[Array, " a"]) -> Float[Array, " n"]:
        """Product with `field` from the left."""
        rows = amounts[:-2].reshape(self.amount.shape)
        returned = jnp.sum(self.shapes * self.resolvents.over_wavenumbers(rows), axis=0)
        return self.local * self.drude * amounts[-2] - self.thermal * (returned + amounts[-1])

    def take_in(self, current: Float[Array, " n"]) -> Float[Array, " a"]:
        """Product with `drive` from the right."""
        weighted = self.weight * current
        total = jnp.sum(weighted)
        entering = self.resolvents.over_nodes(0.5 * self.shapes * weighted[None, :])
        fields = self.balance.fields(entering - self.drude_entering * total)
        uniform = self.uniform.local @ weighted - self.uniform.drude * total + jnp.sum(self.uniform.fields * fields)
        return jnp.concatenate([(self.amount * fields).ravel(), jnp.stack([total, uniform])])

    def symmetric_part(self, current: Float[Array, " n"]) -> Float[Array, " n"]:
        """Symmetric part s = Z j of the distribution at x = 0 that a spectral current makes."""
        return self.local * current - self.give_back(self.take_in(current))

    def of_last(self, size: int) -> "VaryingResponse":
        """Give the part of the last nodes alone, for a current that enters there alone."""
        by_node = {name: getattr(self, name)[-size:] for name in ("local", "weight", "drude", "thermal")}
        return self._replace(
            resolvents=self.resolvents._replace(squared=self.resolvents.squared[-size:]),
            shapes=self.shapes[:, -size:],
            uniform=self.uniform._replace(local=self.uniform.local[-size:]),
            contact=None if self.contact is None else self.contact.of_last(size),
            **by_node,
        )


def varying_response(
    electrons: Electrons,
    weight: Float[Array, " n"],
    thermal: Float[Array, " n"],
    collisions: VaryingCollisions,
    *,
    screening: Scalar,
    sampling: Sampling,
) -> VaryingResponse:
    """Work out Z of a half-wire on its nodes.

    Args:
        electrons: on the nodes.
        weight: omega_i, shape (n,).
        thermal: f0'_i > 0, shape (n,).
        collisions: of the electrons.
        screening: sigma, strength of the neutrality potential.
        sampling: how many wavenumbers, and over which range.
    """
    shortest = jnp.max(electrons.path) / sampling.span
    path = jnp.maximum(electrons.path, shortest)
    electrons = electrons._replace(path=path)
    least = jnp.min(path)
    lattice = None
    if collisions.lattice is not None:
        lattice = Lattice.of(collisions.lattice, collisions.exchange(electrons))
        least = jnp.minimum(least, jnp.maximum(lattice.shortest_decay(), shortest))
    q, spacing = wavenumbers(collisions.longest_decay(electrons), least, sampling.size)
    resolvents, shapes = Resolvents(path**2, q**2), Shapes.of(electrons, collisions)
    by_field = shapes.stacked()
    balance = Balance.of(shapes, electrons, collisions, q**2, resolvents.over_nodes)
    flowing = thermal * (path + collisions.dragged(electrons))
    drude = flowing / (weight @ flowing)
    density = jnp.sum(electrons.density)
    entering, taken = 0.5 * weight * drude, electrons.density
    seen = resolvents.over_nodes(jnp.concatenate([by_field * entering[None, :], by_field * taken[None, :]]))
    drude_entering, dense = jnp.split(seen, 2)
    amount = balance.scale * spacing[None, :]
    local = resolvents.over_wavenumbers(spacing[None, :])[0] / path
    moved = -0.5 * screening * local * electrons.density / (density * weight * thermal)
    by_fields = -screening * amount * dense / density
    uniform = Uniform(moved, moved @ (weight * drude), by_fields.at[0].add((1.0 - screening) * spacing))
    response = VaryingResponse(
        local=local,
        resolvents=resolvents,
        shapes=by_field,
        balance=balance,
        amount=amount,
        uniform=uniform,
        weight=weight,
        drude=drude,
        drude_entering=drude_entering,
        thermal=2.0 * thermal,
        contact=None,
    )
    if lattice is None:
        return response
    return response._replace(contact=_contact(response, lattice, shapes.place(LATTICE), spacing))


def _contact(response: VaryingResponse, lattice: Lattice, index: int, spacing: Float[Array, " m"]) -> Contact:
    """What phonons do at x = 0 (see `lattice`); theirs is the field `index`."""
    warmth, by_flux = response.balance.inverse[index], 0.5 * response.balance.inverse[:, index]
    entered = jnp.sum(response.shapes * response.resolvents.over_wavenumbers(spacing[None, :] * warmth), axis=0)
    warmed = 0.5 * response.weight * entered
    returned = jnp.sum(response.shapes * response.resolvents.over_wavenumbers(response.amount * by_flux), axis=0)
    uniform = jnp.sum(response.uniform.fields * by_flux)
    alone = 1.0 / (lattice.loss * (lattice.alpha + lattice.stiffness(response.resolvents.wavenumber)))
    return Contact(
        warmed=warmed - (warmed @ response.drude) * response.weight,
        given=response.thermal * (returned + uniform),
        alone=1.0 / jnp.sqrt(1.0 + lattice.alpha),
        excess=jnp.sum(spacing * (by_flux[index] - alone)),
    )
