"""Golden values of a wire with a Lorentzian scatterer, by a method that shares no code with jaxwire.

    python tests/reference/regenerate.py            dry run: solves again and prints the differences to golden.json
    python tests/reference/regenerate.py --write    solves again and replaces golden.json

The physics is that of the paper (arXiv:2407.10192); equation numbers are the paper's. Natural units: energies mu0,
velocities vF, lengths vF tau0, currents e mu0/h; constant relaxation time 1, parabolic band, neutral wire.

What differs from jaxwire on purpose: NumPy only; Gauss-Legendre panels in momentum, graded dyadically towards the band
bottom and towards every feature, instead of one stretched rule; roots of the secular equation by bisection in
the logarithm of their distance from the nearest pole, instead of rational iteration; the matching equations for
u = j/T with both wires' response matrices straight from the modes, without scaling; voltage not scaled out.
Every point is solved on two grids; the largest relative difference between them is stored as its uncertainty.
"""

import argparse
import json
import platform
from datetime import date
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).with_name("golden.json")
ORDERS = (8, 14)  # nodes per panel: the coarser rule gives the uncertainty, the finer one the values
POSITIONS = (-2.0, -0.5, -0.1, 0.1, 0.5, 2.0)
POINTS = (  # center, width, temperature, voltage
    (1.44, 0.08, 0.3, 0.1),  # Fig. 3a
    (1.44, 0.08, 0.7, 0.4),  # Fig. 3b
    (0.64, 0.08, 0.1, 0.4),  # Fig. 4b
    (0.90, 0.01, 0.05, 0.8),  # narrow resonance, cold, bands shifted by nearly mu0
    (2.20, 0.50, 1.0, 1.6),  # wide resonance, hot, bottom of one band above the Fermi energy of the other
    (1.20, 0.20, 0.03, 1e-6),  # coldest promised temperature, linear response
)
CUTOFF = 38.0  # energies above 1 + 38 t are left out: their thermal weight is below exp(-38) = 3e-17
SMALLEST_MOMENTUM = 1e-5  # panels shrink towards p = 0 down to this size
SMALLEST_PANEL = 1e-9


def fermi(energy, temperature):
    """Fermi function of the kinetic energy."""
    return 0.5 * (1.0 - np.tanh((energy - 1.0) / (2.0 * temperature)))


def fermi_slope(energy, temperature):
    """Derivative of the Fermi function by the chemical potential."""
    decay = np.exp(-np.abs(energy - 1.0) / temperature)
    return decay / (1.0 + decay) ** 2 / temperature


def graded_energies(top, features):
    """Panel edges on (0, top), halving in size towards every feature (energy, width) down to half its width."""
    edges = [0.0, top]
    for energy, width in features:
        distance = width * 2.0 ** np.arange(-1, 40)
        edges += [energy, *(energy - distance), *(energy + distance)]
    return np.array([edge for edge in edges if 0.0 <= edge <= top])


def momentum_rule(top, features, order):
    """Nodes and weights in energy of a composite Gauss-Legendre rule in momentum."""
    halvings = np.sqrt(top) * 2.0 ** -np.arange(1, 40)
    edges = np.concatenate([np.sqrt(graded_energies(top, features)), halvings[halvings > SMALLEST_MOMENTUM]])
    edges = np.unique(edges)
    edges = edges[np.concatenate([[True], np.diff(edges) > SMALLEST_PANEL])]
    point, weight = np.polynomial.legendre.leggauss(order)
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    momentum = (middle[:, None] + half[:, None] * point).ravel()
    return momentum**2, 2.0 * momentum * (half[:, None] * weight).ravel()


def secular_roots(poles, weight):
    """Roots of sum_i weight_i/(poles_i - root) = 0, poles sorted: poles - root of shape (n - 1, n), and the roots.

    A root is kept as its distance from the nearest pole, which may be far below the spacing of numbers at the pole.
    """
    gap = np.diff(poles)
    is_left = np.sum(weight / (poles[None, :] - (poles[:-1] + gap / 2)[:, None]), axis=1) > 0
    nearest = np.arange(gap.size) + np.where(is_left, 0, 1)
    sign = np.where(is_left, 1.0, -1.0)
    from_nearest = poles[None, :] - poles[nearest][:, None]
    low, high = np.log(gap) - 140.0, np.log(gap / 2)
    for _ in range(70):  # halves a range of 140 down to rounding
        middle = (low + high) / 2
        value = np.sum(weight / (from_nearest - (sign * np.exp(middle))[:, None]), axis=1)
        is_below = sign * value < 0  # the sum rises from one pole to the next
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    offset = sign * np.exp((low + high) / 2)
    return from_nearest - offset[:, None], poles[nearest] + offset


