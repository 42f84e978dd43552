"""The search of a fit: starts, minimisation from all of them, and where each ended; in units of the data."""

from typing import NamedTuple

import numpy as np

from jaxwire.fits.data_unit import SPREAD, DataUnit
from jaxwire.fits.free_parameters import LINEAR, Free, to_coordinates
from jaxwire.fits.losses import AbstractLoss, SquaredLoss
from jaxwire.fits.optimisers import AbstractOptimiser
from jaxwire.fits.residuals import FitProgram, Model
from jaxwire.fits.result import SAME_MINIMUM, Starts
from jaxwire.fits.search.batches import read_rows, rows_and_slopes
from jaxwire.fits.search.problem import FitProblem
from jaxwire.fits.search.starts import choose_starts, scale_of

NO_LOSS = 1e-12
"""Share of the loss of a constant, within which two losses are the same: residuals of 1e-6 are the grid's."""

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
        """Minimise a loss from several starts."""
        return self._minimise(loss, self._starts(starts), 1.0)

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
        return np.array([self.unit.reading if one.place in LINEAR else 1.0 for one in self.free])

    def _starts(self, starts: int) -> np.ndarray:
        return choose_starts(self.layout, self.model, self._free, starts)

    def _minimise(self, loss: AbstractLoss, values: np.ndarray, sigma: float) -> Starts:
        """Minimise from values in units of the data; sigma is the error of readings that is not in their weights."""
        free, error = self._free, sigma / self.unit.residual
        scale = scale_of(free, values)
        u = to_coordinates(free, values, scale)
        found = self.optimiser.minimise(FitProblem(self.layout, self.model, loss, scale, u, error))
        searched, loss_there, converged, steps = map(np.asarray, found)
        u[:, list(self.layout.searched)] = searched
        values = np.asarray(rows_and_slopes(self.model, scale, u)[0])
        values = read_rows(self.layout, self.model, free, values, self.layout.projected).values
        is_usable = np.isfinite(loss_there)
        lowest = np.min(loss_there, initial=np.inf, where=is_usable)
        constant = 0.5 * SPREAD**2 * sum(np.count_nonzero(one.weight) for one in self.model.groups)
        agrees = is_usable & (loss_there <= lowest * (1.0 + SAME_MINIMUM) + NO_LOSS * constant)
        values = np.where(is_usable[:, None], values * self._factors, np.nan)
        return Starts(values, loss_there / error**2, converged & is_usable, steps, agrees)

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
