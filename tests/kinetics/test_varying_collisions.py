"""Collisions whose times vary with energy, electrons' and phonons' temperatures: a dense calculation, identities."""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from compared_fields import deviation, fields, largest_deviations
from dense_collisions import (
    Band,
    Collisions,
    HalfWireModes,
    Lattice,
    Nodes,
    Reference,
    half_wire_modes,
    nodes_of,
    solve_dense,
)
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.kinetics import matching
from jaxwire.kinetics.colliding_side import excite_colliding
from jaxwire.kinetics.collisions.balance import Balance
from jaxwire.kinetics.collisions.varying_collisions import VaryingCollisions
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.wavenumbers import Sampling

X = np.array([-10.0, -3.0, -1.0, -0.3, -0.05, -1e-4, 1e-4, 0.05, 0.3, 1.0, 3.0, 10.0])

FINE = jw.Resolution(96, 40)

DOT = jw.Lorentzian(1.44, 0.08)

ALPHA = 0.5
"""Of Kane's band where there is one."""

KANE = Band(
    velocity=lambda e: np.sqrt(e * (1 + ALPHA * e) / (1 + ALPHA)) * (1 + 2 * ALPHA) / (1 + 2 * ALPHA * e),
    momentum=lambda e: np.sqrt(e * (1 + ALPHA * e) / (1 + ALPHA)),
)


class Point(NamedTuple):
    """A wire whose times go as powers of the momentum, p^phonons and p^electrons/rate, and an operating point."""

    phonons: float
    rate: float | None
    electrons: float = 0.0
    conserves: str = "momentum"
    temperature: float = 0.3
    voltage: float = 0.1
    strength: float = 1.0
    kane: bool = False
    lattice: tuple[float, float, float] | None = None

    def wire(self) -> jw.Wire:
        collisions = None
        if self.rate is not None:
            relaxation = jw.PowerLaw(self.electrons) if self.electrons else None
            collisions = jw.ElectronElectron(rate=self.rate, conserves=self.conserves, relaxation=relaxation)
        return jw.Wire(
            relaxation=jw.PowerLaw(self.phonons) if self.phonons else None,
            dispersion=jw.Kane(ALPHA) if self.kane else None,
            screening=jw.LocalScreening(self.strength) if self.strength < 1 else None,
            electron_electron=collisions,
            phonons=None if self.lattice is None else jw.Phonons(*self.lattice),
        )

    def solve(self, resolution: jw.Resolution = jw.Resolution(), **options) -> jw.Solution:  # noqa: B008 - a tuple
        drive = options if options else {"voltage": self.voltage}
        given = {"temperature": self.temperature, "resolution": resolution, "error_estimate": False}
        return jw.solve(DOT, self.wire(), **given, **drive)

    def collisions(self) -> Collisions:
        """The same for the independent calculation."""
        band = KANE if self.kane else Band()
        lattice = None
        if self.lattice is not None:
            loss, length, resistance = self.lattice
            lattice = Lattice(loss, loss * length**2, resistance)
        return Collisions(
            lambda e: band.momentum(e) ** -self.phonons,
            lambda e: (self.rate or 0.0) * band.momentum(e) ** -self.electrons,
            self.conserves == "momentum",
            lattice,
            band,
        )


POINTS = [
    Point(-0.5, 1.0),
    Point(-0.5, 1.0, -2.0, "energy", temperature=0.5, voltage=0.4),
    Point(-1.0, 3.0, -2.0, voltage=-0.4),
    Point(0.0, 1.0, kane=True),
    Point(0.0, 0.3, -1.0, strength=0.7, voltage=0.4),
    Point(-0.5, None, lattice=(0.5, 1.0, 0.7)),
    Point(-0.5, 2.0, -1.0, kane=True, voltage=-0.4, lattice=(0.1, 1.0, 0.7)),
]
"""Where slow electrons do not dominate collisions: with rates as 1/p, on nodes down to an energy of 1e-14, dense modes
change by up to 5e-3 if nodes are moved by rounding."""

