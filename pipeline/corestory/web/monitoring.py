"""What operators see of a service: Prometheus metrics, and a JSON line for each request, without the article's text."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from corestory.web.answers import place_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCOPE_KEY = "corestory.record"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BATCH = (1, 2, 4, 8, 16, 32)
# A body that is not read is taken in for so long, because closing the connection at once may lose the answer.
_DRAIN_SECONDS = 1.0


class Metrics:
    """The metrics of a service, in their own registry.

    Attributes
    ----------
    registry
        For `prometheus_client.generate_latest`.
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
class Record:
    """What is noted of a request while it is answered."""

    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    articles: int = 0
    refused: int = 0
    fault: str = ""


class Monitor:
    """ASGI middleware that counts and logs requests, and ends the connection of those whose body does not arrive.

    Parameters
    ----------
    app
        The application behind it.
    metrics
        Where to count.
    log
        Where to log; None for nowhere.
    paths
        The paths that are counted and logged by name; others may hold anything, even the token.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, log: TextIO | None, paths: Collection[str]) -> None:
        self._app, self._metrics, self._log, self._paths = app, metrics, log, frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and record it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        record = scope[SCOPE_KEY] = Record()
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
                if unread and b"expect" not in names:  # who waits to be asked for the body does not send it
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

    def _finish(self, scope: Scope, record: Record, seconds: float) -> None:
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
        with contextlib.suppress(OSError):  # a log that nobody reads any more stops no service
            self._log.write(f"{json.dumps(line)}\n")
            self._log.flush()
