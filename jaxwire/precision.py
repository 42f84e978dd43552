"""The one place where jaxwire touches JAX's global settings: double precision, and known-bad releases of JAX.

Importing jaxwire turns on `jax_enable_x64`, because every result is promised in float64 and JAX defaults to float32.
A program that needs float32 elsewhere can ask for it per array (`dtype=jnp.float32`); switching the flag off again
makes jaxwire refuse its inputs with a message that says so.
"""

import os
import re
import sys
from importlib.metadata import version


def require_sound_jax() -> None:
    """Refuse the releases of JAX whose CPU backend deadlocks on two batched dense solves in one program.

    Raises:
        ImportError: for jax 0.10.0 to 0.11.0.
    """
    installed = version("jax")
    release = tuple(map(int, re.findall(r"\d+", installed)[:3]))
    if (0, 10) <= release[:2] < (0, 11) or release == (0, 11, 0):
        raise ImportError(
            f"jaxwire cannot run on jax {installed}: its CPU backend can hang for ever in batched linear algebra. "
            "Install another release: pip install 'jax>=0.9.1,!=0.10.*,!=0.11.0'."
        )


def enable_double_precision() -> None:
    """Turn on 64-bit types, whether JAX was imported before jaxwire or will be imported by it."""
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    if "jax" in sys.modules:
        import jax

        jax.config.update("jax_enable_x64", True)
