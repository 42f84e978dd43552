"""What follows from a solution, and what theory says without the wire.

`landauer`, `hot_electrons`, `linear_response`, `iv`; `wave_profile` and `extrema` (sums of decaying waves), `spot` and
`spots` (of heating and cooling); `instruments` (what is read along the wire).
"""
