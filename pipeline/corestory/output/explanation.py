"""An explained article as text for a person, and as JSON for a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corestory.model.explaining import METHOD
from corestory.numbers import rounded
from corestory.output.reasons import reasons
from corestory.reading.text import storable

if TYPE_CHECKING:
    from corestory.model.breakdown import Breakdown
    from corestory.model.explaining import ArticleExplanation, ParagraphExplanation

NGRAMS = 6
"""How many n-grams the text and the page show; the JSON has all."""

_INDENT = "   "
_LEAST_WIDTH = 40
_SHOWN_CHARACTERS = 400


def explanation_lines(article: ArticleExplanation, *, position: int | None = None, width: int = 100) -> Iterator[str]:
    """Say in lines of text why each paragraph was tagged so: first in words, then in numbers.

    Parameters
    ----------
    article
        The explained article.
    position
        The one paragraph to explain; None for all.
    width
        How wide the lines may be.

    Yields
    ------
    str
        A line, without its end.
    """
    width = max(width, _LEAST_WIDTH)
    tagged = article.tagged
    kind = "the threshold" if article.cutoff_is_fixed else "the line for this article"
    line = f"core from {article.cutoff:.2f} on ({kind})"
    count = f"{int(tagged.core.sum())} of {len(tagged.texts)} paragraphs core"
    yield from _wrapped(f"{tagged.article_id}: {count}, {line}, confidence {tagged.confidence:.2f}", width, "")
    for paragraph in article.paragraphs:
        if position is None or paragraph.position == position:
            yield ""
            yield from _paragraph(paragraph, article, width)
    yield ""
    yield from _wrapped(f"Numbers are log-odds, + for core and - for filler. {METHOD}.", width, "")


def explanation_json(article: ArticleExplanation, *, position: int | None = None) -> str:
    """Write an explained article as one line of JSON.

    Parameters
    ----------
    article, position
        As of `explanation_lines`.

    Returns
    -------
    str
        An object with the article's ``article_id``, ``url``, ``title``, ``confidence``, ``cutoff`` and
        ``cutoff_is_fixed`` (whether the cutoff is a threshold for all articles), the ``method``, and its
        ``paragraphs``: each has ``position``,
        ``text``, ``label``, ``score``, the ``reasons`` in words, and ``words``, ``markup`` (null without markup) and
        ``context``: a ``base`` and ``effects`` that add up to ``log_odds``.
    """
    tagged = article.tagged
    paragraphs = [
        {
            "position": paragraph.position,
            "text": storable(paragraph.text),
            "label": paragraph.label,
            "score": paragraph.score,
            "reasons": [storable(sentence) for sentence in _sentences(paragraph, article)],
            "words": _sum(paragraph.words),
            "markup": None if paragraph.markup is None else _sum(paragraph.markup),
            "context": _sum(paragraph.context),
        }
        for paragraph in article.paragraphs
        if position is None or paragraph.position == position
    ]
    document = {
        "article_id": storable(tagged.article_id),
        "url": storable(tagged.url),
        "title": storable(article.tagged.title),
        "confidence": tagged.confidence,
        "cutoff": article.cutoff,
        "cutoff_is_fixed": article.cutoff_is_fixed,
        "method": METHOD,
        "paragraphs": paragraphs,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def _sentences(paragraph: ParagraphExplanation, article: ArticleExplanation) -> tuple[str, ...]:
    found = reasons(paragraph, article)
    return (found.verdict, *found.spoke)


def _paragraph(paragraph: ParagraphExplanation, article: ArticleExplanation, width: int) -> Iterator[str]:
    text = " ".join(paragraph.text[: 2 * _SHOWN_CHARACTERS].split())
    cut = f"{text[:_SHOWN_CHARACTERS]}…" if len(text) > _SHOWN_CHARACTERS else text
    number = f"{paragraph.position} "
    yield from _wrapped(number + (cut or "(nothing that shows)"), width, " " * len(number))
    for sentence in _sentences(paragraph, article):
        yield from _wrapped(_INDENT + sentence, width, _INDENT * 2)
    yield from _numbers("context", paragraph.context, width, len(paragraph.context.effects))
    yield from _numbers("words", paragraph.words, width, NGRAMS)
    if paragraph.markup is not None:
        yield from _numbers("markup", paragraph.markup, width, NGRAMS)


def _numbers(name: str, found: Breakdown, width: int, count: int) -> Iterator[str]:
    terms = [f"{effect.name} {signed(effect.log_odds)}" for effect in found.strongest(count)]
    rest = found.log_odds - found.base - sum(effect.log_odds for effect in found.strongest(count))
    left = len(found.effects) - count
    if left > 0:
        terms.append(f"{left} more {signed(rest)}")
    line = f"{name} {signed(found.log_odds)} = {', '.join([f'base {signed(found.base)}', *terms])}"
    yield from _wrapped(_INDENT + line, width, _INDENT * 2)


def signed(log_odds: float) -> str:
    """Write log-odds with their sign.

    Examples
    --------
    >>> signed(-0.456), signed(0.001)
    ('-0.46', '0.00')
    """
    return rounded(log_odds, digits=2, signed=abs(log_odds) >= 0.005)


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _sum(found: Breakdown) -> dict[str, object]:
    return {
        "log_odds": found.log_odds,
        "base": found.base,
        "effects": [{"name": storable(effect.name), "log_odds": effect.log_odds} for effect in found.effects],
    }
