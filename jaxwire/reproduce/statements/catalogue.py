"""Every sentence of the paper that states a result, looked up in computed data: seen, seen with a limit, or not seen.

Data come from `operating_points` (one scan), `along_the_wire` (profiles, distributions, readings) and `waves` (sums of
exponentials). The statements are in `emergence` (Secs. III A and B), `left_and_right` and `beyond_the_estimate` (IV A),
`distance` (IV B and C), `observation` (V, App. C) and `other_wires` (App. D). Not among them are definitions,
derivations that lead to what is solved, and sentences about experiments.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from jaxwire.reproduce.statements import (
    along_the_wire,
    beyond_the_estimate,
    distance,
    emergence,
    left_and_right,
    observation,
    other_wires,
    waves,
)
from jaxwire.reproduce.statements.operating_points import solve_groups
from jaxwire.reproduce.statements.statement import SEEN, Data, Statement

if TYPE_CHECKING:
    import xarray


STATEMENTS: tuple[Statement, ...] = (
    *emergence.STATEMENTS,
    *left_and_right.STATEMENTS,
    *beyond_the_estimate.STATEMENTS,
    *distance.STATEMENTS,
    *observation.STATEMENTS,
    *other_wires.STATEMENTS,
)
"""All statements, in the paper's order."""

ALONG: "dict[str, Callable[[], xarray.Dataset]]" = {
    "profiles": along_the_wire.profiles,
    "leaving_right": lambda: along_the_wire.occupations(+1.0, **along_the_wire.BLACK_CURVE),
    "leaving_left": lambda: along_the_wire.occupations(-1.0, **along_the_wire.BLACK_CURVE),
    "spectral": along_the_wire.spectral_currents,
    "conservation": along_the_wire.conservation,
    "readings": along_the_wire.readings,
    "screened": along_the_wire.screened,
    "two_exponentials": waves.two_exponentials,
    "modes": waves.modes,
    "decays": waves.decays,
}
"""Data beside the operating points, by name."""


def compute() -> Data:
    """Compute all data: a minute on two cores, most of it to compile."""
    with ThreadPoolExecutor(1) as other:  # programs compile mostly outside of Python
        groups = other.submit(solve_groups)
        along = {name: make() for name, make in ALONG.items()}
        return groups.result() | along


def look_up(data: Data) -> list[dict[str, str]]:
    """What is seen of every statement, as plain rows: section, place, name, claim, verdict, measured, limit.

    The limit is empty where a statement is seen without one.
    """
    rows = []
    for one in STATEMENTS:
        verdict = one.look(data)
        rows.append(
            {
                "section": one.section,
                "place": one.place,
                "name": one.name,
                "claim": one.claim,
                "verdict": verdict.word,
                "measured": verdict.measured,
                "limit": "" if verdict.word == SEEN else one.limit,
            }
        )
    return rows
