"""The web service: its paths, the reading of bodies, and the answers to errors. `corestory.web.serving` runs it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from email.message import Message
from typing import TextIO

import msgspec
import webencodings
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from corestory.errors import InputError
from corestory.web.answers import INTERNAL_ERROR, Answer, TaggingRequest, problem
from corestory.web.guard import Guard
from corestory.web.schemas import docs_page, openapi, options_of
from corestory.web.serving import SCOPE_KEY, Monitor, RequestRecord, ServiceMetrics
from corestory.web.worker_pool import QueueFullError, Serving, WorkerPool

# The kind, as in `corestory.reading.file_kinds`, of each media type.
KINDS = {
    "text/plain": "text",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/json": "json",
    "application/x-ndjson": "lines",
    "application/jsonl": "lines",
    "text/csv": "csv",
    "": "",
    "application/octet-stream": "",
}

BODY_SECONDS = 15.0
"""The most seconds until a body has arrived."""

HELD_BYTES = 2**28
"""The most bytes of bodies that are held in memory at a time."""

WORKER_SHARE = 0.5
"""The share of the time for an answer that a worker may take; the rest is for waiting and for a second try."""

STORY = {"only": "core", "format": "text"}
"""The options of the path ``/core``."""

_STYLED = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def service(
    serving: Serving,
    *,
    model: Mapping[str, object],
    workers: int,
    queue: int,
    max_bytes: int,
    seconds: float,
    hosts: frozenset[str] | None,
    token: str = "",
    log: TextIO | None = None,
) -> ASGIApp:
    """Make the service and start its workers.

    Parameters
    ----------
    serving
        The model, the rules and the site memory.
    model
        The answer of ``/model``.
    workers
        The number of processes that tag.
    queue
        The most requests that may wait for them.
    max_bytes
        The most bytes of a body.
    seconds
        The most seconds from the arrival of the body to the answer; a worker may take half of them.
    hosts, token
        As in `corestory.web.guard.Guard`; ``/health`` needs no token.
    log
        The stream to which requests are logged; None for no log.
    """
    metrics = ServiceMetrics()
    pool = WorkerPool(
        serving,
        workers=workers,
        queue=queue,
        seconds=seconds * WORKER_SHARE,
        on_batch=metrics.batches.observe,
        on_restart=metrics.restarts.inc,
    )
    metrics.waiting.set_function(lambda: pool.waiting)
    paths = _Paths(
        pool, metrics, seconds, msgspec.json.encode(model), tells_kinds=serving.tagger.weights.kinds is not None
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        pool.start()
        yield
        await pool.stop()

    routes = [
        Route("/predict", paths.predict, methods=["POST"]),
        Route("/core", paths.core, methods=["POST"]),
        Route("/health", paths.health),
        Route("/model", paths.model),
        Route("/metrics", paths.metrics),
        Route("/openapi.json", paths.openapi),
        Route("/docs", paths.docs),
        Route("/", paths.root),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _refused, Exception: _failed})
    guarded = Guard(
        app, hosts=hosts, token=token, open_paths=("/health",), max_body=max_bytes, answer=_problem_response
    )
    return Monitor(guarded, metrics=metrics, log=log, paths=[route.path for route in routes])


class _Paths:
    """The answers of each path."""

    def __init__(
        self, pool: WorkerPool, metrics: ServiceMetrics, seconds: float, model: bytes, *, tells_kinds: bool
    ) -> None:
        self._pool, self._metrics, self._seconds, self._model = pool, metrics, seconds, model
        self._tells_kinds = tells_kinds
        self._held = 0

    async def predict(self, request: Request) -> Response:
        return await self._tagged(request, {})

    async def core(self, request: Request) -> Response:
        return await self._tagged(request, STORY)

    async def health(self, _: Request) -> Response:
        ready = self._pool.ready
        body = msgspec.json.encode({"status": "ok" if ready else "starting", "workers": ready})
        return Response(body, 200 if ready else 503, media_type="application/json")

    async def model(self, _: Request) -> Response:
        return _json(self._model)

    async def metrics(self, _: Request) -> Response:
        return Response(generate_latest(self._metrics.registry), media_type=CONTENT_TYPE_LATEST)

    async def openapi(self, _: Request) -> Response:
        return _json(openapi())

    async def docs(self, _: Request) -> Response:
        return Response(docs_page(), media_type="text/html", headers={"content-security-policy": _STYLED})

    async def root(self, _: Request) -> Response:
        return RedirectResponse("/docs")

    async def _tagged(self, request: Request, fixed: Mapping[str, str]) -> Response:
        record: RequestRecord = request.scope[SCOPE_KEY]
        held = 0
        try:
            self._pool.check_room()
            options = options_of(request.query_params.multi_items(), fixed=fixed)
            if options.choice.kinds is not None and not self._tells_kinds:
                raise InputError("the model cannot predict kinds; leave out kinds, drop-kinds and keep-kinds")
            kind, charset = _kind_of(request)
            async with asyncio.timeout(BODY_SECONDS):
                pieces = []
                async for piece in request.stream():
                    held += len(piece)
                    self._held += len(piece)
                    if self._held > HELD_BYTES:
                        raise QueueFullError(1)
                    pieces.append(piece)
            body = _in_utf8(b"".join(pieces), charset)
            answer = await self._answer(TaggingRequest(body, kind, options))
        except InputError as error:
            answer = problem(400, str(error))
        except QueueFullError as error:
            answer = problem(429, f"The service is busy. Try again in {error.retry_after} s.")
            return _response(answer, {"retry-after": str(error.retry_after)})
        except TimeoutError:
            answer = problem(408, f"The body did not arrive within {BODY_SECONDS:g} s.")
        except ClientDisconnect:
            return Response(status_code=400)  # the client has gone and does not read it
        finally:
            self._held -= held
        record.articles, record.refused, record.fault = answer.articles, answer.refused, answer.fault
        return _response(answer, {"corestory-refused": str(answer.refused)} if answer.refused else {})

    async def _answer(self, request: TaggingRequest) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._pool.answer(request)
        except TimeoutError:
            return problem(503, f"The request was not answered within {self._seconds:g} s. Try again later.")


def _kind_of(request: Request) -> tuple[str, str]:
    """Return the kind of a body and the encoding that the request declares for it."""
    if encoding := request.headers.get("content-encoding"):
        raise HTTPException(415, f"Content-Encoding: {encoding[:40]!r}; expected a body that is not compressed.")
    header = Message()
    header["content-type"] = given = request.headers.get("content-type", "")
    # Without a type, `Message` would return text/plain.
    media_type = header.get_content_type() if given else ""
    if media_type not in KINDS:
        expected = ", ".join(name for name in KINDS if name)
        raise HTTPException(
            415, f"Content-Type: {media_type[:40]!r}; expected one of {expected}. With curl, give -H 'Content-Type: …'."
        )
    return KINDS[media_type], str(header.get_param("charset") or "")


def _in_utf8(body: bytes, charset: str) -> bytes:
    """Convert a body from the declared encoding to UTF-8, unless it is valid UTF-8 or no encoding is declared."""
    if not charset:
        return body
    encoding = webencodings.lookup(charset)
    if encoding is None or encoding.name in ("replacement", "x-user-defined"):
        raise HTTPException(415, f"charset={charset[:40]!r}; expected utf-8 or another encoding that browsers know.")
    try:
        body.decode()
    except UnicodeDecodeError:
        text: str = encoding.codec_info.decode(body, "replace")[0]
        return text.encode()
    return body


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _response(answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
    return Response(answer.body, answer.status, headers, answer.media_type)


def _problem_response(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    return _response(problem(status, detail), headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- the handler is registered for these errors only
    detail = error.detail if re.search(r"[.:;]", error.detail) else f"{error.detail}. /docs lists the paths."
    return _problem_response(error.status_code, detail, error.headers)


async def _failed(_: Request, __: Exception) -> Response:
    return _problem_response(500, INTERNAL_ERROR)
