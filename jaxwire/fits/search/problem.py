"""What an optimiser sees of a fit: residuals with gain and offset projected out, under the loss, for many starts."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.losses import AbstractLoss
from jaxwire.fits.optimisers import AbstractProblem, Descent
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.readings.residuals import Reading, read_batch
from jaxwire.fits.search.batches import in_lanes
from jaxwire.fits.search.projection import project, residuals, to_read
from jaxwire.numerics.programs import compiled, quick_jit


class FitProblem(AbstractProblem):
    """A fit from many starts.

    Attributes:
        starts: searched coordinates of the starts, shape (b, s).
    """

    def __init__(
        self, layout: FitProgram, model: Model, loss: AbstractLoss, scale: np.ndarray, u: np.ndarray, sigma: float = 1.0
    ) -> None:
        """Coordinates u of the starts and their units, all of shape (b, k); sigma is the error of residuals."""
        self.layout, self.model, self.scale = layout, model, scale
        self.loss = _InUnits(loss, jnp.asarray(sigma), model.other_rows)
        self.starts = u[:, list(layout.searched)]
        self._kept: list[np.ndarray] = []

    def read(self, rows: np.ndarray, u: np.ndarray) -> tuple[Float[Array, "b n"], Float[Array, "b n s"]]:
        """Roots of the loss and their derivatives for all starts, worked out anew for those of the given numbers."""
        places = to_read(self.layout, u[rows])
        found: Reading = in_lanes(read_batch, (self.layout, self.model), self.scale[rows], places)
        self._kept = self._kept or [np.array(new) for new in found]
        for kept, new in zip(self._kept, found, strict=True):
            kept[rows] = new
        seen = _under_loss(self.layout, self.loss, *self._kept)
        return seen.residual, seen.jacobian

    def each(self, search: Callable[..., Descent]) -> Descent:
        """Run a search from every start, in a program compiled for it."""
        fixed = (self.layout, self.model, self.loss, search)
        return in_lanes(_search, fixed, self.scale, to_read(self.layout, self.starts))


class _InUnits(AbstractLoss):
    """A loss of residuals that are not in standard errors.

    Attributes:
        loss: of residuals in standard errors.
        sigma: the standard error.
        in_full: how many of the last residuals are of no reading, and count in full.
    """

    loss: AbstractLoss
    sigma: Array
    in_full: int = eqx.field(static=True, default=0)

    def root(self, residual: Float[Array, " n"]) -> Float[Array, " n"]:
        """As `AbstractLoss`, in units of the residual."""
        root = self.loss.root(residual / self.sigma) * self.sigma
        if self.in_full == 0:
            return root
        return root.at[-self.in_full :].set(residual[-self.in_full :])


@quick_jit
def _under_loss(layout: FitProgram, loss: AbstractLoss, residual: Any, jacobian: Any) -> Reading:
    """Readings of all starts, with gain and offset projected out, as the loss counts them."""

    def one(residual: Array, jacobian: Array) -> Reading:
        found = project(layout, Reading(residual, jacobian))
        root, slope = jax.jvp(loss.root, (found.residual,), (jnp.ones_like(found.residual),))  # each has its own root
        return Reading(root, slope[:, None] * found.jacobian)

    return jax.vmap(one)(jnp.asarray(residual), jnp.asarray(jacobian))


@compiled
def _search(layout: FitProgram, model: Model, loss: AbstractLoss, search: Callable[..., Descent], scale, u) -> Descent:
    """Search from a batch of starts."""
    seen = jnp.asarray(layout.searched)

    def one(scale, u):
        function = residuals(layout, model, scale)
        return search(lambda searched: loss.root(function(searched)), u[seen])

    return jax.vmap(one)(jnp.asarray(scale), jnp.asarray(u))
