"""Random points far beyond the promised domain: what is wrong says so, and how often what is right is doubted.

    python -m benchmarks.wide_domain                 # 10,000 points: five minutes on one core
    python -m benchmarks.wide_domain --points 200    # of each scatterer

Temperatures from 0.005 to 2.5, voltages up to 3.3 of either sign, five scatterers with features down to 1e-4. Errors
are those of current, potentials and heating at |x| >= 0.05, against a grid three times as fine; potentials and profiles
are judged by their largest value.
"""

import argparse

import numpy as np

import jaxwire as jw
from benchmarks.common import commit, today, write
from jaxwire.solver.status import Outcome

SEED = 1027
POINTS = 2000
X = (-3.0, -1.0, -0.3, -0.05, 0.05, 0.3, 1.0, 3.0)
KEPT = ("current", "potential_left", "potential_right", "heating")
REFERENCE = jw.Resolution(260, 100)
WRONG, RIGHT = 1e-4, 1e-5
"""Errors above the first want a flag; flags of errors below the second are false alarms."""


def uniform(low, high):
    """How a number is drawn."""
    return lambda rng, count: rng.uniform(low, high, count)


def logarithmic(low, high):
    """How a number is drawn evenly by its logarithm."""
    return lambda rng, count: np.exp(rng.uniform(np.log(low), np.log(high), count))


SCATTERERS = {
    "Lorentzian": (jw.Lorentzian(1.0, 0.1), {"center": uniform(0.05, 4.0), "width": logarithmic(1e-4, 2.0)}),
    "DoubleBarrier": (
        jw.DoubleBarrier(0.1, 0.1, 5.0, 0.0),
        {
            "left": logarithmic(1e-4, 0.95),
            "right": logarithmic(1e-4, 0.95),
            "separation": uniform(0.5, 20.0),
            "phase": uniform(-7.0, 7.0),
        },
    ),
    "TunnelBarrier": (jw.TunnelBarrier(1.0, 0.1), {"height": uniform(0.05, 4.0), "decay": logarithmic(1e-4, 1.0)}),
    "RectangularBarrier": (jw.RectangularBarrier(1.0, 1.0), {"height": uniform(-1.0, 4.0), "length": uniform(0.1, 15)}),
    "Constant": (jw.Constant(0.5), {"value": logarithmic(1e-6, 0.999)}),
}
OPERATING_POINT = {
    "temperature": logarithmic(0.005, 2.5),
    "voltage": lambda rng, count: rng.choice([-1, 1], count) * logarithmic(1e-3, 3.3)(rng, count),
}


def largest_error(found, exact):
    """Relative error of every point, NaN where either has no values."""
    errors = [np.abs(found.current / exact.current - 1.0).values]
    errors[0] = np.where((found.current == 0) & (exact.current == 0), 0.0, errors[0])
    for names in (KEPT[1:3], KEPT[3:]):
        pairs = [
            (found[name].values.reshape(found.current.size, -1), exact[name].values.reshape(found.current.size, -1))
            for name in names
        ]
        values, right = (np.concatenate(part, axis=1) for part in zip(*pairs, strict=True))
        errors.append(np.max(np.abs(values - right), axis=1) / np.max(np.abs(right), axis=1))
    return np.max(errors, axis=0)


def measure(name, count):
    """The row of one scatterer, and its points."""
    scatterer, drawn = SCATTERERS[name]
    rng = np.random.default_rng([SEED, list(SCATTERERS).index(name)])
    columns = {axis: draw(rng, count) for axis, draw in {**drawn, **OPERATING_POINT}.items()}
    axes = {tuple(columns): tuple(columns.values())}
    found = jw.scan(scatterer, axes=axes, x=X, observables=[*KEPT, "error_estimate"], progress=False)
    exact = jw.scan(scatterer, axes=axes, x=X, observables=KEPT, resolution=REFERENCE, progress=False)
    status, error = found.status.values, largest_error(found, exact)
    is_solved, is_doubted = status == Outcome.SOLVED, status == Outcome.INACCURATE
    has_values = (is_solved | is_doubted) & np.isfinite(error)
    wrong = has_values & is_solved & (error > WRONG)
    return {
        "scatterer": name,
        "points": count,
        "solved": int(np.sum(is_solved)),
        "inaccurate": int(np.sum(is_doubted)),
        "without_values": int(np.sum(~(is_solved | is_doubted))),
        "cannot_be_compared": int(np.sum((is_solved | is_doubted) & ~has_values)),
        "false_alarms": int(np.sum(has_values & is_doubted & (error < RIGHT))),
        "wrong_without_flag": int(np.sum(wrong)),
        "largest_error_without_flag": float(np.max(error, where=has_values & is_solved, initial=0.0)),
        "share_of_honest_estimates": float(np.mean(error[has_values] <= found.error_estimate.values[has_values])),
    }


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=POINTS)
    count = parser.parse_args().points
    rows = []
    for name in SCATTERERS:
        rows.append(measure(name, count) | {"commit": commit(), "date": today()})
        print(rows[-1], flush=True)
    if count == POINTS:
        write("wide_domain", rows)


if __name__ == "__main__":
    main()
