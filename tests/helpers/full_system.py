"""The full matching system of App. B in plain NumPy: the independent reference for the reduced one.

Nothing is shared with jaxwire. At x = 0 the distribution of the electrons moving right (+) and left (-) with kinetic
energy eps is, in natural units (Eqs. 5, 13, 16, A5),

    f(+-) = f0 + (S +- A)/2,
    S = sum_k a_k (tau g_k - 2 f0' sigma m_k/dn),            m_k = sum_i w_i tau_i g_k(i),   dn = 2 sum_i w_i f0'_i,
    A = 2 F l f0' + side sum_k a_k kappa_k l tau g_k,        side = +1 in the right wire, -1 in the left one.

The unknowns are the amplitudes a_k of both wires and F; the equations are, at every total energy,

    f_right(+) = T f_left(+) + (1 - T) f_right(-)        Eq. 19a
    f_left(-)  = T f_right(-) + (1 - T) f_left(+)        Eq. 19b

where both wires have states, and f(+) = f(-) where only one has. One equation follows from the others.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Nodes(NamedTuple):
    """Quadrature nodes of one wire: kinetic energies and weights of integrals over energy, both of shape (n,)."""

    energy: np.ndarray
    weight: np.ndarray


class Material(NamedTuple):
    """What a wire is made of: kB T, tau as a function of kinetic energy, the screening strength sigma, and v(eps)."""

    temperature: float
    relaxation_time: Callable[[np.ndarray], np.ndarray] = np.ones_like
    screening: float = 1.0
    velocity: Callable[[np.ndarray], np.ndarray] = np.sqrt


class HalfWireModes(NamedTuple):
    """A wire with everything that does not depend on the scatterer; columns of `shape` are modes g_k."""

    energy: np.ndarray
    weight: np.ndarray
    thermal: np.ndarray
    tau: np.ndarray
    mean_free_path: np.ndarray
    rate: np.ndarray
    shape: np.ndarray
    potential: np.ndarray
    side: float


class Reference(NamedTuple):
    """Solution of the full system: modes and amplitudes of the (left, right) wire, and what flows."""

    wires: tuple[HalfWireModes, HalfWireModes]
    amplitudes: tuple[np.ndarray, np.ndarray]
    force: float
    current: float
    residual: float

    @property
    def potentials(self) -> np.ndarray:
        """Neutrality potential e phi at the faces 0- and 0+."""
        return np.array([wire.potential @ a for wire, a in zip(self.wires, self.amplitudes, strict=True)])

    def heating(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scatterer part (Eq. 26) and buildup part (Eq. 25) of the heating at positions x, in units of I F."""
        scatterer, buildup = np.empty_like(x), np.empty_like(x)
        for wire, amplitude in zip(self.wires, self.amplitudes, strict=True):
            here = np.sign(x) == wire.side
            decay = amplitude * np.exp(-np.abs(x[here])[:, None] * wire.rate)
            heat = (wire.weight * (wire.energy - 1) * wire.mean_free_path * wire.tau) @ wire.shape
            scatterer[here] = decay @ (wire.rate**2 * heat) / (self.current * self.force)
            buildup[here] = wire.side * decay @ (wire.rate * wire.potential) / self.force
        return scatterer, buildup


