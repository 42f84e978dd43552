"""Operating points in which the paper's statements are looked up, all solved by one program.

A group is a grid over some of the parameters; the others are `USUAL`. The height of the resonance and the wire are
among them as numbers (height 1, tau = const and neutral wires are the paper's main text), so that one scan, and one
compilation, serves every group.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Array

from jaxwire.model.scatterers.resonances import BreitWigner, Resonance
from jaxwire.model.wires.relaxation import PowerLaw
from jaxwire.model.wires.screening import LocalScreening
from jaxwire.model.wires.wire import Wire
from jaxwire.observables.landauer import landauer
from jaxwire.reproduce.points import solve_in_one_scan
from jaxwire.solver.solution import Solution

if TYPE_CHECKING:
    import xarray


USUAL = {
    "center": 1.44,
    "width": 0.08,
    "peak": 1.0,
    "temperature": 0.3,
    "voltage": 0.1,
    "exponent": 0.0,
    "strength": 1.0,
}
"""eps0, Gamma, height of T; kT, eV; tau ~ p^exponent; share of the neutral wire's potential that acts."""

PLACES = {
    "center": "resonances[0].center",
    "width": "resonances[0].width",
    "peak": "resonances[0].peak",
    "exponent": "relaxation.exponent",
    "strength": "screening.strength",
}
"""Where the parameters are in scatterer and wire, under the names that a scan gives them."""

OBSERVABLES = (
    "current",
    "total_voltage",
    "external_power",
    "potential_left",
    "potential_right",
    "uniform_heat_current",
    "powers",
    "spots",
)

FARTHEST = 100.0
"""How far spots are looked for: five times as far as the paper does."""

HEATS = np.array([0.1, 0.3, 0.5, 0.7])

PEAKS = np.array([0.64, 1.44])

ON_MAP = np.linspace(0.6, 1.6, 21) ** 2

COARSE = np.linspace(0.6, 1.6, 9) ** 2

WIDTHS = np.linspace(0.08, 1.0, 7)

GROUPS: dict[str, dict[str, np.ndarray]] = {
    "tables": {"center": PEAKS, "voltage": np.array([0.1, 0.4]), "temperature": HEATS},
    "map": {"center": ON_MAP, "width": np.linspace(0.08, 1.0, 24), "temperature": np.array([0.1, 0.3, 0.7])},
    "asymmetry": {
        "width": np.array([0.08, 0.32]),
        "voltage": np.array([0.1, 0.5]),
        "temperature": np.linspace(0.05, 0.7, 14),
    },
    "weak": {
        "peak": np.geomspace(1e-3, 1e-2, 3),
        "center": PEAKS,
        "width": np.array([0.08, 0.32]),
        "temperature": np.array([0.3, 0.7]),
    },
    "narrow": {"width": np.geomspace(0.01, 0.64, 7), "temperature": np.array([0.1, 0.3, 0.7])},
    "small": {"center": PEAKS, "temperature": HEATS, "voltage": np.geomspace(1e-4, 1e-3, 4)},
    "characteristics": {"center": PEAKS, "temperature": HEATS, "voltage": np.linspace(0.1, 1.6, 16)},
    "heats": {"temperature": np.geomspace(0.03, 1.0, 12)},
    "scales": {
        "center": COARSE,
        "width": WIDTHS,
        "temperature": np.array([0.03, 0.1, 0.3, 0.7]),
        "voltage": np.array([0.03, 0.3, 1.0]),
    },
    "wires": {
        "exponent": np.array([-1.0, -0.5, 0.0, 0.5, 1.0]),
        "strength": np.array([0.0, 0.5, 1.0]),
        "center": COARSE,
        "width": WIDTHS,
        "temperature": np.array([0.3, 0.7]),
    },
    "transparent": {
        "width": np.geomspace(10.0, 100.0, 3),
        "exponent": np.array([-1.0, -0.5, 0.0, 1.0]),
        "strength": np.array([0.5, 1.0]),
        "voltage": np.array([1e-12]),
    },
}
"""What varies in each group."""


def scatterer_of(center: float, width: float, peak: float) -> BreitWigner:
    """One resonance of any height: T = peak width^2/((eps - center)^2 + width^2)."""
    return BreitWigner((Resonance(center, width, peak),))  # pyright: ignore[reportArgumentType] - converted by the field


def wire_of(exponent: float, strength: float) -> Wire:
    """Wire with tau ~ p^exponent and a close gate; 0 and 1 are the paper's main text."""
    return Wire(relaxation=PowerLaw(exponent), screening=LocalScreening(strength))  # pyright: ignore[reportArgumentType]


def landauer_heat(sol: Solution) -> dict[str, Array]:
    """Current and heat currents of Landauer theory at the voltage of a solution (Eqs. 29 with Fermi functions)."""
    found = landauer(sol.scatterer, sol.wire, temperature=sol.temperature, voltage=sol.voltage)
    return {
        "landauer_current": found.current,
        "landauer_heat_left": found.heat_left,
        "landauer_heat_right": found.heat_right,
    }


def solve_groups(groups: Mapping[str, Mapping[str, np.ndarray]] = GROUPS) -> "dict[str, xarray.Dataset]":
    """Solve the points of all groups in one scan.

    Returns:
        For each group a Dataset whose dimensions are what varies in it, in that order, then those of the observables.
    """
    import xarray

    grids = {
        name: xarray.Dataset(coords={**axes, **{key: value for key, value in USUAL.items() if key not in axes}})
        for name, axes in groups.items()
    }
    places = {name: PLACES.get(name, name) for name in USUAL}
    models = scatterer_of(1.0, 0.1, 1.0), wire_of(0.0, 1.0)
    return solve_in_one_scan(grids, places, *models, observables=[*OBSERVABLES, landauer_heat], x_max=FARTHEST)
