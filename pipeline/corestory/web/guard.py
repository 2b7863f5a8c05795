"""A guard in front of a web server: it checks Host, Origin, token and body size, and adds the security headers.

A page of another site may send requests to a server on the reader's machine. If the name of that site changes its
address to 127.0.0.1 (DNS rebinding), the requests look like those of the server's own page. The checks of the Host and
the Origin header refuse both; the token refuses other users and programs of the machine.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from corestory.errors import CorestoryError, reason_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = "127.0.0.1"

MAX_BODY = 1 << 20
"""The most bytes of a request's body, unless a server sets another limit."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""The headers that are added to each response, unless the response has its own."""


def listen(port: int = 0, *, host: str = LOOPBACK) -> socket.socket:
    """Open a socket that listens on one address of this machine.

    Parameters
    ----------
    port
        The port; 0 takes a free one, which ``getsockname()[1]`` returns.
    host
        An address or a name of this machine; by default only this machine can connect.

    Raises
    ------
    CorestoryError
        The port is in use, or the address or the port cannot be used.

    Examples
    --------
    >>> with listen() as server:
    ...     server.getsockname()[0]
    '127.0.0.1'
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        server = socket.socket(family, kind, protocol)
        try:
            # Allow a port that another server has just closed, but not a port in use.
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((address[0], port, *address[2:]))  # getaddrinfo takes 70000 for 4464
            server.listen(128)
        except BaseException:
            server.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        raise CorestoryError(
            f"cannot be opened for listening ({reason_of(error)})",
            where=f"{host}, port {port}",
            expected="an address of this machine and a free port",
            hint="Give another --port, or --port 0 for any free port.",
        ) from error
    return server


def loopback_hosts(port: int) -> frozenset[str]:
    """Return the values of the Host header with which a browser on this machine reaches a port.

    Examples
    --------
    >>> sorted(loopback_hosts(8000))
    ['127.0.0.1:8000', '[::1]:8000', 'localhost:8000']
    """
    names = ("127.0.0.1", "localhost", "[::1]")
    return frozenset(f"{name}:{port}" for name in names) | frozenset(names if port == 80 else ())


class Guard:
    """ASGI middleware that refuses requests from other origins, hosts and users.

    It answers 421 to a foreign Host, 403 to a foreign Origin, 401 to a missing or wrong token, 413 to a body that is
    too large and 400 to a body with two lengths. It closes WebSockets.

    Parameters
    ----------
    app
        The application that it protects.
    hosts
        The accepted values of the Host header; None accepts all.
    token
        The secret that each request must give, as ``Authorization: Bearer TOKEN`` or as the first part of the path,
        which is removed before the application sees it. If it is empty, no token is needed.
    open_paths
        The paths that need no token.
    max_body
        The most bytes of a request's body.
    answer
        Makes the response to a refused request from its status, its reason and its headers; None answers with the
        reason as text.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Collection[str] | None,
        token: str = "",
        open_paths: Collection[str] = (),
        max_body: int = MAX_BODY,
        answer: Callable[[int, str, Mapping[str, str] | None], ASGIApp] | None = None,
    ) -> None:
        self._app, self._hosts, self._token = app, hosts, token
        self._open_paths, self._max_body, self._answer = open_paths, max_body, answer or _in_words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._http(scope, receive, _with_headers(send))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = dict(scope)
        if refusal := self._refusal(scope):
            status, reason = refusal
            headers = {400: {"connection": "close"}, 401: {"www-authenticate": "Bearer"}}.get(status)
            await self._answer(status, reason, headers)(scope, receive, send)
            return
        await self._app(scope, _bounded(receive, self._max_body), send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and reason of a refused request; None for others, from whose path the token is removed."""
        hosts, origins, lengths = (_values(scope, name) for name in (b"host", b"origin", b"content-length"))
        if len(hosts) != 1 or (self._hosts is not None and hosts[0].lower() not in self._hosts):
            return 421, "This server does not serve the host of the request."
        if any(
            origin.lower() not in (f"http://{hosts[0]}".lower(), f"https://{hosts[0]}".lower()) for origin in origins
        ):
            return 403, "This server takes no requests from pages of other sites."
        if not self._admits(scope):
            return 401, "The token is missing or wrong."
        if lengths and _values(scope, b"transfer-encoding"):
            # A proxy in front may use the other length, and take the rest of the body for a request (smuggling).
            return 400, "The request has both a Content-Length and a Transfer-Encoding; send one of them."
        if any(not length.isdecimal() or int(length) > self._max_body for length in lengths):
            return 413, f"The body has more than {self._max_body:,} bytes."
        return None

    def _admits(self, scope: Scope) -> bool:
        if not self._token or scope["path"] in self._open_paths:
            return True
        first, _, rest = scope["path"].removeprefix("/").partition("/")
        if _same(first, self._token):
            scope["path"] = f"/{rest}"
            return True
        schemes = [value.partition(" ") for value in _values(scope, b"authorization")]
        return any(scheme.lower() == "bearer" and _same(given.strip(), self._token) for scheme, _, given in schemes)


def _in_words(status: int, reason: str, headers: Mapping[str, str] | None) -> ASGIApp:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(f"{reason}\n", status, headers)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())


def _bounded(receive: Receive, max_body: int) -> Receive:
    """Limit the received bytes, because a chunked body has no length in its header."""
    from starlette.exceptions import HTTPException

    received = 0

    async def receive_counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > max_body:
            raise HTTPException(413, f"The body has more than {max_body:,} bytes.")
        return message

    return receive_counted


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            present = {name.lower() for name, _ in headers}
            added = ((name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items())
            message = {**message, "headers": headers + [pair for pair in added if pair[0] not in present]}
        await send(message)

    return send_with_headers
