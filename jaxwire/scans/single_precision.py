"""Single precision: what a scan may ask of it, and at which points it does not tell 1e-4.

Rounding in float32 costs some 1e-7 of every number. A result loses more where it is far smaller than what it is the
difference of, and those points are given up rather than wrong:

    hardly anything is reflected:   the current is many times that of the scatterer alone (Landauer);
    nothing passes:                 products of two currents leave the range of exponents;
    the transmission is steep:      it changes within the rounding of an energy;
    potentials or powers cancel:    they are far below what they are made of, F l and I kT.
"""

from collections.abc import Collection

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int

from jaxwire.kinetics.fermi import fermi_difference
from jaxwire.solver.solution import Solution
from jaxwire.solver.status import Outcome

OF_THE_CURRENT = ("current", "force", "external_power")
"""Observables that go with the current alone; the others need the modes."""

IN_SINGLE = (
    *OF_THE_CURRENT,
    "total_voltage",
    "potential_left",
    "potential_right",
    "powers",
    "heating",
    "heating_parts",
    "potential",
    "heat_current",
)
"""What single precision gives; it misses spots."""

MOST_CARRIED = 60.0
"""Largest current that is told, in units of that of the scatterer alone; its error grows with this ratio, to 3e-5."""

LEAST_POWER = 1e-28
"""Smallest P_ext that is told, in mu0^2/(h vF tau0); at 1e-30, floors of what underflows cost 4e-4 of the profiles."""

MOST_STEEP = 250.0
"""Largest mean of |dT/d ln eps| in the window, in units of that of T, of which it costs up to 6e-5; a resonance at eps
has 0.6 eps/Gamma, at most 166 in the promised domain."""

LEAST_SHARE = 1e-2
"""Smallest potentials and powers that are told, in units of F and I kT, of which rounding takes 1e-6."""


def judge(sol: Solution, kept: Collection[str]) -> Int[Array, ""]:
    """Status of a solution in single precision: its own, or `Outcome.IMPRECISE`.

    What is not finite is imprecise too: double precision may well know it.

    Args:
        sol: the solution.
        kept: names of the observables, out of `IN_SINGLE`.
    """
    code = sol.status.code
    is_told = _tells_current(sol)
    if set(kept) - set(OF_THE_CURRENT):
        is_told &= _tells_profile(sol)
    unsure = (Outcome.SOLVED, Outcome.NOT_FINITE, Outcome.TOO_LITTLE_CURRENT)
    is_unsure = jnp.any(jnp.stack([code == one for one in unsure]), axis=0)
    return jnp.where(is_unsure & ~is_told & (sol.voltage != 0), int(Outcome.IMPRECISE), code)


def _tells_current(sol: Solution) -> Bool[Array, ""]:
    flow, half = sol.flow, sol.flow.upper.half
    left = jnp.where(sol.voltage >= 0, half.energy, half.energy + flow.step)
    window = fermi_difference(half.energy, flow.step, sol.temperature)
    transmission, change = jax.jvp(sol.scatterer.transmission, (left,), (left,))
    alone, steepness = half.weight @ (transmission * window), half.weight @ (jnp.abs(change) * window)
    is_sound = (jnp.abs(flow.current) < MOST_CARRIED * alone) & (steepness < MOST_STEEP * alone)
    return is_sound & (sol.external_power > LEAST_POWER)


def _tells_profile(sol: Solution) -> Bool[Array, ""]:
    """Modes that are not known make this false too, as they are NaN."""
    potential = jnp.max(jnp.abs(jnp.stack([sol.potential_left, sol.potential_right])))
    power = jnp.max(jnp.abs(jnp.stack(sol.powers)))
    usual_potential = jnp.abs(sol.force) * sol.wire.screening.neutral_share()
    usual_power = jnp.abs(sol.current) * sol.temperature
    return (potential >= LEAST_SHARE * usual_potential) & (power > LEAST_SHARE * usual_power)
