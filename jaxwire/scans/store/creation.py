"""How a store is made: under a temporary name in the same folder, and renamed, so that it is complete or not there."""

import errno
import glob
import os
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from jaxwire.scans.store import chunks
from jaxwire.scans.store.record import DONE, Record, without_record

NEW = ".new"
"""How the temporary name of a new store ends."""

ABANDONED_AFTER = 600.0
"""Seconds after which a temporary folder is taken for the left-over of a killed process; making a store takes 0.1 s."""


def check_names(plan: Any) -> None:
    """Complain of variables whose names zarr has another use for."""
    for name in plan.variables:
        if name == DONE or "/" in name or name.startswith(("__", ".")):
            raise ValueError(f"`observables` must have names that can be stored, got {name!r}.")
        if name in plan.coords:
            raise ValueError(f"`observables` must not have the name of an axis or coordinate, got {name!r}.")


def create_store(folder: Path, plan: Any) -> None:
    """Make an empty store, elsewhere, and rename it; another process that is quicker wins."""
    made = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}{NEW}")
    try:
        coords = plan.coords
        others = [name for name, (dims, _, _) in coords.items() if tuple(dims) != (name,)]
        names = {"coordinates": " ".join(others)} if others else {}
        group = chunks.create_folder(made, {**plan.attrs, **names})
        for name, (dims, values, attrs) in coords.items():
            like = (np.shape(values), np.asarray(values).dtype)
            chunks.add_array(group, name, dims, like, attrs=attrs)
        for name, one in plan.variables.items():
            like = ((*plan.shape, *one.shape), one.dtype)
            chunks.add_array(
                group, name, (*plan.dims, *one.dims), like, (*plan.block_shape, *one.shape), attrs=one.attrs
            )
        chunks.add_array(group, DONE, (f"{DONE}_block",), ((len(plan.blocks()),), bool), (1,))
        chunks.seal(made)
        record = Record.of(plan, without_record(chunks.read_description(made)))
        about = {"long_name": "whether the block is there", "scan": record.text, "sha256": record.identity}
        group[DONE].update_attributes(about)
        chunks.seal(made)
        arrays = chunks.open_arrays(made, record.identity)
        for name, (_, values, _) in coords.items():
            arrays[name][...] = np.asarray(values)
        os.rename(made, folder)
    except BaseException as error:
        shutil.rmtree(made, ignore_errors=True)
        if not (isinstance(error, OSError) and error.errno in (errno.ENOTEMPTY, errno.EEXIST)):
            raise


def remove_abandoned(folder: Path) -> None:
    """Remove what a process that was killed while it made this store has left."""
    for found in folder.absolute().parent.glob(f".{glob.escape(folder.name)}.*{NEW}"):
        with suppress(OSError):
            if time.time() - found.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(found, ignore_errors=True)
