r"""Matching at the scatterer: the linear system for the spectral current at a given voltage (Eqs. 19, App. B, reduced).

Subtracting f(-p) in Eqs. 19a, 19b shows that both wires carry the same spectral current j(eps) = f(+p) - f(-p) at x = 0
(Eqs. 20), and j = 0 below the step. Mode orthogonality turns j into the amplitudes a_k of either half-wire without a
solve, and the amplitudes into the symmetric part s = Z j at x = 0. What remains, on the nodes above the step, is

    [(1 - T) + (Z_upper + Z_lower) T/2] u = f0(eps_upper) - f0(eps_lower),        j = T u.

The source is a Fermi window times 1 - exp(-|V|/t) (see `fermi.fermi_window`). Everything here is per unit of the second
factor, so that V -> 0 is regular; and nothing cancels where the window is small, so that the tails of j keep their
relative accuracy.

Z comes from `response` as a diagonal less a sum of products, Z = local - field^T drive; what both wires send back and
forth is solved in `exchange`. A potential that is not local adds to either s the term -2 e phi(0) f0', with phi(0)
linear in all amplitudes: one more product, as only the difference of the two f0' acts. Phonons that warm up couple the
wires by the heat that they carry through the scatterer, which is linear in j: one more product again (see `lattice`).
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.collisions.lattice import Coupling
from jaxwire.kinetics.collisions.response import CollidingResponse
from jaxwire.kinetics.collisions.varying_response import VaryingResponse
from jaxwire.kinetics.energy_grid import energy_grid
from jaxwire.kinetics.energy_range import Reach, reach
from jaxwire.kinetics.exchange import Exchange, SharedProduct
from jaxwire.kinetics.fermi import fermi_window
from jaxwire.kinetics.half_wire import SMALLEST_OCCUPATION, HalfWire, half_wires
from jaxwire.kinetics.resolvents.response import Response
from jaxwire.kinetics.resolvents.wavenumbers import Sampling, sampling_for
from jaxwire.kinetics.side import excite_contour
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer, probability
from jaxwire.model.wires.screening import AbstractNonLocalScreening, AbstractScreening
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.derived import derived
from jaxwire.numerics.programs import quick_jit


class Matching(eqx.Module):
    """Solution of the matching problem per unit of the drive 1 - exp(-|V|/t).

    Attributes:
        upper: half-wire whose band starts higher (the left one for V >= 0).
        lower: the other half-wire; its first nodes lie below the step and carry no current.
        spectral_current: j/drive on the nodes above the step, flowing from the upper to the lower wire.
        transmission: T on the same nodes.
        step: |eV|, the kinetic energy that the lower wire has more, in mu0.
        reached: how far up the nodes go, and whether that is far enough.
        phonon_flux: heat/drive that phonons carry through the scatterer; None where they do not warm up.
    """

    upper: HalfWire
    lower: HalfWire
    spectral_current: Float[Array, " n_above"]
    transmission: Float[Array, " n_above"]
    step: Scalar
    reached: Reach
    phonon_flux: Scalar | None = None


class Currents(NamedTuple):
    """What crosses the scatterer.

    Attributes:
        spectral: j on the nodes above the step.
        phonons: heat that phonons carry; None where they do not warm up.
    """

    spectral: Float[Array, " n_above"]
    phonons: Scalar | None


def currents(
    upper: HalfWire,
    lower: HalfWire,
    transmission: Float[Array, " n_above"],
    source: Float[Array, " n_above"],
    sampling: Sampling,
    screening: AbstractScreening | None = None,
) -> Currents:
    """Solve the reduced matching system; the last nodes of `lower` are the nodes of `upper`.

    Args:
        upper: half-wire with n_above nodes.
        lower: half-wire with n_below + n_above nodes.
        transmission: T on the nodes above the step.
        source: f0(eps_upper) - f0(eps_lower) on these nodes, positive, in any unit; j comes in the same one.
        sampling: how the wavenumbers of either half-wire are chosen.
        screening: needed where it is not local; local screening is part of the half-wires.

    Returns:
        j on the nodes above the step, and what phonons carry.
    """
    sides = upper.response(sampling), lower.response(sampling).of_last(source.size)
    one_more = None
    if isinstance(screening, AbstractNonLocalScreening):
        first, second = (_potential_at_scatterer(side, screening)[-source.size :] for side in (upper, lower))
        one_more = SharedProduct(upper.thermal - lower.thermal[-source.size :], 2.0 * (first - second))
    if (coupling := _coupling(upper, sides)) is not None:
        one_more = SharedProduct(coupling.given, coupling.flux)
    local = 0.5 * (sides[0].local + sides[1].local)
    both = jax.tree.map(lambda upper, lower: jnp.stack([upper, lower]), *sides)
    spectral = Exchange(both, one_more, transmission / (1.0 - transmission * (1.0 - local))).transmit(source)
    return Currents(spectral, None if coupling is None else -(coupling.flux @ spectral))


def _coupling(half: HalfWire, sides: tuple[Response | CollidingResponse | VaryingResponse, ...]) -> Coupling | None:
    """How phonons that warm up couple both sides; None where they do not."""
    contacts = [side.contact for side in sides if not isinstance(side, Response) and side.contact is not None]
    if not contacts or half.collisions is None or half.collisions.lattice is None:
        return None
    upper, lower = contacts
    return Coupling.of(half.collisions.lattice, upper, lower)


def _potential_at_scatterer(half: HalfWire, screening: AbstractNonLocalScreening) -> Float[Array, " n"]:
    """Potential at x = 0 per spectral current that enters a half-wire."""
    by_modes = _felt_by_modes if half.has_constant_time else derived(_felt_by_modes, _felt_by_contour)
    return by_modes(half, screening)


def _felt_by_modes(half: HalfWire, screening: AbstractNonLocalScreening) -> Float[Array, " n"]:
    modes = half.modes()
    share = screening.at_scatterer(modes.rate, half.compressibility) * (modes.resolvent @ half.neutral_charge())
    return (share / (modes.rate * modes.norm)) @ modes.resolvent * half.into_wire()


def _felt_by_contour(half: HalfWire, screening: AbstractNonLocalScreening) -> Float[Array, " n"]:
    def potential(current: Float[Array, " n"]) -> Scalar:
        side = excite_contour(half, half.into_wire() * current, jnp.ones(()))
        return jnp.sum(screening.at_scatterer(side.rate, half.compressibility) * side.neutral).real

    return jax.grad(potential)(jnp.zeros_like(half.energy))  # it is linear


@quick_jit
def match(
    scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, voltage: Scalar, resolution: Resolution
) -> Matching:
    """Solve one operating point on one grid; the result is per unit of drive, so that voltage = 0 is regular."""
    reached = reach(scatterer, temperature, voltage)
    grid = energy_grid(scatterer.energy_scales(), temperature, voltage, resolution, reached.top)
    in_lower = grid.above + grid.step
    upper, lower = half_wires(wire, grid, temperature)
    transmission = probability(scatterer, jnp.where(voltage >= 0, grid.above, in_lower))
    source = jnp.maximum(fermi_window(grid.above, in_lower, temperature), SMALLEST_OCCUPATION.of(temperature))
    sampling = sampling_for(wire, resolution)
    found = currents(upper, lower, transmission, source, sampling, wire.screening)
    return Matching(upper, lower, found.spectral, transmission, grid.step, reached, found.phonons)
