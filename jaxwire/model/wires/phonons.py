"""Phonons with a temperature of their own: what a wire conducts and loses of the heat that electrons give to it.

Where phonons are warmer than T by theta_ph T, they lose the heat g theta_ph per length to the substrate and conduct
k = g Lambda^2 times its slope along the wire, -k theta_ph'' + g theta_ph = P_s. Natural units: heat per length in
mu0^2/(h vF tau0), lengths in vF tau0.
"""

import equinox as eqx

from jaxwire.model.parameters.domain import NOT_NEGATIVE, POSITIVE, parameter
from jaxwire.numerics.array_types import Scalar


class Phonons(eqx.Module):
    """Phonons that warm up where electrons heat them, and act back on electrons, to first order.

    ```python
    >>> import jaxwire as jw
    >>> wire = jw.Wire(phonons=jw.Phonons(loss=0.5, healing_length=1.0))
    >>> sol = jw.solve(jw.Lorentzian(1.44, 0.08), wire, temperature=0.7, voltage=0.1)
    >>> print(sol.phonon_temperature([-1.0, 1.0]).round(5))
    [ 0.00066 -0.00032]

    ```

    Attributes:
        loss: g, heat lost to the substrate per length and per dT/T, in mu0^2/(h vF tau0), positive; what counts is its
            ratio to `Wire.electron_phonon_conductance`. In SI g/T, in W/(m K). Differentiable.
        healing_length: Lambda = sqrt(k/g), in vF tau0, zero or positive. Differentiable where positive: at zero, what
            follows changes as Lambda log Lambda.
        contact_resistance: R_K of the scatterer for the phonons' heat, jump of theta_ph per heat, in h/mu0^2, zero or
            positive. Differentiable.
    """

    loss: Scalar = parameter("loss", POSITIVE)
    healing_length: Scalar = parameter("healing_length", NOT_NEGATIVE)
    contact_resistance: Scalar = parameter("contact_resistance", NOT_NEGATIVE, default=0.0)

    def conductance(self) -> Scalar:
        """G Lambda = sqrt(g k): heat that flows into a half-wire per theta_ph at its face, without electrons."""
        return self.loss * self.healing_length

    def conduction(self) -> Scalar:
        """K = g Lambda^2, heat current per slope of theta_ph."""
        return self.loss * self.healing_length**2
