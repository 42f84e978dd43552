"""What a scan keeps of every solution: quantities by name, or functions of the user's own.

Each of them gives one or several variables of the Dataset, with dimensions, units and a long name. The functions here
take ONE solution; batching is in `plan`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.model.parameters.suggestion import did_you_mean
from jaxwire.model.units.quantities import LABELS
from jaxwire.model.wires.screening import AbstractNonLocalScreening
from jaxwire.observables.landauer import asymmetry, asymmetry_ratio, landauer
from jaxwire.observables.spot import SpotLimits
from jaxwire.observables.spots import find_spots
from jaxwire.solver.solution import Solution

FEW_POSITIONS = 4
"""Positions at once where the potential is not local: each of them takes megabytes."""

POWER = "mu0^2/h"
"""Unit of integrated powers."""

POTENTIAL = "mu0"
"""Unit of potentials and voltages."""

COORDS: dict[str, tuple[str, ...]] = {"side": ("left", "right"), "part": ("scatterer", "buildup")}
"""Dimensions that observables bring along, besides x."""


class Setup(NamedTuple):
    """What observables need besides the solution: positions of shape (n_x,), and where to look for spots."""

    x: Float[Array, " n_x"]
    limits: SpotLimits = SpotLimits()


class Observable(NamedTuple):
    """One entry of the list of observables.

    Attributes:
        name: its name.
        function: the user's function of a Solution; None for the quantities in `TABLE`.
    """

    name: str
    function: Callable[[Solution], Any] | None = None


class Meaning(NamedTuple):
    """Dimensions, units, long name and type of a variable."""

    dims: tuple[str, ...]
    units: str
    long_name: str
    kind: type = float


class Quantity(NamedTuple):
    """A named quantity: how it follows from a solution, as values in the order of its variables, and what they mean."""

    function: Callable[[Solution, Setup], Any]
    variables: dict[str, Meaning]


def _powers(sol: Solution, setup: Setup) -> Array:
    powers = sol.powers
    left = jnp.stack([powers.left_scatterer, powers.left_buildup])
    return jnp.stack([left, jnp.stack([powers.right_scatterer, powers.right_buildup])])


def along(sol: Solution, field: Callable[[Any], Any], setup: Setup) -> Any:
    """A field of the solution at all positions; a few at once where each is an integral over Fourier components."""
    if isinstance(sol.wire.screening, AbstractNonLocalScreening) and setup.x.size > FEW_POSITIONS:
        return jax.lax.map(field, setup.x, batch_size=FEW_POSITIONS)
    return field(setup.x)


def _heating_parts(sol: Solution, setup: Setup) -> Array:
    heat = along(sol, sol.heating, setup)
    return jnp.stack([heat.scatterer, heat.buildup], axis=-1)


def _spots(sol: Solution, setup: Setup, **of: Any) -> tuple[Array, ...]:
    left, right = find_spots(sol, **setup.limits._asdict(), **of)
    return tuple(map(jnp.stack, zip(left, right, strict=True)))


def _warm_spots(name: Literal["electron_temperature", "phonon_temperature"], whose: str) -> tuple[str, Quantity]:
    """Spots of a temperature, as `find_spots(of=name)` has them."""
    spot, at = f"{name}_spot", f"spot of the {whose} temperature"
    variables = {
        f"{spot}_position": Meaning(("side",), "vF tau0", f"position of the dominant {at}"),
        f"{spot}_temperature": Meaning(("side",), POTENTIAL, f"change of the {whose} temperature at its spot"),
        f"{spot}_exists": Meaning(("side",), "", f"whether there is a {at}", bool),
        f"{spot}_kind": Meaning(("side",), "", f"{at}: 1 hotter than T, -1 colder, 0 none", int),
        f"{spot}_prominence": Meaning(("side",), POTENTIAL, f"prominence of the {at}"),
    }
    return f"{name}_spots", Quantity(partial(_spots, of=name), variables)


def _landauer(sol: Solution, setup: Setup) -> tuple[Array, ...]:
    found = landauer(sol.scatterer, sol.wire, temperature=sol.temperature, voltage=sol.voltage)
    return found.current, found.asymmetry, found.improved_asymmetry


def _single(name: str, function: Callable[[Solution, Setup], Any], *meaning: Any) -> tuple[str, Quantity]:
    return name, Quantity(lambda sol, setup: (function(sol, setup),), {name: Meaning(*meaning)})


def _number(name: str, units: str, long_name: str) -> tuple[str, Quantity]:
    return _single(name, lambda sol, setup: getattr(sol, name), (), units, long_name)


def _profile(name: str, units: str, long_name: str) -> tuple[str, Quantity]:
    return _single(name, lambda sol, setup: along(sol, getattr(sol, name), setup), ("x",), units, long_name)


TABLE: dict[str, Quantity] = dict(
    [
        _number("current", *LABELS["current"]),
        _number("voltage", *LABELS["voltage"]),
        _number("force", *LABELS["force"]),
        _number("total_voltage", POTENTIAL, "voltage with the potential that builds up, eV_tot"),
        _number("external_power", "mu0^2/(h vF tau0)", "heating far away, P_ext"),
        _number("potential_left", POTENTIAL, "potential e phi at the left face"),
        _number("potential_right", POTENTIAL, "potential e phi at the right face"),
        _number("error_estimate", "", "estimated relative error"),
        _single("validity", lambda sol, setup: sol.validity.flags, (), "", "strained assumptions of the model", int),
        _single(
            "uniform_heat_current",
            lambda sol, setup: sol.direction * sol.flow.uniform_heat_current,
            *((), POWER, "heat current far away, J_inf"),
        ),
        _single("asymmetry", lambda sol, setup: asymmetry(sol), (), POWER, "asymmetry of the heating, P_R - P_L"),
        _single("asymmetry_ratio", lambda sol, setup: asymmetry_ratio(sol), (), "", "asymmetry (P_R - P_L)/(I V_tot)"),
        _single("powers", _powers, ("side", "part"), POWER, "power beyond the uniform heating, on either side"),
        _single("heating", lambda sol, setup: along(sol, sol.heating, setup).total, ("x",), "", "heating P_ph/P_ext"),
        _single("heating_parts", _heating_parts, ("x", "part"), "", "parts of the heating, in units of P_ext"),
        _profile("potential", POTENTIAL, "neutrality potential e phi(x)"),
        _profile("chemical_potential", POTENTIAL, "change of the local chemical potential"),
        _profile("electron_temperature", POTENTIAL, "change of the electrons' temperature kB Te"),
        _profile("phonon_temperature", POTENTIAL, "change of the phonons' temperature kB T_ph"),
        _profile("substrate_power", "mu0^2/(h vF tau0)", "heat that phonons lose to the substrate"),
        _profile("phonon_heat_current", POWER, "heat current of the phonons"),
        _profile("electron_potential", POTENTIAL, "change of the chemical potential at this temperature"),
        _profile("drift", "vF", "drift velocity of the electrons"),
        _profile("heat_current", POWER, "heat current J_el(x)"),
        (
            "spots",
            Quantity(
                _spots,
                {
                    "spot_position": Meaning(("side",), "vF tau0", "position of the dominant spot"),
                    "spot_heating": Meaning(("side",), "", "heating P_ph/P_ext at the spot"),
                    "spot_exists": Meaning(("side",), "", "whether there is a spot", bool),
                    "spot_kind": Meaning(("side",), "", "1 heating spot, -1 cooling spot, 0 none", int),
                    "spot_prominence": Meaning(("side",), "", "prominence of the spot, in units of P_ext"),
                },
            ),
        ),
        _warm_spots("electron_temperature", "electrons'"),
        _warm_spots("phonon_temperature", "phonons'"),
        (
            "landauer",
            Quantity(
                _landauer,
                {
                    "landauer_current": Meaning((), "e mu0/h", "current of Landauer theory at the same voltage"),
                    "landauer_asymmetry": Meaning((), POWER, "asymmetry of Landauer theory"),
                    "landauer_improved_asymmetry": Meaning((), POWER, "asymmetry of Landauer theory beyond the wire's"),
                },
            ),
        ),
    ]
)
"""The named quantities."""

WITHOUT_FIELDS = tuple(
    map(
        Observable,
        ("current", "voltage", "force", "external_power", "error_estimate", "uniform_heat_current", "landauer"),
    )
)
"""Quantities for which no fields of the wire need to be known, and thus no modes."""

OF_SPOTS = ("spots", "electron_temperature_spots", "phonon_temperature_spots")
"""Quantities that have limits of where spots count."""

OF_PHONONS = ("phonon_temperature", "substrate_power", "phonon_heat_current", "phonon_temperature_spots")
"""Quantities of wires whose phonons have a temperature of their own."""

OF_DRIFT = ("drift",)
"""Quantities of wires whose electrons collide with each other and conserve momentum."""

ALWAYS = {
    "status": Meaning((), "", "how the solve ended", int),
    "current_limit": Meaning((), "e mu0/h", "largest current of this sign, where the given one is beyond it"),
}
"""Variables that every scan keeps; the limit only where a current or force is given."""


def read_observables(observables: Any) -> tuple[Observable, ...]:
    """Understand a list of names and functions, or a mapping from names to functions.

    Raises:
        TypeError: if it is neither, or an entry is neither name nor function.
        ValueError: if a name is unknown or given twice, or there is none.
    """
    if isinstance(observables, str) or callable(observables):
        observables = (observables,)
    if isinstance(observables, Mapping):
        read = tuple(_read(name, function) for name, function in observables.items())
    elif isinstance(observables, Sequence):
        read = tuple(_read(None, entry) for entry in observables)
    else:
        raise TypeError(f"`observables` must be a list of names and functions, or a mapping, got {observables!r:.60}.")
    if not read:
        raise ValueError("`observables` must have at least one name or function, got none.")
    for index, entry in enumerate(read):
        if entry.name in (other.name for other in read[:index]):
            raise ValueError(f"`observables` must have different names, got {entry.name!r} twice.")
    return read


def _read(name: Any, entry: Any) -> Observable:
    if callable(entry):
        name = getattr(entry, "__name__", type(entry).__name__) if name is None else name
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(
                f"`observables` must have functions with names, got {name!r}; write {{'my_name': function}}."
            )
        return Observable(name, entry)
    if not isinstance(entry, str) or name not in (None, entry):
        raise TypeError(f"`observables` must hold names and functions, got {entry!r:.60}.")
    if entry not in TABLE:
        likely = did_you_mean(entry, TABLE, ";")
        raise ValueError(f"`observables` must be known, got {entry!r}{likely} Valid names: {', '.join(TABLE)}.")
    return Observable(entry)


def uses_x(observables: Sequence[Observable]) -> bool:
    """Whether any of them is a function of position."""
    return any(
        "x" in meaning.dims
        for entry in observables
        if entry.function is None
        for meaning in TABLE[entry.name].variables.values()
    )


def evaluate(observables: Sequence[Observable], sol: Solution, setup: Setup) -> dict[str, Array]:
    """Evaluate all observables of one solution: the variables by name."""
    found: dict[str, Array] = {}
    for entry in observables:
        if entry.function is None:
            quantity = TABLE[entry.name]
            new = dict(zip(quantity.variables, quantity.function(sol, setup), strict=True))
        else:
            new = _checked(entry, entry.function(sol))
        if clash := [name for name in new if name in found or name in ALWAYS]:
            raise ValueError(f"`observables` must have different names, got {clash[0]!r} twice.")
        found.update(new)
    return found


def _checked(entry: Observable, result: Any) -> dict[str, Array]:
    """What a user's function returned, as real or whole numbers or truth values, by name."""
    parts = result if isinstance(result, Mapping) else {entry.name: result}
    arrays = {}
    for name, value in parts.items():
        if not isinstance(value, Array | np.ndarray | np.generic | bool | int | float):
            raise TypeError(
                f"`{entry.name}` must return a number, an array or a dict of them, got {type(value).__name__}."
            )
        array = jnp.asarray(value)
        if not isinstance(name, str) or array.dtype.kind not in "biuf":
            raise TypeError(f"`{entry.name}` must return real numbers by name, got {name!r} of type {array.dtype}.")
        arrays[name] = array.astype(jnp.float64) if array.dtype.kind == "f" else array
    return arrays


def about_variable(observables: Sequence[Observable], name: str, ndim: int) -> Meaning:
    """Dimensions, units and long name of a variable with `ndim` own axes; those of a user's are name_0, name_1 ..."""
    for entry in observables:
        if entry.function is None and name in TABLE[entry.name].variables:
            return TABLE[entry.name].variables[name]
    if name in ALWAYS:
        return ALWAYS[name]
    return Meaning(tuple(f"{name}_{axis}" for axis in range(ndim)), "", name.replace("_", " "))
