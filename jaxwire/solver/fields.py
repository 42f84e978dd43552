"""Fields of a solution at one point, as it is seen along the wire, and at many points."""

import math
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from jaxwire.kinetics.distribution import Occupation
from jaxwire.kinetics.flow import Flow, Heating
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.phonons import Phonons
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.integers import common_size
from jaxwire.numerics.programs import array_module, quick_jit
from jaxwire.solver.parts import Distribution

CHUNK = 1024
"""Positions evaluated at once; longer arrays are worked through in pieces of this size."""

FEWEST, STEP = 16, 256
"""Numbers of points are made the first, twice, four times ... it up to the second, or so many of the second: a program
for every number takes a second to compile, and points take microseconds (milliseconds with a gate)."""


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


def along(sol: Solved, points: Float[Array, "..."], field: Callable) -> PyTree:
    """Evaluate field(sol, one point) at all points; long arrays in chunks, so that memory stays bounded.

    Where all is known, and compiling takes longer than any number of points, these are made one of few numbers.
    """
    point_shape = points.shape[points.ndim - 1 :] if field is distribution_at else ()
    shape = points.shape[: points.ndim - len(point_shape)]
    size = math.prod(shape)
    xp = array_module(sol, points)
    if xp is jnp or size == 0:
        values = _along(sol, points.reshape(size, *point_shape), field)
        return jax.tree.map(lambda value: value.reshape(shape), values)
    flat = np.asarray(points).reshape(size, *point_shape)
    more = [(0, common_size(size, FEWEST, STEP if size <= CHUNK else CHUNK) - size), *((0, 0) for _ in point_shape)]
    values = _along(sol, jnp.asarray(np.pad(flat, more, mode="edge")), field)
    return jax.tree.map(lambda value: jnp.asarray(np.asarray(value)[:size].reshape(shape)), values)


@quick_jit
def _along(sol: Solved, points: Float[Array, "n ..."], field: Callable) -> PyTree:
    def one(point):
        return field(sol, point)

    return jax.vmap(one)(points) if len(points) <= CHUNK else jax.lax.map(one, points, batch_size=CHUNK)


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
