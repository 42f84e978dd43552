"""A loop whose batch works only on what is not done: under `jax.vmap`, a member that ends makes room for the next one.

`jax.vmap` of a `while_loop` takes as many steps of all its members as the slowest of them needs. Here a few places are
shared by all members: one that ends leaves its place to the next one, so that a batch costs about the sum of its steps.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap
from jaxtyping import Array, Bool, Int, PyTree


class _Carry(NamedTuple):
    """Where a batch stands.

    Attributes:
        member: who is in each place; one more than the last member where nobody is, shape (w,).
        state: of these, leaves of shape (w, ...).
        next: how many members have had a place, or have one.
        done: states of all members, up to their last step, leaves of shape (n, ...).
    """

    member: Int[Array, " w"]
    state: PyTree
    next: Int[Array, ""]
    done: PyTree


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

        is_open_at = jax.vmap(is_open)
        waiting = is_open_at(start)
        queue = jnp.argsort(~waiting, stable=True)
        n_waiting = jnp.sum(waiting)

        def some_advance(carry: _Carry) -> _Carry:
            mine = jax.tree.map(
                lambda leaf, batched: _rows(leaf, carry.member) if batched else leaf, known, is_batched[0]
            )
            moved = jax.vmap(advance, in_axes=(axes, 0))(mine, carry.state)
            is_taken = carry.member < size
            goes_on = is_taken & is_open_at(moved)
            done = jax.tree.map(lambda old, new: old.at[carry.member].set(new, mode="drop"), carry.done, moved)
            turn = carry.next + jnp.cumsum(~goes_on) - 1
            comes = ~goes_on & (turn < n_waiting)
            member = jnp.where(comes, _rows(queue, turn), jnp.where(goes_on, carry.member, size))
            state = jax.tree.map(lambda new, first: _where(comes, _rows(first, member), new), moved, start)
            return _Carry(member, state, carry.next + jnp.sum(comes), done)

        first = jnp.where(jnp.arange(width) < n_waiting, queue[:width], size)
        begin = _Carry(first, jax.tree.map(lambda leaf: _rows(leaf, first), start), jnp.asarray(width), start)
        end = jax.lax.while_loop(lambda carry: jnp.any(carry.member < size), some_advance, begin)
        return end.done, jax.tree.map(lambda _: True, end.done)

    return loop(known, start)


def _where(condition: Bool[Array, " n"], new: Array, old: Array) -> Array:
    return jnp.where(condition.reshape(-1, *[1] * (new.ndim - 1)), new, old)


def _rows(leaf: Array, chosen: Array) -> Array:
    """Some rows of an array; the last one where there are not so many."""
    return leaf.at[chosen].get(mode="clip")
