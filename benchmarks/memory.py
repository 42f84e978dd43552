"""Memory of scans against their size: what was predicted, and what a process took at most.

    python -m benchmarks.memory

Every row is one process. Its peak is that of the resident memory, less what it was before the scan, when Python, JAX
and xarray were loaded. It holds the compiler too, so that even the smallest scan takes some 370 MB.
"""

import json
import subprocess
import sys
from typing import Any

from benchmarks.common import options, store

PROCESS = """
import json, resource, sys
import numpy as np
import jax, xarray
import jaxwire as jw, jaxwire.scan, jaxwire.runner
from benchmarks.common import relative_errors
from benchmarks.points import REFERENCE, TEMPERATURE, VOLTAGE, grid, pairs, scan
jax.numpy.zeros(1).block_until_ready()
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before, axes, observables = peak(), grid(int(sys.argv[1])), sys.argv[2].split(",")
dot, point = jw.Lorentzian(1.0, 0.1), {"temperature": TEMPERATURE, "voltage": VOLTAGE}
cost = jw.estimate(dot, axes=axes, **point, observables=observables, resolution=jw.Resolution(64, 24))
ds = scan(axes, observables, jw.Resolution(64, 24))
taken = peak() - before
all_pairs = pairs(axes)
checked = np.unique(np.linspace(0, len(all_pairs) - 1, 32, dtype=int))
exact = scan({("center", "width"): tuple(all_pairs[checked].T)}, ["current"], REFERENCE).current.values
errors = relative_errors(ds.current.values.ravel()[checked], exact)
row = {"points": len(all_pairs), "observables": " + ".join(observables), "predicted_bytes": cost.memory_bytes}
print(json.dumps(row | {"result_bytes": cost.result_bytes, "peak_bytes": taken, **errors}))
"""

SIZES = (1, 1_000, 10_000, 100_000, 1_000_000)


def run(points: int, observables: str) -> dict[str, Any]:
    command = [sys.executable, "-c", PROCESS, str(points), observables]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def main() -> None:
    given = options(__doc__, largest=SIZES[-1])
    rows = [run(size, "current") for size in SIZES if size <= given.largest]
    rows += [run(size, "current,spots") for size in SIZES if size <= given.largest / 10]
    store("memory", rows, given.output)


if __name__ == "__main__":
    main()
