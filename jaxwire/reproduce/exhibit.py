"""What is reproduced: a figure or table of the paper with its data, how it is drawn, and what must be seen in it."""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.figure import Figure

if TYPE_CHECKING:
    import xarray

    from jaxwire.reproduce.tables_1_2 import Comparison


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


class Fact(NamedTuple):
    """What the paper says of a figure, and where it is found in the data.

    Attributes:
        says: what it says, in our words, formulas in plain letters.
        place: where it says so.
        quantity: coordinate or attribute of the data, "" where no number is stated.
        values: numbers that the quantity has.
        ends: first and last number of the quantity.
    """

    says: str
    place: str
    quantity: str = ""
    values: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()


@functools.cache
def _paper() -> dict[str, list[dict]]:
    return json.loads(files("jaxwire.reproduce").joinpath("paper_facts.json").read_text(encoding="utf-8"))["figures"]


class Exhibit(NamedTuple):
    """One figure, of the paper or of our own.

    Attributes:
        name: of its files, such as "fig3".
        title: what it is.
        caption: what is drawn, with all parameters.
        draw: makes the figure of the data.
        look: says what is seen in the data.
        code: lines of Python that make the figure, or its first panel.
        ours: what differs from the paper, or what the paper does not say and we chose.
    """

    name: str
    title: str
    caption: str
    draw: "Callable[[xarray.Dataset], Figure]"
    look: "Callable[[xarray.Dataset], list[Finding]]"
    code: str
    ours: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the paper says of this figure; nothing of a figure of our own."""
        return tuple(
            Fact(
                fact["says"],
                fact["place"],
                fact.get("quantity", ""),
                tuple(fact.get("values", ())),
                tuple(fact.get("ends", ())),
            )
            for fact in _paper().get(self.name, [])
        )

    @property
    def heading(self) -> str:
        """Number and title."""
        number = self.name.removeprefix("fig")
        return f"Fig. {number}. {self.title}" if number.isdigit() else f"Our own: {self.title}"


class Reproduction(NamedTuple):
    """Everything that was computed.

    Attributes:
        data: by the name of the figure; "tables" for the 16 points of the tables.
        compared: the points of the tables beside the printed numbers.
        findings: what is seen in each figure, by its name.
    """

    data: "Mapping[str, xarray.Dataset]"
    compared: "Sequence[Comparison]"
    findings: Mapping[str, Sequence[Finding]]

    @property
    def statements(self) -> dict[str, list[dict]]:
        """The findings as plain data."""
        return {name: [one._asdict() for one in found] for name, found in self.findings.items()}

    @property
    def is_complete(self) -> bool:
        """Whether every point was solved and every statement holds."""
        solved = all(bool((data.status == 0).all()) for data in self.data.values())
        return solved and all(one.holds for findings in self.findings.values() for one in findings)
