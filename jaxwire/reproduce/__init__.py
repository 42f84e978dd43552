"""The paper's Tables I and II and Figs. 3, 4, 5, 6, 7 and 9 (arXiv:2407.10192), computed, drawn and looked at.

Data flows from operating points (`points`) to data (xarray Datasets), from there to figures and to what is seen in them
(`profiles`, `spot_maps`, `asymmetries`, `characteristics`), to the comparison with the printed tables (`tables`), and
to a page that shows it all (`page`). Fig. 8 is a picture of distribution functions: notebooks/04_anatomy_of_a_hot_spot.
"""

import csv
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from jaxwire.plot import save_figure
from jaxwire.reproduce import asymmetries, characteristics, page, profiles, spot_maps
from jaxwire.reproduce.exhibit import DRAFT, FULL, Exhibit, Finding, Quality, Reproduction
from jaxwire.reproduce.points import COLUMNS, TEMPERATURES, WIDTH, profile_points, solve_grids, solve_profiles
from jaxwire.reproduce.tables import Comparison, compare, printed_tables, tables_text

if TYPE_CHECKING:
    import xarray

__all__ = [
    "COLUMNS",
    "DRAFT",
    "EXHIBITS",
    "FULL",
    "TEMPERATURES",
    "WIDTH",
    "Comparison",
    "Exhibit",
    "Finding",
    "Quality",
    "Reproduction",
    "compare",
    "compute",
    "printed_tables",
    "solve_profiles",
    "tables_text",
    "write",
]

EXHIBITS = (
    profiles.FIGURE_3,
    profiles.FIGURE_4,
    spot_maps.FIGURE_5,
    spot_maps.FIGURE_6,
    asymmetries.FIGURE_7,
    characteristics.FIGURE_9,
)
"""The figures, in the paper's order."""

POINTS: Mapping[str, "Callable[[Quality], xarray.Dataset]"] = {
    "fig5": spot_maps.points_of_figure_5,
    "fig6": spot_maps.points_of_figure_6,
    "fig7": asymmetries.points,
    "fig9": characteristics.points,
}
"""Operating points of the figures that are not made of the tables' points."""


def compute(quality: Quality = FULL, report: Callable[[int, int], None] = lambda done, total: None) -> Reproduction:
    """Compute the data of all figures and tables.

    Args:
        quality: how finely.
        report: called with (figures and tables done, all of them) as they become ready.
    """
    total = len(EXHIBITS) + 1
    report(0, total)
    grids = {name: points(quality) for name, points in POINTS.items()} | {"tables": profile_points()}
    with ThreadPoolExecutor(1) as other:  # two programs to compile, mostly outside of Python
        waiting = other.submit(solve_profiles, quality)
        data = solve_grids(grids, quality.resolution)
        report(len(POINTS), total)
        solved = waiting.result()
    spots = [name for name in data["tables"] if str(name).startswith("spot_")]
    data["tables"] = solved.assign(data["tables"][spots].data_vars).assign_attrs(data["tables"].attrs)
    data |= {"fig3": data["tables"], "fig4": data["tables"]}
    report(total, total)
    return Reproduction(data, compare(data["tables"]), {one.name: one.look(data[one.name]) for one in EXHIBITS})


def write(folder: Path, made: Reproduction, quality: Quality = FULL) -> list[Path]:
    """Write figures, data (NetCDF), tables (Markdown, CSV, JSON) and index.html, which shows them, to a folder.

    Returns:
        The files written, in the order of writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for exhibit in EXHIBITS:
        figure = exhibit.draw(made.data[exhibit.name])
        for suffix in quality.formats:
            written.append(folder / f"{exhibit.name}.{suffix}")
            save_figure(figure, written[-1])
            figure.set_layout_engine("none")  # it stays as it was laid out
    for name, data in made.data.items():
        written.append(folder / f"{name}.nc")
        _portable(data).to_netcdf(written[-1], engine="scipy")
    rows = [asdict(row) for row in made.compared]
    texts = {
        "tables.md": tables_text(made.compared),
        "tables.json": json.dumps({"gamma": WIDTH, "points": rows}, indent=1) + "\n",
        "findings.json": json.dumps(made.statements, indent=1) + "\n",
        "index.html": page.render(EXHIBITS, made, _about(made.data["fig5"]), quality.formats),
    }
    for name, text in texts.items():
        written.append(folder / name)
        written[-1].write_text(text, encoding="utf-8")
    written.append(folder / "tables.csv")
    with written[-1].open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return written


def _portable(data: "xarray.Dataset") -> "xarray.Dataset":
    """The data as NetCDF 3 can hold it: truth values as small whole numbers."""
    return data.assign({name: data[name].astype("i1") for name in data.data_vars if data[name].dtype == bool})


def _about(data: "xarray.Dataset") -> dict[str, str]:
    """Versions and settings of the maps."""
    names = {"jaxwire_version": "jaxwire", "jax_version": "JAX", "git": "commit", "resolution": "nodes of Figs. 5 to 9"}
    about = {words: str(data.attrs[name]) for name, words in names.items() if name in data.attrs}
    sizes = {name: size for name, size in data.sizes.items() if name in ("width", "center")}
    return about | {"points of a map": " x ".join(map(str, sizes.values()))}
