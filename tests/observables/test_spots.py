"""Heating and cooling spots: closed forms, dense sampling of the heating, what the paper says, derivatives."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize
import scipy.signal
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.observables.extrema import NEAREST, candidates, in_order
from jaxwire.observables.spot import Spot, spot_measure
from jaxwire.observables.spots import _contour, find_extrema, find_spots
from jaxwire.observables.wave_profile import WaveProfile

SIDES = {"left": -1, "right": 1}
BATCH = 8

# Sums of exponentials with known extrema


def extrema(profile, x_max, limit):
    return in_order(candidates(profile, x_max, limit), limit)


@functools.partial(jax.jit, static_argnums=3)
def extrema_of(rate, coefficient, x_max, limit):
    return extrema(WaveProfile(jnp.asarray(rate), jnp.asarray(coefficient)), x_max, limit)


def found_in(rate, coefficient, x_max=20.0, limit=6):
    """Distance, excess and prominence of the extrema of sum_k c_k exp(-kappa_k r), shape (found, 3)."""
    padding = max(0, 6 - len(rate))  # one program serves all short sums
    found = extrema_of(np.pad(rate, (0, padding)), np.pad(coefficient, (0, padding)), x_max, limit)
    return np.stack(found[:3], axis=1)[np.asarray(found.exists)]


@pytest.mark.parametrize("scale", [1.0, -1.0, 1e-9, 1e6])
@pytest.mark.parametrize("place", [0.0101, 0.011, 0.3, 1.7, 19.0, 19.999])
def test_two_exponentials_have_their_closed_form(scale, place):
    # y - y^2, y = exp(-k r), has its only extremum where y = 1/2, of height 1/4; it is 0 on the far end.
    rate = np.log(2) / place
    near, far = (y - y * y for y in np.exp(-rate * np.array([NEAREST, 20.0])))
    [[distance, excess, prominence]] = found_in([rate, 2 * rate], [scale, -scale])
    assert_allclose(distance, place, rtol=1e-9)  # h'' is 1/x^2 of the height: rounding, 1e-16, over the distance to 0
    assert_allclose(excess, 0.25 * scale, rtol=1e-14)
    assert_allclose(prominence, abs(scale) * (0.25 - max(near, far)), rtol=1e-12, atol=1e-15 * abs(scale))


def test_ends_of_the_interval_are_no_extrema():
    assert len(found_in([1.0], [3.0])) == 0
    assert len(found_in([1.0, 2.0], [0.0, 0.0])) == 0
    rate = np.array([1.0, 2.0])
    for place in (0.0099, 20.01):
        assert len(found_in(rate * np.log(2) / place, [1.0, -1.0])) == 0
    assert len(found_in(rate * np.log(2) / 3.0, [1.0, -1.0], x_max=2.99)) == 0
    assert len(found_in(rate * np.log(2) / 3.0, [1.0, -1.0], x_max=3.01)) == 1


def polynomial_in_decay(*zeros):
    """Coefficients of y, y^2, ..., y = exp(-r), of a sum whose derivative vanishes where y is one of these."""
    derivative = np.polynomial.polynomial.polyfromroots(zeros)
    return derivative / np.arange(1, derivative.size + 1)


def height(coefficient, r):
    return float(np.sum(coefficient * np.exp(-r * np.arange(1, coefficient.size + 1))))


@pytest.mark.parametrize("gap", [0.3, 0.05, 0.02])
@pytest.mark.parametrize("place", [0.02, 0.5, 3.0, 15.0])
def test_two_extrema_close_together_are_both_found(gap, place):
    steps = np.array([1.0, 1.0 + gap])
    coefficient = polynomial_in_decay(*np.exp(-steps))
    heights = np.array([height(coefficient, step) for step in steps])
    found = found_in(np.array([1.0, 2.0, 3.0]) / place, coefficient)
    # Rounding of the slope, 1e-16 of its terms, over a curvature proportional to the gap.
    assert_allclose(found[:, 0], place * steps, rtol=1e-13 / gap)
    assert_allclose(found[:, 1], heights, rtol=1e-12)
    # On one side of either h changes by their difference (6e-8 at the smallest gap), on the other up to the end.
    ends = np.array([height(coefficient, r / place) for r in (NEAREST, 20.0)])
    expected = np.minimum(abs(heights[1] - heights[0]), np.abs(heights - ends))
    assert_allclose(found[:, 2], expected, rtol=1e-5)


def test_extrema_closer_than_rounding_do_not_exist():
    coefficient = polynomial_in_decay(*np.exp([-1.0, -1.0 - 1e-5]))  # prominence 1e-17
    assert len(found_in([1.0, 2.0, 3.0], coefficient)) == 0


def test_sums_that_cancel_to_rounding_make_no_extrema():
    rng = np.random.default_rng(0)
    for _ in range(50):
        # Pairs of opposite terms leave exp(-r), and rounding of terms that add up to 1e3 times as much.
        rate, size = rng.uniform(0.2, 50.0, 40), 10.0 * rng.normal(size=40)
        assert len(found_in([*rate, *rate, 1.0], [*size, *-size, 1.0], limit=6)) == 0


def test_all_extrema_come_in_order_with_topographic_prominences():
    places = np.array([0.1, 0.4, 1.0, 2.5])
    coefficient = polynomial_in_decay(*np.exp(-places))
    rate = np.arange(1.0, 6.0)
    found = found_in(rate, coefficient)
    assert_allclose(found[:, 0], places, rtol=1e-9)
    r = np.sort(np.concatenate([np.geomspace(NEAREST, 20.0, 4001), places]))
    h = np.exp(-np.outer(r, rate)) @ coefficient
    for place, prominence in zip(places, found[:, 2], strict=True):
        index = int(np.searchsorted(r, place))
        is_peak = h[index] > h[index - 1]
        expected = scipy.signal.peak_prominences(h if is_peak else -h, [index])[0][0]
        assert_allclose(prominence, expected, rtol=1e-9)  # extrema are among the positions: the same numbers
    assert_array_equal(found_in(rate, coefficient, limit=2), found[:2])


# Dense sampling of the heating

X_MAX = 20.0
DENSE = np.geomspace(NEAREST, X_MAX, 2001)
N_RANDOM = 160


def random_points(seed, n):
    """(eps0, Gamma, kT, eV, wire) over the promised domain, shape (n, 5)."""
    rng = np.random.default_rng(seed)
    width, temperature = np.exp(rng.uniform(np.log([0.01, 0.03]), 0.0, (n, 2))).T
    center, voltage, other = rng.uniform([0.1, -1.6, 0.0], [2.6, 1.6, 1.0], (n, 3)).T
    return np.stack([center, width, temperature, voltage, other], axis=1)


def solve(point, wire=None):
    center, width, temperature, voltage = point[:4]
    return jw.solve(jw.Lorentzian(center, width), wire, temperature=temperature, voltage=voltage, error_estimate=False)


def random_wire(share):
    """Half of them the paper's wire, half with a relaxation time that depends on energy, and weaker screening."""
    unlike = jnp.maximum(2.0 * share - 1.0, 0.0)
    return jw.Wire(jw.PowerLaw(jnp.sin(9.0 * unlike)), screening=jw.LocalScreening(1.0 - unlike**2))


