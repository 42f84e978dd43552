"""Linear response: conductance, Peltier and Seebeck coefficients of the scatterer, the wire, and both together.

At small voltages and differences of temperature, with the current I and the heat current J,

    conductance dI/dV,      Peltier coefficient J/I,      Seebeck coefficient: V per difference of kT at I = 0,

the last of which is the Peltier coefficient over t (Onsager).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.energy_grid import shared_nodes
from jaxwire.kinetics.energy_range import FARTHEST_OF_RESERVOIRS, reach
from jaxwire.kinetics.fermi import fermi
from jaxwire.kinetics.half_wire import drude_coefficients
from jaxwire.model.printing import html_table, is_known, range_text
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer, probability
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.solver.arguments import as_setting
from jaxwire.solver.solve import solve


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

    def __str__(self) -> str:
        """A table, one line for each conductor."""
        lines = [f"  {'':<10}" + "".join(f"{title:>24}" for title in _TITLES)]
        lines += [f"  {name:<10}" + "".join(f"{text:>24}" for text in texts) for name, *texts in self._rows()]
        return "\n".join(["Linear response", *lines, f"  {_NOTE}"])

    def _repr_html_(self) -> str | None:
        """The table of a notebook; first of all what does not exist."""
        if not is_known(self):
            return None
        is_whole = all(bool(jnp.all(jnp.isfinite(number))) for one in self for number in one)
        complaints = [] if is_whole else ["some coefficients could not be computed: they are NaN"]
        return html_table("Linear response", self._rows(), titles=("", *_TITLES), complaints=complaints, notes=[_NOTE])

    def _rows(self) -> list[list[str]]:
        return [[name, *map(range_text, numbers)] for name, numbers in self._asdict().items()]


_TITLES = ("conductance (e^2/h)", "Peltier (mu0/e)", "Seebeck (kB/e)")
"""Heads of the columns."""

_NOTE = "of the wire the conductivity, in e^2 vF tau0/h"


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
    zero = jnp.zeros(())
    top = reach(scatterer, temperature, zero, FARTHEST_OF_RESERVOIRS).top
    energy, weight = shared_nodes(scatterer.energy_scales(), temperature, zero, Resolution().above, top)
    spectral = fermi(energy, temperature + difference) - fermi(energy + voltage, temperature)
    current = weight * probability(scatterer, energy) * spectral
    return jnp.stack([jnp.sum(current), jnp.sum((energy - 1.0) * current)])
