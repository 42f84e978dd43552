"""What Python code computes, as far as it can be read off it: a digest of functions, and what they take from elsewhere.

Code of a library (installed, or of Python itself, or of jaxwire) is known by its name; the rest, which a user may
change at any time, by what it is compiled to.
"""

import dis
import functools
import hashlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any

INSTALLED = {"site-packages", "dist-packages"}
"""Folders of which one is in the path of every installed library."""

UFUNCS = ("numpy", "scipy.special")
"""Where the functions of arrays are that do not say where they are."""

GENERATED = "<string>"
"""File of the methods that dataclasses write: they follow from the fields."""


def digest(data: bytes) -> str:
    """A text by which data are told apart."""
    return hashlib.sha256(data).hexdigest()[:16]


@functools.cache
def is_library(module: str) -> bool:
    """Whether a module is one that users do not write, by its name."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top == "jaxwire":
        return True
    found = sys.modules.get(top)
    places = [getattr(found, "__file__", None) or "", *getattr(found, "__path__", [])]
    return any(INSTALLED & set(Path(place).parts) for place in places)


def library_name(thing: Any) -> str | None:
    """Name under which a library has a function, class or other object; None if no library has it."""
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    module = getattr(thing, "__module__", None)
    if not isinstance(name, str):
        return None
    homes = UFUNCS if type(thing).__name__ == "ufunc" else [module] if isinstance(module, str) else []
    for home in homes:
        if home in sys.modules and is_library(home):
            first, *rest = name.split(".")
            found = functools.reduce(lambda inner, part: getattr(inner, part, None), rest, _attribute(home, first))
            if found is thing:
                return shown_name(home, name)
    return None


def _attribute(module: str, name: str) -> Any:
    """What a module holds, without waking it up: some make an attribute when it is asked for."""
    return vars(sys.modules[module]).get(name)


def shown_name(module: str, name: str) -> str:
    """A name as descriptions have it: without the module where that is jaxwire's, which move."""
    return name if not module or module.partition(".")[0] == "jaxwire" else f"{module}.{name}"


def code_digest(code: CodeType) -> str:
    """Digest of what a function is compiled to, wherever it stands, by this release of Python."""
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    handlers = getattr(code, "co_exceptiontable", b"")
    return digest(repr((code.co_code, counts, names, handlers, [_constant(one) for one in code.co_consts])).encode())


def _constant(value: Any) -> Any:
    if isinstance(value, CodeType):
        return code_digest(value)
    if isinstance(value, frozenset):  # whose order is another one in every process
        return sorted(map(repr, value))
    return [_constant(part) for part in value] if isinstance(value, tuple) else repr(value)


def globals_of(function: FunctionType) -> dict[str, Any]:
    """Global variables that a function or a function inside of it reads, by name; modules of libraries are left out.

    Of a module that is none of a library: what the function may take from it.
    """
    steps = [(one.opname, str(one.argval)) for one in _instructions(function.__code__)]
    names = {name for step, name in steps if step in ("LOAD_GLOBAL", "LOAD_NAME")}
    attributes = {name for step, name in steps if step in ("LOAD_ATTR", "LOAD_METHOD")}
    found: dict[str, Any] = {}
    for name in sorted(names):
        if name in function.__globals__:
            value = function.__globals__[name]
            found |= _of_module(name, value, attributes) if isinstance(value, ModuleType) else {name: value}
    return found


def _of_module(name: str, module: ModuleType, attributes: set[str]) -> dict[str, Any]:
    if is_library(module.__name__):
        return {}
    found: dict[str, Any] = {}
    for attribute in sorted(attributes & set(vars(module))):
        value = vars(module)[attribute]
        inner = f"{name}.{attribute}"
        found |= _of_module(inner, value, attributes) if isinstance(value, ModuleType) else {inner: value}
    return found


def _instructions(code: CodeType) -> Iterator[dis.Instruction]:
    yield from dis.get_instructions(code)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _instructions(constant)


def captured_by(function: FunctionType) -> dict[str, Any]:
    """What a function has captured from the functions around it, by name."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            found[name] = None  # not assigned yet
    return found


def members_of(kind: type) -> dict[str, Any]:
    """Methods and other attributes of a class and of its bases, but for those of libraries."""
    found = {}
    for base in reversed(kind.__mro__):
        if not is_library(base.__module__):
            named = {name: _behind(member) for name, member in vars(base).items()}
            found |= {name: member for name, member in named.items() if _counts(name, member)}
    return dict(sorted(found.items()))


def _behind(member: Any) -> Any:
    """The function behind a descriptor."""
    if isinstance(member, staticmethod | classmethod):
        return member.__func__
    if isinstance(member, property):
        return member.fget
    if isinstance(member, functools.cached_property):
        return member.func
    method = getattr(member, "method", None)  # a method of an `equinox.Module`
    return method if inspect.isfunction(method) and is_library(type(member).__module__) else member


def _counts(name: str, member: Any) -> bool:
    """Whether a member decides anything: not what Python or a library notes in a class."""
    is_special = name.startswith("__") and name.endswith("__")
    if inspect.isfunction(member):
        return not (is_special and member.__code__.co_filename == GENERATED)
    is_slot = isinstance(member, MemberDescriptorType | GetSetDescriptorType)
    return not (is_special or is_slot or name == "_abc_impl")
