"""What instruments read: against convolutions of the heating done numerically, balances, limits, derivatives."""

import functools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.kinetics.wave_smoothing import NEAR_OWN_RATE, Waves, _kept_apart
from jaxwire.numerics.special_functions import erfcx
from jaxwire.observables.instruments import AbstractInstrument, HeatingProfile, Thermometer

COARSE = jw.Resolution(24, 10)
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(14)
X = np.array([-7.0, -1.3, -0.4, -0.02, 0.05, 0.3, 1.1, 4.0])
LENGTH_FIELDS = ("healing_length", "phonon_mean_free_path", "probe_width", "half_length")


@functools.cache
def solution(name):
    dot, wire, voltage = jw.Lorentzian(1.44, 0.08), jw.Wire(), 0.1
    if name == "reversed":  # the higher band is on the right
        voltage = -0.3
    if name == "other wire":
        wire = jw.Wire(jw.PowerLaw(-0.5), screening=jw.LocalScreening(0.6))
    return jw.solve(dot, wire, temperature=0.3, voltage=voltage, resolution=COARSE, error_estimate=False)


WIRES = ("forward", "reversed", "other wire")


def heating(sol, x):
    """P_ph, of any sign of x but 0."""
    return np.asarray(sol.external_power * sol.heating(jnp.asarray(x)).total)


def scale(sol):
    """Largest heating at X."""
    return np.max(np.abs(heating(sol, X)))


def panels(edges):
    """Gauss-Legendre nodes and weights, composed of the intervals between edges."""
    edges = np.sort(edges)
    half = np.diff(edges)[:, None] / 2
    middle = (edges[1:] + edges[:-1])[:, None] / 2
    return (middle + half * POINTS[None, :]).ravel(), (half * WEIGHTS[None, :]).ravel()


def graded(reach, n=50):
    """Edges that crowd at 0, where there is a kink or a logarithm."""
    steps = np.geomspace(1e-12, reach, n)
    return np.concatenate([-steps, [0.0], steps])


def diffusion_kernel(y, a, b):
    """Convolution of exp(-|y|/a)/(2a) and exp(-|y|/b)/(2b)."""
    y = np.abs(y)
    a, b = max(a, b), min(a, b)
    if b == 0:
        return np.exp(-y / a) / (2 * a)
    gap = a - b
    lag = y / a if gap == 0 else -b * np.expm1(-y * gap / (a * b)) / gap
    return np.exp(-y / a) * (1 + lag) / (2 * (a + b))


def normal(y, s):
    return np.exp(-0.5 * (y / s) ** 2) / (s * np.sqrt(2 * np.pi))


@functools.cache
def heating_around(name, x):
    """Places and weights that resolve the logarithm at 0 and any kernel around x, and P_ph - P_ext there."""
    sol = solution(name)
    places, weights = panels(np.concatenate([graded(120.0), x + graded(120.0)]))
    return places, weights, heating(sol, places) - float(sol.external_power)


# Against numerical convolution


@pytest.mark.parametrize("name", WIRES)
def test_without_any_length_the_signal_is_the_heating(name):
    sol = solution(name)
    assert_allclose(Thermometer(0.0).signal(sol, X), heating(sol, X), rtol=1e-12, atol=1e-13 * scale(sol))


LENGTHS = [(0.3, 0.0), (0.0, 0.3), (0.5, 0.2), (0.2, 0.5), (0.4, 0.4), (0.4, 0.4000001), (5.0, 0.01), (30.0, 1.0)]


@pytest.mark.parametrize(("healing", "path"), LENGTHS)
@pytest.mark.parametrize("name", WIRES)
def test_phonons_smooth_the_heating_as_their_kernels_say(name, healing, path):
    sol = solution(name)
    expected = np.full_like(X, float(sol.external_power))
    for index, x in enumerate(X):
        places, weights, excess = heating_around(name, x)
        expected[index] += np.sum(weights * diffusion_kernel(x - places, healing, path) * excess)
    found = Thermometer(healing, path).signal(sol, X)
    assert_allclose(found, expected, rtol=0, atol=1e-12 * scale(sol))


