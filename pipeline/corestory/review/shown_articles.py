"""The articles of a review before any decision: tagged by a model, or read from a CSV file of suspects.

The file has the suspects of an audit or the disputes of two people. It can be edited in a spreadsheet or an editor, or
reviewed in the browser.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corestory.errors import InputError
from corestory.evaluation.audit import Neighbour, Suspect
from corestory.labelling.corrections import (
    ARTICLE,
    CHECK,
    CORRECTION,
    POSITION,
    as_written,
    spreadsheet_safe,
    suspect_rows,
    text_check,
)
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph, markup_rows
from corestory.model.tagged_article import TaggedArticle
from corestory.reading.article import Article, site_of
from corestory.reading.json_rows import position_of
from corestory.reading.text import storable
from corestory.types import Label

DOUBTFUL = 0.2
"""The least probability of being wrong of a doubtful label."""


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    """A paragraph before any decision.

    Attributes
    ----------
    label
        The label that is shown first; None if there is none.
    score
        The probability of core, 0 to 1; None if the paragraph has no score.
    position
        The position in its article, which is also written to the labels file.
    asked
        Whether the reviewer is asked for its label; other paragraphs are shown as context.
    note
        Further information for the reviewer.
    check
        As in `corestory.review.labels_file.Decision`.
    """

    text: str
    label: Label | None
    score: float | None
    position: int
    asked: bool = True
    note: str = ""
    check: str = ""

    @property
    def doubtful(self) -> bool:
        """Whether the label is wrong with at least the probability `DOUBTFUL`, by the score."""
        if self.score is None or not self.asked:
            return False
        return (1 - self.score if self.label == "core" else self.score) >= DOUBTFUL


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article before any decision.

    Attributes
    ----------
    article
        The article as it was read; its paragraphs are those of `paragraphs`.
    confidence
        The model's confidence in the article, 0 to 1; None without a model.
    """

    article: Article
    paragraphs: tuple[ShownParagraph, ...]
    confidence: float | None = None

    @property
    def article_id(self) -> str:
        """The article's identifier."""
        return self.article.article_id

    @property
    def site(self) -> str:
        """The article's site; empty if unknown."""
        return site_of(self.article)

    @classmethod
    def of(cls, tagged: TaggedArticle) -> ShownArticle:
        """Make a shown article of an article that a model has tagged."""
        rows = zip(tagged.texts, tagged.labels, tagged.scores.tolist(), strict=True)
        paragraphs = tuple(ShownParagraph(text, label, score, n) for n, (text, label, score) in enumerate(rows))
        return cls(tagged.article, paragraphs, tagged.confidence)

    def labelled(self, labels: Sequence[Label | None]) -> LabelledArticle:
        """Return the article with a reviewer's labels and its markup."""
        rows = zip(self.article.texts, labels, markup_rows(self.article), strict=True)
        return LabelledArticle(
            page=self.article_id,
            view="page" if self.article.markup is not None else "text",
            source="review",
            paragraphs=tuple(LabelledParagraph(text, label, markup) for text, label, markup in rows),
            site=self.site,
            url=self.article.url,
            title=self.article.title,
            language=self.article.language,
        )


def most_instructive_first(articles: Sequence[ShownArticle]) -> list[int]:
    """Order articles so that the first labels teach the model most: the least confident first, site by site.

    First comes the least confident article of each site, then the second of each site, and so on; each round is ordered
    by confidence. Articles of a site have much in common, so a second article of the same site teaches less.

    Returns
    -------
    list of int
        The numbers of the articles.

    Examples
    --------
    >>> from corestory.reading.article import Article
    >>> def shown(site, confidence):
    ...     return ShownArticle(Article("a", (), site=site), (), confidence)
    >>> most_instructive_first([shown("a.example", 0.9), shown("a.example", 0.1), shown("a.example", 0.2),
    ...                         shown("b.example", 0.5)])
    [1, 3, 2, 0]
    """
    by_confidence = sorted(range(len(articles)), key=lambda number: _confidence(articles[number]))
    earlier: dict[str, int] = defaultdict(int)
    rounds: list[int] = [0] * len(articles)
    for number in by_confidence:
        site = articles[number].site
        rounds[number] = earlier[site]
        # Articles without a site do not count as one site.
        earlier[site] += bool(site)
    return sorted(by_confidence, key=lambda number: rounds[number])


def _confidence(article: ShownArticle) -> float:
    return 1.0 if article.confidence is None else article.confidence


def distinct(articles: Sequence[ShownArticle]) -> tuple[ShownArticle, ...]:
    """Check that the ids of articles differ, and return the articles.

    Raises
    ------
    InputError
        Two articles have the same id.
    """
    ((article_id, count),) = Counter(article.article_id for article in articles).most_common(1) or [("", 0)]
    if count > 1:
        hint = "Give each article once, or name another column of ids with --id-column NAME."
        raise InputError(
            "two articles have this id", where=article_id, expected="a different id for each article", hint=hint
        )
    return tuple(articles)


