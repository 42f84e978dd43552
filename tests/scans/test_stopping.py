"""What stops a scan: a full disk, a removed store, another run in the same one, Ctrl-C; and what the user is told."""

import errno
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray
from fake_plan import FakePlan

from jaxwire.scans.progress import progress
from jaxwire.scans.run import run_blocks
from jaxwire.scans.store.store import Store

HELPERS = Path(__file__).parents[1] / "helpers"


@pytest.fixture
def plan(tmp_path):
    return FakePlan(log=str(tmp_path / "log"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "map.zarr"


FULL_DISK = """
import resource, sys
from fake_plan import FakePlan
from jaxwire.scans.run import run_blocks
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    run_blocks(FakePlan(n_x=100), sys.argv[1])
except OSError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_is_an_error_of_one_line_and_the_scan_goes_on_later(path):
    answer = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], cwd=HELPERS, capture_output=True, text=True, check=True
    )
    assert answer.stdout == f"[Errno {errno.EFBIG}] File too large: '{path}'\n" and answer.stderr == ""
    assert not list(path.rglob("*.partial"))
    plan = FakePlan(n_x=100)
    xarray.testing.assert_identical(run_blocks(plan, path), run_blocks(plan))


def test_a_full_disk_says_that_what_is_written_is_kept(plan, path, monkeypatch):
    def fail(self, *arguments):
        raise OSError(errno.ENOSPC, "No space left on device", "some chunk")

    monkeypatch.setattr(Store, "_put", fail)
    with pytest.raises(OSError, match=r"No space left on device; what was written is kept: make room .*: '.*map.zarr'"):
        run_blocks(plan, path)


def test_a_store_that_is_removed_while_it_is_written_is_not_made_again_in_part(plan, path):
    opened = Store.open(path, plan)
    path.rename(path.with_name("moved.zarr"))
    with pytest.raises(FileNotFoundError, match="the store has been removed"):
        opened.write(plan.blocks()[0], plan.compute(plan.blocks()[0]))
    assert not path.exists()


def test_two_runs_on_one_store_at_once_do_no_harm(path, tmp_path):
    plan = FakePlan(shape=(6, 16), block_shape=(2, 4), log=str(tmp_path / "log"))
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_blocks, plan, path) for _ in range(2)]
        while not all(run.done() for run in runs):  # a third one, which takes unfinished files for strays
            if path.exists():
                Store.open(path, plan)
    for run in runs:
        xarray.testing.assert_identical(run.result(), run_blocks(replace(plan, log="")))
    assert set(plan.computed()) == set(range(12))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log", "map.zarr"]


class Interrupted(FakePlan):
    """A plan whose sixth block is never finished: the user presses Ctrl-C."""

    def compute(self, block):
        if block.index == 5:
            raise KeyboardInterrupt
        return super().compute(block)


def test_ctrl_c_leaves_a_store_that_goes_on_and_says_how(plan, path):
    with pytest.raises(KeyboardInterrupt, match=r"^stopped after 5 of 12 blocks; run the same scan again with store="):
        run_blocks(Interrupted(), path)
    xarray.testing.assert_identical(run_blocks(plan, path), run_blocks(FakePlan()))
    assert plan.computed() == list(range(5, 12))
    with pytest.raises(KeyboardInterrupt, match=r"^stopped after 5 of 12 blocks, which are lost: with store= a scan"):
        run_blocks(Interrupted())


COMMAND = """
import sys
from fake_plan import FakePlan
from jaxwire import cli

@cli.app.command
def slow(store: str):
    from jaxwire.scans.run import run_blocks
    run_blocks(FakePlan(pause=0.1), store)

sys.exit(cli.main(["slow", sys.argv[1]]))
"""


def test_ctrl_c_ends_the_command_line_with_one_line(path):
    command = [sys.executable, "-c", COMMAND, str(path)]
    with subprocess.Popen(command, cwd=HELPERS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (path / "done" / "c" / "1").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, complaint = process.communicate()
    assert (process.returncode, out) == (130, "")
    start = "jaxwire: stopped after "
    assert (
        complaint.startswith(start) and complaint.endswith(f"store='{path}' to go on\n") and complaint.count("\n") == 1
    )
    done = int(complaint.removeprefix(start).split()[0])
    assert 2 <= done < 12 and len(Store.open(path, FakePlan()).missing()) == 12 - done


def test_progress_is_silent_without_a_terminal_and_on_wish(capsys, monkeypatch):
    with progress("map") as report:
        report(0, 2)
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    with progress("map", is_shown=False) as report:
        report(0, 2)
    assert capsys.readouterr() == ("", "")


def test_progress_tells_rate_and_remaining_time_of_this_run_alone(capsys, monkeypatch):
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("COLUMNS", "150")
    now = iter(np.arange(0.0, 1e4, 0.5))
    monkeypatch.setattr("rich.console.monotonic", lambda: next(now))
    with progress("map") as report:
        for done in range(9_000, 10_000, 100):  # 9,000 are from an earlier run
            report(done, 10_000)
    shown = capsys.readouterr().err
    assert "map: solving" in shown and "9900/10000" in shown and "points/s" in shown and "left" in shown
    rates = [float(word.split()[-1]) for word in shown.split(" points/s")[:-1]]
    assert rates and all(1 < rate < 300 for rate in rates)  # by this clock the earlier ones would make it thousands


def test_without_a_terminal_progress_is_a_plain_line_now_and_then(capsys, monkeypatch):
    now = iter([0.0, 0.0, 5.0, 10.0, 40.0, 50.0])
    monkeypatch.setattr("jaxwire.scans.progress.monotonic", lambda: next(now))
    with progress("map") as report:
        for done in (500, 600, 1_300, 1_400):  # 500 are from an earlier run
            report(done, 2_100)
    said = capsys.readouterr()
    assert said == ("", "map: 1,300 of 2,100 points, 20 points/s, 40 s left\n")  # 800 in 40 s
