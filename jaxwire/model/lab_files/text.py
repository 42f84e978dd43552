"""The text of a file: read within limits of size and time, in the encoding that it is in.

A file is read once, so that pipes work as well. What never ends, or does not begin, is refused.
"""

import codecs
import os
import select
import stat
import time
from pathlib import Path
from typing import Any

MOST_OF_A_TABLE = 16 * 2**20
"""Bytes of a file of numbers: a hundred times what a fit of 1e4 readings needs."""

MOST_OF_A_CONFIG = 4 * 2**20
"""Bytes of a TOML file: tables of 1e5 numbers fit in."""

PATIENCE = 30.0
"""Seconds for which data of a pipe are waited for."""

MOSTLY = 0.7
"""Share of every other byte that is zero in UTF-16 without a mark."""

LONGEST_NAME = 120
"""Characters of a file's name that a message repeats."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, which say what the encoding is."""

OTHER_FORMATS = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of the old kind"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x89HDF", "an HDF5 or NetCDF file"),
    (b"CDF\x01", "a NetCDF file"),
    (b"CDF\x02", "a NetCDF file"),
    (b"CDF\x05", "a NetCDF file"),
    (b"PAR1", "a Parquet file"),
    (b"\x93NUMPY", "a file of NumPy"),
    (b"%PDF", "a PDF file"),
    (b"MATLAB 5", "a file of Matlab"),
)
"""How files begin that hold no text, and what they are."""


def file_words(path: Any) -> str:
    """A file's name as messages repeat it: in quotes, in one line."""
    name = repr(str(path))
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 4]}...'"


def read_text(path: Path, most: int, fallback: str | None = None) -> str:
    """Text of a file of at most `most` bytes; `fallback` is the encoding if it has no mark and is not UTF-8.

    Raises:
        OSError: if the file cannot be opened or read.
        ValueError: if it is too large, ends never or begins not, or is in no such encoding; the message ends with the
            name of the file, and does not begin with that of an argument.
    """
    return decode(read_bytes(path, most), path, fallback)


def read_bytes(path: Path, most: int) -> bytes:
    """Bytes of a file.

    Raises:
        OSError: if it cannot be opened or read.
        ValueError: as `read_text`.
    """
    if "\0" in str(path):
        raise ValueError(f"must have a name without the character NUL, got {file_words(path)}")
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        about = os.fstat(handle)
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(21, "Is a directory", str(path))
        is_stream = not stat.S_ISREG(about.st_mode)
        data = b"" if about.st_size > most else _all_bytes(handle, most, path, is_stream)
    finally:
        os.close(handle)
    if max(len(data), about.st_size) > most:
        raise ValueError(f"must be at most {most / 2**20:g} MiB, got more in {file_words(path)}")
    return data


def _all_bytes(handle: int, most: int, path: Path, is_stream: bool) -> bytes:
    """What a file holds, and no more than shows that it is too much."""
    end, parts, size = time.monotonic() + PATIENCE, [], 0
    while size <= most:
        if is_stream and os.name == "posix" and not select.select([handle], [], [], max(0.0, end - time.monotonic()))[0]:
            raise ValueError(f"must have its data within {PATIENCE:g} s, got none from {file_words(path)}")
        part = os.read(handle, min(2**20, most + 1 - size))
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def require_text(data: bytes, path: Any) -> None:
    """Refuse what is known not to be text.

    Raises:
        ValueError: as `read_text`.
    """
    for mark, words in OTHER_FORMATS:
        if data.startswith(mark):
            raise ValueError(f"must be a text file, exported as CSV for example, got {words}: {file_words(path)}")


def decode(data: bytes, path: Any, fallback: str | None = None) -> str:
    """Bytes as text: by their byte order mark, else UTF-8, UTF-16 where every other byte is zero, else `fallback`.

    Raises:
        ValueError: as `read_text`.
    """
    require_text(data, path)
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], path, [encoding])
    zeros = [data[at:4096:2].count(0) / max(1, len(data[at:4096:2])) for at in (0, 1)]
    if max(zeros) > MOSTLY and min(zeros) == 0.0:  # letters and digits of Latin have one byte that is not zero
        return _decoded(data, path, ["utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"])
    return _decoded(data, path, ["utf-8", *([fallback] if fallback else [])])


def _decoded(data: bytes, path: Any, encodings: list[str]) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ValueError(f"must be a text file in {encodings[0].upper()}, got {file_words(path)}")
