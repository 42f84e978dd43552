"""What a fit found: values, errors, correlations, residuals, and what the data could not tell."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from jaxwire.fits.goodness import Goodness, Misfit, assess
from jaxwire.fits.losses import AbstractLoss, SquaredLoss
from jaxwire.fits.measurement import Measurement
from jaxwire.fits.parameters.free import Free, is_gain, is_linear
from jaxwire.fits.readings.groups import Group
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.result import FEWEST_AGREE, Fit, FitStatus, Fitted
from jaxwire.fits.search.ends import Starts
from jaxwire.model.parameters.names import ParameterPath
from jaxwire.model.units.quantities import LABELS

TOO_UNCERTAIN = 1.0
"""A combination of parameters is not determined if its standard error exceeds this share of the parameters' size."""

NEAR_BOUND = 1e-3
"""A bounded parameter that ended closer to a bound than this share of the interval is at the bound."""

NAMED_SHARE = 0.1
"""Parameters with at least this share of a combination that is not determined are named in the warning."""

BOUNDLESS = 1e6
"""Standard errors above this, in sizes of the parameters, are rounding: the number would say nothing."""

LARGEST_ERROR = 1e150
"""Standard error of a combination on which no reading depends, in sizes of the parameters: its square is finite."""


class Minimum(NamedTuple):
    """The best minimum, in units of the user.

    Attributes:
        values: of the parameters, shape (k,).
        residual: standardised, (model - reading)/sigma, of all groups, shape (n,).
        jacobian: its derivatives by the values, shape (n, k).
        sigma: error of the readings as the loss took it where it was not given, else 1.
        given: names of numbers that were kept though they have errors.
        slopes: change of the residual for a change of each of them by its error, shape (n, g).
    """

    values: np.ndarray
    residual: np.ndarray
    jacobian: np.ndarray
    sigma: float
    given: tuple[str, ...] = ()
    slopes: np.ndarray | None = None


def summarise(
    layout: FitProgram,
    model: Model,
    free: Sequence[Free],
    measurements: tuple[Measurement, ...],
    loss: AbstractLoss,
    minimum: Minimum,
    starts: Starts,
) -> Fit:
    """Put together the result of a fit; of one that failed nothing is a number.

    Args:
        layout: what was compiled in.
        model: what was fitted.
        free: the free parameters.
        measurements: what was measured.
        loss: how residuals count.
        minimum: the best one.
        starts: where every start ended.
    """
    names = tuple(one.name for one in free)
    places = tuple(one.place for one in free)
    values, residual = minimum.values, minimum.residual
    others = residual[residual.size - model.other_rows :]
    pulls = _pulls(names, model, others)
    freedom = sum(one.size for one in measurements) + len(pulls) - len(free)
    with np.errstate(over="ignore"):  # errors of 1e-200
        chi2 = float(np.sum(residual**2))
    is_squared, has_errors = isinstance(loss, SquaredLoss), measurements[0].sigma is not None
    noise = minimum.sigma if has_errors or not is_squared else np.sqrt(chi2 / freedom) if freedom > 0 else np.nan
    weight = _weight(loss, residual / minimum.sigma)
    weight[residual.size - others.size :] = 1.0
    curved = minimum.jacobian * weight[:, None]
    largest = max(float(np.max(np.abs(one.y))) for one in measurements)
    size = np.array([_size(one, value, largest) for one, value in zip(free, values, strict=True)])
    covariance, errors, undetermined = _covariance(names, size, curved, noise)
    statistical, shifts = errors, _shifts(curved, size, minimum.slopes, weight)
    if shifts.size:
        covariance, errors = covariance + shifts @ shifts.T, np.hypot(statistical, np.linalg.norm(shifts, axis=1))
    by_measurement = _by_measurement(model.groups, measurements, -residual)
    goodness = assess(measurements, by_measurement, Misfit(chi2, freedom, others), is_squared)
    is_failed = not np.all(np.isfinite(residual))
    at = _at_values(layout, model, measurements, values) if not is_failed else measurements
    found = layout.put(model.objects(), [jnp.asarray(value) for value in values])

    def by_name(numbers: np.ndarray) -> dict[str, float]:
        return dict(zip(names, numbers.tolist(), strict=True))

    return Fit(
        names=names,
        values=by_name(values),
        errors=by_name(errors),
        covariance=covariance,
        chi2=chi2,
        degrees_of_freedom=freedom,
        p_value=goodness.p_value,
        residuals=by_measurement,
        scatterer=found.scatterer,
        wire=found.wire,
        instrument=found.instrument,
        measurements=at,
        starts=starts,
        status=FitStatus.FAILED if is_failed else _status(free, values, errors, starts, bool(undetermined), goodness),
        warnings=(*_about_drive(measurements, is_failed), *goodness.warnings, *undetermined),
        problem=Fitted(layout, model, tuple(free), loss),
        units=tuple(map(_unit, places)),
        pulls=pulls,
        statistical_errors=by_name(statistical),
        shifts={name: by_name(column) for name, column in zip(minimum.given, shifts.T, strict=True)},
        tied={tie.name: float(tie.follow(values)) for tie in layout.ties},
    )


