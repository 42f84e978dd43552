"""Names of a fit in a laboratory: what `jaxwire.fit` calls them, and how its natural numbers become SI.

Most are those of `jaxwire.fit`. A thermometer that reads kelvins has a `conductance` instead of a nameless gain:

    reading = offset + P_ph, smoothed, in W/m / conductance in W/(m K),          gain = 1/conductance in natural units.

`mean_free_path`, `relaxation_time` and `mobility` are one number of the wire at a given Fermi energy, and
`chemical_potential` is another; a fit has them in units of their nominal values.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.quantities import Measured, read_quantity, to_natural
from jaxwire.model.parameters.suggestion import did_you_mean
from jaxwire.model.units.scale import QUANTITIES, SI, Scale

CONDUCTANCE = "conductance"
"""Loss of a thermometer to the substrate."""

PATHS = ("mean_free_path", "relaxation_time", "mobility")
"""Numbers of a wire that are proportional at a given Fermi energy."""

RATIOS = (*PATHS, "chemical_potential")
"""Numbers that a fit has in units of their nominal values."""

OWN = (CONDUCTANCE, "gain", "offset", *RATIOS)
"""Names that have a meaning of their own."""

_INDEX = re.compile(r"\[[^\]]*\]")


class NumberInSI(NamedTuple):
    """What a name of a laboratory is to a fit.

    Attributes:
        name: as the user gave it.
        natural: as `jaxwire.fit` calls it.
        factor: SI number = factor * natural number, or factor/natural number.
        unit: of SI; that of the readings for those that have a unit of their own.
        is_inverse: whether the natural number is the inverse.
        quantity: whose unit it has; None where `unit` says all.
    """

    name: str
    natural: str
    factor: float
    unit: str
    is_inverse: bool = False
    quantity: str | None = None

    def si(self, value: float, error: float | None = None) -> Measured:
        """A natural number in SI, with its error to first order."""
        if not self.is_inverse:
            return Measured(value * self.factor, None if error is None else error * self.factor, self.unit)
        return Measured(self.factor / value, None if error is None else abs(self.factor / value**2) * error, self.unit)

    def from_si(self, given: Measured) -> Measured:
        """A number in SI in natural units, with its error to first order."""
        if not self.is_inverse:
            return given.over(self.factor, "")
        value = self.factor / given.value
        return Measured(value, None if given.error is None else abs(value / given.value) * given.error)

    @property
    def slope_sign(self) -> float:
        """Whether the SI number grows with the natural one."""
        return -1.0 if self.is_inverse else 1.0


def stem_of(name: str) -> str:
    """A name without indices, and without what it is part of: offset of measurements[1].offset."""
    return _INDEX.sub("", name).rpartition(".")[2]


def meaning(lab: KnownWire, name: str, unit: str, argument: str = "free") -> NumberInSI:
    """What a name is to a fit of readings in a unit.

    Args:
        lab: whose units they are.
        name: as the user gives it, such as "conductance", "offset[:]" or "measurements[1].voltage".
        unit: of the readings: "K", "W/m", or their own.
        argument: in which the name is, for complaints.

    Raises:
        ValueError: if a laboratory has no unit for the name, or it is another number in a fit.
    """
    stem = stem_of(name)
    reading = {"K": "temperature", "W/m": "heating_power"}.get(unit)
    per_reading = float(lab.scale.to_si(reading, 1.0)) if reading else 1.0
    if stem in ("density", "fermi_wavelength"):
        raise ValueError(f"`free` must have 'chemical_potential' in the place of {name!r}, which follows from it.")
    if stem in RATIOS:
        known = lab.known()[stem]
        natural = "relaxation_time" if stem == "mobility" else stem  # proportional at a given Fermi energy
        return NumberInSI(name, name.replace(stem, natural), known.value, known.unit)
    if stem == CONDUCTANCE:
        if unit != "K":
            raise ValueError(f"`free` must have 'gain' for readings in {unit or 'a unit of their own'}, got {name!r}.")
        factor = float(lab.scale.to_si("substrate_conductance", 1.0))
        return NumberInSI(name, name.replace(CONDUCTANCE, "gain"), factor, "W/(m K)", is_inverse=True)
    if stem == "offset":
        return NumberInSI(name, name, per_reading, unit)
    if stem == "gain":
        return NumberInSI(name, name, per_reading if unit != "W/m" else 1.0, "" if unit == "W/m" else unit)
    quantity = _INDEX.sub("", name)
    try:
        natural, si = Scale.units(quantity)
    except ValueError:
        likely = did_you_mean(stem, [*QUANTITIES, *OWN], quote="'")
        raise ValueError(f"`{argument}` must name numbers that are known, got {name!r}{likely}") from None
    return NumberInSI(name, name, float(SI[natural][si](lab.scale)), si, quantity=quantity)


def read_value(lab: KnownWire, means: NumberInSI, argument: str, given: Any) -> Measured:
    """A quantity that belongs to a name, with its error, in natural units.

    Raises:
        TypeError: as `read_quantity`.
        ValueError: as `read_quantity`, and for an inverse number that is not positive.
    """
    called = f"{argument}[{means.name!r}]"
    if means.quantity is not None:
        return to_natural(lab.scale, called, given, means.quantity)
    found = read_quantity(called, given, (means.unit,))
    if means.is_inverse and not found.value > 0:
        raise ValueError(f"`{called}` must be positive, got {found}.")
    return means.from_si(found)


def named(argument: str, given: Any) -> Mapping[str, Any]:
    """A mapping from names, empty unless given.

    Raises:
        TypeError: if it is none.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"`{argument}` must be a mapping from names to quantities, got {type(given).__name__}.")
    return given
