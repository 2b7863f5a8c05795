"""Elements whose place on the page their tag alone does not tell: the page around them decides.

Unknown elements and buttons may stand within a sentence or on their own. The cells of a row in a table of figures
belong together, and so do a term and its definition. Text for screen readers is no part of the sentence around it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from corestory.reading.html.serialised import MARK, PROSE_WORDS
from corestory.reading.html.tags import BLOCK, BLOCK_VOID, BOUNDARY, CLOSE, INLINE_OPEN, LINK, NOTHING, Meaning, Tags
from corestory.reading.word_count import word_count

# A table of figures has cells of at most so many words, and links in less than this share of its cells.
CELL_WORDS = 20
LINKED_CELLS = 0.3
# A definition that belongs on its term's line has at most so many words.
DEFINITION_WORDS = 60
# Text for screen readers is left out of paragraphs of at least so many words; shorter ones are labels and buttons.
SPOKEN_WORDS = 15

_PHRASES = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "dt", "summary", "caption"))
# The parser opens an element at each of these; the others have no end tag.
_OPENING = (BLOCK, LINK, INLINE_OPEN)
_TRIGGERS = ("/tr", "/dt")
# What flows inside a line ends after so many tags.
_NEAR = 30


@dataclass(slots=True)
class _Element:
    """An element of the page: the indexes of its tags, and what is in it."""

    name: str
    start: int
    end: int = 0
    words: int = 0
    links: int = 0
    has_blocks: bool = False
    is_flexible: bool = False
    is_spoken: bool = False
    children: list["_Element"] = field(default_factory=list)


def needs_adjusting(tags: Sequence[str], texts: Sequence[str], known: Tags) -> bool:
    """Return whether a page has elements whose meaning `adjust` may change."""
    if any(trigger in tags for trigger in _TRIGGERS):
        return True
    in_doubt = known.flexible | known.spoken
    if in_doubt.isdisjoint(tags):
        return False
    # Most of them stand alone, as buttons do, and to look at a whole page takes as long as to cut it.
    return any(_is_beside_text(index, tags, texts) for index, tag in enumerate(tags) if tag in in_doubt)


def _is_beside_text(index: int, tags: Sequence[str], texts: Sequence[str]) -> bool:
    name = tags[index].partition(" ")[0]
    before = bool(texts[index - 1].strip())
    if before and name != "button":
        return True
    if name == "button" and not before:
        return False
    if tags[index - 1].partition(" ")[0] in _PHRASES:
        return True
    for later in range(index + 1, min(index + _NEAR, len(tags))):
        if tags[later] == f"/{name}":
            return bool(texts[later].strip())
    return False


def adjust(tags: Sequence[str], meanings: list[Meaning], texts: list[str], known: Tags) -> None:
    """Change the meanings of a page's tags in place, where the page around them decides.

    Parameters
    ----------
    tags, texts
        As of `corestory.reading.html.serialised.NormalForm.tags_and_texts`; spaces are put before some texts.
    meanings
        The meaning of each tag.
    known
        Where they come from.
    """
    _Adjusting(tags, meanings, texts, known).run()


class _Adjusting:
    def __init__(self, tags: Sequence[str], meanings: list[Meaning], texts: list[str], known: Tags) -> None:
        self.tags, self.meanings, self.texts, self.known = tags, meanings, texts, known
        self._has_spoken = not known.spoken.isdisjoint(tags)

    def run(self) -> None:
        open_elements: list[_Element] = []
        flexible, spoken, names = self.known.flexible, self.known.spoken, self.known.names
        for index, (kind, name) in enumerate(self.meanings):
            text = self.texts[index]
            words = len(text.split()) if text and not text.isspace() else 0
            if kind == CLOSE:
                if open_elements:
                    element = open_elements.pop()
                    element.end = index
                    self._close(element, open_elements[-1] if open_elements else None)
            elif kind in _OPENING or kind > BLOCK_VOID:
                tag = self.tags[index]
                open_elements.append(
                    _Element(
                        names[name][0] if name >= 0 else "",
                        index,
                        is_flexible=tag in flexible,
                        is_spoken=tag in spoken,
                    )
                )
            elif kind >= BOUNDARY and open_elements:
                open_elements[-1].has_blocks = True
            if words and open_elements:
                open_elements[-1].words += words

    def _close(self, element: _Element, parent: _Element | None) -> None:
        if element.name == "table":
            self._join_cells(element)
        elif element.name == "dl":
            self._join_definitions(element)
        elif element.is_flexible and parent is not None and self._is_within_line(element, parent):
            self.meanings[element.start] = INLINE_OPEN, self.meanings[element.start][1]
        if parent is None:
            return
        kind = self.meanings[element.start][0]
        if kind == BLOCK and self._has_spoken:
            self._drop_spoken(element)
        parent.words += element.words
        parent.links += element.links + (kind == LINK)
        parent.has_blocks |= element.has_blocks or kind >= BOUNDARY
        if kind < BOUNDARY or element.name in ("thead", "tbody", "tfoot", "div"):
            parent.children += element.children
        if kind >= BOUNDARY or element.is_spoken:
            element.children = element.children if element.name in ("tr", "td", "th", "dt", "dd") else []
            parent.children.append(element)

    def _is_within_line(self, element: _Element, parent: _Element) -> bool:
        before, after = self.texts[element.start - 1], self.texts[element.end]
        inside = self.texts[element.start].lstrip()
        if element.has_blocks or not element.words:
            return False
        # "textShare": a word and a label without a space between are written so only if the page shows them apart.
        if before[-1:].isalnum() and inside[:1].isalnum() and not before.endswith(MARK):
            return False
        if element.name == "button":
            return bool(before.strip() and after.strip())
        return parent.name in _PHRASES or bool(before.strip() or after.strip())

    def _drop_spoken(self, block: _Element) -> None:
        spoken = [element for element in block.children if element.is_spoken]
        block.children = [element for element in block.children if not element.is_spoken]
        if block.words < SPOKEN_WORDS or block.has_blocks:
            return
        for element in spoken:
            if element.words < SPOKEN_WORDS:
                for index in range(element.start, element.end):
                    self.meanings[index], self.texts[index] = (NOTHING, -1), ""
                self.meanings[element.end] = NOTHING, -1

    def _join_cells(self, table: _Element) -> None:
        rows = [element for element in table.children if element.name == "tr"]
        cells = [[cell for cell in row.children if cell.name in ("td", "th")] for row in rows]
        every = [cell for row in cells for cell in row]
        if (
            len(rows) < 2
            or min(map(len, cells)) < 1
            or max(map(len, cells)) < 2
            or max(cell.words for cell in every) > CELL_WORDS
            or sum(cell.links > 0 for cell in every) >= LINKED_CELLS * len(every)
            or any(element.name == "table" for element in table.children)
        ):
            return
        for cell in every:
            for index in range(cell.start, cell.end):
                kind, name = self.meanings[index]
                if kind == BLOCK:
                    self.meanings[index] = INLINE_OPEN, name
                    self.texts[index] = " " + self.texts[index]
                elif kind == BLOCK_VOID:
                    self.meanings[index] = NOTHING, name
            self.texts[cell.end] = " " + self.texts[cell.end]

    def _join_definitions(self, definitions: _Element) -> None:
        items = [element for element in definitions.children if element.name in ("dt", "dd")]
        for term, definition in pairwise(items):
            if (
                (term.name, definition.name) == ("dt", "dd")
                and not (term.has_blocks or definition.has_blocks)
                and 0 < term.words <= CELL_WORDS
                and 0 < definition.words <= DEFINITION_WORDS
                and self.meanings[term.start][0] == self.meanings[definition.start][0] == BLOCK
            ):
                # One block from the term's start to the definition's end.
                self.meanings[term.end] = self.meanings[definition.start] = NOTHING, -1
                self.texts[definition.start] = " " + self.texts[definition.start]


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
