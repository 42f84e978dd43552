"""What decides a number looks the same only where its code and its state are; or it says that nobody can tell."""

import dataclasses
import enum
import functools
import json
import math
import os
import subprocess
import sys
from types import ModuleType
from typing import Any

import beartype
import equinox as eqx
import jax
import jax.numpy as jnp
import jaxtyping
import numpy as np
import pytest
import scipy.interpolate
import scipy.special
import xarray

import jaxwire as jw
from jaxwire.model.description import describe, undescribed


@dataclasses.dataclass
class Level:
    """A callable with a state."""

    at: float

    def __call__(self, sol):
        return sol * self.at

    def shifted(self, sol):
        return sol + self.at


@dataclasses.dataclass(slots=True)
class Slotted:
    """An object without a dictionary."""

    at: float


class Shape(enum.Enum):
    """Words."""

    ROUND = 1
    FLAT = 2


class Own(jw.AbstractScatterer):
    """A scatterer of a user, with a static field."""

    peak: float
    shape: Any = eqx.field(static=True)

    def transmission(self, energy):
        return self.peak * self.shape(energy)


def over(level):
    return lambda sol: sol * level.at


def through(inner):
    """Lambdas of one line: their source looks the same."""
    return lambda sol: inner(sol)


ONE_LINE = (lambda sol: 1.0 * sol), (lambda sol: 2.0 * sol)


def scaled(factor):
    """A decorator with a state."""

    def decorate(function):
        @functools.wraps(function)
        def call(sol):
            return factor * function(sol)

        return call

    return decorate


def with_default(level):
    return lambda sol, by=level: sol * by.at


def with_keyword(level):
    return lambda sol, *, by=level: sol * by.at


def with_attribute(level):
    def function(sol):
        return sol

    function.level = level
    return function


def itself(level):
    def function(sol, depth=3):
        return function(sol, depth - 1) * level.at if depth else sol

    return function


def typed(level):
    @jaxtyping.jaxtyped(typechecker=beartype.beartype)
    def function(sol: float):
        return sol * level.at

    return function


def table(last):
    return np.append(np.linspace(0.0, 1.0, 30), last)


