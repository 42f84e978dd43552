"""Electrons of a wire: one of their numbers determines the others, and contradictions are refused.

With Kane's band E (1 + a E) = hbar^2 k^2/2m, or the parabolic one (a = 0), and g channels that are alike (both spins:
g = 2; every channel counts +k and -k), at zero temperature

    n = g kF/pi,    lambda_F = 2 pi/kF,    vF = hbar kF/(m (1 + 2 a mu0)),   l = vF tau,  mobility = e tau vF/(hbar kF).

mu0 lies above the band bottom. Times, paths and mobilities are those at the Fermi energy.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from scipy.constants import e, hbar, m_e

from jaxwire.lab.quantities import Measured, read_quantity
from jaxwire.model.units.scale import Scale

FILLINGS = {"chemical_potential": "eV", "density": "1/m", "fermi_wavelength": "m"}
"""Numbers that say how far the band is filled, and their units of SI."""

TIMES = {"relaxation_time": "s", "mean_free_path": "m", "mobility": "m^2/(V s)"}
"""Numbers that say how often electrons collide with phonons."""

ALIKE = 0.01
"""Two numbers without errors that determine the same one agree to this share: they are rounded."""

SIGMAS = 3.0
"""Two numbers with errors agree if they differ by less than so many of these."""


class Band(NamedTuple):
    """The conduction band.

    Attributes:
        effective_mass: at its bottom, in masses of the free electron.
        alpha: non-parabolicity, in 1/eV; 0 is parabolic.
        channels: how many channels are alike.
    """

    effective_mass: float
    alpha: float
    channels: float

    def chemical_potential(self, wave_number: float) -> float:
        """Fermi energy above the band bottom, in eV, for kF in 1/m."""
        kinetic = hbar**2 * wave_number**2 / (2.0 * self.effective_mass * m_e * e)
        return 2.0 * kinetic / (1.0 + math.sqrt(1.0 + 4.0 * self.alpha * kinetic))

    def share_of(self, chemical_potential: float) -> float:
        """Relative change of mu0 by that of kF: 2 in a parabolic band."""
        return 2.0 * (1.0 + self.alpha * chemical_potential) / (1.0 + 2.0 * self.alpha * chemical_potential)

    def filled(self, name: str, given: Measured) -> Measured:
        """Fermi energy, with its error, from one of `FILLINGS`."""
        if name == "chemical_potential":
            return given
        wave = math.pi * given.value / self.channels if name == "density" else 2.0 * math.pi / given.value
        energy = self.chemical_potential(wave)
        share = None if given.error is None else given.error / given.value
        return Measured(energy, None if share is None else energy * share * self.share_of(energy), "eV")


def density_of(scale: Scale) -> float:
    """Electrons per length of the wire, in 1/m."""
    return float(scale.channels * scale.wave_number) / math.pi


def fermi_wavelength_of(scale: Scale) -> float:
    """Wavelength at the Fermi energy, in m."""
    return 2.0 * math.pi / float(scale.wave_number)


def mobility_of(scale: Scale) -> float:
    """Mobility of the electrons at the Fermi energy, in m^2/(V s)."""
    return e * float(scale.relaxation_time * scale.fermi_velocity / (hbar * scale.wave_number))


def one_at_least(what: str, given: Mapping[str, Any], units: Mapping[str, str]) -> dict[str, Measured]:
    """Read those numbers that are given; there must be one at least.

    Args:
        what: what they determine, for complaints.
        given: by name; None where they are not.
        units: of all that may be given, by name.

    Raises:
        TypeError: as `read_quantity`.
        ValueError: if none is given, or one is not positive.
    """
    found = {name: read_quantity(name, given[name], (units[name],)) for name in units if given[name] is not None}
    for name, one in found.items():
        if not 0.0 < one.value < math.inf:
            raise ValueError(f"`{name}` must be positive, got {one}.")
    if not found:
        first, *others = units
        raise ValueError(f"`{first}` must be given, or {' or '.join(others)}, for {what}; got none.")
    return found


def agreed(found: Mapping[str, Measured], meant: Mapping[str, Measured]) -> Measured:
    """The number that several given ones mean: that of the smallest error, else the first.

    Args:
        found: the numbers as they were given.
        meant: by the same names, what each of them determines, all the same quantity.

    Raises:
        ValueError: if two contradict each other.
    """
    (first, one), *others = meant.items()
    for name, other in others:
        errors = math.hypot(one.error or 0.0, other.error or 0.0)
        allowed = max(SIGMAS * errors, ALIKE * abs(one.value))
        if abs(one.value - other.value) > allowed:
            raise ValueError(
                f"`{name}` must agree with `{first}`, got {found[name]} and {found[first]}, which mean {other} and "
                f"{one}: give one of them."
            )
    with_error = [one for one in meant.values() if one.error is not None]
    return min(with_error, key=lambda each: each.error or 0.0) if with_error else one
