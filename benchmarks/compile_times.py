"""The first call: what it takes to trace, to compile and to run, in a fresh process; then with programs kept on disk.

    python -m benchmarks.compile_times
    python -m benchmarks.compile_times --before /path/to/another/checkout

Every row is one process. Compiling uses several threads and machines are busy, so that CPU seconds of the process are
what counts; "cached" is a second process that finds the programs of the first one in a folder. The error is that of the
current against a fine grid. With `--before`, the same calls are made with the code of another checkout, in turn.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT, options, store

PROCESS = """
import sys, time
started = time.perf_counter()
import numpy as np
import jax
import jax.numpy as jnp
import xarray
import jaxwire as jw
jw.scan, jw.fit_profile
from benchmarks.points import REFERENCE, grid, scan
jnp.zeros(1).block_until_ready()
imported = time.perf_counter() - started
spent = {}
def heard(name, seconds, **_):
    spent[name] = spent.get(name, 0.0) + seconds
jax.monitoring.register_event_duration_secs_listener(heard)
axes, dot, x = grid(256), jw.Lorentzian(1.44, 0.08), np.linspace(0.1, 3.0, 50)
programs = {}
def gradient(function):
    quick_jit = getattr(jw, "quick_jit", jax.jit)
    return programs.setdefault("gradient", quick_jit(jax.grad(function)))(1.44)
def timed():
    start, cpu = time.perf_counter(), time.process_time()
    jax.block_until_ready(eval(sys.argv[1]))
    return time.perf_counter() - start, time.process_time() - cpu
first, cpu = timed()
compiled = dict(spent)
warm = min(timed()[0] for _ in range(5))
again = sum(spent.values()) - sum(compiled.values())
exact = jw.solve(dot, temperature=0.3, voltage=0.4, resolution=REFERENCE, error_estimate=False)
error = abs(float(jw.solve(dot, temperature=0.3, voltage=0.4).current / exact.current) - 1.0)
import json
print(json.dumps({
    "import_seconds": imported,
    "first_call_seconds": first,
    "first_call_cpu_seconds": cpu,
    "lower_seconds": compiled.get("/jax/core/compile/jaxpr_to_mlir_module_duration", 0.0),
    "backend_seconds": compiled.get("/jax/core/compile/backend_compile_duration", 0.0),
    "warm_seconds": warm,
    "compiled_again_seconds": again,
    "error_max": error,
}))
"""

POINT = "temperature=0.3, voltage=0.4, error_estimate=False"
CURRENT = "temperature=0.3, current=0.0125, error_estimate=False"
TASKS = {
    "solve": f"jw.solve(dot, {POINT}).current",
    "solve with error estimate": "jw.solve(dot, temperature=0.3, voltage=0.4).current",
    "the same with a profile": "jw.solve(dot, temperature=0.3, voltage=0.4).heating(x).total",
    "solve at given current": f"jw.solve(dot, {CURRENT}).voltage",
    "gradient of the current": f"gradient(lambda c: jw.solve(jw.Lorentzian(c, 0.08), {POINT}).current)",
    "gradient of the voltage": f"gradient(lambda c: jw.solve(jw.Lorentzian(c, 0.08), {CURRENT}).voltage)",
    "scan of the current": "scan(axes, ['current'], jw.Resolution())",
    "scan of current and spots": "scan(axes, ['current', 'spots'], jw.Resolution())",
    "scan at given current": "scan(axes, ['voltage'], jw.Resolution(), voltage=None, current=1e-3)",
    "fit of a profile": "jw.fit_profile(x, 1.0 + 0.1 * np.exp(-x), 0.01, temperature=0.3, voltage=0.4, starts=4).chi2",
}
"""What is called, as an expression that a fresh process evaluates."""


def run(task: str, checkout: Path | None = None, cache: str | None = None) -> dict[str, Any]:
    """One call in a process of its own, with the code of this or of another checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "JAX_COMPILATION_CACHE_DIR"}
    if cache is not None:
        environment |= {
            "JAX_COMPILATION_CACHE_DIR": cache,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        }
    command = [sys.executable, "-c", PROCESS, task]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=checkout or ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def measure(before: Path | None) -> list[dict[str, Any]]:
    """All tasks, each by this code and, in turn, by that of another checkout."""
    rows = []
    for name, task in TASKS.items():
        earlier = {} if before is None else {"before_cpu_seconds": run(task, before)["first_call_cpu_seconds"]}
        with tempfile.TemporaryDirectory() as folder:
            run(task, cache=folder)
            cached = run(task, cache=folder)
        rows.append({"name": name, **run(task), **earlier, "cached_first_call_seconds": cached["first_call_seconds"]})
    return rows


def main() -> None:
    """Measure and store."""
    given = options(__doc__, before="")
    before = Path(given.before).resolve() if given.before else None
    store("compile_times", measure(before), given.output, before=given.before and commit_of(before))


def commit_of(checkout: Path | None) -> str:
    """The short hash of what is checked out in a folder."""
    command = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
