"""The tests on other versions of Python and of the libraries, as far as this machine has them.

`nox` runs the quick tests on every Python from 3.11 on; `nox -s newest` on the newest releases of JAX and all else that
pyproject.toml allows; `nox -s release` builds and tries what would be published. Sessions without their Python are
skipped. What follows `--` goes to pytest.
"""

import nox

nox.options.sessions = ["tests", "release"]
nox.options.error_on_missing_interpreters = False
nox.options.default_venv_backend = "venv"

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
QUICK = ("-m", "not slow", "-q")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The quick tests, with the releases that pip chooses."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "pytest", *(session.posargs or QUICK))


@nox.session(python=PYTHONS)
def newest(session: nox.Session) -> None:
    """The same with the newest releases, release candidates included."""
    session.install("--upgrade", "--upgrade-strategy", "eager", "--pre", "-e", ".[test]")
    session.run("python", "-c", "import jax, numpy; print('jax', jax.__version__, 'numpy', numpy.__version__)")
    session.run("python", "-m", "pytest", *(session.posargs or QUICK))


@nox.session
def release(session: nox.Session) -> None:
    """Wheel and source distribution: built, checked, installed."""
    session.install("-e", ".[dev]")
    session.run("bash", ".ci/release", "python", external=True)
