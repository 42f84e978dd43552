"""A scan on disk: a zarr folder that any process may be killed while writing, and that xarray opens as the result.

Every block of a scan is one chunk of every variable. A block is written variable by variable, and last comes its chunk
in the array `done`; a chunk is whole or absent, and known by its signature to be of this block of this scan (`chunks`).
What a folder holds is therefore read off its files, and any run of the same scan goes on from there. Several runs may
write to one store at once: the blocks that both compute are the same, and each chunk replaces the other's as a whole.

It keeps the inputs of its scan (`record`) and refuses any other, also one of another version of jaxwire.
"""

import errno
import itertools
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxwire.scans.store import chunks
from jaxwire.scans.store.creation import check_names, create_store, remove_abandoned
from jaxwire.scans.store.record import DONE, Record, read_record, refuse_other, refuse_undescribed, warn_of_versions

if TYPE_CHECKING:
    import xarray


FULL = (errno.ENOSPC, errno.EDQUOT)


class Store:
    """The folder of one scan.

    Attributes:
        path: the folder.
        plan: the computation (`jaxwire.scans.plan.Plan`), cut into the blocks that the store was made for.
    """

    def __init__(self, path: str | os.PathLike, plan: Any) -> None:
        """Use a store that `Store.open` has made or checked, as a worker does."""
        self.path = Path(path)
        self.plan = plan
        self._record = read_record(self.path)
        self._arrays = chunks.open_arrays(self.path, self._record.identity)
        self._files_of_blocks = self._record.files_of_blocks()

    @classmethod
    def open(cls, path: str | os.PathLike, plan: Any) -> "Store":
        """Make the store of a plan, or go on with the one that is there.

        The blocks that are there are read once and their checksums compared; what is damaged is deleted, with a
        warning, so that it is computed again.

        Raises:
            ValueError: if the path holds something else, or a scan with other inputs.
            OSError: if the folder cannot be written.
        """
        folder = _usable(path)
        check_names(plan)
        refuse_undescribed(plan)
        with _about_files(folder):
            remove_abandoned(folder)
            if not folder.exists() or not any(folder.iterdir()):
                create_store(folder, plan)
            record = read_record(folder)
            refuse_other(folder, record, plan)
            store = cls(folder, replace(plan, block_shape=tuple(record.block_shape)))
            store._tidy()
            if store.missing():
                warn_of_versions(folder, record, plan)
        return store

    def missing(self) -> list[Any]:
        """The blocks of which anything is not there."""
        files = set(chunks.chunk_files(self.path))
        return [block for block in self.plan.blocks() if not files.issuperset(self._files(block))]

    def is_done(self, block: Any) -> bool:
        """Whether all of one block is there."""
        return all((self.path / file).exists() for file in self._files(block))

    def write(self, block: Any, arrays: Mapping[str, Any]) -> None:
        """Write what was computed for a block: first the variables, then that it is done.

        Raises:
            ValueError: if the arrays are not those of this block.
            OSError: if the disk is full, or the folder has gone.
        """
        check_block(self.plan, block, arrays)
        with _about_files(self.path):
            for name in self.plan.variables:
                self._put(name, block.region, np.asarray(arrays[name]))
            self._put(DONE, (slice(block.index, block.index + 1),), np.ones(1, dtype=bool))

    def dataset(self) -> "xarray.Dataset":
        """The scan, read from the disk where its values are used; fill values where blocks are missing."""
        return _dataset(self.path, self._record)

    def stopped(self) -> str:
        """What to tell someone who stopped the scan."""
        total = len(self.plan.blocks())
        done = total - len(self.missing())
        return f"stopped after {done} of {total} blocks; run the same scan again with store='{self.path}' to go on"

    def _files(self, block: Any) -> list[str]:
        """Chunks of a block, the one in `done` first."""
        return self._files_of_blocks[block.index]

    def _put(self, name: str, region: tuple[slice, ...], values: np.ndarray) -> None:
        """Write a chunk, and again if another run has taken its unfinished file for a stray one."""
        for is_last in (False, False, True):
            if not (self.path / "zarr.json").exists():  # else zarr would make a folder without description
                raise FileNotFoundError(errno.ENOENT, "the store has been removed", str(self.path))
            try:
                self._arrays[name][(*region, ...)] = values
                return
            except FileNotFoundError:
                if is_last:
                    raise

    def _tidy(self) -> None:
        """Delete unfinished files and damaged blocks, and write anew what is known: coordinates and descriptions."""
        files = set(chunks.chunk_files(self.path))
        for file in files:
            if file.endswith(chunks.STRAY):
                (self.path / file).unlink(missing_ok=True)
        chunks.restore_descriptions(self.path)
        for name, file in self._record.files_of_coordinates().items():
            if not self._is_whole(file):
                self._arrays[name][...] = np.asarray(self.plan.coords[name][1])
        damaged = []
        for block in self.plan.blocks():
            names = self._files(block)
            if names[0] in files and not all(map(self._is_whole, names)):
                damaged.append(block.index)
                for name in names:
                    (self.path / name).unlink(missing_ok=True)
        if damaged:
            numbers = ", ".join(map(str, damaged[:8])) + (", ..." if len(damaged) > 8 else "")
            message = f"blocks of '{self.path}' are damaged and will be computed again: {numbers}."
            warnings.warn(message, RuntimeWarning, stacklevel=4)

    def _is_whole(self, file: str) -> bool:
        return chunks.is_whole(self.path, file, self._record.identity)


