"""Single precision: what it costs in accuracy and gains in time.

    python -m benchmarks.single_precision [--points 4096] [--repeats 3]

Random points of the promised domain, for a resonance in several wires, at the default resolution. Errors of double and
single precision are against a far finer grid in double precision: of the current relative to itself, of potentials,
powers and profiles relative to the largest value at that point.
"""

from typing import Any

import numpy as np

import jaxwire as jw
from benchmarks.common import command, deviation, in_turn
from benchmarks.points import REFERENCE, sample
from jaxwire.precision import PRECISIONS
from jaxwire.single import IN_SINGLE

X = np.concatenate([-np.geomspace(0.01, 6.0, 8)[::-1], np.geomspace(0.01, 6.0, 8)])
CHECKED = 512
FACES = ("potential_left", "potential_right")
"""One of them may be zero, so that their errors are relative to the larger."""
DOT = jw.Lorentzian(1.0, 0.1)
WIRES = {
    "Lorentzian": jw.Wire(),
    "Kane band": jw.Wire(dispersion=jw.Kane(0.2)),
    "local screening 0.7": jw.Wire(screening=jw.LocalScreening(0.7)),
}


def _errors(found, exact) -> np.ndarray:
    """Largest error of each point, over all observables."""
    alone = [name for name in IN_SINGLE if name not in FACES]
    values = [[np.asarray(one[name], dtype=float) for one in (found, exact)] for name in alone]
    faces = [np.stack([np.asarray(one[name], dtype=float) for name in FACES], axis=-1) for one in (found, exact)]
    return np.max([deviation(*pair) for pair in (*values, faces)], axis=0)


def measure(points: int, repeats: int) -> list[dict[str, Any]]:
    table = sample(points, seed=5)
    return [row for name in WIRES for row in _compare(name, table, repeats)]


def _compare(name: str, table: list[dict[str, float]], repeats: int) -> list[dict[str, Any]]:
    """Both precisions of one wire."""

    def scan(observables, size, **settings):
        axes = {tuple(table[0]): tuple(np.array([row[key] for row in table[:size]]) for key in table[0])}
        more = {"x": X} if "heating" in observables else {}
        return jw.scan(DOT, WIRES[name], axes=axes, observables=list(observables), progress=False, **more, **settings)

    exact = scan(IN_SINGLE, CHECKED, resolution=REFERENCE)
    calls = {each: (lambda each=each: scan(["current"], len(table), precision=each)) for each in PRECISIONS}
    for call in calls.values():
        call()
    times = in_turn(calls, repeats)
    rows = []
    for precision, seconds in times.items():
        error = _errors(scan(IN_SINGLE, CHECKED, precision=precision), exact)
        row = {"name": name, "precision": precision, "microseconds": 1e6 * seconds / len(table)}
        row |= {"error_median": float(np.median(error)), "error_90_percent": float(np.quantile(error, 0.9))}
        rows.append(row | {"error_max": float(np.max(error)), "times_faster": times["double"] / seconds})
    return rows


if __name__ == "__main__":
    command("single_precision", __doc__, measure, points=4096, repeats=3)
