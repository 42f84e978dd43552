"""Tables of numbers as smooth functions: interpolation by `interpax`, held at its end values outside the table."""

import math
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from jaxwire.model.parameters.domain import Domain, as_double
from jaxwire.model.parameters.hints import hint_at_energies
from jaxwire.model.parameters.one_line import one_line
from jaxwire.numerics.array_types import RealLike
from jaxwire.numerics.precision import working_type

NOT_OF_JAX = (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError)
"""What JAX raises where a traced number is asked for its value."""

NOT_OF_ARRAYS = ("Only scalar arrays can be converted", "The truth value of an array with more than one element")
"""What it says where an array is asked for that."""

METHODS = {"monotone": "monotonic", "cubic": "cubic2"}
"""Kinds of interpolation: piecewise cubic without overshoot (Fritsch and Butland), natural cubic spline."""

STEEPEST_END = 3.0
"""Slope of a monotone cubic at an end of the table, at most, in slopes of the chord there: beyond it overshoots."""


def _is_increasing(points):
    library = np if isinstance(points, np.ndarray) else jnp
    return (abs(points) < math.inf) & library.append(library.ones(1, dtype=bool), points[1:] > points[:-1])


INCREASING = Domain(_is_increasing, "increasing")


def interpolate(x: RealLike, points: Float[Array, " m"], values: Float[Array, " m"], method: str) -> Float[Array, "*n"]:
    """Interpolate a table at x; differentiable in all three arrays."""
    from interpax import interp1d

    inside = jnp.clip(x, points[0], points[-1])
    slopes: Any = {"fx": _monotone_slopes(points, values)} if method == "monotone" else {}
    with jax.numpy_rank_promotion("allow"):  # interpax relies on it, whatever the caller's setting
        return interp1d(inside.ravel(), points, values, method=METHODS[method], **slopes).reshape(inside.shape)


def _monotone_slopes(points: Float[Array, " m"], values: Float[Array, " m"]) -> Float[Array, " m"]:
    """Slopes at the points of a table of the piecewise cubic that does not overshoot (Fritsch and Butland, 1984).

    Between chords of one sign it is their weighted harmonic mean, else 0. The slopes are those of interpax, which
    takes the mean from reciprocals of chords: where the table is flat, its derivatives by the values are 1e15. The
    slopes have bends where a chord is 0; the derivative by a value there is the middle of both sides, as central
    differences give it.
    """
    width = jnp.diff(points)
    chord = jnp.diff(values) / width
    before, after = chord[:-1], chord[1:]
    near, far = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    is_one_sign = before * after > 0
    mixed = jnp.where(is_one_sign, near * after + far * before, 1.0)
    mean = jnp.where(is_one_sign, (near + far) * before * jnp.where(is_one_sign, after, 0.0) / mixed, 0.0)
    bend = jnp.where(after == 0, 0.0, _halved(before) / near) + jnp.where(before == 0, 0.0, _halved(after) / far)
    first, last = _end_slope(points[:3], values[:3]), _end_slope(points[:-4:-1], values[:-4:-1])
    return jnp.concatenate([first[None], mean + (near + far) * bend, last[None]])


def _end_slope(points: Float[Array, " 3"], values: Float[Array, " 3"]) -> Float[Array, ""]:
    """Slope at an end of the table, from the three points next to it: that of the parabola, as far as it is safe."""
    width = jnp.diff(points)
    chord = jnp.diff(values) / width
    share = width[0] / (width[0] + width[1])
    parabola = chord[0] + share * (chord[0] - chord[1])
    is_steep = (chord[0] * chord[1] <= 0) & (jnp.abs(parabola) > STEEPEST_END * jnp.abs(chord[0]))
    slope: Any = jnp.where(is_steep, STEEPEST_END * chord[0], parabola)
    safe: Any = jnp.where(parabola * chord[0] > 0, slope, 0.0)
    # In a flat table each value has an effect of its own on the slope: that of the second may be the steepest one.
    first, second = values[:2] - jax.lax.stop_gradient(values[:2])
    alone: Any = second * _smaller((1.0 + share) / width[0] + share / width[1], STEEPEST_END / width[0])
    alone -= first * (1.0 + share) / width[0]
    bend: Any = jnp.where(chord[1] == 0, alone, STEEPEST_END * _halved(chord[0]))
    found: Any = jnp.where(chord[0] == 0, bend, safe)
    return found


