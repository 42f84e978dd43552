"""Whether a fit describes its readings: chi^2 where their errors are known, the order of the residuals where not."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import gammaincc

from jaxwire.fits.measurement import Measurement

LEAST_P_VALUE = 1e-3
"""A fit is poor if chi^2 as large as its own has a smaller probability: one good fit in a thousand is called poor."""

OUTLIER = 5.0
"""A robust loss forgives readings that are further off than this, in standard errors: one good one in a million is."""

MOST_OUTLIERS = 0.25
"""Share of the readings that a robust loss may forgive: more are no outliers, but what the model does not describe."""

FEWEST_RUNS = -3.09
"""Runs of residuals of one sign, from their mean in standard deviations: fewer have the probability `LEAST_P_VALUE`."""

LEAST_RESIDUAL = 1e-4
"""Residuals below this share of the readings' spread may be errors of the model's grid, which are not random."""


class Goodness(NamedTuple):
    """How well a model describes readings.

    Attributes:
        p_value: probability of a larger chi^2 than this if the model is right; NaN where that cannot be told.
        is_poor: whether the model does not describe the readings.
        warnings: what else there is to say, one line each.
    """

    p_value: float
    is_poor: bool
    warnings: tuple[str, ...]


class Misfit(NamedTuple):
    """What is left of all data.

    Attributes:
        chi2: sum of the squares of all standardised residuals.
        degrees_of_freedom: data less parameters.
        others: residuals of data that are no readings of a profile, shape (m,).
    """

    chi2: float
    degrees_of_freedom: int
    others: np.ndarray


def assess(
    measurements: Sequence[Measurement], residuals: Sequence[np.ndarray], misfit: Misfit, is_squared: bool
) -> Goodness:
    """Compare residuals with the errors of the readings, or with noise in general.

    Args:
        measurements: what was fitted.
        residuals: (reading - model)/sigma of each.
        misfit: chi^2 of them and all other data.
        is_squared: whether every residual counts in full.
    """
    chi2, degrees_of_freedom, others = misfit
    if degrees_of_freedom <= 0:
        return Goodness(
            np.nan, False, ("there are as many readings as parameters: nothing is left to test the model by",)
        )
    if measurements[0].sigma is None:
        is_poor = _is_beyond_grid(measurements, residuals) and has_few_runs(measurements, residuals)
        words = ("residuals next to each other have the same sign: they are not noise",) if is_poor else ()
        return Goodness(np.nan, is_poor, words)
    far, n_readings = 0, sum(one.size for one in measurements)
    if not is_squared:
        size = np.abs(np.concatenate(residuals))
        far = int(np.count_nonzero(size > OUTLIER))
        chi2 = float(np.sum(size[size <= OUTLIER] ** 2) + np.sum(others**2))
    chance = p_value(chi2, degrees_of_freedom - far)
    words = []
    if far:
        words.append(f"{far} of {n_readings} readings are more than {OUTLIER:g} standard errors off")
    if chance > 1.0 - LEAST_P_VALUE:
        words.append("the readings scatter less than their errors allow: `sigma` may be too large")
    return Goodness(chance, chance < LEAST_P_VALUE or far > MOST_OUTLIERS * n_readings, tuple(words))


def p_value(chi2: float, degrees_of_freedom: int) -> float:
    """Probability of a larger chi^2 than this, for readings with normal errors; NaN without degrees of freedom."""
    return float(gammaincc(0.5 * degrees_of_freedom, 0.5 * chi2)) if degrees_of_freedom > 0 else float("nan")


def has_few_runs(measurements: Sequence[Measurement], residuals: Sequence[np.ndarray]) -> bool:
    """Whether residuals along the wire keep their sign too long for noise (Wald and Wolfowitz, 1940)."""
    signs = [each[np.argsort(one.x, kind="stable")] > 0 for one, each in zip(measurements, residuals, strict=True)]
    runs = sum(1 + int(np.count_nonzero(one[1:] != one[:-1])) for one in signs)
    n_above = sum(int(np.count_nonzero(one)) for one in signs)
    n_below = sum(one.size for one in signs) - n_above
    both, total = 2.0 * n_above * n_below, n_above + n_below
    if both <= total:  # one sign, or one reading, against all others
        return False
    mean, variance = both / total + 1.0, both * (both - total) / (total**2 * (total - 1.0))
    return bool((runs - mean) / np.sqrt(variance) < FEWEST_RUNS)


def _is_beyond_grid(measurements: Sequence[Measurement], residuals: Sequence[np.ndarray]) -> bool:
    """Whether residuals are larger than errors of the model's grid may be."""
    spread = np.std(np.concatenate([one.y for one in measurements]))
    return bool(np.sqrt(np.mean(np.concatenate(residuals) ** 2)) > LEAST_RESIDUAL * spread)
