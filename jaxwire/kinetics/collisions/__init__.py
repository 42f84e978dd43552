"""Electrons that collide with each other too, or share a temperature with phonons: two fields in a half-wire, or three.

`electron_collisions` (their share in all collisions), `moments` (both fields from what enters, 2 x 2 per wavenumber),
`lattice` (phonons that warm up: a third field), `response` to the current that enters. Where times vary with energy:
`varying_collisions` (on the nodes), `balance` (up to five fields from what collisions conserve), `varying_response`.
"""
