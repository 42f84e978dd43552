"""What a fit found: values, errors, correlations, residuals, and what the data could not tell."""

import enum
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from jaxwire.free import GAIN, OFFSET, Free
from jaxwire.labels import LABELS
from jaxwire.measurement import Measurement
from jaxwire.optimise import AbstractLoss
from jaxwire.places import Place, substitute
from jaxwire.residuals import Group, Layout, Model
from jaxwire.scatterer import AbstractScatterer
from jaxwire.thermometry import AbstractInstrument
from jaxwire.wire import Wire

UNDETERMINED = 1.0
"""A combination of parameters is not determined if its standard error exceeds this share of the parameters' size."""

AT_BOUND = 1e-3
"""A bounded parameter that ended closer to a bound than this share of the interval is at the bound."""

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
        return int(np.argmin(np.where(self.converged, usable, usable * (1.0 + SAME_MINIMUM) + 1e-300)))


@dataclass(frozen=True, eq=False)
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
    units: tuple[str, ...] = field(default=(), repr=False)
    problem: Any = field(default=None, repr=False)

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
        """A table, one line for each parameter."""
        out = io.StringIO()
        for name, unit in zip(self.names, self.units, strict=True):
            print(f"  {name:<24} {self.values[name]: .8g} +- {self.errors[name]:.2g} {unit}".rstrip(), file=out)
        print(f"  chi^2 {self.chi2:.6g} at {self.degrees_of_freedom} degrees of freedom", file=out)
        print(f"  status: {self.status}; {self.share_of_starts:.0%} of {len(self.starts.loss)} starts agree", file=out)
        for warning in self.warnings:
            print(f"  warning: {warning}", file=out)
        return f"Fit of {type(self.scatterer).__name__}\n{out.getvalue().rstrip()}"


def summarise(
    layout: Layout,
    model: Model,
    free: Sequence[Free],
    measurements: tuple[Measurement, ...],
    loss: AbstractLoss,
    values: np.ndarray,
    residual: np.ndarray,
    jacobian: np.ndarray,
    starts: Starts,
) -> Fit:
    """Put together the result of a fit.

    Args:
        layout: what was compiled in.
        model: what was fitted.
        free: the free parameters.
        measurements: what was measured.
        loss: how residuals count.
        values: of the parameters at the best minimum, shape (k,).
        residual: standardised, (model - reading)/sigma, of all groups, shape (n,).
        jacobian: its derivatives by the values, shape (n, k).
        starts: where every start ended.
    """
    names = tuple(one.name for one in free)
    places = tuple(one.place for one in free)
    freedom = sum(one.size for one in measurements) - len(free)
    chi2 = float(np.sum(residual**2))
    weight = _weight(loss, residual)
    curved = jacobian * weight[:, None]
    has_errors = measurements[0].sigma is not None
    largest = max(float(np.max(np.abs(one.y))) for one in measurements)
    size = np.array([_size(one, value, largest) for one, value in zip(free, values, strict=True)])
    covariance, warnings = _covariance(names, size, curved)
    if not has_errors:
        covariance = covariance * (chi2 / freedom if freedom > 0 else np.nan)
    status = _status(free, values, starts, bool(warnings))
    errors = np.sqrt(np.diag(covariance))
    new = [jnp.asarray(value) for value in values]
    scatterer, wire, instrument = (
        substitute(tree, holder, places, new)
        for holder, tree in (("scatterer", model.scatterer), ("wire", model.wire), ("instrument", model.instrument))
    )
    return Fit(
        names=names,
        values=dict(zip(names, values.tolist(), strict=True)),
        errors=dict(zip(names, errors.tolist(), strict=True)),
        covariance=covariance,
        chi2=chi2,
        degrees_of_freedom=freedom,
        residuals=_by_measurement(model.groups, measurements, -residual),
        scatterer=scatterer,
        wire=wire,
        instrument=instrument,
        measurements=_at_values(measurements, places, values),
        starts=starts,
        status=status,
        warnings=warnings,
        problem=(layout, model, tuple(free)),
        units=tuple(LABELS.get(str(place.path[-1]), ("", ""))[0] for place in places),
    )


