r"""Response of a half-wire to the current that enters it at x = 0, without its modes.

Electrons of mean free path l_j carry a spectral current j_j into the wire at x = 0 and leave a symmetric part s = Z j
there. Written with modes, Z is a square root of the collision operator (physics.md, section 4). A square root is an
integral over resolvents, and the operator is diagonal plus rank one, so that each of its resolvents is explicit: with
the wavenumber q, d_i = 1/l_i^2 and weights r_i (sum 1),

    Z_ij = delta_ij - (f0'_i/S) K_ij w_j/(l_j tau_j),
    K_ij = (2/pi) int_0^inf dq / [(d_i + q^2) (d_j + q^2) R(q)],      R(q) = sum_i r_i/(d_i + q^2),

for a neutral wire of constant relaxation time: what does not come back at once comes back after collisions. A rule of m
wavenumbers makes K a sum of m products, which costs n m divisions where the modes cost many times n^2, and leaves a
linear system of m unknowns a wire instead of n. The rule is Zolotarev's, in the form of Hale, Higham and Trefethen
(SIAM J. Numer. Anal. 46, 2505 (2008), method 3): its error falls as exp(-pi^2 m/ln(4 l_max/l_min)) for all weights.

Where the relaxation time is not constant or the wire is not neutral, another term does not depend on i; see
`half_wire_response`.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.resolvents.products import Resolvents
from jaxwire.kinetics.resolvents.wavenumbers import Sampling, wavenumbers
from jaxwire.numerics.array_types import Scalar


class Response(NamedTuple):
    """Z as Z_ij = local_i delta_ij - sum_a field_ai drive_aj, with one product per wavenumber and one more.

    Attributes:
        local: 1, but for what the rule of wavenumbers errs; with it, the Drude state is in the null space of Z exactly.
        resolvents: nodes and wavenumbers.
        strength: of each wavenumber in either factor, shape (m,).
        uniform: last row of `drive` but for `forgotten`, shape (n,).
        returned: scale of `field`, f0'/S, shape (n,).
        forgotten: scale of `drive`, w/(l tau), shape (n,).
    """

    local: Float[Array, " n"]
    resolvents: Resolvents
    strength: Float[Array, " m"]
    uniform: Float[Array, " n"]
    returned: Float[Array, " n"]
    forgotten: Float[Array, " n"]

    @property
    def size(self) -> int:
        """Number of products."""
        return self.strength.shape[-1] + 1

    def give_back(self, amounts: Float[Array, " a"]) -> Float[Array, " n"]:
        """Product with `field` from the left."""
        rows = (self.strength * amounts[:-1])[None, :]
        return (self.resolvents.over_wavenumbers(rows)[0] + amounts[-1]) * self.returned

    def take_in(self, current: Float[Array, " n"]) -> Float[Array, " a"]:
        """Product with `drive` from the right."""
        forgotten = self.forgotten * current
        summed = self.strength * self.resolvents.over_nodes(forgotten[None, :])[0]
        return jnp.concatenate([summed, (self.uniform @ forgotten)[None]])

    def symmetric_part(self, current: Float[Array, " n"]) -> Float[Array, " n"]:
        """Symmetric part s = Z j of the distribution at x = 0 that a spectral current makes."""
        return self.local * current - self.give_back(self.take_in(current))

    def of_last(self, size: int) -> "Response":
        """Give the part of the last nodes alone."""
        resolvents = self.resolvents._replace(squared=self.resolvents.squared[-size:])
        by_node = {name: getattr(self, name)[-size:] for name in ("local", "uniform", "returned", "forgotten")}
        return self._replace(resolvents=resolvents, **by_node)


def half_wire_response(
    mean_free_path: Float[Array, " n"],
    relaxation_time: Float[Array, " n"],
    momentum_weight: Float[Array, " n"],
    thermal: Float[Array, " n"],
    screening: Scalar,
    sampling: Sampling,
) -> Response:
    """Work out Z of a half-wire on its nodes.

    In general the bracket K_ij of Z becomes K_ij - (1 - sigma) h_j + sigma g_j. With R and R(0) = sum_i r_i l_i^2 as
    above, R_1(q) = sum_i r_i l_i^2/(d_i + q^2), the share p_i = w_i f0'_i/sum w f0' of a node in the density, and
    P(q) = sum_i p_i/(d_i + q^2),

        h_j = (2/pi) int_0^inf dq [R_1/R - l_j^2] / [(d_j + q^2) R(0)],
        g_j = (2/pi) int_0^inf dq [p_j/r_j - P/R] / (d_j + q^2).

    For a constant relaxation time p = r and g = 0.

    Args:
        mean_free_path: l_i > 0, any order, equal ones allowed, shape (n,).
        relaxation_time: tau_i, shape (n,).
        momentum_weight: w_i, shape (n,).
        thermal: f0'_i > 0, shape (n,).
        screening: sigma, strength of the neutrality potential.
        sampling: how many wavenumbers, and over which range.
    """
    longest = jnp.max(mean_free_path)
    path = jnp.maximum(mean_free_path, longest / sampling.span)
    q, weight = wavenumbers(longest, jnp.min(path), sampling.size)
    rate = momentum_weight / relaxation_time
    collisions, density = rate @ thermal, momentum_weight @ thermal
    share = rate * thermal / collisions
    squared = path**2
    resolvents = Resolvents(squared, q**2)
    averages = jnp.stack([share, share * squared, momentum_weight * thermal / density])
    total, second, dense = resolvents.over_nodes(averages)
    strength = weight / total
    rows = jnp.stack([weight, strength * second, strength * dense])
    rational, of_second, of_dense = resolvents.over_wavenumbers(rows)
    unscreened = (of_second - squared * rational) / (share @ squared)
    neutral = relaxation_time * (collisions / density) * rational - of_dense
    return Response(
        local=rational / path,
        resolvents=resolvents,
        strength=jnp.sqrt(strength),
        uniform=screening * neutral - (1.0 - screening) * unscreened,
        returned=thermal / collisions,
        forgotten=rate / path,
    )