every_point = pytest.mark.parametrize("point", POINTS, ids=str)

ANY_NODES = [*POINTS, Point(0.5, 3.0, -2.0, strength=0.3), Point(1.0, 1.0, 0.5, "energy", lattice=(0.5, 0.2, 0.0))]
"""With some whose Drude sums converge more slowly with the nodes, as l p goes with a fractional power of the energy."""

on_any_nodes = pytest.mark.parametrize("point", ANY_NODES, ids=str)


@functools.cache
def solved(point: Point) -> jw.Solution:
    sol = point.solve(FINE)
    assert sol.status.ok, sol.status.message
    return sol


@functools.cache
def dense(point: Point) -> Reference:
    """The same point on the same nodes, by the independent calculation."""
    chance = lambda e: 1 / (1 + ((e - 1.44) / 0.08) ** 2)  # noqa: E731
    return solve_dense(chance, *nodes_of(solved(point)), point.temperature, point.collisions(), point.strength)


class HalfSpace(NamedTuple):
    """A half-wire on nodes at random, in both calculations, and a current and a flux that enter it."""

    half: HalfWire
    modes: HalfWireModes
    current: np.ndarray
    flux: float

    @classmethod
    def of(cls, point: Point, size: int = 12) -> "HalfSpace":
        rng = np.random.default_rng(3)
        energy, weight = np.sort(rng.uniform(0.3, 2, size)), rng.uniform(0.1, 1, size)
        modes = half_wire_modes(Nodes(energy, weight), point.temperature, point.collisions(), 1.0)
        wire, nodes, thermal = point.wire(), jnp.asarray(energy), jnp.asarray(modes.thermal)
        times = wire.velocity(nodes), wire.scattering_time(nodes)
        collisions, screening = VaryingCollisions.of(wire, nodes), jnp.asarray(point.strength)
        half = HalfWire(nodes, jnp.asarray(weight), *times, thermal, screening, collisions=collisions)
        return cls(half, modes, modes.thermal * np.sin(3 * energy), 0.0 if point.lattice is None else 0.05)

    def amplitudes(self) -> tuple[np.ndarray, float]:
        """Those of the modes, and the force, from all that enters."""
        columns = np.hstack([self.modes.odd, self.modes.drude[:, None]])
        entering = self.current / (2 * self.modes.thermal)
        if self.flux:
            columns = np.vstack([columns, np.append(self.modes.flux, 0.0)])
            entering = np.append(entering, self.flux)
        *amplitudes, force = np.linalg.lstsq(columns, entering, rcond=None)[0]
        return np.array(amplitudes), force


@on_any_nodes
def test_a_half_wire_sends_back_what_the_independent_calculation_says(point):
    space = HalfSpace.of(point)
    modes, (amplitudes, _) = space.modes, space.amplitudes()
    response = space.half.response(Sampling(70))
    found = response.symmetric_part(jnp.asarray(space.current))
    if space.flux:
        found = found + response.contact.given * space.flux
    expected = 2 * modes.thermal * ((modes.even - point.strength * modes.potential) @ amplitudes)
    assert deviation(found, expected) < 1e-12  # rounding, magnified by least squares