class HalfWire:
    """Modes of one half-wire on its nodes (App. A): `shape` g_k(i), decay `rate` kappa_k, amplitudes a = excite @ j."""

    def __init__(self, energy, weight, temperature):
        """Solve the eigenproblem on nodes of increasing kinetic energy."""
        self.energy, self.weight = energy, weight
        self.mean_free_path = np.sqrt(energy)
        per_momentum = weight / self.mean_free_path
        self.thermal = fermi_slope(energy, temperature)
        thermal_density = np.sum(per_momentum * self.thermal)
        collision = self.thermal / thermal_density  # C_i
        pole = 1.0 / energy
        difference, eigenvalue = secular_roots(pole[::-1], (per_momentum * collision)[::-1])
        resolvent = 1.0 / difference[:, ::-1]
        norm = resolvent**2 @ (per_momentum * collision * pole)
        self.rate = np.sqrt(eigenvalue)
        self.shape = resolvent * collision * pole
        self.excite = resolvent * (per_momentum / self.mean_free_path) / (self.rate * norm)[:, None]
        self.potential = self.shape @ per_momentum / (2.0 * thermal_density)  # e phi at x = 0 per amplitude
        self.heat = self.shape @ (weight * (energy - 1.0) * self.mean_free_path)
        self.conductivity = 2.0 * np.sum(weight * self.mean_free_path * self.thermal)

    def response(self):
        """Z: symmetric part of the distribution at x = 0 per spectral current."""
        symmetric = self.shape - 2.0 * self.potential[:, None] * self.thermal
        return symmetric.T @ self.excite


def solve(center, width, temperature, voltage, order):
    """Current, potentials at the scatterer and heating at POSITIONS of one operating point, voltage > 0."""
    top = 1.0 + CUTOFF * temperature
    thermal = 2.0 * temperature
    above, above_weight = momentum_rule(top, [(1.0, thermal), (1.0 - voltage, thermal), (center, width)], order)
    below, below_weight = momentum_rule(voltage, [(1.0, thermal)], order)
    left = HalfWire(above, above_weight, temperature)
    right = HalfWire(np.append(below, above + voltage), np.append(below_weight, above_weight), temperature)

    transmission = width**2 / ((above - center) ** 2 + width**2)
    occupied, empty = fermi(above, temperature), fermi(2.0 - (above + voltage), temperature)
    source = occupied * empty * -np.expm1(-voltage / temperature)  # f0(left) - f0(right), without its cancellation
    response = left.response() + right.response()[below.size :, below.size :]
    matrix = np.diag(1.0 - transmission) + 0.5 * response * transmission[None, :]
    spectral_current = transmission * np.linalg.solve(matrix, source)

    current = np.sum(above_weight * spectral_current)
    force = current / left.conductivity
    amplitude = {-1.0: -left.excite @ spectral_current, 1.0: right.excite[:, below.size :] @ spectral_current}
    heating = []
    for x in POSITIONS:
        side, sign = (right, 1.0) if x > 0 else (left, -1.0)
        excited = amplitude[sign] * np.exp(-side.rate * abs(x))
        scatterer = np.sum(excited * side.rate**2 * side.heat)  # -dJ_el/dx, Eq. 26
        buildup = sign * current * np.sum(excited * side.rate * side.potential)  # -I dphi/dx, Eq. 25
        heating.append(1.0 + (scatterer + buildup) / (current * force))
    return {
        "current": float(current),
        "potential_left": float(amplitude[-1.0] @ left.potential),
        "potential_right": float(amplitude[1.0] @ right.potential),
        "heating": [float(value) for value in heating],
    }


def golden_point(center, width, temperature, voltage):
    """One entry of golden.json."""
    coarse, fine = (solve(center, width, temperature, voltage, order) for order in ORDERS)
    parameters = {"center": center, "width": width, "temperature": temperature, "voltage": voltage}
    return {**parameters, **fine, "uncertainty": relative_difference(coarse, fine)}


def relative_difference(found, wanted):
    """Largest difference between two results, each number relative to itself, heating to its largest value."""
    names = ("current", "potential_left", "potential_right")
    heating, wanted_heating = np.array(found["heating"]), np.array(wanted["heating"])
    profile = np.max(np.abs(heating - wanted_heating)) / np.max(np.abs(wanted_heating))
    return float(max(profile, *(abs(found[name] / wanted[name] - 1.0) for name in names)))


def main(arguments=None):
    """Solve all points; compare with the stored file or replace it."""
    parser = argparse.ArgumentParser(description="Recompute golden.json; a dry run unless told to write.")
    parser.add_argument("--write", action="store_true", help="replace golden.json")
    is_writing = parser.parse_args(arguments).write
    points = [golden_point(*point) for point in POINTS]
    stored = json.loads(GOLDEN.read_text())["points"] if GOLDEN.exists() else []
    for number, new in enumerate(points):
        difference = f"{relative_difference(new, stored[number]):.1e}" if number < len(stored) else "new"
        name = " ".join(f"{key}={new[key]:g}" for key in ("center", "width", "temperature", "voltage"))
        print(f"{name}: uncertainty {new['uncertainty']:.1e}, relative difference to the stored values {difference}")
    if not is_writing:
        print("dry run: golden.json is unchanged; --write replaces it")
        return
    provenance = {
        "source": "tests/reference/regenerate.py, independent of jaxwire",
        "method": "reduced matching system on composite Gauss-Legendre panels in momentum, secular roots by bisection",
        "nodes_per_panel": ORDERS,
        "date": date.today().isoformat(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "units": "natural: energies mu0, lengths vF tau0, current e mu0/h, heating in units of P_ext",
    }
    GOLDEN.write_text(json.dumps({"provenance": provenance, "positions": POSITIONS, "points": points}, indent=2) + "\n")
    print(f"wrote {GOLDEN}")


if __name__ == "__main__":
    main()
