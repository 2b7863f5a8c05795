"""Lines of the page by their beginnings: labels, buttons, credits, dates and offers; titles of pages without a story.

Sites use the same words for such lines: "Skip to content", "Share on …", "Fotos: …", "Updated …". Sentences of a story
begin or continue in another way. The table ``page_labels.tsv`` has these beginnings, in some 30 languages, with the
form of the rest of the line: anything (`any`), not both a comma and a final full stop (`begin`), no final full stop
(`lead`), nothing (`whole`), a digit (`date`), a digit and few words (`time`), names (`credit`), a list after a colon
(`label`), or only labels of buttons (`words`). A few other lines are found by patterns.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import NamedTuple

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.comments import is_label_of_comments, is_stamp, says_how_long_ago
from corestory.line_rules.credits import is_credit
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import JOINED, pattern, table, words_of
from corestory.line_rules.teasers import folded, is_heading_of_teasers
from corestory.types import Bool, Float

LABEL_WORDS, LABEL_CHARACTERS = 25, 200
"""The most words and characters of a label."""
DATE_WORDS, TIME_WORDS, JOINED_CHARACTERS = 12, 3, 40
"""The most words of a label with a date, and the most words after a day such as "today". In a script that does not
separate words, the most characters."""
AGO_WORDS = 5
"""The most words of a label that says how long ago."""
NAMES, NAME_WORDS, SMALL_WORDS = 9, 5, 2
"""The most words of a credit, the same in scripts without capitals, and the most longer words in small letters."""
KEY = 4
"""The number of first letters in the index of labels; a shorter label is indexed by all its letters."""
SITE_WORDS, SMALL_CHARACTERS = 5, 3
"""The most words of a site's name, and the most characters of a word in it that begins with a small letter."""

# A count of comments, an address, hashtags, a news agency with initials ("VNA/iv"), the path to the page within its
# site, and in scripts without spaces a date with a word such as "updated".
_FORMS = (
    r"\d[\d.,]*\s?[km]?\s?(?:{what pages count})|@\w{3,}|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|"
    r"(?:#[^\s#]{2,}[\s,]*){2,}|(?:#[^\W\d_][^#.!?]{1,30}){3,}|(?:[^»›>]{1,30} [»›>] ){2,}[^»›>]{1,30}|"
    r"(?-i:[A-Z]{3,5}/[a-z]{2,4})|\D?\d{4}\S+\d\S*[\s\d:：分时時点点]*\]?\s?(?:更新|配信|公開|掲載|発行|수정|입력|등록|(?:来源|來源)[:：]?\S+)"
)
_IN_FORMS = frozenset("#/»›>年@0123456789")
_MARKS = " \xa0\t*_#|•-–—>»→▶►■●◆▼"
_SEPARATORS = " \xa0:：=＝/|丨-–—"
_COMMAS = frozenset(",،、，")
# Separators of the page's name and the site's. After a colon or a dash a headline may go on: "Privacy: …".
_BARS, _COLONS = re.compile(r"\s+[|·•»]\s+|\s*[|•»]\s*"), re.compile(r"\s*:\s+|\s+[–—-]\s+")
_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)+/?")
_ERRORS = (
    r"(?:http )?(?:{errors}) [45]\d\d(?:\W+(?:{what an error is of})\b.*)?|"
    r"(?:40\d|410|429|451|50[0-4]|52\d)(?: (?:not found|forbidden|error|bad|service|gateway|internal|gone)\b.*)?"
)
_SEARCHES = (
    r"(?:{searches})(?: (?:for|nach|für|pour|para|de|voor|po|по))? (?:[\"“„«»][^\"“”«»]*|['‘][^'’]*['’]?)|"
    r"(?:{searches for}) \S+(?: \S+){0,3}|(?:{subscriptions to}) [^:,?]{2,40}"
)
_LISTS = (", ", " · ", " | ", "、", "،", " • ")


