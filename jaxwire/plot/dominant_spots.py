"""Dominant spots of a scan as a variable to draw: how strong they are, and which of them count."""

from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from jaxwire.observables.spot import Spot, spot_measure

if TYPE_CHECKING:
    import xarray

MEASURE = "spot_measure"
"""Variable that is not stored but made of two that are: the measure of Fig. 5."""

KINDS_OF_SPOTS = ("spot", "electron_temperature_spot", "phonon_temperature_spot")
"""How variables of spots begin: of the heating, of temperatures."""


def measure_spots(dataset: "xarray.Dataset") -> "xarray.DataArray":
    """The measure of Fig. 5 (`spots.spot_measure`) of a scan's dominant spots; NaN where there is none."""
    value, kind = dataset["spot_heating"], jnp.asarray(dataset["spot_kind"].values)
    heating = jnp.asarray(value.values)  # also in place of position and prominence, which do not count
    exists = (jnp.abs(kind) == 1) & jnp.isfinite(heating)
    value = value.copy(data=np.asarray(spot_measure(Spot(heating, heating, exists, kind, heating))))
    value.attrs = {"units": "", "long_name": "spot measure +-(|P_ph|/P_ext - 1)^(1/5)"}
    return value


def without_faint(dataset: "xarray.Dataset", x_min: float, min_prominence: float) -> "xarray.Dataset":
    """The same scan without the spots that are too close, and those of the heating that are too faint."""
    for name, least in (("x_min", x_min), ("min_prominence", min_prominence)):
        if not least >= 0:
            raise ValueError(f"`{name}` must be zero or positive, got {least!r}.")
    kinds = [of for of in KINDS_OF_SPOTS if f"{of}_position" in dataset]
    if x_min and not kinds:
        raise ValueError(f"`x_min` must be given only for a scan with the observable 'spots', got {x_min!r}.")
    if min_prominence and "spot_prominence" not in dataset:
        raise ValueError(
            f"`min_prominence` must be given only for a scan with the observable 'spots', got {min_prominence!r}."
        )
    for of in kinds:
        counts = abs(dataset[f"{of}_position"]) >= x_min
        if of == "spot":
            counts &= (dataset["spot_prominence"] >= min_prominence) | (min_prominence == 0)
        spots = [one for one in dataset.data_vars if str(one).startswith(f"{of}_")]
        if x_min or (min_prominence and of == "spot"):
            dataset = dataset.assign({one: _only(dataset[one], counts) for one in spots})
    return dataset


def _only(spots: "xarray.DataArray", counts: "xarray.DataArray") -> "xarray.DataArray":
    """NaN, or 0 of whole numbers, where they do not count."""
    return spots.where(counts) if spots.dtype.kind == "f" else spots.where(counts, 0).astype(spots.dtype)
