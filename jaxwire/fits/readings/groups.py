"""Measurements as arrays: those with the same drive side by side, as a program takes them."""

from collections.abc import Sequence

import equinox as eqx
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.data_unit import DataUnit
from jaxwire.fits.measurement import Measurement
from jaxwire.model.parameters.names import DRIVES


class Electric(eqx.Module):
    """Measured currents, where voltage or force is given, or measured voltages, where the current is.

    Attributes:
        value: shape (m,).
        weight: 1/sigma in units of the data, zero where nothing was measured, shape (m,).
    """

    value: Float[Array | np.ndarray, " m"]
    weight: Float[Array | np.ndarray, " m"]


class Group(eqx.Module):
    """Measurements with the same drive; shorter ones are filled up with readings of no weight.

    Attributes:
        drive: "voltage", "current" or "force".
        numbers: which measurements these are, in the order of the user.
        temperature: kB T, shape (m,).
        value: of the drive, shape (m,).
        x: positions, shape (m, n).
        y: readings, in units of the data, shape (m, n).
        weight: 1/sigma in such units, zero where there is no reading, shape (m, n).
        electric: what was measured of current or voltage; None where nothing was.
    """

    drive: str = eqx.field(static=True)
    numbers: tuple[int, ...] = eqx.field(static=True)
    temperature: Float[Array | np.ndarray, " m"]
    value: Float[Array | np.ndarray, " m"]
    x: Float[Array | np.ndarray, "m n"]
    y: Float[Array | np.ndarray, "m n"]
    weight: Float[Array | np.ndarray, "m n"]
    electric: Electric | None = None


def group(measurements: Sequence[Measurement], unit: DataUnit | None = None) -> tuple[Group, ...]:
    """Put measurements with the same drive together, in units of the data; in those of the user unless given."""
    unit = DataUnit() if unit is None else unit
    groups = []
    for drive in DRIVES:
        numbers = tuple(index for index, one in enumerate(measurements) if one.drive == drive)
        if not numbers:
            continue
        members = [measurements[index] for index in numbers]
        longest = max(one.size for one in members)
        columns = {name: np.empty((len(members), longest)) for name in ("x", "y", "weight")}
        for row, one in enumerate(members):
            missing = longest - one.size
            weight = unit.weight * np.ones(one.size) if one.sigma is None else unit.weight / one.sigma
            columns["x"][row] = np.pad(one.x, (0, missing), mode="edge")
            columns["y"][row] = np.pad(one.y / unit.reading, (0, missing))
            columns["weight"][row] = np.pad(weight, (0, missing))
        temperature, value = (np.array([getattr(one, name) for one in members]) for name in ("temperature", drive))
        groups.append(Group(drive, numbers, temperature, value, **columns, electric=_electric(members, unit)))
    return tuple(groups)


def _electric(members: Sequence[Measurement], unit: DataUnit) -> Electric | None:
    pairs = [one.measured_current or one.measured_voltage for one in members]
    if not any(pairs):
        return None
    known = np.array([pair or (0.0, np.inf) for pair in pairs])
    return Electric(known[:, 0], 1.0 / (known[:, 1] * unit.residual))
