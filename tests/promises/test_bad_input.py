"""Input outside its domain: refused with one clear sentence where it is known, NaN and a status where it is traced.

The form of a refusal: "`width` must be positive, got -0.1."
"""

import functools
import itertools
import json
import re
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxwire as jw
from jaxwire.model.parameters.domain import in_domain
from jaxwire.solver.status import Outcome

DOT = jw.Lorentzian(center=1.44, width=0.08)
ENERGIES, VALUES = (0.0, 1.0, 2.0, 3.0), (0.1, 0.2, 0.3, 0.4)
X = np.array([-2.0, -0.5, -0.05, 0.05, 0.5, 2.0])


def flat(energy):
    return jnp.full_like(energy, 0.3)


@functools.cache
def eager_solution():
    return jw.solve(DOT, temperature=0.3, voltage=0.1, error_estimate=False)


# Every public argument that is a number or an array of numbers.
SET = {
    "center": lambda value: jw.Lorentzian(center=value, width=0.08),
    "width": lambda value: jw.Lorentzian(center=1.44, width=value),
    "value": jw.Constant,
    "temperature": lambda value: jw.solve(DOT, temperature=value, voltage=0.1),
    "voltages": lambda value: jw.iv(DOT, temperature=0.3, voltages=value),
    "voltage": lambda value: jw.solve(DOT, temperature=0.3, voltage=value),
    "current": lambda value: jw.solve(DOT, temperature=0.3, current=value),
    "force": lambda value: jw.solve(DOT, temperature=0.3, force=value),
    "energies": lambda value: jw.Tabulated(value, VALUES),
    "values": lambda value: jw.Tabulated(ENERGIES, value),
    "parameters": lambda value: jw.Function(lambda energy, p: p * flat(energy), value),
    "scales": lambda value: jw.Function(flat, scales=value),
    "x": lambda value: eager_solution().heating(value),
    "energy": lambda value: eager_solution().distribution(value, 0.1),
}
SINGLE_NUMBERS = ("center", "width", "value", "temperature", "voltage", "current", "force")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *((name, value, "positive") for name in ("width", "temperature") for value in (-0.1, 0.0, -1, 0)),
        *((name, value, "a finite number") for name in SINGLE_NUMBERS for value in (np.nan, np.inf, -np.inf)),
        *(("value", value, "between 0 and 1") for value in (-0.1, 1.1)),
        ("values", [0.1, 0.2, 0.3, 1.4], "between 0 and 1"),
        ("values", [0.1, -0.2, 0.3, 0.4], "between 0 and 1"),
        ("values", [0.1, np.nan, 0.3, 0.4], "a finite number"),
        ("energies", [0.0, 1.0, 1.0, 2.0], "increasing"),
        ("energies", [3.0, 2.0, 1.0, 0.0], "increasing"),
        ("energies", [0.0, 1.0, 2.0, np.inf], "a finite number"),
        ("scales", [(1.2, -0.1)], "positive"),
        ("scales", [(1.2, 0.0)], "positive"),
        ("scales", [(np.nan, 0.1)], "a finite number"),
        ("x", 0.0, "not be 0"),
        ("x", -0.0, "not be 0"),
        ("x", [0.0, -0.0], "not be 0"),
        ("energy", -0.1, "positive"),
        ("energy", [0.1, 0.0], "positive"),
        ("energy", np.nan, "positive"),
    ],
)
def test_a_number_outside_its_domain_is_refused(name, value, words):
    with pytest.raises(ValueError, match=rf"^`{name}` must .*{words}.*got .+\.$"):
        SET[name](value)


def test_the_sentence_is_the_promised_one():
    with pytest.raises(ValueError, match=r"^`width` must be positive, got -0\.1\.$"):
        jw.Lorentzian(center=1.44, width=-0.1)


@pytest.mark.parametrize("value", ["0.1", b"0.1", True, 1j, ...], ids=repr)
@pytest.mark.parametrize("name", sorted({*SET} - {"scales"}))  # see NOT_YET_REFUSED
def test_what_is_not_a_real_number_is_refused(name, value):
    with pytest.raises(TypeError, match=rf"^`{name}` must be a real number, got .+\.$"):
        SET[name](value)


@pytest.mark.parametrize("name", ["center", "width", "value", "temperature", "energies", "values", "x", "energy"])
def test_none_is_refused_as_a_number(name):
    with pytest.raises(TypeError, match=rf"^`{name}` must be a real number, got None"):
        SET[name](None)


@pytest.mark.parametrize("value", [np.bool_(True), np.complex128(1), ["a"], np.array([None])], ids=repr)
@pytest.mark.parametrize("name", ["width", "values", "x"])
def test_arrays_of_what_is_not_a_real_number_are_refused_as_such(name, value):
    with pytest.raises(TypeError, match=rf"^`{name}` must be a real number, got .+\.$"):
        SET[name](value)


