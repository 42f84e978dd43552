"""How many energies of the quadrature: the one numerical setting of a user."""

from typing import NamedTuple


class Resolution(NamedTuple):
    """Number of nodes: the only sizes that the compiled solver depends on.

    Attributes:
        above: nodes on the energies that both wires share.
        below: nodes below the step, in the wire whose band starts lower.
    """

    above: int = 80
    below: int = 32

    def coarser(self) -> "Resolution":
        """The smaller rule against which `solve` estimates its error: 60 % of the nodes."""
        return Resolution(round(0.6 * self.above), round(0.6 * self.below))


LARGEST_RESOLUTION = Resolution(above=1000, below=1000)
"""Largest one: matrices of these nodes take 32 MB, ten times as many as any accuracy needs."""

SMALLEST_RESOLUTION = Resolution(above=12, below=6)
"""Smallest grid that `solve` accepts: on it Eqs. 30 and 32 still hold to rounding down to t = 0.03."""
