"""Solutions against the calculation of `dense_collisions`, field by field."""

import numpy as np
from dense_collisions import Reference

import jaxwire as jw


def deviation(found, expected) -> float:
    """Largest difference relative to the largest expected value."""
    return float(np.max(np.abs(np.asarray(found) - expected)) / np.max(np.abs(expected)))


def fields(sol: jw.Solution, x: np.ndarray) -> dict[str, np.ndarray]:
    """All that a wire with collisions has, by the names and in the units of `Reference.fields`."""
    heat, colliding = sol.heating(x), sol.wire.electron_electron
    found = {
        "heat_current": sol.heat_current(x) - sol.direction * sol.flow.uniform_heat_current,
        "scatterer": heat.scatterer * sol.external_power,
        "buildup": heat.buildup * sol.external_power,
    }
    names = ["potential", "chemical_potential", "electron_potential", "electron_temperature"]
    if colliding is not None and colliding.conserves_momentum:
        found["drift"] = sol.drift(x) * float(sol.wire.momentum_unit())  # in mu0/pF, as a shift of energies
    if sol.wire.phonons is not None:
        found["phonon_temperature"] = sol.phonon_temperature(x) / float(sol.temperature)
        names.append("phonon_heat_current")
    return found | {name: getattr(sol, name)(x) for name in names}


def largest_deviations(sol: jw.Solution, full: Reference, x: np.ndarray) -> dict[str, float]:
    """Differences in I, F and all fields, each relative to its largest value."""
    expected, found = full.fields(x), fields(sol, x)
    assert found.keys() <= expected.keys()  # which has a drift where nothing keeps it, too
    each = {name: deviation(field, expected[name]) for name, field in found.items() if np.any(expected[name])}
    return each | {
        "current": abs(float(sol.current) / full.current - 1),
        "force": abs(float(sol.force) / full.force - 1),
    }
