"""A store goes on only with functions and objects that compute the same; what nobody can tell apart is refused."""

import dataclasses
import functools
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

import jaxwire as jw
from jaxwire.scans.arguments import ScanArguments, make_plan
from jaxwire.scans.store.store import Store

AXES = {"temperature": [0.2, 0.3]}


@dataclasses.dataclass(frozen=True)
class Level:
    """A callable with a state."""

    at: float

    def __call__(self, sol):
        return sol.current > self.at

    def shifted(self, sol):
        return sol.current - self.at


@dataclasses.dataclass(frozen=True)
class Shape:
    """A transmission with a state."""

    height: float

    def __call__(self, energy):
        return self.height + 0.0 * energy


class Own(jw.AbstractScatterer):
    """A scatterer of a user, with a static field."""

    shape: Any = eqx.field(static=True)

    def transmission(self, energy):
        return self.shape(energy)


def over(level):
    return lambda sol: sol.current - level.at


def by_default(shape):
    return lambda energy, shape=shape: shape(energy)


def around(inner):
    return lambda sol: inner(sol)


LAMBDAS = (lambda sol: sol.current, lambda sol: 2.0 * sol.current)


def plan_of(scatterer=None, observable="current"):
    kept = [observable] if isinstance(observable, str) else {"kept": observable}
    asked = ScanArguments({"temperature": [0.2, 0.3]}, voltage=0.1, observables=kept, resolution=jw.Resolution(16, 8))
    return make_plan(scatterer or jw.Lorentzian(1.44, 0.08), None, asked)


@pytest.mark.parametrize(
    "made",
    [
        lambda one: {"observable": Level(one)},
        lambda one: {"observable": Level(one).shifted},
        lambda one: {"observable": over(Level(one))},
        lambda one: {"observable": around(LAMBDAS[int(one)])},
        lambda one: {"observable": functools.partial(Level(one))},
        lambda one: {"scatterer": jw.Function(Shape((1 + one) / 2))},
        lambda one: {"scatterer": jw.Function(by_default(Shape((1 + one) / 2)))},
        lambda one: {"scatterer": Own(Shape((1 + one) / 2))},
    ],
    ids=["object", "bound method", "closure", "lambdas", "partial", "Function", "default", "own scatterer"],
)
def test_a_store_does_not_go_on_with_functions_of_other_state(made, tmp_path):
    Store.open(tmp_path / "map.zarr", plan_of(**made(0.0)))
    Store.open(tmp_path / "map.zarr", plan_of(**made(0.0)))
    with pytest.raises(ValueError, match="holds another scan: `(observables.kept|scatterer)"):
        Store.open(tmp_path / "map.zarr", plan_of(**made(1.0)))


def test_what_cannot_be_described_is_refused_with_a_store_and_the_cure_and_goes_on_without(tmp_path):
    stream = (part for part in [1.0])

    def observable(sol):
        return sol.current + 0.0 * (stream is None)

    plan = plan_of(observable=observable)
    complaint = (
        "^`store` cannot tell later whether `observables.kept.captured.stream` is the same, got an object of "
        "builtins.generator, whose state cannot be read: use a function whose numbers are its parameters, captured "
    )
    with pytest.raises(ValueError, match=complaint):
        Store.open(tmp_path / "map.zarr", plan)
    assert list(tmp_path.iterdir()) == []
    ds = jw.scan(jw.Lorentzian(1.44, 0.08), axes=AXES, observables={"kept": observable}, voltage=0.1)
    assert np.isfinite(ds["kept"]).all() and "undescribed" in ds.attrs["inputs"]


def test_functions_that_are_not_written_in_python_are_refused_unless_a_library_has_them(tmp_path):
    own = np.frompyfunc(lambda x: x, 1, 1)
    Store.open(tmp_path / "map.zarr", plan_of(jw.Function(jnp.cos)))
    with pytest.raises(
        ValueError, match=r"whether `observables.kept.captured.level.state.at` is the same, got .* not writt"
    ):
        Store.open(tmp_path / "other.zarr", plan_of(observable=with_unused(Level(own))))


def with_unused(level):
    return lambda sol: sol.current if level else None


FACTOR = 1.0


def times_factor(sol):
    return FACTOR * sol.current


def test_a_function_that_reads_other_numbers_by_now_is_not_what_it_was_when_it_was_compiled(monkeypatch):
    """JAX keeps what a function did at its first call: the second scan gave the numbers of the first one."""
    dot, kept = jw.Lorentzian(1.44, 0.08), {"kept": times_factor}
    first = jw.scan(dot, axes=AXES, observables=kept, voltage=0.1, resolution=jw.Resolution(16, 8))
    monkeypatch.setitem(globals(), "FACTOR", 2.0)
    second = jw.scan(dot, axes=AXES, observables=kept, voltage=0.1, resolution=jw.Resolution(16, 8))
    np.testing.assert_array_equal(second["kept"], 2.0 * first["kept"])
