"""Whole grids of parameters as an xarray.Dataset.

In the order of the data flow: `axes` (what varies), `loops` (outer and inner ones), `variables` (what is kept),
`single_precision`, `provenance`, `computation` (the compiled program and its memory), `plan` (the grid in blocks),
`arguments` (checked, put together as a plan), `progress`, `store` (on disk), `run` and `cluster` (the loop over
blocks), `scan` and `estimate` (the public functions).
"""
