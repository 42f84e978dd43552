"""How a scan is cut: points solved at once, points of a block, and the memory that they take.

Memory has three parts. A micro-batch, the points solved at once on a device, takes most: the matrices of every point.
Its size does not depend on the grid. The blocks under way hold inputs and results of their points. Results kept in
memory grow with the grid; results kept in a store do not count.
"""

import math
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxwire.numerics.integers import ceil_div
from jaxwire.scans.computation.memory import SEARCHING, Footprint

MICRO_BATCH = {"cpu": 16, "gpu": 65536}
"""Points solved at once on a lane: on a CPU enough to fill its vector units, few enough to stay in its cache (8 to 32
take the same time where every core has a lane); on a GPU as many as hide the start of some 200 kernels (on an H100 a
point of 65,536 takes 0.9 times as long as one of 16,384, and 0.8 times as one of 8,192), if memory allows."""

SMALLER = {"cpu": (), "gpu": (1024, 8192)}
"""Micro-batches for scans that do not fill the usual one: few sizes, since each is a program of its own."""

SEARCHED = {"cpu": 512, "gpu": 524288}
"""Points whose voltages are searched for together: few of them take a step at the same time (see `batched_loop`), and
the more wait for one, the less is left to do by the last; 13 us of a core go to each that is not there."""

LANE_POINTS = {"cpu": 1024, "gpu": 131072}
"""Points of a block per lane, or more where voltages are searched for: up to a second of work, so that an interruption
costs little; on a GPU what is prepared and collected for the first and last block is seen, for others it is hidden."""

INNER_POINTS = 32
"""Values of inner axes, at most, that share one grid: what is left to share is then a thirtieth of the work."""

IN_FLIGHT = 2
"""Blocks under way at once, so that no lane waits while one is written."""


class BlockLayout(NamedTuple):
    """How the points of a block are shared out.

    Attributes:
        batch: rows (points of the outer axes) solved at once on a lane, each with all its inner values.
        capacity: rows of a block that a lane can take.
        n_lanes: what works at the same time: devices, times threads that call them.
        searched: rows whose voltages are searched for together, where they are.
    """

    batch: int
    capacity: int
    n_lanes: int
    searched: int

    @property
    def rows(self) -> int:
        """Rows of a block at most."""
        return self.capacity * self.n_lanes

    def batches(self, n_rows: int) -> int:
        """Micro-batches, one after the other, that so many rows take."""
        return ceil_div(n_rows, self.batch * self.n_lanes)


def choose_layout(
    need: Footprint,
    memory: int,
    platform: str,
    n_lanes: int,
    inner: int,
    *,
    is_searched: bool = False,
    rows: int = 0,
    total: int = sys.maxsize,
) -> BlockLayout:
    """Choose how many rows are solved at once, and how many a block may have.

    Half of the memory is for the points being solved, half for the blocks under way and the one being written. Voltages
    are searched for before, in at most the same memory: as many take a step at the same time as are then solved.

    Args:
        need: bytes of a point.
        memory: bytes of the computation.
        platform: "cpu", or another.
        n_lanes: what works at the same time.
        inner: values of the inner axes that a row has.
        is_searched: whether voltages are searched for.
        rows: rows of a block at least.
        total: rows of the whole scan.
    """
    share, largest = memory // (2 * n_lanes), _of(MICRO_BATCH, platform)
    on_lane = inner * ceil_div(total, n_lanes)
    usual = next((size for size in _of(SMALLER, platform) if size >= on_lane), largest)
    at_once = min(usual, share // need.solving)
    if platform != "cpu":  # what is free changes from scan to scan: let it not change the program
        at_once = 2 ** int(math.log2(max(1, at_once)))
    batch = max(1, at_once // inner)
    held = memory // (2 * (IN_FLIGHT + 1) * n_lanes * need.kept)
    most = max(_of(LANE_POINTS, platform), _of(SEARCHED, platform) if is_searched else 0)
    points = min(most if usual == largest else usual, held)
    n_batches = max(1, points // inner // batch, ceil_div(rows, n_lanes * batch))
    capacity = n_batches * batch
    searched = min(_of(SEARCHED, platform), max(1, share // SEARCHING), capacity) if at_once == usual else batch
    evenly = ceil_div(capacity, ceil_div(capacity, searched))  # or the last ones would begin among those before
    return BlockLayout(batch, capacity, n_lanes, evenly)


def _of(sizes: dict[str, Any], platform: str) -> Any:
    return sizes.get(platform, sizes["gpu"])


def block_shape(sizes: Sequence[int], limit: int) -> list[int]:
    """Shape of blocks of at most `limit` points, C order: whole along the last dimensions, of even size elsewhere."""
    shape = []
    for size in reversed(sizes):
        n_parts = ceil_div(size, max(1, min(size, limit)))
        part = ceil_div(size, n_parts)
        shape.append(part)
        limit //= part
    return shape[::-1]


def in_grid_order(rows: np.ndarray, outer: Sequence[int], inner: Sequence[int], sizes: Sequence[int]) -> np.ndarray:
    """Give results of shape (rows, inner values, *own) the shape (*sizes, *own) of their part of the grid.

    Args:
        rows: the results, both axes in C order of what they stand for.
        outer: which dimensions of the grid the rows run over.
        inner: which dimensions the inner values run over.
        sizes: points along every dimension.
    """
    order = [*outer, *inner]
    apart = rows.reshape(*(sizes[i] for i in order), *rows.shape[2:])
    return np.moveaxis(apart, range(len(order)), order)
