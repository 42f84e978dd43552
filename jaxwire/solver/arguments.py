"""What every public function is asked about: a scatterer in a wire at a temperature, checked before anything runs."""

import functools
from typing import Any, NamedTuple, TypeVar

import numpy as np
from jax.core import Tracer

from jaxwire.model.parameters.domain import POSITIVE, as_parameter
from jaxwire.model.parameters.hints import hint_at_temperature
from jaxwire.model.resolution import LARGEST_RESOLUTION, SMALLEST_RESOLUTION, Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.integers import require_count

T = TypeVar("T")


class Arguments(NamedTuple):
    """What `solve`, `landauer`, `linear_response` and `iv` have in common.

    Attributes:
        scatterer: transmission model.
        wire: the wire.
        temperature: kB T, in mu0.
        resolution: numbers of nodes.
    """

    scatterer: AbstractScatterer
    wire: Wire
    temperature: Scalar
    resolution: Resolution


def as_setting(scatterer: Any, wire: Any, temperature: Any, resolution: Any = None) -> Arguments:
    """Check the arguments and put the defaults in place of None.

    Raises:
        TypeError: if an argument is not of its type, or the temperature is not in double precision.
        ValueError: if the temperature is known and not positive, or the resolution is too small.
    """
    scatterer, wire, resolution = as_models(scatterer, wire, resolution)
    temperature = as_parameter("temperature", temperature, POSITIVE)
    hint_at_temperature(temperature)
    return Arguments(scatterer, wire, temperature, resolution)


def as_models(scatterer: Any, wire: Any, resolution: Any) -> tuple[AbstractScatterer, Wire, Resolution]:
    """Do as `as_setting`, where the temperature is one of the numbers that vary."""
    if not isinstance(scatterer, AbstractScatterer):
        raise TypeError(
            f"`scatterer` must be an object such as Lorentzian(center=1.44, width=0.08), got {scatterer!r}."
        )
    wire = _papers_wire() if wire is None else wire
    if not isinstance(wire, Wire):
        raise TypeError(f"`wire` must be an object such as Wire(), got {wire!r}.")
    resolution = Resolution() if resolution is None else resolution
    if not isinstance(resolution, Resolution):
        raise TypeError(f"`resolution` must be an object such as Resolution(above=80, below=32), got {resolution!r}.")
    for name, *limits in zip(resolution._fields, resolution, SMALLEST_RESOLUTION, LARGEST_RESOLUTION, strict=True):
        require_count(f"resolution.{name}", *limits)
    return scatterer, wire, resolution


_papers_wire = functools.cache(Wire)  # it has no numbers, so that one object serves all


def one_drive(**drives: Any) -> dict[str, Any]:
    """Give the drive that is not None, by its name.

    Raises:
        TypeError: if it is not exactly one.
    """
    given = {name: value for name, value in drives.items() if value is not None}
    if len(given) != 1:
        raise TypeError(
            f"`voltage`, `current` or `force` must be given, one of them; got {' and '.join(given) or 'none'}."
        )
    return given


def as_object(name: str, value: Any, kind: type[T], default: T) -> T:
    """Check that an argument is an object of some kind; the default stands in for None.

    Raises:
        TypeError: if it is not.
    """
    value = default if value is None else value
    if not isinstance(value, kind):
        raise TypeError(f"`{name}` must be an object such as {type(default).__name__}(), got {value!r:.60}.")
    return value


def refuse_scatterer(x: Any) -> None:
    """Refuse positions of which one is known to be the scatterer's, where a profile of the heating is wanted.

    Raises:
        ValueError: if an x is 0.
    """
    if not isinstance(x, Tracer) and np.any(np.asarray(x) == 0):
        raise ValueError("`x` must not be 0 in heating, where its buildup term diverges as log|x|; got 0.")
