"""What is compiled outlives the process when it is asked to, whoever else writes there and whatever is damaged."""

import os
import subprocess
import sys

import pytest

import jaxwire as jw

PROGRAM = """
import sys
import jaxwire as jw
jw.keep_compiled(sys.argv[1])
import jax
read = []
jax.monitoring.register_event_listener(lambda name, **_: read.append(name.endswith("cache_hits")))
print(jax.jit(lambda x: jax.numpy.sin(x) + x**2)(2.0), sum(read))
"""


def start(folder):
    environment = {name: value for name, value in os.environ.items() if name != "JAX_COMPILATION_CACHE_DIR"}
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def answer(process):
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    value, hits = out.split()
    return float(value), int(hits)


def test_a_later_process_reads_what_an_earlier_one_compiled(tmp_path):
    value, hits = answer(start(tmp_path))
    again, hits_again = answer(start(tmp_path))
    assert (hits, again) == (0, value) and hits_again > 0


def test_damaged_entries_are_deleted_and_compiled_anew(tmp_path):
    value, _ = answer(start(tmp_path))
    entries = list(tmp_path.rglob("*-cache"))
    for entry in entries:
        entry.write_bytes(entry.read_bytes()[:60])
    assert answer(start(tmp_path)) == (value, 0)
    assert all(entry.stat().st_size > 60 for entry in entries)


def test_processes_that_start_at_once_share_a_directory(tmp_path):
    answers = [answer(process) for process in [start(tmp_path) for _ in range(3)]]
    assert len({value for value, _ in answers}) == 1
    assert answer(start(tmp_path))[1] > 0


def test_a_directory_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="`path` must be a directory that can be written to, got"):
        jw.keep_compiled(tmp_path / "file")
