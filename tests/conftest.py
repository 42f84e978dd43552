"""Settings of every test: double precision is promised, and no array may change its rank unasked."""

import os

# Compiling is most of what the tests do: with these it takes a third less, and what runs is hardly slower.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=1 --xla_llvm_disable_expensive_passes=true")

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
