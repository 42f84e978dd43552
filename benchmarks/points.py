"""The operating points of the benchmarks: a map at the conditions of Fig. 3, random points of the domain."""

from typing import Any

import numpy as np

import jaxwire as jw

TEMPERATURE, VOLTAGE = 0.3, 0.4
DOT = jw.Lorentzian(1.0, 0.1)
CENTER, WIDTH = (0.1, 2.6), (0.01, 1.0)
REFERENCE = jw.Resolution(above=200, below=80)
"""A grid so fine that its errors, below 1e-11, do not count."""


def grid(points: int) -> dict[str, np.ndarray]:
    """Axes of a map with about this many points over the resonance and its width."""
    n_width = 2 ** int(np.log2(np.sqrt(points)))
    return {"center": np.linspace(*CENTER, max(1, points // n_width)), "width": np.geomspace(*WIDTH, n_width)}


def pairs(axes: dict[str, np.ndarray]) -> np.ndarray:
    """All points of a map, in C order, shape (n, 2)."""
    return np.stack(np.meshgrid(*axes.values(), indexing="ij"), axis=-1).reshape(-1, 2)


def scan(axes: Any, observables: list[str], resolution: jw.Resolution, **options: Any):
    """Scan a map at the conditions of Fig. 3."""
    given: dict[str, Any] = {"temperature": TEMPERATURE, "voltage": VOLTAGE} | options
    return jw.scan(DOT, axes=axes, observables=observables, resolution=resolution, progress=False, **given)


def sample(count: int, seed: int) -> list[dict[str, float]]:
    """Random operating points of the promised domain, half of their widths and temperatures on a logarithmic scale."""
    rng = np.random.default_rng(seed)
    points = []
    for index in range(count):
        width, temperature = rng.uniform([0.01, 0.03], [1.0, 1.0])
        if index % 2:
            width, temperature = np.exp(rng.uniform(np.log([0.01, 0.03]), 0.0))
        numbers = {"center": rng.uniform(0.1, 2.6), "width": width, "temperature": temperature}
        points.append(numbers | {"voltage": rng.uniform(0.0, 1.6)})
    return points
