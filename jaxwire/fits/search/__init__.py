"""The search of a fit for the smallest loss.

In the order of the data flow: `projection` (gain and offset by linear least squares), `batches` (rows of values, read
on all threads), `starts` (where it begins), `problem` (as the optimisers see it), `ends` (where each start ended),
`search` (all of it).
"""
