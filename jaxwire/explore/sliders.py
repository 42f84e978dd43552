"""The models that the page offers, and a slider for every number of them, made from the models' own fields.

A model is known by an example. Its numbers are found as a scan finds its axes; what they may be is the domain of their
field, and how far a slider goes beyond that follows from the unit.
"""

from collections.abc import Mapping
from functools import cache
from math import floor, log10
from typing import Any, NamedTuple

import numpy as np

from jaxwire.model.parameters.domain import NOT_NEGATIVE, POSITIVE, REAL, Domain
from jaxwire.model.parameters.names import NamedParameters, Objects, ParameterPath, number_at
from jaxwire.model.scatterers.any_transmission import Constant
from jaxwire.model.scatterers.barriers import DoubleBarrier, QuantumPointContact, RectangularBarrier, TunnelBarrier
from jaxwire.model.scatterers.resonances import BreitWigner, Lorentzian, Resonance
from jaxwire.model.units.quantities import LABELS
from jaxwire.model.wires.dispersion import Kane, Parabolic
from jaxwire.model.wires.electron_electron import ElectronElectron
from jaxwire.model.wires.phonons import Phonons
from jaxwire.model.wires.relaxation import ConstantRelaxationTime, Matthiessen, PowerLaw
from jaxwire.model.wires.screening import Electroneutral, LocalScreening
from jaxwire.model.wires.wire import Wire


def _by_name(*examples: Any) -> dict[str, Any]:
    return {type(example).__name__: example for example in examples}


# Fields convert the numbers that they are given.
EXAMPLES: dict[str, dict[str, Any]] = {
    "scatterer": _by_name(
        Lorentzian(1.44, 0.08),  # pyright: ignore[reportArgumentType]
        BreitWigner((Resonance(0.64, 0.08), Resonance(1.44, 0.08))),  # pyright: ignore[reportArgumentType]
        QuantumPointContact([0.8, 1.6], 0.2),  # pyright: ignore[reportArgumentType]
        TunnelBarrier(1.4, 0.1),  # pyright: ignore[reportArgumentType]
        RectangularBarrier(1.4, 3.0),  # pyright: ignore[reportArgumentType]
        DoubleBarrier(0.3, 0.3, 3.0),  # pyright: ignore[reportArgumentType]
        Constant(0.5),  # pyright: ignore[reportArgumentType]
    ),
    "relaxation": _by_name(
        PowerLaw(0.0),  # pyright: ignore[reportArgumentType]
        ConstantRelaxationTime(),
        Matthiessen((PowerLaw(-0.5), PowerLaw(0.5)), [0.5, 0.5]),  # pyright: ignore[reportArgumentType]
    ),
    "dispersion": _by_name(Parabolic(), Kane(0.2)),  # pyright: ignore[reportArgumentType]
    "screening": _by_name(
        LocalScreening(1.0),  # pyright: ignore[reportArgumentType]
        Electroneutral(),
    ),
    "electron_electron": {
        "none": None,
        "momentum": ElectronElectron(time=1.0),
        "energy": ElectronElectron(time=1.0, conserves="energy"),
    },
    "phonons": {
        "bath": None,
        "own": Phonons(1.5, 1.0, 0.0),  # pyright: ignore[reportArgumentType]
    },
}
"""Models by what they are for and by name; the first of each is the default. Numbers are where sliders start.

Left out are tables and functions, which have no sliders, and `GatedCoulomb`, of which a point takes 20 s."""

DRIVES = ("voltage", "current")
"""What may be given, one of them, in the order in which they count."""

SYMBOLS = {
    "temperature": "*k*_{B}*T*",
    "voltage": "*eV*",
    "current": "*I*",
    "center": "*ε*_{0}",
    "width": "*Γ*",
    "peak": "*T*_{0}",
    "value": "*T*",
    "height": "*U*",
    "decay": "*δ*",
    "length": "*L*",
    "left": "*T*_{1}",
    "right": "*T*_{2}",
    "separation": "*L*",
    "phase": "*θ*",
    "thresholds": "*ε*",
    "curvature": "*ħω*",
    "exponent": "*s*",
    "rates": "*r*",
    "alpha": "*α*",
    "strength": "*σ*",
    "time": "*τ*_{ee}",
    "loss": "*g*",
    "contact_resistance": "*R*_{K}",
    "healing_length": "*Λ*",
    "distance": "*d*",
}
"""Symbols of numbers, as in formulas; see `jaxwire.explore.drawing.formulas`."""

SPANS = {
    ("mu0", "real"): (0.1, 2.6),
    ("mu0", "positive"): (0.01, 1.0),
    ("1/mu0", "not negative"): (0.0, 1.0),
    ("", "real"): (-3.14, 3.14),
    ("1/kF", "positive"): (0.3, 10.0),
    ("1/kF", "not negative"): (0.0, 10.0),
    ("1/tau0", "positive"): (0.05, 1.0),
    ("tau0", "positive"): (0.03, 10.0),
    ("vF tau0", "not negative"): (0.0, 10.0),
    ("mu0^2/(h vF tau0)", "positive"): (0.05, 50.0),
    ("h/mu0^2", "not negative"): (0.0, 10.0),
}
"""How far a slider goes where the domain has no end, by unit and kind; in mu0 as far as the accuracy is promised."""

