"""TOML files become the objects of the library: scans and operating points (`scan`), fits (`fit`).

`tables` (keys, types, complaints by dotted path) and `models` (scatterers, wires, settings) are common to both.
`lab` reads files whose numbers have units, with a table [lab].
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
