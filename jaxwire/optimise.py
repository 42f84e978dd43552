"""Losses and optimisers of fits, as values: how residuals count, and how the smallest loss is looked for.

With standardised residuals r_i, a fit minimises L = sum_i rho(r_i). For least squares rho = r^2/2; a robust rho grows
more slowly, so that outliers count less. Levenberg-Marquardt (optimistix) works on q_i = sign(r_i) sqrt(2 rho(r_i)),
for which L = sum q_i^2/2; the other optimisers (optax) on the gradient of L.
"""

import abc
from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
import optimistix
from jaxtyping import Array, Bool, Float, Int

from jaxwire.domain import POSITIVE, Scalar, parameter


class AbstractLoss(eqx.Module):
    """Base of all losses: subclass it and give `root`."""

    @abc.abstractmethod
    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """Q = sign(r) sqrt(2 rho(r)), smooth through r = 0; r in standard errors, shape (n,)."""


class SquaredLoss(AbstractLoss):
    """Least squares: rho(r) = r^2/2, right for errors of normal distribution."""

    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """The residual itself."""
        return residual


class HuberLoss(AbstractLoss):
    """Pseudo-Huber loss, rho(r) = s^2 (sqrt(1 + (r/s)^2) - 1): beyond s standard errors a residual counts linearly.

    Attributes:
        scale: s, in standard errors, positive.
    """

    scale: Scalar = parameter("scale", POSITIVE, default=1.5)

    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """The residual r sqrt(2/(1 + sqrt(1 + (r/s)^2)))."""
        return residual * jnp.sqrt(2.0 / (1.0 + jnp.sqrt(1.0 + (residual / self.scale) ** 2)))


class CauchyLoss(AbstractLoss):
    """Cauchy loss, rho(r) = s^2/2 ln(1 + (r/s)^2): residuals far beyond s standard errors hardly count.

    Attributes:
        scale: s, in standard errors, positive.
    """

    scale: Scalar = parameter("scale", POSITIVE, default=2.0)

    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """The residual r sqrt(ln(1 + z)/z) with z = (r/s)^2."""
        z = (residual / self.scale) ** 2
        is_small = z < 1e-8
        safe = jnp.where(is_small, 1.0, z)
        return residual * jnp.where(is_small, 1.0 - 0.25 * z, jnp.sqrt(jnp.log1p(safe) / safe))


class Search(NamedTuple):
    """Where one start ended.

    Attributes:
        u: coordinates of the optimiser, shape (k,).
        loss: L there.
        converged: whether the optimiser says that it is a minimum.
        steps: steps taken.
    """

    u: Float[Array, "*b k"]
    loss: Float[Array, "*b"]
    converged: Bool[Array, "*b"]
    steps: Int[Array, "*b"]


Residuals = Callable[[Float[Array, " k"]], Float[Array, " n"]]


class AbstractOptimiser(eqx.Module):
    """Base of all optimisers: subclass it and give `minimise`."""

    @abc.abstractmethod
    def minimise(self, function: Residuals, start: Float[Array, " k"]) -> Search:
        """Look for the smallest sum(function(u)^2)/2, from one start."""


class LevenbergMarquardt(AbstractOptimiser):
    """Levenberg-Marquardt with exact Jacobians (optimistix), the default: 5 to 20 steps.

    Attributes:
        tolerance: relative change of loss and coordinates at which it stops.
        max_steps: steps after which it gives up; starts that need more lie far from the best minimum.
    """

    tolerance: float = eqx.field(static=True, default=1e-6)
    max_steps: int = eqx.field(static=True, default=30)

    def minimise(self, function: Residuals, start: Float[Array, " k"]) -> Search:
        """Look for the smallest sum of squares, from one start."""
        found = optimistix.least_squares(
            lambda u, _: function(u),
            optimistix.LevenbergMarquardt(rtol=self.tolerance, atol=self.tolerance),
            start,
            max_steps=self.max_steps,
            throw=False,
        )
        converged = found.result == optimistix.RESULTS.successful
        return Search(found.value, 0.5 * jnp.sum(found.state.f_info.residual**2), converged, found.stats["num_steps"])


class GradientDescent(AbstractOptimiser):
    """Any gradient transformation of optax, such as `optax.adam(0.05)` or `optax.lbfgs()`.

    Attributes:
        transformation: the optimiser of optax.
        steps: steps taken; it stops earlier only where nothing changes any more.
        tolerance: size of a step in every coordinate at which the start counts as converged.
    """

    transformation: optax.GradientTransformationExtraArgs = eqx.field(
        static=True, converter=optax.with_extra_args_support
    )
    steps: int = eqx.field(static=True, default=300)
    tolerance: float = eqx.field(static=True, default=1e-5)

    def minimise(self, function: Residuals, start: Float[Array, " k"]) -> Search:
        """Take steps along the gradient, from one start."""

        def loss(u):
            return 0.5 * jnp.sum(function(u) ** 2)

        def step(state):
            u, memory, count, _ = state
            value, slope = jax.value_and_grad(loss)(u)
            change, memory = self.transformation.update(slope, memory, u, value=value, grad=slope, value_fn=loss)
            change = jnp.asarray(change)
            return u + change, memory, count + 1, jnp.max(jnp.abs(change))

        def goes_on(state):
            return (state[2] < self.steps) & (state[3] > self.tolerance)

        state = (start, self.transformation.init(start), jnp.asarray(0), jnp.asarray(jnp.inf))
        u, _, count, change = jax.lax.while_loop(goes_on, step, state)
        return Search(u, loss(u), change <= self.tolerance, count)
