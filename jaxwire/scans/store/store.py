"""A scan on disk: a zarr folder that any process may be killed while writing, and that xarray opens as the result.

Every block of a scan is one chunk of every variable. A block is written variable by variable, and last comes its chunk
in the array `done`; a chunk is whole or absent (`chunks`). What a folder holds is therefore read off its files, and
any run of the same scan goes on from there. Several runs may write to one store at once: the blocks that both compute
are the same, and each chunk replaces the other's as a whole.

A new store is made under a temporary name in the same folder and renamed, so that a store is complete or not there.
It keeps the inputs of its scan (`record`) and refuses any other, also one of another version of jaxwire.
"""

import errno
import glob
import os
import shutil
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxwire.scans.store import chunks
from jaxwire.scans.store.record import DONE, new_record, read_record, refuse_other, warn_of_versions

if TYPE_CHECKING:
    import xarray


NEW = ".new"
"""How the temporary name of a new store ends."""

ABANDONED_AFTER = 600.0
"""Seconds after which a temporary folder is taken for the left-over of a killed process; making a store takes 0.1 s."""

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
        self._arrays = chunks.open_arrays(self.path)

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
        _check_names(plan)
        with _about_files(folder):
            _remove_abandoned(folder)
            if not folder.exists() or not any(folder.iterdir()):
                _create(folder, plan)
            record = read_record(folder)
            refuse_other(folder, record, plan)
            store = cls(folder, replace(plan, block_shape=tuple(record["block_shape"])))
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
        return _dataset(self.path, list(self.plan.variables), len(self.missing()), len(self.plan.blocks()))

    def stopped(self) -> str:
        """What to tell someone who stopped the scan."""
        total = len(self.plan.blocks())
        done = total - len(self.missing())
        return f"stopped after {done} of {total} blocks; run the same scan again with store='{self.path}' to go on"

    def _files(self, block: Any) -> list[str]:
        """Chunks of a block, the one in `done` first."""
        corner = [part.start // size for part, size in zip(block.region, self.plan.block_shape, strict=True)]
        own = {name: [0] * len(variable.shape) for name, variable in self.plan.variables.items()}
        names = [chunks.chunk_name(name, corner + zeros) for name, zeros in own.items()]
        return [chunks.chunk_name(DONE, [block.index]), *names]

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
        """Delete unfinished files and damaged blocks, and write damaged coordinates anew."""
        files = set(chunks.chunk_files(self.path))
        for file in files:
            if file.endswith(chunks.STRAY):
                (self.path / file).unlink(missing_ok=True)
        for name, (_, values, _) in self.plan.coords.items():
            if chunks.read_chunk(self.path / chunks.chunk_name(name, [0] * np.ndim(values))) is None:
                self._arrays[name][...] = np.asarray(values)
        damaged = []
        for block in self.plan.blocks():
            names = self._files(block)
            if names[0] in files and not all(self._is_whole(name) for name in names):
                damaged.append(block.index)
                for name in names:
                    (self.path / name).unlink(missing_ok=True)
        if damaged:
            numbers = ", ".join(map(str, damaged[:8])) + (", ..." if len(damaged) > 8 else "")
            message = f"blocks of '{self.path}' are damaged and will be computed again: {numbers}."
            warnings.warn(message, RuntimeWarning, stacklevel=4)

    def _is_whole(self, file: str) -> bool:
        array = self._arrays[file.split("/")[0]]
        found = chunks.read_chunk(self.path / file)
        return found is not None and len(found) == int(np.prod(array.chunks)) * array.dtype.itemsize


def open_scan(path: str | os.PathLike) -> "xarray.Dataset":
    """Open a stored scan, finished or not, as an xarray.Dataset; values are read where they are used.

    All checksums are compared first. Where blocks are missing the values are NaN (integers: the least of their type),
    and the attribute `unfinished` says how many there are.

    Args:
        path: folder of the store.

    Raises:
        ValueError: if there is no scan at this path, or a chunk of it is damaged.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ValueError(f"`store` must be the folder of a scan, got '{folder}', which is none.")
    with _about_files(folder):
        variables = read_record(folder)["variables"]
        files = set(chunks.chunk_files(folder))
        for file in sorted(files):
            is_chunk = file.split("/")[1:2] == ["c"] and not file.endswith(chunks.STRAY)
            if is_chunk and chunks.read_chunk(folder / file) is None:
                raise ValueError(
                    f"`store` '{folder}' is damaged in its chunk '{file}': run the same scan again with this store, "
                    "which computes again what is damaged."
                )
        total = chunks.open_arrays(folder)[DONE].shape[0]
        there = sum(chunks.chunk_name(DONE, [index]) in files for index in range(total))
        return _dataset(folder, variables, total - there, total)


def plan_block_shape(path: str | os.PathLike) -> tuple[int, ...] | None:
    """Shape of the blocks of the scan at this path; None where there is no scan."""
    with suppress(ValueError, OSError):
        return tuple(read_record(Path(path))["block_shape"])
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


def _dataset(folder: Path, variables: list[str], missing: int, total: int) -> "xarray.Dataset":
    import xarray

    opened = xarray.open_zarr(str(folder), chunks=None, consolidated=True)[variables]
    texts = [name for name in opened.coords if opened[name].dtype.kind == "T"]  # which NetCDF does not take
    opened = opened.assign_coords(
        {name: opened[name].copy(data=np.array(opened[name].values.tolist())) for name in texts}
    )
    return opened.assign_attrs(unfinished=f"{missing} of {total} blocks are missing") if missing else opened


def _usable(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"`store` must be a path such as 'map.zarr', got {path!r:.60}.")
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"`store` must be a new path or hold a scan, got the file '{folder}'.")
    if not folder.absolute().parent.is_dir():
        raise ValueError(f"`store` must be in an existing folder, got '{folder}'.")
    return folder


def _check_names(plan: Any) -> None:
    for name in plan.variables:
        if name == DONE or "/" in name or name.startswith(("__", ".")):
            raise ValueError(f"`observables` must have names that can be stored, got {name!r}.")
        if name in plan.coords:
            raise ValueError(f"`observables` must not have the name of an axis or coordinate, got {name!r}.")


def _create(folder: Path, plan: Any) -> None:
    """Make an empty store, elsewhere, and rename it; another process that is quicker wins."""
    made = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}{NEW}")
    try:
        coords = plan.coords
        others = [name for name, (dims, _, _) in coords.items() if tuple(dims) != (name,)]
        names = {"coordinates": " ".join(others)} if others else {}
        group = chunks.create_folder(made, {**plan.attrs, **names})
        for name, (dims, values, attrs) in coords.items():
            chunks.add_array(group, name, dims, np.asarray(values), attrs=attrs)
        for name, one in plan.variables.items():
            like = ((*plan.shape, *one.shape), one.dtype)
            chunks.add_array(
                group, name, (*plan.dims, *one.dims), like, (*plan.block_shape, *one.shape), attrs=one.attrs
            )
        about = {"long_name": "whether the block is there", "scan": new_record(plan)}
        chunks.add_array(group, DONE, (f"{DONE}_block",), ((len(plan.blocks()),), bool), (1,), attrs=about)
        chunks.seal(made)
        os.rename(made, folder)
    except BaseException as error:
        shutil.rmtree(made, ignore_errors=True)
        if not (isinstance(error, OSError) and error.errno in (errno.ENOTEMPTY, errno.EEXIST)):
            raise


def _remove_abandoned(folder: Path) -> None:
    """Remove what a process that was killed while it made this store has left."""
    for found in folder.absolute().parent.glob(f".{glob.escape(folder.name)}.*{NEW}"):
        with suppress(OSError):
            if time.time() - found.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(found, ignore_errors=True)


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
