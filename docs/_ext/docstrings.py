"""Docstrings and signatures of jaxwire as sphinx reads them.

The docstrings are Google style with a little Markdown: `names` in single backticks, fenced examples, formulas on lines
of their own. They are turned into reStructuredText here, before napoleon sees their sections, and their symbols into
mathematics (`mathematics`). Signatures are written
as they stand in the source, where a shape is an annotation: `Float[Array, " n"]` becomes `Float[n]`.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import mathematics
from sphinx.ext import autosummary

import jaxwire

FENCE = re.compile(r"\s*```(\w*)$")
CODE = re.compile(r"`([^`]+)`")
SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Yields):$")
SHAPE = re.compile(r"""\b(Float|Int|Bool|Complex)\[(?:Array|ArrayLike|Array \| np\.ndarray), (['"])\s*(.*?)\2\]""")


def process_docstring(_app, what, _name, _object, _options, lines: list[str]) -> None:
    """Replace the lines of a docstring by reStructuredText."""
    first = ["..", ""] if what in ("property", "attribute", "data") else []  # or napoleon takes "words: ..." for a type
    lines[:] = [*first, *_converted(lines)]


def _converted(lines: Sequence[str]) -> Iterator[str]:
    fence_indent: str | None = None
    in_section = False
    for index, line in enumerate(lines):
        opened = FENCE.match(line)
        if opened:
            if fence_indent is None:
                fence_indent = line[: len(line) - len(line.lstrip())]
                is_session = index + 1 < len(lines) and lines[index + 1].lstrip().startswith(">>>")
                yield from (f"{fence_indent}.. code-block:: {'pycon' if is_session else opened[1] or 'text'}", "")
            else:
                fence_indent = None
                yield ""
        elif fence_indent is not None:
            yield f"    {line}" if line.strip() else ""
        elif SECTION.match(line):
            in_section = True
            yield line
        elif line.strip() in mathematics.FORMULAS:
            yield from (".. math::", "", f"    {mathematics.FORMULAS[line.strip()]}")
        elif not in_section and is_formula(lines, index):
            is_first = index == 0 or not lines[index - 1].strip()
            yield from ((".. code-block:: text", "") if is_first else ())
            yield f"    {line.strip()}"
        else:
            yield inline(line)


def is_formula(lines: Sequence[str], index: int) -> bool:
    """Whether a line belongs to a paragraph of formulas: indented ones, or a single one with = and no full stop."""
    if not lines[index].strip():
        return False
    start = end = index
    while start > 0 and lines[start - 1].strip():
        start -= 1
    while end + 1 < len(lines) and lines[end + 1].strip():
        end += 1
    paragraph = lines[start : end + 1]
    if all(line.startswith("    ") for line in paragraph):
        return True
    return len(paragraph) == 1 and " = " in paragraph[0] and not paragraph[0].rstrip().endswith((".", ":"))


def inline(line: str) -> str:
    """Names become references, other code literal, symbols mathematics; what means something to sphinx is escaped."""
    parts = CODE.split(line)
    for position, part in enumerate(parts):
        is_code = position % 2 == 1
        parts[position] = _reference(part) if is_code else mathematics.inline(part, _escaped)
    return "".join(parts)


def _escaped(words: str) -> str:
    return re.sub(r"([*|\\]|_(?=\W|$))", r"\\\1", words)


def _reference(name: str) -> str:
    plain = name.removeprefix("jaxwire.").removesuffix("()")
    if plain.split(".")[0] in jaxwire.__all__ and "(" not in plain:
        return f":py:obj:`{name} <jaxwire.{plain}>`"
    return f"``{name}``"


def process_signature(_app, what, name, obj, _options, signature, returned):
    """Write a signature as the source has it."""
    if what in ("module", "property", "attribute", "data"):
        return signature, returned
    try:
        found = _signature(what, obj)
    except (OSError, TypeError, SyntaxError, StopIteration):  # no source: what sphinx has found stays
        return signature, returned
    return found


def _signature(what: str, obj: Any) -> tuple[str, str | None]:
    if what in ("class", "exception"):
        init = vars(obj).get("__init__")
        own = getattr(init, "__module__", "") == obj.__module__ and "__init__" in _source_of(obj)
        return (_of_function(init) if own else _of_fields(obj)), None
    if isinstance(obj, classmethod | staticmethod):
        obj = obj.__func__
    node = _parsed(inspect.unwrap(obj))
    return _of_function(obj), None if node.returns is None else readable(ast.unparse(node.returns))


def _source_of(obj: Any) -> str:
    return textwrap.dedent(inspect.getsource(obj))


def _parsed(obj: Any) -> Any:
    return ast.parse(_source_of(obj)).body[0]


def _of_function(function: Any) -> str:
    arguments = _parsed(inspect.unwrap(function)).args
    if arguments.args and arguments.args[0].arg in ("self", "cls"):
        del arguments.args[0]
    return f"({readable(ast.unparse(arguments))})"


def _of_fields(cls: type) -> str:
    """Fields of a module, dataclass or named tuple: its own, then those of its bases that it does not replace."""
    written = {}
    for base in reversed([base for base in cls.__mro__ if base.__module__.startswith("jaxwire")]):
        for node in _parsed(base).body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                text = ast.unparse(node.annotation)
                if not text.startswith(("eqx.AbstractVar", "ClassVar")):
                    written[node.target.id] = text + _default(node.value)
    return f"({readable(', '.join(f'{name}: {text}' for name, text in written.items()))})"


def _default(value: ast.expr | None) -> str:
    """The default of a field, whichever way it is declared."""
    if value is None:
        return ""
    if not isinstance(value, ast.Call):
        return f" = {ast.unparse(value)}"
    for word in value.keywords:
        if word.arg == "default":
            return f" = {ast.unparse(word.value)}"
        if word.arg == "default_factory":
            is_class = isinstance(word.value, ast.Name) and word.value.id[0].isupper()
            return f" = {ast.unparse(word.value)}()" if is_class else " = ..."
    return ""


def readable(text: str) -> str:
    """Shapes without the words around them: Float[n], Float[...] for any shape, Scalar without axes."""

    def shape(match: re.Match) -> str:
        kind, _, axes = match.groups()
        if axes == "":
            return "Scalar" if kind == "Float" else f"{kind}[]"
        inner = "..." if axes in ("*n", "...", "*b") else ", ".join(axes.replace("*b", "...").split())
        return f"{kind}[{inner}]"

    return SHAPE.sub(shape, text)


def skip_member(_app, _what, name, obj, skip, _options):
    """Leave out what the attributes of the class docstring tell already, and the fields of named tuples."""
    is_field = type(obj).__name__ in ("_tuplegetter", "member_descriptor")
    return True if is_field or name in ("_abc_impl",) else skip


def setup(app):
    """Register the hooks; before napoleon, which has the priority 500."""
    # These end no sentence; single letters are initials of authors.
    autosummary.WELL_KNOWN_ABBREVIATIONS += ("Eq.", "Eqs.", "Fig.", "Figs.", "App.", "Sec.", "C.", "E.", "M.", "O.")
    app.connect("autodoc-process-docstring", process_docstring, priority=100)
    app.connect("autodoc-process-signature", process_signature)
    app.connect("autodoc-skip-member", skip_member)
    return {"parallel_read_safe": True}