def reference(heating):
    """Extrema of densely sampled heating: distance, heating, prominence, shape (found, 3); refined by interpolation."""
    rises = np.diff(heating) > 0
    found = []
    for index in np.flatnonzero(rises[1:] != rises[:-1]) + 1:
        upright = 1.0 if rises[index - 1] else -1.0
        prominence = scipy.signal.peak_prominences(upright * heating, [index])[0][0]
        # The polynomial through the nearest seven samples in ln x errs by (0.0038)^7: rounding is more.
        near = np.clip(index, 3, heating.size - 4) + np.arange(-3, 4)
        u = np.log(DENSE[near] / DENSE[index])
        curve = np.polynomial.Polynomial.fit(u, heating[near], 6)
        place = scipy.optimize.brentq(curve.deriv(), *np.log(DENSE[[index - 1, index + 1]] / DENSE[index]))
        found.append((DENSE[index] * np.exp(place), curve(place), prominence))
    return np.array(found).reshape(-1, 3)


@pytest.mark.slow
def test_spots_agree_with_dense_sampling_at_random_points():
    def one(point):
        sol = solve(point, random_wire(point[4]))
        heating = [sol.heating(sign * DENSE).total for sign in SIDES.values()]
        return heating, find_spots(sol), find_extrema(sol)

    points = random_points(20240710, N_RANDOM)
    heating, spots, every = jax.jit(lambda p: jax.lax.map(one, p, batch_size=BATCH))(jnp.asarray(points))
    compared = overruled = 0
    for side, (spot, all_found, sign) in enumerate(zip(spots, every, SIDES.values(), strict=True)):
        for i in range(N_RANDOM):
            wanted = reference(np.asarray(heating[side][i]))
            exists = np.asarray(all_found.exists[i])
            found = np.stack([sign * all_found.position[i], all_found.heating[i], all_found.prominence[i]], axis=1)[
                exists
            ]
            assert np.all(exists == (np.arange(exists.size) < len(found)))
            # What is fainter than 1e-3 may be more or less than rounding and the spacing of the samples.
            wanted_plain, found_plain = wanted[wanted[:, 2] > 1e-3], found[found[:, 2] > 0.999e-3]
            assert len(wanted_plain) == len(found_plain), (points[i], wanted, found)
            assert_allclose(found_plain[:, 0], wanted_plain[:, 0], rtol=1e-6)  # the promise is 1e-4
            assert_allclose(found_plain[:, 1], wanted_plain[:, 1], rtol=1e-9, atol=1e-9)
            assert_allclose(found_plain[:, 2], wanted_plain[:, 2], rtol=2e-3)  # sampled: (0.0038)^2/8 of the heights
            compared += len(wanted_plain)
            if len(found):
                excess, size = found[:, 1] - 1, np.abs(found[:, 1])
                dominant = np.argmax(size if np.any(size > 1) else np.abs(excess))
                overruled += dominant != np.argmax(np.abs(excess))
                assert_allclose([sign * spot.position[i], spot.heating[i]], found[dominant, :2], rtol=1e-12)
                assert bool(spot.exists[i]) and spot.kind[i] == np.sign(excess[dominant])
            else:
                assert not spot.exists[i] and spot.kind[i] == 0
                assert np.isnan([spot.position[i], spot.heating[i], spot.prominence[i]]).all()
    assert compared >= 40
    assert overruled >= 1  # a maximum above P_ext that is closer to it than a minimum between -P_ext and P_ext


