"""Pictures of the gallery beside the functions that make them: each docstring ends with those that its name is in."""

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[1] / "gallery.md"
ENTRY = re.compile(
    r"^## (.*?)$\s+!\[([^\]]*)\]\((gallery/\w+\.png)\)\n\n```python\n(.*?)^```", flags=re.DOTALL | re.MULTILINE
)


class Entry(NamedTuple):
    """A picture of the gallery.

    Attributes:
        title: heading on its page.
        words: what it shows, for those who do not see it.
        picture: path of the file, in the folder of the site.
        names: public names of jaxwire in its code.
    """

    title: str
    words: str
    picture: str
    names: frozenset[str]


def entries() -> list[Entry]:
    """All of them, in the order of the page."""
    found = []
    for title, words, picture, code in ENTRY.findall(PAGE.read_text("utf-8")):
        names = {f"jaxwire.{name}" for name in re.findall(r"\bjw\.(\w+)", code)}
        for line in re.findall(r"from jaxwire.plot import (.*)", code):
            names |= {f"jaxwire.plot.{name.strip()}" for name in line.split(",")}
        found.append(Entry(title, words, picture, frozenset(names)))
    return found


def anchor(title: str) -> str:
    """Place of a heading on the page, as MyST calls it."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def add_pictures(_app, what, name, _object, _options, lines: list[str]) -> None:
    """Put the pictures at the end of a docstring."""
    if what not in ("function", "class"):
        return
    shown = [entry for entry in entries() if name in entry.names]
    if shown:
        lines += ["", ".. container:: gallery-links", ""]
    for entry in shown:
        target = f"../gallery.html#{anchor(entry.title)}"
        lines += [f"   .. image:: /{entry.picture}", f"      :alt: {entry.words}", f"      :target: {target}", ""]


def setup(app):
    """Register the hook; after those that read the docstring."""
    app.connect("autodoc-process-docstring", add_pictures, priority=900)
    return {"parallel_read_safe": True}
