"""Objects with some of their numbers multiplied."""

import dataclasses
from typing import TypeVar

import jax

from jaxwire.numerics.array_types import Scalar

D = TypeVar("D")


def scaled(of: D, factor: Scalar, *names: str) -> D:
    """A dataclass whose fields of these names, arrays or trees of them, are so many times as large."""
    changed = {name: jax.tree.map(lambda value: factor * value, getattr(of, name)) for name in names}
    return dataclasses.replace(of, **changed)  # pyright: ignore - of a dataclass
