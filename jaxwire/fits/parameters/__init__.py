"""What varies in a fit.

`numbers` (all that can be free, by name), `ranges` (where they may be, and their unbounded coordinates), `free` (which
ones are, and where starts are looked for), `priors` (what is known of them), `ties` (what follows them), `stretch`
(natural units that are not those that were thought).
"""
