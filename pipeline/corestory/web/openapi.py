"""The description of the service: OpenAPI for programs, and a page for people, which loads nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from corestory.installation import version
from corestory.rendering import render
from corestory.web.answers import MEDIA_TYPES, PROBLEM
from corestory.web.schemas import Problem, Stories, TaggedArticles, parameters

_REF = "#/components/schemas/{name}"
_EXAMPLE_TEXT = "The quay opened again on Monday, the council said.\nREAD MORE: Ferry company sold"
_EXAMPLE_PAGE = "<article><p>The quay opened again on Monday, the council said.</p><p>READ MORE: …</p></article>"

# The other answers of a path than 200.
_OF_ANY = {"401": "The token is missing or wrong."}
_OF_BODIES = {
    "400": "A parameter is unknown or has a wrong value.",
    "408": "The body took too long to arrive.",
    "413": "The body is too large.",
    "415": "The Content-Type is not known, or the body is compressed.",
    "422": "No article of the body could be tagged; the detail says why.",
    "429": "The service is busy; Retry-After says how many seconds to wait.",
    "503": "The answer took too long.",
}


@cache
def openapi() -> bytes:
    """Return the OpenAPI 3.1 document of the service, as JSON."""
    return msgspec.json.encode(_document())


@cache
def docs_page() -> str:
    """Return the page that shows the same to people."""
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
            "description": "Answers are those of the command line. Where the service has a token, each request but "
            "/health gives it as `Authorization: Bearer TOKEN`.",
        },
        "paths": {
            "/predict": {"post": _tagging("predict", "Tag articles", written, ())},
            "/core": {"post": _tagging("core", "Return the story of an article", story, ("only", "format"))},
            "/health": {"get": _reading("health", "Say how many workers are ready", "application/json", {})},
            "/model": {
                "get": _reading("model", "Describe the model: version, hash, card", "application/json", _OF_ANY)
            },
            "/metrics": {"get": _reading("metrics", "Give metrics in the format of Prometheus", "text/plain", _OF_ANY)},
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
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
