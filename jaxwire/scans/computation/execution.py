"""Rows of a scan solved on all threads and devices, task after task, with the next one under way.

A task is a pair of arrays: rows of outer values, and inner values that each of them takes (see `program`).
"""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple

import numpy as np

from jaxwire.numerics.programs import local_devices, threads
from jaxwire.scans.computation.blocks import IN_FLIGHT, BlockLayout
from jaxwire.scans.computation.out_of_memory import Shrinking


class Task(NamedTuple):
    """What one block asks for.

    Attributes:
        name: whatever its results are to be known by.
        rows: values of the outer places, shape (n_rows, n_outer).
        inner: values of the inner places, shape (n_inner_values, n_inner).
    """

    name: Any
    rows: np.ndarray
    inner: np.ndarray


class Execution:
    """A compiled program and the threads that call it."""

    def __init__(self, solver: Shrinking, layout: BlockLayout) -> None:
        """Call `solver` for as many rows at once as `layout` says."""
        self._solver, self._layout = solver, layout

    def stream(self, tasks: Iterable[Task]) -> Iterator[tuple[Any, dict[str, np.ndarray]]]:
        """Solve tasks one after the other; the first ones are under way from this call on.

        Returns:
            For each task, in order, its name and the variables, of shape (n_rows, n_inner_values, *own).
        """
        waiting = iter(tasks)
        running = deque(map(self._start, itertools.islice(waiting, IN_FLIGHT)))
        return self._finished(running, waiting)

    def sample(self, rows: np.ndarray, inner: np.ndarray, n_batches: int) -> int:
        """Solve rows spread over those given, at most `n_batches` micro-batches a lane; gives their number."""
        lanes = self._layout
        n_rows = min(len(rows), n_batches * lanes.batch * lanes.n_lanes, lanes.rows)
        spread = np.linspace(0, len(rows) - 1, n_rows)
        for part in self._launch(rows[spread.astype(int)], inner):
            part.result()
        return n_rows

    def _start(self, task: Task) -> tuple[Any, list[Future]]:
        return task.name, self._launch(task.rows, task.inner)

    def _launch(self, rows: np.ndarray, inner: np.ndarray) -> list[Future]:
        """Share rows out to the threads and start them."""
        share = self._layout.batches(len(rows)) * self._layout.batch * len(local_devices())
        parts = [rows[start : start + share] for start in range(0, len(rows), share)]
        return [threads().submit(self._solver.solve, part, inner) for part in parts]

    def _finished(
        self, running: deque[tuple[Any, list[Future]]], waiting: Iterator[Task]
    ) -> Iterator[tuple[Any, dict[str, np.ndarray]]]:
        """Give back what runs, in its order; for each task that is done another one is started."""
        try:
            while running:
                name, parts = running.popleft()
                found = [part.result() for part in parts]
                running.extend(map(self._start, itertools.islice(waiting, 1)))
                yield name, {each: np.concatenate([one[each] for one in found]) for each in found[0]}
        finally:
            for _, parts in running:
                for part in parts:
                    part.cancel()
