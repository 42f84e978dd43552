"""Natural units in SI, and back: `Scale`; the semiconductors of which nanowires are made: `Material`.

The solver knows no scale: energies are in mu0, lengths in vF tau0. Three numbers of a wire fix them all, its chemical
potential mu0 (above the band bottom), its effective mass m at the band bottom and its relaxation time tau0 at the Fermi
energy. With a dispersion p/pF as a function of eps = energy/mu0 (see `wire`) the Fermi momentum and velocity are

    pF^2 = 2 m mu0 / lim_{eps -> 0} (p/pF)^2/eps,        vF = (mu0/pF) / (d(p/pF)/d eps at eps = 1),

so that a parabolic band has vF = sqrt(2 mu0/m), and Kane's, with the natural alpha (in 1/mu0), has
pF = sqrt(2 m mu0 (1 + alpha)) and vF = sqrt(2 mu0 (1 + alpha)/m)/(1 + 2 alpha). Constants: CODATA, from SciPy.

The paper's wire is one channel without spin. Several that are alike, such as both spins, carry as many times the
current, the heat and the power, at the same potentials, temperatures and lengths: `channels` says how many.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float
from scipy.constants import e, h, hbar, k, m_e

from jaxwire.model.parameters.domain import POSITIVE, as_double, parameter
from jaxwire.model.parameters.suggestion import did_you_mean
from jaxwire.model.printing import Printable
from jaxwire.model.units.quantities import LABELS
from jaxwire.model.wires.dispersion import AbstractDispersion, Parabolic
from jaxwire.numerics.array_types import Scalar

if TYPE_CHECKING:
    import xarray
from jaxwire.model.units.materials import Material

NEAR_BOTTOM = 1e-5
"""Energy, in mu0, from which (p/pF)^2/eps is extrapolated to the band bottom (linearly: exact for Kane's band)."""

SI: dict[str, dict[str, Callable[["Scale"], Any]]] = {
    "mu0": {"eV": lambda s: s.chemical_potential, "K": lambda s: s.energy / k, "V": lambda s: s.energy / e},
    "1/mu0": {"1/eV": lambda s: 1.0 / s.chemical_potential},
    "e mu0/h": {"A": lambda s: s.channels * e * s.energy / h},
    "mu0^2/h": {"W": lambda s: s.channels * s.energy**2 / h},
    "mu0^2/(h vF tau0)": {"W/m": lambda s: s.channels * s.energy**2 / (h * s.mean_free_path)},
    "kB mu0/(h vF tau0)": {"W/(m K)": lambda s: s.channels * k * s.energy / (h * s.mean_free_path)},
    "kB mu0 vF tau0/h": {"W m/K": lambda s: s.channels * k * s.energy * s.mean_free_path / h},
    "h/mu0^2": {"1/W": lambda s: h / (s.channels * s.energy**2)},
    "mu0/(vF tau0)": {"V/m": lambda s: s.energy / (e * s.mean_free_path), "N": lambda s: s.energy / s.mean_free_path},
    "vF tau0": {"m": lambda s: s.mean_free_path},
    "1/kF": {"m": lambda s: 1.0 / s.wave_number},
    "vF": {"m/s": lambda s: s.fermi_velocity},
    "tau0": {"s": lambda s: s.relaxation_time},
    "1/tau0": {"1/s": lambda s: 1.0 / s.relaxation_time},
    "e^2/h": {"S": lambda s: s.channels * e**2 / h},
    "e^2 vF tau0/h": {"S m": lambda s: s.channels * e**2 / h * s.mean_free_path},
    "mu0/e": {"V": lambda s: s.energy / e},
    "kB/e": {"V/K": lambda s: k / e},
    "": {"": lambda s: 1.0},
}
"""Value of every natural unit in SI units, of which the first is for names that `QUANTITIES` lacks; those of currents,
powers and conductances count all channels."""

ALSO = {"mu0": "eV", "mu0/(vF tau0)": "N"}
"""What `Scale.natural` takes besides a quantity's own SI unit: temperatures and voltages as energies, and forces."""

NAMES = {
    ("mu0", "eV"): "chemical_potential electron_potential energy",
    ("mu0", "K"): "temperature electron_temperature phonon_temperature electron_temperature_spot_temperature "
    "electron_temperature_spot_prominence phonon_temperature_spot_temperature phonon_temperature_spot_prominence",
    ("mu0", "V"): "voltage voltages total_voltage potential potential_left potential_right",
    ("e mu0/h", "A"): "reverse_current landauer_current current_limit",
    ("mu0^2/h", "W"): "heat_current phonon_heat_current uniform_heat_current heat_left heat_right powers asymmetry "
    "improved_asymmetry landauer_asymmetry landauer_improved_asymmetry",
    ("mu0^2/(h vF tau0)", "W/m"): "external_power heating_power substrate_power",
    ("kB mu0/(h vF tau0)", "W/(m K)"): "substrate_conductance",
    ("kB mu0 vF tau0/h", "W m/K"): "wire_conductance",
    ("vF tau0", "m"): "x x_max position mean_free_path "
    "spot_position electron_temperature_spot_position phonon_temperature_spot_position",
    ("tau0", "s"): "relaxation_time",
    ("e^2/h", "S"): "conductance",
    ("e^2 vF tau0/h", "S m"): "conductivity",
    **{("mu0/e", "V"): "peltier", ("kB/e", "V/K"): "seebeck", ("vF", "m/s"): "drift"},
    ("", ""): "heating heating_parts spot_heating spot_prominence asymmetry_ratio rectification error_estimate",
}

QUANTITIES = {
    **{name: (natural, next(iter(SI[natural]))) for name, (natural, _) in LABELS.items()},
    **{name: units for units, names in NAMES.items() for name in names.split()},
}
"""Natural and SI unit of every quantity by its name: numbers of scatterers and wires, arguments, results."""


class Scale(Printable):
    """Three numbers of a wire, and its dispersion, that turn natural units into SI and back; prints as a table of both.

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.model.units.materials import InAs
    >>> from jaxwire.model.units.scale import Scale
    >>> scale = Scale.of(InAs, chemical_potential=0.010, relaxation_time=1e-12)
    >>> wire = jw.Wire(dispersion=scale.dispersion)
    >>> temperature, voltage = scale.from_si("temperature", 35.0), scale.from_si("voltage", 1e-3)
    >>> sol = jw.solve(jw.Lorentzian(1.44, 0.08), wire, temperature=temperature, voltage=voltage)
    >>> print(f"{scale.to_si('current', sol.current):.2e} {scale.si_unit('current')}")
    4.82e-09 A

    ```

    Attributes:
        chemical_potential: mu0 above the band bottom, in eV, positive. Differentiable.
        effective_mass: m at the band bottom, in masses of the free electron, positive. Differentiable.
        relaxation_time: tau0 at the Fermi energy, in s, positive. Differentiable.
        dispersion: that of the wire, on which vF and kF depend; parabolic unless given. Differentiable.
        channels: how many alike carry current, positive: 2 for both spins; 1 unless given. Differentiable.
    """

    chemical_potential: Scalar = parameter("chemical_potential", POSITIVE)
    effective_mass: Scalar = parameter("effective_mass", POSITIVE)
    relaxation_time: Scalar = parameter("relaxation_time", POSITIVE)
    dispersion: AbstractDispersion = eqx.field(default_factory=Parabolic)
    channels: Scalar = parameter("channels", POSITIVE, default=1.0)

    def __check_init__(self) -> None:
        """Refuse a dispersion that is none."""
        if not isinstance(self.dispersion, AbstractDispersion):
            raise TypeError(f"`dispersion` must be an object such as Parabolic(), got {self.dispersion!r}.")

    @classmethod
    def of(cls, material: Material, chemical_potential, relaxation_time, channels: Any = 1.0) -> "Scale":
        """Scale of a wire of a material; solve it as `Wire(dispersion=scale.dispersion)`, Kane's.

        For a parabolic wire, write `Scale(chemical_potential, material.effective_mass, relaxation_time)`.
        """
        if not isinstance(material, Material):
            raise TypeError(f"`material` must be an object such as InAs, got {material!r}.")
        kane = material.dispersion(chemical_potential)
        return cls(chemical_potential, material.effective_mass, relaxation_time, kane, channels)

    @property
    def energy(self) -> Scalar:
        """Chemical potential mu0, in J."""
        return self.chemical_potential * e

    @property
    def wave_number(self) -> Scalar:
        """Fermi wave number kF = pF/hbar, in 1/m; lengths of barriers are in 1/kF."""
        near, far = (self.dispersion.momentum(eps) ** 2 / eps for eps in (NEAR_BOTTOM, 2.0 * NEAR_BOTTOM))
        return jnp.sqrt(2.0 * self.effective_mass * m_e * self.energy / (2.0 * near - far)) / hbar

    @property
    def fermi_velocity(self) -> Scalar:
        """Velocity vF at the Fermi energy, in m/s."""
        return self.energy / (hbar * self.wave_number * jax.grad(self.dispersion.momentum)(1.0))

    @property
    def mean_free_path(self) -> Scalar:
        """Mean free path vF tau0 at the Fermi energy, in m: the unit of positions."""
        return self.fermi_velocity * self.relaxation_time

    def to_si(self, quantity: str, value) -> Any:
        """Turn natural numbers into SI: `scale.to_si("current", sol.current)` is in A.

        Temperatures are then in K, voltages and potentials in V, all other energies in eV, forces in V/m (that field
        exerts them). `heating` stays P_ph/P_ext; times `sol.external_power` it is a `heating_power`, in W/m. `length`
        is that of a barrier, in 1/kF; vF tau0 belongs to `x` and `position`. The `loss` of phonons is kB T times their
        `substrate_conductance`, which is in W/(m K).

        Args:
            quantity: name of a result, argument or parameter, also as in the axes of a scan: "resonances[1].width".
            value: natural numbers of any shape, or a named tuple of them such as `sol.powers`.

        Returns:
            Numbers in `scale.si_unit(quantity)`, of the same shape, or the same kind of named tuple.

        Raises:
            TypeError: if the values are not real numbers in double precision.
            ValueError: if the name is unknown.
        """
        factor = self._unit(quantity)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(as_double(quantity, part) * factor for part in value))
        return as_double(quantity, value) * factor

    def from_si(self, quantity: str, value) -> Float[Array, "..."]:
        """Turn numbers in `scale.si_unit(quantity)` into natural ones; arguments and errors as in `to_si`."""
        return as_double(quantity, value) / self._unit(quantity)

    def natural(self, quantity: str, value) -> Float[Array, "..."]:
        """Turn a quantity of `pint` into natural numbers; plain numbers are natural already.

        ```python
        ureg = pint.UnitRegistry()
        jw.solve(dot, wire, temperature=scale.natural("temperature", 4.2 * ureg.K), voltage=0.1)
        ```

        Args:
            quantity: name, as in `to_si`.
            value: in any unit that fits `scale.si_unit(quantity)`, any shape. Temperatures and voltages may be energies
                too, and forces in newton.

        Raises:
            TypeError: if the values are not real numbers in double precision.
            ValueError: if the name is unknown or the units do not fit.
        """
        natural, own = _units(quantity)
        if not hasattr(value, "is_compatible_with"):
            return as_double(quantity, value)
        accepted = dict.fromkeys((own, ALSO.get(natural, own)))
        for si in accepted:
            if value.is_compatible_with(si):
                return as_double(quantity, value.to(si).magnitude) / SI[natural][si](self)
        expected = f"in {' or '.join(accepted)}" if own else "without units"
        raise ValueError(f"`{quantity}` must be {expected}, got {value.units}.")

    @staticmethod
    def si_unit(quantity: str) -> str:
        """SI unit of a quantity (for most energies eV), "" without one: a text that `pint` understands."""
        return _units(quantity)[1]

    @staticmethod
    def units(quantity: str) -> tuple[str, str]:
        """Natural and SI unit of a quantity; errors as in `to_si`."""
        return _units(quantity)

    def in_si(self, data: "xarray.Dataset | xarray.DataArray") -> "xarray.Dataset | xarray.DataArray":
        """Turn a Dataset of `scan` or `open_scan`, or one of its variables, into SI, coordinates as well.

        Natural units in the attributes `units` are replaced, and kept as `natural_units`; what has others, or none,
        stays. A Dataset says in its attribute `scale` what was used; only a Dataset's dispersion can be compared.

        Raises:
            TypeError: if it is neither.
            ValueError: if it was converted before, or solved with another dispersion: vF would be wrong.
        """
        import xarray

        if not isinstance(data, xarray.Dataset | xarray.DataArray):
            raise TypeError(f"`data` must be an xarray.Dataset or DataArray, got {type(data).__name__}.")
        coords = {name: self._variable_in_si(name, one.variable) for name, one in data.coords.items()}
        if isinstance(data, xarray.DataArray):
            own = self._variable_in_si(data.name, data.variable)
            return xarray.DataArray(own.data, coords, own.dims, data.name, own.attrs)
        _refuse_other_dispersion(data.attrs, _described(self.dispersion))
        used = {**_described(self), "dispersion": _described(self.dispersion)}
        variables = {name: self._variable_in_si(name, one.variable) for name, one in data.data_vars.items()}
        return xarray.Dataset(variables, coords, {**data.attrs, "scale": json.dumps(used)})

    def __str__(self) -> str:
        """The natural units, one line each."""
        lines = [f"{name:<18} = {float(of(self)):.6g} {si}" for name in SI if name for si, of in SI[name].items()]
        if float(self.channels) != 1.0:
            lines.append(f"currents, powers and conductances are those of {float(self.channels):g} channels")
        return "\n".join(lines)

    def _unit(self, quantity: str) -> Any:
        natural, si = _units(quantity)
        return SI[natural][si](self)

    def _variable_in_si(self, name: Any, variable: Any) -> Any:
        natural = variable.attrs.get("units", "")
        if "natural_units" in variable.attrs:
            raise ValueError(f"`data` must be in natural units, got {name!r} in {natural}: it was converted.")
        if not natural or natural not in SI:
            return variable
        meant, si = _known(str(name)) or ("", "")
        si = si if meant == natural else next(iter(SI[natural]))
        attrs = {**variable.attrs, "units": si, "natural_units": natural}
        return type(variable)(variable.dims, variable.data * float(SI[natural][si](self)), attrs)


