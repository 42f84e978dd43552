"""Formulas and numbers as text: for drawings (SVG), for the page (HTML), for files.

Words are written once, with `*x*` for italics, `_{ph}` for an index and `^{−}` for a raised sign.

```python
>>> from jaxwire.explore.drawing.formulas import html, number, plain
>>> html("*P*_{ph}/*P*_{ext}"), plain("*P*_{ph}/*P*_{ext}")
('<i>P</i><sub>ph</sub>/<i>P</i><sub>ext</sub>', 'P_ph/P_ext')
>>> number(-0.0123456), number(3.2e-7), number(float("nan"))
('−0.01235', '3.2e−7', '–')

```
"""

import re
from html import escape
from math import isfinite

_RUNS = re.compile(r"\*(?P<i>.+?)\*|_\{(?P<sub>.+?)\}|\^\{(?P<sup>.+?)\}|(?P<text>[^*_^]+|.)")

_PLAIN = {"i": "{}", "sub": "_{}", "sup": "{}", "text": "{}"}

UNITS = {
    "": "",
    "mu0": "*μ*_{0}",
    "1/mu0": "1/*μ*_{0}",
    "1/kF": "1/*k*_{F}",
    "tau0": "*τ*_{0}",
    "1/tau0": "1/*τ*_{0}",
    "h/mu0^2": "*h*/*μ*_{0}^{2}",
    "vF tau0": "*v*_{F}*τ*_{0}",
    "e mu0/h": "*eμ*_{0}/*h*",
    "mu0/(vF tau0)": "*μ*_{0}/(*v*_{F}*τ*_{0})",
    "mu0^2/(h vF tau0)": "*μ*_{0}^{2}/(*hv*_{F}*τ*_{0})",
}
"""Units of `jaxwire.model.units.quantities`, as formulas."""


def _runs(words: str) -> list[tuple[str, str]]:
    """Pieces of a formula with their kind: i, sub, sup or text."""
    return [(str(run.lastgroup), run[str(run.lastgroup)]) for run in _RUNS.finditer(words)]


def plain(words: str) -> str:
    """A formula without any marks."""
    return "".join(_PLAIN[kind].format(piece) for kind, piece in _runs(words))


def html(words: str) -> str:
    """A formula for the page."""
    return "".join(
        escape(piece) if kind == "text" else f"<{kind}>{escape(piece)}</{kind}>" for kind, piece in _runs(words)
    )


def svg(words: str, size: float) -> str:
    """A formula for the inside of an SVG text of this size; indices are lowered by hand, which all browsers can."""
    pieces, height = [], 0.0
    for kind, piece in _runs(words):
        wanted = {"sub": 0.3 * size, "sup": -0.35 * size}.get(kind, 0.0)
        move = f' dy="{wanted - height:.2f}"' if wanted != height else ""
        style = {"i": ' font-style="italic"', "text": ""}.get(kind, f' font-size="{0.75 * size:.1f}"')
        pieces.append(f"<tspan{move}{style}>{escape(piece)}</tspan>" if move or style else escape(piece))
        height = wanted
    return "".join(pieces)


def number(value: float, digits: int = 4) -> str:
    """A number with a real minus sign; a dash where there is none."""
    if not isfinite(value):
        return "–"
    return re.sub(r"e([−+])0*", lambda found: "e" + found[1].strip("+"), f"{value:.{digits}g}".replace("-", "−"))


def with_unit(words: str, unit: str) -> str:
    """Words of an axis, with the unit in brackets, a natural one or one of SI."""
    return f"{words} ({UNITS.get(unit, unit)})" if unit else words