class _Labels(NamedTuple):
    """The labels in ``page_labels.tsv``.

    Attributes
    ----------
    begins
        Beginnings of lines with their forms, indexed by their first letters.
    whole, words
        Whole lines, and labels of buttons.
    captions
        Labels of captions and credits, such as "image caption", without their marks.
    breaks
        Labels of advertisements, and beginnings of lines that say that the story goes on after one.
    """

    begins: dict[str, list[tuple[str, str]]]
    whole: set[str]
    words: set[str]
    captions: set[str]
    breaks: dict[str, set[str]]


@cache
def _labels() -> _Labels:
    labels = _Labels(defaultdict(list), set(), set(), set(), defaultdict(set))
    others = {"whole": labels.whole, "words": labels.words}
    for kind, form, parts in table("page_labels.tsv"):
        for part in folded(parts).split("|"):
            if form in others:
                others[form].add(part)
            else:
                labels.begins[part[:KEY]].append((part, form))
            if kind == "caption":
                labels.captions.add(part.rstrip(" ,:."))
            if kind == "goes on" or (kind, form) == ("advertisement", "whole"):
                labels.breaks[form].add(part)
    return labels


def page_labels(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs that are labels, buttons, credits, dates and offers of the page.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> batch = batch_of_articles([Article("a", ["Share on Facebook", "Updated 9 May", "Updated rules"])])
    >>> page_labels(batch, np.array([3.0, 3.0, 2.0]), np.ones(3, bool)).tolist()
    [True, True, False]
    """
    found = np.zeros(len(kept), bool)
    rows = np.flatnonzero(kept & (words <= LABEL_WORDS)).tolist()
    # In a dump, a label and its caption or credit may be on separate lines.
    found[[row for row in rows if is_page_label(batch.texts[row]) or _is_labelled(batch, row)]] = True
    return found


def _is_labelled(batch: Batch, row: int) -> bool:
    """Return whether a line is the caption or credit below a line that is only the label of one."""
    label = batch.texts[row - 1] if row > batch.layout.start[row] else ""
    is_label = 0 < len(label) <= JOINED_CHARACTERS and folded(label).rstrip(" ,:.") in _labels().captions
    return is_label and not ends_as_sentence(batch.texts[row])


def is_page_label(text: str) -> bool:
    """Return whether a line is a label, a button, a credit, a date or an offer of the page.

    Examples
    --------
    >>> is_page_label("Written by Ann Lee"), is_page_label("Written by hand"), is_page_label("Facebook X WhatsApp")
    (True, False, True)
    """
    bare = text.strip(_MARKS).strip()
    if not bare or len(text) > LABEL_CHARACTERS:
        return False
    line = folded(bare)
    begins, whole, words, *_ = _labels()
    may_be = [label for size in range(1, KEY + 1) for label in begins.get(line[:size], ())]
    for part, form in may_be:
        if line.startswith(part):
            joined, rest = JOINED.match(part) is not None, bare[len(part) :]
            ends = joined or not (part[-1].isalnum() and rest[:1].isalnum())
            if ends and _has_form(form, part, rest, joined=joined):
                return True
    if line.rstrip(" :.…") in whole or (line.count(" ") < AGO_WORDS and says_how_long_ago(line)):
        return True
    if not _IN_FORMS.isdisjoint(line) and pattern(_FORMS).fullmatch(text.strip()):
        return True
    if line.split(None, 1)[0].strip(",.:/|·•") not in words:  # as for nearly all lines
        return False
    buttons = [button for word in line.split() if (button := word.strip(",.:/|·•"))]
    return len(buttons) > 1 and words.issuperset(buttons)


def is_break(text: str) -> bool:
    """Return whether a line is nothing but the label of an advertisement, or says that the story goes on after one.

    Examples
    --------
    >>> is_break("– Advertisement –"), is_break("Article continues below"), is_break("Sponsored by Quay Ltd")
    (True, True, False)
    """
    line = folded(text.strip(_MARKS + "[]()").rstrip(".:"))
    breaks = _labels().breaks
    return line in breaks["whole"] or line.startswith(tuple(breaks["begin"]))


def _has_form(form: str, part: str, rest: str, *, joined: bool) -> bool:
    """Return whether the rest of a line has the form that the beginning requires."""
    stop = rest.rstrip().endswith((".", "。"))
    if form in ("begin", "lead"):
        # "Follow us, said the guide." reports a call to others.
        return not stop or (form == "begin" and _COMMAS.isdisjoint(rest))
    if form == "any":
        return True
    if ends_as_sentence(rest) and not rest.rstrip(" .")[-1:].isdigit():
        return False
    if form == "label":
        return rest.lstrip()[:1] in (":", "：") or (" " in part and any(separator in rest for separator in _LISTS))
    size = len(rest.split())
    if form in ("date", "time"):
        most = DATE_WORDS if form == "date" else TIME_WORDS
        return any(map(str.isdigit, rest)) and (len(rest) <= JOINED_CHARACTERS if joined else size <= most)
    parted = part[-1] in ":：-" or rest.lstrip()[:1] in (":", "：", "=", "＝", "/", "丨")
    return bool(rest.strip(_SEPARATORS)) and _are_names(rest.strip(_SEPARATORS).split(), parted=parted)


def _are_names(words: list[str], *, parted: bool) -> bool:
    """Return whether words are names or a site; in a script without capitals, whether few words follow a colon."""
    if len(words) > NAMES:
        return False
    if parted and len(words) == 1 and _SITE.fullmatch(words[0]):
        return True
    if words[0][0].upper() == words[0][0].lower():
        short = len(words) <= NAME_WORDS and len(" ".join(words)) <= JOINED_CHARACTERS
        return parted and short and words[0][0].isalpha()
    small = sum(len(word) > 3 and word[0].islower() for word in words)
    if parted:
        return words[0][0].isupper() and small <= SMALL_WORDS
    return len(words) > 1 and small == 0 and words[-1][0].isupper()


def is_label(text: str) -> bool:
    """Return whether a line is a heading of teasers or comments, the label of a button, a date or a credit.

    Examples
    --------
    >>> is_label("Read next"), is_label("Reply"), is_label("Ann Lee, 3 hours ago"), is_label("A new quay")
    (True, True, True, False)
    """
    return any(tell(text) for tell in (is_heading_of_teasers, is_label_of_comments, is_page_label, is_stamp, is_credit))


def is_title_without_story(title: str) -> bool:
    """Return whether a title, or its part beside the name of a site, is that of a page without a story.

    Examples
    --------
    >>> is_title_without_story("Sign in | The Bay Post"), is_title_without_story("404 - Not Found")
    (True, True)
    >>> is_title_without_story("Mayor told to sign in: what we know"), is_title_without_story("")
    (False, False)
    """
    title = " ".join(title.split())
    if "«" in title:  # the closing "»" is not a separator
        title = title.replace("»", "”")
    first = _BARS.split(title, maxsplit=1)[0]
    mark = _COLONS.search(first)
    if mark is None:
        return _names_no_story(first)
    name, rest = first[: mark.start()], first[mark.end() :]
    parts = _COLONS.split(rest)
    is_site = ":" not in mark[0] and _is_site(parts[-1].split())
    return _names_no_story(name) and (is_site or _names_no_story(parts[0]))


def _is_site(words: list[str]) -> bool:
    """Return whether words may be the name of a site. A headline continues in small letters."""
    small = any(word[0].islower() and (len(word) > SMALL_CHARACTERS or word is words[0]) for word in words)
    return len(words) <= SITE_WORDS and not small


def _names_no_story(part: str) -> bool:
    bare = folded(part).strip(' .!?…"“”«»')
    return bare in _titles() or any(pattern(form).fullmatch(bare) for form in (_SEARCHES, _ERRORS))


@cache
def _titles() -> frozenset[str]:
    return frozenset(map(folded, words_of("titles without a story")))
