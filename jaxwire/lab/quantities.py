"""Quantities: texts with a unit, those of pint, and pairs with an error become numbers in SI; results become texts.

A text is a number and a unit, which pint understands, and may have a standard error:

    "14.4 meV"      "120 nm +- 30 nm"      "120 +- 30 nm"      "120(30) nm"      "4.2 K"      "1e7 1/m"

Numbers without a unit are refused where there is one: nobody can tell what they are in.
"""

import functools
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pint

from jaxwire.model.parameters.one_line import one_line
from jaxwire.model.units.scale import ALSO, SI, Scale

LONGEST = 80
"""Characters of a text with a quantity at most."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"

_PLAIN = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*", re.ASCII)

_SHORT = re.compile(r"\s*([+-]?\d+(?:\.(\d+))?)\((\d+(?:\.\d+)?)\)(?:[eE]([+-]?\d+))?\s*(.*?)\s*", re.ASCII)

_PLUS_MINUS = re.compile(r"\s*(?:\+/?-|\u00b1)\s*")

_BRACKET = re.compile(r"\s*\(([^()]+)\)\s*([^()\s].*)")

_UNIT = re.compile(r"[^\W\d_][\w\u00b5\u03bc\u00b0 */^().-]*|1\s*/[\w\u00b5\u03bc\u00b0 */^().-]+|%?")

_TOWER = re.compile(r"(?:\*\*|\^)\s*(?:\(|[+-]?\d{3}|[+-]?\d+\s*(?:\*\*|\^))")
"""Powers of powers: numbers that no memory holds."""

PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "\u00b5", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
"""Prefixes of units by their power of ten."""

SHOWN = {"m^2/(V s)": (1e4, "cm^2/(V s)"), "1/m": (1e-6, "1/\u00b5m"), "m/s": (1.0, "m/s")}
"""Units that are shown as others, or without a prefix: factor and unit."""

DIGITS = 4
"""Digits of a number without an error."""


class Measured(NamedTuple):
    """A number of a laboratory, in SI; prints as `14.47(10) meV`.

    Attributes:
        value: in `unit`.
        error: standard error, in `unit`; None where none is known, or it is exact.
        unit: of SI (for most energies eV); "" without one.
    """

    value: float
    error: float | None = None
    unit: str = ""

    def to(self, unit: str) -> "Measured":
        """The same in another unit."""
        factor = _factor(self.unit, unit)
        return Measured(self.value * factor, None if self.error is None else self.error * factor, unit)

    def over(self, divisor: float, unit: str) -> "Measured":
        """Divided by a number that is known, in the unit that follows."""
        return Measured(self.value / divisor, None if self.error is None else self.error / divisor, unit)

    @property
    def quantity(self) -> Any:
        """The value as a quantity of pint, of its application registry."""
        return pint.get_application_registry().Quantity(self.value, self.unit)

    def __str__(self) -> str:
        """Value, error in two digits in brackets, and unit with the prefix that fits."""
        factor, unit = prefixed(self.value if math.isfinite(self.value) else 0.0, self.unit)
        error = None if self.error is None else self.error * factor
        return f"{number_with_error(self.value * factor, error)} {unit}".rstrip()


@functools.cache
def _units() -> Any:
    return pint.get_application_registry()


def _factor(unit: str, other: str) -> float:
    return float(_units().Quantity(1.0, unit).to(other).magnitude)


def number_with_error(value: float, error: float | None) -> str:
    """A number with its standard error in brackets, in units of its last digits: 14.47(10).

    ```python
    >>> from jaxwire.lab.quantities import number_with_error
    >>> [number_with_error(14.4712, 0.098), number_with_error(120.4, 30.2), number_with_error(0.8, None)]
    ['14.471(98)', '120(30)', '0.8']

    ```

    Args:
        value: the number.
        error: in its unit; two digits are shown. None: the number is exact, or its error unknown.
    """
    if error is None or not math.isfinite(value):
        return f"{value:.{DIGITS}g}"
    if not 0.0 < error < math.inf:
        return f"{value:.{DIGITS}g}({'0' if error == 0.0 else '?'})"
    place = 1 - int(f"{error:.1e}".partition("e")[2])
    if place <= 0:
        return f"{round(value, place):.0f}({round(error, place):.0f})"
    digits = f"{error:.{place}f}"
    short = digits.replace(".", "").lstrip("0") if error < 1.0 else digits
    return f"{value:.{place}f}({short})"


def prefixed(size: float, unit: str) -> tuple[float, str]:
    """Factor and unit in which a number of this size, in a unit of SI, is between 1 and 1000."""
    if unit in SHOWN:
        return SHOWN[unit]
    if not unit or unit[0] in "1%" or size == 0.0 or not math.isfinite(size):
        return 1.0, unit
    power = 3 * math.floor(math.log10(abs(size) * (1.0 + 1e-12)) / 3.0)
    power = min(max(power, min(PREFIXES)), max(PREFIXES))
    return 10.0**-power, PREFIXES[power] + unit


def read_quantity(name: str, given: Any, units: tuple[str, ...]) -> Measured:
    """Understand a quantity.

    Args:
        name: what it is, for complaints.
        given: a text, a quantity of pint, a pair of value and standard error of either kind; a plain number where
            the first of the units is "".
        units: units of SI that fit; the result is in the one that does.

    Raises:
        TypeError: if it is none of these.
        ValueError: if it has no unit, a wrong or an unknown one, or the error is not positive.
    """
    if isinstance(given, Measured):
        return _fitting(name, _units().Quantity(given.value, given.unit), given.error, units)
    if isinstance(given, tuple):
        if len(given) != 2:
            raise ValueError(f"`{name}` must be a value, or a pair of value and error, got {one_line(given)}.")
        value, error = (read_quantity(name, part, units) for part in given)
        if value.unit != error.unit:
            raise ValueError(f"`{name}` must have value and error in like units, got {one_line(given)}.")
        return _with_error(name, value, error.value)
    if isinstance(given, str):
        return _read_text(name, given, units)
    if hasattr(given, "is_compatible_with"):
        return _fitting(name, given, None, units)
    if isinstance(given, bool) or not isinstance(given, int | float | np.number | np.ndarray) or np.ndim(given) != 0:
        raise TypeError(f"`{name}` must be a text such as {_example(units)}, got {one_line(given)}.")
    if units[0]:
        raise ValueError(f"`{name}` must have a unit, such as {_example(units)}, got {one_line(given)}.")
    return Measured(float(given))


def _with_error(name: str, value: Measured, error: float) -> Measured:
    if not 0.0 < error < math.inf:
        raise ValueError(f"`{name}` must have a positive standard error, got {error:g} {value.unit}.")
    return value._replace(error=error)


def _example(units: tuple[str, ...]) -> str:
    """How such a quantity is written."""
    examples = {"eV": "10 meV", "K": "30 K", "V": "1 mV", "m": "50 nm", "s": "1 ps", "A": "5 nA", "1/m": "2e8 1/m"}
    return repr(examples.get(units[0], f"1 {units[0]}"))


def _read_text(name: str, text: str, units: tuple[str, ...]) -> Measured:
    if len(text) > LONGEST:
        raise ValueError(f"`{name}` must be a text of at most {LONGEST} characters, got {one_line(text)}.")
    text = text.replace("\u2212", "-")  # a minus sign, as word processors and tables have it
    if short := _SHORT.fullmatch(text):
        digits, decimals, bracket, power, unit = short.groups()
        ten = 10.0 ** int(power or 0)
        size = float(bracket) * (1.0 if "." in bracket else 10.0 ** -len(decimals or ""))
        whole = _fitting(name, _quantity(name, float(f"{digits}e{power or 0}"), unit, text, units), None, units)
        return _with_error(name, whole, _difference(name, size * ten, unit, text, whole.unit))
    bracket = _BRACKET.fullmatch(text)
    parts = _PLUS_MINUS.split(f"{bracket[1]} {bracket[2]}" if bracket else text)
    if len(parts) == 1:
        value, unit = _cut(name, text, text, units)
        return _fitting(name, _quantity(name, value, unit, text, units), None, units)
    if len(parts) > 2:
        raise ValueError(f"`{name}` must have one error, got {text!r}.")
    error, error_unit = _cut(name, parts[1], text, units)
    value, unit = _cut(name, parts[0], text, units)
    unit, error_unit = unit or error_unit, error_unit or unit
    whole = _fitting(name, _quantity(name, value, unit, text, units), None, units)
    return _with_error(name, whole, _difference(name, error, error_unit, text, whole.unit))


def _difference(name: str, error: float, unit: str, text: str, of: str) -> float:
    """An error in the unit of its value."""
    return _fitting(name, _quantity(name, error, unit, text, (of,)), None, (of,)).value


def _cut(name: str, part: str, text: str, units: tuple[str, ...]) -> tuple[float, str]:
    """Number and unit of a text."""
    match = _PLAIN.fullmatch(part)
    if match is None:
        comma = "; write a decimal point" if re.search(r"\d,\d", text) else ""
        raise ValueError(f"`{name}` must be a number with a unit, such as {_example(units)}, got {text!r}{comma}.")
    return float(match[1]), match[2]


def _quantity(name: str, value: float, unit: str, text: str, units: tuple[str, ...]) -> Any:
    """A quantity of pint; its grammar is kept to units, so that no text can ask for more than that."""
    if not unit and units[0]:
        raise ValueError(f"`{name}` must have a unit, such as {_example(units)}, got {text!r}.")
    if unit.startswith(","):
        raise ValueError(f"`{name}` must be a number with a unit, got {text!r}; write a decimal point.")
    if not _UNIT.fullmatch(unit) or _TOWER.search(unit):
        raise ValueError(f"`{name}` must have a unit, such as {_example(units)}, got {text!r}.")
    try:
        return _units().Quantity(value, unit.replace("%", "percent"))
    except Exception as error:  # pint's parser lets through what Python's says of a text
        reason = str(error) if isinstance(error, pint.UndefinedUnitError) else "it is no unit"
        raise ValueError(f"`{name}` must be in a known unit, got {text!r}: {reason}.") from None


def _fitting(name: str, quantity: Any, error: float | None, units: tuple[str, ...]) -> Measured:
    """The quantity in the first unit that fits."""
    for unit in units:
        if quantity.is_compatible_with(unit):
            factor = 1.0 if error is None else _factor(f"{quantity.units}", unit)
            magnitude = quantity.to(unit).magnitude
            if np.ndim(magnitude) != 0:
                raise ValueError(f"`{name}` must be a single quantity, got shape {np.shape(magnitude)}.")
            return Measured(float(magnitude), None if error is None else error * factor, unit)
    expected = f"in {' or '.join(units)}" if units[0] else "without a unit"
    raise ValueError(f"`{name}` must be {expected}, got {quantity:~P}.")


def accepted_units(quantity: str) -> tuple[str, ...]:
    """Units of SI in which a quantity of this name may be given; its own comes first."""
    natural, own = Scale.units(quantity)
    return tuple(dict.fromkeys((own, ALSO.get(natural, own))))


def to_natural(scale: Scale, name: str, given: Any, quantity: str | None = None) -> Measured:
    """A quantity in natural units, with its error.

    Args:
        scale: of the wire.
        name: what it is called in complaints.
        given: see `read_quantity`.
        quantity: the name whose unit it has; `name` unless given.
    """
    natural, _ = Scale.units(quantity or name)
    found = read_quantity(name, given, accepted_units(quantity or name))
    unit = float(SI[natural][found.unit](scale))
    return Measured(found.value / unit, None if found.error is None else found.error / unit)


@contextmanager
def as_given(given: Mapping[str, Any]) -> Iterator[None]:
    """Repeat in complaints of the `with` block the quantities that were given, by name, not the natural numbers."""
    try:
        yield
    except ValueError as error:
        found = re.fullmatch(r"`([\w.]+)` (.*), got \S+\.", str(error))
        if found is None or found[1] not in given:
            raise
        raise ValueError(f"`{found[1]}` {found[2]}, got {one_line(given[found[1]])}.") from None


def positions_in_metres(name: str, given: Any) -> np.ndarray:
    """Positions: an array of pint, a list of texts, or a range (first, last, count) such as ("-1 um", "1 um", 81).

    Raises:
        TypeError: if they are none of these.
        ValueError: if a unit is missing or wrong.
    """
    if hasattr(given, "is_compatible_with"):
        if not given.is_compatible_with("m"):
            raise ValueError(f"`{name}` must be in m, got {given.units:~P}.")
        return np.atleast_1d(np.asarray(given.to("m").magnitude, dtype=float))
    if isinstance(given, tuple) and len(given) == 3 and isinstance(given[2], int) and not isinstance(given[2], bool):
        first, last = (read_quantity(name, end, ("m",)).value for end in given[:2])
        if given[2] < 1:
            raise ValueError(f"`{name}` must have at least one position, got {given[2]}.")
        return np.linspace(first, last, given[2])
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list | tuple):
        raise TypeError(f"`{name}` must be positions with a unit, such as ['-50 nm', '50 nm'], got {one_line(given)}.")
    return np.array([read_quantity(name, one, ("m",)).value for one in given])
