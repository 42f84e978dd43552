"""Formulas of public docstrings: mathematics on the pages of the site, plain text in a terminal."""

import inspect
import sys
from pathlib import Path

import jaxwire as jw

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_ext"))

import docstrings  # noqa: E402
import mathematics  # noqa: E402


def public_docstrings():
    """Text of every public object and of its own methods and properties, by name."""
    found = {}
    for name in jw.__all__:
        thing = getattr(jw, name)
        parts = vars(thing) if inspect.isclass(thing) else {}
        for path, one in [(name, thing), *((f"{name}.{key}", part) for key, part in parts.items() if key[0] != "_")]:
            if text := inspect.getdoc(one):
                found[path] = text.splitlines()
    return found


MOST_READ = (
    "solve Solution Solution.heating Solution.potential Solution.heat_current Solution.electron_temperature Lorentzian "
    "BreitWigner QuantumPointContact TunnelBarrier RectangularBarrier DoubleBarrier PowerLaw Kane Phonons find_spots"
).split()


def test_formulas_of_the_docstrings_are_mathematics_on_the_pages_and_plain_in_a_terminal():
    written = public_docstrings()
    shown = {name: list(lines) for name, lines in written.items()}
    for name, lines in shown.items():
        docstrings.process_docstring(None, "function", name, None, None, lines)
    assert [name for name in MOST_READ if not any("math:" in line for line in shown[name])] == []
    assert [name for name, lines in written.items() if "math:" in "".join(lines)] == []
    used = "\n".join(line for lines in shown.values() for line in lines)
    assert [
        symbol for symbol, tex in mathematics.SYMBOLS.items() if f":math:`{tex}`" not in used
    ] == []  # none is stale
    assert [formula for formula, tex in mathematics.FORMULAS.items() if tex not in used] == []


def test_symbols_in_code_and_inside_of_words_stay_as_they_are():
    assert docstrings.inline("`mu0` of mu01, in mu0.") == r"``mu0`` of mu01, in \ :math:`\mu_0`\ ."
    assert mathematics.inline("P_ph/P_ext alone") == r"\ :math:`P_\mathrm{ph}/P_\mathrm{ext}`\  alone"  # the longest
