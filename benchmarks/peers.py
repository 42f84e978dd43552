"""What jaxwire is timed beside: other ways to the same numbers, and floors that solve nothing.

The NumPy loop is the reduced method (physics.md, section 4) as a careful user would write it, on nodes placed by the
same stretching, one point after the other. Modes by `numpy.linalg.eigh` of the symmetric form lose accuracy where many
nodes crowd at the band bottom, since decay rates there span many decades; a singular value decomposition does not, and
takes longer. The full
system is that of App. B as the paper describes it: amplitudes of all modes and the force as unknowns, on grids that are
uniform in energy; its code is that of the tests. A batched LU and a kernel of nothing but exponentials and divisions
tell what the processor can do.
"""

import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.points import TEMPERATURE, VOLTAGE
from jaxwire.numerics.programs import n_threads

MICRO_BATCH = 32


def numpy_current(center: float, width: float, n_above: int, n_below: int, square_root: Callable) -> float:
    """Current of one point, by the reduced method in NumPy: constant relaxation time, neutral wire, V > 0.

    Args:
        center: eps0.
        width: Gamma.
        n_above: nodes above the step.
        n_below: nodes below it.
        square_root: of the collision operator diag(1/l^2) - root root^T: `by_eigh` or `by_svd`.
    """
    t, v = TEMPERATURE, VOLTAGE
    features = [(1.0, 2.8 * t, 1.0), (1.0 - v, 2.8 * t, 1.0), (center, width, 1.25)]
    above, weight = _stretched(features, 3.0, 0.18, 1.0 + 32.0 * t, n_above)
    below, below_weight = _stretched(features[:1], 1.1, 0.18 * v**0.25, v, n_below)
    lower, lower_weight = np.concatenate([below, above + v]), np.concatenate([below_weight, weight])
    upper, lower = _response(above, weight, square_root), _response(lower, lower_weight, square_root)
    response = 0.5 * (upper + lower[n_below:, n_below:])
    transmission = width**2 / ((above - center) ** 2 + width**2)
    matrix = np.diag(1.0 - transmission) + response * transmission
    source = 1.0 / (np.exp((above - 1.0) / t) + 1.0) - 1.0 / (np.exp((above + v - 1.0) / t) + 1.0)
    return float(weight @ (transmission * np.linalg.solve(matrix, source)))


