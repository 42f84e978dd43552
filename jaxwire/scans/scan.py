"""The public `scan`: a whole grid of parameters in one call, as an xarray.Dataset; `estimate` tells its cost before."""

import sys
from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.scans.arguments import ScanArguments, make_plan
from jaxwire.scans.plan import Plan
from jaxwire.scans.progress import progress as progress_bar
from jaxwire.scans.run import run_blocks
from jaxwire.solver.status import Outcome

if TYPE_CHECKING:
    import xarray


def scan(
    scatterer: AbstractScatterer,
    wire: Wire | None = None,
    *,
    axes: Mapping,
    temperature=None,
    voltage=None,
    current=None,
    force=None,
    observables=None,
    x=None,
    x_max=None,
    x_min=None,
    min_prominence=None,
    resolution: Resolution | None = None,
    memory: str | float | None = None,
    precision: str = "double",
    store=None,
    cluster=None,
    progress: bool = True,
) -> "xarray.Dataset":
    """Solve a whole grid of parameters on all devices of this process.

    ```python
    >>> import numpy as np, jaxwire as jw
    >>> dot = jw.Lorentzian(center=1.44, width=0.08)
    >>> axes = {"center": np.linspace(0.6, 1.8, 4), "width": [0.05, 0.1]}
    >>> ds = jw.scan(dot, axes=axes, temperature=0.3, voltage=0.1)
    >>> print(ds.current.sel(width=0.1).values.round(4))
    [0.0207 0.0284 0.0172 0.0067]
    >>> ds.current.dims, ds.current.attrs["units"], ds.attrs["failures"]
    (('center', 'width'), 'e mu0/h', '0 of 8 points')

    ```

    Axes span a cartesian grid, in their order; names in one tuple vary together, along one dimension:

    ```python
    axes = {"temperature": t, ("center", "width"): (centers, widths)}     # dims temperature, center_width
    jw.scan(dot, axes=axes, current=0.01, observables=["voltage", "spots"], store="map.zarr")
    jw.scan(dot, axes=axes, current=0.01, observables={"hot": lambda sol: sol.heating(0.5).total > 1.0})
    ```

    Args:
        scatterer: transmission model; the numbers that are axes are replaced.
        wire: the wire; the paper's unless given.
        axes: names and values of what varies (see `jaxwire.scans.axes`): numbers of the scatterer ("center",
            "resonances[1].width", "values[3]"), of the wire ("relaxation.exponent"), or "temperature", "voltage",
            "current", "force". Values have shape (n,), in the units of `solve`.
        temperature: kB T, in mu0, unless it is an axis.
        voltage: eV, in mu0; one of voltage, current and force must be given, here or as an axis.
        current: I, in e mu0/h.
        force: F, in mu0/(vF tau0).
        observables: what is kept, a list of names and functions or a mapping from names to functions; the current
            unless given, or the voltage where the current is. Names: current, voltage, force, total_voltage,
            external_power, potential_left, potential_right, uniform_heat_current, asymmetry, asymmetry_ratio,
            error_estimate (half as much work again), powers, heating, heating_parts, potential, chemical_potential,
            heat_current (these five at the positions x), spots, landauer. A function maps one `Solution` to a number,
            an array, or a dict of them by name; pass the same function object again to avoid compiling anew.
        x: positions in vF tau0, shape (n_x,), for observables that are functions of x; not 0 for the heating.
        x_max: how far spots are looked for, in vF tau0; 20 unless given.
        x_min: from which |x| on, in vF tau0; 0.01 unless given. Maps look cleaner with 0.2: see `find_spots`.
        min_prominence: of a spot, in units of P_ext; 0 unless given.
        resolution: numbers of nodes.
        memory: what the computation may take, such as "500MB" or "2GiB", beyond the 0.5 GB of Python and JAX; 1 GB
            unless given, and on GPUs 80 % of what they report as free. A device that runs out of memory nevertheless is
            given fewer points at once, with a warning.
        precision: "double", or "single" for float32 throughout: rounding of 1e-4 at worst over the promised domain, and
            the status "imprecise" where it cannot tell; at given voltages, for current, force, potentials, powers,
            heating and heat current only.
        store: folder in which every finished block is kept (zarr); with it the same call goes on where it stopped.
        cluster: a Dask client or cluster to whose workers the blocks are sent; needs a store that they share.
        progress: whether to show a bar on stderr, or a line every 30 s where that is no terminal.

    Returns:
        The Dataset: a variable per observable, `status`, with a given current or force `current_limit`, and as
        attributes all inputs, versions and a line that counts failures. Floating-point values are NaN where a point
        failed; `status` tells why.

    Raises:
        TypeError: if an argument is not of its type, or not exactly one of voltage, current and force is given.
        ValueError: if a name is unknown, a value outside its domain, or the memory too small.
    """
    asked = ScanArguments(
        axes=axes,
        temperature=temperature,
        voltage=voltage,
        current=current,
        force=force,
        observables=observables,
        x=x,
        x_max=x_max,
        x_min=x_min,
        min_prominence=min_prominence,
        resolution=resolution,
        memory=memory,
        precision=precision,
    )
    plan = make_plan(scatterer, wire, asked)
    with progress_bar("scan", is_shown=progress) as report:
        if cluster is not None:
            from jaxwire.scans.cluster import run_on_cluster

            dataset = run_on_cluster(plan, store, cluster, report)
        else:
            if store is None:
                _require_room(plan)
            dataset = run_blocks(plan, store, report)
    dataset.attrs["failures"] = failures(dataset["status"].values)
    if progress and sys.stderr is not None and sys.stderr.isatty() and not dataset.attrs["failures"].startswith("0 "):
        print(f"scan: {dataset.attrs['failures']}", file=sys.stderr)
    return dataset


def failures(status: np.ndarray) -> str:
    """How many points were not solved, in one line."""
    failed = status[status > 0]
    if not failed.size:
        return f"0 of {status.size} points"
    codes, counts = np.unique(failed, return_counts=True)
    kinds = ", ".join(
        f"{count} {Outcome(code).flag.replace('_', ' ')}" for code, count in zip(codes, counts, strict=True)
    )
    return f"{failed.size} of {status.size} points: {kinds}"


def _require_room(plan: Plan) -> None:
    """Complain of results that do not fit beside the computation."""
    results = prod(plan.shape) * plan.footprint.kept
    if results + plan.memory_bytes > plan.memory:
        raise ValueError(
            f"`memory` must hold the results, {results / 1e6:,.0f} MB, and {plan.memory_bytes / 1e6:,.0f} MB for the "
            f"computation, got {plan.memory / 1e6:,.0f} MB; give more, or store= to keep them on disk."
        )
