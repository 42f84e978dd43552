"""One half-wire on its energy nodes: weights, averages over energy, its Drude state.

At the node i with kinetic energy eps_i and quadrature weight omega_i, electrons have the velocity v_i, the relaxation
time tau_i (of all collisions) and the mean free path l_i = v_i tau_i; f0'_i is the derivative of the Fermi function by
the chemical potential. Sums over nodes with these weights stand for integrals:

    w_i = omega_i/v_i  over momenta,     S = sum_i w_i f0'_i/tau_i,     C_i = (f0'_i/tau_i)/S  (collisions, Eqs. 4, D3),
    dn = 2 sum_i w_i f0'_i  (compressibility, of Eqs. 5, 8),  I/F = 2 sum_i omega_i l_i f0'_i  (Drude, Eqs. 12-15).
"""

import dataclasses
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.collisions.electron_collisions import ElectronCollisions, electron_collisions
from jaxwire.kinetics.collisions.response import CollidingResponse, colliding_response
from jaxwire.kinetics.collisions.varying_collisions import Electrons, VaryingCollisions
from jaxwire.kinetics.collisions.varying_response import VaryingResponse, varying_response
from jaxwire.kinetics.eigenmodes.modes import Modes, half_wire_modes
from jaxwire.kinetics.energy_grid import Grid, shared_nodes
from jaxwire.kinetics.fermi import DrudeCorrection, drude_tilting, thermal_weight
from jaxwire.kinetics.resolvents.response import Response, half_wire_response
from jaxwire.kinetics.resolvents.wavenumbers import Sampling
from jaxwire.model.scatterers.base import no_scales
from jaxwire.model.wires.hot_electrons import heat_conductance
from jaxwire.model.wires.relaxation import ConstantRelaxationTime
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.implicit import root
from jaxwire.numerics.precision import ByPrecision

SMALLEST_OCCUPATION = ByPrecision(1e-80, 1e-30)
"""Thermal factors below this count as this: far above `modes.SMALLEST_WEIGHT`, so that both wires see the same ones."""

ADJUSTMENT_STEPS = 6
"""Newton steps that make two grids share one Drude state; two suffice but on the coarsest grids."""

LARGEST_TILT = 2.0
"""Largest Newton step of a tilt b: all six keep the factor below exp(12), whatever a coarse grid asks for."""

DRUDE_NODES = 96
"""Energy nodes of the bare wire's Drude state: more than the default, as nothing but this is worked out on them."""


