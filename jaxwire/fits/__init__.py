"""Parameters from measured profiles.

In the order of the data flow: `measurement`, `checks` (of arguments), `data_unit` (in which a fit works),
`free_parameters` (which numbers vary), `ranges` (where they may be, and their unbounded coordinates), `residuals` (what
an experiment would read), `losses`, `optimisers`, `search` (for the smallest loss), `result`, `goodness` (whether the
model describes the readings), `summary` (covariance, and what the data could not tell), `fit` (the public functions),
`posterior` (samples), `design` (what planned readings would tell).
"""
