"""What every file of results says about itself: commit, date, machine."""

import json
import re
import subprocess
import time
from types import SimpleNamespace

import pytest

from benchmarks import common


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository with one commit: a program and a stored result."""
    monkeypatch.delenv("JAXWIRE_COMMIT", raising=False)
    for name in ("program.py", "benchmarks/results/scans.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1\n")
    author = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    return tmp_path


def test_the_commit_is_dirty_where_a_program_differs_but_not_where_a_result_does(checkout):
    command = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    whole = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    clean = common.commit(checkout)
    assert clean is not None and len(clean) >= 7 and whole.startswith(clean)
    (checkout / "benchmarks/results/scans.json").write_text("2\n")
    assert common.commit(checkout) == clean
    (checkout / "program.py").write_text("2\n")
    assert common.commit(checkout) == f"{clean}-dirty"


def test_a_copy_without_its_history_can_be_told_its_commit(tmp_path, monkeypatch):
    monkeypatch.delenv("JAXWIRE_COMMIT", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert common.commit(tmp_path) is None
    monkeypatch.setenv("JAXWIRE_COMMIT", "abc1234")
    assert common.commit(tmp_path) == "abc1234"


def test_every_stored_file_says_commit_date_and_machine(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(common, "commit", lambda: "abc1234-dirty")
    before = common.today()
    common.store("some", [{"name": "a"}], tmp_path, points=3, packages=("equinox",))
    stored = json.loads((tmp_path / "some.json").read_text())
    assert set(stored) == {"commit", "date", "machine", "points", "rows"}
    assert stored["commit"] == "abc1234-dirty" and stored["rows"] == [{"name": "a"}] and stored["points"] == 3
    assert before <= stored["date"] <= time.strftime("%Y-%m-%d") and re.fullmatch(r"\d{4}-\d\d-\d\d", stored["date"])
    assert {"device", "processor", "cores", "versions"} <= set(stored["machine"])
    assert {"jax", "equinox"} <= set(stored["machine"]["versions"])
    assert json.loads(capsys.readouterr().out) == {"name": "a"}
    assert [path.name for path in tmp_path.iterdir()] == ["some.json"]


def test_the_memory_of_an_accelerator_is_in_the_file(monkeypatch):
    import jax

    card = SimpleNamespace(platform="gpu", device_kind="a card", memory_stats=lambda: {"bytes_limit": 60 * 2**30})
    monkeypatch.setattr(jax, "devices", lambda: [card])
    found = common.machine()
    assert (found["device"], found["device_memory_for_jax_GiB"]) == ("a card", 60.0)
    monkeypatch.setattr(jax, "devices", lambda: [SimpleNamespace(platform="cpu", device_kind="cpu")])
    found = common.machine()
    assert found["device"] == "cpu" and "device_memory_for_jax_GiB" not in found
