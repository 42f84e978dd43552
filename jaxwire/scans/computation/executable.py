"""A scan's program compiled once, and called for rows of values on all devices."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Array

from jaxwire.numerics.integers import ceil_div
from jaxwire.numerics.precision import working_in
from jaxwire.numerics.programs import QUICK, Alike, is_array, jit_options, nan_is_a_value
from jaxwire.scans.computation.program import Program, run


class Executable(NamedTuple):
    """A program that is compiled, with the numbers that do not vary.

    Attributes:
        program: what is computed.
        call: called as call(arrays, outer, inner, n_batches); see `run`.
        arrays: the numbers that do not vary.
        capacity: rows that a device holds.
    """

    program: Program
    call: Callable[..., dict[str, Array]]
    arrays: Any
    capacity: int


def executable(program: Program, given: Alike, n_inner: int, capacity: int) -> Executable:
    """Compile a program; of programs that differ by numbers alone only the first.

    Args:
        program: what to compute.
        given: the numbers that do not vary (`Given`).
        n_inner: number of inner values.
        capacity: rows that a device is to hold; a multiple of the micro-batch.
    """
    arrays = eqx.filter(given.tree, is_array)
    return Executable(program, _call(program, given, n_inner, capacity), arrays, capacity)


@functools.lru_cache(maxsize=256)
def _call(program: Program, given: Alike, n_inner: int, capacity: int) -> Callable[..., dict[str, Array]]:
    """Compile by a call for no rows, so that of the threads that will call it none has to."""
    arrays, static = eqx.partition(given.tree, is_array)
    call = jax.jit(functools.partial(run, program, static), **(jit_options(QUICK) if program.is_small else {}))
    nothing, inner = np.zeros((0, len(program.outer))), np.zeros((n_inner, len(program.inner)))
    solve_rows(Executable(program, call, arrays, capacity), nothing, inner)
    return call


def solve_rows(using: Executable, rows: np.ndarray, inner: np.ndarray) -> dict[str, np.ndarray]:
    """Solve rows of outer values for all inner values, in one call of the program.

    Args:
        using: the program.
        rows: values of the outer places, shape (n, n_outer), on every device at most the capacity of the program.
        inner: values of the inner places, shape (m, n_inner).

    Returns:
        The variables, of shape (n, m, *own).
    """
    program, call, arrays, capacity = using
    at_once = program.n_devices * program.batch
    n_batches = ceil_div(len(rows), at_once)
    share = n_batches * program.batch
    # Nothing is searched for where all numbers are NaN, nor does any loop wait for it.
    padded = np.full((program.n_devices * share, rows.shape[1]), np.nan)
    padded[: len(rows)] = rows
    outer = np.zeros((program.n_devices, capacity, rows.shape[1]))
    outer[:, :share] = padded.reshape(program.n_devices, share, rows.shape[1])
    with working_in(program.precision), nan_is_a_value():
        results = call(arrays, outer, inner, np.asarray(n_batches))
    found = {name: np.asarray(result)[:, :share] for name, result in results.items()}
    return {name: result.reshape(-1, *result.shape[2:])[: len(rows)] for name, result in found.items()}
