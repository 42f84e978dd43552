"""`jaxwire explore`: a local page with sliders."""

import socket
import sys
import webbrowser
from contextlib import closing
from typing import Annotated, Any

from cyclopts import Parameter

from jaxwire.cli.base import BadInputError, Common, Dot, Temperature, about_input, kernels_kept
from jaxwire.cli.output import complain, print_json

HOST = "127.0.0.1"
"""This machine: nobody else can reach the page."""

GOODBYE = 1
"""Seconds for which answers on their way are waited for at the end."""

PATIENCE = 10.0
"""Seconds within which a connection must have sent its request."""

MOST_CONNECTIONS = 64
"""Connections at once at most: a browser opens six."""


def explore(
    *,
    dot: Dot = Dot(),  # noqa: B008 - frozen
    temperature: Temperature = None,
    voltage: Annotated[float | None, Parameter(alias="-v")] = None,
    current: Annotated[float | None, Parameter(alias="-i")] = None,
    exponent: float | None = None,
    strength: float | None = None,
    healing_length: float | None = None,
    distance: float | None = None,
    port: int = 8410,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Open a page with sliders that shows the heating along the wire, until stopped by Ctrl-C.

    Args:
        dot: Options of a resonant quantum dot.
        temperature: kB T, in mu0.
        voltage: eV, the misalignment of the two bands, in mu0.
        current: I, instead of the voltage, in e mu0/h.
        exponent: Of the relaxation time, a power of the momentum; without unit.
        strength: Of the screening, between 0 and 1, a neutral wire; without unit.
        healing_length: Over which the heat of the phonons spreads, in vF tau0.
        distance: From the scatterer, in vF tau0, at which the distribution function is shown.
        port: Where the page is served on this machine; 0 for any that is free.
        browser: Open the page in the browser.
        common: Options of every command.
    """
    given = {name: value for name, value in locals().items() if name not in ("dot", "port", "browser", "common")}
    with about_input(), kernels_kept(common.cache):
        if not 0 <= port <= 65535:
            raise BadInputError(f"`port` must be between 0 and 65535, got {port}.")
        _require_server()
        from jaxwire.explore.state import State

        state = State(**dot.given(), **{name: value for name, value in given.items() if value is not None})
        with closing(_socket(port)) as listener:
            address = f"http://{HOST}:{listener.getsockname()[1]}/?{state.query()}"
            _serve(listener, address, state, browser, common.json)
    return 0


def _require_server() -> None:
    """Complain where the libraries of the server are not installed."""
    from importlib.util import find_spec

    if not (find_spec("starlette") and find_spec("uvicorn")):
        raise BadInputError('`explore` needs starlette and uvicorn: pip install "jaxwire[explore]".')


def _socket(port: int) -> socket.socket:
    """A socket on this machine alone, taken before anything is computed."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # or a page that was just stopped would keep its port for a minute
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise BadInputError(
            f"`port` must be free, got {port}: {(error.strerror or 'taken').lower()}; give another one, or 0 for any."
        ) from error
    return listener


def _serve(listener: socket.socket, address: str, state: Any, browser: bool, as_json: bool) -> None:
    """Compile, say where the page is, and serve it until Ctrl-C."""
    complain("jaxwire: compiling; a first time may take a minute")
    import uvicorn

    from jaxwire.explore.guard import impatient
    from jaxwire.explore.point import operating_point
    from jaxwire.explore.server import create_app

    operating_point(state)

    class Server(uvicorn.Server):
        """Says where the page is once it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print_json({"address": address}) if as_json else print(f"{address}\nStop it with Ctrl-C.")
            sys.stdout.flush()
            if browser:
                webbrowser.open(address)

    config = uvicorn.Config(
        create_app(),
        http=impatient(PATIENCE),
        log_level="warning",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GOODBYE,
    )
    Server(config).run(sockets=[listener])
