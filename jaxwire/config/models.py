"""Objects described by tables of a config file: scatterers, parts of the wire, and what they consist of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import equinox as eqx
import numpy as np

from jaxwire.config.tables import (
    TomlTable,
    check_table,
    complaints_at,
    join,
    model_of,
    parts_of,
    shown,
)
from jaxwire.model.lab_files.columns import read_columns
from jaxwire.model.lab_files.headings import Role, Wanted
from jaxwire.model.parameters.domain import FRACTION, POSITIVE
from jaxwire.model.parameters.functions_of_energy import INCREASING
from jaxwire.model.parameters.suggestion import did_you_mean, nearest_name
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.any_transmission import Constant, Tabulated
from jaxwire.model.scatterers.barriers import DoubleBarrier, QuantumPointContact, RectangularBarrier, TunnelBarrier
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.scatterers.resonances import BreitWigner, Lorentzian
from jaxwire.model.wires.dispersion import AbstractDispersion, Kane, Parabolic
from jaxwire.model.wires.electron_electron import ElectronElectron
from jaxwire.model.wires.gated_coulomb import GatedCoulomb
from jaxwire.model.wires.phonons import Phonons
from jaxwire.model.wires.relaxation import (
    AbstractRelaxation,
    ConstantRelaxationTime,
    Matthiessen,
    PowerLaw,
    TabulatedRelaxation,
)
from jaxwire.model.wires.screening import AbstractScreening, Electroneutral, LocalScreening
from jaxwire.model.wires.wire import Wire

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

PARTS = {
    "relaxation": AbstractRelaxation,
    "dispersion": AbstractDispersion,
    "screening": AbstractScreening,
    "electron_electron": ElectronElectron,
    "phonons": Phonons,
}
"""Tables below [wire]."""

ENERGIES = Role(
    "energies", ("energy", "e", "eps", "epsilon", "\u03b5", "kinetic_energy", "e_kin"), INCREASING, unit="mu0"
)

COLUMNS: dict[type[eqx.Module], Wanted] = {
    Tabulated: Wanted(
        (ENERGIES, Role("values", ("value", "t", "transmission", "trans", "transmission_probability"), FRACTION)),
        by_order=True,
    ),
    TabulatedRelaxation: Wanted(
        (ENERGIES, Role("values", ("value", "tau", "relaxation_time", "\u03c4"), POSITIVE, unit="tau0")), by_order=True
    ),
}
"""The columns of a file with a table, and the names that are understood."""

MISSPELT = 0.85
"""An axis is a misspelt number that is missing from this ratio of common letters on; all paths have much in common."""


@dataclass(frozen=True)
class Builder:
    """Makes objects of tables.

    Attributes:
        folder: where files lie that tables name.
        firsts: first values of the axes by the path of their number, which stand in for what is left out.
        models: what a table may be, by the base of its class.
        optional: bases of which the first model is meant by a table that names none.
    """

    folder: Path
    firsts: Mapping[str, float] = field(default_factory=dict)
    models: Mapping[type[eqx.Module], tuple[type[eqx.Module], ...]] = field(default_factory=lambda: MODELS)
    optional: Collection[type[eqx.Module]] = ()

    def build(self, table: Any, base: type[eqx.Module], path: str) -> Any:
        """Make the object of a table: of the subclass of `base` that its `model` names, or of `base` itself."""
        kind = self._kind(table, base, path)
        keys = {key: value for key, value in table.items() if key != "model" or base not in self.models}
        has_file = kind in COLUMNS
        if has_file and "file" in keys:
            if given := [key for key in ("energies", "values") if key in keys]:
                raise ValueError(f"`{path}.file` must be left out where `{given[0]}` is given, got both.")
            columns = self._columns(kind, keys.pop("file"), path)
            keys |= {key: column.tolist() for key, column in columns.items() if column is not None}
        model = model_of(kind)
        for key in model.model_fields:
            if key not in keys and join(path, key) in self.firsts:
                keys[key] = float(self.firsts[join(path, key)])
            elif key not in keys and model.model_fields[key].is_required():
                self._refuse_misspelt(join(path, key), set(table) <= set(model.model_fields) | {"model"})
        read = check_table(model, keys, path, kind.__name__, ["file"] if has_file else [])
        fields = {key: getattr(read, key) for key in model.model_fields}
        for key, part in parts_of(kind).items():
            if isinstance(rows := fields[key], list):
                fields[key] = tuple(self.build(row, part, f"{path}.{key}[{n}]") for n, row in enumerate(rows))
            elif rows is not None:
                fields[key] = self.build(rows, part, f"{path}.{key}")
        with complaints_at(lambda key: f"{path}.{key}"):
            return kind(**fields)

    def _kind(self, table: Any, base: type[eqx.Module], path: str) -> type[eqx.Module]:
        """Class of the object that a table describes."""
        known = {kind.__name__: kind for kind in self.models.get(base, ())}
        usual = next(iter(known)) if base in self.optional else None
        if not isinstance(table, dict):
            first = f" with model = {' or '.join(map(repr, list(known)[:2]))} ..." if known else ""
            example = first if usual is None else f" such as {{model = {usual!r}}}"
            raise ValueError(f"`{path}` must be a table{example}, got {shown(table)}.")
        if not known:
            return base
        name = table.get("model", usual)
        if name is None:
            raise ValueError(f"`{path}.model` must be given, as one of {', '.join(known)}; got none.")
        if not isinstance(name, str) or name not in known:
            likely = did_you_mean(name, known) if isinstance(name, str) else "."
            raise ValueError(f"`{path}.model` must be one of {', '.join(known)}, got {shown(name)}{likely}")
        return known[name]

    def _refuse_misspelt(self, missing: str, is_all_known: bool) -> None:
        """Complain of an axis whose name is nearly that of a number that is missing."""
        if is_all_known and (likely := nearest_name(missing, self.firsts, MISSPELT)):
            here, meant = (path.removeprefix("scatterer.").removeprefix("wire.") for path in (likely, missing))
            raise ValueError(f"`axes` must name a number that can vary, got {here!r}; did you mean {meant!r}?")

    def _columns(self, kind: type[eqx.Module], file: Any, path: str) -> dict[str, np.ndarray | None]:
        """Two columns of numbers from a file."""
        if not isinstance(file, str):
            raise ValueError(f"`{path}.file` must be the name of a file, got {shown(file)}.")
        with complaints_at(lambda key: key if key.startswith(path) else f"{path}.{key}"):
            return read_columns(self.folder / file, COLUMNS[kind], f"{path}.file").values


class WireTable(TomlTable):
    """The table [wire]: its parts."""

    relaxation: Any = None
    dispersion: Any = None
    screening: Any = None
    electron_electron: Any = None
    phonons: Any = None


class _Resolution(TomlTable):
    above: int | None = None
    below: int | None = None


def build_wire(builder: Builder, table: Any, dispersion: AbstractDispersion | None = None) -> Wire:
    """Build the wire that a [wire] table describes; what it leaves out, or all without a table, is as in the paper.

    A dispersion that is given, that of a laboratory, must not be in the table too.
    """
    tables = check_table(WireTable, {} if table is None else table, "wire", "[wire]").model_dump(exclude_none=True)
    if dispersion is not None and "dispersion" in tables:
        raise ValueError("`wire.dispersion` must be left out where [lab] is given, whose units depend on it; got both.")
    parts = {part: builder.build(each, PARTS[part], f"wire.{part}") for part, each in tables.items()}
    if dispersion is not None:
        parts["dispersion"] = dispersion
    with complaints_at(lambda key: f"wire.{key}"):
        return Wire(**parts)


def build_resolution(table: Any, default: Resolution) -> Resolution | None:
    """Give the numbers of nodes of a [resolution] table, the default in place of one left out; None without a table."""
    if table is None:
        return None
    sizes = check_table(_Resolution, table, "resolution", "[resolution]").model_dump(exclude_none=True)
    return default._replace(**sizes)
