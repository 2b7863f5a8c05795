"""A running review: each change is saved before any page shows it, and all tabs show the same state."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from threading import Lock

from corestory.errors import CorestoryError, InputError
from corestory.labelling.corrections import text_check
from corestory.labelling.labelled import LabelledArticle, markup_rows
from corestory.review.labels_file import Change, Decision, LabelsFile, decision_line
from corestory.review.shown_articles import ShownArticle, ShownParagraph, distinct, most_instructive_first
from corestory.types import Label

_LONGEST_LOOK = 24 * 3600.0


class StaleError(CorestoryError):
    """The article has changed since the page showed it."""


@dataclass(frozen=True, slots=True)
class ParagraphState:
    """A paragraph with the values that the page shows; `label` is the reviewer's or, without one, the first label."""

    position: int
    text: str
    label: Label | None
    score: float | None
    decided: bool
    changed: bool
    asked: bool
    doubtful: bool
    note: str

    @classmethod
    def of(cls, shown: ShownParagraph, held: Decision | None) -> ParagraphState:
        """Return the state of a paragraph, given the decision about it in the file."""
        label = None if held is None else held.label
        changed = held is not None and label is not None and label != held.tagged
        return cls(
            shown.position, shown.text, label or shown.label, shown.score, label is not None, changed,
            shown.asked, shown.doubtful, shown.note,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article in the list of all articles.

    Attributes
    ----------
    revision
        A number that grows with every change of the article.
    done
        Whether all paragraphs that the reviewer is asked about have a label.
    changes
        The number of labels that the reviewer has changed.
    seconds
        The seconds that the reviewer looked at it; None before it is accepted.
    """

    number: int
    revision: int
    name: str
    title: str
    site: str
    confidence: float | None
    done: bool
    changes: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ArticleState(ArticleEntry):
    """An article with the values that the page shows."""

    url: str
    paragraphs: tuple[ParagraphState, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the review.

    `version` grows with every change, `labels` is the name of the labels file, `entries` are all articles, `left` are
    the numbers of the articles to do, in order, `done` are the numbers of the finished articles in the order of their
    first labels, and `news` is a sentence about the review as a whole.
    """

    version: int
    labels: str
    reviewer: str
    entries: tuple[ArticleEntry, ...]
    left: tuple[int, ...]
    done: tuple[int, ...]
    news: str


class Session:
    """A review of some articles; thread-safe.

    Parameters
    ----------
    articles
        The articles, in the order in which they were given.
    labels
        The labels file. Its decisions about these articles are kept, so that a review resumes where it stopped.
    reviewer
        The reviewer's name, which is written with each decision; may be empty.
    in_given_order
        Whether to show the articles in the order given, not in the order of `most_instructive_first`.

    Attributes
    ----------
    version
        A number that grows with every change.
    news
        A sentence for the reviewer about the review as a whole, such as the gain by adaptation.

    Raises
    ------
    InputError
        The file has decisions but none about these articles; or it has a decision about a paragraph whose text is
        different now; or two articles have the same id.
    """

    def __init__(
        self, articles: Sequence[ShownArticle], labels: LabelsFile, *, reviewer: str = "", in_given_order: bool = False
    ) -> None:
        self._articles = list(distinct(articles))
        self._labels, self._reviewer, self._in_given_order = labels, reviewer, in_given_order
        self._numbers = {article.article_id: number for number, article in enumerate(self._articles)}
        self._revisions = [0] * len(self._articles)
        self._opened: set[int] = set()
        self._entries: dict[int, ArticleEntry] = {}
        self._order = self._ordered()
        self._earlier_changes = len(labels.changes)
        self._lock = Lock()
        self.version, self.news = 0, ""
        _check(self._articles, self._numbers, labels)

    def __len__(self) -> int:
        """Return the number of articles."""
        return len(self._articles)

    @property
    def done(self) -> int:
        """The number of articles that are done."""
        with self._lock:
            return len(self._accepted())

    def overview(self) -> Overview:
        """Return the state of the whole review."""
        with self._lock:
            entries = tuple(map(self._entry, range(len(self._articles))))
            first = dict.fromkeys(self._numbers.get(article_id) for article_id, _ in self._labels.decisions)
            return Overview(
                self.version,
                self._labels.path.name,
                self._reviewer,
                entries,
                tuple(number for number in self._order if not entries[number].done),
                tuple(number for number in first if number is not None and entries[number].done),
                self.news,
            )

    def article(self, number: int) -> ArticleState:
        """Return one article; from now on, adaptation does not change its labels and scores."""
        with self._lock:
            self._opened.add(number)
            return self._state(number)

    def label(self, number: int, positions: Sequence[int], label: Label) -> tuple[int, ArticleState]:
        """Give paragraphs of an article a label; return the number of the change for `undo`, and the article."""
        with self._lock:
            shown = self._asked(number)
            unknown = sorted(set(positions) - set(shown))
            if unknown or not positions:
                raise InputError(
                    f"has no paragraph {unknown[:1] or ''} to label", where=self._articles[number].article_id
                )
            return self._change(number, dict.fromkeys(positions, (label, None)))

    def accept(self, number: int, revision: int, seconds: float) -> tuple[int, ArticleState]:
        """Accept all labels of an article as they are shown; returns the same as `label`.

        Raises
        ------
        StaleError
            The article has changed since `revision`.
        """
        with self._lock:
            state = self._state(number)
            if revision != state.revision:
                raise StaleError("changed in another tab", where=state.title or state.name, hint="Look at it again.")
            asked = [paragraph for paragraph in state.paragraphs if paragraph.asked]
            took = min(max(seconds, 0.0), _LONGEST_LOOK) if math.isfinite(seconds) else 0.0
            return self._change(number, {paragraph.position: (paragraph.label, took) for paragraph in asked})

    def undo(self, change: int | None = None) -> ArticleState:
        """Undo a change, except for paragraphs that have been changed again.

        Parameters
        ----------
        change
            The number of the change; None for the last change of earlier runs that is not undone.

        Raises
        ------
        StaleError
            Nothing of the change is left to undo.
        """
        with self._lock:
            changes, held = self._labels.changes, self._labels.decisions
            for number in reversed(range(self._earlier_changes)) if change is None else [change]:
                made = changes[number] if 0 <= number < len(changes) else Change((), ())
                back = [old for new, old in zip(made.made, made.before, strict=True) if held.get(new.key) is new]
                article = self._numbers.get(back[0].article_id) if back else None
                if article is not None:
                    self._write(article, back)
                    return self._state(article)
            raise StaleError("nothing to undo")

    def labelled(self) -> list[LabelledArticle]:
        """Return the finished articles with their labels."""
        with self._lock:
            return [
                self._articles[number].labelled([paragraph.label for paragraph in self._state(number).paragraphs])
                for number in self._accepted()
            ]

    def decisions(self) -> list[Decision]:
        """Return the decisions about finished articles."""
        with self._lock:
            done = {self._articles[number].article_id for number in self._accepted()}
            return [decision for decision in self._labels.decisions.values() if decision.article_id in done]

    def untouched(self) -> dict[int, ShownArticle]:
        """Return the articles that were neither opened nor labelled, by number."""
        with self._lock:
            return {number: article for number, article in enumerate(self._articles) if not self._is_touched(number)}

    def show_retagged(self, articles: Mapping[int, ShownArticle], news: str) -> None:
        """Show articles as another model tags them, unless they have been opened or labelled meanwhile."""
        with self._lock:
            for number, article in articles.items():
                if not self._is_touched(number):
                    self._articles[number] = article
                    self._entries.pop(number, None)
            self._order = self._ordered()
            self.news = news
            self.version += 1

    def _is_touched(self, number: int) -> bool:
        return number in self._opened or bool(self._held(number))

    def _accepted(self) -> list[int]:
        return [number for number in range(len(self._articles)) if self._entry(number).done]

    def _ordered(self) -> list[int]:
        return list(range(len(self._articles))) if self._in_given_order else most_instructive_first(self._articles)

    def _asked(self, number: int) -> dict[int, ShownParagraph]:
        return {paragraph.position: paragraph for paragraph in self._articles[number].paragraphs if paragraph.asked}

    def _held(self, number: int) -> dict[int, Decision]:
        article_id, held = self._articles[number].article_id, self._labels.decisions
        keys = ((position, held.get((article_id, position))) for position in self._asked(number))
        return {position: decision for position, decision in keys if decision is not None}

    def _state(self, number: int) -> ArticleState:
        shown, held = self._articles[number], self._held(number)
        paragraphs = tuple(ParagraphState.of(paragraph, held.get(paragraph.position)) for paragraph in shown.paragraphs)
        return ArticleState(**asdict(self._entry(number)), url=shown.article.url, paragraphs=paragraphs)

    def _entry(self, number: int) -> ArticleEntry:
        if number not in self._entries:
            self._entries[number] = self._counted(number)
        return self._entries[number]

    def _counted(self, number: int) -> ArticleEntry:
        shown, held = self._articles[number], self._held(number)
        labels = [decision for decision in held.values() if decision.label is not None]
        return ArticleEntry(
            number, self._revisions[number], shown.article_id, shown.article.title, shown.site, shown.confidence,
            done=len(labels) == len(self._asked(number)),
            changes=sum(decision.label != decision.tagged for decision in labels),
            seconds=next((decision.seconds for decision in labels if decision.seconds is not None), None),
        )  # fmt: skip

    def _change(self, number: int, labels: Mapping[int, tuple[Label | None, float | None]]) -> tuple[int, ArticleState]:
        """Write labels by position, each with the seconds of an accepted article.

        The first change of an article also writes its other paragraphs, without labels.
        """
        held, when = self._held(number), datetime.now(UTC).isoformat(timespec="microseconds")
        article_id, decisions = self._articles[number].article_id, []
        for position, shown in self._asked(number).items():
            old = held.get(position)
            if old is None or old.label is None:
                old = Decision(
                    article_id, position, shown.text, None, when, shown.label, shown.score, check=shown.check
                )
            if position in labels:
                label, seconds = labels[position]
                seconds = old.seconds if seconds is None else seconds
                decisions.append(replace(old, label=label, seconds=seconds, decided=when, reviewer=self._reviewer))
            elif not held:
                # The other paragraphs of the article are written too, because training needs all of them.
                decisions.append(old)
        self._write(number, decisions)
        return len(self._labels.changes) - 1, self._state(number)

    def _write(self, number: int, decisions: Sequence[Decision]) -> None:
        shown = self._articles[number]
        rows = zip(shown.paragraphs, markup_rows(shown.article), strict=True)
        markup = {paragraph.position: of_row for paragraph, of_row in rows}
        lines = [decision_line(decision, shown.article, markup[decision.position]) for decision in decisions]
        self._labels.append(list(zip(decisions, lines, strict=True)))
        self._revisions[number] += 1
        self.version += 1
        self._entries.pop(number, None)


def _check(articles: Sequence[ShownArticle], numbers: Mapping[str, int], labels: LabelsFile) -> None:
    checks = {
        (article.article_id, paragraph.position): paragraph.check or text_check(paragraph.text)
        for article in articles
        for paragraph in article.paragraphs
    }
    known = [decision for decision in labels.decisions.values() if decision.article_id in numbers]
    for decision in known:
        if checks.get(decision.key) != (decision.check or text_check(decision.text)):
            raise InputError(
                f"has a label of paragraph {decision.position} of {decision.article_id!r}, whose text has changed",
                where=str(labels.path),
                expected="the articles as they were when they were labelled",
                hint="Give the original articles, or another file to --labels.",
            )
    if labels.decisions and not known:
        raise InputError(
            f"has labels of other articles, such as {next(iter(labels.decisions))[0]!r}",
            where=str(labels.path),
            expected="labels of the given articles",
            hint="Give those articles, with the same paths, or another file to --labels.",
        )
