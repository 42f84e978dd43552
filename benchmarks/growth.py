"""How time grows with the number of nodes: stage by stage, with the error that the nodes buy.

    python -m benchmarks.growth [--points 1024] [--repeats 15]

Each program does what another one does and one thing more; differences of their times are the stages. Modes and spots
both follow the current: neither needs the other. Points are a map at the conditions of Fig. 3, in the micro-batches of
a scan, one thread. A stage's exponent is that of a power law between half of the nodes and all of them.
"""

from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np

import jaxwire as jw
from benchmarks.common import command, in_micro_batches, in_turn, relative_errors
from benchmarks.points import REFERENCE, TEMPERATURE, VOLTAGE, grid, pairs
from jaxwire.kinetics.energy_grid import energy_grid
from jaxwire.kinetics.flow import excite
from jaxwire.kinetics.matching import match
from jaxwire.model.wires.wire import Wire

NODES = (32, 40, 48, 64, 80, 96, 128)
WIRE = Wire()


def _grid(center, width, resolution):
    scales = jw.Lorentzian(center, width).energy_scales()
    return jnp.sum(energy_grid(scales, jnp.asarray(TEMPERATURE), jnp.asarray(VOLTAGE), resolution).above)


def _current(center, width, resolution):
    given = jnp.asarray(TEMPERATURE), jnp.asarray(VOLTAGE)
    found = match(jw.Lorentzian(center, width), WIRE, *given, resolution)
    return -jnp.expm1(-VOLTAGE / TEMPERATURE) * (found.upper.weight @ found.spectral_current)


def _modes(center, width, resolution):
    found = match(jw.Lorentzian(center, width), WIRE, jnp.asarray(TEMPERATURE), jnp.asarray(VOLTAGE), resolution)
    flow = excite(found, WIRE.screening)
    return -jnp.expm1(-VOLTAGE / TEMPERATURE) * flow.current + 0.0 * (
        jnp.sum(flow.upper.heat) + jnp.sum(flow.lower.heat)
    )


def _spots(center, width, resolution):
    dot = jw.Lorentzian(center, width)
    sol = jw.solve(dot, temperature=TEMPERATURE, voltage=VOLTAGE, resolution=resolution, error_estimate=False)
    found = jw.find_spots(sol)
    return sol.current + 0.0 * (found.left.prominence + found.right.prominence)


LINEAR_SYSTEM = "response and linear system"
STAGES = {
    "grid": (_grid, None),
    LINEAR_SYSTEM: (_current, "grid"),
    "modes": (_modes, LINEAR_SYSTEM),
    "spots": (_spots, LINEAR_SYSTEM),
}
"""Program of each stage, and the stage up to which it does the same."""


def measure(points: int, repeats: int) -> list[dict[str, Any]]:
    columns = pairs(grid(points)).T
    exact = in_micro_batches(lambda c, w: _current(c, w, REFERENCE))(*columns)
    resolutions = [jw.Resolution(above, round(0.4 * above)) for above in NODES]
    programs = {
        (resolution, name): partial(in_micro_batches(partial(stage, resolution=resolution)), *columns)
        for resolution in resolutions
        for name, (stage, _) in STAGES.items()
    }
    times = in_turn(programs, repeats)  # of all together: a busy moment of the machine is to meet all sizes alike
    rows = []
    for resolution in resolutions:
        whole = {name: 1e6 * times[resolution, name] / len(columns[0]) for name in STAGES}
        own = {name: whole[name] - (whole[before] if before else 0.0) for name, (_, before) in STAGES.items()}
        found = programs[resolution, LINEAR_SYSTEM]()
        rows.append({**resolution._asdict(), "microseconds": own, "whole_microseconds": whole})
        rows[-1] |= relative_errors(found, exact)
    for row in rows:
        half = next((other for other in rows if other["above"] * 2 == row["above"]), None)
        row["exponent"] = half and {
            name: float(np.log2(row["microseconds"][name] / half["microseconds"][name])) for name in STAGES
        }
    return rows


if __name__ == "__main__":
    command("growth", __doc__, measure, points=1024, repeats=15)
