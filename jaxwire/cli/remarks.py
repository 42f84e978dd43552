"""What is said while a command runs, a line each on standard error: warnings, notes, and what one waits for."""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from jaxwire.cli.output import complain

PATIENCE = 2.0
"""Seconds after which somebody is told what they wait for."""


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


@contextmanager
def waits_told(words: str, at_terminal: bool = True) -> Iterator[None]:
    """Say once what is going on, if the `with` block takes longer than `PATIENCE`.

    Args:
        words: what is computed.
        at_terminal: whether to say it at a terminal too; not where the library does so itself (`numerics.programs`).
    """
    if not at_terminal and sys.stderr is not None and sys.stderr.isatty():
        yield
        return
    line = f"jaxwire: {words}; what is compiled is kept, and the next time takes less"
    timer = threading.Timer(PATIENCE, complain, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
