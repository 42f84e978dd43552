"""Dominant spots over two numbers of the page, computed bit by bit by `scan`, coarse first."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jaxwire.explore.sliders import POINT, Slider
from jaxwire.explore.state import State
from jaxwire.model.parameters.names import ParameterPath
from jaxwire.plot.dominant_spots import measure_spots
from jaxwire.scans.scan import scan

ACROSS, UP = 24, 16
"""Cells of a map; divided by `COARSEST`."""

COARSEST = 4
"""Every so many-th cell of either axis comes first."""

AT_ONCE = 64
"""Points of one scan: always as many, so that it is compiled once."""

NEAREST_SPOT = 0.2
"""|x| from which spots count, in vF tau0: nearer ones come and go with the voltage, see `find_spots`."""

MOST_MAPS = 16
"""Maps that are kept; the oldest is forgotten first."""

SIDES = ("left", "right")
"""Wires."""


def axes_of(state: State) -> list[str]:
    """Names of the numbers that a map may be over: all but what is merely shown, and the other drive."""
    return [name for name in state.numbers if name in POINT or state.sliders[name].place is not None]


def values_of(slider: Slider, count: int) -> np.ndarray:
    """Values along an axis: the middles of its cells."""
    share = (np.arange(count) + 0.5) / count
    if slider.is_log:
        return slider.low * (slider.high / slider.low) ** share
    return slider.low + (slider.high - slider.low) * share


@dataclass
class SpotMap:
    """A map, as far as it is computed.

    Attributes:
        state: what is the same everywhere; its numbers of the axes do not count.
        x: name of the number across.
        y: name of the number up.
        measure: of Fig. 5, NaN where there is no spot or nothing computed yet, shape (2, UP, ACROSS).
        position: of the spots, in vF tau0, of the same shape.
        heating: P_ph/P_ext there, of the same shape.
        done: how many points are computed.
    """

    state: State
    x: str
    y: str
    measure: np.ndarray = field(default_factory=lambda: np.full((2, UP, ACROSS), np.nan))
    position: np.ndarray = field(default_factory=lambda: np.full((2, UP, ACROSS), np.nan))
    heating: np.ndarray = field(default_factory=lambda: np.full((2, UP, ACROSS), np.nan))
    done: int = 0

    @property
    def total(self) -> int:
        """Points of the whole map."""
        return UP * ACROSS

    @property
    def program(self) -> str:
        """What is compiled, in words."""
        return f"the map over {self.x} and {self.y}: {self.state.program}"

    @property
    def across(self) -> np.ndarray:
        """Values of x."""
        return values_of(self.state.sliders[self.x], ACROSS)

    @property
    def up(self) -> np.ndarray:
        """Values of y."""
        return values_of(self.state.sliders[self.y], UP)

    def go_on(self) -> None:
        """Compute the next points, if any are left."""
        cells = ORDER[self.done : self.done + AT_ONCE]
        if not cells.size:
            return
        padded = np.resize(cells, (AT_ONCE, 2))  # repeats the first ones
        rows, columns = padded.T
        found = self._scan(self.across[columns], self.up[rows])
        for n, side in enumerate(SIDES):
            part, at = found.sel(side=side).isel({found["status"].dims[0]: slice(len(cells))}), cells.T
            self.measure[n, *at] = measure_spots(part).values
            self.position[n, *at] = part.spot_position.values
            self.heating[n, *at] = part.spot_heating.values
        self.done += len(cells)

    def _scan(self, across: np.ndarray, up: np.ndarray) -> Any:
        objects = self.state.objects()
        names = tuple(_scan_name(self.state.sliders[name]) for name in (self.x, self.y))
        point = {name: value for name, value in objects.point.items() if name not in names}
        return scan(
            objects.scatterer,
            objects.wire,
            axes={names: (across, up)},
            **point,
            observables=["spots"],
            x_min=NEAREST_SPOT,
            progress=False,
        )

    def filled(self, values: np.ndarray) -> np.ndarray:
        """Values of all cells, those that are not computed yet from the coarser cell that they are in."""
        known = np.zeros((UP, ACROSS), bool)
        known[tuple(ORDER[: self.done].T)] = True
        row, column = np.indices((UP, ACROSS))
        for coarse in (1, 2, COARSEST):
            source = row // coarse * coarse, column // coarse * coarse
            take = known[source] & ~known
            values = np.where(take, values[..., source[0], source[1]], values)
            known |= take
        return values


def _order() -> np.ndarray:
    """Cells as rows and columns, those of the coarsest grid first."""
    row, column = map(np.ravel, np.indices((UP, ACROSS)))
    level = sum(((row % coarse != 0) | (column % coarse != 0)).astype(int) for coarse in (2, COARSEST))
    return np.stack([row, column], axis=1)[np.argsort(level, kind="stable")]


ORDER = _order()
"""In which order cells are computed, shape (UP ACROSS, 2)."""


def _scan_name(slider: Slider) -> str:
    """What `scan` calls the number of a slider."""
    place = slider.place
    if place is None:
        return slider.name
    return f"{place.holder}.{_spelled(place)}"


def _spelled(place: ParameterPath) -> str:
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place.path).removeprefix(".")
    return path + "".join(f"[{n}]" for n in place.index)


class Maps:
    """Maps by what they are of."""

    def __init__(self) -> None:
        """Begin with none."""
        self._maps: OrderedDict[Any, SpotMap] = OrderedDict()

    def of(self, state: State, x: str, y: str) -> SpotMap:
        """The map of a state over two of its numbers, begun or not.

        Raises:
            ValueError: if these are not two numbers that a map may be over.
        """
        known = axes_of(state)
        for argument, name in (("x", x), ("y", y)):
            if name not in known:
                raise ValueError(f"`{argument}` must be one of {', '.join(known)}, got {name[:40]}.")
        if x == y:
            raise ValueError(f"`y` must be another number than `x`, got {y} for both.")
        counting = {name: state[name] for name in known if name not in (x, y)}
        key = (tuple(state.models.items()), tuple(counting.items()), state.drive, x, y)
        if key not in self._maps:
            self._maps[key] = SpotMap(state, x, y)
        self._maps.move_to_end(key)
        while len(self._maps) > MOST_MAPS:
            self._maps.popitem(last=False)
        return self._maps[key]
