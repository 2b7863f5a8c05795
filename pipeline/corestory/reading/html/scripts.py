"""Stories that a page does not show: in schema.org's ``articleBody``, and in the data of client-side applications."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from corestory.reading.html.javascript import assigned_values, decoded, json_value, sent_values, written_html
from corestory.reading.html.segments import cut
from corestory.reading.html.serialised import NormalForm, unescaped
from corestory.reading.json_rows import is_too_nested
from corestory.reading.text import may_be_unspaced, split_text, word_count, words_of

if TYPE_CHECKING:
    from corestory.reading.html.outline import Outline

# The fewest words of declared text that replaces the page's.
DECLARED_WORDS = 60
# The fewest such words if the page shows no prose at all.
LONE_WORDS = 25
# The least share of the declared text in a page that shows it.
DECLARED_SHOWN = 0.5
# The number of words in the runs by which texts are compared, and of characters in scripts without spaces.
RUN = 3
UNSPACED_RUN = 6

_BODY = re.compile(r'"articleBody"\s*:\s*(?=")')
_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]*\b[^<>]*|!--)>?", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&(?:amp;){0,2}lt;/?[a-z]", re.IGNORECASE)  # some programs escape once more
_TEMPLATE_TYPES = frozenset(
    ("text/template", "text/html", "text/x-template", "text/x-handlebars-template", "application/xml", "text/xml")
)
_ELSEWHERE = 'template,meta[itemprop="articleBody"]'
# JSON or HTML in attributes of a page's normal form, as Inertia and the islands of other frameworks write it.
_ATTRIBUTE = re.compile(r'="([\[{][^"]{200,}|\s*(?:<|&lt;)(?:p|div|section|article|h[1-6])\b[^"]{200,})"')
_ATTRIBUTE_TYPE = "attribute"
# A piece of the data from Next.js's server components.
_PIECE = re.compile(r"__next_f\b[^\[]{0,40}\.push\(\s*\[\s*1\s*,\s*(?=\")")
# Values under other names are addresses, identifiers, dates and the like.
_TEXT_KEYS = frozenset(
    (
        *("text", "content", "contents", "value", "html", "body", "paragraph", "paragraphs", "children", "data"),
        *("markup", "articlebody", "liveblogupdate", "insert", "bodytext", "bodyhtml", "contenthtml", "richtext"),
        *("copy", "nodes", "elements", "blocks", "runs", "spans", "leaves", "segments", "fragments"),
    )
)
_ITEM_WORDS = 8
# The name of a type: "paragraph", "ShallowReactive".
_IDENTIFIER = re.compile(r"[a-z]+|[A-Za-z][a-z]+[A-Z]\w*")
# The fewest texts of prose in a value whose name does not show that it is a state: notices have fewer.
_LEAST_ITEMS = 4


def declared_paragraphs(tree: LexborHTMLParser, title: str = "") -> list[str]:
    """Return the paragraphs of the longest story that the page declares to machines, or an empty list.

    A story whose headline begins the page's title comes before others, because lists of stories are declared, too.
    """
    bodies = list[tuple[str, str]]()
    for node in tree.css('script[type*="ld+json" i]'):
        raw = node.text() or ""
        if "articleBody" not in raw or is_too_nested(raw):
            continue
        try:
            bodies += _article_bodies(json_value(raw))
        except (ValueError, RecursionError):
            # If there are two objects or a comma too many, the text itself is usually whole.
            bodies += [("", body) for body in _readable_bodies(raw)]
    own = [body for headline, body in bodies if headline and title.startswith(headline)]
    best = max(own or [body for _, body in bodies], key=len, default="")
    return _paragraphs(best) if best else []


def with_declared(shown: Outline, declared: list[str]) -> Outline:
    """Mark the declared share of each paragraph, and add the declared story if the page does not show it."""
    story = " ".join(declared)
    length = UNSPACED_RUN if may_be_unspaced(story) else RUN
    own = set(_runs(words_of(story), length))
    if word_count(story) < least_words(shown.prose_words) or not own:
        return shown
    seen: set[tuple[str, ...]] = set()
    shares = []
    for text in shown.texts:
        runs = set(_runs(words_of(text), length))
        declared_runs = runs & own
        seen |= declared_runs
        shares.append(len(declared_runs) / max(len(runs), 1))
    shown = replace(shown, declared=np.array(shares))
    # Some pages show the story only after a script has run, yet declare it to machines.
    return shown.with_undisplayed(declared) if len(seen) < DECLARED_SHOWN * len(own) else shown


def state_paragraphs(tree: LexborHTMLParser, *, least: int = DECLARED_WORDS) -> list[str]:
    r"""Return the story in the state from which a page's scripts start, as in Next.js's ``__NEXT_DATA__``.

    Applications store it as JSON or as an expression in scripts, in pieces that a server sent one after another, in
    templates, and in attributes.

    The story is the list with the most items of prose, or the text with the most paragraphs of prose. It has at least
    `least` words of prose.

    Examples
    --------
    >>> sentence = "The quay was opened on Monday after a long delay that storms had caused."
    >>> state = {"page": {"title": "Quay", "body": [{"type": "p", "text": f"{n} {sentence}"} for n in range(5)]}}
    >>> page = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'
    >>> state_paragraphs(LexborHTMLParser(page))[0]
    '0 The quay was opened on Monday after a long delay that storms had caused.'
    """
    best: list[str] = []
    pieces = []
    for raw, kind in _sources(tree):
        if len(raw) < LONE_WORDS or is_too_nested(raw):
            continue
        if piece := _PIECE.search(raw):
            pieces.append(decoded(raw, piece.end()))
            continue
        try:
            for name, value in _states(raw, kind):
                # Templates also contain notices of some sentences.
                stories = _stories(value, least if name and kind not in _TEMPLATE_TYPES else DECLARED_WORDS)
                candidates = (story for story in stories if name or _prose_items(story)[0] >= _LEAST_ITEMS)
                best = max([best, *candidates], key=_prose_items)
        except (ValueError, RecursionError):
            continue
    for value in sent_values("".join(pieces)):
        best = max([best, *_stories(value, least)], key=_prose_items)
    return best


def _sources(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield the sources that may contain a story, each with its type."""
    for node in tree.css(f"script,{_ELSEWHERE}"):
        if node.tag == "script":
            yield node.text() or "", (node.attributes.get("type") or "").lower()
        else:
            yield (node.html if node.tag == "template" else node.attributes.get("content")) or "", "text/html"
    for attribute in _ATTRIBUTE.finditer(tree.html or ""):
        value = html.unescape(attribute[1])
        yield value, _ATTRIBUTE_TYPE if value[0] in "[{" else "text/html"


