"""What the benchmark on a GPU measures, in the order of importance: times of a point with their errors, floors.

Every measured map and batch has points of the stored reference among its own (`gpu_reference`), at which the error
against a fine grid is read off the very values that were timed.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, NamedTuple
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np

import jaxwire as jw
from benchmarks import derivatives, fits
from benchmarks.common import once
from benchmarks.gpu_reference import (
    GIVEN,
    KEPT,
    ON_MAP,
    RANDOM,
    RESOLUTION,
    SHARED_GIVEN,
    Reference,
    Table,
    at_conditions,
    at_given_current,
    axes,
    errors,
    given_axes,
    given_map,
    random_points,
    shared,
)
from benchmarks.points import scan
from jaxwire.scans.computation import blocks

MICRO_MEMORY = "500GB"
"""More than any card has: only the size that is asked for limits a micro-batch, and one that does not fit fails."""
FREE = ("center", "width", "gain", "offset")


class Sizes(NamedTuple):
    """How much is measured: powers of two.

    Attributes:
        maps: points of the maps of the current.
        spots: points of the map with spots, in single precision, and on other grids.
        given: points at given currents, on a map and at random.
        checked: points at least of a scan that is compared with the CPU, so that it has the program of large maps.
        batch: points whose gradient is taken at once, at least those of the reference.
        profiles: the same of profiles and their Jacobian.
        micro_batches: points that a scan solves at once, each size a program of its own.
        nodes: other grids, above and below the step.
        starts: of a fit.
        repeats: calls of which the best counts.
        floors: numbers copied, rows of a matrix product, decomposed matrices, rows of 256 divisions.
    """

    maps: tuple[int, ...]
    spots: int
    given: tuple[int, int]
    checked: int
    batch: int
    profiles: int
    micro_batches: tuple[int, ...]
    nodes: tuple[tuple[int, int], ...]
    starts: int
    repeats: int
    floors: tuple[int, int, int, int]


FULL = Sizes(
    maps=(2**20, 2**18, 2**14, 2**10),
    spots=2**20,
    given=(2**20, 2**18),
    checked=2**14,
    batch=8192,
    profiles=2048,
    micro_batches=(8192, 32768, 131072, 2048),
    nodes=(tuple(jw.Resolution()), (60, 22)),
    starts=16,
    repeats=3,
    floors=(2**27, 8192, 2**14, 2**18),
)
# 16 points at once are what a scan on a CPU takes anyway: no other program to compile.
TOY = Sizes((2**8, 2**6), 2**6, (2**4, 2**7), 80, 128, 128, (16,), (), 2, 1, (2**12, 64, 2**4, 2**6))


class Goal(NamedTuple):
    """What a row is to reach: a limit, the least or the most, of one of its numbers."""

    of: str
    limit: float
    is_least: bool = False

    def judge(self, row: dict[str, Any]) -> dict[str, Any]:
        """The goal as it is stored, with whether it was reached; None where nothing was measured."""
        value = row.get(self.of)
        reached = None if value is None else bool((value >= self.limit) if self.is_least else (value <= self.limit))
        return {"of": self.of, "at_least" if self.is_least else "at_most": self.limit, "is_reached": reached}


class Row(NamedTuple):
    """One thing to measure: its name, how, the goals, and the list of the file that it belongs to."""

    name: str
    measure: Callable[[], dict[str, Any]]
    goals: tuple[Goal, ...] = ()
    of: str = "rows"


ACCURATE = Goal("error_max", 1e-6)
FIRST_SCAN = Goal("first_call_seconds", 5.0)


def per_second(points: float) -> tuple[Goal, ...]:
    return Goal("points_per_second", points, is_least=True), ACCURATE


FORWARD = jax.jit(jax.vmap(derivatives.current))
GRADIENT = jax.jit(jax.vmap(jax.grad(derivatives.current)))
PROFILE = jax.jit(jax.vmap(derivatives.profile))
JACOBIAN = jax.jit(jax.vmap(jax.jacfwd(derivatives.profile)))


def batch(reference: Reference, size: int) -> jax.Array:
    """The points of the reference, and random ones behind them, on the card."""
    return jnp.asarray(np.concatenate([reference.points, random_points(size - len(reference.points), seed=11)]))


def checks(sizes: Sizes, reference: Reference) -> dict[str, Callable[[], tuple[float, Table]]]:
    """What is compared with the CPU first, by the names of the tolerances: the programs that are then measured.

    Each gives seconds of the first call of its program, and what it found.
    """
    count = len(reference.points)

    def current() -> tuple[float, Table]:
        some = partial(at_conditions, observables=["current"], resolution=RESOLUTION, fill=sizes.checked)
        first, _ = first_call(partial(some, reference.points[ON_MAP]))
        return first, some(reference.points)

    def spots() -> tuple[float, Table]:
        wanted = ["current", "spots"]
        return first_call(partial(at_conditions, reference.points, wanted, RESOLUTION, sizes.checked))

    def heating() -> tuple[float, Table]:
        first, found = first_call(partial(PROFILE, batch(reference, sizes.profiles)))
        return first, {"heating": np.asarray(found)[:count, KEPT]}

    def gradient() -> tuple[float, Table]:
        first, found = first_call(partial(GRADIENT, batch(reference, sizes.batch)))
        return first, {"gradient": np.asarray(found)[:count]}

    def voltage() -> tuple[float, Table]:
        first, found = first_call(partial(at_given_current, random_given(reference, sizes)))
        return first, {name: values[: len(reference.given)] for name, values in found.items()}

    return {"current": current, "spots": spots, "heating": heating, "gradient": gradient, "voltage": voltage}


def first_call(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of a call, and what it returns."""
    found: list[Any] = []
    return once(lambda: found.append(jax.block_until_ready(call()))), found[0]


