"""Text files that a user names: read once, up to a size, in their encoding, with complaints that name them."""

import codecs
import os
import select
import stat
import time
from pathlib import Path

LARGEST = 16_000_000
"""Bytes of a text file at most: 100,000 rows of any table, and read in a second."""

PATIENCE, IN_ALL = 10.0, 60.0
"""Seconds for which the next data of a pipe are waited for, and for which it is read in all."""

LONGEST_NAME = 120
"""Characters of a file's name that a message repeats."""

MOSTLY = 0.7
"""Share of every other byte that is zero in UTF-16 without a mark."""

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


def file_words(path: object) -> str:
    """A file's name as messages repeat it: in quotes, in one line."""
    text = str(path)
    text = text if len(text) <= LONGEST_NAME else f"{text[:30]}...{text[33 - LONGEST_NAME :]}"
    return f"'{text}'" if text.isprintable() else repr(text)


def text_of(path: Path, name: str, largest: int | None = None, fallback: str | None = None) -> str:
    """Text of a file; lines end with a line feed.

    Args:
        path: the file; also a device or a pipe, which may have no end, or no beginning.
        name: what complaints begin with.
        largest: bytes at most; `LARGEST` unless given.
        fallback: encoding of a file that is not in UTF-8 and has no byte order mark; such files are refused unless
            given.

    Raises:
        ValueError: if it cannot be read, is too large, or is no text.
    """
    most = LARGEST if largest is None else largest
    try:
        data = _bytes_of(path, most)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"`{name}` must be a file that can be read, got {file_words(path)}: {reason}.") from None
    if len(data) > most:
        raise ValueError(f"`{name}` must be a file of at most {most // 1_000_000} MB, got {file_words(path)}.")
    return decoded(data, file_words(path), name, fallback)


def _bytes_of(path: Path, most: int) -> bytes:
    """What a file holds; of too much, one byte more than allowed."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        mode = os.fstat(handle).st_mode
        end, parts, size = time.monotonic() + IN_ALL, [], 0
        while size <= most:
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode) and os.name == "posix":
                ready, _, _ = select.select([handle], [], [], PATIENCE)
                if not ready or time.monotonic() > end:
                    raise TimeoutError(0, f"no data for {PATIENCE:g} s, or no end within {IN_ALL:g} s")
            part = os.read(handle, min(2**20, most + 1 - size))
            if not part:
                break
            parts.append(part)
            size += len(part)
        return b"".join(parts)
    finally:
        os.close(handle)


def decoded(data: bytes, what: str, name: str, fallback: str | None = None) -> str:
    """Bytes as text: by their byte order mark, else UTF-8, UTF-16 where every other byte is zero, else `fallback`.

    Args:
        data: the bytes.
        what: the file in words.
        name: what complaints begin with.
        fallback: as in `text_of`.

    Raises:
        ValueError: if they are no text.
    """
    for mark, words in OTHER_FORMATS:
        if data.startswith(mark):
            raise ValueError(f"`{name}` must be a text file, exported as CSV for example, got {words}: {what}.")
    encodings = ["utf-8", *([fallback] if fallback else [])]
    zeros = [data[at:4096:2].count(0) / max(1, len(data[at:4096:2])) for at in (0, 1)]
    if marked := next(((mark, encoding) for mark, encoding in MARKS if data.startswith(mark)), None):
        data, encodings = data[len(marked[0]) :], [marked[1]]
    elif max(zeros) > MOSTLY and min(zeros) == 0.0:  # letters and digits of Latin have one byte that is not zero
        encodings = ["utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise ValueError(f"`{name}` must be a text file in {encodings[0].upper()}, got {what}.")
