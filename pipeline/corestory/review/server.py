"""The web server of a review: its page, requests and accuracy, and the adaptation in the background."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from corestory.errors import CorestoryError, InputError
from corestory.labelling.table import articles_frame
from corestory.model.overlap import TrainingHashes
from corestory.model.tagger import Tagger
from corestory.rendering import PALETTE, template_source
from corestory.review.labels_file import Decision
from corestory.review.session import Session, StaleError
from corestory.review.shown_articles import ShownArticle
from corestory.training.adaptation import adapt
from corestory.types import Label
from corestory.web.guard import Guard, loopback_hosts

if TYPE_CHECKING:
    import socket


_STYLES = (PALETTE, "article.css", "review.css")
_STATUS = {StaleError: 409, InputError: 422}
# The status for all other errors, such as a full disk, which are the server's fault.
_NOT_SAVED = 507


class LabelRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A request to give paragraphs a label."""

    positions: list[int]
    label: Label


class AcceptRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A request to accept an article as it was shown."""

    revision: int
    seconds: float


class UndoRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A request to undo a change; without a number, the last change of earlier runs."""

    change: int | None


def review_app(
    session: Session, *, training: TrainingHashes | None = None, after_change: Callable[[], None] = lambda: None
) -> Starlette:
    """Return the application of a review, without its guard.

    Parameters
    ----------
    session
        The review.
    training
        As in `corestory.review.server.held_out_accuracy`.
    after_change
        Called after each saved change; must return at once.
    """
    page = _Requests(session, training, after_change)
    number = "/api/articles/{number:int}"
    return Starlette(
        routes=[
            _file("/", "text/html", "review.html"),
            _file("/review.css", "text/css", *_STYLES),
            _file("/review.js", "text/javascript", "review.js"),
            _file("/review_panel.js", "text/javascript", "review_panel.js"),
            Route("/api/overview", page.overview),
            Route("/api/accuracy", page.accuracy),
            Route("/api/undo", page.undo, methods=["POST"]),
            Route(number, page.show),
            Route(f"{number}/labels", page.label, methods=["POST"]),
            Route(f"{number}/acceptance", page.accept, methods=["POST"]),
        ],
        exception_handlers={CorestoryError: _refused},
    )


