"""Where numbers come from: inputs and versions in a form that JSON keeps and that can be compared."""

import functools
import hashlib
import inspect
import math
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import numpy as np

from jaxwire.axes import Dimension
from jaxwire.observables import Observable
from jaxwire.places import substitute
from jaxwire.scatterer import AbstractScatterer
from jaxwire.wire import Wire

LISTED = 16
"""Arrays of at most so many numbers are written out; of longer ones the ends and a digest are kept."""


def scan_inputs(
    scatterer: AbstractScatterer,
    wire: Wire,
    dimensions: Sequence[Dimension],
    fixed: Mapping[str, float],
    observables: Iterable[Observable],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that decides the numbers of a scan; what is an axis is not among the fixed numbers."""
    varied = [axis for dimension in dimensions for axis in dimension.axes]
    places = [axis.place for axis in varied]
    stand_ins = [0.0 if axis.place.index else f"axis {axis.name}" for axis in varied]
    holders = {"scatterer": scatterer, "wire": wire}
    bare = {holder: substitute(tree, holder, places, stand_ins) for holder, tree in holders.items()}
    axes = {one.name: {axis.name: axis.values for axis in one.axes} for one in dimensions}
    kept = {name: function for name, function in observables}
    everything = {**bare, **fixed, "axes": axes, "observables": kept, **settings}
    return {"jaxwire": versions()["jaxwire_version"], **describe(everything)}


def describe(value: Any) -> Any:
    """Turn anything that decides a result into what JSON can hold; equal inputs, and only they, look the same.

    A function is known by its name, its source text and the values that it has captured, as far as those can be
    described; what it reads from global variables is not seen.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float() | np.generic() | np.ndarray() | jax.Array():
            return _numbers(np.asarray(value))
        case eqx.Module():
            fields = {name: describe(part) for name, part in vars(value).items()}
            return {"model": _name(type(value)), **fields}
        case Mapping():
            return {str(key): describe(part) for key, part in value.items()}
        case functools.partial():
            parts = {"arguments": list(value.args), "keywords": value.keywords}
            return {**_function(value.func), **describe(parts)}
        case tuple() if fields := getattr(value, "_fields", None):
            return describe(dict(zip(fields, value, strict=True)))
        case tuple() | list():
            return [describe(part) for part in value]
    return _function(value) if callable(value) else {"object": _name(type(value))}


def _numbers(array: np.ndarray) -> Any:
    if array.size <= LISTED:
        return [describe(part) for part in array] if array.ndim else _number(array.item())
    ends = {"first": _number(array.ravel()[0].item()), "last": _number(array.ravel()[-1].item())}
    return {"shape": list(array.shape), **ends, "sha256": _digest(np.ascontiguousarray(array).tobytes())}


def _number(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _function(function: Callable) -> dict[str, Any]:
    plain = inspect.unwrap(function)
    if not inspect.isfunction(plain):
        return {"function": _name(plain if hasattr(plain, "__qualname__") else type(plain))}
    try:
        source = inspect.getsource(plain).encode()
    except (OSError, TypeError):
        source = plain.__code__.co_code + repr(plain.__code__.co_names).encode()
    seen = {"function": _name(plain), "sha256": _digest(source)}
    captured = inspect.getclosurevars(plain).nonlocals
    defaults = {"defaults": [plain.__defaults__, plain.__kwdefaults__]}
    return seen | describe({"captured": captured} if captured else {}) | describe(defaults if any(defaults) else {})


def _name(thing: Any) -> str:
    module = getattr(thing, "__module__", None) or ""
    name = getattr(thing, "__qualname__", type(thing).__qualname__)
    return name if module.partition(".")[0] == "jaxwire" or not module else f"{module}.{name}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


@functools.cache
def versions() -> dict[str, str]:
    """Versions of jaxwire and of what computes for it, and the state of the checkout that jaxwire runs from."""
    names = ("jaxwire", "jax", "numpy")
    return {**{f"{name}_version": version(name) for name in names}, "git": git_state(Path(__file__).parent.parent)}


def git_state(folder: Path) -> str:
    """Commit of a git checkout, with " modified" where its files differ; "" where it is none or git is missing."""
    if not (folder / ".git").exists():
        return ""
    ask = ["git", "--no-optional-locks", "-C", str(folder)]
    try:
        commit, changes = (
            subprocess.run([*ask, *words], capture_output=True, text=True, timeout=10, check=True).stdout.strip()
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{commit} modified" if changes else commit
