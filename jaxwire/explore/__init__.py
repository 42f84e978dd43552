"""A local page with sliders: the heating along the wire, redrawn as the parameters change.

`jaxwire explore` serves it. In the order of the data flow: `sliders` (the models, and a slider for each of their
numbers), `state` (what the page is set to, which a link keeps), `point` (the numbers that are shown), `lab_data`
(readings of the user), `fitting` and `spot_map` (what takes longer), `copies` (code that gives the same numbers),
`presets` (the paper's figures), `view` (what else the page is set to), `drawing` (pictures and texts), `answers` (all
of that as JSON), `controls` (the page's parts), `guard` (who may ask), `work` (what is computed when), `server` (the
page itself) with the files of `static`. Everything before the controls is plain functions of a `State`.
"""

from jaxwire.explore.point import ShownPoint, operating_point
from jaxwire.explore.state import State, from_query

__all__ = ["ShownPoint", "State", "from_query", "operating_point"]