@pytest.mark.parametrize("index", [0, 1, 5, 15, -1])
@pytest.mark.parametrize("side", ["upper", "lower"])
def test_a_healing_length_equal_to_a_decay_length_is_like_any_other(side, index):
    sol = solution("forward")
    length = float(1 / getattr(sol.flow, side).modes.rate[index])
    expected = np.full_like(X, float(sol.external_power))
    for place, x in enumerate(X):
        places, weights, excess = heating_around("forward", x)
        expected[place] += np.sum(weights * diffusion_kernel(x - places, length, length) * excess)
    assert_allclose(Thermometer(length, length).signal(sol, X), expected, rtol=0, atol=2e-12 * scale(sol))


def blurred(sharp, x, width, breaks=(0.0,)):
    """Average of a function over a normal distribution around x; it may have kinks or a logarithm at `breaks`."""
    around = x + width * np.linspace(-9.0, 9.0, 81)
    kinks = np.concatenate([place + graded(max(9 * width, 1e-3)) for place in breaks])
    places, weights = panels(np.concatenate([around, np.clip(kinks, around[0], around[-1])]))
    weights = weights * normal(x - places, width)
    places = np.where(weights > 0, places, x)
    return np.sum(weights * np.asarray(sharp(places)))


@pytest.mark.parametrize("width", [1e-3, 0.03, 0.3, 2.0])
@pytest.mark.parametrize(("healing", "path"), [(0.0, 0.0), (0.5, 0.0), (0.5, 0.2), (0.3, 0.3)])
def test_a_probe_averages_over_its_size(healing, path, width):
    for name in WIRES[:2]:
        sol = solution(name)
        read = Thermometer(healing, path).signal if healing > 0 else heating
        sharp = functools.partial(read, sol)
        expected = [blurred(sharp, x, width) for x in X]
        found = Thermometer(healing, path, width).signal(sol, X)
        assert_allclose(found, expected, rtol=0, atol=1e-11 * scale(sol))  # the reference is cut at 9 widths


@pytest.mark.parametrize(("healing", "end"), [(0.5, 5.0), (3.0, 5.0), (0.5, 0.45), (20.0, 8.0)])
@pytest.mark.parametrize("name", WIRES[:2])
def test_a_finite_sample_diffuses_as_its_green_function_says(name, healing, end):
    sol = solution(name)
    x = np.where(np.abs(X) < end, X, 0.9 * np.sign(X) * end)
    found = Thermometer(healing, half_length=end).signal(sol, x)
    for at, value in zip(x, found, strict=True):
        edges = np.clip(np.concatenate([graded(120.0), at + graded(120.0)]), -end, end)
        places, weights = panels(edges)
        places = np.where(weights > 0, places, at)
        low, high = np.minimum(at, places), np.maximum(at, places)
        green = np.sinh((end - high) / healing) * np.sinh((end + low) / healing) / np.sinh(2 * end / healing) / healing
        assert_allclose(value, np.sum(weights * green * heating(sol, places)), rtol=0, atol=1e-12 * scale(sol))


@jax.jit
def residual_of(probe, sol, x):
    """-Lambda^2 theta'' + theta, by automatic derivatives."""
    bent = jax.vmap(jax.grad(jax.grad(lambda x: probe.signal(sol, x))))(x)
    return probe.signal(sol, x) - probe.healing_length**2 * bent


@pytest.mark.parametrize(("healing", "path", "width"), [(0.5, 0.2, 0.0), (0.2, 0.2, 0.0), (2.0, 0.1, 0.3)])
def test_the_temperature_obeys_the_diffusion_equation(healing, path, width):
    # With ends, this and their temperature determine it; the right side is tested above.
    for name in WIRES[:2]:
        sol = solution(name)
        source = Thermometer(0.0, path, width).signal(sol, X)
        assert_allclose(residual_of(Thermometer(healing, path, width), sol, X), source, rtol=0, atol=1e-9 * scale(sol))
        if width == 0:
            inside = residual_of(Thermometer(healing, path, width, 7.5), sol, X)
            assert_allclose(inside, source, rtol=0, atol=1e-9 * scale(sol))


