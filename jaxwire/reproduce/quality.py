"""How finely the paper's figures are computed."""

from typing import NamedTuple

from jaxwire.model.resolution import Resolution


class Quality(NamedTuple):
    """How finely the figures are computed.

    Attributes:
        across: points of a map along its horizontal axis.
        up: points of a map along its vertical axis.
        curve: points of a curve that is not a heating profile.
        positions: positions of a heating profile on either side.
        resolution: numbers of nodes of maps and curves; the tables have the default one.
        formats: files of each figure.
        error_estimate: whether the errors of the tables' points are estimated, which takes a larger program.
    """

    across: int
    up: int
    curve: int
    positions: int
    resolution: Resolution
    formats: tuple[str, ...]
    error_estimate: bool


FULL = Quality(
    across=139,
    up=121,
    curve=81,
    positions=200,
    resolution=Resolution(),
    formats=("png", "svg", "pdf"),
    error_estimate=True,
)

DRAFT = Quality(
    across=47,
    up=41,
    curve=33,
    positions=60,
    resolution=Resolution(64, 24),
    formats=("png",),
    error_estimate=False,
)
