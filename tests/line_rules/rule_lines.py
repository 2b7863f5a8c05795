"""Lines on which rules are tried: "+" begins a line that the first decision keeps."""

from collections.abc import Callable, Sequence

import numpy as np

from corestory.features.batch import Batch, batch_of_articles
from corestory.features.shapes import shape_features
from corestory.line_rules.filler_rules import NO_RULE, filler_rules
from corestory.reading.article import Article
from corestory.types import Bool, Float

Rule = Callable[[Batch, Float, Bool], Bool]


def marked(lines: Sequence[str]) -> tuple[list[str], Float, Bool]:
    """Give the texts of lines, their words, and which of them are kept."""
    texts = [line.removeprefix("+") for line in lines]
    return texts, shape_features(texts)[0], np.array([line[0] == "+" for line in lines])


def kept_lines(lines: Sequence[str]) -> list[str]:
    """Give the texts of the lines that are kept."""
    return [line[1:] for line in lines if line[0] == "+"]


def found_lines(rule: Rule, lines: Sequence[str]) -> list[str]:
    """Give the lines that a rule finds in the second of two equal articles, and see that it finds them in the first."""
    texts, words, kept = marked(lines)
    batch = batch_of_articles([Article("a", texts), Article("b", texts)])
    found = rule(batch, np.tile(words, 2), np.tile(kept, 2))
    assert found[: len(texts)].tolist() == found[len(texts) :].tolist()
    return [texts[row] for row in np.flatnonzero(found[len(texts) :]).tolist()]


def found_if_kept(rule: Rule, article: Article) -> list[str]:
    """Give the paragraphs that a rule finds in an article of which all are kept."""
    words, _ = shape_features(article.texts)
    found = rule(batch_of_articles([article]), words, np.ones(len(article.texts), bool))
    return [article.texts[row] for row in np.flatnonzero(found).tolist()]


def sure_filler(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Tell which kept paragraphs any rule for filler finds."""
    return filler_rules(batch, words, kept) != NO_RULE
