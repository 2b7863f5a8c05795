"""Which hidden parts of a page belong to its story: pages hide menus and dialogues, and stories until a script runs."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from corestory.reading.html.line_breaks import PROSE_WORDS
from corestory.reading.word_count import word_count

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
        *(
            "accordion",
            "collapse",
            "collapsed",
            "collapsible",
            "expand",
            "expandable",
            "expander",
            "expanded",
            "readmore",
        ),
        *("fold", "folded", "unfold", "toggle", "panel", "tabpanel", "spoiler", "faq", "details", "more", "reveal"),
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
    counts = [word_count(text) for text in texts]
    counts = [count if count >= PROSE_WORDS else 0 for count in counts]
    visible: Counter[int] = Counter()  # words of visible prose directly in an element or in its children
    folded: Counter[int] = Counter()  # words of hidden prose, by the visible element in which it stands
    for element, place, words in zip(elements, hidden, counts, strict=True):
        if place == VISIBLE:
            visible[element] += words
            visible[parents[element]] += words
        else:
            folded[place] += words
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
        return folded[place] > least and (visible[place] > 0 or folded[place] > longest)

    rows = []
    for row, (element, place) in enumerate(zip(elements, hidden, strict=True)):
        if place != VISIBLE:
            root = element
            while parents[root] != place and parents[root] != VISIBLE:
                root = parents[root]
            if (place, root) not in decisions:
                decisions[place, root] = is_shown(place, root)
            if not decisions[place, root]:
                continue
        rows.append(row)
    return rows
