"""What the library remarks while a command runs: warnings and notes, a line each on standard error."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from jaxwire.cli.output import complain


class _Lines(logging.Handler):
    """Tells notes, and warnings, every one once."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Tell a note."""
        self.tell(record.getMessage())

    def tell(self, text: str) -> None:
        """Tell a text, in one line."""
        line = " ".join(text.split())
        if line not in self._told:
            self._told.add(line)
            complain(f"jaxwire: {line}")


@contextmanager
def remarks_told() -> Iterator[None]:
    """Tell what is remarked in the `with` block; remarks stop no command, whatever PYTHONWARNINGS says."""
    lines, logger = _Lines(), logging.getLogger("jaxwire")
    before = logger.level
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)
            warnings.showwarning = lambda message, *_, **__: lines.tell(str(message))
            yield
    finally:
        logger.removeHandler(lines)
        logger.setLevel(before)
