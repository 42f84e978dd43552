"""The voltage at which the wire carries a given current: one loop whose every pass evaluates I(V) once.

`current_estimate` (in closed form), `local_current` (I(V) close to a voltage), `search_state` (where the search
stands); its kinds of steps: `follow_estimate`, `largest_current` (the crest of I(V)), `bracketed_search`; `search_loop`
(the loop), `find_voltage` (the search set up for a current or a force).
"""
