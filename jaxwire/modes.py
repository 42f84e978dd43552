r"""Half-wire modes: how a deviation from equilibrium decays away from the scatterer (App. A, Eqs. A6, A11; D7, D11).

In half a wire the stationary Boltzmann equation has solutions g_k(i) exp(-kappa_k |x|). On nodes i with mean free
paths l_i and weights r_i (sum 1) their decay rates kappa_k = sqrt(lambda_k) solve the secular equation

    sum_i r_i / (d_i - lambda) = 0,      d_i = 1/l_i^2,

which has exactly one root between any two neighbouring d_i. Everything else follows from the resolvent
y_ki = 1/(d_i - lambda_k): g_k(i) = C_i d_i y_ki and the norm n_k^2 = sum_i r_i d_i y_ki^2.

A root may sit closer to a pole than the spacing of floating-point numbers there (weights go down to exp(-1/t)).
Each root is therefore stored as its offset from the nearest pole, and y is formed from that offset, so that all of its
entries are accurate to rounding. Derivatives come from the secular equation itself (implicit function theorem).

Order: k increases with kappa_k; i is the order in which the mean free paths were given.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from jaxwire.implicit import root

SMALLEST_WEIGHT = 1e-100
"""Weights below this share of the sum count as this: the limit in which such a node decouples, without 0 * inf."""

SMALLEST_GAP = 1e-13
"""Poles are kept at least this far apart, relatively; equal mean free paths are thereby resolved as a limit."""

MAX_ITERATIONS = 20

SETTLED = 1e-9
"""Relative step of a root after which, convergence being quadratic, the next error is rounding."""


class Modes(eqx.Module):
    """Decay rates and mode shapes of a half-wire on n nodes; the zero mode has dropped out, n - 1 remain.

    Attributes:
        rate: kappa_k, in 1/(vF tau0), increasing, shape (n - 1,).
        resolvent: y_ki = 1/(1/l_i^2 - kappa_k^2), shape (n - 1, n).
        norm: n_k^2 = sum_i r_i y_ki^2 / l_i^2, shape (n - 1,).
        converged: whether every root solves the secular equation to rounding.
    """

    rate: Float[Array, " m"]
    resolvent: Float[Array, "m n"]
    norm: Float[Array, " m"]
    converged: Bool[Array, ""]


def half_wire_modes(mean_free_path: Float[Array, " n"], weight: Float[Array, " n"]) -> Modes:
    """Solve the discretised eigenproblem of a half-wire for any mean free paths and weights.

    ```python
    >>> import jax.numpy as jnp
    >>> from jaxwire.modes import half_wire_modes
    >>> modes = half_wire_modes(jnp.array([0.5, 1.0]), jnp.array([0.5, 0.5]))   # d = 4, 1: the root is their mean
    >>> print(modes.rate**2)
    [2.5]

    ```

    Args:
        mean_free_path: l_i > 0 in any order, equal ones allowed, shape (n,).
        weight: r_i >= 0, shape (n,); normalised to sum 1 here.
    """
    weight = jnp.maximum(weight / jnp.sum(weight), SMALLEST_WEIGHT)
    poles = 1.0 / mean_free_path**2
    order = jnp.argsort(jax.lax.stop_gradient(poles))
    sorted_poles = _separated(poles[order])
    sorted_weight = weight[order]
    nearest, offset, converged = _secular_roots(sorted_poles, sorted_weight)
    difference = sorted_poles[None, :] - sorted_poles[nearest][:, None]
    offset = _differentiable(difference, sorted_weight, offset)
    resolvent = 1.0 / (difference - offset[:, None])
    norm = resolvent**2 @ (sorted_weight * sorted_poles)
    return Modes(
        rate=jnp.sqrt(sorted_poles[nearest] + offset),
        resolvent=resolvent[:, jnp.argsort(order)],
        norm=norm,
        converged=converged,
    )


def _separated(poles: Float[Array, " n"]) -> Float[Array, " n"]:
    """Move sorted poles apart, where they coincide, by a relative distance that no result can feel."""
    growth = (1.0 + SMALLEST_GAP) ** jnp.arange(poles.size)
    apart = jax.lax.cummax(jax.lax.stop_gradient(poles) / growth) * growth
    return poles + jax.lax.stop_gradient(apart - poles)


def _secular_roots(
    poles: Float[Array, " n"], weight: Float[Array, " n"]
) -> tuple[Int[Array, " m"], Float[Array, " m"], Bool[Array, ""]]:
    """Roots of the secular equation as index of the nearest pole and signed offset from it.

    Seen from its nearest pole, at distance x, a root balances the poles on the near side against those on the far side,
        A(x) = sum_near r_i/(|D_i| + x)  =  B(x) = sum_far r_i/(|D_i| - x),        D_i = d_i - d_nearest.
    Each sum is replaced by one pole at the end of the interval plus a constant, matching value and slope; the
    two-pole equation is quadratic. The two sums are never subtracted before that, and convergence is quadratic.
    """
    poles, weight = jax.lax.stop_gradient(poles), jax.lax.stop_gradient(weight)
    gap = jnp.diff(poles)
    interval = jnp.arange(gap.size)
    at_middle = (poles[None, :] - poles[:-1, None]) - 0.5 * gap[:, None]
    balance = jnp.sum(weight[None, :] / at_middle, axis=1)
    is_left = balance > 0
    nearest = jnp.where(is_left, interval, interval + 1)
    near_weight = weight[nearest]
    far_weight = weight[jnp.where(is_left, interval + 1, interval)]
    is_near: Array = (jnp.arange(poles.size)[None, :] <= interval[:, None]) == is_left[:, None]
    distance = jnp.abs(poles[None, :] - poles[nearest][:, None])
    sign = jnp.where(is_near, 1.0, -1.0)

    def two_pole_root(constant, near, far):
        """Root of constant + near/x - far/(gap - x) in (0, gap), by the form that does not cancel."""
        slope = near + far - constant * gap
        radical = jnp.sqrt((near - far + constant * gap) ** 2 + 4.0 * near * far)
        return jnp.where(slope >= 0, 2.0 * near * gap / (slope + radical), (radical - slope) / (2.0 * constant))

    def improve(state):
        step, x, _ = state
        inverse = 1.0 / (distance + sign * x[:, None])
        term = weight[None, :] * inverse
        slope_term = term * inverse
        near_slope = jnp.sum(slope_term, axis=1, where=is_near)
        far_slope = jnp.sum(slope_term, axis=1, where=~is_near)
        near_sum = jnp.sum(term, axis=1, where=is_near)
        far_sum = jnp.sum(term, axis=1, where=~is_near)
        rest = gap - x
        constant = (near_sum - near_slope * x) - (far_sum - far_slope * rest)
        better = two_pole_root(constant, near_slope * x**2, far_slope * rest**2)
        better = jnp.clip(better, jnp.finfo(x.dtype).tiny, 0.5 * gap)
        return step + 1, better, jnp.max(jnp.abs(better - x) / better)

    half = 0.5 * gap
    others = jnp.where(is_left, -balance, balance) - (near_weight - far_weight) / half
    start = jnp.clip(two_pole_root(others, near_weight, far_weight), jnp.finfo(gap.dtype).tiny, half)
    steps, x, change = jax.lax.while_loop(
        lambda state: (state[0] < MAX_ITERATIONS) & (state[2] > SETTLED), improve, (0, start, jnp.inf)
    )
    return nearest, jnp.where(is_left, x, -x), jnp.asarray(change <= SETTLED)


def _differentiable(
    difference: Float[Array, "m n"], weight: Float[Array, " n"], offset: Float[Array, " m"]
) -> Float[Array, " m"]:
    """Give the offsets their derivatives, by the implicit function theorem applied to the secular equation.

    Each equation holds one root, so the Jacobian is diagonal: no derivative ever divides by a difference of roots.
    """

    def secular(x):
        return jnp.sum(weight[None, :] / (difference - x[:, None]), axis=1)

    return root(
        secular,
        offset,
        solve=lambda _, start: start,
    )
