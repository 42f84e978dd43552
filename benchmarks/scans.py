"""Throughput of scans: time of a point of `jaxwire.scan` beside other ways to it and beside floors, with errors.

    python -m benchmarks.scans [--points 8192] [--repeats 3]

A map over (center, width) at the conditions of Fig. 3, 0.1 <= eps0 <= 2.6 and 0.01 <= Gamma <= 1. Every row says how
long a point takes, warm, and how wrong it is against a far finer grid. The rows of one run belong together: ratios
between them are the result, the times depend on the machine. The peers and floors are in `benchmarks.peers`.
"""

from functools import partial
from typing import Any

import numpy as np

import jaxwire as jw
from benchmarks import peers
from benchmarks.common import burst, in_turn, once, options, relative_errors, store
from benchmarks.points import REFERENCE, grid, pairs, scan
from jaxwire.kinetics.resolvents.wavenumbers import sampling_for

RESOLUTIONS = ((80, 32), (64, 24), (60, 22), (56, 20))
LOOPS = {
    "eigh 48+16": (48, 16, peers.by_eigh),
    "SVD 48+16": (48, 16, peers.by_svd),
    "SVD 64+24": (64, 24, peers.by_svd),
}
FULL_SYSTEM = (100, 200, 400)
GOOD = 1e-6
"""Error that a peer may have at most where scans are compared with it; the full system has none so small."""
LOOP_POINTS, FULL_POINTS, CHECKED = 200, 6, 512
BATCHES = (1, 10, 100, 1_000, 10_000, 100_000)
LAST = 1_000_000
SMALLER = (64, 24)
BURST = 30_000
"""Points to be solved before a time is believed."""


def against_peers(points: int, repeats: int) -> list[dict[str, Any]]:
    """Scans at several resolutions, the loop in NumPy, the full system, the floors."""
    axes = grid(points)
    all_pairs = pairs(axes)
    checked = np.linspace(0, len(all_pairs) - 1, CHECKED, dtype=int)
    exact = scan({("center", "width"): tuple(all_pairs[checked].T)}, ["current", "spots"], REFERENCE)
    loop_pairs = all_pairs[checked[:: CHECKED // LOOP_POINTS]]
    loop_exact = exact.current.values[:: CHECKED // LOOP_POINTS]
    rows: list[dict[str, Any]] = []
    calls: dict[str, Any] = {}

    def add(name: str, call, count: int, **more: Any) -> None:
        calls[name] = call
        rows.append({"name": name, "points": count, **more})

    for name, size in LOOPS.items():
        found = [peers.numpy_current(*pair, *size) for pair in loop_pairs]
        errors = relative_errors(found, loop_exact)
        call = lambda size=size: [peers.numpy_current(*pair, *size) for pair in loop_pairs]  # noqa: E731
        add(f"NumPy loop, {name}", call, len(loop_pairs), kind="loop", **errors)
    few = slice(None, None, len(loop_pairs) // FULL_POINTS)
    for size in FULL_SYSTEM:
        found = [peers.full_system_current(*pair, size) for pair in loop_pairs[few]]
        call = lambda size=size: [peers.full_system_current(*pair, size) for pair in loop_pairs[few]]  # noqa: E731
        errors = relative_errors(found, loop_exact[few])
        add(f"full system, uniform {size}", call, len(found), kind="full", **errors)
    for above, below in RESOLUTIONS:
        resolution = jw.Resolution(above, below)
        floors = {
            "lu": f"batched LU {above}x{above}, one call",
            "tuned_lu": f"batched LU {above}x{above}, tuned",
            "arithmetic": f"exponentials and divisions {above}+{below}",
        }
        add(floors["lu"], peers.plain_lu(points, above), points, kind="floor")
        add(floors["tuned_lu"], peers.tuned_lu(points, above), points, kind="floor")
        divisions = 2 * sampling_for(jw.Wire(), resolution).size * (above + below)
        arithmetic = peers.tuned_arithmetic(points, 4 * (above + below), divisions)
        add(floors["arithmetic"], arithmetic, points, kind="floor")
        for observables in (["current"], ["current", "spots"]):
            call = lambda observables=observables, resolution=resolution: scan(axes, observables, resolution)  # noqa: E731
            first, ds = once(call), call()
            errors = relative_errors(ds.current.values.ravel()[checked], exact.current.values)
            if "spots" in observables:
                errors |= _spot_errors(ds, exact, checked)
            name = f"scan {' + '.join(observables)} {above}+{below}"
            add(name, call, len(all_pairs), kind="scan", first_call_seconds=first, **errors, **floors)
    times = in_turn(calls, repeats)
    microseconds = {row["name"]: 1e6 * times[row["name"]] / row["points"] for row in rows}
    loop = min(microseconds[row["name"]] for row in rows if row["kind"] == "loop" and row["error_max"] <= GOOD)
    full = microseconds[f"full system, uniform {FULL_SYSTEM[-1]}"]

    def with_ratios(row: dict[str, Any]) -> dict[str, Any]:
        time = microseconds[row["name"]]
        more = {"microseconds": time}
        if row["kind"] == "scan":
            more |= {"times_numpy_loop": loop / time, "times_full_system": full / time}
            more |= {f"share_of_{floor}": microseconds[row[floor]] / time for floor in ("lu", "tuned_lu", "arithmetic")}
        return row | more

    return [with_ratios(row) for row in rows]


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
        "spot_position_error_90_percent": float(np.quantile(position, 0.9)),
        "spot_position_error_max": float(position.max()),
        "spot_heating_error_90_percent": float(np.quantile(heating, 0.9)),
        "spot_heating_error_max": float(heating.max()),
    }


def against_points(last: int, repeats: int) -> list[dict[str, Any]]:
    """Time of a point against the number of points of one call, current alone, on the default grid and a smaller one.

    Small scans are called many times, and their mean is taken; all sizes take turns: a busy moment of the machine is to
    meet all alike.
    """
    rows, repeated, bursts = [], [], {}
    for above, below in SMALLER, jw.Resolution():
        for count in (*BATCHES, last):
            axes, resolution = grid(count), jw.Resolution(above, below)
            size = len(pairs(axes))
            call = partial(scan, axes, ["current"], resolution)
            once(call)
            repeated.append(min(50, max(1, BURST // size)))
            bursts[len(rows)] = partial(burst, call, repeated[-1])
            checked = np.unique(np.linspace(0, size - 1, 64, dtype=int))
            some = {("center", "width"): tuple(pairs(axes)[checked].T)}  # the same numbers, to rounding, as in the map
            found, exact = (scan(some, ["current"], each).current.values for each in (resolution, REFERENCE))
            rows.append({"nodes": f"{above}+{below}", "points": size, **relative_errors(found, exact)})
    seconds = in_turn(bursts, repeats).values()
    for row, whole, times in zip(rows, seconds, repeated, strict=True):
        row["microseconds"] = 1e6 * whole / times / row["points"]
    return rows


def main() -> None:
    given = options(__doc__, points=8192, repeats=3, last=LAST)
    rows = against_peers(given.points, given.repeats)
    store("scans", rows, given.output, by_points=against_points(given.last, given.repeats))


if __name__ == "__main__":
    main()
