"""The Boltzmann equation of both half-wires, matched at the scatterer, at one voltage.

In the order of the data flow: `fermi`, `energy_grid` (nodes where the physics is), `energy_range` (how far up they go),
`eigenmodes` and `resolvents` (a half-wire with and without its modes), `collisions` (of electrons with each other),
`half_wire`, `exchange` and `matching` (the linear system for the spectral current), `excited_waves`, `varying_waves`
and `colliding_side` (fields where electrons share a temperature), `side`, `wave_smoothing` and `flow` (what flows, as
functions of position), `distribution` (f(p, x) between the nodes).
"""