def _states(raw: str, kind: str) -> Iterator[tuple[str, object]]:
    """Yield the values in a source, each with a name, which is empty for a value that may not be a state."""
    if kind in _TEMPLATE_TYPES:
        if "{{" not in raw:
            yield kind, raw.replace("<template", "<div", 1)
    elif "json" in kind:
        # Declarations to machines contain more about other things than about the story.
        is_declared = "ld+json" in kind and "liveBlogUpdate" not in raw
        yield "" if is_declared else kind, json_value(raw)
    elif kind == _ATTRIBUTE_TYPE:
        yield "", json_value(raw)
    else:
        yield "", written_html(raw)
        yield from assigned_values(raw)


def _stories(value: object, least: int) -> Iterator[list[str]]:
    """Yield each text and each list of texts in a JSON value, as paragraphs, if it has `least` words of prose."""
    for story in _texts(value):
        if sum(word_count(text) for text in story if _is_prose(text)) >= least:
            yield story


def _texts(value: object) -> Iterator[list[str]]:
    if isinstance(value, str):
        if value[:1] in ("{", "[") and not is_too_nested(value):
            try:
                yield from _texts(json.loads(value, strict=False))
                return
            except ValueError:
                pass
        if word_count(value) > LONE_WORDS:
            yield _paragraphs(value)
    elif isinstance(value, dict):
        # Caches store the paragraphs of a list beside one another: {"Paragraph:1": {"text": …}, …}.
        yield from _of_items([item for item in value.values() if isinstance(item, dict) and item.get("text")])
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        yield from _of_items(value)
        for item in value:
            yield from _texts(item)


def _of_items(items: list[object]) -> Iterator[list[str]]:
    texts = [text for item in items if (text := "".join(_item_texts(item)).strip()) and not _is_code(text)]
    if sum(map(_is_prose, texts)) > 1:
        yield [paragraph for text in texts for paragraph in _paragraphs(text)]


def _item_texts(item: object, key: str = "text") -> Iterator[str]:
    if isinstance(item, str):
        if key in _TEXT_KEYS:
            yield item
    elif isinstance(item, dict):
        for name, value in item.items():
            yield from _item_texts(value, str(name).lower())
    elif isinstance(item, list) and item[:1] == ["$"]:  # an element of React: its tag, its key, its properties
        yield from _item_texts(item[3:], key)
    elif isinstance(item, list) and key in _TEXT_KEYS:
        for value in item:
            yield from _item_texts(value, key)


def _is_prose(text: str) -> bool:
    return word_count(text) >= _ITEM_WORDS


def _is_code(text: str) -> bool:
    return _IDENTIFIER.fullmatch(text) is not None or any(map(text.__contains__, ("=>", "function(", "){", ");}")))


def _prose_items(texts: list[str]) -> tuple[int, int]:
    prose = [len(text) for text in texts if _is_prose(text)]
    return len(prose), sum(prose)


def _paragraphs(text: str) -> list[str]:
    while not _TAG.search(text) and _ESCAPED_TAG.search(text):
        text = html.unescape(text)
    if _TAG.search(text):
        body = LexborHTMLParser(text).body
        return list(cut(NormalForm(body)).texts) if body is not None else []
    return [unescaped(paragraph) for paragraph in split_text(text)]


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[begin:] for begin in range(length)), strict=False)


def _article_bodies(value: object) -> Iterator[tuple[str, str]]:
    """Yield each declared story with its headline."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "liveBlogUpdate" and isinstance(item, list):
                yield _headline_of(value), "\n\n".join(body for _, body in _article_bodies(item))
            elif key == "articleBody" and isinstance(item, str):
                yield _headline_of(value), item
            else:
                yield from _article_bodies(item)
    elif isinstance(value, list):
        for item in value:
            yield from _article_bodies(item)


def _headline_of(value: dict[str, object]) -> str:
    headline = value.get("headline") or value.get("name")
    return " ".join(headline.split()) if isinstance(headline, str) else ""


def _readable_bodies(raw: str) -> Iterator[str]:
    for match in _BODY.finditer(raw):
        try:
            yield str(json.JSONDecoder(strict=False).raw_decode(raw, match.end())[0])
        except ValueError:
            continue


def least_words(visible: int) -> int:
    """Return the fewest words of a story that the page does not show, given the number of visible words of prose."""
    return DECLARED_WORDS if visible else LONE_WORDS
