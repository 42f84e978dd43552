r"""jaxwire beside PythonicDISORT, the nearest public code: one problem that both can solve, checked before it is timed.

    python -m benchmarks.disort [--repeats 20] [--batch 64]

With a constant relaxation time a half-wire is a half space that scatters isotropically without absorbing: the mean free
path l is the cosine mu of a direction, its weight r that of a quadrature over 0 < mu < 1, and distances are optical
depths tau. Two such wires whose contact transmits one half see each other as black walls. Then (Milne's problem)
nothing enters the half space and a steady flux leaves it. Asked are the emergent intensity and the mean intensity
inside, divided by the gradient of the latter far inside, which have closed forms (H: Chandrasekhar, q: Hopf):

    I(0, mu) = H(mu)/sqrt(3),      J(tau) = tau + q(tau).

PythonicDISORT gets one layer of depth 20 with isotropic light from below and nothing from above. What the finite depth
changes decays as exp(-20). It refuses an albedo of 1. What an albedo 1 - delta changes here is even in the decay rate
sqrt(3 delta), so of order delta, not of its root; inside it is delta tau^2/2, and depths go to 3 only. To compare the
two codes more closely than that, its results for five albedos are extrapolated to delta = 0, on its own nodes. The run
stops where they disagree. `NOTES`, which go into the results, say what either code does more.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from PythonicDISORT import pydisort

from benchmarks.common import burst, in_turn, once, options, relative_errors, store
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.matching import currents
from jaxwire.kinetics.resolvents.wavenumbers import Sampling

NODES = (8, 16, 32, 64)
DEFICITS = (1e-6, 1e-5)
EXTRAPOLATED = 0.01 * np.arange(1, 6) / 5
THICKNESS = 20.0
DEPTHS = np.geomspace(0.01, 3.0, 16)
HOPF = 0.7104460895987631

AGREED = {"emergent": 5e-6, "interior": 2e-8}
"""Largest relative difference of the two codes on the same nodes with which times are taken. At 64 nodes they differ by
1e-6 in a grazing direction; that is rounding in PythonicDISORT: in 40 digits one finds jaxwire's numbers to 1e-15."""

BURST = 10
"""Calls of one problem that are timed together: the first of them still finds the caches as another code left them."""

NOTES = (
    "Milne's problem: time and error of one solve, warm, all in turn, single problems ten times in a row. Errors are "
    "against closed forms: of the emergent intensity in all directions of the quadrature, of the mean intensity at 16 "
    "optical depths, 0.01 to 3.",
    "PythonicDISORT solves a layer of depth 20 with an albedo just below 1, as it refuses 1; this changes the emergent "
    "intensity by 1.5 times the deficit and the mean intensity by up to 5.4 times. With an albedo of 1 - 1e-6, above "
    "which it warns of instability, rounding costs 1e-3 in grazing directions at 64 nodes; therefore both "
    "1 - 1e-6 and 1 - 1e-5 are shown.",
    "It always uses Gauss-Legendre nodes in the cosine, and computes them anew in every call: `nodes_microseconds`. "
    "jaxwire gets its nodes as arguments, so it may crowd them at grazing directions (cosine = s^3).",
    "It is told to compute one Fourier mode and one Legendre coefficient, and no function of the azimuth: as little as "
    "it can; its cache of Legendre functions gains nothing here. It can do more: anisotropic scattering, azimuth, many "
    "layers, beams, thermal sources, reflecting ground. That generality costs checks and Python overhead here, which "
    "weigh most at few nodes.",
    "jaxwire solves for two half spaces in contact, of which this problem needs one. It can do more: contacts with any "
    "transmission, different nodes on both sides, and derivatives. It cannot do anisotropic scattering, absorption or "
    "layers. Times leave out compilation: `first_call_seconds`.",
    "A batch holds problems that differ in the unit of length, all solved in full. PythonicDISORT has no batches of "
    "problems; a user would run several processes, one a core.",
)


class Field(NamedTuple):
    """Emergent intensity, shape (..., n), and mean intensity, shape (..., depths), per gradient far inside."""

    emergent: Any
    interior: Any


