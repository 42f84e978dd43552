"""Readings of the user: pasted or from a file, read as `jaxwire fit` reads them, kept in this process alone."""

import hashlib
import io
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from jaxwire.explore.state import finite
from jaxwire.fits.measurement import read_profile

MOST_SETS = 16
"""Sets that are kept; the oldest is forgotten first."""

LARGEST = 2_000_000
"""Bytes of a set at most."""

KINDS = {
    "heating": "*P*_{ph}/*P*_{ext}, heat given to the phonons",
    "temperature": "*θ*/*θ*_{∞}, rise of the phonon temperature",
}
"""What readings may be of, by the name of the panel: a heating profile, or the same smoothed over *Λ*."""


@dataclass(frozen=True)
class OwnData:
    """A measured profile.

    Attributes:
        x: positions, in vF tau0, shape (n,).
        y: readings, shape (n,).
        sigma: their standard errors; None where they are unknown.
        notes: what was understood, a sentence each.
    """

    x: np.ndarray
    y: np.ndarray
    sigma: np.ndarray | None
    notes: tuple[str, ...] = ()


class ShownData(NamedTuple):
    """Readings as they are drawn: (y - offset)/gain, over the panel of what they are of.

    Attributes:
        data: the readings.
        panel: of `KINDS`.
        gain: reading per unit of the signal.
        offset: reading without signal.
    """

    data: OwnData
    panel: str
    gain: float
    offset: float

    @property
    def signal(self) -> np.ndarray:
        """What the instrument saw, in units of P_ext."""
        return (self.data.y - self.offset) / self.gain

    @property
    def error(self) -> np.ndarray | None:
        """Its standard error."""
        return None if self.data.sigma is None else self.data.sigma / abs(self.gain)


def read_lab_data(text: str) -> OwnData:
    """Read a table of x, y and, where there are errors, sigma, with any usual separator.

    Raises:
        ValueError: if it cannot be understood; with the line where, and the cure.
    """
    if not text.strip():
        raise ValueError("`data` must be a table with columns x and y, got nothing.")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        read = read_profile(io.StringIO(text))
    x, y = read["x"], read["y"]
    assert x is not None and y is not None  # both are needed
    if not x.size:
        raise ValueError("`data` must have at least one row of numbers, got none.")
    order = np.argsort(x, kind="stable")
    sigma = read["sigma"]
    notes = (*map(str, read.notes), *(str(one.message) for one in said))
    return OwnData(x[order], y[order], None if sigma is None else sigma[order], notes)


class Shelf:
    """Sets of readings by a key that the page knows them by."""

    def __init__(self) -> None:
        """Begin with none."""
        self._sets: OrderedDict[str, OwnData] = OrderedDict()

    def keep(self, text: str) -> tuple[str, OwnData]:
        """Read a table, and keep it.

        Raises:
            ValueError: as `read_lab_data`.
        """
        data = read_lab_data(text)
        key = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._sets[key] = data
        self._sets.move_to_end(key)
        while len(self._sets) > MOST_SETS:
            self._sets.popitem(last=False)
        return key, data

    def get(self, key: str) -> OwnData | None:
        """The set of a key; None if it is unknown."""
        return self._sets.get(key)

    def shown(self, query: Mapping[str, str]) -> ShownData | None:
        """The set that a query names, with the gain and offset it gives; None without one."""
        data = self.get(query.get("data", ""))
        if data is None:
            return None
        panel = query.get("of", "")
        gain, offset = (finite(query.get(name, "")) for name in ("gain", "offset"))
        return ShownData(data, panel if panel in KINDS else "heating", gain or 1.0, offset or 0.0)
