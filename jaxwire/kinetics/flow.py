"""What flows through the two half-wires once they are matched, as functions of position.

Everything here is written for an observer who looks from the upper wire (x < 0) to the lower one (x > 0), so that
the current is positive. `Solution` turns the picture round where the voltage is negative. Functions take one position.

With amplitudes a_k, upper sign for x > 0 and lower sign for x < 0 (Eqs. 9, 10, 16, 22-27, A10, D1, D3):

    e phi(x) = (sigma/dn) sum_k a_k m_k exp(-kappa_k |x|),           m_k = sum_i w_i tau_i g_k(i)  (local screening)
    delta mu(x) = (1/2S) sum_k a_k exp(-kappa_k |x|),                S = sum_i w_i f0'_i/tau_i
    J_el(x)  = J_inf +- sum_k a_k kappa_k exp(-kappa_k |x|) sum_i omega_i (eps_i - 1) l_i tau_i g_k(i)
    P_s(x)   = -dJ_el/dx,    P_phi(x) = -I d(e phi)/dx,    P_ph = P_ext + P_s + P_phi

In a neutral wire of constant relaxation time P_s/P_ext = -e phi/F^2 (Eqs. 33, A13, A14).
"""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float, Inexact

from jaxwire.kinetics.colliding_side import CollidingSide
from jaxwire.kinetics.collisions.varying_collisions import VaryingCollisions
from jaxwire.kinetics.matching import Matching
from jaxwire.kinetics.resolvents.contour import Contour
from jaxwire.kinetics.side import AnySide, bare_side, excite_side, smooth
from jaxwire.kinetics.wave_smoothing import Waves, hindered, probe_reading
from jaxwire.model.wires.phonons import Phonons
from jaxwire.model.wires.screening import AbstractNonLocalScreening, AbstractScreening
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.scaled import scaled


class Heating(NamedTuple):
    """Heat given by electrons to phonons per unit length, in units of P_ext = I F (Eqs. 22-26); each of the shape of x.

    Attributes:
        total: P_ph/P_ext = external + scatterer + buildup.
        external: work of the external force, P_ext/P_ext = 1.
        scatterer: P_s/P_ext, release of the energy that the scatterer put into the distribution (Eq. 26).
        buildup: P_phi/P_ext, work of the neutrality potential (Eq. 25); diverges logarithmically at x = 0.
    """

    total: Float[Array, "..."]
    external: Float[Array, "..."]
    scatterer: Float[Array, "..."]
    buildup: Float[Array, "..."]


class Faces(NamedTuple):
    """Potential and heat current where either wire meets the scatterer.

    Attributes:
        potential_upper: e phi at the upper wire's face, in mu0.
        potential_lower: e phi at the lower wire's face, in mu0.
        heat_upper: J_el there, in mu0^2/h, positive towards the lower wire.
        heat_lower: J_el there, in mu0^2/h, positive away from the upper wire.
    """

    potential_upper: Scalar
    potential_lower: Scalar
    heat_upper: Scalar
    heat_lower: Scalar


