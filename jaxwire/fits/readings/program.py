"""What a fit compiles in, and what it hands to its programs."""

from typing import Any, NamedTuple

import equinox as eqx

from jaxwire.fits.parameters.free import NO_PROFILE, is_linear
from jaxwire.fits.parameters.priors import Priors
from jaxwire.fits.parameters.ranges import AbstractRange
from jaxwire.fits.parameters.ties import Tie
from jaxwire.fits.readings.groups import Group
from jaxwire.model.parameters.names import Objects, ParameterPath, with_values
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.observables.instruments import AbstractInstrument

RESOLUTION = Resolution(above=64, below=24)
"""Numbers of nodes of a fit, good for 1e-6: no reading is better."""


class FitProgram(NamedTuple):
    """What is compiled in.

    Attributes:
        places: where the free parameters are.
        projected: which of them the optimiser does not see: gain and offset, found by linear least squares instead.
        resolution: numbers of nodes.
        profiles: which measurements the first residuals are of, and how many each has.
        ties: the numbers that follow parameters.
        is_fast: whether it is compiled to run fast, which takes three times as long.
        fixes_nodes: whether slopes are those at fixed nodes (see `fixed_nodes`).
    """

    places: tuple[ParameterPath, ...]
    projected: tuple[int, ...]
    resolution: Resolution
    profiles: tuple[tuple[int, int], ...]
    ties: tuple[Tie, ...] = ()
    is_fast: bool = False
    fixes_nodes: bool = False

    @property
    def solved_for(self) -> list[int]:
        """Which parameters a solution depends on: all but gain and offset."""
        return [index for index, place in enumerate(self.places) if not is_linear(place)]

    def of_signals(self) -> "FitProgram":
        """The program of signals alone, the same for all fits in which the wire is solved for the same."""
        kept = self.solved_for
        ties = tuple(tie._replace(source=kept.index(tie.source)) for tie in self.ties)
        return FitProgram(tuple(self.places[index] for index in kept), (), self.resolution, (), ties)

    @property
    def searched(self) -> tuple[int, ...]:
        """Which parameters the optimiser sees."""
        return tuple(index for index in range(len(self.places)) if index not in self.projected)

    def put(self, objects: Objects, values: Any, number: Any = None) -> Objects:
        """Objects with the values of the parameters and of what follows them, for one measurement if that is given."""
        values = list(values)
        places = (*self.places, *(tie.place for tie in self.ties))
        return with_values(objects, places, [*values, *(tie.follow(values) for tie in self.ties)], number)

    def stretch(self, values: Any) -> dict[str, Any]:
        """The natural units among the values, in nominal ones."""
        pairs = [*zip(self.places, values, strict=True), *((tie.place, tie.follow(values)) for tie in self.ties)]
        return {str(place.path[0]): value for place, value in pairs if place.holder == "stretch"}

    def rows(self, size: int) -> tuple[int, ...]:
        """The measurement of every residual, of which there are `size`; `NO_PROFILE` for those of priors."""
        found = [number for number, count in self.profiles for _ in range(count)]
        return tuple(found) + (NO_PROFILE,) * (size - len(found))


class Model(eqx.Module):
    """Everything that readings follow from, besides the free parameters.

    Attributes:
        scatterer: the scatterer; its free numbers are replaced.
        wire: the wire, likewise.
        instrument: the instrument, likewise.
        groups: the measurements.
        ranges: of the free parameters.
        priors: what is known of them.
    """

    scatterer: AbstractScatterer
    wire: Wire
    instrument: AbstractInstrument
    groups: tuple[Group, ...]
    ranges: tuple[AbstractRange, ...] = ()
    priors: Priors = Priors()

    @property
    def other_rows(self) -> int:
        """How many residuals, the last ones, are of no reading of a profile."""
        return sum(len(one.numbers) for one in self.groups if one.electric is not None) + len(self.priors.numbers)

    def without_ranges(self) -> "Model":
        """All that readings at given values follow from."""
        return Model(self.scatterer, self.wire, self.instrument, self.groups, priors=self.priors)

    def of_signals(self) -> "Model":
        """All that signals follow from; with the readings, which have a place in every group."""
        return Model(self.scatterer, self.wire, self.instrument, self.groups)

    def objects(self, **point: Any) -> Objects:
        """With an operating point, what free parameters are parts of."""
        return Objects(self.scatterer, self.wire, self.instrument, point)
