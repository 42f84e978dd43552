"""Loops over a grid: outer ones from row to row, inner ones whose values share grid and modes within a row.

Axes that only change the transmission are inner. Where the voltage is searched for, all else changes with it, and there
are none.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jaxwire.model.parameters.names import ParameterPath
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.scans.axes import Dimension, moves_grid


@dataclass(frozen=True)
class GridLoop:
    """Dimensions of a grid that are looped over together, in C order.

    Attributes:
        indices: which dimensions of the grid these are.
        dimensions: the dimensions.
    """

    indices: tuple[int, ...]
    dimensions: tuple[Dimension, ...]

    @property
    def places(self) -> tuple[ParameterPath, ...]:
        """Where the numbers that vary stand, in the order of the columns."""
        return tuple(sorted((axis.place for dimension in self.dimensions for axis in dimension.axes), key=str))

    def of(self, shape: Sequence[int]) -> list[int]:
        """The sizes of these dimensions, of sizes of all."""
        return [shape[index] for index in self.indices]

    def count(self, shape: Sequence[int]) -> int:
        """Number of steps of the loop over a part of the grid of this shape."""
        return math.prod(self.of(shape))

    def columns(self, region: Sequence[slice], shape: Sequence[int] = ()) -> np.ndarray:
        """Values at all steps of the loop over a region, shape (n, n_places).

        Args:
            region: a slice for each dimension of the grid.
            shape: sizes, along all dimensions, to which smaller regions are filled up with their last values.
        """
        along = [np.arange(one.size)[region[index]] for index, one in zip(self.indices, self.dimensions, strict=True)]
        if shape:
            missing = [size - len(some) for size, some in zip(self.of(shape), along, strict=True)]
            along = [np.pad(some, (0, more), mode="edge") for some, more in zip(along, missing, strict=True)]
        steps = np.meshgrid(*along, indexing="ij") if along else []
        pairs = zip(self.dimensions, steps, strict=True)
        columns = {axis.place: axis.values[step.ravel()] for one, step in pairs for axis in one.axes}
        return np.stack([columns[place] for place in self.places], axis=-1) if columns else np.zeros((1, 0))


def outer_and_inner(
    dimensions: Sequence[Dimension], scatterer: AbstractScatterer, is_searched: bool
) -> tuple[GridLoop, GridLoop]:
    """The loop over rows, and the loop within them.

    Args:
        dimensions: of the grid.
        scatterer: decides which of its numbers change more than the transmission.
        is_searched: whether the voltage is searched for.
    """
    places = [[axis.place for axis in dimension.axes] for dimension in dimensions]
    is_outer = [is_searched or any(moves_grid(place, scatterer) for place in group) for group in places]
    both = ([i for i, outer in enumerate(is_outer) if outer == wanted] for wanted in (True, False))
    outer, inner = (GridLoop(tuple(chosen), tuple(dimensions[i] for i in chosen)) for chosen in both)
    return outer, inner
