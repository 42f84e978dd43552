"""Files with units: a table [lab] says what the laboratory knows, and every number beside it has a unit.

```toml
free = ["center", "width", "conductance", "offset[:]", "relaxation_time"]
starts = 16

[lab]
material = "InAs"                        # or {name = "mine", effective_mass = 0.05, kane_alpha = 0.8}
chemical_potential = "10 meV"            # or density, or fermi_wavelength
relaxation_time = "1.0(2) ps"            # or mean_free_path, or mobility; errors are used
temperature = "30 K"

[thermometer]                            # arguments of Lab.thermometer
healing_length = "200 nm"
probe_fwhm = "50 nm"

[bounds]
center = ["5 meV", "25 meV"]             # likewise [priors] and [given]: value and standard error

[[measurements]]
file = "lab_1mV.csv"                     # columns x_nm, T_mK, sigma_mK; else columns = {x = "Pos (nm)"}
voltage = "1 mV"
```

Files of scans and of operating points have the same table, and units in every number that has one in `QUANTITIES`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jaxwire.config.models import MODELS, Builder
from jaxwire.config.tables import TomlTable, check_table, complaints_at, flattened, join, read_toml, shown
from jaxwire.lab.fit_result import LabFit
from jaxwire.lab.lab import Lab
from jaxwire.lab.quantities import as_given
from jaxwire.model.parameters.names import DRIVES
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.units.materials import MATERIALS, Material
from jaxwire.model.units.scale import QUANTITIES, Scale
from jaxwire.numerics.input_file import text_of

NOT_NUMBERS = ("model", "file", "scale", "interpolation", "observables", "memory", "precision", "free")
"""Keys whose texts are no quantities."""


class _Lab(TomlTable):
    material: Any = None
    chemical_potential: str | None = None
    density: str | None = None
    fermi_wavelength: str | None = None
    relaxation_time: str | None = None
    mean_free_path: str | None = None
    mobility: str | None = None
    temperature: str | None = None
    channels: int = 2
    dispersion: str = "kane"


class _Material(TomlTable):
    name: str
    effective_mass: float
    kane_alpha: float = 0.0


class _Measurement(TomlTable):
    file: str
    temperature: str | None = None
    voltage: str | None = None
    current: str | None = None
    force: str | None = None
    measured_current: str | None = None


class _File(TomlTable):
    """A file of a fit."""

    lab: Any
    measurements: list[Any]
    free: list[str] | None = None
    starts: int | None = None
    scatterer: Any = None
    thermometer: dict[str, Any] = {}
    columns: dict[str, Any] | None = None
    priors: dict[str, Any] = {}
    given: dict[str, Any] = {}
    bounds: dict[str, Any] = {}


def build_lab(table: Any) -> Lab:
    """Make the laboratory of a table [lab].

    Raises:
        ValueError: if a key is unknown, missing or of another type, or a number cannot be used; by the path of the key.
        TypeError: as `Lab`.
    """
    read = check_table(_Lab, table, "lab", "[lab]").model_dump(exclude_none=True)
    material = read.pop("material", None)
    if isinstance(material, dict):
        numbers = check_table(_Material, material, "lab.material", "a material").model_dump()
        with complaints_at(lambda key: join("lab.material", key)):
            known = Material(**numbers)
    else:
        known = material_of("lab.material", material, ", or a table")
    with complaints_at(lambda key: join("lab", key)):
        return Lab(known, **read)


def material_of(name: str, given: Any, more: str = "") -> Material:
    """A material by its name; `more` is what else may be given.

    Raises:
        ValueError: if there is none of this name.
    """
    if not isinstance(given, str) or given not in MATERIALS:
        got = "none" if given is None else shown(given)
        raise ValueError(f"`{name}` must be one of {', '.join(MATERIALS)}{more}, got {got}.")
    return MATERIALS[given]


def in_natural_units(lab: Lab, tables: Any, path: str = "") -> Any:
    """Tables whose texts with units became natural numbers.

    Raises:
        ValueError: for a number without a unit where there is one, and as `to_natural`; by the path of the key.
    """
    if isinstance(tables, Mapping):
        return {key: _value(lab, str(key), value, join(path, str(key))) for key, value in tables.items()}
    return tables


def _value(lab: Lab, key: str, value: Any, path: str) -> Any:
    """One value of a table, in natural units."""
    if key in NOT_NUMBERS:
        return value
    if isinstance(value, Mapping):
        is_range = {"start", "stop"} <= set(value)
        if is_range:
            return {name: _number(lab, path, one) if name in ("start", "stop") else one for name, one in value.items()}
        return in_natural_units(lab, value, path)
    if isinstance(value, list):
        return [
            _value(lab, key, one, path) if not isinstance(one, str | int | float) else _number(lab, path, one)
            for one in value
        ]
    return _number(lab, path, value)


def _number(lab: Lab, path: str, value: Any) -> Any:
    """A number of a key, which has a unit if its name has one."""
    quantity = re.sub(r"\[\d+\]|\"", "", path)
    last = quantity.rpartition(".")[2]
    if isinstance(value, bool) or not isinstance(value, str | int | float) or last not in QUANTITIES:
        return value
    name = quantity if ".".join(quantity.split(".")[-2:]) in QUANTITIES else last
    if not Scale.units(name)[1] and not isinstance(value, str):
        return value
    return lab.natural(name, value, path)


@dataclass(frozen=True)
class LabFitConfig:
    """A fit that a file with [lab] describes.

    Attributes:
        lab: the laboratory.
        files: the profiles.
        points: arguments of `Lab.read`.
        options: arguments of `Lab.fit`.
    """

    lab: Lab
    files: tuple[Path, ...]
    points: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def run(self) -> LabFit:
        """Read the profiles and fit them."""
        return self.lab.fit(self.lab.read(list(self.files), **self.points), **self.options)


def has_lab(path: Path) -> bool:
    """Whether a file has a table [lab]; not where it cannot be read."""
    return re.search(r"^\s*\[lab\]|^\s*lab\s*=", text_of(path, "config"), re.MULTILINE) is not None


def read_lab_fit(path: str | Path) -> LabFitConfig:
    """Read the file of a fit that has a table [lab].

    Raises:
        ValueError: if the file cannot be read, a key is unknown, missing or of another type, or a number is no use.
        TypeError: as `Lab`.
    """
    path = Path(path)
    return parse_lab_fit(text_of(path, "config"), path.parent, path.name)


def parse_lab_fit(text: str, folder: str | Path = ".", name: str = "config") -> LabFitConfig:
    """Understand the text of such a file; see `read_lab_fit`."""
    given = check_table(_File, read_toml(text, name), "", "a config file of a fit with [lab]")
    lab = build_lab(given.lab)
    rows = [
        check_table(_Measurement, row, f"measurements[{n}]", "a measurement")
        for n, row in enumerate(given.measurements)
    ]
    if not rows:
        raise ValueError("`measurements` must be one or more tables with a file, got none.")
    points: dict[str, Any] = {"columns": _pairs(given.columns) if given.columns else None}
    for key in (*DRIVES, "temperature", "measured_current"):
        values = [getattr(row, key) for row in rows]
        if any(value is not None for value in values):
            if key != "measured_current" and None in values:
                raise ValueError(
                    f"`measurements[{values.index(None)}].{key}` must be given, as others have it; got none."
                )
            points[key] = values
    options: dict[str, Any] = {"priors": _pairs(given.priors), "given": _pairs(given.given), "bounds": given.bounds}
    options |= {"free": given.free, "starts": given.starts}
    if given.thermometer:
        with complaints_at(lambda key: join("thermometer", key)):
            options["thermometer"] = _thermometer(lab, given.thermometer)
    if given.scatterer is not None:
        table = in_natural_units(lab, given.scatterer, "scatterer")
        with as_given(flattened(given.scatterer, "scatterer.")):
            options["scatterer"] = Builder(Path(folder), models=MODELS).build(table, AbstractScatterer, "scatterer")
    kept = {key: value for key, value in options.items() if value not in (None, {})}
    return LabFitConfig(lab, tuple(Path(folder) / row.file for row in rows), points, kept)


def _thermometer(lab: Lab, table: dict[str, Any]) -> Any:
    try:
        return lab.thermometer(**table)
    except TypeError as error:
        wrong = re.search(r"argument '(\w+)'", str(error))
        if wrong is None:
            raise
        raise ValueError(f"`{wrong[1]}` is not a key of [thermometer].") from None


def _pairs(table: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of two as pairs of value and error, as TOML has no pairs."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in table.items()}
