r"""Response of a half-wire whose electrons collide with each other to the current that enters it at x = 0.

With the fields of `moments`, the even part of the distribution at x = 0 is S = Z j,

    S_i = j_i - 2 f0'_i (2/pi) int_0^inf dq [y_i q^2 m - d_i y_i e_i Theta] + 2 f0'_i (1 - sigma) m(x = 0),

with Theta = beta theta unless phonons warm up, and the last term where a wire is not neutral. So every wavenumber of
the rule of `resolvents` takes two numbers of the current, and gives two shapes back. The rule covers all lengths up to
the longest that there may be (`HalfWire.longest_decay`): hot electrons cool over many of their mean free paths.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions
from jaxwire.kinetics.collisions.lattice import Contact, Lattice, LatticeMoments
from jaxwire.kinetics.collisions.moments import Averages, EnergySpread, Moments
from jaxwire.kinetics.resolvents.products import Resolvents
from jaxwire.kinetics.resolvents.wavenumbers import Sampling, wavenumbers
from jaxwire.numerics.array_types import Scalar


class CollidingResponse(NamedTuple):
    """Z as Z_ij = local_i delta_ij - sum_a field_ai drive_aj, with two products per wavenumber and one more.

    Attributes:
        local: 1, but for what the rule of wavenumbers errs; with it, the Drude state is in the null space of Z exactly.
        resolvents: nodes and wavenumbers.
        moments: of each wavenumber, with its weight; those of Theta instead of theta.
        relative: e_i, energies relative to their average, in units of their standard deviation, shape (n,).
        thermalised: d_i e_i, what a higher temperature gives back, shape (n,).
        uniform: last row of `drive` but for `forgotten`, shape (n,).
        returned: scale of `field`, f0'/S, shape (n,).
        forgotten: scale of `drive`, w/(l tau), shape (n,).
        contact: phonons that warm up, at x = 0; None where they do not.
    """

    local: Float[Array, " n"]
    resolvents: Resolvents
    moments: Moments
    relative: Float[Array, " n"]
    thermalised: Float[Array, " n"]
    uniform: Float[Array, " n"]
    returned: Float[Array, " n"]
    forgotten: Float[Array, " n"]
    contact: Contact | None

    @property
    def size(self) -> int:
        """Number of products."""
        return 2 * self.resolvents.wavenumber.shape[-1] + 1

    def give_back(self, amounts: Float[Array, " a"]) -> Float[Array, " n"]:
        """Product with `field` from the left."""
        potential, temperature = self.resolvents.over_wavenumbers(amounts[:-1].reshape(2, -1))
        return (potential - self.thermalised * temperature + amounts[-1]) * self.returned

    def take_in(self, current: Float[Array, " n"]) -> Float[Array, " a"]:
        """Product with `drive` from the right."""
        forgotten = self.forgotten * current
        number, energy = self.resolvents.over_nodes(jnp.stack([forgotten, self.relative * forgotten]))
        potential, temperature = self.moments.fields(number, energy)
        return jnp.concatenate([potential, temperature, (self.uniform @ forgotten)[None]])

    def symmetric_part(self, current: Float[Array, " n"]) -> Float[Array, " n"]:
        """Symmetric part s = Z j of the distribution at x = 0 that a spectral current makes."""
        return self.local * current - self.give_back(self.take_in(current))

    def of_last(self, size: int) -> "CollidingResponse":
        """Give the part of the last nodes alone."""
        resolvents = self.resolvents._replace(squared=self.resolvents.squared[-size:])
        names = ("local", "relative", "thermalised", "uniform", "returned", "forgotten")
        contact = None if self.contact is None else self.contact.of_last(size)
        return self._replace(
            resolvents=resolvents, contact=contact, **{name: getattr(self, name)[-size:] for name in names}
        )


def colliding_response(
    mean_free_path: Float[Array, " n"],
    relaxation_time: Float[Array, " n"],
    momentum_weight: Float[Array, " n"],
    thermal: Float[Array, " n"],
    energy: Float[Array, " n"],
    collisions: ElectronCollisions,
    longest: Scalar,
    screening: Scalar,
    sampling: Sampling,
) -> CollidingResponse:
    """Work out Z of a half-wire on its nodes.

    In a wire that is not neutral, m(x = 0) = (1/2S) sum_j u_j c_j j_j, with averages <> over all electrons and e, y, R
    as in `moments`. The Drude state has no part in it, which leaves, with L = <l^2 y> and a = [1 - beta + beta q^2
    R_2]/Delta,

        u_j = (2/pi) int_0^inf dq y_j {a (L - l_j^2 R) + (beta R_1/Delta) [(1 + q^2 l_j^2) R_1 - <l^2> e_j]}/<l^2>.

    Args:
        mean_free_path: l_i > 0, of all collisions, shape (n,).
        relaxation_time: tau_i of all collisions, the same for all, shape (n,).
        momentum_weight: w_i, shape (n,).
        thermal: f0'_i > 0, shape (n,).
        energy: what collisions between electrons conserve besides their number, shape (n,).
        collisions: their share.
        longest: what no decay length exceeds.
        screening: sigma, strength of the neutrality potential.
        sampling: how many wavenumbers, and over which range.
    """
    shortest = jnp.max(mean_free_path) / sampling.span
    path = jnp.maximum(mean_free_path, shortest)
    rate = momentum_weight / relaxation_time
    collision_sum = rate @ thermal
    share = rate * thermal / collision_sum
    spread = EnergySpread.of(energy, share)
    relative, squared = spread.relative, path**2
    lattice = collisions.coupled_lattice(collision_sum, spread.deviation)
    least = jnp.min(path)
    if lattice is not None:
        least = jnp.minimum(least, jnp.maximum(lattice.shortest_decay(), shortest))
    q, weight = wavenumbers(longest, least, sampling.size)
    resolvents = Resolvents(squared, q**2)
    whole, first, second, lengths = resolvents.over_nodes(
        jnp.stack([share, share * relative, share * relative**2, share * squared])
    )
    averages = Averages(whole, first, second)
    shares = collisions.shares(lattice, q**2)
    moments = Moments.of(q**2, averages, *shares)
    by_number, by_energy = weight * moments.potential_by_number, -weight * moments.potential_by_energy / q**2
    even, by_square = by_number * lengths + by_energy * first, by_energy * q**2 * first - by_number * whole
    rows = jnp.stack([weight, even, by_square, by_energy])
    rational, even, by_square, by_energy = resolvents.over_wavenumbers(rows)
    unscreened = (even + squared * by_square) / (share @ squared) - relative * by_energy
    response = CollidingResponse(
        local=rational / path,
        resolvents=resolvents,
        moments=moments.returned(weight, shares[0]),
        relative=relative,
        thermalised=relative / squared,
        uniform=-(1.0 - screening) * unscreened,
        returned=thermal / collision_sum,
        forgotten=rate / path,
        contact=None,
    )
    if lattice is None:
        return response
    of_flux = LatticeMoments.of(lattice, q**2, averages, moments, collisions.phonons).weighted(weight)
    heat = 2.0 * collision_sum * spread.deviation
    return response._replace(contact=_contact(response, lattice, moments, of_flux, heat=heat, charge=1.0 - screening))


def _contact(
    response: CollidingResponse,
    lattice: Lattice,
    moments: Moments,
    of_flux: LatticeMoments,
    *,
    heat: Scalar,
    charge: Scalar,
) -> Contact:
    """What phonons do at x = 0 (see `lattice`).

    Args:
        response: of the electrons.
        lattice: the phonons.
        moments: at each wavenumber, without weights.
        of_flux: likewise, with weights.
        heat: 2 S times the standard deviation of the energy.
        charge: 1 - sigma.
    """
    coupled = of_flux.coupled * moments.temperature_by_number, of_flux.coupled * moments.temperature_by_energy
    rows = jnp.stack([*coupled, of_flux.potential, of_flux.returned])
    by_number, by_energy, potential, temperature = response.resolvents.over_wavenumbers(rows)
    unscreened = charge * jnp.sum(of_flux.potential / response.resolvents.wavenumber)
    given = response.thermalised * temperature - potential + unscreened
    return Contact(
        warmed=response.forgotten * (by_number + response.relative * by_energy) / heat,
        given=heat / lattice.loss * response.returned * given,
        alone=1.0 / jnp.sqrt(1.0 + lattice.alpha),
        excess=jnp.sum(of_flux.excess) / lattice.loss,
    )
