"""A loop whose batch works only on what is not done: under `jax.vmap`, a member that ends makes room for the next one.

`jax.vmap` of a `while_loop` takes as many steps of all its members as the slowest of them needs. Here a few members at
a time take a step, always the first ones that are still open, so that a batch costs about the sum of its steps.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap
from jaxtyping import Array, Bool, PyTree


def while_loop(
    is_open: Callable[[PyTree], Bool[Array, ""]],
    step: Callable[[PyTree], PyTree],
    start: PyTree,
    at_once: Mapping[str, int],
) -> PyTree:
    """Repeat a step while the state is open, as `jax.lax.while_loop`, whose derivatives it has not.

    Args:
        is_open: whether a state takes another step; a function of the state alone.
        step: the step; what it closes over may be traced, and batched.
        start: the first state, a pytree of arrays that keep their shapes and types.
        at_once: members of a batch that take a step at the same time, by platform.

    Returns:
        The first state that is not open.
    """
    start = jax.tree.map(jnp.asarray, start)
    converted = eqx.filter_closure_convert(step, start)
    known, static = eqx.partition(converted, eqx.is_array)

    def advance(known: PyTree, state: PyTree) -> PyTree:
        return eqx.combine(known, static)(state)

    @custom_vmap
    def loop(known: PyTree, start: PyTree) -> PyTree:
        return jax.lax.while_loop(is_open, lambda state: advance(known, state), start)

    @loop.def_vmap
    def loop_of_batch(size: int, is_batched: Sequence[PyTree], known: PyTree, start: PyTree) -> tuple[Any, Any]:
        axes = jax.tree.map(lambda batched: 0 if batched else None, is_batched[0])
        start = jax.tree.map(
            lambda leaf, batched: leaf if batched else jnp.broadcast_to(leaf, (size, *leaf.shape)), start, is_batched[1]
        )
        width = min(size, at_once.get(jax.default_backend(), at_once["gpu"]))

        def some_advance(states: PyTree) -> PyTree:
            # Places found by counting, results put back by looking them up: a scatter is a loop over its rows.
            is_waiting = jax.vmap(is_open)(states)
            number = jnp.cumsum(is_waiting)
            chosen = jnp.sum(number[None, :] <= jnp.arange(width)[:, None], axis=1)
            mine = jax.tree.map(lambda leaf, batched: _rows(leaf, chosen) if batched else leaf, known, is_batched[0])
            moved = jax.vmap(advance, in_axes=(axes, 0))(mine, jax.tree.map(lambda leaf: _rows(leaf, chosen), states))
            is_moved = is_waiting & (number <= width)
            back = jax.tree.map(lambda leaf: _rows(leaf, number - 1), moved)
            return jax.tree.map(lambda new, old: _where(is_moved, new, old), back, states)

        states = jax.lax.while_loop(lambda states: jnp.any(jax.vmap(is_open)(states)), some_advance, start)
        return states, jax.tree.map(lambda _: True, states)

    return loop(known, start)


def _where(condition: Bool[Array, " n"], new: Array, old: Array) -> Array:
    return jnp.where(condition.reshape(-1, *[1] * (new.ndim - 1)), new, old)


def _rows(leaf: Array, chosen: Array) -> Array:
    """Some rows of an array; the last one where there are not so many."""
    return leaf.at[chosen].get(mode="clip")