@dataclass(frozen=True, slots=True)
class _Requests:
    """Answers the requests of the page."""

    session: Session
    training: TrainingHashes | None
    after_change: Callable[[], None]

    async def overview(self, request: Request) -> Response:
        if request.query_params.get("since") == str(self.session.version):
            return Response(status_code=204)
        return _json(await run_in_threadpool(self.session.overview))

    async def accuracy(self, _: Request) -> Response:
        return _json(await run_in_threadpool(lambda: held_out_accuracy(self.session.decisions(), self.training)))

    async def show(self, request: Request) -> Response:
        return _json(await run_in_threadpool(self.session.article, self._number(request)))

    async def label(self, request: Request) -> Response:
        asked = await _asked(request, LabelRequest)
        return await self._changed(self.session.label, self._number(request), asked.positions, asked.label)

    async def accept(self, request: Request) -> Response:
        asked = await _asked(request, AcceptRequest)
        return await self._changed(self.session.accept, self._number(request), asked.revision, asked.seconds)

    async def undo(self, request: Request) -> Response:
        return await self._changed(self.session.undo, (await _asked(request, UndoRequest)).change)

    def _number(self, request: Request) -> int:
        number: int = request.path_params["number"]
        if number >= len(self.session):
            raise HTTPException(404)
        return number

    async def _changed(self, change: Callable[..., object], *arguments: object) -> Response:
        result = await run_in_threadpool(change, *arguments)
        self.after_change()
        return _json(result)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The accuracy of the first labels.

    Attributes
    ----------
    articles, paragraphs
        The numbers of measured articles and paragraphs.
    seen
        The number of articles that were left out because the model had learned from them before the review.
    right
        The share of the paragraphs whose label the reviewer kept; None if no article is measured.
    word_f1, low, high
        The word F1 of core, and its 95 % interval by bootstrap over articles; None if there is no core.
    """

    articles: int
    paragraphs: int
    seen: int
    right: float | None
    word_f1: float | None
    low: float | None
    high: float | None


def held_out_accuracy(decisions: Sequence[Decision], training: TrainingHashes | None = None) -> Accuracy | None:
    """Measure the labels that a model gave before it could learn from the reviewer's labels.

    Each article was tagged by a model that had not seen its labels. This is also true of adapted models, because they
    learn from accepted articles and tag the others. The method is the prequential evaluation of Dawid ("Present
    position and potential developments: some personal views, statistical theory, the prequential approach", 1984). The
    result is somewhat too high, because a reviewer who sees the model's labels follows them in cases of doubt.

    Parameters
    ----------
    decisions
        The decisions about accepted articles.
    training
        The hashes of the articles from which the model has learned; these are left out.

    Returns
    -------
    Accuracy or None
        None if no paragraph has both a decision and a label from a model.

    Examples
    --------
    >>> from corestory.review.labels_file import Decision
    >>> decided = [Decision("a", n, "It rained.", "core", "2026-11-26", tagged, 0.7)
    ...            for n, tagged in enumerate(["core", "core", "core", "filler"])]
    >>> accuracy = held_out_accuracy(decided)
    >>> accuracy.right, round(accuracy.word_f1, 3)
    (0.75, 0.857)
    """
    import pandas as pd

    from corestory.evaluation.bootstrap import measured_rates
    from corestory.evaluation.labelled_rows import labelled_rows
    from corestory.evaluation.results import EvaluationSettings
    from corestory.model.overlap import seen_articles

    known = [decision for decision in decisions if decision.label and decision.tagged and decision.score is not None]
    if not known:
        return None
    columns = ("article_id", "text", "label", "score", "tagged")
    frame = pd.DataFrame({name: [getattr(decision, name) for decision in known] for name in columns})
    seen = set() if training is None else seen_articles(frame, training)
    frame = frame[~frame["article_id"].isin(seen)]
    if frame.empty:
        return Accuracy(0, 0, len(seen), None, None, None, None)
    rows = labelled_rows(frame)
    _, words = measured_rates(rows, EvaluationSettings(None))
    numbers = (words.value.core_f1, words.low.core_f1, words.high.core_f1)
    word_f1, low, high = (None if number != number else number for number in numbers)
    right = 1 - float(rows.wrong.mean())
    return Accuracy(frame["article_id"].nunique(), len(frame), len(seen), right, word_f1, low, high)


class BackgroundAdaptation:
    """Adapts the model in the background after every few accepted articles.

    Each run starts from the original model and learns from all accepted articles.

    Parameters
    ----------
    session
        The review. Articles that were neither opened nor labelled get the labels of the adapted model.
    tagger
        The model.
    every
        The number of newly accepted articles that starts a run.
    """

    def __init__(self, session: Session, tagger: Tagger, *, every: int) -> None:
        self._session, self._tagger, self._every = session, tagger, every
        self._learned = 0
        self._lock = Lock()
        self._thread: Thread | None = None

    def after_change(self) -> None:
        """Start a run if enough articles are new and none is running; return at once."""
        with self._lock:
            done = self._session.done
            if done - self._learned < self._every or (self._thread is not None and self._thread.is_alive()):
                return
            self._learned = done
            # A daemon thread, because it writes nothing and Ctrl-C need not wait for it.
            self._thread = Thread(target=self._adapt, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait for the end of the current run."""
        if self._thread is not None:
            self._thread.join()

    def _adapt(self) -> None:
        try:
            adaptation = adapt(self._tagger, articles_frame(self._session.labelled()))
        except CorestoryError as error:
            self._session.show_retagged({}, f"The model was not adapted: {error}.")
            return
        left = self._session.untouched() if adaptation.helps else {}
        tagged = adaptation.tagger.tag_stream(shown.article for shown in left.values())
        retagged = {number: ShownArticle.of(article) for number, article in zip(left, tagged, strict=True)}
        self._session.show_retagged(retagged, adaptation.message)


class ReviewServer:
    """Serves a review on a socket, to this machine only.

    Parameters
    ----------
    app
        As in `review_app`.
    listening
        A socket of `corestory.web.guard.listen`.

    Attributes
    ----------
    address
        The address to open in the browser. It contains a random token; the server refuses requests without it.
    """

    def __init__(self, app: Starlette, listening: socket.socket) -> None:
        import uvicorn

        port, token = listening.getsockname()[1], secrets.token_urlsafe(24)
        self.address = f"http://127.0.0.1:{port}/{token}/"
        guarded = Guard(app, hosts=loopback_hosts(port), token=token)
        self._listening = listening
        # An open browser tab must not keep the server from stopping.
        self._server = uvicorn.Server(
            uvicorn.Config(guarded, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
        )

    def run(self) -> None:
        """Serve until the process is interrupted."""
        with suppress(KeyboardInterrupt):  # uvicorn stops first, and then raises the signal again
            self._server.run(sockets=[self._listening])


def _file(path: str, kind: str, *names: str) -> Route:
    async def serve(_: Request) -> Response:
        return Response("".join(map(template_source, names)), media_type=kind)

    return Route(path, serve)


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


async def _asked(request: Request, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except ValueError as error:
        raise InputError(str(error), where="request") from None


async def _refused(_: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), _NOT_SAVED)
    return Response(msgspec.json.encode({"message": str(error)}), status, media_type="application/json")
