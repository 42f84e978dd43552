"""What an experiment would read for given free parameters, and how that changes with them: the kernel of a fit.

Derivatives by the parameters are taken forward through the solver, one direction each, operating point by operating
point, so that memory does not grow with their number; those by gain and offset are known without a solve.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.groups import Group
from jaxwire.fits.parameters.free import NO_PROFILE, has_own, is_gain, is_linear, owner, values_and_slopes
from jaxwire.fits.parameters.priors import Priors
from jaxwire.fits.parameters.ranges import AbstractRange
from jaxwire.fits.parameters.stretch import in_true_units, signal_unit
from jaxwire.fits.parameters.ties import Tie
from jaxwire.model.parameters.names import Objects, ParameterPath, with_values
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.units.scale import QUANTITIES
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import QUICK, Alike, compiled, quick_jit
from jaxwire.observables.instruments import AbstractInstrument
from jaxwire.solver.solve import solve

OFTEN = 1000
"""Calls of a program that compiles in 3 s and reads four rows in 9 ms, after which fits begin with one that takes 10 s
and 3 ms. A fit stays with what it has begun with, so that its digits do not depend on which thread came first."""


class FitProgram(NamedTuple):
    """What is compiled in.

    Attributes:
        places: where the free parameters are.
        projected: which of them the optimiser does not see: gain and offset, found by linear least squares instead.
        resolution: numbers of nodes.
        profiles: which measurements the first residuals are of, and how many each has.
        ties: the numbers that follow parameters.
        is_fast: whether it is compiled to run fast, which takes three times as long.
    """

    places: tuple[ParameterPath, ...]
    projected: tuple[int, ...]
    resolution: Resolution
    profiles: tuple[tuple[int, int], ...]
    ties: tuple[Tie, ...] = ()
    is_fast: bool = False

    @property
    def searched(self) -> tuple[int, ...]:
        """Which parameters the optimiser sees."""
        return tuple(index for index in range(len(self.places)) if index not in self.projected)

    def put(self, objects: Objects, values: Any, number: Any = None) -> Objects:
        """Objects with the values of the parameters and of what follows them, for one measurement if that is given."""
        values = list(values)
        places = (*self.places, *(tie.place for tie in self.ties))
        return with_values(objects, places, [*values, *(tie.follow(values) for tie in self.ties)], number)

    def stretch(self, values: Any) -> dict[str, Any]:
        """The natural units among the values, in nominal ones."""
        pairs = [*zip(self.places, values, strict=True), *((tie.place, tie.follow(values)) for tie in self.ties)]
        return {str(place.path[0]): value for place, value in pairs if place.holder == "stretch"}

    def rows(self, size: int) -> tuple[int, ...]:
        """The measurement of every residual, of which there are `size`; `NO_PROFILE` for those of priors."""
        found = [number for number, count in self.profiles for _ in range(count)]
        return tuple(found) + (NO_PROFILE,) * (size - len(found))


class Model(eqx.Module):
    """Everything that readings follow from, besides the free parameters.

    Attributes:
        scatterer: the scatterer; its free numbers are replaced.
        wire: the wire, likewise.
        instrument: the instrument, likewise.
        groups: the measurements.
        ranges: of the free parameters.
        priors: what is known of them.
    """

    scatterer: AbstractScatterer
    wire: Wire
    instrument: AbstractInstrument
    groups: tuple[Group, ...]
    ranges: tuple[AbstractRange, ...] = ()
    priors: Priors = Priors()

    @property
    def other_rows(self) -> int:
        """How many residuals, the last ones, are of no reading of a profile."""
        return sum(len(one.numbers) for one in self.groups if one.electric is not None) + len(self.priors.numbers)

    def without_ranges(self) -> "Model":
        """All that readings at given values follow from."""
        return eqx.tree_at(lambda model: model.ranges, self, ())

    def objects(self, **point: Any) -> Objects:
        """With an operating point, what free parameters are parts of."""
        return Objects(self.scatterer, self.wire, self.instrument, point)


class Reading(NamedTuple):
    """Standardised residuals (model - y)/sigma and their derivatives.

    Those of all profiles, group by group, then of currents and voltages, then of priors.

    Attributes:
        residual: shape (n,).
        jacobian: by the coordinates of the optimiser, or by the values of the parameters, shape (n, k).
    """

    residual: Float[Array, "*b n"]
    jacobian: Float[Array, "*b n k"]


def read(layout: FitProgram, model: Model, scale: Float[Array, " k"], u: Float[Array, " k"]) -> Reading:
    """Residuals and Jacobian at the coordinates u of the optimiser."""
    values, slope = values_and_slopes(model.ranges, scale, u)
    found = read_at(layout, model, values)
    return Reading(found.residual, found.jacobian * slope[None, :])


def read_at(layout: FitProgram, model: Model, values: Float[Array, " k"]) -> Reading:
    """Residuals, and their derivatives by the values of the parameters themselves."""
    return jax.tree.map(lambda part: part[0], read_rows_at(layout, model, values[None]))


def read_rows_at(layout: FitProgram, model: Model, values: Float[Array, "b k"]) -> Reading:
    """The same for each of several rows of values.

    Rows are a batch inside of the derivatives: around them, each derivative would be made a batch a second time.
    """
    pairs = [_read_group(layout, model, one, values) for one in model.groups]
    parts = [profiles for profiles, _ in pairs] + [electric for _, electric in pairs if electric is not None]
    if model.priors.numbers:
        by_row = jax.vmap(lambda row: Reading(model.priors.residual(row), model.priors.jacobian(len(row))))
        parts.append(by_row(values))
    residual = jnp.concatenate([part.residual for part in parts], axis=1)
    jacobian = jnp.concatenate([part.jacobian for part in parts], axis=1)
    return Reading(residual, jacobian)


def _read_group(
    layout: FitProgram, model: Model, members: Group, values: Float[Array, "b k"]
) -> tuple[Reading, Reading | None]:
    """Profiles, and currents or voltages, of one group by rows of the values of the parameters themselves."""
    directions = np.eye(values.shape[1])[[not is_linear(place) for place in layout.places]]

    def one(number, temperature, value, x):
        def signal(values):
            objects = layout.put(model.objects(temperature=temperature, **{members.drive: value}), values, number)
            found = true_signal(objects, layout, values, x)
            return found.profile, None if members.electric is None else found.electric

        rows = jax.vmap(signal)
        if len(directions) == 0:
            found = rows(values)
            return found, jax.tree.map(lambda part: jnp.zeros((0, *part.shape)), found)
        along = jax.vmap(lambda change: jax.jvp(rows, (values,), (change,)), out_axes=(None, 0))
        return along(jnp.broadcast_to(jnp.asarray(directions)[:, None, :], (len(directions), *values.shape)))

    by_member = _alone if len(members.numbers) == 1 else jax.lax.map
    numbers = jnp.asarray(members.numbers)
    (signal, electric), (slopes, electric_slopes) = by_member(
        lambda member: one(*member), (numbers, members.temperature, members.value, jnp.asarray(members.x))
    )
    by_row = jax.vmap(lambda values, *read: _standardised(layout, model, members, values, *read), (0, 1, 1, 2, 2))
    return by_row(values, signal, electric, slopes, electric_slopes)


def _standardised(
    layout: FitProgram,
    model: Model,
    members: Group,
    values: Float[Array, " k"],
    signal: Float[Array, "m n"],
    electric: Float[Array, " m"] | None,
    slopes: Float[Array, "m d n"],
    electric_slopes: Float[Array, "m d"] | None,
) -> tuple[Reading, Reading | None]:
    """Residuals of what is read of one group; slopes are those by parameters that are not linear."""
    gain, offset = (_of_members(layout, model, members, values, name) for name in ("gain", "offset"))
    columns, nonlinear = [], []
    for place in layout.places:
        if is_linear(place):
            known = signal if is_gain(place) else jnp.ones_like(signal)
            columns.append(known * has_own(layout.places, place, members.numbers)[:, None])
        else:
            nonlinear.append(len(columns))
            columns.append(gain * slopes[:, len(nonlinear) - 1])
    weight = jnp.asarray(members.weight)
    residual = (offset + gain * signal - members.y) * weight
    jacobian = jnp.stack(columns, axis=-1) * weight[..., None]
    profiles = Reading(residual.ravel(), jacobian.reshape(residual.size, len(columns)))
    if members.electric is None or electric is None:
        return profiles, None
    weight = jnp.asarray(members.electric.weight)
    by_parameter = (
        jnp.zeros((len(members.numbers), len(columns))).at[:, jnp.asarray(nonlinear, int)].set(electric_slopes)
    )
    return profiles, Reading((electric - members.electric.value) * weight, by_parameter * weight[:, None])


def _alone(function: Callable[[Any], Any], members: Any) -> Any:
    """`jax.lax.map` over one member: a loop would be traced once more for every batch around it."""
    found = function(jax.tree.map(lambda part: part[0], members))
    return jax.tree.map(lambda part: part[None], found)


def _of_members(layout: FitProgram, model: Model, members: Group, values: Float[Array, " k"], name: str) -> Any:
    """Gain or offset of every member of a group, shape (m, 1); a single number where none has its own."""
    if all(owner(place) is None for place in layout.places):
        return getattr(layout.put(model.objects(), values).instrument, name)
    own = (layout.put(model.objects(), values, number).instrument for number in members.numbers)
    return jnp.stack([getattr(instrument, name) for instrument in own])[:, None]


class TrueSignal(NamedTuple):
    """What is seen of one measurement, in nominal units.

    Attributes:
        profile: what the instrument reads before gain and offset, shape (n,).
        electric: the voltage where the current is given, else the current.
    """

    profile: Float[Array, " n"]
    electric: Scalar


def true_signal(objects: Objects, layout: FitProgram, values: Any, x: Float[Array, " n"]) -> TrueSignal:
    """Solve the wire of objects in nominal units.

    Args:
        objects: with the values found, and an operating point.
        layout: knows which natural units are free.
        values: of the free parameters.
        x: positions, in nominal units.
    """
    stretch = layout.stretch(values)
    (scatterer, wire, instrument, point), factor = in_true_units(objects, stretch)
    sol = solve(scatterer, wire, **point, resolution=layout.resolution, error_estimate=False)
    name = "voltage" if "current" in point else "current"
    electric = getattr(sol, name)
    if not stretch:
        return TrueSignal(instrument.signal(sol, x - instrument.position), electric)
    signal = instrument.signal(sol, x * factor("vF tau0") - instrument.position)
    return TrueSignal(signal / factor(signal_unit(instrument)), electric / factor(QUANTITIES[name][0]))


def read_batch(
    layout: FitProgram, model: Model, scale: Float[Array | np.ndarray, "b k"], u: Float[Array | np.ndarray, "b k"]
) -> Reading:
    """`read` for a batch of coordinates."""
    values, slope = rows_and_slopes(model.ranges, scale, u)
    found = read_batch_at(layout, model, values)
    by_coordinates = np.asarray(found.jacobian) * np.asarray(slope)[:, None, :]
    return Reading(found.residual, jnp.asarray(by_coordinates))


def read_batch_at(layout: FitProgram, model: Model, values: Float[Array | np.ndarray, "b k"]) -> Reading:
    """`read_at` for a batch of values, by a program that knows no bounds and thus serves fits with any."""
    program = _kernel(layout, model)
    _calls[Alike(program).structure] += 1
    return (_read_fast if layout.is_fast else _read)(*program, values)


def has_run_often(layout: FitProgram, model: Model) -> bool:
    """Whether readings of this kind have been worked out so often that a faster program pays."""
    return _calls[Alike(_kernel(layout, model)).structure] > OFTEN


def _kernel(layout: FitProgram, model: Model) -> tuple[FitProgram, Model]:
    """What a program is compiled for."""
    return layout._replace(projected=(), profiles=(), is_fast=False), model.without_ranges()


def _read_batch_at(layout: FitProgram, model: Model, values: Float[Array | np.ndarray, "b k"]) -> Reading:
    return read_rows_at(layout, model, jnp.asarray(values))


_calls: Counter[Any] = Counter()
_read, _read_fast = compiled(_read_batch_at, QUICK), compiled(_read_batch_at)


@quick_jit
def rows_and_slopes(ranges: tuple[AbstractRange, ...], scale: Any, u: Any) -> tuple[Any, Any]:
    """Values of the parameters at rows of coordinates, and their derivatives."""
    return jax.vmap(lambda scale, u: values_and_slopes(ranges, scale, u))(jnp.asarray(scale), jnp.asarray(u))
