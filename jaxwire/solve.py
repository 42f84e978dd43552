"""The public `solve`: one operating point in, one `Solution` out."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire import status
from jaxwire.domain import POSITIVE, REAL, Scalar, as_parameter, in_domain
from jaxwire.flow import Flow, excite
from jaxwire.matching import Matching, match
from jaxwire.quadrature import Resolution
from jaxwire.scatterer import AbstractScatterer
from jaxwire.solution import Solution
from jaxwire.status import Status
from jaxwire.wire import Wire

PROBES = (0.05, 0.3, 1.0, 3.0)
"""Distances, in vF tau0, at which the error estimate compares the heating of two grids."""

ROUNDING = 1e-10
"""Smallest error estimate: below it, rounding in sums that nearly cancel is not seen by comparing grids."""


def solve(
    scatterer: AbstractScatterer,
    wire: Wire | None = None,
    *,
    temperature,
    voltage,
    resolution: Resolution | None = None,
    error_estimate: bool = True,
) -> Solution:
    """Solve the wire with a scatterer at a given voltage.

    All numbers may be traced: `jax.jit`, `jax.grad`, `jax.jvp`, `jax.hessian` and `jax.vmap` work through it.

    ```python
    >>> import jaxwire as jw
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    >>> print(f"{sol.current:.5f} {sol.potential_right:.5f}")
    0.01246 -0.00211

    ```

    Args:
        scatterer: transmission model.
        wire: the wire; the paper's (parabolic, constant relaxation time, electroneutral) unless given.
        temperature: kB T, in mu0, positive.
        voltage: eV, misalignment of the band bottoms, in mu0; positive drives a positive current.
        resolution: numbers of nodes; the default is good for 1e-6 over the promised domain.
        error_estimate: whether to solve a second time on a coarser grid, at about half the cost, for the estimate.

    Returns:
        The solution. A point that could not be solved holds NaN and says why in `status`.

    Raises:
        TypeError: if an argument is not of its type, or a number is not in double precision.
        ValueError: if a known number is outside its domain.
    """
    if not isinstance(scatterer, AbstractScatterer):
        raise TypeError(
            f"`scatterer` must be an object such as Lorentzian(center=1.44, width=0.08), got {scatterer!r}."
        )
    wire = Wire() if wire is None else wire
    if not isinstance(wire, Wire):
        raise TypeError(f"`wire` must be an object such as Wire(), got {wire!r}.")
    resolution = Resolution() if resolution is None else resolution
    if not isinstance(resolution, Resolution):
        raise TypeError(f"`resolution` must be an object such as Resolution(above=80, below=32), got {resolution!r}.")
    temperature = as_parameter("temperature", temperature, POSITIVE)
    voltage = as_parameter("voltage", voltage, REAL)
    return _solve(scatterer, wire, temperature, voltage, resolution, bool(error_estimate))


@eqx.filter_jit
def _solve(
    scatterer: AbstractScatterer,
    wire: Wire,
    temperature: Scalar,
    voltage: Scalar,
    resolution: Resolution,
    error_estimate: bool,
) -> Solution:
    drive = -jnp.expm1(-jnp.where(voltage >= 0, voltage, -voltage) / temperature)
    matching = match(scatterer, wire, temperature, voltage, resolution)
    estimate = jnp.asarray(jnp.nan)
    if error_estimate:
        coarser = match(scatterer, wire, temperature, voltage, resolution.coarser())
        estimate = _relative_difference(matching, coarser, drive)
    valid = in_domain(scatterer) & in_domain(wire) & POSITIVE.contains(temperature) & jnp.isfinite(voltage)
    outcome = _outcome(matching, valid, estimate)
    failed = (outcome != status.SOLVED) & (outcome != status.INACCURATE)
    flow = excite(matching, jnp.where(failed, jnp.nan, drive))
    estimate = jnp.where(failed, jnp.nan, estimate)
    return Solution(scatterer, wire, temperature, voltage, Status(outcome), estimate, flow, resolution)


def _outcome(matching: Matching, valid: Array, estimate: Scalar) -> Array:
    """Status code, the first failure in the order of their causes."""
    transmission = matching.transmission
    is_probability = jnp.all((transmission >= 0) & (transmission <= 1))
    is_finite = jnp.all(jnp.isfinite(matching.spectral_current)) & matching.converged
    return jnp.select(
        [~valid, ~is_probability, ~is_finite, estimate > 1e-4],
        [status.OUT_OF_DOMAIN, status.BAD_TRANSMISSION, status.NOT_FINITE, status.INACCURATE],
        status.SOLVED,
    )


def _relative_difference(fine: Matching, coarse: Matching, drive: Scalar) -> Scalar:
    """Largest relative difference between two grids of current, potentials and heating near the scatterer.

    At zero voltage everything is compared per unit of drive.
    """
    drive = jnp.where(drive > 0, drive, 1.0)
    first, second = (_observed(excite(matching, drive)) for matching in (fine, coarse))
    differences = [
        jnp.max(jnp.abs(a - b) / jnp.maximum(jnp.abs(a), 1e-2 * jnp.max(jnp.abs(a))))
        for a, b in zip(first, second, strict=True)
    ]
    return jnp.maximum(jnp.max(jnp.stack(differences)), ROUNDING)


def _observed(flow: Flow) -> tuple[Float[Array, " 1"], Float[Array, " 2"], Float[Array, " p"]]:
    x = jnp.concatenate([-jnp.asarray(PROBES), jnp.asarray(PROBES)])
    faces = jnp.asarray([-0.0, 0.0])
    return flow.current[None], jax.vmap(flow.potential)(faces), jax.vmap(flow.heating)(x).total
