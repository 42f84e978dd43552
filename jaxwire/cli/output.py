"""Where results go: files, checked before anything is computed, and the terminal, which may be closed, full or old.

Complaints are `ValueError`s and `OSError`s, which `base.about_input` turns into one line; those about standard output
are `StandardOutputError`s, which `base.main` turns into an exit code.
"""

import csv
import errno
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxwire.numerics.output_file import check_output_file, output_file

if TYPE_CHECKING:
    import xarray


HEADERS = 2**16
"""Bytes of a NetCDF file beyond its numbers and attributes."""


class StandardOutputError(Exception):
    """What was printed did not arrive.

    Attributes:
        is_unwanted: whether the reader has closed the pipe, as `head` does.
    """

    def __init__(self, reason: str, is_unwanted: bool = False) -> None:
        """Tell why."""
        super().__init__(f"standard output cannot be written: {reason}.")
        self.is_unwanted = is_unwanted


class _Watched:
    """A stream whose failures are told from those of other files."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with _about_output():
            return self._stream.write(text)

    def flush(self) -> None:
        with _about_output():
            self._stream.flush()


@contextmanager
def _about_output() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StandardOutputError(error.strerror or str(error), error.errno == errno.EPIPE) from error


@contextmanager
def standard_output() -> Iterator[None]:
    """Make sure that what is printed in the `with` block arrives; signs that the terminal lacks are escaped.

    Raises:
        StandardOutputError: if it does not.
    """
    stream = sys.stdout
    if stream is None:
        raise StandardOutputError("it is closed")
    with _standard_error(), _escaping(stream):
        sys.stdout = _Watched(stream)
        try:
            yield
            sys.stdout.flush()
        finally:
            sys.stdout = stream
            _silence_if_broken(stream)


@contextmanager
def _standard_error() -> Iterator[None]:
    """Give what asks for standard error a stream, also where that is closed."""
    if sys.stderr is not None:
        yield
        return
    with open(os.devnull, "w") as nowhere:
        sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stderr = None


@contextmanager
def _escaping(stream: Any) -> Iterator[None]:
    """Write signs that the encoding of a terminal lacks as numbers."""
    before = getattr(stream, "errors", None)
    if before != "strict" or not hasattr(stream, "reconfigure"):
        yield
        return
    stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        with suppress(OSError):  # it is flushed once more
            stream.reconfigure(errors=before)


def _silence_if_broken(stream: Any) -> None:
    """Send what is left to nowhere: Python flushes once more at its end, and would complain again."""
    try:
        stream.flush()
    except OSError:
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def complain(text: str) -> None:
    """Print a line on standard error, if that can be written."""
    if sys.stderr is None:  # print would take standard output instead
        return
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def print_table(titles: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print columns of numbers; a dash for those that do not exist."""
    widths = [max(12, len(words)) for words in titles]
    print(*(f"{words:>{width}}" for words, width in zip(titles, widths, strict=True)))
    for row in rows:
        cells = (f"{value:.6g}" if isfinite(value) else "-" for value in row)
        print(*(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


def print_json(result: Any) -> None:
    """Print for machines."""
    print(_json(result))


def write_json(path: Path, result: Any) -> None:
    """Write what `print_json` prints."""
    with output_file(path) as beside:
        beside.write_text(_json(result) + "\n", encoding="utf-8")


def _json(result: Any) -> str:
    import json

    return json.dumps(_plain(result), indent=1, allow_nan=False)


def _plain(value: Any) -> Any:
    """What JSON can hold: paths as text, numbers that are not finite as null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not isfinite(value) else value


def check_outputs(
    files: Mapping[str, Path | None], figures: Mapping[str, Path | None], inputs: Iterable[Path | None] = ()
) -> None:
    """Complain of files that cannot be written, before anything is computed.

    Args:
        files: where data go, by option.
        figures: where figures go, by option.
        inputs: what is read, and must not be written over.

    Raises:
        ValueError: naming the option.
    """
    read = {os.path.realpath(path) for path in inputs if path is not None and path.is_file()}
    taken: dict[str, str] = {}
    for option, path in [*files.items(), *figures.items()]:
        if path is None:
            continue
        if option in figures:
            _require_format(option, path)
        require_folder(option, path)
        place = os.path.realpath(path)
        if place in read:
            raise ValueError(f"`{option}` must not be a file that is read, got '{path}', which would be lost.")
        if place in taken:
            raise ValueError(f"`{option}` must be another file than `{taken[place]}`, got '{path}' for both.")
        taken[place] = option
        check_output_file(option, path)


def require_folder(option: str, path: Path | None) -> None:
    """Complain of a path in a folder that does not exist, or that no file can have."""
    if path is not None and "\0" in str(path):
        raise ValueError(f"`{option}` must be a path without null characters, got {str(path)!r}.")
    if path is not None and not path.absolute().parent.is_dir():
        raise ValueError(f"`{option}` must be in an existing folder, got '{path}'.")


def _require_format(option: str, path: Path) -> None:
    from jaxwire.plot.style import FORMATS

    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"`{option}` must end in one of {', '.join(FORMATS)}, got '{path}'.")


def write_csv(path: Path, columns: Mapping[str, Sequence[float]]) -> None:
    """Write columns of one length under their names."""
    with output_file(path) as beside, beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_netcdf(path: Path, dataset: "xarray.Dataset", is_kept: bool) -> None:
    """Write a Dataset as NetCDF 4.

    Args:
        path: the file.
        dataset: the results.
        is_kept: whether they are on the disk already; if not, and the file cannot be written, they are written to the
            system's folder for temporary files.

    Raises:
        OSError: if the file cannot be written; the text says where the results are.
    """
    try:
        _write_netcdf(path, dataset)
    except OSError as error:
        refuge = None if is_kept else _refuge(dataset)
        if refuge is None:
            raise
        raise OSError(error.errno, f"{error.strerror}; the results are in '{refuge}'", str(path)) from error


def _refuge(dataset: "xarray.Dataset") -> str | None:
    """A file for what would be lost, if it can be written."""
    try:
        descriptor, path = tempfile.mkstemp(prefix="jaxwire-", suffix=".nc")
        os.close(descriptor)
        _write_netcdf(Path(path), dataset)
    except OSError:
        return None
    return path


def _write_netcdf(path: Path, dataset: "xarray.Dataset") -> None:
    size = dataset.nbytes + sum(len(str(text)) for text in dataset.attrs.values()) + HEADERS
    with output_file(path, size) as beside:
        try:
            dataset.to_netcdf(beside, engine="h5netcdf")
        except RuntimeError as error:  # of HDF5, where it cannot close its file
            raise OSError(errno.EIO, str(error).partition("\n")[0]) from error
