"""Heads, feet and numbers of printed pages between the lines of a text, even within a sentence."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from itertools import accumulate, pairwise

_PAGE_NUMBER = re.compile(
    r"[-–—] ?\d{1,4} ?[-–—]|\d{1,3}|(?:page|seite|pagina|página|sida|side|strona|стр\.?) \d{1,4}(?:\D{1,6}\d{1,4})?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_DASHES = frozenset("-–—")
# Words that show that a number counts pages and not parts, which also begin with one; browsers print the address beside
# it.
_NAMES_PAGE = re.compile(
    r"\b(?:page|seite|pagina|página|sida|side|strona|стр)\b|^[-–—] ?#|^#\s?/\s?#$|://", re.IGNORECASE
)
MOST_CHARACTERS = 80
"""The most characters of the head of a page."""

# The fewest pages that identify a head (one fewer if it names the page), and the fewest characters of each.
PAGES, PAGE_CHARACTERS = 3, 400
# The steps by which the numbers of pages rise, because left and right heads may alternate; the greatest such number.
STEPS, MOST_PAGES = frozenset((1, 2)), 1000
HEAD_WORDS = 2
"""The fewest words beside a number, if any: a single word is that of a diary, law or plan ("5 May", "Week 7")."""


def is_page_number(line: str) -> bool:
    """Return whether a line is the number of a printed page.

    Examples
    --------
    >>> is_page_number(" - 12 - "), is_page_number("Seite 3 von 9"), is_page_number("12 boats")
    (True, True, False)
    """
    return _PAGE_NUMBER.fullmatch(line.strip()) is not None


def page_heads(lines: Sequence[str]) -> Set[str]:
    """Return the heads and feet of pages: lines whose number counts the pages, and lines repeated beside these.

    A single line is enough if it names the page, or has dashes around its number.

    Parameters
    ----------
    lines
        The lines of the text, or its paragraphs, in order.

    Returns
    -------
    set of str
        Those lines, without outer white space.

    Examples
    --------
    >>> page = ["The quay was opened on Monday after a long delay that storms had caused."] * 6
    >>> sorted(page_heads([*page, "Bay Post 12", "Old quays", *page, "Bay Post 13", "Old quays", *page, "Bay Post 14"]))
    ['Bay Post 12', 'Bay Post 13', 'Bay Post 14', 'Old quays']
    >>> page_heads(["Step 1", *page, "Step 2", *page, "Step 3", *page])
    set()
    """
    indexes = defaultdict[str, list[int]](list)
    numbers = set[str]()
    # The number is at the beginning or the end; checking there is faster than a search.
    for index in [
        index for index, line in enumerate(lines)
        if len(line) <= MOST_CHARACTERS
        and (line[-1:].isdecimal() or line[-1:] in _DASHES or line.lstrip()[:1].isdecimal())
    ]:  # fmt: skip
        line = lines[index].strip()
        indexes[_DIGITS.sub("#", line)].append(index)
        if is_page_number(line) and not line.isdecimal():
            numbers.add(line)
    often = {
        form: found for form, found in indexes.items()
        if (len(found) >= PAGES and _may_count(form)) or (len(found) >= PAGES - 1 and _NAMES_PAGE.search(form))
    }  # fmt: skip
    if not often:
        return numbers
    short = [line.strip() if len(line) <= MOST_CHARACTERS else "" for line in lines]
    begins = list(accumulate(map(len, lines), initial=0))
    counted = {
        index
        for form, found in often.items()
        if _are_apart([begins[index] for index in found])
        and _count_pages(form, [list(map(int, _DIGITS.findall(short[index]))) for index in found])
        for index in found
    }
    beside = {index + step for index in counted for step in (-1, 1) if 0 <= index + step < len(short)} - counted
    repeated, others = Counter(short[index] for index in beside), Counter(short)
    # A headline is also above the story, once.
    heads = {line for line, count in repeated.items() if line and count >= max(PAGES - 1, others[line] - 1)}
    return heads | numbers | {short[index] for index in counted}


def is_page_head(line: str, heads: Set[str]) -> bool:
    """Return whether a line is the number of a printed page, or one of the text's `page_heads`.

    Examples
    --------
    >>> is_page_head(" Bay Post 12 ", {"Bay Post 12"}), is_page_head("12", set()), is_page_head("12 boats", set())
    (True, True, False)
    """
    return is_page_number(line) or line.strip() in heads


def _may_count(form: str) -> bool:
    return form.strip(" |-–—") == "#" or sum(any(map(str.isalpha, word)) for word in form.split()) >= HEAD_WORDS


def _are_apart(begins: Sequence[int]) -> bool:
    """Return whether at least a page of text is between the lines; the last page may be short."""
    gaps = [after - before for before, after in pairwise(begins)]
    return min(gaps[:-1] or gaps) >= PAGE_CHARACTERS


def _count_pages(form: str, numbers: Sequence[Sequence[int]]) -> bool:
    """Return whether, in lines of the same form, one number counts pages and the others are constant."""
    rising = [column for column in zip(*numbers, strict=True) if len(set(column)) > 1]
    if len(rising) != 1:
        return False
    steps = {after - before for before, after in pairwise(rising[0])}
    is_of_parts = rising[0][0] == 1 and not _NAMES_PAGE.search(form)
    return len(steps) == 1 and steps <= STEPS and rising[0][-1] < MOST_PAGES and not is_of_parts
