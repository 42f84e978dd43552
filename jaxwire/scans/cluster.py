"""A scan on many processes and machines by Dask: every worker computes whole blocks and writes them itself.

A task returns the number of its block only, so that nothing is lost with a worker: Dask runs the tasks of a worker
that died elsewhere, and a block that was written already is not computed again. The store must be on a file system
that all machines share. A process unpickles a plan once and keeps it with its compiled program.
"""

import itertools
import os
import threading
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxwire.scans.progress import Report
from jaxwire.scans.run import for_each_block
from jaxwire.scans.store.store import Store

if TYPE_CHECKING:
    import xarray


TASKS_PER_THREAD = 2
"""Tasks at Dask per thread of the workers: one that runs and one that waits, so that no worker ever waits."""

AT_LEAST = 64
"""Tasks at Dask however few workers there are, for those that come later."""

PATIENCE = (0.0, 1.0, 4.0, 30.0, 60.0)
"""Seconds to wait, in turn, until a network file system shows what other machines have written."""

_one_at_a_time = threading.Lock()


def run_on_cluster(
    plan: Any, store: str | os.PathLike | None, client: Any, report: Report | None = None
) -> "xarray.Dataset":
    """Compute the blocks of a plan that a store has not, on the workers of a Dask cluster.

    Args:
        plan: the computation (`jaxwire.scans.plan.Plan`), picklable by cloudpickle.
        store: path of the store, on a file system that the workers share.
        client: a `distributed.Client`, or a cluster such as `LocalCluster` or `SLURMCluster`.
        report: called with the number of grid points done and of all, first with what an earlier run has left.

    Returns:
        The whole scan, equal to the one that `jaxwire.scans.run.run_blocks` computes on such a machine.

    Raises:
        ImportError: without the extra `cluster`.
        TypeError: if the client is none.
        ValueError: without a store, if it holds something else, or if the workers do not see it.
        RuntimeError: if one block kills worker after worker.
        KeyboardInterrupt: when the user stops the scan; what is computed is stored, and the text says how to go on.
    """
    client = _as_client(client)
    if store is None:
        raise ValueError("`store` must be given with `cluster`: the workers write their blocks there, got None.")
    results = Store.open(store, plan)
    todo = results.missing()
    try:
        for_each_block(results.plan, todo, _computed(results, todo, client), report)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(results.stopped()) from stop
    for seconds in PATIENCE:
        time.sleep(seconds)
        if not results.missing():
            return results.dataset()
    raise ValueError(
        f"`store` must be on a file system that all workers share, got '{results.path}', where "
        f"{len(results.missing())} blocks are missing though the workers wrote them."
    )


def compute_block(payload: bytes, path: str, block: Any) -> int:
    """The task of a worker: compute a block, write it to the store, return its number."""
    with _one_at_a_time:  # threads of a worker take turns: JAX uses all cores of the process by itself
        results = _opened(payload, path)
        if not results.is_done(block):
            results.write(block, results.plan.compute(block))
    return block.index


@lru_cache(maxsize=2)
def _opened(payload: bytes, path: str) -> Store:
    """The store with its plan, once per process."""
    import cloudpickle

    made_by, pickled = cloudpickle.loads(payload)
    if made_by != version("jaxwire"):
        raise RuntimeError(f"this worker has jaxwire {version('jaxwire')}, and the scan was sent by {made_by}")
    if not (Path(path) / "zarr.json").exists():
        raise ValueError(f"`store` must be on a file system that all workers share, got '{path}', not seen by one.")
    return Store(path, cloudpickle.loads(pickled))


def _computed(results: Store, todo: Sequence[Any], client: Any) -> Iterator[Any]:
    """Send blocks to the workers, a bounded number at a time; yields every block when it is written."""
    import cloudpickle
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    payload = cloudpickle.dumps((version("jaxwire"), cloudpickle.dumps(results.plan)))
    path = str(results.path.absolute())
    waiting = iter(todo)
    sent: dict[Any, Any] = {}
    finished = as_completed()
    try:
        while True:
            limit = max(AT_LEAST, TASKS_PER_THREAD * sum(client.nthreads().values()))
            for block in itertools.islice(waiting, max(0, limit - len(sent))):
                future = client.submit(compute_block, payload, path, block, pure=False)
                sent[future] = block
                finished.add(future)
            if not sent:
                return
            future = next(finished)
            block = sent.pop(future)
            future.result()
            yield block
    except KilledWorker as error:
        raise RuntimeError(
            f"a block killed one worker after the other, perhaps for lack of memory: take smaller blocks "
            f"(memory=) or larger workers, and run the same scan again with store='{results.path}' to go on"
        ) from error
    finally:
        client.cancel(list(sent), force=True)


def _as_client(cluster: Any) -> Any:
    try:
        from distributed import Client
        from distributed.deploy.cluster import Cluster
    except ImportError as error:
        raise ImportError("`cluster` needs Dask: pip install 'jaxwire[cluster]'.") from error
    if isinstance(cluster, Cluster):
        cluster = cluster.get_client()
    if not isinstance(cluster, Client) or cluster.asynchronous:
        raise TypeError(f"`cluster` must be a distributed.Client, not an asynchronous one, got {cluster!r:.60}.")
    return cluster
