"""The schemas of the service: the options of a request, answers in JSON, and their description in OpenAPI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from corestory.errors import InputError
from corestory.installation import version
from corestory.output.formats import STORIES, RowChoice, Unit, chosen_unit
from corestory.output.story import kind_choice
from corestory.rendering import render
from corestory.types import Label

AnswerFormat = Literal["json", "jsonl", "csv", "text", "markdown", "tei"]

ROWS: tuple[AnswerFormat, ...] = ("json", "jsonl", "csv")

_Column = Annotated[str, Meta(description="The field to read in a JSON record; default: found by its name.")]


class TaggingOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The options of a request; each field is a query parameter, with hyphens in its name.

    Examples
    --------
    >>> TaggingOptions(only="core").choice.only
    'core'
    """

    format: Annotated[
        AnswerFormat,
        Meta(description="json: one document. Others: the output of `corestory predict`. tei: for one article only."),
    ] = "json"
    rows: Annotated[
        Unit | None,
        Meta(
            description="The content of a row: a paragraph, a paragraph with its start and end in the text (span), or "
            "the story of an article. Default: paragraph; with only=core in jsonl, csv: article."
        ),
    ] = None
    only: Annotated[Label | None, Meta(description="Only the paragraphs with this label.")] = None
    threshold: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="The least score of a core paragraph; default: chosen for each article."),
    ] = None
    kinds: Annotated[bool, Meta(description="Also return the kind of filler and the role of core.")] = False
    drop_kinds: Annotated[str, Meta(description="Leave out the paragraphs of these kinds, separated by commas.")] = ""
    keep_kinds: Annotated[str, Meta(description="With only=core: also the filler of these kinds.")] = ""
    text_column: _Column = ""
    html_column: _Column = ""
    id_column: _Column = ""
    url_column: _Column = ""
    title_column: _Column = ""

    @property
    def unit(self) -> Unit:
        """The unit of a row; by default a paragraph in a JSON document."""
        return chosen_unit(self.rows, self.format, self.only, kinds=self.kinds)

    @property
    def choice(self) -> RowChoice:
        """The choice of rows; raises an `InputError` for an unknown kind."""
        only: Label | None = "core" if self.unit == "article" or self.format in STORIES else self.only
        kinds = kind_choice(shown=self.kinds, drop=self.drop_kinds, keep=self.keep_kinds, only=only)
        return RowChoice(only, kinds=kinds, unit=self.unit)


def options_of(query: Iterable[tuple[str, str]], *, fixed: Mapping[str, str] | None = None) -> TaggingOptions:
    """Read the query parameters of a request.

    Parameters
    ----------
    query
        Names and values. A flag needs no value: ``?kinds``.
    fixed
        The parameters that the path sets; a request cannot give them.

    Raises
    ------
    InputError
        A parameter is unknown, given twice, has a wrong value, or does not fit the others.

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
        options.choice  # noqa: B018 -- reading it checks the names of the kinds
    except InputError as error:
        raise InputError(
            error.found.replace("--only core", "only=core"), where=error.where.removeprefix("--"),
            expected=error.expected, hint=error.hint.replace("--only", "only"),
        ) from None  # fmt: skip
    return options


def _converted(given: Mapping[str, str]) -> TaggingOptions:
    try:
        return msgspec.convert(given, TaggingOptions, strict=False)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`")  # its message ends in the place
        raise InputError(repr(given[name][:40]), where=name, expected=_expected(parameters()[name])) from None


def _check_rows(options: TaggingOptions) -> None:
    where, reason = f"rows={options.rows}", ""
    if options.unit != "paragraph" and options.format not in ROWS:
        reason = f"the format {options.format} has no rows; use format {', '.join(ROWS[:-1])} or {ROWS[-1]}"
    elif options.rows == "article" and options.only == "filler":
        reason = "each row contains the story of an article, without filler; leave out only=filler"
    elif options.rows == "article" and options.kinds:
        reason = "rows of articles have no kinds; leave out kinds"
    elif options.format in STORIES and (options.only == "filler" or options.kinds):
        where, reason = (
            f"format={options.format}",
            "this format contains only the story; leave out only=filler and kinds",
        )
    if reason:
        raise InputError(reason, where=where)


@cache
def parameters() -> dict[str, dict[str, Any]]:
    """Return the JSON schema of each query parameter, by its name."""
    _, components = msgspec.json.schema_components((TaggingOptions,))
    return dict(components["TaggingOptions"]["properties"])


def _expected(schema: Mapping[str, Any]) -> str:
    """Describe the values of a parameter in words."""
    kinds = [schema, *schema.get("anyOf", ())]
    values = [str(value) for kind in kinds for value in kind.get("enum", ()) if value is not None]
    if values:
        return " or ".join((", ".join(values[:-1]), values[-1]))
    return "true or false" if schema.get("type") == "boolean" else "a number from 0 to 1"


class TaggedParagraph(msgspec.Struct, omit_defaults=True):
    """A paragraph as ``corestory predict`` writes it; with start, end and kind only if the request asks for them."""

    position: int
    text: str
    label: str
    score: float
    start: int | None = None
    end: int | None = None
    kind: str | None = None
    kind_score: float | None = None


class AnsweredArticle(msgspec.Struct):
    """An article with its paragraphs; `doubt` is the reason why the labels may be wrong."""

    article_id: str
    url: str
    title: str
    confidence: float
    is_article: float | None
    doubt: str | None
    paragraphs: list[TaggedParagraph]


class AnsweredStory(msgspec.Struct):
    """An article's story: its core paragraphs, separated by blank lines."""

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
    """The answer in JSON, with the articles in the order of the request; notes report repairs and guesses."""

    articles: list[AnsweredArticle]
    refused: list[Refusal]
    notes: list[str]


