"""Where numbers come from: inputs and versions in a form that JSON keeps and that can be compared."""

import functools
import hashlib
import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import equinox as eqx
import jax
import numpy as np

LISTED = 16
"""Arrays of at most so many numbers are written out; of longer ones the ends and a digest are kept."""


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
