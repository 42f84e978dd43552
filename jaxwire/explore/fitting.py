"""A fit of the readings: from the numbers of the page, and back to them."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from jaxwire.explore.drawing.formulas import html
from jaxwire.explore.drawing.units import text_of
from jaxwire.explore.lab_data import ShownData
from jaxwire.explore.point import operating_point
from jaxwire.explore.state import State
from jaxwire.fits.fit import fit_profile
from jaxwire.model.printing import with_error
from jaxwire.observables.instruments import AbstractInstrument, HeatingProfile, Thermometer

STARTS = 8
"""Places that the search starts from: half as many as `jaxwire.fit`, for half the time."""

LINEAR = ("gain", "offset")
"""Numbers of the instrument that may be free."""


@dataclass(frozen=True)
class PageFit:
    """What a fit found, for the page.

    Attributes:
        rows: name, value, error and unit of each parameter.
        status: how it ended, in words.
        is_good: whether values and errors can be used as they are.
        words: what else there is to know, a sentence each.
        numbers: values by the name of the slider, gain and offset; none where the fit failed.
    """

    rows: list[tuple[str, str, str, str]]
    status: str
    is_good: bool
    words: list[str]
    numbers: dict[str, float]


def can_be_free(state: State) -> list[str]:
    """Names of the numbers that a fit may vary: those of the scatterer, gain and offset."""
    return [*(slider.name for slider in state.sliders.values() if _is_of_scatterer(slider)), *LINEAR]


def _is_of_scatterer(slider: Any) -> bool:
    return slider.place is not None and slider.place.holder == "scatterer"


def program(state: State, data: ShownData, free: list[str]) -> str:
    """What a fit is compiled for, in words."""
    return f"the fit of {', '.join(free)} to {data.data.x.size} readings: {state.program}"


def fit(state: State, data: ShownData, free: list[str]) -> PageFit:
    """Fit the readings at the operating point of the page, from the numbers that it shows.

    Raises:
        ValueError: if a name is not that of a number that may be free, or the readings do not suffice.
    """
    known = can_be_free(state)
    if not free or unknown(free, known):
        wrong = ", ".join(unknown(free, known)) or "none"
        raise ValueError(f"`free` must be some of {', '.join(known)}, got {wrong[:80]}.")
    objects = state.objects()
    found = fit_profile(
        data.data.x,
        data.data.y,
        data.data.sigma,
        objects.scatterer,
        objects.wire,
        **objects.point,
        free=free,
        instrument=instrument_of(state, data),
        starts=STARTS,
    )
    values, errors = dict(found.values), dict(found.errors)
    if "gain" in values:  # per P_ext, as the page draws
        factor = _unit_of_signal(_with(state, values), data)
        values["gain"], errors["gain"] = values["gain"] * factor, errors["gain"] * factor
    rows = []
    for name in found.names:
        unit_words = state.sliders[name].unit if name in state.sliders else ""
        value, error = with_error(values[name], errors[name])
        rows.append((_shown_name(state, name), value, error, text_of("", 0.0, unit_words)[1]))
    words = [*found.warnings, *(f"{a} and {b} are correlated, {c:.3f}" for a, b, c in found.strong_correlations)]
    chance = f", p = {found.p_value:.2g}" if isfinite(found.p_value) else ""
    words.append(f"chi^2 {found.chi2:.4g} at {found.degrees_of_freedom} degrees of freedom{chance}")
    numbers = values if all(map(isfinite, values.values())) else {}
    return PageFit(rows, str(found.status), found.status.ok, words, numbers)


def instrument_of(state: State, data: ShownData) -> AbstractInstrument:
    """What the readings were made with, at the gain and offset that are shown."""
    start: Any = {"gain": data.gain / _unit_of_signal(state, data), "offset": data.offset}
    if data.panel == "heating":
        return HeatingProfile(**start)
    has_own = state.objects().wire.phonons is not None
    return Thermometer(None if has_own else state["healing_length"], **start)  # pyright: ignore[reportArgumentType]


def unknown(names: list[str], known: list[str]) -> list[str]:
    """Names that are not known."""
    return [name for name in names if name not in known]


def _unit_of_signal(state: State, data: ShownData) -> float:
    """What the instrument reads far away: 1 for the heating, P_ext for a rise of the temperature."""
    if data.panel == "heating":
        return 1.0
    power = operating_point(state).numbers["external_power"]
    return power if isfinite(power) and power else 1.0


def _with(state: State, values: dict[str, float]) -> State:
    """The state with the values that were found, as far as its sliders reach."""
    within = {
        name: min(max(value, state.sliders[name].low), state.sliders[name].high)
        for name, value in values.items()
        if name in state.sliders and isfinite(value)
    }
    return State(**state.models, **state.numbers | within)


def _shown_name(state: State, name: str) -> str:
    return html(state.sliders[name].symbol) if name in state.sliders else name
