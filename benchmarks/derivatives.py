"""What derivatives and a given current cost, in forward solves, with their errors.

    python -m benchmarks.derivatives [--points 1024] [--repeats 9]

Random points of the promised domain, in the batches of a scan, one thread; four parameters: eps0, Gamma, kT, eV.
The profile is the heating at 64 positions. Errors are against the same derivative on a far finer grid, relative to the
largest of the four; of a given current, that of the current which the voltage found carries. Points differ in how many
evaluations they need; so a given current is also measured one point after the other, and on a map of the resonance at
the conditions of Fig. 3, where points are alike; and where it is beyond what any voltage carries, so that the largest
current is the answer.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import jaxwire as jw
from benchmarks.common import command, deviation, in_micro_batches, in_turn
from benchmarks.points import REFERENCE, TEMPERATURE, VOLTAGE, grid, pairs, sample
from jaxwire.scans.computation.blocks import MICRO_BATCH, SEARCHED
from jaxwire.solver.solve import solve_found
from jaxwire.solver.voltage_search.find_voltage import find_voltage

RESOLUTION = jw.Resolution(64, 24)
X = np.concatenate([-np.geomspace(0.05, 6.0, 32)[::-1], np.geomspace(0.05, 6.0, 32)])
WEIGHT = np.cos(np.arange(64.0))
CHECKED = 64
TOO_MUCH = 10.0
PARAMETERS = ("center", "width", "temperature", "voltage")


def solution(center, width, temperature, voltage, resolution=RESOLUTION, **drive):
    given = drive or {"voltage": voltage}
    dot = jw.Lorentzian(center, width)
    return jw.solve(dot, temperature=temperature, **given, resolution=resolution, error_estimate=False)


def current(parameters, resolution=RESOLUTION):
    return solution(*parameters, resolution).current


def profile(parameters, resolution=RESOLUTION):
    return solution(*parameters, resolution).heating(X).total


def weighted(parameters, resolution=RESOLUTION):
    """One number out of the profile, as a sum of squares is."""
    return jnp.vdot(WEIGHT, profile(parameters, resolution))


def searched(center, width, temperature, given, resolution=RESOLUTION):
    """Voltage at a given current."""
    return find_voltage(jw.Lorentzian(center, width), jw.Wire(), temperature, {"current": given}, resolution)


def largest(center, width, temperature, resolution=RESOLUTION):
    """Largest current, by asking for more than any voltage of this sign carries; NaN where it is not found."""
    return searched(center, width, temperature, jnp.full_like(center, TOO_MUCH), resolution).limit


def solved(center, width, temperature, given, found):
    """Voltage and current of the solution at a given current."""
    dot, drive = jw.Lorentzian(center, width), {"current": given}
    sol = solve_found(dot, jw.Wire(), temperature, drive, found, RESOLUTION, error_estimate=False)
    return sol.voltage, sol.current


def given_current(at_once: int, batch: int):
    """Search and solve as a scan does: many voltages together, then few solutions at once."""
    search, solve = in_micro_batches(searched, at_once), in_micro_batches(solved, batch)
    return jax.jit(lambda *columns: solve(*columns, search(*columns)))


TASKS = {
    "current": (current, None),
    "gradient of the current": (jax.grad(current), "current"),
    "profile": (profile, None),
    "gradient of a number out of the profile": (jax.grad(weighted), "profile"),
    "Jacobian of the profile": (jax.jacfwd(profile), "profile"),
}
"""Function of the four parameters, and the forward solve that it is compared with."""


def measure(points: int, repeats: int) -> list[dict[str, Any]]:
    table = sample(points, seed=11)
    columns = [jnp.asarray([row[name] for row in table]) for name in PARAMETERS]
    programs, errors, bases = {}, {}, {}
    for name, (function, base) in TASKS.items():
        program = in_micro_batches(lambda *row, function=function: function(jnp.stack(row)))
        exact = in_micro_batches(lambda *row, function=function: function(jnp.stack(row), REFERENCE))
        found = np.asarray(program(*columns))[:CHECKED]
        errors[name] = deviation(found, np.asarray(exact(*(column[:CHECKED] for column in columns))))
        programs[name], bases[name] = (lambda program=program: program(*columns)), base
    on_map = [jnp.asarray(column) for column in pairs(grid(points)).T]
    on_map += [jnp.full(len(on_map[0]), value) for value in (TEMPERATURE, VOLTAGE)]
    usual = MICRO_BATCH["cpu"], min(points, SEARCHED["cpu"])
    for where, of, batch, at_once in (
        ("", columns, *usual),
        (" on a map", on_map, *usual),
        (", one by one", columns, 1, 1),
    ):
        forward = in_micro_batches(lambda *row: current(jnp.stack(row)), batch)
        search = given_current(at_once, batch)
        driven = forward(*of)
        base, name = f"current{where}", f"given current{where}"
        programs[base], bases[base] = partial(forward, *of), None
        programs[name], bases[name] = partial(search, *of[:3], driven), base
        again = forward(*of[:3], programs[name]()[0])  # another voltage may carry the same current
        errors[name] = np.abs(np.asarray(again / driven) - 1.0)
        exact = in_micro_batches(lambda *row: current(jnp.stack(row), REFERENCE))(*(column[:CHECKED] for column in of))
        errors[base] = deviation(np.asarray(driven)[:CHECKED], np.asarray(exact))
    program = in_micro_batches(largest, usual[1])
    exact = in_micro_batches(partial(largest, resolution=REFERENCE), CHECKED)
    name = "largest current, beyond which none is carried"
    programs[name], bases[name] = partial(program, *columns[:3]), "current"
    some = exact(*(column[:CHECKED] for column in columns[:3]))
    errors[name] = deviation(np.asarray(programs[name]())[:CHECKED], np.asarray(some))
    times = in_turn(programs, repeats)
    rows = []
    for name, seconds in times.items():
        error = errors[name][np.isfinite(errors[name])]
        rows.append(
            {
                "name": name,
                "microseconds": 1e6 * seconds / points,
                "forward_solves": seconds / times[bases[name]] if bases[name] else None,
                "compared_with": bases[name],
                "error_90_percent": float(np.quantile(error, 0.9)),
                "error_max": float(error.max()),
                "not_found": int(np.sum(~np.isfinite(errors[name]))),
            }
        )
    return rows


if __name__ == "__main__":
    command("derivatives", __doc__, measure, points=1024, repeats=9)