@pytest.mark.parametrize("value", [[[0.1], [0.2, 0.3]], 10**400], ids=["ragged", "beyond double precision"])
@pytest.mark.parametrize("name", ["width", "values", "x"])
def test_what_no_array_can_hold_is_refused_by_name(name, value):
    with pytest.raises((TypeError, ValueError), match=f"^`{name}` must"):
        SET[name](value)


SINGLE_PRECISION = (np.float32(0.1), np.float16(0.1), np.ones((1, 2), np.float32), jnp.ones((), jnp.bfloat16))


@pytest.mark.parametrize("value", SINGLE_PRECISION, ids=lambda value: f"{value.dtype.name}{value.shape}")
@pytest.mark.parametrize("name", SET)
def test_single_precision_is_refused_with_the_cure(name, value):
    with pytest.raises(TypeError, match=rf"^`{name}` must be in double precision, got b?float\d+: build it as float64"):
        SET[name](value)


@pytest.mark.parametrize("value", [[], [0.3], [0.1, 0.2], np.ones((2, 2))], ids=repr)
@pytest.mark.parametrize("name", SINGLE_NUMBERS)
def test_an_array_in_place_of_a_number_is_refused_with_a_hint_at_vmap(name, value):
    with pytest.raises(ValueError, match=rf"^`{name}` must be a single number, got shape \(.*\); map .* jax\.vmap\.$"):
        SET[name](value)


# Wrong types of annotated arguments never reach jaxwire's own checks in this test session, because its runtime type
# checks come first. So these calls run in a Python without them, where users meet them.
SOLVERS = {"solve": "voltage=0.1", "landauer": "voltage=0.1", "linear_response": "", "iv": "voltages=[0.1, 0.2]"}
AN_OBJECT = [
    *(("scatterer", "Lorentzian", f"jw.{name}({{}}, temperature=0.3, {drive})") for name, drive in SOLVERS.items()),
    *(("wire", "Wire", f"jw.{name}(dot, {{}}, temperature=0.3, {drive})") for name, drive in SOLVERS.items()),
    *(
        ("resolution", "Resolution", f"jw.{name}(dot, temperature=0.3, resolution={{}}, {drive})")
        for name, drive in SOLVERS.items()
        if name != "landauer"  # integrates over a grid of its own
    ),
    ("relaxation", "ConstantRelaxationTime", "jw.Wire(relaxation={})"),
    ("dispersion", "Parabolic", "jw.Wire(dispersion={})"),
    ("screening", "Electroneutral", "jw.Wire(screening={})"),
    ("electron_electron", "ElectronElectron", "jw.Wire(electron_electron={})"),
    ("phonons", "Phonons", "jw.Wire(phonons={})"),
]
REFUSED = {
    **{
        call.format(wrong): rf"TypeError: `{name}` must be an object such as {example}\(.*\), got .+\."
        for name, example, call in AN_OBJECT
        for wrong in ("'dot'", "0.3", "{}", "[dot]", "jw.Lorentzian", "jw.Status(0)")
    },
    **{
        f"jw.{name}(dot, temperature=-0.1, {drive})": r"ValueError: `temperature` must be positive, got -0\.1\."
        for name, drive in SOLVERS.items()
    },
    "jw.find_spots(jw.solve(dot, temperature=0.3, voltage=0.1), of='charge')": r"ValueError: `of` must be .+",
    "jw.iv(dot, voltages=[0.1])": r"TypeError: `temperature` must be a real number, got None .+\.",
    "jw.iv(dot, temperature=0.3)": r"TypeError: `voltages` must be a real number, got None .+\.",
    "jw.iv(dot, temperature=0.3, voltages=0.1)": r"ValueError: `voltages` must be an array with 1 axis, got .+\.",
    "jw.Wire(jw.Parabolic())": r"TypeError: `relaxation` must be an object such as .+, got Parabolic\(\)\.",
    "jw.Wire(screening=jw.Parabolic())": r"TypeError: `screening` must be an object such as .+, got Parabolic\(\)\.",
    "jw.Tabulated([0, 1, 2, 3], [0.1, 0.2, 0.3])": (
        r"ValueError: `values` must have one entry per energy, \(4,\), got shape \(3,\)\."
    ),
    "jw.Tabulated([0, 1, 2], [0.1, 0.2, 0.3])": r"ValueError: `energies` must have at least 4 points, got 3\.",
    "jw.Tabulated(1.0, 0.1)": r"ValueError: `energies` must be an array with 1 axis, got shape \(\)\.",
    "jw.Tabulated([[0, 1, 2, 3]], [[0, 1, 1, 1]])": r"ValueError: `energies` must be .+, got shape \(1, 4\)\.",
    **dict.fromkeys(
        [f"jw.Tabulated([0, 1, 2, 3], [0, 1, 1, 1], {kind})" for kind in ("'linear'", "''", "None", "3")],
        r"ValueError: `interpolation` must be 'monotone' or 'cubic', got .+\.",
    ),
    **dict.fromkeys(
        [f"jw.{name}({wrong})" for name in ("Function", "FunctionRelaxation") for wrong in ("3", "None", "'T'", "dot")],
        r"TypeError: `function` must be callable, got .+ of type \w+\.",
    ),
    **dict.fromkeys(
        [f"jw.Function(abs, scales={wrong})" for wrong in ("[1.2, 0.1]", "[(1.2, 0.1, 0.2)]", "[[[1.2, 0.1]]]")],
        r"ValueError: `scales` must be .+, got shape \(.*\)\.",
    ),
    "jw.solve(dot, temperature=0.3)": r"TypeError: .*`voltage`.* must be given.*\.",
    "jw.solve(dot, voltage=0.1)": r"TypeError: .*'temperature'.*",
    "jw.Lorentzian(center=1.44)": r"TypeError: .*'width'.*",
    "jw.Tabulated([0, 1, 2, 3], [0, 1, 1, 1], ['cubic'])": r"(Type|Value)Error: `interpolation` must be .+, got .+\.",
    **{f"jw.Function(abs, scales={wrong})": r"\w+Error: `scales` must .+\." for wrong in ("3.0", "None", "True", "1j")},
    **dict.fromkeys(
        [
            f"jw.solve(dot, temperature=0.3, voltage=0.1, resolution=jw.Resolution{sizes})"
            for sizes in ((0, 0), (-1, 5), (80, 0), (1, 1), (80.0, 32), ("80", 32), (80, None), (True, True))
        ],
        r"ValueError: `resolution\.(above|below)` must be an integer of at least \d+, got .+\.",
    ),
    "jax.eval_shape(lambda: jw.solve(dot, temperature=0.3, voltage=0.1, error_estimate='no'))": (
        r"TypeError: `error_estimate` must be True or False, got 'no'.*\."
    ),
}
ASK = """
import json, sys
import jax, jaxwire as jw

dot = jw.Lorentzian(center=1.44, width=0.08)
answers = {}
for call in json.load(sys.stdin):
    try:
        answers[call] = repr(eval(call))
    except Exception as error:
        answers[call] = f"{type(error).__name__}: {error}"
json.dump(answers, sys.stdout)
"""


