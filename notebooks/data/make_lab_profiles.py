"""Three temperature profiles as a laboratory would measure them; writes lab_1mV.csv, lab_3mV.csv, lab_6mV.csv.

    python notebooks/data/make_lab_profiles.py

Nothing of jaxwire is used: the Boltzmann equation is solved by the full system of App. B of the paper (dense matrices,
`tests/helpers/full_system.py`) on some 800 nodes of a grid of its own, heat diffusion and the probe are integrals by
quadrature, and constants are CODATA's. The sample is made up: an InAs nanowire of one subband with both spins, whose
relaxation time is 16 % below what its makers believe, on a stage whose zero is 25 nm off.

Each reading has normal noise; the bath drifts, by tens of microkelvin between the profiles and by less than the noise
within one; the current is read with an error of 1 %.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.constants import e, h, k, m_e
from scipy.special import erfc

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "helpers"))

from full_system import Material, Nodes, Reference, solve_full_system  # noqa: E402

MASS, ALPHA = 0.026, (1 - 0.026) ** 2 / 0.417  # InAs: at the band bottom, and non-parabolicity in 1/eV
SPINS = 2
TRUTH = {
    "center": 13.8e-3,  # eV
    "width": 0.95e-3,  # eV
    "chemical_potential": 10e-3,  # eV
    "relaxation_time": 0.84e-12,  # s
    "temperature": 30.0,  # K
    "conductance": 0.42,  # loss to the substrate, W/(m K)
    "healing_length": 210e-9,  # m
    "position": 25e-9,  # of the scatterer on the stage, m
    "probe_fwhm": 50e-9,  # m
}
VOLTAGES = (1e-3, 3e-3, 6e-3)
POSITIONS = np.arange(-1200, 1201, 30) * 1e-9
NOISE, BETWEEN, WITHIN = 3e-6, 40e-6, 1e-6  # K: of a reading, of the bath from profile to profile, and along one
CURRENT_ERROR = 0.01

ENERGY = TRUTH["chemical_potential"] * e
KANE = ALPHA * TRUTH["chemical_potential"]
VELOCITY = np.sqrt(2 * ENERGY * (1 + KANE) / (MASS * m_e)) / (1 + 2 * KANE)
PATH = VELOCITY * TRUTH["relaxation_time"]
"""Mean free path, in m: the unit of lengths below; that of energies is mu0."""


def velocity(energy: np.ndarray) -> np.ndarray:
    """Velocity in Kane's band, in that at the Fermi energy."""
    return np.sqrt(energy * (1 + KANE * energy) / (1 + KANE)) * (1 + 2 * KANE) / (1 + 2 * KANE * energy)


def panels(edges: np.ndarray, count: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights of the intervals between sorted edges."""
    node, weight = np.polynomial.legendre.leggauss(count)
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * node).ravel(), (half[:, None] * weight).ravel()


def graded(length: float, count: int, smallest: float = 1e-5) -> np.ndarray:
    """Edges between 0 and a length, ever denser towards 0."""
    return np.concatenate([[0.0], np.geomspace(smallest, length, count)])


def nodes(voltage: float, center: float, width: float, temperature: float) -> tuple[Nodes, Nodes]:
    """Nodes of the left wire, whose band starts higher by the voltage, and of the right one, which has more below."""
    top = 1.0 + 42.0 * temperature
    dense = center + width * np.array([-64, -32, -16, -8, -4, -2, -1, -0.5, 0, 0.5, 1, 2, 4, 8, 16, 32, 64])
    edges = np.concatenate([graded(0.3, 14) ** 2, dense, np.linspace(0.09, top, 40)])
    above, weight = panels(np.unique(edges[(edges >= 0) & (edges <= top)]))
    half = voltage / 2
    low, low_weight = panels(np.unique(np.concatenate([graded(np.sqrt(half), 10) ** 2, voltage - graded(half, 10)])))
    right = Nodes(np.concatenate([low, above + voltage]), np.concatenate([low_weight, weight]))
    return Nodes(above, weight), right


def solved(voltage: float) -> Reference:
    """The wire at a voltage in mu0, with modes and amplitudes."""
    center, width = (TRUTH[name] / TRUTH["chemical_potential"] for name in ("center", "width"))
    temperature = k * TRUTH["temperature"] / ENERGY
    left, right = nodes(voltage, center, width, temperature)
    material = Material(temperature, velocity=velocity)
    return solve_full_system(lambda eps: width**2 / ((eps - center) ** 2 + width**2), left, right, material)


def rise(full: Reference, x: np.ndarray) -> np.ndarray:
    """Temperature that the probe reads at positions x from the scatterer, in m, in K."""
    healing = TRUTH["healing_length"] / PATH
    spread = TRUTH["probe_fwhm"] / np.sqrt(8 * np.log(2)) / PATH
    far = np.arange(0.2, 60.0, 0.1)
    edges = np.unique(np.concatenate([np.geomspace(1e-9, 0.2, 60), far]))
    right, weight = panels(np.concatenate([[0.0], edges]))
    source, weight = np.concatenate([-right[::-1], right]), np.concatenate([weight[::-1], weight])
    scatterer, buildup = full.heating(source)
    distance = x[:, None] / PATH - source
    # Of diffusion, exp(-|x|/Lambda)/(2 Lambda), and a normal distribution: their convolution.
    scale, shift = np.exp(spread**2 / (2 * healing**2)) / (4 * healing), spread / healing
    with np.errstate(over="ignore", invalid="ignore"):
        sides = [np.exp(s * distance / healing) * erfc((shift + s * distance / spread) / np.sqrt(2)) for s in (-1, 1)]
    kernel = scale * np.nan_to_num(sides[0] + sides[1], nan=0.0, posinf=0.0)
    power = SPINS * full.current * full.force * ENERGY**2 / (h * PATH)
    return power * (1.0 + kernel @ (weight * (scatterer + buildup))) / TRUTH["conductance"]


def main() -> None:
    """Write the files."""
    random = np.random.default_rng(28)
    bath = np.cumsum(BETWEEN * random.normal(size=len(VOLTAGES)))
    print("offsets:", ", ".join(f"{1e6 * one:.1f} uK" for one in bath))
    for voltage, offset in zip(VOLTAGES, bath, strict=True):
        full = solved(voltage / TRUTH["chemical_potential"])
        drift = WITHIN * np.linspace(-0.5, 0.5, POSITIONS.size)
        noise = NOISE * random.normal(size=POSITIONS.size)
        reading = offset + drift + noise + rise(full, POSITIONS - TRUTH["position"])
        current = SPINS * full.current * e * ENERGY / h
        read = current * (1 + CURRENT_ERROR * random.normal())
        head = f"# scanning thermometer, bath at 30 K, {1e3 * voltage:g} mV across the dot\n"
        head += f"# current {1e9 * read:.3f} nA +- {1e9 * read * CURRENT_ERROR:.3f} nA\nx_nm,T_mK,sigma_mK\n"
        rows = "".join(
            f"{1e9 * x:.0f},{1e3 * y:.4f},{1e3 * NOISE:.4f}\n" for x, y in zip(POSITIONS, reading, strict=True)
        )
        (HERE / f"lab_{1e3 * voltage:g}mV.csv").write_text(head + rows, "utf-8")
        print(
            f"{1e3 * voltage:g} mV: {1e9 * current:.4f} nA, read as {1e9 * read:.3f} nA; residual {full.residual:.1e}"
        )


if __name__ == "__main__":
    main()
