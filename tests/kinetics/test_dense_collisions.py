"""The independent calculation with two kinds of collisions, where it is known what it must give."""

import dense_collisions
import numpy as np
import pytest
from dense_collisions import Collisions, Reference, nodes_of, solve_dense
from numpy.testing import assert_allclose

import jaxwire as jw

X = np.array([-3.0, -1.0, -0.3, -0.05, 0.05, 0.3, 1.0, 3.0])
CENTER, WIDTH, TEMPERATURE = 1.44, 0.08, 0.3


def todays(voltage: float) -> jw.Solution:
    dot = jw.Lorentzian(CENTER, WIDTH)
    return jw.solve(dot, temperature=TEMPERATURE, voltage=voltage, error_estimate=False)


def dense(sol: jw.Solution, collisions: Collisions) -> Reference:
    """The same point on the nodes of a solution."""
    return solve_dense(lambda e: 1 / (1 + ((e - CENTER) / WIDTH) ** 2), *nodes_of(sol), TEMPERATURE, collisions)


def deviation(found, expected) -> float:
    return float(np.max(np.abs(np.asarray(found) - expected)) / np.max(np.abs(expected)))


@pytest.mark.parametrize("voltage", [0.1, -0.4])
def test_without_collisions_between_electrons_it_is_the_model_of_the_paper(voltage):
    sol = todays(voltage)
    full = dense(sol, Collisions())
    fields, heat = full.fields(X), sol.heating(X)
    # The rule of 38 wavenumbers: 5e-11 in the current when written.
    assert_allclose([sol.current, sol.force], [full.current, full.force], rtol=2e-10)
    assert deviation(sol.potential(X), fields["potential"]) < 2e-10
    assert deviation(heat.scatterer * sol.external_power, fields["scatterer"]) < 2e-10
    assert deviation(heat.buildup * sol.external_power, fields["buildup"]) < 2e-10


@pytest.mark.parametrize("rate", [0.1, 1.0, 30.0])
def test_conserving_momentum_changes_nothing_but_the_force(rate):
    with_, without = (dense(todays(0.1), Collisions(1.0, rate, conserves)) for conserves in (True, False))
    # Rounding, magnified by least squares: 1.5e-12 at the largest rate.
    assert_allclose(with_.current, without.current, rtol=1e-11)
    assert_allclose(without.force, (1 + rate) * with_.force, rtol=1e-11)
    kept = with_.fields(X)
    assert deviation(kept.pop("drift"), with_.force * np.ones(X.size)) < 1e-10  # uniform: F tau_ep, u in mu0/pF
    for name, field in kept.items():
        assert deviation(without.fields(X)[name], field) < 1e-10, name  # the same: 2e-11


@pytest.mark.parametrize("collisions", [Collisions(1.0, 1.0), Collisions(1.0, 10.0, conserves_momentum=False)])
def test_heat_to_the_phonons_follows_the_temperature_of_the_electrons_and_the_potential(collisions):
    full = dense(todays(0.4), collisions)
    fields, wire = full.fields(X), full.wires[0]
    weight = wire.nodes.weight / np.sqrt(wire.nodes.energy) * wire.thermal
    mean = weight @ wire.nodes.energy / np.sum(weight)
    exchange, charge = 2 * weight @ (wire.nodes.energy - mean) ** 2, 2 * weight @ wire.nodes.energy
    # Section 5, exact for constant rates: energy goes to the phonons as fast as they take any. 3e-13 when written.
    assert deviation(fields["scatterer"], exchange * fields["electron_temperature"] / TEMPERATURE) < 1e-11
    assert deviation(fields["scatterer"], -charge * fields["potential"]) < 1e-11


@pytest.mark.parametrize("wrong", ["energy", "momentum"])
def test_comparison_sees_collisions_that_do_not_conserve(wrong, monkeypatch):
    right = dense_collisions.Integral.averages

    def wrong_averages(self, onward, back, warmth, **options):
        mu_p, electrons = right(self, onward, back, warmth, **options)
        size = {"energy": [0, 0.001, 0], "momentum": [0, 0, 0.001]}[wrong]
        return mu_p, electrons + 1j * electrons.imag * np.array(size)[:, None]

    full = dense(todays(0.1), Collisions(1.0, 1.0))
    monkeypatch.setattr(dense_collisions.Integral, "averages", wrong_averages)
    other = dense(todays(0.1), Collisions(1.0, 1.0))
    if wrong == "momentum":  # which goes into the force alone
        assert abs(other.force / full.force - 1) > 1e-4
    else:
        assert deviation(other.fields(X)["scatterer"], full.fields(X)["scatterer"]) > 1e-5
