"""Sums of decaying exponentials: those of Eq. 37, the modes of App. D, and profiles of wires with one decay length."""

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from jaxwire.kinetics.eigenmodes.modes import half_wire_modes
from jaxwire.observables.extrema import candidates, dominant
from jaxwire.observables.wave_profile import WaveProfile
from jaxwire.reproduce.statements.along_the_wire import positions, solution

if TYPE_CHECKING:
    import xarray


DRAWS = 400
"""Pairs of waves that are drawn."""

SEED = 37
"""Of the random numbers."""

NEAREST_EXTREMUM = 0.02
"""Pairs count whose extremum is not nearer than this, in vF tau0: nearer, spots are not looked for."""

FARTHEST_EXTREMUM = 15.0
"""Nor farther than this many of the longer lengths, where rounding hides it."""

TEMPERATURE = 0.3
"""kT of the half-wire whose waves are counted, in mu0."""

MODE_NODES = 48
"""Its energy nodes."""


@jax.jit
@jax.vmap
def _extremum(amplitude: Array, length: Array) -> tuple[Array, Array, Array]:
    """Distance, height and existence of the extremum of A1 exp(-x/l1) + A2 exp(-x/l2), as spots are found."""
    found = dominant(candidates(WaveProfile(1.0 / length, amplitude), jnp.asarray(100.0), 2))
    return found.distance, found.excess, found.exists


def two_exponentials() -> "xarray.Dataset":
    """Random pairs of exponentials with their extrema, and one pair of opposite amplitudes with ever longer l2."""
    import xarray

    rng = np.random.default_rng(SEED)
    amplitude = rng.uniform(0.05, 1.0, (DRAWS, 2)) * rng.choice([-1.0, 1.0], (DRAWS, 2))
    length = np.sort(rng.uniform(0.5, 4.0, (DRAWS, 2)), axis=1)
    ratio = np.abs(amplitude[:, 0]) * length[:, 1] / (np.abs(amplitude[:, 1]) * length[:, 0])
    place = np.log(ratio) / (1.0 / length[:, 0] - 1.0 / length[:, 1])
    is_inside = (np.abs(place) > NEAREST_EXTREMUM) & (np.abs(place) < FARTHEST_EXTREMUM * length[:, 1])
    ratios = np.array([1.05, 1.2, 2.0, 4.0, 10.0, 30.0])
    pairs = np.column_stack([np.ones_like(ratios), ratios])
    both = np.concatenate([np.tile([-1.0, 1.0], (ratios.size, 1)), amplitude[is_inside]])
    found = _extremum(jnp.asarray(both), jnp.asarray(np.concatenate([pairs, length[is_inside]])))
    distance, height, exists = (np.asarray(each) for each in found)
    cut = ratios.size
    return xarray.Dataset(
        {
            "amplitude": (("draw", "wave"), amplitude[is_inside]),
            "length": (("draw", "wave"), length[is_inside]),
            "exists": ("draw", exists[cut:]),
            "distance": ("ratio", distance[:cut]),
            "height": ("ratio", np.where(exists[:cut], height[:cut], 0.0)),
        },
        {"ratio": ratios},
    )


def modes() -> "xarray.Dataset":
    """Decay lengths of half a wire beside the mean free paths of its nodes, and the current of each mode (Eq. D11)."""
    import xarray

    node, weight = np.polynomial.legendre.leggauss(MODE_NODES)
    momentum = 2.5 * (node + 1) / 2
    thermal = 0.25 / np.cosh((momentum**2 - 1.0) / (2 * TEMPERATURE)) ** 2
    exponents = np.array([-0.5, 0.0, 1.0])
    path, length, current = [], [], []
    for exponent in exponents:
        free = momentum ** (1.0 + exponent)
        share = weight * thermal / momentum**exponent
        found = jax.jit(half_wire_modes)(jnp.asarray(free), jnp.asarray(share))
        carried = np.asarray(found.resolvent) * share / share.sum()
        path.append(free)
        length.append(1.0 / np.asarray(found.rate))
        current.append(np.abs(carried.sum(axis=1)) / np.abs(carried).sum(axis=1))
    return xarray.Dataset(
        {
            "path": (("exponent", "node"), np.array(path)),
            "length": (("exponent", "mode"), np.array(length)),
            "current": (("exponent", "mode"), np.array(current)),
        },
        {"exponent": exponents},
    )


def decays() -> "xarray.Dataset":
    """Heating P_s and P_phi of one dot in wires of several tau(p), neutral and with a close gate."""
    import xarray

    x, _ = positions()
    x = x[(np.abs(x) > 0.01) & (np.abs(x) < 10.0)]
    exponents, strengths = np.array([-1.0, -0.5, 0.0, 1.0]), np.array([0.5, 1.0])
    rows = [
        [solution(center=1.21, exponent=float(one), strength=float(other)).heating(x) for other in strengths]
        for one in exponents
    ]
    return xarray.Dataset(
        {
            part: (("exponent", "strength", "x"), np.array([[getattr(heat, part) for heat in row] for row in rows]))
            for part in ("scatterer", "buildup")
        },
        {"exponent": exponents, "strength": strengths, "x": x},
    )