@pytest.mark.parametrize(("healing", "path", "end"), [(0.5, 0.2, 7.5), (2.0, 0.0, 0.7), (1e3, 0.1, 3.0), (1e-3, 1, 2)])
def test_the_ends_are_at_the_temperature_of_the_bath(healing, path, end):
    sol = solution("forward")
    probe = Thermometer(healing, path, half_length=end)
    outside = end * np.array([-30.0, -1.01, -1.0, 1.0, 1.000001, 5.0, 40.0, 100.0])
    assert_allclose(probe.signal(sol, outside), 0.0, atol=1e-13 * scale(sol))
    near, inside = (np.abs(probe.signal(sol, np.array([-1, 1]) * share * end)) for share in (0.999999, 0.7))
    assert np.all(near < 2e-2 * inside)
    assert np.all(inside > 1e-10 * scale(sol))  # (end/Lambda)^2, and heating and cooling all but cancel


@pytest.mark.parametrize(("healing", "path"), [(0.5, 0.0), (0.5, 0.2), (8.0, 0.2), (0.0, 0.3)])
@pytest.mark.parametrize("width", [0.02, 0.5])
def test_a_probe_at_an_end_averages_over_sample_and_bath(healing, path, width):
    sol, end = solution("forward"), 2.0
    sharp = functools.partial(Thermometer(healing, path, half_length=end).signal, sol)
    x = np.array([-2.3, -1.99, -0.3, 0.1, 1.7, 2.0, 2.01, 3.0])
    expected = [blurred(sharp, at, width, (-end, 0.0, end)) for at in x]
    found = Thermometer(healing, path, width, end).signal(sol, x)
    assert_allclose(found, expected, rtol=0, atol=1e-11 * scale(sol))


# Balances and limits


@pytest.mark.parametrize(
    ("healing", "path", "width"), [(0.0, 0.0, 0.0), (0.7, 0.0, 0.0), (0.7, 0.2, 0.0), (0.7, 0.7, 0.0), (0.7, 0.2, 0.4)]
)
@pytest.mark.parametrize("name", WIRES)
def test_no_heat_is_lost_between_electrons_and_substrate(name, healing, path, width):
    sol = solution(name)
    places, weights = panels(graded(150.0, 80))  # from 150 on, exp(-150/0.7); the slowest mode decays faster
    excess = Thermometer(healing, path, width).signal(sol, places) - sol.external_power
    released = sol.powers.left + sol.powers.right  # Eqs. 28, 31
    assert_allclose(np.sum(weights * excess), released, rtol=1e-10)


@pytest.mark.parametrize("field", LENGTH_FIELDS[:3])
@pytest.mark.parametrize("others", [(0.0, 0.0, 0.0), (0.3, 0.2, 0.1)])
def test_a_length_that_vanishes_leaves_no_trace(field, others):
    sol = solution("reversed")
    at = LENGTH_FIELDS.index(field)

    def signal(length):
        return Thermometer(*others[:at], length, *others[at + 1 :]).signal(sol, X)

    assert_allclose(signal(1e-9), signal(0.0), rtol=0, atol=1e-11 * scale(sol))
    assert_allclose(signal(1e-6), signal(0.0), rtol=0, atol=1e-5 * scale(sol))  # (length/|x|)^2, |x| > 0.02
    assert np.max(np.abs(signal(1e-2) - signal(0.0))) > 1e-6 * scale(sol)


@pytest.mark.parametrize("width", [0.0, 0.2])
def test_far_ends_are_not_felt(width):
    sol = solution("forward")
    far = Thermometer(0.5, 0.2, width, 30.0).signal(sol, X)
    assert_allclose(far, Thermometer(0.5, 0.2, width).signal(sol, X), rtol=0, atol=1e-13 * scale(sol))


@pytest.mark.parametrize("width", [0.0, 0.1])
@pytest.mark.parametrize("end", [None, 5.0])
def test_signals_are_smooth_where_lengths_coincide_or_modes_change_their_form(width, end):
    sol = solution("forward")
    rate = float(sol.flow.lower.modes.rate[8])
    special = [(0.4, 0.4), (1 / rate, 0.2), (0.2, 1 / rate), (1 / rate, 1 / rate), (0.4 * (1 + NEAR_OWN_RATE), 0.4)]
    special += [
        ((1 + sign * NEAR_OWN_RATE) / rate, path) for sign in (-1, 1) for path in (0.0, (1 + NEAR_OWN_RATE) / rate)
    ]
    for healing, path in special:
        for step in (0.0, 1e-15, 1e-12, 1e-9):
            low, high = (
                Thermometer(healing * (1 + sign * step), path * (1 - sign * step), width, end).signal(sol, X)
                for sign in (-1, 1)
            )
            assert_allclose(high, low, rtol=0, atol=(1e-12 + 5 * step) * scale(sol))


