"""Answers tagging requests: reads the bytes of a body, tags its articles, and writes the bytes of an answer."""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import msgspec

from corestory.errors import CorestoryError, InputError
from corestory.model.rules import Rules
from corestory.model.site_memory import SiteMemory
from corestory.model.tagged_article import TaggedArticle
from corestory.model.tagger import Tagger
from corestory.output.rows import SCORE_DIGITS, open_output, row_columns, rows_of
from corestory.output.story import STORY_COLUMNS, story_row
from corestory.reading.article import Article
from corestory.reading.contents import Wanted, articles_of_stream
from corestory.reading.fields import FieldFinder, ReadingOptions
from corestory.reading.file_kinds import unread_kind
from corestory.reading.streams import HEAD_BYTES
from corestory.reading.text import storable
from corestory.web.schemas import (
    MEDIA_TYPES,
    PROBLEM,
    AnsweredArticle,
    AnsweredStory,
    Problem,
    Refusal,
    Stories,
    TaggedArticles,
    TaggedParagraph,
    TaggingOptions,
)

NAME = "body"
"""The name of the body in errors, and the id of an article without an id."""

INTERNAL_ERROR = "An internal error of corestory; the log of the server shows where it happened."

MAX_PARAGRAPHS = 50_000
"""The most paragraphs of one article; pages that people read have far fewer."""

REFUSALS_LISTED = 100
NOTES_LISTED = 20

