"""What is reproduced: a figure or table of the paper with its data, how it is drawn, and what must be seen in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.figure import Figure

from jaxwire.quadrature import Resolution

if TYPE_CHECKING:
    import xarray


class Quality(NamedTuple):
    """How finely the figures are computed.

    Attributes:
        across: points of a map along its horizontal axis.
        up: points of a map along its vertical axis.
        curve: points of a curve that is not a heating profile.
        positions: positions of a heating profile on either side.
        resolution: numbers of nodes.
    """

    across: int
    up: int
    curve: int
    positions: int
    resolution: Resolution


FULL = Quality(across=120, up=80, curve=81, positions=200, resolution=Resolution())
DRAFT = Quality(across=40, up=28, curve=33, positions=60, resolution=Resolution(64, 24))


class Finding(NamedTuple):
    """A statement of the paper, looked up in the data.

    Attributes:
        claim: what should be seen.
        measured: what is seen, in numbers.
        holds: whether it is so.
    """

    claim: str
    measured: str
    holds: bool


class Exhibit(NamedTuple):
    """One figure of the paper.

    Attributes:
        name: of its files, such as "fig3".
        title: what it is.
        caption: what is drawn, with all parameters.
        draw: makes the figure of the data.
        look: says what is seen in the data.
    """

    name: str
    title: str
    caption: str
    draw: "Callable[[xarray.Dataset], Figure]"
    look: "Callable[[xarray.Dataset], list[Finding]]"
