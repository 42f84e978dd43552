"""Kill a stored scan (SIGKILL) at random times, look at what is left each time, and let it go on.

Every chunk file that is there must be the one of an uninterrupted run, byte for byte; every block that is marked done
must have all of them. Shared by tests/scans/test_kills.py and benchmarks/kill_store.py.
"""

import multiprocessing
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jaxwire.scans.store.chunks import read_chunk

PRELOAD = ["jaxwire.scans.run", "zarr", "xarray", "fake_plan"]


@dataclass
class Tally:
    """What the kills met: the evidence that they came in the middle of things.

    Attributes:
        kills: processes killed.
        in_creation: kills that left a new store half made.
        in_file: kills that left a chunk half written.
        in_block: kills that left chunks of a block that was not finished.
        finished: scans that came to their end.
        checked: chunks compared with those of the uninterrupted run, all kills together.
    """

    kills: int = 0
    in_creation: int = 0
    in_file: int = 0
    in_block: int = 0
    finished: int = 0
    checked: int = 0


def chunks_of(store):
    """Chunk files of a store by their name, without strays."""
    files = (file for file in store.rglob("*") if file.is_file() and file.name != "zarr.json")
    return {file.relative_to(store).as_posix(): file for file in files if not file.name.endswith(".partial")}


def inspect(store, reference, files_of_block, tally):
    """Compare what a kill has left with the uninterrupted run.

    Args:
        store: folder of the killed scan, or where it would be.
        reference: folder of the uninterrupted scan.
        files_of_block: names of the chunks of each block.
        tally: counts what is found.
    """
    tally.in_creation += any(store.parent.glob(f".{store.name}.*.new"))
    for found in store.parent.glob(f".{store.name}.*.new"):
        shutil.rmtree(found)
    if not store.exists():
        return
    for description in reference.rglob("zarr.json"):
        ours = store / description.relative_to(reference)
        assert ours.read_bytes() == description.read_bytes(), ours
    there = chunks_of(store)
    for name, file in there.items():
        assert read_chunk(file) is not None, f"{name} is not whole"
        assert file.read_bytes() == (reference / name).read_bytes(), f"{name} is whole, but has other numbers"
    tally.checked += len(there)
    tally.in_file += any(store.rglob("*.partial"))
    broken = 0
    for index, names in enumerate(files_of_block):
        if f"done/c/{index}" in there:
            assert there.keys() >= set(names), f"block {index} is not whole"
        else:
            broken += any(name in there for name in names)
    assert broken <= 1, "blocks are written one after the other"
    tally.in_block += broken


def kill_often(
    run: Callable[[str], object],
    folder: Path,
    kills: int,
    longest: float,
    files_of_block,
    method: str = "forkserver",
    told=lambda tally: None,
) -> Tally:
    """Kill scans until enough have been killed, one of them inside a block, and let the last one finish.

    Args:
        run: picklable; makes or goes on with the store at a path.
        folder: an empty one.
        kills: how many at least; ten times as many at most, where chance keeps them out of the blocks.
        longest: seconds after which a process is killed at the latest, counted from its start, or from its first new
            block. Else it is killed in a tenth of that from when it begins to make the store, or in a fiftieth from
            when it begins to write a block.
        files_of_block: from the path of a finished store to the names of the chunks of each block.
        method: how processes are started; not "fork", which JAX does not survive.
        told: called with the tally after every kill.
    """
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(PRELOAD)
    reference = folder / "reference.zarr"
    _join(_start(context, run, reference), None)
    files = files_of_block(reference)
    first = files[0][1].split("/")[0]
    chance, tally, store = random.Random(4), Tally(), folder / "killed.zarr"
    while tally.kills < kills or (tally.in_block == 0 and tally.kills < 10 * kills):
        before = len(list(store.glob("done/c/*")))  # all whole blocks: the others are written again
        process = _start(context, run, store)
        aim, delay = chance.random(), chance.uniform(0, longest)
        if not store.exists() and aim < 0.7:
            _wait(lambda: any(folder.glob(f".{store.name}.*.new")), process)
            delay *= 0.1
        elif aim < 0.4:
            _wait(lambda before=before: len(list(store.glob("done/c/*"))) > before, process)
        elif aim < 0.8:
            begun = _begun(store, first)
            _wait(lambda begun=begun: _begun(store, first) > begun, process)
            delay *= 0.02
        was_killed = _join(process, delay)
        inspect(store, reference, files, tally)
        tally.kills += was_killed
        told(tally)
        if not was_killed:
            _finish(store, reference, tally)
    _join(_start(context, run, store), None)
    inspect(store, reference, files, tally)
    _finish(store, reference, tally)
    return tally


def _begun(store, first):
    """Blocks of which the first variable is written, or being written."""
    return sum(file.is_file() for file in (store / first / "c").rglob("*"))


def _finish(store, reference, tally):
    """The scan has ended: it must be the uninterrupted one, with no file more or less."""
    assert {path.relative_to(store) for path in store.rglob("*")} == {
        path.relative_to(reference) for path in reference.rglob("*")
    }
    tally.finished += 1
    shutil.rmtree(store)


def _start(context, run, store):
    process = context.Process(target=run, args=(str(store),))
    process.start()
    return process


def _wait(condition, process):
    end = time.monotonic() + 100
    while process.is_alive() and not condition() and time.monotonic() < end:
        time.sleep(0.001)


def _join(process, seconds):
    """Wait for the end of a process, or kill it; says whether it was killed."""
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
    assert process.exitcode in ((0,) if seconds is None else (0, -9)), process.exitcode
    return process.exitcode != 0
