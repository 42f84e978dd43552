r"""Screening by a gate at a distance: the Coulomb interaction along the wire as a non-local kernel (Eq. D2).

Charge in the wire, of radius a, and its image in a gate at distance d act on each other with the kernel

    U(x) = 1/sqrt(x^2 + a^2) - 1/sqrt(x^2 + 4 d^2),          U(q) = 2 [K_0(a q) - K_0(2 d q)],

and the density that is left is dn (phi_neutral - phi), with phi_neutral the potential of a neutral wire. Hence

    phi(x) = c int U(x - x') [phi_neutral(x') - phi(x')] dx',     phi(q) = R(q) phi_neutral(q),   R = c U/(1 + c U),

with c the coupling times dn. R goes to 1 for strong coupling and to a constant for a close gate. phi_neutral is a sum
of exponentials on either side, so that phi is one integral over q. It is taken along a ray into the complex plane, on
which the oscillation of exp(iqx) becomes decay, at an angle that keeps clear of the zeros of 1 + c U.
"""

from collections.abc import Callable

import jax.numpy as jnp
from jax.core import Tracer
from jaxtyping import Array, Bool, Complex, Inexact

from jaxwire.model.parameters.domain import POSITIVE, parameter
from jaxwire.model.wires.screening import AbstractNonLocalScreening
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.special_functions import bessel_k0, gauss_legendre

N_NODES = 256
"""Gauss-Legendre nodes of an integral over q."""

NODE_GRADING = 6
"""Nodes lie at q = q_max s^6, 0 < s < 1: dense towards q = 0, where the decay rates of the modes are."""

DECAYED_INTEGRAND = 34.0
"""Integrals over q are cut where their integrand has fallen by exp(-34) = 2e-15."""


class GatedCoulomb(AbstractNonLocalScreening):
    """Coulomb interaction in a wire of finite radius, screened by a parallel gate (Eq. D2).

    The potential is continuous at the scatterer, where that of a neutral wire jumps; the jump is part of the voltage
    instead. Derivatives at x = 0 itself are not defined.

    ```python
    >>> import jaxwire as jw
    >>> gated = jw.Wire(screening=jw.GatedCoulomb(coupling=5.0, radius=0.05, gate_distance=0.5))
    >>> sol = jw.solve(jw.Lorentzian(1.44, 0.08), gated, temperature=0.3, current=0.0125)
    >>> print(f"{sol.voltage:.4f} {sol.potential_left:.6f}")
    0.0962 -0.000230

    ```

    Attributes:
        coupling: e^2/(4 pi epsilon h vF), dimensionless, positive. Differentiable.
        radius: a, in vF tau0, positive. Differentiable.
        gate_distance: d, in vF tau0, more than half the radius. Differentiable.
    """

    coupling: Scalar = parameter("coupling", POSITIVE)
    radius: Scalar = parameter("radius", POSITIVE)
    gate_distance: Scalar = parameter("gate_distance", POSITIVE)

    def __check_init__(self) -> None:
        """Refuse a gate inside the wire."""
        if isinstance(self.radius, Tracer) or isinstance(self.gate_distance, Tracer):
            return
        if not self.is_consistent():
            raise ValueError(
                f"`gate_distance` must be more than half the radius {float(self.radius):g}, "
                f"got {float(self.gate_distance):g}."
            )

    def is_consistent(self) -> Bool[Array, ""]:
        """Whether the gate is outside the wire."""
        return 2 * self.gate_distance > self.radius

    def neutral_share(self) -> Scalar:
        """No part of the potential follows the charge locally."""
        return jnp.zeros(())

    def at_scatterer(self, rate: Inexact[Array, " m"], compressibility: Scalar) -> Inexact[Array, " m"]:
        """Potential at x = 0 per unit of a neutral potential exp(-rate |x|) that fills one side."""
        q, weight = self._ray(jnp.zeros(()), compressibility, jnp.zeros(()))
        response = jnp.real(weight * self._response(q, compressibility))
        spectrum = rate[:, None] / (rate[:, None] ** 2 + jnp.real(q)[None, :] ** 2)
        return spectrum @ response / jnp.pi

    def field(self, x: Scalar, spectrum: Callable[[Array], Array], compressibility: Scalar) -> Scalar:
        """Potential at x.

        Args:
            x: position in vF tau0.
            spectrum: Fourier transform of phi_neutral, analytic off the imaginary axis: complex q to complex numbers.
            compressibility: dn of the wire.
        """
        strength = jnp.log1p(self.coupling * compressibility)
        angle = jnp.arctan(0.5 * jnp.pi / (strength + 2.0))
        q, weight = self._ray(angle, compressibility, jnp.abs(x))
        # phi_neutral is real: the integral over negative q is the conjugate, and x < 0 mirrors the spectrum.
        at_q = jnp.where(x < 0, jnp.conj(spectrum(jnp.conj(q))), spectrum(q))
        terms = weight * self._response(q, compressibility) * at_q * jnp.exp(1j * q * jnp.abs(x))
        return jnp.real(jnp.sum(terms)) / jnp.pi

    def _ray(self, angle: Scalar, compressibility: Scalar, distance: Scalar):
        """Nodes and weights on q = s exp(i angle), 0 < s < where R(q) exp(iqx) has decayed."""
        points, weights = map(jnp.asarray, gauss_legendre(N_NODES))
        decay = (jnp.log1p(self.coupling * compressibility) + DECAYED_INTEGRAND) / (self.radius * jnp.cos(angle))
        top = jnp.minimum(decay, DECAYED_INTEGRAND / jnp.maximum(distance * jnp.sin(angle), DECAYED_INTEGRAND / decay))
        direction = jnp.exp(1j * angle)
        return top * direction * points**NODE_GRADING, top * direction * NODE_GRADING * points ** (
            NODE_GRADING - 1
        ) * weights

    def _response(self, q: Complex[Array, " n"], compressibility: Scalar) -> Complex[Array, " n"]:
        """R(q) = c U/(1 + c U)."""
        kernel = 2.0 * (bessel_k0(self.radius * q) - bessel_k0(2.0 * self.gate_distance * q))
        strength = self.coupling * compressibility * kernel
        return strength / (1.0 + strength)
