"""What all benchmarks share: the machine, the clock, the file of results."""

import argparse
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from jaxwire.scans.computation.blocks import MICRO_BATCH

K = TypeVar("K")

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
VERSIONS = ("jaxwire", "jax", "jaxlib", "numpy", "scipy")


def machine(*packages: str) -> dict[str, Any]:
    """What the numbers of one run depend on; with the versions of further packages."""
    import jax

    device = jax.devices()[0]
    return {
        "device": device.device_kind if device.platform != "cpu" else "cpu",
        **_memory_of(device),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS", "as many as cores"),
        "versions": {name: _version(name) for name in (*VERSIONS, *packages)},
    }


def _memory_of(device: Any) -> dict[str, float]:
    """What JAX takes at most of an accelerator's own memory, which is most of it; a CPU device has none."""
    known = (device.memory_stats() or {}) if device.platform != "cpu" else {}
    return {"device_memory_for_jax_GiB": round(known["bytes_limit"] / 2**30, 1)} if "bytes_limit" in known else {}


def commit(folder: Path = ROOT) -> str | None:
    """Short hash of the commit that runs, with "-dirty" where a tracked file differs; None where git knows none.

    Stored results do not count: each benchmark of a run changes one. Where a copy without its history runs, the
    environment variable JAXWIRE_COMMIT says what it is a copy of.
    """
    if told := os.environ.get("JAXWIRE_COMMIT"):
        return told
    ask = ["git", "--no-optional-locks", "-C", str(folder)]
    changed = ["status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results"]
    try:
        short, changes = (
            subprocess.run([*ask, *words], capture_output=True, text=True, timeout=10, check=True).stdout.strip()
            for words in (["rev-parse", "--short", "HEAD"], changed)
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{short}-dirty" if changes else short


def today() -> str:
    return time.strftime("%Y-%m-%d")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def once(function: Callable[[], Any]) -> float:
    """Seconds of one call; arrays that it returns are waited for."""
    import jax

    start = time.perf_counter()
    jax.block_until_ready(function())
    return time.perf_counter() - start


def in_turn(functions: dict[K, Callable[[], Any]], repeats: int) -> dict[K, float]:
    """Best seconds of each of several calls, made in turn, so that a busy moment of the machine meets them all."""
    times: dict[K, list[float]] = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            times[name].append(once(function))
    return {name: min(some) for name, some in times.items()}


def burst(call: Callable[[], Any], times: int) -> None:
    """Call several times, each to its end: what is too short to be timed alone."""
    import jax

    for _ in range(times):
        jax.block_until_ready(call())


def in_micro_batches(function: Callable[..., Any], batch: int = MICRO_BATCH["cpu"]) -> Callable[..., Any]:
    """Compile a function of one point's numbers for arrays (n,) of them, `batch` points at once."""
    import jax

    def over_all(*columns: Any) -> Any:
        rows = jax.tree.map(lambda column: column.reshape(-1, batch), columns)
        found = jax.lax.map(lambda row: jax.vmap(function)(*row), rows)
        return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), found)

    return jax.jit(over_all)


def relative_errors(found: Any, exact: Any) -> dict[str, float]:
    """Relative errors of numbers: at 90 % of them, and the largest."""
    error = np.abs(np.asarray(found) / np.asarray(exact) - 1.0)
    return {"error_90_percent": float(np.quantile(error, 0.9)), "error_max": float(np.max(error))}


def deviation(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Error of each point (first axis), relative to its largest component."""
    flat, reference = (each.reshape(len(each), -1) for each in (found, exact))
    return np.max(np.abs(flat - reference), axis=1) / np.max(np.abs(reference), axis=1)


def write(name: str, rows: Sequence[dict[str, Any]], folder: Path = RESULTS, **more: Any) -> None:
    """Write the rows of one benchmark, with what was measured, when and on which machine; the file is always whole."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {"commit": commit(), "date": today(), "machine": machine(*more.pop("packages", ()))}
    part = folder / f"{name}.json.part"
    part.write_text(json.dumps({**made, **more, "rows": list(rows)}, indent=2) + "\n")
    part.replace(folder / f"{name}.json")


def store(name: str, rows: Sequence[dict[str, Any]], folder: Path = RESULTS, **more: Any) -> None:
    """Write the rows of one benchmark and print them."""
    write(name, rows, folder, **more)
    for row in rows:
        print(json.dumps(row))


def options(description: str | None, **defaults: Any) -> argparse.Namespace:
    """Command line of one benchmark: a flag for every number, and the folder of results."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    for name, value in defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


def command(name: str, description: str | None, measure: Callable[..., list[dict[str, Any]]], **defaults: int) -> None:
    """Command line of a benchmark that measures with some numbers, and stores them beside its rows."""
    given = options(description, **defaults)
    numbers = {each: getattr(given, each) for each in defaults}
    store(name, measure(**numbers), given.output, **numbers)
