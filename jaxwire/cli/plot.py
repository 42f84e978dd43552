"""`jaxwire plot`: figures of a stored scan."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from jaxwire.cli.base import BadInputError, Common, about_input, require_netcdf
from jaxwire.cli.output import check_outputs, print_json

if TYPE_CHECKING:
    import xarray


def plot(
    source: Path,
    *,
    variable: str | None = None,
    x: str | None = None,
    y: str | None = None,
    select: Annotated[tuple[str, ...] | None, Parameter(consume_multiple=True, negative="")] = None,
    x_min: float = 0.0,
    min_prominence: float = 0.0,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Draw a variable of a scan over two of its axes, or as lines over one.

    Args:
        source: Store that `jaxwire scan` wrote, finished or not, or NetCDF file.
        variable: What to draw, such as current or spot_heating; spot_measure is the measure of Fig. 5. The first one
            unless given.
        x: Horizontal axis; the first one unless given.
        y: Vertical axis; the next one unless given.
        select: Where to cut the other axes, such as side=left temperature=0.3; the nearest value there is.
        x_min: Leave out spots closer to the scatterer, in vF tau0; 0.2 leaves out the faint ones beside it.
        min_prominence: Leave out spots that stand out less, in units of P_ext.
        output: File of the figure (.png, .pdf, .svg, .eps); the name of the source with .png unless given.
        common: Options of every command.
    """
    with about_input():
        target = output or (source if source.name else source.absolute()).with_suffix(".png")
        check_outputs({}, {"output": target}, [source])
        chosen = _read_select(select or ())
        from jaxwire.plot.maps import plot_map
        from jaxwire.plot.style import save_figure

        with open_source(source) as dataset:
            save_figure(plot_map(dataset, variable, x, y, chosen, x_min=x_min, min_prominence=min_prominence), target)
            unfinished = dataset.attrs.get("unfinished", "")
        if common.json:
            print_json({"file": target, "unfinished": unfinished})
        else:
            print(f"Written: {target}" + (f" ({unfinished})" if unfinished else ""))
    return 0


def open_source(path: Path) -> "xarray.Dataset":
    """A scan, from a store or a NetCDF file."""
    if path.is_dir():
        from jaxwire.scans.store.store import open_scan

        return open_scan(path)
    if not path.is_file():
        raise BadInputError(
            f"`source` must be a store of `jaxwire scan` or a NetCDF file, got '{path}', which is none."
        )
    require_netcdf("source")
    import xarray

    try:
        return xarray.open_dataset(path, engine="h5netcdf")
    except (OSError, ValueError) as error:
        raise BadInputError(f"`source` must be a NetCDF file, got '{path}', which cannot be read.") from error


def _read_select(words: tuple[str, ...]) -> dict[str, str]:
    """Pairs name=value."""
    chosen = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not (name and sign and value):
            raise BadInputError(f"`select` must be pairs such as side=left, got '{word}'.")
        if name in chosen:
            raise BadInputError(f"`select` must name {name} once, got it twice.")
        chosen[name] = value
    return chosen
