"""The directive `{benchmark} NAME`: stored results of benchmarks/results as a table, with their provenance.

Every table is made from the JSON file when the site is built, so that no number on a page can differ from it. What a
table shows is in `shown_results`.
"""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from shown_results import MISSING, TABLES
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


def read(file: str) -> dict[str, Any]:
    """A stored result."""
    return json.loads((RESULTS / f"{file}.json").read_text(encoding="utf-8"))


def is_missing(name: str) -> bool:
    """Whether a table waits for a machine that has not been there yet: one that may wait, and has no file."""
    table = TABLES[name]
    return table.if_missing is not None and not (RESULTS / f"{table.file}.json").exists()


def provenance(file: str) -> str:
    """Where a result was made, when, and by which commit, as far as the file says."""
    stored = read(file)
    machine = stored.get("machine", {})
    if isinstance(machine, str):
        machine = {"processor": machine, "cores": stored.get("cores"), "versions": stored.get("versions", {})}
    parts = [
        f"commit {stored['commit']}" if stored.get("commit") else "",
        f"device {machine['device']}" if "device" in machine else "",
        str(machine.get("processor", "")),
        f"{machine['cores']} cores" if machine.get("cores") else "",
        f"{stored['points']} points of seed {stored['seed']}" if {"points", "seed"} <= stored.keys() else "",
        *(f"{name} {version}" for name, version in machine.get("versions", {}).items()),
    ]
    known = ", ".join(part for part in parts if part) or "machine and versions are not in the file"
    return f"benchmarks/results/{file}.json, {_date(file)}: {known}."


def _date(file: str) -> str:
    """Date in the file, or else of the commit that stored it."""
    if date := read(file).get("date"):
        return str(date)
    command = ["git", "log", "-1", "--format=%cs", "--", f"benchmarks/results/{file}.json"]
    try:
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        found = ""
    return f"stored {found}" if found else "without a date"


def cells(name: str) -> tuple[list[str], list[list[str]]]:
    """Titles and rows of a table, as text.

    Raises:
        ExtensionError: if no row has anything to show, or a column is empty: the file has changed.
    """
    table = TABLES[name]
    rows = [[form(row) for _, form in table.columns] for row in read(table.file)[table.of] if table.rows(row)]
    for index, (title, _) in enumerate(table.columns):
        if all(row[index] == MISSING for row in rows):
            raise ExtensionError(f"no row of benchmarks/results/{table.file}.json has a value for {title!r}")
    return [title for title, _ in table.columns], rows


class Benchmark(SphinxDirective):
    """A table of stored results, with its provenance below."""

    required_arguments = 1
    option_spec = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        name = self.arguments[0]
        table = TABLES[name]
        self.env.note_dependency(str(RESULTS / f"{table.file}.json"))
        if is_missing(name):
            return [nodes.paragraph("", str(table.if_missing))]
        titles, rows = cells(name)
        source = nodes.paragraph("", "", nodes.emphasis("", provenance(table.file)), classes=["provenance"])
        return [_table(titles, rows), source]


def _table(titles: list[str], rows: Iterable[list[str]]) -> nodes.table:
    group = nodes.tgroup(cols=len(titles))
    group += [nodes.colspec(colwidth=1) for _ in titles]
    group += nodes.thead("", _row(titles))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group)


def _row(texts: Iterable[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))


def setup(app):
    """Register the directive."""
    app.add_directive("benchmark", Benchmark)
    return {"parallel_read_safe": True}
