"""What an experiment would read for given free parameters, and how that changes with them: residuals.

Signals come from `signals`; derivatives by gain and offset are known without a solve.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.parameters.free import has_own, is_gain, is_linear, owner, values_and_slopes
from jaxwire.fits.parameters.ranges import AbstractRange
from jaxwire.fits.readings.groups import Group
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.readings.signals import Signals, read_signals, signals_at
from jaxwire.numerics.programs import quick_jit


class Reading(NamedTuple):
    """Standardised residuals (model - y)/sigma and their derivatives.

    Those of all profiles, group by group, then of currents and voltages, then of priors.

    Attributes:
        residual: shape (n,).
        jacobian: by the coordinates of the optimiser, or by the values of the parameters, shape (n, k).
    """

    residual: Float[Array, "*b n"]
    jacobian: Float[Array, "*b n k"]


def read(layout: FitProgram, model: Model, scale: Float[Array, " k"], u: Float[Array, " k"]) -> Reading:
    """Residuals and Jacobian at the coordinates u of the optimiser."""
    values, slope = values_and_slopes(model.ranges, scale, u)
    found = read_at(layout, model, values)
    return Reading(found.residual, found.jacobian * slope[None, :])


def read_at(layout: FitProgram, model: Model, values: Float[Array, " k"]) -> Reading:
    """Residuals, and their derivatives by the values of the parameters themselves."""
    signals = signals_at(layout.of_signals(), model, values[np.array(layout.solved_for, int)])
    return _standardised(layout, model, values, signals)


def _standardised(
    layout: FitProgram, model: Model, values: Float[Array, " k"], signals: tuple[Signals, ...]
) -> Reading:
    """Residuals and derivatives from what is seen at one row of values."""
    pairs = [_group(layout, model, one, values, seen) for one, seen in zip(model.groups, signals, strict=True)]
    parts = [profiles for profiles, _ in pairs] + [electric for _, electric in pairs if electric is not None]
    if model.priors.numbers:
        parts.append(Reading(model.priors.residual(values), model.priors.jacobian(len(values))))
    residual = jnp.concatenate([part.residual for part in parts])
    jacobian = jnp.concatenate([part.jacobian for part in parts])
    return Reading(residual, jacobian)


def _group(
    layout: FitProgram, model: Model, members: Group, values: Float[Array, " k"], seen: Signals
) -> tuple[Reading, Reading | None]:
    """Profiles, and currents or voltages, of one group."""
    gain, offset = (_of_members(layout, model, members, values, name) for name in ("gain", "offset"))
    columns, electric_columns, slopes = [], [], iter(range(len(layout.solved_for)))
    for place in layout.places:
        if is_linear(place):
            known = seen.profile if is_gain(place) else jnp.ones_like(seen.profile)
            columns.append(known * has_own(layout.places, place, members.numbers)[:, None])
            electric_columns.append(jnp.zeros(len(members.numbers)))
        else:
            index = next(slopes)
            columns.append(gain * seen.slopes[..., index])
            electric_columns.append(None if seen.electric_slopes is None else seen.electric_slopes[:, index])
    weight = jnp.asarray(members.weight)
    residual = (offset + gain * seen.profile - members.y) * weight
    jacobian = jnp.stack(columns, axis=-1) * weight[..., None]
    profiles = Reading(residual.ravel(), jacobian.reshape(residual.size, len(columns)))
    if members.electric is None or seen.electric is None:
        return profiles, None
    weight = jnp.asarray(members.electric.weight)
    residual = (seen.electric - members.electric.value) * weight
    return profiles, Reading(residual, jnp.stack(electric_columns, axis=-1) * weight[:, None])


def _of_members(layout: FitProgram, model: Model, members: Group, values: Float[Array, " k"], name: str) -> Any:
    """Gain or offset of every member of a group, shape (m, 1); a single number where none has its own."""
    if all(owner(place) is None for place in layout.places):
        return getattr(layout.put(model.objects(), values).instrument, name)
    own = (layout.put(model.objects(), values, number).instrument for number in members.numbers)
    return jnp.stack([getattr(instrument, name) for instrument in own])[:, None]


def read_batch(
    layout: FitProgram, model: Model, scale: Float[Array | np.ndarray, "b k"], u: Float[Array | np.ndarray, "b k"]
) -> Reading:
    """`read` for a batch of coordinates."""
    values, slope = rows_and_slopes(model.ranges, scale, u)
    found = read_batch_at(layout, model, values)
    by_coordinates = np.asarray(found.jacobian) * np.asarray(slope)[:, None, :]
    return Reading(found.residual, jnp.asarray(by_coordinates))


def read_batch_at(layout: FitProgram, model: Model, values: Float[Array | np.ndarray, "b k"]) -> Reading:
    """`read_at` for a batch of values, by programs that know no bounds and thus serve fits with any."""
    signals = read_signals(layout, model, values)
    rest = layout._replace(projected=(), profiles=(), is_fast=False)
    return _standardised_rows(rest, model.without_ranges(), values, signals)


@quick_jit
def _standardised_rows(layout: FitProgram, model: Model, values: Any, signals: tuple[Signals, ...]) -> Reading:
    return jax.vmap(lambda values, signals: _standardised(layout, model, values, signals))(jnp.asarray(values), signals)


@quick_jit
def rows_and_slopes(ranges: tuple[AbstractRange, ...], scale: Any, u: Any) -> tuple[Any, Any]:
    """Values of the parameters at rows of coordinates, and their derivatives."""
    return jax.vmap(lambda scale, u: values_and_slopes(ranges, scale, u))(jnp.asarray(scale), jnp.asarray(u))
