"""Random scatterers in random wires, at random points of the promised domain.

Widths, decays and temperatures are drawn half uniformly, half on a logarithmic scale. Whatever else a scatterer has in
place of a resonance's center and width is drawn so that T changes at the same energies and as fast.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

import jaxwire as jw

Columns = dict[str, np.ndarray]
"""Numbers that vary together from point to point, by the names of their axes: each of shape (n_points,)."""


class Model(NamedTuple):
    """What is drawn.

    Attributes:
        scatterer: one such scatterer.
        draw: the numbers that replace its own, at some number of points.
        wire: the wire.
    """

    scatterer: jw.AbstractScatterer
    draw: Callable[[Generator, int], Columns]
    wire: jw.Wire = jw.Wire()


def operating_points(rng: Generator, count: int) -> Columns:
    """Temperatures and voltages of either sign."""
    return {"temperature": _spread(rng, 0.03, 1.0, count), "voltage": rng.uniform(-1.6, 1.6, count)}


def draw(model: Model, count: int, seed: int) -> Columns:
    """Draw some points of one model."""
    rng = np.random.default_rng(seed)
    return model.draw(rng, count) | operating_points(rng, count)


def _spread(rng: Generator, lowest: float, highest: float, count: int) -> np.ndarray:
    """Half of the numbers uniform, half of them on a logarithmic scale."""
    uniform = rng.uniform(lowest, highest, count)
    return np.where(np.arange(count) % 2, np.exp(rng.uniform(np.log(lowest), np.log(highest), count)), uniform)


def _centers(rng: Generator, count: int) -> np.ndarray:
    return rng.uniform(0.1, 2.6, count)


def _widths(rng: Generator, count: int) -> np.ndarray:
    return _spread(rng, 0.01, 1.0, count)


def _resonance(rng: Generator, count: int) -> Columns:
    return {"center": _centers(rng, count), "width": _widths(rng, count)}


def _two_resonances(rng: Generator, count: int) -> Columns:
    each = [_resonance(rng, count) | {"peak": rng.uniform(0.0, 0.5, count)} for _ in range(2)]
    return {f"resonances[{index}].{name}": column for index, one in enumerate(each) for name, column in one.items()}


def _constant(rng: Generator, count: int) -> Columns:
    return {"value": _spread(rng, 1e-4, 1.0, count)}


def _contact(rng: Generator, count: int) -> Columns:
    thresholds = {f"thresholds[{index}]": _centers(rng, count) for index in range(2)}
    return thresholds | {"curvature": 2.0 * _widths(rng, count)}


def _smooth_barrier(rng: Generator, count: int) -> Columns:
    return {"height": _centers(rng, count), "decay": _widths(rng, count) / np.pi}


def _rectangular(rng: Generator, count: int) -> Columns:
    """Barriers, and wells at three points of ten."""
    sign = np.where(rng.random(count) < 0.3, -1.0, 1.0)
    return {"height": sign * _centers(rng, count), "length": np.pi / np.sqrt(2.0 * _widths(rng, count))}


def _two_barriers(rng: Generator, count: int) -> Columns:
    each = {side: _spread(rng, 0.01, 0.99, count) for side in ("left", "right")}
    return each | {"separation": np.pi / np.sqrt(_centers(rng, count)), "phase": rng.uniform(-np.pi, np.pi, count)}


TABLE = np.linspace(0.05, 2.8, 24)


def _table(rng: Generator, count: int) -> Columns:
    """A resonance in the table; at every third point values that know nothing of each other."""
    detuning = (TABLE - _centers(rng, count)[:, None]) / (0.1 + _widths(rng, count)[:, None])
    is_rough = (np.arange(count) % 3 == 0)[:, None]
    values = np.where(is_rough, rng.uniform(0.1, 0.9, (count, TABLE.size)), 0.05 + 0.9 / (1.0 + detuning**2))
    return {f"values[{index}]": values[:, index] for index in range(TABLE.size)}


def fano(energy, numbers):
    """Fano's line, one at its maximum; numbers: its place, width and asymmetry q."""
    place, width, asymmetry = numbers
    detuning = (energy - place) / width
    return (asymmetry + detuning) ** 2 / ((1.0 + detuning**2) * (1.0 + asymmetry**2))


def _fano(rng: Generator, count: int) -> Columns:
    place, width = _centers(rng, count), _widths(rng, count)
    numbers = {"parameters[0]": place, "parameters[1]": width, "parameters[2]": rng.uniform(-3.0, 3.0, count)}
    return numbers | {"scales[0,0]": place, "scales[0,1]": width}


DOT = jw.Lorentzian(1.0, 0.1)
SCATTERERS = {
    "Lorentzian": Model(DOT, _resonance),
    "two resonances": Model(
        jw.BreitWigner([jw.Resonance(1.0, 0.1, 0.5), jw.Resonance(1.2, 0.1, 0.5)]), _two_resonances
    ),
    "Constant": Model(jw.Constant(0.5), _constant),
    "QuantumPointContact": Model(jw.QuantumPointContact([1.0, 1.5], 0.1), _contact),
    "TunnelBarrier": Model(jw.TunnelBarrier(1.0, 0.1), _smooth_barrier),
    "RectangularBarrier": Model(jw.RectangularBarrier(1.0, 1.0), _rectangular),
    "DoubleBarrier": Model(jw.DoubleBarrier(0.5, 0.5, 1.0), _two_barriers),
    "Tabulated": Model(jw.Tabulated(TABLE, np.full(TABLE.size, 0.5)), _table),
    "Fano line": Model(jw.Function(fano, np.array([1.0, 0.1, 0.9]), scales=[(1.0, 0.1)]), _fano),
}


def _with(name: str, lowest: float, highest: float) -> Callable[[Generator, int], Columns]:
    """A resonance, and a number of the wire between two limits."""
    return lambda rng, count: _resonance(rng, count) | {name: rng.uniform(lowest, highest, count)}


WIRES = {
    "Kane band": Model(DOT, _with("dispersion.alpha", 0.0, 0.5), jw.Wire(dispersion=jw.Kane(0.2))),
    "local screening": Model(DOT, _with("screening.strength", 0.0, 1.0), jw.Wire(screening=jw.LocalScreening(0.7))),
    "tau ~ p^s": Model(DOT, _with("relaxation.exponent", -1.5, 2.0), jw.Wire(jw.PowerLaw(0.5))),
}
