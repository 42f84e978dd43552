"""The wire: how fast electrons move, how soon they relax, how well it stays neutral, how often they meet.

`dispersion`, `relaxation`, `screening` with `gated_coulomb`, `electron_electron`, `hot_electrons` (how they cool),
`phonons` (that warm up); `wire` puts them together.
"""
