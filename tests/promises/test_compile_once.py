"""Nothing is compiled again when only values change: programs are counted as JAX compiles them."""

import contextlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxwire as jw

COARSE = jw.Resolution(24, 12)  # counted is how often, not how well
COMPILED = "/jax/core/compile/backend_compile_duration"
X = np.array([-1.0, -0.2, 0.3, 2.0])


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_compiled_yet():
    """A file before this one may have left the very programs that are counted."""
    jax.clear_caches()


@contextlib.contextmanager
def counting():
    """A list that grows by one entry for every program that is compiled, or read from a cache on disk, inside."""
    seen = []

    def listen(name, _, **__):
        if name == COMPILED:
            seen.append(name)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        yield seen
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)


def solve(center, width, temperature, voltage):
    sol = jw.solve(jw.Lorentzian(center, width), temperature=temperature, voltage=voltage, resolution=COARSE)
    return sol.current, sol.heating(X).total, jw.find_spots(sol).left.position


def solve_given_current(center, width, temperature, voltage):
    dot = jw.Lorentzian(center, width)
    return jw.solve(dot, temperature=temperature, current=1e-3 * voltage, resolution=COARSE).voltage


def gradient(center, width, temperature, voltage):
    def current(center):
        dot = jw.Lorentzian(center, width)
        point = {"temperature": temperature, "voltage": voltage, "resolution": COARSE}
        return jw.solve(dot, **point, error_estimate=False).current

    return jax.grad(current)(center)


def scan(center, width, temperature, voltage):
    axes = {"center": center + np.array([0.0, 0.1, 0.3]), "temperature": temperature * np.array([1.0, 1.1])}
    what = {"observables": ["current", "spots", "heating"], "x": X * width}
    return jw.scan(jw.Lorentzian(1.0, width), axes=axes, voltage=voltage, resolution=COARSE, **what)


def scan_of_another_size(center, width, temperature, voltage):
    """As many rows as the size of the voltage tells: grids of all sizes below a block share one program."""
    axes = {"center": np.linspace(center, 2.0, 2 + int(10 * voltage))}
    return jw.scan(jw.Lorentzian(1.0, width), axes=axes, temperature=temperature, voltage=voltage, resolution=COARSE)


def fit(center, width, temperature, voltage):
    x = np.linspace(0.2, 3.0, 8)
    point = {"temperature": temperature, "voltage": voltage, "resolution": COARSE}
    heat = jw.solve(jw.Lorentzian(center, width), **point).heating(x).total
    return jw.fit_profile(x, heat, 0.1, jw.Lorentzian(center + 0.1, 2 * width), **point, starts=4)


FIRST, SECOND = (1.2, 0.1, 0.3, 0.4), (0.9, 0.2, 0.5, -0.7)


@pytest.mark.slow
@pytest.mark.parametrize("task", [solve, solve_given_current, gradient, scan, fit], ids=lambda task: task.__name__)
def test_other_values_compile_nothing(task):
    with counting() as first:
        task(*FIRST)
    with counting() as second:
        task(*SECOND)
    assert len(first) > 0  # the counter counts
    assert second == []


@pytest.mark.slow
def test_another_kind_of_scatterer_compiles_anew():
    solve(*FIRST)
    with counting() as seen:
        jw.solve(jw.QuantumPointContact([1.0], 0.1), temperature=0.3, voltage=0.1, resolution=COARSE)
    assert len(seen) > 0


def test_grids_of_other_sizes_share_one_program():
    scan_of_another_size(0.5, 0.1, 0.3, 1.1)
    with counting() as seen:
        scan_of_another_size(0.6, 0.1, 0.3, 3.7)
    assert seen == []


@pytest.mark.slow
def test_a_jitted_function_of_all_numbers_is_compiled_once():
    program = jax.jit(lambda *numbers: solve(*numbers)[1])
    program(*map(jnp.asarray, FIRST))
    with counting() as seen:
        program(*map(jnp.asarray, SECOND))
    assert seen == []


