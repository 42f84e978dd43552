"""What is known of a wire in a laboratory, and the natural units that follow from it."""

import copy
from dataclasses import fields
from typing import Any, TypeVar

import equinox as eqx

from jaxwire.lab.carriers import (
    FILLINGS,
    TIMES,
    Band,
    agreed,
    density_of,
    fermi_wavelength_of,
    mobility_of,
    one_at_least,
)
from jaxwire.lab.quantities import Measured, as_given, read_quantity, to_natural
from jaxwire.model.parameters.one_line import one_line
from jaxwire.model.printing import html_table
from jaxwire.model.units.materials import Material
from jaxwire.model.units.scale import Scale
from jaxwire.model.wires.dispersion import Parabolic
from jaxwire.model.wires.relaxation import AbstractRelaxation
from jaxwire.model.wires.wire import Wire

AnyLab = TypeVar("AnyLab", bound="KnownWire")

SPINS = 2
"""Channels that are alike in a wire with one subband and no magnetic field."""

DISPERSIONS = ("kane", "parabolic")
"""Conduction bands that a material may be given."""

UNITS_OF_RESULTS = {
    "current": "current",
    "heating_power": "power per length",
    "heat_current": "heat current",
}
"""Natural units that the table shows, by the name of a quantity that has them."""


