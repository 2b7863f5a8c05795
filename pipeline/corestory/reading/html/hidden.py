"""Which hidden paragraphs of a page belong to its story all the same: the evidence decides, for scripts show many."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import cache

from corestory.reading.html.line_breaks import prose_word_count

VISIBLE = -1
"""In the place of a hidden paragraph's element: the paragraph is not hidden."""

UNFOLDED_SHARE = 0.15
"""Hidden prose may be the story from this share of the page's prose."""

# Parts of the class, id or role of elements that are hidden because they are for another time.
_DIALOGUES = frozenset(
    (
        *("modal", "dialog", "alertdialog", "popup", "overlay", "lightbox", "consent", "cookie", "cookies", "gdpr"),
        *("newsletter", "signup", "login", "signin", "search", "menu", "nav", "navigation", "share", "toast", "next"),
    )
)
# Class words of elements that hide a part of what they stand in until a reader asks for it.
_FOLDED = frozenset(
    (
        *("accordion", "collapse", "collapsed", "collapsible", "expand", "expandable", "expander"),
        *("expanded", "readmore", "fold", "folded", "unfold", "toggle", "panel"),
        *("tabpanel", "spoiler", "faq", "details", "more", "reveal"),
    )
)
# Class words of elements that are shown on some screens alone.
_SCREENS = frozenset(
    (
        *("mobile", "desktop", "tablet", "phone", "handheld", "xs", "sm", "md", "lg", "xl", "small", "medium", "large"),
        *("portrait", "landscape", "print"),
    )
)
# Less than such a share of the letters of a translation are of the visible prose's script; in one script less than such
# a share of its short words, of which each language has few. So many of them tell; other scripts have many.
_OF_LANGUAGE, _SHORT, _TELLING = 0.3, 3, 15
_FIRST_OTHER, _CJK = 0x05, 0x2E
# Class words of elements that hold one page of a story, whose next pages are hidden.
_PAGES = frozenset(("page", "pages", "part", "teil", "seite", "pagina", "strana", "sida", "chapter", "split"))
# A folded part is of the story if visible prose stands so many elements above it.
_LEVELS = 3


def shown_rows(
    texts: Sequence[str],
    elements: Sequence[int],
    hidden: Sequence[int],
    parents: Sequence[int],
    names_of: Callable[[int], Collection[str]],
) -> list[int]:
    """Return which paragraphs belong to what the page shows, or will show of its story.

    Dialogues and menus stay hidden while the page shows prose. An accordion's panel beside visible prose is shown.
    The next page of a story is shown beside the first one, in an element of the same names.
    Prose in another language than the visible prose stays hidden: it is a translation.
    Lines between visible prose stay hidden if they are less than what follows: they are for search engines.
    Other hidden parts are shown if they hold much of the page's prose, and either stand beside visible prose (pay
    walls, "read more") or are longer than any visible text (pages that fade in).

    Parameters
    ----------
    texts
        The paragraphs.
    elements
        For each the number of its innermost element.
    hidden
        For each the visible element in which the outermost hidden element around it stands, or `VISIBLE`.
    parents
        For each element its parent.
    names_of
        Returns the markup words of an element.

    Returns
    -------
    list of int
        Indexes of paragraphs, in order.
    """
    counts = list(map(prose_word_count, texts))
    visible: Counter[int] = Counter()  # words of visible prose directly in an element or in its children
    folded: Counter[int] = Counter()  # words of hidden prose, by the visible element in which it stands
    behind: dict[tuple[int, int], int] = {}  # words of visible prose in that element behind a hidden element in it
    prose = defaultdict[tuple[int, int] | None, list[str]](list)
    roots = []
    columns = (reversed(column) for column in (texts, elements, hidden, counts))
    for text, element, place, words in zip(*columns, strict=True):
        root = element
        if place == VISIBLE:
            visible[element] += words
            visible[parents[element]] += words
        else:
            folded[place] += words
            while parents[root] != place and parents[root] != VISIBLE:
                root = parents[root]
            behind.setdefault((place, root), visible[place])
        if words:
            prose[None if place == VISIBLE else (place, root)].append(text)
        roots.append(root)
    longest = max(visible.values(), default=0)
    least = UNFOLDED_SHARE * sum(counts)
    decisions: dict[tuple[int, int], bool] = {}

    @cache  # most pages have no hidden prose that may be shown
    def own_words() -> tuple[Counter[int], set[str]]:
        return _scripts(prose[None]), set(_short_words(prose[None]))

    @cache
    def shown_beside() -> set[tuple[int | str, ...]]:
        return {(parents[element], *names_of(element)) for element, words in visible.items() if words}

    def is_shown(place: int, root: int) -> bool:
        return may_show(place, root) and not _is_translation(prose[place, root], *own_words())

    def may_show(place: int, root: int) -> bool:
        names = names_of(root)
        if longest and not _DIALOGUES.isdisjoint(names):
            return False
        above = place
        near: list[int] = []
        while above != VISIBLE and len(near) < _LEVELS:
            near.append(above)
            above = parents[above]
        if not (_FOLDED.isdisjoint(names) and _FOLDED.isdisjoint(names_of(place))) and any(
            visible[one] for one in near
        ):
            return True
        if not _PAGES.isdisjoint(names) and (place, *names) in shown_beside() and folded[place] > least:
            return True
        return folded[place] > max(least, behind[place, root]) and (visible[place] > 0 or folded[place] > longest)

    rows = []
    for row, (root, place) in enumerate(zip(reversed(roots), hidden, strict=True)):
        if place != VISIBLE:
            if (place, root) not in decisions:
                decisions[place, root] = is_shown(place, root)
            if not decisions[place, root]:
                continue
        rows.append(row)
    return rows


def _is_translation(texts: Sequence[str], own: Counter[int], shared: Collection[str]) -> bool:
    """Return whether prose is in another language than that with letters of some scripts and with some short words."""
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
    """Return which paragraphs repeat the one before for screens of another width; parameters as of `shown_rows`."""
    copies = []
    for row in range(1, len(texts)):
        if texts[row] == texts[row - 1] and prose_word_count(texts[row]):
            one, other = elements[row - 1], elements[row]
            names = [(*names_of(element), *names_of(parents[element])) for element in (one, other)]
            if names[0] != names[1] and not _SCREENS.isdisjoint(names[0] + names[1]):
                copies.append(row)
    return copies