def _shifts(jacobian: np.ndarray, size: np.ndarray, slopes: np.ndarray | None, weight: np.ndarray) -> np.ndarray:
    """How parameters of given sizes move if each kept number is larger by its error, shape (k, g)."""
    if slopes is None:
        return np.zeros((len(size), 0))
    if not (np.all(np.isfinite(jacobian)) and np.all(np.isfinite(slopes))):
        return np.full((len(size), slopes.shape[1]), np.nan)
    return -size[:, None] * np.linalg.lstsq(jacobian * size, slopes * weight[:, None])[0]


def _pulls(names: Sequence[str], model: Model, residual: np.ndarray) -> dict[str, float]:
    """Residuals of currents, voltages and priors by name, in the order of the program."""
    found = []
    for one in model.groups:
        if one.electric is not None:
            kind = "measured_voltage" if one.drive == "current" else "measured_current"
            is_known = np.asarray(one.electric.weight) > 0
            found += [(f"measurements[{n}].{kind}", known) for n, known in zip(one.numbers, is_known, strict=True)]
    found += [(names[index], True) for index in model.priors.numbers]
    return {name: float(pull) for (name, known), pull in zip(found, residual, strict=True) if known}


def _unit(place: ParameterPath) -> str:
    """Natural unit of a parameter; none where the instrument decides."""
    return "nominal" if place.holder == "stretch" else LABELS.get(str(place.path[-1]), ("", ""))[0]


def _weight(loss: AbstractLoss, residual: np.ndarray) -> np.ndarray:
    """Factor sqrt(rho'(r)/r) by which the loss lets a residual count in the curvature: 1 for least squares."""
    root, slope = eqx.filter_jvp(loss.root, (jnp.asarray(residual),), (jnp.ones(residual.size),))
    safe = np.where(residual == 0, 1.0, residual)
    return np.sqrt(np.abs(np.where(residual == 0, 1.0, np.asarray(root * slope) / safe)))


def _size(one: Free, value: float, largest: float) -> float:
    """Size of a parameter: what an error must be compared with."""
    if not is_linear(one.place):
        return one.range.size(value)
    return abs(value) or largest or 1.0 if is_gain(one.place) else largest or 1.0


def _covariance(
    names: tuple[str, ...], size: np.ndarray, jacobian: np.ndarray, noise: float
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Inverse of J^T J times the noise squared, its errors, and what the data do not determine.

    For each such combination of parameters there is a line.
    """
    if not (np.all(np.isfinite(jacobian)) and np.isfinite(noise)):
        return np.full((len(names), len(names)), np.nan), np.full(len(names), np.nan), ()
    _, singular, rows = np.linalg.svd(jacobian * size[None, :], full_matrices=False)
    with np.errstate(divide="ignore", over="ignore"):
        spreads = np.minimum(noise / singular, LARGEST_ERROR) if noise > 0 else np.zeros(singular.size)
    largest = np.max(spreads) or 1.0  # squares of tiny errors would be 0
    scaled = (rows.T * (spreads / largest) ** 2) @ rows
    warnings = []
    for spread, row in zip(spreads, rows, strict=True):
        if spread > TOO_UNCERTAIN:
            shares = zip(row * np.sign(row[np.argmax(np.abs(row))]), names, size, strict=True)
            parts = [f"{share:+.2f} {name}/{unit:.3g}" for share, name, unit in shares if abs(share) > NAMED_SHARE]
            much = f"{spread:.1g}" if spread < BOUNDLESS else "beyond all bounds"
            warnings.append(f"the data do not determine {' '.join(parts).lstrip('+')}: its standard error is {much}")
    covariance = scaled * np.outer(largest * size, largest * size)
    return covariance, np.sqrt(np.diag(scaled)) * largest * size, tuple(warnings)


def _status(
    free: Sequence[Free],
    values: np.ndarray,
    errors: np.ndarray,
    starts: Starts,
    is_undetermined: bool,
    goodness: Goodness,
) -> FitStatus:
    for one, value in zip(free, values, strict=True):
        if one.range.is_near_bound(value, NEAR_BOUND):
            return FitStatus.AT_BOUND
    if not starts.converged[starts.best]:  # after the bounds: towards them it never converges
        return FitStatus.NOT_CONVERGED
    if goodness.is_poor:
        return FitStatus.POOR
    if is_undetermined:
        return FitStatus.UNDETERMINED
    if not np.all(np.isfinite(errors)):
        return FitStatus.ERRORS_UNKNOWN
    is_alone = len(starts.agrees) > 1 and np.count_nonzero(starts.agrees) < FEWEST_AGREE
    return FitStatus.STARTS_DISAGREE if is_alone else FitStatus.CONVERGED


def _about_drive(measurements: Sequence[Measurement], is_failed: bool) -> list[str]:
    """What may be wrong with the operating points where the model could not be solved."""
    still = {one.drive for one in measurements if getattr(one, one.drive) == 0} if is_failed else set()
    return [f"without a current there is no heating to divide by P_ext: `{drive}` is 0" for drive in sorted(still)]


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
    layout: FitProgram, model: Model, measurements: tuple[Measurement, ...], values: np.ndarray
) -> tuple[Measurement, ...]:
    """The measurements at the operating points that were found."""
    points = (layout.put(model.objects(**one.point), values, number).point for number, one in enumerate(measurements))
    return tuple(
        dataclasses.replace(one, **{name: float(value) for name, value in point.items()})
        for one, point in zip(measurements, points, strict=True)
    )
