"""Throughput of scans: points per second of `jaxwire.scan` beside a NumPy loop and batched LU, with errors.

    python benchmarks/scans.py [--points 8192] [--repeats 3]

A map over (center, width) at the conditions of Fig. 3, 0.1 <= eps0 <= 2.6 and 0.01 <= Gamma <= 1. Every row says how
long a point takes, warm, and how wrong it is against a far finer grid. The rows of one run belong together: ratios
between them are the result, the times depend on the machine.

The NumPy loop is the same reduced method (physics.md, section 4) as a careful user would write it: modes by
`numpy.linalg.eigh` of the symmetric form, on 48 nodes above the step and 16 below, placed by the same stretching.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import jaxwire as jw

RESULTS = Path(__file__).parent / "results"
TEMPERATURE, VOLTAGE = 0.3, 0.4
CENTER, WIDTH = (0.1, 2.6), (0.01, 1.0)
RESOLUTIONS = ((80, 32), (64, 24), (60, 22))
REFERENCE = jw.Resolution(above=200, below=80)
LOOP_POINTS, CHECKED = 400, 512


def numpy_current(center: float, width: float, n_above: int = 48, n_below: int = 16) -> float:
    """Current of one point, by the reduced method in NumPy: constant relaxation time, neutral wire, V > 0."""
    t, v = TEMPERATURE, VOLTAGE
    features = [(1.0, 2.8 * t, 1.0), (1.0 - v, 2.8 * t, 1.0), (center, width, 1.25)]
    above, weight = _stretched(features, 3.0, 0.18, 1.0 + 32.0 * t, n_above)
    below, below_weight = _stretched(features[:1], 1.1, 0.18 * v**0.25, v, n_below)
    lower, lower_weight = np.concatenate([below, above + v]), np.concatenate([below_weight, weight])
    response = 0.5 * (_response(above, weight) + _response(lower, lower_weight)[n_below:, n_below:])
    transmission = width**2 / ((above - center) ** 2 + width**2)
    matrix = np.diag(1.0 - transmission) + response * transmission
    source = 1.0 / (np.exp((above - 1.0) / t) + 1.0) - 1.0 / (np.exp((above + v - 1.0) / t) + 1.0)
    return float(weight @ (transmission * np.linalg.solve(matrix, source)))


def _stretched(features, bottom: float, bottom_width: float, top: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    center, width, share = np.array(features).T

    def stretch(q):
        return bottom * np.log1p(q / bottom_width) + np.arcsinh((q[:, None] ** 4 - center) / width) @ share

    points, weights = np.polynomial.legendre.leggauss(size) if size not in _RULES else _RULES[size]
    _RULES[size] = points, weights
    table = np.linspace(0.0, top**0.25, 400)
    s = stretch(table)
    wanted = s[0] + (s[-1] - s[0]) * 0.5 * (points + 1.0)
    q = np.interp(wanted, s, table)
    for _ in range(3):
        slope = bottom / (q + bottom_width) + 4 * q**3 * ((1 / np.hypot(q[:, None] ** 4 - center, width)) @ share)
        q = np.clip(q - (stretch(q) - wanted) / slope, 1e-6, table[-1])
    slope = bottom / (q + bottom_width) + 4 * q**3 * ((1 / np.hypot(q[:, None] ** 4 - center, width)) @ share)
    return q**4, 0.5 * (s[-1] - s[0]) * weights * 4 * q**3 / slope


_RULES: dict[int, tuple[np.ndarray, np.ndarray]] = {}


def _response(energy: np.ndarray, weight: np.ndarray) -> np.ndarray:
    velocity = np.sqrt(energy)
    thermal = 0.25 / (TEMPERATURE * np.cosh((energy - 1.0) / (2 * TEMPERATURE)) ** 2)
    collisions = thermal / np.sum(weight / velocity * thermal)
    root = np.sqrt(weight / velocity * collisions / energy)
    eigenvalue, vector = np.linalg.eigh(np.diag(1.0 / energy) - np.outer(root, root))
    shape = vector[:, 1:] / root[:, None]
    return np.outer(collisions, weight / energy) * ((shape * np.sqrt(eigenvalue[1:])) @ shape.T)


def grid(points: int) -> dict[str, np.ndarray]:
    """Axes of a map with about this many points."""
    n_width = 2 ** int(np.log2(np.sqrt(points)))
    return {"center": np.linspace(*CENTER, points // n_width), "width": np.geomspace(*WIDTH, n_width)}


def seconds(function: Callable[[], object], repeats: int) -> float:
    """Best time of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def measure(points: int, repeats: int) -> list[dict]:
    axes = grid(points)
    size = len(axes["center"]) * len(axes["width"])
    pairs = np.stack(np.meshgrid(*axes.values(), indexing="ij"), axis=-1).reshape(-1, 2)
    checked = np.linspace(0, size - 1, CHECKED, dtype=int)
    exact = _scan({("center", "width"): tuple(pairs[checked].T)}, ["current", "spots"], REFERENCE)
    loop = np.linspace(0, size - 1, LOOP_POINTS, dtype=int)
    rows = []

    def row(name: str, time_of_all: float, count: int, **more) -> None:
        rows.append({"name": name, "microseconds": 1e6 * time_of_all / count, "points": count, **more})

    def run_loop():
        return [numpy_current(*pair) for pair in pairs[loop]]

    matrices = jnp.asarray(np.random.default_rng(0).normal(size=(size, 48, 48)) + 10.0 * np.eye(48))
    solve = jax.jit(lambda matrix: jnp.linalg.solve(matrix, jnp.ones((*matrix.shape[:2], 1))))
    solve(matrices).block_until_ready()
    found = np.array([numpy_current(*pair) for pair in pairs[checked]])
    row("numpy loop 48+16", seconds(run_loop, repeats), LOOP_POINTS, **_errors(found, exact.current.values))
    row("batched LU 48x48", seconds(lambda: solve(matrices).block_until_ready(), repeats), size)
    for resolution in RESOLUTIONS:
        for observables in (["current"], ["current", "spots"]):
            name = f"scan {' + '.join(observables)} {resolution[0]}+{resolution[1]}"
            start = time.perf_counter()
            ds = _scan(axes, observables, jw.Resolution(*resolution))
            first = time.perf_counter() - start
            warm = seconds(lambda: _scan(axes, observables, jw.Resolution(*resolution)), repeats)  # noqa: B023
            errors = _errors(ds.current.values.ravel()[checked], exact.current.values)
            if "spots" in observables:
                errors |= _spot_errors(ds, exact, checked)
            row(name, warm, size, first_call_seconds=first, **errors)
    loop_time, floor = rows[0]["microseconds"], rows[1]["microseconds"]
    for one in rows:
        one["times_numpy_loop"] = loop_time / one["microseconds"]
        one["share_of_lu"] = floor / one["microseconds"]
    return rows


