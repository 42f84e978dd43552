"""Operating points of the figures, solved together: compiling a program takes longer than most figures do.

One program solves the thousands of points of the maps and curves. The 16 points of Tables I and II and of Figs. 3 and 4
are solved one by one (`solutions`), with error estimate and profiles: a program for a batch of those would take longer
to compile.
"""

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.scatterers.resonances import Lorentzian
from jaxwire.model.units.quantities import LABELS
from jaxwire.model.wires.wire import Wire
from jaxwire.plot.heating import positions
from jaxwire.reproduce.quality import Quality
from jaxwire.reproduce.solutions import solve_single
from jaxwire.scans.scan import scan
from jaxwire.scans.variables import ALWAYS, COORDS, TABLE

if TYPE_CHECKING:
    import xarray


WIDTH = 0.08
"""Gamma of the tables and of Figs. 3 and 4, in mu0."""

COLUMNS = ((1.44, 0.1), (1.44, 0.4), (0.64, 0.1), (0.64, 0.4))
"""Columns (eps0, eV) of Tables I and II, in the order of their headers; panels 3a, 3b, 4a, 4b."""

TEMPERATURES = (0.1, 0.3, 0.5, 0.7)
"""Rows kT of Tables I and II; the curves of either panel of Figs. 3 and 4."""

PARAMETERS = ("center", "width", "temperature", "voltage")

NUMBERS = ("current", "potential_right", "external_power", "error_estimate")

OBSERVABLES = ("current", "total_voltage", "uniform_heat_current", "spots", "asymmetry", "landauer")


def profile_points() -> "xarray.Dataset":
    """The 16 points of Tables I and II and of Figs. 3 and 4."""
    centers, voltages = (np.array(list(dict.fromkeys(values))) for values in zip(*COLUMNS, strict=True))
    return grid(width=WIDTH, center=centers, voltage=voltages, temperature=np.array(TEMPERATURES))


def solve_profiles(quality: Quality) -> "xarray.Dataset":
    """Currents, potentials, their estimated errors and heating profiles of `profile_points`, one after another.

    Returns:
        Variables as a scan names them, with dimensions center, voltage, temperature, and for profiles x and part.
    """
    x, points = positions(count=quality.positions), profile_points()
    found = []
    for center, voltage, temperature in product(*(points[name].values for name in points.sizes)):
        dot = Lorentzian(center, WIDTH)  # pyright: ignore[reportArgumentType] - converted by the field
        sol = solve_single(dot, temperature, voltage, quality)
        heating = sol.heating(x)
        numbers = {name: getattr(sol, name) for name in NUMBERS} | {"status": sol.status.code}
        parts = np.stack([np.asarray(getattr(heating, part)) for part in COORDS["part"]], axis=1)
        found.append({**numbers, "heating": heating.total, "heating_parts": parts})
    whole = points.assign_coords(x=("x", x, {"units": "vF tau0", "long_name": "position x"}), part=list(COORDS["part"]))
    for name in found[0]:
        values = np.stack([np.asarray(one[name]) for one in found])
        about = (ALWAYS if name in ALWAYS else TABLE[name].variables)[name]
        attrs = {"units": about.units, "long_name": about.long_name}
        shape = *points.sizes.values(), *values.shape[1:]
        whole[name] = (*points.sizes, *about.dims), values.reshape(shape), attrs
    return whole


def grid(**axes: float | np.ndarray) -> "xarray.Dataset":
    """A cartesian grid of operating points: `PARAMETERS` are numbers, or arrays that become dimensions in order."""
    import xarray

    coords = {
        name: ((name,) if np.ndim(value) else (), value, dict(zip(("units", "long_name"), LABELS[name], strict=True)))
        for name, value in axes.items()
    }
    return xarray.Dataset(coords=coords)


def solve_grids(grids: "Mapping[str, xarray.Dataset]", resolution: Resolution) -> "dict[str, xarray.Dataset]":
    """Solve the points of several grids of `PARAMETERS` in one scan, and put the results back on their grids."""
    dot = Lorentzian(center=1.0, width=0.1)  # pyright: ignore[reportArgumentType] - converted by the field
    places: dict[str, str] = {name: name for name in PARAMETERS}
    return solve_in_one_scan(grids, places, dot, observables=list(OBSERVABLES), resolution=resolution)


def solve_in_one_scan(
    grids: "Mapping[str, xarray.Dataset]",
    places: Mapping[str, str],
    scatterer: AbstractScatterer,
    wire: Wire | None = None,
    **settings: Any,
) -> "dict[str, xarray.Dataset]":
    """Solve the points of several grids in one scan, so with one program, and put the results back on their grids.

    Args:
        grids: coordinates, numbers or dimensions, the same ones in all grids.
        places: what a scan calls each of the coordinates.
        scatterer: the scatterer whose numbers they replace.
        wire: the same for the wire.
        settings: further arguments of the scan.
    """
    import xarray

    columns = {name: [] for name in places}
    for points in grids.values():
        whole = xarray.broadcast(*(points[name] for name in places))
        for name, values in zip(places, whole, strict=True):
            columns[name].append(values.transpose(*points.sizes).values.ravel())
    names = tuple(places.values())
    axes = {names: tuple(np.concatenate(values) for values in columns.values())}
    flat = scan(scatterer, wire, axes=axes, progress=False, **settings)
    line, solved, start = "_".join(names), {}, 0
    for name, points in grids.items():
        size = int(np.prod(list(points.sizes.values())))
        part = flat.isel({line: slice(start, start + size)}).drop_vars(names)
        start += size
        shaped = {key: _shaped(part[key], line, points) for key in part.data_vars}
        others = {key: part[key] for key in part.coords if line not in part[key].dims}
        solved[name] = points.assign_coords(others).assign(shaped).assign_attrs(flat.attrs)
    return solved


def _shaped(variable: "xarray.DataArray", line: str, points: "xarray.Dataset") -> tuple:
    """A variable along the line of all points, on the grid of some of them."""
    rest = [dim for dim in variable.dims if dim != line]
    values = variable.transpose(line, *rest).values
    return (*points.sizes, *rest), values.reshape(*points.sizes.values(), *values.shape[1:]), dict(variable.attrs)
