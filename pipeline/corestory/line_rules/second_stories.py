"""Second stories: a headline and prose about other subjects after the story of a text; and the same story repeated.

A second story has the words of a story. But it begins as the page's own story does: with a headline and a date of the
same form, or a byline. Without these, a subhead looks the same. But the prose below a subhead shares words with the
prose above it, and a subhead is seldom alone. A headline has words of its own story and none of the story above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from corestory.features.batch import Batch
from corestory.features.characters import UNSPACED
from corestory.features.tokens import tokens_of
from corestory.line_rules.comments import CLOCK, is_label_of_comments, is_stamp
from corestory.line_rules.credits import is_byline
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.page_labels import is_label
from corestory.line_rules.patterns import LETTER, pattern
from corestory.types import Bool, Float

HEADLINE_WORDS = 3, 20
"""The fewest and the most words of a headline."""
NAME_WORDS, NAME_CHARACTERS = 4, 40
"""The most words and characters of a full name."""
STEM = 5
"""The number of first letters by which words are compared; shorter words are ignored."""
PROSE_WORDS = 8
"""The fewest words of a sentence of prose."""
LEAST_PROSE, FIRST_WORDS = 2, 30
"""The fewest kept sentences of prose before a second story, and the fewest kept words."""
HEAD_LINES, DATE_WORDS = 4, 10
"""The most lines of headline, byline and date together, and the most words of the line with the date."""
MOST_OF_STORY = 0.2
"""The greatest share of the words of a second story with such a head that are in the first story."""
MOST_STORIES, MOST_TIMES = 2, 3
"""The most second stories of a text, and their most words as a multiple of the first story's. A text with more stories
is a blog, and all its posts are its own."""
COMPARED, HARDLY_SHARED, DOUBTED_SHARED = 10, 0.06, 0.1
"""For two stories with only a headline between: the fewest words of the shorter one, and the greatest share of them
that are also in the other. The last value is that share if a name is below the headline, or if the first decision drops
the headline or prose after it."""
REPEATED, REPEATED_SHARE, REPEATED_LINE = (2, 60), 0.5, 4
"""For a repeated story: the fewest paragraphs and words that it repeats in their order, and its least share of the kept
words above it. The last value is the fewest words of a paragraph that counts, because shorter ones often repeat."""

# An item of a list.
_ITEM = r"[*+•▪·–—-]\s|\d{1,3}[.)]\s"
# Vowel signs in scripts of India, at which tokens are split.
_SIGNS = "[\u0900-\u0dff]"
_FIRST_UNSPACED = chr(UNSPACED[0][0])
_OF_NAMES = dict.fromkeys(map(ord, "-'’."))
_PARTICLES = frozenset(("da", "de", "del", "den", "der", "di", "dos", "du", "la", "le", "ter", "van", "von", "y"))


def has_headline_form(text: str, words: float) -> bool:
    """Return whether a line has the form of a headline, and is no time of a live report or link to another page."""
    return (
        HEADLINE_WORDS[0] <= words <= HEADLINE_WORDS[1]
        and not text.rstrip().endswith((":", "：", ",", ";"))
        and not ends_as_sentence(text)
        and re.search(CLOCK, text) is None
        and pattern(r"\W*(?:{continued from another page})\b").match(text) is None
        and not is_stamp(text)
    )


def is_full_name(text: str) -> bool:
    """Return whether a line may be the full name of a person, and nothing else.

    Examples
    --------
    >>> is_full_name("*Ludwig van Loon*"), is_full_name("Loon"), is_full_name("Loon is here"), is_full_name("Loon.")
    (True, False, False, False)
    """
    if len(text) > NAME_CHARACTERS or " " not in text:  # as in most lines
        return False
    words = text.strip("*_|•- ").split()
    return (
        1 < len(words) <= NAME_WORDS
        and all(word[0].isupper() or word in _PARTICLES for word in words)
        and not text.endswith(".")
        and "".join(words).translate(_OF_NAMES).isalpha()
    )


def stems(text: str) -> set[str]:
    """Return the beginnings of longer words, and in scripts without spaces the pairs of characters without endings.

    Examples
    --------
    >>> sorted(stems("The quays reopened, the quay of Skarne.")), sorted(stems("港町の"))
    (['quays', 'reope', 'skarn'], ['港町'])
    """
    tokens = tokens_of(text) if re.search(_SIGNS, text) is None else re.findall(f"{LETTER}+", text.casefold())
    found = {token[:STEM] for token in tokens if len(token) >= STEM}
    if max(tokens, default="") < _FIRST_UNSPACED:
        return found
    pairs = {first + second for first, second in pairwise(tokens) if len(first) == len(second) == 1}
    return found | {pair for pair in pairs if not pair.isascii() and not any("ぁ" <= char <= "ん" for char in pair)}


def stems_of_rows(texts: Sequence[str], rows: Sequence[int]) -> set[str]:
    """Return the stems of some rows."""
    return stems(" ".join(texts[row] for row in rows))


def share_at_most(most: float, texts: Sequence[str], own: Sequence[int], others: Sequence[int]) -> bool:
    """Return whether the rows `others` have at most the share `most` of the words of the rows `own`."""
    known, found = stems_of_rows(texts, own), set[str]()
    # If the subject is the same, the first paragraphs are usually enough.
    for row in others:
        found |= known & stems(texts[row])
        if len(found) / max(len(known), 1) > most:
            return False
    # In scripts without spaces, a pair of characters may span two paragraphs.
    return len(known & stems_of_rows(texts, others)) / max(len(known), 1) <= most


def repeated_stories(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of a story that its article repeats, for printing or for phones.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> story = ["The quay was opened on Monday.", "It cost a million."]
    >>> batch = batch_of_articles([Article("a", [*story, "Print", *story])])
    >>> repeated_stories(batch, np.array([40.0, 40, 1, 40, 40]), np.array([True, True, False, True, True])).tolist()
    [False, False, False, True, True]
    """
    found = np.zeros(len(kept), bool)
    long = kept & (words >= REPEATED_LINE)
    for inside in batch.layout.slices():
        first: dict[str, int] = {}
        runs: list[list[int]] = []
        last = inside.stop  # the row that the previous row repeats; the end if it repeats none
        for row in (inside.start + np.flatnonzero(long[inside])).tolist():
            before = first.setdefault(batch.texts[row], row)
            if before == row:
                last = inside.stop
                continue
            if last < before:
                runs[-1].append(row)
            else:
                runs.append([row])
            last = before
        again = [row for run in runs if len(run) >= REPEATED[0] and words[run].sum() >= REPEATED[1] for row in run]
        above = slice(inside.start, again[0] if again else inside.start)
        if again and words[again].sum() >= REPEATED_SHARE * words[above][kept[above]].sum():
            found[again] = True
    return found


