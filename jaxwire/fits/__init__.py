"""Parameters from measured profiles.

In the order of the data flow: `measurement`, `checks` (of arguments), `data_unit` (in which a fit works), `parameters`
(which numbers vary, and what is known of them), `readings` (what an experiment would read), `losses`, `optimisers`,
`search` (for the smallest loss), `inference` (errors of what was kept, intervals), `result`, `goodness` (whether the
model describes the readings), `summary` (covariance, and what the data could not tell), `fit` (the public functions),
`comparison` (of models), `posterior` (samples), `design` (what planned readings would tell).
"""
