"""The energy grid follows the transmission: what passes far above the Fermi energy is counted, or said to be missing.

Where T << 1 the wires do not change the current, which is then that of Landauer theory: integrals by mpmath with 40
digits, whose intervals end where T and the Fermi functions change.
"""

import jax
import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics.energy_range import FARTHEST
from jaxwire.solver.status import Outcome

POSITIONS = [-1.0, -0.05, 0.05, 1.0]


def opening(height, decay):
    return lambda energy: 1 / (1 + mp.exp((height - energy) / mp.mpf(decay)))


def landauer_current(transmission, temperature, voltage, edges):
    """Landauer current with exact tails; `edges` are pairs (energy, width) where T changes."""
    t, v = mp.mpf(temperature), mp.mpf(voltage)
    cuts = [mp.mpf(0)] + [1 + t * k for k in range(-20, 200, 4)] + [1 - v + t * k for k in range(-20, 20, 4)]
    cuts += [mp.mpf(energy) + mp.mpf(width) * k for energy, width in edges for k in range(-40, 41, 4)]

    def integrand(e):
        return transmission(e) * (1 / (mp.exp((e - 1) / t) + 1) - 1 / (mp.exp((e + v - 1) / t) + 1))

    with mp.workdps(40):
        cuts = sorted({cut for cut in cuts if cut >= 0})
        unit = max(integrand(cut) for cut in cuts)  # mpmath's tolerance is absolute
        return unit * mp.quad(lambda e: integrand(e) / unit, cuts, maxdegree=7)


BARRIERS = {
    "tunnel barrier": (jw.TunnelBarrier(2.0, 0.005), opening(2.0, 0.005), [(2.0, 0.005)], 0.03, 0.1),
    "higher and smoother": (jw.TunnelBarrier(3.0, 0.05), opening(3.0, 0.05), [(3.0, 0.05)], 0.05, 0.1),
    "hardly any electron": (jw.TunnelBarrier(3.3, 0.002), opening(3.3, 0.002), [(3.3, 0.002)], 0.02, 0.3),
    "point contact": (
        jw.QuantumPointContact([2.5], 0.02),
        opening(2.5, 0.02 / (2 * np.pi)),
        [(2.5, 0.003)],
        0.04,
        0.2,
    ),
    "function with scales": (
        jw.Function(lambda e: jax.nn.sigmoid((e - 3.0) / 0.01), scales=[(3.0, 0.03)]),
        opening(3.0, 0.01),
        [(3.0, 0.01)],
        0.05,
        0.1,
    ),
}


@pytest.mark.parametrize("name", BARRIERS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_what_passes_far_above_the_fermi_energy_is_counted(name, sign):
    scatterer, transmission, edges, temperature, voltage = BARRIERS[name]
    if sign < 0:  # T is a function of the left kinetic energy, of which the right wire's electrons have V less here
        shifted, lower = transmission, [(energy - voltage, width) for energy, width in edges]
        exact = landauer_current(lambda e: shifted(e + voltage), temperature, voltage, lower)
    else:
        exact = landauer_current(transmission, temperature, voltage, edges)
    sol = jw.solve(scatterer, temperature=temperature, voltage=sign * voltage)
    assert bool(sol.status.ok) or float(sol.error_estimate) > 1e-4
    bound = max(float(sol.error_estimate), 1e-9)
    assert bound < 1e-2
    assert_allclose(sign * float(sol.current), float(exact), rtol=bound)
    landauer = jw.landauer(scatterer, temperature=temperature, voltage=sign * voltage)
    assert_allclose(sign * float(landauer.current), float(exact), rtol=1e-6)  # the promise of the default grid


def test_what_is_not_resolved_up_there_says_so():
    """Nothing tells the grid where this T changes."""
    sol = jw.solve(jw.Function(lambda e: jax.nn.sigmoid((e - 3.0) / 0.01)), temperature=0.05, voltage=0.1)
    exact = landauer_current(opening(3.0, 0.01), 0.05, 0.1, [(3.0, 0.01)])
    error = abs(float(sol.current) / float(exact) - 1.0)
    assert int(sol.status) == Outcome.INACCURATE and error < float(sol.error_estimate)


@pytest.mark.parametrize(
    ("scatterer", "temperature", "voltage"),
    [
        (jw.TunnelBarrier(3.3, 1.4e-4), 0.0115, 3.3),  # the current is 1e-89
        (jw.TunnelBarrier(50.0, 1e-3), 0.01, 0.1),  # and here 1e-2130
        (jw.QuantumPointContact([9.0, 20.0], 0.01), 0.03, -0.2),
        (jw.Constant(1e-250), 0.3, 0.1),  # current times force is 1e-500
        (jw.Lorentzian(1.44, 1e-120), 0.3, 0.1),
    ],
)
def test_where_next_to_nothing_passes_nothing_is_said_to_be_known(scatterer, temperature, voltage):
    sol = jw.solve(scatterer, temperature=temperature, voltage=voltage)
    assert int(sol.status) == Outcome.TOO_LITTLE_CURRENT and not bool(sol.status.ok)
    assert np.all(np.isnan(sol.heating(POSITIONS).total)) and np.isnan(float(sol.current))


@pytest.mark.parametrize("value", [1e-75, 1e-20])
def test_a_small_transmission_at_all_energies_is_no_trouble(value):
    sol = jw.solve(jw.Constant(value), temperature=0.3, voltage=0.1)
    exact = landauer_current(lambda e: mp.mpf(value), 0.3, 0.1, [])
    assert bool(sol.status.ok)
    assert_allclose(float(sol.current), float(exact), rtol=1e-12)  # rounding of 80 nodes
    assert np.all(np.isfinite(sol.heating(POSITIONS).total))


def test_derivatives_follow_the_barrier_up_there():
    def current(height, temperature):
        barrier = jw.TunnelBarrier(height, 0.05)
        return jw.solve(barrier, temperature=temperature, voltage=0.1, error_estimate=False).current

    found = jw.quick_jit(jax.grad(current, argnums=(0, 1)))(3.0, 0.05)
    step = 1e-4
    by_height = (current(3.0 + step, 0.05) - current(3.0 - step, 0.05)) / (2 * step)
    by_temperature = (current(3.0, 0.05 + step * 0.05) - current(3.0, 0.05 - step * 0.05)) / (2 * step * 0.05)
    assert_allclose(found, (by_height, by_temperature), rtol=1e-5)  # the third derivatives, step^2 (40)^2/6 each


def test_the_grid_is_the_usual_one_where_f0_ends_the_current():
    from jaxwire.kinetics.energy_range import reach

    for scatterer in (jw.TunnelBarrier(1.5, 0.2), jw.RectangularBarrier(1.2, 3.0), jw.Lorentzian(1.44, 0.08)):
        for temperature, voltage in ((0.05, 0.1), (0.3, -0.4), (1.0, 1.6)):
            found = reach(scatterer, jax.numpy.asarray(temperature), jax.numpy.asarray(voltage))
            assert float(found.top) == 1.0 + 32.0 * temperature and bool(found.is_whole)
    high = reach(jw.TunnelBarrier(30.0, 1e-3), jax.numpy.asarray(0.02), jax.numpy.asarray(0.1))
    assert float(high.top) <= 1.0 + FARTHEST * 0.02 and not bool(high.is_opaque_above)
