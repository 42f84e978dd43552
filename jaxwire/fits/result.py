"""What a fit found: values, errors, status."""

import enum
import io
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.measurement import Measurement
from jaxwire.fits.residuals import true_signal
from jaxwire.model.parameters.names import with_values
from jaxwire.model.printing import html_table, with_error
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.observables.instruments import AbstractInstrument

SAME_MINIMUM = 1e-3
"""Starts whose loss is within this share of the smallest found the same minimum."""

FEWEST_AGREE = 2
"""A minimum that fewer of several starts found may not be the lowest."""

STRONG_CORRELATION = 0.95
"""Correlations beyond this are printed: the error of one parameter is more than three times that at a known other."""


class FitStatus(enum.IntEnum):
    """How a fit ended; its text tells what to do."""

    CONVERGED = 0
    NOT_CONVERGED = 1
    AT_BOUND = 2
    UNDETERMINED = 3
    FAILED = 4
    POOR = 5
    ERRORS_UNKNOWN = 6
    STARTS_DISAGREE = 7

    @property
    def message(self) -> str:
        """The text of the code."""
        return {
            FitStatus.CONVERGED: "converged",
            FitStatus.NOT_CONVERGED: "not converged: give more steps to the optimiser, more starts, or bounds",
            FitStatus.AT_BOUND: "a parameter ended at its bound, where its error means nothing: widen the bounds",
            FitStatus.UNDETERMINED: "the data cannot determine all parameters: fix one, or measure at more points",
            FitStatus.FAILED: "the model could not be solved from any start: values are NaN; give other first values",
            FitStatus.POOR: "poor: the readings are not those of the model within their errors; free what else may "
            "differ, look at the units of `x` and `sigma`, or give more starts",
            FitStatus.ERRORS_UNKNOWN: "the errors of the parameters cannot be known: measure at more points, or give "
            "the errors of the readings",
            FitStatus.STARTS_DISAGREE: "one start alone found the lowest minimum, and there may be a lower one: give "
            "more starts, or bounds",
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
        loss: the smallest sum of losses, in shares of what chi^2/2 would be if readings were fitted by their mean,
            shape (starts,).
        converged: shape (starts,).
        steps: steps taken, shape (starts,).
        agrees: whether it ended in the minimum with the smallest loss, shape (starts,).
    """

    values: np.ndarray
    loss: np.ndarray
    converged: np.ndarray
    steps: np.ndarray
    agrees: np.ndarray

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
        chi2: sum of the squared standardised residuals; in the unit of the readings where no errors were given.
        degrees_of_freedom: readings and priors less parameters.
        p_value: probability of a larger chi^2 than this if the model is right; NaN where no errors were given, or no
            degree of freedom is left. A robust loss leaves out what it forgives.
        residuals: (reading - model)/sigma of each measurement, arrays of their sizes.
        scatterer: with the values found.
        wire: with the values found.
        instrument: with the values found.
        measurements: what was fitted, at the operating points found.
        starts: where each start ended.
        status: how the fit ended.
        warnings: one line for each thing that the data could not tell.
        units: of the parameters, in natural units; empty text where the instrument decides.
        pulls: of parameters with a prior, (value - mean)/standard deviation, by name.
        problem: layout, model and free parameters, for `posterior`.
    """

    names: tuple[str, ...]
    values: dict[str, float]
    errors: dict[str, float]
    covariance: np.ndarray
    chi2: float
    degrees_of_freedom: int
    p_value: float
    residuals: tuple[np.ndarray, ...]
    scatterer: AbstractScatterer
    wire: Wire
    instrument: AbstractInstrument
    measurements: tuple[Measurement, ...]
    starts: Starts
    status: FitStatus
    warnings: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    pulls: dict[str, float] = field(default_factory=dict)
    problem: Any = None

    def reading(self, number: int, x: Any, resolution: Resolution | None = None) -> Float[Array, " n"]:
        """What the model reads in one of the measurements, with the values found.

        Args:
            number: of the measurement.
            x: positions, as those of the measurement, shape (n,).
            resolution: numbers of nodes; those of the fit unless given.
        """
        layout, model, _ = self.problem
        values = jnp.asarray([self.values[name] for name in self.names])
        objects = with_values(model.objects(**self.measurements[number].point), layout.places, values, number)
        if resolution is not None:
            layout = layout._replace(resolution=resolution)
        instrument = objects.instrument
        return instrument.offset + instrument.gain * true_signal(objects, layout, values, jnp.asarray(x, float))

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
        return float(np.mean(self.starts.agrees))

    @property
    def strong_correlations(self) -> tuple[tuple[str, str, float], ...]:
        """Pairs of parameters whose correlation is beyond `STRONG_CORRELATION`, the strongest first."""
        with np.errstate(invalid="ignore"):  # errors that do not exist
            correlation = self.correlation
        pairs = combinations(range(len(self.names)), 2)
        found = [(self.names[i], self.names[j], float(correlation[i, j])) for i, j in pairs]
        strong = [pair for pair in found if abs(pair[2]) > STRONG_CORRELATION]
        return tuple(sorted(strong, key=lambda pair: -abs(pair[2])))

    def __str__(self) -> str:
        """A table, one line for each parameter, its error in two digits."""
        out = io.StringIO()
        for name, value, error, unit in self._rows():
            print(f"  {name:<24} {value:>11} +- {error} {unit}".rstrip(), file=out)
        for line in (*self._correlated(), self._quality(), f"status: {self.status}; {self._agreement()}"):
            print(f"  {line}", file=out)
        for warning in self.warnings:
            print(f"  warning: {warning}", file=out)
        return f"Fit of {type(self.scatterer).__name__}\n{out.getvalue().rstrip()}"

    def __repr__(self) -> str:
        """The same."""
        return str(self)

    def _repr_html_(self) -> str:
        """The table of a notebook; first of all what is wrong."""
        complaints = [*([] if self.status.ok else [str(self.status)]), *self.warnings]
        notes = [
            *self._correlated(),
            self._quality(),
            ("" if complaints else f"status: {self.status}; ") + self._agreement(),
        ]
        titles = ("", "value", "standard error", "unit")
        heading = f"Fit of {type(self.scatterer).__name__}"
        return html_table(heading, self._rows(), titles=titles, has_units=True, complaints=complaints, notes=notes)

    def _rows(self) -> list[tuple[str, str, str, str]]:
        """Names, values, errors and units of the parameters."""
        numbers = {name: with_error(self.values[name], self.errors[name]) for name in self.names}
        return [(name, *numbers[name], unit) for name, unit in zip(self.names, self.units, strict=True)]

    def _quality(self) -> str:
        chance = "" if np.isnan(self.p_value) else f", p = {self.p_value:.2g}"
        return f"chi^2 {self.chi2:.6g} at {self.degrees_of_freedom} degrees of freedom{chance}"

    def _correlated(self) -> list[str]:
        return [f"correlation of {one} and {other} {value:.3f}" for one, other, value in self.strong_correlations]

    def _agreement(self) -> str:
        return f"{self.share_of_starts:.0%} of {len(self.starts.loss)} starts agree"
