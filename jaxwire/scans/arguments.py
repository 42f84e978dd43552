"""What is asked of a scan: the arguments of `scan`, checked before anything runs and put together as a `Plan`."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxwire.model.parameters.domain import REAL, as_known
from jaxwire.model.parameters.hints import hint_at_temperature
from jaxwire.model.parameters.names import DRIVES, OPERATING_POINT
from jaxwire.model.wires.screening import AbstractNonLocalScreening
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.precision import PRECISIONS
from jaxwire.numerics.programs import local_devices
from jaxwire.observables.spot import SpotLimits, check_limits
from jaxwire.scans.axes import Dimension, read_axes
from jaxwire.scans.computation.memory import read_memory, usual_memory
from jaxwire.scans.plan import Plan
from jaxwire.scans.single_precision import IN_SINGLE
from jaxwire.scans.variables import OF_DRIFT, OF_PHONONS, OF_SPOTS, Observable, read_observables, uses_x
from jaxwire.solver.arguments import as_models, refuse_scatterer
from jaxwire.solver.fields import conserves_drift, own_phonons


@dataclass(frozen=True)
class ScanArguments:
    """What is asked of a scan, of whatever models and wherever its results go; see `scan` for what each is."""

    axes: Any
    temperature: Any = None
    voltage: Any = None
    current: Any = None
    force: Any = None
    observables: Any = None
    x: Any = None
    x_max: Any = None
    x_min: Any = None
    min_prominence: Any = None
    resolution: Any = None
    memory: Any = None
    precision: Any = "double"

    def operating_point(self) -> dict[str, Any]:
        """Temperature and drives by their names, None where they are not given."""
        return {name: getattr(self, name) for name in ("temperature", *DRIVES)}


def make_plan(scatterer: Any, wire: Any, asked: ScanArguments) -> Plan:
    """Check the arguments of a scan and put them together."""
    scatterer, wire, resolution = as_models(scatterer, wire, asked.resolution)
    dimensions = read_axes(asked.axes, scatterer, wire)
    fixed = _fixed(asked.operating_point(), dimensions)
    hint_at_temperature(fixed.get("temperature", ()))
    for axis in (axis for dimension in dimensions for axis in dimension.axes if axis.name == "temperature"):
        hint_at_temperature(axis.values)
    usual = ["voltage"] if "current" in _varied(dimensions) else ["current"]
    kept = read_observables(usual if asked.observables is None else asked.observables)
    for names, check in ((OF_PHONONS, own_phonons), (OF_DRIFT, conserves_drift)):
        if any(entry.name in names and entry.function is None for entry in kept):
            check(wire)
    _check_precision(asked.precision, wire, {*fixed, *_varied(dimensions)}, kept)
    plan = Plan(
        scatterer,
        wire,
        dimensions,
        fixed,
        kept,
        x=_positions(asked.x, kept),
        limits=_limits(asked, kept),
        resolution=resolution,
        memory=usual_memory(local_devices()) if asked.memory is None else read_memory(asked.memory),
        precision=asked.precision,
    ).in_blocks()
    _refuse_clashes(plan)
    if plan.memory_bytes > plan.memory:
        raise ValueError(
            f"`memory` must be at least {plan.memory_bytes / 1e6:.1f} MB for this scan, got {plan.memory / 1e6:g} MB."
        )
    return plan


def _varied(dimensions: tuple[Dimension, ...]) -> list[str]:
    """Which of temperature, voltage, current and force are axes."""
    axes = [axis for dimension in dimensions for axis in dimension.axes]
    return [axis.name for axis in axes if axis.place.holder == "point"]


def _fixed(operating_point: dict[str, Any], dimensions: tuple[Dimension, ...]) -> dict[str, float]:
    """The numbers of the operating point that do not vary; complains of any too many or too few."""
    varied = _varied(dimensions)
    fixed = {}
    for name, value in operating_point.items():
        if value is not None and name in varied:
            raise ValueError(f"`{name}` must be given once, got a fixed value and an axis.")
        if value is not None:
            fixed[name] = float(as_known(name, value, OPERATING_POINT.get(name, REAL)))
    given = {*fixed, *varied}
    if "temperature" not in given:
        raise TypeError("`temperature` must be given, as a number or as an axis; got none.")
    drives = [name for name in DRIVES if name in given]
    if len(drives) != 1:
        raise TypeError(
            "`voltage`, `current` or `force` must be given, one of them, as a number or as an axis; "
            f"got {' and '.join(drives) or 'none'}."
        )
    return fixed


def _positions(x: Any, kept: tuple[Observable, ...]) -> np.ndarray:
    names = [entry.name for entry in kept if uses_x([entry])]
    if x is None:
        if names:
            raise ValueError(f"`x` must be given for the observable {names[0]!r}, got none.")
        return np.zeros(0)
    if not names:
        raise ValueError("`x` must be given only with an observable that is a function of x, such as 'heating'.")
    positions = as_known("x", x, REAL, ndim=1)
    if positions.size == 0:
        raise ValueError("`x` must have at least one position, got none.")
    if any(name.startswith("heating") for name in names):
        refuse_scatterer(positions)
    return positions


def _limits(asked: ScanArguments, kept: tuple[Observable, ...]) -> SpotLimits:
    given = {name: getattr(asked, name) for name in SpotLimits._fields if getattr(asked, name) is not None}
    for name in given:
        if not any(entry.name in OF_SPOTS and entry.function is None for entry in kept):
            raise ValueError(f"`{name}` must be given only with the observable 'spots', whose limit it is.")
    return SpotLimits(*map(float, check_limits(**given)))


def _check_precision(precision: Any, wire: Wire, given: set[str], kept: tuple[Observable, ...]) -> None:
    """Single precision computes what it was measured for, and nothing else (benchmarks/single_precision.py)."""
    if precision not in PRECISIONS:
        raise ValueError(f"`precision` must be 'double' or 'single', got {precision!r}.")
    if precision == "double":
        return
    instead = "use precision='double'"
    if "voltage" not in given:
        drive = next(name for name in DRIVES if name in given)
        raise ValueError(f"`precision='single'` must go with a given voltage, got a given {drive}; {instead}.")
    if isinstance(wire.screening, AbstractNonLocalScreening):
        raise ValueError(
            f"`precision='single'` must go with a local potential, got {type(wire.screening).__name__}; {instead}."
        )
    if wire.is_thermal:
        part = "phonons" if wire.electron_electron is None else "electron_electron"
        raise ValueError(f"`precision='single'` must go with a wire without {part}, got one; {instead}.")
    if other := [entry.name for entry in kept if entry.function or entry.name not in IN_SINGLE]:
        raise ValueError(
            f"`precision='single'` must go with observables out of {', '.join(IN_SINGLE)}; got {other[0]!r}; {instead}."
        )


def _refuse_clashes(plan: Plan) -> None:
    """Variables, coordinates and dimensions must have different names."""
    if clash := [name for name in plan.variables if name in plan.coords or name in plan.dims]:
        raise ValueError(f"`observables` must not have the name of an axis, got {clash[0]!r}.")
    names = [*(axis.name for dimension in plan.dimensions for axis in dimension.axes)]
    names += [dimension.name for dimension in plan.dimensions if len(dimension.axes) > 1]
    names += {dim for variable in plan.variables.values() for dim in variable.dims}
    if clash := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"`axes` must have names of their own, got {clash[0]!r} twice.")
