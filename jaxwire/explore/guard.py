"""Who may ask the page, and for how long: only this machine's own page, and nobody who keeps a connection waiting.

A page from elsewhere that the same browser shows can ask 127.0.0.1 too. It cannot read the answers, but computing them
would keep the processor busy: such requests are told by what browsers say of themselves (Sec-Fetch-Site, Origin).
"""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ["127.0.0.1", "localhost"]
"""Names of this machine, by which the page may be asked for."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Nothing from elsewhere; 'unsafe-inline' is for the style attributes of drawings that are opened by themselves."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Headers of every answer, refusals included."""


class Guard:
    """Puts the headers on every answer, and refuses requests of pages from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse; see ASGI."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                pairs = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *(pair for pair in pairs if pair[0] not in given)]
            await send(message)

        if scope["type"] == "http" and _is_foreign(Request(scope)):
            refusal = PlainTextResponse("asked by a page from elsewhere", status_code=403)
            await refusal(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)


def _is_foreign(request: Request) -> bool:
    """Whether another page's script, image or frame asks; a link to the page itself may be anywhere."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return True
    asked_by, mode, wanted = (request.headers.get(f"sec-fetch-{name}", "none") for name in ("site", "mode", "dest"))
    is_link = mode == "navigate" and wanted == "document"
    return asked_by not in ("same-origin", "none") and not (is_link and request.url.path == "/")


def impatient(seconds: float) -> type[Any]:
    """A protocol for uvicorn that closes connections whose request is not there within so many seconds."""
    from h11 import IDLE
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Impatient(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._deadline = self.loop.call_later(seconds, transport.close)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            is_waiting = self.conn.their_state is IDLE
            if self._deadline is not None and not is_waiting:
                self._deadline.cancel()
                self._deadline = None
            elif self._deadline is None and is_waiting and not self.transport.is_closing():
                self._deadline = self.loop.call_later(seconds, self.transport.close)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
            super().connection_lost(exc)

    return Impatient
