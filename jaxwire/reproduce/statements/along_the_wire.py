"""Profiles, distributions and readings along the wire, for the statements that are about x or about single energies.

Every solution here has the same models, so that solving, heating and distribution are compiled once each.
"""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial.legendre import leggauss

from jaxwire.model.wires.gated_coulomb import GatedCoulomb
from jaxwire.model.wires.relaxation import PowerLaw
from jaxwire.model.wires.wire import Wire
from jaxwire.observables.instruments import Thermometer
from jaxwire.reproduce.statements.operating_points import GROUPS, USUAL, scatterer_of, wire_of
from jaxwire.solver.solution import Solution
from jaxwire.solver.solve import solve

if TYPE_CHECKING:
    import xarray


FARTHEST_POSITION = 40.0
"""Largest |x| of an integral over the wire, in vF tau0: every profile is P_ext to 1e-6 there."""

POSITION_GRADING = 4
"""Positions are |x| = FARTHEST_POSITION s^4, 0 < s < 1: dense at the scatterer, where P_phi runs off as log|x|."""

POSITION_NODES = 96
"""Nodes s of a Gauss rule."""

BLACK_CURVE = {"center": 1.44, "width": 0.08, "temperature": 0.7, "voltage": 0.1}
"""The curve of Fig. 3a that Fig. 8 explains: heated, then cooled on the right."""

AT_FACE = 1e-9
"""|x| that stands for the face of the scatterer."""

DISTANCES = np.array([AT_FACE, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 60.0])
"""|x| of distributions, the last one far away."""

ENERGY_NODES = 400
"""Kinetic energies u^2 of distributions, u the nodes of a Gauss rule."""

HIGHEST = 30.0
"""The highest of them above mu0, in units of kT."""


def positions() -> tuple[np.ndarray, np.ndarray]:
    """Positions x on both sides, in increasing order, and the weights of an integral over x."""
    node, weight = leggauss(POSITION_NODES)
    s, ds = (node + 1) / 2, weight / 2
    x, dx = (
        FARTHEST_POSITION * s**POSITION_GRADING,
        FARTHEST_POSITION * POSITION_GRADING * s ** (POSITION_GRADING - 1) * ds,
    )
    return np.concatenate([-x[::-1], x]), np.concatenate([dx[::-1], dx])


def solution(**given: float) -> Solution:
    """One operating point; what is not given is `USUAL`."""
    at = {**USUAL, **given}
    dot, wire = scatterer_of(at["center"], at["width"], at["peak"]), wire_of(at["exponent"], at["strength"])
    return solve(dot, wire, temperature=at["temperature"], voltage=at["voltage"], error_estimate=False)


def profiles() -> "xarray.Dataset":
    """Heating, its parts in units of P_ext, potential and heat current at the points of Tables I and II."""
    import xarray

    x, weight = positions()
    axes = GROUPS["tables"]
    rows = []
    for values in product(*axes.values()):
        sol = solution(**dict(zip(axes, map(float, values), strict=True)))
        heat = sol.heating(x)
        rows.append([heat.total, heat.scatterer, heat.buildup, sol.potential(x), sol.heat_current(x)])
    shape = tuple(value.size for value in axes.values())
    names = ("heating", "scatterer", "buildup", "potential", "heat_current")
    found = np.array(rows).reshape(*shape, len(names), x.size)
    variables = {name: ((*axes, "x"), found[..., index, :]) for index, name in enumerate(names)}
    return xarray.Dataset(variables, {**axes, "x": x, "weight": ("x", weight)})


def occupations(side: float, **given: float) -> "xarray.Dataset":
    """Distribution of right- and left-movers against energy and distance on one side (-1: left, +1: right wire).

    Returns:
        `forward` and `backward` (energy, distance), and the weight of an integral over energy.
    """
    import xarray

    sol = solution(**given)
    node, weight = leggauss(ENERGY_NODES)
    top = np.sqrt(1.0 + HIGHEST * float(sol.temperature))
    u, du = top * (node + 1) / 2, top * weight / 2
    found = sol.distribution(u[:, None] ** 2, side * DISTANCES)
    both = {"forward": found.forward, "backward": found.backward}
    return xarray.Dataset(
        {name: (("energy", "distance"), np.asarray(each)) for name, each in both.items()},
        {"energy": u**2, "distance": DISTANCES, "weight": ("energy", 2 * u * du)},
        {"current": float(sol.current)},
    )


