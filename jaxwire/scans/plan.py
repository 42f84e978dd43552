"""A scan cut into blocks: rectangular parts of the grid, each computed by one call of the compiled program.

All blocks have one shape but those at the edges, and follow each other in C order.
"""

import functools
import itertools
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

import equinox as eqx
import jax
import numpy as np

from jaxwire.model.description import describe
from jaxwire.model.parameters.names import ParameterPath
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.screening import AbstractNonLocalScreening
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.programs import Alike, is_array, local_devices, n_threads
from jaxwire.observables.spot import SpotLimits
from jaxwire.scans.axes import Dimension
from jaxwire.scans.computation.blocks import (
    IN_FLIGHT,
    INNER_POINTS,
    BlockLayout,
    block_shape,
    choose_layout,
    in_grid_order,
)
from jaxwire.scans.computation.execution import Execution, Task
from jaxwire.scans.computation.memory import SEARCHING, Contents, Footprint, footprint
from jaxwire.scans.computation.out_of_memory import Shrinking
from jaxwire.scans.computation.program import Given, Program
from jaxwire.scans.computation.results import results
from jaxwire.scans.loops import GridLoop, outer_and_inner
from jaxwire.scans.provenance import scan_inputs, versions
from jaxwire.scans.variables import COORDS, FEW_POSITIONS, Observable, about_variable
from jaxwire.solver.fields import CHUNK
from jaxwire.solver.status import FLAG_ATTRIBUTES
from jaxwire.solver.validity import FLAG_MASKS

VOLTAGE = ParameterPath("point", ("voltage",))
"""Where the voltage stands if it is an axis."""

SMALL = 16384
"""Points up to which compiling quickly saves more than running slowly costs: some 4 s, and 80 us a point, of a core."""


class Block(NamedTuple):
    """A rectangular part of the grid: its number in C order, and a slice for every dimension."""

    index: int  # pyright: ignore[reportIncompatibleMethodOverride] - of a tuple, not used
    region: tuple[slice, ...]


