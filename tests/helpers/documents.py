"""Examples in Markdown pages: the fenced blocks of a page, and what they print when they are run in order."""

import io
import re
from contextlib import redirect_stdout
from typing import NamedTuple

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its language and its text."""

    language: str
    text: str


def blocks(page: str, *languages: str) -> list[Block]:
    """Fenced blocks of a page, in their order; of some languages only, if any are named."""
    found = (Block(*match.groups()) for match in FENCE.finditer(page))
    return [block for block in found if not languages or block.language in languages]


def run(page: str, name: str) -> list[tuple[str, str]]:
    """Run the Python of a page from top to bottom; pairs of what a block prints and what the page says."""
    names: dict = {}
    pairs = []
    printed = ""
    for block in blocks(page, "python", "output"):
        if block.language == "output":
            pairs.append((printed, block.text))
            printed = ""
            continue
        out = io.StringIO()
        with redirect_stdout(out):
            exec(compile(block.text, name, "exec"), names)
        printed = out.getvalue()
    return pairs
