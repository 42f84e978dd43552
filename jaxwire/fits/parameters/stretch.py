"""Natural units that are not those that were thought: a wire whose mean free path or chemical potential is not known.

All numbers of a fit are in nominal natural units. Where the true mean free path is s times the nominal one, and the
true chemical potential m times, a number in the unit U is

    number in true units = number in nominal units * U(nominal)/U(true)

of it, and the wire is solved with those. A nominal length 1 is 1/s, an energy 1/m, a force s/m; tau0 goes as s/vF, and
vF and kF follow mu0 at constant effective mass: as its root where the dispersion is parabolic, else as `Scale` has it,
with Kane's parameter, an energy as others, kept. The wire's relaxation time as a function of the energy in units of mu0
is kept as it is: it is 1 at the Fermi energy.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from jaxwire.model.parameters.names import NamedParameters, Objects, ParameterPath
from jaxwire.model.scatterers.any_transmission import Function
from jaxwire.model.units.scale import QUANTITIES, SI, Scale
from jaxwire.model.wires.dispersion import Kane, Parabolic
from jaxwire.model.wires.relaxation import ConstantRelaxationTime, Matthiessen, PowerLaw
from jaxwire.model.wires.screening import Electroneutral
from jaxwire.observables.instruments import HeatingProfile, Thermometer

STRETCHES = ("mean_free_path", "relaxation_time", "chemical_potential")
"""Names of natural units that can be free, in nominal ones. Of the first two one is enough: the other follows vF."""

SIGNALS = {HeatingProfile: "", Thermometer: "mu0^2/(h vF tau0)"}
"""Units of what instruments see, by their class."""

UNIT_OF_READING = ("gain", "offset")
"""Numbers of an instrument that are in the unit of its readings."""


def add_stretches(numbers: NamedParameters) -> None:
    """Let natural units be named beside the numbers of objects."""
    for name in STRETCHES:
        place = ParameterPath("stretch", (name,))
        numbers.places.setdefault(name, []).append(place)
        numbers.shapes[place] = ()


def check_stretch(places: Iterable[ParameterPath], objects: Objects) -> None:
    """Refuse natural units that cannot be free together, or with these objects.

    Args:
        places: of everything that is free.
        objects: the model.

    Raises:
        ValueError: if the unit of one of its numbers, or how it changes with the chemical potential, is not known.
    """
    names = [str(place.path[0]) for place in places if place.holder == "stretch"]
    if {"relaxation_time", "mean_free_path"} <= set(names):
        raise ValueError("`free` must have 'mean_free_path' or 'relaxation_time', got both: either follows the other.")
    if not names:
        return
    name = names[0]
    if not isinstance(objects.instrument, tuple(SIGNALS)):
        model = type(objects.instrument).__name__
        raise ValueError(f"`free` must not have {name!r} with the instrument {model}: its signal has no known unit.")
    if "chemical_potential" in names:
        _check_energies(objects)
    for holder in ("scatterer", "wire", "instrument"):
        if holder == "scatterer" and "chemical_potential" not in names:
            continue  # energies, and lengths in 1/kF
        for path, _ in jax.tree_util.tree_leaves_with_path(_numbers(getattr(objects, holder))):
            if _unit_of(path) is None:
                number = jax.tree_util.keystr(path).lstrip(".")
                raise ValueError(f"`free` must not have {name!r} with a number of unknown unit, got {number!r}.")


def _check_energies(objects: Objects) -> None:
    """Refuse what depends on the chemical potential in a way that is not known."""
    wire, words = objects.wire, "`free` must not have 'chemical_potential' with"
    if isinstance(objects.scatterer, Function):
        raise ValueError(f"{words} a function as scatterer: its energies are in units of their own.")
    kinds = {
        "dispersion": isinstance(wire.dispersion, Parabolic | Kane),
        "relaxation": _is_scale_free(wire.relaxation),
        "screening": isinstance(wire.screening, Electroneutral),
    }
    for part, is_known in kinds.items():
        if not is_known:
            model = type(getattr(wire, part)).__name__
            raise ValueError(f"{words} the {part} {model}: how that depends on mu0 is not known.")


def in_true_units(objects: Objects, stretch: Mapping[str, Any]) -> tuple[Objects, Callable[[str], Any]]:
    """The model in true natural units, and by what numbers in a nominal unit are multiplied to be in them.

    Args:
        objects: the model in nominal units, with an operating point.
        stretch: true units in nominal ones, by the names of `STRETCHES`; may be traced. Without any, nothing changes.
    """
    if not stretch:
        return objects, lambda unit: 1.0
    wire, energy = objects.wire, stretch.get("chemical_potential", 1.0)
    nominal = _scale(1.0, 1.0, wire.dispersion)
    dispersion = Kane(wire.dispersion.alpha * energy) if isinstance(wire.dispersion, Kane) else wire.dispersion
    true = _scale(energy, stretch.get("relaxation_time", 1.0), dispersion)
    if "relaxation_time" not in stretch:
        path = stretch.get("mean_free_path", 1.0) * nominal.mean_free_path
        true = _scale(energy, path / true.fermi_velocity, dispersion)

    def factor(unit: str) -> Any:
        if "chemical_potential" not in stretch and "tau0" not in unit:
            return 1.0
        si = next(iter(SI[unit].values()))
        return si(nominal) / si(true)

    def change(path: Any, number: Any) -> Any:
        unit = _unit_of(path)
        return number * factor(unit) if unit else number

    def changed(tree: Any) -> Any:
        return eqx.combine(jax.tree_util.tree_map_with_path(change, _numbers(tree)), tree)

    point = {name: number * factor(QUANTITIES[name][0]) for name, number in objects.point.items()}
    scatterer = changed(objects.scatterer) if "chemical_potential" in stretch else objects.scatterer
    return Objects(scatterer, changed(wire), changed(objects.instrument), point), factor


def _scale(chemical_potential: Any, relaxation_time: Any, dispersion: Any) -> Scale:
    """A scale of a wire of mass 1, which no ratio depends on."""
    return Scale(chemical_potential, jnp.ones(()), relaxation_time, dispersion)


def signal_unit(instrument: Any) -> str:
    """Natural unit of what an instrument sees; no unit for one that is not known."""
    return next((unit for kind, unit in SIGNALS.items() if isinstance(instrument, kind)), "")


def _is_scale_free(relaxation: Any) -> bool:
    """Whether a relaxation time in units of that at the Fermi energy does not depend on where that is."""
    if isinstance(relaxation, Matthiessen):
        return all(map(_is_scale_free, relaxation.mechanisms))
    return isinstance(relaxation, ConstantRelaxationTime | PowerLaw)


def _numbers(tree: Any) -> Any:
    """The numbers of an object that have a unit of their own: a relaxation time is in units of itself."""
    numbers = eqx.filter(tree, eqx.is_array)
    return eqx.tree_at(lambda wire: wire.relaxation, numbers, None) if hasattr(tree, "relaxation") else numbers


def _unit_of(path: Any) -> str | None:
    """Natural unit of the number at the end of a way; None if it is unknown."""
    names = [str(key.name) for key in path if hasattr(key, "name")]
    if names[-1] in UNIT_OF_READING:
        return ""
    known = QUANTITIES.get(".".join(names[-2:])) or QUANTITIES.get(names[-1])
    return None if known is None else known[0]
