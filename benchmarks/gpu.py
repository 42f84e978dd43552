"""Everything about a GPU in one run of four minutes: are its numbers those of a CPU, how fast, beside what.

    python -m benchmarks gpu                                     # on a machine with an NVIDIA GPU
    python -m benchmarks.gpu [--seconds 330] [--output FOLDER]   # the same with options
    python -m benchmarks.gpu --reference                         # on a CPU: make the numbers to compare with anew

First the programs that are to be timed solve the points of results/gpu_reference.npz. If one of them differs from the
CPU by more than its tolerance, the run ends there, with exit code 1. Then come the rows, in the order of importance:
none is begun after `--seconds`; one that fails says why, and the others go on (exit code 1 in the end). The file is
written anew after every row, so that a run that is cut off keeps what it has. Without a GPU the exit code is 2.

Times are of programs that are compiled, the best of several calls; the first call stands beside them. It is short where
a row above has compiled the program. Maps are at the conditions of Fig. 3.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np

import jaxwire as jw
from benchmarks import gpu_floors, gpu_reference, gpu_rows
from benchmarks.common import RESULTS, write
from benchmarks.gpu_reference import TOLERANCES, Reference, Table
from benchmarks.gpu_rows import ACCURATE, FIRST_SCAN, FULL, TOY, Goal, Row, Sizes, on_map, per_second

NOTHING = "gpu: JAX finds no GPU on this machine; nothing was measured."
SECONDS = 330.0
LISTS = ("checks", "rows", "floors")


class Record:
    """What a run has found so far; the file is written after every addition.

    Attributes:
        lists: the lists of the file.
        seconds: after which nothing is begun.
    """

    def __init__(self, folder: Path, seconds: float, made: dict[str, Any]) -> None:
        """Nothing yet: `made` says how the numbers came about that a GPU is compared with."""
        self.folder, self.seconds, self.made = folder, seconds, made
        self.started = time.perf_counter()
        self.lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}

    def add(self, row: Row, is_due: bool = False) -> dict[str, Any]:
        """Measure a row, unless the time is up and it is not due all the same; keep, write and print it."""
        if not is_due and time.perf_counter() - self.started > self.seconds:
            found: dict[str, Any] = {"skipped": f"not begun after {self.seconds:g} s"}
        else:
            with warnings.catch_warnings(record=True) as heard:
                warnings.simplefilter("always", RuntimeWarning)
                try:
                    found = row.measure()
                except Exception as error:  # whatever a card or its driver comes up with
                    found = {"failed": f"{type(error).__name__}: {error}"[:500]}
            if heard:
                found["warnings"] = sorted({str(one.message)[:500] for one in heard})
        found = {"name": row.name, **found}
        if row.goals:
            found["goals"] = [goal.judge(found) for goal in row.goals]
        self.lists[row.of].append(found)
        elapsed = time.perf_counter() - self.started
        rest = {name: self.lists[name] for name in LISTS if name != "rows"}
        write("gpu", self.lists["rows"], self.folder, seconds=elapsed, reference=self.made, **rest)
        print(f"[{elapsed:6.1f} s] {in_words(found)}", flush=True)
        return found

    def names(self, outcome: str) -> list[str]:
        """Names of the rows that failed, or were skipped."""
        return [row["name"] for name in LISTS for row in self.lists[name] if outcome in row]


def in_words(row: dict[str, Any]) -> str:
    """One line about a row."""
    parts = [f"{name} {row[name]}" for name in ("failed", "skipped") if name in row]
    if "tolerance" in row:
        parts += [f"{row['deviation_max']:.1e} from the CPU, {row['tolerance']:.0e} allowed, {row['differ']} differ"]
    if "value" in row:
        parts += [f"{row['value']:.3g} {row['unit']}"]
    elif "microseconds" in row:
        parts += [f"{row['microseconds']:.3f} us a point, {row['points_per_second']:,.0f} points/s"]
    elif "seconds" in row:
        parts += [f"{row['seconds']:.3f} s"]
    forms = {"forward_solves": "{:.2f} forward solves", "error_max": "error {:.1e}"}
    forms |= {"first_call_seconds": "first call {:.1f} s"}
    parts += [form.format(row[name]) for name, form in forms.items() if name in row]
    parts += [f"warned: {text}" for text in row.get("warnings", ())]
    words = {True: "reached", False: "missed", None: "not measured"}
    parts += [f"goal for {goal['of']} {words[goal['is_reached']]}" for goal in row.get("goals", ())]
    return f"{row['name']}: {'; '.join(parts)}"


def check(name: str, solve: Callable[[], tuple[float, Table]], reference: Reference) -> Row:
    """Comparison with the CPU on the same grid; the first call of its program."""

    def measure() -> dict[str, Any]:
        first, found = solve()
        relative, differ = gpu_reference.differences(name, found, reference.same)
        most, reason = TOLERANCES[name]
        row = {"points": len(relative), "deviation_max": float(np.max(relative)), "differ": differ, "tolerance": most}
        row |= {"agrees": bool(np.all(relative <= most)) and not differ, "reason": reason}
        return row | {"first_call_seconds": first}

    return Row(name, measure, (FIRST_SCAN,) if name == "current" else (), "checks")


def rows(sizes: Sizes, reference: Reference) -> list[Row]:
    """All that is measured, what matters most first."""
    repeats, (n_map, _) = sizes.repeats, sizes.given
    scanned = partial(on_map, reference, repeats)
    anywhere = partial(gpu_rows.given_anywhere, sizes, reference)
    gradient, jacobian = (partial(each, sizes, reference) for each in (gpu_rows.gradient, gpu_rows.jacobian))
    fit = partial(gpu_rows.fitted, reference, sizes.starts, repeats)
    single = partial(scanned, sizes.spots, nodes=(80, 32), precision="single")
    colliding = jw.Wire(electron_electron=jw.ElectronElectron(rate=0.0))  # the program, with results that are known
    goals = [per_second(5e6), *[(ACCURATE,)] * len(sizes.maps)]
    maps = [
        Row(f"current, map of {count:,} points", partial(scanned, count), goal)
        for count, goal in zip(sizes.maps, goals, strict=False)
    ]
    nodes = [
        Row(f"current, map, {above} + {below} nodes", partial(scanned, sizes.spots, nodes=(above, below)), (ACCURATE,))
        for above, below in sizes.nodes
    ]
    at_once = [
        Row(f"current, map, {size:,} points at once", partial(scanned, sizes.maps[0], size=size), (ACCURATE,))
        for size in sizes.micro_batches
    ]
    return [
        *maps,
        Row("current and spots, map", partial(scanned, sizes.spots, "spots"), per_second(2e6)),
        Row("gradient of the current by 4 parameters", gradient, (Goal("forward_solves", 2.5),)),
        Row("given current, map", partial(gpu_rows.given_on_map, reference, repeats, n_map), per_second(1e6)),
        Row("given current, random points", anywhere, per_second(1e6)),
        Row(f"fit of eps0, Gamma, gain, offset; {sizes.starts} starts", fit, (Goal("seconds", 1.0),)),
        *floors(sizes),
        Row("one solve with its error estimate", partial(gpu_rows.one_solve, reference, repeats), (ACCURATE,)),
        Row("current, map, electrons collide", partial(scanned, sizes.spots, wire=colliding), (ACCURATE,)),
        *nodes,
        Row("current, map, 80 + 32 nodes in single precision", single),
        Row("Jacobian of a profile by 4 parameters", jacobian),
        *at_once,
    ]


def floors(sizes: Sizes) -> list[Row]:
    """What the card can do."""
    numbers, size, matrices, terms = sizes.floors
    return [
        Row("copy", partial(gpu_floors.copy, numbers), of="floors"),
        Row("matrix product", partial(gpu_floors.product, size), of="floors"),
        Row(f"LU, {gpu_floors.PRODUCTS} rows", partial(gpu_floors.decomposition, matrices), of="floors"),
        Row("divisions, summed", partial(gpu_floors.divisions, terms), of="floors"),
    ]


def run(folder: Path, seconds: float, sizes: Sizes) -> int:
    """Compare, then measure; the exit code."""
    reference = gpu_reference.load()
    record = Record(folder, seconds, reference.made)
    checked = [
        record.add(check(name, solve, reference), True) for name, solve in gpu_rows.checks(sizes, reference).items()
    ]
    if wrong := [row["name"] for row in checked if not row.get("agrees", True)]:
        print(f"gpu: not the numbers of the CPU: {', '.join(wrong)}; nothing was timed.", file=sys.stderr)
        return 1
    for row in rows(sizes, reference):
        record.add(row)
    if skipped := record.names("skipped"):
        print(f"gpu: not begun after {seconds:g} s: {', '.join(skipped)}.", file=sys.stderr)
    if failed := record.names("failed"):
        print(f"gpu: failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def has_gpu() -> bool:
    try:
        return jax.default_backend() == "gpu"
    except RuntimeError:  # a GPU was asked for by name, in JAX_PLATFORMS
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS, help="begin no row after so many")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--reference", action="store_true", help="on a CPU: make the numbers to compare with")
    parser.add_argument("--toy", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.reference:
        if has_gpu():
            parser.error("--reference must be made on a CPU: set JAX_PLATFORMS=cpu")
        gpu_reference.make(given.output)
        return 0
    if not given.toy and not has_gpu():
        print(NOTHING, file=sys.stderr)
        return 2
    return run(given.output, given.seconds, TOY if given.toy else FULL)


if __name__ == "__main__":
    raise SystemExit(main())