def _weight(loss: AbstractLoss, residual: np.ndarray) -> np.ndarray:
    """Factor sqrt(rho'(r)/r) by which the loss lets a residual count in the curvature: 1 for least squares."""
    root, slope = eqx.filter_jvp(loss.root, (jnp.asarray(residual),), (jnp.ones(residual.size),))
    safe = np.where(residual == 0, 1.0, residual)
    return np.sqrt(np.abs(np.where(residual == 0, 1.0, np.asarray(root * slope) / safe)))


def _size(one: Free, value: float, largest: float) -> float:
    """Size of a parameter: what an error must be compared with."""
    if one.place == OFFSET:
        return largest or 1.0
    return max(abs(value), 1.0) if one.kind == "real" and one.place != GAIN else abs(value) or 1.0


def _covariance(names: tuple[str, ...], size: np.ndarray, jacobian: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Inverse of J^T J, and a warning for each combination of parameters that the data do not determine."""
    if not np.all(np.isfinite(jacobian)):
        return np.full((len(names), len(names)), np.nan), ()
    _, singular, rows = np.linalg.svd(jacobian * size[None, :], full_matrices=False)
    error = 1.0 / np.maximum(singular, 1e-300)
    scaled = (rows.T * np.minimum(error, 1e150) ** 2) @ rows
    warnings = []
    for spread, row in zip(error, rows, strict=True):
        if spread > UNDETERMINED:
            shares = zip(row * np.sign(row[np.argmax(np.abs(row))]), names, size, strict=True)
            parts = [f"{share:+.2f} {name}/{unit:.3g}" for share, name, unit in shares if abs(share) > 0.1]
            much = f"{spread:.1g}" if spread < 1e6 else "beyond all bounds"
            warnings.append(f"the data do not determine {' '.join(parts).lstrip('+')}: its standard error is {much}")
    return scaled * np.outer(size, size), tuple(warnings)


def _status(free: Sequence[Free], values: np.ndarray, starts: Starts, is_undetermined: bool) -> FitStatus:
    if not np.isfinite(starts.loss[starts.best]):
        return FitStatus.FAILED
    for one, value in zip(free, values, strict=True):
        low, high = one.bounds
        if one.kind == "bounded" and min(value - low, high - value) < AT_BOUND * (high - low):
            return FitStatus.AT_BOUND
    if not starts.converged[starts.best]:  # after the bounds: towards them it never converges
        return FitStatus.NOT_CONVERGED
    return FitStatus.UNDETERMINED if is_undetermined else FitStatus.CONVERGED


def _by_measurement(
    groups: Sequence[Group], measurements: Sequence[Measurement], residual: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Residuals of each measurement, in the order of the user."""
    found: dict[int, np.ndarray] = {}
    start = 0
    for group in groups:
        rows, columns = group.x.shape
        block = residual[start : start + rows * columns].reshape(rows, columns)
        start += rows * columns
        found |= {number: block[row, : measurements[number].size] for row, number in enumerate(group.numbers)}
    return tuple(found[number] for number in range(len(measurements)))


def _at_values(
    measurements: tuple[Measurement, ...], places: Sequence[Place], values: np.ndarray
) -> tuple[Measurement, ...]:
    """The measurements at the operating points that were found."""
    points: list[dict[str, Any]] = [{} for _ in measurements]
    for place, value in zip(places, values, strict=True):
        for index, point in enumerate(points):
            if place.holder == "point":
                point[str(place.path[0])] = float(value)
            if place.holder == "measurements" and place.path[0] == index:
                point[str(place.path[1])] = float(value)
    return tuple(
        Measurement(one.x, one.y, one.sigma, **(one.point | new)) for one, new in zip(measurements, points, strict=True)
    )
