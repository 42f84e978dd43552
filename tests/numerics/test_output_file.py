"""Files are written whole or not at all, and what cannot be written is known before."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jaxwire.numerics.output_file import check_output_file, output_file


def test_a_file_is_replaced_when_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    path.chmod(0o640)
    with path.open() as reader, output_file(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old" and beside.suffix == ".csv" and beside.parent == tmp_path
    assert path.read_text() == "new" and reader.closed
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_stays_as_it_was_where_writing_fails(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), output_file(path) as beside:
        beside.write_text("half of the n")
        raise ZeroDivisionError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_what_a_link_points_to_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "folder" / "a.csv")  # which is not there yet
    with output_file(link) as beside:
        beside.write_text("new")
    assert link.is_symlink() and (tmp_path / "folder" / "a.csv").read_text() == "new"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the devices of Linux")
def test_devices_are_written_to_and_not_replaced():
    with output_file("/dev/null") as beside:
        beside.write_text("all of it")
    with pytest.raises(OSError) as caught, output_file("/dev/full") as beside:
        beside.write_text("all of it")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "/dev/full")
    assert not Path("/dev/full").is_file() and not Path("/dev/null").is_file()


def test_files_that_cannot_be_written_are_known_before(tmp_path):
    (tmp_path / "file.csv").write_text("old")
    check_output_file("csv", tmp_path / "file.csv")
    check_output_file("csv", tmp_path / "new.csv")
    assert (tmp_path / "file.csv").read_text() == "old" and not (tmp_path / "new.csv").exists()
    for name, reason in [
        ("", "Is a directory"),
        ("nowhere/a.csv", "No such file or directory"),
        ("file.csv/a.csv", "Not a directory"),
        ("a" * 300, "File name too long"),
        ("a\0.csv", "embedded null byte"),
    ]:
        with pytest.raises(ValueError, match=f"^`csv` must be a file that can be written, got '.*': {reason}.$"):
            check_output_file("csv", tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_made_read_only_is_respected(tmp_path):
    (tmp_path / "a.csv").touch(0o444)
    with pytest.raises(ValueError, match="Permission denied"):
        check_output_file("csv", tmp_path / "a.csv")


LIMITED = """
import resource, sys
from jaxwire.numerics.output_file import check_output_file, output_file
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
check_output_file("csv", sys.argv[1])
with output_file(sys.argv[1], size=200_000) as beside:
    print("room was promised")
"""


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="the system cannot reserve room")
def test_room_is_made_sure_of_before_anything_is_written(tmp_path):
    path = tmp_path / "a.nc"
    path.write_text("old")
    answer = subprocess.run([sys.executable, "-c", LIMITED, path], capture_output=True, text=True, check=False)
    assert "File too large" in answer.stderr and answer.stdout == ""
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
