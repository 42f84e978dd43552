"""All devices of a process share a scan, and its numbers do not show how many there were."""

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from jaxwire.scans.plan import SMALL
from jaxwire.solver.status import Outcome

ON_DEVICES = """
import sys
import jax, numpy as np, jaxwire as jw
pair = jw.BreitWigner([jw.Resonance(1.44, 0.08, 0.5), jw.Resonance(0.7, 0.1)])
point = {"voltage": 0.4, "resolution": jw.Resolution(24, 12)}
axes = {"temperature": np.linspace(0.1, 0.9, 45), "resonances[0].peak": np.linspace(0.2, 0.9, 400)}
ds = jw.scan(pair, axes=axes, **point)
few = jw.scan(pair, axes={"temperature": np.linspace(0.1, 0.9, 45)}, **point)["current"].values
np.savez(sys.argv[1], devices=len(jax.devices()), current=ds["current"].values, status=ds["status"].values, few=few)
"""


@pytest.mark.slow
def test_four_devices_give_the_numbers_of_one(tmp_path):
    found = []
    for count in (1, 4):
        flags = {**os.environ, "XLA_FLAGS": f"--xla_force_host_platform_device_count={count}", "JAX_PLATFORMS": "cpu"}
        command = [sys.executable, "-c", ON_DEVICES, str(tmp_path / f"{count}.npz")]
        done = subprocess.run(command, capture_output=True, text=True, env=flags)
        assert done.returncode == 0, done.stderr
        found.append(np.load(tmp_path / f"{count}.npz"))
    one, four = found
    assert (int(one["devices"]), int(four["devices"])) == (1, 4)
    assert one["current"].shape == (45, 400) and one["current"].size > SMALL
    assert_array_equal(four["status"], one["status"])
    # Programs for one and for several devices may be fused differently: some last digits of the largest terms.
    assert_allclose(four["current"], one["current"], rtol=1e-14, atol=1e-14)
    # Where compiling is quick, sums of the program for several devices round in another order.
    assert_allclose(four["few"], one["few"], rtol=1e-13)
    failed = (
        one["status"] == Outcome.BAD_TRANSMISSION
    )  # at high temperatures the wing of one peak lifts the other above 1
    assert failed.any() and not failed.all()
    assert_array_equal(np.isnan(one["current"]), failed)


OPTIMISED = """
import sys
import numpy as np, jaxwire as jw
dot, x = jw.Lorentzian(1.0, 0.1), np.array([-2.0, -0.1, 0.05, 1.0])
axes = {"center": [0.64, 1.44, 2.0], "temperature": [0.1, 0.7]}
ds = jw.scan(dot, axes=axes, voltage=0.4, observables=["current", "heating", "spots"], x=x)
np.savez(sys.argv[1], **{name: ds[name].values for name in ds.data_vars})
"""


@pytest.mark.slow
def test_programs_as_users_run_them_give_the_numbers_of_those_of_the_tests(tmp_path):
    found = []
    for flags in ("", os.environ["XLA_FLAGS"]):
        found.append(tmp_path / f"{len(found)}.npz")
        done = subprocess.run(
            [sys.executable, "-c", OPTIMISED, str(found[-1])],
            capture_output=True,
            text=True,
            env={**os.environ, "XLA_FLAGS": flags},
        )
        assert done.returncode == 0, done.stderr
    users, tests = map(np.load, found)
    assert "optimization_level=0" in os.environ["XLA_FLAGS"] and set(users) == set(tests)
    for name in users:  # positions of spots: rounding of h' over h''
        assert_allclose(users[name], tests[name], rtol=1e-8 if name.startswith("spot") else 1e-11, err_msg=name)