def gauss(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Cosines and weights of Gauss and Legendre in 0 < mu < 1: those of PythonicDISORT."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return 0.5 * (points + 1.0), 0.5 * weights


def grazing(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """The same in s = mu^(1/3), so that nodes crowd at mu = 0, where intensities behave as mu ln mu."""
    points, weights = gauss(nodes)
    return points**3, 3.0 * points**2 * weights


RULES = {"gauss": gauss, "grazing": grazing}


def wavenumbers(rule: str, nodes: int) -> int:
    """How many wavenumbers jaxwire needs for an error below that of the nodes."""
    return 16 if rule == "gauss" else 16 * (nodes.bit_length() - 3)


def h_function(cosine: np.ndarray, step: float = 0.1) -> np.ndarray:
    """Chandrasekhar's H function without absorption, to 1e-13.

    ln H = ln(1 + mu) - (mu/pi) int_0^inf dq ln[(1 - arctan(q)/q) (1 + 1/q^2)]/(1 + mu^2 q^2), by the trapezoidal rule
    in ln q, whose error falls exponentially.
    """
    q = np.exp(np.arange(-40.0, 40.0, step))
    few = np.minimum(q, 0.1)
    series = sum((-1) ** k * few ** (2 * k) / (2 * k + 3) for k in range(12))  # (1 - arctan(q)/q)/q^2 for small q
    factor = np.where(q < 0.1, series, (1.0 - np.arctan(q) / q) / q**2) * (1.0 + q**2)
    scaled = np.asarray(cosine)[:, None] * q
    return (1.0 + cosine) * np.exp(-(scaled / (1.0 + scaled**2)) @ np.log(factor) * step / np.pi)


def hopf_function(depth: np.ndarray, step: float = 0.05) -> np.ndarray:
    """Hopf's function, to 1e-13: q(inf) - int_0^1 dmu exp(-tau/mu)/(H Z sqrt(12)).

    Z = (1 - mu artanh mu)^2 + (pi mu/2)^2; trapezoidal rule in ln artanh mu.
    """
    v = np.exp(np.arange(-40.0, 4.0, step))
    cosine = np.tanh(v)
    density = (1.0 - v * cosine) ** 2 + (0.5 * np.pi * cosine) ** 2
    weight = step * v / (np.cosh(v) ** 2 * h_function(cosine) * density)
    return HOPF - np.exp(-depth[:, None] / cosine) @ weight / np.sqrt(12.0)


def disort(weight: np.ndarray, deficit: float, depths: np.ndarray) -> Field:
    """Solve with PythonicDISORT; the gradient is 3/2 of the outward flux, which needs the weights of its nodes."""
    nodes = weight.size
    cosine, _, _, intensity = pydisort(
        THICKNESS, 1.0 - deficit, 2 * nodes, np.ones(1), 0.0, 0.0, 0.0, NLeg=1, only_flux=True, b_pos=1
    )
    upward, downward = np.split(intensity(np.concatenate([[0.0], depths])).reshape(2 * nodes, -1), 2)
    gradient = 1.5 * (weight * cosine[:nodes]) @ upward[:, 0]
    return Field(upward[:, 0] / gradient, 0.5 * (weight @ (upward + downward))[1:] / gradient)


def wire(path, weight, depths, size: int) -> Field:
    """Solve with jaxwire: two half-wires that see each other as black walls, with a drive of 1 between them.

    Half of it belongs to either side, and what emerges from one is the spectral current. Inside, the intensity deviates
    from a linear rise by a sum over modes, which is left out without depths.
    """
    one = jnp.ones_like(path)
    half = HalfWire(path**2, weight * path, path, one, one, jnp.zeros(()))  # energies are not looked at
    emergent = currents(half, half, 0.5 * one, one, Sampling(size)).spectral
    gradient = jnp.sum(weight * path * emergent) / (2.0 * jnp.sum(weight * path**2))
    if depths is None:
        return Field(emergent / gradient, None)
    modes = half.modes()
    amplitude = modes.resolvent @ (half.into_wire() * emergent) / (modes.rate * modes.norm)
    decaying = jnp.exp(-depths[:, None] * modes.rate[None, :]) @ amplitude / jnp.sum(weight)
    return Field(emergent / gradient, (0.5 - 0.5 * decaying) / gradient + depths)


wire_compiled = jax.jit(wire, static_argnames="size")


def difference(nodes: int) -> dict[str, Any]:
    """How far the two codes differ on the same nodes: for albedos extrapolated to 1, and as they stand."""
    cosine, weight = gauss(nodes)
    ours = wire_compiled(cosine, weight, DEPTHS, 64)
    row: dict[str, Any] = {"nodes": nodes}
    fields = [disort(weight, deficit, DEPTHS) for deficit in EXTRAPOLATED]
    at_zero = np.linalg.inv(np.vander(EXTRAPOLATED, increasing=True))[0]
    limit = Field(*(at_zero @ np.stack(values) for values in zip(*fields, strict=True)))
    for name, field in (("", limit), ("_at_1e-6", disort(weight, 1e-6, DEPTHS))):
        for part in Field._fields:
            error = np.abs(getattr(field, part) / getattr(ours, part) - 1.0)
            row |= {f"{part}{name}": float(np.max(error))}
    apart = np.abs(limit.emergent / ours.emergent - 1.0)
    row["emergent_above_0.05"] = float(np.max(apart[cosine > 0.05]))
    if not all(row[part] <= bound for part, bound in AGREED.items()):
        raise SystemExit(f"The two codes do not agree, so nothing was timed: {row}.")
    return row


class Case(NamedTuple):
    """What is timed: a call that gives a Field, its directions, what its row says, the unit of length of each problem.

    Intensities per gradient are lengths.
    """

    call: Callable[[], Field]
    cosine: np.ndarray
    labels: dict[str, Any]
    unit: np.ndarray = np.ones((1, 1))


def cases(nodes: int, batch: int) -> list[Case]:
    """Everything that is timed with one number of nodes."""
    found = []
    for asked, depths in (("emergent", None), ("emergent and interior", DEPTHS)):
        for deficit in DEFICITS:
            call = functools.partial(disort, gauss(nodes)[1], deficit, DEPTHS[:0] if depths is None else depths)
            labels = {"code": "PythonicDISORT", "rule": "gauss", "albedo": 1.0 - deficit, "asked": asked}
            found.append(Case(call, gauss(nodes)[0], labels))
        for rule, make in RULES.items():
            labels = {"code": "jaxwire", "rule": rule, "albedo": 1.0, "asked": asked}
            path, weight = map(jnp.asarray, make(nodes))
            where = None if depths is None else jnp.asarray(depths)
            solve = functools.partial(wire, size=wavenumbers(rule, nodes))
            call = functools.partial(jax.jit(solve), path, weight, where)
            found.append(Case(call, make(nodes)[0], labels))
            unit = np.linspace(0.5, 2.0, batch)[:, None]
            paths, places = unit * path[None, :], None if where is None else unit * where[None, :]
            together = jax.jit(jax.vmap(solve, in_axes=(0, None, None if where is None else 0)))
            call = functools.partial(together, paths, weight, places)
            found.append(Case(call, make(nodes)[0], labels, unit))
    return found


def measure(nodes: int, batch: int, repeats: int) -> list[dict[str, Any]]:
    """Rows of one number of nodes: errors, then best times of all calls in turn."""
    rows, calls = [], {}
    for case in cases(nodes, batch):
        first = once(case.call)
        field = case.call()
        row = case.labels | {"nodes": nodes, "batch": case.unit.size}
        exact = {"emergent": h_function(case.cosine) / np.sqrt(3.0), "interior": DEPTHS + hopf_function(DEPTHS)}
        for part, values in exact.items():
            found = getattr(field, part)
            if found is not None and found.size:
                errors = [relative_errors(one, values) for one in np.asarray(found) / case.unit]
                row |= {f"{part}_{name}": max(error[name] for error in errors) for name in errors[0]}
        calls[str(len(rows))] = functools.partial(burst, case.call, BURST if row["batch"] == 1 else 1)
        rows.append(row | {"first_call_seconds": first})
    seconds = in_turn(calls | {"nodes": functools.partial(burst, lambda: gauss(nodes), BURST)}, repeats)
    for key, row in zip(calls, rows, strict=True):
        row["microseconds"] = 1e6 * seconds[key] / (BURST if row["batch"] == 1 else row["batch"])
        if row["code"] == "PythonicDISORT":
            row["nodes_microseconds"] = 1e6 * seconds["nodes"] / BURST
    return rows


def main() -> None:
    chosen = options(__doc__, repeats=20, batch=64)
    agreement = [difference(nodes) for nodes in NODES]
    rows = [row for nodes in NODES for row in measure(nodes, chosen.batch, chosen.repeats)]
    more = {"problem": "Milne", "depths": DEPTHS.tolist(), "agreement": agreement, "notes": NOTES}
    store("disort", rows, chosen.output, packages=("PythonicDISORT",), **more)


if __name__ == "__main__":
    main()
