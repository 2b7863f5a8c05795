"""What rules find of single lines, and that no line of any characters ends them with an error."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.shapes import shape_features
from corestory.line_rules.around_story import end_notes
from corestory.line_rules.comments import in_comments
from corestory.line_rules.credits import is_credit
from corestory.line_rules.notices import advertisements, notices
from corestory.line_rules.other_stories import other_stories_in_texts
from corestory.line_rules.page_labels import is_title_without_story, page_labels
from corestory.line_rules.page_notes import page_notes
from corestory.line_rules.second_stories import repeated_stories
from corestory.line_rules.story_prose import addresses_nobody, is_about_past
from corestory.reading.article import Article
from line_rules.rule_lines import Rule, found_if_kept, sure_filler

STORY = [
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
    "A new landing stage would cost more than the town has in a year, so the old one was repaired with oak.",
]


def _behind_story(rule: Rule, line: str) -> bool:
    found = found_if_kept(rule, Article("a", [*STORY, line]))
    assert set(found) <= {line}
    return bool(found)


FINDS = {
    "code": partial(_behind_story, advertisements),
    "credit": is_credit,
    "end note": partial(_behind_story, end_notes),
    "filler": partial(_behind_story, sure_filler),
    "label": partial(_behind_story, page_labels),
    "note of the page": partial(_behind_story, page_notes),
    "notice": partial(_behind_story, notices),
    "speaks to nobody": addresses_nobody,
    "tells of the past": is_about_past,
    "title without a story": is_title_without_story,
}
ROWS = Path(__file__).with_name("lines.tsv").read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize(("rule", "found", "line"), [row.split("\t") for row in ROWS])
def test_a_rule_finds_what_its_words_say_and_no_line_of_the_story_that_is_like_it(rule: str, found: str, line: str):
    assert FINDS[rule](line) == (found == "yes")


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
