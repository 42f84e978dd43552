"""Notebooks kept as Python files with cells, as myst-nb reads them."""

import jupytext
from nbformat import NotebookNode


def read(text: str) -> NotebookNode:
    """Turn the text of a file into a notebook that says how its cells are coloured, also where it is not executed."""
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata.setdefault("language_info", {"name": "python", "pygments_lexer": "python"})
    return notebook
