r"""Displayed equations: formula, number, and the number of the paper, written `\paper{Eq. 16}` in the formula.

The formula scrolls in a box of its own where it is wider than the page, and the numbers stay in sight.
"""

import re

from docutils import nodes
from sphinx.util.math import get_node_equation_number

PAPER = re.compile(r"\\paper\{([^}]*)\}")


def visit(translator, node: nodes.math_block) -> None:
    """Write one equation as HTML for MathJax."""
    formula = node.astext()
    papers = PAPER.findall(formula)
    formula = PAPER.sub("", formula).strip()
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    before, after = translator.builder.config.mathjax_display
    translator.body.append(f'<div class="formula">{before}{translator.encode(formula)}{after}</div>')
    translator.body.append('<div class="numbers">')
    translator.body += [
        f'<span class="paper" title="number in arXiv:2407.10192">paper: {name}</span>' for name in papers
    ]
    if node["number"]:
        translator.body.append(f'<span class="number">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div></div>\n")
    raise nodes.SkipNode


def setup(app):
    """Replace what sphinx.ext.mathjax, loaded before, does with displayed equations."""
    app.registry.html_block_math_renderers["mathjax"] = (visit, None)
    return {"parallel_read_safe": True}
