r"""Matching at the scatterer: the linear system for the spectral current at a given voltage (Eqs. 19, App. B, reduced).

Subtracting f(-p) in Eqs. (19a, 19b) shows that both wires carry the same spectral current j(eps) = f(+p) - f(-p) at
x = 0, and j = 0 below the step. Mode orthogonality turns j into the amplitudes a_k of either half-wire without a solve,
and the amplitudes into the symmetric part s = Z j at x = 0. What remains, on the nodes above the step, is

    [(1 - T) + (Z_upper + Z_lower) T/2] u = f0(eps_upper) - f0(eps_lower),        j = T u.

The source is a Fermi window times 1 - exp(-|V|/t) (see `fermi.fermi_window`). Everything here is per unit of the second
factor, so that V -> 0 is regular; and nothing cancels where the window is small, so that the tails of j keep their
relative accuracy.

Z comes from `response` as a diagonal less a sum of products, Z = local - field^T drive; what both wires send back and
forth is solved in `exchange`. A potential that is not local adds to either s the term -2 e phi(0) f0', with phi(0)
linear in all amplitudes: one more product, as only the difference of the two f0' acts.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.domain import Scalar
from jaxwire.exchange import Exchange, Potential
from jaxwire.fermi import fermi_window, thermal_weight
from jaxwire.implicit import root
from jaxwire.modes import Modes, half_wire_modes
from jaxwire.precision import ByPrecision
from jaxwire.quadrature import Resolution, energy_grid
from jaxwire.response import Response, Sampling, respond, sampling_for
from jaxwire.scatterer import AbstractScatterer, no_scales
from jaxwire.wire import AbstractNonLocalScreening, AbstractScreening, Wire

SMALLEST_OCCUPATION = ByPrecision(1e-80, 1e-30)
"""Thermal factors below this count as this: far above `modes.SMALLEST_WEIGHT`, so that both wires see the same ones."""

ADJUSTMENT_STEPS = 6
"""Newton steps that make two grids share one Drude state; two suffice but on the coarsest grids."""


class HalfWire(eqx.Module):
    """One half-wire on its energy nodes: everything about it that does not depend on what flows through it.

    Attributes:
        energy: kinetic energies, in mu0, shape (n,).
        weight: quadrature weights omega_i for integrals over energy, shape (n,).
        velocity: v_i, in vF, shape (n,).
        relaxation_time: tau_i, in tau0, shape (n,).
        thermal: f0'_i, derivative of the Fermi function by the chemical potential, in 1/mu0, shape (n,).
        screening: strength sigma of the neutrality potential.
        adjustment: numbers a, b by which f0' differs from the analytic one (see `_adjustment`), shape (2,).
    """

    energy: Float[Array, " n"]
    weight: Float[Array, " n"]
    velocity: Float[Array, " n"]
    relaxation_time: Float[Array, " n"]
    thermal: Float[Array, " n"]
    screening: Scalar
    adjustment: Float[Array, " 2"] = eqx.field(default_factory=lambda: jnp.zeros(2))

    @property
    def mean_free_path(self) -> Float[Array, " n"]:
        """l_i = v_i tau_i, in vF tau0."""
        return self.velocity * self.relaxation_time

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
        return 2.0 * (self.weight @ (self.mean_free_path * self.thermal))

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

    def response(self, sampling: Sampling) -> Response:
        """Symmetric part s = Z j at x = 0 per spectral current that enters there."""
        arrays = (self.mean_free_path, self.relaxation_time, self.momentum_weight, self.thermal)
        return respond(*arrays, self.screening, sampling)


class Matching(eqx.Module):
    """Solution of the matching problem per unit of the drive 1 - exp(-|V|/t).

    Attributes:
        upper: half-wire whose band starts higher (the left one for V >= 0).
        lower: the other half-wire; its first nodes lie below the step and carry no current.
        spectral_current: j/drive on the nodes above the step, flowing from the upper to the lower wire.
        transmission: T on the same nodes.
        step: |eV|, the kinetic energy that the lower wire has more, in mu0.
    """

    upper: HalfWire
    lower: HalfWire
    spectral_current: Float[Array, " n_above"]
    transmission: Float[Array, " n_above"]
    step: Scalar


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
    relaxation_time = wire.relaxation_time(energy)
    thermal = jnp.maximum(thermal_weight(energy, temperature), SMALLEST_OCCUPATION.of(temperature) / temperature)
    adjustment = jnp.zeros(2)
    if like is not None:
        adjustment = _adjustment(like, energy, weight * velocity * relaxation_time * thermal)
        thermal = thermal * adjustment_factor(adjustment, energy)
    return HalfWire(energy, weight, velocity, relaxation_time, thermal, wire.screening.neutral_share(), adjustment)


def drude_coefficients(wire: Wire, temperature: Scalar) -> tuple[Scalar, Scalar]:
    """Drude state of the bare wire (Eqs. 12-15): current per force, 2 int l f0', and heat current per current.

    The latter is the Peltier coefficient int (eps - 1) l f0' / int l f0', in mu0/e.
    """
    grid = energy_grid(no_scales(), temperature, jnp.zeros(()), Resolution(above=96, below=1))
    flux = wire.velocity(grid.above) * wire.relaxation_time(grid.above) * thermal_weight(grid.above, temperature)
    current = grid.above_weight @ flux
    return 2.0 * current, grid.above_weight @ ((grid.above - 1.0) * flux) / current


def _adjustment(like: HalfWire, energy: Float[Array, " n"], flux: Float[Array, " n"]) -> Float[Array, " 2"]:
    """Numbers a, b that make a force drive the same current and heat current as in `like`.

    Two quadrature rules give the Drude sums of one wire with different errors. Heat that leaves through one wire would
    then not be the heat that the other one carries, and Eqs. 30 and 32 would hold only to that error. Adjusting f0' by
    the factor exp(a + b (eps - 1)/(eps + 1)), one up to the size of that error, makes them hold to rounding.
    """
    wanted = like.weight * like.mean_free_path * like.thermal
    total = jnp.sum(wanted)
    mean = (like.energy - 1.0) @ wanted / total
    tilt = _tilt(energy)

    def excess(b):
        tilted = flux * jnp.exp(b * tilt)
        return (energy - 1.0) @ tilted / jnp.sum(tilted) - mean

    def newton(_, b):
        value, slope = jax.jvp(excess, (b,), (jnp.ones_like(b),))
        return b - jnp.clip(value / slope, -2.0, 2.0)

    b = root(
        excess,
        jnp.zeros_like(mean),
        solve=lambda _, start: jax.lax.fori_loop(0, ADJUSTMENT_STEPS, newton, start),
    )
    return jnp.stack([jnp.log(total / (flux @ jnp.exp(b * tilt))), b])


def _tilt(energy: Float[Array, "*n"]) -> Float[Array, "*n"]:
    return (energy - 1.0) / (energy + 1.0)


def adjustment_factor(adjustment: Float[Array, " 2"], energy: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """Factor by which f0' is adjusted at any energy."""
    return jnp.exp(adjustment[0] + adjustment[1] * _tilt(energy))


