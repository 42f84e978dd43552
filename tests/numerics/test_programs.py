"""Programs that are compiled quickly: the same numbers, and left alone inside of other programs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.numerics import programs
from jaxwire.numerics.integers import common_size


def curve(x, n: int = 3):
    return jnp.sum(jnp.sin(x) ** jnp.arange(1.0, n + 1.0))


def test_numbers_are_those_of_jit():
    quick = jw.quick_jit(curve)
    assert_allclose(quick(0.3), curve(0.3), rtol=1e-14)  # rounding of sums in another order
    assert_allclose(quick(np.float64(0.3), 4), curve(0.3, 4), rtol=1e-14)


def test_floats_are_traced_and_whole_numbers_compiled_in():
    traced = []

    def counted(x, n):
        traced.append(n)
        return curve(x, n)

    quick = jw.quick_jit(counted)
    assert [float(quick(x, 3)) for x in (0.1, 0.2)] == [pytest.approx(float(curve(x))) for x in (0.1, 0.2)]
    quick(0.1, 4)
    assert traced == [3, 4]


@pytest.mark.parametrize(
    "around",
    [jax.jit, jax.grad, jax.vmap, jax.jacfwd, jax.hessian, lambda f: jax.jit(jax.grad(f)), jax.checkpoint],
    ids=["jit", "grad", "vmap", "jacfwd", "hessian", "jit of grad", "checkpoint"],
)
def test_what_is_around_it_decides_how_it_is_compiled(around):
    x = jnp.asarray([0.3, 0.4]) if around is jax.vmap else jnp.asarray(0.3)
    assert_allclose(around(jw.quick_jit(curve))(x), around(curve)(x), rtol=1e-13)


def test_it_may_be_called_without_traced_arguments_inside_of_jit():
    quick = jw.quick_jit(curve)
    assert_allclose(jax.jit(lambda: quick(0.3))(), curve(0.3), rtol=1e-14)
    assert_allclose(jax.jit(lambda x: quick(0.3) * x)(2.0), 2.0 * curve(0.3), rtol=1e-14)


def test_options_that_this_release_does_not_know_are_left_out():
    platform = jax.default_backend()
    assert programs.jit_options({platform: {"xla_there_is_no_such_option": True}}) == {}
    assert programs.jit_options({"another": programs.QUICK[platform]}) == {}
    known = programs.jit_options(programs.QUICK)
    assert jax.default_backend() != "cpu" or "xla_backend_optimization_level" in known["compiler_options"]


def test_somebody_at_a_terminal_is_told_what_they_wait_for_once(monkeypatch, capsys):
    monkeypatch.setattr(programs, "PATIENCE", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    slow = jw.quick_jit(lambda x: jax.pure_callback(wait, jax.ShapeDtypeStruct((), x.dtype), x))
    slow(1.0)
    assert capsys.readouterr().err.startswith("jaxwire compiles once")
    slow(2.0)
    assert capsys.readouterr().err == ""


def wait(x):
    import time

    time.sleep(0.3)
    return x


@pytest.mark.parametrize("flag", [jax.debug_nans, jax.debug_infs])
def test_who_looks_for_nan_in_their_own_programs_finds_none_in_healthy_results(flag):
    """NaN marks what does not exist: the limit of a current that has none, an estimate that is not asked for."""
    dot, coarse = jw.Lorentzian(1.44, 0.08), jw.Resolution(16, 8)
    given = {"temperature": 0.3, "resolution": coarse}
    with flag(True):
        alone = jw.solve(dot, voltage=0.1, error_estimate=False, **given)
        curve = jw.iv(dot, temperature=0.3, voltages=[0.0, 0.1], resolution=coarse)
        ds = jw.scan(dot, axes={"center": [0.6, 1.44]}, current=0.01, observables=["voltage", "spots"], **given)
        assert (
            np.isnan(np.asarray(curve.rectification)[0])
            and np.isnan(alone.error_estimate)
            and np.isfinite(ds["voltage"]).all()
        )
        slope = jax.grad(lambda c: jw.solve(jw.Lorentzian(c, 0.08), voltage=0.1, error_estimate=False, **given).current)
        assert np.isfinite(slope(1.44))
        with pytest.raises(FloatingPointError, match="(nan|inf)"):
            jw.quick_jit(lambda x: x / (x - x))(1.0 if flag is jax.debug_infs else 0.0)


def test_numbers_of_points_are_made_one_of_few():
    numbers = [1, 16, 17, 33, 200, 256, 257, 513, 1024]
    assert [common_size(number, 16, 256) for number in numbers] == [16, 16, 32, 64, 256, 256, 512, 768, 1024]
    assert len({common_size(number, 16, 256) for number in range(1, 1025)}) == 8


def test_inside_of_another_program_it_is_traced_once_for_all_or_a_part_of_it():
    """A program inside of a program serves the next one around it too; one with derivatives had better walk past it."""
    traced = []

    def counted(x):
        traced.append(x)
        return curve(x)

    counted.__module__ = "jaxwire.somewhere"  # as our own are
    quick = programs.quick_jit(counted)
    inside = [
        [equation.primitive.name for equation in jax.make_jaxpr(around)(0.3).eqns]
        for around in (lambda x: 2.0 * quick(x), lambda x: 3.0 * quick(x), programs.inlined(lambda x: quick(x) * 2.0))
    ]
    assert len(traced) == 2  # by the first and by the last
    assert [names[0] for names in inside[:2]] == ["jit", "jit"]
    assert "sin" in inside[2]
    assert not programs._is_inlined.get()


def test_programs_of_users_that_are_compiled_quickly_have_no_programs_of_ours_inside():
    def program(x):
        before.append(programs._is_inlined.get())
        return x

    before = []
    jw.quick_jit(program)(0.3)
    jax.jit(program)(0.3)
    assert before == [True, False]


@pytest.mark.parametrize("around", [jax.jit, jax.vmap, jax.grad], ids=["jit", "vmap", "grad"])
def test_it_is_known_whether_a_program_is_being_traced(around):
    seen = []

    def function(x):
        seen.append(programs._is_in_program())
        return x**2

    around(function)(jnp.ones(2) if around is jax.vmap else 1.0)
    assert seen == [around is jax.jit]  # the others work on numbers that are known
    assert not programs._is_in_program()
