"""Interval of a parameter from the profile of the likelihood, where chi^2 is no parabola.

With all other parameters at their best for each value t of one, chi^2(t) rises by q from its minimum at both ends of
the interval: q is the quantile of the chi^2 distribution with one degree of freedom (1 for 68.3 %), times the reduced
chi^2 and by the F distribution where the errors of the readings are not known. Unlike value +- error this holds where
the model bends within the error, and where a parameter has no bound on one side.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from scipy.special import chdtri, fdtri

from jaxwire.fits.optimisers import AbstractProblem, LevenbergMarquardt
from jaxwire.fits.parameters.free import Free, to_coordinates
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.readings.residuals import read_batch
from jaxwire.fits.search.batches import in_lanes

MOST_STEPS = 30
"""Places that are tried on each side: doubling ten times covers all that is not open, then ten give four digits."""

FURTHEST = 1e3
"""Standard errors from the minimum beyond which a side is open."""

CLOSE = 1e-4
"""Relative distance from the end of the interval at which it is found."""

STEPS_BETWEEN = 100
"""Steps of the other parameters for each place; a few are enough, from the place before."""


class Interval(NamedTuple):
    """Ends of an interval; infinite where the data leave a side open, the bound where a bound is before.

    Attributes:
        low: the lower end.
        high: the upper end.
    """

    low: float
    high: float


def quantile(level: float, degrees_of_freedom: int | None) -> float:
    """Rise of chi^2 to the ends of an interval; in reduced chi^2 where degrees of freedom are given."""
    return float(chdtri(1, 1.0 - level) if degrees_of_freedom is None else fdtri(1, degrees_of_freedom, level))


class LikelihoodProfile(NamedTuple):
    """The profile of one parameter.

    Attributes:
        layout: what was compiled in.
        model: what was fitted.
        free: the free parameters.
        values: at the minimum, shape (k,).
        covariance: shape (k, k).
        number: which parameter it is of.
    """

    layout: FitProgram
    model: Model
    free: tuple[Free, ...]
    values: np.ndarray
    covariance: np.ndarray
    number: int

    def interval(self, rise: float) -> Interval:
        """Where chi^2 has risen by `rise` on either side of the minimum."""
        error, middle = float(np.sqrt(self.covariance[self.number, self.number])), self.values[self.number]
        lowest, target, signs = self._lowest(), np.sqrt(rise), np.array([-1.0, 1.0])
        near, far = np.zeros((2, 2)), np.full((2, 2), np.nan)  # distances and roots of the rise, that bracket the ends
        distance = np.full(2, error * target)
        rows, ends, is_open = np.tile(self.values, (2, 1)), np.full(2, np.nan), np.ones(2, bool)
        for _ in range(MOST_STEPS):
            t = self._inside(middle + signs * distance)
            is_at_end = np.abs(t - middle) < distance * (1.0 - CLOSE)
            distance = np.abs(t - middle)
            rows, chi2 = self._minimise(t, rows)
            root = np.sqrt(np.maximum(chi2 - lowest, 0.0))
            for side in np.flatnonzero(is_open):
                is_found = abs(root[side] - target) < CLOSE * target
                if is_found or (is_at_end[side] and root[side] < target):
                    ends[side], is_open[side] = t[side], False
                elif not np.isfinite(root[side]) or (root[side] < target and distance[side] > FURTHEST * error):
                    ends[side], is_open[side] = signs[side] * np.inf, False
                else:
                    (near if root[side] < target else far)[side] = distance[side], root[side]
                    distance[side] = _next(near[side], far[side], target)
            if not np.any(is_open):
                break
        last = middle + signs * np.where(np.isfinite(far[:, 0]), far[:, 0], np.inf)
        low, high = np.where(np.isnan(ends), last, ends)
        return Interval(float(low), float(high))

    def _inside(self, t: np.ndarray) -> np.ndarray:
        return np.asarray(self.free[self.number].range.inside(t))

    @property
    def _scale(self) -> np.ndarray:
        return np.array([one.range.scale(value) for one, value in zip(self.free, self.values, strict=True)])

    def _lowest(self) -> float:
        scale = self._scale[None, :]
        u = to_coordinates(self.free, self.values[None, :], scale)
        return float(np.sum(in_lanes(read_batch, (self.layout, self.model), scale, u).residual ** 2))

    def _minimise(self, t: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The other parameters at their best for values t of this one, from rows for others, and chi^2."""
        regression = self.covariance[:, self.number] / self.covariance[self.number, self.number]
        rows = rows + (t - rows[:, self.number])[:, None] * regression
        rows[:, self.number] = t
        scale = np.tile(self._scale, (len(t), 1))
        u = to_coordinates(self.free, rows, scale)
        slice_ = _Slice(self, scale, u)
        if slice_.starts.shape[1]:
            u[:, slice_.others] = np.asarray(LevenbergMarquardt(max_steps=STEPS_BETWEEN).minimise(slice_).u)
        residual = in_lanes(read_batch, (self.layout, self.model), scale, u).residual
        columns = zip(self.free, u.T, scale.T, strict=True)
        values = np.stack([np.asarray(one.range.value(column, unit)) for one, column, unit in columns], axis=1)
        return values, np.sum(residual**2, axis=1)


class _Slice(AbstractProblem):
    """A fit with one parameter kept, from several starts with different values of it."""

    def __init__(self, profile: LikelihoodProfile, scale: np.ndarray, u: np.ndarray) -> None:
        self.profile, self.scale, self.u = profile, scale, u
        self.others = [index for index in range(u.shape[1]) if index != profile.number]
        self.starts = u[:, self.others]
        self._kept: list[np.ndarray] = []

    def read(self, rows: np.ndarray, u: np.ndarray):
        """As `AbstractProblem`."""
        places = self.u[rows].copy()
        places[:, self.others] = u[rows]
        found = in_lanes(read_batch, (self.profile.layout, self.profile.model), self.scale[rows], places)
        self._kept = self._kept or [np.array(new) for new in found]
        for kept, new in zip(self._kept, found, strict=True):
            kept[rows] = new
        residual, jacobian = map(jnp.asarray, self._kept)
        return residual, jacobian[:, :, np.array(self.others)]

    def each(self, search):
        """Not needed: Levenberg and Marquardt's steps are taken one by one."""
        raise NotImplementedError


def _next(near: np.ndarray, far: np.ndarray, target: float) -> float:
    """Where to look between two distances, or beyond the first; the root of the rise is nearly linear in it."""
    if np.isnan(far[0]):
        return 2.0 * near[0]
    share = (target - near[1]) / (far[1] - near[1])
    return near[0] + (far[0] - near[0]) * float(np.clip(share, 0.05, 0.95))
