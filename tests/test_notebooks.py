"""Every notebook runs from top to bottom, and shows at least one figure."""

import runpy
from pathlib import Path

import matplotlib
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.py"))


def test_there_are_notebooks():
    assert [path.name for path in NOTEBOOKS][:1] == ["01_first_solve.py"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_a_screen(path, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)  # whatever a notebook writes stays out of the repository
    matplotlib.use("agg")
    from matplotlib import pyplot

    with matplotlib.rc_context():
        names = runpy.run_path(str(path))
        assert pyplot.get_fignums()
        pyplot.close("all")
    assert names["sol"].status.ok


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_reads_as_cells_with_prose(path):
    jupytext = pytest.importorskip("jupytext")
    kinds = [cell.cell_type for cell in jupytext.read(path).cells]
    assert kinds[0] == "markdown"
    assert min(kinds.count("code"), kinds.count("markdown")) >= 5
