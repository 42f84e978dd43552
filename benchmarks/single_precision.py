"""Single precision: what it costs in accuracy and gains in time.

    python -m benchmarks.single_precision [--points 2048] [--repeats 2]

Random points of the promised domain, for all scatterers in the paper's wire and a resonance in other wires, at the
default resolution. Errors of double and single precision are against a far finer grid in double precision, at the
points that single precision tells; rounding is the difference of the two on the same grid, at more points. Times are
those of the current alone.
"""

from typing import Any

import numpy as np
import xarray as xr

import jaxwire as jw
from benchmarks.common import command, in_turn
from benchmarks.points import REFERENCE
from benchmarks.random_points import SCATTERERS, WIRES, Columns, Model, draw
from jaxwire.numerics.precision import PRECISIONS
from jaxwire.scans.single_precision import IN_SINGLE
from jaxwire.solver.status import Outcome

X = np.concatenate([-np.geomspace(0.01, 6.0, 8)[::-1], np.geomspace(0.01, 6.0, 8)])
CHECKED = 256
FACES = ("potential_left", "potential_right")
MODELS = SCATTERERS | WIRES


def scan(model: Model, columns: Columns, observables: tuple[str, ...] = IN_SINGLE, **settings: Any) -> xr.Dataset:
    """Scan points of one model."""
    more = {"x": X} if "heating" in observables else {}
    axes = {tuple(columns): tuple(columns.values())}
    given = {"axes": axes, "observables": list(observables), "progress": False} | more | settings
    return jw.scan(model.scatterer, model.wire, **given)


def errors(found: xr.Dataset, exact: xr.Dataset, voltage: np.ndarray) -> dict[str, np.ndarray]:
    """Error of each observable at every point, relative to its largest value there.

    Potentials at the faces, either of which may vanish, are relative to the larger one; the total voltage, which may
    vanish too, to the largest of these and the voltage.
    """
    faces = np.stack([np.abs(exact[name]) for name in FACES], axis=1)
    scales = dict.fromkeys(FACES, faces) | {"total_voltage": np.column_stack([faces, np.abs(voltage)])}
    result = {}
    for name in IN_SINGLE:
        one, other = (np.asarray(each[name], dtype=float).reshape(len(voltage), -1) for each in (found, exact))
        scale = scales.get(name, np.abs(other))
        result[name] = np.max(np.abs(one - other), axis=1) / np.max(scale, axis=1)
    return result


def measure(points: int, repeats: int) -> list[dict[str, Any]]:
    return [row for name in MODELS for row in _compare(name, points, repeats)]


def _compare(name: str, points: int, repeats: int) -> list[dict[str, Any]]:
    """Both precisions of one model."""
    model = MODELS[name]
    columns = draw(model, points, seed=5)
    checked = {key: column[:CHECKED] for key, column in columns.items()}
    exact = scan(model, checked, resolution=REFERENCE)
    calls = {each: (lambda each=each: scan(model, columns, ("current",), precision=each)) for each in PRECISIONS}
    for call in calls.values():
        call()
    times = in_turn(calls, repeats)
    found = {each: scan(model, columns, precision=each) for each in PRECISIONS}
    is_told = found["single"]["status"].values == Outcome.SOLVED
    rounding = _largest(found["single"], found["double"], columns)[is_told]
    rows = []
    for precision, seconds in times.items():
        some = found[precision].isel({found[precision]["status"].dims[0]: slice(CHECKED)})
        error = _largest(some, exact, checked)[is_told[:CHECKED]]
        row = {"name": name, "precision": precision, "microseconds": 1e6 * seconds / points}
        row |= {"error_median": float(np.median(error)), "error_90_percent": float(np.quantile(error, 0.9))}
        rows.append(row | {"error_max": float(np.max(error)), "times_faster": times["double"] / seconds})
    rows[-1] |= {"rounding_90_percent": float(np.quantile(rounding, 0.9)), "rounding_max": float(np.max(rounding))}
    rows[-1] |= {"imprecise": float(np.mean(~is_told))}
    return rows


def _largest(found: xr.Dataset, exact: xr.Dataset, columns: Columns) -> np.ndarray:
    """Largest error of each point, over all observables."""
    with np.errstate(invalid="ignore"):
        return np.max(list(errors(found, exact, columns["voltage"]).values()), axis=0)


if __name__ == "__main__":
    command("single_precision", __doc__, measure, points=2048, repeats=2)
