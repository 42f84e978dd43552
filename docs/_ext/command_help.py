"""The directive `{command-help}`: what `jaxwire COMMAND --help` prints, as it is when the site is built."""

import io
from contextlib import redirect_stdout

from docutils import nodes
from rich.console import Console
from sphinx.util.docutils import SphinxDirective

WIDTH = 86
"""Columns of the page on which the help is laid out."""


def commands() -> list[str]:
    """Names of all commands, in the order of the alphabet."""
    from jaxwire.cli import app

    return sorted(name for name in app if not name.startswith("-"))


def help_text(command: str) -> str:
    """Help of one command, or with an empty name that of the program."""
    from jaxwire.cli import app

    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, legacy_windows=False)
    with redirect_stdout(out):
        app([*filter(None, [command]), "--help"], console=console, result_action="return_value")
    return "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())


class CommandHelp(SphinxDirective):
    """Sections with the help of every command."""

    def run(self) -> list[nodes.Node]:
        """Make one section for the program and one for each command."""
        found: list[nodes.Node] = [nodes.literal_block(text := help_text(""), text, language="none")]
        for command in commands():
            title = f"jaxwire {command}"
            section = nodes.section("", nodes.title(title, title), ids=[f"command-{command}"], names=[title])
            section += nodes.literal_block(text := help_text(command), text, language="none")
            found.append(section)
        return found


def setup(app):
    """Register the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True}
