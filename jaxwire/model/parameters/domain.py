"""What a physical parameter may be: checked when it is known, and reported by status when it is traced.

A parameter is declared once, on its field, as `parameter("width", POSITIVE)`. Outside `jax.jit` a value out of its
domain raises before anything runs; inside, where values are unknown, `in_domain` gives the truth value to the kernel.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Bool

from jaxwire.model.parameters.array_likes import as_array_like
from jaxwire.model.parameters.one_line import one_line
from jaxwire.numerics.precision import working_type


def _as_it_is(value: Any) -> Any:
    return value


class Domain(NamedTuple):
    """Values that a parameter may take.

    Attributes:
        contains: whether it does, for arrays, traced or not.
        words: what such values are.
        rounded: known values without what rounding has left outside.
    """

    contains: Callable[[Any], Any]
    words: str
    rounded: Callable[[Any], Any] = _as_it_is


# Written with operators only, so that NumPy arrays are checked by NumPy even while JAX is tracing.
REAL = Domain(lambda value: abs(value) < math.inf, "a finite number")

POSITIVE = Domain(lambda value: (value > 0) & (value < math.inf), "positive")

POSITIVE_OR_INFINITE = Domain(lambda value: value > 0, "positive")

NOT_NEGATIVE = Domain(lambda value: (value >= 0) & (value < math.inf), "zero or positive")

ROUNDING = 1e-12
"""How far a probability may leave 0 to 1 by rounding: sums of many terms err by thousands of last digits."""

FRACTION = Domain(
    lambda value: (value >= -ROUNDING) & (value <= 1 + ROUNDING),
    "between 0 and 1",
    lambda value: np.clip(value, 0.0, 1.0),
)


def parameter(name: str, domain: Domain, ndim: int = 0, **options: Any) -> Any:
    """Declare a differentiable field of a module: double precision, `ndim` axes, every value in `domain`."""

    def convert(value: Any) -> Array:
        return as_parameter(name, value, domain, ndim)

    return eqx.field(converter=convert, metadata={"domain": domain}, **options)


def as_parameter(name: str, value: Any, domain: Domain = REAL, ndim: int = 0) -> Array:
    """Turn `value` into an array with `ndim` axes, of the working precision, and check it against `domain`.

    Raises:
        TypeError: for anything that is not a real number or array in double precision.
        ValueError: for a wrong number of axes or a known value outside the domain.
    """
    return _as_working(name, _checked(name, value, domain, ndim))


def as_known(name: str, value: Any, domain: Domain = REAL, ndim: int = 0) -> np.ndarray:
    """Do as `as_parameter`, for numbers that are known and stay on the host: a float64 array of NumPy, a copy.

    Raises:
        TypeError: as `as_parameter`.
        ValueError: as `as_parameter`.
    """
    return np.array(_checked(name, value, domain, ndim), dtype=np.float64)


def as_double(name: str, value: Any) -> Array:
    """Turn a number or array-like of real numbers into a float64 array (in single precision: float32) of its shape.

    Raises:
        TypeError: for strings, complex numbers, booleans, None, and single-precision arrays.
    """
    return _as_working(name, _real_numbers(name, value))


def _checked(name: str, value: Any, domain: Domain, ndim: int) -> Any:
    numbers = _real_numbers(name, value)
    if numbers.ndim != ndim:
        hint = "; map over arrays with jax.vmap" if ndim == 0 else ""
        expected = "a single number" if ndim == 0 else f"an array with {ndim} {'axis' if ndim == 1 else 'axes'}"
        raise ValueError(f"`{name}` must be {expected}, got shape {numbers.shape}{hint}.")
    if not isinstance(numbers, Tracer):
        known = np.asarray(numbers)
        outside = ~np.broadcast_to(domain.contains(known), known.shape)
        if outside.any():
            at = int(np.flatnonzero(outside)[0])
            words = domain.words if math.isfinite(known.flat[at]) else "a finite number"
            raise ValueError(f"`{name}` must be {words}, got {shown_number(known, at, domain)}.")
        rounded = domain.rounded(known)
        return numbers if rounded is known or np.array_equal(rounded, known) else rounded
    return numbers


def shown_number(numbers: np.ndarray, at: int, domain: Domain) -> str:
    """A number that is outside its domain, with as many digits as show it.

    Args:
        numbers: the array that has it.
        at: its index in the flat array.
        domain: what it should be in.
    """
    changed = np.array(numbers, dtype=np.float64)
    text = f"{changed.flat[at]:g}"
    is_another = np.any(np.delete(changed, at) == float(text))  # as in 1, 0.9999999999, which does not increase
    changed.flat[at] = float(text)
    inside = np.broadcast_to(domain.contains(changed), changed.shape)
    return repr(float(numbers.flat[at])) if inside.flat[at] or is_another else text


def _real_numbers(name: str, value: Any) -> Any:
    """Refuse what is not real numbers in double precision; what is, has a shape and a type."""
    if any(map(_has_unit, value if isinstance(value, list | tuple) else (value,))):
        raise TypeError(
            f"`{name}` must be in natural units, without a unit of its own, got {one_line(value)}; convert it by "
            f"jaxwire.Scale(...).natural({name!r}, value)."
        )
    value = as_array_like(name, value)
    if isinstance(value, bool) or not (hasattr(value, "dtype") or isinstance(value, int | float | list | tuple)):
        raise TypeError(f"`{name}` must be a real number, got {one_line(value)} of type {type(value).__name__}.")
    if not hasattr(value, "dtype"):
        try:
            value = _joined(value) if isinstance(value, list | tuple) else np.float64(value)
        except (ValueError, OverflowError) as error:
            raise TypeError(f"`{name}` must be real numbers in rows of equal length, got {one_line(value)}.") from error
    dtype: Any = getattr(value, "dtype", None)
    is_float = jnp.issubdtype(dtype, jnp.floating)
    if not (is_float or jnp.issubdtype(dtype, jnp.integer)):
        raise TypeError(f"`{name}` must be a real number, got an array of type {dtype}.")
    if is_float and np.dtype(dtype).itemsize < working_type().itemsize:
        raise TypeError(
            f"`{name}` must be in double precision, got {dtype}: build it as float64, for example with "
            "jnp.asarray(value, dtype=jnp.float64) after importing jaxwire."
        )
    return value


def _joined(values: list | tuple) -> Any:
    """An array of a list, of NumPy but where some numbers in it are traced."""
    return (jnp if any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(values)) else np).asarray(values)


def _as_working(name: str, numbers: Any) -> Array:
    expected = working_type()
    array = jnp.asarray(numbers, dtype=expected)
    if array.dtype != expected:
        raise TypeError(
            f"`{name}` became {array.dtype}: jaxwire needs jax.config.update('jax_enable_x64', True), and "
            "JAX_ENABLE_X64 not set to 0."
        )
    return array


def _has_unit(value: Any) -> bool:
    """Whether it is a quantity of pint, unyt or astropy: an array of them loses its unit where it becomes JAX's."""
    if hasattr(value, "coords"):  # of xarray
        value = getattr(value, "data", None)
    return hasattr(value, "to") and (hasattr(value, "units") or hasattr(value, "unit"))


def in_domain(module: eqx.Module) -> Bool[Array, ""]:
    """Whether a module, and every module in its fields, has its parameters in their domains and fitting each other.

    A module whose parameters must fit each other says whether they do in a method `is_consistent`.
    """
    inside = jnp.asarray(getattr(module, "is_consistent", lambda: True)())
    for field in dataclasses.fields(module):
        value = getattr(module, field.name)
        if "domain" in field.metadata and value is not None:
            inside &= jnp.all(field.metadata["domain"].contains(value))
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, eqx.Module):
                inside &= in_domain(part)
    return inside
