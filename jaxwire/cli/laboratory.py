"""Units on the command line: what a laboratory knows of its wire, numbers with units in, columns of SI out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from jaxwire.lab.lab import Lab

MINUS = "\u2212"
"""Sign of a quantity such as -50 nm on its way through the parser, which would take a hyphen for an option."""


@Parameter(name="*")
@dataclass(frozen=True)
class Laboratory:
    """Options of a wire in a laboratory: with a material all numbers have units, and results are in SI.

    Attributes:
        material: InAs, GaAs or InSb; with it, or [lab] in a file, all numbers have units, such as "1 mV", also results.
        chemical_potential: mu0 of the wire of a material, such as "10 meV"; or --density or --fermi-wavelength.
        density: Electrons per length, such as "53 1/um".
        fermi_wavelength: Such as "75 nm".
        relaxation_time: tau0 of the wire of a material, such as "1 ps"; or --mean-free-path or --mobility.
        mean_free_path: vF tau0, such as "350 nm".
        mobility: Such as "6e4 cm^2/(V s)".
        channels: How many channels of a material's wire are alike; 2, both spins, unless given.
    """

    material: str | None = None
    chemical_potential: str | None = None
    density: str | None = None
    fermi_wavelength: str | None = None
    relaxation_time: str | None = None
    mean_free_path: str | None = None
    mobility: str | None = None
    channels: int | None = None

    def build(self, config: Path | None, temperature: Any) -> "Lab | None":
        """The laboratory; None without these options.

        Args:
            config: a file, which has a table [lab] instead of them.
            temperature: of the bath, with a unit.

        Raises:
            ValueError: if the material is missing or unknown, or an option is no use to `Lab`.
            TypeError: as `Lab`.
        """
        given = options_given(self)
        if not given:
            return None
        first = next(iter(given))
        if config is not None:
            raise ValueError(f"`{first}` must be left out with --config, where a table [lab] says it; got both.")
        from jaxwire.config.lab import material_of
        from jaxwire.lab.lab import Lab

        if "material" not in given:
            raise ValueError(f"`material` must be given with `{first}`, such as InAs; got none.")
        return Lab(material_of("material", given.pop("material")), temperature=temperature, **given)


def options_given(options: Any) -> dict[str, Any]:
    """Those of a group of options that are given, by name."""
    return {name: value for name, value in vars(options).items() if value is not None}


def natural(lab: "Lab | None", name: str, given: Any, quantity: str | None = None) -> float:
    """An option's number in natural units.

    Args:
        lab: in whose units it is given; None for a number without unit.
        name: of the option.
        given: number or text.
        quantity: the name whose unit it has; `name` unless given.

    Raises:
        ValueError: if a unit is missing, wrong, or given without a laboratory.
    """
    if lab is not None:
        return lab.natural(quantity or name, given, name)
    if isinstance(given, str):
        is_quantity = re.match(rf"[-+{MINUS}]?\.?\d+\.?\d*(e[-+]?\d+)?\s*[^\W\d]", given)
        cure = ": units need --material, or --config with a table [lab]" if is_quantity else ""
        cure = ": write a decimal point" if "," in given else cure
        raise ValueError(f"`{name}` must be a number, got '{given}'{cure}.")
    return given


def in_si(lab: "Lab", quantity: str, values: Any) -> Any:
    """Natural numbers in SI, as an array."""
    import numpy as np

    return np.asarray(lab.scale.to_si(quantity, np.asarray(values)))


def under_headings(
    lab: "Lab | None",
    columns: Mapping[str, Any],
    titles: Mapping[str, str],
    quantities: Mapping[str, str] | None = None,
) -> dict[str, list[float]]:
    """Columns of a table under their headings, which have units if there is a laboratory.

    Args:
        lab: in whose units the columns are; None for natural ones.
        columns: arrays by name.
        titles: of the columns, by name.
        quantities: the names whose units they have, by name; their own unless given.
    """
    if lab is None:
        return {titles[name]: values.tolist() for name, values in columns.items()}
    units = {name: lab.scale.si_unit((quantities or {}).get(name, name)) for name in columns}
    return _with_units({titles[name]: (values, units[name]) for name, values in columns.items()})


def _with_units(columns: Mapping[str, tuple[Any, str]]) -> dict[str, list[float]]:
    """Columns under headings such as "x (nm)", as the readers of tables understand them; like units have one prefix.

    Args:
        columns: values and unit of SI, by name.
    """
    import numpy as np

    from jaxwire.lab.quantities import prefixed

    largest: dict[str, float] = {}
    for values, unit in columns.values():
        size = float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0))
        largest[unit] = max(largest.get(unit, 0.0), size)
    found = {}
    for name, (values, unit) in columns.items():
        factor, shown = prefixed(largest[unit], unit)
        heading = f"{name} ({shown})".replace("\u00b5", "u") if unit else name
        found[heading] = [float(f"{value:.14g}") for value in values * factor]  # 50, not 50.00000000000001
    return found
