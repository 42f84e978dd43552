"""Collisions of electrons with each other, which bring them to a temperature of their own.

They drive the distribution towards the Fermi function of equal density, energy and (unless the wire's surface takes it)
momentum, at one rate 1/tau_ee. Natural units: times in tau0, the relaxation time of the collisions with phonons.
"""

import equinox as eqx

from jaxwire.model.parameters.domain import NOT_NEGATIVE, POSITIVE_OR_INFINITE, as_parameter
from jaxwire.numerics.array_types import Scalar

CONSERVED = ("momentum", "energy")
"""What collisions may conserve, besides the number of electrons: energy and momentum, or energy alone."""


class ElectronElectron(eqx.Module):
    """Collisions between electrons, with one time at all energies.

    ```python
    >>> import jaxwire as jw
    >>> wire = jw.Wire(electron_electron=jw.ElectronElectron(time=0.5))
    >>> print(f"{jw.solve(jw.Lorentzian(1.44, 0.08), wire, temperature=0.3, voltage=0.1).current:.5f}")
    0.01184

    ```

    Attributes:
        time: tau_ee, in tau0, positive; infinite where electrons do not collide. None where the rate is given.
            Differentiable.
        rate: 1/tau_ee, in 1/tau0, instead of the time; at 0 there are derivatives by it. None where the time is given.
            Differentiable.
        conserves: "momentum" (and energy; the Drude state is then that of the collisions with phonons) or "energy"
            (alone: every collision also resists the current).
    """

    time: Scalar | None = eqx.field(default=None, metadata={"domain": POSITIVE_OR_INFINITE})
    rate: Scalar | None = eqx.field(default=None, metadata={"domain": NOT_NEGATIVE})
    conserves: str = eqx.field(default="momentum", static=True)

    def __init__(self, time=None, *, rate=None, conserves: str = "momentum") -> None:
        """Check that one of time and rate is given.

        Raises:
            TypeError: if it is not exactly one, or a number is not in double precision.
            ValueError: if a known number is outside its domain, or `conserves` is neither "momentum" nor "energy".
        """
        if (time is None) == (rate is None):
            raise TypeError(f"`time` or `rate` must be given, one of them; got {'none' if time is None else 'both'}.")
        if conserves not in CONSERVED:
            raise ValueError(f"`conserves` must be {' or '.join(map(repr, CONSERVED))}, got {conserves!r}.")
        self.time = None if time is None else as_parameter("time", time, POSITIVE_OR_INFINITE)
        self.rate = None if rate is None else as_parameter("rate", rate, NOT_NEGATIVE)
        self.conserves = conserves

    @property
    def conserves_momentum(self) -> bool:
        """Whether collisions leave the current of a parabolic band alone."""
        return self.conserves == "momentum"

    def collision_rate(self) -> Scalar:
        """1/tau_ee, in 1/tau0."""
        if self.rate is not None:
            return self.rate
        assert self.time is not None  # one of them is given
        return 1.0 / self.time
