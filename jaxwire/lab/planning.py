"""What to measure: which bias, and for how long, determines a parameter to a wanted error.

The readings of a profile that take a time t each have normal noise D/sqrt(t), D in K/sqrt(Hz) being what is given for
one second, and their Fisher information grows with t: the smallest possible error of any parameter falls as 1/sqrt(t).
So one computation for each bias tells the time for any wanted error.
"""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Array
from matplotlib.figure import Figure

from jaxwire.fits.design import information
from jaxwire.lab.figures import upright
from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.names import RATIOS, NumberInSI, meaning, stem_of
from jaxwire.lab.quantities import Measured, prefixed, read_quantity
from jaxwire.model.parameters.one_line import one_line
from jaxwire.numerics.programs import quick_jit
from jaxwire.observables.instruments import AbstractInstrument
from jaxwire.plot.style import COLORS, NotebookFigure, in_style


@dataclass(frozen=True, eq=False, repr=False)
class LabPlan:
    """What profiles would tell of one parameter, by their bias; prints the best one.

    Attributes:
        name: of the parameter.
        value: that is expected of it, in SI.
        drive: "voltage" or "current".
        bias: in SI, shape (n,).
        error: smallest possible standard error of a profile whose readings take one second each, in the unit of
            `value`, shape (n,); infinite where the readings leave the parameter open.
        wanted: standard error that is wanted.
        readings: positions of a profile.
    """

    name: str
    value: Measured
    drive: str
    bias: np.ndarray
    error: np.ndarray
    wanted: Measured
    readings: int

    @property
    def seconds(self) -> np.ndarray:
        """Time for a whole profile at which the wanted error is reached, in s, by bias, shape (n,)."""
        return self.readings * (self.error / self.wanted.value) ** 2

    @property
    def best(self) -> int:
        """Number of the bias at which it takes the least time."""
        return int(np.argmin(np.where(np.isnan(self.seconds), np.inf, self.seconds)))

    @property
    def bias_unit(self) -> str:
        """Unit of the bias."""
        return {"voltage": "V", "current": "A"}[self.drive]

    def __str__(self) -> str:
        """The best bias, and how long it takes."""
        if not np.isfinite(self.seconds[self.best]):
            return f"no bias determines {self.name}: free fewer numbers"
        bias = Measured(float(self.bias[self.best]), None, self.bias_unit)
        time = Measured(float(self.seconds[self.best]), None, "s")
        share = self.wanted.value / abs(self.value.value)
        words = f"{self.name.replace('_', ' ')} = {self.value} to {self.wanted} ({100 * share:.2g} %)"
        return f"{words}: at {bias}, {time} for a profile of {self.readings} readings"

    def __repr__(self) -> str:
        """The same."""
        return str(self)

    def plot(self) -> Figure:
        """Draw the time that it takes by the bias in a new figure."""
        factor, unit = prefixed(float(np.max(np.abs(self.bias))), self.bias_unit)
        with in_style():
            figure = NotebookFigure(figsize=(4.6, 3.2), layout="constrained")
            axes = figure.add_subplot()
            axes.plot(self.bias * factor, self.seconds, color=COLORS[0], marker="o", markersize=3.5)
            axes.plot(self.bias[self.best] * factor, self.seconds[self.best], "*", color=COLORS[3], markersize=12)
            axes.set(xlabel=self.drive + upright(unit), ylabel="time of a profile" + upright("s"), yscale="log")
            axes.margins(x=0.03)  # of the star
            axes.set_title(f"{self.name.replace('_', ' ')} to {self.wanted}", loc="left", fontsize=9)
        return figure


@dataclass(frozen=True)
class PlannedProfile:
    """What is to be measured, in natural units.

    Attributes:
        x: positions, shape (n,).
        noise: of a reading of one second.
        temperature: of the bath.
        instrument: what reads.
        scatterer: with the numbers that are expected.
    """

    x: np.ndarray
    noise: float
    temperature: float
    instrument: AbstractInstrument
    scatterer: Any


def errors_by_bias(
    lab: KnownWire, profile: PlannedProfile, drive: str, bias: np.ndarray, free: list[str]
) -> np.ndarray:
    """Smallest possible errors of all free parameters, natural, shape (n, k), at every bias."""
    asked = profile.x, profile.noise, profile.temperature, profile.instrument, profile.scatterer, lab.wire
    return np.asarray(_errors(*asked, bias, drive, tuple(free)))


@quick_jit
def _errors(x, noise, temperature, instrument, scatterer, wire, bias, drive: str, free: tuple[str, ...]) -> Array:
    def errors(value: Array) -> Array:
        point: Any = {"temperature": temperature, drive: value}
        return information(x, noise, scatterer, wire, free=list(free), instrument=instrument, **point).errors

    return jax.lax.map(errors, bias)


def plan_bias(
    lab: KnownWire, profile: PlannedProfile, drive: str, bias: np.ndarray, free: list[str], goal: tuple[str, Any]
) -> LabPlan:
    """Find the best bias; see `Lab.plan`.

    Args:
        lab: whose wire and units these are.
        profile: what is to be measured.
        drive: "voltage" or "current".
        bias: natural, shape (n,).
        free: what a fit would look for.
        goal: the parameter, and the error that is wanted: a quantity, or a share of it such as "5 %".
    """
    name, to = goal
    if name not in free:
        raise ValueError(f"`wanted` must be one of the free parameters, got {name!r}; free are: {', '.join(free)}.")
    means = {one: meaning(lab, one, "K") for one in free}
    value = expected(means[name], profile)
    is_share = isinstance(to, str) and to.strip().endswith("%")
    read = read_quantity("to", to, ("",) if is_share else (value.unit,))
    size = read.value * abs(value.value) if is_share else read.value
    if not size > 0:
        raise ValueError(f"`to` must be positive, got {one_line(to)}.")
    errors = errors_by_bias(lab, profile, drive, bias, [one.natural for one in means.values()])[:, free.index(name)]
    natural = means[name].from_si(value).value
    in_si = np.array([means[name].si(natural, float(one)).error for one in errors])
    biases = np.asarray(lab.scale.to_si(drive, bias))
    return LabPlan(name, value, drive, biases, in_si, Measured(size, None, value.unit), profile.x.size)


def expected(means: NumberInSI, profile: PlannedProfile) -> Measured:
    """The number of a parameter that is expected, in SI."""
    if stem_of(means.natural) in RATIOS:
        return means.si(1.0)
    for holder in ("scatterer", "instrument"):
        part = getattr(profile, holder)
        if hasattr(part, means.natural):
            return means.si(float(getattr(part, means.natural)))
    raise ValueError(f"`wanted` must be a number of the scatterer, the thermometer or the wire, got {means.name!r}.")
