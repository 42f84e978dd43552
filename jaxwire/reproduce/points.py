"""Operating points of the figures, solved together: compiling a program takes longer than most figures do.

Two programs do it all: one for the 16 points of Tables I and II and Figs. 3 and 4, whose profiles are wanted with all
parts and an error estimate, and one for the thousands of points of all other figures.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from jaxwire.labels import LABELS
from jaxwire.quadrature import Resolution
from jaxwire.reproduce.exhibit import Quality
from jaxwire.scan import scan
from jaxwire.scatterer import Lorentzian

if TYPE_CHECKING:
    import xarray

WIDTH = 0.08
"""Gamma of the tables and of Figs. 3 and 4, in mu0."""

COLUMNS = ((1.44, 0.1), (1.44, 0.4), (0.64, 0.1), (0.64, 0.4))
"""Columns (eps0, eV) of Tables I and II, in the order of their headers; panels 3a, 3b, 4a, 4b."""

TEMPERATURES = (0.1, 0.3, 0.5, 0.7)
"""Rows kT of Tables I and II; the curves of either panel of Figs. 3 and 4."""

PARAMETERS = ("center", "width", "temperature", "voltage")
OBSERVABLES = ("current", "total_voltage", "spots", "asymmetry", "landauer")


def solve_profiles(quality: Quality) -> "xarray.Dataset":
    """The 16 points of Tables I and II: currents, potentials, spots and heating profiles.

    Returns:
        Variables with dimensions center_voltage (the columns), temperature, and for profiles x, for spots side.
    """
    from jaxwire.plot import positions

    centers, voltages = zip(*COLUMNS, strict=True)
    dot = Lorentzian(center=centers[0], width=WIDTH)  # pyright: ignore[reportArgumentType] - converted by the field
    return scan(
        dot,
        axes={("center", "voltage"): (centers, voltages), "temperature": TEMPERATURES},
        observables=["current", "potential_right", "external_power", "heating", "heating_parts", "spots"]
        + ["error_estimate"],
        x=positions(count=quality.positions),
        progress=False,
    )


def grid(**axes: float | np.ndarray) -> "xarray.Dataset":
    """A cartesian grid of operating points: `PARAMETERS` are numbers, or arrays that become dimensions in order."""
    import xarray

    coords = {
        name: ((name,) if np.ndim(value) else (), value, dict(zip(("units", "long_name"), LABELS[name], strict=True)))
        for name, value in axes.items()
    }
    return xarray.Dataset(coords=coords)


def solve_grids(grids: "Mapping[str, xarray.Dataset]", resolution: Resolution) -> "dict[str, xarray.Dataset]":
    """Solve the points of several grids in one scan, and put the results back on their grids."""
    import xarray

    columns = {name: [] for name in PARAMETERS}
    for points in grids.values():
        whole = xarray.broadcast(*(points[name] for name in PARAMETERS))
        for name, values in zip(PARAMETERS, whole, strict=True):
            columns[name].append(values.transpose(*points.sizes).values.ravel())
    dot = Lorentzian(center=1.0, width=0.1)  # pyright: ignore[reportArgumentType] - converted by the field
    flat = scan(
        dot,
        axes={PARAMETERS: tuple(np.concatenate(columns[name]) for name in PARAMETERS)},
        observables=list(OBSERVABLES),
        resolution=resolution,
        progress=False,
    )
    line, solved, start = "_".join(PARAMETERS), {}, 0
    for name, points in grids.items():
        size = int(np.prod(list(points.sizes.values())))
        part = flat.isel({line: slice(start, start + size)}).drop_vars(PARAMETERS)
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
