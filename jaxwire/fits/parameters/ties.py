"""Ties: numbers that follow a free parameter, such as the width of a second resonance that of the first."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxwire.fits.parameters.free import Free, is_linear
from jaxwire.fits.parameters.numbers import FitNumbers
from jaxwire.model.parameters.domain import REAL, as_known
from jaxwire.model.parameters.names import ParameterPath


class Tie(NamedTuple):
    """A number that follows a free parameter.

    Attributes:
        name: of the number.
        place: where it is.
        source: which parameter it follows.
        change: factor, or function of JAX, from that to it.
    """

    name: str
    place: ParameterPath
    source: int
    change: float | Callable[[Any], Any] = 1.0

    def follow(self, values: Any) -> Any:
        """The number, at the values of all parameters."""
        value = values[self.source]
        return self.change(value) if callable(self.change) else self.change * value


def read_ties(ties: Any, free: Sequence[Free], numbers: FitNumbers) -> tuple[Tie, ...]:
    """Understand and check ties: by the name of the number the parameter, or (factor or function, parameter).

    Raises:
        TypeError: if they are no mapping, or hold what is none of these.
        ValueError: if a name is unknown or free itself, what it follows is not free, either is a gain or an offset, or
            the first value is outside the domain.
    """
    ties = {} if ties is None else ties
    if not isinstance(ties, Mapping):
        raise TypeError(f"`ties` must be a mapping such as {{'resonances[1].width': 'width'}}, got {ties!r:.60}.")
    return tuple(_read(str(name), given, free, numbers) for name, given in ties.items())


def _read(name: str, given: Any, free: Sequence[Free], numbers: FitNumbers) -> Tie:
    change, source = (1.0, given) if isinstance(given, str) else _pair(name, given)
    names, place = [one.name for one in free], numbers.find(name)
    if source not in names:
        raise ValueError(
            f"`ties` of {name!r} must follow a free parameter, got {source!r}; free are: {', '.join(names)}."
        )
    parameter = free[names.index(source)]
    if any(one.place == place for one in free):
        raise ValueError(f"`ties` must be of numbers that are not free themselves, got {name!r}.")
    if is_linear(place) or is_linear(parameter.place):
        raise ValueError(f"`ties` must not be of a gain or an offset, got {name!r} that follows {source!r}.")
    tie = Tie(name, place, names.index(source), change)
    first, domain = float(tie.follow([one.start for one in free])), numbers.domain(place)
    if not bool(domain.contains(np.array(first))):
        raise ValueError(f"`ties` of {name!r} must make it {domain.words}, got {first:g} at first.")
    return tie


def _pair(name: str, given: Any) -> tuple[Any, str]:
    try:
        change, source = given
    except (TypeError, ValueError):
        change, source = None, None
    if not isinstance(source, str):
        raise TypeError(f"`ties` of {name!r} must be a name, or a factor or function and a name, got {given!r:.60}.")
    return change if callable(change) else float(as_known(f"ties[{name!r}]", change, REAL)), source
