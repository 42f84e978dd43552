"""What a user describes: a scatterer in a wire, its numbers by name, its units, how finely it is solved.

In the order of the data flow: `printing` (how objects show themselves), `parameters`, `lab_files`, `scatterers`,
`wires`, `units`; `resolution` (the one numerical setting of a user), `description` (any object as JSON, so that inputs
can be compared) and `code` (what functions compute, read off them).
"""