@functools.cache
def answers():
    asked = subprocess.run([sys.executable, "-c", ASK], input=json.dumps([*REFUSED]), capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout)


@pytest.mark.parametrize("call", REFUSED)
def test_a_wrong_argument_is_refused_in_words(call):
    assert re.fullmatch(REFUSED[call], answers()[call]), answers()[call]


@functools.cache
def batched(resolution=None, error_estimate=True):
    """Compiled solve of 16 points (center, width, temperature, voltage): numbers, error estimate, status code."""

    @jax.jit
    @jax.vmap
    def solve(point):
        dot = jw.Lorentzian(point[0], point[1])
        given = {"temperature": point[2], "voltage": point[3]}
        sol = jw.solve(dot, **given, resolution=resolution, error_estimate=error_estimate)
        numbers = jnp.stack([sol.current, sol.potential_left, sol.potential_right, sol.force])
        return jnp.concatenate([numbers, sol.heating(jnp.asarray(X)).total]), sol.error_estimate, sol.status.code

    return lambda points: jax.tree.map(np.asarray, solve(jnp.asarray(points)))


GOOD = ((1.44, 0.08, 0.3, 0.1), (0.64, 0.08, 0.7, 0.4), (0.9, 0.02, 0.06, 0.9), (2.2, 0.5, 1.0, -0.6))
BAD = [
    *((np.nan, 0.08, 0.3, 0.1), (np.inf, 0.08, 0.3, 0.1)),
    *((1.44, width, 0.3, 0.1) for width in (-0.1, 0.0, np.nan, np.inf)),
    *((1.44, 0.08, temperature, 0.1) for temperature in (-0.1, 0.0, np.nan, np.inf)),
    *((1.44, 0.08, 0.3, np.nan), (1.44, 0.08, 0.3, -np.inf)),
]


def test_inside_jit_input_outside_its_domain_gives_nan_and_a_status():
    numbers, estimate, code = batched()([*GOOD, *BAD])
    bad = slice(len(GOOD), None)
    assert np.all(np.isnan(numbers[bad])) and np.all(np.isnan(estimate[bad]))
    assert np.all(code[bad] == Outcome.OUT_OF_DOMAIN)
    assert np.all(code[: len(GOOD)] == Outcome.SOLVED)


