"""jaxwire: where a nanowire heats and cools when a current flows through a quantum scatterer (arXiv:2407.10192).

```python
>>> import jaxwire as jw
>>> dot = jw.Lorentzian(center=1.44, width=0.08)
>>> sol = jw.solve(dot, jw.Wire(), temperature=0.3, voltage=0.1)
>>> print(f"{sol.current:.4f}")
0.0125

```

The packages, each of which imports only from those before it:

    numerics < model < kinetics < solver < observables < scans | fits < plot < lab < config < reproduce | explore < cli

ARCHITECTURE.md says what each is, and where every equation of the paper is. What is public is in `__init__.pyi`, here
and in `plot` and `config`; names are loaded on first use, so that `jaxwire --help` does not wait for JAX.
"""

from importlib.metadata import version

import lazy_loader

from jaxwire.numerics.precision import enable_double_precision, require_sound_jax

__version__ = version("jaxwire")
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

require_sound_jax()
enable_double_precision()