def spectral_currents() -> "xarray.Dataset":
    """What the electrons of each energy carry: at the left face in Fig. 9, and far away at several temperatures."""
    import xarray

    cases = {"characteristics": GROUPS["tables"]["temperature"], "far": np.array([0.03, 0.05, 0.1, 0.2])}
    found = {}
    for name, temperatures in cases.items():
        center, at = (0.64, 0) if name == "characteristics" else (1.44, -1)
        each = [occupations(-1.0, center=center, temperature=float(t), voltage=0.4) for t in temperatures]
        carried = [(one.forward - one.backward).isel(distance=at) for one in each]
        found |= {
            f"{name}_current": ((f"{name}_temperature", "node"), np.array(carried)),
            f"{name}_energy": ((f"{name}_temperature", "node"), np.array([one.energy for one in each])),
            f"{name}_weight": ((f"{name}_temperature", "node"), np.array([one.weight for one in each])),
            f"{name}_temperature": temperatures,
        }
    return xarray.Dataset(found)


def conservation() -> "xarray.Dataset":
    """Density and current in the right wire from its distribution, for wires of App. D."""
    import xarray

    exponents, strengths = np.array([-0.5, 0.0, 1.0]), np.array([0.5, 1.0])
    density, current, given = [], [], []
    for exponent, strength in product(exponents, strengths):
        one = occupations(+1.0, exponent=float(exponent), strength=float(strength))
        states = one.weight / np.sqrt(one.energy)  # dp/h = d eps/v
        equilibrium = 1.0 / (1.0 + np.exp((one.energy - 1.0) / USUAL["temperature"]))
        density.append(((one.forward + one.backward - 2.0 * equilibrium) * states).sum("energy"))
        current.append(((one.forward - one.backward) * one.weight).sum("energy"))
        given.append(one.attrs["current"])
    axes = {"exponent": exponents, "strength": strengths}
    shape = exponents.size, strengths.size
    return xarray.Dataset(
        {
            "density": ((*axes, "distance"), np.reshape(density, (*shape, -1))),
            "current": ((*axes, "distance"), np.reshape(current, (*shape, -1))),
            "solved_current": (tuple(axes), np.reshape(given, shape)),
        },
        {**axes, "distance": DISTANCES},
    )


def screened() -> "xarray.Dataset":
    """Heating where the potential decays over a screening length: l = const and tau = const, Coulomb force of a wire.

    Variables (exponent, center, x), in units of P_ext.
    """
    import xarray

    exponents, centers = np.array([-1.0, 0.0]), np.array([0.64, 1.0, 1.21, 1.44])
    x, _ = positions()
    x = x[(np.abs(x) > 0.01) & (np.abs(x) < 20.0)]
    rows = []
    for exponent, center in product(exponents, centers):
        force = GatedCoulomb(coupling=5.0, radius=0.05, gate_distance=0.5)  # pyright: ignore[reportArgumentType]
        wire = Wire(relaxation=PowerLaw(float(exponent)), screening=force)  # pyright: ignore[reportArgumentType]
        dot = scatterer_of(float(center), USUAL["width"], 1.0)
        sol = solve(dot, wire, temperature=0.3, voltage=0.1, error_estimate=False)
        heat = sol.heating(x)
        rows.append([heat.total, heat.scatterer, heat.buildup])
    found = np.array(rows).reshape(exponents.size, centers.size, 3, x.size)
    names = ("heating", "scatterer", "buildup")
    variables = {name: (("exponent", "center", "x"), found[:, :, index]) for index, name in enumerate(names)}
    return xarray.Dataset(variables, {"exponent": exponents, "center": centers, "x": x})


def readings() -> "xarray.Dataset":
    """What a thermometer reads of the black curve, for several free paths of phonons and probes, beside the heating.

    A reading is in units of P_ext; the heat does not diffuse further than the phonons' free path.
    """
    import xarray

    sol, (x, weight) = solution(**BLACK_CURVE), positions()
    paths, probes = np.array([0.05, 1 / 6, 0.5, 1.5, 5.0]), np.array([1e-3, 1 / 6])
    read = [
        [Thermometer(0.0, path, probe).signal(sol, x) / sol.external_power for probe in probes]  # pyright: ignore
        for path in paths
    ]
    variables = {"reading": (("path", "probe", "x"), np.array(read)), "heating": ("x", np.array(sol.heating(x).total))}
    return xarray.Dataset(variables, {"path": paths, "probe": probes, "x": x, "weight": ("x", weight)})
