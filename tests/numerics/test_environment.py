"""The installed JAX can do what the solver asks of it."""

import subprocess
import sys

TWO_BATCHED_SOLVES = """
import jax, jax.numpy as jnp
a = jnp.eye(48)[None] * 2 + jnp.ones((16, 48, 48)) * 0.01
run = jax.jit(jax.vmap(lambda m: jnp.linalg.solve(m, m[0]).sum() + jnp.linalg.solve(m.T, m[1]).sum()))
print(float(run(a).sum()))
"""


def test_two_batched_dense_solves_in_one_program_do_not_hang():
    """Releases of JAX from 0.10.0 to 0.11.0 deadlock here on a CPU ; jaxwire refuses to import on them."""
    run = subprocess.run([sys.executable, "-c", TWO_BATCHED_SOLVES], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert abs(float(run.stdout) - 32.0) < 1e-9  # symmetric matrices: either solve gives a unit vector, 16 times


def test_a_first_use_inside_jit_leaves_later_eager_calls_alone():
    """Names are imported when first used, which may be while a user's function is traced."""
    code = """
import jax, jaxwire as jw
jax.jit(lambda t: jw.Lorentzian(1.44, 0.08).transmission(t))(jax.numpy.ones(1))
assert float(sum(value.sum() for value in jw.Constant(0.5).energy_scales())) == 0.0
"""
    subprocess.run([sys.executable, "-c", code], check=True)
