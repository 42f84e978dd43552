"""A loop whose batch works only on what is open: ends as one loop a member does, at about the sum of their steps."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from jaxwire.numerics.batched_loop import while_loop

FEW = {"cpu": 4, "gpu": 4}
COUNTS = np.array([3, 0, 1, 17, 2, 2, 5, 1, 0, 4, 1, 1])


def collatz(start):
    """Steps until a number reaches 1 (the largest number on the way, too): lengths that nothing predicts."""

    def step(state):
        number, steps, largest = state
        number = jnp.where(number % 2 == 0, number // 2, 3 * number + 1)
        return number, steps + 1, jnp.maximum(largest, jnp.stack([number, -number]))

    zero = jnp.zeros((), dtype=int)
    return while_loop(lambda state: state[0] > 1, step, (start, zero, jnp.stack([zero, zero])), FEW)


def python_collatz(number):
    steps, largest, smallest = 0, 0, 0
    while number > 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps, largest, smallest = steps + 1, max(largest, number), max(smallest, -number)
    return number, steps, [largest, smallest]


@pytest.mark.parametrize("size", [1, 3, 4, 5, 40])
def test_every_member_of_a_batch_ends_as_it_does_alone(size):
    numbers = jnp.arange(1, size + 1)
    expected = [python_collatz(number) for number in range(1, size + 1)]
    for batched in (jax.vmap(collatz), jax.jit(jax.vmap(collatz))):
        for found, wanted in zip(batched(numbers), zip(*expected, strict=True), strict=True):
            assert_array_equal(found, wanted)


def test_one_state_alone():
    assert [np.asarray(leaf).tolist() for leaf in collatz(jnp.asarray(27))] == [1, 111, [9232, 0]]


def test_batches_of_batches():
    numbers = jnp.arange(1, 41).reshape(8, 5)
    found = jax.vmap(jax.vmap(collatz))(numbers)[1]
    assert_array_equal(found, np.reshape([python_collatz(number)[1] for number in range(1, 41)], (8, 5)))


def countdown(count, stride, table, seen=None, at_once=FEW):
    """Count down by what is closed over: a number, batched or not, and an array."""

    def step(state):
        if seen is not None:
            jax.debug.callback(seen.append, state[0])
        return state[0] - stride, state[1] + table[1]

    return while_loop(lambda state: state[0] > 0, step, (count, jnp.zeros(())), at_once)[1]


@pytest.mark.parametrize("in_axes", [(0, None, None), (0, 0, None), (0, None, 0), (None, 0, 0), (None, None, 0)])
def test_what_the_step_closes_over_may_be_batched_or_not(in_axes):
    counts, strides, tables = jnp.asarray(COUNTS), jnp.asarray(1 + COUNTS % 3), jnp.arange(24.0).reshape(12, 2)
    given = [each if axis == 0 else each[3] for each, axis in zip((counts, strides, tables), in_axes, strict=True)]
    found = jax.vmap(countdown, in_axes)(*given)
    count, stride, table = (
        np.broadcast_to(each, (12, *np.shape(each)[1:]) if axis == 0 else (12, *np.shape(each)))
        for each, axis in zip(given, in_axes, strict=True)
    )
    assert_array_equal(found, -(-count // stride) * table[:, 1])


def test_a_batch_takes_about_the_sum_of_the_steps_of_its_members():
    seen = []
    jax.block_until_ready(jax.vmap(partial(countdown, stride=1, table=jnp.ones(2), seen=seen))(jnp.asarray(COUNTS)))
    jax.effects_barrier()
    steps, width = COUNTS.sum(), FEW["cpu"]
    assert sum(int(count) > 0 for count in seen) >= steps
    assert len(seen) <= steps + (width - 1) * COUNTS.max()  # none waits before only the longest are left
    assert len(seen) < COUNTS.max() * len(COUNTS) / 2  # as a plain loop would take


def test_all_places_are_used():
    seen = []
    jax.vmap(partial(countdown, stride=1, table=jnp.ones(2), seen=seen))(jnp.full(12, 3)).block_until_ready()
    jax.effects_barrier()
    assert len(seen) == 36


def test_three_members_in_two_places_go_as_the_example_of_the_module_says():
    seen = []
    two = partial(countdown, stride=1, table=jnp.ones(2), seen=seen, at_once={"cpu": 2, "gpu": 2})
    assert_array_equal(jax.vmap(two)(jnp.array([2, 1, 3])), [2.0, 1.0, 3.0])
    jax.effects_barrier()
    passes = [[2, 1], [1, 3], [0, 2], [-1, 1]]  # the first member's place goes on with what it has left there
    assert [sorted(map(int, seen[i : i + 2])) for i in range(0, 8, 2)] == [sorted(each) for each in passes]
    assert len(seen) == 8


def test_what_is_not_open_is_left_as_it_is():
    state = jax.vmap(lambda count: while_loop(lambda s: s[0] > 0, lambda s: (s[0] - 1, jnp.nan), (count, 1.0), FEW))(
        jnp.asarray(COUNTS)
    )
    assert_array_equal(np.isnan(state[1]), COUNTS > 0)
    assert_array_equal(state[1][COUNTS == 0], 1.0)
