"""Settings of every test: double precision is promised, and no array may change its rank unasked."""

import jax
import pytest

jax.config.update("jax_numpy_rank_promotion", "raise")


@pytest.fixture(autouse=True, scope="module")
def _release_compiled_programs():
    """Drop compiled programs after each file: a process that holds hundreds of them runs out of memory maps."""
    yield
    jax.clear_caches()
