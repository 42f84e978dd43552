"""JAX and numbers; knows no physics.

`precision` (float64, and single precision where a scan asks for it), `array_types`, `integers`, `special_functions`,
`implicit` (roots and linear systems with exact derivatives), `derived` (functions with the derivatives of others),
`scaled` (objects with some of their numbers multiplied),
`small_matrices` (inverses of many at once), `batched_loop` (a loop that works only on what is not done), `programs`
(how programs are compiled, told apart, and called from threads), `kernel_cache` (compiled programs kept between runs),
`input_file` (text of a limited size, in any encoding), `output_file` (files written whole or not at all).
"""
