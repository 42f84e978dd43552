"""Speed as pytest-benchmark measures it, with the error of each result beside it (`extra_info`).

    python -m pytest benchmarks -n 0 --benchmark-only

Skipped unless asked for, as tests never time. The stored results come from `python -m benchmarks`.
"""

import jax
import numpy as np
import pytest

import jaxwire as jw
from benchmarks import derivatives, peers
from benchmarks.common import deviation, in_micro_batches, relative_errors
from benchmarks.points import REFERENCE, TEMPERATURE, VOLTAGE, grid, pairs, scan

DOT = jw.Lorentzian(1.44, 0.08)
POINT = {"temperature": TEMPERATURE, "voltage": VOLTAGE}
MAP = grid(1024)


@pytest.fixture(scope="module")
def exact():
    return scan(MAP, ["current"], REFERENCE).current.values.ravel()


@pytest.mark.parametrize("resolution", [(80, 32), (64, 24), (56, 20)], ids=lambda pair: f"{pair[0]}+{pair[1]}")
@pytest.mark.parametrize("observables", [["current"], ["current", "spots"]], ids=" + ".join)
def test_scan(benchmark, exact, observables, resolution):
    ds = scan(MAP, observables, jw.Resolution(*resolution))
    benchmark.extra_info |= {"points": exact.size, **relative_errors(ds.current.values.ravel(), exact)}
    assert benchmark.extra_info["error_max"] < 5e-6
    benchmark(lambda: scan(MAP, observables, jw.Resolution(*resolution)))


@pytest.mark.parametrize("form", [peers.by_eigh, peers.by_svd], ids=lambda form: form.__name__)
def test_numpy_loop(benchmark, exact, form):
    some = pairs(MAP)[::64]
    run = lambda: [peers.numpy_current(*pair, 48, 16, form) for pair in some]  # noqa: E731
    benchmark.extra_info |= {"points": len(some), **relative_errors(run(), exact[::64])}
    assert benchmark.extra_info["error_max"] < (1e-3 if form is peers.by_eigh else 1e-6)
    benchmark(run)


@pytest.mark.parametrize("tuned", [False, True], ids=["one call", "tuned"])
def test_batched_lu(benchmark, tuned):
    run = (peers.tuned_lu if tuned else peers.plain_lu)(1024, 64)
    benchmark(lambda: jax.block_until_ready(run()))


def test_eager_solve(benchmark):
    run = lambda: jw.solve(DOT, **POINT, error_estimate=False).current  # noqa: E731
    reference = jw.solve(DOT, **POINT, resolution=REFERENCE, error_estimate=False).current
    benchmark.extra_info |= relative_errors([run()], [reference])
    benchmark(lambda: run().block_until_ready())


@pytest.mark.parametrize("name", derivatives.TASKS)
def test_derivatives(benchmark, name):
    function, _ = derivatives.TASKS[name]
    columns = np.array([[row[key] for row in derivatives.sample(64, seed=11)] for key in derivatives.PARAMETERS])
    program, reference = (
        in_micro_batches(lambda *row, more=more: function(jax.numpy.stack(row), *more)) for more in ((), (REFERENCE,))
    )
    error = deviation(np.asarray(program(*columns)), np.asarray(reference(*columns)))
    benchmark.extra_info |= {"error_max": float(error.max()), "points": columns.shape[1]}
    assert error.max() < 1e-3
    benchmark(lambda: jax.block_until_ready(program(*columns)))