class Flow(eqx.Module):
    """State of the whole wire at one operating point.

    Attributes:
        upper: the wire whose band starts higher, at x < 0.
        lower: the other wire, at x > 0.
        spectral_current: j on the shared nodes, in e/h per unit energy, shape (n_above,).
        current: I, in e mu0/h, not negative.
        force: F, in mu0/(vF tau0), not negative.
        uniform_heat_current: J_inf, heat current of the Drude state far away, the same in both wires, in mu0^2/h.
        step: |eV|, in mu0.
        screening: how the potential follows from the charge.
    """

    upper: AnySide
    lower: AnySide
    spectral_current: Float[Array, " n_above"]
    current: Scalar
    force: Scalar
    uniform_heat_current: Scalar
    step: Scalar
    screening: AbstractScreening

    def scaled(self, factor: Scalar) -> "Flow":
        """The same of so many times the current."""
        sides = {"upper": self.upper.scaled(factor), "lower": self.lower.scaled(factor)}
        flow = dataclasses.replace(self, **sides)
        return scaled(flow, factor, "spectral_current", "current", "force", "uniform_heat_current")

    def _sum(self, x: Scalar, share: Callable[[AnySide], Inexact[Array, " m"]]) -> Scalar:
        """Sum over the modes of the side of x; x = -0.0 is the upper wire's face, x = 0.0 the lower wire's."""

        def summed(upper: AnySide, lower: AnySide, x: Scalar) -> Scalar:
            sums = [jnp.sum(share(side) * side.decay(jnp.abs(x))).real for side in (upper, lower)]
            return jnp.where(jnp.signbit(x), *sums)

        return smooth(summed)(self.upper, self.lower, x)

    def neutral_spectrum(self, q: Complex[Array, " n"]) -> Complex[Array, " n"]:
        """Fourier transform of the potential of a neutral wire."""
        return _transform(self.lower, q) + _transform(self.upper, -q)

    def potential(self, x: Scalar) -> Scalar:
        """Electric potential e phi(x); x = -0.0 is the upper wire's face, x = 0.0 the lower wire's."""
        if isinstance(self.screening, AbstractNonLocalScreening):
            return smooth(_field_of_all)(self, x)
        return self.screening.neutral_share() * self._sum(x, lambda side: side.neutral)

    def faces(self) -> Faces:
        """Potential and heat current on either side of the scatterer."""
        faces = jnp.asarray(-0.0), jnp.asarray(0.0)
        potential = [self.potential(face) for face in faces]
        heat = [
            side.face_heat if isinstance(side, CollidingSide) else self.heat_current(face)
            for side, face in zip((self.upper, self.lower), faces, strict=True)
        ]
        return Faces(*potential, *heat)

    def _potential_fall(self, x: Scalar) -> Scalar:
        """Minus the derivative of the potential."""
        if isinstance(self.screening, AbstractNonLocalScreening):
            return -smooth(jax.grad(_field_of_all, argnums=1))(self, x)
        fall = self._sum(x, lambda side: side.sign * side.rate * side.neutral)
        return self.screening.neutral_share() * fall

    def chemical_potential(self, x: Scalar) -> Scalar:
        """Change of the local chemical potential, mean of delta f weighted with the collision rate (Eq. D3)."""
        return self._sum(x, lambda side: side.chemical)

    def electron_temperature(self, x: Scalar) -> Scalar:
        """Change of the electrons' temperature relative to T: Fermi functions of it have their density and energy."""
        return self._sum(x, lambda side: side.warmth)

    def phonon_temperature(self, x: Scalar) -> Scalar:
        """Change of the phonons' temperature relative to T, to first order, where they warm up."""
        return self._sum(x, self.warming)

    def phonon_heat_current(self, x: Scalar) -> Scalar:
        """Heat current of the phonons, to first order, where they warm up."""
        slope = self._sum(x, lambda side: side.sign * side.rate * self.warming(side))
        return self.phonons.conduction() * slope

    def warming(self, side: AnySide) -> Inexact[Array, " m"]:
        """Share of each wave in the relative change of the phonons' temperature, where they warm up."""
        assert side.lattice is not None
        return side.lattice

    @property
    def phonons(self) -> Phonons:
        """Those that warm up."""
        assert self.upper.half.collisions is not None and self.upper.half.collisions.lattice is not None
        return self.upper.half.collisions.lattice

    def total_phonon_temperature(self, x: Scalar) -> Scalar:
        """Change of the phonons' temperature with what P_ext and P_phi add to it."""
        side = jnp.where(jnp.signbit(x), -1.0, 1.0)
        at = jnp.where(x == 0, side * jnp.finfo(x.dtype).tiny, x)  # one is on the left or on the right of a jump
        return probe_reading(self.phonon_waves(), at[None], jnp.zeros_like(x))[0] / self.phonons.loss

    def phonon_waves(self) -> Waves:
        """The same times g, as waves that start at the scatterer."""
        phonons = self.phonons
        barrier = phonons.contact_resistance * phonons.conductance()
        waves = hindered(self.charge_waves(), phonons.healing_length, barrier)
        for side in (self.upper, self.lower):
            waves = waves.joined(side.rate, phonons.loss * self.warming(side), side.sign)
        return waves

    def charge_waves(self) -> Waves:
        """P_ext + P_phi as waves that start at the scatterer."""
        return self.as_waves(lambda side: side.sign * side.rate * self._charge_power(side))

    def as_waves(self, share: Callable[[AnySide], Inexact[Array, " m"]]) -> Waves:
        """P_ext, and a share of each mode, as waves that start at the scatterer."""
        waves = Waves(jnp.zeros(2), jnp.full(2, self.current * self.force), jnp.array([-1.0, 1.0]), jnp.zeros(2))
        for side in (self.upper, self.lower):
            waves = waves.joined(side.rate, share(side), side.sign)
        return waves

    def _charge_power(self, side: AnySide) -> Inexact[Array, " m"]:
        return self.current * self.screening.neutral_share() * side.neutral

    def electron_potential(self, x: Scalar) -> Scalar:
        """Change of the chemical potential of these Fermi functions, with e phi measured like `chemical_potential`."""
        return self._sum(x, lambda side: side.neutral - (side.half.mean_energy - 1.0) * side.warmth)

    def drift(self, x: Scalar) -> Scalar:
        """Drift velocity of electrons whose collisions conserve momentum, where their times vary with energy."""
        half = self.upper.half
        assert isinstance(half.collisions, VaryingCollisions)
        uniform = self.force * half.collisions.drift_per_force(half.electrons)
        return uniform + self._sum(x, drifting)

    def heat_current(self, x: Scalar) -> Scalar:
        """Heat current J_el(x); x = -0.0 is the upper wire's face, x = 0.0 the lower wire's."""
        return self.uniform_heat_current + self._sum(x, lambda side: side.heat)

    def heating_shares(self, side: AnySide) -> Inexact[Array, " m"]:
        """Share of each mode in P_ph at x = 0, in mu0^2/(h vF tau0), but for a potential that is not local."""
        share = side.heat + self._charge_power(side)
        return side.sign * side.rate * share

    def heating_waves(self, side: AnySide, contour: Contour) -> Complex[Array, " m"]:
        """Share of each wave exp(-kappa_a |x|) of a contour in P_ph at x = 0, in place of the modes."""
        return side.heating_waves(contour, self.current * self.screening.neutral_share())

    def heating(self, x: Scalar) -> Heating:
        """P_ph(x) and its parts, in units of P_ext; NaN at x = 0 and without current."""
        external = jnp.ones_like(x)
        fall = self._sum(x, lambda side: side.sign * side.rate * side.heat)
        scatterer = fall / (self.current * self.force)
        buildup = jnp.where(x == 0, jnp.nan, self._potential_fall(x) / self.force)
        return Heating(external + scatterer + buildup, external, scatterer, buildup)


