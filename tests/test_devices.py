"""All devices of a process share a scan, and its numbers do not show how many there were."""

import os
import subprocess
import sys

import numpy as np
from numpy.testing import assert_array_equal

from jaxwire import status

ON_DEVICES = """
import sys
import jax, numpy as np, jaxwire as jw
pair = jw.BreitWigner([jw.Resonance(1.44, 0.08, 0.5), jw.Resonance(0.7, 0.1)])
axes = {"temperature": np.linspace(0.1, 0.9, 45), "resonances[0].peak": [0.2, 0.5, 0.9]}
ds = jw.scan(pair, axes=axes, voltage=0.4, resolution=jw.Resolution(24, 12))
np.savez(sys.argv[1], devices=len(jax.devices()), current=ds["current"].values, status=ds["status"].values)
"""


def test_four_devices_give_the_bits_of_one(tmp_path):
    found = []
    for count in (1, 4):
        flags = {**os.environ, "XLA_FLAGS": f"--xla_force_host_platform_device_count={count}", "JAX_PLATFORMS": "cpu"}
        command = [sys.executable, "-c", ON_DEVICES, str(tmp_path / f"{count}.npz")]
        done = subprocess.run(command, capture_output=True, text=True, env=flags)
        assert done.returncode == 0, done.stderr
        found.append(np.load(tmp_path / f"{count}.npz"))
    one, four = found
    assert (int(one["devices"]), int(four["devices"])) == (1, 4)
    assert one["current"].shape == (45, 3)
    assert_array_equal(four["status"], one["status"])
    assert_array_equal(four["current"], one["current"])
    failed = (
        one["status"] == status.BAD_TRANSMISSION
    )  # at high temperatures the wing of one peak lifts the other above 1
    assert failed.any() and not failed.all()
    assert_array_equal(np.isnan(one["current"]), failed)
