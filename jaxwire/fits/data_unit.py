"""The units in which a fit works: those of the data, so that readings in kelvin and in nanokelvin are one problem.

A fit divides readings, gain and offset by the largest reading, and standardised residuals by the spread of the
standardised readings. Then y -> c y changes gain, offset and their errors alone, and sigma -> c sigma the errors alone:
no tolerance of an optimiser and no first step is in units of somebody's instrument.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from jaxwire.fits.measurement import Measurement

SPREAD = 100.0
"""Spread of the readings as an optimiser sees it: that of noise of 1 %, for which its damping is good."""

LEAST_SPREAD = 1e-12
"""Readings that differ by a smaller share of their size are all the same but for rounding."""


class DataUnit(NamedTuple):
    """Units of readings and weights; those of the user unless given.

    Attributes:
        reading: unit of readings, gain and offset, positive.
        weight: what the weight of a reading without error is; one with the error sigma has weight/sigma.
    """

    reading: float = 1.0
    weight: float = 1.0

    @property
    def residual(self) -> float:
        """Standardised residual, or deviation where errors are not known, of a residual 1 in these units."""
        return self.reading / self.weight


def data_unit(measurements: Sequence[Measurement]) -> DataUnit:
    """Units in which the largest reading is 1 and standardised readings differ by `SPREAD` from their mean."""
    y = np.concatenate([one.y for one in measurements])
    sigma = np.concatenate([np.ones(one.size) if one.sigma is None else one.sigma for one in measurements])
    largest = float(np.max(np.abs(y))) or 1.0
    smallest = float(np.min(sigma))
    reading, share = y / largest, smallest / sigma
    deviation = reading - np.average(reading, weights=share**2)
    size, spread = (float(np.sqrt(np.mean((share * each) ** 2))) for each in (reading, deviation))
    return DataUnit(largest, smallest * SPREAD / (max(spread, LEAST_SPREAD * size) or 1.0))
