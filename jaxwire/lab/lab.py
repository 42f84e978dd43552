"""`Lab`: a wire in a laboratory, and everything that is asked of the model, in the laboratory's units."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxwire.lab.fit_result import LabFit
from jaxwire.lab.fitting import fit_data
from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.planning import LabPlan, PlannedProfile, plan_bias
from jaxwire.lab.quantities import positions_in_metres, to_natural
from jaxwire.lab.readings import LabData, read_data
from jaxwire.lab.solved import LabSolution
from jaxwire.lab.thermometry import make_thermometer
from jaxwire.model.parameters.one_line import one_line
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.observables.instruments import AbstractInstrument, Thermometer
from jaxwire.solver.arguments import one_drive
from jaxwire.solver.solve import solve


class Lab(KnownWire):
    """A wire as a laboratory knows it: numbers with units in, meV, nm and mK with errors out.

    Every quantity is a text ("10 meV"), a quantity of pint, or a pair of value and standard error of these; texts may
    have the error themselves: "120 +- 30 nm", "120(30) nm". One number says how far the band is filled, one how often
    electrons meet phonons; all others follow, and one that contradicts is refused. Of the errors, those of the chemical
    potential and of the mean free path become priors of a fit in which these are free, and widen its errors where they
    are not.

    ```python
    >>> import jaxwire as jw
    >>> lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps", temperature="30 K")
    >>> print(lab.known()["mean_free_path"], lab.known()["density"], sep=", ")
    355.8 nm, 53.19 1/µm
    >>> dot = lab.build(jw.Lorentzian, center="14.4 meV", width="0.8 meV")
    >>> print(lab.solve(dot, voltage="1 mV")["current"])
    9.518 nA

    ```

    Args:
        material: its semiconductor, such as `InAs`.
        chemical_potential: mu0, above the band bottom.
        density: electrons per length, n = g kF/pi with g = `channels` (2 kF/pi for both spins of one subband).
        fermi_wavelength: 2 pi/kF.
        relaxation_time: tau0, at the Fermi energy.
        mean_free_path: vF tau0.
        mobility: e tau0 vF/(hbar kF), for degenerate electrons.
        temperature: of the bath; measurements may tell their own.
        channels: how many channels are alike, and share the current: 2, both spins, unless given.
        dispersion: "kane", the material's, or "parabolic" with its mass at the band bottom.

    Attributes:
        material: its semiconductor.
        scale: natural units in SI, see `Scale`.
        wire: in natural units, see `Wire`.
        temperature: of the bath, in K, or None.
        errors: relative standard errors of "chemical_potential", and of "relaxation_time" or "mean_free_path", where
            they are known.

    Raises:
        TypeError: if an argument is not of its type.
        ValueError: if a number has no unit or a wrong one, is not positive, is missing, or contradicts another.
    """

    def thermometer(
        self,
        *,
        conductance: Any = None,
        wire_conductance: Any = None,
        healing_length: Any = None,
        phonon_mean_free_path: Any = None,
        probe_fwhm: Any = None,
        probe_width: Any = None,
        half_length: Any = None,
        position: Any = None,
        offset: Any = None,
    ) -> Thermometer:
        """A thermometer that reads kelvins: P_ph in W/m, spread along the wire, over the loss to the substrate.

        ```python
        >>> import jaxwire as jw
        >>> lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps")
        >>> probe = lab.thermometer(conductance="0.5 W/(m K)", wire_conductance="2e-14 W m/K", probe_fwhm="50 nm")
        >>> print(lab.si("healing_length", probe.healing_length))
        200 nm

        ```

        Args:
            conductance: loss G to the substrate, in W/(m K); of the order of 1 unless given, for a fit to find.
            wire_conductance: K along the wire, conductivity times cross section, in W m/K; makes the healing length.
            healing_length: sqrt(K/G), instead of it.
            phonon_mean_free_path: path of a phonon before others take up its heat; 0 unless given.
            probe_fwhm: full width at half maximum of the probe; 0 unless given.
            probe_width: its standard deviation, instead of that.
            half_length: where the sample ends on either side; without ends unless given.
            position: of the scatterer on the scale of the probe; 0 unless given.
            offset: reading without heat; 0 unless given.

        Returns:
            The thermometer in natural units.

        Raises:
            TypeError: if an argument is no quantity.
            ValueError: if a unit is missing or wrong, or two arguments say the same.
        """
        given = dict(locals())
        del given["self"]
        return make_thermometer(self, given)

    def read(
        self,
        sources: Any,
        *,
        voltage: Any = None,
        current: Any = None,
        force: Any = None,
        temperature: Any = None,
        measured_current: Any = None,
        columns: Mapping[str, Any] | None = None,
    ) -> LabData:
        r"""Read profiles with units in their headings: x_nm, T_mK, sigma_mK, or "x (nm)".

        ```python
        >>> import io
        >>> import jaxwire as jw
        >>> lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps", temperature="30 K")
        >>> file = io.StringIO("x_nm,T_mK,sigma_mK\n-50,-0.20,0.01\n50,0.29,0.01\n")
        >>> print(lab.read(file, voltage="1 mV"))
                  readings  positions     readings        temperature  drive
        StringIO  2         -50 to 50 nm  -200 to 290 µK  30 K         1 mV

        ```

        Args:
            sources: files or tables, one or a list, see `read_profile`.
            voltage: of each profile, as a list, or of all; one of voltage, current and force.
            current: I, of all channels.
            force: field far away, in V/m.
            temperature: of each profile or of all; that of the lab unless given.
            measured_current: the current that was read beside each profile, with its error: one more datum of a fit.
            columns: what the columns x, y and sigma are called, if otherwise: {"x": "Pos (nm)", "y": ("Signal", "mK")}.

        Raises:
            TypeError: if an argument is not of its type, or there is not one drive.
            ValueError: if a file cannot be read, a column or a unit is missing or wrong; with the cure.
        """
        drives = {"voltage": voltage, "current": current, "force": force}
        return read_data(self, sources, temperature, drives, columns, measured_current)

    def solve(
        self,
        scatterer: AbstractScatterer,
        *,
        voltage: Any = None,
        current: Any = None,
        force: Any = None,
        temperature: Any = None,
        **options: Any,
    ) -> LabSolution:
        """Solve one operating point, see `jaxwire.solve`.

        Args:
            scatterer: in natural units, see `build`.
            voltage: of the scatterer; one of voltage, current and force.
            current: I, of all channels.
            force: field far away, in V/m.
            temperature: of the bath; that of the lab unless given.
            options: others of `jaxwire.solve`: resolution, error_estimate.

        Raises:
            TypeError: as `jaxwire.solve`.
            ValueError: as `jaxwire.solve`, and for a missing or a wrong unit.
        """
        drive = one_drive(voltage=voltage, current=current, force=force)
        point = {name: self.natural(name, value) for name, value in drive.items()}
        return LabSolution(solve(scatterer, self.wire, **self.at(temperature), **point, **options), self)

    def plan(
        self,
        wanted: str,
        scatterer: AbstractScatterer,
        thermometer: AbstractInstrument,
        *,
        to: Any = "5 %",
        x: Any,
        noise: Any,
        voltage: Any = None,
        current: Any = None,
        free: Sequence[str] = ("center", "width", "conductance", "offset"),
        temperature: Any = None,
    ) -> LabPlan:
        """Which bias, and how long, determines a parameter: the least time of a profile for a wanted error.

        Args:
            wanted: name of the parameter.
            scatterer: with the numbers that are expected, in natural units, see `build`.
            thermometer: likewise, with its conductance, see `thermometer`.
            to: standard error that is wanted, as a quantity or as a share of the parameter: "5 %".
            x: positions of the profile: (first, last, count), or a list.
            noise: normal noise of a reading of one second; it falls as the root of the time.
            voltage: biases to choose from: (first, last, count), evenly spaced; or `current`.
            current: likewise, of all channels.
            free: names of what a fit would look for, all at once, as in `fit`: also "mean_free_path" and its like.
            temperature: of the bath; that of the lab unless given.

        Returns:
            Errors and times by bias; prints the best, `plot()` draws all.

        Raises:
            TypeError: if an argument is not of its type, or not one of voltage and current is given.
            ValueError: if a unit is missing or wrong, or a name is unknown.
        """
        ((drive, given),) = one_drive(voltage=voltage, current=current, force=None).items()
        if not isinstance(given, tuple) or len(given) != 3 or not isinstance(given[2], int) or given[2] < 1:
            raise ValueError(f"`{drive}` must be a first and a last bias and how many, got {one_line(given)}.")
        bias = np.linspace(self.natural(drive, given[0]), self.natural(drive, given[1]), given[2])
        positions = positions_in_metres("x", x) / float(self.scale.mean_free_path)
        reading = self.natural("temperature", noise, "noise")
        profile = PlannedProfile(positions, reading, self.at(temperature)["temperature"], thermometer, scatterer)
        return plan_bias(self, profile, drive, bias, list(free), (wanted, to))

    def at(self, temperature: Any = None) -> dict[str, float]:
        """The temperature in natural units, as an argument: that of the lab unless given."""
        given = self.temperature if temperature is None else temperature
        if given is None:
            raise ValueError("`temperature` must be given here, or to the Lab; got none.")
        is_own = temperature is None  # whose error fits carry on
        found = to_natural(self.scale, "temperature", given).value if is_own else self.natural("temperature", given)
        if not found > 0:
            raise ValueError(f"`temperature` must be positive, got {given}.")
        return {"temperature": found}

    def fit(
        self,
        data: LabData,
        scatterer: AbstractScatterer | None = None,
        *,
        free: Sequence[str] | None = None,
        thermometer: AbstractInstrument | None = None,
        priors: Mapping[str, Any] | None = None,
        given: Mapping[str, Any] | None = None,
        bounds: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> LabFit:
        """Fit profiles that `read` has read, see `jaxwire.fit`.

        Args:
            data: the profiles.
            scatterer: in natural units, see `build`: where the search starts, and what is kept; a Lorentzian unless
                given.
            free: names as in `jaxwire.fit`; "conductance" of a thermometer instead of its gain, "mean_free_path" or
                "relaxation_time" or "mobility", "chemical_potential"; center, width, conductance and offset unless
                given.
            thermometer: see `thermometer`.
            priors: value and standard error by name, normal distributions; that of a conductance is one of its inverse.
            given: value and standard error of numbers that are kept: the errors found are wider by theirs.
            bounds: smallest and largest quantity by name; None where there is none.
            options: others of `jaxwire.fit`: starts, loss, optimiser, resolution, ties.

        Raises:
            TypeError: as `jaxwire.fit`.
            ValueError: as `jaxwire.fit`, and for a missing or a wrong unit.
        """
        mappings = {"priors": priors, "given": given, "bounds": bounds}
        return fit_data(self, data, thermometer, free, mappings, {"scatterer": scatterer, **options})
