"""What a card can do at all, beside which the times of a solver stand: copies, products, decompositions, divisions."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.common import once

PRODUCTS = 42
"""Rows of the linear system of a point on 64 + 24 nodes: the products of both half-wires."""
TERMS = 256
"""Divisions that one sum takes up."""


def best(function: Callable[..., Any], *arrays: Any, repeats: int = 3) -> float:
    """Seconds of the best of several calls of a compiled program, the first one left out."""
    program = jax.jit(function)
    return min([once(lambda: program(*arrays)) for _ in range(1 + repeats)][1:])


def copy(numbers: int) -> dict[str, Any]:
    """Memory read and written, once each."""
    seconds = best(lambda a: a + 1.0, jnp.ones(numbers))
    return {"value": 2 * 8 * numbers / seconds / 1e9, "unit": "GB/s", "seconds": seconds}


def product(rows: int) -> dict[str, Any]:
    """Product of two square matrices in double precision."""
    matrix = jnp.ones((rows, rows))
    seconds = best(lambda a: a @ a, matrix)
    return {"value": 2 * rows**3 / seconds / 1e12, "unit": "Tflop/s", "seconds": seconds}


def decomposition(matrices: int) -> dict[str, Any]:
    """LU decompositions of square matrices, all in one call."""
    noise = np.random.default_rng(0).normal(size=(matrices, PRODUCTS, PRODUCTS))
    seconds = best(lambda a: jax.lax.linalg.lu(a)[0], jnp.asarray(noise + 10.0 * np.eye(PRODUCTS)))
    return {"value": 1e6 * seconds / matrices, "unit": "µs per matrix", "seconds": seconds}


def divisions(rows: int) -> dict[str, Any]:
    """Divisions in double precision whose quotients are summed where they arise."""
    start, steps = jnp.linspace(1.0, 2.0, rows), jnp.arange(1.0, TERMS + 1.0)
    seconds = best(lambda a, b: jnp.sum(1.0 / (a[:, None] + b[None, :]), axis=1), start, steps)
    return {"value": rows * TERMS / seconds / 1e9, "unit": "10^9/s", "seconds": seconds}
