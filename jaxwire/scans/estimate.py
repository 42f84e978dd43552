"""The public `estimate`: time and memory of a scan before it runs."""

import time
from dataclasses import dataclass, fields
from math import prod
from typing import Any

from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.scans.arguments import ScanArguments, make_plan
from jaxwire.scans.plan import Plan

TIMED = 4
"""Micro-batches per device that `estimate` solves to tell the time."""


@dataclass(frozen=True)
class Estimate:
    """What a scan will take; printing it tells it in words.

    Attributes:
        points: points of the grid.
        blocks: calls of the compiled program.
        block_shape: points of a block along every dimension.
        memory_bytes: largest memory of the computation, beyond that of Python and JAX; without the results.
        result_bytes: size of the results, in memory or in the store.
        seconds: time of the computation on the devices of this process.
        compile_seconds: time to compile, once; a scan of the same kind in this process does not compile again.
    """

    points: int
    blocks: int
    block_shape: tuple[int, ...]
    memory_bytes: int
    result_bytes: int
    seconds: float
    compile_seconds: float

    def __str__(self) -> str:
        """One line."""
        return (
            f"{self.points:,} points in {self.blocks} blocks: about {_in_words(self.seconds)} after compiling "
            f"({_in_words(self.compile_seconds)}), {self.memory_bytes / 1e6:.0f} MB of memory, "
            f"{self.result_bytes / 1e6:.1f} MB of results"
        )


def estimate(scatterer: AbstractScatterer, wire: Wire | None = None, **arguments: Any) -> Estimate:
    """Tell time and memory of a scan before running it: compiles, and solves some points spread over the grid.

    ```python
    >>> import numpy as np, jaxwire as jw
    >>> axes = {"center": np.linspace(0.1, 2.6, 512), "width": np.geomspace(0.01, 1.0, 512)}
    >>> cost = jw.estimate(jw.Lorentzian(center=1.44, width=0.08), axes=axes, temperature=0.3, voltage=0.1)
    >>> cost.points
    262144

    ```

    Args:
        scatterer: as in `scan`.
        wire: as in `scan`.
        **arguments: those of `scan` that decide what is computed: `axes`, the operating point, `observables`, `x`,
            `x_max`, `x_min`, `min_prominence`, `resolution`, `memory`, `precision`.

    Raises:
        TypeError: as `scan`.
        ValueError: as `scan`.
    """
    if unknown := set(arguments) - {one.name for one in fields(ScanArguments)}:
        raise TypeError(f"`estimate` has no argument {min(unknown)!r}, only those that decide what a scan computes.")
    if "axes" not in arguments:
        raise TypeError("`axes` must be given, got none.")
    plan = make_plan(scatterer, wire, ScanArguments(**arguments))
    first, _ = _timed(plan)
    seconds, share = _timed(plan)
    points = prod(plan.shape)
    return Estimate(
        points=points,
        blocks=len(plan.blocks()),
        block_shape=plan.block_shape,
        memory_bytes=plan.memory_bytes,
        result_bytes=points * plan.footprint.kept,
        seconds=seconds / share,
        compile_seconds=max(0.0, first - seconds),
    )


def _timed(plan: Plan) -> tuple[float, float]:
    start = time.perf_counter()
    share = plan.sample(TIMED)
    return time.perf_counter() - start, share


def _in_words(seconds: float) -> str:
    """A time, in the unit that suits it."""
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
