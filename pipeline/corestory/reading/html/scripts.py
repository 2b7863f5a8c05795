"""Stories that a page does not show: in schema.org's ``articleBody``, and where client-side applications keep them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from corestory.reading.bounds import is_too_nested
from corestory.reading.html.segments import cut
from corestory.reading.html.serialised import NormalForm, unescaped
from corestory.reading.language import may_be_unspaced, word_count, words_of
from corestory.reading.text import split_text

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from corestory.reading.html.outline import Outline

# Declared text of at least so many words, of which the page shows less than this share, stands in for the page's.
DECLARED_WORDS = 60
# So few are enough where the page shows no prose at all.
LONE_WORDS = 25
DECLARED_SHOWN = 0.5
# Text is compared by runs of so many words, or of so many characters where no spaces part the words.
RUN = 3
UNSPACED_RUN = 6

# Older systems hide scripts from XML and from old browsers.
_WRAPPING = re.compile(
    r"^\s*(?:<!--)?\s*(?:/\*|//)?\s*<!\[CDATA\[\s*(?:\*/)?|^\s*<!--|(?:/\*|//)?\s*\]\]>\s*(?:\*/)?\s*$|-->\s*$"
)
_BODY = re.compile(r'"articleBody"\s*:\s*(?=")')
_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]*\b[^<>]*|!--)>?", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&lt;/?[a-z]", re.IGNORECASE)
# "window.__INITIAL_STATE__ = {…}", "__APOLLO_STATE__=JSON.parse("…")", "window.pageData = {…}"
_ASSIGNMENT = re.compile(
    r"\b(?:__?[A-Za-z][A-Za-z_]{2,40}|window\.\w{0,30}(?:[dD]ata|[sS]tate|[pP]rops|[sS]tore|[aA]rticle|[sS]tory|[pP]ost))"
    r"\s*=\s*(JSON\.parse\(\s*)?(?=[\[{\"])"
)
_STATE_TYPES = ("application/json", "text/json")
_TEMPLATE_TYPES = ("text/template", "text/html", "text/x-template", "text/x-handlebars-template")
# JSON in attributes, as Inertia and the islands of other frameworks have it.
_STATE_ATTRIBUTES = ("data-page", "data-props", "data-state", "data-react-props", "data-initial-state", "data-article")
_ELSEWHERE = ",".join(("template", 'meta[itemprop="articleBody"]', *(f"[{name}]" for name in _STATE_ATTRIBUTES)))
# The state of Angular's server writes the characters of HTML so.
_ANGULAR = {"&q;": '"', "&l;": "<", "&g;": ">", "&s;": "'", "&a;": "&"}
# A piece of what Next.js's server components send, and a row of all pieces together: JSON, or a text of so many bytes.
_PIECE = re.compile(r"__next_f\b[^\[]{0,40}\.push\(\s*\[\s*1\s*,\s*(?=\")")
_ROW = re.compile(r"([0-9a-f]{1,8}):(?:T([0-9a-f]{1,6}),)?")
# A string of a script that is no JSON, for the names in it have no quotation marks.
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.){60,}"')
# Values under other names are addresses, identifiers, dates and the like.
_TEXT_KEYS = frozenset(
    (
        *("text", "content", "contents", "value", "html", "body", "paragraph", "paragraphs", "children", "data"),
        *("markup", "articlebody", "liveblogupdate"),
    )
)
_ITEM_WORDS = 8


def declared_paragraphs(tree: LexborHTMLParser) -> list[str]:
    """Return the paragraphs of the longest story that the page declares to machines, if it declares any."""
    best = ""
    for node in tree.css('script[type*="ld+json" i]'):
        raw = node.text() or ""
        if "articleBody" not in raw or is_too_nested(raw):
            continue
        try:
            bare = _WRAPPING.sub("", raw) if "<!" in raw or "]>" in raw or "->" in raw else raw
            bodies = list(_article_bodies(json.loads(bare, strict=False)))
        except (ValueError, RecursionError):
            # Two objects one after another, a comma too many: the text itself is mostly whole.
            bodies = list(_readable_bodies(raw))
        best = max([best, *bodies], key=len)
    return _paragraphs(best) if best else []


def with_declared(shown: Outline, declared: list[str]) -> Outline:
    """Mark paragraphs by how much of each is declared, and add the declared story where the page does not show it."""
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
    r"""Return the story in the state that a page's scripts start from, as in Next.js's ``__NEXT_DATA__``.

    Applications keep it as JSON or as an expression in scripts, in pieces that a server sent one after another, in
    templates, and in attributes.

    The story is the list of which the most items hold prose, or the text of which the most paragraphs do; it has at
    least so many words of prose.

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
    for node in tree.css(f"script,{_ELSEWHERE}"):
        for raw, kind in _sources(node):
            if len(raw) < LONE_WORDS or is_too_nested(raw) or ("ld+json" in kind and "liveBlogUpdate" not in raw):
                continue
            if piece := _PIECE.search(raw):
                pieces.append(_decoded(raw, piece.end()))
                continue
            # Templates and attributes hold notices of some sentences as well.
            of_source = least if node.tag == "script" and kind not in _TEMPLATE_TYPES else DECLARED_WORDS
            try:
                for value in _states(raw, kind):
                    best = max([best, *_stories(value, of_source)], key=_prose_items)
            except (ValueError, RecursionError):
                continue
    for value in _rows("".join(pieces)):
        best = max([best, *_stories(value, least)], key=_prose_items)
    return best


