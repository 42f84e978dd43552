"""A scan without physics: hundreds of blocks a second, whose numbers are known, and which do not compress.

It has what `jaxwire.scans.plan.Plan` has for the rooms that keep and send blocks, and loads no JAX. Every computed
block leaves a line in the file `log`, so that tests can count across processes.
"""

import itertools
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class Block(NamedTuple):
    """As in `jaxwire.scans.plan`."""

    index: int
    region: tuple[slice, ...]


class Variable(NamedTuple):
    """As in `jaxwire.scans.plan`."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype
    attrs: dict[str, Any]


@dataclass(frozen=True, eq=False)
class FakePlan:
    """The plan of a scan without physics."""

    temperature: float = 0.3
    shape: tuple[int, ...] = (7, 10)
    block_shape: tuple[int, ...] = (2, 4)
    n_x: int = 5
    log: str = ""
    pause: float = 0.0
    jax_version: str = "1"

    @property
    def dims(self):
        return ("center", "left_right", "force")[: len(self.shape)]

    @property
    def variables(self):
        return {
            "current": Variable((), (), np.dtype(float), {"units": "e mu0/h", "long_name": "current I"}),
            "heating": Variable(("x", "side"), (self.n_x, 2), np.dtype(float), {"units": "", "long_name": "heating"}),
            "status": Variable((), (), np.dtype("int32"), {"flag_values": [0, 1], "flag_meanings": "solved failed"}),
            "exists": Variable((), (), np.dtype(bool), {"units": ""}),
            "limit": Variable((), (), np.dtype(float), {"units": ""}),
        }

    @property
    def coords(self):
        sizes = dict(zip(self.dims, self.shape, strict=True))
        found = {"center": (("center",), np.linspace(0.1, 2.6, sizes.get("center", 1)), {"units": "mu0"})}
        if "left_right" in sizes:
            values = np.arange(sizes["left_right"]) / 10
            found |= {name: (("left_right",), values, {"units": ""}) for name in ("left", "right")}
        found |= {"x": (("x",), np.arange(1.0, 1 + self.n_x), {"units": "vF tau0"})}
        return found | {"side": (("side",), np.array(["left", "right"]), {})}

    @property
    def attrs(self):
        return {"inputs": "{}", "jaxwire_version": "0", "jax_version": self.jax_version, "git": ""}

    @property
    def inputs(self):
        axes = {name: {"shape": list(values.shape)} for name, (_, values, _) in self.coords.items()}
        return {"temperature": self.temperature, "wire": {"tau": 1.0}, "axes": axes, "limit": None}

    def blocks(self):
        cuts = [
            [slice(start, min(start + step, size)) for start in range(0, size, step)]
            for size, step in zip(self.shape, self.block_shape, strict=True)
        ]
        return [Block(index, region) for index, region in enumerate(itertools.product(*cuts))]

    def compute(self, block):
        """A variable that does not compress, one equal to its fill value, one equal to zero."""
        if self.log:
            with Path(self.log).open("a") as file:
                file.write(f"{block.index} {os.getpid()}\n")
        time.sleep(self.pause)
        sizes = tuple(part.stop - part.start for part in block.region)
        chance = np.random.default_rng([block.index, int(1000 * self.temperature)])
        return {
            "current": chance.random(sizes),
            "heating": chance.random((*sizes, self.n_x, 2)),
            "status": np.zeros(sizes, dtype=np.int32),
            "exists": np.zeros(sizes, dtype=bool),
            "limit": np.full(sizes, np.nan),
        }

    def stream(self, blocks):
        for block in blocks:
            yield block, self.compute(block)

    def computed(self):
        """Numbers of the blocks computed so far, by any process, in order."""
        lines = Path(self.log).read_text().splitlines() if Path(self.log).exists() else []
        return [int(line.split()[0]) for line in lines]


@dataclass(frozen=True, eq=False)
class Deadly(FakePlan):
    """One block always kills its process, as the system does when memory runs out; another one is a mistake."""

    deadly: int = -1
    mistaken: int = -1

    def compute(self, block):
        if block.index == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        if block.index == self.mistaken:
            raise ZeroDivisionError("a mistake")
        return super().compute(block)
