"""The story as a page declares it to machines, in schema.org's ``articleBody``."""

import json
from collections.abc import Iterator
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from corestory.reading.html.outline import Outline

# Declared text of at least so many words, of which the page shows less than this share, stands in for the page's.
DECLARED_WORDS = 60
DECLARED_SHOWN = 0.5


def declared_text(tree: LexborHTMLParser) -> str:
    """Return the longest story that the page declares, or an empty string."""
    best = ""
    for node in tree.css('script[type="application/ld+json"]'):
        raw = node.text() or ""
        if "articleBody" not in raw:
            continue
        try:
            found = list(_article_bodies(json.loads(raw, strict=False)))
        except (ValueError, RecursionError):
            continue
        best = max([best, *found], key=len)
    if "<" in best:
        best = LexborHTMLParser(best).text(separator=" ")
    return best


def with_declared(shown: Outline, declared: str) -> Outline:
    """Mark paragraphs by how much of each is declared, and add the declared story where the page does not show it."""
    words = declared.split()
    own = set(_runs(words))
    if len(words) < DECLARED_WORDS or not own:
        return shown
    seen: set[tuple[str, ...]] = set()
    shares = []
    for text in shown.texts:
        runs = set(_runs(text.split())) or {(text,)}
        seen |= runs & own
        shares.append(len(runs & own) / len(runs))
    shown = replace(shown, declared=shares)
    if len(seen) < DECLARED_SHOWN * len(own):
        # Some pages show the story only after a script has run, yet declare it to machines.
        lines = (" ".join(line.split()) for line in declared.splitlines())
        shown = shown.with_undisplayed([line for line in lines if line])
    return shown


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(words, words[1:], words[2:], strict=False)


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