def _described(module: eqx.Module) -> dict[str, Any]:
    """Name and single numbers of a scale or a dispersion."""
    numbers = {name: float(part) for name, part in vars(module).items() if eqx.is_array(part) and part.ndim == 0}
    return {"model": type(module).__name__, **numbers}


def _refuse_other_dispersion(attrs: Mapping[Any, Any], own: dict[str, Any]) -> None:
    """Compare a dispersion with the one that a scan has written down; its numbers may be rounded."""
    solved = json.loads(attrs.get("inputs", "{}")).get("wire", {}).get("dispersion", own)
    numbers = [(own[name], solved.get(name)) for name in own if name != "model"]
    close = [isinstance(there, int | float) and math.isclose(here, there, rel_tol=0.01) for here, there in numbers]
    if solved["model"].rpartition(".")[2] != own["model"] or not all(close):
        raise ValueError(f"`dispersion` of the scale must be that of the scanned wire, {solved}, got {own}.")


def _known(quantity: str) -> tuple[str, str] | None:
    """Units of a name, which may be a path such as "resonances[1].width"; None if it is unknown."""
    path = re.sub(r"\[\d+\]", "", quantity).split(".")
    return QUANTITIES.get(".".join(path[-2:])) or QUANTITIES.get(path[-1])


def _units(quantity: str) -> tuple[str, str]:
    known = _known(quantity)
    if known is None:
        likely = did_you_mean(quantity, QUANTITIES, ";")
        raise ValueError(f"`quantity` must be known, got {quantity!r}{likely} Valid names: {', '.join(QUANTITIES)}.")
    return known
