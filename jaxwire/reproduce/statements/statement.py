"""What a statement of the paper is: where it stands, what it says, and how it is looked up in computed data.

The helpers say in numbers what the statements' words mean: asymmetries of Eqs. 34 to 36, visible spots, exponents.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import xarray


SEEN = "seen"
"""Verdict where the data show what is said."""

LIMITED = "seen with a limit"
"""Verdict where they show it, but not wherever it is said."""

NOT_SEEN = "not seen"
"""Verdict where they do not."""

FAR_AWAY = 20.0
"""|x| up to which the paper looks for spots, in vF tau0."""

Data = Mapping[str, "xarray.Dataset"]
"""What is looked at, by the names that `compute` gives."""


class Verdict(NamedTuple):
    """What is seen of one statement.

    Attributes:
        measured: numbers.
        word: `SEEN`, `LIMITED` or `NOT_SEEN`.
    """

    measured: str
    word: str


def judge(measured: str, holds: object, in_part: object = False) -> Verdict:
    """The verdict: seen where it holds, seen with a limit where it holds only in part."""
    word = SEEN if bool(holds) else LIMITED if bool(in_part) else NOT_SEEN
    return Verdict(measured, word)


class Statement(NamedTuple):
    """One statement of the paper.

    Attributes:
        name: of the function that looks it up.
        section: of the paper.
        place: where in the section, in a few words.
        claim: what it says, in our words.
        limit: what is not as it says, where the verdict is "seen with a limit" or "not seen".
        look: looks it up.
    """

    name: str
    section: str
    place: str
    claim: str
    limit: str
    look: "Callable[[Data], Verdict]"


def statement(section: str, place: str, limit: str = "") -> "Callable[[Callable[[Data], Verdict]], Statement]":
    """Make a function that looks something up a statement; its docstring is the claim."""

    def made(look: "Callable[[Data], Verdict]") -> Statement:
        claim = " ".join((look.__doc__ or "").split())
        return Statement(look.__name__, section, place, claim, limit, look)  # pyright: ignore[reportFunctionMemberAccess]

    return made


def spread(values, form: str = ".2g") -> str:
    """Smallest and largest of some numbers, as text."""
    numbers = np.asarray(values, dtype=float)
    low, high = (format(float(pick(numbers)), form) for pick in (np.nanmin, np.nanmax))
    return low if low == high else f"{low} to {high}"


def exponent(quantity: "xarray.DataArray", base: "xarray.DataArray", dim: str) -> np.ndarray:
    """Exponents of power laws |quantity| ~ base^exponent, fitted along one dimension; all others flattened."""
    y, x = (np.log(np.abs(each.transpose(dim, ...).values)) for each in (quantity, base))
    x = x.reshape(x.shape + (1,) * (y.ndim - x.ndim))
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return ((x * y).sum(axis=0) / (x * x).sum(axis=0)).ravel()


def power(data: "xarray.Dataset", side: str) -> "xarray.DataArray":
    """Power given to the phonons of one wire beyond P_ext, P_s and P_phi together."""
    return data.powers.sel(side=side).sum("part")


def asymmetry(data: "xarray.Dataset") -> "xarray.DataArray":
    """P_asym of Eq. 34, in mu0^2/h."""
    return power(data, "right") - power(data, "left")


def landauer_asymmetry(data: "xarray.Dataset") -> "xarray.DataArray":
    """P_asym of Landauer theory, Eq. 35."""
    return data.landauer_heat_left + data.landauer_heat_right


def improved_asymmetry(data: "xarray.Dataset") -> "xarray.DataArray":
    """P_asym of Eq. 36: the heat current of wires that carry Landauer's current is taken off twice."""
    return landauer_asymmetry(data) - 2.0 * data.uniform_heat_current * data.landauer_current / data.current


def total_power(data: "xarray.Dataset") -> "xarray.DataArray":
    """I V_tot, all that is given to the phonons because of the scatterer (Eq. 32)."""
    return data.current * data.total_voltage


def visible_spots(data: "xarray.Dataset") -> "xarray.DataArray":
    """Where the paper's Fig. 5 has a color: a maximum above P_ext or a minimum below -P_ext, nearer than 20 vF tau0."""
    tall = (data.spot_heating > 1.0) | (data.spot_heating < -1.0)
    return data.spot_exists & tall & (np.abs(data.spot_position) < FAR_AWAY)


def turning_points(heating: "xarray.DataArray", side: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances and heights of the extrema of a sampled profile on one side, not at its ends."""
    part = heating.isel(x=np.sign(heating.x.values) == side)
    order = np.argsort(np.abs(part.x.values))
    distance, height = np.abs(part.x.values)[order], part.values[order]
    turns = np.flatnonzero(np.diff(np.sign(np.diff(height)))) + 1
    return distance[turns], height[turns]
