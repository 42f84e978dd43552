"""`jaxwire fit`: parameters from measured profiles, with their errors."""

from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from jaxwire.cli.base import (
    NO_LABORATORY,
    BadInputError,
    Common,
    Dot,
    Drive,
    Figure,
    TemperatureOrUnit,
    about_input,
    kernels_kept,
)
from jaxwire.cli.laboratory import Laboratory, natural, options_given
from jaxwire.cli.output import check_outputs, complain, print_json, write_json
from jaxwire.cli.remarks import waits_told

if TYPE_CHECKING:
    from jaxwire.config.fit import FitConfig
    from jaxwire.config.lab import LabFitConfig
    from jaxwire.fits.result import Fit
    from jaxwire.lab.lab import Lab


@Parameter(name="*")
@dataclass(frozen=True)
class DriveOfAll(Drive):
    """Options of what drives the current, in all profiles.

    Attributes:
        voltage: eV, of all profiles, in mu0.
        current: I, instead of the voltage, in e mu0/h.
        force: F, instead of the voltage, in mu0/(vF tau0).
    """


@Parameter(name="*")
@dataclass(frozen=True)
class FirstDot(Dot):
    """Options of the quantum dot where the search starts.

    Attributes:
        center: Where the search starts: position eps0 of the resonance, in mu0; 1.0 unless given.
        width: Where the search starts: half width Gamma of the resonance, in mu0; 0.1 unless given.
    """


@Parameter(name="*")
@dataclass(frozen=True)
class Probe:
    """Options of a thermometer in a laboratory, for profiles in kelvin.

    Attributes:
        healing_length: With --material: over which the phonons' heat spreads along the wire, such as "200 nm".
        conductance: With --material: loss to the substrate where the search starts, such as "0.5 W/(m K)".
        probe_fwhm: With --material: full width at half maximum of the probe, such as "50 nm".
    """

    healing_length: str | None = None
    conductance: str | None = None
    probe_fwhm: str | None = None


NOT_BELIEVED = ("FAILED", "NOT_CONVERGED", "POOR", "STARTS_DISAGREE")
"""Names of the statuses whose values may be far from those of the best fit, or are none: exit code 1."""

FIRST = {"center": 1.0, "width": 0.1}
"""Where the search starts unless an option says otherwise, in mu0: as `jaxwire.fit` does by itself."""


