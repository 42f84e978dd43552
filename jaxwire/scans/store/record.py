"""What a store says about its scan, and in what another scan differs from it."""

import json
import warnings
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jaxwire.scans.store.chunks import open_arrays

DONE = "done"
"""Array that holds, block by block, whether everything is written; the record is its attribute `scan`."""

FORMAT = 1
"""Of the folder; a change that other versions of jaxwire cannot read adds one."""

VERSIONS = ("jax_version", "numpy_version", "git")
"""Attributes of a scan that may change the last digits of its numbers."""


class _Absent:
    def __repr__(self) -> str:
        return "not given"


ABSENT: Any = _Absent()


def new_record(plan: Any) -> str:
    """The record of a plan's store, as text: attributes of NetCDF files cannot be nested."""
    record = {
        "format": FORMAT,
        "jaxwire": version("jaxwire"),
        "block_shape": list(plan.block_shape),
        "variables": list(plan.variables),
        "inputs": dict(plan.inputs),
        "versions": {name: plan.attrs[name] for name in VERSIONS if name in plan.attrs},
    }
    return json.dumps(record)


def read_record(folder: Path) -> dict[str, Any]:
    """The record of the store in a folder.

    Raises:
        ValueError: if the folder holds something else, or its record is damaged.
    """
    if not (folder / DONE / "zarr.json").is_file() or not (folder / "zarr.json").is_file():
        raise ValueError(f"`store` must be a new path or hold a scan, got '{folder}', which holds something else.")
    try:
        record = json.loads(open_arrays(folder)[DONE].attrs["scan"])
        return {name: record[name] for name in ("format", "jaxwire", "block_shape", "variables", "inputs", "versions")}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"`store` '{folder}' cannot be read, its description is damaged ({error}): remove it and run the scan anew."
        ) from error


def refuse_other(folder: Path, record: Mapping[str, Any], plan: Any) -> None:
    """Complain if a store was made by another version of jaxwire, or holds another scan.

    Raises:
        ValueError: naming the first differences, with the values there and here.
    """
    made_by = (record["format"], record["jaxwire"])
    if made_by != (FORMAT, version("jaxwire")):
        raise ValueError(
            f"`store` '{folder}' was made by jaxwire {made_by[1]}, and this is {version('jaxwire')}, whose numbers may "
            "differ: take another path; `open_scan` reads what is there."
        )
    here = json.loads(json.dumps(dict(plan.inputs)))
    found = list(differences(record["inputs"], here))
    if found:
        words = [f"`{name}` is {_short(there)} there and {_short(new)} here" for name, there, new in found[:3]]
        more = f", and {len(found) - 3} more" if len(found) > 3 else ""
        raise ValueError(f"`store` '{folder}' holds another scan: {', '.join(words)}{more}.")


def warn_of_versions(folder: Path, record: Mapping[str, Any], plan: Any) -> None:
    """Warn that the blocks still missing may differ from the others in their last digits."""
    here = {name: plan.attrs.get(name) for name in record["versions"]}
    for name, there, new in differences(record["versions"], here):
        message = (
            f"'{folder}' was begun with {name} {_short(there)}, and is finished with {_short(new)}: its blocks may "
            "differ in their last digits."
        )
        warnings.warn(message, RuntimeWarning, stacklevel=4)


def differences(there: Any, here: Any, name: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Name, value there and value here of everything that differs, inside nested dictionaries and lists."""
    if isinstance(there, dict) and isinstance(here, dict):
        for key in [*there, *(key for key in here if key not in there)]:
            inner = f"{name}.{key}" if name else str(key)
            yield from differences(there.get(key, ABSENT), here.get(key, ABSENT), inner)
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here) > 0:
        for index, (old, new) in enumerate(zip(there, here, strict=True)):
            yield from differences(old, new, f"{name}[{index}]")
    elif json.dumps(there, default=repr) != json.dumps(here, default=repr):  # as text NaN equals itself
        yield name, there, here


def _short(value: Any) -> str:
    text = repr(value) if value is ABSENT or isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
