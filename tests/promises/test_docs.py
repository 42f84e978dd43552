"""The pages of docs/ are true: examples run, messages are the program's, every public name is in the reference.

Nothing here builds the site; `.ci/run` does, strictly, and looks at it with `docs/check_offline.py`.
"""

import ast
import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path

import documents
import pytest

import jaxwire as jw
from jaxwire.cli import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if not {"_build", "notebooks"} & set(page.relative_to(DOCS).parts))
WITH_EXAMPLES = [
    page for page in PAGES if page.name != "slurm.md" and documents.blocks(page.read_text("utf-8"), "python")
]
FILES = [
    *(DOCS / "howto").glob("*.csv"),
    *(DOCS / "howto").glob("*.toml"),
    *(ROOT / "notebooks" / "data").glob("*.csv"),
]

sys.path[:0] = [str(DOCS / "_ext"), str(DOCS)]

import benchmark_tables  # noqa: E402
import check_offline  # noqa: E402
import command_help  # noqa: E402
import docstrings  # noqa: E402
import gallery_links  # noqa: E402
import name_index  # noqa: E402


def named(pages):
    return {"argvalues": pages, "ids": lambda page: str(page.relative_to(DOCS))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the pages find their files; one folder for all, so that a page may go on with the map of another."""
    folder = tmp_path_factory.mktemp("pages")
    for file in FILES:
        shutil.copy(file, folder)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", **named(WITH_EXAMPLES))
def test_the_python_of_a_page_prints_what_the_page_says(page, folder, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(folder)
    for printed, shown in documents.run(page.read_text("utf-8"), page.name):
        assert printed == shown


def test_an_example_that_prints_something_else_is_noticed():
    page = "```python\nprint(1)\n```\n\n```output\n2\n```\n"
    assert documents.run(page, "page") == [("1\n", "2\n")]


def test_all_tasks_have_a_page_with_an_example_or_a_command():
    tasks = [page for page in (DOCS / "howto").glob("*.md") if page.name != "index.md"]
    assert len(tasks) == 19
    for page in tasks:
        text = page.read_text("utf-8")
        assert documents.blocks(text, "python", "sh") or "{include} ../slurm.md" in text, page.name
        assert f"\n{page.stem}\n" in (DOCS / "howto" / "index.md").read_text("utf-8")


COMMANDS = [
    pytest.param(page, line, marks=() if line.startswith("jaxwire new") else pytest.mark.slow)
    for page in PAGES
    for block in documents.blocks(page.read_text("utf-8"), "sh")
    for line in block.text.replace("\\\n", " ").splitlines()
    if line.startswith("jaxwire ")
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("page", "command"), COMMANDS, ids=lambda value: value if isinstance(value, str) else value.name
)
def test_commands_run_as_they_stand(page, command, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    _, *arguments = shlex.split(command)
    computes = arguments[0] != "new"
    assert main([*arguments, *["--no-cache"] * computes]) == 0, capsys.readouterr().err


def test_every_public_name_is_in_the_reference():
    reference = "\n".join(page.read_text("utf-8") for page in (DOCS / "api").glob("*.rst"))
    shown = set(re.findall(r"^\.\. auto(?:class|function|data):: jaxwire\.(\S+)", reference, flags=re.MULTILINE))
    plain = {name for name in shown if "." not in name}
    assert plain == set(jw.__all__)
    assert {f"plot.{name}" for name in ("plot_heating", "draw_heating", "plot_iv", "positions", "save_figure")} <= shown
    assert "plot.plot_map" in shown


def patterns():
    """Every text of the program as a pattern, numbers and names that are put in standing for anything."""
    found = []
    for path in (ROOT / "jaxwire").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 8:
                found.append(re.escape(node.value))
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(part.value) if isinstance(part, ast.Constant) else ".*?" for part in node.values]
                if len("".join(part for part in parts if part != ".*?")) > 8:
                    found.append("".join(parts))
    return [re.compile(pattern, flags=re.DOTALL) for pattern in found]


def is_quoted_from(known, message):
    """Whether a message is a text of the program, or two of them in a row."""
    for pattern in known:
        match = pattern.match(message)
        if pattern.fullmatch(message) or (match and any(next.fullmatch(message[match.end() :]) for next in known)):
            return True
    return False


QUOTED = [" ".join(block.text.split()) for block in documents.blocks((DOCS / "faq.md").read_text("utf-8"), "text")]


def test_the_messages_of_the_questions_are_those_of_the_program():
    known = patterns()
    assert len(QUOTED) > 20
    assert [message for message in QUOTED if not is_quoted_from(known, message)] == []
    assert not is_quoted_from(known, "`store` 'map.zarr' holds another map: `voltage` is 0.1 there and 0.2 here.")


def test_numbers_in_the_theory_are_those_of_the_code():
    from jaxwire.kinetics import energy_grid
    from jaxwire.kinetics.resolvents import wavenumbers
    from jaxwire.model import resolution
    from jaxwire.observables import extrema
    from jaxwire.solver import error_estimate
    from jaxwire.solver.voltage_search import find_voltage

    theory = {page.stem: " ".join(page.read_text("utf-8").split()) for page in (DOCS / "theory").glob("*.md")}
    default = jw.Resolution()
    smallest = resolution.SMALLEST_RESOLUTION
    assert f"{default.above} nodes above the step and {default.below} below it" in theory["grid"]
    assert f"accepts {smallest.above} and {smallest.below} or more" in theory["grid"]
    assert "2.8\\,t" in theory["grid"] and energy_grid.THERMAL_WIDTH == 2.8
    assert f"$1 + {energy_grid.CUTOFF:.0f}\\,t$" in theory["grid"]
    assert "heating at ten positions" in theory["grid"] and 2 * len(error_estimate.PROBES) == 10
    assert f"{wavenumbers.sampling_for(jw.Wire(), default).size} wavenumbers a side" in theory["matching"]
    assert f"V = {find_voltage.SATURATED:.0f} + {find_voltage.SATURATED_PER_T:.0f}\\,t" in theory["matching"]
    assert f"{extrema.SAMPLES} distances" in theory["observables"] and extrema.NEAREST == 0.01


def raised(function, *arguments, **options):
    with pytest.raises((TypeError, ValueError)) as caught:
        function(*arguments, **options)
    return str(caught.value)


def test_messages_that_need_no_solution_are_raised_as_they_are_quoted():
    import jax.numpy as jnp
    from pint import UnitRegistry

    from jaxwire.model.parameters.domain import as_double

    dot = jw.Lorentzian(1.44, 0.08)
    messages = [
        raised(as_double, "temperature", jnp.ones((), dtype=jnp.float32)),
        raised(jw.solve, dot, temperature=jnp.ones(3), voltage=0.1),
        raised(jw.solve, dot, temperature=4.2 * UnitRegistry().K, voltage=0.1),
        raised(jw.scan, dot, axes={"centre": [1.0]}, temperature=0.3, voltage=0.1),
        raised(jw.open_scan, DOCS).replace(str(DOCS), "results"),
    ]
    assert [message for message in messages if message not in QUOTED] == []


def test_tables_are_made_of_the_stored_results():
    for name, table in benchmark_tables.TABLES.items():
        if benchmark_tables.is_missing(name):
            continue
        titles, rows = benchmark_tables.cells(name)
        assert len(titles) == len(table.columns) and rows, name
        assert table.file in benchmark_tables.provenance(table.file)
    stored = benchmark_tables.read("work_precision")
    default = next(row for row in stored["rows"] if row["is_default"])
    titles, rows = benchmark_tables.cells("times")
    shown = next(row for row in rows if "default" in row[0])
    assert shown[1] == f"{default['milliseconds']:.2f}" and shown[3] == f"{default['error_90_percent']:.0e}"
    assert "jax " + stored["machine"]["versions"]["jax"] in benchmark_tables.provenance("work_precision")


def test_every_stored_result_is_shown():
    stored = {path.stem for path in benchmark_tables.RESULTS.glob("*.json")}
    used = {
        benchmark_tables.TABLES[name].file
        for page in PAGES
        for name in re.findall(r"\{benchmark\} (\w+)", page.read_text("utf-8"))
        if not benchmark_tables.is_missing(name)
    }
    assert stored == used


def test_the_help_of_every_command_is_captured():
    names = command_help.commands()
    assert {"solve", "iv", "scan", "fit", "plot", "reproduce"} <= set(names)
    assert "--temperature" in command_help.help_text("solve")
    assert all(name in command_help.help_text("") for name in names)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('x: Float[Array, " n"], y: Float[Array, ""]', "x: Float[n], y: Scalar"),
        ('Float[Array, "m n"]', "Float[m, n]"),
        ('Float[Array, "*n"]', "Float[...]"),
        ('Bool[Array, "..."]', "Bool[...]"),
    ],
)
def test_shapes_read_as_shapes(written, shown):
    assert docstrings.readable(written) == shown


def test_docstrings_become_what_sphinx_reads():
    lines = ["Heat at |x|, see `Lorentzian`.", "", "T = a_k b*c", "", "```python", ">>> 1", "1", "```"]
    docstrings.process_docstring(None, "function", "f", None, None, lines)
    assert lines[0] == r"Heat at \ :math:`|x|`\ , see :py:obj:`Lorentzian <jaxwire.Lorentzian>`."
    assert lines[2:5] == [".. code-block:: text", "", "    T = a_k b*c"]
    assert lines[6] == ".. code-block:: pycon" and lines[8:10] == ["    >>> 1", "    1"]


def test_every_picture_of_the_gallery_is_there_and_beside_the_functions_that_make_it():
    shown = gallery_links.entries()
    files = {path.stem for path in (DOCS / "gallery").glob("*.png")}
    assert {Path(entry.picture).stem for entry in shown} == files and len(shown) == 6
    names = set().union(*(entry.names for entry in shown))
    assert {"jaxwire.solve", "jaxwire.scan", "jaxwire.plot.plot_map", "jaxwire.plot.plot_fit"} <= names
    lines = ["What it does."]
    gallery_links.add_pictures(None, "function", "jaxwire.iv", None, None, lines)
    assert "   .. image:: /gallery/iv.png" in lines
    assert "      :target: ../gallery.html#current-against-voltage" in lines


def test_the_table_of_names_has_every_public_name_and_what_it_is():
    rows = name_index.rows()
    assert {name.removeprefix("jaxwire.") for name, _, _ in rows if name.count(".") == 1} == set(jw.__all__)
    assert [name for name, text, _ in rows if len(text) < 10] == []
    assert {page for _, _, page in rows} <= set(name_index.SEE_ALSO)


def test_extras_of_the_first_page_are_those_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = (DOCS / "getting_started.md").read_text("utf-8")
    named = {name for group in re.findall(r'"\.\[([\w,]+)\]"', page) for name in group.split(",")}
    assert named == set(project["optional-dependencies"]) - {"all", "benchmark"}


@pytest.mark.parametrize(("word", "page"), [("meV", "units"), ("uncertainty", "glossary"), ("channels", "glossary")])
def test_words_that_people_search_for_are_on_the_page_that_helps(word, page):
    (found,) = [one for one in PAGES if one.stem == page]
    assert re.search(rf"\b{word}\b", found.read_text("utf-8"))


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.org/a.css">',
        '<img src="http://example.org/a.png">',
        "<style>@import url(https://example.org/a.css);</style>",
        '<script type="module">import x from "https://example.org/a.js"</script>',
    ],
)
def test_a_page_that_loads_from_elsewhere_is_noticed(page, tmp_path):
    (tmp_path / "index.html").write_text(f'<html><a href="https://example.org">a link is no request</a>{page}</html>')
    assert len(check_offline.requests(tmp_path)) == 1


def test_links_are_no_requests(tmp_path):
    links = '<a href="https://example.org">x</a><link rel="canonical" href="https://example.org">'
    (tmp_path / "index.html").write_text(links)
    assert check_offline.requests(tmp_path) == []
