"""What a physical parameter may be: checked when it is known, and reported by status when it is traced.

A parameter is declared once, on its field, as `parameter("width", POSITIVE)`. Outside `jax.jit` a value out of its
domain raises before anything runs; inside, where values are unknown, `in_domain` gives the truth value to the kernel.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Bool

from jaxwire.numerics.precision import working_type


class Domain(NamedTuple):
    """Values that a parameter may take: `contains` (for arrays, traced or not) and the words for it."""

    contains: Callable[[Any], Any]
    words: str


# Written with operators only, so that NumPy arrays are checked by NumPy even while JAX is tracing.
REAL = Domain(lambda value: abs(value) < math.inf, "a finite number")

POSITIVE = Domain(lambda value: (value > 0) & (value < math.inf), "positive")

NOT_NEGATIVE = Domain(lambda value: (value >= 0) & (value < math.inf), "zero or positive")

FRACTION = Domain(lambda value: (value >= 0) & (value <= 1), "between 0 and 1")


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
            offending = known[outside].ravel()[0]
            words = domain.words if math.isfinite(offending) else "a finite number"
            raise ValueError(f"`{name}` must be {words}, got {offending:g}.")
    return numbers


def _real_numbers(name: str, value: Any) -> Any:
    """Refuse what is not real numbers in double precision; what is, has a shape and a type."""
    if any(map(_has_unit, value if isinstance(value, list | tuple) else (value,))):
        raise TypeError(
            f"`{name}` must be in natural units, without a unit of its own, got {value!r:.60}; convert it by "
            f"jaxwire.Scale(...).natural({name!r}, value)."
        )
    if isinstance(value, bool) or not (hasattr(value, "dtype") or isinstance(value, int | float | list | tuple)):
        raise TypeError(f"`{name}` must be a real number, got {value!r} of type {type(value).__name__}.")
    if not hasattr(value, "dtype"):
        try:
            value = np.asarray(value) if isinstance(value, list | tuple) else np.float64(value)
        except (ValueError, OverflowError) as error:
            raise TypeError(f"`{name}` must be real numbers in rows of equal length, got {value!r:.60}.") from error
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


def _as_working(name: str, numbers: Any) -> Array:
    expected = working_type()
    array = jnp.asarray(numbers, dtype=expected)
    if array.dtype != expected:
        raise TypeError(f"`{name}` became {array.dtype}: jaxwire needs jax.config.update('jax_enable_x64', True).")
    return array


def _has_unit(value: Any) -> bool:
    """Whether it is a quantity of pint, unyt or astropy: an array of them loses its unit where it becomes JAX's."""
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
