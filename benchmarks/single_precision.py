"""Single precision: what it costs in accuracy and gains in time.

    python -m benchmarks.single_precision [--points 4096] [--repeats 3]

Random points of the promised domain, for a resonance in several wires, at the default resolution. Errors of double and
single precision are against a far finer grid in double precision: of the current relative to itself, of potentials,
powers and profiles relative to the largest value at that point.
"""

from typing import Any

import numpy as np

import jaxwire as jw
from benchmarks.common import in_turn, options, store
from benchmarks.points import REFERENCE, sample
from jaxwire.precision import PRECISIONS
from jaxwire.request import IN_SINGLE

X = np.concatenate([-np.geomspace(0.01, 6.0, 8)[::-1], np.geomspace(0.01, 6.0, 8)])
CHECKED = 512
RESONANCE = {"center": "center", "width": "width"}
CASES = {
    "Lorentzian": (jw.Lorentzian(1.0, 0.1), jw.Wire(), RESONANCE),
    "Kane band": (jw.Lorentzian(1.0, 0.1), jw.Wire(dispersion=jw.Kane(0.2)), RESONANCE),
    "local screening 0.7": (jw.Lorentzian(1.0, 0.1), jw.Wire(screening=jw.LocalScreening(0.7)), RESONANCE),
}
"""Scatterer, wire, and which of its numbers take the values of which random number."""


def _errors(found, exact) -> np.ndarray:
    """Largest error of each point, over all observables."""
    worst = np.zeros(exact.current.shape)
    for name in IN_SINGLE:
        values, reference = (np.asarray(one[name], dtype=float).reshape(len(worst), -1) for one in (found, exact))
        error = np.max(np.abs(values[: len(worst)] - reference), axis=1) / np.max(np.abs(reference), axis=1)
        worst = np.maximum(worst, error)
    return worst


def measure(points: int, repeats: int) -> list[dict[str, Any]]:
    table = sample(points, seed=5)
    return [row for name in CASES for row in _compare(name, table, repeats)]


def _compare(name: str, table: list[dict[str, float]], repeats: int) -> list[dict[str, Any]]:
    """Both precisions of one case."""
    scatterer, wire, varied = CASES[name]
    sources = varied | {"temperature": "temperature", "voltage": "voltage"}

    def scan(observables, size, **settings):
        axes = {tuple(sources): tuple(np.array([row[source] for row in table[:size]]) for source in sources.values())}
        more = {"x": X} if "heating" in observables else {}
        return jw.scan(scatterer, wire, axes=axes, observables=list(observables), progress=False, **more, **settings)

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


def main() -> None:
    given = options(__doc__, points=4096, repeats=3)
    store("single_precision", measure(given.points, given.repeats), given.output, points=given.points)


if __name__ == "__main__":
    main()
