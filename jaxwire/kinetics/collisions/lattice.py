r"""Phonons with a temperature of their own in a half-wire: they take heat from electrons, conduct it, and give it back.

Phonons that are warmer by theta_ph T obey -k theta_ph'' + g theta_ph = G (theta - theta_ph), with the conductance G
between electrons and phonons; the heat flux phi enters at x = 0. With alpha = G/g, k = g Lambda^2 and the cosine
transform at the wavenumber q,

    theta_ph = [alpha theta + phi/g]/N,      N = 1 + alpha + Lambda^2 q^2,

and collisions with phonons bring electrons to theta_ph instead of 0. What phonons give back is as if electrons collided
more often with each other, with a share that depends on the wavenumber (see `moments`; beta_0 = tau/tau_ee),

    beta(q) = beta_0 + (1 - beta_0) alpha/N,      1 - beta = (1 - beta_0) (1 + Lambda^2 q^2)/N,

and the flux is one more source, p = (1 - beta_0) phi/(g N), of the temperature Theta = beta theta + p of electrons that
come out of collisions. With Q = q^2 (R R_2 - R_1^2), and <e^2> = 1,

    of the flux:     q^2 m = -q^2 R_1 p/Delta,     theta = (R - Q) p/Delta,     Theta = R p/Delta,
    theta_ph = {alpha (R D_1 - R_1 D)/Delta + [(1 - beta_0) R + beta_0 Q] phi/(g Delta)}/N.

At the scatterer, theta_ph = A j + B phi on the side that a current j and a flux phi enter. The flux is one for both
sides, and theta_ph falls by R_K phi from one to the other:

    phi = -(A_upper + A_lower) j/(R_K + B_upper + B_lower).                          (physics-collisions.md, 2 and 0.5)
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Inexact

from jaxwire.kinetics.collisions.moments import Averages, Moments
from jaxwire.model.wires.phonons import Phonons
from jaxwire.numerics.array_types import Scalar

MARGIN = 0.5**0.5
"""Together, electrons and phonons let fields decay sooner than either alone, by at most this factor of the length."""


class Lattice(eqx.Module):
    """The phonons of a half-wire.

    Attributes:
        loss: g.
        healing_length: Lambda.
        alpha: G/g.
    """

    loss: Scalar
    healing_length: Scalar
    alpha: Scalar

    @classmethod
    def of(cls, phonons: Phonons, exchange: Scalar) -> "Lattice":
        """Phonons that exchange the heat G with electrons."""
        return cls(phonons.loss, phonons.healing_length, exchange / phonons.loss)

    def shortest_decay(self) -> Scalar:
        """What no decay length falls below, but for those that electrons alone have."""
        return MARGIN * self.healing_length / jnp.sqrt(1.0 + self.alpha)

    def stiffness(self, squared: Inexact[Array, " m"]) -> Inexact[Array, " m"]:
        """1 + Lambda^2 q^2."""
        return 1.0 + self.healing_length**2 * squared

    def shares(
        self, squared: Inexact[Array, " m"], share: Scalar, phonons: Scalar
    ) -> tuple[Inexact[Array, " m"], Inexact[Array, " m"]]:
        """Beta and 1 - beta at some q^2, from those without phonons that warm up."""
        stiffness = self.stiffness(squared)
        whole = self.alpha + stiffness
        return share + phonons * self.alpha / whole, phonons * stiffness / whole


class LatticeMoments(NamedTuple):
    """What the flux phi/g makes of the fields, and both of theta_ph; temperatures as in `Moments`, shapes (m,).

    Attributes:
        potential: of q^2 m by phi/g.
        electrons: of theta by phi/g.
        returned: of Theta by phi/g.
        coupled: alpha/N, of theta_ph by the theta that a current makes.
        excess: of theta_ph by phi/g, but for 1/N.
        alone: 1/N, of theta_ph by phi/g without electrons that carry heat.
    """

    potential: Inexact[Array, " m"]
    electrons: Inexact[Array, " m"]
    returned: Inexact[Array, " m"]
    coupled: Inexact[Array, " m"]
    excess: Inexact[Array, " m"]
    alone: Inexact[Array, " m"]

    @classmethod
    def of(
        cls, lattice: Lattice, squared: Inexact[Array, " m"], averages: Averages, moments: Moments, phonons: Scalar
    ) -> "LatticeMoments":
        """Work them out; phonons is 1 - beta_0."""
        alone = 1.0 / (lattice.alpha + lattice.stiffness(squared))
        coupled = lattice.alpha * alone
        source = phonons * alone
        mixed = squared * (averages.whole * averages.second - averages.first**2)
        electrons = source * (averages.whole - mixed) / moments.determinant
        return cls(
            potential=-source * squared * averages.first / moments.determinant,
            electrons=electrons,
            returned=source * averages.whole / moments.determinant,
            coupled=coupled,
            excess=coupled * electrons,
            alone=alone,
        )

    def weighted(self, weight: Inexact[Array, " m"]) -> "LatticeMoments":
        """All of them times a weight."""
        return LatticeMoments(*(weight * each for each in self))


class Contact(NamedTuple):
    """A half-wire's phonons where it meets the scatterer.

    Attributes:
        warmed: A, theta_ph per spectral current that enters, shape (n,).
        given: what the flux adds to the symmetric part s of the distribution, per flux, shape (n,).
        alone: B g Lambda without electrons that carry heat, (1 + alpha)^(-1/2).
        excess: B less that.
    """

    warmed: Float[Array, " n"]
    given: Float[Array, " n"]
    alone: Scalar
    excess: Scalar

    def of_last(self, size: int) -> "Contact":
        """Give the part of the last nodes alone."""
        return self._replace(warmed=self.warmed[-size:], given=self.given[-size:])


class Coupling(NamedTuple):
    """Phonons of both half-wires, coupled through the scatterer, on the nodes above the step.

    Attributes:
        given: what the flux adds to s in both wires, shape (n,).
        flux: -phi per spectral current, shape (n,).
    """

    given: Float[Array, " n"]
    flux: Float[Array, " n"]

    @classmethod
    def of(cls, phonons: Phonons, upper: Contact, lower: Contact) -> "Coupling":
        """Couple them; regular where phonons do not conduct."""
        conductance = phonons.conductance()
        rest = phonons.contact_resistance + upper.excess + lower.excess
        through = conductance / (upper.alone + lower.alone + conductance * rest)
        return cls(upper.given + lower.given, through * (upper.warmed + lower.warmed))
