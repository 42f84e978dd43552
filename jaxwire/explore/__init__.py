"""A local page with sliders: the heating along the wire, redrawn as the parameters change.

`jaxwire explore` serves it. In the order of the data flow: `state` (the sliders and what a link keeps), `point` (the
numbers that are shown), `formulas` (numbers as text), `csv_table`, `svg_panel` and `figures` (drawings), `guard`
(who may ask) and `server` (the page itself). Everything before the guard is plain functions of a `State`.
"""

from jaxwire.explore.point import ShownPoint, operating_point
from jaxwire.explore.state import SLIDERS, State, from_query

__all__ = ["SLIDERS", "ShownPoint", "State", "from_query", "operating_point"]
