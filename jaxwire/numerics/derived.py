"""Functions whose derivatives are those of another function, where their own lose digits or do not exist."""

from collections.abc import Callable
from typing import Any

import jax


def derived(value: Callable[..., Any], other: Callable[..., Any]) -> Callable[..., Any]:
    """A function with the values of one and all derivatives, of any order and mode, of another one.

    ```python
    >>> import jax
    >>> import jax.numpy as jnp
    >>> from jaxwire.numerics.derived import derived
    >>> root = derived(lambda x: jnp.sqrt(x**2), jnp.asarray)        # x itself for x > 0
    >>> print(jax.grad(root)(0.0))
    1.0

    ```

    Args:
        value: of any pytrees of arrays; all that has derivatives is an argument, nothing is closed over.
        other: equal to it, of the same arguments; not computed where no derivative is asked for.
    """
    function = jax.custom_jvp(value)

    @function.defjvp
    def rule(primals: tuple, tangents: tuple) -> tuple[Any, Any]:
        return function(*primals), jax.jvp(other, primals, tangents)[1]

    return function
