"""The running of the service by uvicorn: one socket, deadlines for slow clients, and a stop that loses no request."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from corestory.web.answers import problem

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

HEAD_SECONDS = 10.0
"""How long the head of a request may take to arrive, from its first byte or the opening of the connection."""

WRITE_SECONDS = 30.0
"""How long a client may leave an answer unread."""

MAX_HEAD_BYTES = 2**15
MAX_CONNECTIONS = 1000
_KEEP_ALIVE_SECONDS = 30
_STOPPING = signal.SIGINT, signal.SIGTERM


def run(app: ASGIApp, listening: socket.socket, *, seconds: float, started: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; requests that have arrived are answered first.

    The process ignores both signals from then on: it is to end.

    Parameters
    ----------
    app
        The service.
    listening
        The socket to serve on.
    seconds
        How long an answer may take, so long waits the stop.
    started
        Called when requests are taken.
    """
    # uvicorn logs whole exceptions, whose messages may hold an article's text; the service logs their places.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(seconds) + 5,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
    )
    server = _Server(config, started)
    # uvicorn raises the signal again after its stop, where it would end the process as a failure.
    for number in _STOPPING:
        signal.signal(number, lambda *_: None)
    try:
        server.run(sockets=[listening])
    finally:
        # Python restores other handlers before it ends; a second signal would then end a clean stop as a failure.
        for number in _STOPPING:
            signal.signal(number, signal.SIG_IGN)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started()


class _Protocol(H11Protocol):
    """A connection that a slow client cannot hold; uvicorn waits for a head, and for answers to be read, forever."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._refuse, 408)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:  # the head is here
            _cancel(self._deadline)
            self._deadline = None
        elif self._deadline is None and self.conn.trailing_data[0]:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._refuse, 408)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        _cancel(self._deadline)
        _cancel(self._unread)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _cancel(self._unread)

    def send_400_response(self, msg: str) -> None:
        del msg  # uvicorn's own, the same for every fault
        self._refuse(400)

    def _refuse(self, status: int) -> None:
        """Refuse a request whose head is malformed, too long or late."""
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if not answering and (status == 400 or self.conn.trailing_data[0]):
            reason = "The request is not HTTP." if status == 400 else f"No whole head within {HEAD_SECONDS:g} s."
            body = problem(status, reason)
            head = f"HTTP/1.1 {status} \r\ncontent-type: {body.media_type}\r\ncontent-length: {len(body.body)}\r\n"
            self.transport.write(f"{head}connection: close\r\n\r\n".encode() + body.body)
        self.transport.close()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
