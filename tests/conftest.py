"""Settings of every test: double precision is promised, and no array may change its rank unasked."""

import gc
import math
import os
import shutil
import tempfile
from collections import Counter
from importlib.metadata import version

# Compiling is most of what the tests do: with these it takes a third of the time, and what runs is hardly slower; the
# programs that users run are in `test_devices`. XLA ends the process at a flag that it does not know, so the last one
# is for releases of jaxlib that are known to know it.
_flags = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
_emitters = " --xla_cpu_use_fusion_emitters=false" if version("jaxlib").startswith("0.9.") else ""
os.environ.setdefault("XLA_FLAGS", _flags + _emitters)

# Each program is compiled once for all processes of a run: workers and what they start inherit these settings. Of what
# another process is just writing, JAX warns (pyproject.toml) and compiles it. A directory of your own outlives the run.
_made_here = "JAX_COMPILATION_CACHE_DIR" not in os.environ
if _made_here:
    os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="jaxwire-tests-")
os.environ |= {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",  # a line about the processor for every program that is read
}

# Tracing leaves objects by the million and hardly any garbage: to look for it as often as Python does is a tenth of it.
gc.set_threshold(50_000, 20, 20)

import jax  # noqa: E402
import pytest  # noqa: E402

jax.config.update("jax_numpy_rank_promotion", "raise")

MOST_MEMORY_MAPS = 25_000  # 3 GB; a long file adds 10,000


def pytest_collection_modifyitems(items):
    """Begin with the files that have most slow tests, so that no worker is left with a long one in the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


def pytest_unconfigure():
    if _made_here:
        shutil.rmtree(os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)


@pytest.fixture(autouse=True, scope="module")
def _release_compiled_programs():
    """Drop compiled programs after a file that leaves many: a process with 65,530 memory maps gets no more.

    Until then they stay, since most files begin with the same ones, and tracing one takes seconds.
    """
    yield
    if _n_memory_maps() > MOST_MEMORY_MAPS:
        jax.clear_caches()


def _n_memory_maps():
    """Memory maps of this process: a compiled program has some fifty; infinitely many where nobody counts them."""
    try:
        with open("/proc/self/maps") as maps:
            return sum(1 for _ in maps)
    except OSError:
        return math.inf


@pytest.fixture(scope="session")
def made():
    """Data of the paper's figures and tables, and what is seen in them."""
    from jaxwire import reproduce

    return reproduce.compute(reproduce.DRAFT)


@pytest.fixture(scope="session")
def folder(made, tmp_path_factory):
    """The same as files, in all formats, in a folder that did not exist."""
    from jaxwire import reproduce

    folder = tmp_path_factory.mktemp("paper") / "new" / "folder"
    reproduce.write(folder, made)
    return folder
