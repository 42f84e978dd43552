"""Pictures of the performance page, made of the stored results: nothing is computed here.

python -m benchmarks.pictures
"""

import json
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from benchmarks.common import RESULTS
from jaxwire.plot import COLORS, STYLE, save_figure

WITH_MARKERS = STYLE | {"axes.xmargin": 0.04, "axes.ymargin": 0.08}
"""No marker on the frame."""


def _stored(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def work_precision() -> Figure:
    """Error against the time of a point: scans, the loop in NumPy, the full system."""
    rows = _stored("scans")["rows"]
    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    axes = figure.subplots()
    kinds = {
        "full system, uniform": ("full system of App. B, uniform grid", "s"),
        "NumPy loop": ("reduced system, loop in NumPy", "^"),
        "scan current": ("jaxwire scan", "o"),
    }
    for color, (start, (label, marker)) in zip(COLORS, kinds.items(), strict=False):
        chosen = [row for row in rows if row["name"].startswith(start) and "spots" not in row["name"]]
        x, y = ([row[key] for row in chosen] for key in ("microseconds", "error_max"))
        axes.loglog(x, y, marker, color=color, label=label, linestyle=":" if start != "NumPy loop" else "none")
        for row in chosen:
            text = row["name"].removeprefix(start).strip(" ,")
            axes.annotate(text, (row["microseconds"], row["error_max"]), (5, 4), textcoords="offset points", size=7)
    axes.set_xlabel("time of a point (µs)")
    axes.set_ylabel("largest relative error of the current")
    axes.margins(x=0.15)
    axes.legend()
    return figure


def throughput() -> Figure:
    """Points per second against the number of points of one call."""
    rows = _stored("scans")["by_points"]
    figure = Figure(figsize=(5.6, 3.4), layout="constrained")
    axes = figure.subplots()
    for nodes, color in zip(dict.fromkeys(row["nodes"] for row in rows), COLORS, strict=False):
        some = [(row["points"], 1e6 / row["microseconds"]) for row in rows if row["nodes"] == nodes]
        axes.loglog(*zip(*some, strict=True), "o-", color=color, label=f"{nodes} nodes")
    axes.legend()
    axes.set_xlabel("points of one scan")
    axes.set_ylabel("points per second")
    return figure


def growth() -> Figure:
    """Time of each stage against the number of nodes."""
    rows = _stored("growth")["rows"]
    figure = Figure(figsize=(5.6, 3.4), layout="constrained")
    axes = figure.subplots()
    nodes = [row["above"] for row in rows]
    for color, marker, name in zip(COLORS, "os^v", rows[0]["microseconds"], strict=False):
        axes.loglog(nodes, [row["microseconds"][name] for row in rows], marker + "-", color=color, label=name)
    axes.set_xticks(nodes, [str(size) for size in nodes])
    axes.minorticks_off()
    axes.set_xlabel("nodes above the step")
    axes.set_ylabel("time of a point (µs, one core)")
    axes.legend()
    return figure


def memory() -> Figure:
    """Memory against the number of points."""
    figure = Figure(figsize=(5.6, 3.4), layout="constrained")
    axes = figure.subplots()
    rows = _stored("memory")["rows"]
    for color, kept in zip(COLORS, dict.fromkeys(row["observables"] for row in rows), strict=False):
        some = [row for row in rows if row["observables"] == kept]
        points = [row["points"] for row in some]
        axes.semilogx(points, [row["peak_bytes"] / 1e6 for row in some], "o-", color=color, label=f"{kept}: taken")
        total = [(row["predicted_bytes"] + row["result_bytes"]) / 1e6 for row in some]
        axes.semilogx(points, total, "s:", color=color, label=f"{kept}: predicted, without the compiler")
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("points of one scan")
    axes.set_ylabel("memory beyond Python and JAX (MB)")
    axes.legend(loc="center left", bbox_to_anchor=(0.0, 0.3))
    return figure


PICTURES = {"work_precision": work_precision, "throughput": throughput, "growth": growth, "memory": memory}


def main() -> None:
    for name, draw in PICTURES.items():
        with rc_context(WITH_MARKERS):
            save_figure(draw(), RESULTS / f"{name}.svg")
        print(f"{name}.svg")


if __name__ == "__main__":
    main()
