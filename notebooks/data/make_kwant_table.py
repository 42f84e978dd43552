"""Transmission of a dot between two rectangular barriers, computed by Kwant; writes kwant_double_barrier.csv.

    pip install -r notebooks/data/requirements-kwant.txt && python notebooks/data/make_kwant_table.py

Kwant 1.5 builds against NumPy 1 only, so this runs in an environment of its own; jaxwire reads the table. The wire is a
chain with spacing a: onsite 2 t + potential, hopping -t, t = 1/a^2 in units of mu0 with lengths in 1/kF, which is
energy = k^2 in the limit of small a.
"""

from pathlib import Path

import kwant
import numpy as np

SPACING = 0.02
BARRIER, LENGTH, WELL = 2.5, 0.6, 2.4  # height in mu0, length of either barrier and of the well in 1/kF
ENERGIES = np.concatenate([np.linspace(0.02, 3.0, 300), np.linspace(3.05, 12.0, 180)])


def potential(x: float) -> float:
    """Two barriers of equal height around a well."""
    inside = 0 <= x < LENGTH or LENGTH + WELL <= x < 2 * LENGTH + WELL
    return BARRIER if inside else 0.0


def chain() -> kwant.system.FiniteSystem:
    """Finite chain with the barriers and a clean lead on either side."""
    hopping = 1.0 / SPACING**2
    lattice = kwant.lattice.chain(SPACING, norbs=1)
    system = kwant.Builder()
    for site in range(round((2 * LENGTH + WELL) / SPACING)):
        system[lattice(site)] = 2 * hopping + potential((site + 0.5) * SPACING)
    system[lattice.neighbors()] = -hopping
    lead = kwant.Builder(kwant.TranslationalSymmetry([-SPACING]))
    lead[lattice(0)] = 2 * hopping
    lead[lattice.neighbors()] = -hopping
    system.attach_lead(lead)
    system.attach_lead(lead.reversed())
    return system.finalized()


def main() -> None:
    """Compute the table and write it beside this file."""
    system = chain()
    transmission = [kwant.smatrix(system, energy).transmission(1, 0) for energy in ENERGIES]
    path = Path(__file__).with_name("kwant_double_barrier.csv")
    header = f"energy (mu0), T; Kwant {kwant.__version__}, {Path(__file__).name}, spacing {SPACING}/kF"
    np.savetxt(path, np.stack([ENERGIES, transmission], axis=1), delimiter=",", header=header, fmt="%.10g")


if __name__ == "__main__":
    main()
