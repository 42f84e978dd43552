"""Compiled kernels that outlive the process, in JAX's persistent compilation cache.

JAX spends most of a short run on compiling. The command line therefore keeps what it compiled in the user's cache
directory; the library does so when asked (`keep_compiled`), since there the host program decides. Code compiled for one
processor may not run on another one that shares the home directory: each has a directory of its own, and so has each
release of jaxlib.
"""

import hashlib
import os
import platform
import re
import sys
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

MAX_BYTES = 200_000_000
"""Above this size of a directory its oldest entries are deleted."""

ENTRIES = "*-cache"
"""Files of JAX's cache that hold programs."""

ZSTANDARD = b"\x28\xb5\x2f\xfd"
"""First bytes of what zstandard has packed (RFC 8878)."""

_FAILURE = r"Error (reading|writing) persistent compilation cache entry for '(?P<kernel>[^']*)'"


def keep_compiled(path: str | Path | None = None) -> Path:
    """Keep on disk what this process compiles from now on, and read what earlier ones have kept.

    ```python
    import jaxwire as jw

    jw.keep_compiled()
    ```

    Call it before anything is compiled. Any number of processes may share a directory. Entries that a killed process
    has left damaged are deleted, and the oldest ones above 200 MB.

    Args:
        path: a directory; that of the command line, below the user's cache directory, unless given. In it there is one
            for each processor and release of jaxlib.

    Returns:
        The directory that is used.

    Raises:
        ValueError: if it cannot be written to.
    """
    chosen = None if path is None else Path(path)
    directory = cache_directory(chosen)
    if directory is None:
        raise ValueError(f"`path` must be a directory that can be written to, got {path!r}.")
    for entry in directory.glob(ENTRIES):
        if _is_damaged(entry):
            _delete([entry])
    _prune(directory)
    _quiet_loading()
    _configure(_settings(directory))
    warnings.filterwarnings("ignore", message=_FAILURE)  # of what another process is just writing: compiled anew
    return directory


def cache_directory(parent: Path | None = None) -> Path | None:
    """Directory of this processor and this release of jaxlib, created if needed; None if none can be written."""
    try:
        directory = (parent or _user_cache() / "jaxwire") / f"jaxlib-{version('jaxlib')}-{_processor()}"
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return directory
    except (OSError, RuntimeError):  # read-only, full, a file in the way, or no home directory: work without
        return None


@contextmanager
def compilation_cache(directory: Path | None) -> Iterator[None]:
    """Keep everything that is compiled inside the `with` block in `directory`; None changes nothing.

    A directory chosen by the user (JAX_COMPILATION_CACHE_DIR) has precedence. JAX never repairs an entry that it
    cannot read (a process was killed while writing it); such entries are deleted here, and the warnings kept quiet.
    """
    chosen = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    if directory is not None or chosen:
        _quiet_loading()
    if directory is None or chosen:
        yield
        return
    import jax

    settings = _settings(directory)
    before = {name: getattr(jax.config, name) for name in settings}
    _configure(settings)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.filterwarnings("always", message=_FAILURE)
            yield
    finally:
        _configure(before)
    for warning in caught:
        failure = re.match(_FAILURE, str(warning.message))
        if failure:
            _delete(directory.glob(f"{failure['kernel']}-*"))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    _prune(directory)


def _quiet_loading() -> None:
    if "jaxlib" not in sys.modules:  # jaxlib 0.9 logs lines of CPU features for every entry that it loads
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _settings(directory: Path) -> dict[str, Any]:
    return {
        "jax_compilation_cache_dir": str(directory),
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }


def _is_damaged(entry: Path) -> bool:
    """Whether an entry does not unpack; JAX compresses by zlib where zstandard is not installed."""
    try:
        packed = entry.read_bytes()
        if packed[:4] != ZSTANDARD:
            zlib.decompress(packed)
            return False
        with suppress(ImportError):
            import zstandard  # pyright: ignore[reportMissingImports] - optional, of JAX

            zstandard.ZstdDecompressor().decompress(packed)
        return False
    except OSError:  # another process has deleted it
        return False
    except Exception:  # zlib.error, zstandard.ZstdError: what is installed decides
        return True


def _configure(settings: dict) -> None:
    import jax
    from jax.experimental.compilation_cache.compilation_cache import reset_cache

    for name, value in settings.items():
        jax.config.update(name, value)
    reset_cache()  # JAX looks at the directory only once otherwise


def _user_cache() -> Path:
    """The user's cache directory: XDG_CACHE_HOME where it is set (absolute, as its specification asks)."""
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():
        return chosen
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def _processor() -> str:
    """Short name of the processor's model and instruction set."""
    description = platform.machine() + platform.processor()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().partition("\n\n")[0].splitlines()
        wanted = ("vendor_id", "model name", "flags", "CPU implementer", "CPU part", "Features")
        description += "".join(line for line in lines if line.startswith(wanted))
    return hashlib.sha256(description.encode()).hexdigest()[:12]


def _prune(directory: Path) -> None:
    """Delete the oldest entries above `MAX_BYTES`."""
    sizes = {}
    for entry in directory.glob(ENTRIES):
        with suppress(OSError):
            sizes[entry] = (entry.stat().st_mtime, entry.stat().st_size)
    excess = sum(size for _, size in sizes.values()) - MAX_BYTES
    for entry, (_, size) in sorted(sizes.items(), key=lambda item: item[1]):
        if excess <= 0:
            break
        _delete([entry])
        excess -= size


def _delete(entries) -> None:
    for entry in entries:
        with suppress(OSError):
            entry.unlink()