class Stories(msgspec.Struct):
    """The answer in JSON with ``rows=article``."""

    articles: list[AnsweredStory]
    refused: list[Refusal]
    notes: list[str]


class Problem(msgspec.Struct, omit_defaults=True):
    """An error in the form of RFC 9457: a title for the status, and one line on the fault and how to fix it."""

    title: str
    status: int
    detail: str
    refused: list[Refusal] = []


PROBLEM = "application/problem+json"
MEDIA_TYPES = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "text": "text/plain; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "tei": "application/tei+xml",
}

_REF = "#/components/schemas/{name}"
_EXAMPLE_TEXT = "The quay opened again on Monday, the council said.\nREAD MORE: Ferry company sold"
_EXAMPLE_PAGE = "<article><p>The quay opened again on Monday, the council said.</p><p>READ MORE: …</p></article>"

# The answers of a path with another status than 200.
_OF_ANY = {"401": "The token is missing or wrong."}
_OF_BODIES = {
    "400": "A parameter is unknown or has a wrong value.",
    "408": "The body took too long to arrive.",
    "413": "The body is too large.",
    "415": "The Content-Type is not supported, or the body is compressed.",
    "422": "No article of the body could be tagged; the detail gives the reason.",
    "429": "The service is busy; wait for the number of seconds in Retry-After.",
    "503": "The answer took too long.",
}


@cache
def openapi() -> bytes:
    """Return the OpenAPI 3.1 document of the service, as JSON."""
    return msgspec.json.encode(_document())


@cache
def docs_page() -> str:
    """Return the same description as an HTML page."""
    document = _document()
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    values = {"document": document, "operations": operations, "example": _EXAMPLE_TEXT}
    return render("service.html.j2", style="service.css", script="", values=values)


def _document() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components((TaggedArticles, Stories, Problem), ref_template=_REF)
    answer = {"oneOf": [{"$ref": _REF.format(name=name)} for name in ("TaggedArticles", "Stories")]}
    written: dict[str, Any] = {
        media_type.partition(";")[0]: {"schema": answer if name == "json" else {"type": "string"}}
        for name, media_type in MEDIA_TYPES.items()
    }
    story = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "corestory",
            "version": version(),
            "summary": "Tags every paragraph of a news article as core story or filler.",
            "description": "The answers are the same as those of the command line. If the service has a token, each "
            "request except /health must have the header `Authorization: Bearer TOKEN`.",
        },
        "paths": {
            "/predict": {"post": _tagging("predict", "Tag articles", written, ())},
            "/core": {"post": _tagging("core", "Return the story of an article", story, ("only", "format"))},
            "/health": {
                "get": _reading("health", "Return the number of workers that are ready", "application/json", {})
            },
            "/model": {
                "get": _reading("model", "Describe the model: version, hash, card", "application/json", _OF_ANY)
            },
            "/metrics": {
                "get": _reading("metrics", "Return metrics in the format of Prometheus", "text/plain", _OF_ANY)
            },
        },
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"token": []}],
    }


def _tagging(name: str, summary: str, content: dict[str, Any], without: tuple[str, ...]) -> dict[str, Any]:
    record = {
        "type": "object",
        "properties": {
            name: {"type": "array", "items": {"type": "string"}} if name == "paragraphs" else {"type": "string"}
            for name in ("text", "html", "paragraphs", "id", "url", "title")
        },
    }
    bodies: dict[str, Any] = {
        "text/plain": {"schema": {"type": "string"}, "example": _EXAMPLE_TEXT},
        "text/html": {"schema": {"type": "string"}, "example": _EXAMPLE_PAGE},
        "application/json": {
            "schema": {"oneOf": [record, {"type": "array", "items": record}]},
            "example": [{"id": "7", "text": _EXAMPLE_TEXT}],
        },
        "application/x-ndjson": {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}},
    }
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [
            {"name": key, "in": "query", "description": schema["description"], "schema": schema}
            for key, schema in parameters().items()
            if key not in without
        ],
        "requestBody": {"required": True, "content": bodies},
        "responses": {"200": {"description": "The answer.", "content": content}, **_problems(_OF_BODIES | _OF_ANY)},
    }


def _reading(name: str, summary: str, media_type: str, problems: dict[str, str]) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": "The answer.", "content": {media_type: {}}}, **_problems(problems)},
    }


def _problems(descriptions: dict[str, str]) -> dict[str, Any]:
    content = {PROBLEM: {"schema": {"$ref": _REF.format(name="Problem")}}}
    return {status: {"description": text, "content": content} for status, text in sorted(descriptions.items())}
