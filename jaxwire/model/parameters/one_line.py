"""What was given, as messages repeat it: in one line, and not too long."""

from typing import Any

LONGEST = 60
"""Characters that a message repeats."""


def one_line(value: Any, longest: int = LONGEST) -> str:
    """The representation of a value in one line."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # of another library, or too deep
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
