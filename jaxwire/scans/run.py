"""The loop of a scan: compute the blocks that are missing, keep them, report; on disk or in memory.

The plan has the next blocks under way on its devices while one is written (`Plan.stream`).
"""

import functools
import importlib
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxwire.scans.progress import Report
from jaxwire.scans.store.chunks import fill_value
from jaxwire.scans.store.store import Store, check_block

if TYPE_CHECKING:
    import xarray


HANDOVER = 3e-4
"""Seconds in which the threads of the first blocks start: Python's lock is passed on by a thread that waits, else only
after 5 ms."""


class Memory:
    """The results of a scan that is kept in memory only; to the loop it is like a `Store`.

    Attributes:
        plan: the computation (`jaxwire.scans.plan.Plan`).
    """

    def __init__(self, plan: Any) -> None:
        """Begin without results."""
        self.plan = plan
        self._done: set[int] = set()

    def missing(self) -> list[Any]:
        """The blocks not yet computed."""
        return [block for block in self.plan.blocks() if block.index not in self._done]

    def write(self, block: Any, arrays: Mapping[str, Any]) -> None:
        """Keep what was computed for a block."""
        check_block(self.plan, block, arrays)
        variables = self.dataset().variables
        for name, values in arrays.items():
            variables[name].values[block.region] = values
        self._done.add(block.index)

    def dataset(self) -> "xarray.Dataset":
        """The scan."""
        return self._dataset

    @functools.cached_property
    def _dataset(self) -> "xarray.Dataset":
        """Fill values where nothing has been written yet."""
        import xarray

        variables = {}
        for name, one in self.plan.variables.items():
            empty = np.full((*self.plan.shape, *one.shape), fill_value(np.dtype(one.dtype)), dtype=one.dtype)
            variables[name] = ((*self.plan.dims, *one.dims), empty, dict(one.attrs))
        return xarray.Dataset(variables, coords=self.plan.coords, attrs=dict(self.plan.attrs))

    def stopped(self) -> str:
        """What to tell someone who stopped the scan."""
        total = len(self.plan.blocks())
        return f"stopped after {len(self._done)} of {total} blocks, which are lost: with store= a scan can go on"


def run_blocks(plan: Any, store: str | os.PathLike | None = None, report: Report | None = None) -> "xarray.Dataset":
    """Compute the blocks of a plan that a store has not, one after the other; all of them without a store.

    Args:
        plan: the computation (`jaxwire.scans.plan.Plan`). A store that was made with other blocks keeps them.
        store: path of the store; None keeps the results in memory.
        report: called with the number of grid points done and of all, first with what an earlier run has left.

    Returns:
        The whole scan.

    Raises:
        ValueError: if the store holds something else.
        OSError: if the store cannot be written.
        KeyboardInterrupt: when the user stops the scan; what is computed is stored, and the text says how to go on.
    """
    results = Memory(plan) if store is None else Store.open(store, plan)
    todo = results.missing()
    try:
        for_each_block(results.plan, todo, _computed(results, todo), report)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(results.stopped()) from stop
    return results.dataset()


def for_each_block(plan: Any, todo: Sequence[Any], done: Iterator[Any], report: Report | None) -> None:
    """Drain `done`, the blocks of `todo` as they are finished, and report the points."""
    total = prod(plan.shape)
    count = total - sum(map(_points, todo))
    if report is not None:
        report(count, total)
    for block in done:
        count += _points(block)
        if report is not None:
            report(count, total)


def _computed(results: Store | Memory, todo: Sequence[Any]) -> Iterator[Any]:
    """Compute and keep; yields every block when it is kept."""
    if isinstance(results, Memory) and "xarray" not in sys.modules:  # a second, which passes while it compiles
        threading.Thread(target=importlib.import_module, args=("xarray",), daemon=True).start()
    under_way = results.plan.stream(todo)
    if isinstance(results, Memory):
        time.sleep(HANDOVER)
        results.dataset()  # made while the first blocks are computed
    for block, arrays in under_way:
        results.write(block, arrays)
        yield block


def _points(block: Any) -> int:
    return prod(part.stop - part.start for part in block.region)
