"""The voltage of a given current or force: the search set up, run, and what it found.

The derivative of the voltage by any parameter comes from the implicit function theorem, at the cost of one
linearisation of the current; the search itself is not differentiated.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool

from jaxwire.kinetics.energy_grid import Nodes
from jaxwire.kinetics.half_wire import drude_coefficients
from jaxwire.kinetics.matching import Matching, match
from jaxwire.model.parameters.domain import POSITIVE, in_domain
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.implicit import root
from jaxwire.solver.voltage_search.current_estimate import tabulate
from jaxwire.solver.voltage_search.search_loop import VoltageSearch, voltage_for

SATURATED = 2.0
"""Voltage up to which I(V) of a cold wire is searched, in mu0: no electron comes from the lower wire from 1 on."""

SATURATED_PER_T = 40.0
"""By how much further it is searched in a warm one, in units of t: no electron comes from there from 1 + 32 t on."""

WINDOW_PER_T = 8.0
"""Distance from mu0, in units of t, up to which a sharp feature carries a share of the current that counts."""


class Found(NamedTuple):
    """Voltage at which a wire carries its current or has its force.

    Attributes:
        voltage: eV, in mu0; NaN unless found.
        is_unreachable: whether no voltage does, as far as I(V) is known.
        limit: where none does, the largest current or force, of the sign of the wanted one; else NaN.
        crest: voltage that carries the largest one.
        slope: derivative of the current by the voltage; None where the voltage is given.
    """

    voltage: Scalar
    is_unreachable: Bool[Array, ""]
    limit: Scalar
    crest: Scalar
    slope: Scalar | None


def nothing_found(count: int) -> Found:
    """What is overwritten by what is found, for so many points."""
    zeros = jnp.zeros(count)
    return Found(voltage=zeros, is_unreachable=jnp.zeros(count, bool), limit=zeros, crest=zeros, slope=zeros)


def find_voltage(
    scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, given: dict[str, Scalar], resolution: Resolution
) -> Found:
    """Find the voltage of a given current or force; nothing is searched for where an argument is outside its domain."""
    ((name, target),) = given.items()
    target = jnp.where(is_valid(scatterer, wire, temperature, target), target, jnp.nan)
    voltage, search = _voltage(scatterer, wire, temperature, name, target, resolution)
    sign = jnp.where(target >= 0, 1.0, -1.0)
    current_per_target = drude_coefficients(wire, temperature)[0] if name == "force" else 1.0
    limit = jnp.where(search.exhausted, sign * search.largest * current_per_target, jnp.nan)
    return Found(voltage, search.exhausted, limit, sign * search.crest, search.slope * current_per_target)


def is_valid(scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, target: Scalar) -> Bool[Array, ""]:
    """Whether all arguments are inside their domains."""
    return in_domain(scatterer) & in_domain(wire) & POSITIVE.contains(temperature) & jnp.isfinite(target)


def is_seen(scatterer: AbstractScatterer, temperature: Scalar, target: Scalar) -> Bool[Array, ""]:
    """Whether all sharp features of T that any voltage moves into the window get nodes, so that I(V) is known."""
    from_left = 1.0 + WINDOW_PER_T * temperature
    moved = jnp.where(target >= 0, 0.0, SATURATED + SATURATED_PER_T * temperature)  # T is that of the left wire
    return scatterer.first_unresolved() > from_left + moved


def drive_of(voltage: Scalar, temperature: Scalar) -> Scalar:
    """Share 1 - exp(-|V|/t) of the Fermi window that drives the current."""
    return -jnp.expm1(-jnp.where(voltage >= 0, voltage, -voltage) / temperature)


def carried(matching: Matching, drive: Scalar, name: str) -> Scalar:
    """Size of the current at some drive, or (by name) of the force."""
    current = drive * (matching.upper.weight @ matching.spectral_current)
    return current / matching.upper.drude_conductivity if name == "force" else current


class _Asked(NamedTuple):
    """What the current or (by name) the force is a function of, beside the size of the voltage."""

    scatterer: AbstractScatterer
    wire: Wire
    temperature: Scalar
    sign: Scalar
    name: str
    resolution: Resolution

    def observed(self, size: Scalar) -> tuple[Scalar, Nodes]:
        """Size of the current or force at some size of the voltage, and the nodes on which it was worked out."""
        matching = match(self.scatterer, self.wire, self.temperature, self.sign * size, self.resolution)
        observed = carried(matching, drive_of(size, self.temperature), self.name)
        return observed, Nodes(matching.upper.energy, matching.upper.weight)


def _missed(size: Scalar, asked: _Asked, target: Scalar) -> Scalar:
    return asked.observed(size)[0] - target


def _searched(asked: _Asked, target: Scalar) -> tuple[Scalar, VoltageSearch]:
    scatterer, wire, temperature, sign, name, _ = asked
    top = SATURATED + SATURATED_PER_T * temperature
    unit = 1.0 / drude_coefficients(wire, temperature)[0] if name == "force" else 1.0
    estimate, table = tabulate(scatterer, wire, temperature, sign, top, unit)
    return voltage_for(asked.observed, target, estimate, table)


def _voltage(
    scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, name: str, target: Scalar, resolution: Resolution
) -> tuple[Scalar, VoltageSearch]:
    """Voltage, of the sign of the target, at which the wire carries a current or (by name) has a force."""
    sign = jnp.where(target >= 0, 1.0, -1.0)
    asked = _Asked(scatterer, wire, temperature, sign, name, resolution)
    size, search = root(_missed, _searched, asked, sign * target, has_aux=True)
    return sign * size, search
