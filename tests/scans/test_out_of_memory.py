"""A device whose memory runs out: the scan goes on with half as many points at once, says so, and loses nothing."""

import warnings

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.scans.computation import executable, out_of_memory

AXES = {"temperature": np.linspace(0.1, 0.9, 40), "voltage": [0.1, 0.4]}
DOT = jw.Lorentzian(1.44, 0.08)
SMALL = jw.Resolution(24, 12)


def scan(**options):
    return jw.scan(DOT, axes=AXES, resolution=SMALL, progress=False, **options)


@pytest.fixture
def fails_above(monkeypatch):
    """Let calls of programs with a larger micro-batch fail, as if they did not fit; gives the sizes that were tried."""

    def begin(limit: int, message: str = "RESOURCE_EXHAUSTED: Out of memory allocating 1 bytes.", only_rows=False):
        tried, solve_rows = [], executable.solve_rows

        def solve(using, rows, inner):
            tried.append(using.program.batch)
            if using.program.batch > limit and (len(rows) or not only_rows):
                raise jax.errors.JaxRuntimeError(message)
            return solve_rows(using, rows, inner)

        for module in (executable, out_of_memory):
            monkeypatch.setattr(module, "solve_rows", solve)
        executable._call.cache_clear()
        return tried

    return begin


@pytest.mark.slow
@pytest.mark.parametrize("only_rows", [False, True], ids=["when the program starts", "when it computes"])
def test_what_does_not_fit_is_halved_and_nothing_is_lost(fails_above, only_rows):
    whole = scan()
    tried = fails_above(4, only_rows=only_rows)
    with pytest.warns(RuntimeWarning, match="goes on with 8 points at once, or fewer, instead of 16") as said:
        found = scan()
    assert len(said) == 1
    assert min(tried) == 4 and max(tried) == 16
    assert_allclose(found.current, whole.current, rtol=1e-14)  # vectors of other lengths round otherwise; so below
    assert_array_equal(found.status, whole.status)


@pytest.mark.slow
def test_a_voltage_is_searched_for_by_smaller_parts_as_well(fails_above):
    axes = {"current": np.linspace(0.001, 0.01, 20)}
    given = {"axes": axes, "temperature": 0.3, "resolution": SMALL, "progress": False}
    whole = jw.scan(DOT, **given)
    fails_above(8)
    with pytest.warns(RuntimeWarning, match="memory of the device ran out"):
        found = jw.scan(DOT, **given)
    assert_allclose(found.voltage, whole.voltage, rtol=1e-13)


def test_other_errors_and_what_cannot_be_halved_are_raised(fails_above):
    fails_above(4, "INTERNAL: something else")
    with pytest.raises(jax.errors.JaxRuntimeError, match="something else"):
        scan()
    fails_above(0)
    with pytest.warns(RuntimeWarning), pytest.raises(jax.errors.JaxRuntimeError, match="RESOURCE_EXHAUSTED"):
        scan()


def test_the_text_by_which_a_lack_of_memory_is_known_is_that_of_xla():
    with warnings.catch_warnings(), pytest.raises(jax.errors.JaxRuntimeError) as caught:
        jax.block_until_ready(jax.jit(lambda: jax.numpy.zeros(2**59))())
    assert str(caught.value).startswith(out_of_memory.OUT_OF_MEMORY)
