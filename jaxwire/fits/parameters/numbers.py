"""Numbers that can be free in a fit, by name: of the objects, of single measurements, and of the natural units.

"voltage" is that of all measurements, "measurements[1].voltage" that of one, "voltage[:]" stands for one of each. The
same goes for every single number of the instrument: "offset", "measurements[1].offset", "offset[:]".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jaxwire.fits.measurement import Measurement
from jaxwire.fits.parameters.stretch import add_stretches
from jaxwire.model.parameters.domain import POSITIVE, Domain
from jaxwire.model.parameters.names import (
    DRIVES,
    OPERATING_POINT,
    NamedParameters,
    Objects,
    ParameterPath,
)

EACH = "[:]"
"""What a name ends with that stands for one number of every measurement."""


class FitNumbers(NamedParameters):
    """The numbers that can be free: those of the objects, of the measurements, and the natural units."""

    def __init__(self, objects: Objects, measurements: Sequence[Measurement], argument: str = "free") -> None:
        """Collect them; `argument` is where names are given, for complaints."""
        holders = {"scatterer": objects.scatterer, "wire": objects.wire, "instrument": objects.instrument}
        super().__init__(argument, **holders)
        self.measurements = measurements
        own = [
            str(place.path[0])
            for place, shape in self.shapes.items()
            if place.holder == "instrument" and len(place.path) == 1 and shape == ()
        ]
        for index, one in enumerate(measurements):
            for name in ("temperature", one.drive, *own):
                place = ParameterPath("measurements", (index, name))
                self.places[f"measurements[{index}].{name}"] = [place]
                self.shapes[place] = ()
        for name in DRIVES:
            if any(one.drive != name for one in measurements):
                del self.places[name]
        add_stretches(self)

    def of_each(self, name: str) -> tuple[str, ...]:
        """Names that a name stands for: those of every measurement for "offset[:]", else itself."""
        stem = name.removesuffix(EACH)
        each = tuple(f"measurements[{index}].{stem}" for index in range(len(self.measurements)))
        return each if name.endswith(EACH) and any(one in self.places for one in each) else (name,)

    def spread(self, names: Mapping[str, Any]) -> dict[str, Any]:
        """The mapping with one entry for each measurement, all with the same value, where a name stands for them."""
        return {each: value for name, value in names.items() for each in self.of_each(name)}

    def domain(self, place: ParameterPath) -> Domain:
        """Values that a number may take."""
        if place.holder == "stretch":
            return POSITIVE
        if place.holder != "measurements":
            return super().domain(place)
        name = str(place.path[1])
        return OPERATING_POINT.get(name) or super().domain(ParameterPath("instrument", (name,)))

    def value(self, place: ParameterPath) -> Any:
        """The number as it was given."""
        if place.holder == "stretch":
            return 1.0
        if place.holder == "measurements":
            number, name = int(place.path[0]), str(place.path[1])
            if name in OPERATING_POINT:
                return getattr(self.measurements[number], name)
            return super().value(ParameterPath("instrument", (name,)))
        if place.holder != "point":
            return super().value(place)
        name = str(place.path[0])
        different = sorted({getattr(one, name) for one in self.measurements})
        if len(different) > 1:
            raise ValueError(
                f"`{self.argument}` must name the {name} of one measurement, such as 'measurements[0].{name}', as they "
                f"differ; got {name!r}."
            )
        return different[0]
