"""How a deviation from equilibrium decays, mode by mode (App. A).

`spectrum` (sums over poles and roots, differentiable), `secular_roots` (decay rates), `modes` (with their weights).
"""
