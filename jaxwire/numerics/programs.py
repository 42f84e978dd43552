"""How programs are compiled, told apart by their structure, and called from threads.

Compiling is the slowest thing that jaxwire does, and XLA can do it at several speeds. One solution with its error
estimate takes (jaxlib 0.9.2, first call and a warm one, in CPU seconds and milliseconds on a loaded machine):

    as JAX does by itself                                   20.9 s      1.4 ms
    without fusion emitters and expensive passes            14.6        2.5
    at optimisation level 0                                 18.5        4.2
    at level 0, without both of them                         9.0        4.8

What runs a few times is compiled in the last way (`quick_jit`); scans of many points, whose loops run 10 to 30 % faster
with the emitters, in the first. Between the two are programs that somebody waits for at the first call as at every
other, samples, and fits once many have been made (`compiled`, at level 2 without both of them). Without the emitters,
which set up a compiler of their own for each of the hundreds of loops that a program with derivatives has, compiling
takes a quarter of the memory (170 instead of 690 MiB beyond what Python holds). Readings and derivatives of a fit, of
one profile at one place (compiling alone):

    at level 0                                               2.0 s      1.6 ms
    at level 0 with expensive passes                         2.6        1.6
    at level 1 or 2 without expensive passes                 5.0        0.8
    as JAX does by itself                                    9.7        0.8

Such options can be given to the outermost program only: inside of `jax.jit`, `jax.grad` or `jax.vmap` of a user it is
compiled as the user's own.
"""

import functools
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer, get_opaque_trace_state

QUICK = {
    "cpu": {
        "xla_cpu_use_fusion_emitters": False,
        "xla_backend_optimization_level": 0,
        "xla_llvm_disable_expensive_passes": True,
    },
    "gpu": {"xla_gpu_autotune_level": 0},
}
"""Options for programs that run a few times: nothing is optimised that takes longer than it saves. On a GPU, timing
variants of kernels is a third of the compiling (1.4 of 4.2 s for a scan of the current), after which a map on 80 + 32
nodes runs an eighth faster, and one on 64 + 24 no faster."""

PATIENCE = 2.0
"""Seconds after which somebody at a terminal is told that it is compiling that they wait for."""

BRISK = {"cpu": QUICK["cpu"] | {"xla_backend_optimization_level": 2}}
"""Options for programs that run some thousand times."""

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R], options: Mapping[str, Mapping[str, Any]] = BRISK) -> Callable[P, R]:
    """Compile a function as `equinox.filter_jit` does, to run some thousand times unless told; not to be traced."""
    make = functools.cache(lambda: eqx.filter_jit(function, **jit_options(options)))

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with nan_is_a_value():
            return make()(*args, **kwargs)

    return call


def quick_jit(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that is called a few times: in a third of the time, to run at a third of the speed.

    Arguments that are floats, and all arrays, are traced; all else is compiled in (as by `equinox.filter_jit`). Where
    it is traced itself, the program around it decides how it is compiled. For gradients of your own:

    ```python
    >>> import jax, jaxwire as jw
    >>> def current(center):
    ...     return jw.solve(jw.Lorentzian(center, 0.08), temperature=0.3, voltage=0.1, error_estimate=False).current
    >>> gradient = jw.quick_jit(jax.grad(current))
    >>> print(f"{gradient(1.44):.4f}")
    -0.0265

    ```

    Args:
        function: takes and returns pytrees.
    """
    is_ours = function.__module__.startswith("jaxwire.")  # a NaN in a program of the user may be a mistake
    traced = eqx.filter_jit(function)
    make = functools.cache(lambda: eqx.filter_jit(function if is_ours else inlined(function), **jit_options(QUICK)))
    seen: set[Any] = set()

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with nan_is_a_value() if is_ours else nullcontext():
            return run(*args, **kwargs)

    def run(*args: Any, **kwargs: Any) -> Any:
        if _is_in_program() or _has_traced((args, kwargs)):
            return (function if _is_inlined.get() else traced)(*args, **kwargs)
        args, kwargs = tuple(map(_as_array, args)), {name: _as_array(value) for name, value in kwargs.items()}
        if sys.stderr is None or not sys.stderr.isatty():  # None: a program without a console
            return make()(*args, **kwargs)
        with _told(Alike((args, kwargs)).structure, seen):
            return make()(*args, **kwargs)

    return call


_is_inlined: ContextVar[bool] = ContextVar("_is_inlined", default=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A function in whose program our own are no programs inside of it, which are traced once for all that have them.

    For programs with derivatives: each of their passes walks through a program inside of them as a whole, with what
    does not depend on anything. The first gradient of a voltage takes an eighth less.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        before = _is_inlined.set(True)
        try:
            return function(*args, **kwargs)
        finally:
            _is_inlined.reset(before)

    return call


def _as_array(value: Any) -> Any:
    return jnp.asarray(value) if isinstance(value, float) else value


@contextmanager
def nan_is_a_value() -> Iterator[None]:
    """Let programs return NaN, which marks numbers that do not exist, to users whose JAX looks for it in their own.

    With JAX_DEBUG_NANS or JAX_DEBUG_INFS JAX takes every NaN or infinity that a program returns for a mistake: also the
    limit of a current that has none, or the values of a point that failed.
    """
    if not (jax.config.jax_debug_nans or jax.config.jax_debug_infs):  # pyright: ignore - made at run time
        yield
        return
    with jax.debug_nans(False), jax.debug_infs(False):
        yield


def _is_in_program() -> bool:
    """Whether what is called now is part of a program that is being traced."""
    return get_opaque_trace_state() != _untraced() and isinstance(jnp.zeros(()), Tracer)  # 0.4 us, where it is not


@functools.cache
def _untraced() -> Any:
    """The state of JAX outside of all transformations: in a thread that has just begun."""
    with ThreadPoolExecutor(1) as beginning:
        return beginning.submit(get_opaque_trace_state).result()


def _has_traced(arguments: Any) -> bool:
    return any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(arguments))


@contextmanager
def _told(key: Any, seen: set[Any]) -> Iterator[None]:
    """Tell somebody at a terminal what they wait for, where a program may be compiled."""
    if key in seen:
        yield
        return
    words = "jaxwire compiles once for this kind of wire and scatterer: some seconds; later calls take milliseconds."
    timer = threading.Timer(PATIENCE, print, [words], {"file": sys.stderr, "flush": True})
    timer.daemon = True
    timer.start()
    try:
        yield
        seen.add(key)
    finally:
        timer.cancel()


def jit_options(wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Arguments of `jax.jit` for a top-level program: of the options for this platform those that this XLA knows."""
    options = wanted.get(jax.default_backend(), {})
    known = {name: value for name, value in options.items() if _is_known(name, value)}
    return {"compiler_options": known} if known else {}


@functools.cache
def _is_known(name: str, value: Any) -> bool:
    try:
        jax.jit(lambda x: x, compiler_options={name: value}).lower(0.0).compile()
    except jax.errors.JaxRuntimeError:
        return False
    return True


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


def array_module(*values: Any) -> Any:
    """`numpy` for numbers that are known, `jax.numpy` for traced ones and inside of a program.

    What brings arrays to one of few sizes before a program, and back after it, would be a program for every size.
    """
    return jnp if _is_in_program() or _has_traced(values) else np


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
