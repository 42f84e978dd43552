"""A folder of arrays whose chunks are whole or absent: zarr version 3, one file per chunk.

Zarr writes a chunk under a name that ends in `.partial` and renames it, so that a process that is killed leaves the
old chunk, the new one or none, and perhaps a stray `.partial`. Three settings make this a proof that can be checked:
every chunk carries a checksum (a power failure may leave a file that is not whole: nothing is forced to the disk), a
chunk is written even where it equals the fill value, and writes cover whole chunks, so that nothing is read before.
"""

import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

STRAY = ".partial"
"""How the name of a chunk ends while it is being written; `zarr.storage.LocalStore` chose it."""


def fill_value(dtype: np.dtype) -> Any:
    """Value of an array where nothing has been written: NaN, false, or an integer that no observable takes."""
    if dtype.kind in "fc":
        return np.nan
    if dtype.kind in "iu":
        return np.iinfo(dtype).min if dtype.kind == "i" else np.iinfo(dtype).max
    return False if dtype.kind == "b" else ""


def create_folder(folder: Path, attrs: Mapping[str, Any]) -> Any:
    """Make `folder`, which must not exist, a zarr group without arrays."""
    import zarr

    folder.mkdir()
    return zarr.create_group(str(folder), zarr_format=3, attributes=dict(attrs))


def add_array(
    group: Any,
    name: str,
    dims: Sequence[str],
    like: np.ndarray | tuple[tuple[int, ...], Any],
    chunks: Sequence[int] | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> None:
    """Add an array to a group, with the values of `like`, or of its (shape, dtype) and empty."""
    from zarr.codecs import ZstdCodec

    shape, dtype = (like.shape, like.dtype) if isinstance(like, np.ndarray) else (like[0], np.dtype(like[1]))
    array = group.create_array(
        name,
        shape=shape,
        chunks=tuple(max(1, size) for size in (shape if chunks is None else chunks)),
        dtype=str if dtype.kind == "U" else dtype,
        compressors=[ZstdCodec(checksum=True)],
        fill_value=fill_value(dtype),
        dimension_names=tuple(dims),
        attributes=dict(attrs or {}),
        config={"write_empty_chunks": True},
    )
    if isinstance(like, np.ndarray):
        array[...] = like


_one_at_a_time = threading.Lock()
"""Filters of warnings belong to the process: a thread that restores them must not do so under another one."""


def seal(folder: Path) -> None:
    """Gather the descriptions of all arrays in one file, where `xarray.open_zarr` looks for them."""
    import zarr

    # zarr 2 had it, every reader of version 3 in Python has it, the standard not yet.
    with _one_at_a_time, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part")
        zarr.consolidate_metadata(str(folder))


def open_arrays(folder: Path) -> dict[str, Any]:
    """The arrays of a folder by name, set to write chunks that equal the fill value.

    Raises:
        ValueError: if the folder is not a zarr group, or its description is damaged.
    """
    import zarr

    try:
        group = zarr.open_group(str(folder), mode="r+", use_consolidated=True)
        return {name: array.with_config({"write_empty_chunks": True}) for name, array in group.arrays()}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the description of its arrays is damaged ({error})") from error


def chunk_name(array: str, position: Sequence[int]) -> str:
    """File of a chunk, relative to the folder."""
    return "/".join([array, "c", *map(str, position)])


def chunk_files(folder: Path) -> Iterator[str]:
    """Names of all files below the folder, relative to it, with `/` between the parts."""
    for place, _, names in os.walk(folder):
        below = Path(place).relative_to(folder).as_posix()
        yield from names if below == "." else (f"{below}/{name}" for name in names)


def read_chunk(file: Path) -> bytes | None:
    """Bytes that a chunk holds, or None if the file is damaged or cannot be read."""
    from numcodecs import Zstd

    try:
        return bytes(Zstd().decode(file.read_bytes()))
    except (OSError, RuntimeError, ValueError):
        return None