def drifting(side: AnySide) -> Inexact[Array, " m"]:
    """Share of each wave in the drift, where times of collisions that conserve momentum vary with energy."""
    assert isinstance(side, CollidingSide) and side.balanced is not None
    return side.sign * side.balanced[-1]


def _field_of_all(flow: Flow, x: Scalar) -> Scalar:
    """Potential that is not local, but follows from the charge everywhere."""
    assert isinstance(flow.screening, AbstractNonLocalScreening)
    return flow.screening.field(x, flow.neutral_spectrum, flow.upper.half.compressibility)


def _transform(side: AnySide, q: Complex[Array, " n"]) -> Complex[Array, " n"]:
    """Laplace transform of the neutral potential of one side, at iq."""
    rate, share = side.rate[None, :], side.neutral[None, :]
    found = jnp.sum(share / (rate + 1j * q[:, None]), axis=1)
    if not jnp.iscomplexobj(rate):
        return found
    return 0.5 * (found + jnp.sum(jnp.conj(share) / (jnp.conj(rate) + 1j * q[:, None]), axis=1))  # waves come in pairs


def excite(matching: Matching, screening: AbstractScreening, with_fields: bool = True) -> Flow:
    """Work out what a matching solution excites in either wire, per unit of its drive.

    Args:
        matching: the solution.
        screening: how the potential follows from the charge.
        with_fields: whether fields are asked for; else no modes are worked out.
    """
    current, flux = matching.spectral_current, matching.phonon_flux
    below = matching.lower.energy.size - current.size
    side = excite_side if with_fields else bare_side
    upper = side(matching.upper, current, flux, -1.0)
    lower = side(matching.lower, jnp.pad(current, (below, 0)), flux, 1.0)
    half = upper.half
    total = half.weight @ current
    force = total / half.drude_conductivity
    uniform = 2.0 * force * (half.weight @ ((half.energy - 1.0) * half.drude_path * half.thermal))
    return Flow(upper, lower, current, total, force, uniform, matching.step, screening)
