"""The search of a fit: starts, minimisation from all of them, and where each ended; in units of the data."""

from typing import NamedTuple

import numpy as np

from jaxwire.fits.data_unit import SPREAD, DataUnit
from jaxwire.fits.losses import AbstractLoss, SquaredLoss
from jaxwire.fits.optimisers import AbstractOptimiser
from jaxwire.fits.parameters.free import Free, is_linear, to_coordinates
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.readings.residuals import rows_and_slopes
from jaxwire.fits.search.batches import read_rows
from jaxwire.fits.search.ends import SAME_MINIMUM, Starts
from jaxwire.fits.search.problem import FitProblem
from jaxwire.fits.search.starts import choose_starts, scale_of

NO_LOSS = 1e-12
"""Losses this close are the same, in shares of that of a constant: residuals of 1e-6 are the grid's."""

BESIDE = np.array([-5.0, -2.5, 2.5, 5.0])
"""Where another minimum is looked for beside the best one, in standard errors: they merge if closer than two."""

FURTHEST_BESIDE = 0.3
"""A standard error that is larger than this, in the coordinates of the optimiser, says nothing of minima beside."""

NORMAL_MEDIAN = 0.6745
"""Median of |r| of a normal distribution with standard deviation 1."""

REFINEMENTS = 3
"""Times that the error of readings is taken from the residuals of a robust fit: it then changes by percents at most."""


class Search(NamedTuple):
    """A search for the smallest loss.

    Attributes:
        layout: what is compiled in.
        model: what is fitted, in units of the data.
        free: the free parameters, in units of the user.
        optimiser: takes the steps.
        unit: the units of the data.
    """

    layout: FitProgram
    model: Model
    free: tuple[Free, ...]
    optimiser: AbstractOptimiser
    unit: DataUnit

    def __call__(self, loss: AbstractLoss, starts: int) -> Starts:
        """Minimise a loss from several starts, and from beside the best minimum where another one is often missed."""
        ends = self._minimise(loss, self._starts(starts), 1.0)
        beside = self._beside(loss, ends) if starts > 1 else None
        if beside is None:
            return ends
        others = self._minimise(loss, beside, 1.0)
        is_better = others.loss[others.best] < ends.loss[ends.best] * (1.0 - SAME_MINIMUM) - NO_LOSS
        return _joined(ends, others) if is_better else ends

    def with_unknown_error(self, loss: AbstractLoss, starts: int) -> tuple[Starts, float]:
        """Minimise a loss whose scale is in standard errors, where these follow from the residuals themselves.

        The error is that of the middle half of the readings of the best fit by least squares, then of the best fits
        with the loss: outliers do not count in it.

        Returns:
            Where the starts ended, and the error, in units of the user.
        """
        places = self._starts(starts)
        sigma = self._middle_residual(self._minimise(SquaredLoss(), places, 1.0))
        ends = self._minimise(loss, places, sigma)
        for _ in range(REFINEMENTS):
            sigma = self._middle_residual(ends)
            here = ends.values / self._factors
            ends = self._minimise(loss, np.where(np.isfinite(here), here, places), sigma)
        return ends, sigma

    @property
    def _free(self) -> list[Free]:
        """The free parameters in units of the data."""
        return [one.over(self.unit.reading) for one in self.free]

    @property
    def _factors(self) -> np.ndarray:
        """The units of the parameters."""
        return np.array([self.unit.reading if is_linear(one.place) else 1.0 for one in self.free])

    def _starts(self, starts: int) -> np.ndarray:
        return choose_starts(self.layout, self.model, self._free, starts)

    def _beside(self, loss: AbstractLoss, ends: Starts) -> np.ndarray | None:
        """Values on both sides of the best minimum, along the combination of parameters that the data tell least.

        Minima next to each other lie along it, a few standard errors apart. The error is that of the residuals, so that
        a minimum far too high looks further. None where there is no such place.
        """
        # as many rows as are looked at in the end: programs for one row would be others
        best = np.tile(ends.values[ends.best] / self._factors, (len(BESIDE), 1))
        if not (np.all(np.isfinite(best)) and ends.loss[ends.best] > NO_LOSS):
            return None
        free = self._free
        scale = scale_of(free, best)
        u = to_coordinates(free, best, scale)
        problem = FitProblem(self.layout, self.model, loss, scale, u, 1.0 / self.unit.residual)
        q, jacobian = (np.asarray(part)[0] for part in problem.read(np.arange(len(BESIDE)), problem.starts))
        _, singular, rows = np.linalg.svd(jacobian, full_matrices=False)
        spread = float(np.linalg.norm(q)) / np.sqrt(max(1, q.size - len(free)))
        if not singular[-1] * FURTHEST_BESIDE > spread * np.finfo(float).eps:
            return None
        step = rows[-1] * min(spread / singular[-1], FURTHEST_BESIDE)
        u[:, list(self.layout.searched)] += np.outer(BESIDE, step)
        return np.asarray(rows_and_slopes(self.model.ranges, scale, u)[0])

    def _minimise(self, loss: AbstractLoss, values: np.ndarray, sigma: float) -> Starts:
        """Minimise from values in units of the data; sigma is the error of readings that is not in their weights."""
        free, error = self._free, sigma / self.unit.residual
        scale = scale_of(free, values)
        u = to_coordinates(free, values, scale)
        found = self.optimiser.minimise(FitProblem(self.layout, self.model, loss, scale, u, error))
        searched, loss_there, converged, steps = map(np.asarray, found)
        u[:, list(self.layout.searched)] = searched
        values = np.asarray(rows_and_slopes(self.model.ranges, scale, u)[0])
        values = read_rows(self.layout, self.model, free, values, self.layout.projected).values
        is_usable = np.isfinite(loss_there)
        values = np.where(is_usable[:, None], values * self._factors, np.nan)
        shares = loss_there / (0.5 * SPREAD**2 * sum(np.count_nonzero(one.weight) for one in self.model.groups))
        return Starts(values, shares, converged & is_usable, steps, _agree(shares))

    def _middle_residual(self, ends: Starts) -> float:
        """Standard error for which half of the residuals of the best start are as large as they are."""
        best = ends.values[ends.best] / self._factors
        if not np.all(np.isfinite(best)):
            return 1.0
        residual = read_rows(self.layout, self.model, self._free, best[None, :]).residual[0]
        size = np.abs(residual[np.concatenate([one.weight.ravel() for one in self.model.groups]) != 0])
        share = max(1, size.size - len(self.free)) / size.size
        middle = float(np.median(size)) / NORMAL_MEDIAN or float(np.sqrt(np.mean(size**2)))
        return middle / np.sqrt(share) * self.unit.residual or 1.0


def _agree(loss: np.ndarray) -> np.ndarray:
    """Which losses are those of the lowest minimum."""
    lowest = np.min(loss, initial=np.inf, where=np.isfinite(loss))
    return np.isfinite(loss) & (loss <= lowest * (1.0 + SAME_MINIMUM) + NO_LOSS)


def _joined(ends: Starts, others: Starts) -> Starts:
    """Both searches as one."""
    values, loss, converged, steps, _ = (np.concatenate(pair) for pair in zip(ends, others, strict=True))
    return Starts(values, loss, converged, steps, _agree(loss))
