"""Collisions whose times vary with energy, electrons' and phonons' temperatures: a dense calculation, identities."""

import functools
from typing import NamedTuple

import numpy as np
import pytest
from dense_collisions import Band, Collisions, Lattice, Reference, nodes_of, solve_dense

import jaxwire as jw

X = np.array([-10.0, -3.0, -1.0, -0.3, -0.05, -1e-4, 1e-4, 0.05, 0.3, 1.0, 3.0, 10.0])

FINE = jw.Resolution(96, 40)

DOT = jw.Lorentzian(1.44, 0.08)

ALPHA = 0.5
"""Of Kane's band where there is one."""

KANE = Band(
    velocity=lambda e: np.sqrt(e * (1 + ALPHA * e) / (1 + ALPHA)) * (1 + 2 * ALPHA) / (1 + 2 * ALPHA * e),
    momentum=lambda e: np.sqrt(e * (1 + ALPHA * e) / (1 + ALPHA)),
)


class Point(NamedTuple):
    """A wire whose times go as powers of the momentum, p^phonons and p^electrons/rate, and an operating point."""

    phonons: float
    rate: float | None
    electrons: float = 0.0
    conserves: str = "momentum"
    temperature: float = 0.3
    voltage: float = 0.1
    strength: float = 1.0
    kane: bool = False
    lattice: tuple[float, float, float] | None = None

    def wire(self) -> jw.Wire:
        collisions = None
        if self.rate is not None:
            relaxation = jw.PowerLaw(self.electrons) if self.electrons else None
            collisions = jw.ElectronElectron(rate=self.rate, conserves=self.conserves, relaxation=relaxation)
        return jw.Wire(
            relaxation=jw.PowerLaw(self.phonons) if self.phonons else None,
            dispersion=jw.Kane(ALPHA) if self.kane else None,
            screening=jw.LocalScreening(self.strength) if self.strength < 1 else None,
            electron_electron=collisions,
            phonons=None if self.lattice is None else jw.Phonons(*self.lattice),
        )

    def solve(self, resolution: jw.Resolution = jw.Resolution(), **options) -> jw.Solution:  # noqa: B008 - a tuple
        drive = options if options else {"voltage": self.voltage}
        given = {"temperature": self.temperature, "resolution": resolution, "error_estimate": False}
        return jw.solve(DOT, self.wire(), **given, **drive)

    def collisions(self) -> Collisions:
        """The same for the independent calculation."""
        band = KANE if self.kane else Band()
        lattice = None
        if self.lattice is not None:
            loss, length, resistance = self.lattice
            lattice = Lattice(loss, loss * length**2, resistance)
        return Collisions(
            lambda e: band.momentum(e) ** -self.phonons,
            lambda e: (self.rate or 0.0) * band.momentum(e) ** -self.electrons,
            self.conserves == "momentum",
            lattice,
            band,
        )


POINTS = [
    Point(0.5, 1.0),
    Point(-0.5, 1.0, -2.0, "energy", temperature=0.5, voltage=0.4),
    Point(0.5, 3.0, -2.0, voltage=-0.4),
    Point(0.0, 1.0, kane=True),
    Point(0.0, 0.3, -1.0, strength=0.7, voltage=0.4),
    Point(-0.5, None, lattice=(0.5, 1.0, 0.7)),
    Point(0.5, 2.0, -1.0, kane=True, voltage=-0.4, lattice=(0.1, 1.0, 0.7)),
]
every_point = pytest.mark.parametrize("point", POINTS, ids=str)


@functools.cache
def solved(point: Point) -> jw.Solution:
    sol = point.solve(FINE)
    assert sol.status.ok, sol.status.message
    return sol


@functools.cache
def dense(point: Point) -> Reference:
    """The same point on the same nodes, by the independent calculation."""
    chance = lambda e: 1 / (1 + ((e - 1.44) / 0.08) ** 2)  # noqa: E731
    return solve_dense(chance, *nodes_of(solved(point)), point.temperature, point.collisions(), point.strength)


def deviation(found, expected) -> float:
    return float(np.max(np.abs(np.asarray(found) - expected)) / np.max(np.abs(expected)))


def fields(sol: jw.Solution, x=X) -> dict[str, np.ndarray]:
    heat = sol.heating(x)
    found = {
        "heat_current": sol.heat_current(x) - sol.direction * sol.flow.uniform_heat_current,
        "scatterer": heat.scatterer * sol.external_power,
        "buildup": heat.buildup * sol.external_power,
    }
    names = ["potential", "chemical_potential", "electron_potential", "electron_temperature"]
    colliding = sol.wire.electron_electron
    if colliding is not None and colliding.conserves_momentum:
        found["drift"] = sol.drift(x) * float(sol.wire.momentum_unit())  # in mu0/pF, as a shift of energies
    if sol.wire.phonons is not None:
        names += ["phonon_temperature", "phonon_heat_current"]
    return found | {name: getattr(sol, name)(x) for name in names}


def largest_deviations(sol: jw.Solution, full: Reference) -> dict[str, float]:
    """Differences in I, F and all fields, each relative to its largest value."""
    expected = full.fields(X)
    if "phonon_temperature" in expected:
        expected["phonon_temperature"] = expected["phonon_temperature"] * float(sol.temperature)
    each = {name: deviation(field, expected[name]) for name, field in fields(sol).items() if np.any(expected[name])}
    return each | {
        "current": abs(float(sol.current) / full.current - 1),
        "force": abs(float(sol.force) / full.force - 1),
    }


@every_point
def test_all_fields_are_those_of_the_independent_calculation(point):
    assert dense(point).residual < 1e-10  # the redundant equation, to the error of the Drude sums
    deviations = largest_deviations(solved(point), dense(point))
    assert max(deviations.values()) < 1e-10, deviations  # rounding, magnified by dense modes and least squares
