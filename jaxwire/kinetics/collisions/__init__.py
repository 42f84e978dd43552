"""Electrons that collide with each other too: two fields in a half-wire, chemical potential and temperature.

`electron_collisions` (their share in all collisions), `moments` (both fields from what enters, 2 x 2 per wavenumber),
`response` to the current that enters.
"""