def test_bad_lanes_of_a_batch_leave_the_others_as_they_are_to_the_last_bit():
    with_bad = batched()([*GOOD, *BAD])
    without = batched()([*GOOD, *GOOD, *GOOD, *GOOD])
    for one, other in zip(with_bad, without, strict=True):
        np.testing.assert_array_equal(one[: len(GOOD)], other[: len(GOOD)])


def test_inside_jit_a_bad_table_gives_nan_and_a_status():
    @jax.jit
    def solve(energies, values):
        table = jw.Tabulated(energies, values)
        return jw.solve(table, temperature=0.3, voltage=0.1, error_estimate=False)

    good = jnp.asarray(ENERGIES), jnp.asarray(VALUES)
    assert solve(*good).status.ok
    for energies, values in (
        (good[0][::-1], good[1]),
        (good[0].at[1].set(0.0), good[1]),
        (good[0].at[1].set(np.nan), good[1]),
        (good[0], good[1].at[1].set(1.1)),
        (good[0], good[1].at[1].set(np.nan)),
    ):
        sol = solve(energies, values)
        assert np.isnan(sol.current) and int(sol.status) == Outcome.OUT_OF_DOMAIN


@functools.cache
def solve_function():
    def step(energy, height):
        return height * jax.nn.sigmoid((energy - 1.2) / 0.1)

    @jax.jit
    def solve(height, scales):
        function = jw.Function(step, height, scales=scales)
        return jw.solve(function, temperature=0.3, voltage=0.1, error_estimate=False)

    return lambda height, width: solve(height, jnp.asarray([[1.2, width]]))


def test_a_function_that_is_no_probability_gives_nan_and_a_status():
    assert solve_function()(0.9, 0.1).status.ok
    for height in (1.1, -0.1, np.nan):
        sol = solve_function()(height, 0.1)
        assert np.isnan(sol.current) and not sol.status.ok


@pytest.mark.parametrize("width", [0.0, np.nan, -0.1, np.inf])
def test_inside_jit_a_function_with_a_bad_scale_gives_nan_and_a_status(width):
    sol = solve_function()(0.9, width)
    assert np.isnan(sol.current) and not sol.status.ok


@functools.cache
def solve_gated():
    """Compiled solve of points (radius, gate_distance), one by one and as a batch: current, heating, status code."""

    def solve(point):
        wire = jw.Wire(screening=jw.GatedCoulomb(5.0, point[0], point[1]))
        sol = jw.solve(DOT, wire, temperature=0.3, voltage=0.1, resolution=jw.Resolution(24, 8), error_estimate=False)
        return sol.current, sol.heating(0.5).total, sol.status.code

    return jax.jit(solve), jax.jit(jax.vmap(solve))


def test_inside_jit_a_gate_inside_the_wire_gives_nan_and_a_status():
    points = jnp.asarray([[0.05, 0.5], [0.05, 0.02], [0.05, 0.025], [0.05, 0.026]])
    single, batch = solve_gated()
    for numbers in (jax.tree.map(lambda *column: jnp.stack(column), *map(single, points)), batch(points)):
        current, heating, code = numbers
        np.testing.assert_array_equal(code, [Outcome.SOLVED, *2 * [Outcome.OUT_OF_DOMAIN], Outcome.SOLVED])
        np.testing.assert_array_equal(np.isnan(current), [False, True, True, False])
        np.testing.assert_array_equal(np.isnan(heating), [False, True, True, False])


def test_a_known_gate_is_compared_with_a_traced_radius():
    is_sound = jax.jit(lambda radius: in_domain(jw.Wire(screening=jw.GatedCoulomb(5.0, radius, 0.02))))
    assert not is_sound(0.05) and is_sound(0.03)


def test_a_jax_table_known_outside_jit_can_be_used_inside():
    energies = jnp.asarray(ENERGIES)
    jax.eval_shape(lambda values: jw.Tabulated(energies, values), jnp.asarray(VALUES))


EXTREME = list(itertools.product((0.001, 20.0), (1e-4, 100.0), (0.01, 5.0), (1e-9, 5.0)))


def test_extreme_but_legal_input_is_right_or_says_that_it_is_not():
    numbers, estimate, code = batched()(EXTREME)
    finer, _, _ = batched(jw.Resolution(200, 80), error_estimate=False)(EXTREME)
    assert np.all(np.isfinite(numbers)) and np.all(np.isfinite(estimate))
    scale = np.abs(finer)
    scale[:, 4:] = np.max(scale[:, 4:], axis=1, keepdims=True)  # a profile is judged by its largest value
    error = np.max(np.abs(numbers - finer) / scale, axis=1)
    admitted = (estimate > 1e-4) & (code == Outcome.INACCURATE)
    assert np.all((error < 1e-4) | admitted)
    assert np.all(error <= np.maximum(estimate, 1e-10))  # the estimate is honest here too, down to rounding
