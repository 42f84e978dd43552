"""A solution in the units of the laboratory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pint

from jaxwire.kinetics.flow import Heating
from jaxwire.lab.figures import plot_lab_solution
from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.quantities import Measured, positions_in_metres
from jaxwire.model.printing import html_table
from jaxwire.observables.instruments import AbstractInstrument
from jaxwire.solver.solution import Solution
from jaxwire.solver.status import Status

NUMBERS = (
    *("temperature", "voltage", "current", "force", "total_voltage", "potential_left", "potential_right"),
    "external_power",
)
"""Numbers of a solution that have a unit."""


@dataclass(frozen=True, eq=False, repr=False)
class LabSolution:
    """One operating point in SI; positions go in with a unit, and quantities of pint come out.

    Attributes:
        natural: the solution in natural units, see `Solution`.
        lab: whose units these are.
    """

    natural: Solution
    lab: KnownWire

    @property
    def si(self) -> dict[str, Measured]:
        """Every number of the solution, by name: value and unit."""
        return {name: self.lab.si(name, getattr(self.natural, name)) for name in NUMBERS}

    def __getitem__(self, name: str) -> Measured:
        """One of its numbers."""
        return self.si[name]

    @property
    def status(self) -> Status:
        """How the solve ended."""
        return self.natural.status

    def heating(self, x: Any) -> Heating:
        """Heat given to the phonons at x and its parts, in W/m.

        Args:
            x: positions: a list of texts, an array of pint, or (first, last, count); none on the scatterer.
        """
        power = self.natural.external_power
        parts = self.natural.heating(self._natural(x))
        return Heating(*(self._quantity("heating_power", part * power) for part in parts))

    def potential(self, x: Any) -> Any:
        """Neutrality potential phi(x), in V; positions as in `heating`."""
        return self._quantity("potential", self.natural.potential(self._natural(x)))

    def heat_current(self, x: Any) -> Any:
        """Heat current of the electrons, in W, positive to the right; positions as in `heating`."""
        return self._quantity("heat_current", self.natural.heat_current(self._natural(x)))

    def electron_temperature(self, x: Any) -> Any:
        """Change of the electrons' temperature, in K; positions as in `heating`."""
        return self._quantity("electron_temperature", self.natural.electron_temperature(self._natural(x)))

    def electron_potential(self, x: Any) -> Any:
        """Change of the electrons' chemical potential at this temperature, in eV; positions as in `heating`."""
        return self._quantity("electron_potential", self.natural.electron_potential(self._natural(x)))

    def phonon_temperature(self, x: Any) -> Any:
        """Change of the phonons' temperature, in K, where they have one of their own; positions as in `heating`."""
        return self._quantity("phonon_temperature", self.natural.phonon_temperature(self._natural(x)))

    def substrate_power(self, x: Any) -> Any:
        """Heat that the phonons lose to the substrate, in W/m, where they warm up; positions as in `heating`."""
        return self._quantity("substrate_power", self.natural.substrate_power(self._natural(x)))

    def phonon_heat_current(self, x: Any) -> Any:
        """Heat current of the phonons, in W, where they warm up; positions as in `heating`."""
        return self._quantity("phonon_heat_current", self.natural.phonon_heat_current(self._natural(x)))

    def reading(self, thermometer: AbstractInstrument, x: Any) -> Any:
        """What a thermometer of `Lab.thermometer` reads, in K; positions as in `heating`."""
        return self._quantity("temperature", thermometer.read(self.natural, self._natural(x)))

    def plot(self, x: Any = None) -> Any:
        """Draw the heating and its parts in SI in a new figure; positions as in `heating`."""
        metres = None if x is None else positions_in_metres("x", x)
        return plot_lab_solution(self.lab, self.natural, metres)

    def _natural(self, x: Any) -> np.ndarray:
        return positions_in_metres("x", x) / float(self.lab.scale.mean_free_path)

    def _quantity(self, name: str, values: Any) -> Any:
        numbers = np.asarray(self.lab.scale.to_si(name, values))
        return pint.get_application_registry().Quantity(numbers, self.lab.scale.si_unit(name))

    def _rows(self) -> list[tuple[str, str]]:
        return [(name.replace("_", " "), str(one)) for name, one in self.si.items()]

    def _heading(self) -> str:
        return f"{type(self.natural.scatterer).__name__} in a wire of {self.lab.material.name}"

    def _notes(self) -> list[str]:
        valid = "" if bool(self.natural.validity.ok) else f", {self.natural.validity}"
        uncertain = dict.fromkeys(self.lab.errors)
        if self.lab.temperature is not None and self.lab.temperature.error is not None:
            uncertain["temperature"] = None
        names = ", ".join(uncertain).replace("_", " ")
        notes = [f"not carried on: the error of {names}; `fit` does"] if names else []
        return [f"status: {self.status}{valid}", *notes]

    def __str__(self) -> str:
        """One line for each number."""
        rows = "\n".join(f"  {name:<16} {number}" for name, number in self._rows())
        return "\n".join([self._heading(), rows, *(f"  {line}" for line in self._notes())])

    def __repr__(self) -> str:
        """The same."""
        return str(self)

    def _repr_html_(self) -> str:
        """The table of a notebook; first of all what is wrong."""
        complaints = [] if bool(self.status.ok) else [str(self.status)]
        return html_table(self._heading(), self._rows(), complaints=complaints, notes=self._notes())
