"""Objects described by tables of a config file: scatterers, parts of the wire, and what they consist of."""

import difflib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import equinox as eqx
import numpy as np

from jaxwire.barriers import DoubleBarrier, QuantumPointContact, RectangularBarrier, TunnelBarrier
from jaxwire.coulomb import GatedCoulomb
from jaxwire.relaxation import Matthiessen, TabulatedRelaxation
from jaxwire.scatterer import AbstractScatterer, BreitWigner, Constant, Lorentzian, Tabulated
from jaxwire.schema import check_table, join, model_of, nearest, parts_of, shown
from jaxwire.wire import (
    AbstractDispersion,
    AbstractRelaxation,
    AbstractScreening,
    ConstantRelaxationTime,
    Electroneutral,
    Kane,
    LocalScreening,
    Parabolic,
    PowerLaw,
)

MODELS: dict[type[eqx.Module], tuple[type[eqx.Module], ...]] = {
    AbstractScatterer: (
        *(Lorentzian, BreitWigner, QuantumPointContact, TunnelBarrier),
        *(RectangularBarrier, DoubleBarrier, Constant, Tabulated),
    ),
    AbstractRelaxation: (ConstantRelaxationTime, PowerLaw, TabulatedRelaxation, Matthiessen),
    AbstractDispersion: (Parabolic, Kane),
    AbstractScreening: (Electroneutral, LocalScreening, GatedCoulomb),
}
"""What a table with `model = ...` may be; everything public but functions."""

PARTS = {"relaxation": AbstractRelaxation, "dispersion": AbstractDispersion, "screening": AbstractScreening}
"""Tables below [wire]."""


@dataclass(frozen=True)
class Builder:
    """Makes objects of tables.

    Attributes:
        folder: where files lie that tables name.
        firsts: first values of the axes by the path of their number, which stand in for what is left out.
    """

    folder: Path
    firsts: dict[str, float]

    def build(self, table: Any, base: type[eqx.Module], path: str) -> Any:
        """Make the object of a table: of the subclass of `base` that its `model` names, or of `base` itself."""
        kind = _kind(table, base, path)
        keys = {key: value for key, value in table.items() if key != "model" or base not in MODELS}
        has_file = kind in (Tabulated, TabulatedRelaxation)
        if has_file and "file" in keys:
            if given := [key for key in ("energies", "values") if key in keys]:
                raise ValueError(f"`{path}.file` must be left out where `{given[0]}` is given, got both.")
            keys["energies"], keys["values"] = self._columns(keys.pop("file"), f"{path}.file")
        model = model_of(kind)
        for key in model.model_fields:
            if key not in keys and join(path, key) in self.firsts:
                keys[key] = float(self.firsts[join(path, key)])
            elif key not in keys and model.model_fields[key].is_required():
                self._refuse_misspelt(join(path, key), set(table) <= set(model.model_fields) | {"model"})
        read = check_table(model, keys, path, kind.__name__, ["file"] if has_file else [])
        fields = {key: getattr(read, key) for key in model.model_fields}
        for key, part in parts_of(kind).items():
            fields[key] = tuple(self.build(row, part, f"{path}.{key}[{n}]") for n, row in enumerate(fields[key]))
        with complaints_at(lambda key: f"{path}.{key}"):
            return kind(**fields)

    def _refuse_misspelt(self, missing: str, is_all_known: bool) -> None:
        """Complain of an axis whose name is nearly that of a number that is missing."""
        if is_all_known and (likely := difflib.get_close_matches(missing, self.firsts, n=1, cutoff=0.85)):
            here, meant = (path.removeprefix("scatterer.").removeprefix("wire.") for path in (likely[0], missing))
            raise ValueError(f"`axes` must name a number that can vary, got {here!r}; did you mean {meant!r}?")

    def _columns(self, file: Any, path: str) -> tuple[list[float], list[float]]:
        """Two columns of numbers from a file; lines that begin with # and a first line of names are left out."""
        if not isinstance(file, str):
            raise ValueError(f"`{path}` must be the name of a file, got {shown(file)}.")
        rows: list[list[float]] = []
        for number, line in enumerate(text_of(self.folder / file, path).splitlines(), start=1):
            words = re.split(r"[,;\s]+", line.partition("#")[0].strip(" \t,;"))
            try:
                row = [float(word) for word in words if word]
            except ValueError:
                row = [] if not rows and number == 1 else [np.nan]
            if row and len(row) != 2:
                raise ValueError(f"`{path}` must have two numbers in every line, got {shown(line)} in line {number}.")
            rows += [row] if row else []
        return [row[0] for row in rows], [row[1] for row in rows]


def _kind(table: Any, base: type[eqx.Module], path: str) -> type[eqx.Module]:
    """Class of the object that a table describes."""
    known = {kind.__name__: kind for kind in MODELS.get(base, ())}
    if not isinstance(table, dict):
        start = f" with model = {' or '.join(map(repr, list(known)[:2]))} ..." if known else ""
        raise ValueError(f"`{path}` must be a table{start}, got {shown(table)}.")
    if not known:
        return base
    if "model" not in table:
        raise ValueError(f"`{path}.model` must be given, as one of {', '.join(known)}; got none.")
    name = table["model"]
    if name not in known:
        likely = nearest(str(name), known, quote="'") if isinstance(name, str) else "."
        raise ValueError(f"`{path}.model` must be one of {', '.join(known)}, got {shown(name)}{likely}")
    return known[name]


def text_of(path: Path, name: str) -> str:
    """Text of a file; `name` is the key that complaints begin with."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"`{name}` must be a file that can be read, got '{path}': {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ValueError(f"`{name}` must be a text file in UTF-8, got '{path}'.") from None


@contextmanager
def complaints_at(place: Callable[[str], str]) -> Iterator[None]:
    """Put the path in the file in the place of the name with which a complaint of a constructor begins."""
    try:
        yield
    except (ValueError, TypeError) as error:
        match = re.match(r"`([^`]*)`", str(error))
        if match is None:
            raise
        raise type(error)(f"`{place(match[1])}`{str(error)[match.end() :]}") from None