class KnownWire:
    """A wire, in natural units and in those of its laboratory.

    Attributes:
        material: its semiconductor.
        scale: natural units in SI.
        wire: what the solver takes.
        temperature: of the bath, in K; None where every measurement tells its own.
        errors: relative standard errors of "chemical_potential", and of "relaxation_time" or "mean_free_path", where
            they are known.
    """

    material: Material
    scale: Scale
    wire: Wire
    temperature: Measured | None
    errors: dict[str, float]

    def __init__(
        self,
        material: Material,
        *,
        chemical_potential: Any = None,
        density: Any = None,
        fermi_wavelength: Any = None,
        relaxation_time: Any = None,
        mean_free_path: Any = None,
        mobility: Any = None,
        temperature: Any = None,
        channels: int = SPINS,
        dispersion: str = "kane",
    ) -> None:
        """Read what is known; see `Lab`."""
        if not isinstance(material, Material):
            raise TypeError(f"`material` must be an object such as InAs, got {one_line(material)}.")
        if dispersion not in DISPERSIONS:
            raise ValueError(f"`dispersion` must be one of {', '.join(DISPERSIONS)}, got {one_line(dispersion)}.")
        if isinstance(channels, bool) or not isinstance(channels, int) or channels < 1:
            raise ValueError(f"`channels` must be a whole number, 1 or more, got {one_line(channels)}.")
        alpha = float(material.kane_alpha) if dispersion == "kane" else 0.0
        band = Band(float(material.effective_mass), alpha, float(channels))
        given = {"chemical_potential": chemical_potential, "density": density, "fermi_wavelength": fermi_wavelength}
        fillings = one_at_least("the filling of the band", given, FILLINGS)
        filling = agreed(fillings, {name: band.filled(name, one) for name, one in fillings.items()})
        given = {"relaxation_time": relaxation_time, "mean_free_path": mean_free_path, "mobility": mobility}
        times = one_at_least("the collisions with phonons", given, TIMES)
        second = _scale_of(material, filling.value, 1.0, channels, dispersion)
        per_time = {"relaxation_time": 1.0, "mean_free_path": float(second.mean_free_path)}
        per_time["mobility"] = mobility_of(second)
        time = agreed(times, {name: one.over(per_time[name], "s") for name, one in times.items()})
        self.material = material
        self.scale = _scale_of(material, filling.value, time.value, channels, dispersion)
        self.wire = Wire(dispersion=self.scale.dispersion)
        self.temperature = None if temperature is None else _read_temperature(temperature)
        kept = "mean_free_path" if "mean_free_path" in times else "relaxation_time"
        both = {"chemical_potential": filling, kept: time}
        self.errors = {name: one.error / one.value for name, one in both.items() if one.error is not None}

    def with_parts(self: AnyLab, **parts: Any) -> AnyLab:
        """The same laboratory with other parts of the `Wire`; those that are not given stay as they are.

        ```python
        >>> import jaxwire as jw
        >>> lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps")
        >>> gate = lab.build(jw.GatedCoulomb, coupling=20.0, radius="25 nm", gate_distance="100 nm")
        >>> lab.with_parts(relaxation=jw.PowerLaw(-0.5), screening=gate).wire.relaxation
        PowerLaw(exponent=-0.5)

        ```

        Raises:
            TypeError: as `Wire` does; also for another dispersion, on which the units depend.
            ValueError: as `Wire` does.
        """
        if "dispersion" in parts:
            raise TypeError("`dispersion` must be given to Lab, whose units depend on it; got it for a part.")
        other = copy.copy(self)
        other.wire = Wire(**{part.name: getattr(self.wire, part.name) for part in fields(self.wire)} | parts)
        return other

    def natural(self, quantity: str, given: Any, name: str | None = None) -> float:
        """A quantity, such as "30 K", in natural units: what functions of jaxwire take that know no laboratory.

        ```python
        >>> import jaxwire as jw
        >>> lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps")
        >>> round(lab.natural("center", "14.4 meV"), 12), round(lab.natural("temperature", "30 K"), 6)
        (1.44, 0.25852)

        ```

        Args:
            quantity: name, as in `Scale.to_si`.
            given: a text with a unit, or a quantity of pint; without an error, which one number cannot carry on.
            name: what it is called in complaints; the quantity unless given.

        Raises:
            TypeError: if it is neither.
            ValueError: if the name or the unit is unknown, the unit does not fit, or there is an error.
        """
        found = to_natural(self.scale, name or quantity, given, quantity)
        if found.error is not None:
            words = "must be without an error here; `read` and `fit` carry errors on"
            raise ValueError(f"`{name or quantity}` {words}, got {one_line(given)}.")
        return found.value

    def si(self, quantity: str, value: Any, error: Any = None) -> Measured:
        """A natural number in SI: value, error and unit; prints with the prefix that fits.

        ```python
        >>> import jaxwire as jw
        >>> lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps")
        >>> print(lab.si("center", 1.447, 0.0098))
        14.470(98) meV

        ```

        Args:
            quantity: name, as in `Scale.to_si`.
            value: a single natural number.
            error: its standard error, natural too.

        Raises:
            ValueError: if the name is unknown.
        """
        factor = float(self.scale.to_si(quantity, 1.0))
        scaled = None if error is None else float(error) * factor
        return Measured(float(value) * factor, scaled, Scale.si_unit(quantity))

    def known(self) -> dict[str, Measured]:
        """Everything that is known of the wire, by name, in SI, with errors as far as they are known."""
        scale = self.scale
        filling = self.errors.get("chemical_potential")
        path = self.errors.get("mean_free_path", self.errors.get("relaxation_time"))
        energy = float(scale.chemical_potential)
        share = Band(0.0, self._alpha(), 0.0).share_of(energy)

        def one(value: Any, unit: str, error: float | None = None) -> Measured:
            return Measured(float(value), None if error is None else error * float(value), unit)

        wave = None if filling is None else filling / share
        found = {
            "chemical_potential": one(energy, "eV", filling),
            "density": one(density_of(scale), "1/m", wave),
            "fermi_wavelength": one(fermi_wavelength_of(scale), "m", wave),
            "fermi_velocity": one(scale.fermi_velocity, "m/s"),
            "relaxation_time": one(scale.relaxation_time, "s", path),
            "mean_free_path": one(scale.mean_free_path, "m", path),
            "mobility": one(mobility_of(scale), "m^2/(V s)", path),
        }
        return found if self.temperature is None else found | {"temperature": self.temperature}

    def _alpha(self) -> float:
        return float(getattr(self.scale.dispersion, "alpha", 0.0)) / float(self.scale.chemical_potential)

    def _rows(self) -> list[tuple[str, str, str]]:
        """Names, numbers in SI, and in natural units where they have one."""
        natural = {"chemical_potential": "1 mu0", "mean_free_path": "1 vF tau0", "relaxation_time": "1 tau0"}
        if self.temperature is not None:
            natural["temperature"] = f"{float(self.scale.from_si('temperature', self.temperature.value)):.4g} mu0"
        rows = [(name.replace("_", " "), str(one), natural.get(name, "")) for name, one in self.known().items()]
        for quantity, words in UNITS_OF_RESULTS.items():
            rows.append((f"unit of {words}", str(self.si(quantity, 1.0)), f"1 {Scale.units(quantity)[0]}"))
        return rows

    def _heading(self) -> str:
        band = type(self.scale.dispersion).__name__
        return f"Lab with a wire of {self.material.name}, {band} band, {float(self.scale.channels):g} channels alike"

    def __str__(self) -> str:
        """What is known, a line each, with natural units."""
        rows = "\n".join(f"  {name:<24} {number:<24} {natural}".rstrip() for name, number, natural in self._rows())
        return f"{self._heading()}\n{rows}"

    def __repr__(self) -> str:
        """The same."""
        return str(self)

    def _repr_html_(self) -> str:
        """The table of a notebook."""
        return html_table(self._heading(), self._rows(), titles=("", "in SI", "natural"), has_units=True)

    def build(self, kind: Any, **numbers: Any) -> Any:
        """An object of the model of numbers with units: `lab.build(jw.Lorentzian, center="14.4 meV", width="0.8 meV")`.

        Every number is in the unit of its field; those without a unit, and parts that are objects, stay as they are.
        A class of the model holds natural numbers alone, so that one object fits every wire: hence the lab makes it.

        Args:
            kind: a class of scatterers, of relaxation times, or of what they consist of.
            numbers: its arguments, by name.

        Raises:
            TypeError: if the class is none of the model.
            ValueError: if a unit does not fit, or a number is outside its domain.
        """
        if not (isinstance(kind, type) and issubclass(kind, eqx.Module)):
            raise TypeError(f"`kind` must be a class such as Lorentzian, got {one_line(kind)}.")
        within = "relaxation." if issubclass(kind, AbstractRelaxation) else ""  # `values` of a table may be times
        natural = {name: self._number(name, given, within + name) for name, given in numbers.items()}
        with as_given(numbers):
            return kind(**natural)

    def _number(self, name: str, given: Any, quantity: str) -> Any:
        """One argument in natural units: a number, a list of them, or an object as it is."""
        if isinstance(given, eqx.Module) or (callable(given) and not hasattr(given, "is_compatible_with")):
            return given
        if isinstance(given, list) or (isinstance(given, tuple) and any(isinstance(one, eqx.Module) for one in given)):
            return type(given)(self._number(name, one, quantity) for one in given)
        found = to_natural(self.scale, name, given, quantity)
        if found.error is not None:
            raise ValueError(f"`{name}` must be without an error here, got {one_line(given)}; `fit` takes priors.")
        return found.value


def _scale_of(material: Material, energy: float, time: float, channels: int, dispersion: str) -> Scale:
    numbers: Any = (energy, material.effective_mass, time, Parabolic(), float(channels))
    return Scale.of(material, energy, time, float(channels)) if dispersion == "kane" else Scale(*numbers)


def _read_temperature(given: Any) -> Measured:
    found = read_quantity("temperature", given, ("K",))
    if not found.value > 0:
        raise ValueError(f"`temperature` must be positive, got {found}.")
    return found
