"""Exchange of the two half-wires through the scatterer: what their collisions send back and forth, as a linear system.

With the products of both wires side by side, [1 - T (1 - mean local)] u - (1/2) field^T (drive T u) = source depends on
u off the diagonal only through the numbers c = (1/2) drive T u, and these are the unknowns where they are fewer than
the nodes. See `matching` for where it comes from, and `response` for the products.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.implicit import linear_solve
from jaxwire.response import Response


class Potential(NamedTuple):
    """One more product, of a potential that is not local, on the nodes above the step: its field and drive."""

    field: Float[Array, " n"]
    drive: Float[Array, " n"]


class Exchange(NamedTuple):
    """What electrons do that collisions send back: both wires' products side by side, on the nodes above the step."""

    sides: tuple[Response, Response]
    potential: Potential | None
    transmitted: Float[Array, " n"]

    def transmit(self, source: Float[Array, " n"]) -> Float[Array, " n"]:
        """Spectral current j = T u that a source drives, both on the nodes above the step."""
        drive = self.drive(source)
        if drive.size <= source.size:
            return self.transmitted * (source + self.field(linear_solve(_ByProduct(self), drive)))
        return self.transmitted * source * linear_solve(_ByNode(self, source), jnp.ones_like(source))

    def drive(self, current: Float[Array, " n"]) -> Float[Array, " a"]:
        """Numbers c = (1/2) drive T u."""
        current = 0.5 * self.transmitted * current
        products = [side.take_in(current) for side in self.sides]
        if self.potential is not None:
            products.append((self.potential.drive @ current)[None])
        return jnp.concatenate(products)

    def field(self, strength: Float[Array, " a"]) -> Float[Array, " n"]:
        """Sum over the products of their fields."""
        first, second = self.sides
        both = first.size + second.size
        field = first.give_back(strength[: first.size]) + second.give_back(strength[first.size : both])
        return field if self.potential is None else field + strength[-1] * self.potential.field

    def matrices(self) -> tuple[Float[Array, "a n"], Float[Array, "a n"]]:
        """Drives and fields of all products."""
        fields, drives = [side.field for side in self.sides], [side.drive for side in self.sides]
        if self.potential is not None:
            fields.append(self.potential.field[None, :])
            drives.append(self.potential.drive[None, :])
        return jnp.concatenate(drives) * (0.5 * self.transmitted)[None, :], jnp.concatenate(fields)


class _ByProduct(NamedTuple):
    """The system whose unknowns are the numbers c of all products."""

    exchange: Exchange

    def matrix(self) -> Float[Array, "a a"]:
        drives, fields = self.exchange.matrices()
        return jnp.eye(len(drives), dtype=drives.dtype) - drives @ fields.T

    def product(self, x: Float[Array, " a"]) -> Float[Array, " a"]:
        return self.exchange.drive(self.exchange.field(x))


class _ByNode(NamedTuple):
    """The system whose unknowns are u on the nodes, relative to the source."""

    exchange: Exchange
    source: Float[Array, " n"]

    def matrix(self) -> Float[Array, "n n"]:
        drives, fields = self.exchange.matrices()
        relative, driven = fields / self.source[None, :], drives * self.source[None, :]
        return jnp.eye(self.source.size, dtype=drives.dtype) - relative.T @ driven

    def product(self, x: Float[Array, " n"]) -> Float[Array, " n"]:
        return self.exchange.field(self.exchange.drive(self.source * x)) / self.source
