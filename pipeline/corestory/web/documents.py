"""The documents that the service answers with: tagged articles, stories and problems, in JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

import msgspec

from corestory.errors import InputError
from corestory.output.rows import COLUMNS, KIND_COLUMNS, SCORE_DIGITS, SPAN_COLUMNS, rows_of
from corestory.output.story import STORY_COLUMNS, story_row
from corestory.reading.text import storable
from corestory.web.tagging_options import TaggingOptions

if TYPE_CHECKING:
    from corestory.model.tagged_article import TaggedArticle

REFUSALS_LISTED = 100
NOTES_LISTED = 20

_OPTION = re.compile(r"--(?=(?:text|html|id|url|title)-column\b)")
_Part = TypeVar("_Part", bound=msgspec.Struct)


class TaggedParagraph(msgspec.Struct, omit_defaults=True):
    """A paragraph as ``corestory predict`` writes it; its place in the text and its kind if they are asked for."""

    position: int
    text: str
    label: str
    score: float
    start: int | None = None
    end: int | None = None
    kind: str | None = None
    kind_score: float | None = None


class AnsweredArticle(msgspec.Struct):
    """An article with its paragraphs; `doubt` says why the labels may be wrong."""

    article_id: str
    url: str
    title: str
    confidence: float
    is_article: float | None
    doubt: str | None
    paragraphs: list[TaggedParagraph]


class AnsweredStory(msgspec.Struct):
    """An article's story: its core paragraphs, with a blank line between."""

    id: str
    url: str
    title: str
    text: str
    confidence: float
    is_article: float | None
    language: str
    words_core: int
    words_all: int


class Refusal(msgspec.Struct):
    """An article that was not tagged, with the reason."""

    where: str
    reason: str


class TaggedArticles(msgspec.Struct):
    """The answer in JSON, with the articles in the order of the request; notes say what was repaired or guessed."""

    articles: list[AnsweredArticle]
    refused: list[Refusal]
    notes: list[str]


class Stories(msgspec.Struct):
    """The answer in JSON with ``rows=article``."""

    articles: list[AnsweredStory]
    refused: list[Refusal]
    notes: list[str]


class Problem(msgspec.Struct, omit_defaults=True):
    """An error, as RFC 9457 has it: a title for the status, and one line on what is wrong and how to fix it."""

    title: str
    status: int
    detail: str
    refused: list[Refusal] = []


def tagged_document(
    tagged: Sequence[TaggedArticle], refused: Sequence[InputError], notes: Sequence[str], options: TaggingOptions
) -> bytes:
    """Return the answer in JSON."""
    listed = [_refusal(error) for error in refused[:REFUSALS_LISTED]]
    notes = [storable(note) for note in notes[:NOTES_LISTED]]
    kinds = options.kind_choice
    if options.rows == "article":
        rows = (story_row(article, kinds, digits=SCORE_DIGITS) for article in tagged)
        stories = [_part(AnsweredStory, STORY_COLUMNS, row) for row in rows]
        return msgspec.json.encode(Stories(stories, listed, notes))
    spans = options.rows == "span"
    columns = (*COLUMNS, *SPAN_COLUMNS * spans, *KIND_COLUMNS)
    articles = [
        AnsweredArticle(
            storable(article.article_id),
            storable(article.url),
            storable(article.title),
            round(float(article.confidence), SCORE_DIGITS),
            None if article.is_article is None else round(float(article.is_article), SCORE_DIGITS),
            article.doubt,
            [_part(TaggedParagraph, columns, row) for row in rows_of(article, options.label, kinds, spans=spans)],
        )
        for article in tagged
    ]
    return msgspec.json.encode(TaggedArticles(articles, listed, notes))


def _part(kind: type[_Part], columns: Sequence[str], row: Sequence[object]) -> _Part:
    values = dict(zip(columns, row, strict=False))  # the columns of kinds are last, and may be absent
    return kind(**{name: values[name] for name in kind.__struct_fields__ if name in values})


def problem_document(status: int, detail: str, refused: Sequence[InputError]) -> bytes:
    """Return a problem in JSON; of several refusals it lists each."""
    listed = [_refusal(error) for error in refused[:REFUSALS_LISTED]] if len(refused) > 1 else []
    return msgspec.json.encode(Problem(HTTPStatus(status).phrase, status, _of_parameters(detail), listed))


def _refusal(error: InputError) -> Refusal:
    reason = str(InputError(error.found, expected=error.expected, hint=error.hint))
    return Refusal(storable(error.where), _of_parameters(reason))


def _of_parameters(message: str) -> str:
    """Return a message with the names of request parameters in place of command options."""
    return storable(_OPTION.sub("", message))
