"""Round trips, mirror problems, unreachable currents and derivatives at given current, at random points of any wire.

Points lie in the promised domain; the wire has a power-law relaxation time, a Kane dispersion and local screening. What
is tested holds on every grid, so that a small one does.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw

X = np.array([-3.0, -0.7, -0.05, 0.05, 0.7, 3.0])
SMALL = jw.Resolution(40, 16)
N = 24


def _points(seed=3):
    """Random points, shape (N, 7): s, alpha, sigma, temperature, center, width, voltage of either sign."""
    rng = np.random.default_rng(seed)
    linear = [rng.uniform(*bounds, N) for bounds in ((-0.9, 1.0), (0.0, 0.4), (0.0, 1.0))]
    temperature, width, voltage = (np.exp(rng.uniform(*np.log(b), N)) for b in ((0.03, 1.0), (0.01, 1.0), (0.01, 1.6)))
    sign = np.where(np.arange(N) % 2 == 0, 1.0, -1.0)
    return np.stack([*linear, temperature, rng.uniform(0.1, 2.6, N), width, sign * voltage], axis=1)


POINTS = _points()

# Cold wires whose I(V) falls behind a first crest and rises again to a higher one: s, alpha, sigma, temperature,
# center, width, and a current between the two crests.
TWO_CRESTS = np.array(
    [[0.0, 0.0, 1.0, 0.0428, 0.7534, 0.1301, 0.380], [-0.721, 0.012, 0.698, 0.0404, 0.949, 0.0915, 0.26]]
)


def _solve(point, **drive):
    exponent, alpha, strength, temperature, center, width, _ = point
    wire = jw.Wire(jw.PowerLaw(exponent), jw.Kane(alpha), jw.LocalScreening(strength))
    options = {"resolution": SMALL, "error_estimate": False}
    return jw.solve(jw.Lorentzian(center, width), wire, temperature=temperature, **drive, **options)


@functools.cache
def _given(name):
    """Compiled solve of N points, each with its value of the drive of that name."""

    def solve(point, value):
        sol = _solve(point, **{name: value})
        faces = jnp.stack([sol.potential_left, sol.potential_right])
        return {
            "voltage": sol.voltage,
            "current": sol.current,
            "force": sol.force,
            "faces": faces,
            "heating": sol.heating(jnp.asarray(X)).total,
            "ok": sol.status.ok,
            "limit": sol.status.limit,
        }

    compiled = jax.jit(jax.vmap(solve))
    return lambda points, values: jax.tree.map(np.asarray, compiled(jnp.asarray(points), jnp.asarray(values)))


@functools.cache
def _at_voltage():
    return _given("voltage")(POINTS, POINTS[:, 6])


def _assert_voltage_returns(name):
    found, voltage = _given(name)(POINTS, _at_voltage()[name]), POINTS[:, 6]
    assert np.all(found["ok"])
    assert_allclose(found[name], _at_voltage()[name], rtol=1e-10)
    is_same = np.abs(found["voltage"] / voltage - 1) < 1e-8
    # Beyond a crest of I(V), the answer is the smaller voltage that carries the same current.
    assert np.all(is_same | (np.abs(found["voltage"]) < (1 - 1e-3) * np.abs(voltage)))
    assert np.sum(is_same[voltage > 0]) >= 10 and np.sum(is_same[voltage < 0]) >= 8
    assert np.all(np.sign(found["current"]) == np.sign(voltage))


@pytest.mark.slow
def test_voltage_to_current_to_voltage_returns_at_either_sign():
    _assert_voltage_returns("current")


@pytest.mark.slow
def test_voltage_to_force_to_voltage_returns_at_either_sign():
    _assert_voltage_returns("force")


def test_the_voltage_found_carries_the_current_on_its_own():
    """The solution at a given current is scaled to it; the voltage alone must do as well, as far as the grid goes."""
    found = _given("current")(POINTS, _at_voltage()["current"])
    assert_allclose(found["current"], _at_voltage()["current"], rtol=1e-14)  # rounding
    alone = _given("voltage")(POINTS, found["voltage"])["current"]
    assert_allclose(alone, found["current"], rtol=1e-8)  # on this grid; 1e-10 on the default one
    assert np.quantile(np.abs(alone / found["current"] - 1), 0.7) < 1e-10


def test_the_opposite_voltage_is_the_mirror_problem():
    """T is a function of the kinetic energy in the left wire, which the mirrored dot has on the right."""
    voltage = POINTS[:, 6]
    mirrored = POINTS.copy()
    mirrored[:, 4] += voltage  # the same levels, seen from the other wire
    mirrored[:, 6] = -voltage
    found, expected = _given("voltage")(mirrored, -voltage), _at_voltage()
    assert_allclose(found["current"], -expected["current"], rtol=1e-10)
    scale = np.max(np.abs(expected["faces"]), axis=1, keepdims=True)
    assert_allclose(found["faces"] / scale, expected["faces"][:, ::-1] / scale, rtol=0, atol=1e-9)
    scale = np.max(np.abs(expected["heating"]), axis=1, keepdims=True)
    assert_allclose(found["heating"] / scale, expected["heating"][:, ::-1] / scale, rtol=0, atol=1e-9)


def _beyond():
    return _given("current")(POINTS, 1e3 * np.sign(POINTS[:, 6]))


def _carried():
    """Largest size of the current at some voltages of the sign wanted, up to where no electron comes back."""
    top = np.sign(POINTS[:, 6]) * (2.0 + 40.0 * POINTS[:, 3])
    currents = [_given("voltage")(POINTS, part * top)["current"] for part in (0.02, 0.05, 0.1, 0.2, 0.27, 0.4, 1.0)]
    return np.max(np.abs(currents), axis=0)


def test_unreachable_currents_are_reported_with_the_largest_one():
    limit = _beyond()["limit"]
    assert not np.any(_beyond()["ok"])
    assert np.all(np.isnan(_beyond()["voltage"])) and np.all(np.isnan(_beyond()["heating"]))
    assert np.all(np.sign(limit) == np.sign(POINTS[:, 6]))
    for share, ok in ((0.999, True), (1.001, False)):
        found = _given("current")(POINTS, share * limit)
        np.testing.assert_array_equal(found["ok"], ok)
        name, expected = ("current", share * limit) if ok else ("limit", limit)
        assert_allclose(found[name], expected, rtol=1e-8)
    assert np.all(_carried() <= np.abs(limit) * (1 + 1e-9))


def test_a_current_beyond_the_first_crest_is_found_on_a_later_branch():
    points = np.resize(TWO_CRESTS, POINTS.shape)  # of the shape that is compiled already
    found = _given("current")(points, points[:, 6])
    assert np.all(found["ok"]) and np.all(found["voltage"] > 0.5)
    assert_allclose(found["current"], points[:, 6], rtol=1e-10)
    limit = _given("current")(points, 2 * points[:, 6])["limit"]
    voltages = np.linspace(0.05, 1.5, 59)
    largest = np.max([_given("voltage")(points, np.full(N, v))["current"] for v in voltages], axis=0)
    assert np.all((largest <= limit) & (limit < 1.002 * largest))


SOME = [1, 4]
"""Positions of which heating is differentiated."""

# s, alpha, sigma, temperature, center, width, current
OPERATING = np.array([[-0.6, 0.2, 0.7, 0.3, 1.44, 0.08, 0.0125], [0.8, 0.1, 0.4, 0.2, 1.1, 0.2, -0.1]])


@pytest.mark.slow
def test_derivatives_at_given_current_match_differences():
    """In reverse mode, by every parameter of scatterer and wire, temperature and current; of either sign."""

    def observe(point):
        sol = _solve(point, current=point[6])
        return jnp.concatenate([sol.voltage[None], sol.potential_right[None], sol.heating(jnp.asarray(X[SOME])).total])

    def observe_all(points):
        """The same, by the program that the other tests have compiled for N points."""
        parts = [_given("current")(part, part[:, 6]) for part in np.resize(points, (-(-len(points) // N), N, 7))]
        columns = [np.column_stack([part["voltage"], part["faces"][:, 1], part["heating"][:, SOME]]) for part in parts]
        return np.concatenate(columns)[: len(points)]

    found = jax.jit(jax.vmap(jax.jacrev(observe)))(OPERATING)
    steps = 1e-3 * np.abs(OPERATING)[:, None, :] * np.eye(7)
    ends = np.stack([OPERATING[:, None, :] + n * steps for n in (1, -1, 2, -2)])
    forward, backward, twice, back_twice = observe_all(ends.reshape(-1, 7)).reshape(4, 2, 7, 4)
    # fourth order: relative errors of 1e-12, but for the resonance of width 0.08 at 1.44
    differences = (8 * (forward - backward) - (twice - back_twice)) / (12 * np.sum(steps, axis=-1))[..., None]
    expected = np.moveaxis(differences, 1, 2)
    assert_allclose(found, expected, rtol=1e-6)