class HalfWire(eqx.Module):
    """One half-wire on its energy nodes: everything about it that does not depend on what flows through it.

    Attributes:
        energy: kinetic energies, in mu0, shape (n,).
        weight: quadrature weights omega_i for integrals over energy, shape (n,).
        velocity: v_i, in vF, shape (n,).
        relaxation_time: tau_i between collisions of any kind, in tau0, shape (n,).
        thermal: f0'_i, derivative of the Fermi function by the chemical potential, in 1/mu0, shape (n,).
        screening: strength sigma of the neutrality potential.
        adjustment: by which factor f0' differs from the analytic one.
        collisions: of electrons with each other; None where there are none.
        has_constant_time: whether tau_i is the same for all nodes, whatever they are.
    """

    energy: Float[Array, " n"]
    weight: Float[Array, " n"]
    velocity: Float[Array, " n"]
    relaxation_time: Float[Array, " n"]
    thermal: Float[Array, " n"]
    screening: Scalar
    adjustment: DrudeCorrection = eqx.field(default_factory=DrudeCorrection.none)
    collisions: ElectronCollisions | VaryingCollisions | None = None
    has_constant_time: bool = eqx.field(static=True, default=True)

    @property
    def mean_free_path(self) -> Float[Array, " n"]:
        """l_i = v_i tau_i, in vF tau0."""
        return self.velocity * self.relaxation_time

    @property
    def drude_path(self) -> Float[Array, " n"]:
        """The same in the Drude state, in which drifting electrons drag each other where they conserve momentum."""
        if self.collisions is None:
            return self.mean_free_path
        if isinstance(self.collisions, VaryingCollisions):
            return self.mean_free_path + self.collisions.dragged(self.electrons)
        return self.mean_free_path * self.collisions.dragging()

    @property
    def electrons(self) -> Electrons:
        """What collisions whose times vary with energy need to know."""
        return Electrons(self.energy, self.momentum_weight * self.thermal, self.relaxation_time, self.mean_free_path)

    @property
    def longest_decay(self) -> Scalar:
        """What no decay length exceeds, in vF tau0 (see `Wire.longest_decay`)."""
        path = self.mean_free_path
        if self.collisions is None:
            return jnp.max(path)
        if isinstance(self.collisions, VaryingCollisions):
            return self.collisions.longest_decay(self.electrons)
        longest = jnp.max(path) / jnp.sqrt(self.collisions.phonons)
        if (phonons := self.collisions.lattice) is None:
            return longest
        return jnp.sqrt(longest**2 + phonons.healing_length**2 + self.heat_conductance() / phonons.loss)

    @property
    def momentum_weight(self) -> Float[Array, " n"]:
        """w_i = omega_i/v_i, for integrals over dp/h in units of mu0/(h vF)."""
        return self.weight / self.velocity

    @property
    def collision_share(self) -> Float[Array, " n"]:
        """w_i f0'_i/tau_i = S r_i, share of each node in the collisions."""
        return self.momentum_weight * self.thermal / self.relaxation_time

    @property
    def collision_sum(self) -> Scalar:
        """S = sum_i w_i f0'_i/tau_i, the norm of the collision average."""
        return self.momentum_weight @ (self.thermal / self.relaxation_time)

    @property
    def compressibility(self) -> Scalar:
        """Change of the electron density with the chemical potential, dn = 2 sum_i w_i f0'_i."""
        return 2.0 * (self.momentum_weight @ self.thermal)

    @property
    def drude_conductivity(self) -> Scalar:
        """2 sum_i omega_i l_i f0'_i: current per force far from the scatterer (Eqs. 12-15)."""
        return 2.0 * (self.weight @ (self.drude_path * self.thermal))

    def heat_conductance(self) -> Scalar:
        """K: heat that electrons conduct, per slope of the excess of a temperature of their own, without a current."""
        if isinstance(self.collisions, VaryingCollisions):
            return self.collisions.heat_conductance(self.electrons)
        return heat_conductance(self.energy, self.weight * self.mean_free_path * self.thermal, None)

    @property
    def mean_energy(self) -> Scalar:
        """Kinetic energy that an electron which is added brings along, in mu0, at constant temperature."""
        share = self.momentum_weight * self.thermal
        return share @ self.energy / jnp.sum(share)

    def collision_average(self) -> Float[Array, " n"]:
        """C_i = (f0'_i/tau_i)/S: the distribution into which collisions scatter (Eq. D3)."""
        return self.thermal / (self.relaxation_time * self.collision_sum)

    def modes(self) -> Modes:
        """Decay rates and mode shapes."""
        return half_wire_modes(self.mean_free_path, self.collision_share)

    def into_wire(self) -> Float[Array, " n"]:
        """Numbers c_j with which a spectral current excites the modes, a_k = sum_j y_kj c_j j_j/(kappa_k n_k^2).

        That is for the side x > 0; on the other side a_k has the opposite sign.
        """
        return self.momentum_weight / (self.mean_free_path * self.relaxation_time)

    def neutral_charge(self) -> Float[Array, " n"]:
        """Numbers c_i with which a mode of amplitude 1 keeps the wire neutral: m_k/dn = sum_i y_ki c_i at x = 0."""
        charge = self.momentum_weight * self.relaxation_time * self.collision_average() / self.mean_free_path**2
        return charge / self.compressibility

    def response(self, sampling: Sampling) -> Response | CollidingResponse | VaryingResponse:
        """Symmetric part s = Z j at x = 0 per spectral current that enters there."""
        if isinstance(self.collisions, VaryingCollisions):
            nodes = self.electrons, self.weight, self.thermal, self.collisions
            return varying_response(*nodes, screening=self.screening, sampling=sampling)
        arrays = (self.mean_free_path, self.relaxation_time, self.momentum_weight, self.thermal)
        if self.collisions is not None:
            return colliding_response(
                *arrays, self.energy, self.collisions, self.longest_decay, self.screening, sampling
            )
        return half_wire_response(*arrays, self.screening, sampling)


def half_wire(
    wire: Wire,
    energy: Float[Array, " n"],
    weight: Float[Array, " n"],
    temperature: Scalar,
    like: HalfWire | None = None,
) -> HalfWire:
    """Set up one half-wire on given nodes.

    Thermal weights that underflow are raised to `SMALLEST_OCCUPATION`, where nodes decouple without dividing by zero.

    Args:
        wire: the wire.
        energy: kinetic energies, in mu0, positive, shape (n,).
        weight: quadrature weights, shape (n,).
        temperature: kB T, in mu0.
        like: another half-wire, on other nodes, whose Drude state this one must share exactly.
    """
    velocity = wire.velocity(energy)
    relaxation_time = wire.scattering_time(energy)
    thermal = jnp.maximum(thermal_weight(energy, temperature), SMALLEST_OCCUPATION.of(temperature) / temperature)
    screening = wire.screening.neutral_share()
    if wire.has_varying_collisions:
        collisions = VaryingCollisions.of(wire, energy)
    else:
        collisions = electron_collisions(wire)
    half = HalfWire(
        energy,
        weight,
        velocity,
        relaxation_time,
        thermal,
        screening,
        collisions=collisions,
        has_constant_time=isinstance(wire.relaxation, ConstantRelaxationTime),
    )
    if like is None:
        return half
    adjustment = _adjustment(like, half)
    return dataclasses.replace(half, thermal=thermal * adjustment.factor(energy), adjustment=adjustment)


