"""Errors of numbers that a fit keeps: by how much its parameters would move if these were others.

At the minimum J^T r = 0, so that a kept number g that is larger by dg moves the parameters by

    d(theta) = -(J^T J)^-1 J^T J_g dg,        covariance = (J^T J)^-1 + sum_g d(theta) d(theta)^T  at dg = its error,

with J_g the derivative of the residuals by g. The values stay those at the kept number, and chi^2 counts nothing new.
A prior on a free parameter is another thing: there the readings correct the number themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxwire.fits.parameters.free import Free
from jaxwire.fits.parameters.numbers import FitNumbers
from jaxwire.fits.parameters.ranges import Real
from jaxwire.fits.parameters.ties import Tie
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.search.batches import read_rows
from jaxwire.model.parameters.domain import POSITIVE, as_known
from jaxwire.model.parameters.names import ParameterPath


class Kept(NamedTuple):
    """A number that is kept though it has an error.

    Attributes:
        name: of the number.
        place: where it is.
        value: the one that is kept.
        error: its standard deviation.
    """

    name: str
    place: ParameterPath
    value: float
    error: float


def read_given(given: Any, free: Sequence[Free], ties: Sequence[Tie], numbers: FitNumbers) -> tuple[Kept, ...]:
    """Understand and check the errors of kept numbers.

    Raises:
        TypeError: if they are no mapping of numbers.
        ValueError: if a name is unknown or free, or an error is not positive.
    """
    given = {} if given is None else given
    if not isinstance(given, Mapping):
        raise TypeError(f"`given` must be a mapping such as {{'temperature': 0.01}}, got {given!r:.60}.")
    varying = {one.place for one in free} | {one.place for one in ties}
    found = []
    for name, error in numbers.spread(given).items():
        place = numbers.find(str(name))
        if place in varying:
            raise ValueError(f"`given` must be of numbers that are kept, got {name!r}: give a prior to what is free.")
        checked = float(as_known(f"given[{name!r}]", error, POSITIVE))
        found.append(Kept(str(name), place, float(numbers.value(place)), checked))
    return tuple(found)


def slopes_by_given(
    given: Sequence[Kept], layout: FitProgram, model: Model, free: Sequence[Free], values: np.ndarray
) -> np.ndarray:
    """Change of the residuals with every kept number, for a change by its error, shape (n, g).

    Args:
        given: the numbers.
        layout: what was compiled in; with the kept numbers it is another program.
        model: what was fitted.
        free: the free parameters.
        values: of these, shape (k,).
    """
    kept = tuple(Free(one.name, one.place, Real(), one.value, (one.value, one.value)) for one in given)
    layout = layout._replace(places=(*layout.places, *(one.place for one in given)), projected=())
    row = np.concatenate([values, [one.value for one in given]])[None, :]
    slopes = read_rows(layout, model, (*free, *kept), row).jacobian[0][:, len(free) :]
    return slopes * np.array([one.error for one in given])
