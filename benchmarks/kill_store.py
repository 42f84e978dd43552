"""Fifty kills: stored scans killed with SIGKILL at random times end like an uninterrupted one, byte for byte.

    python -m benchmarks.kill_store            # a scan without physics that does nothing but write
    python -m benchmarks.kill_store --real     # jaxwire.scan

After every kill all chunks are compared with the uninterrupted run's. The row says where the kills came.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))
KILLS = 50


def real_scan(store):
    """The scan that is killed: 4,096 points in 6 blocks of 3 MB, with profiles of the heating."""
    import numpy as np

    import jaxwire as jw

    axes = {"center": np.linspace(0.1, 2.6, 64), "width": np.geomspace(0.01, 1.0, 64)}
    what = {"observables": ["current", "heating"], "x": np.linspace(0.01, 5, 500), "memory": "20MB"}
    jw.scan(jw.Lorentzian(1.44, 0.08), axes=axes, temperature=0.3, voltage=0.1, store=store, progress=False, **what)


def files_of_block(path):
    """Names of the chunks of every block of a finished store, its variables read off the folder."""
    import zarr

    group = zarr.open_group(path, mode="r")
    count = group["done"].shape[0]
    data = {name: array for name, array in group.arrays() if array.cdata_shape != () and array.nchunks == count}
    names = []
    for index in range(count):
        names.append([f"done/c/{index}"])
        for name, array in data.items():
            if name != "done":
                rest, position = index, []
                for size in reversed(array.cdata_shape):
                    rest, at = divmod(rest, size)
                    position.insert(0, str(at))
                names[-1].append("/".join([name, "c", *position]))
    return names


def main():
    """Kill, compare, write the row."""
    from fake_plan import FakePlan
    from killing import kill_often

    from benchmarks.common import RESULTS, commit, today, write
    from jaxwire.scans.run import run_blocks

    is_real = "--real" in sys.argv
    kills = int(sys.argv[sys.argv.index("--kills") + 1]) if "--kills" in sys.argv else KILLS
    plan = FakePlan(shape=(24, 40), block_shape=(4, 4), n_x=16000)  # 4 MB per block that do not compress
    start = time.perf_counter()

    def told(tally):
        print(f"{time.perf_counter() - start:6.0f} s", tally, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(dir=os.environ.get("JAXWIRE_KILL_DIR")) as folder:
        if is_real:
            os.environ["JAX_COMPILATION_CACHE_DIR"] = str(Path(folder) / "compiled")
            tally = kill_often(real_scan, Path(folder), kills, 1.0, files_of_block, "spawn", told)
        else:
            tally = kill_often(partial(run_blocks, plan), Path(folder), kills, 0.6, files_of_block, told=told)
    row = {"scan": "jaxwire.scan" if is_real else "writing only", **asdict(tally), "commit": commit(), "date": today()}
    print(json.dumps(row), f"{time.perf_counter() - start:.0f} s")
    file = RESULTS / "kill_store.json"
    rows = json.loads(file.read_text())["rows"] if file.exists() else []
    rows = [old for old in rows if old["scan"] != row["scan"]] + [row]
    write("kill_store", rows)


if __name__ == "__main__":
    main()
