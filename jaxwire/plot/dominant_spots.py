"""Dominant spots of a scan as a variable to draw: how strong they are, and which of them count."""

from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from jaxwire.observables.spot import Spot, spot_measure

if TYPE_CHECKING:
    import xarray

MEASURE = "spot_measure"
"""Variable that is not stored but made of two that are: the measure of Fig. 5."""


def measure_spots(dataset: "xarray.Dataset") -> "xarray.DataArray":
    """The measure of Fig. 5 (`spots.spot_measure`) of a scan's dominant spots; NaN where there is none."""
    value, kind = dataset["spot_heating"], jnp.asarray(dataset["spot_kind"].values)
    heating = jnp.asarray(value.values)  # also in place of position and prominence, which do not count
    exists = (jnp.abs(kind) == 1) & jnp.isfinite(heating)
    value = value.copy(data=np.asarray(spot_measure(Spot(heating, heating, exists, kind, heating))))
    value.attrs = {"units": "", "long_name": "spot measure +-(|P_ph|/P_ext - 1)^(1/5)"}
    return value


def without_faint(dataset: "xarray.Dataset", x_min: float, min_prominence: float) -> "xarray.Dataset":
    """The same scan without the spots that are too close or too faint."""
    limits = {"spot_position": ("x_min", x_min), "spot_prominence": ("min_prominence", min_prominence)}
    for variable, (name, least) in limits.items():
        if not least >= 0:
            raise ValueError(f"`{name}` must be zero or positive, got {least!r}.")
        if least and variable not in dataset:
            raise ValueError(f"`{name}` must be given only for a scan with the observable 'spots', got {least!r}.")
        if least:
            counts = abs(dataset[variable]) >= least
            spots = [one for one in dataset.data_vars if str(one).startswith("spot_")]
            dataset = dataset.assign({one: _only(dataset[one], counts) for one in spots})
    return dataset


def _only(spots: "xarray.DataArray", counts: "xarray.DataArray") -> "xarray.DataArray":
    """NaN, or 0 of whole numbers, where they do not count."""
    return spots.where(counts) if spots.dtype.kind == "f" else spots.where(counts, 0).astype(spots.dtype)
