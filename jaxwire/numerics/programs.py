"""Compiling of the programs of fits and samples, which are called from outside of JAX and never traced; tracing once.

XLA's newer emitters for fused loops set up a compiler of their own for each of the hundreds of loops that a program
with derivatives has. Without them a fit compiles in two thirds of the time with a quarter of the memory (measured with
jaxlib 0.9.2: 170 instead of 690 MiB beyond what Python holds). Scans keep them: their loops run 10 to 30 % faster.
Such options can be given to the outermost program only; `solve` and all others that can be traced are compiled as JAX
does by itself.
"""

import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import equinox as eqx
import jax
import numpy as np

CPU_OPTIONS = {"xla_cpu_use_fusion_emitters": False}
"""Options of XLA's CPU compiler."""

P = ParamSpec("P")

R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function as `equinox.filter_jit` does, with the options that suit this machine; not to be traced."""
    make = functools.cache(lambda: eqx.filter_jit(function, **_jit_options()))

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return make()(*args, **kwargs)

    return call


@functools.cache
def _jit_options() -> dict[str, Any]:
    """What `jax.jit` is told: nothing on a GPU, nor where this release of XLA does not know the options."""
    if jax.default_backend() != "cpu":
        return {}
    try:
        jax.jit(lambda x: x, compiler_options=CPU_OPTIONS).lower(0.0).compile()
    except jax.errors.JaxRuntimeError:
        return {}
    return {"compiler_options": CPU_OPTIONS}


@dataclass(frozen=True)
class Alike:
    """Objects of which nothing but the structure counts, as a key: types, static fields, shapes; no numbers.

    What tracing tells of one is true of all that are equal to it.

    Attributes:
        tree: the objects.
        structure: what counts.
    """

    tree: Any = field(compare=False)
    structure: Any = field(init=False)

    def __post_init__(self) -> None:
        """Take the structure off the objects."""
        leaves, tree = jax.tree.flatten(self.tree)
        object.__setattr__(self, "structure", (tree, tuple(map(_structure, leaves))))


def _structure(leaf: Any) -> Any:
    return (leaf.shape, leaf.dtype, getattr(leaf, "weak_type", False)) if is_array(leaf) else leaf


def is_array(leaf: Any) -> bool:
    """Whether a leaf is numbers that a program takes as an argument; all else is compiled in."""
    return isinstance(leaf, jax.Array | np.ndarray | np.generic)


def local_devices() -> list[Any]:
    """Devices of this process, on the platform that JAX computes on."""
    return jax.local_devices()


@functools.cache
def n_threads() -> int:
    """Calls of the program at once: a CPU device runs a call on about one core, however many there are.

    JAX runs the calls of one thread one after the other, those of several threads at the same time. A GPU runs them one
    after the other in any case; with two threads the next one is ready when one ends.
    """
    if jax.default_backend() != "cpu":
        return 2
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, processors // len(local_devices()))


@functools.cache
def threads() -> ThreadPoolExecutor:
    """The threads from which programs are called."""
    return ThreadPoolExecutor(n_threads(), thread_name_prefix="jaxwire")
