"""A scan on disk.

`chunks` (a zarr folder whose chunks are whole or absent, and know their place), `record` (what a store says of its
scan), `creation` (how it is made), `store` (which may be killed at any time).
"""
