"""Numbers that a user gives.

`domain` (what one may be), `functions_of_energy` (functions and tables), `names` (numbers found and replaced
by name), `suggestion` (what a misspelt name may mean).
"""
