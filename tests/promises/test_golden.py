"""Golden values from an independent solver (tests/reference/regenerate.py), and that solver's own manners."""

import functools
import importlib.util
import json
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw

REFERENCE = Path(__file__).parents[1] / "reference"
GOLDEN = json.loads((REFERENCE / "golden.json").read_text())
POINTS = GOLDEN["points"]
PARAMETERS = ("center", "width", "temperature", "voltage")
PROMISE = 1e-6  # the promised accuracy at default resolution; the golden values are good to 1e-10, see below


@functools.cache
def solved():
    """Every golden point solved in one call: current, potentials, heating at the golden positions, error estimate."""

    @jax.jit
    @jax.vmap
    def solve(center, width, temperature, voltage):
        sol = jw.solve(jw.Lorentzian(center, width), temperature=temperature, voltage=voltage)
        found = jnp.stack([sol.current, sol.potential_left, sol.potential_right])
        return found, sol.heating(jnp.asarray(GOLDEN["positions"])).total, sol.error_estimate, sol.status.ok

    return solve(*(jnp.asarray([point[name] for point in POINTS]) for name in PARAMETERS))


def golden(*names):
    return np.array([[point[name] for name in names] for point in POINTS])


@pytest.fixture
def regenerate(monkeypatch):
    """The script, as a module of its own."""
    spec = importlib.util.spec_from_file_location("regenerate", REFERENCE / "regenerate.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "regenerate", module)
    spec.loader.exec_module(module)
    return module


def test_golden_values_are_known_far_better_than_the_promise():
    assert np.max(golden("uncertainty")) < 1e-3 * PROMISE


@pytest.mark.slow
def test_current_and_potentials_agree_with_the_independent_solver():
    assert_allclose(solved()[0], golden("current", "potential_left", "potential_right"), rtol=PROMISE)


def test_heating_agrees_with_the_independent_solver():
    found, wanted = solved()[1], np.array([point["heating"] for point in POINTS])
    scale = np.max(np.abs(wanted), axis=1, keepdims=True)  # a profile is judged by its largest value
    assert_allclose(found / scale, wanted / scale, rtol=0, atol=PROMISE)


def test_error_estimate_bounds_the_difference_to_the_independent_solver():
    wanted = golden("current", "potential_left", "potential_right")
    difference = np.max(np.abs(np.asarray(solved()[0]) / wanted - 1.0), axis=1)
    rounding = 1e-10  # of the golden values themselves
    assert np.all(difference <= np.asarray(solved()[2]) + rounding)
    assert np.all(solved()[3])


def test_golden_file_says_where_it_comes_from():
    provenance = GOLDEN["provenance"]
    assert provenance["source"].startswith("tests/reference/regenerate.py")
    assert {"method", "nodes_per_panel", "date", "versions", "units"} <= provenance.keys()


def test_script_shares_no_code_with_jaxwire():
    lines = (REFERENCE / "regenerate.py").read_text().splitlines()
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported == {"argparse", "json", "platform", "datetime", "pathlib", "numpy"}


def test_script_reproduces_a_stored_point(regenerate):
    stored = POINTS[0]
    again = regenerate.solve(*(stored[name] for name in PARAMETERS), regenerate.ORDERS[-1])
    # Rounding of another machine's BLAS through a few hundred nodes; the file itself has all digits.
    assert regenerate.relative_difference(again, stored) < 1e-11


def test_script_is_a_dry_run_unless_told_to_write(regenerate, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(regenerate, "POINTS", regenerate.POINTS[:1])
    monkeypatch.setattr(regenerate, "ORDERS", (2, 3))
    monkeypatch.setattr(regenerate, "GOLDEN", tmp_path / "golden.json")
    (tmp_path / "golden.json").write_text(json.dumps(GOLDEN))

    regenerate.main([])
    assert "relative difference to the stored values" in capsys.readouterr().out
    assert json.loads((tmp_path / "golden.json").read_text()) == GOLDEN

    regenerate.main(["--write"])
    assert json.loads((tmp_path / "golden.json").read_text())["provenance"]["nodes_per_panel"] == [2, 3]
