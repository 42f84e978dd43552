"""Fields of a solution at one point, as it is seen along the wire, and at many points."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from jaxwire.kinetics.distribution import Occupation
from jaxwire.kinetics.flow import Flow, Heating
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.phonons import Phonons
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import quick_jit
from jaxwire.solver.parts import Distribution

CHUNK = 1024
"""Positions evaluated at once; longer arrays are worked through in pieces of this size."""


@runtime_checkable
class Solved(Protocol):
    """What of a `Solution` its fields follow from."""

    scatterer: AbstractScatterer
    wire: Wire
    temperature: Scalar
    voltage: Scalar
    flow: Flow

    @property
    def direction(self) -> Float[Array, "..."]:
        """+1 or -1, see `Solution`."""
        ...


def own_phonons(wire: Wire) -> Phonons:
    """The phonons of a wire that has some of its own.

    Raises:
        ValueError: if it has none.
    """
    if wire.phonons is None:
        raise ValueError(
            "`wire` must have phonons with a temperature of their own, such as Wire(phonons=Phonons(...))."
        )
    return wire.phonons


def conserves_drift(wire: Wire) -> None:
    """Refuse a wire whose electrons have no drift of their own.

    Raises:
        ValueError: if collisions between its electrons do not conserve momentum, or there are none.
    """
    if wire.electron_electron is None or not wire.electron_electron.conserves_momentum:
        raise ValueError(
            "`wire` must have collisions between electrons that conserve momentum, such as "
            "Wire(electron_electron=ElectronElectron(time=0.5))."
        )


@quick_jit
def along(sol: Solved, points: Float[Array, "..."], field: Callable) -> PyTree:
    """Evaluate field(sol, one point) at all points; long arrays in chunks, so that memory stays bounded."""
    point_ndim = 1 if field is distribution_at else 0
    shape = points.shape[: points.ndim - point_ndim]
    flat = points.reshape(-1, *points.shape[points.ndim - point_ndim :])

    def one(point):
        return field(sol, point)

    values = jax.vmap(one)(flat) if len(flat) <= CHUNK else jax.lax.map(one, flat, batch_size=CHUNK)
    return jax.tree.map(lambda value: value.reshape(shape), values)


def potential_at(sol: Solved, x: Scalar) -> Scalar:
    """Potential e phi(x), in mu0."""
    return sol.flow.potential(sol.direction * x)


def chemical_potential_at(sol: Solved, x: Scalar) -> Scalar:
    """Chemical potential delta mu(x), in mu0."""
    return sol.flow.chemical_potential(sol.direction * x)


def electron_temperature_at(sol: Solved, x: Scalar) -> Scalar:
    """Temperature kB delta Te(x), in mu0."""
    return sol.temperature * sol.flow.electron_temperature(sol.direction * x)


def phonon_temperature_at(sol: Solved, x: Scalar) -> Scalar:
    """Temperature kB delta T_ph(x) to first order, in mu0."""
    return sol.temperature * sol.flow.phonon_temperature(sol.direction * x)


def total_phonon_temperature_at(sol: Solved, x: Scalar) -> Scalar:
    """The same with what P_ext and P_phi add."""
    return sol.temperature * sol.flow.total_phonon_temperature(sol.direction * x)


def substrate_power_at(sol: Solved, x: Scalar) -> Scalar:
    """Power g delta T_ph/T."""
    return own_phonons(sol.wire).loss * sol.flow.phonon_temperature(sol.direction * x)


def phonon_heat_current_at(sol: Solved, x: Scalar) -> Scalar:
    """Heat current of the phonons, positive to the right."""
    return sol.direction * sol.flow.phonon_heat_current(sol.direction * x)


def electron_potential_at(sol: Solved, x: Scalar) -> Scalar:
    """Chemical potential delta mu_e(x), in mu0."""
    return sol.flow.electron_potential(sol.direction * x)


def drift_at(sol: Solved, x: Scalar) -> Scalar:
    """Velocity u(x), positive to the right."""
    if sol.wire.has_varying_collisions:
        return sol.direction * sol.flow.drift(sol.direction * x)
    uniform = sol.flow.force / sol.wire.momentum_unit()  # F tau/m
    return sol.direction * uniform * jnp.ones_like(x)


def heat_current_at(sol: Solved, x: Scalar) -> Scalar:
    """J_el(x), positive to the right."""
    return sol.direction * sol.flow.heat_current(sol.direction * x)


def heating_at(sol: Solved, x: Scalar) -> Heating:
    """P_ph(x) and its parts, in units of P_ext."""
    return sol.flow.heating(sol.direction * x)


def distribution_at(sol: Solved, point: Float[Array, " 2"]) -> Distribution:
    """Occupation of both directions, at an energy and a position."""
    energy, x = point
    left_to_upper = jnp.where(sol.voltage >= 0, 0.0, sol.flow.step)
    occupation = Occupation(sol.flow, sol.wire, sol.scatterer, sol.temperature, left_to_upper)
    onward, back = occupation(energy, sol.direction * x)
    is_forward = sol.direction > 0
    return Distribution(jnp.where(is_forward, onward, back), jnp.where(is_forward, back, onward))
