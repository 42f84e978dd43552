"""What an experiment would read for given free parameters, and how that changes with them: the kernel of a fit.

Derivatives by the parameters are taken forward through the solver, one direction each, operating point by operating
point, so that memory does not grow with their number; those by gain and offset are known without a solve.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.data_unit import DataUnit
from jaxwire.fits.measurement import Measurement
from jaxwire.fits.parameters.free import NO_PROFILE, has_own, is_gain, is_linear, owner, values_and_slopes
from jaxwire.fits.parameters.priors import Priors
from jaxwire.fits.parameters.ranges import AbstractRange
from jaxwire.fits.parameters.stretch import in_true_units, signal_unit
from jaxwire.model.parameters.names import DRIVES, Objects, ParameterPath, with_values
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import compiled
from jaxwire.observables.instruments import AbstractInstrument
from jaxwire.solver.solve import solve


class Group(eqx.Module):
    """Measurements with the same drive; shorter ones are filled up with readings of no weight.

    Attributes:
        drive: "voltage", "current" or "force".
        numbers: which measurements these are, in the order of the user.
        temperature: kB T, shape (m,).
        value: of the drive, shape (m,).
        x: positions, shape (m, n).
        y: readings, in units of the data, shape (m, n).
        weight: 1/sigma in such units, zero where there is no reading, shape (m, n).
    """

    drive: str = eqx.field(static=True)
    numbers: tuple[int, ...] = eqx.field(static=True)
    temperature: Float[Array | np.ndarray, " m"]
    value: Float[Array | np.ndarray, " m"]
    x: Float[Array | np.ndarray, "m n"]
    y: Float[Array | np.ndarray, "m n"]
    weight: Float[Array | np.ndarray, "m n"]


class FitProgram(NamedTuple):
    """What is compiled in.

    Attributes:
        places: where the free parameters are.
        projected: which of them the optimiser does not see: gain and offset, found by linear least squares instead.
        resolution: numbers of nodes.
        profiles: which measurements the first residuals are of, and how many each has.
    """

    places: tuple[ParameterPath, ...]
    projected: tuple[int, ...]
    resolution: Resolution
    profiles: tuple[tuple[int, int], ...]

    @property
    def searched(self) -> tuple[int, ...]:
        """Which parameters the optimiser sees."""
        return tuple(index for index in range(len(self.places)) if index not in self.projected)

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

    def objects(self, **point: Any) -> Objects:
        """With an operating point, what free parameters are parts of."""
        return Objects(self.scatterer, self.wire, self.instrument, point)


class Reading(NamedTuple):
    """Standardised residuals (model - y)/sigma of all measurements, group by group, then of priors; their derivatives.

    Attributes:
        residual: shape (n,).
        jacobian: by the coordinates of the optimiser, shape (n, k).
    """

    residual: Float[Array, "*b n"]
    jacobian: Float[Array, "*b n k"]


def group(measurements: Sequence[Measurement], unit: DataUnit | None = None) -> tuple[Group, ...]:
    """Put measurements with the same drive together, in units of the data; in those of the user unless given."""
    unit = DataUnit() if unit is None else unit
    groups = []
    for drive in DRIVES:
        numbers = tuple(index for index, one in enumerate(measurements) if one.drive == drive)
        if not numbers:
            continue
        members = [measurements[index] for index in numbers]
        longest = max(one.size for one in members)
        columns = {name: np.empty((len(members), longest)) for name in ("x", "y", "weight")}
        for row, one in enumerate(members):
            missing = longest - one.size
            weight = unit.weight * np.ones(one.size) if one.sigma is None else unit.weight / one.sigma
            columns["x"][row] = np.pad(one.x, (0, missing), mode="edge")
            columns["y"][row] = np.pad(one.y / unit.reading, (0, missing))
            columns["weight"][row] = np.pad(weight, (0, missing))
        temperature, value = (np.array([getattr(one, name) for one in members]) for name in ("temperature", drive))
        groups.append(Group(drive, numbers, temperature, value, **columns))
    return tuple(groups)


def read(layout: FitProgram, model: Model, scale: Float[Array, " k"], u: Float[Array, " k"]) -> Reading:
    """Residuals and Jacobian at the coordinates u of the optimiser."""
    values, slope = values_and_slopes(model.ranges, scale, u)
    parts = [_read_group(layout, model, one, values) for one in model.groups]
    if model.priors.numbers:
        parts.append(Reading(model.priors.residual(values), model.priors.jacobian(len(values))))
    residual = jnp.concatenate([part.residual for part in parts])
    jacobian = jnp.concatenate([part.jacobian for part in parts])
    return Reading(residual, jacobian * slope[None, :])


def _read_group(layout: FitProgram, model: Model, members: Group, values: Float[Array, " k"]) -> Reading:
    """Readings of one group by the values of the parameters themselves."""
    linear = [is_linear(place) for place in layout.places]
    directions = np.eye(len(values))[[not one for one in linear]]
    numbers = jnp.asarray(members.numbers)
    gain, offset = (_of_members(layout, model, members, values, name) for name in ("gain", "offset"))

    def one(number, temperature, value, x):
        def signal(values):
            return _signal(layout, model, members.drive, number, temperature, value, x, values)

        if len(directions) == 0:
            return signal(values), jnp.zeros((0, x.size))
        tangent = jax.vmap(lambda direction: jax.jvp(signal, (values,), (direction,)), out_axes=(None, 0))
        return tangent(jnp.asarray(directions))

    signal, slopes = jax.lax.map(
        lambda member: one(*member), (numbers, members.temperature, members.value, jnp.asarray(members.x))
    )
    columns, nonlinear = [], iter(range(len(directions)))
    for place, one_is_linear in zip(layout.places, linear, strict=True):
        if one_is_linear:
            known = signal if is_gain(place) else jnp.ones_like(signal)
            columns.append(known * has_own(layout.places, place, members.numbers)[:, None])
        else:
            columns.append(gain * slopes[:, next(nonlinear)])
    weight = jnp.asarray(members.weight)
    residual = (offset + gain * signal - members.y) * weight
    jacobian = jnp.stack(columns, axis=-1) * weight[..., None]
    return Reading(residual.ravel(), jacobian.reshape(residual.size, len(columns)))


def _of_members(layout: FitProgram, model: Model, members: Group, values: Float[Array, " k"], name: str) -> Any:
    """Gain or offset of every member of a group, shape (m, 1); a single number where none has its own."""
    if all(owner(place) is None for place in layout.places):
        return getattr(with_values(model.objects(), layout.places, values).instrument, name)
    own = (with_values(model.objects(), layout.places, values, number).instrument for number in members.numbers)
    return jnp.stack([getattr(instrument, name) for instrument in own])[:, None]


def _signal(
    layout: FitProgram,
    model: Model,
    drive: str,
    number: Array,
    temperature: Scalar,
    value: Scalar,
    x: Float[Array, " n"],
    values: Float[Array, " k"],
) -> Float[Array, " n"]:
    """What the instrument reads of one measurement, before gain and offset."""
    given = model.objects(temperature=temperature, **{drive: value})
    return true_signal(with_values(given, layout.places, values, number), layout, values, x)


def true_signal(
    objects: Objects, layout: FitProgram, values: Float[Array, " k"], x: Float[Array, " n"]
) -> Float[Array, " n"]:
    """What the instrument reads before gain and offset, of objects in nominal units.

    Args:
        objects: with the values found, and an operating point.
        layout: knows which natural units are free.
        values: of the free parameters.
        x: positions, in nominal units.
    """
    stretch = {
        str(place.path[0]): value
        for place, value in zip(layout.places, values, strict=True)
        if place.holder == "stretch"
    }
    (scatterer, wire, instrument, point), factor = in_true_units(objects, stretch)
    sol = solve(scatterer, wire, **point, resolution=layout.resolution, error_estimate=False)
    if not stretch:
        return instrument.signal(sol, x - instrument.position)
    signal = instrument.signal(sol, x * factor("vF tau0") - instrument.position)
    return signal / factor(signal_unit(instrument))


@compiled
def read_batch(
    layout: FitProgram, model: Model, scale: Float[Array | np.ndarray, "b k"], u: Float[Array | np.ndarray, "b k"]
) -> Reading:
    """`read` for a batch of coordinates."""
    return jax.vmap(lambda scale, u: read(layout, model, scale, u))(jnp.asarray(scale), jnp.asarray(u))
