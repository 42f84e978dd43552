r"""Distribution function f(p, x) between the nodes: the Boltzmann equation integrated along x.

At the distance y = |x| from the scatterer, electrons of one energy, of mean free path l, have the equilibrium that the
potential shifts and the Drude current tilts, but for a deviation g (Eqs. 1, 11),

    f = f0 + f0' [+-F l - e phi(x)] + g,

with the upper sign for those that move onward, from the upper to the lower wire. Collisions feed g by the change of the
chemical potential, a sum over the modes (see `flow`) of strengths s_k = f0' a_k/(2 S) (Eqs. A1, D4):

    arriving:     -l dg/dy + g = sum_k s_k exp(-kappa_k y),     departing:     l dg/dy + g = the same.

Integrated for electrons that arrive, from infinity, and for those that depart, from x = 0, this is

    arriving:     g(y) = sum_k s_k exp(-kappa_k y)/(1 + kappa_k l),
    departing:    g(y) = g(0) exp(-y/l) + sum_k s_k [exp(-kappa_k y) - exp(-y/l)]/(1 - kappa_k l),

and electrons that leave the scatterer have arrived there from the other wire, or from their own (Eqs. 19),

    leaving:      f(0) = T f_other(0) + (1 - T) f_own(0).

On the nodes this is the mode sum itself (Eqs. A9, A12, D12); between them it has no poles.

Collisions between electrons feed g by the change theta of their temperature as well, beta (eps - <eps>) theta f0', by
their drift (see `varying_waves`), and the waves of a contour take the place of the modes (see `colliding_side`).
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Inexact

from jaxwire.kinetics.colliding_side import CollidingSide
from jaxwire.kinetics.collisions.varying_collisions import VaryingCollisions
from jaxwire.kinetics.fermi import fermi, thermal_weight
from jaxwire.kinetics.flow import Flow
from jaxwire.kinetics.side import AnySide, smooth
from jaxwire.kinetics.varying_waves import drude_path
from jaxwire.model.scatterers.base import AbstractScatterer, probability
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar

IN_STEP = 1e-9
"""|1 - kappa_k l| below which a wave counts as falling in step with the electrons: it then errs by this times y/l."""


class Occupied(NamedTuple):
    """Occupation of the states at one kinetic energy and position.

    Attributes:
        onward: f of electrons that move from the upper to the lower wire.
        back: f of electrons that move from the lower to the upper wire.
    """

    onward: Scalar
    back: Scalar


class Occupation(eqx.Module):
    """Distribution function of a flow, as a function of a kinetic energy and a position.

    Attributes:
        flow: what flows.
        wire: the wire.
        scatterer: the scatterer.
        temperature: kB T, in mu0.
        left_to_upper: kinetic energy in the left wire less that in the upper one, in mu0.
    """

    flow: Flow
    wire: Wire
    scatterer: AbstractScatterer
    temperature: Scalar
    left_to_upper: Scalar

    def equilibrium(self, side: AnySide, energy: Scalar, distance: Scalar, tilt: Scalar) -> Scalar:
        """Equilibrium f0 + f0' (tilt - e phi), with the `drift` of electrons as tilt, or less that."""
        potential = self.flow.potential(side.sign * distance)
        return fermi(energy, self.temperature) + self._thermal(side, energy) * (tilt - potential)

    def drift(self, side: AnySide, energy: Scalar) -> Scalar:
        """Energy +-F l that the Drude current adds to electrons which move away from the scatterer, in mu0."""
        if isinstance(collisions := side.half.collisions, VaryingCollisions):
            path = drude_path(side.half, collisions, self.wire, energy)
        else:
            path = self.wire.velocity(energy) * self.wire.momentum_relaxation_time(energy)
        return side.sign * self.flow.force * path

    def arriving(self, side: AnySide, energy: Scalar, distance: Scalar) -> Scalar:
        """Occupation of electrons that move towards the scatterer."""
        strength, path, rate = self._source(side, energy, -1.0), self._mean_free_path(energy), side.rate
        deviation = jnp.sum(strength * jnp.exp(-rate * distance) / (1.0 + rate * path)).real
        return self.equilibrium(side, energy, distance, -self.drift(side, energy)) + deviation

    def leaving(self, side: AnySide, energy: Scalar) -> Scalar:
        """Occupation at x = 0 of electrons that leave the scatterer into a wire."""
        is_lower = side.sign > 0
        in_upper = jnp.where(is_lower, energy - self.flow.step, energy)
        is_open = in_upper > 0
        in_upper = jnp.where(is_open, in_upper, 1.0)
        in_lower = jnp.where(is_lower, energy, in_upper + self.flow.step)
        in_left = (in_upper + self.left_to_upper)[None]
        transmission = jnp.where(is_open, probability(self.scatterer, in_left)[0], 0.0)
        from_upper = self.arriving(self.flow.upper, in_upper, jnp.zeros(()))
        from_lower = self.arriving(self.flow.lower, in_lower, jnp.zeros(()))
        other, own = jnp.where(is_lower, from_upper, from_lower), jnp.where(is_lower, from_lower, from_upper)
        return transmission * other + (1.0 - transmission) * own

    def departing(self, side: AnySide, energy: Scalar, distance: Scalar) -> Scalar:
        """Occupation of electrons that move away from the scatterer."""
        strength, path = self._source(side, energy, 1.0), self._mean_free_path(energy)
        paths = distance / path
        fed = jnp.sum(strength * _growth(side, path, distance, paths)).real
        drift = self.drift(side, energy)
        launched = self.leaving(side, energy) - self.equilibrium(side, energy, jnp.zeros(()), drift)
        equilibrium = self.equilibrium(side, energy, distance, drift)
        return equilibrium + launched * jnp.exp(-paths) + fed

    def __call__(self, energy: Scalar, x: Scalar) -> Occupied:
        """Occupation at a kinetic energy of the wire that x is in; x = -0.0 is the upper wire's face, 0.0 the other."""
        return smooth(Occupation._occupied)(self, energy, x)

    def _occupied(self, energy: Scalar, x: Scalar) -> Occupied:
        upper, lower, distance = self.flow.upper, self.flow.lower, jnp.abs(x)
        in_upper = Occupied(self.arriving(upper, energy, distance), self.departing(upper, energy, distance))
        in_lower = Occupied(self.departing(lower, energy, distance), self.arriving(lower, energy, distance))
        return Occupied(*(jnp.where(jnp.signbit(x), *pair) for pair in zip(in_upper, in_lower, strict=True)))

    def _thermal(self, side: AnySide, energy: Scalar) -> Scalar:
        """f0' as the half-wire has it on its nodes."""
        return thermal_weight(energy, self.temperature) * side.half.adjustment.factor(energy)

    def _mean_free_path(self, energy: Scalar) -> Scalar:
        return self.wire.velocity(energy) * self.wire.scattering_time(energy)

    def _source(self, side: AnySide, energy: Scalar, outward: float) -> Inexact[Array, " m"]:
        """Strengths s_k, of electrons that move in one direction, at x = 0."""
        if isinstance(side, CollidingSide):
            return self._thermal(side, energy) * side.strength(self.wire, energy, outward)
        return self._thermal(side, energy) * side.chemical


def _growth(side: AnySide, path: Scalar, distance: Scalar, paths: Scalar) -> Inexact[Array, " m"]:
    """What departing electrons collect of waves, [exp(-kappa y) - exp(-y/l)]/(1 - kappa l); paths is y/l."""
    rate = side.rate
    if jnp.iscomplexobj(rate):  # waves of a contour are never in step with the electrons
        return (jnp.exp(-rate * distance) - jnp.exp(-paths)) / (1.0 - rate * path)
    detuning = jnp.abs(1.0 - rate * path)
    is_in_step = detuning < IN_STEP
    # The slower of the two exponentials times what the faster one lacks of it, so that neither overflows.
    growth = -jnp.expm1(-detuning * paths) / jnp.where(is_in_step, 1.0, detuning)
    return jnp.where(is_in_step, paths, growth) * jnp.exp(-jnp.minimum(rate * distance, paths))
