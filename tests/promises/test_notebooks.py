"""Every notebook runs from top to bottom, reads as prose and code, and shows pictures with data and labelled axes."""

import runpy
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

FOLDER = Path(__file__).parents[2] / "notebooks"
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
]
NOTEBOOKS = [FOLDER / f"{name}.py" for name in NAMES]


def test_the_notebooks_are_those_of_the_list():
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == NAMES


def test_the_readme_lists_every_notebook():
    readme = (FOLDER.parent / "README.md").read_text()
    assert [name for name in NAMES if f"](notebooks/{name}.py)" not in readme] == []


def objections(figure: Figure) -> list[str]:
    """What a referee would say of a figure: no axes, axes without data, axes without a label."""
    found = [] if figure.axes else ["no axes"]
    for number, axes in enumerate(figure.axes):
        if not axes.has_data():
            found.append(f"axes {number} are empty")
        if hasattr(axes, "_colorbar"):  # labelled on one side only
            labels = [axes.get_xlabel() + axes.get_ylabel()]
        else:
            labels = [
                # Panels that share an axis with others may leave its label to one of them.
                "".join(other.get_xlabel() for other in axes.get_shared_x_axes().get_siblings(axes)),
                "".join(other.get_ylabel() for other in axes.get_shared_y_axes().get_siblings(axes)),
            ]
        found += [f"axes {number} have no label" for label in labels if not label.strip()]
    return found


@pytest.mark.timeout(900)  # half a minute each, but several times that where the machine has other work
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_a_screen(path, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)  # whatever a notebook writes stays out of the repository
    matplotlib.use("agg")
    from matplotlib import pyplot

    figures: list[Figure] = []  # also those that pyplot does not know, as `plot_heating` makes them
    create = Figure.__init__

    def create_and_keep(figure, *args, **kwargs):
        create(figure, *args, **kwargs)
        figures.append(figure)

    monkeypatch.setattr(Figure, "__init__", create_and_keep)
    with matplotlib.rc_context():
        names = runpy.run_path(str(path))
        for figure in figures:
            figure.canvas.draw()
        pyplot.close("all")
    assert names["sol"].status.ok
    assert figures
    assert {number: found for number, figure in enumerate(figures) if (found := objections(figure))} == {}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_reads_as_cells_with_prose(path):
    jupytext = pytest.importorskip("jupytext")
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
