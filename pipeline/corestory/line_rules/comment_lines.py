"""Lines around readers' comments, by their words and form: headings, times, buttons, names, links to more."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import LETTER, pattern, words_of

BESIDE_WORDS, BESIDE_SENTENCE, BESIDE_HALF = 7, 1, 2
"""The most words of a line besides the time in it. The second number is for a line that ends as a sentence does: "vor 2
Std." is a time, "She left 3 days ago." is not. The third is for a line that ends in "a.m."."""
STAMP_CHARACTERS, SHORT_STAMP = 150, 4
"""The most characters of a line with a time, because a word may be long; and of a line such as "3d", which says how
long ago without a word such as "ago"."""

# "38 comments … read them below", "See all comments (27)".
_COUNTED = (
    r"(?<![\d.,:/-])\d{1,5}\)?\s?(?:{comments that are counted})(?!\w)|"
    r"\b(?:{comments that are counted})\s?[(\[:]\s?\d{1,5}(?![\d.,:/-])"
)
CLOCK = r"\d{1,2}(?:[:.]\d\d|\s?[hH]\s?\d\d)(?::\d\d)?"
_MONTH = rf"(?:{LETTER}{{3,12}}\.?|[ก-ฮ]\.[ก-ฮ]\.)"
_DATES = (
    r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{4}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일]|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.|º|er)? (?:de )?{_MONTH},?(?: de)? \d{{4}}|"
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|"
    rf"\d{{4}}\. {_MONTH} \d{{1,2}}\.?|"
    # Without a year a date has the time of day behind it.
    rf"(?:\d{{1,2}}\.? {_MONTH}|{_MONTH} \d{{1,2}})(?=.{{1,6}}{CLOCK})"
)
# A line that says nothing but how long ago begins so, or with a digit.
_AGO_BEGINS = (
    *("a", "one", "vor ", "il y a ", "hace ", "há ", "un", "před ", "pred ", "acum ", "prije ", "преди ", "πριν "),
    *("منذ ", "לפני "),
)
# A line with a date has one of these, which are found faster than all of it.
_IN_DATES = re.compile(r"\d(?:\d{3}|[./-]\s?\d|\s?[:hH]\s?\d\d)")
_NUMBERS = re.compile(r"\d+")
_MARKS = " \xa0\t0123456789()[]:：.,!?#*•·-–—|/>»›▲▼↓↩️件개条條则"


@cache
def _headings() -> frozenset[str]:
    return words_of("headings of comments") | words_of("headings of comments and stories")


@cache
def _words_of_buttons() -> frozenset[str]:
    return words_of("buttons of comments") | words_of("words beside buttons of comments") | {""}


def label_of(text: str) -> str:
    """Return a line without marks, counts and capitals."""
    return text.casefold().strip(_MARKS)


def is_heading(label: str) -> bool:
    """Return whether the label of a line, as of `label_of`, is a heading of comments."""
    return label in _headings()


def is_heading_of_stories(label: str) -> bool:
    """Return whether a heading of comments stands within stories, too."""
    return label in words_of("headings of comments and stories")


def is_link_to_more(label: str) -> bool:
    """Return whether the label of a line is that of a link to more comments."""
    return label in words_of("links to more comments")


def is_button(label: str) -> bool:
    """Return whether the label of a line, as of `label_of`, holds nothing but labels of buttons and counts."""
    buttons, known, pressed = words_of("buttons of comments"), _words_of_buttons(), False
    for word in label.replace("’", "'").split():
        part = word.strip(_MARKS)
        if part not in known:  # nearly always the first
            return False
        pressed |= part in buttons
    return pressed


def numbers_of_comments(text: str) -> tuple[str, ...]:
    """Return the numbers of a short line that says how many comments there are."""
    numbers = _NUMBERS.findall(text) if len(text) <= STAMP_CHARACTERS else []
    return tuple(numbers) if numbers and pattern(_COUNTED).search(text) else ()


def ends_in_speech(label: str) -> bool:
    """Return whether a line ends as the head of a comment does: with a verb of speech."""
    return label.rpartition(" ")[2] in words_of("verbs of speech")


def is_label_of_comments(text: str) -> bool:
    """Return whether a line is a heading of comments, or holds nothing but labels of their buttons."""
    label = label_of(text)
    return is_heading(label) or is_button(label)


def is_stamp(text: str) -> bool:
    """Return whether a line holds a date or says how long ago, and little else.

    Examples
    --------
    >>> is_stamp("Ann Lee • 3 hours ago"), is_stamp("Ann Lee left 3 hours ago."), is_stamp("Ann Lee left hours ago")
    (True, False, False)
    >>> is_stamp("Updated May 3, 2024 at 5 a.m."), is_stamp("Ann Lee left on May 3, 2024 at 5 a.m.")
    (True, False)
    >>> is_stamp("11 जुलाई 2024, 06:40"), is_stamp("18 ก.ค. 2567 10:05 น.")
    (True, True)
    """
    return len(text) <= STAMP_CHARACTERS and _is_stamp(text)


def says_how_long_ago(line: str) -> bool:
    """Return whether a line says nothing but how long ago.

    Examples
    --------
    >>> says_how_long_ago("3 hours ago"), says_how_long_ago("vor 3 Stunden"), says_how_long_ago("3 m")
    (True, True, False)
    """
    return begins_as_ago(line) and len(line) > SHORT_STAMP and pattern("{how long ago}").fullmatch(line) is not None


def begins_as_ago(line: str) -> bool:
    """Return whether a line begins as those do that say nothing but how long ago; few others do."""
    return line[:1].isdecimal() or line[:8].casefold().startswith(_AGO_BEGINS)


# Several rules ask about a line, and menus have the same lines on all pages of a site.
@lru_cache(maxsize=4096)
def _is_stamp(text: str) -> bool:
    found = pattern(_DATES).search(text) if _IN_DATES.search(text) else None
    if found is None:
        words = text.casefold().replace(")", " ").split()
        if (
            len(text) <= SHORT_STAMP
            or text.endswith(("前", "전"))
            or not words_of("words of how long ago").isdisjoint(words)
        ):
            found = pattern("{how long ago}").search(text)
    if found is None or "@" in text:
        return False
    # "a.m." ends no sentence, but sentences end in it.
    line = pattern(r"\s?[ap]\.\s?m\.$").sub("", text)
    beside = text[: found.start()] + " " + re.sub(CLOCK, " ", line[found.end() :])
    most = BESIDE_HALF if line != text else BESIDE_SENTENCE if ends_as_sentence(text) else BESIDE_WORDS
    return len(re.findall(f"{LETTER}+", beside)) <= most
