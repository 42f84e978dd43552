"""What is computed when: one computation at a time for each program, others beside it.

Two computations of one program at once would compile everything twice; those of another program need not wait for it.
What nobody waits for any more is not begun.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

GONE = 499
"""Status of an answer that nobody waits for any more, as some servers log it."""


class Desk:
    """Knows what is computed now, and what has been compiled."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._turns: dict[str, asyncio.Lock] = {}
        self._begun: dict[str, float] = {}
        self._done: set[str] = set()

    async def answer(self, request: Request, program: str, compute: Callable[[], Any]) -> Any:
        """What `compute` gives, when it is its turn; a response with the status `GONE` if the asker has left.

        Args:
            request: whose asker waits.
            program: what is compiled, in words.
            compute: runs in a thread.
        """
        async with self._turns.setdefault(program, asyncio.Lock()):
            if await request.is_disconnected():
                return Response(status_code=GONE)
            with self._at_work(program):
                return await run_in_threadpool(compute)

    @contextmanager
    def _at_work(self, program: str) -> Iterator[None]:
        self._begun[program] = time.monotonic()
        try:
            yield
            self._done.add(program)
        finally:
            del self._begun[program]

    def at_work(self) -> list[str]:
        """What is computed now, in words, with the seconds that it has taken."""
        now = time.monotonic()
        return [
            f"{'computing' if program in self._done else 'compiling, once,'} {program} ({now - begun:.0f} s)"
            for program, begun in self._begun.items()
        ]
