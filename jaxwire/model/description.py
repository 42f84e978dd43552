"""Where numbers come from: inputs and versions in a form that JSON keeps and that can be compared.

Whatever decides a number is described by its code and its state: functions with what they capture, read from global
variables and have as defaults; objects with their class and attributes. What cannot be looked into says so
(`undescribed`), since two of its kind cannot be told apart.
"""

import functools
import inspect
import json
import math
import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, MappingProxyType, MethodType, MethodWrapperType, ModuleType
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxwire.model.code import (
    captured_by,
    code_digest,
    digest,
    globals_of,
    is_library,
    library_name,
    members_of,
    shown_name,
)

LISTED = 16
"""Arrays of at most so many numbers are written out; of longer ones the ends and a digest are kept."""

MARK = "undescribed"
"""Key of what cannot be described; its value says what it is."""

UNWRAPPED = ("PjitFunction", "_lru_cache_wrapper", "_JitWrapper")
"""Types of libraries (JAX, functools, equinox) that hand on the numbers of the function that they wrap."""

CHECKERS = ("jaxwire.numerics.programs", "jaxtyping", "beartype")
"""Modules whose functions do so: they compile, or check types."""

USUAL = (np.dtype(float), np.dtype(int), np.dtype(bool))
"""Types of numbers that need not be named."""


def describe(value: Any) -> Any:
    """Turn anything that decides a result into what JSON can hold; equal inputs, and only they, look the same.

    A function is known by its name, its code and its state: what it has captured, its defaults, the attributes set on
    it, and the global variables that it reads, also those that are functions; an object by its class and its state.
    """
    try:
        return _Describer().of(value)
    except RecursionError:
        return {"object": _name(type(value)), MARK: "an object that is nested too deeply"}


