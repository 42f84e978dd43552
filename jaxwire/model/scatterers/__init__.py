"""Transmission of the scatterer, T(eps).

`base` (what the solver must know of any), `resonances` (Lorentzian, Breit-Wigner), `barriers` (point contacts, tunnel
and rectangular barriers), `any_transmission` (a constant, a table, a function).
"""
