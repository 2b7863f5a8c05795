"""No line of any characters ends the rules with an error."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.shapes import shape_features
from corestory.line_rules.comments import in_comments
from corestory.line_rules.other_stories import other_stories_in_texts
from corestory.line_rules.page_labels import page_labels
from corestory.line_rules.page_notes import page_notes
from corestory.line_rules.second_stories import repeated_stories
from corestory.reading.article import Article
from line_rules.rule_lines import sure_filler

# Marks, wide spaces, digits, and words that rules look for.
PIECES = [
    *"•|—>»*#:：()[]\"“.,!?@/-0129", " ", "\u3000", "\u2003", "\xa0", "By", "Photo", "Read", "more", "Share", "on",
    "Comments", "3", "May", "2025", "ago", "says", "Ann", "Lee", "The", "İ", "ß", "写真", "제공", "تعليق", "Re", "(AP)",
]  # fmt: skip
LINES = st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=1, max_size=12)


@pytest.mark.parametrize(
    "rule", [sure_filler, page_labels, page_notes, in_comments, other_stories_in_texts, repeated_stories]
)
@settings(max_examples=200)
@example(lines=["—\u3000—", "|\u3000|", "*\u2003*"], seed=0)
@given(lines=LINES, seed=st.integers(0, 2**32 - 1))
def test_a_rule_finds_kept_lines_alone_whatever_the_lines_are(rule, lines, seed):
    batch = batch_of_articles([Article("a", lines)])
    kept = np.random.default_rng(seed).random(len(lines)) < 0.7
    assert not (rule(batch, shape_features(batch.texts)[0], kept) & ~kept).any()
