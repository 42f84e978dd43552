"""Materials: effective mass and non-parabolicity, with their source."""

from typing import Any

import equinox as eqx

from jaxwire.model.parameters.domain import NOT_NEGATIVE, POSITIVE, as_parameter, parameter
from jaxwire.model.printing import Printable
from jaxwire.model.wires.dispersion import Kane
from jaxwire.numerics.array_types import Scalar


class Material(Printable):
    """Conduction band of a bulk semiconductor, energy (1 + kane_alpha energy) = p^2/2m (E. O. Kane, 1957).

    Attributes:
        name: its name.
        effective_mass: m at the band bottom, in masses of the free electron, positive. Differentiable.
        kane_alpha: non-parabolicity, in 1/eV, not negative; two bands give (1 - m)^2/gap. Differentiable.
        source: where the numbers are from.
    """

    name: str = eqx.field(static=True)
    effective_mass: Scalar = parameter("effective_mass", POSITIVE)
    kane_alpha: Scalar = parameter("kane_alpha", NOT_NEGATIVE)
    source: str = eqx.field(static=True, default="")

    def dispersion(self, chemical_potential) -> Kane:
        """Dispersion in natural units, `Kane(kane_alpha * mu0)`, of a wire with chemical potential mu0 in eV."""
        return Kane(self.kane_alpha * as_parameter("chemical_potential", chemical_potential, POSITIVE))


_SOURCE = "mass and gap at 0 K: I. Vurgaftman, J. R. Meyer, L. R. Ram-Mohan, J. Appl. Phys. 89, 5815 (2001)"

_BANDS: list[tuple[str, Any, Any]] = [("InAs", 0.026, 0.417), ("GaAs", 0.067, 1.519), ("InSb", 0.0135, 0.235)]

InAs, GaAs, InSb = (Material(name, mass, (1.0 - mass) ** 2 / gap, _SOURCE) for name, mass, gap in _BANDS)

MATERIALS = {material.name: material for material in (InAs, GaAs, InSb)}
"""Materials by name."""
