"""Relaxation times tau of the collisions with phonons: constant, or dependent on the energy in any way (App. D).

Natural units: tau in tau0, its value at the Fermi energy; kinetic energies in mu0, momenta in pF. A power law, a table,
a function of the user; several mechanisms at once, whose rates 1/tau add (Matthiessen's rule).
"""

import abc
from collections.abc import Callable

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from jaxwire.model.parameters.domain import POSITIVE, Domain, parameter
from jaxwire.model.parameters.functions_of_energy import (
    INCREASING,
    call_function,
    check_table,
    function_field,
    function_parameters_field,
    interpolate,
)
from jaxwire.model.printing import Printable
from jaxwire.numerics.array_types import RealLike, Scalar


class AbstractRelaxation(Printable):
    """Relaxation time tau of the electron-phonon collisions (Eqs. 2, 3; energy dependent: App. D)."""

    @abc.abstractmethod
    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Relaxation time in tau0, positive.

        Args:
            energy: kinetic energies, in mu0, positive, any shape.
            momentum: momenta at these energies, in pF.
        """


class ConstantRelaxationTime(AbstractRelaxation):
    """The same relaxation time at every energy: the paper's main text."""

    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Give tau/tau0 = 1."""
        return jnp.ones(jnp.shape(energy))


class PowerLaw(AbstractRelaxation):
    """Relaxation time that is a power of momentum, tau = tau0 (p/pF)^exponent (App. D).

    With a parabolic dispersion, exponent -1 gives the same mean free path at every energy.

    Attributes:
        exponent: s, between -2 and 2. Differentiable.
    """

    exponent: Scalar = parameter("exponent", Domain(lambda s: (s >= -2) & (s <= 2), "between -2 and 2"))

    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Give tau/tau0 = (p/pF)^exponent."""
        return jnp.asarray(momentum) ** self.exponent


class TabulatedRelaxation(AbstractRelaxation):
    """Relaxation time from a table; below the first and above the last energy it keeps the value of the table's end.

    Attributes:
        energies: increasing kinetic energies, in mu0, shape (n_points,), at least 4.
        values: tau at these energies, in tau0, positive, shape (n_points,). Differentiable.
        interpolation: "monotone" (piecewise cubic without overshoot) or "cubic" (natural spline).
    """

    energies: Float[Array, " n_points"] = parameter("energies", INCREASING, ndim=1)
    values: Float[Array, " n_points"] = parameter("values", POSITIVE, ndim=1)
    interpolation: str = eqx.field(static=True, default="monotone")

    def __check_init__(self) -> None:
        """Refuse tables that do not fit together and unknown kinds of interpolation."""
        check_table(self.energies, self.values, self.interpolation, "values")

    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Interpolate tau/tau0 at the kinetic energies."""
        return interpolate(energy, self.energies, self.values, self.interpolation)


class FunctionRelaxation(AbstractRelaxation):
    """Relaxation time given by any JAX-traceable function of the kinetic energy.

    ```python
    >>> import jaxwire as jw
    >>> slow_at_bottom = jw.FunctionRelaxation(lambda eps, a: (1 + a) / (1 + a * eps), 0.5)
    >>> wire = jw.Wire(relaxation=slow_at_bottom)
    >>> print(f"{jw.solve(jw.Lorentzian(1.44, 0.08), wire, temperature=0.3, voltage=0.1).current:.5f}")
    0.01225

    ```

    Attributes:
        function: `function(energy)`, or `function(energy, parameters)` where parameters are given; maps energies in mu0
            to tau/tau0, positive, of the same shape. Compiled once per function object.
        parameters: pytree of numbers handed to the function. Differentiable.
    """

    function: Callable[..., Array] = function_field()
    parameters: PyTree[Float[Array, "..."]] = function_parameters_field()

    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Evaluate the function."""
        return call_function(self.function, self.parameters, energy)


class Matthiessen(AbstractRelaxation):
    """Several independent mechanisms: their rates add, 1/tau = sum_n rates[n]/tau_n (Matthiessen's rule).

    Attributes:
        mechanisms: relaxation models, each 1 (or its own value) at the Fermi energy.
        rates: how strong each is, in 1/tau0, positive, shape (n_mechanisms,); shares that sum to 1 keep tau = tau0 at
            the Fermi energy. Differentiable.
    """

    mechanisms: tuple[AbstractRelaxation, ...] = eqx.field(converter=tuple)
    rates: Float[Array, " n_mechanisms"] = parameter("rates", POSITIVE, ndim=1)

    def __check_init__(self) -> None:
        """Refuse mechanisms that are no relaxation models, and rates that do not fit them."""
        for mechanism in self.mechanisms:
            if not isinstance(mechanism, AbstractRelaxation):
                raise TypeError(f"`mechanisms` must hold objects such as PowerLaw(0.5), got {mechanism!r}.")
        if self.rates.shape != (len(self.mechanisms),) or not self.mechanisms:
            raise ValueError(
                f"`rates` must have one entry per mechanism, {len(self.mechanisms)}, got {self.rates.size}."
            )

    def relaxation_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """Invert the sum of the rates."""
        each = [
            rate / part.relaxation_time(energy, momentum)
            for rate, part in zip(self.rates, self.mechanisms, strict=True)
        ]
        return 1.0 / jnp.sum(jnp.stack(each), axis=0)
