"""Rung d: the reduced matching against the full system of App. B, and secular roots against dense diagonalisation."""

import functools
from typing import NamedTuple

import full_system
import jax.numpy as jnp
import numpy as np
import pytest
from full_system import Nodes, Reference, dense_modes, dense_rates, solve_full_system
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics.eigenmodes.modes import half_wire_modes
from jaxwire.model.wires.relaxation import AbstractRelaxation

X = np.array([-3.0, -1.0, -0.3, -0.1, -0.05, 0.05, 0.1, 0.3, 1.0, 3.0])


class PeakedMeanFreePath(AbstractRelaxation):
    """tau = 2/(1 + eps): the mean free path is longest at the Fermi energy, so that its poles need sorting."""

    def relaxation_time(self, energy, momentum=None):
        """Relaxation time in units of its value at the Fermi energy."""
        return 2.0 / (1.0 + energy)


PLAIN = (jw.Wire(), full_system.Material(0.3))
GENERAL = (
    jw.Wire(relaxation=PeakedMeanFreePath(), screening=jw.LocalScreening(strength=0.7)),
    full_system.Material(0.3, lambda energy: 2 / (1 + energy), 0.7),
)


class Point(NamedTuple):
    """An operating point; `width` = None stands for a transmission that is `center` at every energy."""

    center: float
    voltage: float
    temperature: float
    width: float | None = 0.08
    is_general: bool = False


FIGURES = [Point(center, voltage, 0.3) for center in (0.64, 1.44) for voltage in (0.1, 0.4)]
"""The dots of the paper's Figs. 3, 4 and of its tables at kT = 0.3."""

ELSEWHERE = [
    Point(1.44, 0.1, 0.1),
    Point(1.44, 0.4, 0.7),
    Point(0.64, 1.5, 0.5, width=0.3),
    Point(1.44, 0.001, 0.3),
    Point(0.4, 0.3, 0.3, width=None),
]
"""Colder, hotter, far from equilibrium, near it, and half open at every energy."""

NEGATIVE = [Point(1.44, -0.4, 0.3), Point(1.0, -1.2, 0.7, width=0.3)]
"""The step on the other side: the left wire has the lower band."""

GENERAL_WIRE = [Point(1.44, 0.4, 0.3, is_general=True), Point(0.64, -0.4, 0.5, is_general=True)]


@functools.cache
def both(point: Point) -> tuple[jw.Solution, Reference]:
    """One operating point on the same nodes by the reduced and by the full system."""
    wire, material = GENERAL if point.is_general else PLAIN
    if point.width is None:
        scatterer, transmission = jw.Constant(point.center), lambda energy: np.full_like(energy, point.center)
    else:
        scatterer = jw.Lorentzian(point.center, point.width)
        transmission = lambda energy: 1 / (1 + ((energy - point.center) / point.width) ** 2)  # noqa: E731
    sol = jw.solve(scatterer, wire, temperature=point.temperature, voltage=point.voltage, error_estimate=False)
    halves = [side.half for side in (sol.flow.upper, sol.flow.lower)[:: 1 if point.voltage >= 0 else -1]]
    nodes = [Nodes(np.asarray(half.energy), np.asarray(half.weight)) for half in halves]
    return sol, solve_full_system(transmission, *nodes, material._replace(temperature=point.temperature))


def largest_deviation(sol: jw.Solution, full: Reference) -> float:
    """Largest difference in I, F, both potentials and both parts of the heating, each relative to its largest value."""
    heat = sol.heating(X)
    found = [sol.current, sol.force, np.array([sol.potential_left, sol.potential_right]), heat.scatterer, heat.buildup]
    expected = [full.current, full.force, full.potentials, *full.heating(X)]
    return max(float(np.max(np.abs(a - b)) / np.max(np.abs(b))) for a, b in zip(found, expected, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("point", FIGURES + ELSEWHERE + NEGATIVE + GENERAL_WIRE, ids=str)
def test_reduced_system_gives_the_numbers_of_the_full_one(point):
    sol, full = both(point)
    # The redundant equation holds to the error of the Drude sums, rounding on these grids (2e-14 when written).
    assert full.residual < 1e-12
    # Rounding, magnified by the condition number of dense modes and least squares: 7e-12 at worst when written.
    assert largest_deviation(sol, full) < 1e-10


def test_reduced_system_gives_the_numbers_of_the_full_one_without_any_barrier():
    sol, full = both(Point(1.0, 0.3, 0.3, width=None))
    # Only reflection below the step resists the current: j is nearly a null vector, which costs both sides two digits
    # more (1e-10 when written).
    assert largest_deviation(sol, full) < 1e-8


@pytest.mark.parametrize("wrong", ["drude", "potential", "mode current"])
def test_comparison_sees_a_wrong_sign(wrong, monkeypatch):
    right = full_system._directions

    def wrong_directions(wire):
        if wrong == "potential":
            return right(wire._replace(potential=-wire.potential))
        if wrong == "mode current":
            return right(wire._replace(side=-wire.side))
        plus, minus = right(wire)
        plus[:, -1], minus[:, -1] = -plus[:, -1], -minus[:, -1]
        return plus, minus

    point = FIGURES[0]
    monkeypatch.setattr(full_system, "_directions", wrong_directions)
    sol, full = both.__wrapped__(point)
    assert largest_deviation(sol, full) > 1e-2  # the test above would fail by eight orders of magnitude


def test_secular_roots_are_the_eigenvalues_of_the_dense_matrix():
    points, weights = np.polynomial.legendre.leggauss(60)
    mean_free_path, share = 1.2 + points, weights * np.exp(-points)
    modes = half_wire_modes(jnp.asarray(mean_free_path), jnp.asarray(share))
    assert modes.converged
    # The dense eigensolver errs by rounding times the largest 1/l^2 = 25, relative to the smallest kappa^2 = 0.24.
    assert_allclose(modes.rate, dense_rates(mean_free_path, share / share.sum()), rtol=1e-12)


@pytest.mark.parametrize("point", [FIGURES[3], ELSEWHERE[0], ELSEWHERE[3]], ids=str)
def test_secular_roots_are_the_dense_decay_lengths_on_the_nodes_of_the_solver(point):
    sol, _ = both(point)
    half, modes = sol.flow.lower.half, sol.flow.lower.modes
    mean_free_path, share = np.asarray(half.mean_free_path), np.asarray(half.momentum_weight * half.collision_average())
    # Singular values err by rounding times the largest one, about 4 vF tau0; the smallest is 7e-9 to 7e-7 here. The
    # 20 slowest modes are longer than 0.5.
    reference = dense_modes(mean_free_path, share)[0]
    assert_allclose(1 / modes.rate, 1 / reference, rtol=0, atol=1e-14)
    assert_allclose(modes.rate[:20], reference[:20], rtol=1e-13)