def spectral_current(
    upper: HalfWire,
    lower: HalfWire,
    transmission: Float[Array, " n_above"],
    source: Float[Array, " n_above"],
    sampling: Sampling,
    screening: AbstractScreening | None = None,
) -> Float[Array, " n_above"]:
    """Solve the reduced matching system; the last nodes of `lower` are the nodes of `upper`.

    Args:
        upper: half-wire with n_above nodes.
        lower: half-wire with n_below + n_above nodes.
        transmission: T on the nodes above the step.
        source: f0(eps_upper) - f0(eps_lower) on these nodes, positive, in any unit; j comes in the same one.
        sampling: how the wavenumbers of either half-wire are chosen.
        screening: needed where it is not local; local screening is part of the half-wires.

    Returns:
        j on the nodes above the step.
    """
    sides = upper.response(sampling), lower.response(sampling).of_last(source.size)
    potential = None
    if isinstance(screening, AbstractNonLocalScreening):
        first, second = (_potential_at_scatterer(side, screening)[-source.size :] for side in (upper, lower))
        potential = Potential(upper.thermal - lower.thermal[-source.size :], 2.0 * (first - second))
    local = 0.5 * (sides[0].local + sides[1].local)
    both = jax.tree.map(lambda upper, lower: jnp.stack([upper, lower]), *sides)
    return Exchange(both, potential, transmission / (1.0 - transmission * (1.0 - local))).transmit(source)


def _potential_at_scatterer(half: HalfWire, screening: AbstractNonLocalScreening) -> Float[Array, " n"]:
    """Potential at x = 0 per spectral current that enters a half-wire."""
    modes = half.modes()
    share = screening.at_scatterer(modes.rate, half.compressibility) * (modes.resolvent @ half.neutral_charge())
    return (share / (modes.rate * modes.norm)) @ modes.resolvent * half.into_wire()


def match(
    scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, voltage: Scalar, resolution: Resolution
) -> Matching:
    """Solve one operating point on one grid; the result is per unit of drive, so that voltage = 0 is regular."""
    grid = energy_grid(scatterer.energy_scales(), temperature, voltage, resolution)
    in_lower = grid.above + grid.step
    upper = half_wire(wire, grid.above, grid.above_weight, temperature)
    lower = half_wire(
        wire,
        jnp.concatenate([grid.below, in_lower]),
        jnp.concatenate([grid.below_weight, grid.above_weight]),
        temperature,
        like=upper,
    )
    transmission = scatterer.transmission(jnp.where(voltage >= 0, grid.above, in_lower))
    source = jnp.maximum(fermi_window(grid.above, in_lower, temperature), SMALLEST_OCCUPATION.of(temperature))
    sampling = sampling_for(wire, resolution)
    current = spectral_current(upper, lower, transmission, source, sampling, wire.screening)
    return Matching(upper, lower, current, transmission, grid.step)
