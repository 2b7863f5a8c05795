"""Adaptation during a review: a background thread learns from accepted articles and retags the others."""

from __future__ import annotations

from threading import Lock, Thread
from typing import TYPE_CHECKING

from corestory.errors import CorestoryError
from corestory.labelling.table import articles_frame
from corestory.review.material import ShownArticle
from corestory.training.adaptation import adapt

if TYPE_CHECKING:
    from corestory.model.tagger import Tagger
    from corestory.review.session import Session


class BackgroundAdaptation:
    """Adapts the model in the background after every few accepted articles.

    Each run starts from the original model and learns from all accepted articles.

    Parameters
    ----------
    session
        The review. Articles without a visit or a label get the labels of the adapted model.
    tagger
        The model.
    every
        Number of newly accepted articles that start a run.
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
            # A daemon thread: it writes nothing, so Ctrl-C need not wait for it.
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
            self._session.show_retagged({}, f"Not adapted: {error}.")
            return
        left = self._session.untouched() if adaptation.helps else {}
        tagged = adaptation.tagger.tag_stream(shown.article for shown in left.values())
        retagged = {number: ShownArticle.of(article) for number, article in zip(left, tagged, strict=True)}
        self._session.show_retagged(retagged, adaptation.message)
