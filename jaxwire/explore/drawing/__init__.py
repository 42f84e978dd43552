"""Drawings and texts of a point, without a server.

In the order of the data flow: `formulas` (numbers and symbols as text), `panel` (what a drawing shows), `units` (panels
and numbers in SI), `svg_panel` (the drawing), `read_outs` (what is under the pointer), `figures` (the six panels of a
point), `sheet` (all of them as a file), `map_panel` (a map of spots), `csv_table`.
"""
