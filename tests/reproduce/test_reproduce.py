"""`jaxwire reproduce`: the paper's tables and figures as files, the solver's numbers in them, the statements seen."""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire import reproduce
from jaxwire.cli import main
from jaxwire.reproduce import reproduction

pytestmark = pytest.mark.slow

PUBLISHED = json.loads((Path(__file__).parents[1] / "reference" / "paper_tables.json").read_text())
OURS = ("own_width", "own_contact", "own_barrier", "own_levels")
FIGURES = (*(f"fig{number}" for number in range(2, 10)), *OURS)
PARTS = ("external", "scatterer", "buildup")
STARTS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml", "nc": b"CDF"}


def opened(folder, name):
    return xarray.open_dataset(folder / f"{name}.nc", engine="scipy")


def test_figures_come_in_three_formats_with_their_data(folder):
    others = {"index.html", "findings.json", "tables.md", "tables.csv", "tables.json", "tables.nc"}
    assert {path.name for path in folder.iterdir()} == {
        f"{name}.{suffix}" for name in FIGURES for suffix in STARTS
    } | others
    for name in FIGURES:
        assert {
            suffix: (folder / f"{name}.{suffix}").read_bytes()[: len(start)] for suffix, start in STARTS.items()
        } == STARTS


def test_tables_hold_the_computed_and_the_printed_numbers(folder):
    points = json.loads((folder / "tables.json").read_text())["points"]
    with (folder / "tables.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(points) == len(rows) == 16
    for point, row in zip(points, rows, strict=True):
        assert {name: "" if value is None else str(value) for name, value in point.items()} == row
        place = PUBLISHED["row_headers_kT"].index(point["temperature"])
        column = PUBLISHED["column_headers"].index({"eps0": point["center"], "eV": point["voltage"]})
        assert point["printed_current"] == PUBLISHED["table_I_current"][place][column]
        assert point["transposed_current"] == PUBLISHED["table_I_current"][column][place]
        assert point["printed_potential"] == PUBLISHED["table_II_phi_right"][place][column]
        dot = jw.Lorentzian(center=point["center"], width=PUBLISHED["gamma"])
        sol = jw.solve(dot, temperature=point["temperature"], voltage=point["voltage"], error_estimate=False)
        assert_allclose(point["current"], float(sol.current), rtol=1e-12)  # sums in another order
        assert_allclose(point["potential_right"], float(sol.potential_right), rtol=1e-11)  # a difference of them
        assert point["error_estimate"] is None and point["status"] == "solved"  # a draft leaves it out


def test_profiles_are_there_on_both_sides_with_parts_that_add_up(folder):
    data = opened(folder, "fig3")
    assert data.heating.shape == (1, 2, 4, 2 * reproduce.DRAFT.positions)
    assert float(data.x.min()) == -5.0 and float(data.x.max()) == 5.0
    assert np.isfinite(data.heating).all()
    # P_ext/P_ext = 1 is left out of the parts; rounding of parts that cancel
    assert_allclose(1.0 + data.heating_parts.sum("part"), data.heating, rtol=1e-9)


def test_every_point_is_solved_and_every_statement_seen(made):
    assert {name: [one for one in found if not one.holds] for name, found in made.findings.items()} == dict.fromkeys(
        FIGURES, []
    )
    assert sum(map(len, made.findings.values())) >= 20
    assert made.is_complete


class Links(HTMLParser):
    """What a page refers to."""

    def __init__(self):  # noqa: D107 - as its base class
        super().__init__()
        self.targets, self.names, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.targets += [value for name, value in attrs if name in ("src", "href")]
        self.names += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_shows_all_figures_and_refers_to_files_beside_it_only(folder, made):
    page = Links()
    page.feed((folder / "index.html").read_text(encoding="utf-8"))
    assert {f"{name}.svg" for name in FIGURES} <= set(page.targets)
    inside = [target.removeprefix("#") for target in page.targets if target.startswith("#")]
    assert {*FIGURES, "tables"} == set(inside) <= set(page.names)
    assert [target for target in page.targets if target[0] != "#" and not (folder / target).is_file()] == []
    words = " ".join(page.texts)
    assert "not seen" not in words and "Gamma = 0.08" in words
    for exhibit in reproduce.EXHIBITS:
        assert all(text in words for text in (exhibit.caption, exhibit.code, *exhibit.ours))
        assert all(fact.says in words and fact.place in words for fact in exhibit.facts)
        assert (exhibit.name in OURS) == (not exhibit.facts) == exhibit.heading.startswith("Our own")
        assert exhibit.ours, exhibit.name  # what the paper leaves open is told
    for found in made.findings.values():
        assert all(one.claim in words and one.measured in words for one in found)


def test_data_say_where_they_come_from(folder):
    data = opened(folder, "fig5")
    assert data.attrs["jaxwire_version"] == jw.__version__
    assert data.current.attrs["units"] == "e mu0/h" and data.center.attrs["units"] == "mu0"


@pytest.fixture
def without_drawing(monkeypatch):
    """Figures are files with a word in them: drawing one takes a second, and `folder` has those that are drawn."""
    monkeypatch.setattr(reproduction, "save_figure", lambda figure, path: path.write_text("drawn"))


@pytest.mark.usefixtures("without_drawing")
@pytest.mark.parametrize("output", ["text", "json"])
def test_the_command_prints_what_it_found_and_is_silent_without_a_terminal(made, monkeypatch, tmp_path, capsys, output):
    asked = []
    monkeypatch.setattr(reproduce, "compute", lambda quality, report: (asked.append(quality), made)[1])
    assert main(["reproduce", str(tmp_path), "--no-cache", "--draft", *(["--json"] if output == "json" else [])]) == 0
    assert asked == [reproduce.DRAFT]
    captured = capsys.readouterr()
    assert captured.err == ""
    if output == "text":
        assert "Table I" in captured.out and captured.out.count("  seen  ") >= 20 and "index.html" in captured.out
        return
    result = json.loads(captured.out)
    assert len(result["points"]) == 16 and set(result["findings"]) == set(FIGURES)
    assert all(Path(path).stat().st_size > 0 for path in result["files"])


@pytest.mark.usefixtures("without_drawing")
def test_a_statement_that_is_not_seen_gives_exit_code_1(made, monkeypatch, tmp_path, capsys):
    spoiled = made._replace(findings={**made.findings, "fig7": [reproduce.Finding("a claim", "nothing", False)]})
    monkeypatch.setattr(reproduce, "compute", lambda quality, report: spoiled)
    assert main(["reproduce", str(tmp_path), "--no-cache"]) == 1
    assert "NOT SEEN  a claim: nothing" in capsys.readouterr().out
    assert "not seen" in (tmp_path / "index.html").read_text()
