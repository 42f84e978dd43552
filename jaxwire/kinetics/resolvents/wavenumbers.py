"""Wavenumbers at which a half-wire is sampled: Zolotarev's rule, and how many a grid needs."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.model.resolution import Resolution
from jaxwire.model.wires.relaxation import ConstantRelaxationTime
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar

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