def second_story(texts: Sequence[str], words: Float, kept: Bool, inside: slice) -> int | None:
    """Return the row of the headline of a second story among the rows of a text, or None.

    Parameters
    ----------
    texts, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.
    inside
        The rows of the text.

    Examples
    --------
    >>> story = ["The harbour ferry left its quay on Monday.", "Passengers waited beside wooden benches since morning."]
    >>> other = ["Bakers reject longer shifts", "Most bakers voted against longer shifts in factories of Holmfield."]
    >>> end = "Union leaders expect further talks after Easter with some mediator."
    >>> kept = np.array([True, True, False, True, True])
    >>> second_story([*story, *other, end], np.array([20.0, 20, 4, 10, 10]), kept, slice(0, 5))
    2
    """
    rows = (inside.start + np.flatnonzero(kept[inside])).tolist()
    if len(rows) <= LEAST_PROSE:
        return None
    end = min(rows[-1] + 1 + HEAD_LINES, inside.stop)
    long = rows[0] + np.flatnonzero(words[rows[0] : end] >= PROSE_WORDS)
    prose = [row for row in long.tolist() if ends_as_sentence(texts[row])]
    kept_prose = [row for row in prose if kept[row]]
    if len(kept_prose) <= LEAST_PROSE:
        return None
    begin = _after_like_head(texts, words, rows, kept_prose, inside.start)
    return _after_headline(texts, words, rows, prose, kept) if begin is None else begin


def _after_like_head(texts: Sequence[str], words: Float, rows: list[int], prose: list[int], first: int) -> int | None:
    """Return the row of the headline of a second story, if its head has the form of the first story's head."""
    heads = _heads(texts, words, prose, first)
    if not 1 < len(heads) <= 1 + MOST_STORIES or heads[0] > prose[0]:
        return None
    own, other = [row for row in rows if heads[0] <= row < heads[1]], [row for row in rows if row >= heads[1]]
    # Entries of a diary have only dates, and follow one another.
    below = [row for head in heads[:2] for row in range(head + 1, next(row for row in prose if row > head))]
    if heads[1] == own[-1] + 1 and len(below) <= 2 and not any(is_byline(texts[row]) for row in below):
        return None
    enough = _enough(words, own, other, prose)
    return heads[1] if enough and share_at_most(MOST_OF_STORY, texts, other, own) else None