def _sources(node: LexborNode) -> Iterator[tuple[str, str]]:
    """Yield what an element may hold a story in, each with its type."""
    if node.tag == "script":
        yield node.text() or "", (node.attributes.get("type") or "").lower()
    elif node.tag == "template":
        yield node.html or "", "text/html"
    elif node.tag == "meta":
        yield node.attributes.get("content") or "", "text/html"
    else:
        for name in _STATE_ATTRIBUTES:
            yield node.attributes.get(name) or "", "application/json"


def _states(raw: str, kind: str) -> Iterator[object]:
    if kind in _TEMPLATE_TYPES:
        if "{{" not in raw:
            yield raw.replace("<template", "<div", 1)
        return
    if kind in _STATE_TYPES or "ld+json" in kind:
        if "&q;" in raw:
            for written, character in _ANGULAR.items():
                raw = raw.replace(written, character)
        yield json.loads(_WRAPPING.sub("", raw), strict=False)
        return
    decoder = json.JSONDecoder(strict=False)
    end = 0
    for match in _ASSIGNMENT.finditer(raw):
        if match.start() < end:
            continue
        try:
            value, end = decoder.raw_decode(raw, match.end())
            yield json.loads(value, strict=False) if match[1] and isinstance(value, str) else value
        except ValueError:
            # No JSON but an expression, whose strings are.
            if not match[1]:
                yield [{"text": _decoded(literal[0])} for literal in _LITERAL.finditer(raw, match.end())]
                return


def _decoded(text: str, begin: int = 0) -> str:
    """Return the text of the JSON string that begins at a position, and nothing if none does."""
    try:
        return str(json.JSONDecoder(strict=False).raw_decode(text, begin)[0])
    except ValueError:
        return ""


def _rows(sent: str) -> Iterator[object]:
    """Yield the values that server components sent, which stand on lines of their own but for texts."""
    begin = 0
    while match := _ROW.match(sent, begin):
        if match[2]:
            size = int(match[2], 16)
            text = sent[match.end() : match.end() + size].encode()[:size].decode(errors="ignore")
            begin = match.end() + len(text)
            yield text
            continue
        begin = sent.find("\n", match.end()) + 1 or len(sent)
        row = sent[match.end() : begin]
        try:
            if not is_too_nested(row):
                yield json.loads(row, strict=False)
        except ValueError:
            continue


def _stories(value: object, least: int) -> Iterator[list[str]]:
    """Yield each text and each list of texts in a JSON value, as paragraphs, that has so many words of prose."""
    for story in _texts(value):
        if sum(word_count(text) for text in story if _is_prose(text)) >= least:
            yield story


def _texts(value: object) -> Iterator[list[str]]:
    if isinstance(value, str):
        if word_count(value) > LONE_WORDS:
            yield _paragraphs(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        texts = [text for item in value if (text := "".join(_item_texts(item)).strip())]
        if sum(map(_is_prose, texts)) > 1:
            yield [paragraph for text in texts for paragraph in _paragraphs(text)]
        for item in value:
            yield from _texts(item)


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


def _prose_items(texts: list[str]) -> tuple[int, int]:
    prose = [len(text) for text in texts if _is_prose(text)]
    return len(prose), sum(prose)


def _paragraphs(text: str) -> list[str]:
    if _ESCAPED_TAG.search(text) and not _TAG.search(text):
        text = html.unescape(text)
    if _TAG.search(text):
        body = LexborHTMLParser(text).body
        return list(cut(NormalForm(body)).texts) if body is not None else []
    return [unescaped(paragraph) for paragraph in split_text(text)]


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[begin:] for begin in range(length)), strict=False)


def _article_bodies(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "articleBody" and isinstance(item, str):
                yield item
            else:
                yield from _article_bodies(item)
    elif isinstance(value, list):
        for item in value:
            yield from _article_bodies(item)


def _readable_bodies(raw: str) -> Iterator[str]:
    for match in _BODY.finditer(raw):
        try:
            yield str(json.JSONDecoder(strict=False).raw_decode(raw, match.end())[0])
        except ValueError:
            continue


def least_words(visible: int) -> int:
    """Return how many words a story needs that the page does not show, beside so many words of visible prose."""
    return DECLARED_WORDS if visible else LONE_WORDS
