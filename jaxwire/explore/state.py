"""What the page can be set to: its sliders, and the state that a link keeps.

A state is what the address of the page says after the question mark, such as
`center=1.44&width=0.08&temperature=0.7&voltage=0.1`; whatever is left out has its default.

```python
>>> from jaxwire.explore import State, from_query
>>> State(current=0.02).query()[:50]
'center=1.44&width=0.08&temperature=0.7&current=0.0'
>>> from_query({"center": "0.64", "width": "7"})[1]
('`width` must be between 0.01 and 1, got 7; shown is 1.',)

```
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import NamedTuple
from urllib.parse import urlencode

from jaxwire.model.units.quantities import LABELS

SHOWN_DRIVES = ("voltage", "current")
"""What may be given, one of them, in the order in which they count."""


class Slider(NamedTuple):
    """A parameter of the page and the values that it may take.

    Attributes:
        name: as in the address and on the command line.
        symbol: as in formulas, see `jaxwire.explore.formulas`.
        words: what it is.
        unit: its unit, "" without one.
        low: smallest value.
        high: largest value.
        step: distance of two values of the slider, of their decadic logarithms where `is_log`.
        default: value at the start.
        is_log: whether the slider is logarithmic.
    """

    name: str
    symbol: str
    words: str
    unit: str
    low: float
    high: float
    step: float
    default: float
    is_log: bool = False


def _unit(name: str) -> str:
    return LABELS[name][0]


SLIDERS = {
    slider.name: slider
    for slider in (
        Slider("center", "*ε*_{0}", "resonance position", _unit("center"), 0.1, 2.6, 0.02, 1.44),
        Slider("width", "*Γ*", "resonance half width", _unit("width"), 0.01, 1.0, 0.02, 0.08, is_log=True),
        Slider("temperature", "*k*_{B}*T*", "temperature", _unit("temperature"), 0.03, 1.0, 0.01, 0.7),
        Slider("voltage", "*eV*", "voltage", _unit("voltage"), -1.6, 1.6, 0.01, 0.1),
        Slider("current", "*I*", "current", _unit("current"), -0.5, 0.5, 0.001, 0.0125),
        Slider("exponent", "*s*", "exponent of the relaxation time", "", -1.5, 2.0, 0.05, 0.0),
        Slider("strength", "*σ*", "screening strength", "", 0.0, 1.0, 0.05, 1.0),
        Slider("healing_length", "*Λ*", "thermal healing length", "vF tau0", 0.05, 5.0, 0.05, 0.5, is_log=True),
        Slider("distance", "*d*", "distance at which *f* is shown", "vF tau0", 0.01, 5.0, 0.05, 0.5, is_log=True),
    )
}
"""All parameters by name. The ranges are those for which the library states its accuracy."""


@dataclass(frozen=True)
class State:
    """One setting of the page, in the units of `SLIDERS`.

    Attributes:
        center: position eps0 of the resonance.
        width: half width Gamma of the resonance.
        temperature: kB T.
        voltage: eV; None where the current is given.
        current: I; None where the voltage is given. Without both, the voltage has its default.
        exponent: s, of the relaxation time tau0 (p/pF)^s.
        strength: share sigma of the neutrality potential that acts; 1 is a neutral wire.
        healing_length: Lambda, over which the phonons' heat spreads.
        distance: d; the distribution is shown at x = -d and x = d.

    Raises:
        ValueError: for a number outside the range of its slider, or voltage and current at once.
    """

    center: float = SLIDERS["center"].default
    width: float = SLIDERS["width"].default
    temperature: float = SLIDERS["temperature"].default
    voltage: float | None = None
    current: float | None = None
    exponent: float = SLIDERS["exponent"].default
    strength: float = SLIDERS["strength"].default
    healing_length: float = SLIDERS["healing_length"].default
    distance: float = SLIDERS["distance"].default

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.voltage is not None and self.current is not None:
            raise ValueError("`voltage` or `current` must be given, one of them; got both.")
        if self.voltage is None and self.current is None:
            object.__setattr__(self, "voltage", SLIDERS["voltage"].default)
        for name, value in self.numbers().items():
            slider = SLIDERS[name]
            if not slider.low <= value <= slider.high:  # NaN is not
                raise ValueError(_range(slider, f"{value:g}") + ".")
            object.__setattr__(self, name, float(value))

    @property
    def drive(self) -> str:
        """Which of voltage and current is given."""
        return "voltage" if self.current is None else "current"

    def numbers(self) -> dict[str, float]:
        """Everything that is given, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def query(self) -> str:
        """The state as the part of an address behind the question mark; `from_query` reads it."""
        return urlencode({name: repr(value).removesuffix(".0") for name, value in self.numbers().items()})


def from_query(query: Mapping[str, str]) -> tuple[State, tuple[str, ...]]:
    """Read a state from what an address says; other words in it are left alone.

    Returns:
        The state, with the nearest value that is possible in place of one that is not and the default in place of what
        is no number; a sentence for each of them.
    """
    given, notes = {}, []
    for name in (name for name in SLIDERS if name in query):
        slider, text = SLIDERS[name], query[name]
        value = _number(text)
        shown = slider.default if value is None else min(max(value, slider.low), slider.high)
        if value is None or shown != value:
            notes.append(f"{_range(slider, text[:40])}; shown is {shown:g}.")
        given[name] = shown
    if all(name in given for name in SHOWN_DRIVES):
        del given["current"]
        notes.append("`voltage` or `current` must be given, one of them; got both; shown is the voltage.")
    return State(**given), tuple(notes)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _range(slider: Slider, got: str) -> str:
    return f"`{slider.name}` must be between {slider.low:g} and {slider.high:g}, got {got}"
