"""Run benchmarks and write benchmarks/results/*.json, then the pictures of the performance page.

    python -m benchmarks                      # all but that of a GPU: an hour and a half on two cores
    python -m benchmarks scans derivatives    # some
    python -m benchmarks gpu                  # that of a GPU, only by its name: four minutes; exit code 2 without one
    python -m benchmarks pictures             # the pictures alone, of what is stored

Each benchmark runs in a process of its own, one after the other, and its rows appear as they are stored. The exit code
is that of the first one that fails.
"""

import subprocess
import sys

NAMES = (
    "work_precision",
    "scans",
    "derivatives",
    "compile_times",
    "memory",
    "growth",
    "single_precision",
    "wide_domain",
    "disort",
    "wire_models",
    "fits",
    "statements",
    "kill_store",
    "pictures",
)


BY_NAME = ("gpu",)
"""What needs a machine that most are not."""
CANNOT = 2
"""Exit code of a benchmark that this machine cannot run; it has said why."""


def main() -> int:
    chosen = sys.argv[1:] or list(NAMES)
    if unknown := [name for name in chosen if name not in NAMES + BY_NAME]:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(NAMES + BY_NAME)}.", file=sys.stderr)
        return 2
    for name in chosen:
        print(f"# {name}", flush=True)
        if code := subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode:
            kept = "its file holds what it found" if name in BY_NAME else "what it had stored before is as it was"
            if code != CANNOT:
                print(f"{name} failed; {kept}.", file=sys.stderr)
            return max(1, code)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