def timed(call: Callable[[], Any], points: int, repeats: int) -> tuple[dict[str, Any], Any]:
    """Seconds of the first call, of the best of later ones, of a point; and what the call returns."""
    first, found = first_call(call)
    seconds = min(once(call) for _ in range(repeats))
    row = {"points": points, "seconds": seconds, "microseconds": 1e6 * seconds / points}
    return row | {"points_per_second": points / seconds, "first_call_seconds": first}, found


@contextmanager
def micro_batch(size: int | None) -> Iterator[None]:
    """Points that a scan solves at once, while this lasts; None leaves what `jaxwire.layout` chooses.

    A scan that warns, as it does where the memory runs out and it goes on with fewer points, fails instead.
    """
    with ExitStack() as stack:
        if size is not None:
            platform = jax.default_backend()
            block = max(size, blocks.LANE_POINTS.get(platform, 0))
            for sizes, points in ((blocks.MICRO_BATCH, size), (blocks.LANE_POINTS, block)):
                stack.enter_context(mock.patch.dict(sizes, {platform: points}))
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("error", RuntimeWarning)
        yield


def on_map(
    reference: Reference, repeats: int, points: int, of: str = "current", size: int | None = None, **options: Any
) -> dict[str, Any]:
    """A scan of a map at the conditions of Fig. 3; its errors are those of the current, and apart those of spots."""
    wanted = ["current"] if of == "current" else ["current", of]
    nodes = options.pop("nodes", RESOLUTION)
    if size is not None:
        options["memory"] = MICRO_MEMORY
    with micro_batch(size):
        row, ds = timed(partial(scan, axes(points), wanted, jw.Resolution(*nodes), **options), points, repeats)
    found = {name: shared(ds[name].values) for name in ds.data_vars}
    fine = {name: reference.fine[name][ON_MAP] for name in found if name != "status"}
    row |= errors("current", found, fine)
    if of == "spots":
        row |= {f"spot_{name}": value for name, value in errors("spots", found, fine).items()}
    return row


def given_on_map(reference: Reference, repeats: int, points: int) -> dict[str, Any]:
    """A scan of a map at given currents."""
    row, found = timed(partial(at_given_current, given_map(points)), points, repeats)
    on_axes = {
        name: values.reshape([len(axis) for axis in given_axes(points).values()]) for name, values in found.items()
    }
    here = {name: shared(values, SHARED_GIVEN) for name, values in on_axes.items()}
    return row | _errors_of_voltages(reference, found, here, slice(SHARED_GIVEN**2))


