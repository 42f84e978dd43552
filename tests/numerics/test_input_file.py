"""Text files are read up to a size, and what cannot be read is one line that names the file."""

import os
import threading
from pathlib import Path

import pytest

import jaxwire as jw
from jaxwire.numerics import input_file
from jaxwire.numerics.input_file import text_of


def test_text_is_read_with_and_without_the_mark_of_spreadsheets(tmp_path):
    for data in (b"x,y\n1,2\n", b"\xef\xbb\xbfx,y\r\n1,2\r\n", b"x,y\r1,2\r"):
        (tmp_path / "a.csv").write_bytes(data)
        assert text_of(tmp_path / "a.csv", "source") == "x,y\n1,2\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none.csv", "must be a file that can be read, got '.*none.csv': No such file or directory"),
        (".", "must be a file that can be read, got '.*': Is a directory"),
        ("a\0b", "must be a file that can be read, got '.*x00b': embedded null byte"),
        ("latin.csv", "must be a text file in UTF-8, got '.*latin.csv'"),
        ("long.csv", "must be a file of at most 0 MB, got '.*long.csv'"),
    ],
)
def test_what_cannot_be_read_is_one_line(name, reason, tmp_path, monkeypatch):
    (tmp_path / "latin.csv").write_bytes(b"\xff")
    (tmp_path / "long.csv").write_bytes(b" " * 1001)
    monkeypatch.setattr(input_file, "LARGEST", 1000)
    with pytest.raises(ValueError, match=f"^`source` {reason}") as caught:
        text_of(tmp_path / name, "source")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_input_without_an_end_is_read_up_to_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(input_file, "LARGEST", 1000)
    pipe = tmp_path / "endless"
    os.mkfifo(pipe)

    def write():
        try:
            with pipe.open("wb") as file:
                while True:
                    file.write(b" " * 4096)
        except BrokenPipeError:
            pass

    writer = threading.Thread(target=write)
    writer.start()
    with pytest.raises(ValueError, match="must be a file of at most"):
        text_of(pipe, "config")
    writer.join()


def test_an_entry_that_csv_does_not_take_is_one_line(tmp_path):
    path = Path(tmp_path / "a.csv")
    path.write_text("x,y\n" + "1" * 140_000 + ",2\n")
    with pytest.raises(
        ValueError, match="^`x` must have lines of at most 100,000 characters, got 140,002 in line 2 of"
    ):
        jw.read_profile(path)
