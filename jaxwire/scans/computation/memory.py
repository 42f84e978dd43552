"""Memory that a point of a scan takes, and amounts of memory in words."""

import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

ON_CPU = 10**9
"""Bytes that a scan may take on a CPU unless told."""

SHARE_OF_DEVICE = 0.8
"""Share of what its devices report as free that a scan may take unless told."""

MATRICES = 4.0
"""Temporary memory of a point, in matrices of all its nodes squared (measured: 1.3 to 3.8)."""

FOR_ESTIMATE = 3.0
"""More such matrices where the error is estimated (measured: 1.8 to 3.2)."""

ON_GPU = 0.25
"""Share of all this that a GPU takes (measured: 0.12 to 0.19), which makes matrices and waves as they are summed."""

SEARCHING = 2**13
"""Bytes of every point whose voltage is searched for, whether it takes a step or waits (measured: 8000)."""

PROFILES = 4.0
"""Temporary memory of every position of every profile, in vectors of all nodes (measured: 2.2 to 3.7)."""

FOR_SPOTS = 300.0
"""Temporary memory for the spots, in vectors of all nodes (measured: 255, or 355 where the relaxation time varies)."""

SPOTS = 2**17
"""Bytes for the spots on any grid (measured: none, or 124000 where the relaxation time varies)."""

NON_LOCAL = 600.0
"""Vectors of all nodes of a point whose potential is not local (measured: 512)."""

NON_LOCAL_PROFILES = 3000.0
"""Vectors of all nodes for every position where the potential is not local (measured: 2200)."""

NON_LOCAL_SPOTS = 300000.0
"""Vectors of all nodes for the spots where the potential is not local (measured: 260000)."""

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


class Footprint(NamedTuple):
    """Bytes per point: while it is solved, and for its inputs and results."""

    solving: int
    kept: int


def read_memory(memory: Any) -> int:
    """Understand an amount of memory: a number of bytes, or text such as "500MB" or "2GiB".

    Raises:
        TypeError: if it is neither.
        ValueError: if the text cannot be understood, or the amount is not positive.
    """
    if isinstance(memory, bool) or not isinstance(memory, str | int | float):
        raise TypeError(f"`memory` must be text such as '1GB' or a number of bytes, got {memory!r}.")
    if not isinstance(memory, str):
        amount = memory
    else:
        match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*([kMGT]i?|Ki)?B\s*", memory)
        if match is None or (match[2] or "") not in UNITS:
            raise ValueError(f"`memory` must be written like '500MB' or '2GiB', got {memory!r}.")
        amount = float(match[1]) * UNITS[match[2] or ""]
    if not 1 <= amount < math.inf:
        raise ValueError(f"`memory` must be at least one byte, got {memory!r}.")
    return int(amount)


def usual_memory(devices: Sequence[Any]) -> int:
    """Bytes that a scan may take unless told, on all devices together.

    Args:
        devices: devices of JAX. Those that do not report their memory, as CPUs, are given `ON_CPU` together.
    """
    free = []
    for device in devices:
        report = (device.platform != "cpu" and device.memory_stats()) or {}
        if not {"bytes_limit", "bytes_in_use"} <= set(report):
            return ON_CPU
        free.append(report["bytes_limit"] - report["bytes_in_use"])
    return max(ON_CPU // 8, int(SHARE_OF_DEVICE * sum(free)))


class Contents(NamedTuple):
    """What a point has to do, as far as its memory depends on it.

    Attributes:
        n_nodes: nodes of the grid.
        n_positions: positions evaluated at once, counted for every profile that is kept.
        with_estimate: whether the error is estimated.
        with_spots: whether spots are looked for.
        is_local: whether the potential follows the charge at the same place.
        kept: bytes of inputs and results.
    """

    n_nodes: int
    n_positions: int
    with_estimate: bool
    with_spots: bool
    is_local: bool
    kept: int


def footprint(of: Contents, platform: str = "cpu") -> Footprint:
    """Predict the memory of a point; what users' functions need is taken for four times what they return."""
    matrices, more = MATRICES + FOR_ESTIMATE * of.with_estimate, 4 * of.kept
    if of.is_local:
        vectors, more = PROFILES * of.n_positions + FOR_SPOTS * of.with_spots, more + SPOTS * of.with_spots
    else:
        vectors = NON_LOCAL + NON_LOCAL_PROFILES * of.n_positions + NON_LOCAL_SPOTS * of.with_spots
    share = 1.0 if platform == "cpu" or not of.is_local else ON_GPU
    return Footprint(int(share * 8 * of.n_nodes * (matrices * of.n_nodes + vectors) + more), of.kept)
