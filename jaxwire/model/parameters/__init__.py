"""Numbers that a user gives.

`one_line` (what was given, for messages), `array_likes` (arrays of other libraries), `domain` (what a number may be),
`hints` (what is allowed and unlikely), `functions_of_energy` (functions and tables), `names` (numbers found and
replaced by name), `suggestion` (what a misspelt name may mean).
"""
