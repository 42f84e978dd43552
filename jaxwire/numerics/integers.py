"""Whole numbers."""

from typing import Any


def ceil_div(number: Any, by: int) -> Any:
    """Smallest whole number of parts of size `by` that hold `number` things; either may be traced."""
    return -(-number // by)
