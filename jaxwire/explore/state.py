"""What the page is set to: models, and the number of every slider. A link keeps it.

A state is what the address of the page says after the question mark, such as
`scatterer=TunnelBarrier&height=1.2&decay=0.1&temperature=0.7&voltage=0.1`; whatever is left out has its default.

```python
>>> from jaxwire.explore import State, from_query
>>> State(current=0.02).query()[:50]
'center=1.44&width=0.08&exponent=0&strength=1&tempe'
>>> State(scatterer="Constant", value=0.3).query()[:28]
'scatterer=Constant&value=0.3'
>>> from_query({"center": "0.64", "width": "7"})[1]
('`width` must be between 0.01 and 1, got 7; shown is 1.',)

```
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any
from urllib.parse import urlencode

import jax.numpy as jnp

from jaxwire.explore.sliders import DRIVES, EXAMPLES, POINT, Slider, default_models, example, sliders
from jaxwire.model.parameters.names import Objects, with_values
from jaxwire.model.parameters.suggestion import did_you_mean

THERMAL = ("electron_electron", "phonons")
"""Kinds of models through which electrons exchange heat; the first of each is none."""

CONSTANT = {"relaxation": "ConstantRelaxationTime"}
"""What a wire has unless it is named, where electrons exchange heat: a point of constant times takes less."""


class State:
    """One setting of the page, in the units of its sliders.

    Attributes:
        models: name of the model of each kind, of `sliders.EXAMPLES`.
        numbers: those of the sliders by name; of voltage and current the one that is given, by default the voltage.

    Raises:
        ValueError: for an unknown model, a number outside the range of its slider, or voltage and current at once.
        TypeError: for a number that the models have not.
    """

    def __init__(self, **given: Any) -> None:
        """Check what is given; all else has its default."""
        self.models = _models({kind: given.pop(kind) for kind in EXAMPLES if kind in given})
        known = sliders(self.models)
        if unknown := [name for name in given if name not in known]:
            likely = did_you_mean(unknown[0], known)
            raise TypeError(f"`{unknown[0]}` must be a number of {', '.join(self.models.values())}{likely}")
        given = {name: value for name, value in given.items() if value is not None}
        if all(name in given for name in DRIVES):
            raise ValueError("`voltage` or `current` must be given, one of them; got both.")
        drive = next((name for name in DRIVES if name in given), DRIVES[0])
        self.numbers: dict[str, float] = {}
        self._objects: Objects | None = None
        for name, slider in known.items():
            if name not in DRIVES or name == drive:
                value = given.get(name, slider.default)
                if not slider.low <= value <= slider.high:  # NaN is not
                    raise ValueError(_range(slider, f"{value:g}") + ".")
                self.numbers[name] = float(value)

    def __getitem__(self, name: str) -> float:
        """The number of a slider."""
        return self.numbers[name]

    def __eq__(self, other: object) -> bool:
        """Whether models and numbers are the same."""
        return isinstance(other, State) and (self.models, self.numbers) == (other.models, other.numbers)

    def __hash__(self) -> int:
        """That of the address."""
        return hash(self.query())

    def __repr__(self) -> str:
        """The address."""
        return f"State({self.query()})"

    @property
    def drive(self) -> str:
        """Which of voltage and current is given."""
        return next(name for name in DRIVES if name in self.numbers)

    @property
    def sliders(self) -> dict[str, Slider]:
        """All sliders of these models, by name."""
        return sliders(self.models)

    @property
    def program(self) -> str:
        """What a state is compiled for, in words."""
        wire = [name for kind, name in self.models.items() if kind not in ("scatterer", *THERMAL)]
        conserved = self.models["electron_electron"]
        meeting = "" if conserved == "none" else f" and electrons that conserve {conserved}"
        warming = "" if self.models["phonons"] == "bath" else " and phonons that warm up"
        return f"{self.models['scatterer']} in a wire of {', '.join(wire)}{meeting}{warming} at a given {self.drive}"

    def objects(self) -> Objects:
        """Scatterer and wire, as the library takes them; and temperature, voltage and current, as far as given."""
        if self._objects is None:
            self._objects = self._made()
        return self._objects

    def _made(self) -> Objects:
        placed = [slider for slider in self.sliders.values() if slider.place is not None]
        values = [jnp.asarray(self[slider.name]) for slider in placed]
        places = [slider.place for slider in placed if slider.place is not None]
        point = {name: self[name] for name in POINT if name in self.numbers}
        return with_values(example(self.models)._replace(point=point), places, values)

    def query(self) -> str:
        """The state as the part of an address behind the question mark; `from_query` reads it."""
        usual = default_models()
        models = [(kind, name) for kind, name in self.models.items() if name != usual[kind]]
        return urlencode([*models, *((name, repr(value).removesuffix(".0")) for name, value in self.numbers.items())])


def _models(given: Mapping[str, str]) -> dict[str, str]:
    for kind, name in given.items():
        if name not in EXAMPLES[kind]:
            raise ValueError(f"`{kind}` must be one of {', '.join(EXAMPLES[kind])}, got {name[:40]}.")
    usual = default_models()
    is_thermal = any(given.get(kind, usual[kind]) != usual[kind] for kind in THERMAL)
    return usual | (CONSTANT if is_thermal else {}) | dict(given)


def from_query(query: Mapping[str, str]) -> tuple[State, tuple[str, ...]]:
    """Read a state from what an address says; other words in it are left alone.

    Returns:
        The state, with the nearest value that is possible in place of one that is not and the default in place of what
        is no number or no model; a sentence for each of them.
    """
    models, notes = _models_of(query)
    given: dict[str, Any] = dict(models)
    for name, slider in sliders(_models(models)).items():
        if name in query:
            text = query[name]
            value = finite(text)
            shown = slider.default if value is None else min(max(value, slider.low), slider.high)
            if value is None or shown != value:
                notes.append(f"{_range(slider, text[:40])}; shown is {shown:g}.")
            given[name] = shown
    if all(name in given for name in DRIVES):
        del given["current"]
        notes.append("`voltage` or `current` must be given, one of them; got both; shown is the voltage.")
    return State(**given), tuple(notes)


def _models_of(query: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Models that an address names, those left out that are unknown."""
    models, notes = {}, []
    for kind in (kind for kind in EXAMPLES if kind in query):
        try:
            _models({**models, kind: query[kind]})
            models[kind] = query[kind]
        except ValueError as error:
            notes.append(f"{str(error).rstrip('.')}; it is left out.")
    return models, notes


def finite(text: str) -> float | None:
    """A number of an address; None if it is none, or infinite."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _range(slider: Slider, got: str) -> str:
    return f"`{slider.name}` must be between {slider.low:g} and {slider.high:g}, got {got}"
