"""Hidden paragraphs of a page that belong to its story: scripts show many of them, so the page's evidence decides."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import cache, cached_property

from corestory.reading.html.line_breaks import prose_word_count

VISIBLE = -1
"""The value for a paragraph that is not hidden, in place of an element's number."""

UNFOLDED_SHARE = 0.15
"""The least share of the page's prose in hidden prose that may be the story."""

# Parts of the class, id or role of elements that are hidden because the page shows them at another time.
_DIALOGUES = frozenset(
    (
        *("modal", "dialog", "alertdialog", "popup", "overlay", "lightbox", "consent", "cookie", "cookies", "gdpr"),
        *("newsletter", "signup", "login", "signin", "search", "menu", "nav", "navigation", "share", "toast", "next"),
        *("promo", "promotion", "survey", "banner"),
    )
)
# Class words of elements that hide a part of the text around them until a reader asks for it.
_FOLDED = frozenset(
    (
        *("accordion", "collapse", "collapsed", "collapsible", "expand", "expandable", "expander"),
        *("expanded", "readmore", "fold", "folded", "unfold", "toggle", "panel"),
        *("tabpanel", "spoiler", "faq", "details", "more", "reveal"),
    )
)
# Class words of elements that are shown only on some screens.
_SCREENS = frozenset(
    (
        *("mobile", "desktop", "tablet", "phone", "handheld", "xs", "sm", "md", "lg", "xl", "small", "medium", "large"),
        *("portrait", "landscape", "print"),
    )
)
# A translation stays below this share of letters in the scripts of the visible prose or, in the same script, of short
# words that the visible prose also has. The other values are the most letters of a short word, of which each language
# has few, and the fewest short words that are evidence. In other scripts than these, short words are many.
_OF_LANGUAGE, _SHORT, _TELLING = 0.3, 3, 15
_FIRST_OTHER, _CJK = 0x05, 0x2E
# Class words of elements that contain one page of a story, whose next pages are hidden.
_PAGES = frozenset(("page", "pages", "part", "teil", "seite", "pagina", "strana", "sida", "chapter", "split"))
# The number of elements above a folded part in which visible prose shows that the part is story.
_LEVELS = 3


def shown_rows(
    texts: Sequence[str],
    elements: Sequence[int],
    hidden: Sequence[int],
    parents: Sequence[int],
    names_of: Callable[[int], Collection[str]],
) -> list[int]:
    """Return the paragraphs that the page shows, or will show as part of its story.

    Dialogues and menus stay hidden if the page shows prose. An accordion's panel beside visible prose is shown.
    The next page of a story is shown if it is beside the first one, in an element with the same names.
    Prose in another language than the visible prose stays hidden, because it is a translation.
    Lines between visible prose stay hidden if they are shorter than the prose after them: they are for search engines.
    Other hidden parts are shown if they contain much of the page's prose, and are either beside visible prose (pay
    walls, "read more") or longer than any visible text (pages that fade in).

    Parameters
    ----------
    texts
        The paragraphs.
    elements
        The number of each paragraph's innermost element.
    hidden
        For each paragraph the visible element that contains the outermost hidden element around it, or `VISIBLE`.
    parents
        The parent of each element.
    names_of
        Returns the markup words of an element.

    Returns
    -------
    list of int
        Indexes of paragraphs, in order.
    """
    parts = _Parts(parents, names_of)
    roots = parts.read(list(zip(texts, elements, hidden, strict=True)))
    is_shown = cache(parts.is_shown)
    holders = zip(hidden, roots, strict=True)
    return [row for row, (holder, root) in enumerate(holders) if holder == VISIBLE or is_shown(holder, root)]


