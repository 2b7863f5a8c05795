"""Explained articles in words and numbers for people, and as JSON for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from corestory.features.context import AFTER, BEFORE, MARKUP, OWN_WORDS, POSITION, SHAPE, TOPIC
from corestory.model.breakdown import Breakdown, Effect
from corestory.model.explaining import (
    ADAPTED,
    FORM,
    HEADLINE,
    METHOD,
    NEW_LANGUAGE,
    OTHER_STORY,
    SECOND_LOOK,
    SHORT_ARTICLE,
    SITE,
    ArticleExplanation,
    ParagraphExplanation,
)
from corestory.model.tagged_article import TaggedArticle
from corestory.reading.html.markup_words import NEAR
from corestory.reading.text import storable
from corestory.rendering import rounded

NGRAMS = 6
"""The most n-grams that the text and the page show; the JSON has all."""

_LEVELS = dict(zip(NEAR, ("its own element", "the element around it", "two elements up"), strict=True))
_INDENT = "   "
_LEAST_WIDTH = 40
_SHOWN_CHARACTERS = 400


IN_WORDS = {
    OWN_WORDS: "its own words",
    BEFORE: "the paragraphs before it",
    AFTER: "the paragraphs after it",
    SHAPE: "its shape (length, punctuation, capitals, digits)",
    POSITION: "its position in the article",
    TOPIC: "the words that it shares with the story",
    MARKUP: "the HTML elements around it",
    SITE: "the other pages of its site",
    ADAPTED: "the articles that the model was adapted to",
}
"""The names of feature groups within a sentence."""

_CAUSES = {
    HEADLINE: "because it is the article's headline",
    OTHER_STORY: "because it belongs to another story",
    SECOND_LOOK: "by the second look at the story",
    NEW_LANGUAGE: "because it is prose in a language new to the model",
    SHORT_ARTICLE: "because the article is short",
}

NAMED_NGRAMS = 3
"""The most n-grams that a sentence names."""

# The least share of the total effect of a group that is named.
_LEAST_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons for a paragraph's label, in sentences.

    Attributes
    ----------
    verdict
        The label, the score and the cutoff, and what changed the score after stage 2.
    evidence
        The evidence for and against the label, the strongest first.
    """

    verdict: str
    evidence: tuple[str, ...]


def reasons(paragraph: ParagraphExplanation, article: ArticleExplanation) -> Reasons:
    """Return the reasons for a paragraph's label in sentences.

    Parameters
    ----------
    paragraph
        The paragraph.
    article
        Its article.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.model.explaining import Breakdown, Effect
    >>> from corestory.model.explaining import ArticleExplanation, ParagraphExplanation
    >>> from corestory.model.tagged_article import TaggedArticle
    >>> from corestory.reading.article import Article
    >>> scores = np.array([0.08])
    >>> words = Breakdown(0.1, (Effect("Read more", -2.0),))
    >>> context = Breakdown(0.2, (Effect("own words", -1.5), Effect("neighbours after", -1.2), Effect("shape", 0.3)))
    >>> paragraph = ParagraphExplanation(0, "Read more", "filler", 0.08, words, None, context)
    >>> tagged = TaggedArticle(Article("a", ["Read more"]), scores, scores > 0.5, 0.9)
    >>> found = reasons(paragraph, ArticleExplanation(tagged, 0.4, False, (paragraph,)))
    >>> found.verdict
    "Filler: its score of 0.08 is below this article's cutoff of 0.40."
    >>> for sentence in found.evidence:
    ...     print(sentence)
    For filler: its own words (“Read more”), no paragraph after it.
    For core: its shape (length, punctuation, capitals, digits).
    >>> restored = ParagraphExplanation(0, "Calm", "core", 0.4, words, None, context, first_score=0.1)
    >>> print(reasons(restored, ArticleExplanation(tagged, 0.4, False, (restored,))).verdict.partition(". ")[2])
    The score was raised from 0.10 by the second look at the story.
    """
    cutoff = "the threshold" if article.cutoff_is_fixed else "this article's cutoff"
    core = paragraph.label == "core"
    relation = "reaches" if core else "is below"
    verdict = f"{paragraph.label.capitalize()}: its score of {paragraph.score:.2f} {relation} {cutoff} of"
    verdict += f" {article.cutoff:.2f}."
    if paragraph.first_score is not None:
        change = "raised" if paragraph.score > paragraph.first_score else "lowered"
        rule, cause = paragraph.rule, paragraph.changed_by or SECOND_LOOK
        because = f"because it is {rule.meaning}" if rule else _CAUSES[cause]
        verdict += f" The score was {change} from {paragraph.first_score:.2f} {because}."
    if article.tagged.no_story is not None:
        verdict = f"Filler: {_page_has_no_story(article.tagged)}."
    total = sum(abs(effect.log_odds) for effect in paragraph.context.effects)
    strongest = sorted(paragraph.context.effects, key=lambda effect: -abs(effect.log_odds))
    named_effects = [effect for effect in strongest if abs(effect.log_odds) >= max(_LEAST_SHARE * total, 1e-9)]
    sentences = []
    for label in ("core", "filler") if core else ("filler", "core"):
        named = [
            _named(effect, paragraph, article) for effect in named_effects if (effect.log_odds > 0) == (label == "core")
        ]
        if named:
            sentences.append(f"For {label}: {', '.join(named)}.")
    return Reasons(verdict, tuple(sentences))


