"""What the minimum of a fit says of its parameters, besides the covariance.

`given` (errors of numbers that were kept), `interval` (from the profile of the likelihood).
"""
