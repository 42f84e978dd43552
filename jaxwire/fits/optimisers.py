"""Losses and optimisers of fits, as values: how residuals count, and how the smallest loss is looked for.

With standardised residuals r_i, a fit minimises L = sum_i rho(r_i). For least squares rho = r^2/2; a robust rho grows
more slowly, so that outliers count less. Levenberg-Marquardt (optimistix) works on q_i = sign(r_i) sqrt(2 rho(r_i)),
for which L = sum q_i^2/2; the other optimisers (optax) on the gradient of L.
"""

import abc
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import lineax
import numpy as np
import optax
import optimistix
from jaxtyping import Array, Bool, Float, Int

from jaxwire.model.printing import Printable
from jaxwire.numerics.integers import require_count
from jaxwire.numerics.programs import quick_jit

MOST_STEPS = 100_000
"""Steps of an optimiser at most: what has not converged by then never will."""


class Descent(NamedTuple):
    """Where one start ended.

    Attributes:
        u: coordinates that the optimiser sees, shape (s,).
        loss: L there.
        converged: whether the optimiser says that it is a minimum.
        steps: steps taken.
    """

    u: Float[Array, "*b s"]
    loss: Float[Array, "*b"]
    converged: Bool[Array, "*b"]
    steps: Int[Array, "*b"]


Residuals = Callable[[Float[Array, " s"]], Float[Array, " n"]]
"""Function of the searched coordinates of which half the sum of squares is minimised."""


class AbstractProblem(abc.ABC):
    """What an optimiser sees of a fit: its starts, and two ways to the function q of which sum(q^2)/2 is minimised.

    Attributes:
        starts: coordinates where the search begins, shape (b, s).
    """

    starts: np.ndarray

    @abc.abstractmethod
    def read(self, rows: np.ndarray, u: np.ndarray) -> tuple[Float[Array, "b n"], Float[Array, "b n s"]]:
        """Values and derivatives of q for all starts, worked out anew for those whose numbers are given, shape (m,).

        The same compiled program serves every step, and the rest of the fit.
        """

    @abc.abstractmethod
    def each(self, search: "Callable[[Residuals, Float[Array, ' s']], Descent]") -> Descent:
        """Run a search from every start, in a program compiled for it, with q as a function that can be traced."""


class AbstractOptimiser(Printable):
    """Base of all optimisers: subclass it and give `minimise`."""

    @abc.abstractmethod
    def minimise(self, problem: AbstractProblem) -> Descent:
        """Look for the smallest sum(q(u)^2)/2, from every start."""


class LevenbergMarquardt(AbstractOptimiser):
    """Levenberg-Marquardt with exact Jacobians (optimistix), the default: 5 to 20 steps.

    The steps of optimistix are taken one by one, for all starts side by side. It is shown the linear function that has
    the value and the derivatives of q at the place of interest, the only place where a step looks: so the physics is
    compiled once for the whole fit, not a second time inside the optimiser.

    Attributes:
        tolerance: relative change of loss and coordinates at which it stops.
        max_steps: steps after which it gives up; starts that need more lie far from the best minimum.
    """

    tolerance: float = eqx.field(static=True, default=1e-6)
    max_steps: int = eqx.field(static=True, default=30)

    def __check_init__(self) -> None:
        """Refuse a search without a step."""
        if self.max_steps < 1:
            raise ValueError(f"`max_steps` must be at least 1, got {self.max_steps}.")
        require_count("max_steps", self.max_steps, 1, MOST_STEPS)

    def minimise(self, problem: AbstractProblem) -> Descent:
        """Look for the smallest sum of squares, from every start."""
        rows = np.arange(len(problem.starts))
        q, jacobian = problem.read(rows, problem.starts)
        u = jnp.asarray(problem.starts)
        state = self._begin(u, q, jacobian)
        for step in range(self.max_steps):
            if step > 0:
                q, jacobian = problem.read(rows, np.asarray(state.y_eval))
            u, state = self._step(u, state, q, jacobian)
            rows = np.flatnonzero(np.asarray(_goes_on(state)))
            if rows.size == 0:
                break
        converged = state.terminate & (state.result == optimistix.RESULTS.successful)
        return Descent(u, 0.5 * jnp.sum(state.f_info.residual**2, axis=1), converged, state.num_steps)

    @quick_jit
    def _begin(self, u: Array, q: Array, jacobian: Array) -> Any:
        """State of every start before its first step."""

        def one(u, q, jacobian):
            values = jax.ShapeDtypeStruct(q.shape, q.dtype)
            return self._solver.init(_linear, u, (u, q, jacobian), {}, values, None, frozenset())

        return eqx.filter_vmap(one)(u, q, jacobian)

    @quick_jit
    def _step(self, u: Array, state: Any, q: Array, jacobian: Array) -> tuple[Array, Any]:
        """One step of every start that has not ended."""

        def one(u, state, q, jacobian):
            new = self._solver.step(_linear, u, (state.y_eval, q, jacobian), {}, state, frozenset())[:2]
            keep = (u, state)
            return jax.tree.map(
                lambda after, before: jnp.where(_goes_on(state), after, before) if eqx.is_array(after) else after,
                *(new, keep),
            )

        return eqx.filter_vmap(one)(u, state, q, jacobian)

    @property
    def _solver(self) -> optimistix.LevenbergMarquardt:
        normal = lineax.Normal(lineax.Cholesky())  # square: a GPU decomposes a batch of others one by one
        return optimistix.LevenbergMarquardt(rtol=self.tolerance, atol=self.tolerance, linear_solver=normal)


def _linear(u: Array, args: tuple[Array, Array, Array]) -> tuple[Array, None]:
    """The function with given value and derivatives at a place; nothing besides."""
    place, q, jacobian = args
    return q + jacobian @ (u - place), None


def _goes_on(state: Any) -> Array:
    """Whether a start has neither ended nor gone astray."""
    return ~state.terminate & jnp.all(jnp.isfinite(state.y_eval), axis=-1)


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

    def __check_init__(self) -> None:
        """Refuse a search without a step, or without an end."""
        require_count("steps", self.steps, 1, MOST_STEPS)

    def minimise(self, problem: AbstractProblem) -> Descent:
        """Take steps along the gradient, from every start."""
        return problem.each(self._descend)

    def _descend(self, function: Residuals, start: Float[Array, " s"]) -> Descent:
        """Take steps from one start."""

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
        return Descent(u, loss(u), change <= self.tolerance, count)
