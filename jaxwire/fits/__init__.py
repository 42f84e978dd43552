"""Parameters from measured profiles.

In the order of the data flow: `measurement`, `free_parameters` (which numbers vary), `ranges` (where they may be,
and their unbounded coordinates), `residuals` (what an experiment
would read), `losses`, `optimisers`, `batches` (rows of values, read on all threads), `starts`, `problem` (as the
optimisers see it), `result`, `summary` (covariance, and what the data cannot tell), `fit` (the public functions),
`posterior` (samples), `design` (what planned readings would tell).
"""
