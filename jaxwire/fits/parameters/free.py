"""Free parameters of a fit: which numbers vary, in which ranges, and where starts are looked for."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.parameters.numbers import FitNumbers
from jaxwire.fits.parameters.priors import Pair, read_priors
from jaxwire.fits.parameters.ranges import AbstractRange, Bounded, OneSided, Positive, Real
from jaxwire.model.parameters.domain import FRACTION, NOT_NEGATIVE, POSITIVE, POSITIVE_OR_INFINITE, Domain
from jaxwire.model.parameters.names import NamedParameters, ParameterPath

SEARCH_BOX = {"center": (0.1, 2.6), "width": (0.02, 1.0)}
"""Where starts are looked for, in mu0, by the field of a scatterer: the resonances of Figs. 5 and 6 and some beyond.

Other numbers are looked for around their first value.
"""

SEARCH_FACTOR = 4.0
"""A positive number without bounds is looked for between its first value over this and times this."""

SEARCH_REACH = 1.0
"""A number of any sign is looked for this far from its first value, or as far as that is from zero: in its own unit."""

FROM_END = 1e-3
"""A fraction starts at least this far from 0 and 1, where its coordinate would hardly move it."""

SMALLEST_START = 1e-6
"""A positive number starts at least here, in its own unit: zero is no place of the logarithm."""

GAIN = ParameterPath("instrument", ("gain",))
"""Factor of every reading."""

OFFSET = ParameterPath("instrument", ("offset",))
"""What is added to every reading."""

LINEAR = (GAIN, OFFSET)
"""Numbers on which every reading depends linearly."""

NO_PROFILE = -1
"""What stands for the number of a measurement where a residual is of none."""

PRIOR_REACH = 2.0
"""A number with a prior is looked for this many of its standard deviations from the mean: beyond it is unlikely."""


def is_gain(place: ParameterPath) -> bool:
    """Whether it is the gain of all measurements, or of one."""
    return place == GAIN or (place.holder == "measurements" and place.path[1:] == GAIN.path)


def is_linear(place: ParameterPath) -> bool:
    """Whether readings depend linearly on it: a gain or an offset, of all measurements or of one."""
    return is_gain(place) or place == OFFSET or (place.holder == "measurements" and place.path[1:] == OFFSET.path)


def has_own(places: Sequence[ParameterPath], place: ParameterPath, numbers: Sequence[int]) -> np.ndarray:
    """Whether a gain or offset is that of the measurements with these numbers: theirs, or else that of all."""
    name = place.path[-1]
    own = {owner(one) for one in places if owner(one) is not None and one.path[-1] == name}
    if owner(place) is not None:
        return np.array([float(number == owner(place)) for number in numbers])
    return np.array([float(number not in own and number != NO_PROFILE) for number in numbers])


def owner(place: ParameterPath) -> int | None:
    """Number of the measurement whose own number it is; None if it is that of all."""
    return int(place.path[0]) if place.holder == "measurements" else None


class Free(NamedTuple):
    """One free parameter.

    Attributes:
        name: as the user gave it.
        place: where it is.
        range: where it may be.
        start: its value in the objects that the fit was given.
        search: between which values starts are looked for.
        prior: mean and standard deviation of what is known of it; None if nothing is.
    """

    name: str
    place: ParameterPath
    range: AbstractRange
    start: float
    search: tuple[float, float]
    prior: Pair | None = None

    @property
    def is_linear(self) -> bool:
        """Whether readings depend on it linearly and it has no bounds."""
        return isinstance(self.range, Real) and is_linear(self.place)

    def without_bounds(self) -> "Free":
        """The parameter itself, but for gain and offset, which linear least squares then finds."""
        return self._replace(range=Real()) if is_linear(self.place) else self

    def over(self, unit: float) -> "Free":
        """The parameter where readings are in another unit; gain and offset are in that of the readings."""
        if not is_linear(self.place):
            return self
        low, high = self.search
        prior = None if self.prior is None else (self.prior[0] / unit, self.prior[1] / unit)
        search = low / unit, high / unit
        return self._replace(range=self.range.over(unit), start=self.start / unit, search=search, prior=prior)


def find_free(names: Any, numbers: NamedParameters) -> tuple[tuple[str, ParameterPath], ...]:
    """Names of free parameters, and where they are.

    Raises:
        TypeError: if they are no list of names.
        ValueError: if a name is unknown or given twice, or there is none.
    """
    if isinstance(names, str):
        names = (names,)
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"`free` must be a list of names such as ['center', 'width'], got {names!r:.60}.")
    if not names:
        raise ValueError("`free` must have at least one name, got none.")
    found = tuple((name, numbers.find(name)) for name in names)
    places = [place for _, place in found]
    for index, (name, place) in enumerate(found):
        if place in places[:index]:
            raise ValueError(f"`free` must name every number once, got {name!r} twice.")
    return found


def read_free(
    names: Any, bounds: Any, numbers: FitNumbers, made_up: Collection[str] = (), priors: Any = None
) -> tuple[Free, ...]:
    """Understand and check the names of free parameters, their bounds and priors.

    Args:
        names: of the parameters; one that ends with "[:]" stands for that of every measurement.
        bounds: smallest and largest value by name; None or an infinite number where there is none.
        numbers: all that can be free.
        made_up: the holders whose numbers nobody gave: their first values give way to bounds.
        priors: mean and standard deviation by name, as `read_priors` takes them.

    Raises:
        TypeError: if names, bounds or priors are not of these types.
        ValueError: if a name is unknown or given twice, there is none, bounds are not in order, outside the domain, or
            do not hold the first value, or priors are none.
    """
    if isinstance(names, Sequence) and not isinstance(names, str):
        names = [one for name in names for one in (numbers.of_each(name) if isinstance(name, str) else (name,))]
    places = find_free(names, numbers)
    _refuse_without_effect(places, len(numbers.measurements))
    names = [name for name, _ in places]
    bounds = {} if bounds is None else bounds
    if not isinstance(bounds, Mapping):
        raise TypeError(f"`bounds` must be a mapping such as {{'center': (0.3, 2.5)}}, got {bounds!r:.60}.")
    bounds = numbers.spread(bounds)
    for name in bounds:
        if name not in names:
            raise ValueError(f"`bounds` must be of free parameters, got {name!r}; free are: {', '.join(names)}.")
    known = read_priors(priors, names, numbers)
    free = (_read(name, place, bounds.get(name), numbers, made_up) for name, place in places)
    return tuple(_near_prior(one, known[one.name]) if one.name in known else one for one in free)


def _near_prior(free: Free, prior: Pair) -> Free:
    """The parameter with its prior, looked for where that is."""
    mean, spread = prior
    low, high = (float(free.range.inside(np.float64(mean + sign * PRIOR_REACH * spread))) for sign in (-1.0, 1.0))
    if isinstance(free.range, Positive):
        low, high = max(low, mean / SEARCH_FACTOR, SMALLEST_START), max(high, SMALLEST_START)
    return free._replace(prior=prior, search=(low, high)) if low < high else free._replace(prior=prior)


def _refuse_without_effect(places: Sequence[tuple[str, ParameterPath]], size: int) -> None:
    """Refuse a number of all measurements where each has its own."""
    for name, place in places:
        if place.holder not in ("instrument", "point"):
            continue
        own = [one for _, one in places if one.holder == "measurements" and one.path[1:] == place.path]
        if len(own) == size:
            raise ValueError(f"`free` must not have {name!r} where every measurement has its own, got both.")


def _read(name: str, place: ParameterPath, bounds: Any, numbers: NamedParameters, made_up: Collection[str]) -> Free:
    domain, start = numbers.domain(place), float(numbers.value(place))
    low, high = (-np.inf, np.inf) if bounds is None else _checked_bounds(name, bounds, domain)
    if not low < start < high:
        if place.holder not in made_up:
            raise ValueError(f"`bounds` of {name!r} must hold its first value {start:g}, got ({low:g}, {high:g}).")
        start = _middle(low, high)
    near = SEARCH_BOX.get(str(place.path[-1])) if place.holder == "scatterer" else None
    bottom, top = _ends(domain)
    if low <= bottom and high >= top:  # bounds that bound nothing
        if domain is FRACTION:
            return Free(name, place, Bounded(0.0, 1.0), min(max(start, FROM_END), 1.0 - FROM_END), (0.0, 1.0))
        if _is_half_line(domain):
            start = max(start, SMALLEST_START)
            return Free(name, place, Positive(), start, near or (start / SEARCH_FACTOR, start * SEARCH_FACTOR))
        if not _is_known(domain):
            raise ValueError(f"`bounds` of {name!r} must be given, as it must be {domain.words}; got none.")
        reach = max(SEARCH_REACH, abs(start))
        return Free(name, place, Real(), start, near or (start - reach, start + reach))
    low, high = max(low, bottom), min(high, top)
    if np.isfinite(low) and np.isfinite(high):
        return Free(name, place, Bounded(low, high), start, (low, high))
    end, sign = (low, 1.0) if np.isfinite(low) else (high, -1.0)
    reach = max(SEARCH_REACH, abs(end), abs(start - end))
    search = sorted((end, end + sign * reach))
    if near is not None and max(near[0], low) < min(near[1], high):
        search = max(near[0], low), min(near[1], high)
    return Free(name, place, OneSided(end, sign), start, (search[0], search[1]))


def _checked_bounds(name: str, bounds: Any, domain: Domain) -> tuple[float, float]:
    """Bounds in order, in the domain; infinite where there is none."""
    try:
        low, high = bounds
        low, high = (float(value) for value in (-np.inf if low is None else low, np.inf if high is None else high))
    except (TypeError, ValueError):
        raise ValueError(f"`bounds` of {name!r} must be two numbers, got {bounds!r:.60}.") from None
    if not low < high:  # also where one is NaN
        raise ValueError(f"`bounds` of {name!r} must be two numbers in order, got ({low:g}, {high:g}).")
    if not _is_known(domain) and not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"`bounds` of {name!r} must be two finite numbers, {domain.words}, got ({low:g}, {high:g}).")
    ends = [end for end in (low, high) if np.isfinite(end) and end not in _ends(domain)]  # no value is at an end
    if not bool(np.all(domain.contains(np.array(ends)))):
        raise ValueError(f"`bounds` of {name!r} must be {domain.words}, got ({low:g}, {high:g}).")
    return low, high


def _ends(domain: Domain) -> tuple[float, float]:
    """Where the values of a domain end."""
    if domain is FRACTION:
        return 0.0, 1.0
    return (0.0, np.inf) if _is_half_line(domain) else (-np.inf, np.inf)


def _is_half_line(domain: Domain) -> bool:
    """Whether all positive numbers are in a domain; an end of it is not told apart."""
    return any(domain is one for one in (POSITIVE, NOT_NEGATIVE, POSITIVE_OR_INFINITE))


def _is_known(domain: Domain) -> bool:
    """Whether all values between the ends of a domain are in it."""
    is_real = bool(domain.contains(np.array(-np.finfo(float).max)))
    return domain is FRACTION or _is_half_line(domain) or is_real


def _middle(low: float, high: float) -> float:
    """A first value between bounds, of which at least one is finite."""
    if np.isfinite(low) and np.isfinite(high):
        return float(np.sqrt(low * high)) if low > 0 else 0.5 * (low + high)
    end, sign = (low, 1.0) if np.isfinite(low) else (high, -1.0)
    return end + sign * (abs(end) or SEARCH_REACH)


def values_and_slopes(
    ranges: Sequence[AbstractRange], scale: Float[Array, " k"], u: Float[Array, " k"]
) -> tuple[Float[Array, " k"], Float[Array, " k"]]:
    """Values of the parameters at the coordinates of the optimiser, and their derivatives, each by its own."""

    def values(u):
        return jnp.stack([one.value(u[index], scale[index]) for index, one in enumerate(ranges)])

    return jax.jvp(values, (u,), (jnp.ones_like(u),))


def to_coordinates(free: Sequence[Free], values: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Coordinates of values of shape (..., k), kept off the bounds."""
    u = np.empty_like(values)
    for index, one in enumerate(free):
        u[..., index] = one.range.coordinate(one.range.inside(values[..., index]), scale[..., index])
    return u


def in_search_box(free: Sequence[Free], shares: np.ndarray) -> np.ndarray:
    """Values at given shares of the search box, shape (n, k): even in the logarithm for positive ones."""
    low, high = np.array([one.search for one in free]).T
    is_log = np.array([one.range.is_logarithmic for one in free])
    even = low + (high - low) * shares
    safe_low, safe_high = np.where(is_log, low, 1.0), np.where(is_log, high, 1.0)
    return np.where(is_log, safe_low * (safe_high / safe_low) ** shares, even)