@pytest.mark.parametrize("end", [None, 1e-3, 3.0, 1e4])
def test_extreme_lengths_and_places_overflow_nowhere(end):
    sol = solution("forward")
    x = jnp.array([-1e4, -1.0, -1e-5, 1e-5, 1e-2, 1.0, 30.0, 1e4])
    ends = [] if end is None else [end]

    @jax.jit
    def everything(lengths):
        value = Thermometer(*lengths).signal(sol, x)
        return value, jax.jacrev(lambda p: Thermometer(*p).signal(sol, x))(lengths)

    largest = 3 * np.max(np.abs(heating(sol, np.array([-1e-5, 1e-5]))))
    for healing in (0.0, 1e-6, 1e-3, 1.0, 1e3, 1e6):
        for path in (0.0, 1e-6, 1e3):
            for width in (0.0, 1e-6, 1.0, 1e3):
                value, slopes = everything(jnp.array([healing, path, width, *ends]))
                assert np.all(np.isfinite(value)) and np.all(np.isfinite(slopes)), (healing, path, width)
                assert np.max(np.abs(value)) <= largest, (healing, path, width)


def test_only_what_is_not_smoothed_at_all_diverges_at_the_scatterer():
    sol = solution("forward")
    assert np.isnan(Thermometer(0.0).signal(sol, 0.0))
    for lengths in [(0.3, 0.0, 0.0), (0.0, 0.3, 0.0), (0.0, 0.0, 0.3), (0.3, 0.2, 0.1)]:
        left, at, right = (Thermometer(*lengths).signal(sol, x) for x in (-1e-9, 0.0, 1e-9))
        assert_allclose([left, right], [at, at], rtol=0, atol=1e-6 * scale(sol))
        assert_array_equal(Thermometer(*lengths).signal(sol, -0.0), at)


@jax.jit
def read_at(center, voltage, direction):
    """Signal of a wire, and its derivative in a direction of (center, voltage)."""

    def signal(center, voltage):
        dot = jw.Lorentzian(center, 0.08)
        sol = jw.solve(dot, temperature=0.3, voltage=voltage, resolution=COARSE, error_estimate=False)
        return Thermometer(0.5, 0.2, 0.1).read(sol, jnp.asarray(X))

    return jax.jvp(signal, (center, voltage), direction)


@pytest.mark.parametrize("direction", [(1.0, 0.0), (0.0, 1.0)])
def test_derivatives_reach_the_scatterer(direction):
    step = 1e-4
    high, low = (read_at(1.44 + sign * direction[0], 0.1 + sign * direction[1], direction)[0] for sign in (step, -step))
    slope = read_at(1.44, 0.1, direction)[1]
    assert_allclose(slope, (high - low) / (2 * step), rtol=0, atol=1e-4 * np.max(np.abs(slope)))


def test_without_voltage_nothing_is_warmer_than_the_bath():
    value, slope = read_at(1.44, 0.0, (0.0, 1.0))
    assert_array_equal(value, 0.0)
    step = 1e-4
    near, far = (read_at(1.44, voltage, (0.0, 1.0))[0] for voltage in (step, 2 * step))
    # P_ph is linear in the voltage, P_ext quadratic.
    assert_allclose(slope, (4 * near - far) / (2 * step), rtol=0, atol=1e-5 * np.max(np.abs(slope)))
    assert np.max(np.abs(slope)) > 1e-3


# Readings


def test_a_reading_is_offset_and_gain_at_the_place_of_the_scatterer():
    sol = solution("forward")
    settings = {"gain": -3.0, "offset": 0.7, "position": 1.5}
    x = X + 1.5
    found = HeatingProfile(**settings).read(sol, x)
    assert_allclose(found, 0.7 - 3.0 * sol.heating(X).total, rtol=1e-12)
    found = Thermometer(0.4, 0.1, **settings).read(sol, x)
    assert_allclose(found, 0.7 - 3.0 * Thermometer(0.4, 0.1).signal(sol, X), rtol=0, atol=1e-12 * scale(sol))