def _enough(words: Float, own: list[int], other: list[int], prose: Sequence[int]) -> bool:
    """Return whether the first story is long enough, and the second not much longer."""
    own_words = words[own].sum()
    return bool(
        own_words >= FIRST_WORDS
        and words[other].sum() <= MOST_TIMES * own_words
        and len(set(prose) & set(own)) >= LEAST_PROSE
    )


def _heads(texts: Sequence[str], words: Float, prose: list[int], first: int) -> list[int]:
    """Return the rows of headlines with a date or a byline between two sentences, in the form of the first one's."""
    found: list[tuple[int, set[str]]] = []
    before = max(first, prose[0] - HEAD_LINES) - 1
    for row in prose:
        between = range(max(before + 1, row - HEAD_LINES), row)
        forms = {line: form for line in between if words[line] <= DATE_WORDS and (form := _form(texts[line]))}
        # The date is below the headline. In a blog it may be above, once a day.
        headlines = [
            line for line in between if forms and line < max(forms) and has_headline_form(texts[line], words[line])
        ]
        if headlines and row - before <= HEAD_LINES + 1:
            found.append((headlines[0], set(forms.values())))
        elif not found:
            return []
        before = row
    return [headline for headline, forms in found if forms & found[0][1]]


def _form(text: str) -> str:
    """Return the form of a date ("12 May 2025" is "0 a 0", without marks around it), "by" for a byline, or ""."""
    if is_stamp(text):
        return re.sub(r"\d+", "0", re.sub(r"[^\W\d_]+", "a", re.sub(r"^\W+|\W+$", "", text)))
    return "by" if is_byline(text.partition(",")[0]) else ""  # a profession may follow


def _headline_above(texts: Sequence[str], words: Float, row: int, last: int) -> tuple[int | None, bool]:
    """Return the row of a headline above a row and after `last`, or None, and whether a name is below it."""
    headline, named = row - 1, False
    if headline <= last:
        return None, named
    # An entry of a diary has only a date.
    dated = headline - is_stamp(texts[headline])
    while dated > max(last, row - HEAD_LINES) and (is_byline(texts[dated]) or is_full_name(texts[dated])):
        headline, named, dated = dated - 1, True, dated - 1
    begins = has_headline_form(texts[headline], words[headline]) and (named or not re.match(_ITEM, texts[headline]))
    return (headline if headline > last and begins else None), named


def _after_headline(texts: Sequence[str], words: Float, rows: list[int], prose: list[int], kept: Bool) -> int | None:
    """Return the row of the only headline within the text, if its words are in the prose after it and not above."""
    found: list[tuple[int, int, bool]] = []
    read = words[rows].cumsum()
    least = rows[int(np.searchsorted(read, FIRST_WORDS))] if read[-1] > FIRST_WORDS else rows[-1]
    for index, row in enumerate(prose):
        if index and prose[index - 1] == row - 1:  # as nearly always
            continue
        headline, named = _headline_above(texts, words, row, max(least, prose[max(index - 1, 0)]))
        if headline is not None:
            found.append((headline, index, named))
        if len(found) > 1:
            return None
    if not found:
        return None
    headline, index, named = found[0]
    # Comments follow a heading of comments; other labels may be within the story.
    if is_label(texts[headline]) and not is_label_of_comments(texts[headline]):
        return None
    own, other = [row for row in rows if row < headline], [row for row in rows if row > headline]
    if not other or not _enough(words, own, other, prose):
        return None
    after = {*other, *prose[index:]}
    above, below = (stems_of_rows(texts, side) for side in (own, sorted(after)))
    fewer = min(len(above), len(below))
    doubted = named or not kept[headline] or not kept[prose[index:]].all()
    most = DOUBTED_SHARED if doubted else HARDLY_SHARED
    alien = fewer >= COMPARED and len(above & below) <= most * fewer
    # A compound word contains the words of its story.
    headline_text = texts[headline].casefold()
    repeated, known, first = (
        sum(stem in headline_text for stem in stems_of_part)
        for stems_of_part in (below, above, stems(texts[prose[index]]))
    )
    return headline if alien and repeated > 2 * known and (named or first or repeated > 1) else None
