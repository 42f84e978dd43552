r"""Response of a half-wire whose electrons collide with each other to the current that enters it at x = 0.

With the fields of `moments`, the even part of the distribution at x = 0 is S = Z j,

    S_i = j_i - 2 f0'_i (2/pi) int_0^inf dq [y_i q^2 m - beta d_i y_i e_i theta] + 2 f0'_i (1 - sigma) m(x = 0),

where the last term is that of a wire which is not neutral. So every wavenumber of the rule of `resolvents` takes two
numbers of the current, and gives two shapes back. The rule covers all lengths up to the longest decay length that there
may be, max v (tau tau_ep)^(1/2): hot electrons cool over many of their mean free paths.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions
from jaxwire.kinetics.collisions.moments import EnergySpread, Moments
from jaxwire.kinetics.resolvents.products import Resolvents
from jaxwire.kinetics.resolvents.wavenumbers import Sampling, wavenumbers
from jaxwire.numerics.array_types import Scalar


class CollidingResponse(NamedTuple):
    """Z as Z_ij = local_i delta_ij - sum_a field_ai drive_aj, with two products per wavenumber and one more.

    Attributes:
        local: 1, but for what the rule of wavenumbers errs; with it, the Drude state is in the null space of Z exactly.
        resolvents: nodes and wavenumbers.
        moments: of each wavenumber, with its weight.
        relative: e_i, energies relative to their average, in units of their standard deviation, shape (n,).
        thermalised: beta d_i e_i, what a higher temperature gives back, shape (n,).
        uniform: last row of `drive` but for `forgotten`, shape (n,).
        returned: scale of `field`, f0'/S, shape (n,).
        forgotten: scale of `drive`, w/(l tau), shape (n,).
    """

    local: Float[Array, " n"]
    resolvents: Resolvents
    moments: Moments
    relative: Float[Array, " n"]
    thermalised: Float[Array, " n"]
    uniform: Float[Array, " n"]
    returned: Float[Array, " n"]
    forgotten: Float[Array, " n"]

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
        return self._replace(resolvents=resolvents, **{name: getattr(self, name)[-size:] for name in names})


def colliding_response(
    mean_free_path: Float[Array, " n"],
    relaxation_time: Float[Array, " n"],
    momentum_weight: Float[Array, " n"],
    thermal: Float[Array, " n"],
    energy: Float[Array, " n"],
    collisions: ElectronCollisions,
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
        screening: sigma, strength of the neutrality potential.
        sampling: how many wavenumbers, and over which range.
    """
    longest = jnp.max(mean_free_path)
    path = jnp.maximum(mean_free_path, longest / sampling.span)
    q, weight = wavenumbers(longest / jnp.sqrt(collisions.phonons), jnp.min(path), sampling.size)
    rate = momentum_weight / relaxation_time
    collision_sum = rate @ thermal
    share = rate * thermal / collision_sum
    spread = EnergySpread.of(energy, share)
    relative, squared = spread.relative, path**2
    resolvents = Resolvents(squared, q**2)
    averages = jnp.stack([share, share * relative, share * relative**2, share * squared])
    whole, first, second, lengths = resolvents.over_nodes(averages)
    moments = Moments.of(q**2, (whole, first, second), collisions.share, collisions.phonons)
    by_number, by_energy = weight * moments.potential_by_number, -weight * moments.potential_by_energy / q**2
    even, by_square = by_number * lengths + by_energy * first, by_energy * q**2 * first - by_number * whole
    rows = jnp.stack([weight, even, by_square, by_energy])
    rational, even, by_square, by_energy = resolvents.over_wavenumbers(rows)
    unscreened = (even + squared * by_square) / (share @ squared) - relative * by_energy
    return CollidingResponse(
        local=rational / path,
        resolvents=resolvents,
        moments=Moments(*(weight * each for each in moments)),
        relative=relative,
        thermalised=collisions.share * relative / squared,
        uniform=-(1.0 - screening) * unscreened,
        returned=thermal / collision_sum,
        forgotten=rate / path,
    )
