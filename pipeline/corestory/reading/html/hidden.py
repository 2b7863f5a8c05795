"""Which hidden paragraphs of a page belong to its story all the same: the evidence decides, for scripts show many."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence

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
# Of elements that hide a part of what they stand in until a reader asks for it.
_FOLDED = frozenset(
    (
        *("accordion", "collapse", "collapsed", "collapsible", "expand", "expandable", "expander"),
        *("expanded", "readmore", "fold", "folded", "unfold", "toggle", "panel"),
        *("tabpanel", "spoiler", "faq", "details", "more", "reveal"),
    )
)
# Of elements that are shown on some screens alone.
_SCREENS = frozenset(
    (
        *("mobile", "desktop", "tablet", "phone", "handheld", "xs", "sm", "md", "lg", "xl", "small", "medium", "large"),
        *("portrait", "landscape", "print"),
    )
)
# A folded part is of the story if visible prose stands so many elements above it.
_LEVELS = 3


def shown_rows(
    texts: Sequence[str],
    elements: Sequence[int],
    hidden: Sequence[int],
    parents: Sequence[int],
    words_of: Callable[[int], Collection[str]],
) -> list[int]:
    """Return which paragraphs belong to what the page shows, or will show of its story.

    Dialogues and menus stay hidden while the page shows prose. An accordion's panel beside visible prose is shown.
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
    words_of
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
    roots = []
    for element, place, words in zip(reversed(elements), reversed(hidden), reversed(counts), strict=True):
        root = element
        if place == VISIBLE:
            visible[element] += words
            visible[parents[element]] += words
        else:
            folded[place] += words
            while parents[root] != place and parents[root] != VISIBLE:
                root = parents[root]
            behind.setdefault((place, root), visible[place])
        roots.append(root)
    longest = max(visible.values(), default=0)
    least = UNFOLDED_SHARE * sum(counts)
    decisions: dict[tuple[int, int], bool] = {}

    def is_shown(place: int, root: int) -> bool:
        words = words_of(root)
        if longest and not _DIALOGUES.isdisjoint(words):
            return False
        above = place
        near: list[int] = []
        while above != VISIBLE and len(near) < _LEVELS:
            near.append(above)
            above = parents[above]
        if not (_FOLDED.isdisjoint(words) and _FOLDED.isdisjoint(words_of(place))) and any(
            visible[one] for one in near
        ):
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


def copies_for_screens(
    texts: Sequence[str],
    elements: Sequence[int],
    parents: Sequence[int],
    words_of: Callable[[int], Collection[str]],
) -> list[int]:
    """Return which paragraphs repeat the one before for screens of another width; parameters as of `shown_rows`."""
    copies = []
    for row in range(1, len(texts)):
        if texts[row] == texts[row - 1] and prose_word_count(texts[row]):
            one, other = elements[row - 1], elements[row]
            names = [(*words_of(element), *words_of(parents[element])) for element in (one, other)]
            if names[0] != names[1] and not _SCREENS.isdisjoint(names[0] + names[1]):
                copies.append(row)
    return copies
