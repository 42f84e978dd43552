"""What the page is set to besides the state: what is compared with it, units, fixed axes, the widths of drawings."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

import numpy as np

from jaxwire.explore.lab_data import Shelf, ShownData
from jaxwire.explore.state import State, finite, from_query
from jaxwire.model.units.materials import MATERIALS
from jaxwire.model.units.scale import Scale
from jaxwire.model.wires.dispersion import Kane, Parabolic

ALIASES = {"distance": "position"}
"""Numbers of the page by what `Scale.to_si` calls them."""

LAB = {
    "mu0": ("*μ*_{0}", "chemical potential above the band bottom", "meV", 10.0),
    "tau0": ("*τ*_{0}", "relaxation time at the Fermi energy", "ps", 1.0),
    "mass": ("*m*", "effective mass, of another material", "mₑ", 0.05),
}
"""Numbers of a wire that natural units are made of: symbol, words, unit, first value."""

NARROWEST = 200.0
"""Smallest width that a drawing may be asked for, in pixels."""

WIDEST = 2400.0
"""Largest width that a drawing may be asked for, in pixels."""


@dataclass(frozen=True)
class LabScale:
    """A `Scale` by its numbers, of which units are asked for often.

    Attributes:
        chemical_potential: mu0, in eV.
        effective_mass: in masses of the free electron.
        relaxation_time: tau0, in s.
        alpha: of Kane's band; None for a parabolic one.
    """

    chemical_potential: float
    effective_mass: float
    relaxation_time: float
    alpha: float | None = None

    def unit(self, name: str) -> tuple[float, str] | None:
        """SI value of the natural unit of a number of the page, and the SI unit; None for what has none."""
        return _unit(self, ALIASES.get(name, name))


@lru_cache(maxsize=256)
def _unit(lab: LabScale, name: str) -> tuple[float, str] | None:
    dispersion = Parabolic() if lab.alpha is None else Kane(lab.alpha)  # pyright: ignore[reportArgumentType]
    scale = Scale(lab.chemical_potential, lab.effective_mass, lab.relaxation_time, dispersion)  # pyright: ignore
    try:
        si = scale.si_unit(name) if name else ""
    except ValueError:  # a number that is known to the page alone
        return None
    return (float(np.asarray(scale.to_si(name, 1.0))), si) if si else None


@dataclass(frozen=True)
class View:
    """How a state is shown.

    Attributes:
        pinned: the state that it is compared with.
        scale: what turns natural units into SI; None for natural units.
        axes: ends of the vertical axes that are held, by the name of the panel.
        data: readings that are drawn over the curves.
        wide: width of drawings over position, in pixels.
        narrow: width of the others.
        notes: what was wrong in the address, a sentence each.
    """

    pinned: State | None = None
    scale: LabScale | None = None
    axes: Mapping[str, tuple[float, float]] | None = None
    data: ShownData | None = None
    wide: float = 900.0
    narrow: float = 300.0
    notes: tuple[str, ...] = ()


def view_of(query: Mapping[str, str], state: State, shelf: Shelf) -> View:
    """Read it from what an address says; what cannot be read is left out."""
    notes: list[str] = []
    pinned = from_query(dict(parse_qsl(query["pin"])))[0] if query.get("pin") else None
    scale = None
    if "si" in query:
        try:
            scale = scale_of(query, state)
        except ValueError as error:
            notes.append(f"{error} Shown are natural units.")
    wide, narrow = (_width(query, name, default) for name, default in (("wide", 900.0), ("narrow", 300.0)))
    return View(pinned, scale, _axes(query.get("axes", "")), shelf.shown(query), wide, narrow, tuple(notes))


def scale_of(query: Mapping[str, str], state: State) -> LabScale:
    """The lab's numbers, with the dispersion of the state.

    Raises:
        ValueError: if a number is not positive, or the material unknown.
    """
    material = query["si"]
    if material not in (*MATERIALS, "other"):
        raise ValueError(f"`si` must be one of {', '.join(MATERIALS)}, other, got {material[:40]}.")
    numbers = {}
    for name, (*_, first) in LAB.items():
        value = finite(query[name]) if name in query else first
        if value is None or value <= 0:
            raise ValueError(f"`{name}` must be positive, got {query[name][:40]}.")
        numbers[name] = value
    mass = numbers["mass"] if material == "other" else float(MATERIALS[material].effective_mass)
    return LabScale(numbers["mu0"] * 1e-3, mass, numbers["tau0"] * 1e-12, state.numbers.get("alpha"))


def _axes(text: str) -> dict[str, tuple[float, float]]:
    """Ends of axes, written as `heating:-1:2,temperature:0:3`."""
    found = {}
    for part in text.split(","):
        name, *ends = part.split(":")
        low, high = ([*map(finite, ends)] + [None, None])[:2]
        if low is not None and high is not None and low < high:
            found[name] = (low, high)
    return found


def _width(query: Mapping[str, str], name: str, default: float) -> float:
    wanted = finite(query.get(name, ""))
    return default if wanted is None else min(max(wanted, NARROWEST), WIDEST)
