"""Checks of arguments that public functions of this package share."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxwire.observables.instruments import AbstractInstrument, HeatingProfile, Thermometer


def check_sigma_shape(shape: tuple[int, ...], size: int) -> None:
    """Refuse errors that are neither one for all readings nor one for each."""
    if shape not in ((), (size,)):
        raise ValueError(f"`sigma` must be one number or {size} of them, got shape {shape}.")


def refuse_on_scatterer(x: Any, instrument: AbstractInstrument) -> None:
    """Refuse known positions where the scatterer is, if the instrument sees that the heating diverges there."""
    if isinstance(x, Tracer) or isinstance(instrument.position, Tracer) or not _is_sharp(instrument):
        return
    at = np.flatnonzero(np.asarray(x) == np.asarray(instrument.position))
    if at.size:
        raise ValueError(
            "`x` must not be where the scatterer is: the heating diverges there, got a position on it, in entry "
            f"{at[0] + 1}."
        )


def _is_sharp(instrument: AbstractInstrument) -> bool:
    """Whether nothing smooths the heating; not where that is unknown."""
    if not isinstance(instrument, Thermometer):
        return isinstance(instrument, HeatingProfile)
    if instrument.healing_length is None:  # of the wire's own phonons, which conduct
        return False
    widths = (instrument.healing_length, instrument.phonon_mean_free_path, instrument.probe_width)
    return not any(isinstance(width, Tracer) for width in widths) and not bool(jnp.any(jnp.stack(widths) != 0))