def test_a_traced_field_outside_its_domain_gives_no_reading():
    read = jax.jit(lambda gain: HeatingProfile(gain).read(solution("forward"), jnp.asarray(X)))
    assert np.all(np.isfinite(read(2.0)))
    assert np.all(np.isnan(read(jnp.inf)))


def test_positions_may_have_any_shape():
    sol, probe = solution("forward"), Thermometer(0.4, 0.1, 0.05)
    whole = np.asarray(probe.signal(sol, X))
    assert probe.signal(sol, 0.3).shape == ()
    assert_allclose(probe.signal(sol, 0.3), whole[5], rtol=1e-12)
    assert_allclose(probe.signal(sol, X.reshape(2, 1, 4)), whole.reshape(2, 1, 4), rtol=1e-12)
    assert probe.read(sol, np.zeros((0, 3))).shape == (0, 3)
    many = probe.signal(sol, np.tile(X, 200))
    assert_allclose(many, np.tile(whole, 200), rtol=1e-12)


def test_a_batch_is_mapped_over():
    failed = jax.tree.map(lambda leaf: leaf * jnp.nan if leaf.dtype.kind == "f" else leaf, solution("forward"))
    sols = [solution("forward"), failed, solution("forward"), solution("forward")]
    lengths = jnp.array([0.5, 0.5, -1.0, 0.0])

    def read(sol, length):
        return Thermometer(length, 0.2).signal(sol, jnp.asarray(X))

    found = jax.jit(jax.vmap(read))(jax.tree.map(lambda *leaves: jnp.stack(leaves), *sols), lengths)
    for index in (0, 3):
        expected = Thermometer(lengths[index], 0.2).read(sols[index], X)
        assert_allclose(found[index], expected, rtol=0, atol=1e-13 * scale(sols[index]))
    assert np.all(np.isnan(found[1:3]))  # a failed solve; a length below 0


def test_anyone_can_add_an_instrument():
    class Potentiometer(AbstractInstrument):
        gain: jax.Array
        offset: jax.Array
        position: jax.Array

        def signal(self, sol, x):
            return sol.potential(x)

    sol = solution("forward")
    probe = Potentiometer(jnp.asarray(2.0), jnp.asarray(1.0), jnp.asarray(0.5))
    assert_allclose(probe.read(sol, X), 1.0 + 2.0 * sol.potential(X - 0.5), rtol=1e-14)
    with pytest.raises(TypeError, match="abstract"):
        AbstractInstrument()


# Derivatives


def reading(parameters, sol):
    return Thermometer(*parameters).read(sol, jnp.asarray(X))


def test_derivatives_by_every_field_are_those_of_differences():
    sol = solution("reversed")
    forward, reverse = jax.jit(jax.jacfwd(reading)), jax.jit(jax.jacrev(reading))
    rate = float(sol.flow.lower.modes.rate[8])
    for lengths in [(0.4, 0.2, 0.1), (0.4, 0.4, 0.1), (1 / rate, 1 / rate, 0.3), (0.3, 0.3 * (1 + 1e-9), 0.02)]:
        point = jnp.array([*lengths, 6.0, 1.3, 0.2, 0.3])  # in the order of the fields
        found = forward(point, sol)
        largest = np.max(np.abs(found), axis=0)
        assert np.all(largest > 0)
        # Where three rates coincide, terms 1e3 times their sum are added up in another order.
        assert np.max(np.abs(found - reverse(point, sol)) / largest) < 1e-10
        for index in range(point.size):
            step = 3e-3 * min(1.0, 2.0 * float(point[index])) * np.eye(point.size)[index]
            at = [reading(point + n * step, sol) for n in (-2, -1, 1, 2)]
            expected = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * step[index])
            assert_allclose(found[:, index], expected, rtol=0, atol=1e-8 * largest[index])  # fourth order in the step


