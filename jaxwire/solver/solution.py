"""`Solution`: what one operating point gives, as numbers and as functions of position.

Positions x are in units of vF tau0; the scatterer is at x = 0 and positive x is the right wire. At x = 0 itself
potential and heat current jump: there 0.0 means the right face (0+) and -0.0 the left one (0-).
"""

import warnings
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from jaxwire.kinetics.flow import Faces, Flow, Heating
from jaxwire.model.parameters.domain import POSITIVE, as_double
from jaxwire.model.printing import is_known
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import array_module
from jaxwire.solver import fields
from jaxwire.solver.arguments import refuse_scatterer
from jaxwire.solver.parts import Distribution, Powers
from jaxwire.solver.solution_table import as_html, as_text
from jaxwire.solver.status import Status
from jaxwire.solver.validity import Validity, validity_of


class Solution(eqx.Module):
    """One operating point, solved. A pytree: it passes through `jax.jit`, `jax.vmap` and `jax.grad`.

    ```python
    >>> import jaxwire as jw
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    >>> heat = sol.heating([-0.5, 0.5])
    >>> print(heat.total.round(3))
    [-19.78   29.384]

    ```

    Attributes:
        scatterer: the scatterer.
        wire: the wire.
        temperature: kB T, in mu0.
        voltage: eV, misalignment of the band bottoms, in mu0.
        status: how the solve ended.
        error_estimate: estimated relative error of current, potentials and heating; NaN if it was switched off.
        faces: potential and heat current on either side of the scatterer.
        flow: modes and amplitudes, seen from the wire whose band starts higher.
        resolution: numbers of nodes.
    """

    scatterer: AbstractScatterer
    wire: Wire
    temperature: Scalar
    voltage: Scalar
    status: Status
    error_estimate: Scalar
    faces: Faces
    flow: Flow
    resolution: Resolution = eqx.field(static=True)

    @property
    def direction(self) -> Float[Array, "..."]:
        """+1 where the left wire has the higher band (voltage >= 0), -1 where the right one has it."""
        return jnp.where(self.voltage >= 0, 1.0, -1.0)

    @property
    def current(self) -> Float[Array, "..."]:
        """I, in e mu0/h, positive to the right."""
        return self.direction * self.flow.current

    @property
    def force(self) -> Float[Array, "..."]:
        """F = F_ext vF tau0/mu0, the external force that drives I through the wire far away (Eqs. 12-15)."""
        return self.direction * self.flow.force

    @property
    def external_power(self) -> Float[Array, "..."]:
        """P_ext = I F (Eq. 24): heating per unit length far from the scatterer, in mu0^2/(h vF tau0)."""
        return self.current * self.force

    @property
    def potential_left(self) -> Float[Array, "..."]:
        """Neutrality potential e phi(0-), in mu0 (Eq. 16)."""
        return jnp.where(self.voltage >= 0, self.faces.potential_upper, self.faces.potential_lower)

    @property
    def potential_right(self) -> Float[Array, "..."]:
        """Neutrality potential e phi(0+), in mu0 (Eq. 16)."""
        return jnp.where(self.voltage >= 0, self.faces.potential_lower, self.faces.potential_upper)

    @property
    def total_voltage(self) -> Float[Array, "..."]:
        """What the scatterer adds to the voltage of the bare wire: eV + e phi(0+) - e phi(0-), in mu0 (Eq. 32)."""
        return self.voltage + self.potential_right - self.potential_left

    @property
    def powers(self) -> Powers:
        """Powers that electrons give to the phonons beyond the uniform P_ext, integrated over x (Eqs. 28, 31)."""
        is_left = self.voltage >= 0
        upper = self.flow.uniform_heat_current - self.faces.heat_upper
        lower = self.faces.heat_lower - self.flow.uniform_heat_current
        return Powers(
            left_scatterer=jnp.where(is_left, upper, lower),
            left_buildup=-self.current * self.potential_left,
            right_scatterer=jnp.where(is_left, lower, upper),
            right_buildup=self.current * self.potential_right,
        )

    @property
    def validity(self) -> Validity:
        """Whether potential, force, deviation and self-heating are as small as the linear theory takes them to be."""
        return validity_of(self.flow, self.faces, self.temperature)

    def potential(self, x) -> Float[Array, "..."]:
        """Neutrality potential e phi(x), in mu0 (Eq. 16).

        Args:
            x: positions in vF tau0, any shape.

        Raises:
            TypeError: if x is not real numbers in double precision; so in all fields.
        """
        return self._along("potential", as_double("x", x), fields.potential_at)

    def chemical_potential(self, x) -> Float[Array, "..."]:
        """Change delta mu(x) of the local chemical potential, in mu0 (Eq. D3).

        For constant tau in a neutral wire it is e phi(x) itself.

        Args:
            x: positions in vF tau0, any shape.
        """
        return self._along("chemical_potential", as_double("x", x), fields.chemical_potential_at)

    def electron_temperature(self, x) -> Float[Array, "..."]:
        """Change kB delta Te(x) of the electrons' temperature, in mu0.

        Of the Fermi function of their density and energy, whether they collide with each other or not. At constant
        tau_ep, P_s = G delta Te/T (see `Wire.electron_phonon_conductance`).

        Args:
            x: positions in vF tau0, any shape.
        """
        return self._along("electron_temperature", as_double("x", x), fields.electron_temperature_at)

    def phonon_temperature(self, x, *, total: bool = False) -> Float[Array, "..."]:
        """Change kB delta T_ph(x) of the phonons' temperature, in mu0, where the wire has phonons of its own.

        To first order in the deviation, as they act back on electrons: what the scatterer's heat P_s makes of it.

        Args:
            x: positions in vF tau0, any shape.
            total: whether what P_ext and P_phi add is wanted too: of second order, smoothed over the healing length.

        Raises:
            ValueError: if the wire has none (see `Wire`); a `Thermometer` reads phonons that do not act back.
        """
        fields.own_phonons(self.wire)
        field = fields.total_phonon_temperature_at if total else fields.phonon_temperature_at
        return self._along("phonon_temperature", as_double("x", x), field)

    def substrate_power(self, x) -> Float[Array, "..."]:
        """Heat g delta T_ph/T that phonons lose to the substrate per length, to first order, in mu0^2/(h vF tau0).

        Integrated over both wires it is I V.

        Args:
            x: positions in vF tau0, any shape.
        """
        fields.own_phonons(self.wire)
        return self._along("substrate_power", as_double("x", x), fields.substrate_power_at)

    def phonon_heat_current(self, x) -> Float[Array, "..."]:
        """Heat current of the phonons, positive to the right, to first order, in mu0^2/h; one at both faces.

        Args:
            x: positions in vF tau0, any shape.
        """
        fields.own_phonons(self.wire)
        return self._along("phonon_heat_current", as_double("x", x), fields.phonon_heat_current_at)

    def electron_potential(self, x) -> Float[Array, "..."]:
        """Change delta mu_e(x) of the same Fermi function's chemical potential, measured as `chemical_potential`.

        Args:
            x: positions in vF tau0, any shape.
        """
        return self._along("electron_potential", as_double("x", x), fields.electron_potential_at)

    def drift(self, x) -> Float[Array, "..."]:
        """Drift velocity u(x) of electrons whose collisions conserve momentum, in vF, positive to the right.

        Collisions among them lead to Fermi functions of eps - u p. In a parabolic band of constant times it is the same
        everywhere, that of the current: I = e n u.

        Args:
            x: positions in vF tau0, any shape.

        Raises:
            ValueError: if collisions between electrons do not conserve momentum, or there are none (see `Wire`).
        """
        fields.conserves_drift(self.wire)
        return self._along("drift", as_double("x", x), fields.drift_at)

    def heat_current(self, x) -> Float[Array, "..."]:
        """Heat current J_el(x) carried by the electrons, positive to the right, in mu0^2/h (Eq. 27).

        Args:
            x: positions in vF tau0, any shape.
        """
        return self._along("heat_current", as_double("x", x), fields.heat_current_at)

    def heating(self, x) -> Heating:
        """Heat given to the phonons at x and its parts, in units of P_ext (Eqs. 22-26).

        At zero voltage it is undefined (NaN): P_ext then vanishes with the square of the voltage, the rest linearly.
        At x = 0 itself the buildup term, and with it the total, diverges as log|x|: NaN there, while the part of the
        scatterer jumps (0.0 means the right face, -0.0 the left one).

        Args:
            x: positions in vF tau0, any shape.

        Raises:
            ValueError: if no x is known to be other than 0.

        Warns:
            UserWarning: if some x are known to be 0.
        """
        x = as_double("x", x)
        if array_module(x) is np and np.any(np.asarray(x) == 0):
            if np.all(np.asarray(x) == 0):
                refuse_scatterer(x)
            warnings.warn("`x` has 0 in it, where the heating diverges as log|x|: NaN there.", stacklevel=2)
        return self._along("heating", x, fields.heating_at)

    def distribution(self, energy, x) -> Distribution:
        """Occupation f(+p, x) and f(-p, x) of the states with kinetic energy `energy` at position x.

        Args:
            energy: kinetic energies in the wire that x is in, in mu0, positive, any shape.
            x: positions in vF tau0, any shape that broadcasts with energy.

        Raises:
            ValueError: if an energy is not positive.
        """
        given = as_double("energy", energy), as_double("x", x)
        if array_module(given[0]) is np and not np.all(POSITIVE.contains(np.asarray(given[0]))):
            raise ValueError(f"`energy` must be positive, got {float(np.min(given[0])):g}.")
        xp = array_module(given)
        points = jnp.asarray(xp.stack(xp.broadcast_arrays(*given), axis=-1))
        return self._along("distribution", points, fields.distribution_at)

    def _along(self, name: str, points: Float[Array, "..."], field: Callable) -> PyTree:
        """Evaluate a field of a single solution."""
        return fields.along(as_single(name, self, f"lambda sol: sol.{name}(x)"), points, field)

    def __str__(self) -> str:
        """A table of the numbers, one line each; for a batch, its shape, the count of each status and the ranges."""
        return as_text(self)

    def __repr__(self) -> str:
        """The same; under `jax.jit`, where there are no numbers yet, types and shapes."""
        return str(self) if is_known(self) else super().__repr__()

    def _repr_html_(self) -> str | None:
        """The table of a notebook; first of all what is wrong."""
        return as_html(self) if is_known(self) else None


def as_single(name: str, sol: Any, mapped: str) -> Solution:
    """Check that an argument is a Solution, and not a batch of them.

    Args:
        name: of the function that takes it, for complaints.
        sol: what was given.
        mapped: the function of one solution that a user would give to `jax.vmap`.

    Raises:
        TypeError: if it is no Solution.
        ValueError: if it is a batch.
    """
    if not isinstance(sol, Solution):
        raise TypeError(f"`sol` must be a Solution such as `solve` returns, got {type(sol).__name__}.")
    if sol.voltage.ndim:
        raise ValueError(
            f"`{name}` needs a single solution, got a batch of shape {sol.voltage.shape}; map over it with "
            f"jax.vmap({mapped})(solutions)."
        )
    return sol
