r"""Chemical potential and temperature of electrons in a half-wire, from the current that enters it, at one wavenumber.

Collisions with phonons (rate gamma) make up for the change m of the chemical potential, those between electrons (rate
eta) also for the change theta of the electrons' temperature, in units of T. With e = eps - <eps>, S + 2 e phi f0' = 2
f0' h for the even part S of the distribution, and the share beta = eta/(gamma + eta) of electrons in all collisions,

    (1 - l^2 d^2/dx^2) h = m + beta e theta,     m = <h>,     <e^2> theta = <e h>,      averages <> with weights w f0'.

The spectral current j enters at x = 0. Of the cosine transforms, with the wavenumber q, d = 1/l^2, y = 1/(d + q^2),
R = <y>, R_1 = <y e>, R_2 = <y e^2>, and with e in units of its standard deviation, <e^2> = 1,

    Delta = (1 - beta) R + beta q^2 (R R_2 - R_1^2),
    q^2 m = {[1 - beta + beta q^2 R_2] D - beta q^2 R_1 D_1}/Delta,      theta = (R D_1 - R_1 D)/Delta,
    D = sum_j y_j c_j j_j/2S,     D_1 = sum_j y_j e_j c_j j_j/2S,     c = w/(l tau),      S = sum w f0'/tau.

Nothing is singular at q = 0, and beta = 0 is the response of `resolvents`: q^2 m = D/R. (physics-collisions.md, 3)
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Inexact

from jaxwire.numerics.array_types import Scalar


class EnergySpread(NamedTuple):
    """Energies relative to their average and in units of their standard deviation.

    Attributes:
        relative: e_i, shape (n,).
        deviation: the standard deviation, in mu0.
    """

    relative: Float[Array, " n"]
    deviation: Scalar

    @classmethod
    def of(cls, energy: Float[Array, " n"], share: Float[Array, " n"]) -> "EnergySpread":
        """Spread of energies with weights r_i that sum to 1."""
        centered = energy - share @ energy
        deviation = jnp.sqrt(share @ centered**2)
        return cls(centered / deviation, deviation)


class Averages(NamedTuple):
    """R, R_1 and R_2 of the module's head; arrays of shape (m,)."""

    whole: Inexact[Array, " m"]
    first: Inexact[Array, " m"]
    second: Inexact[Array, " m"]


class Moments(NamedTuple):
    """Both fields as [[a, b], [c, d]] times (D, D_1), and Delta of the module's head; arrays of shape (m,).

    Attributes:
        potential_by_number: a, of q^2 m by D.
        potential_by_energy: b, of q^2 m by D_1.
        temperature_by_number: c, of theta by D.
        temperature_by_energy: d, of theta by D_1.
        determinant: Delta.
    """

    potential_by_number: Inexact[Array, " m"]
    potential_by_energy: Inexact[Array, " m"]
    temperature_by_number: Inexact[Array, " m"]
    temperature_by_energy: Inexact[Array, " m"]
    determinant: Inexact[Array, " m"]

    @classmethod
    def of(
        cls,
        squared: Inexact[Array, " m"],
        averages: Averages,
        share: Inexact[Array, "*m"],
        phonons: Inexact[Array, "*m"],
    ) -> "Moments":
        """Work them out.

        Args:
            squared: q^2, of either sign or complex, shape (m,).
            averages: of the electrons.
            share: beta, shape () or (m,).
            phonons: 1 - beta, likewise.
        """
        whole, first, second = averages
        mixed = share * squared
        determinant = phonons * whole + mixed * (whole * second - first**2)
        return cls(
            (phonons + mixed * second) / determinant,
            -mixed * first / determinant,
            -first / determinant,
            whole / determinant,
            determinant,
        )

    def fields(
        self, number: Inexact[Array, " m"], energy: Inexact[Array, " m"]
    ) -> tuple[Inexact[Array, " m"], Inexact[Array, " m"]]:
        """Chemical potential, times q^2, and temperature (in units of that of `EnergySpread`) of D and D_1."""
        potential = self.potential_by_number * number + self.potential_by_energy * energy
        return potential, self.temperature_by_number * number + self.temperature_by_energy * energy

    def returned(self, weight: Inexact[Array, " m"], share: Inexact[Array, "*m"]) -> "Moments":
        """The same with weights, and beta theta in place of theta: at which temperature electrons come out again."""
        fed = weight * share
        return Moments(
            weight * self.potential_by_number,
            weight * self.potential_by_energy,
            fed * self.temperature_by_number,
            fed * self.temperature_by_energy,
            self.determinant,
        )
