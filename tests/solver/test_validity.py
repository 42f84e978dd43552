"""What the model takes to be small, and whether a solution says that it is not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.solver.validity import FLAGS, SMALL

DOT = jw.Lorentzian(1.44, 0.08)


def solved(scatterer=DOT, temperature=0.3, voltage=0.1, wire=None):
    return jw.solve(scatterer, wire, temperature=temperature, voltage=voltage, error_estimate=False)


def test_the_papers_figures_are_inside_the_linear_theory():
    # ../shared/physics-collisions.md, section 2: P_ext heats the electrons of Fig. 3 by 3e-5 to 2e-4 of T
    for temperature, lowest, highest in ((0.3, 1e-4, 2e-4), (0.7, 2e-5, 4e-5)):
        found = solved(temperature=temperature).validity
        assert bool(found.ok) and int(found.flags) == 0 and str(found) == "inside the model's validity"
        assert lowest < float(found.self_heating) < highest


def test_the_numbers_are_those_of_the_solution_in_units_of_the_temperature():
    sol = solved(wire=jw.Wire(relaxation=jw.PowerLaw(-0.5)))
    found = sol.validity
    faces = [float(value) for value in (sol.potential_left, sol.potential_right)]
    assert_allclose(found.potential, max(map(abs, faces)) / 0.3, rtol=1e-14)
    assert_allclose(found.force, float(sol.force) / 0.3, rtol=1e-14)
    shifts = np.abs(np.asarray(sol.chemical_potential([-0.0, 0.0])))
    assert_allclose(found.chemical_potential, shifts.max() / 0.3, rtol=1e-12)  # a sum over modes, in another order
    assert float(found.chemical_potential) != float(found.potential)  # tau depends on the energy


def test_self_heating_is_joule_heat_over_the_conductance_to_the_phonons():
    # G = 2 int d(eps)/v f0' (eps - <eps>)^2 with v = sqrt(eps) and tau = 1; substituting eps = p^2
    sol = solved()
    p = np.linspace(0.0, np.sqrt(1 + 60 * 0.3), 400_001)[1:]
    thermal = 1 / (4 * 0.3 * np.cosh((p**2 - 1) / 0.6) ** 2)
    mean = np.trapezoid(thermal * p**2, p) / np.trapezoid(thermal, p)
    conductance = 4 * np.trapezoid(thermal * (p**2 - mean) ** 2, p)
    assert_allclose(sol.validity.self_heating, float(sol.external_power) / conductance, rtol=1e-5)  # the band bottom


@pytest.mark.parametrize(
    ("scatterer", "temperature", "voltage", "strained"),
    [
        (jw.Lorentzian(1.0, 0.3), 0.05, 0.4, {"potential", "chemical_potential", "force", "self_heating"}),
        (jw.Constant(0.95), 0.3, 0.1, {"force", "self_heating"}),  # it hardly reflects
        (jw.QuantumPointContact([0.8], 0.1), 0.3, -0.1, {"force"}),
    ],
)
def test_what_is_not_small_is_named_and_the_numbers_are_kept(scatterer, temperature, voltage, strained):
    sol = solved(scatterer, temperature, voltage)
    found = sol.validity
    assert {name for n, name in enumerate(FLAGS) if int(found.flags) >> n & 1} == strained
    assert {name for name in FLAGS[:-1] if float(getattr(found, name)) > SMALL} == strained
    assert bool(sol.status.ok) and np.isfinite(float(sol.current)) and not bool(found.ok)
    assert str(found).startswith("outside the linear theory: ") and str(found) in str(sol)


def test_a_current_against_the_voltage_is_said():
    sol = solved(jw.Constant(0.9), 0.1, 0.8)  # behind the pole of I(V)
    assert float(sol.current) < 0 < float(sol.voltage)
    assert bool(sol.validity.against_voltage) and "the current flows against the voltage" in str(sol.validity)
    mirrored = solved(jw.Constant(0.9), 0.1, -0.8)
    assert float(mirrored.current) > 0 and bool(mirrored.validity.against_voltage)


def test_batches_and_scans_have_flags_of_every_point():
    voltages = jnp.asarray([0.01, 0.1])
    batch = jax.jit(jax.vmap(lambda v: solved(jw.Constant(0.95), voltage=v)))(voltages)
    single = [solved(jw.Constant(0.95), voltage=v).validity for v in voltages.tolist()]
    assert batch.validity.flags.tolist() == [int(one.flags) for one in single] == [4, 12]
    assert str(batch.validity) == "2 x force; 1 x self_heating"
    ds = jw.scan(jw.Constant(0.95), axes={"voltage": voltages}, temperature=0.3, observables=["validity"])
    assert ds.validity.values.tolist() == [4, 12]
    assert ds.validity.attrs["flag_meanings"].split() == list(FLAGS)
    assert list(ds.validity.attrs["flag_masks"]) == [1, 2, 4, 8, 16]


def test_where_nothing_is_known_nothing_is_flagged():
    failed = jax.jit(lambda width: solved(jw.Lorentzian(1.44, width)))(-1.0)
    assert not bool(failed.status.ok) and bool(failed.validity.ok)


def test_the_heating_at_the_scatterer_is_nan_and_said_but_its_finite_parts_are_there():
    sol = solved()
    with pytest.warns(UserWarning, match="`x` has 0 in it, where the heating diverges as log"):
        heat = sol.heating(np.linspace(-5, 5, 201))
    is_zero = np.arange(201) == 100
    np.testing.assert_array_equal(np.isnan(heat.total), is_zero)
    np.testing.assert_array_equal(np.isnan(heat.buildup), is_zero)
    assert np.all(np.isfinite(heat.scatterer)) and np.all(np.isfinite(heat.external))
