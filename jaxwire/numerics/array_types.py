"""Types of arrays and numbers that annotations use."""

from jaxtyping import Array, ArrayLike, Float

Scalar = Float[Array, ""]
"""A real number in double precision, as an array without axes."""

RealLike = Float[ArrayLike, "*n"]
"""Real numbers as a user hands them over: one number, or an array of any shape, of JAX or NumPy."""
