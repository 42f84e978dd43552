"""Words on figures: long names and units with their symbols as mathematics, as in the paper."""

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

SYMBOLS = {
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


def symbols(text: str) -> str:
    """Text with the symbols in it as mathematics."""
    for plain, math in SYMBOLS.items():
        text = re.sub(plain, lambda _, math=math: f"${math}$", text)
    return text


def units_of(attrs: Mapping[str, Any]) -> str:
    """Units as mathematics; "" without any."""
    units = str(attrs.get("units", ""))
    for plain, math in {"mu0": r"\mu_0", "tau0": r"\tau_0", "vF": r"v_\mathrm{F}", "kF": r"k_\mathrm{F}"}.items():
        units = re.sub(rf"\b{plain}\b", lambda _, math=math: math, units)
    return f"${units}$" if units else ""


def label(name: str, attrs: Mapping[str, Any], width: int = 44) -> str:
    """Long name and units, in lines of at most `width` characters."""
    words = "\n".join(textwrap.wrap(str(attrs.get("long_name") or name.replace("_", " ")), width))
    units = units_of(attrs)
    return symbols(words) + (f" ({units})" if units else "")


def title(name: str, value: Any, attrs: Mapping[str, Any]) -> str:
    """What was selected: a name and its value."""
    if isinstance(value, str):
        return f"{value} {'wire' if name == 'side' else name}"
    units = units_of(attrs)
    words = symbols(str(attrs.get("long_name") or name.replace("_", " ")))
    symbol = re.search(r"\$[^$]*\$$", words)
    return f"{symbol[0] if symbol else words} = {float(value):.4g}{f' {units}' if units else ''}"


def distinguishing(points: Sequence[Mapping[str, Any]], words: Callable[[str, Any], str]) -> list[str]:
    """What distinguishes each of several points from the others; nothing for a single one.

    Args:
        points: numbers by name; one may lack a number that others have.
        words: a name and its number, in words.
    """
    names = {name: None for point in points for name in point}  # a set that keeps its order
    varying = [name for name in names if len({point.get(name) for point in points}) > 1]
    return [", ".join(words(name, point[name]) for name in varying if name in point) for point in points]