def open_scan(path: str | os.PathLike) -> "xarray.Dataset":
    """Open a stored scan, finished or not, as an xarray.Dataset; values are read where they are used.

    All checksums and signatures are compared first. Where blocks or coordinates are missing the values are NaN
    (integers: the least of their type), and the attribute `unfinished` says what is missing; the same scan with this
    store computes it.

    Args:
        path: folder of the store.

    Raises:
        ValueError: if there is no scan at this path, or a part of it is damaged.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ValueError(f"`store` must be the folder of a scan, got '{folder}', which is none.")
    with _about_files(folder):
        record = read_record(folder)
        there = set(chunks.chunk_files(folder))
        wanted = [*record.files_of_coordinates().values(), *itertools.chain(*record.files_of_blocks())]
        for file in wanted:
            if file in there and not chunks.is_whole(folder, file, record.identity):
                raise ValueError(
                    f"`store` '{folder}' is damaged in its chunk '{file}': run the same scan again with this store, "
                    "which computes again what is damaged."
                )
        return _dataset(folder, record)


def plan_block_shape(path: str | os.PathLike) -> tuple[int, ...] | None:
    """Shape of the blocks of the scan at this path; None where there is no scan."""
    with suppress(ValueError, OSError):
        return tuple(read_record(Path(path)).block_shape)
    return None


def check_block(plan: Any, block: Any, arrays: Mapping[str, Any]) -> None:
    """Complain about arrays that are not those of a block, and about blocks that are not whole chunks.

    Raises:
        ValueError: naming the array or the block.
    """
    for part, size, length in zip(block.region, plan.block_shape, plan.shape, strict=True):
        if part.start % size or part.stop != min(part.start + size, length):
            raise ValueError(f"`block` must be one of the plan's blocks, got {block}.")
    if set(arrays) != set(plan.variables):
        raise ValueError(f"`arrays` must be {', '.join(plan.variables)}, got {', '.join(arrays)}.")
    sizes = tuple(part.stop - part.start for part in block.region)
    for name, variable in plan.variables.items():
        if np.shape(arrays[name]) != (*sizes, *variable.shape):
            raise ValueError(f"`{name}` must have shape {(*sizes, *variable.shape)}, got {np.shape(arrays[name])}.")


def _dataset(folder: Path, record: Record) -> "xarray.Dataset":
    import xarray

    opened = xarray.open_zarr(str(folder), chunks=None, consolidated=True)[record.variables]
    texts = [name for name in opened.coords if opened[name].dtype.kind == "T"]  # which NetCDF does not take
    opened = opened.assign_coords(
        {name: opened[name].copy(data=np.array(opened[name].values.tolist())) for name in texts}
    )
    missing = _what_is_missing(record, set(chunks.chunk_files(folder)))
    return opened.assign_attrs(unfinished=missing) if missing else opened


def _what_is_missing(record: Record, files: set[str]) -> str:
    """Blocks and coordinates that are not there, in words; nothing where everything is."""
    blocks = record.files_of_blocks()
    count = sum(not files.issuperset(names) for names in blocks)
    names = [name for name, file in record.files_of_coordinates().items() if file not in files]
    words = [f"{count} of {len(blocks)} blocks"] * (count > 0) + [f"the coordinate {name}" for name in names]
    return f"{' and '.join(words)} {'is' if not count and len(names) == 1 else 'are'} missing" if words else ""


def _usable(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"`store` must be a path such as 'map.zarr', got {path!r:.60}.")
    folder = Path(path)
    if not str(folder).isprintable():
        raise ValueError(f"`store` must be a path on one line, got {str(folder)!r:.60}.")
    if folder.is_symlink():  # a folder can be renamed to another one, but not to a link
        folder = Path(os.path.realpath(folder))
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"`store` must be a new path or hold a scan, got the file '{folder}'.")
    if not folder.absolute().parent.is_dir():
        raise ValueError(f"`store` must be in an existing folder, got '{folder}'.")
    if folder.exists() and os.path.samefile(folder, os.curdir) and not any(folder.iterdir()):
        raise ValueError(f"`store` must be a folder of its own, got '{folder}', the current one.")
    return folder


@contextmanager
def _about_files(folder: Path) -> Iterator[None]:
    """Give complaints of the operating system the name of the store, and a cure where there is one."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        cure = "; what was written is kept: make room and run the same scan again" if error.errno in FULL else ""
        raise OSError(error.errno, f"{error.strerror}{cure}", str(folder)) from error