class Variable(NamedTuple):
    """A variable of the result: its own dimensions beyond the grid's, their sizes, type, attributes."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype
    attrs: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Plan:
    """A scan, checked and cut into blocks; it can be pickled.

    Attributes:
        scatterer: the scatterer; numbers that are axes are replaced.
        wire: the wire.
        dimensions: what varies.
        fixed: temperature and one of voltage, current and force, as far as they are not axes.
        observables: what is kept.
        x: positions for observables that are functions of it, shape (n_x,).
        limits: which extrema count as spots.
        resolution: numbers of nodes.
        memory: bytes that the computation may take.
        precision: "double" or "single".
        block_shape: points of a block along every dimension; see `in_blocks`.
    """

    scatterer: AbstractScatterer
    wire: Wire
    dimensions: tuple[Dimension, ...]
    fixed: dict[str, float]
    observables: tuple[Observable, ...]
    x: np.ndarray = field(default_factory=lambda: np.zeros(0))
    limits: SpotLimits = SpotLimits()
    resolution: Resolution = Resolution()  # noqa: RUF009 - immutable
    memory: int = 10**9
    precision: str = "double"
    block_shape: tuple[int, ...] = ()

    def in_blocks(self) -> "Plan":
        """The same scan in blocks of the shape that suits this machine.

        Of inner axes a block has as many values as share a grid; of rows as many as the lanes take.
        """
        shape = dict(zip(self.inner.indices, block_shape(self.inner.of(self.shape), INNER_POINTS), strict=True))
        limit = self._layout_for(math.prod(shape.values())).rows
        shape |= dict(zip(self.outer.indices, block_shape(self.outer.of(self.shape), limit), strict=True))
        return replace(self, block_shape=tuple(shape[i] for i in range(len(self.shape))))

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the dimensions of the grid."""
        return tuple(dimension.name for dimension in self.dimensions)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the grid."""
        return tuple(dimension.size for dimension in self.dimensions)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the fields and the program, which takes a second to trace; other things depend on the machine."""
        return {one.name: getattr(self, one.name) for one in fields(self)} | {"program": self.program}

    def blocks(self) -> list[Block]:
        """All blocks, in C order."""
        cuts = [
            [slice(start, min(start + step, size)) for start in range(0, size, step)]
            for size, step in zip(self.shape, self.block_shape, strict=True)
        ]
        return [Block(index, region) for index, region in enumerate(itertools.product(*cuts))]

    def compute(self, block: Block) -> dict[str, np.ndarray]:
        """Compute one block: the variables, each of the shape of the region and its own."""
        ((_, arrays),) = self.stream([block])
        return arrays

    def stream(self, blocks: Iterable[Block]) -> Iterator[tuple[Block, dict[str, np.ndarray]]]:
        """Compute blocks one after the other, always with the next one under way; the first ones from this call on."""
        tasks = (Task(one, self.outer.columns(one.region), self._inner_columns(one)) for one in blocks)
        under_way = self._execution.stream(tasks)
        return ((block, self._in_grid_order(block, found)) for block, found in under_way)

    def sample(self, n_batches: int) -> float:
        """Solve at most `n_batches` micro-batches per lane, of points spread over the grid: as share of the scan."""
        everywhere = (slice(None),) * len(self.shape)
        n_rows = self._execution.sample(
            self.outer.columns(everywhere), self._inner_columns(self.blocks()[0]), n_batches
        )
        all_rows = (self.outer.count([part.stop - part.start for part in block.region]) for block in self.blocks())
        return self._layout.batches(n_rows) / sum(map(self._layout.batches, all_rows))

    @functools.cached_property
    def variables(self) -> dict[str, Variable]:
        """The variables of the result."""
        found = {}
        for name, shape, dtype in self.program.results:
            dims, units, long_name, _ = about_variable(self.observables, name, len(shape))
            attrs: dict[str, Any] = {"units": units, "long_name": long_name}
            attrs |= {"status": FLAG_ATTRIBUTES, "validity": FLAG_MASKS}.get(name, {})
            found[name] = Variable(dims, shape, np.dtype(dtype), attrs)
        return found

    @property
    def coords(self) -> dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]]:
        """Coordinates: dimensions, values and attributes by name."""
        own = {dim for variable in self.variables.values() for dim in variable.dims}
        pairs = ((dimension, axis) for dimension in self.dimensions for axis in dimension.axes)
        found = {axis.name: ((dimension.name,), axis.values, axis.attrs) for dimension, axis in pairs}
        if "x" in own:
            found["x"] = (("x",), self.x, {"units": "vF tau0", "long_name": "position x"})
        return found | {dim: ((dim,), np.array(names), {}) for dim, names in COORDS.items() if dim in own}

    @functools.cached_property
    def inputs(self) -> dict[str, Any]:
        """Everything that decides the numbers, as JSON can hold it; long arrays by their digest."""
        limits = {name: value for name, value in self.limits._asdict().items() if value != getattr(SpotLimits(), name)}
        limits["x_max"] = self.limits.x_max  # the others only if given: stores of earlier versions lack them
        settings = {"x": self.x, **limits, "resolution": self.resolution, "precision": self.precision}
        return scan_inputs(self.scatterer, self.wire, self.dimensions, self.fixed, self.observables, settings)

    @property
    def attrs(self) -> dict[str, str]:
        """Attributes of the result: inputs and resolution (JSON), versions, state of the checkout."""
        texts = {"inputs": json.dumps(self.inputs), "resolution": json.dumps(self.inputs["resolution"])}
        return {**texts, **versions()}

    @functools.cached_property
    def footprint(self) -> Footprint:
        """Bytes that a point takes."""
        kept = sum(math.prod(one.shape) * one.dtype.itemsize for one in self.variables.values())
        n_profiles = sum("x" in one.dims for one in self.variables.values())
        is_local = not isinstance(self.wire.screening, AbstractNonLocalScreening)
        contents = Contents(
            n_nodes=sum(self.resolution),
            n_positions=n_profiles * min(self.x.size, CHUNK if is_local else FEW_POSITIONS),
            with_estimate="error_estimate" in self.variables,
            with_spots=any(name.endswith("spot_position") for name in self.variables),
            is_local=is_local,
            kept=kept + 8 * len(self.program.outer + self.program.inner),
        )
        return footprint(contents, jax.default_backend())

    @property
    def memory_bytes(self) -> int:
        """Memory that the computation is predicted to take, without results that are kept in memory."""
        batch, capacity, n_lanes, searched = self._layout
        inner = self.inner.count(self.block_shape)
        held = (IN_FLIGHT + 1) * capacity * self.footprint.kept
        searching = searched * SEARCHING * self._is_searched
        return n_lanes * inner * (max(batch * self.footprint.solving, searching) + held)

    def _layout_for(self, inner: int, rows: int = 0) -> BlockLayout:
        n_lanes = len(local_devices()) * n_threads()
        total = self.outer.count(self.shape)
        platform = jax.default_backend()
        more = {"is_searched": self._is_searched, "rows": rows, "total": total}
        return choose_layout(self.footprint, self.memory, platform, n_lanes, inner, **more)

    @property
    def _is_searched(self) -> bool:
        """Whether the voltage is searched for, at given current or force."""
        is_axis = any(axis.place == VOLTAGE for dimension in self.dimensions for axis in dimension.axes)
        return "voltage" not in self.fixed and not is_axis

    @functools.cached_property
    def _loops(self) -> tuple[GridLoop, GridLoop]:
        return outer_and_inner(self.dimensions, self.scatterer, self._is_searched)

    @property
    def outer(self) -> GridLoop:
        """The loop over rows."""
        return self._loops[0]

    @property
    def inner(self) -> GridLoop:
        """The loop within a row."""
        return self._loops[1]

    @functools.cached_property
    def program(self) -> Program:
        """What is compiled, but for how many points are solved at once."""
        kept = self.observables, self._is_searched, self.limits, self.resolution, self.precision
        static = eqx.filter((self.scatterer, self.wire), is_array, inverse=True)
        code = json.dumps(describe([static, [entry.function for entry in self.observables]]))
        more = {"code": code, "is_small": math.prod(self.shape) <= SMALL}
        program = Program(self.outer.places, self.inner.places, *kept, **more)
        return replace(program, results=results(program, self._given))

    @functools.cached_property
    def _given(self) -> Alike:
        """The numbers that do not vary, as NumPy arrays, which no device owns."""
        models = self.scatterer, self.wire
        scatterer, wire = jax.tree.map(lambda leaf: np.asarray(leaf) if is_array(leaf) else leaf, models)
        return Alike(Given(scatterer, wire, {name: np.array(value) for name, value in self.fixed.items()}, self.x))

    @functools.cached_property
    def _layout(self) -> BlockLayout:
        """Rows that are solved at once and that the program holds, on the devices of this process."""
        return self._layout_for(self.inner.count(self.block_shape), self.outer.count(self.block_shape))

    @functools.cached_property
    def _execution(self) -> Execution:
        """The compiled program; first asked for by the thread that starts all others."""
        at_once = {"batch": self._layout.batch, "searched": self._layout.searched}
        program = replace(self.program, **at_once, n_devices=len(local_devices()))
        solver = Shrinking(program, self._given, self.inner.count(self.block_shape), self._layout.capacity)
        return Execution(solver, self._layout)

    def _inner_columns(self, block: Block) -> np.ndarray:
        """Inner values of a block: of one number in all of them, the program is made for it."""
        return self.inner.columns(block.region, self.block_shape)

    def _in_grid_order(self, block: Block, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Give results of rows and inner values the shape of their block."""
        sizes = [part.stop - part.start for part in block.region]
        computed = [self.block_shape[i] if i in self.inner.indices else size for i, size in enumerate(sizes)]
        arrays = {}
        for name in self.variables:
            grid = in_grid_order(found[name], self.outer.indices, self.inner.indices, computed)
            arrays[name] = np.ascontiguousarray(grid[tuple(map(slice, sizes))])
        return arrays
