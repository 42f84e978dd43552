"""Files that are written whole or not at all: every result goes to a new file beside its place, which is then renamed.

A process that is killed, a full disk or a mistake while writing leaves the old file as it was, and perhaps a hidden
stray one. Another process that has the old file open keeps reading the old one.
"""

import errno
import os
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TRIAL = b"\0" * 2**16
"""What is written to see whether a disk takes anything: more than file systems keep in an entry of a folder, 64 KiB."""


def check_output_file(name: str, path: str | os.PathLike) -> None:
    """Complain of a file that could not be written, before anything is computed; what is there stays as it is.

    Args:
        name: of the argument or option, for the complaint.
        path: the file.

    Raises:
        ValueError: naming the file and the reason.
    """
    try:
        with output_file(path, is_trial=True) as beside:
            beside.write_bytes(TRIAL)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"`{name}` must be a file that can be written, got '{_shown(path)}': {reason}.") from error


@contextmanager
def output_file(path: str | os.PathLike, size: int = 0, is_trial: bool = False) -> Iterator[Path]:
    """A new, empty file to be written in the `with` block, which takes the place of `path` if the block succeeds.

    It has the suffix of the path, and the permissions of the file that it replaces. What a symbolic link points to is
    replaced, not the link; a device or pipe is written to when all is known.

    Args:
        path: the file.
        size: bytes that are known to be needed: room for them is made sure of first, for libraries that do not survive
            a full disk.
        is_trial: leave everything as it was in the end.

    Raises:
        OSError: with the path as its file name, if it cannot be written.
    """
    target = Path(path)
    try:
        is_special = target.exists() and not (target.is_file() or target.is_dir())
        target = target if is_special else Path(os.path.realpath(target))
        beside = _new_file(Path(tempfile.gettempdir()) / "any" if is_special else target)
        try:
            _make_room(beside, size)
            yield beside
            _to_disk(beside)
            if is_special:
                _copy(beside, target, is_trial)
            elif not is_trial:
                os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), _shown(path)) from error


def _new_file(target: Path) -> Path:
    """Make an empty file in the folder of the target, as the target could be."""
    mode = None
    with suppress(FileNotFoundError):
        found = target.stat()
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        _require_access(target)
        mode = stat.S_IMODE(found.st_mode)
    made = target.with_name(f".{uuid.uuid4().hex}{target.suffix}")
    with made.open("xb"):
        if mode is not None:
            made.chmod(mode)
    return made


def _require_access(file: Path) -> None:
    """Respect a file that its owner made read-only, though a new one could take its place."""
    if not os.access(file, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _make_room(file: Path, size: int) -> None:
    """Reserve `size` bytes and give them back: a full disk, a quota or a limit is met here, not by a library."""
    if size <= 0 or not hasattr(os, "posix_fallocate"):
        return
    with file.open("r+b") as opened:
        os.posix_fallocate(opened.fileno(), 0, size)
        opened.truncate(0)


def _to_disk(file: Path) -> None:
    """Wait until the contents are on the disk: some file systems tell only then that they are full."""
    with file.open("r+b") as opened:
        os.fsync(opened.fileno())


def _copy(file: Path, device: Path, is_trial: bool) -> None:
    """Send a file to a device or a pipe; a trial sends nothing, and so cannot tell whether it is full."""
    if is_trial:
        _require_access(device)
        return
    with file.open("rb") as source, device.open("wb") as sink:
        shutil.copyfileobj(source, sink)


def _shown(path: str | os.PathLike) -> str:
    """A path as complaints repeat it, on one line."""
    text = os.fspath(path)
    return text if text.isprintable() else repr(text)[1:-1]
