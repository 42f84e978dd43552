"""Wavenumbers at which a half-wire is sampled: Zolotarev's rule for a square root, and how many of them a grid needs.

In `response` a square root of the collision operator is an integral over wavenumbers q. Its scalar form is

    1/sqrt(d) = (2/pi) int_0^inf dq/(d + q^2)  ~  sum_a weight_a/(d + q_a^2),       1/longest^2 <= d <= 1/shortest^2,

with the mean free paths that occur as `longest` and `shortest`. Zolotarev's m wavenumbers err by about
exp(-pi^2 m/ln(4 longest/shortest)) everywhere in this range (see `response` for the source).

How many are taken follows from the nodes of the energy grid, so that the rule errs by no more than the grid does. In a
neutral wire of constant relaxation time, the largest relative errors of the current are

    nodes above the step    wavenumbers    error by the rule    error by the grid
                      48             16                 4e-7                 7e-6
                      64             20                 4e-8                 2e-7
                      72             28                 8e-10                2e-8
                      80             38                 4e-11                3e-9
                      96             56                 4e-13                3e-11

at 32 random points of the promised domain, against 160 wavenumbers and against a grid of 200 nodes.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.model.resolution import Resolution
from jaxwire.model.wires.relaxation import ConstantRelaxationTime
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar

LARGEST_MODULUS = 0.3
"""Ratios of mean free paths nearer to 1 than this are treated as this; the series below then hold to rounding."""

FEWEST = 16
"""Wavenumbers of coarse grids: up to 56 nodes they err by 4e-7 in the current, the grids by more."""

ENOUGH_NODES = 64
"""Nodes above the step up to which the rule follows the grid's largest error; beyond, it is stricter, as the full
system of App. B is to be met to 1e-10 on the same grid, at the default 80 nodes."""

ENOUGH = 20
"""Wavenumbers at that many nodes."""

PER_NODE_BELOW = 0.5
"""Wavenumbers for one node more, up to there."""

PER_NODE_BEYOND = 1.125
"""Wavenumbers for one node more, from there on: 38 at 80 nodes, and rounding at 128 nodes, in rule and grid."""

PER_NODE_OTHERWISE = 0.8
"""Wavenumbers per node with other relaxation times. With tau ~ p, whose collisions the slowest electrons dominate, the
rule errs as much as the grid at 48 nodes, by 8e-6 in the current (largest of the same 32 points)."""

DECADES = 1.5
"""Ratios of mean free paths that few wavenumbers tell apart, as a power of ten."""

DECADES_PER_WAVENUMBER = 0.125
"""What one wavenumber more adds to them. Paths that are not told apart change currents by the inverse square of the
span: 1e-7 for 16 wavenumbers and 1e-8 for 20, as much as the rule errs on such spans; far less than it for more."""


class Sampling(NamedTuple):
    """How the wavenumbers of a half-wire are chosen; static.

    Attributes:
        size: how many, even.
        span: largest ratio of mean free paths that is told apart; shorter paths count as the shortest.
    """

    size: int
    span: float = np.inf


def sampling_for(wire: Wire, resolution: Resolution) -> Sampling:
    """Give the wavenumbers that go with an energy grid, so that their error stays below that of the grid, or near it.

    With a constant relaxation time slow electrons are few, and the shortest mean free paths need not be told apart.
    With others, such as tau ~ p, collisions may be dominated by them, over any number of decades.
    """
    nodes = resolution.above
    colliding = wire.electron_electron
    has_one_time = colliding is None or colliding.has_one_time
    if not (isinstance(wire.relaxation, ConstantRelaxationTime) and has_one_time):
        return Sampling(_even(max(FEWEST, PER_NODE_OTHERWISE * nodes)))
    more = nodes - ENOUGH_NODES
    size = _even(max(FEWEST, ENOUGH + PER_NODE_BELOW * more, ENOUGH + PER_NODE_BEYOND * more))
    return Sampling(size, 10 ** (DECADES + DECADES_PER_WAVENUMBER * size))


def _even(size: int | float) -> int:
    return 2 * round(0.5 * size)


@functools.partial(jax.jit, static_argnames="size")  # traced once for both half-wires
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
