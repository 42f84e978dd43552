"""What an instrument sees of the wire, and how that changes with free parameters: the kernel of a fit.

Derivatives by the parameters are taken forward through the solver, one direction each, operating point by operating
point, so that memory does not grow with their number. Readings, gain, offset, weights and priors have no part in it: a
program serves all fits in which the wire is solved for the same numbers.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jaxwire.fits.parameters.stretch import in_true_units, signal_unit
from jaxwire.fits.readings.groups import Group
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.model.parameters.names import Objects
from jaxwire.model.units.scale import QUANTITIES
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import QUICK, Alike, compiled
from jaxwire.solver.solve import solve

OFTEN = 500
"""Profiles worked out by a program that compiles in 3 s and reads four rows of one in 9 ms, after which fits begin with
one that takes 10 s and 3 ms. A fit stays with what it has begun with, so that its digits do not depend on which thread
came first."""


class Signals(NamedTuple):
    """What is seen of m measurements of one group, in b rows of d values, and its derivatives by these.

    Attributes:
        profile: what the instrument reads before gain and offset, shape (b, m, n).
        electric: current or voltage, shape (b, m); None where nothing was measured.
        slopes: of `profile`, shape (b, m, n, d).
        electric_slopes: of `electric`, shape (b, m, d).
    """

    profile: Float[Array, "*b m n"]
    electric: Float[Array, "*b m"] | None
    slopes: Float[Array, "*b m n d"]
    electric_slopes: Float[Array, "*b m d"] | None


def signals_at(layout: FitProgram, model: Model, values: Float[Array, "b d"]) -> tuple[Signals, ...]:
    """Signals of every group at rows of values, none of them a gain or an offset.

    Rows are a batch inside of the derivatives: around them, each derivative would be made a batch a second time.
    """
    return tuple(_signals_of(layout, model, one, values) for one in model.groups)


def _signals_of(layout: FitProgram, model: Model, members: Group, values: Float[Array, "b d"]) -> Signals:
    n_rows, n_directions = values.shape
    directions = jnp.broadcast_to(jnp.eye(n_directions)[:, None, :], (n_directions, n_rows, n_directions))

    def one(number, temperature, value, x):
        def signal(values):
            objects = layout.put(model.objects(temperature=temperature, **{members.drive: value}), values, number)
            found = true_signal(objects, layout, values, x)
            return found.profile, None if members.electric is None else found.electric

        rows = jax.vmap(signal)
        if n_directions == 0:
            found = rows(values)
            return found, jax.tree.map(lambda part: jnp.zeros((0, *part.shape)), found)
        return jax.vmap(lambda change: jax.jvp(rows, (values,), (change,)), out_axes=(None, 0))(directions)

    by_member = _alone if len(members.numbers) == 1 else jax.lax.map
    numbers = jnp.asarray(members.numbers)
    (profile, electric), (slopes, electric_slopes) = by_member(
        lambda member: one(*member), (numbers, members.temperature, members.value, jnp.asarray(members.x))
    )
    found = Signals(profile, electric, *jax.tree.map(lambda part: jnp.moveaxis(part, 1, -1), (slopes, electric_slopes)))
    return jax.tree.map(lambda part: jnp.moveaxis(part, 1, 0), found)


def _alone(function: Callable[[Any], Any], members: Any) -> Any:
    """`jax.lax.map` over one member: a loop would be traced once more for every batch around it."""
    found = function(jax.tree.map(lambda part: part[0], members))
    return jax.tree.map(lambda part: part[None], found)


class TrueSignal(NamedTuple):
    """What is seen of one measurement, in nominal units.

    Attributes:
        profile: what the instrument reads before gain and offset, shape (n,).
        electric: the voltage where the current is given, else the current.
    """

    profile: Float[Array, " n"]
    electric: Scalar


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
    sol = solve(scatterer, wire, **point, resolution=layout.resolution, error_estimate=False)
    name = "voltage" if "current" in point else "current"
    electric = getattr(sol, name)
    if not stretch:
        return TrueSignal(instrument.signal(sol, x - instrument.position), electric)
    signal = instrument.signal(sol, x * factor("vF tau0") - instrument.position)
    return TrueSignal(signal / factor(signal_unit(instrument)), electric / factor(QUANTITIES[name][0]))


def read_signals(layout: FitProgram, model: Model, values: Float[Array | np.ndarray, "b k"]) -> tuple[Signals, ...]:
    """`signals_at` for rows of values of all parameters, by a program that is kept."""
    program = layout.of_signals(), model.of_signals()
    _profiles[Alike(program).structure] += sum(len(one.numbers) for one in model.groups)
    return (_read_fast if layout.is_fast else _read)(*program, jnp.asarray(np.asarray(values)[:, layout.solved_for]))


def has_run_often(layout: FitProgram, model: Model) -> bool:
    """Whether signals of this kind have been worked out so often that a faster program pays."""
    return _profiles[Alike((layout.of_signals(), model.of_signals())).structure] > OFTEN


_profiles: Counter[Any] = Counter()
_read, _read_fast = compiled(signals_at, QUICK), compiled(signals_at)
