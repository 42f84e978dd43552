"""How a solve ended: a code per point, whose text tells what to do about it."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

SOLVED, OUT_OF_DOMAIN, BAD_TRANSMISSION, NOT_FINITE, INACCURATE, UNREACHABLE, IMPRECISE = range(7)

MESSAGES = (
    "solved",
    "a parameter is outside its domain (widths and temperature must be positive, all numbers finite, a gate outside "
    "the wire): values are NaN",
    "the transmission leaves 0 <= T <= 1: values are NaN; correct the scatterer",
    "the grid is too coarse, numbers left the range of double precision, or the search for the voltage did not end: "
    "values are NaN; pass a larger resolution",
    "inaccurate: the estimated relative error is above 1e-4; pass resolution=Resolution(above, below) with more nodes",
    "no voltage carries this current",
    "single precision does not tell this point to 1e-4, as hardly anything is reflected, nothing passes, T is steep, "
    "or potentials or powers cancel: values are NaN; use precision='double'",
)


def has_failed(code: Int[Array, "..."]) -> Bool[Array, "..."]:
    """Whether a point with this code has no values."""
    return (code != SOLVED) & (code != INACCURATE)


class Status(eqx.Module):
    """Outcome of a solve, or of a batch of them; printing it tells what to do.

    Attributes:
        code: index into `jaxwire.solver.status.MESSAGES`, 0 where the numbers can be used as they are.
        limit: largest current that a voltage of the wanted sign reaches, in e mu0/h, where the given one is beyond it;
            NaN elsewhere.
    """

    code: Int[Array, "..."]
    limit: Float[Array, "..."] = eqx.field(default_factory=lambda: jnp.asarray(jnp.nan))

    @property
    def ok(self) -> Bool[Array, "..."]:
        """Whether the point was solved and its estimated error is at most 1e-4."""
        return self.code == SOLVED

    @property
    def message(self) -> str:
        """The text of the code; for a batch, how many points ended how."""
        codes, counts = np.unique(np.asarray(self.code), return_counts=True)
        if np.ndim(self.code) == 0:
            reason = (
                f"; the largest is {float(self.limit):.6g}: values are NaN" if int(self.code) == UNREACHABLE else ""
            )
            return MESSAGES[int(codes[0])] + reason
        return "; ".join(f"{count} x {MESSAGES[code]}" for code, count in zip(codes, counts, strict=True))

    def __str__(self) -> str:
        """The message."""
        return self.message

    def __int__(self) -> int:
        """The code of a single point."""
        return int(self.code)


FLAGS = ("solved", "out_of_domain", "bad_transmission", "not_finite", "inaccurate", "unreachable", "imprecise")

assert len(FLAGS) == len(MESSAGES)