def undescribed(description: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Places in a description where something could not be described, and what is there."""
    if isinstance(description, dict):
        if MARK in description:
            yield name, description[MARK]
        for key, part in description.items():
            yield from undescribed(part, f"{name}.{key}" if name else str(key))
    elif isinstance(description, list):
        for index, part in enumerate(description):
            yield from undescribed(part, f"{name}[{index}]")


class _Describer:
    """One description: what is being described, so that what contains itself comes to an end."""

    def __init__(self) -> None:
        self._around: list[int] = []
        self._known: dict[
            tuple[int, str], tuple[Any, Any]
        ] = {}  # with the objects, or their numbers would be given away again

    def of(self, value: Any) -> Any:
        match value:
            case None | bool() | int() | str():
                return value
            case float() | complex() | np.generic():
                return _numbers(np.asarray(value))
            case bytes() | bytearray():
                return {"bytes": len(value), "sha256": digest(bytes(value))}
            case jax.Array():
                return _array(value)
        if type(value) is np.ndarray and value.dtype.kind != "O":
            return _numbers(value)
        if id(value) in self._around:
            return {"again": len(self._around) - self._around.index(id(value))}
        self._around.append(id(value))
        try:
            return self._parts(value)
        finally:
            self._around.pop()

    def _parts(self, value: Any) -> Any:
        if isinstance(value, tuple) and (names := getattr(value, "_fields", None)):
            return {name: self.of(part) for name, part in zip(names, value, strict=True)}
        if type(value) in (list, tuple):
            return [self.of(part) for part in value]
        if isinstance(value, Mapping) and type(value) in (dict, OrderedDict, MappingProxyType):
            return self._mapping(value)
        if type(value) is np.ndarray:
            return {"shape": list(value.shape), "objects": [self.of(part) for part in value.ravel().tolist()]}
        if type(value) in (set, frozenset):
            return {"set": sorted((self.of(part) for part in value), key=json.dumps)}
        return self._thing(value)

    def _thing(self, value: Any) -> Any:
        """Functions, classes, modules and objects."""
        if isinstance(value, weakref.ref):
            return self.of(value())
        if isinstance(value, ModuleType):
            return {"module": value.__name__} | ({} if is_library(value.__name__) else {MARK: "a module"})
        if name := library_name(value):
            return {"class" if isinstance(value, type) else "function": name}
        if isinstance(value, type):
            return {"class": _name(value), "members": self._collapsed(value, self._members)}
        if isinstance(value, eqx.Module) and type(value).__name__ not in UNWRAPPED:
            return {"model": _name(type(value)), **self._class(type(value)), **self._mapping(vars(value))}
        return self._function(value) if callable(value) else self._object(value)

    def _mapping(self, value: Mapping) -> Any:
        if all(isinstance(key, str | int | float | bool | None | tuple) for key in value):
            return {str(key): self.of(part) for key, part in value.items()}
        return {"items": [[self.of(key), self.of(part)] for key, part in value.items()]}

    def _function(self, value: Callable) -> dict[str, Any]:
        match value:
            case functools.partial():
                parts = {"arguments": self.of(list(value.args)), "keywords": self.of(dict(value.keywords))}
                return {**self.of(value.func), **parts}
            case MethodType():
                return {**self.of(value.__func__), "self": self.of(value.__self__)}
            case BuiltinFunctionType() | MethodWrapperType() if not isinstance(value.__self__, ModuleType | None):
                return {"function": value.__name__, "self": self.of(value.__self__)}
        if _is_wrapper(value):
            return self.of(getattr(value, "__wrapped__"))  # noqa: B009 - not known to the type checker
        if inspect.isfunction(value):
            return self._python_function(value)
        if isinstance(value, BuiltinFunctionType | np.ufunc):
            return {"function": _name(value), MARK: f"{_name(value)}, a function that is not written in Python"}
        return self._object(value)

    def _python_function(self, function: Any) -> dict[str, Any]:
        """Name and code; captured values, defaults, attributes and global variables where there are any."""
        state = {"captured": captured_by(function)}
        seen = {"function": _name(function)}
        if not is_library(function.__globals__.get("__name__", "")):
            release = ".".join(map(str, sys.version_info[:2]))
            seen |= {"sha256": code_digest(function.__code__), "python": release}
            defaults = [function.__defaults__, function.__kwdefaults__]
            own = {name: part for name, part in vars(function).items() if not name.startswith("__")}
            state |= {"defaults": defaults if any(defaults) else None, "attributes": own}
        found = {name: self.of(part) for name, part in state.items() if part}
        read = globals_of(function) if "sha256" in seen else {}
        outside = {name: self._collapsed(part, self.of) for name, part in read.items()}
        return {**seen, **found, **({"globals": outside} if outside else {})}

    def _members(self, kind: type) -> dict[str, Any]:
        return {name: self.of(member) for name, member in members_of(kind).items()}

    def _class(self, kind: type) -> dict[str, Any]:
        """The code of a class that no library has."""
        return {} if is_library(kind.__module__) else {"class": self._collapsed(kind, self._members)}

    def _collapsed(self, value: Any, describer: Callable[[Any], Any]) -> Any:
        """A description in short: numbers and text as they are, of code a digest; it is made once."""
        key = (id(value), describer.__name__)
        if key not in self._known:
            self._known[key] = (value, "again")  # for what leads back to itself
            found = describer(value)
            if isinstance(found, dict) and not {"shape", "bytes"} & set(found):
                marks = list(undescribed(found))
                found = {MARK: marks[0][1]} if marks else digest(json.dumps(found).encode())
            self._known[key] = (value, found)
        return self._known[key][1]

    def _object(self, value: Any) -> dict[str, Any]:
        """Class and state, as `pickle` would keep them."""
        kind = type(value)
        seen = {"object": _name(kind), **self._class(kind)}
        try:
            reduced = value.__reduce_ex__(4)
        except Exception:  # whatever a class may raise to say that it cannot be taken apart
            return {**seen, MARK: f"an object of {_name(kind)}, whose state cannot be read"}
        if isinstance(reduced, str):
            return {**seen, "name": reduced}
        made_by, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
        if getattr(made_by, "__name__", "") == "__newobj__" and arguments and arguments[0] is kind:  # of `copyreg`
            made_by, arguments = None, arguments[1:]
        if isinstance(state, dict):
            state = {name: part for name, part in state.items() if not _is_derived(kind, name)}
        parts = {"made_by": made_by, "arguments": arguments, "state": state}
        parts |= {"items": list(items or ()), "pairs": [list(pair) for pair in pairs or ()]}
        return {**seen, **{name: self.of(part) for name, part in parts.items() if part}}


def _is_wrapper(value: Callable) -> bool:
    """Whether a callable hands on the numbers of the one that it wraps, whatever it may have stored of them."""
    if inspect.isfunction(value) and hasattr(value, "__wrapped__"):
        module = value.__globals__.get("__name__", "")
        return module.startswith(CHECKERS) or value.__code__.co_filename.startswith("<@beartype")
    return type(value).__name__ in UNWRAPPED and is_library(type(value).__module__)


def _is_derived(kind: type, name: Any) -> bool:
    """Whether an attribute follows from the others, and is there only once it was asked for."""
    return isinstance(name, str) and isinstance(getattr(kind, name, None), functools.cached_property)


def _array(value: jax.Array) -> Any:
    if isinstance(value, Tracer):
        return {"object": _name(type(value)), MARK: "a number that is being traced"}
    if jnp.issubdtype(value.dtype, jax.dtypes.prng_key):
        return {"key": str(value.dtype), "data": _numbers(np.asarray(jax.random.key_data(value)))}
    return _numbers(np.asarray(value))


def _numbers(array: np.ndarray) -> Any:
    if array.dtype in USUAL:
        return _values(array)
    if array.dtype.kind in "biufc":
        return {"dtype": str(array.dtype), "values": _values(array)}
    return {"dtype": str(array.dtype), "shape": list(array.shape), "sha256": digest(array.tobytes())}


def _values(array: Any) -> Any:
    if array.size <= LISTED:
        return [_values(part) for part in array] if array.ndim else _number(array.item())
    ends = {"first": _number(array.ravel()[0].item()), "last": _number(array.ravel()[-1].item())}
    return {"shape": list(array.shape), **ends, "sha256": digest(np.ascontiguousarray(array).tobytes())}


def _number(value: Any) -> Any:
    if isinstance(value, complex):
        return str(value)
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _name(thing: Any) -> str:
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", type(thing).__qualname__)
    return shown_name(getattr(thing, "__module__", None) or "", name)
