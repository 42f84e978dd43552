"""Settings of every test: double precision is promised, and no array may change its rank unasked."""

import os
from importlib.metadata import version

# Compiling is most of what the tests do: with these it takes a third of the time, and what runs is hardly slower; the
# programs that users run are in `test_devices`. XLA ends the process at a flag that it does not know, so the last one
# is for releases of jaxlib that are known to know it.
_flags = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
_emitters = " --xla_cpu_use_fusion_emitters=false" if version("jaxlib").startswith("0.9.") else ""
os.environ.setdefault("XLA_FLAGS", _flags + _emitters)

import jax  # noqa: E402
import pytest  # noqa: E402

from jaxwire.cache import compilation_cache  # noqa: E402

jax.config.update("jax_numpy_rank_promotion", "raise")


@pytest.fixture(autouse=True, scope="session")
def _programs_kept_for_the_session(tmp_path_factory):
    """Compile each program once per process, not once per file: compiling is most of what the tests do."""
    with compilation_cache(tmp_path_factory.mktemp("compiled")):
        yield


@pytest.fixture(autouse=True, scope="module")
def _release_compiled_programs():
    """Drop compiled programs after each file: a process that holds hundreds of them runs out of memory maps."""
    yield
    jax.clear_caches()
