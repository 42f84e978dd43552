"""What an experiment would read for given free parameters, and how that changes with them: the kernel of a fit.

Derivatives by the parameters are taken forward through the solver, one direction each, operating point by operating
point, so that memory does not grow with their number; those by gain and offset are known without a solve. The
optimisers see the residuals as one function that knows its Jacobian.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.data_unit import DataUnit
from jaxwire.fits.free_parameters import GAIN, LINEAR, OFFSET, values_and_slopes
from jaxwire.fits.measurement import Measurement
from jaxwire.fits.ranges import AbstractRange
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
    """

    places: tuple[ParameterPath, ...]
    projected: tuple[int, ...]
    resolution: Resolution

    @property
    def searched(self) -> tuple[int, ...]:
        """Which parameters the optimiser sees."""
        return tuple(index for index in range(len(self.places)) if index not in self.projected)


class Model(eqx.Module):
    """Everything that readings follow from, besides the free parameters.

    Attributes:
        scatterer: the scatterer; its free numbers are replaced.
        wire: the wire, likewise.
        instrument: the instrument, likewise.
        groups: the measurements.
        ranges: of the free parameters.
    """

    scatterer: AbstractScatterer
    wire: Wire
    instrument: AbstractInstrument
    groups: tuple[Group, ...]
    ranges: tuple[AbstractRange, ...] = ()

    def objects(self, **point: Any) -> Objects:
        """With an operating point, what free parameters are parts of."""
        return Objects(self.scatterer, self.wire, self.instrument, point)


class Reading(NamedTuple):
    """Standardised residuals (model - y)/sigma of all measurements, group by group, and their derivatives.

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
    residual = jnp.concatenate([part.residual for part in parts])
    jacobian = jnp.concatenate([part.jacobian for part in parts])
    return Reading(residual, jacobian * slope[None, :])


def to_read(layout: FitProgram, searched: Any) -> Any:
    """All coordinates, shape (*b, k), for those that the optimiser sees, (*b, s), of NumPy or JAX.

    Gain and offset that it does not see are 1 and 0, in units of their scales.
    """
    names = range(len(layout.places))
    rest = np.array([float(index in layout.projected and layout.places[index] == GAIN) for index in names])
    return searched @ np.eye(len(names))[list(layout.searched)] + rest


def project(layout: FitProgram, found: Reading) -> Reading:
    """Gain and offset by linear least squares (variable projection, Kaufman 1975), for a reading at `to_read`.

    With the columns A of gain and offset, the derivatives are those at fixed gain and offset less their part in the
    span of A: what is left out is of second order in the residuals, and the gradient of their square is exact.
    """
    seen, linear = list(layout.searched), list(layout.projected)
    if not linear:
        return found
    is_gain = np.array([layout.places[index] == GAIN for index in linear])
    basis, triangle = _orthonormal(found.jacobian[:, linear])
    shares = basis.T @ found.residual
    change = -jax.scipy.linalg.solve_triangular(triangle, shares)
    growth = 1.0 + jnp.sum(jnp.where(is_gain, change, 0.0))
    columns = found.jacobian[:, seen] * growth
    return Reading(found.residual - basis @ shares, columns - basis @ (basis.T @ columns))


def _orthonormal(columns: Float[Array, "n k"]) -> tuple[Float[Array, "n k"], Float[Array, "k k"]]:
    """Columns Q with Q^T Q = 1, and the upper triangle R: columns = Q R, by Gram and Schmidt, twice.

    Of a few columns that is as good as reflections; a batch of these would be decomposed one by one on a GPU.
    """
    basis: list[Array] = []
    triangle = jnp.zeros((columns.shape[1],) * 2, columns.dtype)
    for index, column in enumerate(columns.T):
        for _ in range(2):
            for row, known in enumerate(basis):
                share = known @ column
                column, triangle = column - share * known, triangle.at[row, index].add(share)
        size = jnp.sqrt(jnp.sum(column**2))
        basis.append(column / size)
        triangle = triangle.at[index, index].set(size)
    return jnp.stack(basis, axis=1), triangle


def residuals(layout: FitProgram, model: Model, scale: Float[Array, " k"]):
    """The residuals as a function of what the optimiser sees, whose derivatives in either mode are those above."""

    def read_projected(searched: Float[Array, " s"]) -> Reading:
        return project(layout, read(layout, model, scale, to_read(layout, searched)))

    @jax.custom_jvp
    def function(searched):
        return read_projected(searched).residual

    @function.defjvp
    def _(primals, tangents):
        found = read_projected(*primals)
        return found.residual, found.jacobian @ tangents[0]

    return function


def _read_group(layout: FitProgram, model: Model, members: Group, values: Float[Array, " k"]) -> Reading:
    """Readings of one group by the values of the parameters themselves."""
    is_linear = [place in LINEAR for place in layout.places]
    directions = np.eye(len(values))[[not linear for linear in is_linear]]
    numbers = jnp.asarray(members.numbers)
    instrument = with_values(model.objects(), layout.places, values).instrument

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
    known = {GAIN: signal, OFFSET: jnp.ones_like(signal)}
    columns, nonlinear = [], iter(range(len(directions)))
    for place, linear in zip(layout.places, is_linear, strict=True):
        columns.append(known[place] if linear else instrument.gain * slopes[:, next(nonlinear)])
    weight = jnp.asarray(members.weight)
    residual = (instrument.offset + instrument.gain * signal - members.y) * weight
    jacobian = jnp.stack(columns, axis=-1) * weight[..., None]
    return Reading(residual.ravel(), jacobian.reshape(residual.size, len(columns)))


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
    scatterer, wire, instrument, point = with_values(given, layout.places, values, number)
    sol = solve(scatterer, wire, **point, resolution=layout.resolution, error_estimate=False)
    return instrument.signal(sol, x - instrument.position)


@compiled
def read_batch(
    layout: FitProgram, model: Model, scale: Float[Array | np.ndarray, "b k"], u: Float[Array | np.ndarray, "b k"]
) -> Reading:
    """`read` for a batch of coordinates."""
    return jax.vmap(lambda scale, u: read(layout, model, scale, u))(jnp.asarray(scale), jnp.asarray(u))
