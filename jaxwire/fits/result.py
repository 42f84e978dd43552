"""What a fit found: values, errors, status."""

import enum
import io
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from jaxwire.fits.measurement import Measurement
from jaxwire.model.printing import html_table, with_error
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.observables.instruments import AbstractInstrument

SAME_MINIMUM = 1e-3
"""Starts whose chi^2 is within this of the smallest, absolutely or relatively, found the same minimum."""


class FitStatus(enum.IntEnum):
    """How a fit ended; its text tells what to do."""

    CONVERGED = 0
    NOT_CONVERGED = 1
    AT_BOUND = 2
    UNDETERMINED = 3
    FAILED = 4

    @property
    def message(self) -> str:
        """The text of the code."""
        return {
            FitStatus.CONVERGED: "converged",
            FitStatus.NOT_CONVERGED: "not converged: give more steps to the optimiser, more starts, or bounds",
            FitStatus.AT_BOUND: "a parameter ended at its bound, where its error means nothing: widen the bounds",
            FitStatus.UNDETERMINED: "the data cannot determine all parameters: fix one, or measure at more points",
            FitStatus.FAILED: "the model could not be solved from any start: values are NaN; give other first values",
        }[self]

    @property
    def ok(self) -> bool:
        """Whether values and errors can be used as they are."""
        return self is FitStatus.CONVERGED

    def __str__(self) -> str:
        """The message."""
        return self.message


class Starts(NamedTuple):
    """Where the starts of a fit ended, in the order in which they were chosen.

    Attributes:
        values: values of the parameters, shape (starts, k).
        loss: half chi^2, or what the loss makes of it, shape (starts,).
        converged: shape (starts,).
        steps: steps taken, shape (starts,).
    """

    values: np.ndarray
    loss: np.ndarray
    converged: np.ndarray
    steps: np.ndarray

    @property
    def best(self) -> int:
        """Number of the best start; a converged one, unless another is clearly better."""
        usable = np.where(np.isfinite(self.loss), self.loss, np.inf)
        clearly_worse = usable * (1.0 + SAME_MINIMUM) + np.finfo(float).tiny  # also of two that are 0
        return int(np.argmin(np.where(self.converged, usable, clearly_worse)))


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """Result of a fit.

    Attributes:
        names: of the free parameters, in their order everywhere.
        values: value of each, by name.
        errors: standard error of each, by name.
        covariance: shape (k, k).
        chi2: sum of the squared standardised residuals; with unit weights where no errors were given.
        degrees_of_freedom: readings less parameters.
        residuals: (reading - model)/sigma of each measurement, arrays of their sizes.
        scatterer: with the values found.
        wire: with the values found.
        instrument: with the values found.
        measurements: what was fitted, at the operating points found.
        starts: where each start ended.
        status: how the fit ended.
        warnings: one line for each thing that the data could not tell.
        units: of the parameters, in natural units; empty text where the instrument decides.
        problem: layout, model and free parameters, for `posterior`.
    """

    names: tuple[str, ...]
    values: dict[str, float]
    errors: dict[str, float]
    covariance: np.ndarray
    chi2: float
    degrees_of_freedom: int
    residuals: tuple[np.ndarray, ...]
    scatterer: AbstractScatterer
    wire: Wire
    instrument: AbstractInstrument
    measurements: tuple[Measurement, ...]
    starts: Starts
    status: FitStatus
    warnings: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    problem: Any = None

    @property
    def reduced_chi2(self) -> float:
        """chi^2 per degree of freedom; NaN without any."""
        return self.chi2 / self.degrees_of_freedom if self.degrees_of_freedom else float("nan")

    @property
    def correlation(self) -> np.ndarray:
        """Correlations of the parameters, shape (k, k)."""
        error = np.sqrt(np.diag(self.covariance))
        return self.covariance / np.outer(*(np.where(error == 0, np.nan, error),) * 2)

    @property
    def share_of_starts(self) -> float:
        """Share of the starts that ended in the minimum that was taken: a small one says that there may be better."""
        best = np.min(self.starts.loss[np.isfinite(self.starts.loss)], initial=np.inf)
        return float(np.mean(self.starts.loss <= best + SAME_MINIMUM * max(1.0, best)))

    def __str__(self) -> str:
        """A table, one line for each parameter, its error in two digits."""
        out = io.StringIO()
        for name, value, error, unit in self._rows():
            print(f"  {name:<24} {value:>11} +- {error} {unit}".rstrip(), file=out)
        print(f"  {self._quality()}", file=out)
        print(f"  status: {self.status}; {self._agreement()}", file=out)
        for warning in self.warnings:
            print(f"  warning: {warning}", file=out)
        return f"Fit of {type(self.scatterer).__name__}\n{out.getvalue().rstrip()}"

    def __repr__(self) -> str:
        """The same."""
        return str(self)

    def _repr_html_(self) -> str:
        """The table of a notebook; first of all what is wrong."""
        complaints = [*([] if self.status.ok else [str(self.status)]), *self.warnings]
        notes = [self._quality(), ("" if complaints else f"status: {self.status}; ") + self._agreement()]
        titles = ("", "value", "standard error", "unit")
        heading = f"Fit of {type(self.scatterer).__name__}"
        return html_table(heading, self._rows(), titles=titles, has_units=True, complaints=complaints, notes=notes)

    def _rows(self) -> list[tuple[str, str, str, str]]:
        """Names, values, errors and units of the parameters."""
        numbers = {name: with_error(self.values[name], self.errors[name]) for name in self.names}
        return [(name, *numbers[name], unit) for name, unit in zip(self.names, self.units, strict=True)]

    def _quality(self) -> str:
        return f"chi^2 {self.chi2:.6g} at {self.degrees_of_freedom} degrees of freedom"

    def _agreement(self) -> str:
        return f"{self.share_of_starts:.0%} of {len(self.starts.loss)} starts agree"