def _page_has_no_story(tagged: TaggedArticle) -> str:
    return f"the page has no story; the probability that it is an article is {tagged.is_article:.2f}"


def _named(effect: Effect, paragraph: ParagraphExplanation, article: ArticleExplanation) -> str:
    name = IN_WORDS[effect.name]
    if effect.name == SITE and paragraph.sighting is not None:
        return "its presence on {:,} of {:,} other pages of this site".format(*paragraph.sighting)
    if effect.name == BEFORE and paragraph.position == 0:
        return "no paragraph before it"
    if effect.name == AFTER and paragraph.position == len(article.paragraphs) - 1:
        return "no paragraph after it"
    if effect.name != OWN_WORDS:
        return name
    # Name only n-grams whose effect has the sign of the group's effect; the numbers show all.
    agreeing = [
        ngram
        for ngram in paragraph.words.strongest(len(paragraph.words.effects))
        if ngram.log_odds * effect.log_odds > 0 and ngram.name not in (FORM, SITE)
    ]
    quoted = ", ".join(f"“{ngram.name}”" for ngram in agreeing[:NAMED_NGRAMS])
    return f"{name} ({quoted})" if quoted else name


def explanation_lines(article: ArticleExplanation, *, position: int | None = None, width: int = 100) -> Iterator[str]:
    """Explain the label of each paragraph in lines of text, first in words, then in numbers.

    Parameters
    ----------
    article
        The explained article.
    position
        The position of the only paragraph to explain; None for all.
    width
        The greatest width of the lines.

    Yields
    ------
    str
        A line without a line end.
    """
    width = max(width, _LEAST_WIDTH)
    tagged = article.tagged
    kind = "threshold" if article.cutoff_is_fixed else "cutoff"
    line = f"{kind} {article.cutoff:.2f}"
    count = f"{int(tagged.core.sum())} of {len(tagged.texts)} paragraphs are core"
    yield from _wrapped(f"{tagged.article_id}: {count}, {line}, confidence {tagged.confidence:.2f}", width, "")
    if tagged.no_story is not None:
        note = _page_has_no_story(tagged).capitalize()
        yield from _wrapped(f"{note}. Its scores are multiplied by that probability.", width, "")
    for paragraph in article.paragraphs:
        if position is None or paragraph.position == position:
            yield ""
            yield from _paragraph(paragraph, article, width)
    yield ""
    yield from _wrapped(f"Numbers are log-odds: + is for core, - is for filler. Method: {METHOD}.", width, "")


