"""The linear solve by minimal residuals, against elimination, and what it says of systems that it cannot solve."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from jaxwire.numerics import implicit
from jaxwire.numerics.implicit import linear_solve, root

RNG = np.random.default_rng(1983)


def smooth_kernel(n: int, decay: float, largest: float) -> np.ndarray:
    """A matrix whose singular values fall geometrically."""
    left, right = (np.linalg.qr(RNG.standard_normal((n, n)))[0] for _ in range(2))
    return left * (largest * decay ** np.arange(n)) @ right


@pytest.fixture(params=["loop", "one after the other"], autouse=True)
def way(request, monkeypatch):
    """What a GPU does is computed on the CPU as well."""
    if request.param != "loop":
        lowered_for = jax.lax.platform_dependent
        monkeypatch.setattr(
            jax.lax, "platform_dependent", lambda *args, default, **_: lowered_for(*args, default=default)
        )
    jax.clear_caches()
    yield
    jax.clear_caches()


@pytest.mark.parametrize(("decay", "largest", "cycle"), [(0.01, 0.9, 6), (0.1, 3.0, 6), (0.3, 2.0, 12)])
def test_solutions_are_those_of_elimination(decay, largest, cycle):
    kernel, wanted = smooth_kernel(30, decay, largest), RNG.standard_normal(30)
    expected = np.linalg.solve(np.eye(30) - kernel, wanted)
    found = linear_solve(lambda x: jnp.asarray(kernel) @ x, jnp.asarray(wanted), cycle)
    size = np.max(np.abs(wanted)) + np.max(np.abs(expected))
    condition = np.linalg.norm(np.linalg.inv(np.eye(30) - kernel), 2)
    assert_allclose(found, expected, rtol=0, atol=2e-13 * condition * size)  # twice `CONVERGED`, times what it may mean


@pytest.mark.slow
def test_derivatives_are_those_of_elimination_in_either_mode():
    kernel, wanted, direction = smooth_kernel(20, 0.05, 0.8), RNG.standard_normal(20), RNG.standard_normal((20, 20))

    def solved(scale):
        matrix = jnp.asarray(kernel) + 0.01 * scale * jnp.asarray(direction)
        return jnp.sum(jnp.sin(linear_solve(lambda x: matrix @ x, jnp.asarray(wanted) * jnp.cos(scale), 6)))

    def eliminated(scale):
        matrix = jnp.eye(20) - jnp.asarray(kernel) - 0.01 * scale * jnp.asarray(direction)
        return jnp.sum(jnp.sin(jnp.linalg.solve(matrix, jnp.asarray(wanted) * jnp.cos(scale))))

    assert_allclose(jax.grad(solved)(0.3), jax.grad(eliminated)(0.3), rtol=1e-11)
    assert_allclose(jax.jacfwd(solved)(0.3), jax.grad(eliminated)(0.3), rtol=1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("size", [0.0, 1e-300, 1e-160, 1e160, 1e300])
def test_right_sides_of_any_size_are_solved_for(size):
    kernel, wanted = smooth_kernel(10, 0.05, 0.8), RNG.standard_normal(10)
    expected = np.linalg.solve(np.eye(10) - kernel, wanted) * size
    found = linear_solve(lambda x: jnp.asarray(kernel) @ x, jnp.asarray(wanted * size), 6)
    assert_allclose(found, expected, rtol=1e-11)


def test_a_member_of_a_batch_that_is_not_a_number_or_has_no_solution_spoils_no_other():
    kernel = np.stack([smooth_kernel(12, 0.05, 0.8)] * 4)
    wanted = RNG.standard_normal((4, 12))
    expected = np.linalg.solve(np.eye(12) - kernel[0], wanted[0])
    kernel[1, 3, 4], wanted[2, 5] = np.nan, np.nan
    kernel[3] = np.diag([1.0, *np.zeros(11)])  # 1 - P has a row of zeros
    solve = jax.vmap(lambda kernel, wanted: linear_solve(lambda x: kernel @ x, wanted, 6))
    found = np.asarray(solve(jnp.asarray(kernel), jnp.asarray(wanted)))
    assert_allclose(found[0], expected, rtol=1e-11)
    assert np.isnan(found[1:3]).any(axis=1).all()
    assert not np.max(np.abs(found[3])) < 1e10  # singular: as large as rounding makes it, or NaN


def test_a_kernel_that_is_not_smooth_takes_more_cycles_or_is_not_solved_but_never_wrong(monkeypatch):
    rotation = np.roll(np.eye(40), 1, axis=0)  # eigenvalues all round the unit circle: no residual falls before n steps
    wanted = RNG.standard_normal(40)
    for strength in (0.5, 0.999):
        kernel = strength * rotation
        found = np.asarray(linear_solve(lambda x, kernel=kernel: jnp.asarray(kernel) @ x, jnp.asarray(wanted), 6))
        error = np.max(np.abs(found - np.linalg.solve(np.eye(40) - kernel, wanted)))
        assert np.isnan(found).all() or error <= 2e3 * implicit.UNSOLVED.double * np.max(np.abs(wanted))
    assert np.isnan(found).all()  # the second one


def cube_root(weight, name="cube"):
    """Root of weight x^3 = number, found without derivatives; with how it was found."""

    def excess(x, given):
        return given["weight"] * x**3 - given["numbers"]

    def solve(given):
        found = jax.lax.stop_gradient(jnp.cbrt(given["numbers"] / given["weight"]))
        return found, (jnp.asarray(3), jnp.sum(found))

    given = {"weight": weight, "numbers": jnp.array([1.0, 8.0]), "name": name, "count": jnp.asarray(2)}
    return root(excess, solve, given, has_aux=True)


@pytest.mark.parametrize("mode", [jax.jacfwd, jax.jacrev])
def test_a_root_has_the_derivatives_of_its_equation_of_any_order(mode):
    at = jnp.asarray(2.0)  # x = (n/w)^(1/3)
    exact = jnp.cbrt(jnp.array([1.0, 8.0]) / at)
    assert_allclose(cube_root(at)[0], exact, rtol=1e-15)
    first = mode(lambda weight: cube_root(weight)[0])
    assert_allclose(first(at), -exact / (3.0 * at), rtol=1e-14)
    assert_allclose(mode(first)(at), 4.0 * exact / (9.0 * at**2), rtol=1e-14)
    batch = jax.vmap(first)(jnp.array([2.0, 16.0]))
    assert_allclose(batch, [-exact / 6.0, -exact / 96.0], rtol=1e-14)


def test_what_comes_with_a_root_has_no_derivatives():
    steps, total = cube_root(2.0)[1]
    assert steps == 3 and total > 0
    assert jax.jacfwd(lambda weight: cube_root(weight)[1][1])(2.0) == 0.0


def test_the_equation_of_a_root_is_not_looked_at_where_no_derivative_is_asked_for():
    def equation(x, number):
        raise AssertionError("not asked for")

    solve = jax.jit(lambda number: root(equation, jnp.sqrt, number))
    assert solve(4.0) == 2.0
    with pytest.raises(AssertionError, match="not asked for"):
        jax.grad(solve)(4.0)
