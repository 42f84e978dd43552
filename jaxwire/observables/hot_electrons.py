r"""Hot-electron diffusion: what is left of the theory where electrons collide with each other very often.

Electrons then have a temperature T (1 + theta) of their own everywhere, which diffuses and is lost to the phonons,

    K theta'' = G theta,      theta = theta(0+-) exp(-|x|/L_h),      L_h = (K/G)^(1/2),      P_s = G theta,
    J_el = J_inf - K theta',      e phi = -(<eps>_l - <eps>) theta,

with averages weighted by f0'/v and, <>_l, by f0' l. The scatterer passes electrons between two hot Fermi functions,
linearised in theta as everything is,

    j = T [f0 (eps_upper) - f0(eps_lower) + f0'_upper (eps_upper - <eps>) theta_upper - the same of the lower wire],

so that the heat it leaves on either side fixes both temperatures. (physics-collisions.md, section 5)
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.colliding_side import heat_exchange
from jaxwire.kinetics.energy_grid import energy_grid
from jaxwire.kinetics.energy_range import reach
from jaxwire.kinetics.fermi import fermi_difference
from jaxwire.kinetics.half_wire import half_wires
from jaxwire.model.parameters.domain import REAL, as_double, as_parameter
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer, probability
from jaxwire.model.wires.screening import Electroneutral
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import quick_jit
from jaxwire.solver.arguments import as_setting


class HotElectrons(eqx.Module):
    """Electrons whose temperature diffuses, on either side of a scatterer.

    Attributes:
        temperature: kB T of the phonons, in mu0.
        voltage: eV, in mu0.
        current: I, in e mu0/h.
        force: F far away, in mu0/(vF tau0).
        healing_length: L_h, in vF tau0.
        heat_conductance: K, heat current per slope of theta, in mu0^2 vF tau0/h.
        conductance: G, heat given to the phonons per length and theta, in mu0^2/(h vF tau0).
        excess_left: kB delta Te at 0-, in mu0.
        excess_right: kB delta Te at 0+, in mu0.
        potential_per_excess: e phi per kB delta Te.
    """

    temperature: Scalar
    voltage: Scalar
    current: Scalar
    force: Scalar
    healing_length: Scalar
    heat_conductance: Scalar
    conductance: Scalar
    excess_left: Scalar
    excess_right: Scalar
    potential_per_excess: Scalar

    def electron_temperature(self, x) -> Float[Array, "..."]:
        """Change kB delta Te(x) of the electrons' temperature, in mu0; x = -0.0 is the left face, 0.0 the right one."""
        x = as_double("x", x)
        at_face = jnp.where(jnp.signbit(x), self.excess_left, self.excess_right)
        return at_face * jnp.exp(-jnp.abs(x) / self.healing_length)

    def scatterer_heating(self, x) -> Float[Array, "..."]:
        """Heat P_s(x) that the scatterer's energy gives to the phonons, in mu0^2/(h vF tau0)."""
        return self.conductance / self.temperature * self.electron_temperature(x)

    def potential(self, x) -> Float[Array, "..."]:
        """Neutrality potential e phi(x), in mu0."""
        return self.potential_per_excess * self.electron_temperature(x)


def hot_electrons(scatterer: AbstractScatterer, wire: Wire, *, temperature, voltage) -> HotElectrons:
    """Work out hot-electron diffusion at a given voltage: the model of most experiments, to be compared with `solve`.

    It is good where electrons collide with each other much more often than with phonons, and heat spreads over many
    mean free paths, L_h >> l. It knows no spots.

    ```python
    >>> import jaxwire as jw
    >>> wire = jw.Wire(electron_electron=jw.ElectronElectron(time=0.01))
    >>> dot = jw.Lorentzian(center=1.44, width=0.08)
    >>> hot = jw.hot_electrons(dot, wire, temperature=0.3, voltage=0.1)
    >>> sol = jw.solve(dot, wire, temperature=0.3, voltage=0.1)
    >>> for model in (hot, sol):
    ...     print(model.electron_temperature([-0.1, 0.1]).round(4))
    [-0.0022  0.0036]
    [-0.0025  0.004 ]

    ```

    Args:
        scatterer: transmission model.
        wire: whose electrons collide with each other; neutral, phonons at T.
        temperature: kB T, in mu0, positive.
        voltage: eV, in mu0, of either sign.

    Raises:
        TypeError: if an argument is not of its type or a number is not in double precision.
        ValueError: if a known number is outside its domain, or the wire is another one.
    """
    scatterer, wire, temperature, _ = as_setting(scatterer, wire, temperature)
    if wire.electron_electron is None or wire.phonons is not None:
        raise ValueError("`wire` must have electron_electron, and no phonons of its own, for hot-electron diffusion.")
    if not isinstance(wire.screening, Electroneutral):
        raise ValueError(f"`wire` must be Electroneutral() for hot-electron diffusion, got {wire.screening!r}.")
    return _hot_electrons(scatterer, wire, temperature, as_parameter("voltage", voltage, REAL))


@quick_jit
def _hot_electrons(scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, voltage: Scalar) -> HotElectrons:
    grid = energy_grid(
        scatterer.energy_scales(), temperature, voltage, Resolution(), reach(scatterer, temperature, voltage).top
    )
    in_lower, is_left = grid.above + grid.step, voltage >= 0
    upper, lower = half_wires(wire, grid, temperature)
    transmission = probability(scatterer, jnp.where(is_left, grid.above, in_lower))
    carried = upper.weight * upper.drude_path * upper.thermal
    drude_energy = carried @ upper.energy / jnp.sum(carried)
    conduction = upper.heat_conductance()
    exchange = heat_exchange(upper)
    length = jnp.sqrt(conduction / exchange)
    # Spectral currents: of the voltage, and per theta of either side, from the upper to the lower wire.
    per_upper = upper.thermal * (upper.energy - upper.mean_energy)
    per_lower = (lower.thermal * (lower.energy - lower.mean_energy))[-upper.energy.size :]
    driven = fermi_difference(grid.above, grid.step, temperature)
    spectral = (grid.above_weight * transmission)[None, :] * jnp.stack([driven, per_upper, -per_lower])
    # What each of them leaves on either side beyond what the wires carry along.
    excess = jnp.stack([drude_energy - grid.above, in_lower - drude_energy])
    left_behind = spectral @ excess.T * length / conduction  # theta that it makes, shape (3, 2)
    warmth = jnp.linalg.solve(jnp.eye(2) - left_behind[1:].T, left_behind[0])
    current = jnp.sum(spectral, axis=1) @ jnp.concatenate([jnp.ones(1), warmth])
    sign = jnp.where(is_left, 1.0, -1.0)
    face = temperature * jnp.where(is_left, warmth, warmth[::-1])
    return HotElectrons(
        temperature=temperature,
        voltage=voltage,
        current=sign * current,
        force=sign * current / upper.drude_conductivity,
        healing_length=length,
        heat_conductance=conduction,
        conductance=exchange,
        excess_left=face[0],
        excess_right=face[1],
        potential_per_excess=(upper.mean_energy - drude_energy) / temperature,
    )
