"""The public `solve`: one operating point in, one `Solution` out."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from jaxwire import status
from jaxwire.checks import as_setting, one_drive
from jaxwire.closed_form import Nodes, tabulate
from jaxwire.domain import POSITIVE, REAL, Scalar, as_parameter, in_domain
from jaxwire.flow import Flow, excite
from jaxwire.matching import Matching, drude_coefficients, match
from jaxwire.quadrature import Resolution
from jaxwire.scatterer import AbstractScatterer
from jaxwire.solution import Solution
from jaxwire.status import Status
from jaxwire.voltage import Search, voltage_for
from jaxwire.wire import AbstractScreening, Wire

PROBES = (0.01, 0.05, 0.3, 1.0, 3.0)
"""Distances, in vF tau0, at which the error estimate compares the heating of two grids."""

SATURATED, SATURATED_PER_T = 2.0, 40.0
"""I(V) is searched up to V = 2 + 40 t: from 1 + 32 t on, no electron comes from the lower wire."""

NEGLIGIBLE = 1e-6
"""Potentials and voltages below this times the force (a length of 1e-6 vF tau0) are compared as if they were that."""

ROUNDING = 2e-10
"""Smallest error estimate: below it, rounding in sums that nearly cancel is not seen (1.1e-10 at eV = 1e-9)."""


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
        The solution. A point that could not be solved holds NaN and says why in `status`.

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


class Found(NamedTuple):
    """Voltage at which a wire carries its current or has its force.

    Attributes:
        voltage: eV, in mu0; NaN unless found.
        is_unreachable: whether it is known that no voltage does.
        limit: where none does, the largest current or force, of the sign of the wanted one; else NaN.
        slope: derivative of the current by the voltage; None where the voltage is given.
    """

    voltage: Scalar
    is_unreachable: Bool[Array, ""]
    limit: Scalar
    slope: Scalar | None


@eqx.filter_jit
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


def find_voltage(
    scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, given: dict[str, Scalar], resolution: Resolution
) -> Found:
    """Find the voltage of a given current or force; nothing is searched for where an argument is outside its domain."""
    ((name, target),) = given.items()
    target = jnp.where(_is_valid(scatterer, wire, temperature, target), target, jnp.nan)
    voltage, search = _voltage(scatterer, wire, temperature, name, target, resolution)
    current_per_target = drude_coefficients(wire, temperature)[0] if name == "force" else 1.0
    largest = jnp.where(target >= 0, 1.0, -1.0) * search.largest * current_per_target
    is_unreachable = search.exhausted > 0
    limit = jnp.where(is_unreachable, largest, jnp.nan)
    return Found(voltage, is_unreachable, limit, search.slope * current_per_target)


def solve_found(
    scatterer: AbstractScatterer,
    wire: Wire,
    temperature: Scalar,
    given: dict[str, Scalar],
    found: Found | None,
    resolution: Resolution,
    error_estimate: bool,
) -> Solution:
    """Solve at a given voltage, or at the one that was found for a given current or force."""
    ((name, target),) = given.items()
    valid = _is_valid(scatterer, wire, temperature, target)
    if found is None:
        found = Found(target, jnp.asarray(False), jnp.asarray(jnp.nan), slope=None)
    voltage = found.voltage
    is_known = ~jnp.isnan(voltage)
    somewhere = jnp.where(is_known, voltage, 0.0)  # a transmission that is at fault is so there too
    matching = match(scatterer, wire, temperature, somewhere, resolution)
    drive = _drive(voltage, temperature)
    if name != "voltage":  # what the search leaves of the target is made up for
        left = jnp.abs(target) / _carried(matching, drive, name)
        drive *= jax.lax.stop_gradient(jnp.where(target == 0, 1.0, left))
    estimate, is_finite = jnp.asarray(jnp.nan), is_known & jnp.isfinite(jnp.sum(matching.spectral_current))
    if error_estimate:
        coarser = match(scatterer, wire, temperature, somewhere, resolution.coarser())
        estimate = _estimate(matching, coarser, drive, wire.screening, found.slope)
        is_finite &= jnp.isfinite(estimate)
    outcome = _outcome(matching.transmission, valid, found.is_unreachable, is_finite, estimate)
    failed = status.has_failed(outcome)
    flow = excite(matching, jnp.where(failed, jnp.nan, drive), wire.screening)
    estimate = jnp.where(failed, jnp.nan, estimate)
    result = Status(outcome.astype(int), found.limit)
    return Solution(scatterer, wire, temperature, voltage, result, estimate, flow.faces(), flow, resolution)


def _is_valid(scatterer: AbstractScatterer, wire: Wire, temperature: Scalar, target: Scalar) -> Bool[Array, ""]:
    return in_domain(scatterer) & in_domain(wire) & POSITIVE.contains(temperature) & jnp.isfinite(target)


def _drive(voltage: Scalar, temperature: Scalar) -> Scalar:
    """Share 1 - exp(-|V|/t) of the Fermi window that drives the current."""
    return -jnp.expm1(-jnp.where(voltage >= 0, voltage, -voltage) / temperature)


def _carried(matching: Matching, drive: Scalar, name: str) -> Scalar:
    """Size of the current at some drive, or (by name) of the force."""
    current = drive * (matching.upper.weight @ matching.spectral_current)
    return current / matching.upper.drude_conductivity if name == "force" else current


def _voltage(
    scatterer: AbstractScatterer,
    wire: Wire,
    temperature: Scalar,
    name: str,
    target: Scalar,
    resolution: Resolution,
) -> tuple[Scalar, Search]:
    """Voltage, of the sign of the target, at which the wire carries a current or (by name) has a force."""
    sign = jnp.where(target >= 0, 1.0, -1.0)

    def observable(size: Scalar) -> tuple[Scalar, Nodes]:
        matching = match(scatterer, wire, temperature, sign * size, resolution)
        observed = _carried(matching, _drive(size, temperature), name)
        return observed, Nodes(matching.upper.energy, matching.upper.weight)

    top = SATURATED + SATURATED_PER_T * temperature
    unit = 1.0 / drude_coefficients(wire, temperature)[0] if name == "force" else 1.0
    estimate, table = tabulate(scatterer, wire, temperature, sign, top, unit)
    size, search = voltage_for(observable, sign * target, estimate, table)
    return sign * size, search


def _outcome(
    transmission: Float[Array, " n"], valid: Array, unreachable: Array, is_finite: Array, estimate: Scalar
) -> Array:
    """Status code: what is looked at later is the cause of what was seen before."""
    rounding = 4.0 * jnp.finfo(transmission.dtype).eps  # a GPU divides equal numbers to 1 + eps in single precision
    is_probability = jnp.all((transmission >= 0) & (transmission <= 1.0 + rounding))
    code = jnp.where(estimate > 1e-4, status.INACCURATE, status.SOLVED)
    code = jnp.where(is_finite, code, status.NOT_FINITE)
    code = jnp.where(is_probability, code, status.BAD_TRANSMISSION)
    code = jnp.where(unreachable, status.UNREACHABLE, code)
    return jnp.where(valid, code, status.OUT_OF_DOMAIN)


def _estimate(
    fine: Matching, coarse: Matching, drive: Scalar, screening: AbstractScreening, slope: Scalar | None
) -> Scalar:
    """Largest relative difference between two grids of what the solution promises.

    At given voltage that is current, potentials and heating near the scatterer; at zero voltage, per unit of drive. At
    given current (slope = dI/dV), the coarse flow is scaled to the same current and the voltage is compared instead.
    """
    drive = jnp.where(drive > 0, drive, 1.0)
    flow = excite(fine, drive, screening)
    other = excite(coarse, drive, screening)
    floor = NEGLIGIBLE * flow.force
    differences = [jnp.abs(other.current - flow.current) / flow.current]
    if slope is not None:
        step = jnp.abs(other.current - flow.current) / slope
        differences = [step / jnp.maximum(flow.step, floor)]
        other = excite(coarse, drive * flow.current / other.current, screening)
    for value, coarse_value, smallest in zip(_observed(flow), _observed(other), (floor, 0.0), strict=True):
        scale = jnp.maximum(jnp.abs(value), jnp.maximum(1e-2 * jnp.max(jnp.abs(value)), smallest))
        differences.append(jnp.max(jnp.abs(coarse_value - value) / scale))
    is_opaque = (flow.current == 0) & (other.current == 0)  # no current is known exactly
    return jnp.where(is_opaque, ROUNDING, jnp.maximum(jnp.max(jnp.stack(differences)), ROUNDING))


def _observed(flow: Flow) -> tuple[Float[Array, " 2"], Float[Array, " p"]]:
    """Potentials at both faces and heating at the probes."""
    x = jnp.concatenate([-jnp.asarray(PROBES), jnp.asarray(PROBES)])
    faces = flow.faces()
    return jnp.stack([faces.potential_upper, faces.potential_lower]), jax.vmap(flow.heating)(x).total
