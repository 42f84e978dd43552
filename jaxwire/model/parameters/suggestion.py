"""What somebody may have meant by a name that there is none of."""

import difflib
from collections.abc import Iterable, Mapping

ALIKE = 0.5
"""Two names are alike from this ratio of common letters on: "centre" and "center", not "force" and "center"."""


def nearest_name(name: str, valid: Iterable[str], alike: float = ALIKE) -> str | None:
    """The valid name that is most like a given one, if any is."""
    return next(iter(difflib.get_close_matches(name, list(valid), n=1, cutoff=alike)), None)


def did_you_mean(
    name: str,
    valid: Iterable[str],
    otherwise: str = ".",
    quote: str = "'",
    spelled: Mapping[str, str] | None = None,
) -> str:
    """The end of a complaint about an unknown name: the valid one that may be meant.

    Args:
        name: what was given.
        valid: names that there are.
        otherwise: the end where none of them is alike.
        quote: what stands around the name.
        spelled: how a valid name is shown; as it is unless given.
    """
    nearest = nearest_name(name, valid)
    if nearest is None:
        return otherwise
    return f"; did you mean {quote}{nearest if spelled is None else spelled[nearest]}{quote}?"
