"""The public `solve`: one operating point in, one `Solution` out."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.flow import excite
from jaxwire.kinetics.matching import Matching, match
from jaxwire.model.parameters.domain import REAL, as_parameter
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import quick_jit
from jaxwire.solver.arguments import as_setting, one_drive
from jaxwire.solver.error_estimate import estimated_error, sharpened
from jaxwire.solver.solution import Solution
from jaxwire.solver.status import Outcome, Status, first_cause, has_values
from jaxwire.solver.voltage_search.find_voltage import Found, carried, drive_of, find_voltage, is_seen, is_valid

ACCURATE = 1e-4
"""Largest estimated relative error of what counts as solved."""


def solve(
    scatterer: AbstractScatterer,
    wire: Wire | None = None,
    *,
    temperature,
    voltage=None,
    current=None,
    force=None,
    resolution: Resolution | None = None,
    error_estimate: bool = True,
) -> Solution:
    """Solve the wire with a scatterer at a given voltage, current or force.

    All numbers may be traced: `jax.jit`, `jax.grad`, `jax.jvp`, `jax.hessian` and `jax.vmap` work through it.

    ```python
    >>> import jaxwire as jw
    >>> dot = jw.Lorentzian(center=1.44, width=0.08)
    >>> sol = jw.solve(dot, temperature=0.3, voltage=0.1)
    >>> print(f"{sol.current:.5f} {sol.potential_right:.5f}")
    0.01246 -0.00211
    >>> print(f"{jw.solve(dot, temperature=0.3, current=0.0125).voltage:.5f}")
    0.10039

    ```

    Args:
        scatterer: transmission model.
        wire: the wire; the paper's (parabolic, constant relaxation time, electroneutral) unless given.
        temperature: kB T, in mu0, positive.
        voltage: eV, misalignment of the band bottoms, in mu0; positive drives a positive current.
        current: I, in e mu0/h, instead of the voltage; the voltage is then the one on the branch that rises from 0.
        force: F, external force far away in mu0/(vF tau0), instead of the voltage.
        resolution: numbers of nodes; the default is good for 1e-6 over the promised domain.
        error_estimate: whether to solve a second time on a coarser grid, at about half the cost, for the estimate.

    Returns:
        The solution. A point that could not be solved holds NaN and says why in `status`; where no voltage carries the
        current, `error_estimate` is that of the largest current in `status.limit`.

    Raises:
        TypeError: if an argument is not of its type, a number is not in double precision, or not exactly one of
            voltage, current and force is given.
        ValueError: if a known number is outside its domain.
    """
    scatterer, wire, temperature, resolution = as_setting(scatterer, wire, temperature, resolution)
    if not isinstance(error_estimate, bool):
        raise TypeError(f"`error_estimate` must be True or False, got {error_estimate!r}.")
    given = one_drive(voltage=voltage, current=current, force=force)
    given = {name: as_parameter(name, value, REAL) for name, value in given.items()}
    return _solve(scatterer, wire, temperature, given, resolution, error_estimate)


@quick_jit
def _solve(
    scatterer: AbstractScatterer,
    wire: Wire,
    temperature: Scalar,
    given: dict[str, Scalar],
    resolution: Resolution,
    error_estimate: bool,
) -> Solution:
    found = None if "voltage" in given else find_voltage(scatterer, wire, temperature, given, resolution)
    return solve_found(scatterer, wire, temperature, given, found, resolution, error_estimate)


def solve_found(
    scatterer: AbstractScatterer,
    wire: Wire,
    temperature: Scalar,
    given: dict[str, Scalar],
    found: Found | None,
    resolution: Resolution,
    error_estimate: bool,
    with_fields: bool = True,
) -> Solution:
    """Solve at a given voltage, or at the one that was found for a given current or force.

    With neither fields nor an error estimate no modes are worked out, and all that follows from them is NaN.
    """
    ((name, target),) = given.items()
    valid = is_valid(scatterer, wire, temperature, target)
    if found is None:
        found = Found(target, jnp.asarray(False), jnp.asarray(jnp.nan), jnp.zeros_like(target), slope=None)
    voltage = found.voltage
    is_known = ~jnp.isnan(voltage)
    # a transmission that is at fault is so elsewhere too, and the largest current wants an estimate of its own
    somewhere = jnp.where(is_known, voltage, jnp.where(found.is_unreachable, found.crest, 0.0))
    matching = match(scatterer, wire, temperature, somewhere, resolution)
    drive = drive_of(voltage, temperature)
    if name != "voltage":  # what the search leaves of the target is made up for
        left = jnp.abs(target) / carried(matching, drive, name)
        drive *= jax.lax.stop_gradient(jnp.where(target == 0, 1.0, left))
    estimate, is_finite = jnp.asarray(jnp.nan), is_known & jnp.isfinite(jnp.sum(matching.spectral_current))
    limit_error, unit = jnp.asarray(0.0), excite(matching, wire.screening, with_fields or error_estimate)
    if error_estimate:
        coarser = match(scatterer, wire, temperature, somewhere, resolution.coarser())
        difference = estimated_error(unit, coarser, drive, found.slope)
        estimate = sharpened(difference, scatterer)
        is_finite &= jnp.isfinite(estimate)
        limit_error = _limit_error(matching, coarser, name)
    is_beyond = jnp.abs(target) > jnp.abs(found.limit) * (1.0 + limit_error)  # not where either is NaN
    has_nodes = jnp.all(jnp.isfinite(matching.upper.energy))  # else no scatterer could help
    causes = {
        Outcome.OUT_OF_DOMAIN: ~valid,
        Outcome.UNREACHABLE: found.is_unreachable & is_beyond & is_seen(scatterer, temperature, target),
        Outcome.UNDECIDED: found.is_unreachable,
        Outcome.BAD_TRANSMISSION: has_nodes & ~_is_probability(matching.transmission),
        Outcome.TOO_LITTLE_CURRENT: has_nodes & _is_dark(matching, drive),
        Outcome.NOT_FINITE: ~(has_nodes & is_finite),
        Outcome.INACCURATE: estimate > ACCURATE,
    }
    outcome = first_cause(causes)
    is_kept = has_values(outcome)
    flow = unit.scaled(jnp.where(is_kept, drive, jnp.nan))
    estimate = jnp.where(is_kept, estimate, jnp.where(found.is_unreachable & error_estimate, limit_error, jnp.nan))
    result = Status(outcome.astype(int), found.limit)
    return Solution(scatterer, wire, temperature, voltage, result, estimate, flow.faces(), flow, resolution)


def _is_dark(matching: Matching, drive: Scalar) -> Array:
    """Whether some electrons pass, but so few that double precision cannot hold what follows from them."""
    power = carried(matching, drive, "current") * carried(matching, drive, "force")
    is_opaque = jnp.all(matching.transmission == 0) & matching.reached.is_opaque_above
    is_lost = (drive > 0) & (power < jnp.finfo(power.dtype).tiny)
    return ~is_opaque & (is_lost | ~matching.reached.is_whole)


def _limit_error(fine: Matching, coarse: Matching, name: str) -> Scalar:
    """Relative difference of the largest current, or (by name) force, between two grids at its voltage."""
    unit = jnp.ones(())
    return jnp.abs(carried(coarse, unit, name) / carried(fine, unit, name) - 1.0)


def _is_probability(transmission: Float[Array, " n"]) -> Array:
    return jnp.all((transmission >= 0) & (transmission <= 1))  # rounding is gone
