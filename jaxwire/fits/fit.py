"""Fits: the free parameters at which the model reads what was measured, with their errors.

Starts are chosen before anything is minimised: the model is read at many places of the search box, gain and offset are
taken there by linear least squares, and the best places that lie apart are minimised from, all at once. The errors
come from the curvature at the best minimum (Gauss-Newton): covariance = (J^T J)^-1 with the exact Jacobian J of the
standardised residuals, times the reduced chi^2 where the errors of the readings are not known.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxwire.fits.checks import refuse_on_scatterer
from jaxwire.fits.data_unit import DataUnit, data_unit
from jaxwire.fits.inference.given import read_given, slopes_by_given
from jaxwire.fits.losses import AbstractLoss, SquaredLoss
from jaxwire.fits.measurement import Measurement
from jaxwire.fits.optimisers import AbstractOptimiser, LevenbergMarquardt
from jaxwire.fits.parameters.free import LINEAR, Free, read_free
from jaxwire.fits.parameters.numbers import FitNumbers
from jaxwire.fits.parameters.priors import Priors
from jaxwire.fits.parameters.stretch import check_stretch
from jaxwire.fits.parameters.ties import Tie, read_ties
from jaxwire.fits.readings.groups import group
from jaxwire.fits.readings.program import RESOLUTION, FitProgram, Model
from jaxwire.fits.readings.signals import pays_to_be_fast
from jaxwire.fits.result import Fit
from jaxwire.fits.search.batches import read_rows
from jaxwire.fits.search.ends import Starts
from jaxwire.fits.search.search import Search
from jaxwire.fits.summary import Minimum, summarise
from jaxwire.model.parameters.names import Objects, number_at, with_values
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.scatterers.resonances import Lorentzian
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.integers import require_count
from jaxwire.observables.instruments import AbstractInstrument, HeatingProfile, Thermometer
from jaxwire.solver.arguments import as_object, as_setting

MOST_STARTS = 10_000
"""Places that a fit is minimised from at most; a hundred find what there is."""


def fit_profile(
    x,
    y,
    sigma=None,
    scatterer: AbstractScatterer | None = None,
    wire: Wire | None = None,
    *,
    temperature,
    voltage=None,
    current=None,
    force=None,
    free: Sequence[str] = ("center", "width", "gain"),
    **options: Any,
) -> Fit:
    """Fit one measured profile; `fit` takes several, and the same options.

    ```python
    >>> import numpy as np
    >>> import jaxwire as jw
    >>> x = np.concatenate([-np.geomspace(0.1, 5, 15), np.geomspace(0.1, 5, 15)])
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    >>> found = jw.fit_profile(x, 3.0 * sol.heating(x).total, 1.0, temperature=0.3, voltage=0.1, starts=4)
    >>> print({name: round(value, 4) for name, value in found.values.items()})
    {'center': 1.44, 'width': 0.08, 'gain': 3.0}

    ```

    Args:
        x: positions, in vF tau0, shape (n,); 0 is where the scatterer is thought to be.
        y: readings, shape (n,).
        sigma: their standard errors, one or n; None where they are equal and unknown.
        scatterer: its free numbers are where the search starts, the others are kept; Lorentzian(1.0, 0.1) unless given.
        wire: likewise; the paper's wire unless given.
        temperature: kB T, in mu0.
        voltage: eV, in mu0; one of voltage, current and force.
        current: I, in e mu0/h.
        force: F, in mu0/(vF tau0).
        free: names of the free parameters: any number of scatterer, wire and instrument, or of the operating point.
        options: those of `fit`.

    Raises:
        TypeError: as `fit` does.
        ValueError: as `fit` does.
    """
    point = {"temperature": temperature, "voltage": voltage, "current": current, "force": force}
    return fit([Measurement(x, y, sigma, **point)], scatterer, wire, free=free, **options)


def fit(
    measurements: Sequence[Measurement],
    scatterer: AbstractScatterer | None = None,
    wire: Wire | None = None,
    *,
    free: Sequence[str] = ("center", "width", "gain"),
    instrument: AbstractInstrument | None = None,
    bounds: Mapping[str, Any] | None = None,
    loss: AbstractLoss | None = None,
    optimiser: AbstractOptimiser | None = None,
    starts: int = 16,
    resolution: Resolution | None = None,
    priors: Mapping[str, Any] | None = None,
    ties: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Fit:
    """Fit the free parameters to profiles measured at one or several operating points, which share them.

    Args:
        measurements: the profiles.
        scatterer: its free numbers are where the search starts, the others are kept; Lorentzian(1.0, 0.1) unless given.
        wire: likewise; the paper's wire unless given.
        free: names of the free parameters, spelled as in `scan`: numbers of scatterer, wire and instrument ("gain",
            "offset", "position", "probe_width" ...); "temperature", "voltage" ... where all measurements share it;
            "measurements[1].voltage" of one of them, "measurements[1].offset" likewise; "voltage[:]", "offset[:]"
            for one number of each measurement; "mean_free_path" and "chemical_potential" for the true ones of the wire
            in units of those by which all numbers were made dimensionless (see `jaxwire.fits.parameters.stretch`).
        instrument: what is measured; `HeatingProfile()`, that is gain * P_ph/P_ext + offset, unless given.
        bounds: smallest and largest value by name; also where starts are looked for.
        loss: how residuals count; `SquaredLoss()` unless given.
        optimiser: `LevenbergMarquardt()` unless given.
        starts: how many places are minimised from: the first values, and the best of many others.
        resolution: numbers of nodes; the default is good for 1e-6.
        priors: what is known of free parameters from elsewhere, as (mean, standard deviation) by name: each is one more
            datum. A name with "[:]" has one pair for all measurements, or a list with one for each.
        ties: numbers that follow a free parameter, by name: the name of that, or (factor, name), or (function, name)
            with a function that JAX can trace; not of gain and offset.
        given: standard deviations of numbers that are kept, by name: what they do to the parameters is part of `errors`
            and `covariance`, to first order (see `jaxwire.fits.inference.given`). A prior is for what the readings may
            correct.

    Returns:
        Values, errors, covariance, residuals and status.

    Raises:
        TypeError: if an argument is not of its type.
        ValueError: if a number is outside its domain, a name is unknown, or there are fewer readings than parameters.
    """
    made_up = [name for name, given in (("scatterer", scatterer), ("instrument", instrument)) if given is None]
    setting = _setting(measurements, scatterer, wire, instrument, resolution)
    measurements = setting.measurements
    chosen_loss: AbstractLoss = as_object("loss", loss, AbstractLoss, SquaredLoss())
    chosen_optimiser: AbstractOptimiser = as_object("optimiser", optimiser, AbstractOptimiser, LevenbergMarquardt())
    require_count("starts", starts, 1, MOST_STARTS)
    numbers = FitNumbers(setting.model.objects(), measurements)
    parameters = read_free(free, bounds, numbers, made_up, priors)
    check_stretch([one.place for one in parameters], setting.model.objects())
    _check_number_of_data(measurements, parameters)
    tied = read_ties(ties, parameters, numbers)
    kept = read_given(given, parameters, tied, FitNumbers(setting.model.objects(), measurements, "given"))
    minimise = _Minimisation(setting, chosen_loss, chosen_optimiser, starts, tied)
    relaxed = tuple(one.without_bounds() for one in parameters)
    layout, ends, sigma = minimise(relaxed)  # the lowest minimum of all is that within bounds too, if it lies there
    if not all(one.range.holds(value) for one, value in zip(parameters, ends.values[ends.best], strict=True)):
        layout, ends, sigma = minimise(parameters)
    model = _in_units(setting.model, parameters, measurements, DataUnit())
    best = read_rows(layout, model, parameters, ends.values[ends.best][None, :])
    minimum = Minimum(ends.values[ends.best], best.residual[0], best.jacobian[0], sigma)
    if kept:
        slopes = slopes_by_given(kept, layout, model, parameters, minimum.values)
        minimum = minimum._replace(given=tuple(one.name for one in kept), slopes=slopes)
    return summarise(layout, model, parameters, measurements, chosen_loss, minimum, ends)


def _check_number_of_data(measurements: Sequence[Measurement], free: Sequence[Free]) -> None:
    """Refuse more parameters than data, and data with errors besides readings without."""
    n_readings, n_priors = sum(one.size for one in measurements), sum(one.prior is not None for one in free)
    n_electric = sum((one.measured_current or one.measured_voltage) is not None for one in measurements)
    if n_readings + n_electric + n_priors < len(free):
        raise ValueError(
            f"`x` must have at least as many positions as free parameters, got {n_readings} for {len(free)} of them."
        )
    if (n_priors or n_electric) and measurements[0].sigma is None:
        what = "priors" if n_priors else "measured_current"
        raise ValueError(f"`{what}` must be weighed against readings with known errors; `sigma` is none.")


class _Setting(NamedTuple):
    measurements: tuple[Measurement, ...]
    model: Model
    resolution: Resolution


def _setting(measurements: Any, scatterer: Any, wire: Any, instrument: Any, resolution: Any) -> _Setting:
    """Check what the model is made of."""
    if isinstance(measurements, Measurement):
        measurements = [measurements]
    if not isinstance(measurements, Sequence) or not all(isinstance(one, Measurement) for one in measurements):
        raise TypeError(f"`measurements` must be a list of Measurement objects, got {measurements!r:.60}.")
    if not measurements:
        raise ValueError("`measurements` must have at least one profile, got none.")
    if len({one.sigma is None for one in measurements}) > 1:
        raise ValueError("`sigma` must be given for all measurements or for none, got both.")
    scatterer = Lorentzian(1.0, 0.1) if scatterer is None else scatterer  # pyright: ignore[reportArgumentType]
    temperature = measurements[0].temperature
    checked = as_setting(scatterer, wire, temperature, RESOLUTION if resolution is None else resolution)
    instrument = as_object("instrument", instrument, AbstractInstrument, HeatingProfile())
    if isinstance(instrument, Thermometer):
        instrument.check_wire(checked.wire)
    for one in measurements:
        refuse_on_scatterer(one.x, instrument)
    model = Model(checked.scatterer, checked.wire, instrument, ())
    return _Setting(tuple(measurements), model, checked.resolution)


class _Minimisation(NamedTuple):
    """How a fit minimises, once the free parameters are known."""

    setting: _Setting
    loss: AbstractLoss
    optimiser: AbstractOptimiser
    starts: int
    ties: tuple[Tie, ...]

    def __call__(self, free: tuple[Free, ...]) -> tuple[FitProgram, Starts, float]:
        """What was compiled in, where the starts ended, and the error of readings if it is taken from the residuals."""
        measurements = self.setting.measurements
        linear = tuple(index for index, one in enumerate(free) if one.is_linear)
        is_squared = isinstance(self.loss, SquaredLoss)
        layout = FitProgram(
            places=tuple(one.place for one in free),
            projected=linear if is_squared and len(linear) < len(free) else (),
            resolution=self.setting.resolution,
            profiles=tuple((number, part.x.shape[1]) for part in group(measurements) for number in part.numbers),
            ties=self.ties,
        )
        unit = data_unit(measurements)
        model = _in_units(self.setting.model, free, measurements, unit)
        layout = layout._replace(is_fast=pays_to_be_fast(layout, model, self.starts))
        search = Search(layout, model, free, self.optimiser, unit)
        if is_squared or measurements[0].sigma is not None:
            return layout, search(self.loss, self.starts), 1.0
        return layout, *search.with_unknown_error(self.loss, self.starts)


def _in_units(model: Model, free: Sequence[Free], measurements: Sequence[Measurement], unit: DataUnit) -> Model:
    """The model with its readings, gain and offset in units of the data."""
    instrument = model.instrument
    scaled = [number_at(Objects(instrument=instrument), place) / unit.reading for place in LINEAR]
    instrument = with_values(Objects(instrument=instrument), LINEAR, scaled).instrument
    free = [one.over(unit.reading) for one in free]
    ranges = tuple(one.range for one in free)
    return Model(model.scatterer, model.wire, instrument, group(measurements, unit), ranges, _priors(free, unit))


def _priors(free: Sequence[Free], unit: DataUnit) -> Priors:
    """Rows of the priors, in units of the data."""
    known = {index: one.prior for index, one in enumerate(free) if one.prior is not None}
    mean, spread = np.array(list(known.values())).reshape(-1, 2).T
    return Priors(tuple(known), mean, 1.0 / (spread * unit.residual))
