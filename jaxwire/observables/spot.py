"""Spots: extrema of the heating, or of a temperature, on either side of the scatterer; which of them count."""

import operator
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Bool, Float, Int

from jaxwire.model.parameters.domain import NOT_NEGATIVE, Domain, as_parameter
from jaxwire.model.printing import html_table, is_known, range_text
from jaxwire.observables.extrema import NEAREST


class Spot(NamedTuple):
    """An extremum of the heating on one side of the scatterer; each of shape (), or of that of a batch.

    Attributes:
        position: x, in vF tau0, negative on the left; NaN where there is none.
        heating: P_ph/P_ext at x, negative where the phonons are cooled; NaN where there is none.
        exists: whether there is one.
        kind: +1 for a heating spot, heating > 1; -1 for a cooling spot, heating < 1; 0 where there is none.
        prominence: how far h falls from a maximum before it reaches a higher value or an end of the interval, on the
            side where it falls less (a minimum: upside down), in units of P_ext; NaN where there is none.
    """

    position: Float[Array, "..."]
    heating: Float[Array, "..."]
    exists: Bool[Array, "..."]
    kind: Int[Array, "..."]
    prominence: Float[Array, "..."]


class WarmSpot(NamedTuple):
    """An extremum of a temperature on one side of the scatterer; each of shape (), or of that of a batch.

    Attributes:
        position: x, in vF tau0, negative on the left; NaN where there is none.
        temperature: kB delta T at x, in mu0; NaN where there is none.
        exists: whether there is one.
        kind: +1 where it is hotter than T there, -1 where it is colder; 0 where there is none.
        prominence: as that of a `Spot`, in mu0.
    """

    position: Float[Array, "..."]
    temperature: Float[Array, "..."]
    exists: Bool[Array, "..."]
    kind: Int[Array, "..."]
    prominence: Float[Array, "..."]


class Spots(NamedTuple):
    """Spots in the left wire, x < 0, and in the right one, x > 0."""

    left: Spot
    right: Spot

    def __str__(self) -> str:
        """A table, one line for each spot."""
        return _as_text(self, "P_ph/P_ext")

    def _repr_html_(self) -> str | None:
        """The table of a notebook."""
        return _as_html(self, "P_ph/P_ext")


class WarmSpots(NamedTuple):
    """Extrema of a temperature in the left wire, x < 0, and in the right one, x > 0."""

    left: WarmSpot
    right: WarmSpot

    def __str__(self) -> str:
        """A table, one line for each."""
        return _as_text(self, "kB dT (mu0)")

    def _repr_html_(self) -> str | None:
        """The table of a notebook."""
        return _as_html(self, "kB dT (mu0)")


def _as_text(spots: Spots | WarmSpots, value: str) -> str:
    lines = ["  " + "".join(f"{cell:>17}" for cell in row) for row in (_titles(value), *_rows(spots))]
    return "\n".join(["Spots", *lines])


def _as_html(spots: Spots | WarmSpots, value: str) -> str | None:
    if not is_known(spots):
        return None
    some = bool(jnp.any(jnp.stack([jnp.any(spot.exists) for spot in spots])))
    return html_table("Spots", _rows(spots), titles=_titles(value), complaints=[] if some else ["there are no spots"])


def _titles(value: str) -> Sequence[str]:
    """Heads of the columns."""
    return "side", "kind", "x (vF tau0)", value, "prominence"


def _rows(spots: Spots | WarmSpots) -> list[list[str]]:
    """Cells of the table; of a few spots those that exist, of many of them the ranges."""
    kinds = _KINDS if isinstance(spots, Spots) else _WARM_KINDS
    rows = []
    for name, spot in spots._asdict().items():
        if spot.exists.ndim != 1 or spot.exists.size > _LISTED:
            rows.append(_cells(name, spot, kinds))
            continue
        there = [jax.tree.map(operator.itemgetter(n), spot) for n in np.flatnonzero(spot.exists)]
        rows += [_cells(name, one, kinds) for one in there] or [[name, "none", "", "", ""]]
    return rows


_LISTED = 8
"""Spots of one side that are listed at most."""

_KINDS = {1: "heating", -1: "cooling", 0: "none"}

_WARM_KINDS = {1: "hotter", -1: "colder", 0: "none"}


def _cells(name: str, spot: Spot | WarmSpot, kinds: dict[int, str]) -> list[str]:
    is_single = spot.exists.ndim == 0
    if is_single and not spot.exists:
        return [name, "none", "", "", ""]
    kind = kinds[int(spot.kind)] if is_single else f"{int(jnp.sum(spot.exists))} of {spot.exists.size}"
    return [name, kind, *map(range_text, (spot.position, spot[1], spot.prominence))]


class SpotLimits(NamedTuple):
    """Which extrema count as spots; the numbers may be traced.

    Attributes:
        x_max: largest |x|, in vF tau0.
        x_min: smallest |x|, in vF tau0, 0.01 at least.
        min_prominence: smallest prominence, in units of P_ext.
    """

    x_max: Any = 20.0
    x_min: Any = NEAREST
    min_prominence: Any = 0.0


def spot_measure(spot: Spot) -> Float[Array, "..."]:
    """Signed strength +-[|P_ph|/P_ext - 1]^(1/5) of spots of any shape, the measure of Fig. 5.

    It is positive for heating and negative for cooling spots; NaN where there is no spot, or one between -P_ext and
    P_ext, where the bracket is negative and Fig. 5 is white.
    """
    excess = jnp.abs(spot.heating) - 1.0
    counts = spot.exists & (excess > 0)
    return jnp.where(counts, spot.kind * jnp.where(counts, excess, 1.0) ** 0.2, jnp.nan)


def check_limits(x_max=20.0, x_min=NEAREST, min_prominence=0.0) -> SpotLimits:
    """Limits of spots, checked as far as they are known.

    Raises:
        TypeError: if one is not a real number in double precision.
        ValueError: if a known one is outside its domain.
    """
    near = as_parameter("x_min", x_min, Domain(lambda x: (x >= NEAREST) & (x < jnp.inf), f"at least {NEAREST}"))
    least = NEAREST if isinstance(near, Tracer) else float(near)
    far = as_parameter("x_max", x_max, Domain(lambda x: (x > least) & (x < jnp.inf), f"more than {least:g}"))
    return SpotLimits(far, near, as_parameter("min_prominence", min_prominence, NOT_NEGATIVE))
