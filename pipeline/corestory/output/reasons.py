"""An explanation in sentences that a newsroom understands, before any number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corestory.features.columns import AFTER, BEFORE, MARKUP, OWN_WORDS, POSITION, SHAPE, TOPIC

if TYPE_CHECKING:
    from corestory.model.breakdown import Effect
    from corestory.model.explaining import ArticleExplanation, ParagraphExplanation

IN_WORDS = {
    OWN_WORDS: "its own words",
    BEFORE: "what stands before it",
    AFTER: "what stands after it",
    SHAPE: "its shape (length, punctuation, capitals, digits)",
    POSITION: "where it stands in the article",
    TOPIC: "how much it shares with the story's words",
    MARKUP: "how the page marks it up",
}
"""What each group is called within a sentence."""

NAMED_NGRAMS = 3
"""How many n-grams a sentence names."""

# What did less than this share of all is not worth a word.
_LEAST_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a paragraph was tagged so.

    Attributes
    ----------
    verdict
        What it was tagged, and how near it was to the line.
    spoke
        What spoke for and against it, the strongest first.
    """

    verdict: str
    spoke: tuple[str, ...]


def reasons(paragraph: ParagraphExplanation, article: ArticleExplanation) -> Reasons:
    """Put a paragraph's explanation into sentences.

    Parameters
    ----------
    paragraph
        The paragraph.
    article
        Its article.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.model.breakdown import Breakdown, Effect
    >>> from corestory.model.explaining import ArticleExplanation, ParagraphExplanation
    >>> from corestory.model.tagged_article import TaggedArticle
    >>> from corestory.reading.article import article_of_texts
    >>> scores = np.array([0.08])
    >>> words = Breakdown(0.1, (Effect("Read more", -2.0),))
    >>> context = Breakdown(0.2, (Effect("own words", -1.5), Effect("neighbours after", -1.2), Effect("shape", 0.3)))
    >>> paragraph = ParagraphExplanation(0, "Read more", "filler", 0.08, words, None, context)
    >>> tagged = TaggedArticle(article_of_texts("a", ["Read more"]), scores, scores > 0.5, 0.9)
    >>> found = reasons(paragraph, ArticleExplanation(tagged, 0.4, False, (paragraph,)))
    >>> found.verdict
    "Filler: its score of 0.08 is below 0.40, this article's line."
    >>> for sentence in found.spoke:
    ...     print(sentence)
    For filler: its own words (“Read more”), that nothing stands after it.
    For core: its shape (length, punctuation, capitals, digits).
    """
    line = "the threshold" if article.cutoff_is_fixed else "this article's line"
    core = paragraph.label == "core"
    relation = "is not below" if core else "is below"
    verdict = (
        f"{paragraph.label.capitalize()}: its score of {paragraph.score:.2f} {relation} {article.cutoff:.2f}, {line}."
    )
    total = sum(abs(effect.log_odds) for effect in paragraph.context.effects)
    spoke = sorted(paragraph.context.effects, key=lambda effect: -abs(effect.log_odds))
    heard = [effect for effect in spoke if abs(effect.log_odds) >= max(_LEAST_SHARE * total, 1e-9)]
    sentences = []
    for label in ("core", "filler") if core else ("filler", "core"):
        named = [_named(effect, paragraph, article) for effect in heard if (effect.log_odds > 0) == (label == "core")]
        if named:
            sentences.append(f"For {label}: {', '.join(named)}.")
    return Reasons(verdict, tuple(sentences))


def _named(effect: Effect, paragraph: ParagraphExplanation, article: ArticleExplanation) -> str:
    name = IN_WORDS[effect.name]
    if effect.name == BEFORE and paragraph.position == 0:
        return "that nothing stands before it"
    if effect.name == AFTER and paragraph.position == len(article.paragraphs) - 1:
        return "that nothing stands after it"
    if effect.name != OWN_WORDS:
        return name
    # Only what pulls the way that all its words together do: the others are in the numbers.
    agreeing = [
        ngram
        for ngram in paragraph.words.strongest(len(paragraph.words.effects))
        if ngram.log_odds * effect.log_odds > 0
    ]
    quoted = ", ".join(f"“{ngram.name}”" for ngram in agreeing[:NAMED_NGRAMS])
    return f"{name} ({quoted})" if quoted else name
