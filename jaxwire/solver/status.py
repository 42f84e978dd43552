"""How a solve ended: a code per point, whose text tells what to do about it."""

import enum
import functools
import operator
from collections.abc import Mapping

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from jaxwire.model.printing import is_known


class Outcome(enum.IntEnum):
    """The codes: names are flags in files, texts tell what to do."""

    SOLVED = 0
    OUT_OF_DOMAIN = 1
    BAD_TRANSMISSION = 2
    NOT_FINITE = 3
    INACCURATE = 4
    UNREACHABLE = 5
    IMPRECISE = 6
    TOO_LITTLE_CURRENT = 7
    UNDECIDED = 8

    @property
    def flag(self) -> str:
        """Its name as it stands in files: "solved", "out_of_domain"."""
        return self.name.lower()

    @property
    def message(self) -> str:
        """What happened, and the cure."""
        return {
            Outcome.SOLVED: "solved",
            Outcome.OUT_OF_DOMAIN: "a parameter is outside its domain (widths and temperature must be positive, all "
            "numbers finite, a gate outside the wire): values are NaN",
            Outcome.BAD_TRANSMISSION: "the transmission leaves 0 <= T <= 1: values are NaN; correct the scatterer",
            Outcome.NOT_FINITE: "the grid is too coarse, numbers left the range of double precision, or the search for "
            "the voltage did not end: values are NaN; pass a larger resolution",
            Outcome.INACCURATE: "inaccurate: the estimated relative error is above 1e-4; pass "
            "resolution=Resolution(above, below) with more nodes",
            Outcome.UNREACHABLE: "no voltage carries this current",
            Outcome.IMPRECISE: "single precision does not tell this point to 1e-4, as hardly anything is reflected, "
            "nothing passes, T is steep, or potentials or powers cancel: values are NaN; use precision='double'",
            Outcome.TOO_LITTLE_CURRENT: "hardly any electron passes: current times force, or the few electrons far "
            "above the Fermi energy that pass, are too little for double precision; values are NaN",
            Outcome.UNDECIDED: "no voltage was found that carries this current, but the largest current is not known "
            "well enough to say that none does: values are NaN; pass a larger resolution",
        }[self]

    @property
    def has_values(self) -> bool:
        """Whether a point that ended so has numbers; all others are NaN."""
        return self in (Outcome.SOLVED, Outcome.INACCURATE)


FLAG_ATTRIBUTES = {"flag_values": [*map(int, Outcome)], "flag_meanings": " ".join(one.flag for one in Outcome)}
"""Attributes of a variable of codes (CF conventions, section 3.5)."""


def has_values(code: Int[Array, "..."]) -> Bool[Array, "..."]:
    """Whether points with these codes have numbers."""
    return functools.reduce(operator.or_, (code == int(one) for one in Outcome if one.has_values))


def first_cause(causes: Mapping[Outcome, Bool[Array, "..."]]) -> Int[Array, "..."]:
    """Code of the first outcome whose condition holds, in the order given; solved where none does."""
    return jnp.select(list(causes.values()), [*map(int, causes)], int(Outcome.SOLVED))


class Status(eqx.Module):
    """Outcome of a solve, or of a batch of them; printing it tells what to do.

    Attributes:
        code: number of an `Outcome`, 0 where the numbers can be used as they are.
        limit: largest current that a voltage of the wanted sign reaches, in e mu0/h, where the given one is beyond it;
            NaN elsewhere.
    """

    code: Int[Array, "..."]
    limit: Float[Array, "..."] = eqx.field(default_factory=lambda: jnp.asarray(jnp.nan))

    @property
    def ok(self) -> Bool[Array, "..."]:
        """Whether the point was solved and its estimated error is at most 1e-4."""
        return self.code == Outcome.SOLVED

    @property
    def message(self) -> str:
        """The text of the code; for a batch, how many points ended how."""
        codes, counts = np.unique(np.asarray(self.code), return_counts=True)
        texts = [Outcome(code).message for code in codes.tolist()]
        if np.ndim(self.code) > 0:
            return "; ".join(f"{count} x {text}" for text, count in zip(texts, counts, strict=True))
        if int(self) == Outcome.UNREACHABLE:
            return f"{texts[0]}; the largest is {float(self.limit):.6g}: values are NaN"
        if int(self) == Outcome.UNDECIDED:
            return f"{texts[0]} (the largest found is {float(self.limit):.6g})"
        return texts[0]

    def __str__(self) -> str:
        """The message."""
        return self.message

    def __repr__(self) -> str:
        """The message; under `jax.jit` types and shapes."""
        return f"<Status: {self.message}>" if is_known(self) else super().__repr__()

    def __int__(self) -> int:
        """The code of a single point."""
        return int(self.code)