HOLDERS = {
    "callable object": lambda at: Level(at),
    "bound method": lambda at: Level(at).shifted,
    "closure over an object": lambda at: over(Level(at)),
    "closure over a slotted object": lambda at: over(Slotted(at)),
    "lambda over a lambda": lambda at: through(ONE_LINE[int(at)]),
    "lambdas of one line": lambda at: ONE_LINE[int(at)],
    "partial of an object": lambda at: functools.partial(Level(at)),
    "partial with keywords": lambda at: functools.partial(math.pow, at),
    "Function of a closure": lambda at: jw.Function(over(Level(at))),
    "Function of an object": lambda at: jw.Function(Level(at)),
    "own scatterer": lambda at: Own(1.0, over(Level(at))),
    "method of an own scatterer": lambda at: Own(at, jnp.sin).transmission,
    "decorator": lambda at: scaled(at)(jnp.sin),
    "default": lambda at: with_default(Level(at)),
    "default of a keyword": lambda at: with_keyword(Level(at)),
    "attribute of a function": lambda at: with_attribute(Level(at)),
    "recursion": lambda at: itself(Level(at)),
    "jit": lambda at: jax.jit(over(Level(at))),
    "filter_jit": lambda at: eqx.filter_jit(over(Level(at))),
    "quick_jit": lambda at: jw.quick_jit(over(Level(at))),
    "jaxtyped": lambda at: typed(Level(at)),
    "beartype": lambda at: beartype.beartype(with_attribute(Level(at))),
    "vmap": lambda at: jax.vmap(over(Level(at))),
    "grad": lambda at: jax.grad(over(Level(at))),
    "checkpoint": lambda at: jax.checkpoint(over(Level(at))),
    "custom derivative": lambda at: jax.custom_jvp(over(Level(at))),
    "cache": lambda at: functools.lru_cache(over(Level(at))),
    "vectorize": lambda at: np.vectorize(over(Level(at))),
    "ufunc": lambda at: over(Level([np.sin, np.cos][int(at)])),
    "ufunc of scipy": lambda at: through([scipy.special.expit, scipy.special.logit][int(at)]),
    "function of JAX": lambda at: through([jnp.sin, jnp.cos][int(at)]),
    "function in C": lambda at: through([math.sin, math.cos][int(at)]),
    "method in C": lambda at: {1.0: at}.get,
    "spline": lambda at: scipy.interpolate.CubicSpline([0, 1, 2], [0, 1, at]),
    "polynomial": lambda at: np.poly1d([1, at]),
    "table": lambda at: table(at),
    "masked table": lambda at: np.ma.masked_equal(table(0.5), [0.5, 1.0][int(at)]),
    "objects in an array": lambda at: np.array([Level(at), None]),
    "other precision": lambda at: [np.float32, np.float64][int(at)](0.5),
    "single precision of a table": lambda at: np.ones(3, [np.float32, np.float64][int(at)]),
    "complex number": lambda at: 1j * at,
    "key": lambda at: jax.random.key(int(at)),
    "xarray": lambda at: xarray.DataArray([0.5, at], dims="x"),
    "xarray dataset": lambda at: xarray.Dataset({"y": ("x", [0.5, at])}, attrs={"a": 1}),
    "attributes of xarray": lambda at: xarray.DataArray([0.5], dims="x", attrs={"units": ["eV", "K"][int(at)]}),
    "keys that are no text": lambda at: {(1, Shape.FLAT): Level(at)},
    "set": lambda at: {1.5, at, "text", "other"},
    "member of an enum": lambda at: [Shape.ROUND, Shape.FLAT][int(at)],
    "bytes": lambda at: b"\0" * int(at),
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_state_and_code_decide_what_a_description_is(holder):
    one, same, other = map(describe, (holder(0.0), holder(0.0), holder(1.0)))
    assert one == same != other
    assert list(undescribed(one)) == []
    json.dumps(one, allow_nan=False)


def test_pandas_is_described_by_its_numbers():
    pandas = pytest.importorskip("pandas")
    series = [describe(over(pandas.Series([0.5, at]))) for at in (1.0, 1.0, 2.0)]
    frames = [describe(pandas.DataFrame({"y": [0.5, at]}, index=["a", "b"])) for at in (1.0, 1.0, 2.0)]
    for one, same, other in (series, frames):
        assert one == same != other and list(undescribed(one)) == []


SCALE = 1.0


def helper(sol):
    return SCALE * sol


def reads_globals(sol):
    return helper(sol) + math.exp(1.0)


def test_functions_and_numbers_in_global_variables_count(monkeypatch):
    before = describe(reads_globals)
    monkeypatch.setitem(globals(), "UNUSED", 1.0)
    assert describe(reads_globals) == before
    monkeypatch.setitem(globals(), "SCALE", 2.0)  # two steps away
    numbers = describe(reads_globals)
    monkeypatch.setitem(globals(), "helper", lambda sol: 3 * sol)
    assert before != numbers != describe(reads_globals) != before


def test_what_is_taken_from_a_module_of_the_user_counts_and_modules_of_libraries_do_not(monkeypatch):
    own = ModuleType("own_physics")
    monkeypatch.setitem(sys.modules, "own_physics", own)
    exec("factor = 1.0\ndef transmission(e):\n    return factor * e", own.__dict__)
    monkeypatch.setitem(globals(), "own", own)
    code = compile("def f(e):\n    return own.transmission(e)", "user.py", "exec")
    space = {"own": own, "__name__": "user"}
    exec(code, space)
    before = describe(space["f"])
    assert list(before["globals"]) == ["own.transmission"]
    own.factor = 2.0
    assert describe(space["f"]) != before
    assert "globals" not in describe(lambda e: jnp.sin(e) * np.pi)


def test_code_counts_and_where_it_stands_and_its_comments_do_not():
    texts = [
        "def f(x):\n    return x + 1.0",
        "# moved\n\ndef f(x):\n    # why\n    return x + 1.0",
        "def f(x):\n    return x + 2.0",
    ]
    found = []
    for text in texts:
        space: dict = {"__name__": "user"}
        exec(text, space)
        found.append(describe(space["f"]))
    assert found[0] == found[1] != found[2]


def test_the_code_of_a_class_counts_and_what_it_has_stored_for_itself_does_not():
    def make(power):
        class Screen:
            def __init__(self):
                self.at = 1.0

            @functools.cached_property
            def slow(self):
                return self.at**2

            def __call__(self, sol):
                return sol**power

        return Screen()

    one, other = make(2), make(3)
    before = describe(one)
    assert one.slow == 1.0 and describe(one) == before != describe(other)


@pytest.mark.parametrize(
    "thing",
    [
        np.frompyfunc(lambda x: x, 1, 1),
        (part for part in [1.0]),
        subprocess.Popen,  # described: a class of a library
    ],
)
def test_what_cannot_be_looked_into_says_so_wherever_it_is(thing):
    is_known = thing is subprocess.Popen
    for holder in (thing, [thing], over(Level(thing)), functools.partial(over, thing), {"a": Level(thing)}):
        assert bool(list(undescribed(describe(holder)))) is not is_known
    places = [place for place, _ in undescribed(describe({"a": [thing]}))]
    assert places == ([] if is_known else ["a[0]"])


def test_what_contains_itself_comes_to_an_end():
    ring: list = [1.0]
    ring.append(ring)
    other: list = [2.0]
    other.append(other)
    assert describe(ring) == [1.0, {"again": 1}] != describe(other)


SCRIPT = """
import json, sys
sys.path.insert(0, {folder!r})
from test_description import HOLDERS, describe
print(json.dumps({{name: describe(holder(1.0)) for name, holder in HOLDERS.items()}}))
"""


def test_descriptions_are_the_same_in_another_process():
    script = SCRIPT.format(folder=os.path.dirname(__file__))
    texts = [
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert texts[0] == texts[1] and len(json.loads(texts[0])) == len(HOLDERS)
