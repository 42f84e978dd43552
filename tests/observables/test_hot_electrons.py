"""Hot-electron diffusion, the limit of electrons that collide with each other very often."""

from collections.abc import Callable

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw

T = 0.3


def wire(rate: float, **options) -> jw.Wire:
    return jw.Wire(electron_electron=jw.ElectronElectron(rate=rate, **options))


def varying(rate: float) -> jw.Wire:
    """A wire all of whose times depend on energy, in a band that is not parabolic."""
    collisions = jw.ElectronElectron(rate=rate, relaxation=jw.PowerLaw(-1.0))
    return jw.Wire(relaxation=jw.PowerLaw(-0.5), dispersion=jw.Kane(0.3), electron_electron=collisions)


def both(
    dot: jw.AbstractScatterer, rate: float, voltage: float, of_rate: Callable[[float], jw.Wire] = wire
) -> tuple[jw.HotElectrons, jw.Solution]:
    given = {"temperature": T, "voltage": voltage}
    return jw.hot_electrons(dot, of_rate(rate), **given), jw.solve(dot, of_rate(rate), **given, error_estimate=False)


@pytest.mark.parametrize(("voltage", "of_rate"), [(0.1, wire), (-0.4, wire), (0.4, varying)])
def test_a_tunnelling_wire_tends_to_it_as_the_time_does(voltage, of_rate):
    errors = []
    for rate in (1e2, 1e3, 1e4):
        hot, sol = both(jw.Constant(1e-8), rate, voltage, of_rate)
        x = float(hot.healing_length) * np.array([-3.0, -1.0, 1.0, 3.0])  # beyond the mean free path
        assert_allclose(hot.current, sol.current, rtol=1e-7)  # the transmission
        found = [hot.electron_temperature(x), hot.potential(x), hot.scatterer_heating(x)]
        exact = [sol.electron_temperature(x), sol.potential(x), sol.heating(x).scatterer * sol.external_power]
        errors.append([np.max(np.abs(np.asarray(a) / b - 1)) for a, b in zip(found, exact, strict=True)])
    # physics-collisions.md, section 5: second order in l/L_h, that is first order in the time.
    assert np.all(np.array(errors[0]) < 0.03)
    assert_allclose(np.array(errors[0]) / errors[1], 10, rtol=0.1)
    assert_allclose(np.array(errors[1]) / errors[2], 10, rtol=0.1)


def test_what_passes_the_scatterer_is_first_order_in_its_transmission():
    # There the error is T_max itself (the same section): electrons meet a scatterer between two wires, not reservoirs.
    errors = [
        float(abs(hot.current / sol.current - 1)) for hot, sol in (both(jw.Constant(t), 1e4, 0.1) for t in (1e-4, 1e-6))
    ]
    assert_allclose(errors, [1.06e-4, 1.06e-6], rtol=0.05)


def test_its_coefficients_are_those_of_the_wire_and_heat_is_kept():
    dot, rate = jw.Lorentzian(1.44, 0.08), 100.0
    hot = jw.hot_electrons(dot, wire(rate), temperature=T, voltage=0.4)
    general = jw.hot_electrons(dot, varying(rate), temperature=T, voltage=0.4)
    assert_allclose(general.healing_length, varying(rate).healing_length(T), rtol=1e-7)  # fractional powers of energy
    assert_allclose(hot.healing_length, wire(rate).healing_length(T), rtol=1e-9)  # two quadrature rules
    assert_allclose(hot.conductance, wire(rate).electron_phonon_conductance(T), rtol=1e-9)
    assert_allclose(hot.heat_conductance, wire(rate).electron_heat_conductance(T), rtol=1e-9)
    lost = hot.conductance / T * hot.healing_length * (hot.excess_left + hot.excess_right)
    assert_allclose(lost, hot.current * 0.4, rtol=1e-12)  # rounding


def test_momentum_that_is_lost_changes_the_force_alone():
    kept, lost = (
        jw.hot_electrons(jw.Constant(0.1), wire(9.0, conserves=name), temperature=T, voltage=0.1)
        for name in ("momentum", "energy")
    )
    assert_allclose(kept.electron_temperature([-0.1, 0.1]), lost.electron_temperature([-0.1, 0.1]), rtol=1e-12)
    assert_allclose(lost.force, 10 * kept.force, rtol=1e-12)


def test_derivatives_by_the_rate_exist_in_both_modes():
    @jw.quick_jit
    def warmth(rate):
        return jw.hot_electrons(jw.Constant(0.1), wire(rate), temperature=T, voltage=0.1).excess_right

    step = 1e-5
    difference = (warmth(9.0 + step) - warmth(9.0 - step)) / (2 * step)
    slopes = [jw.quick_jit(mode(warmth))(9.0) for mode in (jax.jacfwd, jax.jacrev)]
    assert_allclose(slopes, difference, rtol=1e-6)  # of differences


@pytest.mark.parametrize("other", [jw.Wire(), jw.Wire(phonons=jw.Phonons(1.0, 1.0))], ids=str)
def test_wires_without_such_electrons_are_refused(other):
    with pytest.raises(ValueError, match="`wire` must have electron_electron"):
        jw.hot_electrons(jw.Constant(0.1), other, temperature=T, voltage=0.1)


def test_a_wire_that_is_not_neutral_is_refused():
    """Its potential would be that of a neutral one."""
    other = jw.Wire(electron_electron=jw.ElectronElectron(rate=9.0), screening=jw.LocalScreening(0.5))
    with pytest.raises(ValueError, match=r"^`wire` must be Electroneutral\(\) .*, got LocalScreening"):
        jw.hot_electrons(jw.Constant(0.1), other, temperature=T, voltage=0.1)
