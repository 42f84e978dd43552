r"""Half-wire modes: how a deviation from equilibrium decays away from the scatterer (App. A, App. D).

In half a wire the stationary Boltzmann equation has solutions g_k(i) exp(-kappa_k |x|), with the nodes i of mean free
paths l_i and weights r_i (sum 1), which carry no current (Eqs. 17, A2-A6, A11; D5-D9, D11). Their decay rates
kappa_k = sqrt(lambda_k) follow from the secular equation

    sum_i r_i / (d_i - lambda_k) = 0,      d_i = 1/l_i^2,

and everything else from the resolvent y_ki = 1/(d_i - lambda_k): the shapes g_k(i) = C_i d_i y_ki, C_i the collision
average of `half_wire`, and the norm n_k^2 = sum_i r_i d_i y_ki^2 (Eqs. A7, A8, D10).

Order: k increases with kappa_k; i is the order in which the mean free paths were given.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from jaxwire.kinetics.eigenmodes.secular_roots import secular_roots
from jaxwire.kinetics.eigenmodes.spectrum import Spectrum, with_derivatives
from jaxwire.numerics.precision import ByPrecision

SMALLEST_WEIGHT = ByPrecision(1e-100, 1e-32)
"""Weights below this share of the sum count as this: the limit in which such a node decouples, without 0 * inf."""

SMALLEST_GAP = ByPrecision(1e-13, 1e-6)
"""Poles are kept at least this far apart, relatively; equal mean free paths are thereby resolved as a limit."""


class Modes(eqx.Module):
    """Decay rates and mode shapes of a half-wire on n nodes; the zero mode has dropped out, n - 1 remain.

    Attributes:
        rate: kappa_k, in 1/(vF tau0), increasing, shape (n - 1,); NaN where not converged.
        resolvent: y_ki = 1/(1/l_i^2 - kappa_k^2), shape (n - 1, n).
        norm: n_k^2 = sum_i r_i y_ki^2 / l_i^2, shape (n - 1,).
        converged: whether every root solves the secular equation to rounding.
        spectrum: what the resolvent is made of.
    """

    rate: Float[Array, " m"]
    resolvent: Float[Array, "m n"]
    norm: Float[Array, " m"]
    converged: Bool[Array, ""]
    spectrum: Spectrum

    def sums(self, columns: Float[Array, "n c"]) -> Float[Array, "m c"]:
        """Sums sum_i y_ki c_i of the resolvent times some columns; cheaper to differentiate than the resolvent."""
        return self.spectrum.sums(columns)


def half_wire_modes(mean_free_path: Float[Array, " n"], weight: Float[Array, " n"]) -> Modes:
    """Solve the discretised eigenproblem of a half-wire for any mean free paths and weights.

    ```python
    >>> import jax.numpy as jnp
    >>> from jaxwire.kinetics.eigenmodes.modes import half_wire_modes
    >>> modes = half_wire_modes(jnp.array([0.5, 1.0]), jnp.array([0.5, 0.5]))   # d = 4, 1: the root is their mean
    >>> print(modes.rate**2)
    [2.5]

    ```

    Args:
        mean_free_path: l_i > 0 in any order, equal ones allowed, shape (n,).
        weight: r_i >= 0, shape (n,); normalised to sum 1 here.
    """
    weight = jnp.maximum(weight / jnp.sum(weight), SMALLEST_WEIGHT.of(weight))
    poles = 1.0 / mean_free_path**2
    order = jnp.argsort(jax.lax.stop_gradient(poles))
    sorted_poles = _separated(poles[order])
    nearest, offset, converged = secular_roots(sorted_poles, weight[order])
    poles = jnp.zeros_like(poles).at[order].set(sorted_poles, unique_indices=True)
    nearest = order[nearest]
    spectrum = with_derivatives(Spectrum(poles, offset, nearest), weight)
    return Modes(
        rate=jnp.where(converged, jnp.sqrt(poles[nearest] + spectrum.offset), jnp.nan),
        resolvent=spectrum.resolvent(),
        norm=spectrum.norm(weight * poles),
        converged=converged,
        spectrum=spectrum,
    )


def _separated(poles: Float[Array, " n"]) -> Float[Array, " n"]:
    """Move sorted poles apart, where they coincide, by a relative distance that no result can feel."""
    growth = (1.0 + SMALLEST_GAP.of(poles)) ** jnp.arange(poles.size)
    apart = jax.lax.cummax(jax.lax.stop_gradient(poles) / growth) * growth
    return poles + jax.lax.stop_gradient(apart - poles)
