"""Comparison of models on the same data: what the data prefer, by information criteria.

With k parameters and n data (priors among them), up to a constant that all models share,

    AIC = chi^2 + 2k,        AICc = AIC + 2k(k + 1)/(n - k - 1),        BIC = chi^2 + k ln n,

and n ln(chi^2/n) in place of chi^2, with one more parameter, where the errors of the readings are not known. A model is
exp(-difference/2) times as likely as the best; its weight is that as a share of all (Akaike's weights, of AICc). Two or
three are no difference; a model more than ten behind has no support by the data.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxwire.fits.fit import fit
from jaxwire.fits.losses import SquaredLoss
from jaxwire.fits.measurement import Measurement
from jaxwire.fits.result import Fit
from jaxwire.model.printing import html_table
from jaxwire.model.scatterers.base import AbstractScatterer

TITLES = ("", "parameters", "chi^2", "p", "AICc", "difference", "weight", "BIC")
"""Of the columns of the table."""


@dataclass(frozen=True, eq=False, repr=False)
class ModelComparison:
    """Models in the order of their AICc, the best first; prints as a table.

    Attributes:
        fits: by the names of the models.
        chi2: shape (models,), as all others.
        parameters: how many each has.
        aic: Akaike's criterion.
        aicc: the same with the correction for few data; infinite where there are too few.
        bic: the Bayesian criterion.
        differences: of AICc, from the best.
        weights: of AICc, which sum to 1.
    """

    fits: dict[str, Fit]
    chi2: np.ndarray
    parameters: np.ndarray
    aic: np.ndarray
    aicc: np.ndarray
    bic: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """Of the models, the best first."""
        return tuple(self.fits)

    @property
    def differences(self) -> np.ndarray:
        """Of AICc, from the best."""
        return np.concatenate([[0.0], self.aicc[1:] - self.aicc[0]])

    @property
    def weights(self) -> np.ndarray:
        """Of AICc, which sum to 1."""
        likelihood = np.exp(-0.5 * self.differences)
        return likelihood / np.sum(likelihood)

    def __str__(self) -> str:
        """A table, one line for each model."""
        rows = [TITLES, *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(TITLES))]
        out = io.StringIO()
        for row in rows:
            numbers = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            print("  " + "  ".join([row[0].ljust(widths[0]), *numbers]), file=out)
        for complaint in self._complaints():
            print(f"  warning: {complaint}", file=out)
        return f"Comparison of {len(self.fits)} models\n{out.getvalue().rstrip()}"

    def __repr__(self) -> str:
        """The same."""
        return str(self)

    def _repr_html_(self) -> str:
        """The table of a notebook; first of all what is wrong."""
        heading = f"Comparison of {len(self.fits)} models"
        return html_table(heading, self._rows(), titles=TITLES, complaints=self._complaints())

    def _rows(self) -> list[tuple[str, ...]]:
        numbers = zip(self.parameters, self.chi2, self.aicc, self.differences, self.weights, self.bic, strict=True)
        rows = []
        for (name, one), (k, chi2, aicc, more, weight, bic) in zip(self.fits.items(), numbers, strict=True):
            criteria = f"{aicc:.5g}", f"{more:.3g}", f"{weight:.2g}", f"{bic:.5g}"
            rows.append((name, str(k), f"{chi2:.5g}", f"{one.p_value:.2g}", *criteria))
        return rows

    def _complaints(self) -> list[str]:
        return [f"{name}: {one.status}" for name, one in self.fits.items() if not one.status.ok]


def compare(
    models: Mapping[str, Any], measurements: Sequence[Measurement] | Measurement | None = None, **options: Any
) -> ModelComparison:
    """Compare fits of the same data, or scatterers that are fitted to them here.

    ```python
    >>> import numpy as np
    >>> import jaxwire as jw
    >>> x = np.concatenate([-np.geomspace(0.1, 5, 15), np.geomspace(0.1, 5, 15)])
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    >>> data = jw.Measurement(x, 3.0 * sol.heating(x).total, 0.5, temperature=0.3, voltage=0.1)
    >>> free = {"width known": ["center", "gain"], "width free": ["center", "width", "gain"]}
    >>> dots = {"width known": jw.Lorentzian(1.4, 0.08), "width free": jw.Lorentzian(1.4, 0.08)}
    >>> print(jw.compare(dots, data, free=free, starts=2).names)
    ('width known', 'width free')

    ```

    Args:
        models: fits by name; or, with measurements, scatterers.
        measurements: what scatterers are fitted to.
        options: of `fit`, for scatterers; `free` may be a mapping with a list for each name.

    Raises:
        TypeError: if a model is neither a fit nor a scatterer, or there are no measurements for these.
        ValueError: if there are fewer than two models, they are of different data, or one is no fit by least squares.
    """
    if not isinstance(models, Mapping):
        raise TypeError(f"`models` must be a mapping such as {{'one level': fit}}, got {type(models).__name__}.")
    if len(models) < 2:
        raise ValueError(f"`models` must be two or more to be compared, got {len(models)}.")
    fits = {str(name): _fitted(str(name), one, measurements, options) for name, one in models.items()}
    first_name, first = next(iter(fits.items()))
    for name, one in fits.items():
        if not isinstance(one.problem.loss, SquaredLoss):
            raise ValueError(f"`models` must be fitted by least squares, got {name!r} with another loss.")
        if not _is_same_data(first.measurements, one.measurements):
            raise ValueError(f"`models` must be fitted to the same data, got others in {first_name!r} and {name!r}.")
    rows = np.array([_criteria(one) for one in fits.values()])
    order = np.argsort(np.where(np.isnan(rows[:, 3]), np.inf, rows[:, 3]), kind="stable")
    chi2, parameters, aic, aicc, bic = rows[order].T
    names = list(fits)
    return ModelComparison({names[i]: fits[names[i]] for i in order}, chi2, parameters.astype(int), aic, aicc, bic)


def _fitted(name: str, model: Any, measurements: Any, options: dict[str, Any]) -> Fit:
    if isinstance(model, Fit):
        return model
    if not isinstance(model, AbstractScatterer):
        raise TypeError(f"`models` must be fits or scatterers, got {name!r} of type {type(model).__name__}.")
    if measurements is None:
        raise TypeError(f"`measurements` must be given to fit the scatterer {name!r}; got none.")
    free = options.get("free")
    if isinstance(free, Mapping):
        if name not in free:
            raise ValueError(f"`free` must have a list for every model, got none for {name!r}.")
        options = options | {"free": free[name]}
    return fit([measurements] if isinstance(measurements, Measurement) else measurements, model, **options)


def _criteria(one: Fit) -> tuple[float, float, float, float, float]:
    """chi^2, number of parameters, AIC, AICc, BIC."""
    k = float(len(one.names))
    n = one.degrees_of_freedom + k
    misfit = one.chi2
    if one.measurements[0].sigma is None:
        with np.errstate(divide="ignore"):
            misfit, k = n * np.log(one.chi2 / n), k + 1
    aic = misfit + 2.0 * k
    aicc = aic + 2.0 * k * (k + 1) / (n - k - 1) if n > k + 1 else np.inf
    return one.chi2, float(len(one.names)), aic, aicc, misfit + k * np.log(n)


def _is_same_data(one: Sequence[Measurement], other: Sequence[Measurement]) -> bool:
    """Whether positions, readings, errors and what was measured besides are the same; points may have been fitted."""
    if len(one) != len(other):
        return False
    return all(_data(a) == _data(b) for a, b in zip(one, other, strict=True))


def _data(one: Measurement) -> tuple[Any, ...]:
    arrays = (None if part is None else part.tolist() for part in (one.x, one.y, one.sigma))
    return (*arrays, one.drive, one.measured_current, one.measured_voltage)
