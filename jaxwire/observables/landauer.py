"""Landauer theory of the same scatterer, and the left-right asymmetry of the heating without and with the wires.

Landauer theory knows only the reservoirs' Fermi functions: the spectral current is T (f0(eps_left) - f0(eps_right)),
and all of the heat appears at the scatterer. With J_el the heat current at either face (Eq. 29),

    I = int T (f0(eps_left) - f0(eps_right)) deps,      J_el(0-+) = int (eps_left/right - 1) T (...) deps,
    P_R - P_L = J_el(0+) + J_el(0-)  (Eq. 35),          less 2 J_inf  (Eq. 36),

where J_inf is the heat current that the Drude state of a wire carries anyway, with the same current.
"""

from typing import NamedTuple

import jax.numpy as jnp

from jaxwire.kinetics.energy_grid import shared_nodes
from jaxwire.kinetics.energy_range import FARTHEST_OF_RESERVOIRS, reach
from jaxwire.kinetics.fermi import fermi_difference
from jaxwire.kinetics.half_wire import drude_coefficients
from jaxwire.model.parameters.domain import REAL, as_parameter
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer, probability
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import quick_jit
from jaxwire.solver.arguments import as_setting
from jaxwire.solver.solution import Solution


class Landauer(NamedTuple):
    """What Landauer theory says of one operating point; heat currents are positive to the right.

    Attributes:
        current: I, in e mu0/h.
        heat_left: heat current at 0-, in mu0^2/h (Eq. 29 with Fermi functions).
        heat_right: heat current at 0+, in mu0^2/h (Eq. 29 with Fermi functions).
        uniform_heat_current: J_inf of a wire that carries this current, in mu0^2/h.
        asymmetry: P_R - P_L, by how much the right side is heated more than the left one, in mu0^2/h (Eq. 35).
        improved_asymmetry: the same, with the wire's own heat current subtracted on either side, in mu0^2/h (Eq. 36).
    """

    current: Scalar
    heat_left: Scalar
    heat_right: Scalar
    uniform_heat_current: Scalar
    asymmetry: Scalar
    improved_asymmetry: Scalar


def landauer(scatterer: AbstractScatterer, wire: Wire | None = None, *, temperature, voltage) -> Landauer:
    """Landauer theory at a given voltage.

    Heat released on the right is heat_right, on the left -heat_left: their sum is I V, their difference the asymmetry.
    A wire carries the heat current J_inf = Pi I anyway: the improved estimate counts what each side releases beyond
    that, as Eqs. 28 and 30 do with the wire's own distribution.

    ```python
    >>> import jaxwire as jw
    >>> print(f"{jw.landauer(jw.Lorentzian(1.44, 0.08), temperature=0.3, voltage=0.1).current:.5f}")
    0.01099

    ```

    Args:
        scatterer: transmission model.
        wire: the wire, for its own heat current; the paper's unless given.
        temperature: kB T, in mu0, positive.
        voltage: eV, in mu0, of either sign.

    Raises:
        TypeError: if an argument is not of its type or a number is not in double precision.
        ValueError: if a known number is outside its domain.
    """
    scatterer, wire, temperature, _ = as_setting(scatterer, wire, temperature)
    return _landauer(scatterer, wire, temperature, as_parameter("voltage", voltage, REAL))


@quick_jit
def _landauer(scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, voltage: Scalar) -> Landauer:
    top = reach(scatterer, temperature, voltage, FARTHEST_OF_RESERVOIRS).top
    nodes = shared_nodes(scatterer.energy_scales(), temperature, voltage, Resolution().above, top)
    sign = jnp.where(voltage >= 0, 1.0, -1.0)
    size = sign * voltage
    in_left = nodes.energy + jnp.where(voltage >= 0, 0.0, size)
    in_right = nodes.energy + jnp.where(voltage >= 0, size, 0.0)
    spectral = sign * probability(scatterer, in_left) * fermi_difference(nodes.energy, size, temperature)
    current = jnp.sum(nodes.weight * spectral)
    heat_left = jnp.sum(nodes.weight * (in_left - 1.0) * spectral)
    heat_right = jnp.sum(nodes.weight * (in_right - 1.0) * spectral)
    _, wire_peltier = drude_coefficients(wire, temperature)
    uniform = wire_peltier * current
    asymmetry = heat_right + heat_left
    return Landauer(current, heat_left, heat_right, uniform, asymmetry, asymmetry - 2.0 * uniform)


def asymmetry(sol: Solution) -> Scalar:
    """By how much the right side is heated more than the left one: P_asym = P_R - P_L (Eq. 34).

    P_R and P_L are the powers beyond the uniform P_ext, integrated over either half-wire (see `Solution.powers`).

    ```python
    >>> import jaxwire as jw
    >>> print(f"{jw.asymmetry(jw.solve(jw.Lorentzian(1.44, 0.08), temperature=0.3, voltage=0.1)):.6f}")
    0.006240

    ```

    Args:
        sol: a solution, or a batch of them.

    Returns:
        The power, in mu0^2/h, of the shape of the batch; NaN where the solve failed.
    """
    powers = sol.powers
    return powers.right - powers.left


def asymmetry_ratio(sol: Solution) -> Scalar:
    """Asymmetry in shares of all heat that the scatterer adds: (P_R - P_L)/(I V_tot) (Eqs. 34 and 32).

    Args:
        sol: a solution, or a batch of them.

    Returns:
        The ratio, without a unit, of the shape of the batch; NaN at zero voltage and where the solve failed.
    """
    return asymmetry(sol) / (sol.current * sol.total_voltage)
