"""Precision: the one place where jaxwire touches JAX's global settings, and known-bad releases of JAX.

Importing jaxwire turns on `jax_enable_x64`, because every result is promised in float64 and JAX defaults to float32.
A program that needs float32 elsewhere can ask for it per array (`dtype=jnp.float32`); switching the flag off again
makes jaxwire refuse its inputs with a message that says so. Scans alone may be asked for single precision: they then
compile and call their program inside `working_in("single")`.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from typing import Any, NamedTuple

PRECISIONS = ("double", "single")

_working: ContextVar[str] = ContextVar("precision", default="double")


def require_sound_jax() -> None:
    """Refuse the releases of JAX whose CPU backend deadlocks on two batched dense solves in one program.

    Raises:
        ImportError: for jax 0.10.0 to 0.11.0.
    """
    installed = version("jax")
    release = tuple(map(int, re.findall(r"\d+", installed)[:3]))
    if (0, 10) <= release[:2] < (0, 11) or release == (0, 11, 0):
        raise ImportError(
            f"jaxwire cannot run on jax {installed}: its CPU backend can hang for ever in batched linear algebra. "
            "Install another release: pip install 'jax>=0.9.1,!=0.10.*,!=0.11.0'."
        )


def enable_double_precision() -> None:
    """Turn on 64-bit types, whether JAX was imported before jaxwire or will be imported by it."""
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    if "jax" in sys.modules:
        import jax

        jax.config.update("jax_enable_x64", True)


@contextmanager
def working_in(precision: str) -> Iterator[None]:
    """Compute in "double" or "single" precision; of the calling thread, and only while inside."""
    if precision == "double":
        yield
        return
    import jax

    before = _working.set(precision)
    try:
        # On a GPU, products of matrices would keep ten bits (TF32) unless asked for more.
        with jax.enable_x64(False), jax.default_matmul_precision("highest"):
            yield
    finally:
        _working.reset(before)


def working_type() -> Any:
    """Type of real numbers that are computed with."""
    import numpy as np

    return np.dtype(np.float64 if _working.get() == "double" else np.float32)


class ByPrecision(NamedTuple):
    """A number that goes with rounding or with the range of exponents.

    Attributes:
        double: its value where numbers are float64.
        single: its value where they are float32.
    """

    double: float
    single: float

    def of(self, array: Any) -> float:
        """The value that goes with the type of an array."""
        return self.double if array.dtype.itemsize == 8 else self.single
