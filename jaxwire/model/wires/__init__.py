"""The wire: how fast electrons move, how soon they relax, how well it stays neutral.

`dispersion`, `relaxation`, `screening` with `gated_coulomb`; `wire` puts them together.
"""