@on_any_nodes
def test_fields_in_a_half_wire_are_those_of_the_independent_calculation(point):
    space = HalfSpace.of(point)
    modes, (amplitudes, force), half = space.modes, space.amplitudes(), space.half
    side = excite_colliding(half, jnp.asarray(space.current), jnp.asarray(space.flux), 1.0)
    carried = 2 * (half.weight * (half.energy - 1) * half.thermal) @ modes.odd
    shares = {
        "neutral": (side.neutral, modes.potential, 0.0),
        "chemical": (side.chemical, modes.chemical, 0.0),
        "warmth": (side.warmth, modes.electrons[1] / point.temperature, 0.0),
        "heat": (side.heat, carried, 0.0),
    }
    if point.rate is not None and point.conserves == "momentum":  # it is uniform where eta is, in a parabolic band
        unit = float(point.wire().momentum_unit())
        uniform = force * float(half.collisions.drift_per_force(half.electrons))
        assert_allclose(uniform, force * (modes.drift @ modes.drude) / unit, rtol=1e-12)
        shares["drift"] = (side.balanced[-1], modes.drift @ modes.odd / unit, uniform)
    if point.lattice is not None:
        shares["lattice"] = (side.lattice, modes.phonons, 0.0)
    x = np.array([1e-4, 0.1, 1.0, 5.0])
    waves, decay = np.exp(-np.outer(x, side.rate)), np.exp(-np.outer(x, modes.rate))
    for name, (found, expected, uniform) in shares.items():
        at = (waves @ np.asarray(found)).real
        # Rounding, magnified by least squares.
        assert deviation(uniform + at, uniform + decay @ (amplitudes * np.asarray(expected))) < 1e-12, name


@every_point
def test_all_fields_are_those_of_the_independent_calculation(point):
    assert dense(point).residual < 1e-10  # the redundant equation, to the error of the Drude sums
    deviations = largest_deviations(solved(point), dense(point), X)
    assert max(deviations.values()) < 1e-10, deviations  # rounding, magnified by dense modes and least squares


@pytest.mark.slow
@pytest.mark.parametrize("point", [Point(0.0, 1.0, 1.0), Point(1.0, 1.0, 1.0, "energy")], ids=str)
def test_slow_electrons_that_collide_most_are_those_of_the_independent_calculation(point, monkeypatch):
    """On a coarse grid, whose slowest electrons dense modes stand, and with wavenumbers enough for them."""
    monkeypatch.setattr(matching, "sampling_for", lambda wire, resolution: Sampling(160))
    jax.clear_caches()
    sol = point.solve(jw.Resolution(24, 10))
    jax.clear_caches()
    chance = lambda e: 1 / (1 + ((e - 1.44) / 0.08) ** 2)  # noqa: E731
    full = solve_dense(chance, *nodes_of(sol), point.temperature, point.collisions(), point.strength)
    # Only one of both has adjusted its Drude sums, by factors that are off 1 by 3e-6; the usual rule errs by 2e-4.
    assert max(largest_deviations(sol, full, X).values()) < 1e-5


@pytest.mark.parametrize("wrong", range(5))
def test_comparison_sees_a_field_that_is_a_thousandth_too_large(wrong, monkeypatch):
    point = POINTS[-1]  # with all five of them
    right = Balance.fields

    def wrong_fields(self, entering):
        return right(self, entering).at[wrong].multiply(1.001)

    monkeypatch.setattr(Balance, "fields", wrong_fields)
    jax.clear_caches()
    other = point.solve(FINE)
    jax.clear_caches()
    # The test above would fail by three orders of magnitude.
    assert max(largest_deviations(other, dense(point), X).values()) > 1e-7


# Identities, to rounding at any resolution


@pytest.mark.parametrize(
    ("point", "resolution"), [*((point, FINE) for point in POINTS), (POINTS[-1], jw.Resolution(16, 8))], ids=str
)
def test_heat_from_the_scatterer_is_the_power_of_the_voltage(point, resolution):
    sol = solved(point) if resolution is FINE else point.solve(resolution)
    powers, power = sol.powers, sol.current * sol.voltage
    assert abs(float((powers.left_scatterer + powers.right_scatterer) / power) - 1) < 1e-12  # rounding


@pytest.mark.parametrize("point", [point for point in POINTS if point.lattice], ids=str)
def test_heat_that_the_scatterer_makes_goes_to_the_substrate(point):
    sol = solved(point)
    sides = sol.flow.upper, sol.flow.lower
    lost = [sol.wire.phonons.loss * float(np.sum(np.asarray(side.lattice / side.rate)).real) for side in sides]
    power = abs(float(sol.current * sol.voltage))
    assert abs(sum(lost) - power) < 1e-11 * max(np.max(np.abs(lost)), power)  # the closed contour
    left, right = np.asarray(sol.phonon_heat_current(np.array([-0.0, 0.0])))
    assert_allclose(left, right, rtol=1e-10)  # one flux through the scatterer
    warmth = np.asarray(sol.phonon_temperature(np.array([-0.0, 0.0]))) / point.temperature
    assert abs(warmth[0] - warmth[1] - point.lattice[2] * right) < 1e-9 * np.max(np.abs(warmth))  # rule against contour


