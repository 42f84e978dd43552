"""Every sentence of the paper that states a result, looked up in computed data.

In the order of the data flow: `operating_points` (one scan), `along_the_wire` (profiles, distributions, readings),
`waves` (sums of exponentials); `statement` (one, with its verdict); `emergence` (Secs. III A and B), `left_and_right`
and `beyond_the_estimate` (IV A), `distance` (IV B and C), `observation` (V, App. C), `other_wires` (App. D);
`catalogue` (all of them).
"""