def _scan(axes, observables, resolution):
    return jw.scan(
        jw.Lorentzian(1.0, 0.1),
        axes=axes,
        temperature=TEMPERATURE,
        voltage=VOLTAGE,
        observables=observables,
        resolution=resolution,
        progress=False,
    )


def _errors(found: np.ndarray, exact: np.ndarray) -> dict[str, float]:
    error = np.abs(found / exact - 1.0)
    return {"error_90_percent": float(np.quantile(error, 0.9)), "error_max": float(error.max())}


def _spot_errors(ds, exact, checked) -> dict[str, float]:
    """Errors of spots that either grid gives a prominence above 1e-3; share of them that both have."""
    exists, there = (one.spot_exists.values.reshape(-1, 2) for one in (ds, exact))
    prominence = [np.nan_to_num(one.spot_prominence.values.reshape(-1, 2)) for one in (ds, exact)]
    clear = (np.maximum(prominence[0][checked], prominence[1])) > 1e-3
    both = clear & exists[checked] & there
    position, heating = (
        np.abs(ds[name].values.reshape(-1, 2)[checked] / exact[name].values - 1.0)[both]
        for name in ("spot_position", "spot_heating")
    )
    return {
        "spots_found_by_both": float(both.sum() / max(1, clear.sum())),
        "spot_position_error_max": float(position.max()),
        "spot_heating_error_max": float(heating.max()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=8192)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    rows = measure(options.points, options.repeats)
    machine = {
        "device": str(jax.devices()[0]),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in ("jaxwire", "jax", "jaxlib", "numpy")},
    }
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "scans.json").write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
