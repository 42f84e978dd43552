"""Single precision: what it costs in accuracy and gains in time.

    python -m benchmarks.single_precision [--points 2048] [--repeats 2]

Random points of the promised domain, for all scatterers in the paper's wire and a resonance in other wires, at the
default resolution. Errors of double and single precision are against a far finer grid in double precision, at the
points that single precision tells; times are those of the current alone.
"""

from typing import Any

import numpy as np
import xarray as xr

import jaxwire as jw
from benchmarks.common import command, in_turn
from benchmarks.points import REFERENCE
from benchmarks.random_points import SCATTERERS, WIRES, Columns, Model, draw
from jaxwire import status
from jaxwire.precision import PRECISIONS
from jaxwire.single import IN_SINGLE

X = np.concatenate([-np.geomspace(0.01, 6.0, 8)[::-1], np.geomspace(0.01, 6.0, 8)])
CHECKED = 512
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
    found = {each: scan(model, checked, precision=each) for each in PRECISIONS}
    is_told = found["single"]["status"].values == 0
    rows = []
    for precision, seconds in times.items():
        each = errors(found[precision], exact, checked["voltage"])
        error = np.max(list(each.values()), axis=0)[is_told]
        row = {"name": name, "precision": precision, "microseconds": 1e6 * seconds / points}
        row |= {"error_median": float(np.median(error)), "error_90_percent": float(np.quantile(error, 0.9))}
        row |= {"error_max": float(np.max(error)), "times_faster": times["double"] / seconds}
        rows.append(row | {"imprecise": float(np.mean(found[precision]["status"].values == status.IMPRECISE))})
    return rows


if __name__ == "__main__":
    command("single_precision", __doc__, measure, points=2048, repeats=2)
