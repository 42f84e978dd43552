"""Every sentence of the paper that states a result, looked up in computed data.

Data: `operating_points` (one scan), `along_the_wire`, `waves`. A `statement` has a verdict; there is a module for each
section of the paper; `catalogue` has them all, with the data that they need.
"""