def test_what_is_read_from_a_solution_compiles_itself_alone_and_once():
    def solved(center):
        return jw.solve(jw.Lorentzian(center, 0.1), temperature=0.3, voltage=0.4, resolution=COARSE)

    readings = [lambda sol: sol.heating(X).total, lambda sol: sol.potential(X), jw.find_spots, lambda sol: sol.current]
    sol = solved(1.2)
    for read in readings:
        with counting() as first:
            jax.block_until_ready(read(sol))
        with counting() as second:
            jax.block_until_ready(read(solved(0.9)))  # neither solved anew by another program nor read by one
        # three: comparison, choice and product of an eager property, unless a test before has compiled them
        assert (len(first) <= 3, second) == (True, [])


@pytest.mark.parametrize("read", [lambda sol, x: sol.heating(x).total, lambda sol, x: sol.distribution(0.9, x).forward])
def test_few_positions_of_any_number_and_shape_share_one_program(read):
    sol = jw.solve(jw.Lorentzian(1.2, 0.1), temperature=0.3, voltage=0.4, resolution=COARSE)
    shapes = [(), (1,), (16,), (3, 5)]
    values = [read(sol, np.linspace(0.5, 2.0, int(np.prod(shape))).reshape(shape)) for shape in shapes[:1]]
    with counting() as seen:
        values += [read(sol, np.linspace(0.5, 2.0, int(np.prod(shape))).reshape(shape)) for shape in shapes[1:]]
    assert seen == []
    assert [value.shape for value in values] == shapes
    assert {float(value.ravel()[0]) for value in values} == {float(values[0])}  # at 0.5
    assert float(values[2][-1]) == float(values[3][-1, -1])  # at 2


def test_what_is_known_may_be_read_inside_of_a_program_of_the_user():
    dot = jw.Lorentzian(1.2, 0.1)
    sol = jw.solve(dot, temperature=0.3, voltage=0.4, resolution=COARSE)
    known = jnp.asarray(X)
    inside = jax.jit(
        lambda: (sol.potential(known), jw.iv(dot, temperature=0.3, voltages=[0.4], resolution=COARSE).current)
    )
    potential, current = inside()
    np.testing.assert_allclose(potential, sol.potential(X), rtol=1e-12)
    np.testing.assert_allclose(current, sol.current[None], rtol=1e-12)


def test_characteristics_of_any_few_voltages_share_one_program():
    dot = jw.Lorentzian(1.2, 0.1)
    short = jw.iv(dot, temperature=0.3, voltages=[0.1, 0.4], resolution=COARSE)
    with counting() as seen:
        longer = jw.iv(dot, temperature=0.3, voltages=[0.1, 0.2, 0.4], resolution=COARSE)
    assert seen == []
    assert short.current.tolist() == longer.current[np.array([0, 2])].tolist()
    assert longer.voltage.shape == longer.total_voltage.shape == longer.reverse_current.shape == (3,)


@pytest.mark.slow
def test_fits_that_differ_in_gain_offset_or_priors_solve_the_wire_by_one_program():
    """What compiles anew adds up residuals: fewer lines than one program of a wire by far."""
    x, point = np.linspace(0.2, 3.0, 7), {"temperature": 0.3, "voltage": 0.4, "resolution": COARSE}
    heat = jw.solve(jw.Lorentzian(1.2, 0.1), **point).heating(x).total
    given = {"scatterer": jw.Lorentzian(1.3, 0.2), "starts": 1, **point}
    spent = []

    def listen(name, seconds, fun_name="", **_):
        if name == COMPILED and "signals" in fun_name:
            spent.append(fun_name)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        jw.fit_profile(x, heat, 0.1, free=["center", "width"], **given)
        assert len(spent) == 1
        jw.fit_profile(x, heat, 0.1, free=["center", "width", "gain", "offset"], **given)
        jw.fit_profile(x, heat, 0.2, free=["center", "width", "gain"], priors={"width": (0.1, 0.05)}, **given)
        assert len(spent) == 1
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)
