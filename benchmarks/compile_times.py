"""The first call: time to trace, to compile and to run, in a fresh process; then again with programs kept on disk.

    python -m benchmarks.compile_times

Every row is one process. "Backend" is what XLA takes, all threads of it; "cached" is a second process that finds the
programs of the first one in a folder, as the command line does. The error is that of the current against a fine grid.
"""

import json
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks.common import options, store

PROCESS = """
import sys, time
from pathlib import Path
started = time.perf_counter()
import numpy as np
import jax
import xarray
import jaxwire as jw
from jaxwire.numerics.kernel_cache import compilation_cache
import jaxwire.scans.scan, jaxwire.scans.run
from benchmarks.points import REFERENCE, grid, scan
jax.numpy.zeros(1).block_until_ready()
imported = time.perf_counter() - started
spent = {}
def heard(name, seconds, **_):
    spent[name] = spent.get(name, 0.0) + seconds
jax.monitoring.register_event_duration_secs_listener(heard)
axes, dot = grid(256), jw.Lorentzian(1.44, 0.08)
def timed():
    start = time.perf_counter()
    jax.block_until_ready(eval(sys.argv[1]))
    return time.perf_counter() - start
with compilation_cache(Path(sys.argv[2])):
    first = timed()
    compiled = dict(spent)
    warm = min(timed() for _ in range(5))
again = sum(spent.values()) - sum(compiled.values())
exact = jw.solve(dot, temperature=0.3, voltage=0.4, resolution=REFERENCE, error_estimate=False)
error = abs(float(jw.solve(dot, temperature=0.3, voltage=0.4).current / exact.current) - 1.0)
import json
print(json.dumps({
    "import_seconds": imported,
    "first_call_seconds": first,
    "lower_seconds": compiled.get("/jax/core/compile/jaxpr_to_mlir_module_duration", 0.0),
    "backend_seconds": compiled.get("/jax/core/compile/backend_compile_duration", 0.0),
    "warm_seconds": warm,
    "compiled_again_seconds": again,
    "error_max": error,
}))
"""

POINT = "temperature=0.3, voltage=0.4, error_estimate=False"
TASKS = {
    "solve": f"jw.solve(dot, {POINT}).current",
    "solve with error estimate": "jw.solve(dot, temperature=0.3, voltage=0.4).current",
    "solve at given current": "jw.solve(dot, temperature=0.3, current=0.0125, error_estimate=False).voltage",
    "scan of the current": "scan(axes, ['current'], jw.Resolution())",
    "scan of current and spots": "scan(axes, ['current', 'spots'], jw.Resolution())",
    "scan at given current": "scan(axes, ['voltage'], jw.Resolution(), voltage=None, current=1e-3)",
    "gradient of the current": f"jax.grad(lambda c: jw.solve(jw.Lorentzian(c, 0.08), {POINT}).current)(1.44)",
}
"""What is called, as an expression that a fresh process evaluates."""


def run(task: str, folder: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", PROCESS, task, folder], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure() -> list[dict[str, Any]]:
    rows = []
    for name, task in TASKS.items():
        with tempfile.TemporaryDirectory() as folder:
            cold, cached = run(task, folder), run(task, folder)
        rows.append({"name": name, **cold, "cached_first_call_seconds": cached["first_call_seconds"]})
    return rows


def main() -> None:
    given = options(__doc__)
    store("compile_times", measure(), given.output)


if __name__ == "__main__":
    main()
