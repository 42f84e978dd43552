"""What decided the numbers of a scan: its inputs, the versions of libraries, the state of the checkout."""

import functools
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jaxwire.model.description import describe
from jaxwire.model.parameters.names import substitute
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.scans.axes import Dimension
from jaxwire.scans.variables import Observable


def scan_inputs(
    scatterer: AbstractScatterer,
    wire: Wire,
    dimensions: Sequence[Dimension],
    fixed: Mapping[str, float],
    observables: Iterable[Observable],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that decides the numbers of a scan; what is an axis is not among the fixed numbers."""
    varied = [axis for dimension in dimensions for axis in dimension.axes]
    places = [axis.place for axis in varied]
    stand_ins = [0.0 if axis.place.index else f"axis {axis.name}" for axis in varied]
    holders = {"scatterer": scatterer, "wire": wire}
    bare = {holder: substitute(tree, holder, places, stand_ins) for holder, tree in holders.items()}
    axes = {one.name: {axis.name: axis.values for axis in one.axes} for one in dimensions}
    kept = {name: function for name, function in observables}
    everything = {**bare, **fixed, "axes": axes, "observables": kept, **settings}
    return {"jaxwire": versions()["jaxwire_version"], **describe(everything)}


@functools.cache
def versions() -> dict[str, str]:
    """Versions of jaxwire and of what computes for it, and the state of the checkout that jaxwire runs from."""
    names = ("jaxwire", "jax", "numpy")
    return {**{f"{name}_version": version(name) for name in names}, "git": git_state(Path(__file__).parents[2])}


def git_state(folder: Path) -> str:
    """Commit of a git checkout, with " modified" where its files differ; "" where it is none or git is missing."""
    if not (folder / ".git").exists():
        return ""
    ask = ["git", "--no-optional-locks", "-C", str(folder)]
    try:
        commit, changes = (
            subprocess.run([*ask, *words], capture_output=True, text=True, timeout=10, check=True).stdout.strip()
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{commit} modified" if changes else commit
