"""A folder of arrays whose chunks are whole or absent, and know where they belong: zarr version 3, one file per chunk.

Zarr writes a chunk under a name that ends in `.partial` and renames it, so that a process that is killed leaves the
old chunk, the new one or none, and perhaps a stray `.partial`. Three settings make this a proof that can be checked:
every chunk carries a checksum (a power failure may leave a file that is not whole: nothing is forced to the disk), a
chunk is written even where it equals the fill value, and writes cover whole chunks, so that nothing is read before.

A checksum is right wherever a file is copied to. Behind the numbers of a chunk therefore stands its signature, made of
its name and of the identity of its folder, in a frame that every reader of zstandard skips (RFC 8878, section 3.1.2).
"""

import hashlib
import json
import os
import struct
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxwire.numerics.output_file import output_file

STRAY = ".partial"
"""How the name of a chunk ends while it is being written; `zarr.storage.LocalStore` chose it."""

DESCRIPTION = "zarr.json"
"""File that describes a group or an array; zarr chose it."""

SKIPPED = 0x184D2A5A
"""First number of a frame that holds no data (RFC 8878: 0x184D2A50 to 0x184D2A5F)."""

SIGNATURE_BYTES = 16
"""Bytes of a signature: no two chunks share one by chance."""


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
    like: tuple[tuple[int, ...], Any],
    chunks: Sequence[int] | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> None:
    """Add an empty array of a shape and type to a group; all in one chunk unless told."""
    from zarr.codecs import ZstdCodec

    shape, dtype = like[0], np.dtype(like[1])
    group.create_array(
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


_one_at_a_time = threading.Lock()
"""Filters of warnings belong to the process: a thread that restores them must not do so under another one."""


def seal(folder: Path) -> None:
    """Gather the descriptions of all arrays in one file, where `xarray.open_zarr` looks for them."""
    import zarr

    # zarr 2 had it, every reader of version 3 in Python has it, the standard not yet.
    with _one_at_a_time, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part")
        zarr.consolidate_metadata(str(folder))


def read_description(folder: Path) -> dict[str, Any]:
    """What a folder says of itself: the attributes of the group, and the descriptions of its arrays by name.

    Raises:
        FileNotFoundError: if it says nothing.
        ValueError: if it is not what `seal` has written.
    """
    try:
        root = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        kinds = root["zarr_format"], root["node_type"], root["consolidated_metadata"]["kind"]
        found = {"attributes": root["attributes"], "arrays": root["consolidated_metadata"]["metadata"]}
        if kinds != (3, "group", "inline") or not all(isinstance(part, dict) for part in found.values()):
            raise ValueError("not a group of zarr version 3")
        return found
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{DESCRIPTION}: {type(error).__name__} {error}") from error


def restore_descriptions(folder: Path) -> None:
    """Write the descriptions of arrays that are damaged or missing anew; the one at the top holds them all."""
    for name, about in read_description(folder)["arrays"].items():
        file = folder / name / DESCRIPTION
        try:
            is_right = json.loads(file.read_text(encoding="utf-8")) == about
        except (FileNotFoundError, ValueError, RecursionError):
            is_right = False
        if not is_right:
            file.parent.mkdir(exist_ok=True)
            with output_file(file) as beside:
                beside.write_text(json.dumps(about, indent=2), encoding="utf-8")


def open_arrays(folder: Path, identity: str) -> dict[str, Any]:
    """The arrays of a folder by name, set to write chunks that equal the fill value, and to sign them."""
    import zarr

    group = zarr.open_group(_signing_store(folder, identity), mode="r+", use_consolidated=True)
    return {name: array.with_config({"write_empty_chunks": True}) for name, array in group.arrays()}


def _signing_store(folder: Path, identity: str) -> Any:
    """The files of a folder, of which every chunk is signed when it is written."""
    from zarr.storage import LocalStore

    class Signing(LocalStore):
        async def set(self, key: str, value: Any) -> None:
            mark = type(value).from_bytes(signature(identity, key))
            await super().set(key, value if key.endswith(DESCRIPTION) else value.combine([mark]))

    return Signing(str(folder))


def signature(identity: str, name: str) -> bytes:
    """What stands at the end of a chunk: a frame without data, by which it knows its folder and its place there."""
    digest = hashlib.sha256(f"{identity} {name}".encode()).digest()[:SIGNATURE_BYTES]
    return struct.pack("<II", SKIPPED, SIGNATURE_BYTES) + digest


def chunk_name(array: str, position: Sequence[int]) -> str:
    """File of a chunk, relative to the folder."""
    return "/".join([array, "c", *map(str, position)])


def chunk_files(folder: Path) -> Iterator[str]:
    """Names of all files below the folder, relative to it, with `/` between the parts."""
    for place, _, names in os.walk(folder):
        below = Path(place).relative_to(folder).as_posix()
        yield from names if below == "." else (f"{below}/{name}" for name in names)


def is_whole(folder: Path, name: str, identity: str) -> bool:
    """Whether a chunk can be read, has the right checksum, and was written for this place in this folder."""
    return read_chunk(folder / name, signature(identity, name)) is not None


def read_chunk(file: Path, signed: bytes = b"") -> bytes | None:
    """Bytes that a chunk holds, or None if the file is damaged, cannot be read, or does not end as it should."""
    from numcodecs import Zstd

    try:
        packed = file.read_bytes()
        return bytes(Zstd().decode(packed)) if packed.endswith(signed) else None
    except (OSError, RuntimeError, ValueError):
        return None