@pytest.mark.slow
def test_spots_of_a_gated_wire_agree_with_its_heating():
    gated = jw.Wire(screening=jw.GatedCoulomb(coupling=2.0, radius=0.1, gate_distance=0.5))
    dot = jw.Lorentzian(1.44, 0.08)
    sol = jw.solve(dot, gated, temperature=0.5, voltage=0.1, resolution=jw.Resolution(32, 12), error_estimate=False)
    for spot, sign in zip(find_spots(sol), SIDES.values(), strict=True):
        bracket = (sign * spot.position * np.array([0.9, 1.0, 1.1])).tolist()
        upright = -1.0 if spot.kind > 0 else 1.0
        best = scipy.optimize.minimize_scalar(
            lambda r, s=sign, u=upright: u * float(sol.heating(s * r).total), bracket, tol=1e-9
        )
        # A minimiser sees the position to the square root of rounding.
        assert_allclose(sign * spot.position, best.x, rtol=1e-6)
        assert_allclose(spot.heating, upright * best.fun, rtol=1e-10)
        neutral = getattr(find_spots(solve((1.44, 0.08, 0.5, 0.1))), "left" if sign < 0 else "right")
        assert abs(neutral.heating / spot.heating - 1) > 1e-3  # and the gate matters


# What the paper says (Fig. 3a: eps0 = 1.44, Gamma = 0.08, eV = 0.1)


