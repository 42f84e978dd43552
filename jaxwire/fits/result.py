"""What a fit found: values, errors, status."""

import enum
import io
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.inference.interval import Interval, LikelihoodProfile, quantile
from jaxwire.fits.losses import AbstractLoss, SquaredLoss
from jaxwire.fits.measurement import Measurement
from jaxwire.fits.parameters.free import Free
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.readings.signals import true_signal
from jaxwire.fits.search.ends import Starts
from jaxwire.model.parameters.names import Objects, with_values
from jaxwire.model.printing import html_table, with_error
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.observables.instruments import AbstractInstrument

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


class Fitted(NamedTuple):
    """What was fitted.

    Attributes:
        layout: what was compiled in.
        model: in units of the user.
        free: the free parameters.
        loss: how residuals count.
    """

    layout: FitProgram
    model: Model
    free: tuple[Free, ...]
    loss: AbstractLoss


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """Result of a fit.

    Attributes:
        names: of the free parameters, in their order everywhere.
        values: value of each, by name.
        errors: standard error of each, by name.
        covariance: shape (k, k).
        chi2: sum of the squared standardised residuals; in the unit of the readings where no errors were given.
        degrees_of_freedom: readings, measured currents and voltages, and priors, less parameters.
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
        pulls: of parameters with a prior, (value - mean)/standard deviation, by name; likewise of measured currents and
            voltages, by names such as "measurements[0].measured_current".
        tied: numbers that follow a parameter, by name.
        statistical_errors: standard error of each without those of numbers that were kept, by name.
        shifts: by how much each parameter moves if a kept number is larger by its standard deviation: by the name of
            the number, then of the parameter.
        problem: what was fitted, for `posterior`, `interval` and `compare`.
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
    tied: dict[str, float] = field(default_factory=dict)
    statistical_errors: dict[str, float] = field(default_factory=dict)
    shifts: dict[str, dict[str, float]] = field(default_factory=dict)
    problem: Any = None

    def reading(self, number: int, x: Any, resolution: Resolution | None = None) -> Float[Array, " n"]:
        """What the model reads in one of the measurements, with the values found.

        Args:
            number: of the measurement.
            x: positions, as those of the measurement, shape (n,).
            resolution: numbers of nodes; those of the fit unless given.
        """
        layout = self.problem.layout
        if resolution is not None:
            layout = layout._replace(resolution=resolution)
        objects = self.objects(number)
        found = true_signal(objects, layout, self._numbers, jnp.asarray(x, float))
        return objects.instrument.offset + objects.instrument.gain * found.profile

    def interval(self, name: str, level: float = 0.683) -> Interval:
        """Interval of a parameter from the profile of the likelihood: all others at their best along it.

        Where chi^2 is a parabola within the interval this is value +- error. Ask for it where an error is not small
        beside the value, a combination is badly determined, or a parameter is near a bound. Some tens of readings of
        the model, in the program of the fit. Numbers that were `given` are kept.

        Args:
            name: of a free parameter.
            level: probability that the interval holds the true value.

        Returns:
            Both ends; infinite where the data leave a side open, the bound where one is before.

        Raises:
            ValueError: if the name is not free, the level is not between 0 and 1, the fit failed, or its loss is
                another than least squares.
        """
        if name not in self.names:
            raise ValueError(f"`name` must be of a free parameter, got {name!r}; free are: {', '.join(self.names)}.")
        if not 0.0 < level < 1.0:
            raise ValueError(f"`level` must be between 0 and 1, got {level!r}.")
        if not isinstance(self.problem.loss, SquaredLoss):
            raise ValueError("`fit` must be by least squares to have intervals, got another loss.")
        if not np.all(np.isfinite(self.covariance)):
            raise ValueError(f"`fit` must have values and errors, got one without: {self.status}.")
        layout, model, free, _ = self.problem
        freedom = None if self.measurements[0].sigma is not None else self.degrees_of_freedom
        rise = quantile(level, freedom) * (1.0 if freedom is None else self.reduced_chi2)
        values = np.array(list(self.values.values()))
        return LikelihoodProfile(layout, model, free, values, self.covariance, self.names.index(name)).interval(rise)

    def objects(self, number: int) -> Objects:
        """Scatterer, wire, instrument and operating point of one of the measurements, in the nominal natural units."""
        objects = Objects(self.scatterer, self.wire, self.instrument, self.measurements[number].point)
        pairs = zip(self.problem.layout.places, self._numbers, strict=True)
        own = [(place, value) for place, value in pairs if place.holder == "measurements"]
        return with_values(objects, [place for place, _ in own], [value for _, value in own], number)

    @property
    def _numbers(self) -> list[Array]:
        """The values, as the model takes them."""
        return [jnp.asarray(value) for value in self.values.values()]

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
        for line in (*self._notes(), self._quality(), f"status: {self.status}; {self._agreement()}"):
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
            *self._notes(),
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

    def _notes(self) -> list[str]:
        """Correlations, what follows parameters, what was known of them, and what other errors do."""
        lines = [f"correlation of {one} and {other} {value:.3f}" for one, other, value in self.strong_correlations]
        follows = {tie.name: self.names[tie.source] for tie in self.problem.layout.ties} if self.problem else {}
        lines += [f"{name} follows {follows[name]}: {value:.6g}" for name, value in self.tied.items()]
        if self.pulls:
            pulls = ", ".join(f"{name} {pull:+.1f}" for name, pull in self.pulls.items())
            lines.append(f"off what is known, in its standard deviations: {pulls}")
        if self.shifts:
            errors = ", ".join(f"{name} {error:.2g}" for name, error in self.statistical_errors.items())
            lines.append(f"errors without that of {', '.join(self.shifts)}: {errors}")
        return lines

    def _agreement(self) -> str:
        return f"{self.share_of_starts:.0%} of {len(self.starts.loss)} starts agree"
