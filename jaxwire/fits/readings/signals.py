"""What an instrument sees of the wire, and how that changes with free parameters: the kernel of a fit.

The solver is linearised at an operating point, and the parameters are gone through one after the other, so that memory
does not grow with their number. Readings, gain, offset, weights and priors have no part in it: a program serves all
fits in which the wire is solved for the same numbers.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from jaxwire.fits.parameters.stretch import in_true_units, signal_unit
from jaxwire.fits.readings.fixed_nodes import FixedNodes, can_fix, is_too_narrow
from jaxwire.fits.readings.groups import Group
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.model.parameters.names import Objects
from jaxwire.model.units.scale import QUANTITIES
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import QUICK, Alike, compiled, inlined
from jaxwire.solver.solve import solve

OFTEN = 5000
"""Profiles worked out by a program that compiles in 2 s and takes 1.8 ms for each, after which fits begin with one that
takes 8 s and 0.5 ms: its compiling then costs what it would have saved, as about ten fits of one profile do (1.5 s for
each, and then 0.7). A fit stays with what it has begun with, so that its digits do not depend on which thread came
first."""

READINGS_OF_A_START = 35
"""Places at which a fit works out every profile, for each of its starts (30 to 37 as measured): 8 to choose it, and as
many as it takes to the minimum and to look beside it."""


class Signals(NamedTuple):
    """What is seen of m measurements of one group, in any number of rows of d values, and its derivatives by these.

    Attributes:
        profile: what the instrument reads before gain and offset, shape (m, n).
        electric: current or voltage, shape (m,); None where nothing was measured.
        slopes: of `profile`, shape (m, n, d).
        electric_slopes: of `electric`, shape (m, d).
        too_narrow: whether slopes are at fixed nodes, and not accurate there, shape (m,).
    """

    profile: Float[Array, "*b m n"]
    electric: Float[Array, "*b m"] | None
    slopes: Float[Array, "*b m n d"]
    electric_slopes: Float[Array, "*b m d"] | None
    too_narrow: Bool[Array, "*b m"]


@inlined
def signals_at(layout: FitProgram, model: Model, values: Float[Array, " d"]) -> tuple[Signals, ...]:
    """Signals of every group, at values of parameters of which none is a gain or an offset."""
    return tuple(_signals_of(layout, model, one, values) for one in model.groups)


def _signals_of(layout: FitProgram, model: Model, members: Group, values: Float[Array, " d"]) -> Signals:
    def one(number, temperature, value, x):
        def signal(values):
            objects = layout.put(model.objects(temperature=temperature, **{members.drive: value}), values, number)
            found = true_signal(objects, layout, values, x)
            return (found.profile, None if members.electric is None else found.electric), found.too_narrow

        seen, change, too_narrow = jax.linearize(signal, values, has_aux=True)
        columns = [change(direction) for direction in np.eye(values.size)]
        slopes = jax.tree.map(lambda part, *each: jnp.stack(each, axis=-1) if each else _none_of(part), seen, *columns)
        return *seen, *slopes, too_narrow

    by_member = _alone if len(members.numbers) == 1 else jax.lax.map
    numbers = jnp.asarray(members.numbers)
    arguments = numbers, members.temperature, members.value, jnp.asarray(members.x)
    return Signals(*by_member(lambda member: one(*member), arguments))


def _none_of(part: Array) -> Float[Array, "*n 0"]:
    return jnp.zeros((*part.shape, 0))


def _alone(function: Callable[[Any], Any], members: Any) -> Any:
    """`jax.lax.map` over one member: a loop would be traced once more for every batch around it."""
    found = function(jax.tree.map(lambda part: part[0], members))
    return jax.tree.map(lambda part: part[None], found)


class TrueSignal(NamedTuple):
    """What is seen of one measurement, in nominal units.

    Attributes:
        profile: what the instrument reads before gain and offset, shape (n,).
        electric: the voltage where the current is given, else the current.
        too_narrow: whether derivatives are at fixed nodes, and not accurate there.
    """

    profile: Float[Array, " n"]
    electric: Scalar
    too_narrow: Bool[Array, ""]


def true_signal(objects: Objects, layout: FitProgram, values: Any, x: Float[Array, " n"]) -> TrueSignal:
    """Solve the wire of objects in nominal units.

    Args:
        objects: with the values found, and an operating point.
        layout: knows which natural units are free.
        values: of the free parameters.
        x: positions, in nominal units.
    """
    stretch = layout.stretch(values)
    (scatterer, wire, instrument, point), factor = in_true_units(objects, stretch)
    too_narrow = jnp.asarray(False)
    if layout.fixes_nodes:
        scatterer, too_narrow = FixedNodes(scatterer), is_too_narrow(scatterer)
    sol = solve(scatterer, wire, **point, resolution=layout.resolution, error_estimate=False)
    name = "voltage" if "current" in point else "current"
    electric = getattr(sol, name)
    if not stretch:
        return TrueSignal(instrument.signal(sol, x - instrument.position), electric, too_narrow)
    signal = instrument.signal(sol, x * factor("vF tau0") - instrument.position)
    return TrueSignal(signal / factor(signal_unit(instrument)), electric / factor(QUANTITIES[name][0]), too_narrow)


def read_signals(layout: FitProgram, model: Model, values: Float[Array | np.ndarray, "b k"]) -> tuple[Signals, ...]:
    """`signals_at` for rows of values of all parameters, by programs that are kept.

    Slopes are those at fixed nodes where these are accurate; a row in which they are not is read again.
    """
    kind, model, rows = layout.of_signals(), model.of_signals(), np.asarray(values)[:, layout.solved_for]
    _profiles[Alike((kind, model)).structure] += len(np.unique(rows, axis=0)) * _number_of_profiles(model)
    read = _read_batch if layout.is_fast else _read_each
    found = read(kind._replace(fixes_nodes=can_fix(model.scatterer, layout.resolution)), model, rows)
    again = np.any(np.concatenate([one.too_narrow for one in found], axis=1), axis=1)
    if not np.any(again):
        return found
    exact = read(kind, model, rows)
    return jax.tree.map(lambda new, old: np.where(again.reshape(-1, *(1,) * (new.ndim - 1)), new, old), exact, found)


def _read_each(layout: FitProgram, model: Model, rows: Float[np.ndarray, "b d"]) -> tuple[Signals, ...]:
    """Row by row: a program for one is compiled in less time, and on a CPU runs no slower than that for a batch would.

    Rows that fill a batch up repeat the last one; they are not worked out again.
    """
    if jax.default_backend() != "cpu":
        return _read_batch_quickly(layout, model, rows)
    found: list[tuple[Signals, ...]] = []
    for index, row in enumerate(rows):
        is_repeated = index > 0 and np.array_equal(row, rows[index - 1])
        found.append(found[-1] if is_repeated else _read_row(layout, model, row))
    return jax.tree.map(lambda *parts: np.stack(parts), *found)


def _signals_of_rows(layout: FitProgram, model: Model, rows: Float[Array | np.ndarray, "b d"]) -> tuple[Signals, ...]:
    return jax.vmap(lambda row: signals_at(layout, model, row))(jnp.asarray(rows))


def pays_to_be_fast(layout: FitProgram, model: Model, starts: int) -> bool:
    """Whether a fit from so many starts takes so many profiles, with those so far, that it better be fast."""
    program = layout.of_signals(), model.of_signals()
    expected = READINGS_OF_A_START * starts * _number_of_profiles(model)
    return _profiles[Alike(program).structure] + expected > OFTEN


def _number_of_profiles(model: Model) -> int:
    return sum(len(one.numbers) for one in model.groups)


_profiles: Counter[Any] = Counter()
_read_row = compiled(signals_at, QUICK)
_read_batch_quickly, _read_batch = compiled(_signals_of_rows, QUICK), compiled(_signals_of_rows)