def test_figure_3a_has_no_spots_when_cold_and_heats_left_and_cools_right_when_hot():
    spots = {t: find_spots(solve((1.44, 0.08, t, 0.1))) for t in (0.1, 0.7)}
    assert not spots[0.1].left.exists and not spots[0.1].right.exists
    left, right = spots[0.7]
    assert left.kind == 1 and right.kind == -1
    assert_allclose([left.position, left.heating], [-0.784727, 25.805495], rtol=1e-6)  # golden, resolution (80, 32)
    assert_allclose([right.position, right.heating], [1.182294, -15.535791], rtol=1e-6)


def test_negative_voltage_exchanges_the_sides():
    center, width, temperature, voltage = 1.6, 0.2, 0.5, 0.3
    spots = find_spots(solve((center, width, temperature, -voltage)))
    image = find_spots(solve((center - voltage, width, temperature, voltage)))
    for spot, mirrored in ((spots.left, image.right), (spots.right, image.left)):
        assert spot.exists and spot.kind == mirrored.kind
        assert_allclose(spot.position, -mirrored.position, rtol=1e-10)  # rounding of center - voltage
        assert_allclose(spot[1:], mirrored[1:], rtol=1e-10)


def test_measure_has_the_sign_of_the_spot_and_none_between_minus_and_plus_p_ext():
    heating = jnp.array([33.0, 2.0, 0.5, -1.0, -1.5, -33.0, jnp.nan])
    kind = jnp.array([1, 1, -1, -1, -1, -1, 0])
    spot = Spot(jnp.zeros(7), heating, kind != 0, kind, jnp.zeros(7))
    expected = [2.0, 1.0, np.nan, np.nan, -(0.5**0.2), -2.0, np.nan]
    assert_allclose(spot_measure(spot), expected, rtol=1e-14)


# Derivatives

PARAMETERS = ("center", "width", "temperature", "voltage")
POINTS = {
    "fig 3a, hot": (1.44, 0.08, 0.7, 0.1),
    "fig 3b, hot": (1.44, 0.08, 0.5, 0.4),
    "negative voltage": (1.6, 0.2, 0.5, -0.3),
    "one side only": (0.64, 0.08, 0.5, 0.4),
}


def values(parameters):
    """Position, heating and prominence, shape (side, 3), 0 where there is no spot."""
    spots = find_spots(solve(parameters))
    each = [jnp.where(s.exists, jnp.stack([s.position, s.heating, s.prominence]), 0.0) for s in spots]
    return jnp.stack(each)


WEIGHT = np.array([[1.0, 0.3, -0.7], [-0.4, 0.9, 0.6]])
STENCIL = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}  # central differences of sixth order


@functools.cache
def jacobians():
    """At all POINTS: values, their Jacobian by forward mode, and by differences of values alone."""
    points = np.array(list(POINTS.values()))
    step = 0.02 * points[:, 1]  # of the width, the smallest scale: errors of 0.02^6, and of rounding over the step
    offsets = np.array([*STENCIL, *(-k for k in STENCIL), 0])
    shifted = points[:, None, None] + offsets[:, None, None] * np.eye(4) * step[:, None, None, None]
    compiled = jax.jit(lambda p: jax.lax.map(lambda q: (values(q), jax.jacfwd(values)(q)), p, batch_size=BATCH))
    found, jacobian = map(np.asarray, compiled(jnp.asarray(shifted.reshape(-1, 4))))
    found = found.reshape(*shifted.shape[:-1], 2, 3)
    weights = np.array([*STENCIL.values(), *(-weight for weight in STENCIL.values()), 0.0])
    differences = np.einsum("pkqsv,k->psvq", found, weights) / step[:, None, None, None]
    return found[:, -1, 0], jacobian.reshape(*shifted.shape[:-1], 2, 3, 4)[:, -1, 0], differences


