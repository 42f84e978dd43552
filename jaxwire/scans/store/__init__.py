"""A scan on disk.

`chunks` (a zarr folder whose chunks are whole or absent), `record` (what a store says of its scan), `store` (which may
be killed at any time).
"""
