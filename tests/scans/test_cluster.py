"""Scans on a Dask cluster: blocks are written where they are computed, and no worker is needed to the end."""

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import cloudpickle
import numpy as np
import pytest
import xarray
from distributed import Client, LocalCluster
from fake_plan import Deadly, FakePlan

import jaxwire as jw
from jaxwire.scans.arguments import ScanArguments, make_plan
from jaxwire.scans.cluster import compute_block, run_on_cluster
from jaxwire.scans.run import run_blocks
from jaxwire.scans.store.store import Store
from jaxwire.scans.variables import Observable


@contextmanager
def two_workers():
    """A cluster of two processes, started anew (spawn), also when they die."""
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "memory_limit": "1GiB"}
    with LocalCluster(**options, dashboard_address=":0") as cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def client():
    with two_workers() as found:
        yield found


@pytest.fixture
def mortal():
    """A cluster for one test alone, which kills its workers."""
    with two_workers() as found:
        yield found


@pytest.fixture
def plan(tmp_path):
    return FakePlan(log=str(tmp_path / "log"))


def payload_of(plan):
    """What a task carries."""
    return cloudpickle.dumps((version("jaxwire"), cloudpickle.dumps(plan)))


def workers_of(plan):
    """Processes that computed blocks."""
    return {int(line.split()[1]) for line in Path(plan.log).read_text().splitlines()}


def test_a_cluster_computes_the_same_scan_and_each_block_once(client, plan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the workers are elsewhere
    reported = []
    stored = run_on_cluster(plan, "map.zarr", client, lambda *counts: reported.append(counts))
    xarray.testing.assert_identical(stored, run_blocks(replace(plan, log="")))
    assert sorted(plan.computed()) == list(range(12))
    assert os.getpid() not in workers_of(plan)
    assert reported[0] == (0, 70) and reported[-1] == (70, 70) and len(reported) == 13
    xarray.testing.assert_identical(run_on_cluster(plan, "map.zarr", client.cluster), stored)
    assert len(plan.computed()) == 12  # the second run had nothing to do


def test_a_killed_worker_changes_nothing(mortal, plan, tmp_path):
    slow = replace(plan, pause=0.1, shape=(8, 20))
    victim = next(iter(mortal.run(os.getpid).values()))

    def kill():
        while not Path(plan.log).exists():
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    stored = run_on_cluster(slow, tmp_path / "map.zarr", mortal)
    killer.join()
    quick = replace(slow, log="", pause=0.0)
    xarray.testing.assert_identical(stored, run_blocks(quick))
    assert set(plan.computed()) == set(range(20))
    run_blocks(quick, tmp_path / "alone.zarr")
    for file in (tmp_path / "alone.zarr").rglob("c/*"):
        if file.is_file():
            assert file.read_bytes() == (tmp_path / "map.zarr" / file.relative_to(tmp_path / "alone.zarr")).read_bytes()


def test_a_block_that_kills_every_worker_is_an_error_with_a_cure(mortal, plan, tmp_path, monkeypatch):
    monkeypatch.setattr(mortal.cluster.scheduler, "allowed_failures", 0)  # not three more workers, which take seconds
    with pytest.raises(RuntimeError, match=r"killed one worker after the other.*smaller blocks.*store='.*map.zarr'"):
        run_on_cluster(Deadly(deadly=7), tmp_path / "map.zarr", mortal)
    missing = {block.index for block in Store.open(tmp_path / "map.zarr", plan).missing()}
    run_on_cluster(plan, tmp_path / "map.zarr", mortal)  # goes on where it was
    computed = plan.computed()  # a block that was under way on the other worker may have been written meanwhile
    assert 7 in computed and missing.issuperset(computed) and len(set(computed)) == len(computed)
    assert not Store.open(tmp_path / "map.zarr", plan).missing()


def test_a_mistake_in_a_task_is_raised_here(client, tmp_path):
    with pytest.raises(ZeroDivisionError, match="a mistake"):
        run_on_cluster(Deadly(mistaken=3), tmp_path / "map.zarr", client)


def test_stopping_tells_how_to_go_on(client, plan, tmp_path):
    def stop(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="stopped after [1-9][0-9]* of 12 blocks; run the same scan again"):
        run_on_cluster(plan, tmp_path / "map.zarr", client, stop)


def test_a_worker_that_does_not_see_the_store_says_so(plan, tmp_path):
    payload = payload_of(plan)
    with pytest.raises(ValueError, match="`store` must be on a file system that all workers share"):
        compute_block(payload, str(tmp_path / "elsewhere.zarr"), plan.blocks()[0])
    payload = cloudpickle.dumps(("0.0", cloudpickle.dumps(plan)))
    with pytest.raises(RuntimeError, match=r"this worker has jaxwire .*, and the scan was sent by 0\.0"):
        compute_block(payload, str(tmp_path / "elsewhere.zarr"), plan.blocks()[0])


def test_a_store_that_the_workers_wrote_elsewhere_is_an_error(client, plan, tmp_path, monkeypatch):
    monkeypatch.setattr("jaxwire.scans.cluster.PATIENCE", (0.0, 0.01))
    monkeypatch.setattr("jaxwire.scans.cluster._computed", lambda results, todo, client: iter(todo))
    with pytest.raises(ValueError, match="`store` must be on a file system that all workers share.*12 blocks are miss"):
        run_on_cluster(plan, tmp_path / "map.zarr", client)


@pytest.mark.slow
def test_the_task_of_a_worker_computes_the_blocks_of_a_scan(tmp_path):
    """The task itself, run here: a worker would compile once more."""
    axes = {"center": np.linspace(0.6, 1.8, 12), "width": np.geomspace(0.05, 0.5, 4)}
    asked = ScanArguments(axes, temperature=0.3, voltage=0.1, observables=["current"], memory="1GB")
    plan = make_plan(jw.Lorentzian(1.44, 0.08), None, asked)
    results = Store.open(tmp_path / "map.zarr", replace(plan, block_shape=(5, 4)))
    for block in results.missing():
        assert compute_block(payload_of(results.plan), str(results.path), block) == block.index
    xarray.testing.assert_identical(results.dataset(), run_blocks(results.plan))
    twice = Observable("twice", lambda sol: 2.0 * sol.current)
    travelled = cloudpickle.loads(cloudpickle.dumps(replace(plan, observables=(twice,))))
    assert travelled.observables[0].function(SimpleNamespace(current=3.0)) == 6.0  # functions of no module travel too


def test_what_is_needed_is_asked_for(client, plan, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="`store` must be given with `cluster`"):
        run_on_cluster(plan, None, client)
    with pytest.raises(TypeError, match="`cluster` must be a distributed.Client"):
        run_on_cluster(plan, tmp_path / "map.zarr", "tcp://scheduler:8786")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"`cluster` needs Dask: pip install 'jaxwire\[cluster\]'"):
        run_on_cluster(plan, tmp_path / "map.zarr", client)
    assert not (tmp_path / "map.zarr").exists()
