"""The wire: how fast electrons move, how soon they relax, how well the wire stays neutral, how often they meet.

Each of these is an object of its own, so that a wire is put together from parts: `Wire(relaxation=..., ...)`.
Natural units: energies mu0, momenta pF, velocities vF, times tau0 (the relaxation time at the Fermi energy), lengths
vF tau0. Every model gives 1 at the Fermi energy unless its parameters say otherwise.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import POSITIVE, as_parameter
from jaxwire.model.printing import Printable
from jaxwire.model.wires.dispersion import AbstractDispersion, Parabolic
from jaxwire.model.wires.electron_electron import ElectronElectron
from jaxwire.model.wires.hot_electrons import ThermalNodes
from jaxwire.model.wires.relaxation import AbstractRelaxation, ConstantRelaxationTime
from jaxwire.model.wires.screening import AbstractNonLocalScreening, AbstractScreening, Electroneutral
from jaxwire.numerics.array_types import RealLike, Scalar


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
        electron_electron: collisions of electrons with each other; None, as in the paper, unless given. They need a
            constant relaxation time, a parabolic band and a potential that follows the charge locally.
    """

    relaxation: AbstractRelaxation
    dispersion: AbstractDispersion
    screening: AbstractScreening
    electron_electron: ElectronElectron | None

    def __init__(
        self,
        relaxation: AbstractRelaxation | None = None,
        dispersion: AbstractDispersion | None = None,
        screening: AbstractScreening | None = None,
        electron_electron: ElectronElectron | None = None,
    ) -> None:
        """Put a wire together; whatever is left out is as in the paper's main text.

        Raises:
            TypeError: if a part is not of its type.
            ValueError: if electrons are to collide with each other in a wire for which that is not worked out.
        """
        self.relaxation = _part("relaxation", relaxation, AbstractRelaxation, ConstantRelaxationTime)
        self.dispersion = _part("dispersion", dispersion, AbstractDispersion, Parabolic)
        self.screening = _part("screening", screening, AbstractScreening, Electroneutral)
        self.electron_electron = electron_electron
        if electron_electron is not None:
            self._check_electron_electron()

    def _check_electron_electron(self) -> None:
        """Refuse wires in which collisions between electrons are not worked out."""
        if not isinstance(self.electron_electron, ElectronElectron):
            raise TypeError(
                "`electron_electron` must be an object such as ElectronElectron(time=0.5), got "
                f"{self.electron_electron!r}."
            )
        for part, is_known in (
            (self.relaxation, type(self.relaxation) is ConstantRelaxationTime),
            (self.dispersion, type(self.dispersion) is Parabolic),
            (self.screening, not isinstance(self.screening, AbstractNonLocalScreening)),
        ):
            if not is_known:
                raise ValueError(
                    "`electron_electron` must be None unless the relaxation time is constant, the band parabolic and "
                    f"the screening local, got it with {type(part).__name__}."
                )

    def velocity(self, energy: RealLike) -> Float[Array, "*n"]:
        """Velocity at a kinetic energy, in vF."""
        return self.dispersion.velocity(energy)

    def relaxation_time(self, energy: RealLike) -> Float[Array, "*n"]:
        """Relaxation time of the collisions with phonons at a kinetic energy, in tau0."""
        return self.relaxation.relaxation_time(energy, self.dispersion.momentum(energy))

    def scattering_time(self, energy: RealLike) -> Float[Array, "*n"]:
        """Time between collisions of any kind at a kinetic energy, in tau0: the rates add."""
        time = self.relaxation_time(energy)
        return time if self.electron_electron is None else time / (1.0 + time * self.electron_electron.collision_rate())

    def momentum_relaxation_time(self, energy: RealLike) -> Float[Array, "*n"]:
        """Time in which collisions relax the momentum of all electrons, in tau0."""
        conserved = self.electron_electron is None or self.electron_electron.conserves_momentum
        return self.relaxation_time(energy) if conserved else self.scattering_time(energy)

    def longest_decay(self, energy: RealLike) -> Float[Array, "*n"]:
        """Length v (tau tau_ep)^(1/2) at a kinetic energy, in vF tau0; nothing decays over more than the largest."""
        squared = self.relaxation_time(energy) * self.scattering_time(energy)
        return self.velocity(energy) * jnp.sqrt(squared)

    def electron_phonon_conductance(self, temperature) -> Scalar:
        """Heat that hotter electrons give to the phonons, G: per length, and per excess of their temperature over T.

        ```python
        >>> import jaxwire as jw
        >>> print(f"{jw.Wire().electron_phonon_conductance(0.1):.5f}")   # near 2 pi^2 t^2/3
        0.06979

        ```

        Args:
            temperature: kB T, in mu0, positive.

        Returns:
            G in mu0^2/(h vF tau0); over T, it is the same per kelvin.
        """
        nodes = ThermalNodes.at(as_parameter("temperature", temperature, POSITIVE))
        return 2.0 * nodes.variance(1.0 / (self.velocity(nodes.energy) * self.relaxation_time(nodes.energy)))

    def healing_length(self, temperature) -> Scalar:
        """Length L_h over which hot electrons cool, in vF tau0, once they collide with each other often enough.

        ```python
        >>> import jaxwire as jw
        >>> print(f"{jw.Wire().healing_length(0.1):.3f}")   # near the mean free path in a cold wire
        0.957
        >>> often = jw.Wire(electron_electron=jw.ElectronElectron(time=0.01))
        >>> print(f"{often.healing_length(0.1):.3f}")   # near (l l_ep)^(1/2)
        0.095

        ```

        Args:
            temperature: kB T, in mu0, positive.
        """
        nodes = ThermalNodes.at(as_parameter("temperature", temperature, POSITIVE))
        conductance = 2.0 * nodes.variance(self.velocity(nodes.energy) * self.scattering_time(nodes.energy))
        return jnp.sqrt(conductance / self.electron_phonon_conductance(temperature))


def _part(name: str, given, base: type, default: type):
    part = default() if given is None else given
    if not isinstance(part, base):
        raise TypeError(f"`{name}` must be an object such as {default.__name__}(), got {part!r}.")
    return part
