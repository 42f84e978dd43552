"""Landauer theory of the same scatterer, for comparison, and linear response of scatterer and wire.

Landauer theory knows only the reservoirs' Fermi functions: the spectral current is T (f0(eps_left) - f0(eps_right)),
and all of the heat appears at the scatterer. The functions here say what that gives and how the wire differs from it.
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.checks import as_setting
from jaxwire.domain import REAL, Scalar, as_parameter
from jaxwire.fermi import fermi, fermi_difference
from jaxwire.matching import drude_coefficients
from jaxwire.quadrature import Resolution, energy_grid
from jaxwire.scatterer import AbstractScatterer
from jaxwire.solution import Solution
from jaxwire.solve import solve
from jaxwire.wire import Wire


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


@eqx.filter_jit
def _landauer(scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, voltage: Scalar) -> Landauer:
    grid = energy_grid(scatterer.energy_scales(), temperature, voltage, Resolution())
    sign = jnp.where(voltage >= 0, 1.0, -1.0)
    size = sign * voltage
    in_left = grid.above + jnp.where(voltage >= 0, 0.0, size)
    in_right = grid.above + jnp.where(voltage >= 0, size, 0.0)
    spectral = sign * scatterer.transmission(in_left) * fermi_difference(grid.above, size, temperature)
    current = jnp.sum(grid.above_weight * spectral)
    heat_left = jnp.sum(grid.above_weight * (in_left - 1.0) * spectral)
    heat_right = jnp.sum(grid.above_weight * (in_right - 1.0) * spectral)
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


class Coefficients(NamedTuple):
    """Linear-response coefficients of one conductor.

    Attributes:
        conductance: dI/dV, in e^2/h.
        peltier: heat current per current, in mu0/e.
        seebeck: voltage per temperature difference at no current, in kB/e (peltier/t by Onsager's relation).
    """

    conductance: Scalar
    peltier: Scalar
    seebeck: Scalar


class LinearResponse(NamedTuple):
    """Linear response of the scatterer alone, of the wire, and of the scatterer in the wire.

    Attributes:
        scatterer: Landauer theory: between reservoirs, per voltage drop between them.
        wire: the bare wire per unit length vF tau0: conductivity instead of conductance.
        whole: the scatterer in the wire: current per voltage eV_tot that it adds, heat current at x = 0.
    """

    scatterer: Coefficients
    wire: Coefficients
    whole: Coefficients


def linear_response(
    scatterer: AbstractScatterer,
    wire: Wire | None = None,
    *,
    temperature,
    resolution: Resolution | None = None,
) -> LinearResponse:
    """Coefficients at zero voltage, by automatic differentiation of the full solution and of Landauer theory.

    ```python
    >>> import jaxwire as jw
    >>> response = jw.linear_response(jw.Constant(0.5), temperature=0.01)
    >>> print(f"{response.scatterer.conductance:.3f} {response.whole.conductance:.3f}")   # T and T/(1 - T)
    0.500 1.000

    ```

    Args:
        scatterer: transmission model.
        wire: the wire; the paper's unless given.
        temperature: kB T, in mu0, positive.
        resolution: numbers of nodes.

    Raises:
        TypeError: if an argument is not of its type or a number is not in double precision.
        ValueError: if a known number is outside its domain.
    """
    scatterer, wire, temperature, resolution = as_setting(scatterer, wire, temperature, resolution)

    def observed(voltage: Scalar) -> Float[Array, " 3"]:
        sol = solve(
            scatterer, wire, temperature=temperature, voltage=voltage, resolution=resolution, error_estimate=False
        )
        return jnp.stack([sol.current, sol.total_voltage, sol.heat_current(0.0)])

    def observed_landauer(voltage: Scalar, difference: Scalar) -> Float[Array, " 2"]:
        return _landauer_currents(scatterer, temperature, voltage, difference)

    zero = jnp.zeros(())
    current, total_voltage, heat = jax.jacfwd(observed)(zero)
    by_voltage, by_difference = jax.jacfwd(observed_landauer, argnums=(0, 1))(zero, zero)
    conductivity, wire_peltier = drude_coefficients(wire, temperature)
    return LinearResponse(
        scatterer=Coefficients(by_voltage[0], by_voltage[1] / by_voltage[0], by_difference[0] / by_voltage[0]),
        wire=Coefficients(conductivity, wire_peltier, wire_peltier / temperature),
        whole=Coefficients(current / total_voltage, heat / current, heat / current / temperature),
    )


def _landauer_currents(
    scatterer: AbstractScatterer, temperature: Scalar, voltage: Scalar, difference: Scalar
) -> Float[Array, " 2"]:
    """Current and heat current between reservoirs; the left one is hotter by `difference`; for small voltages."""
    grid = energy_grid(scatterer.energy_scales(), temperature, jnp.zeros(()), Resolution())
    energy = grid.above
    spectral = fermi(energy, temperature + difference) - fermi(energy + voltage, temperature)
    current = grid.above_weight * scatterer.transmission(energy) * spectral
    return jnp.stack([jnp.sum(current), jnp.sum((energy - 1.0) * current)])
