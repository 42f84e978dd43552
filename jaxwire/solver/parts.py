"""What a solution gives in several numbers at once: the occupation of either direction, the powers on either side."""

from typing import NamedTuple

from jaxtyping import Array, Float


class Distribution(NamedTuple):
    """Occupation of the states at one kinetic energy and position, for either direction of motion.

    Attributes:
        forward: f at momentum +p, moving to the right.
        backward: f at momentum -p, moving to the left.
    """

    forward: Float[Array, "..."]
    backward: Float[Array, "..."]


class Powers(NamedTuple):
    """Powers beyond the uniform P_ext, integrated over either half-wire, in mu0^2/h (Eqs. 28, 31).

    Attributes:
        left_scatterer: integral of P_s over x < 0.
        left_buildup: integral of P_phi over x < 0.
        right_scatterer: integral of P_s over x > 0.
        right_buildup: integral of P_phi over x > 0.
    """

    left_scatterer: Float[Array, "..."]
    left_buildup: Float[Array, "..."]
    right_scatterer: Float[Array, "..."]
    right_buildup: Float[Array, "..."]

    @property
    def left(self) -> Float[Array, "..."]:
        """P_L, all that is released on the left."""
        return self.left_scatterer + self.left_buildup

    @property
    def right(self) -> Float[Array, "..."]:
        """P_R, all that is released on the right."""
        return self.right_scatterer + self.right_buildup
