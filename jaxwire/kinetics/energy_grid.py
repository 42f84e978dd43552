"""One total-energy grid for both wires, with nodes where the physics is, differentiable in every parameter.

The wire whose band starts higher is called `upper`, the other `lower`; for a voltage V >= 0 the upper wire is the left
one. With u the kinetic energy in the upper wire, the lower wire has the same total energy at u + |V| (Eq. 18), and
below the step, on (0, |V|), it is alone. Both wires share nodes and weights above the step, so that the current and
the energy balance (Eq. 30) hold to rounding at every resolution.

Nodes are Gauss-Legendre points in a stretched coordinate s(u): each feature of the integrand, at energy c and smooth
over a distance g, adds asinh((u - c)/g), which takes the poles at c +- i g out to distance pi/2; the band bottom, where
distributions behave as p ln p, adds a logarithm of u^(1/4). The sum is inverted by safeguarded Halley steps, whose
curvature costs no further root or logarithm.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import EnergyScales
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.implicit import root
from jaxwire.numerics.precision import working_type
from jaxwire.numerics.programs import quick_jit
from jaxwire.numerics.special_functions import fast_asinh, gauss_legendre

CUTOFF = 32.0
"""Energies above 1 + CUTOFF t are left out: their thermal weight is below exp(-32) = 1e-14 of the peak. Where the
scatterer passes hardly any but these electrons, `energy_range` tells how far to go."""

SMALLEST_STEP = 1e-12
"""Smallest band misalignment |V| of the grid, in mu0; keeps the region below the step open at V = 0."""

# The five numbers below share the nodes between the features. How they were found is not recorded; what they give was
# measured. At 48 random points of the promised domain, on the default grid, the heating at ten positions, |x| from 0.01
# to 3, errs by 3e-9 of its largest value there at most. How this largest error changes with each of them is quoted.

THERMAL_WIDTH = 2.8
"""Distance over which a Fermi edge is smooth, in units of t; the nearest pole of f0 is at pi t. The error is the same
from 2.4 to 3.1, and eight times as large at 3.6."""

TRANSMISSION_WEIGHT = 1.25
"""Weight in s of a feature of T, as a multiple of its declared one; that of a Fermi edge is 1. The error is a third
larger at 1.4, and fifteen times as large at 0.9, where narrow resonances lack nodes."""

BOTTOM_WEIGHT = 3.0
"""Weight in s of the band bottom, above the step. Less of it costs accuracy close to the scatterer (eight times the
error at 2), more of it everywhere else (more than three times at 4)."""

BOTTOM_WEIGHT_BELOW = 1.1
"""The same below the step, where 32 nodes are plenty: the error is the same from half to twice of it."""

BOTTOM_WIDTH = 0.18
"""Value of q below which the band bottom adds no more nodes, in units of its value at u = mu0 above the step, and at
u = |V| below it. The error is less than half as large again at 0.13, and six times as large at 0.25."""

BOTTOM_KNOTS = 8
"""Knots at the band bottom, in the table from which the inversion of s starts."""

FEATURE_KNOTS = 24
"""Knots at all features together. On a CPU, XLA reduces the 32 knots of the table in one loop, more of them in two."""

MAX_ITERATIONS = 60
"""Steps of the inversion at most: bisections alone would by then have halved the interval to rounding."""

SETTLED_COORDINATE = 0.01
"""Error of s, relative where s - s(0) is below 1, whose next step but one leaves rounding: the step divides it by 1e5
or more (convergence is cubic), and the last one, in energy, squares the rest."""


class Grid(NamedTuple):
    """Nodes and weights in energy; integrals over d(energy) are sums over weights.

    Attributes:
        above: kinetic energies in the upper wire of the nodes that both wires share, increasing, shape (n_above,).
        above_weight: their weights, shape (n_above,).
        below: kinetic energies in the lower wire of the nodes below the step, increasing, shape (n_below,).
        below_weight: their weights, shape (n_below,).
        step: |V|, the kinetic energy that the lower wire has more than the upper one.
    """

    above: Float[Array, " n_above"]
    above_weight: Float[Array, " n_above"]
    below: Float[Array, " n_below"]
    below_weight: Float[Array, " n_below"]
    step: Scalar


class Nodes(NamedTuple):
    """Kinetic energies of nodes in the upper wire, increasing, and their weights, both of shape (n,)."""

    energy: Float[Array, " n"]
    weight: Float[Array, " n"]


class _Stretch(NamedTuple):
    """The coordinate s as a function of q = u^(1/4): a logarithm at the band bottom plus one asinh per feature."""

    bottom_weight: float
    bottom_width: Float[Array, ""]
    scales: EnergyScales

    def __call__(self, q: Float[Array, " n"]) -> Float[Array, " n"]:
        center, width, weight = self.scales
        asinh = fast_asinh(q[None, :] ** 4 - center[:, None], width[:, None])
        return self.bottom_weight * jnp.log(1.0 + q / self.bottom_width) + weight @ asinh

    def derivatives(self, q: Float[Array, " n"]) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """The first two derivatives of the coordinate s by q."""
        center, width, weight = self.scales
        distance = q[None, :] ** 4 - center[:, None]
        inverse = 1.0 / jnp.sqrt(distance**2 + width[:, None] ** 2)
        density, bend = weight @ inverse, weight @ (distance * inverse**3)
        bottom = 1.0 / (q + self.bottom_width)
        slope = self.bottom_weight * bottom + 4 * q**3 * density
        return slope, 12 * q**2 * density - 16 * q**6 * bend - self.bottom_weight * bottom**2

    def density(self, energy: Float[Array, " n"]) -> Float[Array, " n"]:
        """The derivative ds/du at energies u."""
        center, width, weight = self.scales
        q = jnp.sqrt(jnp.sqrt(energy))
        radius = jnp.sqrt((energy[None, :] - center[:, None]) ** 2 + width[:, None] ** 2)
        return self.bottom_weight / (4 * q**3 * (q + self.bottom_width)) + weight @ (1.0 / radius)

    def knots(self, top: Scalar) -> Float[Array, " k"]:
        """Values of q, in any order, between which s(q) is nearly straight; up to q = top."""
        center, width, _ = self.scales
        share = jnp.linspace(0.0, 1.0, BOTTOM_KNOTS)
        bottom = self.bottom_width * (jnp.exp(share * jnp.log(1.0 + top / self.bottom_width)) - 1.0)
        share = jnp.linspace(0.0, 1.0, max(1, FEATURE_KNOTS // max(1, center.size)) + 2)[1:-1]
        ends = jnp.stack([jnp.zeros(()), top**4])[None, :] - center[:, None]
        start, stop = fast_asinh(ends, width[:, None]).T
        growth = jnp.exp(start[:, None] + (stop - start)[:, None] * share[None, :])
        energy = center[:, None] + 0.5 * width[:, None] * (growth - 1.0 / growth)
        return jnp.concatenate([bottom, jnp.sqrt(jnp.sqrt(jnp.clip(energy.ravel(), 0.0, top**4)))])


def energy_grid(
    scales: EnergyScales, temperature: Scalar, voltage: Scalar, resolution: Resolution, top: Scalar | None = None
) -> Grid:
    """Place the nodes for one operating point.

    Args:
        scales: features of the transmission, in kinetic energy of the left wire.
        temperature: kB T, in mu0.
        voltage: eV, in mu0, of either sign; only its size matters here, except for where the features of T are.
        resolution: numbers of nodes.
        top: largest kinetic energy in the upper wire; 1 + CUTOFF t unless given.
    """
    step, thermal = _step(voltage), THERMAL_WIDTH * temperature
    above = shared_nodes(scales, temperature, voltage, resolution.above, top)
    scales = EnergyScales(jnp.ones(1), thermal[None], jnp.ones(1))
    stretch = _Stretch(BOTTOM_WEIGHT_BELOW, BOTTOM_WIDTH * step**0.25, scales)
    below = _nodes(stretch, step, resolution.below)
    return Grid(*above, *below, step)


def shared_nodes(
    scales: EnergyScales, temperature: Scalar, voltage: Scalar, size: int, top: Scalar | None = None
) -> Nodes:
    """Place the nodes that both wires share, of which there are `size`; else as `energy_grid`."""
    step, thermal = _step(voltage), THERMAL_WIDTH * temperature
    from_left_to_upper = jnp.where(voltage >= 0, 0.0, step)
    scales = EnergyScales(
        center=jnp.concatenate([jnp.stack([jnp.ones(()), 1.0 - step]), scales.center - from_left_to_upper]),
        width=jnp.concatenate([jnp.stack([thermal, thermal]), scales.width]),
        weight=jnp.concatenate([jnp.ones(2), TRANSMISSION_WEIGHT * scales.weight]),
    )
    stretch = _Stretch(BOTTOM_WEIGHT, jnp.asarray(BOTTOM_WIDTH), scales)
    return _nodes(stretch, 1.0 + CUTOFF * temperature if top is None else top, size)


def _step(voltage: Scalar) -> Scalar:
    return jnp.maximum(jnp.where(voltage >= 0, voltage, -voltage), SMALLEST_STEP)


@quick_jit
def _nodes(stretch: _Stretch, top: Scalar, size: int) -> Nodes:
    """Gauss-Legendre nodes and weights in s, on 0 < u < top, as nodes and weights in u."""
    points, weights = (jnp.asarray(each, dtype=working_type()) for each in gauss_legendre(size))
    ends = jnp.stack([jnp.zeros(()), top**0.25])
    s_ends = stretch(ends)
    energy = root(_missed, _invert, stretch, ends, s_ends, points)
    return Nodes(energy, (s_ends[1] - s_ends[0]) * weights / stretch.density(energy))


def _missed(
    energy: Float[Array, " n"], stretch: _Stretch, _: Array, s_ends: Float[Array, "2"], points: Float[Array, " n"]
) -> Float[Array, " n"]:
    """By how much s at some energies exceeds the wanted shares of s(top) - s(0)."""
    return stretch(jnp.sqrt(jnp.sqrt(energy))) - _shared(s_ends, points)


def _shared(s_ends: Float[Array, "2"], points: Float[Array, " n"]) -> Float[Array, " n"]:
    return s_ends[0] + (s_ends[1] - s_ends[0]) * points


class _Inversion(NamedTuple):
    """Where the inversion of s stands.

    Attributes:
        passes: how often s was evaluated.
        q: where s is evaluated next, shape (n,).
        low: lower end of what encloses the root, shape (n,).
        high: upper end, shape (n,).
        last_step: size of the last step, shape (n,).
        energy: one Newton step from where s was evaluated last, shape (n,).
        settled: steps in a row from where all errors were small; the first ends where the second finds the energies.
    """

    passes: Int[Array, ""]
    q: Float[Array, " n"]
    low: Float[Array, " n"]
    high: Float[Array, " n"]
    last_step: Float[Array, " n"]
    energy: Float[Array, " n"]
    settled: Int[Array, ""]


def _invert(
    stretch: _Stretch, ends: Float[Array, "2"], s_ends: Float[Array, "2"], points: Float[Array, " n"]
) -> Float[Array, " n"]:
    """Energies at given shares of s(top) - s(0): Halley steps, bisection where they leave the bracket or stall.

    Args:
        stretch: the coordinate s.
        ends: the first and last q.
        s_ends: s there.
        points: the shares, shape (n,).
    """
    wanted, knots = _shared(s_ends, points), stretch.knots(ends[1])
    low, s_low, high, s_high = _between_knots(wanted, (ends, s_ends), (knots, stretch(knots)))
    start = low + (high - low) * (wanted - s_low) / (s_high - s_low)
    tolerance = SETTLED_COORDINATE * jnp.minimum(wanted - s_ends[0], 1.0)

    def improve(state: _Inversion) -> _Inversion:
        q = state.q
        slope, curvature = stretch.derivatives(q)
        error = stretch(q) - wanted
        low, high = jnp.where(error < 0, q, state.low), jnp.where(error < 0, state.high, q)
        bent = q - error * slope / (slope**2 - 0.5 * error * curvature)
        is_safe = (bent > low) & (bent < high) & (jnp.abs(bent - q) < 0.5 * state.last_step)
        is_settled = ~(jnp.abs(error) >= tolerance)  # also where it is NaN; if it is rounding, any step will do
        better = jnp.where(is_safe | is_settled, bent, 0.5 * (low + high))
        # A Newton step in energy: rounding of q counts four times there, and a narrow resonance feels it.
        energy = q**4 - error * 4 * q**3 / slope
        settled = jnp.where(jnp.all(is_settled), state.settled + 1, 0)
        return _Inversion(state.passes + 1, better, low, high, jnp.abs(better - q), energy, settled)

    state = _Inversion(jnp.asarray(0), start, low, high, high - low, start, jnp.asarray(0))
    end: _Inversion = jax.lax.while_loop(_goes_on, improve, state)
    return end.energy


def _goes_on(state: _Inversion) -> Bool[Array, ""]:
    return (state.passes < MAX_ITERATIONS) & (state.settled < 2)


def _between_knots(
    wanted: Float[Array, " n"], ends: tuple[Array, Array], knots: tuple[Array, Array]
) -> tuple[Array, Array, Array, Array]:
    """Closest values of q and s(q) on either side of wanted values of s: lower q and s, upper q and s, shape (n,).

    Args:
        wanted: values of s, shape (n,).
        ends: the first and last q, and s there, shape (2,).
        knots: values of q in any order, and s there, shape (k,).
    """
    return jax.lax.platform_dependent(wanted, ends, knots, cpu=_closest, default=_enclosing)


def _closest(wanted: Array, ends: tuple[Array, Array], knots: tuple[Array, Array]) -> tuple[Array, Array, Array, Array]:
    """The largest values below and the smallest ones above."""
    table, bounds = jnp.stack(knots)[:, :, None], jnp.stack(ends, axis=1)[:, :, None, None]
    is_below = table[1:] <= wanted[None, None, :]
    low, s_low = jnp.max(jnp.where(is_below, table, bounds[0]), axis=1)
    high, s_high = jnp.min(jnp.where(is_below, bounds[1], table), axis=1)
    return low, s_low, high, s_high


def _enclosing(
    wanted: Array, ends: tuple[Array, Array], knots: tuple[Array, Array]
) -> tuple[Array, Array, Array, Array]:
    """The same of a sorted table: on a GPU, sorting takes less than two reductions, which are a tenth of all time."""
    values, places = jax.lax.sort((knots[1], knots[0]), num_keys=1)
    s, q = (jnp.concatenate([of[:1], middle, of[1:]]) for of, middle in ((ends[1], values), (ends[0], places)))
    above = jnp.clip(jnp.searchsorted(s, wanted, side="right", method="scan_unrolled"), 1, s.size - 1)
    return q[above - 1], s[above - 1], q[above], s[above]
