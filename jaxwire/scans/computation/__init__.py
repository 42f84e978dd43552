"""The compiled program of a scan.

`program` (what it computes), `results` (by name, shape and type), `executable` (compiled, called for rows of values),
`memory` (what a point takes), `blocks` (how many are solved at once), `out_of_memory` (going on with fewer of them),
`execution` (on all threads, task after task).
"""
