"""A state as code that gives the same numbers: Python, or the command line.

```python
>>> from jaxwire.explore import State
>>> from jaxwire.explore.copies import as_command
>>> print(as_command(State()))
jaxwire solve --center 1.44 --width 0.08 --temperature 0.7 --voltage 0.1

```
"""

import dataclasses
from typing import Any

import equinox as eqx
import numpy as np

from jaxwire.explore.state import State

PAPERS = ("ConstantRelaxationTime()", "PowerLaw(0.0)", "Electroneutral()", "LocalScreening(1.0)", "Parabolic()")
"""Parts of the paper's wire, and those that are the same under another name."""


def as_python(state: State) -> str:
    """Lines of Python that solve the state and print what the page shows."""
    objects = state.objects()
    wire = ", ".join(f"{name}={_written(part)}" for name, part in _own_parts(state).items())
    point = ", ".join(f"{name}={value!r}" for name, value in objects.point.items())
    return "\n".join(
        (
            "import jaxwire as jw",
            "",
            f"scatterer = {_written(objects.scatterer)}",
            f"wire = jw.Wire({wire})",
            f"sol = jw.solve(scatterer, wire, {point})",
            "print(sol)",
            "print(jw.find_spots(sol))",
            "",
            "x = [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]",
            "print(sol.heating(x).total)  # P_ph/P_ext",
        )
    )


def as_command(state: State) -> str:
    """A command that solves the state; with a file for what has no options."""
    objects = state.objects()
    if state.models["scatterer"] == "Lorentzian" and not _own_parts(state):
        names = ("center", "width", *objects.point)
        return "jaxwire solve " + " ".join(f"--{name} {_number(state[name])}" for name in names)
    lines = [f"{name} = {value!r}" for name, value in objects.point.items()]
    lines.append(f"scatterer = {_table(objects.scatterer)}")
    if parts := _own_parts(state):
        lines += ["", "[wire]", *(f"{name} = {_table(part)}" for name, part in parts.items())]
    return "\n".join(("cat > point.toml <<'END'", *lines, "END", "jaxwire solve --config point.toml"))


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _own_parts(state: State) -> dict[str, Any]:
    """Parts of the wire that are not those of the paper."""
    wire = state.objects().wire
    return {
        field.name: part
        for field in dataclasses.fields(wire)
        if (part := getattr(wire, field.name)) is not None and not _is_papers(part)
    }


def _is_papers(part: Any) -> bool:
    numbers = [float(value) for value in vars(part).values() if eqx.is_array(value) and np.ndim(value) == 0]
    name = f"{type(part).__name__}({', '.join(map(repr, numbers))})"
    return name in PAPERS


def _fields(module: Any) -> dict[str, Any]:
    """Fields that are given, numbers as Python's."""
    values = {field.name: (getattr(module, field.name), field.default) for field in dataclasses.fields(module)}
    return {
        name: np.asarray(value).tolist() if eqx.is_array(value) else value
        for name, (value, default) in values.items()
        if value is not None and not (isinstance(value, str) and value == default)
    }


def _written(value: Any) -> str:
    """An object as the call that makes it, with all digits."""
    if isinstance(value, eqx.Module):
        inside = (f"{name}={_written(part)}" for name, part in _fields(value).items())
        return f"jw.{type(value).__name__}({', '.join(inside)})"
    if isinstance(value, tuple):
        return f"({', '.join(map(_written, value))},)"
    return repr(value)


def _table(value: Any) -> str:
    """An object as an inline table of TOML, see `jaxwire.config.models`."""
    if isinstance(value, eqx.Module):
        is_named = type(value).__name__ not in ("Resonance", "ElectronElectron", "Phonons")
        named = [f'model = "{type(value).__name__}"'] * is_named
        return "{" + ", ".join([*named, *(f"{name} = {_table(part)}" for name, part in _fields(value).items())]) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_table, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)
