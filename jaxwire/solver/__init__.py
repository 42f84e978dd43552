"""One operating point in, one `Solution` out.

In the order of the data flow: `arguments` (checked), `status` (how it ended), `validity` (whether the linear theory
holds), `parts`, `fields` (along the wire), `solution_table` and `solution`, `voltage_search` (at a given current or
force), `error_estimate` (two grids compared), `solve` (the public function).
"""