def _stretched(features, bottom: float, bottom_width: float, top: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    center, width, share = np.array(features).T

    def stretch(q):
        return bottom * np.log1p(q / bottom_width) + np.arcsinh((q[:, None] ** 4 - center) / width) @ share

    points, weights = _legendre(size)
    table = np.linspace(0.0, top**0.25, 400)
    s = stretch(table)
    wanted = s[0] + (s[-1] - s[0]) * 0.5 * (points + 1.0)
    q = np.interp(wanted, s, table)
    for _ in range(3):
        slope = bottom / (q + bottom_width) + 4 * q**3 * ((1 / np.hypot(q[:, None] ** 4 - center, width)) @ share)
        q = np.clip(q - (stretch(q) - wanted) / slope, 1e-6, table[-1])
    slope = bottom / (q + bottom_width) + 4 * q**3 * ((1 / np.hypot(q[:, None] ** 4 - center, width)) @ share)
    return q**4, 0.5 * (s[-1] - s[0]) * weights * 4 * q**3 / slope


@cache
def _legendre(size: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(size)


def by_eigh(mean_free_path: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Square root of diag(1/l^2) - root root^T, where l^2 root^2 sums to 1, by its eigenvectors."""
    eigenvalue, vector = np.linalg.eigh(np.diag(mean_free_path**-2) - np.outer(root, root))
    return (vector[:, 1:] * np.sqrt(eigenvalue[1:])) @ vector[:, 1:].T


def by_svd(mean_free_path: np.ndarray, root: np.ndarray) -> np.ndarray:
    """The same by the decay lengths: singular values of a factor of the pseudo-inverse."""
    null = mean_free_path**2 * root
    complement = np.linalg.qr((mean_free_path * root)[:, None], mode="complete")[0][:, 1:]
    factor = mean_free_path[:, None] * complement
    factor = factor - np.outer(null, null @ factor) / (null @ null)
    vector, length, _ = np.linalg.svd(factor, full_matrices=False)
    return (vector / length) @ vector.T


def _response(energy: np.ndarray, weight: np.ndarray, square_root: Callable) -> np.ndarray:
    velocity = np.sqrt(energy)
    thermal = 0.25 / (TEMPERATURE * np.cosh((energy - 1.0) / (2 * TEMPERATURE)) ** 2)
    collisions = thermal / np.sum(weight / velocity * thermal)
    root = np.sqrt(weight / velocity * collisions / energy)
    return np.outer(collisions / root, weight / energy / root) * square_root(velocity, root)


@cache
def _full_system():
    """The module tests/helpers/full_system.py, which shares nothing with jaxwire."""
    path = Path(__file__).parents[1] / "tests" / "helpers" / "full_system.py"
    spec = importlib.util.spec_from_file_location("full_system", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def full_system_current(center: float, width: float, size: int) -> float:
    """Current of one point by the full system, on a uniform grid of `size` nodes above the step (midpoints)."""
    full = _full_system()
    spacing = (1.0 + 20.0 * TEMPERATURE) / size
    above = spacing * (np.arange(size) + 0.5)
    n_below = round(VOLTAGE / spacing)  # both wires share their nodes if the step is a multiple of the spacing
    spacing_below = VOLTAGE / n_below
    below = spacing_below * (np.arange(n_below) + 0.5)
    left = full.Nodes(above, np.full(size, spacing))
    right = full.Nodes(
        np.concatenate([below, above + VOLTAGE]),
        np.concatenate([np.full(n_below, spacing_below), np.full(size, spacing)]),
    )

    def transmission(energy):
        return width**2 / ((energy - center) ** 2 + width**2)

    def without_the_last_equation(matrix, wanted):  # it follows from the others; the tests' least squares is slower
        return np.linalg.solve(matrix[:-1], wanted[:-1])

    return full.solve_full_system(
        transmission, left, right, full.Material(TEMPERATURE), without_the_last_equation
    ).current


def plain_lu(points: int, size: int) -> Callable[[], object]:
    """One call of `jax.numpy.linalg.solve` for a whole batch."""
    matrices = _matrices(points, size)
    solve = jax.jit(lambda matrix: jnp.linalg.solve(matrix, jnp.ones((*matrix.shape[:2], 1))))
    solve(matrices).block_until_ready()
    return lambda: solve(matrices)


def tuned_lu(points: int, size: int) -> Callable[[], object]:
    """The same as well as it can be done here: in micro-batches, one thread a core."""
    n = n_threads()
    share = -(-points // (n * MICRO_BATCH)) * MICRO_BATCH
    parts = [_matrices(share, size).reshape(-1, MICRO_BATCH, size, size) for _ in range(n)]
    solve = jax.jit(lambda stack: jax.lax.map(lambda m: jnp.linalg.solve(m, jnp.ones((*m.shape[:2], 1))), stack))
    return _in_threads(solve, parts)


def tuned_arithmetic(points: int, exponentials: int, divisions: int) -> Callable[[], object]:
    """As many exponentials and divisions a point, and a sum of each; in micro-batches, one thread a core."""
    n = n_threads()
    share = -(-points // (n * MICRO_BATCH))

    def one(start):
        x = jnp.linspace(0.1, 1.0, exponentials)[None, :] * start
        y = jnp.linspace(1.0, 2.0, divisions)[None, :] + start
        return jnp.sum(jnp.exp(-x), axis=1) + jnp.sum(1.0 / y, axis=1)

    work = jax.jit(lambda starts: jax.lax.map(one, starts))
    return _in_threads(work, [jnp.linspace(0.0, 1.0, share * MICRO_BATCH).reshape(share, MICRO_BATCH, 1)] * n)


def _matrices(points: int, size: int) -> jax.Array:
    noise = np.random.default_rng(0).normal(size=(points, size, size))
    return jnp.asarray(noise + 10.0 * np.eye(size))


def _in_threads(function: Callable, parts: list[jax.Array]) -> Callable[[], object]:
    pool = ThreadPoolExecutor(len(parts))
    function(parts[0]).block_until_ready()
    return lambda: list(pool.map(lambda part: function(part).block_until_ready(), parts))
