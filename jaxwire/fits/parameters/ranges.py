"""Where a free parameter may be, and the coordinate u on the whole real line by which an optimiser moves it there.

No step in u can leave the range. The numbers of a range are arguments of compiled programs: one serves all bounds.
"""

import abc
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

MARGIN = 1e-6
"""Share of the interval by which a value is kept off its bounds, where the coordinate is infinite: |u| < 14."""

SMALLEST_SCALE = 1e-12
"""Unit of the coordinate of a number of any sign that was found to be 0, which has no size of its own."""

NEAREST_TO_END = 1e-9
"""A value with one bound starts at least this share of its size off it, where its coordinate is still finite."""


class AbstractRange(eqx.Module):
    """A range of values. Methods take arrays of NumPy or JAX and give the same, of the same shape.

    The `scale` is the unit of the coordinate of a number of any sign, and may differ from start to start; the other
    ranges have their own unit and pass over it.
    """

    @abc.abstractmethod
    def value(self, u: Any, scale: Any) -> Any:
        """The parameter at a coordinate."""

    @abc.abstractmethod
    def coordinate(self, value: Any, scale: Any) -> Any:
        """The coordinate of a parameter."""

    def inside(self, value: Any) -> Any:
        """The nearest value with a finite coordinate, well inside the range."""
        return value

    def holds(self, value: float) -> bool:
        """Whether a value is in the range; also where it is NaN, which no range can help."""
        return not bool(np.abs(self.inside(value) - value) > 0)

    def scale(self, value: float) -> float:
        """A good unit of the coordinate for a parameter of this value."""
        del value
        return 1.0

    def size(self, value: float) -> float:
        """What an error of the parameter must be compared with."""
        return abs(value) or 1.0

    def is_near_bound(self, value: float, share: float) -> bool:
        """Whether a bound is closer than this share of the interval."""
        del value, share
        return False

    def over(self, unit: float) -> "AbstractRange":
        """The same range of a number in another unit; those without an end of their own are in none."""
        del unit
        return self

    @property
    def is_logarithmic(self) -> bool:
        """Whether places to start from are even in the logarithm."""
        return False


class Bounded(AbstractRange):
    """Between two bounds: low + (high - low) S(u) with the logistic function S."""

    low: Float[np.ndarray, ""] = eqx.field(converter=np.asarray)
    high: Float[np.ndarray, ""] = eqx.field(converter=np.asarray)

    def value(self, u, scale):
        """As `AbstractRange`."""
        del scale
        return self.low + (self.high - self.low) * jax.nn.sigmoid(u)

    def coordinate(self, value, scale):
        """As `AbstractRange`; infinite at the bounds."""
        del scale
        share = (value - self.low) / (self.high - self.low)
        return _library(value).log(share) - _library(value).log1p(-share)

    def inside(self, value):
        """As `AbstractRange`."""
        margin = MARGIN * (self.high - self.low)
        return np.clip(value, self.low + margin, self.high - margin)

    def is_near_bound(self, value, share):
        """As `AbstractRange`."""
        return bool(min(value - self.low, self.high - value) < share * (self.high - self.low))

    def over(self, unit):
        """As `AbstractRange`."""
        return Bounded(self.low / unit, self.high / unit)

    @property
    def is_logarithmic(self):
        """As `AbstractRange`."""
        return bool(self.low > 0)


class Positive(AbstractRange):
    """Above zero: exp(u)."""

    def value(self, u, scale):
        """As `AbstractRange`."""
        del scale
        return jnp.exp(u)

    def coordinate(self, value, scale):
        """As `AbstractRange`."""
        del scale
        return _library(value).log(value)

    @property
    def is_logarithmic(self):
        """As `AbstractRange`."""
        return True


class OneSided(AbstractRange):
    """Beyond one bound: end + exp(u) above it, end - exp(u) below it.

    Attributes:
        end: the bound.
        sign: 1 where the range lies above it, -1 where below.
    """

    end: Float[np.ndarray, ""] = eqx.field(converter=np.asarray)
    sign: float = eqx.field(static=True)

    def value(self, u, scale):
        """As `AbstractRange`."""
        del scale
        return self.end + self.sign * jnp.exp(u)

    def coordinate(self, value, scale):
        """As `AbstractRange`; infinite at the bound."""
        del scale
        return _library(value).log(self.sign * (value - self.end))

    def inside(self, value):
        """As `AbstractRange`."""
        smallest = NEAREST_TO_END * np.maximum(np.abs(self.end), np.abs(value)) + np.finfo(float).tiny
        return self.end + self.sign * np.maximum(self.sign * (value - self.end), smallest)

    def is_near_bound(self, value, share):
        """As `AbstractRange`, for a share of the larger of value and bound."""
        return bool(self.sign * (value - self.end) < share * max(abs(value), abs(self.end)))

    def over(self, unit):
        """As `AbstractRange`."""
        return OneSided(self.end / unit, self.sign)


class Real(AbstractRange):
    """Any number: u in units of its scale."""

    def value(self, u, scale):
        """As `AbstractRange`."""
        return scale * u

    def coordinate(self, value, scale):
        """As `AbstractRange`."""
        return value / scale

    def scale(self, value):
        """As `AbstractRange`."""
        return max(abs(value), SMALLEST_SCALE)

    def size(self, value):
        """As `AbstractRange`; numbers near zero, such as an energy from the Fermi level, are compared with 1."""
        return max(abs(value), 1.0)


def _library(value: Any) -> Any:
    return np if isinstance(value, np.ndarray) else jnp
