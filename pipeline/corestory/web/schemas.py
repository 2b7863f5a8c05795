"""The documents of the service: the options of a request, and its answers in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from corestory.errors import InputError
from corestory.output.formats import STORIES, chosen_unit
from corestory.output.rows import COLUMNS, KIND_COLUMNS, SCORE_DIGITS, SPAN_COLUMNS, rows_of
from corestory.output.story import STORY_COLUMNS, KindChoice, kind_choice, story_row
from corestory.reading.text import storable

if TYPE_CHECKING:
    from corestory.model.tagged_article import TaggedArticle
    from corestory.output.formats import Unit
    from corestory.types import Label


AnswerFormat = Literal["json", "jsonl", "csv", "text", "markdown", "tei"]

ROWS: tuple[AnswerFormat, ...] = ("json", "jsonl", "csv")

_Column = Annotated[str, Meta(description="The field of a JSON record that holds it; default: found by its name.")]


class TaggingOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The options of a request; each field is a query parameter, with hyphens in its name.

    Examples
    --------
    >>> TaggingOptions(only="core").label
    'core'
    """

    format: Annotated[
        AnswerFormat,
        Meta(description="json: one document; others: the bytes that `corestory predict` writes; tei: of one article."),
    ] = "json"
    rows: Annotated[
        Literal["paragraph", "span", "article"] | None,
        Meta(
            description="Whether to answer with the paragraphs of each article, also with their start and end in the "
            "text (span), or with the story of each article. Default: paragraph; with only=core in jsonl, csv: article."
        ),
    ] = None
    only: Annotated[Literal["core", "filler"] | None, Meta(description="Only the paragraphs with this label.")] = None
    threshold: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="Tag a paragraph as core from this score on; default: chosen for each article."),
    ] = None
    kinds: Annotated[bool, Meta(description="Also tell the kind of filler and the role of core.")] = False
    drop_kinds: Annotated[str, Meta(description="Leave out the paragraphs of these kinds, with commas between.")] = ""
    keep_kinds: Annotated[
        str, Meta(description="With only=core: also the filler of these kinds, with commas between.")
    ] = ""
    text_column: _Column = ""
    html_column: _Column = ""
    id_column: _Column = ""
    url_column: _Column = ""
    title_column: _Column = ""

    @property
    def unit(self) -> Unit:
        """The unit of a row; a JSON document has paragraphs."""
        return chosen_unit(self.rows, self.format, self.only, kinds=self.kinds)

    @property
    def label(self) -> Label | None:
        """The label of the paragraphs that are written; None for both."""
        return "core" if self.unit == "article" or self.format in STORIES else self.only

    @property
    def kind_choice(self) -> KindChoice | None:
        """The choice of kinds; None without one."""
        return kind_choice(shown=self.kinds, drop=self.drop_kinds, keep=self.keep_kinds, only=self.label)


def options_of(query: Iterable[tuple[str, str]], *, fixed: Mapping[str, str] | None = None) -> TaggingOptions:
    """Read the query parameters of a request.

    Parameters
    ----------
    query
        Names and values. A flag needs no value: ``?kinds``.
    fixed
        Parameters that the path decides, which a request cannot give.

    Raises
    ------
    InputError
        A parameter is unknown, given twice, of a wrong value, or does not suit the others.

    Examples
    --------
    >>> options_of([("threshold", "0.5"), ("kinds", "")]).threshold
    0.5
    >>> options_of([("threshold", "high")])
    Traceback (most recent call last):
    corestory.errors.InputError: threshold: 'high'; expected a number from 0 to 1
    """
    given: dict[str, str] = {}
    known = {name: schema for name, schema in parameters().items() if name not in (fixed or {})}
    for name, value in query:
        if name not in known:
            raise InputError("no such parameter", where=repr(name[:40]), expected=", ".join(known))
        if name in given:
            raise InputError("given twice", where=name, expected="each parameter once")
        given[name] = value or "true" if known[name].get("type") == "boolean" else value
    options = _converted(given | dict(fixed or {}))
    try:
        _check_rows(options)
        options.kind_choice  # noqa: B018 -- reading it checks the names of the kinds
    except InputError as error:
        raise InputError(
            error.found.replace("--only core", "only=core"), where=error.where.removeprefix("--"),
            expected=error.expected, hint=error.hint.replace("--only", "only"),
        ) from None  # fmt: skip
    return options


def _converted(given: Mapping[str, str]) -> TaggingOptions:
    try:
        return msgspec.convert(given, TaggingOptions, strict=False)
    except msgspec.ValidationError:
        for name, value in given.items():
            try:
                msgspec.convert({name: value}, TaggingOptions, strict=False)
            except msgspec.ValidationError:
                expected = _expected(parameters()[name])
                raise InputError(repr(value[:40]), where=name, expected=expected) from None
        raise


def _check_rows(options: TaggingOptions) -> None:
    where, reason = f"rows={options.rows}", ""
    if options.unit != "paragraph" and options.format not in ROWS:
        reason = f"the format {options.format} has no rows; use format {', '.join(ROWS[:-1])} or {ROWS[-1]}"
    elif options.rows == "article" and options.only == "filler":
        reason = "the row of an article holds its story; leave out only=filler"
    elif options.rows == "article" and options.kinds:
        reason = "the row of an article has no kinds; leave out kinds"
    elif options.format in STORIES and (options.only == "filler" or options.kinds):
        where, reason = f"format={options.format}", "it holds the story; leave out only=filler and kinds"
    if reason:
        raise InputError(reason, where=where)


@cache
def parameters() -> dict[str, dict[str, Any]]:
    """Return the JSON schema of each query parameter, by its name."""
    _, components = msgspec.json.schema_components((TaggingOptions,))
    return dict(components["TaggingOptions"]["properties"])


def _expected(schema: Mapping[str, Any]) -> str:
    """Say in words which values a parameter takes."""
    kinds = [schema, *schema.get("anyOf", ())]
    values = [str(value) for kind in kinds for value in kind.get("enum", ()) if value is not None]
    if values:
        return " or ".join((", ".join(values[:-1]), values[-1]))
    return "true or false" if schema.get("type") == "boolean" else "a number from 0 to 1"


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
    """The answer in JSON, with the articles in the order of the request; notes tell repairs and guesses."""

    articles: list[AnsweredArticle]
    refused: list[Refusal]
    notes: list[str]


class Stories(msgspec.Struct):
    """The answer in JSON with ``rows=article``."""

    articles: list[AnsweredStory]
    refused: list[Refusal]
    notes: list[str]


class Problem(msgspec.Struct, omit_defaults=True):
    """An error, as RFC 9457 has it: a title for the status, and one line on the fault and how to fix it."""

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
    return Refusal(storable(error.where), _of_parameters(str(error.at(""))))


def _of_parameters(message: str) -> str:
    """Return a message with the names of request parameters in place of command options."""
    return storable(_OPTION.sub("", message))