PLACES = 125
"""Places of a slider at most, of which the distance is rounded up to 1, 2 or 5."""

CLEAR = np.arange(-500, 501) / 100
"""Numbers by which the ends of a domain are found, a hundredth apart."""


class Slider(NamedTuple):
    """A number of the page and the values that it may take.

    Attributes:
        name: as in the address, and for the resonant dot on the command line.
        symbol: as in formulas.
        words: what it is.
        unit: its unit, "" without one.
        low: smallest value.
        high: largest value.
        step: distance of two values of the slider, of their decadic logarithms where `is_log`.
        default: value at the start.
        is_log: whether the slider is logarithmic.
        place: where it is in the objects; None where it is of the page alone.
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
    place: ParameterPath | None = None


def _step(low: float, high: float, is_log: bool) -> float:
    """A round distance of two values."""
    least = ((log10(high / low) if is_log else high - low) / PLACES) * (1 - 1e-9)
    power = 10.0 ** floor(log10(least))
    return next(round(times * power, 12) for times in (1, 2, 5, 10) if times * power >= least)


def _range(domain: Domain, unit: str) -> tuple[float, float, bool]:
    """Ends of a slider, and whether it is logarithmic."""
    kind = {REAL.words: "real", POSITIVE.words: "positive", NOT_NEGATIVE.words: "not negative"}.get(domain.words)
    if kind is None:  # with an end on either side
        inside = CLEAR[np.asarray(domain.contains(CLEAR))]
        return float(inside[0]), float(inside[-1]), False
    return *SPANS[unit, kind], kind == "positive"


def _of_model(name: str, key: str, place: ParameterPath, domain: Domain, default: float) -> Slider:
    """The slider of a number of a model; `key` is the name of its field."""
    unit, words = LABELS[key]
    low, high, is_log = _range(domain, unit)
    number = "".join(f"_{{{int(digit) + 1}}}" for digit in name if digit.isdigit())
    symbol = SYMBOLS[key]
    if number:
        symbol = f"{symbol.partition('_')[0]}{number}"
        words = f"{words} {int(number[2:-1])}"
    words = words.removesuffix(" eps0").removesuffix(" Gamma").replace(" eps0 ", " ").replace(" Gamma ", " ")
    return Slider(name, symbol, words, unit, low, high, _step(low, high, is_log), default, is_log, place)


POINT = {
    slider.name: slider
    for slider in (
        Slider("temperature", SYMBOLS["temperature"], "temperature", "mu0", 0.03, 1.0, 0.01, 0.7),
        Slider("voltage", SYMBOLS["voltage"], "voltage", "mu0", -1.6, 1.6, 0.01, 0.1),
        Slider("current", SYMBOLS["current"], "current", "e mu0/h", -0.5, 0.5, 0.001, 0.0125),
    )
}
"""The operating point; the ranges are those for which the library states its accuracy."""

SHOWN = {
    slider.name: slider
    for slider in (
        Slider("healing_length", "*Λ*", "thermal healing length", "vF tau0", 0.05, 5.0, 0.05, 0.5, True),
        Slider("distance", "*d*", "distance at which *f* is shown", "vF tau0", 0.01, 5.0, 0.05, 0.5, True),
    )
}
"""What is read of the solution; the healing length unless the wire has one."""


def default_models() -> dict[str, str]:
    """The first model of each kind."""
    return {kind: next(iter(examples)) for kind, examples in EXAMPLES.items()}


def example(models: Mapping[str, str]) -> Objects:
    """Scatterer and wire of these models, with the numbers of the examples.

    Raises:
        ValueError: if the parts of the wire do not fit each other.
    """
    parts = {kind: EXAMPLES[kind][name] for kind, name in models.items()}
    return Objects(parts.pop("scatterer"), Wire(**parts))


def sliders(models: Mapping[str, str]) -> dict[str, Slider]:
    """All sliders of a page with these models, by name: those of the models, the operating point, what is shown."""
    return _sliders(tuple(models.items()))


@cache
def _sliders(models: tuple[tuple[str, str], ...]) -> dict[str, Slider]:
    objects = example(dict(models))
    names = NamedParameters("state", scatterer=objects.scatterer, wire=objects.wire)
    found = {}
    for place, shape in names.shapes.items():
        if place.holder == "point":
            continue
        for index in np.ndindex(shape):
            at = place._replace(index=index)
            path = [str(key) if isinstance(key, str) else f"[{key}]" for key in place.path]
            text = ".".join(path[1:] if place.holder == "wire" else path).replace(".[", "[")
            name = text + "".join(f"[{n}]" for n in index)
            key = str([step for step in place.path if isinstance(step, str)][-1])
            found[name] = _of_model(name, key, at, names.domain(place), float(number_at(objects, at)))
    return found | POINT | {name: slider for name, slider in SHOWN.items() if name not in found}


def group_of(slider: Slider) -> str:
    """What a slider belongs to: a kind of models, "point" or "shown"."""
    if slider.place is None:
        return "point" if slider.name in POINT else "shown"
    return "scatterer" if slider.place.holder == "scatterer" else str(slider.place.path[0])
