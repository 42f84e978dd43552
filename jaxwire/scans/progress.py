"""How far a long computation has come: a bar on stderr, or plain lines now and then where stderr is no terminal.

Progress belongs to the loop over blocks, never inside compiled code.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress


Report = Callable[[int, int], None]
"""Called as report(done, total); first with what an earlier run has left, for which no rate is claimed."""

EVERY = 30.0
"""Seconds between two plain lines."""

AVERAGE_OVER = 1e9
"""Seconds that the rate looks back: for ever, since one block may take longer than any fixed number."""


@contextmanager
def progress(task: str, unit: str = "points", is_shown: bool = True) -> Iterator[Report]:
    """A bar on stderr for the `with` block, plain lines where stderr is not a terminal; nothing if not `is_shown`.

    ```python
    >>> from jaxwire.scans.progress import progress
    >>> with progress("Fig. 5") as report:
    ...     for done in range(4):
    ...         report(done, 3)

    ```

    Args:
        task: what is computed, the first words of the line.
        unit: what is counted.
        is_shown: whether to show anything at all.
    """
    if not is_shown:
        yield lambda done, total: None
        return
    console = _terminal()
    if console is None:
        yield _plain_lines(task, unit)
        return
    with _bar(console, unit) as bar:
        row = bar.add_task(f"{task}: loading", total=None)
        start: list[int] = []

        def report(done: int, total: int) -> None:
            if not start:
                start.append(done)
                bar.reset(row, total=total, completed=done)
            stage = "writing" if done >= total else "compiling, once" if done == start[0] else "solving"
            bar.update(row, completed=done, total=total, description=f"{task}: {stage}")

        yield report


def _plain_lines(task: str, unit: str) -> Report:
    """A line every `EVERY` seconds, for the file that a batch job writes; what is done sooner says nothing."""
    began, last, start = monotonic(), [monotonic()], []

    def report(done: int, total: int) -> None:
        start[:] = start or [done]
        now = monotonic()
        if now - last[0] < EVERY or done >= total:
            return
        last[0] = now
        rate = (done - start[0]) / (now - began)
        left = f", {rate:.3g} {unit}/s, {_duration((total - done) / rate)} left" if rate > 0 else ""
        with suppress(OSError):  # whoever reads has gone: no reason to stop
            print(f"{task}: {done:,} of {total:,} {unit}{left}", file=sys.stderr, flush=True)

    return report


def _duration(seconds: float) -> str:
    """Seconds, minutes or hours, in two digits at least."""
    for name, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def _terminal() -> Any:
    """What writes on stderr, if that is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    return console if console.is_terminal else None


def _bar(console: Any, unit: str) -> "Progress":
    from rich import progress as parts
    from rich.text import Text

    class Rate(parts.ProgressColumn):
        def render(self, task: parts.Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if not speed else f"{speed:,.0f} {unit}/s" if speed >= 10 else f"{speed:.2g} {unit}/s")

    columns = (
        parts.SpinnerColumn(),
        parts.TextColumn("{task.description}"),
        parts.BarColumn(),
        parts.MofNCompleteColumn(),
        Rate(),
        parts.TimeElapsedColumn(),
        parts.TextColumn("left"),
        parts.TimeRemainingColumn(),
    )
    return parts.Progress(*columns, console=console, speed_estimate_period=AVERAGE_OVER)
