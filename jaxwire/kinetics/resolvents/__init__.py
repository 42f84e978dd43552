"""A half-wire without its modes.

`products` with its resolvents, at the `wavenumbers` of Zolotarev's rule, give its `response` to the current that enters
it; integrals along a `contour` give its sums over modes at any position.
"""
