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

Where the relaxation time is not constant or the wire is not neutral, another term does not depend on i; see `respond`.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.domain import Scalar
from jaxwire.quadrature import Resolution
from jaxwire.resolvents import Resolvents
from jaxwire.wire import ConstantRelaxationTime, Wire

LARGEST_MODULUS = 0.3
"""Ratios of mean free paths nearer to 1 than this are treated as this; the series below then hold to rounding."""


class Sampling(NamedTuple):
    """How the wavenumbers of a half-wire are chosen; static.

    Attributes:
        size: how many, even.
        span: largest ratio of mean free paths that is told apart; shorter paths count as the shortest.
    """

    size: int
    span: float = np.inf


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


def sampling_for(wire: Wire, resolution: Resolution) -> Sampling:
    """Give the wavenumbers that go with an energy grid, so that their error stays below that of the grid.

    With a constant relaxation time slow electrons are few, and the shortest mean free paths need not be told apart.
    With others, such as tau ~ p, collisions may be dominated by them, over any number of decades. From 64 nodes on, at
    which 20 wavenumbers err by 1e-8, the rule is stricter: at 80 nodes 38 of them err by less than 1e-10.
    """
    above = resolution.above
    if isinstance(wire.relaxation, ConstantRelaxationTime):
        size = 2 * round(max(8.0, 0.25 * above - 6.0, 0.5625 * above - 26.0))
        return Sampling(size, 10 ** (1.5 + size / 8))
    return Sampling(2 * max(8, round(0.4 * above)))


def respond(
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


def wavenumbers(longest: Scalar, shortest: Scalar, size: int) -> tuple[Float[Array, " m"], Float[Array, " m"]]:
    """Nodes q and weights of the rule (2/pi) int_0^inf dq/(d + q^2) = sqrt(1/d), for 1/longest^2 <= d <= 1/shortest^2.

    With k = shortest/longest, the nodes are sc(u | k')/longest at the middles of equal steps of u. They lie
    symmetrically on a logarithmic scale; the lower half comes from theta functions of a nome q ~ k^2/16, of which a few
    terms suffice.

    Args:
        longest: longest mean free path.
        shortest: shortest mean free path.
        size: number of nodes, even.
    """
    nome = (0.25 * jnp.minimum(shortest / longest, LARGEST_MODULUS)) ** 2
    theta_2 = 2.0 * jnp.sqrt(jnp.sqrt(nome)) * (1.0 + nome**2 + nome**6)
    theta_3 = 1.0 + 2.0 * nome + 2.0 * nome**4
    modulus = (theta_2 / theta_3) ** 2
    depth = -jnp.log(nome)
    power = jnp.arange(1, 6)
    growth = jnp.exp(depth * jnp.outer((jnp.arange(size // 2) + 0.5) / (2 * size), power))
    terms = jnp.stack([jnp.ones(()), -nome, -(nome**2), nome**4, nome**6])
    odd = (growth - 1.0 / growth) @ (terms * (power % 2))
    even = 1.0 + (growth + 1.0 / growth) @ (terms * (power % 2 == 0))
    low = jnp.sqrt(jnp.sqrt(nome)) * (theta_3 / theta_2) * odd / even
    node = jnp.concatenate([low, 1.0 / (modulus * low[::-1])])
    slope = jnp.sqrt((1.0 + node**2) * (1.0 + (modulus * node) ** 2))
    return node / longest, theta_3**2 * depth / (jnp.pi * size) * slope / longest
