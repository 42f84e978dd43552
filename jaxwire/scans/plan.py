"""A scan cut into blocks: rectangular parts of the grid, each computed by one call of the compiled program.

All blocks have one shape but those at the edges, and follow each other in C order. Axes that only change the
transmission are inner: they stay inside a micro-batch, where grid and modes are worked out once for all their values.
"""

import functools
import itertools
import json
import math
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxwire.model.parameters.names import ParameterPath
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.screening import AbstractNonLocalScreening
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.programs import Alike, is_array, local_devices, n_threads, threads
from jaxwire.scans.axes import Dimension, moves_grid
from jaxwire.scans.computation.blocks import (
    IN_FLIGHT,
    INNER_POINTS,
    BlockLayout,
    block_shape,
    choose_layout,
    in_grid_order,
)
from jaxwire.scans.computation.memory import SEARCHING, Contents, Footprint, footprint
from jaxwire.scans.computation.out_of_memory import Shrinking
from jaxwire.scans.computation.program import Given, Program, variables
from jaxwire.scans.provenance import scan_inputs, versions
from jaxwire.scans.variables import COORDS, FEW_POSITIONS, Observable, about_variable
from jaxwire.solver.solution import CHUNK
from jaxwire.solver.status import FLAG_ATTRIBUTES

