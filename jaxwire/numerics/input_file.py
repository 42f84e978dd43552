"""Text files that a user names: read up to a size, with complaints that name the file."""

from pathlib import Path

LARGEST = 100_000_000
"""Bytes of a text file at most: a million rows of any table, and a tenth of the memory of a small machine."""


def text_of(path: Path, name: str) -> str:
    """Text of a file in UTF-8, with or without the mark that spreadsheets put at its beginning.

    Args:
        path: the file; also a device or a pipe, which may have no end.
        name: what complaints begin with.

    Raises:
        ValueError: if it cannot be read, is larger than 100 MB, or is no text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"`{name}` must be a file that can be read, got {_shown(path)}: {reason}.") from None
    if len(data) > LARGEST:
        raise ValueError(f"`{name}` must be a file of at most {LARGEST // 1_000_000} MB, got {_shown(path)}.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise ValueError(f"`{name}` must be a text file in UTF-8, got {_shown(path)}.") from None


def _shown(path: Path) -> str:
    return f"'{path}'" if str(path).isprintable() else repr(str(path))
