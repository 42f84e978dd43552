"""Transmission of the scatterer, T(eps), as a function of the kinetic energy in the left wire (Eq. 21).

A scatterer is coherent and elastic: everything the solver needs is the probability T(eps), between 0 and 1, and the
energies at which T changes, so that the quadrature can put its nodes there.
"""

import abc
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from jaxwire.domain import (
    FRACTION,
    POSITIVE,
    REAL,
    Domain,
    RealLike,
    Scalar,
    as_parameter,
    call_function,
    function_field,
    function_parameters_field,
    parameter,
)
from jaxwire.interpolation import INCREASING, check_table, interpolate


class EnergyScales(NamedTuple):
    """Where a transmission changes, and how fast: one entry per feature, all of shape (n_features,).

    Attributes:
        center: energy of the feature, in mu0.
        width: distance in energy over which T is smooth there (for a pole: its imaginary part), in mu0, positive.
        weight: share of nodes relative to a single resonance, 1.
    """

    center: Float[Array, " n_features"]
    width: Float[Array, " n_features"]
    weight: Float[Array, " n_features"]


def no_scales() -> EnergyScales:
    """Scales of a transmission without features, in the precision at work."""
    return EnergyScales(jnp.zeros(0), jnp.ones(0), jnp.ones(0))


class AbstractScatterer(eqx.Module):
    """Base of all scatterers: subclass it, give `transmission`, and `energy_scales` where T has structure."""

    @abc.abstractmethod
    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """Transmission probability T at the kinetic energies `energy` of the left wire, in mu0.

        Args:
            energy: a number or an array (of JAX or NumPy) of any shape; the solver hands over JAX arrays.
        """

    def energy_scales(self) -> EnergyScales:
        """Features of T that the energy grid must resolve; none unless a subclass says so."""
        return no_scales()


class Lorentzian(AbstractScatterer):
    """Single resonance of a quantum dot between symmetric barriers.

    T(eps) = width^2 / ((eps - center)^2 + width^2)          Eq. 21, with eps the kinetic energy in the left wire

    ```python
    >>> import jax.numpy as jnp, jaxwire as jw
    >>> jw.Lorentzian(center=1.44, width=0.08).transmission(jnp.array([1.44, 1.60])).round(6)
    Array([1. , 0.2], dtype=float64)

    ```

    Attributes:
        center: resonance position eps0, in mu0. Differentiable.
        width: half width at half maximum Gamma, in mu0, positive. Differentiable.
    """

    center: Scalar = parameter("center", REAL)
    width: Scalar = parameter("width", POSITIVE)

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps) of Eq. 21."""
        return self.width**2 / ((energy - self.center) ** 2 + self.width**2)

    def energy_scales(self) -> EnergyScales:
        """One pole, at center +- i width."""
        return EnergyScales(self.center[None], self.width[None], jnp.ones(1))


class Resonance(eqx.Module):
    """One Breit-Wigner resonance, possibly between unequal barriers.

    Attributes:
        center: its energy, in mu0. Differentiable.
        width: half width at half maximum, (Gamma_left + Gamma_right)/2, in mu0, positive. Differentiable.
        peak: T at its center, 4 Gamma_left Gamma_right/(Gamma_left + Gamma_right)^2; 1 for equal barriers.
            Differentiable.
    """

    center: Scalar = parameter("center", REAL)
    width: Scalar = parameter("width", POSITIVE)
    peak: Scalar = parameter("peak", FRACTION, default=1.0)

    @classmethod
    def between(cls, center, left, right) -> "Resonance":
        """Resonance from the level broadenings Gamma_left and Gamma_right that its two barriers give it, in mu0."""
        left, right = as_parameter("left", left, POSITIVE), as_parameter("right", right, POSITIVE)
        return cls(center, 0.5 * (left + right), 4.0 * left * right / (left + right) ** 2)


class BreitWigner(AbstractScatterer):
    """Several resonances of one dot, without interference between them.

    T(eps) = sum_n peak_n width_n^2 / ((eps - center_n)^2 + width_n^2)

    Attributes:
        resonances: the resonances. Where their sum exceeds 1, `solve` reports it.
    """

    resonances: tuple[Resonance, ...] = eqx.field(converter=tuple)

    def __check_init__(self) -> None:
        """Refuse anything that is not a resonance."""
        if not self.resonances:
            raise ValueError("`resonances` must have at least one Resonance, got none.")
        for resonance in self.resonances:
            if not isinstance(resonance, Resonance):
                raise TypeError(f"`resonances` must hold objects such as Resonance(1.44, 0.08), got {resonance!r}.")

    def transmission(self, energy: RealLike) -> Float[Array, "*n"]:
        """T(eps), the sum of the resonances."""
        each = [r.peak * r.width**2 / ((energy - r.center) ** 2 + r.width**2) for r in self.resonances]
        return jnp.sum(jnp.stack(each), axis=0)

    def energy_scales(self) -> EnergyScales:
        """One pole per resonance."""
        center = jnp.stack([resonance.center for resonance in self.resonances])
        width = jnp.stack([resonance.width for resonance in self.resonances])
        return EnergyScales(center, width, jnp.ones_like(width))


class Constant(AbstractScatterer):
    """Scatterer that transmits the same fraction at every energy.

    Attributes:
        value: T, between 0 and 1. Differentiable.
    """

    value: Scalar = parameter("value", FRACTION)

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
            weight=2.0 * change / jnp.maximum(jnp.sum(change), 1e-30),
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
