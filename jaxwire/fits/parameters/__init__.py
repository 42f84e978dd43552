"""What varies in a fit.

`numbers` (all that can be free, by name), `ranges` (where they may be, and their unbounded coordinates), `free` (which
ones are free, and where starts are looked for), `priors` (what is known of them before), `stretch` (natural units that
are not those that were thought).
"""
