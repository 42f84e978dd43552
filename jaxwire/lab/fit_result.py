"""What a fit found, in the units of the laboratory."""

import functools
import re
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from jaxwire.fits.result import STRONG_CORRELATION, Fit, FitStatus
from jaxwire.lab.figures import plot_lab_fit
from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.names import PATHS, NumberInSI, meaning, stem_of
from jaxwire.lab.quantities import Measured, prefixed
from jaxwire.lab.readings import LabData
from jaxwire.lab.report import correlations, picture, provenance, write_page
from jaxwire.model.printing import html_table

_OF_ONE = re.compile(r"measurements\[(\d+)\]\.(\w+)|(\w+)\[(\d+)\]")


def _size(one: Measured) -> str:
    """An error, in three digits."""
    error = one.error or 0.0
    factor, unit = prefixed(error, one.unit)
    return f"{error * factor:.3g} {unit}".rstrip()


@dataclass(frozen=True, eq=False, repr=False)
class LabFit:
    """Result of a fit in SI; prints as a table with errors in brackets, in units of the last digits.

    Attributes:
        natural: the result in natural units, see `Fit`.
        lab: whose units these are.
        data: what was fitted.
        stems: what the user calls numbers that have another name in `natural`: "conductance" for "gain".
    """

    natural: Fit
    lab: KnownWire
    data: LabData
    stems: dict[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free parameters, in their order everywhere."""
        return tuple(self._meaning(name).name for name in self.natural.names)

    @functools.cached_property
    def si(self) -> dict[str, Measured]:
        """Value, error and unit of every free parameter, by name."""
        natural = self.natural
        means = [(name, self._meaning(name)) for name in natural.names]
        return {one.name: one.si(natural.values[name], natural.errors[name]) for name, one in means}

    def __getitem__(self, name: str) -> Measured:
        """Value, error and unit of one parameter, or of a number that follows."""
        return {**self.si, **self.derived}[name]

    def as_dict(self) -> dict[str, Any]:
        """Everything that was found, in SI, for machines; numbers in the order of `names`."""
        natural, si = self.natural, {**self.si, **self.derived}
        return {
            "status": {"code": int(self.status), "message": str(self.status)},
            "warnings": list(natural.warnings),
            "names": list(self.names),
            "values": {name: one.value for name, one in si.items()},
            "errors": {name: one.error for name, one in si.items()},
            "units": {name: one.unit for name, one in si.items()},
            "covariance": self.covariance.tolist(),
            "correlation": self.correlation.tolist(),
            "pulls": {self._called(name): pull for name, pull in natural.pulls.items()},
            "tied": {name: one._asdict() for name, one in self.tied.items()},
            "statistical_errors": {name: one.error for name, one in self.statistical.items()},
            "shifts": {
                self._called(kept): {self._called(name): self._slope(name) * by for name, by in moved.items()}
                for kept, moved in natural.shifts.items()
            },
            "chi2": natural.chi2,
            "degrees_of_freedom": natural.degrees_of_freedom,
            "p_value": natural.p_value,
            "share_of_starts": natural.share_of_starts,
            "files": list(self.data.sources),
        }

    @property
    def statistical(self) -> dict[str, Measured]:
        """What was found, with its errors but for those of numbers that were kept, by name."""
        natural = self.natural
        errors = {name: natural.statistical_errors.get(name, natural.errors[name]) for name in natural.names}
        return {self._called(name): self._meaning(name).si(natural.values[name], errors[name]) for name in errors}

    @property
    def tied(self) -> dict[str, Measured]:
        """Numbers that follow a parameter, by name."""
        return {self._called(name): self._meaning(name).si(value) for name, value in self.natural.tied.items()}

    def _called(self, name: str) -> str:
        """What the user calls a natural name; measured currents and voltages as they are."""
        return name if "measured_" in name else self._meaning(name).name

    @property
    def covariance(self) -> np.ndarray:
        """Covariance in the units of `si`, shape (k, k)."""
        slopes = np.array([self._slope(name) for name in self.natural.names])
        return self.natural.covariance * np.outer(slopes, slopes)

    @property
    def correlation(self) -> np.ndarray:
        """Correlations of the parameters, shape (k, k)."""
        signs = np.array([self._meaning(name).slope_sign for name in self.natural.names])
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.natural.correlation * np.outer(signs, signs)

    @functools.cached_property
    def derived(self) -> dict[str, Measured]:
        """Numbers of the wire and of the thermometer that follow from those that were found, with their errors."""
        found: dict[str, Measured] = {}
        si = self.si
        path = next((name for name in PATHS if name in si), None)
        known = self.lab.known()
        if path is not None and "chemical_potential" not in si:
            ratio = si[path].value / known[path].value
            error = (si[path].error or 0.0) / known[path].value
            for name in PATHS:
                if name != path:
                    found[name] = Measured(known[name].value * ratio, known[name].value * error, known[name].unit)
        if "conductance" in si and "healing_length" in si:
            found["wire_conductance"] = self._wire_conductance(si["conductance"], si["healing_length"])
        return found

    def _wire_conductance(self, loss: Measured, length: Measured) -> Measured:
        """Heat conductance along the wire, Lambda^2 G, with its error."""
        at = [self.names.index(name) for name in ("conductance", "healing_length")]
        slopes = np.array([length.value**2, 2.0 * loss.value * length.value])
        variance = slopes @ self.covariance[np.ix_(at, at)] @ slopes
        return Measured(loss.value * length.value**2, float(np.sqrt(variance)), "W m/K")

    def _meaning(self, name: str) -> NumberInSI:
        """What a natural name of the fit is called here."""
        stem = stem_of(name)
        return meaning(self.lab, name.replace(stem, self.stems.get(stem, stem)), self.data.unit)

    def _slope(self, name: str) -> float:
        one, value = self._meaning(name), self.natural.values[name]
        return -one.factor / value**2 if one.is_inverse else one.factor

    def interval(self, name: str, level: float = 0.95) -> tuple[Measured, Measured]:
        """Ends of the interval that the profile of the likelihood gives, see `Fit.interval`."""
        natural = dict(zip(self.names, self.natural.names, strict=True))
        one = self._meaning(natural.get(name, name))
        low, high = (one.si(float(end)) for end in self.natural.interval(natural.get(name, name), level))
        return (high, low) if one.is_inverse else (low, high)

    def plot(self) -> Any:
        """Draw readings, fit and residuals in SI in a new figure.

        Raises:
            ValueError: if the fit failed: then there is no profile to draw.
        """
        return plot_lab_fit(self.natural, self.data)

    def report(self, path: Any) -> None:
        """Write a page (HTML, self-contained): picture, numbers, correlations, and where they are from.

        Raises:
            ValueError: if the path does not end in .html.
            OSError: if it cannot be written.
        """
        write_page(path, self.heading, self._parts())

    def _parts(self) -> dict[str, str]:
        """Parts of the page, by their headings."""
        natural = self.natural
        objects = {"scatterer": natural.scatterer, "wire": natural.wire, "instrument": natural.instrument}
        labels = [self.label(name) for name in self.names]
        parts = {"": self._repr_html_()}
        if self.status is not FitStatus.FAILED:
            parts["Profiles and residuals"] = picture(self.plot())
        return parts | {
            "Correlations": correlations(labels, self.correlation),
            "What was measured": self.data._repr_html_(),
            "What the laboratory knows": self.lab._repr_html_(),
            "Where this is from": provenance(objects, starts=len(natural.starts.loss), notes=list(self.data.notes)),
        }

    def label(self, name: str) -> str:
        """A name in words: "offset of m2.csv"."""
        match = _OF_ONE.fullmatch(name)
        if match is None:
            return name.replace("_", " ")
        number, stem = (match[1], match[2]) if match[1] else (match[4], match[3])
        source = self.data.names[int(number)] if int(number) < len(self.data) else f"profile {number}"
        is_told = len(set(self.data.sources)) == len(self.data)
        return f"{stem.replace('_', ' ')} of {source if is_told else f'profile {number}'}"

    def _rows(self) -> list[tuple[str, str]]:
        return [(self.label(name), str(one)) for name, one in self.si.items()]

    def notes(self) -> list[str]:
        """Correlations, goodness of fit and status, a line each."""
        natural = self.natural
        correlation = self.correlation
        pairs = combinations(range(len(self.names)), 2)
        strong = [(i, j) for i, j in pairs if abs(correlation[i, j]) > STRONG_CORRELATION]
        strong.sort(key=lambda pair: -abs(correlation[pair]))
        labels = [self.label(name) for name in self.names]
        lines = [f"correlation of {labels[i]} and {labels[j]} {correlation[i, j]:.3f}" for i, j in strong]
        lines += [
            f"{self.label(self._called(name))} off what is known by {pull:+.1f} standard deviations"
            for name, pull in natural.pulls.items()
        ]
        if natural.shifts:
            kept = ", ".join(self.label(self._called(name)) for name in natural.shifts)
            errors = ", ".join(f"{self.label(name)} {_size(one)}" for name, one in self.statistical.items())
            lines.append(f"errors without that of {kept}: {errors}")
        chance = "" if np.isnan(natural.p_value) else f", p = {natural.p_value:.2g}"
        lines.append(f"chi^2 {natural.chi2:.6g} at {natural.degrees_of_freedom} degrees of freedom{chance}")
        agree = f"{natural.share_of_starts:.0%} of {len(natural.starts.loss)} starts agree"
        lines.append(f"status: {natural.status}; {agree}")
        return [*lines, *(f"warning: {line}" for line in natural.warnings)]

    @property
    def status(self) -> FitStatus:
        """How the fit ended."""
        return self.natural.status

    @property
    def heading(self) -> str:
        """What was fitted to what."""
        readings = sum(one.size for one in self.data)
        profiles = "1 profile" if len(self.data) == 1 else f"{len(self.data)} profiles"
        return f"Fit of {type(self.natural.scatterer).__name__} to {profiles}, {readings} readings"

    def __str__(self) -> str:
        """A table, one line for each parameter."""
        follow = {**self.tied, **self.derived}
        rows = [*self._rows(), *((f"-> {self.label(name)}", str(one)) for name, one in follow.items())]
        width = max(len(name) for name, _ in rows) + 2
        lines = [f"  {name:<{width}}{number}" for name, number in rows]
        return "\n".join([self.heading, *lines, *(f"  {line}" for line in self.notes())])

    def __repr__(self) -> str:
        """The same."""
        return str(self)

    def _repr_html_(self) -> str:
        """The table of a notebook; first of all what is wrong."""
        complaints = [] if self.status.ok else [str(self.status)]
        follow = {**self.tied, **self.derived}
        rows = [*self._rows(), *((f"follows: {self.label(name)}", str(one)) for name, one in follow.items())]
        return html_table(self.heading, rows, titles=("", "value"), complaints=complaints, notes=self.notes())
