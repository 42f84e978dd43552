"""A page about a fit: picture, numbers, correlations, what was read and how; one file that needs no other."""

import html
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from jaxwire.model.description import describe
from jaxwire.model.printing import html_table
from jaxwire.numerics.output_file import output_file

STYLE = (
    "body{font-family:system-ui,sans-serif;max-width:52em;margin:2em auto;padding:0 1em;line-height:1.45}"
    "h2{margin-top:1.6em}svg{max-width:100%;height:auto}pre{overflow:auto;font-size:0.85em}"
)
"""How the page looks; colours are those of the reader."""


def write_page(path: str | Path, title: str, parts: Mapping[str, str]) -> None:
    """Write a page.

    Args:
        path: the file.
        title: of the page.
        parts: HTML by its heading; "" has none.

    Raises:
        ValueError: if the path does not end in .html.
        OSError: if it cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"`report` must end in .html, got '{path}'.")
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style>'
    body = "".join((f"<h2>{html.escape(name)}</h2>" if name else "") + part for name, part in parts.items())
    with output_file(path) as beside:
        page = f"<!doctype html>\n<html lang='en'><head>{head}</head><body>{body}</body></html>\n"
        beside.write_text(page, encoding="utf-8")


def picture(figure: Figure) -> str:
    """A figure as SVG in the page."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return text.getvalue()[text.getvalue().index("<svg") :]


def correlations(labels: Sequence[str], matrix: np.ndarray) -> str:
    """A matrix of correlations as a table, its columns numbered, so that ten fit a page; a dash for unknown errors."""
    rows = [
        [f"{number} {label}", *("-" if np.isnan(one) else f"{one:+.2f}" for one in row)]
        for number, (label, row) in enumerate(zip(labels, matrix, strict=True), 1)
    ]
    return html_table("", rows, titles=("", *map(str, range(1, len(labels) + 1))))


def provenance(objects: Mapping[str, Any], **more: Any) -> str:
    """Version, time, and the numbers that were found, for a reader who does it again."""
    inputs = {
        "jaxwire": version("jaxwire"),
        "written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        **{name: describe(one) for name, one in objects.items()},
        **more,
    }
    words = "<p>Numbers of scatterer, wire and instrument are those found, in natural units.</p>"
    return f"{words}<pre>{html.escape(json.dumps(inputs, indent=1, default=str))}</pre>"