VOLTAGE = ParameterPath("point", ("voltage",))


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
        x_max: how far spots are looked for.
        resolution: numbers of nodes.
        memory: bytes that the computation may take.
        precision: "double" or "single".
        block_shape: points of a block along every dimension; chosen unless given.
        program: what is compiled; made unless given.
    """

    scatterer: AbstractScatterer
    wire: Wire
    dimensions: tuple[Dimension, ...]
    fixed: dict[str, float]
    observables: tuple[Observable, ...]
    x: np.ndarray = field(default_factory=lambda: np.zeros(0))
    x_max: float = 20.0
    resolution: Resolution = Resolution()  # noqa: RUF009 - immutable
    memory: int = 10**9
    precision: str = "double"
    block_shape: tuple[int, ...] = ()
    program: Program = None  # pyright: ignore[reportAssignmentType] - made in __post_init__

    def __post_init__(self) -> None:
        """Make the program and choose the block shape; `dataclasses.replace` keeps what is there."""
        if self.program is None:
            object.__setattr__(self, "program", self._make_program())
        if not self.block_shape:
            object.__setattr__(self, "block_shape", self._choose_block_shape())

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the dimensions of the grid."""
        return tuple(dimension.name for dimension in self.dimensions)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the grid."""
        return tuple(dimension.size for dimension in self.dimensions)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the fields alone: what was derived from them may depend on the machine."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

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
        waiting = iter(blocks)
        running = deque(map(self._start, itertools.islice(waiting, IN_FLIGHT)))
        return self._finished(running, waiting)

    def _finished(
        self, running: deque[tuple[Block, list[Future]]], waiting: Iterator[Block]
    ) -> Iterator[tuple[Block, dict[str, np.ndarray]]]:
        """Give back what runs, in its order; for each block that is done another one is started."""
        try:
            while running:
                done = self._collect(*running.popleft())
                running.extend(map(self._start, itertools.islice(waiting, 1)))
                yield done
        finally:
            for _, parts in running:
                for part in parts:
                    part.cancel()

    def sample(self, n_batches: int) -> float:
        """Solve at most `n_batches` micro-batches per lane, of points spread over the grid: as share of the scan."""
        lanes, everywhere = self._layout, (slice(None),) * len(self.shape)
        rows, inner = self._columns(everywhere, False), self._columns(self.blocks()[0].region, True)
        spread = np.linspace(0, len(rows) - 1, min(len(rows), n_batches * lanes.batch * lanes.n_lanes, lanes.rows))
        for part in self._launch(rows[spread.astype(int)], inner):
            part.result()
        outer = self._select(False)
        all_rows = (math.prod(block.region[i].stop - block.region[i].start for i in outer) for block in self.blocks())
        return lanes.batches(spread.size) / sum(map(lanes.batches, all_rows))

    @functools.cached_property
    def variables(self) -> dict[str, Variable]:
        """The variables of the result."""
        found = {}
        for name, shape, dtype in self.program.results:
            dims, units, long_name = about_variable(self.observables, name, len(shape))
            attrs: dict[str, Any] = {"units": units, "long_name": long_name}
            if name == "status":
                attrs |= FLAG_ATTRIBUTES
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
        settings = {"x": self.x, "x_max": self.x_max, "resolution": self.resolution, "precision": self.precision}
        return scan_inputs(self.scatterer, self.wire, self.dimensions, self.fixed, self.observables, settings)

    @property
    def attrs(self) -> dict[str, str]:
        """Attributes of the result: inputs and resolution (JSON), versions, state of the checkout."""
        texts = {"inputs": json.dumps(self.inputs), "resolution": json.dumps(self.inputs["resolution"])}
        return {**texts, **versions()}

    def _choose_block_shape(self) -> tuple[int, ...]:
        """Of inner axes as many values as share a grid; rows as many as the lanes take."""
        inner, outer = self._select(True), self._select(False)
        shape = dict(zip(inner, block_shape([self.shape[i] for i in inner], INNER_POINTS), strict=True))
        limit = self._layout_for(math.prod(shape.values())).rows
        shape |= dict(zip(outer, block_shape([self.shape[i] for i in outer], limit), strict=True))
        return tuple(shape[i] for i in range(len(self.shape)))

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
            with_spots="spot_position" in self.variables,
            is_local=is_local,
            kept=kept + 8 * len(self.program.outer + self.program.inner),
        )
        return footprint(contents, jax.default_backend())

    @property
    def memory_bytes(self) -> int:
        """Memory that the computation is predicted to take, without results that are kept in memory."""
        batch, capacity, n_lanes, searched = self._layout
        inner = math.prod(self.block_shape[i] for i in self._select(True))
        held = (IN_FLIGHT + 1) * capacity * self.footprint.kept
        searching = searched * SEARCHING * self._is_searched
        return n_lanes * inner * (max(batch * self.footprint.solving, searching) + held)

    def _layout_for(self, inner: int, rows: int = 0) -> BlockLayout:
        n_lanes = len(local_devices()) * n_threads()
        total = math.prod(self.shape[i] for i in self._select(False))
        platform = jax.default_backend()
        more = {"is_searched": self._is_searched, "rows": rows, "total": total}
        return choose_layout(self.footprint, self.memory, platform, n_lanes, inner, **more)

    @property
    def _is_searched(self) -> bool:
        """Whether the voltage is searched for, at given current or force."""
        is_axis = any(axis.place == VOLTAGE for dimension in self.dimensions for axis in dimension.axes)
        return "voltage" not in self.fixed and not is_axis

    @functools.cached_property
    def _inner(self) -> tuple[bool, ...]:
        """Whether a dimension only changes the transmission; searching for the voltage, all else changes with it."""
        if self._is_searched:
            return (False,) * len(self.dimensions)
        groups = ((axis.place for axis in dimension.axes) for dimension in self.dimensions)
        return tuple(not any(moves_grid(place, self.scatterer) for place in group) for group in groups)

    def _select(self, is_inner: bool) -> list[int]:
        return [index for index, inner in enumerate(self._inner) if inner == is_inner]

    def _make_program(self) -> Program:
        """The program, but for its layout."""
        outer, inner = (
            tuple(sorted((axis.place for i in self._select(side) for axis in self.dimensions[i].axes), key=str))
            for side in (False, True)
        )
        kept = self.observables, self._is_searched, self.x_max, self.resolution, self.precision
        program = Program(outer, inner, *kept)
        return replace(program, results=variables(program, self._given))

    @functools.cached_property
    def _given(self) -> Alike:
        """The numbers that do not vary, as NumPy arrays, which no device owns."""
        models = self.scatterer, self.wire
        scatterer, wire = jax.tree.map(lambda leaf: np.asarray(leaf) if is_array(leaf) else leaf, models)
        return Alike(Given(scatterer, wire, {name: np.array(value) for name, value in self.fixed.items()}, self.x))

    @functools.cached_property
    def _layout(self) -> BlockLayout:
        """Rows that are solved at once and that the program holds, on the devices of this process."""
        inner, rows = (math.prod(self.block_shape[i] for i in self._select(side)) for side in (True, False))
        return self._layout_for(inner, rows)

    def _columns(self, region: tuple[slice, ...], is_inner: bool) -> np.ndarray:
        """Values of the outer or inner axes at all their combinations in a region, shape (n, n_axes)."""
        chosen = self._select(is_inner)
        indices = [np.arange(self.shape[i])[region[i]] for i in chosen]
        if is_inner:  # of one size in all blocks, the program is made for it
            missing = [self.block_shape[i] - len(some) for i, some in zip(chosen, indices, strict=True)]
            indices = [np.pad(some, (0, more), mode="edge") for some, more in zip(indices, missing, strict=True)]
        grids = np.meshgrid(*indices, indexing="ij") if chosen else []
        pairs = zip(chosen, grids, strict=True)
        columns = {axis.place: axis.values[grid.ravel()] for i, grid in pairs for axis in self.dimensions[i].axes}
        places = self.program.inner if is_inner else self.program.outer
        return np.stack([columns[place] for place in places], axis=-1) if places else np.zeros((1, 0))

    @functools.cached_property
    def _solver(self) -> Shrinking:
        """The compiled program; first asked for by the thread that starts all others."""
        at_once = {"batch": self._layout.batch, "searched": self._layout.searched}
        program = replace(self.program, **at_once, n_devices=len(local_devices()))
        n_inner = math.prod(self.block_shape[i] for i in self._select(True))
        return Shrinking(program, self._given, n_inner, self._layout.capacity)

    def _start(self, block: Block) -> tuple[Block, list[Future]]:
        return block, self._launch(*(self._columns(block.region, side) for side in (False, True)))

    def _launch(self, rows: np.ndarray, inner: np.ndarray) -> list[Future]:
        """Share rows out to the threads and start them."""
        share = self._layout.batches(len(rows)) * self._layout.batch * len(local_devices())
        parts = [rows[start : start + share] for start in range(0, len(rows), share)]
        return [threads().submit(self._solver.solve, part, inner) for part in parts]

    def _collect(self, block: Block, parts: list[Future]) -> tuple[Block, dict[str, np.ndarray]]:
        """Wait for a block and bring its results into the order of the grid."""
        found = [part.result() for part in parts]
        outer, inner = self._select(False), self._select(True)
        sizes = [part.stop - part.start for part in block.region]
        computed = [size if i in outer else self.block_shape[i] for i, size in enumerate(sizes)]
        arrays = {}
        for name in self.variables:
            rows = np.concatenate([one[name] for one in found])
            grid = in_grid_order(rows, outer, inner, computed)
            arrays[name] = np.ascontiguousarray(grid[tuple(map(slice, sizes))])
        return block, arrays
