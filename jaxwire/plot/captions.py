"""Words on figures: long names and units with their symbols as mathematics, as in the paper."""

import math
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from jaxwire.model.units.scale import SI

SYMBOLS = {
    r"\+-\(\|P_ph\|/P_ext - 1\)\^\(1/5\)": r"\pm(|P_\mathrm{ph}|/P_\mathrm{ext}-1)^{1/5}",
    r"\bs \|\|P_ph/P_ext\| - 1\|\^\(1/5\)": r"s\,\left||P_\mathrm{ph}/P_\mathrm{ext}|-1\right|^{1/5}",
    r"\bP_ph/P_ext\b": r"P_\mathrm{ph}/P_\mathrm{ext}",
    r"\bP_ext\b": r"P_\mathrm{ext}",
    r"\(P_R - P_L\)/\(P_R \+ P_L\)": r"(P_\mathrm{R}-P_\mathrm{L})/(P_\mathrm{R}+P_\mathrm{L})",
    r"\be phi\(x\)": r"e\phi(x)",
    r"\be phi\b": r"e\phi",
    r"\bJ_el\(x\)": r"J_\mathrm{el}(x)",
    r"\bJ_inf\b": r"J_\infty",
    r"\beV_tot\b": r"eV_\mathrm{tot}",
    r"\beV\b": "eV",
    r"\bkB T\b": r"k_\mathrm{B}T",
    r"\beps0\b": r"\varepsilon_0",
    r"\bGamma\b": r"\Gamma",
    r"\b(?<=current )I\b": "I",
    r"\b(?<=force )F\b": "F",
    r"\b(?<=position )x\b": "x",
}
"""Symbols in long names, as in the paper."""


SI_UNITS = {unit for units in SI.values() for unit in units if unit}
"""Units that are set upright."""

PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "\u00b5", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
"""Prefixes of units by their power of ten."""


def symbols(text: str) -> str:
    """Text with the symbols in it as mathematics."""
    for plain, formula in SYMBOLS.items():
        text = re.sub(plain, lambda _, formula=formula: f"${formula}$", text)
    return text


def units_of(attrs: Mapping[str, Any]) -> str:
    """Units as mathematics, SI units upright; "" without any."""
    units = str(attrs.get("units", ""))
    if units in SI_UNITS or (units[:1] in PREFIXES.values() and units[1:] in SI_UNITS):
        return rf"$\mathrm{{{units.replace(' ', chr(92) + ',')}}}$"
    for plain, symbol in {"mu0": r"\mu_0", "tau0": r"\tau_0", "vF": r"v_\mathrm{F}", "kF": r"k_\mathrm{F}"}.items():
        units = re.sub(rf"\b{plain}\b", lambda _, symbol=symbol: symbol, units)
    return f"${units}$" if units else ""


def with_prefix(values: Any, attrs: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
    """Factor by which numbers are multiplied so that the largest is between 1 and 1000, and attributes that say so.

    Args:
        values: numbers, of any shape; NaN does not count.
        attrs: their attributes. Units that are not SI, or that begin with "1/", get no prefix.
    """
    units = str(attrs.get("units", ""))
    sizes = np.abs(np.asarray(values, dtype=float))
    largest = np.max(sizes, initial=0.0, where=np.isfinite(sizes))
    if units not in SI_UNITS or units.startswith("1/") or largest == 0:
        return 1.0, dict(attrs)
    power = min(max(3 * math.floor(math.log10(largest) / 3), min(PREFIXES)), max(PREFIXES))
    return 10.0**-power, {**attrs, "units": PREFIXES[power] + units}


def label(name: str, attrs: Mapping[str, Any], width: int = 44) -> str:
    """Long name and units, in lines of at most `width` characters."""
    words = "\n".join(textwrap.wrap(str(attrs.get("long_name") or name.replace("_", " ")), width))
    units = units_of(attrs)
    return symbols(words) + (f" ({units})" if units else "")


def title(name: str, value: Any, attrs: Mapping[str, Any]) -> str:
    """What was selected: a name and its value."""
    if isinstance(value, str):
        return f"{value} {'wire' if name == 'side' else name}"
    factor, attrs = with_prefix(value, attrs)
    units = units_of(attrs)
    words = symbols(str(attrs.get("long_name") or name.replace("_", " ")))
    symbol = re.search(r"\$[^$]*\$$", words)
    return f"{symbol[0] if symbol else words} = {float(value) * factor:.4g}{f' {units}' if units else ''}"


def distinguishing(points: Sequence[Mapping[str, Any]], words: Callable[[str, Any], str]) -> list[str]:
    """What distinguishes each of several points from the others; nothing for a single one.

    Args:
        points: numbers by name; one may lack a number that others have.
        words: a name and its number, in words.
    """
    names = {name: None for point in points for name in point}  # a set that keeps its order
    varying = [name for name in names if len({point.get(name) for point in points}) > 1]
    return [", ".join(words(name, point[name]) for name in varying if name in point) for point in points]
