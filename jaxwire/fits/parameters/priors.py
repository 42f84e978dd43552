"""What is known of free parameters before the fit: Gaussian priors, each of which is one more datum.

A prior says that a parameter was measured elsewhere, as mean +- standard deviation. Its residual, (value - mean) in
standard deviations, stands below those of the readings, and counts in chi^2 and in the degrees of freedom as they do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.parameters.numbers import EACH, FitNumbers
from jaxwire.model.parameters.domain import POSITIVE, REAL, as_known

Pair = tuple[float, float]
"""Mean and standard deviation."""


class Priors(eqx.Module):
    """Priors as rows below the residuals.

    Attributes:
        numbers: which parameters have one, in the order of the rows.
        mean: shape (p,).
        weight: 1/standard deviation, shape (p,).
    """

    numbers: tuple[int, ...] = eqx.field(static=True, default=())
    mean: Float[Array | np.ndarray, " p"] = eqx.field(default_factory=lambda: np.zeros(0))
    weight: Float[Array | np.ndarray, " p"] = eqx.field(default_factory=lambda: np.zeros(0))

    def residual(self, values: Any) -> Float[Array, " p"]:
        """(value - mean)/standard deviation at values of all parameters, shape (k,)."""
        return (jnp.asarray(values)[np.array(self.numbers, int)] - self.mean) * self.weight

    def jacobian(self, size: int) -> Float[Array, "p k"]:
        """Derivatives of the rows by the values of k parameters."""
        return jnp.eye(size)[np.array(self.numbers, int)] * jnp.asarray(self.weight)[:, None]


def read_priors(priors: Any, names: Sequence[str], numbers: FitNumbers) -> dict[str, Pair]:
    """Understand and check priors: mean and standard deviation by name of a free parameter.

    Args:
        priors: pairs by name; a name that ends with "[:]" has one pair for all measurements, or one for each.
        names: of the free parameters, none of which ends with "[:]".
        numbers: all that can be free.

    Raises:
        TypeError: if they are no mapping, or hold what is no number.
        ValueError: if a name is not free, or a pair is none or outside the domain.
    """
    priors = {} if priors is None else priors
    if not isinstance(priors, Mapping):
        raise TypeError(f"`priors` must be a mapping such as {{'width': (0.1, 0.02)}}, got {priors!r:.60}.")
    found: dict[str, Pair] = {}
    for name, given in priors.items():
        each = numbers.of_each(str(name))
        if missing := [one for one in each if one not in names]:
            raise ValueError(f"`priors` must be of free parameters, got {missing[0]!r}; free are: {', '.join(names)}.")
        for one, pair in zip(each, _pairs(str(name), given, len(each)), strict=True):
            if one in found:
                raise ValueError(f"`priors` must have one pair for each parameter, got two for {one!r}.")
            found[one] = pair
            if not bool(numbers.domain(numbers.find(one)).contains(np.array(pair[0]))):
                words = numbers.domain(numbers.find(one)).words
                raise ValueError(f"`priors` of {name!r} must have a mean that is {words}, got {pair[0]:g}.")
    return found


def _pairs(name: str, given: Any, size: int) -> list[Pair]:
    """One pair for each of the measurements that a name stands for."""
    try:
        numbers = np.asarray(given, dtype=object)
    except ValueError:
        numbers = np.zeros(0)
    if name.endswith(EACH) and numbers.ndim == 2:
        if numbers.shape != (size, 2):
            raise ValueError(
                f"`priors` of {name!r} must be a mean and a standard deviation, or {size} such pairs, got shape "
                f"{numbers.shape}."
            )
        return [_pair(name, row) for row in numbers]
    if numbers.shape != (2,):
        raise ValueError(f"`priors` of {name!r} must be a mean and a standard deviation, got {given!r:.60}.")
    return [_pair(name, numbers)] * size


def _pair(name: str, given: Any) -> Pair:
    mean, spread = given
    mean = as_known(f"priors[{name!r}]", mean, REAL)
    return float(mean), float(as_known(f"priors[{name!r}]", spread, POSITIVE))
