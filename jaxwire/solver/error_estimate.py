"""Estimated relative error of a solution: two grids compared."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.flow import Flow, excite
from jaxwire.kinetics.matching import Matching
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.numerics.array_types import Scalar

PROBES = (0.01, 0.05, 0.3, 1.0, 3.0)
"""Distances, in vF tau0, at which the error estimate compares the heating of two grids."""

NEGLIGIBLE = 1e-6
"""Potentials and voltages below this times the force (a length of 1e-6 vF tau0) are compared as if they were that."""

ROUNDING = 2e-10
"""Smallest error estimate: below it, rounding in sums that nearly cancel is not seen (1.1e-10 at eV = 1e-9)."""


# Gauss-Legendre rules converge geometrically where the grid knows all features of the integrand: the rule with 60 % of
# the nodes errs by e, the other one by e^(1/0.6) up to a factor. Some of that is believed. Powers and knee come from
# 9,900 random points of a wide domain (kT 0.005 to 2.5, |eV| 0.001 to 3.3, five scatterers, features down to 1e-4):
# there they leave 216 of 680 false alarms (estimates above 1e-4 of errors below 1e-5), no error above 1e-4 unflagged.

POWER_OF_KNOWN = 1.4
"""Power of the difference where all features of T have nodes."""

POWER_OF_SHARPEST = 1.2
"""The same where its narrowest features have, those of a `RectangularBarrier`; at 1.4 the first error was missed."""

POWER_OTHERWISE = 1.1
"""The same of other scatterers; at 1.15 the first error was missed."""

KNEE = 1e-5
"""Differences below this are taken as they are: there rounding and wavenumbers have a part in the error."""


def sharpened(difference: Scalar, scatterer: AbstractScatterer) -> Scalar:
    """Estimated error of the finer one of two grids from their relative difference."""
    power = POWER_OF_SHARPEST if scatterer.has_known_sharpest else POWER_OTHERWISE
    power = POWER_OF_KNOWN if scatterer.has_known_features else power
    return jnp.maximum(jnp.minimum(difference, KNEE), jnp.minimum(difference, difference**power))


def estimated_error(unit: Flow, coarse: Matching, drive: Scalar, slope: Scalar | None) -> Scalar:
    """Largest relative difference between two grids of what the solution promises.

    At given voltage that is current, potentials and heating near the scatterer; at zero voltage, per unit of drive. At
    given current (slope = dI/dV), the coarse flow is scaled to the same current and the voltage is compared instead.

    Args:
        unit: what flows per unit of drive, on the finer grid.
        coarse: the matching problem on the coarser one.
        drive: 1 - exp(-|V|/t).
        slope: dI/dV, at given current.
    """
    drive = jnp.where(drive > 0, drive, 1.0)
    flow, coarse_unit = unit.scaled(drive), excite(coarse, unit.screening)
    other = coarse_unit.scaled(drive)
    floor = NEGLIGIBLE * flow.force
    differences = [jnp.abs(other.current - flow.current) / flow.current]
    if slope is not None:
        step = jnp.abs(other.current - flow.current) / slope
        differences = [step / jnp.maximum(flow.step, floor)]
        other = coarse_unit.scaled(drive * flow.current / other.current)
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
