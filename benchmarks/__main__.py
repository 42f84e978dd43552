"""Run benchmarks and write benchmarks/results/*.json, then the pictures of the performance page.

    python -m benchmarks                      # all: an hour and a half on two cores
    python -m benchmarks scans derivatives    # some
    python -m benchmarks pictures             # the pictures alone, of what is stored

Each benchmark runs in a process of its own, one after the other, and its rows appear as they are stored.
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
    "disort",
    "wire_models",
    "fits",
    "kill_store",
    "pictures",
)


def main() -> int:
    chosen = sys.argv[1:] or list(NAMES)
    if unknown := [name for name in chosen if name not in NAMES]:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    for name in chosen:
        print(f"# {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode:
            print(f"{name} failed; what it had stored before is as it was.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
