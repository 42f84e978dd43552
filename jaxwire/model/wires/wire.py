"""The wire: how fast electrons move, how soon they relax, how well the wire stays neutral.

Each of the three is an object of its own, so that a wire is put together from parts: `Wire(relaxation=..., ...)`.
Natural units: energies mu0, momenta pF, velocities vF, times tau0 (the relaxation time at the Fermi energy), lengths
vF tau0. Every model gives 1 at the Fermi energy unless its parameters say otherwise.
"""

from jaxtyping import Array, Float

from jaxwire.model.printing import Printable
from jaxwire.model.wires.dispersion import AbstractDispersion, Parabolic
from jaxwire.model.wires.relaxation import AbstractRelaxation, ConstantRelaxationTime
from jaxwire.model.wires.screening import AbstractScreening, Electroneutral
from jaxwire.numerics.array_types import RealLike


class Wire(Printable):
    """Two identical half-wires of one channel, left and right of the scatterer.

    ```python
    >>> import jaxwire as jw
    >>> gated = jw.Wire(relaxation=jw.PowerLaw(exponent=-0.5), screening=jw.LocalScreening(strength=0.7))
    >>> print(f"{jw.solve(jw.Lorentzian(1.44, 0.08), gated, temperature=0.3, voltage=0.1).current:.5f}")
    0.01240

    ```

    Attributes:
        relaxation: relaxation time as a function of energy; constant unless given.
        dispersion: velocity as a function of energy; parabolic unless given.
        screening: electric potential as a function of the charge; electroneutral unless given.
    """

    relaxation: AbstractRelaxation
    dispersion: AbstractDispersion
    screening: AbstractScreening

    def __init__(
        self,
        relaxation: AbstractRelaxation | None = None,
        dispersion: AbstractDispersion | None = None,
        screening: AbstractScreening | None = None,
    ) -> None:
        """Put a wire together; whatever is left out is as in the paper's main text."""
        self.relaxation = _part("relaxation", relaxation, AbstractRelaxation, ConstantRelaxationTime)
        self.dispersion = _part("dispersion", dispersion, AbstractDispersion, Parabolic)
        self.screening = _part("screening", screening, AbstractScreening, Electroneutral)

    def velocity(self, energy: RealLike) -> Float[Array, "*n"]:
        """Velocity at a kinetic energy, in vF."""
        return self.dispersion.velocity(energy)

    def relaxation_time(self, energy: RealLike) -> Float[Array, "*n"]:
        """Relaxation time at a kinetic energy, in tau0."""
        return self.relaxation.relaxation_time(energy, self.dispersion.momentum(energy))


def _part(name: str, given, base: type, default: type):
    part = default() if given is None else given
    if not isinstance(part, base):
        raise TypeError(f"`{name}` must be an object such as {default.__name__}(), got {part!r}.")
    return part
