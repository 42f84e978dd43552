"""The directive `name-index`: every public name in one table, with what it is and where to read on."""

import importlib
import inspect
import re
from pathlib import Path

from docstrings import inline
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

API = Path(__file__).parents[1] / "api"
SENTENCE = re.compile(r"(?<!Eq)(?<!Eqs)(?<!Fig)(?<!Figs)(?<!App)(?<! [A-Z])\.\s|\n\n")
NAME = re.compile(r"^\.\. auto(?:class|function|data):: (jaxwire\.\S+)", flags=re.MULTILINE)
SEE_ALSO = {
    "scatterers": ("/howto/scatterers", "/choose"),
    "wires": ("/howto/wires", "/theory/general_wire"),
    "solving": ("/howto/solve", "/theory/model"),
    "spots": ("/howto/spots",),
    "instruments": ("/howto/probe",),
    "units": ("/howto/units", "/glossary"),
    "scans": ("/howto/scan", "/howto/devices"),
    "fits": ("/howto/fit", "/theory/fits"),
    "figures": ("/gallery",),
    "lab": ("/howto/lab",),
    "config": ("/howto/config",),
}
"""Pages to read on, by the page of the reference."""


def rows() -> list[tuple[str, str, str]]:
    """Name, first sentence of its docstring, page of the reference; in the order of the alphabet."""
    found = []
    for page in API.glob("*.rst"):
        for name in NAME.findall(page.read_text("utf-8")):
            home, _, last = name.rpartition(".")
            text = inspect.getdoc(getattr(importlib.import_module(home), last)) or ""
            is_own = not text.startswith((f"{last}(", "str(", "int("))
            first = SENTENCE.split(text, maxsplit=1)[0] if is_own else ""
            found.append((name, " ".join(first.split()).rstrip("."), page.stem))
    return sorted(found, key=lambda row: row[0].rpartition(".")[2].lower())


class NameIndex(SphinxDirective):
    """A table of all names."""

    def run(self) -> list[nodes.Node]:
        """Write the table as sphinx would read it, and let it be read."""
        lines = [".. list-table::", "   :header-rows: 1", "", "   * - name", "     - what it is", "     - see also"]
        for name, text, page in rows():
            also = ", ".join(f":doc:`{place}`" for place in SEE_ALSO[page])
            words = inline(text)
            lines += [f"   * - :py:obj:`~{name}`", f"     - {words}", f"     - {also}"]
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, source="name_index"), 0, node)
        return node.children


def setup(app):
    """Register the directive."""
    app.add_directive("name-index", NameIndex)
    return {"parallel_read_safe": True}
