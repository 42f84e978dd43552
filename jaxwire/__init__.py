"""jaxwire: where a nanowire heats and cools when a current flows through a quantum scatterer (arXiv:2407.10192).

```python
>>> import jaxwire as jw
>>> dot = jw.Lorentzian(center=1.44, width=0.08)
>>> sol = jw.solve(dot, jw.Wire(), temperature=0.3, voltage=0.1)
>>> print(f"{sol.current:.4f}")
0.0125

```

The rooms, in the order of the data flow: `domain` (what a parameter may be), `fermi`, `scatterer` and `barriers`,
`wire` with `relaxation` and `coulomb`, `quadrature`, `modes`, `response`, `matching`, `flow`, `solution`, `voltage`,
`solve`, `landauer`, `iv`, `spots`, `thermometry`, `units`; numbers by name in `places` (with `labels`); for scans
`axes`, `observables`, `plan` (with `provenance`, `kernel`, `layout`), `request`, `store` (with `chunks`, `record`),
`runner`, `cluster`, `scan`; for fits `measurement`, `free`, `residuals`, `optimise`, `starts`, `problem`, `outcome`,
`fit`, `posterior`, `design`; `config` (with `schema`, `objects`), `fit_config`, `plot_fit`, `progress`, `plot`,
`maps` (with `captions`, `paint`), `reproduce`, `explore`, `cli`.
Names are loaded on first use, so that `jaxwire --help` does not wait for JAX.
"""

import sys
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING, Any

from jaxwire.precision import enable_double_precision, require_sound_jax

if TYPE_CHECKING:
    from jaxwire.barriers import DoubleBarrier, QuantumPointContact, RectangularBarrier, TunnelBarrier
    from jaxwire.coulomb import GatedCoulomb
    from jaxwire.design import Information, combine, information
    from jaxwire.fit import fit, fit_profile
    from jaxwire.flow import Heating
    from jaxwire.iv import CurrentVoltage, iv
    from jaxwire.landauer import (
        Coefficients,
        Landauer,
        LinearResponse,
        asymmetry,
        asymmetry_ratio,
        landauer,
        linear_response,
    )
    from jaxwire.measurement import Measurement, read_profile
    from jaxwire.optimise import (
        AbstractLoss,
        AbstractOptimiser,
        CauchyLoss,
        GradientDescent,
        HuberLoss,
        LevenbergMarquardt,
        SquaredLoss,
    )
    from jaxwire.outcome import Fit, FitStatus
    from jaxwire.posterior import Posterior, log_density, sample
    from jaxwire.quadrature import Resolution
    from jaxwire.relaxation import FunctionRelaxation, Matthiessen, TabulatedRelaxation
    from jaxwire.scan import Estimate, estimate, scan
    from jaxwire.scatterer import (
        AbstractScatterer,
        BreitWigner,
        Constant,
        EnergyScales,
        Function,
        Lorentzian,
        Resonance,
        Tabulated,
    )
    from jaxwire.solution import Distribution, Powers, Solution
    from jaxwire.solve import solve
    from jaxwire.spots import Spot, Spots, find_extrema, find_spots, spot_measure
    from jaxwire.status import Status
    from jaxwire.store import open_scan
    from jaxwire.thermometry import AbstractInstrument, HeatingProfile, Thermometer
    from jaxwire.units import GaAs, InAs, InSb, Material, Scale
    from jaxwire.wire import (
        AbstractDispersion,
        AbstractRelaxation,
        AbstractScreening,
        ConstantRelaxationTime,
        Electroneutral,
        Kane,
        LocalScreening,
        Parabolic,
        PowerLaw,
        Wire,
    )

__version__ = version("jaxwire")
__all__ = [
    "AbstractDispersion",
    "AbstractInstrument",
    "AbstractLoss",
    "AbstractOptimiser",
    "AbstractRelaxation",
    "AbstractScatterer",
    "AbstractScreening",
    "BreitWigner",
    "CauchyLoss",
    "Coefficients",
    "Constant",
    "ConstantRelaxationTime",
    "CurrentVoltage",
    "Distribution",
    "DoubleBarrier",
    "Electroneutral",
    "EnergyScales",
    "Estimate",
    "Fit",
    "FitStatus",
    "Function",
    "FunctionRelaxation",
    "GaAs",
    "GatedCoulomb",
    "GradientDescent",
    "Heating",
    "HeatingProfile",
    "HuberLoss",
    "InAs",
    "InSb",
    "Information",
    "Kane",
    "Landauer",
    "LevenbergMarquardt",
    "LinearResponse",
    "LocalScreening",
    "Lorentzian",
    "Material",
    "Matthiessen",
    "Measurement",
    "Parabolic",
    "Posterior",
    "PowerLaw",
    "Powers",
    "QuantumPointContact",
    "RectangularBarrier",
    "Resolution",
    "Resonance",
    "Scale",
    "Solution",
    "Spot",
    "Spots",
    "SquaredLoss",
    "Status",
    "Tabulated",
    "TabulatedRelaxation",
    "Thermometer",
    "TunnelBarrier",
    "Wire",
    "asymmetry",
    "asymmetry_ratio",
    "combine",
    "estimate",
    "find_extrema",
    "find_spots",
    "fit",
    "fit_profile",
    "information",
    "iv",
    "landauer",
    "linear_response",
    "log_density",
    "open_scan",
    "read_profile",
    "sample",
    "scan",
    "solve",
    "spot_measure",
]
_ROOMS = (
    "scatterer",
    "barriers",
    "wire",
    "relaxation",
    "coulomb",
    "quadrature",
    "flow",
    "status",
    "solution",
    "solve",
    "landauer",
    "iv",
    "spots",
    "thermometry",
    "units",
    "scan",
    "store",
    "measurement",
    "optimise",
    "outcome",
    "fit",
    "posterior",
    "design",
)

require_sound_jax()
enable_double_precision()


class _Package(ModuleType):
    """The package as a module in which a public function is never hidden by the room of the same name.

    Importing `jaxwire.solve` makes Python bind the submodule to `jaxwire.solve`; the public name is the function.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'jaxwire' has no attribute {name!r}")
    for room in map(import_module, (f"jaxwire.{room}" for room in _ROOMS)):
        if hasattr(room, name):
            globals()[name] = getattr(room, name)
            return globals()[name]
    raise AttributeError(f"module 'jaxwire' promises {name!r} but no room holds it")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
