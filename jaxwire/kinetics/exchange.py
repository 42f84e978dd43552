"""Exchange of the two half-wires through the scatterer: what their collisions send back and forth, as a linear system.

With the products of both wires side by side, [1 - T (1 - mean local)] u - (1/2) field^T (drive T u) = source depends on
u off the diagonal only through the numbers c = (1/2) drive T u, and these are the unknowns where they are fewer than
the nodes. See `matching` for where it comes from, and `response` for the products.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.collisions.response import CollidingResponse
from jaxwire.kinetics.collisions.varying_response import VaryingResponse
from jaxwire.kinetics.resolvents.response import Response
from jaxwire.numerics.implicit import linear_solve

CYCLE = 6
"""Products with the kernel between two looks at the residual, where the unknowns are the numbers c: six leave 1e-13 in
all wires with a constant relaxation time, at any transmission."""

LONG_CYCLE = 12
"""The same where the unknowns are those of the nodes, u: in wires whose collisions are dominated by slow electrons,
twelve leave 1e-9."""


class SharedProduct(NamedTuple):
    """One more product, of what couples both wires at once, on the nodes above the step: its field and drive."""

    field: Float[Array, " n"]
    drive: Float[Array, " n"]


class Exchange(NamedTuple):
    """What electrons do that collisions send back, on the nodes above the step.

    Attributes:
        sides: the products of both wires, every array with a first axis of 2.
        shared: one more product, of a potential that is not local or of phonons that pass the scatterer.
        transmitted: T/[1 - T (1 - mean local)].
    """

    sides: Response | CollidingResponse | VaryingResponse
    shared: SharedProduct | None
    transmitted: Float[Array, " n"]

    def transmit(self, source: Float[Array, " n"]) -> Float[Array, " n"]:
        """Spectral current j = T u that a source drives, both on the nodes above the step."""
        drive = self.drive(source)
        if drive.size <= source.size:
            amounts = linear_solve(lambda c: self.drive(self.field(c)), drive, CYCLE)
            return self.transmitted * (source + self.field(amounts))
        relative = linear_solve(
            lambda u: self.field(self.drive(source * u)) / source, jnp.ones_like(source), LONG_CYCLE
        )
        return self.transmitted * source * relative

    def drive(self, current: Float[Array, " n"]) -> Float[Array, " a"]:
        """Numbers c = (1/2) drive T u."""
        current = 0.5 * self.transmitted * current
        amounts = jax.vmap(lambda side: side.take_in(current))(self.sides).ravel()
        return amounts if self.shared is None else jnp.append(amounts, self.shared.drive @ current)

    def field(self, amounts: Float[Array, " a"]) -> Float[Array, " n"]:
        """Sum over the products of their fields."""
        by_side = amounts[: 2 * self.sides.size].reshape(2, -1)
        field = jnp.sum(jax.vmap(lambda side, amounts: side.give_back(amounts))(self.sides, by_side), axis=0)
        return field if self.shared is None else field + amounts[-1] * self.shared.field
