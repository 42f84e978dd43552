"""The figure of a current-voltage characteristic: natural units, or SI with a scale."""

import jax.numpy as jnp
import pytest
from scipy.constants import e, h

import jaxwire as jw
from jaxwire.observables.iv import CurrentVoltage
from jaxwire.plot import plot_iv
from jaxwire.solver.status import Status


def test_a_characteristic_is_drawn_in_si_with_a_scale():
    volts, current = jnp.array([0.1, 0.2, 0.4]), jnp.array([0.01, 0.02, 0.03])
    curve = CurrentVoltage(volts, volts, current, -current, Status(jnp.zeros(3, int)), volts)
    scale = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps").scale
    natural, si = plot_iv(curve).axes[0], plot_iv(curve, scale).axes[0]
    assert r"\mu_0" in natural.get_xlabel() and "mV" in si.get_xlabel() and "nA" in si.get_ylabel()
    x, y = si.lines[-1].get_data()
    assert x[-1] == pytest.approx(4.0, rel=1e-12)  # 0.4 mu0/e; rounding
    assert y[-1] == pytest.approx(0.03 * 2 * e * 0.010 * e / h * 1e9, rel=1e-12)  # both spins
