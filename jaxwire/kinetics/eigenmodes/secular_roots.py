"""Roots of the secular equation of a half-wire, to rounding and all at once.

The equation is

    sum_i r_i / (d_i - lambda) = 0

with poles d_i, in increasing order, and weights r_i > 0. It has exactly one root between any two neighbouring poles.

A root may sit closer to a pole than the spacing of floating-point numbers there (weights go down to exp(-1/t)). Each
root is therefore known as its offset x from the nearest pole. The sums over the poles left and right of a root, which
cancel each other, are formed apart; each of them is replaced by one pole at the end of the interval plus a constant,
and the equation of two poles is solved: that converges quadratically (the family of LAPACK's dlaed4).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from jaxwire.numerics.precision import ByPrecision

LATE_PASSES = 3
"""Steps of a pass in which the root that moves most is followed alone: 2 leave a fourth pass to twice as many wires."""

MAX_PASSES = 18
"""Passes after which a root that still moves counts as not converged."""

SETTLED_ROOT = ByPrecision(1e-7, 1e-3)
"""Relative step of a root after which the next error is rounding: it is the square, or a thirtieth of it."""


def secular_roots(
    poles: Float[Array, " n"], weight: Float[Array, " n"]
) -> tuple[Int[Array, " m"], Float[Array, " m"], Bool[Array, ""]]:
    """Roots of the secular equation as index of the nearest pole and signed offset from it.

    Every pass over all roots ends with steps of that root alone which moved most: it is the one next to the cluster of
    poles above the step, whose distances span many decades. Three passes settle 99 of 100 wires, four all others.
    """
    poles, weight = jax.lax.stop_gradient(poles), jax.lax.stop_gradient(weight)
    gap = jnp.diff(poles)
    from_middle = (poles[None, :] - poles[:-1, None]) - 0.5 * gap[:, None]
    balance = (1.0 / from_middle) @ weight
    is_left = balance > 0
    roots = _Roots(jnp.where(is_left, poles[:-1], poles[1:]), is_left, gap)
    all_poles = _Pole(poles, weight)
    near, far = jnp.where(is_left, weight[:-1], weight[1:]), jnp.where(is_left, weight[1:], weight[:-1])
    others = jnp.where(is_left, -balance, balance) - (near - far) / (0.5 * gap)
    start = _two_pole_root(others, near, far, gap)

    def follow(state):
        count, x, _ = state
        x, change = _closer(_side_sums(all_poles, roots, x), roots, x)
        late = jnp.argmax(change)[None]
        late_roots = jax.tree.map(lambda value: value[late], roots)

        def follow_late(_, state):
            return _closer(_few_side_sums(all_poles, late_roots, state[0]), late_roots, state[0])

        x_late, change_late = jax.lax.fori_loop(0, LATE_PASSES, follow_late, (x[late], change[late]))
        change = change.at[late].set(change_late)
        return count + 1, x.at[late].set(x_late), jnp.max(change)

    settled = SETTLED_ROOT.of(gap)
    _, x, change = jax.lax.while_loop(
        lambda state: (state[0] < MAX_PASSES) & (state[2] > settled), follow, (0, start, jnp.inf)
    )
    nearest = jnp.arange(gap.size) + ~is_left
    return nearest, jnp.where(is_left, x, -x), jnp.asarray(change <= settled)


class _Roots(NamedTuple):
    """Where some roots are looked for, each of shape (m,).

    Attributes:
        nearest: the pole nearest to the root.
        is_left: whether that is the left one.
        gap: width of the interval.
    """

    nearest: Float[Array, " m"]
    is_left: Bool[Array, " m"]
    gap: Float[Array, " m"]


class _SideSums(NamedTuple):
    """Sums of r_i u and r_i u^2 over the poles left and right of each root.

    There u is the distance of the end of the interval on that side, over that of the pole: at most 1, so that nothing
    over- or underflows, whatever the ranges of poles and weights.
    """

    left: Float[Array, " m"]
    left_square: Float[Array, " m"]
    right: Float[Array, " m"]
    right_square: Float[Array, " m"]


class _Pole(NamedTuple):
    """One pole, or all of them: its place and weight."""

    place: Float[Array, "*n"]
    weight: Float[Array, "*n"]


class _Trial(NamedTuple):
    """Where roots may be: their offsets from the nearest poles and their distances from the ends of the intervals."""

    nearest: Float[Array, "*m"]
    offset: Float[Array, "*m"]
    to_left: Float[Array, "*m"]
    to_right: Float[Array, "*m"]


def _trial(roots: _Roots, x: Float[Array, " m"]) -> _Trial:
    rest = roots.gap - x
    return _Trial(
        roots.nearest,
        jnp.where(roots.is_left, x, -x),
        jnp.where(roots.is_left, x, rest),
        jnp.where(roots.is_left, rest, x),
    )


def _side_terms(pole: _Pole, trial: _Trial) -> _SideSums:
    """What one pole adds to the sums; on which side of a root it lies is the sign of their difference."""
    inverse = 1.0 / ((pole.place - trial.nearest) - trial.offset)
    right, left = jnp.maximum(inverse, 0.0) * trial.to_right, -jnp.minimum(inverse, 0.0) * trial.to_left
    on_right, on_left = pole.weight * right, pole.weight * left
    return _SideSums(on_left, on_left * left, on_right, on_right * right)


def _side_sums(poles: _Pole, roots: _Roots, x: Float[Array, " m"]) -> _SideSums:
    """Sums over the poles, one after another: it is the roots that fill the vector units."""
    trial = _trial(roots, x)

    def add(sums: _SideSums, pole: _Pole):
        return jax.tree.map(jnp.add, sums, _side_terms(pole, trial)), None

    zero = jnp.zeros_like(x)
    return jax.lax.scan(add, _SideSums(zero, zero, zero, zero), poles, unroll=4)[0]


def _few_side_sums(poles: _Pole, roots: _Roots, x: Float[Array, " m"]) -> _SideSums:
    """The same for few roots: all poles at once."""
    row = jax.tree.map(lambda value: value[None, :], poles)
    column = jax.tree.map(lambda value: value[:, None], _trial(roots, x))
    terms = _side_terms(row, column)
    return _SideSums(*jax.lax.reduce(tuple(terms), (0.0,) * 4, lambda *pair: tuple(map(jnp.add, *pair)), (1,)))


def _closer(sums: _SideSums, roots: _Roots, x: Float[Array, " m"]) -> tuple[Float[Array, " m"], Float[Array, " m"]]:
    """Improve the distances x of roots from their nearest poles, quadratically; also gives the relative change.

    At distance x from its nearest pole, a root balances the poles on the near side against those on the far side,
        A(x) = sum_near r_i/(|D_i| + x)  =  B(x) = sum_far r_i/(|D_i| - x),        D_i = d_i - d_nearest.
    Each sum is replaced by one pole at the end of the interval plus a constant, matching value and slope; the
    two-pole equation is quadratic. The two sums are never subtracted before that.
    """
    near, far = jnp.where(roots.is_left, sums.left, sums.right), jnp.where(roots.is_left, sums.right, sums.left)
    near_square = jnp.where(roots.is_left, sums.left_square, sums.right_square)
    far_square = jnp.where(roots.is_left, sums.right_square, sums.left_square)
    constant = (near - near_square) / x - (far - far_square) / (roots.gap - x)
    better = _two_pole_root(constant, near_square, far_square, roots.gap)
    return better, jnp.abs(better - x) / better


def _two_pole_root(
    constant: Float[Array, " m"], near: Float[Array, " m"], far: Float[Array, " m"], gap: Float[Array, " m"]
) -> Float[Array, " m"]:
    """Root of constant + near/x - far/(gap - x) in (0, gap/2], by the form that does not cancel."""
    slope, difference = near + far - constant * gap, jnp.abs(near - far + constant * gap)
    product = 2.0 * jnp.sqrt(near) * jnp.sqrt(far)
    size = difference + product
    share = difference / size  # of squares that might be out of range
    radical = size * jnp.sqrt(share**2 + (1.0 - share) ** 2)
    root = jnp.where(slope >= 0, 2.0 * near * gap / (slope + radical), (radical - slope) / (2.0 * constant))
    return jnp.minimum(jnp.maximum(root, jnp.finfo(gap.dtype).tiny), 0.5 * gap)
