"""One operating point in, one `Solution` out.

In the order of the data flow: `arguments` (checked), `status` (how it ended), `solution` (and `solution_table`, how it
prints), `voltage_search` (at a given current or force), `error_estimate` (two grids compared), `solve` (the public
function).
"""