@pytest.mark.parametrize("end", [None, 6.0])
def test_lengths_that_are_traced_zeros_spoil_no_derivative(end):
    sol = solution("forward")

    def read(lengths, position):
        return Thermometer(*lengths, end, position=position).read(sol, jnp.asarray(X))

    slopes = jax.jit(jax.jacrev(read, argnums=(0, 1)))
    for lengths in [(0.0, 0.0, 0.0), (0.5, 0.0, 0.0), (0.0, 0.2, 0.0), (0.5, 0.2, 0.0), (0.0, 0.0, 0.1)]:
        by_length, by_position = slopes(jnp.array(lengths), 0.0)
        assert np.all(np.isfinite(by_length)) and np.all(np.isfinite(by_position))
        step = 1e-5
        difference = (read(lengths, step) - read(lengths, -step)) / (2 * step)
        assert_allclose(by_position, difference, rtol=0, atol=1e-4 * np.max(np.abs(difference)))
        assert_array_equal(by_length[:, [length == 0 for length in lengths]], 0.0)  # their squares count


# The parts


def test_the_scaled_error_function_is_that_of_scipy():
    z = np.concatenate([[0.0], np.geomspace(1e-8, 1e12, 20001)])
    assert_allclose(erfcx(jnp.asarray(z)), scipy.special.erfcx(z), rtol=3e-14)
    z = z[z < 30]
    slope = jax.vmap(jax.grad(erfcx))(jnp.asarray(z))
    assert_allclose(slope, 2 * z * scipy.special.erfcx(z) - 2 / np.sqrt(np.pi), rtol=0, atol=1e-12)


def test_interpolated_waves_are_those_they_replace():
    y = np.linspace(0.0, 60.0, 6001)
    for excess in np.linspace(-0.999, 0.999, 41) * NEAR_OWN_RATE:
        wave = Waves(jnp.array([2.0 * (1 + excess)]), jnp.ones(1), jnp.ones(1), jnp.zeros(1))
        waves = _kept_apart(wave, jnp.asarray(0.5), jnp.asarray(2.0))
        assert np.min(np.abs(waves.rate - 2.0)) > 0.2 * 2.0 * NEAR_OWN_RATE
        found = np.exp(-y[:, None] * np.asarray(waves.rate)[None, :]) @ np.asarray(waves.coefficient)
        assert_allclose(found, np.exp(-y * 2.0 * (1 + excess)), rtol=0, atol=1e-14)


# Bad input


@pytest.mark.parametrize("field", LENGTH_FIELDS)
@pytest.mark.parametrize("value", [-0.1, np.inf, np.nan])
def test_lengths_out_of_their_domain_are_refused(field, value):
    with pytest.raises(ValueError, match=f"`{field}` must be"):
        Thermometer(**{"healing_length": 0.5, field: value})


def test_other_bad_input_is_refused_in_words():
    sol, probe = solution("forward"), Thermometer(0.5)
    with pytest.raises(ValueError, match="`half_length` must be positive, got 0"):
        Thermometer(0.5, half_length=0.0)
    with pytest.raises(ValueError, match="`gain` must be a single number"):
        HeatingProfile(gain=[1.0, 2.0])
    with pytest.raises(TypeError, match="`probe_width` must be in double precision"):
        Thermometer(0.5, probe_width=np.float32(0.1))
    for instrument in (probe, HeatingProfile()):
        with pytest.raises(TypeError, match="`sol` must be a Solution|parameter 'sol'"):
            instrument.signal(1.0, X)  # the latter message is beartype's
        with pytest.raises(TypeError, match="`x` must be a real number"):
            instrument.read(sol, "here")
        batch = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), eqx.filter(sol, eqx.is_array))
        with pytest.raises(ValueError, match="`signal` needs a single solution, got a batch of shape"):
            instrument.read(eqx.combine(batch, sol), X)
    with pytest.raises(ValueError, match="`x` must not be 0"):
        HeatingProfile(position=1.0).read(sol, [0.0, 1.0])


def test_a_potential_that_is_not_local_is_refused():
    gated = jw.Wire(screening=jw.GatedCoulomb(coupling=5.0, radius=0.05, gate_distance=0.5))
    sol = eqx.tree_at(lambda sol: sol.wire, solution("forward"), gated)
    with pytest.raises(TypeError, match="`sol` must have a local screening .* got GatedCoulomb"):
        Thermometer(0.5).read(sol, X)
