"""`jaxwire scan`: a whole grid of parameters, described in a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from jaxwire.cli.base import (
    BadInputError,
    Common,
    about_input,
    kernels_kept,
    require_netcdf,
)
from jaxwire.cli.output import check_outputs, print_json, require_folder, write_netcdf

if TYPE_CHECKING:
    import xarray


AT_ONCE = 2**22
"""Numbers of a stored variable that are read at once: 32 MiB of them, whatever the size of the scan."""


def scan(
    config: Path,
    *,
    store: Path | None = None,
    netcdf: Path | None = None,
    memory: str | None = None,
    estimate: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Solve a grid of parameters that a TOML file describes; with a store, a stopped scan goes on where it was.

    An example of a file, whose axes span a grid of 64 x 64 points (more in the help of jaxwire.config.scan):

    temperature = 0.3
    voltage = 0.1
    observables = ["current", "spots"]
    scatterer = {model = "Lorentzian"}
    [axes]
    center = {start = 0.1, stop = 2.6, count = 64}
    width = {start = 0.01, stop = 1, count = 64, scale = "log"}

    Args:
        config: The file.
        store: Folder (zarr) in which every finished part is kept; the same command goes on with what is there.
        netcdf: Write the result to this file as well.
        memory: What the computation may take, such as 500MB or 2GiB; replaces that of the file.
        estimate: Only tell time and memory.
        common: Options of every command.
    """
    if store is None and netcdf is None and not (common.json or estimate):
        raise BadInputError("`store` or `netcdf` must be given, or the results would be lost; --json prints them.")
    with about_input(), kernels_kept(common.cache):
        require_folder("store", store)
        check_outputs({"netcdf": netcdf}, {}, [config])
        if netcdf is not None:
            require_netcdf("netcdf")
        from jaxwire.config.scan import read_config

        read = read_config(config)
        if not read.axes:
            raise BadInputError("`axes` must be given in the file, with what varies; `jaxwire solve` solves one point.")
        arguments: dict[str, Any] = read.scan_arguments() | ({} if memory is None else {"memory": memory})
        if estimate:
            return _estimate(arguments, common.json)
        import jaxwire as jw

        try:
            dataset = jw.scan(**arguments, store=store)
        except KeyboardInterrupt as stop:
            raise KeyboardInterrupt(_how_to_go_on(str(stop), store)) from stop
        if read.lab is not None:
            dataset: Any = read.lab.scale.in_si(dataset)
        if netcdf is not None:
            write_netcdf(netcdf, dataset, is_kept=store is not None)
        places = {name: path for name, path in (("store", store), ("netcdf", netcdf)) if path is not None}
        _report(dataset, places, common.json)
        return 0 if dataset.attrs["failures"].startswith("0 ") else 1


def _estimate(arguments: dict[str, Any], as_json: bool) -> int:
    from dataclasses import asdict

    import jaxwire as jw

    cost = jw.estimate(**arguments)
    print_json(asdict(cost)) if as_json else print(cost)
    return 0


def _how_to_go_on(reason: str, store: Path | None) -> str:
    """The line for someone who stopped a scan, in the words of the command line."""
    stopped = reason.partition(";")[0].partition(",")[0] or "stopped"
    if store is None:
        return f"{stopped}, which are lost: with --store a scan can go on" if reason else stopped
    return f"{stopped}; run the same command again to go on"


def _report(dataset: "xarray.Dataset", places: dict[str, Path], as_json: bool) -> None:
    """Print what was found: points, failures, ranges, places; the values themselves only if they are nowhere else."""
    ranges = {str(name): _range(variable) for name, variable in dataset.data_vars.items()}
    if as_json:
        result = {
            "points": int(dataset["status"].size),
            "failures": dataset.attrs["failures"],
            "dims": {str(name): int(size) for name, size in dataset["status"].sizes.items()},
            "variables": {
                name: {"min": low, "max": high, "units": dataset[name].attrs.get("units", "")}
                for name, (low, high) in ranges.items()
            },
            "files": places,
            **({} if places else {"dataset": dataset.to_dict()}),
        }
        print_json(result)
        return
    sizes = " x ".join(f"{size} {name}" for name, size in dataset["status"].sizes.items())
    print(f"{dataset['status'].size:,} points ({sizes}), failed: {dataset.attrs['failures']}")
    length = max(map(len, ranges))
    print(f"{'':{length}} {'min':>12} {'max':>12}")
    for name, (low, high) in ranges.items():
        numbers = (f"{value:12.6g}" if value == value else f"{'-':>12}" for value in (low, high))
        print(f"{name:{length}}", *numbers, dataset[name].attrs.get("units", ""))
    print("Written: " + " ".join(map(str, places.values())))


def _range(variable: "xarray.DataArray") -> tuple[float, float]:
    """Least and largest value that is not NaN, read piece by piece."""
    import numpy as np

    rows = max(1, AT_ONCE * variable.shape[0] // max(1, variable.size))
    low, high = np.inf, -np.inf
    for start in range(0, variable.shape[0], rows):
        values = variable[start : start + rows].values.astype(float)
        values = values[np.isfinite(values)]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    return (low, high) if low <= high else (np.nan, np.nan)
