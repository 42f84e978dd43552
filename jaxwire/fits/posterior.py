"""Posterior of the free parameters: the log-density of a fit, and samples of it (optional extra `bayes`, blackjax).

With least squares and flat priors in the values, log p = -chi^2/2; the priors of the fit are part of chi^2. The
coordinates of the sampler are those of the optimiser (see `ranges`), in units of the fit's errors; the density there
carries the Jacobian of the map to the values.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.parameters.free import Free, to_coordinates, values_and_slopes
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.result import Fit
from jaxwire.fits.search.projection import residuals
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.integers import require_count
from jaxwire.numerics.programs import compiled

MOST_DRAWS = 1_000_000
"""Samples at most, and as many to tune the sampler."""

ACCEPTANCE = 0.8
"""Mean acceptance to which the step of the sampler is tuned: the usual one for no-U-turn samplers."""

FIRST_STEP = 0.8
"""Step at the beginning of the tuning, in errors of the fit, which are about 1 wide: the tuning goes on from there."""

CENTRAL = (15.865, 50.0, 84.135)
"""Percentiles: ends and middle of one standard error about the median of a normal distribution."""


class Posterior(NamedTuple):
    """Samples of the posterior.

    Attributes:
        names: of the parameters.
        samples: values, shape (draws, k).
        log_density: up to a constant, shape (draws,).
        acceptance: mean acceptance of the sampler; about 0.8 when it is well tuned.
    """

    names: tuple[str, ...]
    samples: np.ndarray
    log_density: np.ndarray
    acceptance: float

    def summary(self) -> dict[str, tuple[float, float, float]]:
        """Median and the ends of the central 68 % of each parameter, by name."""
        low, middle, high = np.percentile(self.samples, CENTRAL, axis=0)
        rows = zip(self.names, middle, low, high, strict=True)
        return {name: (float(m), float(a), float(b)) for name, m, a, b in rows}


class _Target(eqx.Module):
    """The density in the coordinates of the optimiser."""

    layout: FitProgram = eqx.field(static=True)
    model: Model
    scale: Float[Array, " k"]

    def values_and_slopes(self, u: Float[Array, " k"]) -> tuple[Float[Array, " k"], Float[Array, " k"]]:
        return values_and_slopes(self.model.ranges, self.scale, u)

    def log_density(self, u: Float[Array, " k"]) -> Scalar:
        slope = self.values_and_slopes(u)[1]
        misfit = 0.5 * jnp.sum(residuals(self.layout, self.model, self.scale)(u) ** 2)
        return jnp.nan_to_num(jnp.sum(jnp.log(jnp.abs(slope))) - misfit, nan=-jnp.inf)


def log_density(fit: Fit) -> Callable[[Float[Array, " k"]], Scalar]:
    """Log-density -chi^2/2 of the values of the parameters, with flat priors, as a function that JAX differentiates.

    Args:
        fit: a fit by least squares with known errors; its free parameters in their order are the argument.

    Raises:
        TypeError: if fit is not a Fit.
        ValueError: if the errors of its readings are unknown, or it failed.
    """
    target, _ = _target(fit)

    def density(values):
        columns = zip(target.model.ranges, jnp.asarray(values), target.scale, strict=True)
        u = [one.coordinate(value, scale) for one, value, scale in columns]
        return -0.5 * jnp.sum(residuals(target.layout, target.model, target.scale)(jnp.stack(u)) ** 2)

    return density


def sample(fit: Fit, draws: int = 500, warmup: int = 100, seed: int = 0) -> Posterior:
    """Draw samples of the posterior by the no-U-turn sampler of blackjax, from the fit and with its covariance.

    Args:
        fit: a fit by least squares with known errors.
        draws: how many samples are kept.
        warmup: steps before, in which the length of a step is tuned.
        seed: of the random numbers.

    Raises:
        ImportError: without blackjax (`pip install "jaxwire[bayes]"`).
        TypeError: if fit is not a Fit.
        ValueError: if the errors of its readings are unknown, it failed, or numbers are not positive integers.
    """
    for name, number in (("draws", draws), ("warmup", warmup)):
        require_count(name, number, 1, MOST_DRAWS)
    target, free = _target(fit)
    start = to_coordinates(free, np.array([fit.values[name] for name in fit.names]), np.asarray(target.scale))
    slope = np.asarray(target.values_and_slopes(jnp.asarray(start))[1])
    spread = np.linalg.cholesky(fit.covariance / np.outer(slope, slope))
    u, density, acceptance = _draw(target, jnp.asarray(start), jnp.asarray(spread), jax.random.key(seed), draws, warmup)
    values = jax.vmap(target.values_and_slopes)(u)[0]
    return Posterior(fit.names, np.asarray(values), np.asarray(density), float(acceptance))


def _target(fit: Any) -> tuple[_Target, tuple[Free, ...]]:
    if not isinstance(fit, Fit):
        raise TypeError(f"`fit` must be a Fit such as `fit_profile` returns, got {type(fit).__name__}.")
    if fit.measurements[0].sigma is None:
        raise ValueError("`fit` must be of readings with known errors; give `sigma` to the fit.")
    if not np.all(np.isfinite(fit.covariance)):
        raise ValueError(f"`fit` must have values and errors, got one without: {fit.status}.")
    layout, model, free, _ = fit.problem
    values = np.array([fit.values[name] for name in fit.names])
    scale = [one.scale(value) for one, value in zip(model.ranges, values, strict=True)]
    return _Target(layout._replace(projected=(), is_fast=False), model, jnp.asarray(scale)), free


@compiled
def _draw(target: _Target, start: Array, spread: Array, key: Array, draws: int, warmup: int):
    """Run the sampler in coordinates whitened by the fit: u = start + spread z."""
    try:
        import blackjax
        from blackjax.adaptation.step_size import dual_averaging_adaptation
    except ImportError as error:
        raise ImportError("sampling needs blackjax: pip install 'jaxwire[bayes]'.") from error

    def density(z):
        return target.log_density(start + spread @ z)

    kernel = blackjax.nuts.build_kernel()
    metric = jnp.ones(start.size)
    begin, update, _ = dual_averaging_adaptation(target=ACCEPTANCE)

    def move(carry, one):
        """One step, of tuning or of sampling: the program holds the sampler once."""
        (state, tuning), (key, is_tuning) = carry, one
        step_size = jnp.exp(jnp.where(is_tuning, tuning.log_step_size, tuning.log_step_size_avg))
        state, info = kernel(key, state, density, step_size, metric)
        tuned = update(tuning, info.acceptance_rate)
        tuning = jax.tree.map(lambda new, old: jnp.where(is_tuning, new, old), tuned, tuning)
        return (state, tuning), (start + spread @ state.position, state.logdensity, info.acceptance_rate)

    warm, cold = jax.random.split(key)
    keys = jnp.concatenate([jax.random.split(warm, warmup), jax.random.split(cold, draws)])
    first = blackjax.nuts.init(jnp.zeros(start.size), density)
    _, moves = jax.lax.scan(move, (first, begin(FIRST_STEP)), (keys, jnp.arange(warmup + draws) < warmup))
    u, log_density, acceptance = jax.tree.map(lambda part: part[warmup:], moves)
    return u, log_density, jnp.mean(acceptance)
