"""Collisions of electrons with each other, which bring them to a temperature of their own.

They drive the distribution towards the Fermi function of equal density, energy and (unless the wire's surface takes it)
momentum, at the rate 1/tau_ee. Natural units: times in tau0, the relaxation time of the collisions with phonons.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import NOT_NEGATIVE, POSITIVE_OR_INFINITE, as_parameter
from jaxwire.model.wires.relaxation import AbstractRelaxation, ConstantRelaxationTime
from jaxwire.numerics.array_types import RealLike, Scalar

CONSERVED = ("momentum", "energy")
"""What collisions may conserve, besides the number of electrons: energy and momentum, or energy alone."""


class ElectronElectron(eqx.Module):
    """Collisions between electrons, with one time at all energies or a relaxation time of their own.

    ```python
    >>> import jaxwire as jw
    >>> wire = jw.Wire(electron_electron=jw.ElectronElectron(time=0.5))
    >>> print(f"{jw.solve(jw.Lorentzian(1.44, 0.08), wire, temperature=0.3, voltage=0.1).current:.5f}")
    0.01184

    ```

    Attributes:
        time: tau_ee at the Fermi energy, in tau0, positive; infinite where electrons do not collide. None where the
            rate is given. Differentiable.
        rate: 1/tau_ee there, in 1/tau0, instead of the time; at 0 there are derivatives by it. None where the time is
            given. Differentiable.
        conserves: "momentum" (and energy; the Drude state is then that of the collisions with phonons) or "energy"
            (alone: every collision also resists the current).
        relaxation: how tau_ee/time depends on energy, 1 at the Fermi energy, as of a `Wire`; None where it does not.
    """

    time: Scalar | None = eqx.field(default=None, metadata={"domain": POSITIVE_OR_INFINITE})
    rate: Scalar | None = eqx.field(default=None, metadata={"domain": NOT_NEGATIVE})
    conserves: str = eqx.field(default="momentum", static=True)
    relaxation: AbstractRelaxation | None = None

    def __init__(
        self,
        time=None,
        *,
        rate=None,
        conserves: str = "momentum",
        relaxation: AbstractRelaxation | None = None,
    ) -> None:
        """Check that one of time and rate is given.

        Raises:
            TypeError: if it is not exactly one, a number is not in double precision, or `relaxation` is of another
                type.
            ValueError: if a known number is outside its domain, or `conserves` is neither "momentum" nor "energy".
        """
        if (time is None) == (rate is None):
            raise TypeError(f"`time` or `rate` must be given, one of them; got {'none' if time is None else 'both'}.")
        if conserves not in CONSERVED:
            raise ValueError(f"`conserves` must be {' or '.join(map(repr, CONSERVED))}, got {conserves!r}.")
        if relaxation is not None and not isinstance(relaxation, AbstractRelaxation):
            raise TypeError(f"`relaxation` must be an object such as PowerLaw(-1.0), got {relaxation!r}.")
        self.time = None if time is None else as_parameter("time", time, POSITIVE_OR_INFINITE)
        self.rate = None if rate is None else as_parameter("rate", rate, NOT_NEGATIVE)
        self.conserves = conserves
        self.relaxation = relaxation

    @property
    def has_one_time(self) -> bool:
        """Whether tau_ee is the same at all energies."""
        return self.relaxation is None or type(self.relaxation) is ConstantRelaxationTime

    @property
    def conserves_momentum(self) -> bool:
        """Whether collisions leave the current of a parabolic band alone."""
        return self.conserves == "momentum"

    def relative_time(self, energy: RealLike, momentum: RealLike) -> Float[Array, "*n"]:
        """tau_ee over that at the Fermi energy, for kinetic energies in mu0 and their momenta in pF."""
        if self.relaxation is None:
            return jnp.ones(jnp.shape(energy))
        return self.relaxation.relaxation_time(energy, momentum)

    def collision_rate(self) -> Scalar:
        """1/tau_ee at the Fermi energy, in 1/tau0."""
        if self.rate is not None:
            return self.rate
        assert self.time is not None  # one of them is given
        return 1.0 / self.time
