"""Where the minimisation of a fit starts: the model is read at many places, and the best that lie apart are taken."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

from jaxwire.fits.parameters.free import Free, in_search_box, is_gain, is_linear
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.search.batches import read_rows

CANDIDATES = 8
"""Places of the search box that are read for each start: minimising from one takes as many readings, or more."""

APART = 0.05
"""Distance of two starts, in shares of the search box: closer ones run into the same minimum."""

SMALLEST_SHARE_OF_SCALE = 1e-3
"""A gain or offset that a start finds small has at least this share of the largest of all starts as its unit."""


def choose_starts(layout: FitProgram, model: Model, free: Sequence[Free], starts: int) -> np.ndarray:
    """Values of the parameters at the starts, shape (starts, k): first those given, then the best that lie apart.

    Gain and offset are those of linear least squares, as far as their bounds allow.
    """
    first = np.array([one.start for one in free])
    linear = tuple(index for index, one in enumerate(free) if is_linear(one.place))
    nonlinear = [index for index in range(len(free)) if index not in linear]
    n_tried = CANDIDATES * starts if starts > 1 and nonlinear else 0
    shares = np.full((n_tried, len(free)), 0.5)
    if n_tried:
        sobol = qmc.Sobol(len(nonlinear), rng=0).random_base2((n_tried - 1).bit_length())  # balanced, unlike fewer
        shares[:, nonlinear] = sobol[:n_tried]
    tried = in_search_box(free, shares)
    for index in linear:  # any value will do, but for rounding: one in units of the data
        first[index] = tried[:, index] = free[index].range.inside(float(is_gain(free[index].place)))
    found = read_rows(layout, model, free, np.concatenate([first[None, :], tried]), linear)
    chi2 = np.sum(found.residual**2, axis=1)
    chosen: list[int] = []  # of the places tried
    for index in np.argsort(np.where(np.isfinite(chi2[1:]), chi2[1:], np.inf)):
        is_apart = np.max(np.abs(shares[index] - shares[chosen]), axis=1) > APART
        if np.all(is_apart) and len(chosen) < starts - 1:
            chosen.append(int(index))
    return found.values[[0, *(index + 1 for index in chosen)]]


def scale_of(free: Sequence[Free], values: np.ndarray) -> np.ndarray:
    """Unit of every coordinate of the optimiser, for each start: the size of gain and offset, else 1."""
    is_linear = np.array([one.is_linear for one in free])
    size = np.maximum(np.abs(values), SMALLEST_SHARE_OF_SCALE * np.max(np.abs(values), axis=0, keepdims=True))
    return np.where(is_linear & (size > 0), size, 1.0)