_OPTION = re.compile(r"--(?=(?:text|html|id|url|title)-column\b)")
_Part = TypeVar("_Part", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class TaggingRequest:
    """A body to tag.

    Attributes
    ----------
    body
        Its bytes.
    kind
        Its kind: a value of `corestory.reading.file_kinds.KINDS`, or empty to recognise it by its first bytes.
    options
        The options of the request.
    """

    body: bytes
    kind: str
    options: TaggingOptions


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request.

    Attributes
    ----------
    articles, refused
        The numbers of articles that were tagged and that were refused.
    fault
        The place of an error in corestory, for the log; empty if there was none.
    """

    status: int
    media_type: str
    body: bytes
    articles: int = 0
    refused: int = 0
    fault: str = ""


@dataclass(slots=True)
class _Read:
    """The articles that were read from a body, and those that were tagged."""

    articles: list[Article] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tagged: list[TaggedArticle] = field(default_factory=list)


def answers(
    tagger: Tagger,
    requests: Sequence[TaggingRequest],
    *,
    rules: Rules | None = None,
    memory: SiteMemory | None = None,
) -> list[Answer]:
    r"""Tag the bodies of requests in common batches, and answer each.

    Parameters
    ----------
    tagger
        The model.
    requests
        The requests; the failure of one does not affect the others.
    rules, memory
        As in `Tagger.tag_stream`.

    Examples
    --------
    >>> from corestory import load_model
    >>> request = TaggingRequest(b"The quay opened.\nREAD MORE: Ferry sold", "text", TaggingOptions(format="csv"))
    >>> answer, = answers(load_model(), [request])
    >>> answer.status, answer.articles, answer.body.decode().splitlines()[1][:25]
    (200, 1, '"body",0,"The quay opened')
    """
    try:
        return _answers(tagger, requests, rules, memory)
    except Exception as error:
        if len(requests) == 1:
            return [_failure(error)]
        return [answer for request in requests for answer in answers(tagger, [request], rules=rules, memory=memory)]


def problem(status: int, detail: str, *, refused: Sequence[InputError] = (), fault: str = "") -> Answer:
    """Return the answer for an error; it lists the refusals if there are several.

    Examples
    --------
    >>> problem(415, "no such type").body
    b'{"title":"Unsupported Media Type","status":415,"detail":"no such type"}'
    """
    listed = [_refusal(error) for error in refused[:REFUSALS_LISTED]] if len(refused) > 1 else []
    body = msgspec.json.encode(Problem(HTTPStatus(status).phrase, status, _of_parameters(detail), listed))
    return Answer(status, PROBLEM, body, refused=len(refused), fault=fault)


def _answers(
    tagger: Tagger, requests: Sequence[TaggingRequest], rules: Rules | None, memory: SiteMemory | None
) -> list[Answer]:
    read = [_read(request) for request in requests]
    groups: dict[tuple[float | None, bool], list[_Read]] = {}
    for request, found in zip(requests, read, strict=True):
        asked = request.options.threshold, request.options.choice.kinds is not None
        groups.setdefault(asked, []).append(found)
    for (threshold, kinds), members in groups.items():
        owners = [(found, article) for found in members for article in found.articles]
        stream = tagger.tag_stream(
            [article for _, article in owners], threshold=threshold, rules=rules, memory=memory, kinds=kinds
        )
        for (found, _), tagged in zip(owners, stream, strict=True):
            found.tagged.append(tagged)
    return [_written(request, found) for request, found in zip(requests, read, strict=True)]


def _read(request: TaggingRequest) -> _Read:
    found = _Read()
    asked = request.options
    columns = (asked.text_column, asked.html_column, asked.id_column, asked.url_column, asked.title_column)
    options = ReadingOptions(*columns, request.kind, source=asked.rows == "span")
    head = request.body[:HEAD_BYTES]
    if packed := unread_kind(head):
        expected = "text, HTML, JSON or CSV that is not compressed"
        found.refused.append(InputError(f"looks like {packed}", where=NAME, expected=expected))
        return found
    finder = FieldFinder(options, found.notes.append)
    wanted = Wanted(note=found.notes.append, finder=finder, paragraphs=MAX_PARAGRAPHS)
    found.articles += articles_of_stream(io.BytesIO(request.body), "", NAME, found.refused.append, wanted)
    return found


def _written(request: TaggingRequest, found: _Read) -> Answer:
    if not found.tagged:
        more = f" (and {len(found.refused) - 1:,} more)" if len(found.refused) > 1 else ""
        return problem(422, f"{found.refused[0]}{more}", refused=found.refused)
    options = request.options
    if options.format == "tei" and len(found.tagged) > 1:
        return problem(
            422,
            f"format=tei: {len(found.tagged):,} articles; expected one, because a TEI document contains one article.",
        )
    if options.format == "json":
        body = _document(found.tagged, found.refused, found.notes, options)
    else:
        stream = io.BytesIO()
        writer = open_output(stream, form=options.format, choice=options.choice)
        for tagged in found.tagged:
            writer.write(tagged)
        writer.close()
        body = stream.getvalue()
    return Answer(200, MEDIA_TYPES[options.format], body, len(found.tagged), len(found.refused))


def _failure(error: Exception) -> Answer:
    if isinstance(error, CorestoryError):
        return problem(422, str(error), refused=[error] if isinstance(error, InputError) else ())
    if isinstance(error, MemoryError):
        return problem(
            422, "The articles of this request need more memory than a worker has. Send fewer or smaller ones."
        )
    return problem(500, INTERNAL_ERROR, fault=place_of(error))


def place_of(error: BaseException) -> str:
    """Return the type of an error and its place in the code, without its message, which may contain an article's text.

    Examples
    --------
    >>> try:
    ...     int("The quay opened.")
    ... except ValueError as error:
    ...     place_of(error)
    'ValueError at <doctest corestory.web.answers.place_of[0]>:2'
    """
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def _document(
    tagged: Sequence[TaggedArticle], refused: Sequence[InputError], notes: Sequence[str], options: TaggingOptions
) -> bytes:
    """Return the answer in JSON."""
    listed = [_refusal(error) for error in refused[:REFUSALS_LISTED]]
    notes = [storable(note) for note in notes[:NOTES_LISTED]]
    choice = options.choice
    if options.rows == "article":
        rows = (story_row(article, choice.kinds, digits=SCORE_DIGITS) for article in tagged)
        stories = [_part(AnsweredStory, STORY_COLUMNS, row) for row in rows]
        return msgspec.json.encode(Stories(stories, listed, notes))
    columns = row_columns(choice)
    articles = [
        AnsweredArticle(
            storable(article.article_id),
            storable(article.url),
            storable(article.title),
            round(float(article.confidence), SCORE_DIGITS),
            None if article.is_article is None else round(float(article.is_article), SCORE_DIGITS),
            article.doubt,
            [_part(TaggedParagraph, columns, row) for row in rows_of(article, choice)],
        )
        for article in tagged
    ]
    return msgspec.json.encode(TaggedArticles(articles, listed, notes))


def _part(kind: type[_Part], columns: Sequence[str], row: Sequence[object]) -> _Part:
    values = dict(zip(columns, row, strict=False))  # the columns of kinds are last, and may be absent
    return kind(**{name: values[name] for name in kind.__struct_fields__ if name in values})


def _refusal(error: InputError) -> Refusal:
    return Refusal(storable(error.where), _of_parameters(str(error.at(""))))


def _of_parameters(message: str) -> str:
    """Return a message with the names of request parameters in place of command options."""
    return storable(_OPTION.sub("", message))
