"""A thermometer of a laboratory: loss of heat to the substrate and along the wire, and a probe of finite size.

The rise theta of the phonons' temperature obeys, with the loss G to the substrate (W/(m K)) and the conductance K along
the wire (W m/K, conductivity times cross section),

    -K theta'' + G theta = P_ph,            Lambda = sqrt(K/G),            reading = offset + theta.

In natural units `Thermometer` has Lambda as its healing length, and gain = 1/G.
"""

import math
from typing import Any

from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.quantities import as_given, to_natural
from jaxwire.observables.instruments import Thermometer

PER_WIDTH = 2.0 * math.sqrt(2.0 * math.log(2.0))
"""Full width at half maximum of a normal distribution, in its standard deviations."""

USUAL_CONDUCTANCE = "1 W/(m K)"
"""Loss to the substrate where it is not known: of the order of a wire on an oxide. A fit finds another one at once."""

LENGTHS = ("healing_length", "phonon_mean_free_path", "half_length", "position")
"""Lengths that are those of `Thermometer`."""


def make_thermometer(lab: KnownWire, given: dict[str, Any]) -> Thermometer:
    """Put a thermometer together; see `Lab.thermometer`."""
    known = {name: value for name, value in given.items() if value is not None}
    for several in (("healing_length", "wire_conductance"), ("probe_fwhm", "probe_width")):
        if all(name in known for name in several):
            raise ValueError(f"`{several[1]}` must be left out where `{several[0]}` is given, which says the same.")
    loss = _positive(lab, "conductance", known.get("conductance", USUAL_CONDUCTANCE), "substrate_conductance")
    if "wire_conductance" in known and "conductance" not in known:
        raise ValueError("`conductance` must be given with `wire_conductance`: both make the healing length; got none.")
    numbers: dict[str, Any] = {name: _exact(lab, name, known[name]) for name in LENGTHS if name in known}
    if "wire_conductance" in known:
        along = _positive(lab, "wire_conductance", known["wire_conductance"], "wire_conductance")
        numbers["healing_length"] = math.sqrt(along / loss)
    if "healing_length" not in numbers:
        raise ValueError("`healing_length` must be given, or `wire_conductance` and `conductance`; got none.")
    if "probe_fwhm" in known:
        numbers["probe_width"] = _exact(lab, "probe_fwhm", known["probe_fwhm"], "probe_width") / PER_WIDTH
    if "probe_width" in known:
        numbers["probe_width"] = _exact(lab, "probe_width", known["probe_width"])
    if "offset" in known:
        numbers["offset"] = _exact(lab, "offset", known["offset"], "temperature")
    with as_given(given):
        return Thermometer(gain=1.0 / loss, **numbers)  # pyright: ignore[reportArgumentType] - converted by the field


def _exact(lab: KnownWire, name: str, given: Any, quantity: str | None = None) -> float:
    """A number without an error, in natural units."""
    found = to_natural(lab.scale, name, given, quantity)
    if found.error is not None:
        raise ValueError(f"`{name}` must be without an error here: lab.fit takes it in given={{'{name}': ...}}.")
    return found.value


def _positive(lab: KnownWire, name: str, given: Any, quantity: str) -> float:
    found = _exact(lab, name, given, quantity)
    if not found > 0:
        raise ValueError(f"`{name}` must be positive, got {given}.")
    return found