def fit(
    *profiles: Path,
    config: Path | None = None,
    temperature: TemperatureOrUnit = None,
    drive: DriveOfAll = DriveOfAll(),  # noqa: B008 - frozen
    dot: FirstDot = FirstDot(),  # noqa: B008 - frozen
    laboratory: Laboratory = NO_LABORATORY,
    probe: Probe = Probe(),  # noqa: B008 - frozen
    free: Annotated[tuple[str, ...] | None, Parameter(consume_multiple=True, negative="")] = None,
    starts: int | None = None,
    plot: Figure = None,
    report: Path | None = None,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Fit parameters to measured profiles, of a wire with a resonant quantum dot unless a file describes another one.

    A profile is a CSV file with columns x, y and, where they are known, the standard errors sigma. An example of a
    config, for profiles at two operating points (more in the help of jaxwire.config.fit):

    free = ["center", "width", "gain", "offset"]
    temperature = 0.3
    bounds = {center = [0.3, 2.5]}
    scatterer = {model = "Lorentzian", center = 1.0, width = 0.1}
    instrument = {model = "Thermometer", healing_length = 0.5}
    measurements = [{file = "low.csv", voltage = 0.1}, {file = "high.csv", voltage = 0.4}]

    Args:
        profiles: CSV files; those that the config names unless given.
        config: TOML file with the start, what is free, and what was measured where.
        temperature: kB T, of all profiles, in mu0.
        drive: Options of what drives the current, in all profiles.
        dot: Options of the quantum dot where the search starts.
        laboratory: Options of a wire in a laboratory, for profiles with units in their headings.
        probe: Options of its thermometer.
        free: Names of the free parameters, such as center width gain offset; center width gain unless given.
        starts: How many places are minimised from; 16 unless given.
        plot: Draw data, fit and residuals to this file (.png, .pdf, .svg, .eps).
        report: Write a page (.html) with picture, numbers and correlations; with --material or a config with [lab].
        output: Write the result to this file, as JSON.
        common: Options of every command.
    """
    with about_input(), kernels_kept(common.cache):
        check_outputs({"output": output, "report": report}, {"plot": plot}, [config, *profiles])
        if report is not None and report.suffix.lower() not in (".html", ".htm"):
            raise BadInputError(f"`report` must end in .html, got '{report}'.")
        places = {"plot": plot, "report": report, "output": output}
        if config is not None and _has_lab(config):
            groups = (drive, dot, laboratory, probe)
            if any((profiles, temperature, free, *map(options_given, groups))):
                raise BadInputError("`config` with [lab] must have everything in it but --starts, got other options.")
            return _fit_in_lab(_from_file(config), starts, places, common.json)
        known = laboratory.build(config, temperature)
        if known is not None:
            return _fit_in_lab(_from_options(known, profiles, (drive, dot, probe), free), starts, places, common.json)
        if probe != Probe():
            first = next(iter(options_given(probe)))
            raise BadInputError(f"`{first}` needs --material, or a config with [lab]; got none.")
        if report is not None:
            raise BadInputError("`report` needs --material, or a config with [lab], whose units it is in; got none.")
        thermal = {} if temperature is None else {"temperature": natural(None, "temperature", temperature)}
        read = _read(config, thermal, drive)
        options: dict[str, Any] = read.options | _start(read, dot)
        options |= {name: value for name, value in (("free", free), ("starts", starts)) if value is not None}
        from jaxwire.config.fit import load_measurements

        measurements = load_measurements(read, profiles)
        import jaxwire as jw

        with waits_told(f"compiling and fitting {sum(one.size for one in measurements)} readings"):
            found = jw.fit(measurements, **options)
        is_failed = found.status is jw.FitStatus.FAILED
        result = _numbers(found, read, profiles, options)
        try:
            if output is not None:
                write_json(output, result)
            if plot is not None and not is_failed:
                from jaxwire.plot.fits import plot_fit
                from jaxwire.plot.style import save_figure

                save_figure(plot_fit(found, options.get("resolution")), plot)
        finally:  # the numbers are there, whatever becomes of the files
            print_json(result) if common.json else print(found)
        if not found.status.ok:
            complain(f"jaxwire: {found.status}")
        return 1 if found.status.name in NOT_BELIEVED else 0


def _has_lab(config: Path) -> bool:
    from jaxwire.config.lab import has_lab

    return has_lab(config)


def _from_file(config: Path) -> "LabFitConfig":
    from jaxwire.config.lab import read_lab_fit

    return read_lab_fit(config)


def _from_options(
    lab: "Lab", profiles: tuple[Path, ...], told: tuple[Drive, Dot, Probe], free: tuple[str, ...] | None
) -> "LabFitConfig":
    """What options with units describe, as a file with [lab] would."""
    from jaxwire.config.lab import LabFitConfig
    from jaxwire.model.scatterers.resonances import Lorentzian

    if not profiles:
        raise BadInputError("`profiles` must be one or more files, got none.")
    drive, dot, probe = told
    options: dict[str, Any] = {"free": list(free)} if free else {}
    if probe != Probe():
        options["thermometer"] = lab.thermometer(**options_given(probe))
    if dot.names():
        options["scatterer"] = Lorentzian(**FIRST | dot.given(lab))  # pyright: ignore[reportArgumentType]
    return LabFitConfig(lab, profiles, {name: getattr(drive, name) for name in drive.names()}, options)


def _fit_in_lab(read: "LabFitConfig", starts: int | None, places: dict[str, Path | None], as_json: bool) -> int:
    """Fit what a file with [lab] or options with units describe, with results in SI."""
    with waits_told("compiling and fitting"):
        found = replace(read, options=read.options | ({} if starts is None else {"starts": starts})).run()
    result = {"jaxwire": version("jaxwire"), **found.as_dict()}
    try:
        if places["output"] is not None:
            write_json(places["output"], result)
        if found.status.name != "FAILED" and places["plot"] is not None:
            from jaxwire.plot.style import save_figure

            save_figure(found.plot(), places["plot"])
        if places["report"] is not None:
            found.report(places["report"])
    finally:  # the numbers are there, whatever becomes of the files
        print_json(result) if as_json else print(found)
    if not found.status.ok:
        complain(f"jaxwire: {found.status}")
    return 1 if found.status.name in NOT_BELIEVED else 0


def _read(config: Path | None, thermal: dict[str, float], drive: Drive) -> "FitConfig":
    """What the file says; options have precedence over its operating point."""
    from jaxwire.config.fit import FitConfig, read_fit_config

    read = FitConfig() if config is None else read_fit_config(config)
    if read.profiles:
        for name in thermal | drive.given():
            raise BadInputError(f"`{name}` must be left out where --config gives the measurements, got both.")
    return replace(read, point=drive.replacing(read.point | thermal))


def _start(read: "FitConfig", dot: Dot) -> dict[str, Any]:
    """The scatterer that the search starts from, if options say anything of it."""
    if not dot.given():
        return {}
    if "scatterer" in read.options:
        dot.refuse_with_file()
    from jaxwire.model.scatterers.resonances import Lorentzian

    return {"scatterer": Lorentzian(**FIRST | dot.given())}  # pyright: ignore[reportArgumentType]


def _numbers(found: "Fit", read: "FitConfig", files: tuple[Path, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Everything that was found and asked for; numbers in the order of `names`."""
    import numpy as np

    from jaxwire.model.description import describe

    files = files or tuple(one.file for one in read.profiles if one.file is not None)
    with np.errstate(divide="ignore", invalid="ignore"):  # errors that do not exist
        correlation = found.correlation.tolist()
    return {
        "jaxwire": version("jaxwire"),
        "status": {"code": int(found.status), "message": str(found.status)},
        "warnings": found.warnings,
        "names": found.names,
        "units": dict(zip(found.names, found.units, strict=True)),
        "values": found.values,
        "errors": found.errors,
        "covariance": found.covariance.tolist(),
        "correlation": correlation,
        "pulls": found.pulls,
        "tied": found.tied,
        "statistical_errors": found.statistical_errors,
        "shifts": found.shifts,
        "strong_correlations": found.strong_correlations,
        "chi2": found.chi2,
        "degrees_of_freedom": found.degrees_of_freedom,
        "reduced_chi2": found.reduced_chi2,
        "p_value": found.p_value,
        "share_of_starts": found.share_of_starts,
        "scatterer": _with_nulls(describe(found.scatterer)),
        "wire": _with_nulls(describe(found.wire)),
        "instrument": _with_nulls(describe(found.instrument)),
        "measurements": [
            {
                "file": file,
                **one.point,
                "x": one.x.tolist(),
                "y": one.y.tolist(),
                "sigma": None if one.sigma is None else one.sigma.tolist(),
                "residuals": residuals.tolist(),
            }
            for file, one, residuals in zip(files, found.measurements, found.residuals, strict=True)
        ],
        "options": describe(options),
    }


def _with_nulls(described: Any) -> Any:
    """A description whose NaN, those of a fit that failed, are null as everywhere else in the output."""
    if isinstance(described, dict):
        return {key: _with_nulls(part) for key, part in described.items()}
    if isinstance(described, list):
        return [_with_nulls(part) for part in described]
    return None if described == "nan" else described
