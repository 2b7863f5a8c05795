"""Articles with which the model is out of its depth: counted, and told at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corestory.model.tagged_article import TaggedArticle

DOUBTS_LISTED = 5


class Doubts:
    """Counts articles with which the model is out of its depth, to say so at the end, and why."""

    def __init__(self) -> None:
        self.articles = 0
        self.doubtful = 0
        self._first: list[str] = []

    def hear(self, article: TaggedArticle) -> None:
        """Count an article."""
        from corestory.model.decision import LOW_CONFIDENCE

        self.articles += 1
        if article.doubt is None:
            return
        self.doubtful += 1
        if len(self._first) < DOUBTS_LISTED:
            low = f"low confidence ({article.confidence:.2f}), " if article.confidence < LOW_CONFIDENCE else ""
            self._first.append(f"{article.article_id}: {low}{article.doubt}")

    def tell(self) -> None:
        """Say which, the first of them by name."""
        from corestory.commands.screen import say

        for line in self._first:
            say(f"{line}: better read it before you rely on it.")
        if self.doubtful > len(self._first):
            more = f"{self.doubtful - len(self._first):,} more of {self.articles:,} articles"
            say(f"low confidence, or a language new to the model: {more}.")
