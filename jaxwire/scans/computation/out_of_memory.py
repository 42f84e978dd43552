"""A compiled program that goes on with smaller micro-batches where the memory of a device runs out.

How much a program takes is predicted (`memory`), and others may use the same device. So that nothing is lost where the
prediction fails, the rows that did not fit are solved again by halves, and so are all that come after them.
"""

import threading
import warnings
from dataclasses import replace

import jax
import numpy as np

from jaxwire.numerics.integers import ceil_div
from jaxwire.numerics.programs import Alike
from jaxwire.scans.computation.executable import Executable, executable, solve_rows
from jaxwire.scans.computation.program import Program

OUT_OF_MEMORY = "RESOURCE_EXHAUSTED"
"""How XLA's messages begin where an allocation failed."""


class Shrinking:
    """A program whose micro-batch is halved when the memory of its device runs out; for many threads at once."""

    def __init__(self, program: Program, given: Alike, n_inner: int, capacity: int) -> None:
        """Compile it, by halves if need be.

        Args:
            program: what to compute.
            given: the numbers that do not vary (`Given`).
            n_inner: number of inner values.
            capacity: rows that a device is to hold; a multiple of the micro-batch.
        """
        self._program, self._given, self._n_inner, self._capacity = program, given, n_inner, capacity
        self._lock, self._has_warned = threading.Lock(), False
        self._executable = self._compile()

    def solve(self, rows: np.ndarray, inner: np.ndarray) -> dict[str, np.ndarray]:
        """Solve rows of outer values for all inner values; see `solve_rows`."""
        while True:
            using = self._executable
            try:
                return solve_rows(using, rows, inner)
            except jax.errors.JaxRuntimeError as error:
                with self._lock:
                    if using is self._executable:  # else another thread was faster
                        self._halve(error)
                        self._executable = self._compile()

    def _compile(self) -> Executable:
        while True:
            try:
                return executable(self._program, self._given, self._n_inner, self._capacity)
            except jax.errors.JaxRuntimeError as error:
                self._halve(error)

    def _halve(self, error: Exception) -> None:
        """Take half of the rows at once from now on; raises what is no lack of memory, or cannot be halved."""
        batch = self._program.batch
        if not str(error).startswith(OUT_OF_MEMORY) or batch == 1:
            raise error
        half = batch // 2
        self._program = replace(self._program, batch=half, searched=max(half, self._program.searched // 2))
        self._capacity = ceil_div(self._capacity, half) * half
        if not self._has_warned:
            self._has_warned = True
            warnings.warn(
                f"the memory of the device ran out: the scan goes on with {half * self._n_inner} points at once, or "
                f"fewer, instead of {batch * self._n_inner}; memory= takes less from the start.",
                RuntimeWarning,
                stacklevel=2,
            )
