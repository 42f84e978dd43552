"""JAX and numbers; knows no physics. No file here imports another of another kind but for `precision` and types.

`precision` (float64, and single precision where a scan asks for it), `array_types`, `special_functions`, `implicit`
(roots and linear systems with exact derivatives), `batched_loop` (a loop that works only on what is not done),
`programs` (how programs are compiled, told apart, and called from threads), `kernel_cache` (compiled programs kept
between runs).
"""
