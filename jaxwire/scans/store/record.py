"""What a store says about its scan, and in what another scan differs from it."""

import hashlib
import itertools
import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jaxwire.model.description import undescribed
from jaxwire.scans.store import chunks

DONE = "done"
"""Array that holds, block by block, whether everything is written; the record is its attribute `scan`."""

FORMAT = 2
"""Of the folder; a change that other versions of jaxwire cannot read adds one."""

VERSIONS = ("jax_version", "numpy_version", "git")
"""Attributes of a scan that may change the last digits of its numbers."""


class _Absent:
    def __repr__(self) -> str:
        return "not given"


ABSENT: Any = _Absent()


@dataclass(frozen=True)
class Record:
    """What a store says about its scan.

    Attributes:
        format: version of the folder's format.
        jaxwire: version that made it.
        block_shape: points of a block along every dimension of the grid.
        variables: names of the variables.
        inputs: everything that decides the numbers.
        versions: of other things that may change their last digits.
        description: attributes of the folder, and the arrays in it, as they were made.
    """

    format: int
    jaxwire: str
    block_shape: list[int]
    variables: list[str]
    inputs: dict[str, Any]
    versions: dict[str, str]
    description: dict[str, Any]

    @classmethod
    def of(cls, plan: Any, description: dict[str, Any]) -> "Record":
        """The record of a plan's store, whose arrays are there."""
        return cls(
            FORMAT,
            version("jaxwire"),
            list(plan.block_shape),
            list(plan.variables),
            json.loads(json.dumps(dict(plan.inputs))),
            {name: plan.attrs[name] for name in VERSIONS if name in plan.attrs},
            description,
        )

    @property
    def text(self) -> str:
        """The record as text: attributes of NetCDF files cannot be nested."""
        return json.dumps(vars(self))

    @property
    def identity(self) -> str:
        """What tells this store from those of all other scans."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def files_of_blocks(self) -> list[list[str]]:
        """Names of the chunks of every block, in C order; the one in `done` is the first."""
        shapes = {name: self.description["arrays"][name]["shape"] for name in self.variables}
        n_dims = len(self.block_shape)
        grid = next(iter(shapes.values()))[:n_dims]
        corners = itertools.product(
            *(range(-(-size // step)) for size, step in zip(grid, self.block_shape, strict=True))
        )
        return [
            [
                chunks.chunk_name(DONE, [index]),
                *(chunks.chunk_name(name, [*at, *[0] * (len(shape) - n_dims)]) for name, shape in shapes.items()),
            ]
            for index, at in enumerate(corners)
        ]

    def files_of_coordinates(self) -> dict[str, str]:
        """Names of the chunks of the coordinates, by coordinate."""
        arrays = self.description["arrays"]
        return {
            name: chunks.chunk_name(name, [0] * len(about["shape"]))
            for name, about in arrays.items()
            if name != DONE and name not in self.variables
        }


def without_record(description: Mapping[str, Any]) -> dict[str, Any]:
    """The description of a folder but for the record, which holds the rest."""
    arrays = dict(description["arrays"])
    arrays[DONE] = {**arrays[DONE], "attributes": {}}
    return {**description, "arrays": arrays}


def read_record(folder: Path) -> Record:
    """The record of the store in a folder.

    Raises:
        ValueError: if the folder holds something else, or is described otherwise than when it was made.
    """
    if not (folder / chunks.DESCRIPTION).is_file():
        raise ValueError(f"`store` must be a new path or hold a scan, got '{folder}', which holds something else.")
    try:
        description = chunks.read_description(folder)
        if "scan" not in description["arrays"].get(DONE, {"attributes": {}})["attributes"]:
            raise ValueError(f"`store` must be a new path or hold a scan, got '{folder}', which holds something else.")
        return _checked(folder, description)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if str(error).startswith("`"):
            raise
        raise ValueError(
            f"`store` '{folder}' cannot be read, its description is damaged ({error}): remove it and run the scan anew."
        ) from error


def _checked(folder: Path, description: dict[str, Any]) -> Record:
    """The record in a description, if it is whole and agrees with the rest of it."""
    about = description["arrays"][DONE]["attributes"]
    known = json.loads(about["scan"])
    if known["format"] != FORMAT:
        raise ValueError(
            f"`store` '{folder}' has format {known['format']} of another version of jaxwire, and this one reads format "
            f"{FORMAT}: take another path, or remove it and run the scan anew."
        )
    record = Record(**known)
    if about.get("sha256") != record.identity:
        raise ValueError("the record of its scan was changed")
    for name, there, here in differences(record.description, without_record(description)):
        raise ValueError(f"`{name}` was {_short(there)} and is {_short(here)}".replace("`", ""))
    return record


def refuse_other(folder: Path, record: Record, plan: Any) -> None:
    """Complain if a store was made by another version of jaxwire, or holds another scan.

    Raises:
        ValueError: naming the first differences, with the values there and here.
    """
    if record.jaxwire != version("jaxwire"):
        raise ValueError(
            f"`store` '{folder}' was made by jaxwire {record.jaxwire}, and this is {version('jaxwire')}, whose numbers "
            "may differ: take another path; `open_scan` reads what is there."
        )
    here = json.loads(json.dumps(dict(plan.inputs)))
    found = list(differences(record.inputs, here))
    if found:
        words = [f"`{name}` is {_short(there)} there and {_short(new)} here" for name, there, new in found[:3]]
        more = f", and {len(found) - 3} more" if len(found) > 3 else ""
        raise ValueError(f"`store` '{folder}' holds another scan: {', '.join(words)}{more}.")


def refuse_undescribed(plan: Any) -> None:
    """Complain of inputs of which it cannot be told later whether they are the same.

    Raises:
        ValueError: naming the first of them.
    """
    for name, words in undescribed(plan.inputs):
        raise ValueError(
            f"`store` cannot tell later whether `{name}` is the same, got {words}: use a function whose numbers are "
            "its parameters, captured or bound by functools.partial, or scan without a store."
        )


def warn_of_versions(folder: Path, record: Record, plan: Any) -> None:
    """Warn that the blocks still missing may differ from the others in their last digits."""
    here = {name: plan.attrs.get(name) for name in record.versions}
    for name, there, new in differences(record.versions, here):
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
