"""Two kinds of collisions in plain NumPy, from nonlinear collision integrals: the reference for `kinetics/collisions`.

Nothing is shared with jaxwire. Electrons of momentum +-p and kinetic energy eps lose (physics-collisions.md, section 1)

    I[f] = -gamma (f - f_T[mu_p]) - eta (f - f_{Te,u}[mu_e]),     f_{Te,u} = 1/(exp((eps - u p - mu_e)/Te) + 1),

with gamma = 1/tau_ep, eta = 1/tau_ee, each at will a function of eps. At every instant mu_p keeps the number
of electrons in the first term, mu_e, Te (and u, where momentum is conserved) number, energy (and momentum) in the
second: Newton's method finds them. Where phonons have a temperature of their own, f_T is at T (1 + theta_ph), and the
energy that electrons lose by the first term is P in -k theta_ph'' + g theta_ph = P.

Complex steps off equilibrium, one for each occupation and for theta_ph, linearise all that. With f = f0 + f0' (h+- - e
phi),

    +-v dh/dx = L h +- v F,

whose solutions e^(-kappa x) come from dense matrices, and all amplitudes and F from all matching conditions (Eqs. 19)
by least squares. Momenta in pF, energies in mu0 = pF vF/2, hence u p = (u in mu0/pF) (p in pF).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

STEP = 1e-30
"""Size of the complex steps: their squares are beyond rounding of anything."""

UNDAMPED = 0.3
"""Rate to which the undamped solution is moved, in units of the slowest rate that others may have."""


class Nodes(NamedTuple):
    """Quadrature nodes of one wire: kinetic energies and weights of integrals over energy, both of shape (n,)."""

    energy: np.ndarray
    weight: np.ndarray


def nodes_of(sol) -> list[Nodes]:
    """The nodes of a solution's wires, left and right."""
    sides = (sol.flow.upper, sol.flow.lower)[:: int(sol.direction)]
    return [Nodes(np.asarray(side.half.energy), np.asarray(side.half.weight)) for side in sides]


class Lattice(NamedTuple):
    """Phonons: heat g lost per theta_ph, heat current k per slope of it, fall of theta_ph per heat at the scatterer."""

    loss: float
    conduction: float
    contact_resistance: float = 0.0


class Band(NamedTuple):
    """Velocity, in vF, and momentum, in pF, at a kinetic energy."""

    velocity: Callable[[np.ndarray], np.ndarray] = np.sqrt
    momentum: Callable[[np.ndarray], np.ndarray] = np.sqrt


class Collisions(NamedTuple):
    """Rates of both kinds, whether the second kind conserves momentum; phonons that warm up; the band.

    A rate is a number, the same at all energies, or a function of the energy.
    """

    phonon_rate: float | Callable = 1.0
    electron_rate: float | Callable = 0.0
    conserves_momentum: bool = True
    lattice: Lattice | None = None
    band: Band = Band()

    def rates(self, energy: np.ndarray) -> list[np.ndarray]:
        """Gamma and eta at some energies."""
        both = self.phonon_rate, self.electron_rate
        return [rate(energy) if callable(rate) else np.full(energy.shape, rate) for rate in both]


def fermi(energy, potential, temperature):
    return 1 / (np.exp((energy - potential) / temperature) + 1)