def dense_rates(mean_free_path: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Decay rates of a half-wire, increasing, by the textbook route: eigenvalues kappa^2 of a dense matrix.

    With h = l sqrt(w/C) g, [1 - kappa^2 l^2] g = C <g> is symmetric: (D - b b^T) h = kappa^2 h with D = diag(1/l^2),
    b = sqrt(r)/l. Its eigenvectors are of no use on nodes graded towards the band bottom, where 1/l^2 spans 12 orders
    of magnitude: the currents that they gave were wrong by 1e-3 to 1. Hence `dense_modes`.
    """
    rank_one = np.sqrt(share) / mean_free_path
    return np.sqrt(np.linalg.eigvalsh(np.diag(1 / mean_free_path**2) - np.outer(rank_one, rank_one))[1:])


def dense_modes(mean_free_path: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Decay rates and symmetrised vectors h_k (columns) of the same matrix, without loss on graded grids.

    D - b b^T has the null vector l sqrt(r). On the complement of that, with orthonormal basis Q, its inverse is
    Q^T diag(l^2) Q = (l Q)^T (l Q): decay lengths 1/kappa are singular values of l Q, and nothing was squared.
    """
    null_vector = (mean_free_path * np.sqrt(share))[:, None]
    complement = np.linalg.qr(null_vector, mode="complete")[0][:, 1:]
    _, decay_length, vector = np.linalg.svd(mean_free_path[:, None] * complement, full_matrices=False)
    return 1 / decay_length, complement @ vector.T


def half_wire_modes(nodes: Nodes, material: Material, side: float) -> HalfWireModes:
    """Modes of one wire, normalised as the eigensolver gives them."""
    energy, weight = nodes
    temperature, relaxation_time, screening, velocity_at = material
    velocity, tau = velocity_at(energy), relaxation_time(energy)
    thermal = 1 / (4 * temperature * np.cosh((energy - 1) / (2 * temperature)) ** 2)
    momentum_weight = weight / velocity
    average = thermal / tau / np.sum(momentum_weight * thermal / tau)
    rate, vector = dense_modes(velocity * tau, momentum_weight * average)
    shape = vector * (np.sqrt(average / momentum_weight) / (velocity * tau))[:, None]
    potential = screening * (momentum_weight * tau) @ shape / (2 * np.sum(momentum_weight * thermal))
    return HalfWireModes(energy, weight, thermal, tau, velocity * tau, rate, shape, potential, side)


def _directions(wire: HalfWireModes) -> tuple[np.ndarray, np.ndarray]:
    """Rows that give f(+) - f0 and f(-) - f0 at x = 0 from the amplitudes of the wire and, in the last column, F."""
    symmetric = wire.tau[:, None] * wire.shape - 2 * wire.thermal[:, None] * wire.potential
    antisymmetric = wire.side * (wire.mean_free_path * wire.tau)[:, None] * wire.shape * wire.rate
    drude = (wire.mean_free_path * wire.thermal)[:, None]
    return np.hstack([(symmetric + antisymmetric) / 2, drude]), np.hstack([(symmetric - antisymmetric) / 2, -drude])


def least_squares(matrix: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Solve all equations, one of which follows from the others: slow, and good to rounding."""
    return np.linalg.lstsq(matrix, wanted, rcond=None)[0]


def solve_full_system(
    transmission, left: Nodes, right: Nodes, material: Material, linear_solve: Callable = least_squares
) -> Reference:
    """Solve the full system on given nodes, for a voltage of either sign.

    Args:
        transmission: function of the kinetic energy in the left wire.
        left: nodes of the left wire; the last ones, as many as both wires have, share total energies and weights.
        right: nodes of the right wire; the first ones of the longer of the two lie below the step.
        material: of both wires.
        linear_solve: solves the scaled equations, of which there is one more than unknowns.
    """
    wires = (half_wire_modes(left, material, -1.0), half_wire_modes(right, material, 1.0))
    n_left, n_right = left.energy.size, right.energy.size
    from_left, from_right = (
        [np.insert(rows, where, np.zeros((size, 1)), axis=1) for rows in _directions(wire)]
        for wire, where, size in (
            (wires[0], np.full(n_right - 1, n_left - 1), n_left),
            (wires[1], np.zeros(n_left - 1, dtype=int), n_right),
        )
    )
    above = slice(-min(n_left, n_right), None)
    chance = transmission(left.energy[above])
    t = chance[:, None]
    occupied_left, occupied_right = (1 / (np.exp((wire.energy - 1) / material.temperature) + 1) for wire in wires)
    source = chance * (occupied_left[above] - occupied_right[above])
    (left_plus, left_minus), (right_plus, right_minus) = from_left, from_right
    rows = [
        right_plus[above] - t * left_plus[above] - (1 - t) * right_minus[above],
        left_minus[above] - t * right_minus[above] - (1 - t) * left_plus[above],
        (left_plus - left_minus)[: above.start],
        (right_plus - right_minus)[: above.start],
    ]
    below = n_left + n_right + 2 * above.start
    weights = [left.weight[above], left.weight[above], left.weight[: above.start], right.weight[: above.start]]
    row_scale = np.sqrt(np.concatenate(weights))
    matrix = np.vstack(rows) * row_scale[:, None]
    wanted = np.concatenate([source, -source, np.zeros(below)]) * row_scale
    column_scale = np.linalg.norm(matrix, axis=0)
    unknown = linear_solve(matrix / column_scale, wanted) / column_scale
    residual = np.linalg.norm(matrix @ unknown - wanted) / np.linalg.norm(wanted)
    force = unknown[-1]
    current = 2 * force * np.sum(wires[0].weight * wires[0].mean_free_path * wires[0].thermal)
    amplitudes = (unknown[: n_left - 1], unknown[n_left - 1 : -1])
    return Reference(wires, amplitudes, float(force), float(current), float(residual))
