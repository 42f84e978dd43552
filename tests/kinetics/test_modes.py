"""Rung a: the half-wire eigenproblem for any mean free paths and weights."""

import functools

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from jaxwire.kinetics.eigenmodes.modes import Modes, half_wire_modes

_modes = jax.jit(half_wire_modes)


def modes_of(mean_free_path: np.ndarray, weight: np.ndarray) -> Modes:
    """Modes in NumPy, after checking that the roots converged."""
    modes = jax.tree.map(np.asarray, _modes(jnp.asarray(mean_free_path), jnp.asarray(weight)))
    assert modes.converged
    return modes


def _graded(n: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Mean free paths from 1e-5 to 3 and weights over more than 60 orders of magnitude, both in no order."""
    rng = np.random.default_rng(20240710)
    return 10 ** rng.uniform(-5, 0.5, n), 10 ** np.concatenate([[0.0, -63.0], rng.uniform(-63, 0, n - 2)])


def _even(n: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Mean free paths and weights of order one, decreasing."""
    points, weights = np.polynomial.legendre.leggauss(n)
    return 1.3 - points, weights * (2 + points)


def _paired(n: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Mean free paths in pairs that differ by 1e-12 to 1e-6, as a non-monotonic l(eps) gives them; roots half way."""
    mean_free_path, weight = _even(n)
    mean_free_path[1::2] = mean_free_path[::2] * (1 + np.logspace(-12, -6, n // 2))
    weight[1::2] = weight[::2]
    return mean_free_path, weight


PROBLEMS = {"even": _even(), "graded": _graded(), "paired": _paired()}
every_problem = pytest.mark.parametrize("problem", PROBLEMS)


def in_order(mean_free_path: np.ndarray, weight: np.ndarray, modes: Modes):
    """Poles d increasing, their weights (sum 1), and the resolvent with columns in that order."""
    poles = 1 / mean_free_path**2
    order = np.argsort(poles, kind="stable")
    return poles[order], (weight / weight.sum())[order], modes.resolvent[:, order]


def relative_residual(share: np.ndarray, resolvent: np.ndarray) -> np.ndarray:
    """Residual of the secular equation sum_i r_i y_ki = 0 of every root, relative to its terms."""
    return np.abs(resolvent @ share) / (np.abs(resolvent) @ share)


def gram(poles: np.ndarray, share: np.ndarray, modes: Modes, resolvent: np.ndarray) -> np.ndarray:
    """Scalar products sum_i (w_i l_i^2/C_i) g_k(i) g_k'(i) of the modes over n_k n_k'."""
    shape = resolvent * np.sqrt(share * poles) / np.sqrt(modes.norm)[:, None]
    return shape @ shape.T


def roots_between_poles(resolvent: np.ndarray) -> bool:
    """Whether root k lies strictly between poles k and k + 1: y_ki = 1/(d_i - lambda_k) is negative up to i = k."""
    n = resolvent.shape[1]
    return bool(((resolvent < 0) == (np.arange(n)[None, :] <= np.arange(n - 1)[:, None])).all())


@every_problem
def test_every_interval_between_neighbouring_poles_holds_one_root(problem):
    poles, _, resolvent = in_order(*PROBLEMS[problem], modes := modes_of(*PROBLEMS[problem]))
    assert roots_between_poles(resolvent)
    assert (np.diff(modes.rate) >= 0).all()
    assert (modes.rate**2 >= poles[:-1] * (1 - 1e-15)).all() and (modes.rate**2 <= poles[1:] * (1 + 1e-15)).all()


@every_problem
def test_secular_equation_holds_to_rounding(problem):
    _, share, resolvent = in_order(*PROBLEMS[problem], modes_of(*PROBLEMS[problem]))
    assert relative_residual(share, resolvent).max() < 2e-15  # rounding: 3e-16 when written


@pytest.mark.parametrize("problem", ["even", "graded"])
def test_roots_are_those_of_a_calculation_with_200_digits(problem):
    mean_free_path, weight = PROBLEMS[problem]
    modes = modes_of(mean_free_path, weight)
    poles, share, resolvent = in_order(mean_free_path, weight, modes)
    with mp.workdps(200):
        d, r = [mp.mpf(v) for v in poles], [mp.mpf(v) for v in share]

        def balance(near, offset):
            return sum(weight / (pole - d[near] - offset) for weight, pole in zip(r, d, strict=True))

        for row in resolvent:
            near = int(np.argmax(np.abs(row)))
            offset = -1 / mp.mpf(row[near])  # of the root from its nearest pole, which y holds to rounding
            # The balance grows from pole to pole. It changes sign within 1e-13 of the offset: rounding of poles,
            # magnified where a gap is a hundredth of them.
            below, above = (balance(near, offset * (1 + sign * mp.mpf("1e-13"))) for sign in (-1, 1))
            assert below * above < 0


@every_problem
def test_modes_are_orthogonal_and_normalised(problem):
    modes = modes_of(*PROBLEMS[problem])
    poles, share, resolvent = in_order(*PROBLEMS[problem], modes)
    assert_allclose(gram(poles, share, modes, resolvent), np.eye(len(modes.rate)), rtol=0, atol=1e-14)  # rounding


@every_problem
def test_modes_and_the_zero_mode_are_complete(problem):
    modes = modes_of(*PROBLEMS[problem])
    poles, share, resolvent = in_order(*PROBLEMS[problem], modes)
    shape = resolvent * np.sqrt(share * poles) / np.sqrt(modes.norm)[:, None]
    zero_mode = np.sqrt(share / poles) / np.sqrt(np.sum(share / poles))
    assert_allclose(
        shape.T @ shape + np.outer(zero_mode, zero_mode), np.eye(len(poles)), rtol=0, atol=1e-13
    )  # rounding


@every_problem
def test_modes_carry_no_current_and_hold_one_electron(problem):
    mean_free_path, weight = PROBLEMS[problem]
    modes = modes_of(mean_free_path, weight)
    # With w = 1: C = r, g_k = r d y.
    shape = weight / weight.sum() / mean_free_path**2 * modes.resolvent
    flux = shape * mean_free_path**2
    # Rounding of the terms, which are of both signs.
    assert (np.abs(shape.sum(axis=1) - 1) < 2e-15 * np.abs(shape).sum(axis=1)).all()
    assert (np.abs(flux.sum(axis=1)) < 2e-15 * np.abs(flux).sum(axis=1)).all()


def test_checks_see_a_root_that_is_off_by_one_part_in_a_million():
    mean_free_path, weight = PROBLEMS["even"]
    modes = modes_of(mean_free_path, weight)
    poles, share, _ = in_order(mean_free_path, weight, modes)
    rates = modes.rate.copy()
    rates[5] *= 1 + 1e-6
    resolvent = 1 / (poles - rates[:, None] ** 2)
    assert relative_residual(share, resolvent).max() > 1e-8
    assert np.abs(gram(poles, share, modes, resolvent) - np.eye(len(rates))).max() > 1e-8


@settings(deadline=None, max_examples=200, derandomize=True, database=None)
@given(
    st.lists(st.floats(1e-4, 30.0), min_size=6, max_size=6),
    st.lists(st.floats(-60.0, 0.0), min_size=6, max_size=6),
)
def test_any_mean_free_paths_and_weights_give_interlaced_orthogonal_modes(mean_free_path, exponent):
    # Unequal factors: weights that balance to the last digit around a light node in a cluster of equal mean free paths
    # make two roots as uncertain as rounding over the square root of its weight.
    factor = np.array([1.0, 1.37, 0.71, 1.93, 0.83, 1.21])
    mean_free_path, weight = np.asarray(mean_free_path), factor * 10 ** np.asarray(exponent)
    modes = modes_of(mean_free_path, weight)
    poles, share, resolvent = in_order(mean_free_path, weight, modes)
    assert roots_between_poles(resolvent)
    assert relative_residual(share, resolvent).max() < 2e-15  # 6 terms, as above
    # Mean free paths that coincide to rounding are moved apart by 1e-13, which is seen here against the given ones.
    assert_allclose(gram(poles, share, modes, resolvent), np.eye(5), rtol=0, atol=1e-11)


def test_nodes_of_zero_weight_decouple():
    mean_free_path, weight = _even(12)
    is_empty = np.isin(np.arange(12), [0, 5, 11])
    modes = modes_of(mean_free_path, np.where(is_empty, 0.0, weight))
    rest = modes_of(mean_free_path[~is_empty], weight[~is_empty])
    for leaf in (modes.rate, modes.resolvent, modes.norm):
        assert np.isfinite(leaf).all()
    # The union of the modes of the other nodes and of one mode on every empty node, which decays with its own l.
    assert_allclose(modes.rate, np.sort([*rest.rate, *(1 / mean_free_path[is_empty])]), rtol=1e-14)  # rounding
    # What any spectral current on the other nodes excites stays there: nothing reaches the empty ones.
    current = np.where(is_empty, 0.0, weight * mean_free_path)
    found = (modes.resolvent @ current / modes.norm) @ modes.resolvent
    expected = (rest.resolvent @ current[~is_empty] / rest.norm) @ rest.resolvent
    assert_allclose(found[~is_empty], expected, rtol=1e-12)  # rounding


def test_equal_mean_free_paths_merge_into_one():
    mean_free_path, weight = np.array([0.5, 1.0, 1.0, 2.0, 1.0]), np.array([0.1, 0.2, 0.3, 0.25, 0.15])
    modes = modes_of(mean_free_path, weight)
    merged = modes_of(np.array([0.5, 1.0, 2.0]), np.array([0.1, 0.65, 0.25]))
    # Poles are kept 1e-13 apart, relatively; no rate moves by more.
    assert_allclose(modes.rate, np.sort([*merged.rate, 1.0, 1.0]), rtol=1e-12)
    for leaf in (modes.resolvent, modes.norm):
        assert np.isfinite(leaf).all()


def test_one_mean_free_path_gives_one_decay_length_and_orthogonal_modes():
    mean_free_path, weight = np.full(40, 0.7), np.ones(40)
    modes = modes_of(mean_free_path, weight)
    assert_allclose(modes.rate, 1 / 0.7, rtol=1e-11)  # 40 poles, kept 1e-13 apart
    poles, share, resolvent = in_order(mean_free_path, weight, modes)
    assert relative_residual(share, resolvent).max() < 2e-15  # rounding
    assert_allclose(gram(poles, share, modes, resolvent), np.eye(39), rtol=0, atol=1e-11)  # 40 poles as above


def test_order_of_the_nodes_does_not_matter():
    mean_free_path, weight = PROBLEMS["graded"]
    shuffled = np.random.default_rng(7).permutation(len(weight))
    modes, permuted = modes_of(mean_free_path, weight), modes_of(mean_free_path[shuffled], weight[shuffled])
    # Equal but for the rounding of the weights' sum.
    assert_allclose(permuted.rate, modes.rate, rtol=1e-14)
    assert_allclose(permuted.resolvent, modes.resolvent[:, shuffled], rtol=1e-12)


def test_scale_of_the_weights_does_not_matter():
    mean_free_path, weight = PROBLEMS["even"]
    modes, scaled = modes_of(mean_free_path, weight), modes_of(mean_free_path, 2.0**70 * weight)
    assert_array_equal(scaled.rate, modes.rate)  # a power of two: exact


@functools.cache
def _derivatives():
    """Gradient and Hessian of a smooth function of all that `half_wire_modes` returns, by l and r."""
    n = 8
    mean_free_path, weight = (jnp.asarray(v) for v in _even(n))
    probe = jnp.cos(jnp.arange(n))

    def summary(both):
        modes = half_wire_modes(both[:n], both[n:])
        sums = modes.sums(jnp.stack([probe, probe**2], axis=1)).T
        return jnp.sum(jnp.sin(modes.rate)) + jnp.sum(
            jnp.tanh(jnp.stack([modes.resolvent @ probe, *sums]) / modes.norm[None, :])
        )

    return (
        jax.jit(jax.grad(summary)),
        jax.jit(jax.jacfwd(summary)),
        jax.jit(jax.hessian(summary)),
        jnp.concatenate([mean_free_path, weight]),
    )


def test_gradients_are_those_of_central_differences():
    def outputs(mean_free_path, weight):
        modes = half_wire_modes(mean_free_path, weight)
        return jnp.concatenate([modes.rate, modes.resolvent.ravel(), jnp.log(modes.norm)])

    mean_free_path, weight = (jnp.asarray(v) for v in _even(8))
    direction = (jnp.sin(jnp.arange(8.0)), jnp.cos(jnp.arange(8.0)) * weight)
    h = 1e-6
    compiled = jax.jit(outputs)
    _, found = jax.jvp(outputs, (mean_free_path, weight), direction)
    plus, minus = (compiled(mean_free_path + s * direction[0], weight + s * direction[1]) for s in (h, -h))
    expected = (plus - minus) / (2 * h)
    # Differences err by rounding over h and by h^2 times third derivatives; both below 1e-7 of the largest entry.
    assert_allclose(found, expected, rtol=1e-6, atol=1e-7 * float(jnp.max(jnp.abs(expected))))


@pytest.mark.parametrize("exponent", [0.0, -3.0, -12.0])
def test_derivatives_of_sums_are_those_of_the_resolvent_also_where_nodes_are_light(exponent):
    mean_free_path, weight = (jnp.asarray(v) for v in _even(8))
    weight = weight * 10.0 ** jnp.linspace(0.0, exponent, 8)
    columns = jnp.stack([jnp.cos(jnp.arange(8.0)), jnp.exp(-jnp.arange(8.0))], axis=1)
    direction = (jnp.sin(jnp.arange(8.0)), jnp.cos(jnp.arange(8.0)) * weight)

    def by_sums(mean_free_path, weight):
        return half_wire_modes(mean_free_path, weight).sums(jnp.sin(weight[:, None] * columns))

    def by_resolvent(mean_free_path, weight):
        return half_wire_modes(mean_free_path, weight).resolvent @ jnp.sin(weight[:, None] * columns)

    (found, slope), (expected, wanted) = (
        jax.jvp(function, (mean_free_path, weight), direction) for function in (by_sums, by_resolvent)
    )
    assert_allclose(found, expected, rtol=1e-13)
    assert_allclose(slope, wanted, rtol=0, atol=1e-12 * float(jnp.max(jnp.abs(wanted))))  # rounding


def test_forward_and_reverse_mode_agree():
    reverse, forward, _, point = _derivatives()
    assert_allclose(reverse(point), forward(point), rtol=1e-11, atol=1e-12)  # the same sums in another order


def test_hessian_is_symmetric_and_the_derivative_of_the_gradient():
    gradient, _, hessian, point = _derivatives()
    matrix = hessian(point)
    scale = float(jnp.max(jnp.abs(matrix)))
    assert_allclose(matrix, matrix.T, rtol=0, atol=1e-11 * scale)  # rounding
    step = 1e-5
    for i in (1, 10):  # a mean free path and a weight
        shift = jnp.zeros(16).at[i].set(step)
        difference = (gradient(point + shift) - gradient(point - shift)) / (2 * step)
        assert_allclose(matrix[i], difference, rtol=0, atol=1e-6 * scale)  # differences: h^2 times fourth derivatives


def test_batches_give_the_single_results():
    mean_free_path = jnp.stack([jnp.asarray(PROBLEMS[name][0]) for name in PROBLEMS])
    weight = jnp.stack([jnp.asarray(PROBLEMS[name][1]) for name in PROBLEMS])
    batch = jax.jit(jax.vmap(half_wire_modes))(mean_free_path, weight)
    assert batch.converged.all()
    for k, name in enumerate(PROBLEMS):
        single = modes_of(*PROBLEMS[name])
        # A lane that iterates on, because another has not converged, moves by rounding.
        assert_allclose(batch.rate[k], single.rate, rtol=1e-14)
        assert_allclose(batch.resolvent[k], single.resolvent, rtol=1e-11)