class Integral(NamedTuple):
    """The collision integral on the nodes of one wire."""

    nodes: Nodes
    temperature: float
    collisions: Collisions

    def columns(self) -> list[np.ndarray]:
        """Energies, momenta, weights over momenta, gamma and eta, each of shape (n, 1)."""
        (energy, weight), band = self.nodes, self.collisions.band
        each = energy, band.momentum(energy), weight / band.velocity(energy), *self.collisions.rates(energy)
        return [one[:, None] for one in each]

    def averages(
        self, onward: np.ndarray, back: np.ndarray, warmth: np.ndarray, of_all: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Parameters mu_p, shape (1, c), and mu_e, Te, u, shape (3, c), of occupations with c columns, by Newton.

        The phonons are at T (1 + warmth), shape (c,). The latter three are as electrons collide, or of all of them.
        """
        lattice = self.temperature * (1 + warmth)
        energy, momentum, density, gamma, eta = self.columns()
        lost, weight = density * gamma, density if of_all or not np.any(eta) else density * eta
        f_total, f_odd = onward + back, onward - back
        columns = onward.shape[1]
        mu_p = np.ones((1, columns), dtype=complex)
        electrons = np.array([[1.0], [self.temperature], [0.0]]) * np.ones((1, columns), dtype=complex)
        for _ in range(4):
            f = fermi(energy, mu_p, lattice)
            slope = f * (1 - f) / lattice
            mu_p = mu_p + np.sum(lost * (f_total - 2 * f), axis=0) / np.sum(2 * lost * slope, axis=0)
            mu_e, heat, drift = electrons
            f_on, f_back = fermi(energy - drift * momentum, mu_e, heat), fermi(energy + drift * momentum, mu_e, heat)
            missing = [weight * (f_total - f_on - f_back), weight * momentum * (f_odd - f_on + f_back)]
            missing = np.array([missing[0].sum(0), (energy * missing[0]).sum(0), missing[1].sum(0)])
            slopes = f_on * (1 - f_on) / heat, f_back * (1 - f_back) / heat
            kinds = [
                [
                    weight * s,
                    weight * s * (energy - sign * drift * momentum - mu_e) / heat,
                    sign * weight * s * momentum,
                ]
                for s, sign in zip(slopes, (1, -1), strict=True)
            ]
            even, odd = ([a + sign * b for a, b in zip(*kinds, strict=True)] for sign in (1, -1))
            jacobian = np.array(
                [[k.sum(0) for k in even], [(energy * k).sum(0) for k in even], [(momentum * k).sum(0) for k in odd]]
            )
            if not self.collisions.conserves_momentum:
                jacobian[2, :2] = jacobian[:2, 2] = missing[2] = 0
            electrons = electrons + np.linalg.solve(np.moveaxis(jacobian, 2, 0), missing.T[:, :, None])[:, :, 0].T
        return mu_p, electrons

    def __call__(self, onward: np.ndarray, back: np.ndarray, warmth: np.ndarray) -> tuple[np.ndarray, ...]:
        """I[f] of electrons that move in either direction, and P; arrays with a column for each distribution."""
        energy, momentum, density, gamma, eta = self.columns()
        mu_p, (mu_e, heat, drift) = self.averages(onward, back, warmth)
        phonons = fermi(energy, mu_p, self.temperature * (1 + warmth))
        electrons = [
            -gamma * (f - phonons) - eta * (f - fermi(energy - sign * drift * momentum, mu_e, heat))
            for f, sign in ((onward, 1), (back, -1))
        ]
        return *electrons, np.sum(density * energy * gamma * (onward + back - 2 * phonons), axis=0)


class HalfWireModes(NamedTuple):
    """A wire with all that does not depend on the scatterer; columns of `even` and `odd` are modes (h+ +- h-)/2.

    The rows `phonons` and `flux` are theta_ph and the phonons' heat in every mode, zero where they stay at T; the row
    `drift` is u of an odd part.
    """

    nodes: Nodes
    thermal: np.ndarray
    rate: np.ndarray
    even: np.ndarray
    odd: np.ndarray
    drude: np.ndarray
    chemical: np.ndarray
    electrons: np.ndarray
    potential: np.ndarray
    phonons: np.ndarray
    flux: np.ndarray
    drift: np.ndarray
    side: float


def half_wire_modes(nodes: Nodes, temperature: float, collisions: Collisions, side: float) -> HalfWireModes:
    """Linearise the collision integral, and find what it lets decay.

    With matrices B and N of the collisions in even and odd distributions and W = diag(w f0'), L h = -h' v is

        V h'' = B h,      V = (W v) N^-1 (W v),      odd part = kappa N^-1 (W v) even part,

    whose undamped solution, a shift of the chemical potential, is moved out of the way: with the rest, 1/kappa are
    singular values of a matrix, which keeps slow and fast ones. Phonons that warm up are one more row of h, with half
    of their heat equation, (k/2) theta_ph'' = (g theta_ph - P)/2.
    """
    energy, weight = nodes
    velocity, n = collisions.band.velocity(energy), energy.size
    integral = Integral(nodes, temperature, collisions)
    equilibrium = fermi(energy, 1.0, temperature)
    thermal = equilibrium * (1 - equilibrium) / temperature
    steps = 1j * STEP * np.hstack([np.diag(thermal), np.zeros((n, 1))])
    warmed = 1j * STEP * np.eye(n + 1)[n]
    rest = np.tile(equilibrium[:, None], (1, n + 1)).astype(complex)
    on_on, back_on, power = (part.imag / STEP for part in integral(rest + steps, rest, warmed))
    unwarmed = np.zeros(n + 1)  # Fermi functions at T
    at_rest, electrons = integral.averages(rest + steps, rest + steps, unwarmed, of_all=True)
    chemical, electrons = at_rest[0].imag / STEP, electrons.imag / STEP
    drift = integral.averages(rest + steps, rest - steps, unwarmed)[1][2].imag[:n] / STEP
    w = weight / velocity
    lossy = -w[:, None] * (on_on - back_on)[:, :n]
    lossy = (lossy + lossy.T) / 2
    b, v = np.zeros((n + 1, n + 1)), np.zeros((n + 1, n + 1))
    b[:n, :n], b[:n, n] = -w[:, None] * (on_on + back_on)[:, :n], -w * on_on[:, n]
    flow = np.diag(w * thermal * velocity)
    v[:n, :n] = flow @ np.linalg.solve(lossy, flow)
    lattice = collisions.lattice
    if lattice is None:
        b, v = b[:n, :n], v[:n, :n]
    else:
        b[n, :n], b[n, n], v[n, n] = -power[:n], (lattice.loss - power[n]) / 2, lattice.conduction / 2
        assert np.max(np.abs(b - b.T)) < 1e-13 * np.max(np.abs(b))  # Onsager: rounding
    b, v = (b + b.T) / 2, (v + v.T) / 2
    gamma, eta = collisions.rates(energy)
    rate, even = decaying(b, v, v[:, :n].sum(axis=1), np.max(velocity / np.sqrt(gamma * (gamma + eta))))
    extended, even = even if lattice is not None else np.vstack([even, np.zeros_like(rate)]), even[:n]
    odd = np.linalg.solve(lossy, flow @ even) * rate
    drude = np.linalg.solve(lossy, flow.sum(axis=1))
    potential = (w * thermal) @ even / np.sum(w * thermal)
    flux = side * (0.0 if lattice is None else lattice.conduction) * rate * extended[n]
    averages = chemical @ extended, electrons @ extended
    return HalfWireModes(nodes, thermal, rate, even, odd, drude, *averages, potential, extended[n], flux, drift, side)


def decaying(b: np.ndarray, v: np.ndarray, out: np.ndarray, length: float) -> tuple[np.ndarray, np.ndarray]:
    """Rates and shapes of what decays, V h'' = B h; the undamped solution's V h is `out`, a length to start from."""
    slowest = UNDAMPED / length
    for _ in range(12):
        lifted = np.linalg.cholesky(b + slowest**2 * np.outer(out, out) / out.sum())
        vector, inverse, _ = np.linalg.svd(np.linalg.solve(lifted, np.linalg.cholesky(v)))
        rate, shape = 1 / inverse[1:], np.linalg.solve(lifted.T, vector)[:, 1:]
        if rate[0] > 1.5 * slowest:
            return rate, shape
        slowest /= 2  # something decays as slowly
    raise ArithmeticError("the solution that was moved is not told from the others")


class Reference(NamedTuple):
    """Solution: the (left, right) wire, the amplitudes of their modes, and what flows."""

    wires: tuple[HalfWireModes, HalfWireModes]
    amplitudes: tuple[np.ndarray, np.ndarray]
    screening: float
    force: float
    current: float
    residual: float

    def _along(self, x: np.ndarray, share) -> np.ndarray:
        wire, amplitude = (of[0 if x < 0 else 1] for of in (self.wires, self.amplitudes))
        return (amplitude * np.exp(-abs(x) * wire.rate)) @ share(wire)

    def fields(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Fields at positions x by name: potentials, heat current less J_inf and its loss, all in natural units."""

        def heat(wire):
            return wire.side * 2 * (wire.nodes.weight * (wire.nodes.energy - 1) * wire.thermal) @ wire.odd

        shares = {
            "potential": lambda wire: self.screening * wire.potential,
            "chemical_potential": lambda wire: wire.chemical,
            "electron_potential": lambda wire: wire.electrons[0],
            "electron_temperature": lambda wire: wire.electrons[1],
            "heat_current": heat,
            "scatterer": lambda wire: wire.side * wire.rate * heat(wire),
            "buildup": lambda wire: self.current * wire.side * wire.rate * self.screening * wire.potential,
        }
        if np.any(self.wires[0].drift):
            shares["drift"] = lambda wire: wire.side * (wire.drift @ wire.odd)
        if np.any(self.wires[0].phonons):
            shares |= {"phonon_temperature": lambda wire: wire.phonons, "phonon_heat_current": lambda wire: wire.flux}
        found = {name: np.array([self._along(one, share) for one in x]) for name, share in shares.items()}
        if "drift" in found:
            found["drift"] += self.force * (self.wires[0].drift @ self.wires[0].drude)
        return found


def solve_dense(
    transmission, left: Nodes, right: Nodes, temperature: float, collisions: Collisions, screening: float = 1.0
) -> Reference:
    """Solve all matching conditions on given nodes, for a voltage of either sign.

    Args:
        transmission: function of the kinetic energy in the left wire.
        left: nodes of the left wire; the last ones, as many as both wires have, share total energies and weights.
        right: nodes of the right wire; the first ones of the longer of the two lie below the step.
        temperature: kB T.
        collisions: of both wires, with the phonons'.
        screening: sigma, share of the potential of a neutral wire.
    """
    wires = tuple(half_wire_modes(each, temperature, collisions, side) for each, side in ((left, -1.0), (right, 1.0)))
    sizes = [wire.rate.size for wire in wires]
    directions = []
    for wire, before, after in zip(wires, (0, sizes[0]), (sizes[1], 0), strict=True):
        even, odd = wire.even - screening * wire.potential, wire.side * wire.odd
        rows = [
            wire.thermal[:, None] * np.hstack([even + sign * odd, sign * wire.drude[:, None]]) for sign in (1.0, -1.0)
        ]
        empty = [np.zeros((wire.thermal.size, size)) for size in (before, after)]
        directions.append([np.hstack([empty[0], r[:, :-1], empty[1], r[:, -1:]]) for r in rows])
    above = slice(-min(left.energy.size, right.energy.size), None)
    chance = transmission(left.energy[above])
    t = chance[:, None]
    source = chance * (fermi(left.energy[above], 1, temperature) - fermi(right.energy[above], 1, temperature))
    (left_plus, left_minus), (right_plus, right_minus) = directions
    lattice = collisions.lattice or Lattice(1.0, 0.0)
    faces = [np.hstack([wires[0].phonons, -wires[1].phonons, 0.0]), np.hstack([wires[0].flux, -wires[1].flux, 0.0])]
    faces[0] -= lattice.contact_resistance * np.hstack([np.zeros(sizes[0]), wires[1].flux, 0.0])
    rows = [
        right_plus[above] - t * left_plus[above] - (1 - t) * right_minus[above],
        left_minus[above] - t * right_minus[above] - (1 - t) * left_plus[above],
        (left_plus - left_minus)[: above.start],
        (right_plus - right_minus)[: above.start],
        np.array(faces),
    ]
    weights = [
        left.weight[above],
        left.weight[above],
        left.weight[: above.start],
        right.weight[: above.start],
        np.ones(2),
    ]
    row_scale = np.sqrt(np.concatenate(weights))
    matrix = np.vstack(rows) * row_scale[:, None]
    below = len(matrix) - 2 * source.size
    wanted = np.concatenate([source, -source, np.zeros(below)]) * row_scale
    column_scale = np.linalg.norm(matrix, axis=0)
    unknown = np.linalg.lstsq(matrix / column_scale, wanted, rcond=None)[0] / column_scale
    residual = np.linalg.norm(matrix @ unknown - wanted) / np.linalg.norm(wanted)
    current = 2 * unknown[-1] * np.sum(left.weight * wires[0].thermal * wires[0].drude)
    amplitudes = unknown[: sizes[0]], unknown[sizes[0] : -1]
    return Reference(wires, amplitudes, screening, float(unknown[-1]), float(current), float(residual))
