"""Every notebook runs from top to bottom, reads as prose and code, and shows pictures with data and labelled axes."""

import base64
import json
import os
import shutil
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from referee import objections

pytestmark = pytest.mark.slow

jupytext = pytest.importorskip("jupytext")
nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

FOLDER = Path(__file__).parents[2] / "notebooks"
HELPERS = Path(__file__).parents[1] / "helpers"
NAMES = [
    "01_first_solve",
    "02_scatterer_from_kwant",
    "03_inverse_design",
    "04_anatomy_of_a_hot_spot",
    "05_maps_of_spots",
    "06_fit_a_profile",
    "07_gated_wire",
    "08_linear_response",
    "09_accuracy_and_convergence",
    "10_colliding_electrons",
    "11_from_the_lab_to_mev",
]
NOTEBOOKS = [FOLDER / f"{name}.py" for name in NAMES]


def test_the_notebooks_are_those_of_the_list():
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == NAMES


def test_the_site_lists_every_notebook_to_read_and_to_download():
    page = (FOLDER.parent / "docs" / "notebooks.md").read_text()
    assert [name for name in NAMES if f"](notebooks/{name})" not in page] == []
    assert [name for name in NAMES if f"<notebooks/ipynb/{name}.ipynb>" not in page] == []


def executed(notebook, folder: Path):
    """Run the cells in a kernel, with the backend that a notebook has by itself."""
    client = nbclient.NotebookClient(notebook, timeout=800, resources={"metadata": {"path": str(folder)}})
    return client.execute()


def pictures(cell) -> list[str]:
    """The pictures below a cell."""
    data = [output.data for output in cell.get("outputs", []) if "data" in output]
    return [shown["image/png"] for shown in data if "image/png" in shown]


@pytest.fixture(autouse=True)
def kernel_like_a_user(monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # else the kernel would not choose its own, the inline backend
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HELPERS), os.environ.get("PYTHONPATH", "")]))


@pytest.mark.timeout(900)  # half a minute each, but several times that where the machine has other work
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_every_picture(path, tmp_path):
    shutil.copytree(FOLDER / "data", tmp_path / "data")
    notebook = jupytext.read(path)
    watch = nbformat.v4.new_code_cell("from referee import keep_figures, objections\n_figures = keep_figures()")
    judge = nbformat.v4.new_code_cell(
        "import json\nfor _figure in _figures: _figure.canvas.draw()\n"
        "result = globals().get('sol') or fit\n"
        "print(json.dumps([bool(result.status.ok), [objections(_figure) for _figure in _figures]]))"
    )
    notebook.cells = [watch, *notebook.cells, judge]
    cells = executed(notebook, tmp_path).cells  # whatever it writes stays out of the repository
    is_solved, found = json.loads(cells[-1].outputs[-1].text)
    assert is_solved
    assert found and {number: words for number, words in enumerate(found) if words} == {}
    assert sum(len(pictures(cell)) for cell in cells) == len(found)
    assert not [output for cell in cells for output in cell.get("outputs", []) if "<Figure size" in str(bare(output))]


def bare(output) -> str:
    """Text of an output without a picture."""
    data = output.get("data", {})
    return "" if "image/png" in data else str(data.get("text/plain", output.get("text", "")))


@pytest.mark.timeout(300)
def test_the_first_figure_of_a_session_is_one_picture_with_and_without_pyplot(tmp_path):
    """Whether or not pyplot has drawn: the first figure of all, and one after it."""
    draw = (
        "import numpy as np, xarray\nfrom jaxwire.plot import plot_map\n"
        "ds = xarray.Dataset({'current': ('center', [1.0, 2.0])}, coords={'center': [0.6, 1.8]})\nplot_map(ds)"
    )
    sources = [draw, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "plot_map(ds)"]
    sources += ["import jaxwire as jw\njw.InAs"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    first, _, second, model = executed(notebook, tmp_path).cells
    for cell in (first, second):
        assert len(pictures(cell)) == 1
        assert base64.b64decode(pictures(cell)[0]).startswith(b"\x89PNG")
    assert first.outputs[0].metadata["image/png"]["width"] > 300
    assert "effective_mass=0.026" in model.outputs[0].data["text/plain"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_reads_as_cells_with_prose(path):
    cells = jupytext.read(path).cells
    kinds = [cell.cell_type for cell in cells]
    assert kinds[0] == "markdown"
    assert min(kinds.count("code"), kinds.count("markdown")) >= 5
    lines = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    headings = [line.split(" ")[0] for line in lines if line.startswith("#")]
    assert headings[0] == "#" and set(headings[1:]) == {"##"}  # one title, one level below it: the site's contents


def test_an_empty_or_unlabelled_picture_is_objected_to():
    figure = Figure()
    assert objections(figure) == ["no axes"]
    left, right = figure.subplots(1, 2, sharey=True)
    left.plot([1, 2])
    left.set(xlabel="x", ylabel="y")
    assert objections(figure) == ["axes 1 are empty", "axes 1 have no label"]
    right.plot([1, 2])
    right.set_xlabel("x")
    assert objections(figure) == []
