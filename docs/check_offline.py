"""Complain of anything in a built site that a browser would load from elsewhere: scripts, styles, fonts, pictures.

    python docs/check_offline.py docs/_build/html

A link that a reader may follow is none of these.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "embed": "src",
    "link": "href",
}
"""Attribute of each element that makes a browser load something."""

NO_REQUEST = {"canonical", "author", "license", "next", "prev", "index", "search", "alternate", "edit"}
"""Relations of `link` elements that only say what is elsewhere."""

ELSEWHERE = re.compile(r"^\s*(https?:)?//", flags=re.IGNORECASE)
IN_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:https?:)?//[^'\")\s;]+)", flags=re.IGNORECASE)
IN_SCRIPT = re.compile(r"(?:\bimport\b[^;\n]*?|\bfetch\(\s*)['\"](https?://[^'\"]+)['\"]")


class _Page(HTMLParser):
    """Addresses that one page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at what an element loads."""
        given = {name: value or "" for name, value in attrs}
        self._inside = tag if tag in ("style", "script") else ""
        address = given.get(LOADS.get(tag, ""), "")
        relations = set(given.get("rel", "").lower().split())
        if ELSEWHERE.match(address) and not (tag == "link" and relations & NO_REQUEST):
            self.found.append(address)
        self.found += IN_STYLE.findall(given.get("style", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave styles and scripts."""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Look into styles and scripts of the page."""
        if self._inside == "style":
            self.found += IN_STYLE.findall(data)
        if self._inside == "script":
            self.found += IN_SCRIPT.findall(data)


def requests(folder: Path) -> list[str]:
    """Files and the addresses that they load, one line each, of all pages and styles below a folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".html":
            page = _Page()
            page.feed(path.read_text(encoding="utf-8"))
            found += [f"{path.relative_to(folder)}: {address}" for address in page.found]
        elif path.suffix == ".css":
            found += [f"{path.relative_to(folder)}: {address}" for address in IN_STYLE.findall(path.read_text("utf-8"))]
    return found


if __name__ == "__main__":
    lines = requests(Path(sys.argv[1]))
    print("\n".join(lines) or "nothing is loaded from elsewhere")
    sys.exit(1 if lines else 0)
