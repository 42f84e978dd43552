"""The search of a fit for the smallest loss.

In the order of the data flow: `batches` (rows of values, read on all threads), `starts` (where it begins), `problem`
(as the optimisers see it), `search` (all of it, and where each start ended).
"""
