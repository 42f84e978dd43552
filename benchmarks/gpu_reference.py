"""What a GPU is held against: numbers that a CPU found, kept in results/gpu_reference.npz.

    python -m benchmarks.gpu --reference      # on a CPU: some minutes

128 operating points of the promised domain: 64 that all maps of the benchmark share, at the conditions of Fig. 3, and
64 random ones at eight temperatures and voltages of both signs. At given currents 80 points: half the current of each
random one, every eighth far more than any voltage carries, and 16 that the maps share. Everything is there twice: on
the grid that the GPU uses as well, where only rounding may differ, and on one so fine that the difference is the error
(the Jacobian of a profile on this alone, at the random points).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import jaxwire as jw
from benchmarks import derivatives, fits
from benchmarks.common import RESULTS, commit, deviation, in_micro_batches, machine, today
from benchmarks.points import CENTER, DOT, REFERENCE, TEMPERATURE, VOLTAGE, WIDTH, sample, scan
from jaxwire.solver.status import Outcome

FILE = "gpu_reference.npz"
RESOLUTION = derivatives.RESOLUTION
SHARED, SHARED_GIVEN = 8, 4
"""Values along either axis that all maps share: those of the operating points, those at given currents."""
CONDITIONS, EACH = 8, 8
SEED = 23
TOO_MUCH = 10.0
ON_MAP, RANDOM = slice(SHARED**2), slice(SHARED**2, None)
"""Operating points that all maps share, and the random ones."""
KEPT = slice(None, None, 8)
"""Positions of a profile that are kept."""
CLEAR = 1e-3
"""Prominence above which a spot must be found, and at its place."""
GIVEN = ("center", "width", "temperature", "current")
GIVEN_WIDTH = 0.08

Table = dict[str, np.ndarray]


class Tolerance(NamedTuple):
    """Largest difference between GPU and CPU on the same grid, and why so much is allowed."""

    most: float
    reason: str


TOLERANCES = {
    "current": Tolerance(1e-12, "rounding: sums of some hundred terms, and a linear system solved to 1e-13"),
    "heating": Tolerance(1e-12, "the same, relative to the largest value of a profile"),
    "spots": Tolerance(1e-9, "at an extremum the slope is zero: rounding of h' is divided by h''"),
    "gradient": Tolerance(
        1e-9, "linear systems of derivatives, whose terms cancel where I hardly depends on a parameter"
    ),
    "voltage": Tolerance(1e-9, "the search ends at 1e-10 of the current; that is divided by dI/dV"),
}


def axes(points: int) -> Table:
    """Axes of a map over the resonance and its width, a power of two; a larger map has the points of a smaller one."""
    n_width = 2 ** (int(np.log2(points)) // 2)
    center = np.linspace(*CENTER, points // n_width, endpoint=False)
    return {"center": center, "width": np.geomspace(*WIDTH, n_width, endpoint=False)}


def given_axes(points: int) -> Table:
    """Axes of a map at given currents; again a larger map has the points of a smaller one."""
    n_current = 2 ** (int(np.log2(points)) // 2)
    center = np.linspace(0.8, 2.0, points // n_current, endpoint=False)
    return {"center": center, "current": np.linspace(0.02, 0.001, n_current, endpoint=False)}


def shared(values: np.ndarray, each: int = SHARED) -> np.ndarray:
    """Values of a map, shape (n, m, *own), at the points that all maps share, shape (each^2, *own)."""
    n, m = values.shape[:2]
    return values[:: n // each, :: m // each].reshape(-1, *values.shape[2:])


def given_map(points: int) -> np.ndarray:
    """All points of a map at given currents, columns as `GIVEN`."""
    center, current = (column.ravel() for column in np.meshgrid(*given_axes(points).values(), indexing="ij"))
    return np.stack([center, np.full(points, GIVEN_WIDTH), np.full(points, TEMPERATURE), current], axis=-1)


def operating_points() -> np.ndarray:
    """The points, shape (128, 4), columns center, width, temperature, voltage."""
    side = axes(SHARED**2)
    pairs = np.stack(np.meshgrid(*side.values(), indexing="ij"), axis=-1).reshape(-1, 2)
    on_map = np.column_stack([pairs, np.full(len(pairs), TEMPERATURE), np.full(len(pairs), VOLTAGE)])
    anywhere = random_points(CONDITIONS * EACH, SEED)
    anywhere[:, 2:] = np.repeat(random_points(CONDITIONS, SEED + 1)[:, 2:], EACH, axis=0)
    return np.concatenate([on_map, anywhere])


def random_points(count: int, seed: int) -> np.ndarray:
    """Random points of the promised domain, shape (count, 4); every second voltage is negative."""
    table = np.array([[row[name] for name in derivatives.PARAMETERS] for row in sample(count, seed)]).reshape(count, 4)
    table[1::2, 3] *= -1.0
    return table


def at_conditions(points: np.ndarray, observables: list[str], resolution: jw.Resolution, fill: int = 0) -> Table:
    """Scan points, those of one temperature and voltage together: with the program of any map of the resonance.

    They are repeated until a scan has `fill` of them: those with few may have a program of their own.
    """
    found: dict[str, list[np.ndarray]] = {}
    for temperature, voltage in dict.fromkeys(map(tuple, points[:, 2:])):  # points of one condition are neighbours
        some = points[(points[:, 2] == temperature) & (points[:, 3] == voltage), :2]
        pairs = {("center", "width"): tuple(np.resize(some, (max(fill, len(some)), 2)).T)}
        ds = scan(pairs, observables, resolution, temperature=temperature, voltage=voltage)
        for name in ds.data_vars:
            found.setdefault(name, []).append(ds[name].values[: len(some)])
    return {name: np.concatenate(parts) for name, parts in found.items()}


def at_given_current(given: np.ndarray, resolution: jw.Resolution = RESOLUTION) -> Table:
    """Voltages at given currents, rows of the columns `GIVEN`."""
    axes = {GIVEN: tuple(given.T)}
    ds = jw.scan(DOT, axes=axes, observables=["voltage"], resolution=resolution, progress=False)
    return {name: ds[name].values for name in ("voltage", "status", "current_limit")}


def parts(of: str, values: Table) -> Table:
    """What belongs to one of the names in `TOLERANCES`."""
    names = {
        "spots": ("spot_position", "spot_heating", "spot_exists", "spot_prominence"),
        "voltage": ("voltage", "status", "current_limit"),
    }
    return {name: np.asarray(values[name]) for name in names.get(of, (of,))}


def differences(of: str, found: Table, exact: Table) -> tuple[np.ndarray, int]:
    """Relative differences, and at how many places one of both has a value, a spot or a status that the other has not.

    A current is compared with itself, a profile with its largest value, a gradient with its largest component.
    """
    found, exact = parts(of, found), parts(of, exact)
    if of == "spots":
        clear = np.fmax(found["spot_prominence"], exact["spot_prominence"]) > CLEAR
        both = clear & found["spot_exists"] & exact["spot_exists"]
        names = ("spot_position", "spot_heating")
        relative = [np.abs(found[name][both] / exact[name][both] - 1.0) for name in names]
        return np.max(relative, axis=0), int(np.sum(clear & ~both))
    if of == "voltage":
        beyond = exact["status"] == Outcome.UNREACHABLE
        there, here = (np.where(beyond, one["current_limit"], one["voltage"]) for one in (exact, found))
        differ = (found["status"] != exact["status"]) | (np.isnan(here) != np.isnan(there))
        return np.abs(here / there - 1.0)[~differ & ~np.isnan(there)], int(np.sum(differ))
    here, there = (one[of].reshape(len(one[of]), -1) for one in (found, exact))
    differ = np.any(np.isnan(here) != np.isnan(there), axis=1)
    known = ~differ & ~np.any(np.isnan(there), axis=1)
    return deviation(here[known], there[known]), int(np.sum(differ))


def errors(of: str, found: Table, exact: Table) -> dict[str, Any]:
    """Differences from a fine grid, as the rows of a benchmark hold them."""
    relative, differ = differences(of, found, exact)
    row = {"error_90_percent": float(np.quantile(relative, 0.9)), "error_max": float(np.max(relative))}
    return row | ({"found_by_one_alone": differ} if differ else {})


class Reference(NamedTuple):
    """What the file holds: the points, and by name what a CPU found, on the same grid and on the fine one."""

    points: np.ndarray
    given: np.ndarray
    same: Table
    fine: Table
    profile: np.ndarray
    made: dict[str, Any]


def load(folder: Path = RESULTS) -> Reference:
    """Read the file."""
    with np.load(folder / FILE) as file:
        tables = ({k.partition("/")[2]: file[k] for k in file if k.startswith(kind)} for kind in ("same/", "fine/"))
        return Reference(file["points"], file["given"], *tables, file["profile"], json.loads(str(file["made"])))


def make(folder: Path) -> None:
    """Solve all points on this CPU and write the file."""
    points = operating_points()
    anywhere = points[RANDOM]
    solved = {kind: _solved(points, size) for kind, size in (("same", RESOLUTION), ("fine", REFERENCE))}
    solved["fine"]["jacobian"] = _each(jax.jacfwd(derivatives.profile), anywhere, REFERENCE)[:, KEPT]
    half = np.column_stack([anywhere[:, :3], 0.5 * solved["same"]["current"][RANDOM]])
    half[::8, 3] = np.sign(half[::8, 3]) * TOO_MUCH
    given = np.concatenate([given_map(SHARED_GIVEN**2), half])
    for kind, size in (("same", RESOLUTION), ("fine", REFERENCE)):
        solved[kind] |= at_given_current(given, size)
    tables = {f"{kind}/{name}": values for kind, table in solved.items() for name, values in table.items()}
    made = json.dumps({"commit": commit(), "date": today(), "machine": machine()})
    profile = fits.profile(*fits.TRUTHS[0])
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / FILE, points=points, given=given, profile=profile, made=np.array(made), **tables)


def _solved(points: np.ndarray, resolution: jw.Resolution) -> Table:
    found = at_conditions(points, ["current", "spots"], resolution)
    found["heating"] = _each(derivatives.profile, points, resolution)[:, KEPT]
    found["gradient"] = _each(jax.grad(derivatives.current), points, resolution)
    return found


def _each(function: Callable[..., Any], points: np.ndarray, resolution: jw.Resolution) -> np.ndarray:
    """A function of the four parameters, at every point."""
    return np.asarray(in_micro_batches(lambda *row: function(jnp.stack(row), resolution))(*points.T))
