"""The numbers behind the drawings as a CSV file: parameters and results on top, then columns with their units.

Lines of the head begin with `#` and read `# name = value unit`. Columns of different length (over position, energy,
voltage) stand side by side, the shorter ones filled up with nothing. Numbers are written so that they are read back
exactly. `pandas.read_csv(file, comment="#")` reads the columns, `read_table` everything.
"""

import csv
import io
from importlib.metadata import version
from typing import Any

import numpy as np

from jaxwire.explore.point import ENERGY, NUMBERS, VOLTAGES, ShownPoint, X
from jaxwire.explore.sliders import EXAMPLES
from jaxwire.explore.state import State

ENDING = "\r\n"


def columns(point: ShownPoint) -> dict[str, np.ndarray]:
    """Everything that is drawn, by the title of its column."""
    heating = {f"heating {part} [P_ext]": values for part, values in point.heating._asdict().items()}
    deviation = {
        f"f-f0 {direction} {place}": values[index]
        for index, place in enumerate(("at -d", "at +d", "far away"))
        for direction, values in point.deviation._asdict().items()
    }
    return {
        "x [vF tau0]": X,
        **heating,
        "phonon temperature rise [that far away]": point.phonon_temperature,
        "electron temperature excess [mu0]": point.electron_excess,
        "phonon temperature excess [mu0]": point.phonon_excess,
        "energy [mu0]": ENERGY,
        "transmission": point.transmission,
        "f0 left": point.occupation[0],
        "f0 right": point.occupation[1],
        **deviation,
        "voltage [mu0]": VOLTAGES,
        "current [e mu0/h]": point.curve,
    }


def write_table(point: ShownPoint) -> str:
    """A state and all its numbers as CSV."""
    file = io.StringIO(newline="")
    file.write(f"# jaxwire {version('jaxwire')}; energies in mu0, positions in vF tau0{ENDING}")
    for kind, name in point.state.models.items():
        file.write(f"# {kind} = {name}{ENDING}")
    for name, value in point.state.numbers.items():
        file.write(f"# {name} = {value!r} {point.state.sliders[name].unit}".rstrip() + ENDING)
    for name, value in point.numbers.items():
        file.write(f"# result {name} = {value!r} {NUMBERS[name][1]}".rstrip() + ENDING)
    for side, spot in point.spots._asdict().items():
        if spot.exists:
            for name, unit in (("position", "vF tau0"), ("heating", "P_ext"), ("prominence", "P_ext")):
                file.write(f"# result spot_{side}_{name} = {float(getattr(spot, name))!r} {unit}{ENDING}")
    file.write(f"# status: {point.status}{ENDING}")
    named = columns(point)
    rows = max(values.size for values in named.values())
    texts = [[repr(value) for value in values.tolist()] + [""] * (rows - values.size) for values in named.values()]
    writer = csv.writer(file, lineterminator=ENDING)
    writer.writerow(named)
    writer.writerows(zip(*texts, strict=True))
    return file.getvalue()


def read_table(text: str) -> tuple[State, dict[str, np.ndarray]]:
    """Read back what `write_table` wrote: the state, and the columns by title."""
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("#")]
    pairs = dict(line.removeprefix("# ").split(" = ", 1) for line in head if " = " in line)
    given: dict[str, Any] = {kind: pairs.pop(kind) for kind in EXAMPLES if kind in pairs}
    given |= {name: float(value.split()[0]) for name, value in pairs.items() if not name.startswith("result ")}
    titles, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    texts = dict(zip(titles, zip(*rows, strict=True), strict=True))
    return State(**given), {
        title: np.array([float(text) for text in column if text]) for title, column in texts.items()
    }
