"""Work against precision of one solve: error and time of `jaxwire.solve` at several resolutions.

    python benchmarks/work_precision.py [--points 24] [--seed 7]

Errors are against a far finer grid, over random points of the promised domain; times are warm, eager,
one point at a time. Every row of benchmarks/results/work_precision.json carries both, and the machine it was run on.
"""

import argparse
import json
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

import jax
import numpy as np

import jaxwire as jw

RESULTS = Path(__file__).parent / "results"
RESOLUTIONS = [(24, 12), (32, 16), (48, 20), (64, 24), (80, 32), (112, 44), (160, 64)]
DEFAULT = tuple(jw.Resolution())
REFERENCE = jw.Resolution(above=260, below=120)
REPEATS = 10
POSITIONS = np.concatenate([-np.geomspace(0.05, 10.0, 8), np.geomspace(0.05, 10.0, 8)])


def sample_points(count: int, seed: int) -> list[dict[str, float]]:
    """Random operating points of the promised domain, half of their widths and temperatures on a logarithmic scale."""
    rng = np.random.default_rng(seed)
    points = []
    for index in range(count):
        width, temperature = rng.uniform([0.01, 0.03], [1.0, 1.0])
        if index % 2:
            width, temperature = np.exp(rng.uniform(np.log([0.01, 0.03]), 0.0))
        points.append(
            {
                "center": rng.uniform(0.1, 2.6),
                "width": width,
                "temperature": temperature,
                "voltage": rng.uniform(0.0, 1.6),
            }
        )
    return points


def solve(point: dict[str, float], resolution: jw.Resolution, error_estimate: bool) -> jw.Solution:
    dot = jw.Lorentzian(point["center"], point["width"])
    return jw.solve(
        dot,
        temperature=point["temperature"],
        voltage=point["voltage"],
        resolution=resolution,
        error_estimate=error_estimate,
    )


def observe(sol: jw.Solution) -> np.ndarray:
    """Current, potentials and heating, the numbers whose errors are reported."""
    scalars = [sol.current, sol.potential_left, sol.potential_right]
    return np.concatenate([np.asarray(scalars), np.asarray(sol.heating(POSITIONS).total)])


def _seconds(point: dict[str, float], resolution: jw.Resolution, error_estimate: bool) -> float:
    start = time.perf_counter()
    jax.block_until_ready(solve(point, resolution, error_estimate).current)
    return time.perf_counter() - start


def measure(points: list[dict[str, float]], exact: list[np.ndarray], resolution: jw.Resolution) -> dict:
    """One row: errors over all points, and the median over them of the best time of a warm solve."""
    errors, estimates, times = [], [], {False: [], True: []}
    for point, reference in zip(points, exact, strict=True):
        sol = solve(point, resolution, error_estimate=True)
        errors.append(np.max(np.abs(observe(sol) / reference - 1.0)))
        estimates.append(float(sol.error_estimate))
        for with_estimate in times:
            jax.block_until_ready(solve(point, resolution, with_estimate).current)
            times[with_estimate].append(min(_seconds(point, resolution, with_estimate) for _ in range(REPEATS)))
    errors, estimates = np.asarray(errors), np.asarray(estimates)
    return {
        "above": resolution.above,
        "below": resolution.below,
        "is_default": tuple(resolution) == DEFAULT,
        "error_median": float(np.median(errors)),
        "error_90_percent": float(np.quantile(errors, 0.9)),
        "error_max": float(errors.max()),
        "estimate_bounds_error": float(np.mean(estimates >= errors)),
        "milliseconds": 1e3 * float(np.median(times[False])),
        "milliseconds_with_estimate": 1e3 * float(np.median(times[True])),
    }


def draw(rows: list[dict], path: Path) -> None:
    """Picture of error against time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.0, 3.6), layout="constrained")
    axes = figure.subplots()
    for key, label, marker in (("error_median", "median", "o"), ("error_max", "worst point", "s")):
        axes.loglog([row["milliseconds"] for row in rows], [row[key] for row in rows], marker + "-", label=label)
    for row in rows:
        axes.annotate(f"{row['above']}+{row['below']}", (row["milliseconds"], row["error_max"]), fontsize=7)
    axes.set_xlabel("time of one warm eager solve (ms)")
    axes.set_ylabel("relative error (I, potentials, heating)")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    points = sample_points(options.points, options.seed)
    exact = [observe(solve(point, REFERENCE, error_estimate=False)) for point in points]
    rows = [measure(points, exact, jw.Resolution(*resolution)) for resolution in RESOLUTIONS]
    machine = {
        "device": str(jax.devices()[0]),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in ("jaxwire", "jax", "jaxlib", "numpy")},
    }
    options.output.mkdir(parents=True, exist_ok=True)
    result = {"machine": machine, "points": options.points, "seed": options.seed, "rows": rows}
    (options.output / "work_precision.json").write_text(json.dumps(result, indent=2) + "\n")
    draw(rows, options.output / "work_precision.png")
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
