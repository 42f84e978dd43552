"""The paper (arXiv:2407.10192), reproduced: Tables I and II, Figs. 2 to 9, figures of our own, every statement.

In the order of the data flow: `quality`, `exhibit` (a figure with its data and what must be seen in it), `points` (one
scan for all figures), `solutions` (single ones), a module for each figure, `outlook` (ours), `tables_1_2`, `page`,
`reproduction` (all of it, computed and written); `statements` (what the paper says, looked up in data).
"""

from jaxwire.reproduce.exhibit import Exhibit, Fact, Finding, Reproduction
from jaxwire.reproduce.points import COLUMNS, TEMPERATURES, WIDTH, solve_profiles
from jaxwire.reproduce.quality import DRAFT, FULL, Quality
from jaxwire.reproduce.reproduction import EXHIBITS, FIGURES, compute, file_names, write
from jaxwire.reproduce.tables_1_2 import Comparison, compare, printed_tables, tables_text

__all__ = [
    "COLUMNS",
    "DRAFT",
    "EXHIBITS",
    "FIGURES",
    "FULL",
    "TEMPERATURES",
    "WIDTH",
    "Comparison",
    "Exhibit",
    "Fact",
    "Finding",
    "Quality",
    "Reproduction",
    "compare",
    "compute",
    "file_names",
    "printed_tables",
    "solve_profiles",
    "tables_text",
    "write",
]
