"""Runs the service in uvicorn, with its metrics and its log.

The service has one socket, deadlines for slow clients, and a stop that loses no request. It has Prometheus metrics, and
logs a JSON line for each request, without the article's text.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

import h11
import uvicorn
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from uvicorn.protocols.http.h11_impl import H11Protocol

from corestory.web.answers import place_of, problem

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


SCOPE_KEY = "corestory.record"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BATCH = (1, 2, 4, 8, 16, 32)
# The time for which a body that is not needed is still received: closing the connection at once may lose the answer.
_DRAIN_SECONDS = 1.0


class ServiceMetrics:
    """The metrics of a service, in their own registry.

    Attributes
    ----------
    registry
        The registry, for `prometheus_client.generate_latest`.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Counter(
            "corestory_requests", "Requests by path and status.", ["path", "status"], registry=registry
        )
        self.seconds = Histogram(
            "corestory_request_seconds", "Seconds from the request's head to its answer.", ["path"],
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.articles = Counter("corestory_articles", "Articles tagged.", registry=registry)
        self.refused = Counter("corestory_articles_refused", "Articles refused.", registry=registry)
        self.batches = Histogram("corestory_batch_requests", "Requests per batch.", buckets=_BATCH, registry=registry)
        self.waiting = Gauge("corestory_waiting_requests", "Requests that wait for a worker.", registry=registry)
        self.restarts = Counter("corestory_worker_restarts", "Workers that were replaced.", registry=registry)


@dataclass(slots=True)
class RequestRecord:
    """The record of a request while it is answered."""

    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    articles: int = 0
    refused: int = 0
    fault: str = ""


class Monitor:
    """ASGI middleware that counts and logs requests, and closes the connection of a request whose body is not read.

    Parameters
    ----------
    app
        The application that it monitors.
    metrics
        The counters.
    log
        The stream to log to; None for no log.
    paths
        The paths that are counted and logged by name; other paths may contain anything, even the token.
    """

    def __init__(self, app: ASGIApp, *, metrics: ServiceMetrics, log: TextIO | None, paths: Collection[str]) -> None:
        self._app, self._metrics, self._log, self._paths = app, metrics, log, frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and record it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        record = scope[SCOPE_KEY] = RequestRecord()
        names = {name for name, _ in scope["headers"]}
        unread = bool(names & {b"content-length", b"transfer-encoding"})

        async def receive_counted() -> Message:
            nonlocal unread
            message = await receive()
            record.bytes_in += len(message.get("body", b""))
            unread = unread and message["type"] == "http.request" and message.get("more_body", False)
            return message

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                if unread and b"expect" not in names:  # such a client sends the body only when it is asked to
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_DRAIN_SECONDS):
                            while unread:
                                await receive_counted()
                if unread:
                    message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            record.bytes_out += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive_counted, send_counted)
        except Exception as error:
            record.fault = record.fault or place_of(error)
            raise
        finally:
            self._finish(scope, record, time.perf_counter() - begin)

    def _finish(self, scope: Scope, record: RequestRecord, seconds: float) -> None:
        path = scope["path"] if scope["path"] in self._paths else "other"
        self._metrics.requests.labels(path, str(record.status)).inc()
        self._metrics.seconds.labels(path).observe(seconds)
        self._metrics.articles.inc(record.articles)
        self._metrics.refused.inc(record.refused)
        if self._log is None:
            return
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "client": (scope.get("client") or ("",))[0],
            "method": scope["method"],
            "path": path,
            "status": record.status,
            "ms": round(1000 * seconds, 1),
            "bytes_in": record.bytes_in,
            "bytes_out": record.bytes_out,
            "articles": record.articles,
            "refused": record.refused,
        } | ({"fault": record.fault} if record.fault else {})
        with contextlib.suppress(OSError):  # a closed log must not stop the service
            self._log.write(f"{json.dumps(line)}\n")
            self._log.flush()


HEAD_SECONDS = 10.0
"""The most seconds until the head of a request has arrived, from its first byte or the opening of the connection."""

WRITE_SECONDS = 30.0
"""The most seconds for which a client may leave an answer unread."""

MAX_HEAD_BYTES = 2**15
MAX_CONNECTIONS = 1000
_KEEP_ALIVE_SECONDS = 30
_STOPPING = signal.SIGINT, signal.SIGTERM


def run(app: ASGIApp, listening: socket.socket, *, seconds: float, started: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, and answer the requests that have arrived before stopping.

    After the stop the process ignores both signals, so that it ends without an error.

    Parameters
    ----------
    app
        The service.
    listening
        The socket to serve on.
    seconds
        The most seconds for an answer; the stop waits this long for answers.
    started
        Called when the service accepts requests.
    """
    # uvicorn would log whole exceptions, whose messages may contain an article's text; the service logs their places.
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
    # uvicorn raises the signal again after its stop; without a handler, the process would end with an error.
    for number in _STOPPING:
        signal.signal(number, lambda *_: None)
    try:
        server.run(sockets=[listening])
    finally:
        # Python restores other handlers before it ends; a second signal would then turn a clean stop into an error.
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
    """A connection with deadlines: uvicorn alone would wait forever for a head, and for a client to read an answer."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._refuse, 408)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:  # the head has arrived
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
        del msg  # uvicorn's message is the same for every fault
        self._refuse(400)

    def _refuse(self, status: int) -> None:
        """Refuse a request whose head is malformed, too long or too late."""
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if not answering and (status == 400 or self.conn.trailing_data[0]):
            reason = (
                "The request is not HTTP."
                if status == 400
                else f"The head of the request did not arrive within {HEAD_SECONDS:g} s."
            )
            body = problem(status, reason)
            head = f"HTTP/1.1 {status} \r\ncontent-type: {body.media_type}\r\ncontent-length: {len(body.body)}\r\n"
            self.transport.write(f"{head}connection: close\r\n\r\n".encode() + body.body)
        self.transport.close()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
