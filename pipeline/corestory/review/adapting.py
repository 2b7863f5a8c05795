"""Adaptation during a review: a thread of its own learns from the articles that are done, and tags the others anew."""

from __future__ import annotations

from threading import Lock, Thread
from typing import TYPE_CHECKING

from corestory.errors import CorestoryError
from corestory.labelling.table import articles_frame
from corestory.model.adaptation import adapt
from corestory.review.material import ShownArticle

if TYPE_CHECKING:
    from corestory.model.tagger import Tagger
    from corestory.review.session import Session


class BackgroundAdaptation:
    """Adapts the model each time that some more articles are done, beside the review.

    Each time it starts from the model as it was given, and learns from all articles that are done.

    Parameters
    ----------
    session
        The review. Articles that nobody has opened or labelled are shown as the adapted model tags them.
    tagger
        The model.
    every
        How many articles must be done since the last time.
    """

    def __init__(self, session: Session, tagger: Tagger, *, every: int) -> None:
        self._session, self._tagger, self._every = session, tagger, every
        self._learned = 0
        self._lock = Lock()
        self._thread: Thread | None = None

    def after_change(self) -> None:
        """Start adapting if enough articles are done and it is not at work; return at once."""
        with self._lock:
            done = self._session.done
            if done - self._learned < self._every or (self._thread is not None and self._thread.is_alive()):
                return
            self._learned = done
            # A daemon, so that Ctrl-C does not wait for it: it writes nothing.
            self._thread = Thread(target=self._adapt, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until it is not at work."""
        if self._thread is not None:
            self._thread.join()

    def _adapt(self) -> None:
        try:
            adaptation = adapt(self._tagger, articles_frame(self._session.labelled()))
        except CorestoryError as error:
            self._session.show_anew({}, f"Not adapted: {error}.")
            return
        left = self._session.untouched() if adaptation.helps else {}
        tagged = adaptation.tagger.tag_stream(shown.article for shown in left.values())
        anew = {number: ShownArticle.of(article) for number, article in zip(left, tagged, strict=True)}
        self._session.show_anew(anew, adaptation.message)