def given_anywhere(sizes: Sizes, reference: Reference) -> dict[str, Any]:
    """A scan at random points, and half of the current that each carries."""
    given = random_given(reference, sizes)
    row, found = timed(partial(at_given_current, given), len(given), sizes.repeats)
    here = {name: values[: len(reference.given)] for name, values in found.items()}
    return row | _errors_of_voltages(reference, found, here, slice(None))


def random_given(reference: Reference, sizes: Sizes) -> np.ndarray:
    """Points at given currents, columns as `GIVEN`: those of the reference, of which some carry less; random ones."""
    points = random_points(sizes.given[1], seed=12)
    currents = np.concatenate([FORWARD(part) for part in points.reshape(-1, sizes.batch, len(GIVEN))])
    given = np.column_stack([points[:, :3], 0.5 * currents])
    given[: len(reference.given)] = reference.given
    return given


def _errors_of_voltages(reference: Reference, found: Table, here: Table, chosen: slice) -> dict[str, Any]:
    fine = {name: reference.fine[name][chosen] for name in here}
    return {"not_found": int(np.sum(np.isnan(found["voltage"])))} | errors("voltage", here, fine)


def by_four(
    programs: tuple[Callable, Callable], table: jax.Array, repeats: int, error: Callable[[np.ndarray], dict[str, Any]]
) -> dict[str, Any]:
    """A derivative by four parameters, beside the forward solve of the same batch."""
    (forward, _), (row, found) = (timed(partial(program, table), len(table), repeats) for program in programs)
    row |= {"forward_solves": row["seconds"] / forward["seconds"], "forward_microseconds": forward["microseconds"]}
    return row | error(np.asarray(found))


def gradient(sizes: Sizes, reference: Reference) -> dict[str, Any]:
    def error(found: np.ndarray) -> dict[str, Any]:
        return errors("gradient", {"gradient": found[: len(reference.points)]}, reference.fine)

    return by_four((FORWARD, GRADIENT), batch(reference, sizes.batch), sizes.repeats, error)


def jacobian(sizes: Sizes, reference: Reference) -> dict[str, Any]:
    def error(found: np.ndarray) -> dict[str, Any]:
        return errors("jacobian", {"jacobian": found[: len(reference.points)][RANDOM, KEPT]}, reference.fine)

    return by_four((PROFILE, JACOBIAN), batch(reference, sizes.profiles), sizes.repeats, error)


def fitted(reference: Reference, starts: int, repeats: int) -> dict[str, Any]:
    """Fits of noisy profiles; their error is that of the resonance, in standard errors as the fit states them."""
    sigma = 0.01 * np.max(np.abs(reference.profile))
    seconds, found = [], []
    for seed in range(1 + repeats):
        noisy = reference.profile + sigma * np.random.default_rng(seed).normal(size=fits.X.size)
        fit = partial(jw.fit_profile, fits.X, noisy, sigma, **fits.POINT, free=FREE, starts=starts)
        seconds.append(once(lambda fit=fit: found.append(fit())))
    last = found[-1]
    off = [
        abs(last.values[name] - truth) / last.errors[name] for name, truth in zip(FREE, fits.TRUTHS[0], strict=False)
    ]
    row = {"seconds": min(seconds[1:]), "first_call_seconds": seconds[0], "chi2_per_degree": last.reduced_chi2}
    return row | {"deviation_in_errors": max(off), "share_of_starts_that_agree": last.share_of_starts}


def one_solve(reference: Reference, repeats: int) -> dict[str, Any]:
    """One solution with its error estimate, not in a batch."""
    center, width, temperature, voltage = reference.points[0]
    dot = jw.Lorentzian(center, width)
    call = lambda: jw.solve(dot, temperature=temperature, voltage=voltage).current  # noqa: E731
    row, found = timed(call, 1, 5 * repeats)
    return row | {"error_max": float(abs(found / reference.fine["current"][0] - 1.0))}
