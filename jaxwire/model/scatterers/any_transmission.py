"""Any transmission T(eps): the same at every energy, from a table, or from a function of the user.

All energies eps are kinetic energies in the left wire, in mu0; 0 <= T <= 1. Where T changes, the energy grid needs
nodes: a table tells by its intervals, a function only by the pairs (energy, width) that come with it.
"""

import math
from collections.abc import Callable
from typing import Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from jaxwire.model.parameters.domain import FRACTION, Domain, as_parameter, parameter
from jaxwire.model.parameters.functions_of_energy import (
    INCREASING,
    call_function,
    check_table,
    function_field,
    function_parameters_field,
    interpolate,
)
from jaxwire.model.scatterers.base import AbstractScatterer, EnergyScales
from jaxwire.numerics.array_types import RealLike, Scalar

TABLE_WEIGHT = 2.0
"""Weight of all intervals of a table together, as so many single resonances."""

LEAST_CHANGE = 1e-3
"""Change of T that every table has, evenly: a flat one has nodes where a change of its values would need them, and the
derivatives of all shares are bounded."""


class Constant(AbstractScatterer):
    """Scatterer that transmits the same fraction at every energy.

    Attributes:
        value: T, between 0 and 1. Differentiable.
    """

    value: Scalar = parameter("value", FRACTION)
    may_open_far_above: ClassVar[bool] = False
    has_known_features: ClassVar[bool] = True

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps) = value."""
        return jnp.broadcast_to(self.value, jnp.shape(energy))


class Tabulated(AbstractScatterer):
    """Transmission from a table, for example of another transport code, between whose points T is interpolated.

    Below the first and above the last energy T keeps the value of the table's end.

    Attributes:
        energies: increasing kinetic energies in the left wire, in mu0, shape (n_points,), at least 4.
        values: T at these energies, between 0 and 1, shape (n_points,). Differentiable.
        interpolation: "monotone" (piecewise cubic without overshoot, Fritsch and Butland) or "cubic" (natural spline:
            smoother, but it may leave 0 <= T <= 1, which `solve` then reports).
    """

    energies: Float[Array, " n_points"] = parameter("energies", INCREASING, ndim=1)
    values: Float[Array, " n_points"] = parameter("values", FRACTION, ndim=1)
    interpolation: str = eqx.field(static=True, default="monotone")

    def __check_init__(self) -> None:
        """Refuse tables that do not fit together and unknown kinds of interpolation."""
        check_table(self.energies, self.values, self.interpolation, "values")

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps) by piecewise cubic interpolation."""
        return interpolate(energy, self.energies, self.values, self.interpolation)

    def energy_scales(self) -> EnergyScales:
        """Every interval of the table over which T changes, weighted by its share of the total change."""
        change = jnp.abs(jnp.diff(self.values))
        return EnergyScales(
            center=(self.energies[1:] + self.energies[:-1]) / 2,
            width=jnp.diff(self.energies),
            weight=TABLE_WEIGHT * (change + LEAST_CHANGE / change.size) / (jnp.sum(change) + LEAST_CHANGE),
        )


def _are_scales(pairs):
    is_width = np.arange(pairs.shape[1])[None, :] > 0
    return (abs(pairs) < math.inf) & ((pairs > 0) | ~is_width)


_SCALES = Domain(_are_scales, "pairs (energy, positive width)")


def _as_scales(given: Any) -> Float[Array, "n_features 2"]:
    table = jnp.zeros((0, 2)) if isinstance(given, list | tuple) and len(given) == 0 else given
    pairs = as_parameter("scales", table, _SCALES, ndim=2)
    if pairs.shape[1] != 2:
        raise ValueError(f"`scales` must be pairs (energy, width), got shape {pairs.shape}.")
    return pairs


class Function(AbstractScatterer):
    """Transmission given by any JAX-traceable function.

    ```python
    >>> import jax, jaxwire as jw
    >>> step = jw.Function(lambda eps, p: jax.nn.sigmoid((eps - p[0]) / p[1]), (1.2, 0.05), scales=[(1.2, 0.05)])
    >>> print(f"{jw.solve(step, temperature=0.3, voltage=0.1).current:.5f}")
    0.04595

    ```

    Attributes:
        function: `function(energy)`, or `function(energy, parameters)` where parameters are given; maps energies of
            shape (n,) to T of shape (n,). Compiled once per function object: pass the same one to avoid recompiling.
        parameters: pytree of numbers handed to the function. Differentiable.
        scales: pairs (energy, width) of the features of T, shape (n_features, 2), in mu0; without them a
            feature narrower than the temperature is seen only as far as the error estimate tells. Differentiable.
    """

    function: Callable[..., Array] = function_field()
    parameters: PyTree[Float[Array, "..."]] = function_parameters_field()
    scales: Float[Array, "n_features 2"] = eqx.field(converter=_as_scales, metadata={"domain": _SCALES}, default=())

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps), as the function gives it."""
        return call_function(self.function, self.parameters, energy)

    def energy_scales(self) -> EnergyScales:
        """The features that were declared."""
        return EnergyScales(self.scales[:, 0], self.scales[:, 1], jnp.ones(len(self.scales)))
