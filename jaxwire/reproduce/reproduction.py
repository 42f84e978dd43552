"""The paper's Tables I and II and Figs. 2 to 9 (arXiv:2407.10192), and figures of our own for its outlook.

Computed, drawn and looked at. Data flows from operating points (`points`) to data (xarray Datasets), from there to
figures and to what is seen in them, a module per kind of figure; to the comparison with the printed tables
(`tables_1_2`), and to a page that shows it all (`page`). What the paper says of each figure is in
paper_facts.json.
"""

import csv
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from jaxwire.numerics.output_file import output_file
from jaxwire.plot.style import save_figure
from jaxwire.reproduce import figure_2, figure_7, figure_8, figure_9, figures_3_4, figures_5_6, outlook, page
from jaxwire.reproduce.exhibit import Reproduction
from jaxwire.reproduce.points import COLUMNS, WIDTH, profile_points, solve_grids, solve_profiles
from jaxwire.reproduce.quality import FULL, Quality
from jaxwire.reproduce.tables_1_2 import compare, tables_text

if TYPE_CHECKING:
    import xarray


EXHIBITS = (
    figure_2.FIGURE_2,
    figures_3_4.FIGURE_3,
    figures_3_4.FIGURE_4,
    figures_5_6.FIGURE_5,
    figures_5_6.FIGURE_6,
    figure_7.FIGURE_7,
    figure_8.FIGURE_8,
    figure_9.FIGURE_9,
    *outlook.FIGURES,
)
"""The figures, in the paper's order, and our own."""

FIGURES = {exhibit.name: exhibit for exhibit in EXHIBITS}
"""The figures by their names."""

POINTS: Mapping[str, "Callable[[Quality], xarray.Dataset]"] = {
    "fig5": figures_5_6.points,
    "fig7": figure_7.points,
    "fig9": figure_9.points,
}
"""Operating points of the maps and curves, thousands of them. Fig. 6 is drawn from those of Fig. 5."""


def compute(quality: Quality = FULL, report: Callable[[int, int], None] = lambda done, total: None) -> Reproduction:
    """Compute the data of all figures and tables.

    Args:
        quality: how finely.
        report: called with (figures and tables done, all of them) as they become ready.
    """
    total = len(EXHIBITS) + 1
    report(0, total)
    grids = {name: points(quality) for name, points in POINTS.items()} | {"tables": profile_points()}
    with ThreadPoolExecutor(1) as other:  # programs to compile, mostly outside of Python
        waiting = other.submit(_few_points, quality)
        data = solve_grids(grids, quality.resolution)
        report(len(POINTS), total)
        few = waiting.result()
    spots = [name for name in data["tables"] if str(name).startswith("spot_")]
    tables = few["tables"].assign(data["tables"][spots].data_vars).assign_attrs(data["tables"].attrs)
    above, below = (tables.sel(center=[center]) for center in dict.fromkeys(center for center, _ in COLUMNS))
    data |= few | {"tables": tables, "fig3": above, "fig4": below, "fig6": data["fig5"]}
    report(total, total)
    return Reproduction(data, compare(tables), {one.name: one.look(data[one.name]) for one in EXHIBITS})


def _few_points(quality: Quality) -> "dict[str, xarray.Dataset]":
    """Figures of single solutions, and the points of the tables, one after another."""
    return {
        "tables": solve_profiles(quality),
        "fig2": figure_2.compute(quality),
        "fig8": figure_8.compute(quality),
        **outlook.compute(quality),
    }


def file_names(quality: Quality) -> list[str]:
    """Names of all files that `write` writes, in that order: data first, the page that shows them last."""
    data = [f"{name}.nc" for name in ("tables", *FIGURES)]
    figures = [f"{name}.{suffix}" for name in FIGURES for suffix in quality.formats]
    return [*data, "tables.csv", "tables.md", "tables.json", "findings.json", *figures, "index.html"]


def write(folder: Path, made: Reproduction, quality: Quality = FULL) -> list[Path]:
    """Write figures, data (NetCDF), tables (Markdown, CSV, JSON) and index.html, which shows them, to a folder.

    Returns:
        The files written, in the order of writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("tables", *FIGURES):
        with output_file(folder / f"{name}.nc") as beside:
            _portable(made.data[name]).to_netcdf(beside, engine="scipy")
    rows = [asdict(row) for row in made.compared]
    with output_file(folder / "tables.csv") as beside, beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    _write_text(folder / "tables.md", tables_text(made.compared))
    _write_text(folder / "tables.json", json.dumps({"gamma": WIDTH, "points": rows}, indent=1) + "\n")
    _write_text(folder / "findings.json", json.dumps(made.statements, indent=1) + "\n")
    for exhibit in EXHIBITS:
        figure = exhibit.draw(made.data[exhibit.name])
        for suffix in quality.formats:
            save_figure(figure, folder / f"{exhibit.name}.{suffix}")
            figure.set_layout_engine("none")  # it stays as it was laid out
    page_text = page.render(EXHIBITS, made, _about(made.data["fig5"]), quality.formats)
    _write_text(folder / "index.html", page_text)
    return [folder / name for name in file_names(quality)]


def _write_text(path: Path, text: str) -> None:
    with output_file(path) as beside:
        beside.write_text(text, encoding="utf-8")


def _portable(data: "xarray.Dataset") -> "xarray.Dataset":
    """The data as NetCDF 3 can hold it: truth values as small whole numbers."""
    return data.assign({name: data[name].astype("i1") for name in data.data_vars if data[name].dtype == bool})


def _about(data: "xarray.Dataset") -> dict[str, str]:
    """Versions and settings of the maps."""
    names = {
        "jaxwire_version": "jaxwire",
        "jax_version": "JAX",
        "git": "commit",
        "resolution": "nodes of Figs. 5, 6, 7, 9",
    }
    about = {words: str(data.attrs[name]) for name, words in names.items() if name in data.attrs}
    sizes = {name: size for name, size in data.sizes.items() if name in ("width", "center")}
    return about | {"points of a map (eps0 x Gamma)": " x ".join(map(str, sizes.values()))}
