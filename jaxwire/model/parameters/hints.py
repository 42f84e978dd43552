"""Hints: input that is allowed, and yet likely another one than was meant."""

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from jax.core import Tracer

HOME = str(Path(__file__).parents[2])
"""Folder of the package."""

USUAL_TEMPERATURES = (0.003, 10.0)
"""Temperatures, in mu0, outside of which another unit is likely meant: ten times as far as is promised."""

OF_A_UNIT = (1e-30, 1e6)
"""Temperatures that could be in joule, at the lower end, or in kelvin: others are no mistake of units."""

WRAPPERS = {"equinox", "jaxtyping", "beartype", "jax"}
"""Libraries whose frames stand between the package and the user's program."""

FERMI_ENERGY = 1.0
"""mu0, in its own unit."""


class InputWarning(UserWarning):
    """Input that is allowed and likely not what was meant."""


def hint(text: str) -> None:
    """Warn, at the line of the user's program."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and _is_inner(frame.f_code.co_filename):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, InputWarning, stacklevel=level)


def _is_inner(file: str) -> bool:
    return file.startswith((HOME, "<")) or bool(set(Path(file).parts) & WRAPPERS)


def hint_at_temperature(temperatures: Any) -> None:
    """Say of temperatures, in mu0, one or many, that they are far from all that is promised; nothing if traced."""
    if isinstance(temperatures, Tracer):
        return
    given, (low, high), (lowest, highest) = np.ravel(temperatures), USUAL_TEMPERATURES, OF_A_UNIT
    is_odd = ((lowest < given) & (given < low)) | ((high < given) & (given < highest))
    if np.any(is_odd):
        hint(
            f"`temperature` is {given[np.argmax(is_odd)]:g}, far outside of [0.03, 1], for which accuracy is promised: "
            "it is kB T in units of mu0, not in kelvin; jaxwire.Scale(...).from_si converts."
        )


def hint_at_energies(energies: Any) -> None:
    """Say of a table that it does not reach the Fermi energy; nothing if it is traced."""
    if isinstance(energies, Tracer):
        return
    first, last = np.asarray(energies, dtype=float)[[0, -1]].tolist()
    if not first <= FERMI_ENERGY <= last:
        hint(
            f"`energies` from {first:g} to {last:g} do not reach the Fermi energy 1: they are kinetic energies in "
            "units of mu0; beyond its ends a table keeps its last value."
        )
