"""What the page shows of one state, as numbers and arrays: the solution and its fields at fixed places.

Every program is compiled for numbers that it does not know, once per process: moving a slider compiles nothing.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.explore.sliders import POINT
from jaxwire.explore.state import State
from jaxwire.kinetics.fermi import fermi
from jaxwire.kinetics.flow import Heating
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import compiled, quick_jit
from jaxwire.observables.instruments import Thermometer
from jaxwire.observables.spot import Spots
from jaxwire.observables.spots import find_spots
from jaxwire.plot.heating import positions
from jaxwire.solver.parts import Distribution
from jaxwire.solver.solution import Solution
from jaxwire.solver.solve import solve
from jaxwire.solver.status import Status

X = positions(reach=6.0, closest=0.02, count=120)
"""Positions of profiles, in vF tau0."""

ENERGY = np.linspace(0.02, 3.0, 150)
"""Kinetic energies, in mu0."""

BEHIND_ALL_MODES = 1e6
"""A position, in vF tau0, at which no mode is left."""

VOLTAGES = POINT["voltage"].high * np.linspace(-1.0, 1.0, 49)
"""Voltages of the current-voltage curve, in mu0."""

NUMBERS = {
    "voltage": ("*eV*", "mu0"),
    "current": ("*I*", "e mu0/h"),
    "force": ("*F*", "mu0/(vF tau0)"),
    "potential_left": ("*eφ*(0^{−})", "mu0"),
    "potential_right": ("*eφ*(0^{+})", "mu0"),
    "total_voltage": ("*eV*_{tot}", "mu0"),
    "external_power": ("*P*_{ext}", "mu0^2/(h vF tau0)"),
    "error_estimate": ("error estimate", ""),
}
"""Numbers of the solution that are read out, with symbol and unit."""


@dataclass(frozen=True)
class ShownPoint:
    """One state, solved; arrays are NumPy's, NaN where there is nothing to show.

    Attributes:
        state: what was asked for.
        numbers: those of `NUMBERS`, by name.
        status: how the solve ended, in words that name the cure.
        is_solved: whether there are values.
        has_current: whether a current flows; without it P_ph/P_ext is undefined.
        heating: P_ph/P_ext and its parts at `X`.
        phonon_temperature: rise of the phonon temperature at `X`, in units of that far away.
        electron_excess: kB dTe of the electrons' temperature at `X`, in mu0.
        phonon_excess: the same of a wire's own phonons, to first order; NaN where phonons stay at T.
        spots: heating and cooling spots on both sides.
        transmission: T at `ENERGY`, as the kinetic energy in the left wire.
        occupation: f0 of the left and the right wire at the same total energies, shape (2, n).
        deviation: f - f0 at `ENERGY` and, along the first axis, x = -d, x = d and far away.
        curve: current at `VOLTAGES`, in e mu0/h.
    """

    state: State
    numbers: dict[str, float]
    status: str
    is_solved: bool
    has_current: bool
    heating: Heating
    phonon_temperature: np.ndarray
    electron_excess: np.ndarray
    phonon_excess: np.ndarray
    spots: Spots
    transmission: np.ndarray
    occupation: np.ndarray
    deviation: Distribution
    curve: np.ndarray


@lru_cache(maxsize=64)
def operating_point(state: State) -> ShownPoint:
    """Solve a state and evaluate what is shown of it; what was shown lately is kept.

    At a given current, the voltage is found first; the error estimate is that at this voltage. The curve is computed,
    and at first compiled, beside all else.
    """
    curve = _BESIDE.submit(_curve_of, _without_drive(state))
    scatterer, wire, _, point = state.objects()
    temperature, found = jnp.asarray(point["temperature"]), None
    if "voltage" in point:
        voltage = point["voltage"]
    else:
        voltage, found = _voltage_for(scatterer, wire, temperature, jnp.asarray(point["current"]))
    is_found = bool(jnp.isfinite(voltage))
    sol = solve(scatterer, wire, temperature=temperature, voltage=voltage if is_found else 0.0)
    lengths = (jnp.asarray(state[name]) for name in ("healing_length", "distance"))
    fields: _Fields = jax.device_get(_fields(sol, *lengths))
    fields = fields if is_found else _without_solution(fields)
    numbers = {name: float(value) for name, value in fields.numbers.items()}
    return ShownPoint(
        state=state,
        numbers=numbers,
        status=str(sol.status if found is None or is_found else found),
        is_solved=isfinite(numbers["current"]),
        has_current=bool(np.isfinite(fields.heating.total).all()),
        heating=fields.heating,
        phonon_temperature=np.asarray(fields.phonon_temperature),
        electron_excess=np.asarray(fields.electron_excess),
        phonon_excess=np.asarray(fields.phonon_excess),
        spots=fields.spots,
        transmission=np.asarray(fields.transmission),
        occupation=np.asarray(fields.occupation),
        deviation=fields.deviation,
        curve=curve.result(),
    )


_BESIDE = ThreadPoolExecutor(thread_name_prefix="curve")


class _Fields(NamedTuple):
    """What is evaluated in one program, see `ShownPoint`."""

    numbers: dict[str, Array]
    heating: Heating
    phonon_temperature: Array
    electron_excess: Array
    phonon_excess: Array
    spots: Spots
    transmission: Array
    occupation: Array
    deviation: Distribution


def _without_solution(at_rest: _Fields) -> _Fields:
    """What is left where no voltage carries the current, from the fields without any: T and f0 on the left."""
    nothing = jax.tree.map(lambda values: np.full_like(values, np.nan), (at_rest.numbers, at_rest.deviation))
    occupation = np.stack([at_rest.occupation[0], np.full_like(ENERGY, np.nan)])
    return at_rest._replace(numbers=nothing[0], deviation=nothing[1], occupation=jnp.asarray(occupation))


@quick_jit
def _voltage_for(
    scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, current: Scalar
) -> tuple[Scalar, Status]:
    """The voltage that carries a current, NaN if none does, and what to say of it."""
    sol = solve(scatterer, wire, temperature=temperature, current=current, error_estimate=False)
    return sol.voltage, sol.status


@compiled
def _fields(sol: Solution, healing_length: Scalar, distance: Scalar) -> _Fields:
    energy, places = jnp.asarray(ENERGY), jnp.stack([-distance, distance, jnp.full_like(distance, BEHIND_ALL_MODES)])
    found = sol.distribution(energy[None, :], places[:, None])
    equilibrium = fermi(energy, sol.temperature)
    on_right = energy + sol.voltage
    shifted = jnp.where(on_right > 0, fermi(on_right, sol.temperature), jnp.nan)
    return _Fields(
        numbers={name: getattr(sol, name) for name in NUMBERS},
        heating=sol.heating(X),
        phonon_temperature=thermometer(sol.wire, healing_length).signal(sol, X) / sol.external_power,
        electron_excess=sol.electron_temperature(X),
        phonon_excess=_phonon_excess(sol),
        spots=find_spots(sol),
        transmission=jnp.where(on_right > 0, sol.scatterer.transmission(energy), 0.0),
        occupation=jnp.stack([equilibrium, shifted]),
        deviation=Distribution(*(f - equilibrium[None, :] for f in found)),
    )


def thermometer(wire: Wire, healing_length: Scalar) -> Thermometer:
    """A point-like probe of the phonons: of the wire's own, or of those with this healing length."""
    return Thermometer(healing_length if wire.phonons is None else None)  # pyright: ignore[reportArgumentType]


def _phonon_excess(sol: Solution) -> Float[Array, " n"]:
    return jnp.full(X.shape, jnp.nan) if sol.wire.phonons is None else sol.phonon_temperature(X)


def _without_drive(state: State) -> State:
    """The same with defaults for what the curve does not depend on: the voltage, and places where fields are read."""
    kept = {
        name: value
        for name, value in state.numbers.items()
        if name == "temperature" or state.sliders[name].place is not None
    }
    return State(**state.models, **kept)


@lru_cache(maxsize=64)
def _curve_of(state: State) -> np.ndarray:
    scatterer, wire, _, point = state.objects()
    return np.asarray(_curve(scatterer, wire, jnp.asarray(point["temperature"])))


@compiled
def _curve(scatterer: AbstractScatterer, wire: Wire, temperature: Scalar) -> Float[Array, " n"]:
    def current(voltage: Scalar) -> Scalar:
        return solve(scatterer, wire, temperature=temperature, voltage=voltage, error_estimate=False).current

    return jax.vmap(current)(jnp.asarray(VOLTAGES))
