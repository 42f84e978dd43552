"""What other libraries hand over as arrays: pandas, xarray, masked arrays, anything that NumPy can make an array of.

A value that is masked or NA is NaN here, which no domain contains. The libraries themselves are not imported.
"""

import array
from typing import Any

import jax
import numpy as np

from jaxwire.model.parameters.one_line import one_line


def is_from(value: Any, library: str) -> bool:
    """Whether an object is of a class of some library."""
    return any(kind.__module__.split(".")[0] == library for kind in type(value).__mro__)


def is_plain(value: Any) -> bool:
    """Whether a value needs no conversion: a number, a list, an array of NumPy or JAX."""
    return type(value) is np.ndarray or isinstance(value, jax.Array | np.generic | int | float | list | tuple | bool)


def as_array_like(name: str, value: Any) -> Any:
    """Give a value that is a number, a list or an array as it is, one of another library as an array of NumPy.

    Raises:
        TypeError: for tables, which are no arrays.
        ValueError: for masked values, which are no numbers.
    """
    if isinstance(value, list | tuple):
        if any(one is np.ma.masked for one in value):
            raise ValueError(f"`{name}` must have no masked values, got {one_line(value)}.")
        return value
    if is_plain(value):
        return value
    if hasattr(value, "columns") or hasattr(value, "data_vars"):
        raise TypeError(
            f"`{name}` must be an array, got a {type(value).__name__}: pass one of its columns, such as "
            f"table['{name}']."
        )
    if isinstance(value, np.ma.MaskedArray):
        _refuse_masked(name, value)
    convertible = isinstance(value, range | array.array) or hasattr(value, "__array__")
    return to_numpy(name, value) if convertible else value


def _refuse_masked(name: str, value: Any) -> None:
    masked = np.ma.getmaskarray(value)
    if masked.any():
        raise ValueError(
            f"`{name}` must have no masked values, got {masked.sum()} of {masked.size}; leave them out, of all arrays "
            "that belong together: array[~mask]."
        )


def to_numpy(name: str, value: Any) -> np.ndarray:
    """Make an array of NumPy; masked and NA values are NaN.

    Raises:
        TypeError: if that cannot be.
    """
    try:
        if isinstance(value, np.ma.MaskedArray):
            return np.ma.filled(value.astype(np.float64), np.nan) if value.dtype.kind in "iuf" else np.asarray(value)
        if is_from(value, "pandas"):
            return _of_pandas(value)
        return np.asarray(value)
    except Exception as error:  # of another library, whichever it is
        words = one_line(error, 80).strip("\"'")
        raise TypeError(
            f"`{name}` must be real numbers, got an object of type {type(value).__name__} of which NumPy makes no "
            f"array: {words}."
        ) from error


def _of_pandas(value: Any) -> np.ndarray:
    """A Series, Index or array of pandas, whose types of numbers are more than those of NumPy."""
    dtype = value.dtype
    kind = getattr(dtype, "kind", "O")
    if isinstance(dtype, np.dtype) or kind not in "iuf":
        return np.asarray(value)
    size = getattr(dtype, "itemsize", 8)
    target = np.dtype(f"f{size}") if kind == "f" else np.dtype(np.float64)
    return value.to_numpy(dtype=target, na_value=np.nan)
