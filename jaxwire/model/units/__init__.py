"""Natural units in SI and back.

`quantities` (unit and long name of every number, by its name), `materials`, `scale`.
"""
