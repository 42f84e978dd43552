"""Work against precision of one solve: error and time of `jaxwire.solve` at several resolutions.

    python -m benchmarks.work_precision [--points 24] [--seed 7]

Errors are against a far finer grid, over random points of the promised domain; times are warm, eager,
one point at a time. Every row of benchmarks/results/work_precision.json carries both, and the machine it was run on.
"""

import numpy as np

import jaxwire as jw
from benchmarks.common import once, options, store
from benchmarks.points import sample

RESOLUTIONS = [(24, 12), (32, 16), (48, 20), (64, 24), (80, 32), (112, 44), (160, 64)]
DEFAULT = tuple(jw.Resolution())
REFERENCE = jw.Resolution(above=260, below=120)
REPEATS = 10
POSITIONS = np.concatenate([-np.geomspace(0.05, 10.0, 8), np.geomspace(0.05, 10.0, 8)])


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


def measure(points: list[dict[str, float]], exact: list[np.ndarray], resolution: jw.Resolution) -> dict:
    """One row: errors over all points, and the median over them of the best time of a warm solve."""
    errors, estimates, times = [], [], {False: [], True: []}
    for point, reference in zip(points, exact, strict=True):
        sol = solve(point, resolution, error_estimate=True)
        errors.append(np.max(np.abs(observe(sol) / reference - 1.0)))
        estimates.append(float(sol.error_estimate))
        for with_estimate in times:
            call = lambda point=point, flag=with_estimate: solve(point, resolution, flag).current  # noqa: E731
            once(call)
            times[with_estimate].append(min(once(call) for _ in range(REPEATS)))
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


def main() -> None:
    given = options(__doc__, points=24, seed=7)
    points = sample(given.points, given.seed)
    exact = [observe(solve(point, REFERENCE, error_estimate=False)) for point in points]
    rows = [measure(points, exact, jw.Resolution(*resolution)) for resolution in RESOLUTIONS]
    store("work_precision", rows, given.output, points=given.points, seed=given.seed)


if __name__ == "__main__":
    main()
