"""A loop whose batch works only on what is not done: under `jax.vmap`, a member that ends makes room for the next one.

`jax.vmap` of a `while_loop` takes as many steps of all its members as the slowest of them needs. Here a few places are
shared by all members: one that ends leaves its place to the next one, so that a batch costs about the sum of its steps.

Three members that have two, one and three steps to take, in two places (`-`: nobody):

    pass    in the places, with the steps that they have yet to take    waiting    done after the pass
      1     first: 2     second: 1                                      third      second, whose place the third takes
      2     first: 1     third: 3                                                  first; nobody waits
      3     -            third: 2
      4     -            third: 1                                                  third: all are done
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap
from jaxtyping import Array, Bool, Int, PyTree

NOBODY = 2**31 - 1
"""In a place where no member is. It lies behind every member, so that what is written there is dropped."""


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
        is_known_batched, is_start_batched = is_batched
        in_axes = jax.tree.map(lambda batched: 0 if batched else None, is_known_batched)

        def advance_some(member: Int[Array, " w"], state: PyTree) -> PyTree:
            of_member = jax.tree.map(
                lambda leaf, batched: _rows(leaf, member) if batched else leaf, known, is_known_batched
            )
            return jax.vmap(advance, in_axes=(in_axes, 0))(of_member, state)

        starts = jax.tree.map(
            lambda leaf, batched: leaf if batched else jnp.broadcast_to(leaf, (size, *leaf.shape)),
            start,
            is_start_batched,
        )
        width = min(size, at_once.get(jax.default_backend(), at_once["gpu"]))
        done = _loop_of_batch(jax.vmap(is_open), advance_some, starts, width)
        return done, jax.tree.map(lambda _: True, done)

    return loop(known, start)


class _Queue(NamedTuple):
    """Who takes a step at all, in the order in which they get a place.

    Attributes:
        member: those whose first state is open come first, shape (n,).
        size: how many these are.
    """

    member: Int[Array, " n"]
    size: Int[Array, ""]


class _Progress(NamedTuple):
    """Where a batch stands.

    Attributes:
        member: who is in each place, or NOBODY, shape (w,).
        state: of these, leaves of shape (w, ...).
        next: how many of the queue have had a place, or have one.
        done: states of all members, up to their last step, leaves of shape (n, ...).
    """

    member: Int[Array, " w"]
    state: PyTree
    next: Int[Array, ""]
    done: PyTree


def _loop_of_batch(
    is_open: Callable[[PyTree], Bool[Array, " w"]],
    advance: Callable[[Int[Array, " w"], PyTree], PyTree],
    start: PyTree,
    width: int,
) -> PyTree:
    """Repeat the steps of all members until none is open.

    Args:
        is_open: which of some states take another step.
        advance: the steps of some members, from their numbers and states.
        start: first states of all members, leaves of shape (n, ...).
        width: number of places.

    Returns:
        The first state of each member that is not open, leaves of shape (n, ...).
    """
    is_waiting = is_open(start)
    queue = _Queue(jnp.argsort(~is_waiting, stable=True), jnp.sum(is_waiting))

    def take_a_step(progress: _Progress) -> _Progress:
        moved = advance(progress.member, progress.state)
        goes_on = (progress.member != NOBODY) & is_open(moved)
        done = jax.tree.map(lambda old, new: old.at[progress.member].set(new, mode="drop"), progress.done, moved)
        member, comes = _next_members(progress, goes_on, queue)
        state = jax.tree.map(lambda new, first: _where(comes, _rows(first, member), new), moved, start)
        return _Progress(member, state, progress.next + jnp.sum(comes), done)

    first = jnp.where(jnp.arange(width) < queue.size, queue.member[:width], NOBODY)
    begin = _Progress(first, jax.tree.map(lambda leaf: _rows(leaf, first), start), jnp.asarray(width), start)
    return jax.lax.while_loop(lambda progress: jnp.any(progress.member != NOBODY), take_a_step, begin).done


def _next_members(
    progress: _Progress, goes_on: Bool[Array, " w"], queue: _Queue
) -> tuple[Int[Array, " w"], Bool[Array, " w"]]:
    """Fill the places once: who does not go on leaves its place to the next one of the queue, or to nobody.

    Returns:
        Who is in each place now, and whether that is someone new.
    """
    turn = progress.next + jnp.cumsum(~goes_on) - 1
    comes = ~goes_on & (turn < queue.size)
    stays = jnp.where(goes_on, progress.member, NOBODY)
    return jnp.where(comes, _rows(queue.member, turn), stays), comes


def _where(condition: Bool[Array, " n"], new: Array, old: Array) -> Array:
    return jnp.where(condition.reshape(-1, *[1] * (new.ndim - 1)), new, old)


def _rows(leaf: Array, chosen: Array) -> Array:
    """Some rows of an array; the last one where there are not so many."""
    return leaf.at[chosen].get(mode="clip")