@jax.jit
def weighted_and_gradient(parameters):
    """The sum of WEIGHT * values, and its gradient by reverse mode."""
    return jax.value_and_grad(lambda p: jnp.sum(WEIGHT * values(p)))(parameters)


@pytest.mark.slow
@pytest.mark.parametrize("name", POINTS)
def test_derivatives_agree_forward_reverse_and_with_differences(name):
    found, jacobian, differences = (each[list(POINTS).index(name)] for each in jacobians())
    assert np.all(np.isfinite(jacobian))
    scale = np.max(np.abs(jacobian), axis=-1, keepdims=True) + 1e-6
    assert_allclose(jacobian / scale, differences / scale, rtol=0, atol=1e-6)
    _, gradient = weighted_and_gradient(jnp.asarray(POINTS[name]))
    assert_allclose(gradient, np.tensordot(WEIGHT, jacobian), rtol=0, atol=1e-11 * np.sum(scale))  # rounding
    exists = found[:, 0] != 0
    assert_array_equal(exists, [name != "one side only", True])
    assert_array_equal(jacobian[~exists], 0.0)


def test_second_derivative_of_a_position_is_that_of_the_closed_form():
    def position(place):
        rate = jnp.log(2) / place * jnp.array([1.0, 2.0])
        return extrema(WaveProfile(rate, jnp.array([1.0, -1.0])), jnp.asarray(20.0), 2).distance[0] ** 3

    first, second = jax.jit(lambda p: (jax.grad(position)(p), jax.grad(jax.grad(position))(p)))(1.7)
    assert_allclose([first, second], [3 * 1.7**2, 6 * 1.7], rtol=1e-9)


# What has no spots, and what is refused


def test_zero_voltage_has_no_spots_and_finite_derivatives():
    parameters = jnp.array([1.44, 0.08, 0.7, 0.0])
    for spot in find_spots(solve(parameters)):
        assert not spot.exists and spot.kind == 0
        assert np.isnan([spot.position, spot.heating, spot.prominence]).all()
        assert np.isnan(spot_measure(spot))
    total, gradient = weighted_and_gradient(parameters)
    assert_array_equal([total, *gradient], 0.0)


@functools.cache
def batch():
    """Three solutions, of which the middle one failed."""
    solve_all = jax.vmap(lambda width: solve((1.44, width, 0.7, 0.1)))
    return jw.quick_jit(solve_all)(jnp.array([0.08, -0.1, 0.08]))


@pytest.mark.slow
def test_failed_points_have_no_spots_and_spoil_no_other():
    alone = find_spots(solve((1.44, 0.08, 0.7, 0.1)))
    for spot, single in zip(jw.quick_jit(jax.vmap(find_spots))(batch()), alone, strict=True):
        assert_array_equal(spot.exists, [True, False, True])
        assert_array_equal(spot.kind, [single.kind, 0, single.kind])
        for values, value in ((spot.position, single.position), (spot.heating, single.heating)):
            assert_allclose(values, [value, np.nan, value], rtol=1e-10)  # rounding of other programs
        assert_array_equal(np.isnan(spot.prominence), [False, True, False])


def test_small_voltage_has_the_spots_of_linear_response():
    # (h - 1) V has a limit, so that extrema stay and prominences grow as 1/V.
    small, smaller = (find_spots(solve((1.44, 0.08, 0.7, v))) for v in (1e-6, 1e-8))
    for spot, other in zip(small, smaller, strict=True):
        assert_allclose(other.position, spot.position, rtol=1e-4)  # |V|^(1/2) with a small coefficient
        assert_allclose(other.prominence * 1e-2, spot.prominence, rtol=1e-4)