def _smaller(one: Float[Array, ""], other: Float[Array, ""]) -> Float[Array, ""]:
    """That of two numbers of one sign which is nearer to 0."""
    return jnp.where(jnp.abs(one) < jnp.abs(other), one, other)


def _halved(chord: Float[Array, "*m"]) -> Float[Array, "*m"]:
    """Zero, with half the derivative of a chord where that is 0: the middle between a slope of 0 and the chord's."""
    return jnp.where(chord == 0, 0.5 * (chord - jax.lax.stop_gradient(chord)), 0.0)


def check_table(points: Float[Array, " m"], values: Float[Array, " m"], method: str, name: str) -> None:
    """Refuse tables that do not fit together, are too short, or ask for an unknown interpolation."""
    if points.shape != values.shape:
        raise ValueError(f"`{name}` must have one entry per energy, {points.shape}, got shape {values.shape}.")
    if points.size < 4:
        raise ValueError(f"`energies` must have at least 4 points, got {points.size}.")
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"`interpolation` must be {' or '.join(map(repr, METHODS))}, got {one_line(method)}.")
    hint_at_energies(points)


def function_field() -> Any:
    """Declare a field that holds a user's function: compiled once per function object."""
    return eqx.field(static=True, converter=_as_function)


def _as_function(given: Any) -> Callable[..., Any]:
    if not callable(given):
        raise TypeError(f"`function` must be callable, got {given!r} of type {type(given).__name__}.")
    return given


def function_parameters_field() -> Any:
    """Declare a differentiable field that holds the pytree of numbers of a user's function; None without any."""
    return eqx.field(converter=_as_function_parameters, default=None)


def _as_function_parameters(given: Any) -> PyTree[Float[Array, "..."]]:
    return jax.tree.map(lambda leaf: as_double("parameters", leaf), given)


def call_function(function: Callable[..., Any], parameters: PyTree, energy: RealLike) -> Float[Array, "*n"]:
    """Values of a user's function at kinetic energies: `function(energy)` or `function(energy, parameters)`.

    Raises:
        TypeError: if it does not return real numbers, or is not made of operations of JAX.
        ValueError: if it does not return one number for each energy.
    """
    energy = jnp.asarray(energy, dtype=working_type())
    returned = _call(function, (energy,) if parameters is None else (energy, parameters))
    try:
        found = jnp.asarray(returned)
    except (TypeError, ValueError) as error:
        raise TypeError(f"`function` must return real numbers, got {one_line(returned)}.") from error
    if found.dtype.kind not in "iuf":
        raise TypeError(f"`function` must return real numbers, got an array of type {found.dtype}.")
    if found.shape not in ((), energy.shape):
        raise ValueError(
            f"`function` must return one number for each energy, got shape {found.shape} for {energy.shape}."
        )
    return jnp.broadcast_to(found.astype(working_type()), energy.shape)


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a user's function with traced numbers."""
    try:
        return function(*arguments)
    except (TypeError, ValueError) as error:
        if not (isinstance(error, NOT_OF_JAX) or any(words in str(error) for words in NOT_OF_ARRAYS)):
            raise
        raise TypeError(
            f"`function` must be made of operations of JAX (jax.numpy) on arrays, got {one_line(function)}, which "
            "needs known numbers or one at a time, as NumPy, SciPy, math and `if` do; make a table of it: Tabulated("
            "energies, values) or TabulatedRelaxation(energies, values)."
        ) from error
