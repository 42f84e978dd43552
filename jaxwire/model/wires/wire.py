"""The wire: how fast electrons move, how soon they relax, how well the wire stays neutral, how often they meet.

Each of these is an object of its own, so that a wire is put together from parts: `Wire(relaxation=..., ...)`.
Natural units: energies mu0, momenta pF, velocities vF, times tau0 (the relaxation time at the Fermi energy), lengths
vF tau0. Every model gives 1 at the Fermi energy unless its parameters say otherwise.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.model.parameters.domain import POSITIVE, as_parameter
from jaxwire.model.printing import Printable
from jaxwire.model.wires.dispersion import AbstractDispersion, Parabolic
from jaxwire.model.wires.electron_electron import ElectronElectron
from jaxwire.model.wires.hot_electrons import Drag, ThermalNodes, heat_conductance
from jaxwire.model.wires.phonons import Phonons
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
            potential that follows the charge locally.
        phonons: with a temperature of their own; None, as in the paper, where they stay at that of the bath. They need
            the same.
    """

    relaxation: AbstractRelaxation
    dispersion: AbstractDispersion
    screening: AbstractScreening
    electron_electron: ElectronElectron | None
    phonons: Phonons | None

    def __init__(
        self,
        relaxation: AbstractRelaxation | None = None,
        dispersion: AbstractDispersion | None = None,
        screening: AbstractScreening | None = None,
        electron_electron: ElectronElectron | None = None,
        phonons: Phonons | None = None,
    ) -> None:
        """Put a wire together; whatever is left out is as in the paper's main text.

        Raises:
            TypeError: if a part is not of its type.
            ValueError: if electrons are to collide with each other, or phonons to warm up, in a wire for which that is
                not worked out.
        """
        self.relaxation = _part("relaxation", relaxation, AbstractRelaxation, ConstantRelaxationTime)
        self.dispersion = _part("dispersion", dispersion, AbstractDispersion, Parabolic)
        self.screening = _part("screening", screening, AbstractScreening, Electroneutral)
        self.electron_electron = electron_electron
        self.phonons = phonons
        for name, part, kind, example in (
            ("electron_electron", electron_electron, ElectronElectron, "ElectronElectron(time=0.5)"),
            ("phonons", phonons, Phonons, "Phonons(loss=0.1, healing_length=1.0)"),
        ):
            if part is not None and not isinstance(part, kind):
                raise TypeError(f"`{name}` must be an object such as {example}, got {part!r}.")
            if part is not None and isinstance(self.screening, AbstractNonLocalScreening):
                raise ValueError(
                    f"`{name}` must be None unless the screening is local, got it with {type(self.screening).__name__}."
                )

    @property
    def is_thermal(self) -> bool:
        """Whether electrons exchange heat: with each other, or through phonons that warm up."""
        return not (self.electron_electron is None and self.phonons is None)

    @property
    def has_varying_collisions(self) -> bool:
        """Whether electrons that exchange heat do so in another way at every energy.

        They do where a time depends on energy, or where a drift that collisions conserve is not that of the Drude
        state: outside of parabolic bands.
        """
        if not self.is_thermal:
            return False
        has_one_time = type(self.relaxation) is ConstantRelaxationTime
        if (colliding := self.electron_electron) is None:
            return not has_one_time
        drifts_alike = type(self.dispersion) is Parabolic or not colliding.conserves_momentum
        return not (has_one_time and colliding.has_one_time and drifts_alike)

    def momentum_unit(self) -> Scalar:
        """The Fermi momentum pF, in mu0/vF: 2 in a parabolic band."""
        return 1.0 / jax.grad(self.dispersion.momentum)(jnp.ones(()))

    def velocity(self, energy: RealLike) -> Float[Array, "*n"]:
        """Velocity at a kinetic energy, in vF."""
        return self.dispersion.velocity(energy)

    def relaxation_time(self, energy: RealLike) -> Float[Array, "*n"]:
        """Relaxation time of the collisions with phonons at a kinetic energy, in tau0."""
        return self.relaxation.relaxation_time(energy, self.dispersion.momentum(energy))

    def scattering_time(self, energy: RealLike) -> Float[Array, "*n"]:
        """Time between collisions of any kind at a kinetic energy, in tau0: the rates add."""
        time = self.relaxation_time(energy)
        if (colliding := self.electron_electron) is None:
            return time
        rate = colliding.collision_rate()
        if colliding.has_one_time:
            return time / (1.0 + time * rate)
        return time / (1.0 + time * rate / colliding.relative_time(energy, self.dispersion.momentum(energy)))

    def momentum_relaxation_time(self, energy: RealLike) -> Float[Array, "*n"]:
        """Time in which collisions relax the momentum of all electrons, in tau0, where that has one time."""
        conserved = self.electron_electron is None or self.electron_electron.conserves_momentum
        return self.relaxation_time(energy) if conserved else self.scattering_time(energy)

    def longest_decay(self, energy: RealLike, temperature: Scalar) -> Float[Array, "*n"]:
        """Length at a kinetic energy, in vF tau0; nothing decays over more than the largest of those up to high energy.

        v (tau tau_ep)^(1/2), where collisions have one time; where phonons warm up, the root of its square + Lambda^2 +
        K/g.
        """
        squared = self.velocity(energy) ** 2 * self.relaxation_time(energy) * self.scattering_time(energy)
        if (phonons := self.phonons) is not None:
            conducted = self.electron_heat_conductance(temperature) / phonons.loss
            squared = squared + phonons.healing_length**2 + conducted
        return jnp.sqrt(squared)

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
        ratio = self.electron_heat_conductance(temperature) / self.electron_phonon_conductance(temperature)
        return jnp.sqrt(ratio)

    def electron_heat_conductance(self, temperature) -> Scalar:
        """Heat that electrons conduct where no current flows, K: per slope of the excess of their temperature over T.

        ```python
        >>> import jaxwire as jw
        >>> print(f"{jw.Wire().electron_heat_conductance(0.1):.5f}")   # near 2 pi^2 t^2/3
        0.06393

        ```

        Args:
            temperature: kB T, in mu0, positive.

        Returns:
            K in mu0^2 vF tau0/h, once electrons collide with each other often enough.
        """
        nodes = ThermalNodes.at(as_parameter("temperature", temperature, POSITIVE))
        velocity, time = self.velocity(nodes.energy), self.scattering_time(nodes.energy)
        return heat_conductance(nodes.energy, nodes.weight * velocity * time, self._drag(nodes, velocity, time))

    def _drag(self, nodes: ThermalNodes, velocity: Float[Array, " n"], time: Float[Array, " n"]) -> Drag | None:
        """What a drift adds; None where it is the Drude state's, which conducts no heat by definition."""
        colliding = self.electron_electron
        if colliding is None or not colliding.conserves_momentum or not self.has_varying_collisions:
            return None
        momentum = self.dispersion.momentum(nodes.energy)
        gained = nodes.weight * momentum / colliding.relative_time(nodes.energy, momentum)
        lost = (gained / velocity) @ (time / self.relaxation_time(nodes.energy) * momentum)
        return Drag(gained * time, colliding.collision_rate() / lost)


def _part(name: str, given, base: type, default: type):
    part = default() if given is None else given
    if not isinstance(part, base):
        raise TypeError(f"`{name}` must be an object such as {default.__name__}(), got {part!r}.")
    return part