def test_limits_leave_out_what_is_too_close_or_too_faint_and_no_other():
    """A broad resonance above the Fermi energy: on the left the logarithm of the buildup makes an extremum at x = 0."""
    sol = solve((2.3, 0.7, 0.3, 0.1))
    everything = find_extrema(sol)
    for side, all_of_it in zip(SIDES, everything, strict=True):
        kept = (np.asarray(all_of_it[n])[np.asarray(all_of_it.exists)] for n in (0, 1, 4))
        x, h, prominence = kept
        for limits in ({"x_min": 0.2}, {"min_prominence": 0.05}, {"x_min": 0.02, "min_prominence": 1e-3}):
            counts = (np.abs(x) > limits.get("x_min", 0.01)) & (prominence >= limits.get("min_prominence", 0.0))
            found = getattr(find_extrema(sol, **limits), side)
            assert_array_equal(np.asarray(found.position)[np.asarray(found.exists)], x[counts])
            strongest = getattr(find_spots(sol, **limits), side)
            rank = np.where(np.abs(h) > 1.0, 1.0 + np.abs(h), np.abs(h - 1.0))[counts]
            assert bool(strongest.exists) == counts.any()
            if counts.any():
                assert_allclose(strongest.heating, h[counts][np.argmax(rank)], rtol=1e-9)  # another program's rounding
    near = np.abs(np.asarray(everything.left.position)[np.asarray(everything.left.exists)])
    assert near.size and near.min() < 0.11 and not bool(find_spots(sol, x_min=0.2).left.exists)


def test_a_batch_of_solutions_and_bad_arguments_are_refused_in_words():
    for function in (find_spots, find_extrema):
        with pytest.raises(ValueError, match=rf"`{function.__name__}` needs a single solution, got a batch of shape"):
            function(batch())
        with pytest.raises(TypeError, match="`sol` must be a Solution|parameter 'sol'"):  # the latter is beartype's
            function("solution")
    three = jax.vmap(lambda sol: find_extrema(sol, limit=3))
    assert jax.eval_shape(three, batch()).left.position.shape == (3, 3)
    sol = solve((1.44, 0.08, 0.7, 0.1))
    for x_max in (0.01, -1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="`x_max` must be"):
            find_spots(sol, x_max)
    for x_min, complaint in ((0.0, "`x_min` must be at least 0.01"), (30.0, "`x_max` must be more than 30")):
        with pytest.raises(ValueError, match=complaint):
            find_spots(sol, x_min=x_min)
    with pytest.raises(ValueError, match="`min_prominence` must be zero or positive"):
        find_extrema(sol, min_prominence=-0.1)
    for limit in (0, -2, True):
        with pytest.raises(ValueError, match="`limit` must be an integer of at least 1"):
            find_extrema(sol, limit=limit)


@pytest.mark.parametrize(
    "relaxed", [{}, {"electron_electron": jw.ElectronElectron(time=1.0)}], ids=["alone", "collide"]
)
def test_a_map_of_scatterers_has_one_contour_so_that_its_waves_are_made_once(relaxed):
    """Else every point makes 72 x 64 complex exponentials of its own: a third of the time of a map on a GPU."""

    def rates(center):
        dot, wire = jw.Lorentzian(center, 0.1), jw.Wire(**relaxed)
        coarse = jw.Resolution(16, 8)
        sol = jw.solve(dot, wire, temperature=0.3, voltage=0.1, resolution=coarse, error_estimate=False)
        return _contour(sol).rate

    alike = jax.vmap(rates, out_axes=None)  # refused where they differ from point to point
    assert jax.eval_shape(alike, np.array([1.0, 1.4])).shape == jax.eval_shape(rates, 1.0).shape
