"""Current-voltage characteristics: many voltages of either sign in one compiled call."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import REAL, as_parameter
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.integers import ceil_div, common_size
from jaxwire.numerics.programs import array_module, nan_is_a_value, quick_jit
from jaxwire.solver.arguments import as_setting
from jaxwire.solver.solve import solve
from jaxwire.solver.status import Status

BATCH = 32
"""Voltages solved at once: enough to fill the processor, few enough to stay in its cache."""

FEW = 1000
"""Voltages up to which compiling quickly is faster than running fast: each takes two solutions of 4 ms, or of 1 ms."""


class CurrentVoltage(NamedTuple):
    """A current-voltage characteristic; all arrays have the shape of the voltages.

    Attributes:
        voltage: eV, in mu0.
        total_voltage: eV_tot, which includes the potential that builds up in the wires, in mu0.
        current: I, in e mu0/h.
        reverse_current: I at the opposite voltage, in e mu0/h.
        status: how either solve ended; the worse of the two.
        error_estimate: estimated relative error; the larger of the two.
    """

    voltage: Float[Array, " n"]
    total_voltage: Float[Array, " n"]
    current: Float[Array, " n"]
    reverse_current: Float[Array, " n"]
    status: Status
    error_estimate: Float[Array, " n"]

    @property
    def rectification(self) -> Float[Array, " n"]:
        """Share (I(V) + I(-V))/(I(V) - I(-V)) of the current that does not change sign with the voltage; NaN at 0."""
        with nan_is_a_value():
            return (self.current + self.reverse_current) / (self.current - self.reverse_current)


def iv(
    scatterer: AbstractScatterer,
    wire: Wire | None = None,
    temperature=None,
    voltages=None,
    *,
    resolution: Resolution | None = None,
) -> CurrentVoltage:
    """Current at many voltages, and at the opposite ones, for the rectification.

    ```python
    >>> import jaxwire as jw
    >>> curve = jw.iv(jw.Lorentzian(1.44, 0.08), temperature=0.3, voltages=[0.0, 0.1, 0.4])
    >>> print(curve.current.round(4))
    [0.     0.0125 0.0362]

    ```

    Args:
        scatterer: transmission model.
        wire: the wire; the paper's unless given.
        temperature: kB T, in mu0, positive.
        voltages: eV, in mu0, shape (n,).
        resolution: numbers of nodes.

    Raises:
        TypeError: if an argument is missing or not of its type, or a number is not in double precision.
        ValueError: if a known number is outside its domain or voltages is not an array with one axis.
    """
    scatterer, wire, temperature, resolution = as_setting(scatterer, wire, temperature, resolution)
    voltages = as_parameter("voltages", voltages, REAL, ndim=1)
    n = voltages.size
    is_few = n <= FEW
    # whole batches, or the program would hold the solver twice; of few sizes where compiling takes longer than they do
    size = common_size(2 * n, BATCH, 8 * BATCH) if is_few else BATCH * ceil_div(2 * n, BATCH)
    xp = array_module(voltages)
    one_sign = xp.asarray(voltages)
    both = xp.concatenate([one_sign, -one_sign, np.ones(size - 2 * n)])
    with nan_is_a_value():
        solved = (_few if is_few else _many)(scatterer, wire, temperature, jnp.asarray(both), resolution)
        xp = array_module(solved)
        (total, current, status, estimate), there, back = jax.tree.map(xp.asarray, solved), slice(n), slice(n, 2 * n)
        worse = xp.maximum(status.code[there], status.code[back]), status.limit[there]
        found = total[there], current[there], current[back], *worse, xp.maximum(estimate[there], estimate[back])
        total, current, reverse, code, limit, estimate = map(jnp.asarray, found)
    return CurrentVoltage(voltages, total, current, reverse, Status(code, limit), estimate)


class _Solved(NamedTuple):
    """What is kept of the solutions at all voltages of either sign."""

    total_voltage: Float[Array, " n"]
    current: Float[Array, " n"]
    status: Status
    estimate: Float[Array, " n"]


def _iv(
    scatterer: AbstractScatterer,
    wire: Wire,
    temperature: Scalar,
    voltages: Float[Array, " n"],
    resolution: Resolution,
) -> _Solved:
    def one(voltage: Scalar) -> _Solved:
        sol = solve(scatterer, wire, temperature=temperature, voltage=voltage, resolution=resolution)
        return _Solved(sol.total_voltage, sol.current, sol.status, sol.error_estimate)

    return jax.lax.map(one, voltages, batch_size=BATCH)


_few, _many = quick_jit(_iv), eqx.filter_jit(_iv)