@pytest.mark.parametrize("point", [POINTS[1], POINTS[-1]], ids=str)
def test_current_is_the_same_at_every_position(point):
    sol = solved(point)
    for x in (-1.0, 0.3):
        # Integrated along x for every energy, not summed over waves.
        side = sol.flow.lower if x * float(sol.direction) > 0 else sol.flow.upper
        half = side.half
        f = sol.distribution(half.energy, x)
        current = np.asarray(half.weight) @ np.asarray(f.forward - f.backward)
        assert_allclose(current, sol.current, rtol=1e-9, atol=0)


# Limits


@pytest.mark.parametrize(
    ("voltage", "strength", "exponent", "conserves"), [(0.1, 1.0, 0.5, "momentum"), (-0.4, 0.6, -0.5, "energy")]
)
def test_electrons_that_do_not_collide_are_those_of_todays_wire(voltage, strength, exponent, conserves):
    never = Point(exponent, 0.0, -1.0, conserves, voltage=voltage, strength=strength)
    todays = Point(exponent, None, voltage=voltage, strength=strength).solve(FINE)
    sol = never.solve(FINE)
    # Rounding; the rule of wavenumbers is the same.
    assert_allclose([sol.current, sol.force], [todays.current, todays.force], rtol=1e-12)
    expected = fields(todays, X)
    for name, field in fields(sol, X).items():
        if name != "drift":
            assert deviation(field, expected[name]) < 1e-10, name  # mode sums against the closed contour


def test_times_that_do_not_vary_after_all_are_those_of_constant_times():
    for conserves, lattice in (("momentum", None), ("energy", (0.5, 1.0, 0.3))):
        wires = [
            jw.Wire(
                relaxation=relaxation,
                electron_electron=jw.ElectronElectron(0.5, conserves=conserves),
                phonons=lattice and jw.Phonons(*lattice),
            )
            for relaxation in (None, jw.PowerLaw(0.0))
        ]
        given = {"temperature": 0.3, "voltage": 0.1, "resolution": FINE, "error_estimate": False}
        constant, varying = (jw.solve(DOT, wire, **given) for wire in wires)
        assert_allclose([varying.current, varying.force], [constant.current, constant.force], rtol=1e-10)  # two rules
        expected = fields(constant, X)
        for name, field in fields(varying, X).items():
            assert deviation(field, expected[name]) < 1e-9, name  # two rules of wavenumbers


def test_derivatives_by_the_rate_at_zero_are_those_of_differences():
    def current(rate):
        return Point(0.5, rate, -1.0).solve().current

    slope = jax.grad(current)(0.0)
    h = 1e-4
    difference = (-3 * current(0.0) + 4 * current(h) - current(2 * h)) / (2 * h)  # the rate has no other side
    assert_allclose(slope, difference, rtol=1e-6)


def test_electrons_that_collide_all_the_time_cool_over_the_healing_length():
    for conserves in ("momentum", "energy"):
        wire = jw.Wire(
            relaxation=jw.PowerLaw(-0.5),
            electron_electron=jw.ElectronElectron(rate=1e3, conserves=conserves),
        )
        sol = jw.solve(DOT, wire, temperature=0.3, voltage=0.1, error_estimate=False)
        length = float(wire.healing_length(0.3))
        far, farther = np.asarray(sol.electron_temperature(length * np.array([5.0, 7.0])))
        # Second order in l/L_h, as with constant times.
        assert abs(np.log(far / farther) / 2 - 1) < 3e-3