def half_wires(wire: Wire, grid: Grid, temperature: Scalar) -> tuple[HalfWire, HalfWire]:
    """Set up the upper and the lower half-wire on their nodes of one grid; they share their Drude state."""
    upper = half_wire(wire, grid.above, grid.above_weight, temperature)
    energy = jnp.concatenate([grid.below, grid.above + grid.step])
    weight = jnp.concatenate([grid.below_weight, grid.above_weight])
    return upper, half_wire(wire, energy, weight, temperature, like=upper)


def drude_coefficients(wire: Wire, temperature: Scalar) -> tuple[Scalar, Scalar]:
    """Drude state of the bare wire (Eqs. 12-15): current per force, 2 int l f0', and heat current per current.

    The latter is the Peltier coefficient int (eps - 1) l f0' / int l f0', in mu0/e.
    """
    energy, weight = shared_nodes(no_scales(), temperature, jnp.zeros(()), DRUDE_NODES)
    if wire.has_varying_collisions:
        path = half_wire(wire, energy, weight, temperature).drude_path
    else:
        path = wire.velocity(energy) * wire.momentum_relaxation_time(energy)
    flux = path * thermal_weight(energy, temperature)
    current = weight @ flux
    return 2.0 * current, weight @ ((energy - 1.0) * flux) / current


def _adjustment(like: HalfWire, half: HalfWire) -> DrudeCorrection:
    """Correction that makes a force drive the same current and heat current as in `like`.

    Two quadrature rules give the Drude sums of one wire with different errors. Heat that leaves through one wire would
    then not be the heat that the other one carries, and Eqs. 30 and 32 would hold only to that error. A factor on f0',
    one up to the size of that error, makes them hold to rounding.

    Args:
        like: the other half-wire.
        half: the half-wire before the correction.
    """
    b = root(_excess, _tilt, like, half)
    return DrudeCorrection(jnp.log(jnp.sum(_drude_flux(like)) / jnp.sum(_tilted_flux(half)(b))), b)


def _excess(b: Scalar, like: HalfWire, half: HalfWire) -> Scalar:
    """By how much the heat that a tilted half-wire carries with a current exceeds that of another one."""
    return _heat_of_current(half, _tilted_flux(half)(b)) - _heat_of_current(like, _drude_flux(like))


def _tilt(like: HalfWire, half: HalfWire) -> Scalar:
    """The tilt for which they carry the same."""
    wanted, flux = _heat_of_current(like, _drude_flux(like)), _tilted_flux(half)

    def newton(_, b):
        value, slope = jax.jvp(lambda b: _heat_of_current(half, flux(b)), (b,), (jnp.ones_like(b),))
        return b - jnp.clip((value - wanted) / slope, -LARGEST_TILT, LARGEST_TILT)

    return jax.lax.fori_loop(0, ADJUSTMENT_STEPS, newton, jnp.zeros_like(wanted))


def _heat_of_current(half: HalfWire, flux: Float[Array, " n"]) -> Scalar:
    """Heat current per current in the Drude state."""
    return ((half.energy - 1.0) @ flux) / jnp.sum(flux)


def _tilted_flux(half: HalfWire) -> Callable[[Scalar], Float[Array, " n"]]:
    """The Drude state of a half-wire as a function of the tilt."""
    tilting, flux = drude_tilting(half.energy), _drude_flux(half)
    if not isinstance(half.collisions, VaryingCollisions):
        return lambda b: flux * jnp.exp(b * tilting)
    # the drift changes with it
    return lambda b: _drude_flux(dataclasses.replace(half, thermal=half.thermal * jnp.exp(b * tilting)))


def _drude_flux(half: HalfWire) -> Float[Array, " n"]:
    """Omega_i l_i f0'_i, with the path l of the Drude state, but for what is the same at all energies."""
    path = half.drude_path if isinstance(half.collisions, VaryingCollisions) else half.mean_free_path
    return half.weight * path * half.thermal