def explanation_json(article: ArticleExplanation, *, position: int | None = None) -> str:
    """Return an explained article as one line of JSON.

    Parameters
    ----------
    article, position
        As in `explanation_lines`.

    Returns
    -------
    str
        An object with the article's ``article_id``, ``url``, ``title``, ``confidence``, ``is_article`` (its
        probability; null if the model does not compute it), ``cutoff``, ``cutoff_is_fixed`` (whether all articles have
        this cutoff), ``method`` and ``paragraphs``.

        Each paragraph has ``position``, ``text``, ``label``, ``score``, ``first_score`` and ``changed_by`` (the score
        before it was changed and the cause, as in `corestory.model.explaining.ParagraphExplanation`; null if it was not
        changed), ``rule`` (the name of the rule that found sure filler, or null) and the ``reasons`` in words. Its
        ``words``, ``markup`` (null without markup) and ``context`` (of the first score) are objects with a ``base`` and
        ``effects`` that add up to ``log_odds``. With a site memory it also has ``sighting``: the number of other pages
        of the site on which it appears, and the number of other pages.
    """
    tagged = article.tagged
    paragraphs = [
        {
            "position": paragraph.position,
            "text": storable(paragraph.text),
            "label": paragraph.label,
            "score": paragraph.score,
            "first_score": paragraph.first_score,
            "changed_by": paragraph.changed_by,
            "rule": None if paragraph.rule is None else paragraph.rule.name,
            "reasons": [storable(sentence) for sentence in _sentences(paragraph, article)],
            "words": _sum(paragraph.words),
            "markup": None if paragraph.markup is None else _sum(paragraph.markup),
            "context": _sum(paragraph.context),
            **({} if paragraph.sighting is None else {"sighting": paragraph.sighting}),
        }
        for paragraph in article.paragraphs
        if position is None or paragraph.position == position
    ]
    document = {
        "article_id": storable(tagged.article_id),
        "url": storable(tagged.url),
        "title": storable(article.tagged.title),
        "confidence": tagged.confidence,
        "is_article": tagged.is_article,
        "cutoff": article.cutoff,
        "cutoff_is_fixed": article.cutoff_is_fixed,
        "method": METHOD,
        "paragraphs": paragraphs,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def _sentences(paragraph: ParagraphExplanation, article: ArticleExplanation) -> tuple[str, ...]:
    found = reasons(paragraph, article)
    return (found.verdict, *found.evidence)


def _paragraph(paragraph: ParagraphExplanation, article: ArticleExplanation, width: int) -> Iterator[str]:
    text = " ".join(paragraph.text[: 2 * _SHOWN_CHARACTERS].split())
    cut = f"{text[:_SHOWN_CHARACTERS]}…" if len(text) > _SHOWN_CHARACTERS else text
    number = f"{paragraph.position} "
    yield from _wrapped(number + (cut or "(no visible text)"), width, " " * len(number))
    for sentence in _sentences(paragraph, article):
        yield from _wrapped(_INDENT + sentence, width, _INDENT * 2)
    yield from _numbers("context", paragraph.context, width, len(paragraph.context.effects))
    yield from _numbers("words", paragraph.words, width, NGRAMS)
    if paragraph.markup is not None:
        yield from _numbers("markup", paragraph.markup, width, NGRAMS)


def _numbers(name: str, found: Breakdown, width: int, count: int) -> Iterator[str]:
    terms = [f"{in_words(effect.name)} {signed(effect.log_odds)}" for effect in found.strongest(count)]
    rest = found.log_odds - found.base - sum(effect.log_odds for effect in found.strongest(count))
    left = len(found.effects) - count
    if left > 0:
        terms.append(f"{left} more {signed(rest)}")
    line = f"{name} {signed(found.log_odds)} = {', '.join([f'base {signed(found.base)}', *terms])}"
    yield from _wrapped(_INDENT + line, width, _INDENT * 2)


def in_words(ngram: str) -> str:
    """Return an n-gram for a reader, with words in place of the model's names of element levels and word shapes.

    Examples
    --------
    >>> in_words("Read more"), in_words("own_p own_lead"), in_words("upup_div nav")
    ('Read more', 'p lead (its own element)', 'div (two elements up) nav')
    """
    if ngram == FORM:
        return "shapes of its words (capitals and digits)"
    parts: list[str] = []
    for level, words in groupby(ngram.split(" "), key=_level_of):
        named = " ".join(word.removeprefix(level) for word in words)
        parts.append(f"{named} ({_LEVELS[level]})" if level else named)
    return " ".join(parts)


def _level_of(word: str) -> str:
    return next((level for level in _LEVELS if word.startswith(level)), "")


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
