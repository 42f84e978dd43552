"""Whole numbers, and how large those of a user may be."""

from typing import Any


def ceil_div(number: Any, by: int) -> Any:
    """Smallest whole number of parts of size `by` that hold `number` things; either may be traced."""
    return -(-number // by)


def common_size(number: int, least: int, step: int) -> int:
    """The next one of few sizes, and programs, for all numbers: least, 2 least, 4 least ... step, 2 step, 3 step ..."""
    doubled = least * 2 ** max(0, (ceil_div(number, least) - 1).bit_length())
    return min(doubled, step * max(1, ceil_div(number, step)))


def require_count(name: str, number: Any, least: int, most: int) -> None:
    """Check a whole number that says how many.

    Raises:
        ValueError: if it is none, or outside of the limits.
    """
    is_integer = isinstance(number, int) and not isinstance(number, bool)
    if not is_integer or number < least:
        text = repr(number) if not is_integer or number > -(10**30) else "less than -1e30"
        raise ValueError(f"`{name}` must be an integer of at least {least}, got {text[:60]}.")
    if number > most:
        text = str(number) if number < 10**30 else "more than 1e30"
        raise ValueError(f"`{name}` must be an integer of at most {most}, got {text}.")