COLUMNS = (
    "rank", ARTICLE, POSITION, "label", "suggested", CORRECTION, "text", "before", "after", "score", "issue", "source",
    CHECK,
)  # fmt: skip
"""The columns of the file of suspects. `CORRECTION` is empty, for a person to fill in."""

# The most characters of a text and of a neighbour. A spreadsheet cell holds at most 32,767 characters.
TEXT_CHARACTERS = 2000
NEIGHBOUR_CHARACTERS = 400

_READ = (ARTICLE, POSITION, "label", "suggested", "text", "before", "after", "score", CHECK)
_LABELS: dict[str, Label] = {"core": "core", "filler": "filler"}
_NEIGHBOUR = re.compile(r"(?:^|\n)(core|filler|unlabelled): ")


def write_suspects(suspects: Sequence[Suspect], path: Path) -> None:
    r"""Write suspects as CSV, in the order given.

    Cells that a spreadsheet would run as a formula get an apostrophe in front.

    Parameters
    ----------
    suspects
        The suspects of `corestory.evaluation.audit.audit_labels`, or the disputes of `compare_labels`.
    path
        The file, which does not exist yet.

    Examples
    --------
    >>> import tempfile
    >>> before = (Neighbour("It rained.", "core"),)
    >>> suspect = Suspect("a", 1, "own", "Share", "core", "filler", 0.1, True, before, ())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "suspects.csv")
    ...     write_suspects([suspect], path)
    ...     print(path.read_text("utf-8-sig").splitlines()[1])
    1,a,1,core,filler,,Share,core: It rained.,,0.100,yes,own,text-29887a5ff9
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(rank, suspect) for rank, suspect in enumerate(suspects, start=1))
    path.write_bytes(lines.getvalue().encode("utf-8-sig"))  # Excel recognises UTF-8 only by the byte order mark


def _row(rank: int, suspect: Suspect) -> tuple[str, ...]:
    return (
        str(rank),
        spreadsheet_safe(suspect.article_id),
        str(suspect.position),
        suspect.label,
        suspect.suggested,
        "",
        spreadsheet_safe(_cut(suspect.text, TEXT_CHARACTERS)),
        _around(suspect.before),
        _around(suspect.after),
        f"{suspect.score:.3f}",
        "yes" if suspect.issue else "",
        spreadsheet_safe(suspect.source),
        text_check(suspect.text),
    )


def _around(neighbours: Sequence[Neighbour]) -> str:
    shown = (
        f"{neighbour.label or 'unlabelled'}: {_cut(neighbour.text, NEIGHBOUR_CHARACTERS)}" for neighbour in neighbours
    )
    return spreadsheet_safe("\n".join(shown))


def _cut(text: str, limit: int) -> str:
    text = storable(text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def read_suspects(path: Path) -> list[ShownArticle]:
    """Read suspects as articles of a review, in the order of their most suspect paragraphs.

    The paragraphs around a suspect are shown as context.

    Parameters
    ----------
    path
        The CSV file that ``corestory audit`` or ``corestory agreement`` wrote.

    Raises
    ------
    InputError
        A column is missing, a row cannot be read, or there are no rows.
    """
    articles: dict[str, dict[int, ShownParagraph]] = {}
    for values, where in suspect_rows(path, _READ):
        lines = articles.setdefault(as_written(values[ARTICLE]), {})
        for line in _lines(values, where):
            if line.asked or line.position not in lines:
                lines[line.position] = line
    if not articles:
        raise InputError("no suspects", where=str(path), expected="at least one row")
    return [_article(article_id, lines) for article_id, lines in articles.items()]


def _lines(values: Mapping[str, str], where: str) -> Iterator[ShownParagraph]:
    position, label = position_of(values[POSITION], where), _LABELS.get(values["label"])
    if label is None:
        raise InputError(f"unknown label {values['label'][:40]!r}", where=where, expected="core or filler")
    before, after = _neighbours(values["before"]), _neighbours(values["after"])
    first = position - len(before)
    for number, neighbour in enumerate([*before, None, *after], start=first):
        if neighbour is not None:
            yield ShownParagraph(neighbour.text, neighbour.label, None, number, asked=False)
        else:
            suggested = _LABELS.get(values["suggested"])
            yield ShownParagraph(
                as_written(values["text"]),
                label,
                _score(values["score"]),
                position,
                note=f"Suggested: {suggested}." if suggested not in (None, label) else "",
                check=values[CHECK].strip(),
            )


def _neighbours(cell: str) -> list[Neighbour]:
    parts = _NEIGHBOUR.split(as_written(cell))[1:]
    return [Neighbour(text, _LABELS.get(label)) for label, text in zip(parts[::2], parts[1::2], strict=True)]


def _score(cell: str) -> float | None:
    try:
        score = float(cell)
    except ValueError:
        return None
    return score if 0 <= score <= 1 else None


def _article(article_id: str, lines: Mapping[int, ShownParagraph]) -> ShownArticle:
    paragraphs = tuple(lines[position] for position in sorted(lines))
    return ShownArticle(Article(article_id, [paragraph.text for paragraph in paragraphs]), paragraphs)