class _Parts:
    """The prose of a page by its parts: the visible part, and each outermost hidden element."""

    def __init__(self, parents: Sequence[int], names_of: Callable[[int], Collection[str]]) -> None:
        self._parents, self._names_of = parents, names_of
        self._words = 0
        self._visible: Counter[int] = Counter()  # words of visible prose directly in an element or in its children
        self._folded: Counter[int] = Counter()  # words of hidden prose, by the visible element around it
        # Words of visible prose after a hidden element, in the visible element around both.
        self._after: dict[tuple[int, int], int] = {}
        self._prose = defaultdict[tuple[int, int] | None, list[str]](list)

    def read(self, rows: Sequence[tuple[str, int, int]]) -> list[int]:
        """Count the words of all paragraphs; return the outermost hidden element around each, or its own element."""
        parents, visible = self._parents, self._visible
        roots = []
        for text, element, holder in reversed(rows):
            root, words = element, prose_word_count(text)
            self._words += words
            if holder == VISIBLE:
                visible[element] += words
                visible[parents[element]] += words
            else:
                self._folded[holder] += words
                while (above := parents[root]) != holder and above != VISIBLE:
                    root = above
                self._after.setdefault((holder, root), visible[holder])
            if words:
                self._prose[None if holder == VISIBLE else (holder, root)].append(text)
            roots.append(root)
        return roots[::-1]

    # Most pages have no hidden prose that needs these.
    @cached_property
    def _longest(self) -> int:
        return max(self._visible.values(), default=0)

    @cached_property
    def _own_words(self) -> tuple[Counter[int], set[str]]:
        return _scripts(self._prose[None]), set(_short_words(self._prose[None]))

    @cached_property
    def _shown_beside(self) -> set[tuple[int | str, ...]]:
        return {(self._parents[element], *self._names_of(element)) for element, words in self._visible.items() if words}

    def is_shown(self, holder: int, root: int) -> bool:
        """Return whether the paragraphs of a hidden element in a visible one are shown."""
        return self._may_show(holder, root) and not _is_translation(self._prose[holder, root], *self._own_words)

    def _may_show(self, holder: int, root: int) -> bool:
        names = self._names_of(root)
        if self._longest and not _DIALOGUES.isdisjoint(names):
            return False
        above = holder
        near: list[int] = []
        while above != VISIBLE and len(near) < _LEVELS:
            near.append(above)
            above = self._parents[above]
        is_folded = not (_FOLDED.isdisjoint(names) and _FOLDED.isdisjoint(self._names_of(holder)))
        if is_folded and any(self._visible[element] for element in near):
            return True
        words, least = self._folded[holder], UNFOLDED_SHARE * self._words
        if not _PAGES.isdisjoint(names) and (holder, *names) in self._shown_beside and words > least:
            return True
        is_much = words > max(least, self._after[holder, root])
        return is_much and (self._visible[holder] > 0 or words > self._longest)


def _is_translation(texts: Sequence[str], own: Counter[int], shared: Collection[str]) -> bool:
    """Return whether prose is in another language than the visible prose, given by its scripts and short words."""
    if not texts or not own:
        return False
    scripts = _scripts(texts)
    known = {script for script, count in own.items() if count >= _OF_LANGUAGE * own.total()}
    if sum(scripts[script] for script in known) < _OF_LANGUAGE * scripts.total():
        return True
    words = _short_words(texts) if max(known) < _FIRST_OTHER else []
    enough = len(words) >= _TELLING <= 2 * len(shared)
    return enough and sum(word in shared for word in words) < _OF_LANGUAGE * len(words)


def _scripts(texts: Sequence[str]) -> Counter[int]:
    """Count letters by their script: Latin is 1, Greek 3, Cyrillic 4."""
    found = Counter[int]()
    for char, count in Counter("".join(texts)).items():
        if char.isalpha():
            found[max(1, min(ord(char) >> 8, _CJK))] += count
    return found


def _short_words(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in text.lower().split() if len(word) <= _SHORT and word.isalpha()]


def copies_for_screens(
    texts: Sequence[str],
    elements: Sequence[int],
    parents: Sequence[int],
    names_of: Callable[[int], Collection[str]],
) -> list[int]:
    """Return the paragraphs that repeat the one before for screens of another width; parameters as in `shown_rows`."""
    copies = []
    for row in range(1, len(texts)):
        if texts[row] == texts[row - 1] and prose_word_count(texts[row]):
            previous, current = elements[row - 1], elements[row]
            names = [(*names_of(element), *names_of(parents[element])) for element in (previous, current)]
            if names[0] != names[1] and not _SCREENS.isdisjoint(names[0] + names[1]):
                copies.append(row)
    return copies
