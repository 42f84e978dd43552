"""The compiled program of a scan: many points of the grid, in micro-batches, on all devices of this process.

What a program depends on besides the shapes of its arguments is a `Program`; all numbers are arguments. So one program
serves all blocks of a scan, and every later scan that asks the same of other numbers.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.sharding import AxisType, PartitionSpec
from jaxtyping import Array, Float, Int

from jaxwire.model.parameters.names import Objects, ParameterPath, with_values
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.integers import ceil_div
from jaxwire.numerics.programs import local_devices
from jaxwire.observables.spot import SpotLimits
from jaxwire.scans.single_precision import judge
from jaxwire.scans.variables import WITHOUT_FIELDS, Observable, Setup, evaluate
from jaxwire.solver.solve import solve_found
from jaxwire.solver.status import has_values
from jaxwire.solver.voltage_search.find_voltage import Found, find_voltage, nothing_found


@dataclass(frozen=True)
class Program:
    """What is compiled in: nothing here is a number that a user varies.

    Attributes:
        outer: places of the numbers that differ from row to row.
        inner: places of numbers that decide the transmission alone: grid and modes are shared by all their values.
        observables: what is kept.
        is_searched: whether the voltage is searched for, at given current or force; the largest current is kept then.
        limits: which extrema count as spots.
        resolution: numbers of nodes.
        precision: "double" or "single".
        code: what functions of the user are and have read by now (`describe`); JAX would go on with what they were when
            they were first called.
        is_small: whether it runs for so few points that compiling quickly saves more than it costs.
        results: name, shape and type of every variable, as `point` gives them (`results`).
        batch: rows solved at once.
        searched: rows whose voltages are searched for together.
        n_devices: devices of this process that share the rows.
    """

    outer: tuple[ParameterPath, ...]
    inner: tuple[ParameterPath, ...]
    observables: tuple[Observable, ...]
    is_searched: bool
    limits: SpotLimits
    resolution: Resolution
    precision: str = "double"
    code: str = ""
    is_small: bool = False
    results: tuple[tuple[str, tuple[int, ...], str], ...] = ()
    batch: int = 1
    searched: int = 1
    n_devices: int = 1


class Given(NamedTuple):
    """The numbers that are the same at all points: base objects, fixed temperature or drive, positions (n_x,)."""

    scatterer: AbstractScatterer
    wire: Wire
    fixed: dict[str, Any]
    x: Any


class GridPoint(NamedTuple):
    """One point of the grid, as `solve` takes it: models, kB T, and by its name the voltage, current or force."""

    scatterer: AbstractScatterer
    wire: Wire
    temperature: Scalar
    drive: dict[str, Scalar]


def operating_point(
    program: Program, given: Given, outer: Float[Array, " n_outer"], inner: Float[Array, " n_inner"]
) -> GridPoint:
    """Put the numbers of one point of the grid into their places."""
    places = (*program.outer, *program.inner)
    found = with_values(Objects(given.scatterer, given.wire, point=given.fixed), places, [*outer, *inner])
    drive = {name: jnp.asarray(value) for name, value in found.point.items()}
    return GridPoint(found.scatterer, found.wire, drive.pop("temperature"), drive)


def point(program: Program, given: Given, at: GridPoint, found: Found | None) -> dict[str, Array]:
    """Solve one point of the grid: the variables by name, NaN where it failed."""
    names = [entry.name for entry in program.observables]
    with_estimate = Observable("error_estimate") in program.observables
    with_fields = not all(entry in WITHOUT_FIELDS for entry in program.observables)
    sol = solve_found(*at, found, program.resolution, with_estimate, with_fields)
    code = judge(sol, names) if program.precision == "single" else sol.status.code
    is_kept = has_values(code)
    observed = evaluate(program.observables, sol, Setup(given.x, program.limits))
    kept = {name: jnp.where(is_kept, v, jnp.nan) if v.dtype.kind == "f" else v for name, v in observed.items()}
    limit = {"current_limit": sol.status.limit} if program.is_searched else {}
    return {"status": code, **limit, **kept}


def run(
    program: Program,
    static: Any,
    arrays: Any,
    outer: Float[Array, "n_devices capacity n_outer"],
    inner: Float[Array, "m n_inner"],
    n_batches: Int[Array, ""],
) -> dict[str, Array]:
    """Solve the first rows of every device for all inner values; to be compiled.

    The number of micro-batches is an argument, and the loop over them is `fori_loop` rather than `lax.map`, so that
    grids of any size share one program and blocks at an edge cost no more than their points. Voltages are searched for
    before, many rows together, as few of these take a step at the same time (see `batched_loop`).

    Args:
        program: what to compute.
        static: what in `Given` is no array.
        arrays: the numbers that do not vary: the arrays in `Given`.
        outer: rows of values of the outer places; `capacity` is a multiple of the micro-batch.
        inner: values of the inner places.
        n_batches: micro-batches to compute per device; the rest of the result is zero.

    Returns:
        The variables, of shape (n_devices, capacity, m, *own).
    """
    on_device = functools.partial(_on_device, program, static)
    if program.n_devices == 1:
        return on_device(arrays, outer, inner, n_batches)
    alike, split = PartitionSpec(), PartitionSpec("device")
    mesh = jax.make_mesh(
        (program.n_devices,), ("device",), axis_types=(AxisType.Auto,), devices=local_devices()[: program.n_devices]
    )
    sharded = jax.shard_map(
        on_device, mesh=mesh, in_specs=(alike, split, alike, alike), out_specs=split, check_vma=False
    )
    return sharded(arrays, outer, inner, n_batches)


class _Share(NamedTuple):
    """What one device has to do: the arguments of `run`, with its own rows, shape (capacity, n_outer)."""

    given: Given
    rows: Array
    inner: Array
    n_batches: Array


def _on_device(program: Program, static: Any, arrays: Any, outer: Array, inner: Array, n_batches: Array) -> Any:
    share = _Share(eqx.combine(arrays, static), outer[0], inner, n_batches)
    found = _find_all(program, share) if program.is_searched else None
    return jax.tree.map(lambda leaf: leaf[None], _solve_all(program, share, found))


def _find_all(program: Program, share: _Share) -> Found:
    """Search for the voltages of all rows, many rows together."""

    def find(row: Array) -> Found:
        return find_voltage(*operating_point(program, share.given, row, share.inner[0]), program.resolution)

    n_batches = ceil_div(share.n_batches * program.batch, program.searched)
    return _in_batches(find, (share.rows,), nothing_found(len(share.rows)), program.searched, n_batches)


def _solve_all(program: Program, share: _Share, found: Found | None) -> dict[str, Array]:
    """Solve all rows for all inner values."""

    def solve(row: Array, values: Array, found: Found | None) -> dict[str, Array]:
        return point(program, share.given, operating_point(program, share.given, row, values), found)

    def alone(row: Array, found: Found | None) -> dict[str, Array]:
        return jax.tree.map(lambda leaf: leaf[None], solve(row, share.inner[0], found))

    def for_each(row: Array, found: Found | None) -> dict[str, Array]:
        return jax.vmap(lambda values: solve(row, values, found))(share.inner)

    size = len(share.rows), len(share.inner)
    empty = {name: jnp.zeros((*size, *shape), dtype) for name, shape, dtype in program.results}
    one = for_each if program.inner else alone
    return _in_batches(one, (share.rows, found), empty, program.batch, share.n_batches)


def _in_batches(one: Callable[..., Any], rows: Any, empty: Any, size: int, n_batches: Int[Array, ""]) -> Any:
    """Map a function over the first rows, `size` of them at once; the other results are left as in `empty`."""

    def step(index, results):
        def take(leaf):
            return jax.lax.dynamic_slice_in_dim(leaf, index * size, size)

        def put(old, new):
            return jax.lax.dynamic_update_slice_in_dim(old, new, index * size, axis=0)

        return jax.tree.map(put, results, jax.vmap(one)(*jax.tree.map(take, rows)))

    return jax.lax.fori_loop(0, n_batches, step, empty)
