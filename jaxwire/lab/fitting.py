"""Fits of profiles in the units of a laboratory: its arguments become those of `jaxwire.fit`, and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from jaxwire.fits.fit import fit
from jaxwire.lab.fit_result import LabFit
from jaxwire.lab.known_wire import KnownWire
from jaxwire.lab.names import PATHS, RATIOS, NumberInSI, meaning, named, read_value, stem_of
from jaxwire.lab.quantities import Measured
from jaxwire.lab.readings import LabData
from jaxwire.model.parameters.one_line import one_line
from jaxwire.observables.instruments import AbstractInstrument, HeatingProfile, Thermometer

FREE = {"K": ("center", "width", "conductance", "offset"), "W/m": ("center", "width", "offset")}
"""What is free unless the caller says otherwise, by the unit of the readings."""

OTHERWISE = ("center", "width", "gain", "offset")
"""The same for readings in a unit of their own."""

AGREE = 0.01
"""A known number that is given again has the value of the lab to this share."""


def fit_data(
    lab: KnownWire,
    data: LabData,
    instrument: AbstractInstrument | None,
    free: Sequence[str] | None,
    mappings: Mapping[str, Any],
    options: Mapping[str, Any],
) -> LabFit:
    """Fit profiles; see `Lab.fit`.

    Args:
        lab: whose wire and units these are.
        data: what `Lab.read` gave.
        instrument: in natural units; None for the usual one of such readings.
        free: names.
        mappings: "priors", "bounds" and "given", with quantities by name; None where there is none.
        options: other arguments of `jaxwire.fit`.
    """
    if not isinstance(data, LabData):
        raise TypeError(f"`data` must be what lab.read returns, got {one_line(data)}.")
    if free is None:
        free = FREE.get(data.unit, OTHERWISE)
    if isinstance(free, str) or not isinstance(free, Sequence) or not all(isinstance(name, str) for name in free):
        raise TypeError(f"`free` must be a list of names such as ['center', 'width'], got {one_line(free)}.")
    instrument = _instrument(instrument, data.unit)
    means = {name: meaning(lab, name, data.unit) for name in free}
    _refuse_twice([means[name] for name in free])
    translated = {
        "priors": _priors(lab, data.unit, mappings.get("priors"), means),
        "given": _given(lab, data, mappings.get("given"), means),
        "bounds": _bounds(lab, mappings.get("bounds"), means),
    }
    arguments = dict(options) | {name: value for name, value in translated.items() if value}
    found = fit(
        data.measurements,
        wire=lab.wire,
        free=[one.natural for one in means.values()],
        instrument=instrument,
        **arguments,
    )
    names = {stem_of(one.natural): stem_of(one.name) for one in means.values()}
    return LabFit(found, lab, data, names)


def _instrument(given: Any, unit: str) -> AbstractInstrument:
    """What reads, for readings in a unit."""
    if given is None and unit == "K":
        raise ValueError("`thermometer` must be given for readings in K, with its healing_length; got none.")
    if given is None:
        return Thermometer(healing_length=jnp.zeros(())) if unit == "W/m" else HeatingProfile()
    if not isinstance(given, AbstractInstrument):
        raise TypeError(f"`thermometer` must be what lab.thermometer returns, got {one_line(given)}.")
    return given


def _refuse_twice(means: Sequence[NumberInSI]) -> None:
    """Refuse two names of one number."""
    seen: dict[str, str] = {}
    stems = {stem_of(one.name) for one in means}
    if {"mobility", "chemical_potential"} <= stems:
        raise ValueError("`free` must have 'relaxation_time' in the place of 'mobility', which depends on both.")
    for one in means:
        if one.natural in seen:
            raise ValueError(f"`free` must name every number once, got {seen[one.natural]!r} and {one.name!r}.")
        seen[one.natural] = one.name


def _priors(lab: KnownWire, unit: str, given: Any, means: Mapping[str, NumberInSI]) -> dict[str, tuple[float, float]]:
    """Means and standard deviations by natural name; a free number that the lab knows has its error as a prior."""
    found = {}
    for one in means.values():
        alike = PATHS if stem_of(one.name) in PATHS else (stem_of(one.name),)
        known = [lab.errors[stem] for stem in alike if stem in lab.errors]
        if known:
            found[one.natural] = (1.0, known[0])
    for name, value in named("priors", given).items():
        one = means.get(name) or meaning(lab, name, unit, "priors")
        read = read_value(lab, one, "priors", value)
        if read.error is None:
            raise ValueError(f"`priors[{name!r}]` must be a value with an error, got {one_line(value)}.")
        found[one.natural] = (read.value, read.error)
    return found


def _given(lab: KnownWire, data: LabData, given: Any, means: Mapping[str, NumberInSI]) -> dict[str, float]:
    """Standard errors of numbers that are kept, by natural name: those of the lab, of the data, and of the caller."""
    free = {one.natural for one in means.values()}
    is_path_free = any(stem_of(name) in PATHS for name in free)
    known = {name: error for name, error in lab.errors.items() if not (name in PATHS and is_path_free)}
    found = {name: error for name, error in {**known, **data.errors}.items() if not _is_free(name, free)}
    for name, value in named("given", given).items():
        one = meaning(lab, name, data.unit, "given")
        if one.natural in free:
            raise ValueError(f"`given` must name numbers that are kept, got {name!r}, which is free: give it a prior.")
        read = read_value(lab, one, "given", value)
        if read.error is None:
            raise ValueError(f"`given[{name!r}]` must be a value with an error, got {one_line(value)}.")
        if stem_of(one.name) in RATIOS and abs(read.value - 1.0) > AGREE:
            known = lab.known()[stem_of(one.name)]
            raise ValueError(f"`given[{name!r}]` must have the value of the lab, {known}, got {one_line(value)}.")
        found[one.natural] = read.error
    return found


def _is_free(name: str, free: set[str]) -> bool:
    """Whether a number is free, be it under a name for all measurements."""
    return bool(free & {name, stem_of(name), f"{stem_of(name)}[:]"})


def _bounds(
    lab: KnownWire, given: Any, means: Mapping[str, NumberInSI]
) -> dict[str, tuple[float | None, float | None]]:
    """Bounds by natural name."""
    found = {}
    for name, pair in named("bounds", given).items():
        if name not in means:
            raise ValueError(f"`bounds` must be of free parameters, got {name!r}; free are: {', '.join(means)}.")
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError(f"`bounds[{name!r}]` must be two quantities, or None for one, got {one_line(pair)}.")
        ends = [None if end is None else _end(lab, means[name], end) for end in pair]
        low, high = ends
        if low is not None and high is not None and (low >= high) != means[name].is_inverse:
            raise ValueError(f"`bounds[{name!r}]` must be a smaller and a larger quantity, got {one_line(pair)}.")
        found[means[name].natural] = (ends[1], ends[0]) if means[name].is_inverse else (ends[0], ends[1])
    return found


def _end(lab: KnownWire, one: NumberInSI, given: Any) -> float:
    read: Measured = read_value(lab, one, "bounds", given)
    return read.value
