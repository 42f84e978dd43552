"""Colours that suit a variable: diverging about zero, even, or one for each kind."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap, Normalize

from jaxwire.plot.captions import label

DIVERGING = "RdBu_r"
"""Map of colours about a center: blue cools, red heats, white is neither, as in the paper's figures."""

EVEN = "viridis"
"""Map of colours of a variable without a center: its lightness grows evenly, in print as well."""

CENTERS = {"heating": 1.0, "spot_heating": 1.0}
"""Value between heating and cooling of variables in units of P_ext; 0 for all others."""

USUAL_PERCENTILE = 99.5
"""Percentile of all values that counts as their usual end: of a map of 64 x 64 points, 20 lie beyond."""

FAR_BEYOND = 4.0
"""Values that reach more than this many times as far from the median as the usual end do not stretch the colours."""

ONE_SIDED = 0.01
"""Values that reach less than this share across the center, by rounding or nearly, are drawn as if on one side."""

MOST_NUMBERS_WITH_COLORS = 8
"""Whole numbers that get a colour each; more of them are drawn like any numbers."""

NAMES_OF_NUMBERS = {
    "spot_kind": {-1: "cooling", 0: "none", 1: "heating"},
    "electron_temperature_spot_kind": {-1: "colder", 0: "none", 1: "hotter"},
    "phonon_temperature_spot_kind": {-1: "colder", 0: "none", 1: "hotter"},
}
"""What whole numbers mean, by the variable; its attributes `flag_meanings` come before."""

KIND_LABELS = {
    "spot_kind": "kind of the dominant spot",
    "spot_exists": "is there a spot?",
    "electron_temperature_spot_kind": "kind of the electrons' dominant spot",
    "electron_temperature_spot_exists": "have electrons a spot?",
    "phonon_temperature_spot_kind": "kind of the phonons' dominant spot",
    "phonon_temperature_spot_exists": "have phonons a spot?",
}
"""Words beside the colours of variables whose long name does not ask what the colours answer."""

KIND_COLORS = {
    **dict.fromkeys(("cooling", "colder", "yes"), "#0072B2"),
    **dict.fromkeys(("heating", "hotter"), "#D55E00"),
    **dict.fromkeys(("none", "no"), "#EDEDED"),
}
"""Colours of meanings (Okabe and Ito): cooling blue, heating vermilion, nothing nearly white."""

OTHER_COLORS = ("#EDEDED", "#0072B2", "#E69F00", "#CC79A7", "#D55E00", "#009E73", "#56B4E9", "#F0E442")
"""Colours of whole numbers without such a meaning, in their order (Okabe and Ito, after a nearly white one)."""


class ColourScale(NamedTuple):
    """Colours of values, and what a colour bar says.

    Attributes:
        cmap: the colours.
        norm: from values to colours.
        label: the variable with its units.
        shown: range of values that the colour bar covers.
        extend: at which ends there are values beyond: "neither", "min", "max" or "both".
        center: value between the two colours; None for an even scale.
        names: what whole numbers mean, by number; empty for numbers.
        nothing: what it means that a solved point has no value.
    """

    cmap: Colormap
    norm: Normalize
    label: str
    shown: tuple[float, float]
    extend: Any = "neither"
    center: float | None = None
    names: dict[int, str] = {}  # not changed
    nothing: str = "no value"


def choose_scale(arrays: Sequence[np.ndarray], name: str, attrs: Mapping[str, Any], kind: str = "f") -> ColourScale:
    """Colours that suit a variable.

    Args:
        arrays: its values, NaN where there are none.
        name: its name.
        attrs: its attributes.
        kind: of its type, as NumPy calls it: "f" for numbers, "i", "u", "b" for whole numbers and truth values.
    """
    values = np.concatenate([array[np.isfinite(array)] for array in arrays])
    words, nothing = label(name, attrs), "no spot" if "spot_" in name else "no value"
    nothing = r"no spot beyond $P_\mathrm{ext}$" if name == "spot_measure" else nothing
    if not values.size:
        return ColourScale(matplotlib.colormaps[EVEN], Normalize(0.0, 1.0), words, (0.0, 1.0), nothing=nothing)
    if kind != "f" and ("flag_meanings" in attrs or np.unique(values).size <= MOST_NUMBERS_WITH_COLORS):
        return _kinds(np.unique(values).astype(int), name, attrs, kind, KIND_LABELS.get(name, words))
    center = CENTERS.get(name, 0.0)
    low, high = _ends(values)
    extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[values.min() < low, values.max() > high]
    reach = max(center - low, high - center)
    if min(center - low, high - center) > ONE_SIDED * reach:
        norm = Normalize(center - reach, center + reach)
        return ColourScale(matplotlib.colormaps[DIVERGING], norm, words, (low, high), extend, center, nothing=nothing)
    if low == high:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    return ColourScale(matplotlib.colormaps[EVEN], Normalize(low, high), words, (low, high), extend, nothing=nothing)


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Least and largest value, without outliers."""
    few, middle, most = np.percentile(values, [100.0 - USUAL_PERCENTILE, 50.0, USUAL_PERCENTILE])
    low, high = values.min(), values.max()
    low = few if middle - low > FAR_BEYOND * (middle - few) > 0 else low
    high = most if high - middle > FAR_BEYOND * (most - middle) > 0 else high
    return float(low), float(high)


def _kinds(found: np.ndarray, name: str, attrs: Mapping[str, Any], kind: str, words: str) -> ColourScale:
    """A colour for every whole number that occurs."""
    known = dict(NAMES_OF_NUMBERS.get(name, {0: "no", 1: "yes"} if kind == "b" else {}))
    if meanings := str(attrs.get("flag_meanings", "")).split():
        flags = np.atleast_1d(attrs.get("flag_values", np.arange(len(meanings))))
        known = {int(flag): meaning.replace("_", " ") for flag, meaning in zip(flags, meanings, strict=False)}
    names = {int(number): known.get(int(number), str(number)) for number in found}
    places = {number: index for index, number in enumerate(known or names)}
    colors = [
        KIND_COLORS.get(names[number], OTHER_COLORS[places.get(number, index) % len(OTHER_COLORS)])
        for index, number in enumerate(names)
    ]
    numbers = np.array(list(names), dtype=float)
    edges = np.concatenate([[numbers[0] - 0.5], (numbers[1:] + numbers[:-1]) / 2, [numbers[-1] + 0.5]])
    return ColourScale(
        ListedColormap(colors), BoundaryNorm(edges, len(colors)), words, (edges[0], edges[-1]), names=names
    )
