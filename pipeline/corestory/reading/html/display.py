"""Elements whose role depends on the page around them, not on their tag alone.

Unknown elements, buttons and captions may be within a sentence or on their own. The cells of a row in a table of
figures belong together, and so do a term and its definition. Text for screen readers is not part of the sentence around
it.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np

from corestory.reading.html.serialised import MARK, text_nodes
from corestory.reading.html.tags import FLEXIBLE, KIND, OPENS, ROLE, ROLE_BITS, SPOKEN, ElementRole, Nesting, TagKind
from corestory.types import Bool, Int

# The most words of a cell in a table of figures, and the share of cells with links that such a table stays below.
CELL_WORDS = 20
LINKED_CELLS = 0.3
# The most words of a definition that belongs on its term's line.
DEFINITION_WORDS = 60
# The fewest words of a paragraph from which text for screen readers is removed; shorter ones are labels and buttons.
SPOKEN_WORDS = 15
# "<b><person><given>Ida</given> <family>Thorne</family></person></b>" has three elements inside one another.
_NAME_PARTS = 3
_UNKNOWN = (ElementRole.OTHER, ElementRole.BUTTON)

# The most tags within inline content.
_NEAR = 30
# The most tags of an element whose words are counted one by one; for larger ones, sums over the whole page are used.
_FEW = 60


def needs_adjusting(tags: Sequence[str], codes: Int, texts: Sequence[str]) -> bool:
    """Return whether a page has elements whose meaning `adjust` may change."""
    roles = codes & ROLE
    if ((roles == ElementRole.ROW << ROLE_BITS) | (roles == ElementRole.TERM << ROLE_BITS)).any():
        return True
    in_doubt = np.flatnonzero(codes & (FLEXIBLE | SPOKEN))
    # Most of them are alone, as buttons are, and adjusting a whole page takes longer.
    return any(_is_beside_text(index, tags, codes, texts) for index in in_doubt.tolist())


def _is_beside_text(index: int, tags: Sequence[str], codes: Int, texts: Sequence[str]) -> bool:
    if _role(codes, index) == ElementRole.CAPTION:
        return True
    # Elements that begin and end where this one does may be parts of a sentence with it.
    first = index
    while first > max(1, index - _NAME_PARTS) and not texts[first - 1].strip() and _may_be_inline(codes, first - 1):
        first -= 1
    is_button = _role(codes, index) == ElementRole.BUTTON
    before = bool(texts[first - 1].strip())
    if before != is_button:
        return before
    if _role(codes, first - 1) >= ElementRole.PHRASE:
        return True
    end = "/" + tags[index].partition(" ")[0]
    for later in range(index + 1, min(index + _NEAR, len(tags))):
        if tags[later] == end:
            return any(map(str.strip, texts[later : later + 1 + index - first]))
    return False


def _may_be_inline(codes: Int, index: int) -> bool:
    return bool(codes[index] & FLEXIBLE) or int(codes[index] & KIND) in (TagKind.LINK, TagKind.INLINE_OPEN)


def adjust(codes: Int, kinds: Int, texts: list[str]) -> None:
    """Change the kinds of a page's tags in place, if they depend on the page around them.

    Parameters
    ----------
    codes
        The code of each tag, as in `corestory.reading.html.tags.Tags`.
    kinds
        The kind of each tag.
    texts
        The text after each tag; some get a space before them.
    """
    _Adjusting(codes, kinds, texts).run()


class _Adjusting:
    def __init__(self, codes: Int, kinds: Int, texts: list[str]) -> None:
        self.codes, self.kinds, self.texts = codes, kinds, texts
        nesting = Nesting(OPENS.take(kinds), kinds == TagKind.CLOSE)
        self.ends: list[int] = nesting.ends().tolist()
        self.parents: list[int] = nesting.around(np.arange(len(kinds))).tolist()
        self.whole = texts.copy()
        self.links: list[int] = np.append(0, np.cumsum(kinds == TagKind.LINK)).tolist()

    def run(self) -> None:
        # Inner elements first.
        for start in sorted(self._opened(self.codes & FLEXIBLE > 0), key=self.ends.__getitem__):
            if self.kinds[start] < TagKind.BLOCK:
                if self._stands_apart(start):
                    self.kinds[start] = TagKind.BLOCK
            elif self._is_within_line(start):
                self.kinds[start] = TagKind.INLINE_OPEN
        for start in self._opened(self.codes & SPOKEN > 0):
            block = self._above(start, lambda above: self.kinds[above] >= TagKind.BLOCK)
            # The page itself is not a paragraph.
            if block > 0 and self.kinds[block] == TagKind.BLOCK:
                self._drop_spoken(start, block)
        self._join_definitions()
        self._join_cells()

    def _opened(self, chosen: Bool) -> list[int]:
        return np.flatnonzero(chosen & OPENS.take(self.kinds)).tolist()

    def _of_role(self, role: int) -> list[int]:
        return self._opened(self.codes & ROLE == role << ROLE_BITS)

    def _above(self, start: int, is_wanted: Callable[[int], bool]) -> int:
        above = self.parents[start]
        while above >= 0 and not is_wanted(above):
            above = self.parents[above]
        return above

    def _stands_apart(self, start: int) -> bool:
        """Return whether an inline caption, or a link that is a button, is separate from the sentence around it."""
        is_caption = _role(self.codes, start) == ElementRole.CAPTION
        if is_caption and self._begins_block(start):
            return not self.texts[self.ends[start]].lstrip()[:1].islower()
        # Buttons that are alone are paragraphs of links.
        return (
            (is_caption or self.texts[start - 1].strip() != "")
            and self._ends_block(start)
            and not self.texts[start].lstrip()[:1].islower()
        )

    def _begins_block(self, start: int) -> bool:
        """Return whether no text comes before an inline element in the block around it."""
        before = start - 1
        while self.kinds[before] < TagKind.BLOCK and not _shows(self.texts[before]):
            before -= 1
        return before < 0 or not _shows(self.texts[before])

    def _ends_block(self, start: int) -> bool:
        """Return whether no text, or only other buttons, follow an element in the block around it."""
        block = self._above(start, lambda above: self.kinds[above] >= TagKind.BLOCK)
        after, end = self.ends[start], self.ends[block] if block >= 0 else len(self.kinds) - 1
        while after < end and self.kinds[after] < TagKind.BLOCK and not _shows(self.texts[after]):
            after += 1
            if _role(self.codes, after) == ElementRole.BUTTON:
                after = self.ends[after]
        return after >= end or self.kinds[after] >= TagKind.BLOCK

    def _has_blocks(self, start: int) -> bool:
        return bool((self.kinds[start + 1 : self.ends[start]] >= TagKind.BLOCK).any())

    @cached_property
    def _words_before(self) -> list[int]:
        return list(accumulate([len(text.split()) if text else 0 for text in self.whole], initial=0))

    def _words_in(self, start: int) -> int:
        end = self.ends[start]
        if end - start > _FEW:
            return self._words_before[end] - self._words_before[start]
        return sum([len(text.split()) for text in self.whole[start:end] if text])

    def _is_within_line(self, start: int) -> bool:
        before, inside = self.texts[start - 1], self.texts[start].lstrip()
        if not self._words_in(start) or self._has_blocks(start):
            return False
        # "textShare": a page has no space between a word and a label only if it shows them separately.
        if before[-1:].isalnum() and inside[:1].isalnum() and not before.endswith(MARK):
            return False
        around, is_button = start, False
        for _ in range(_NAME_PARTS):
            role, (before, after) = _role(self.codes, around), self._beside(around)
            is_button = is_button or role == ElementRole.BUTTON
            if is_button and before.strip() and after.strip():
                return True
            is_in_phrase = _role(self.codes, self.parents[around]) >= ElementRole.PHRASE
            if not is_button and (is_in_phrase or before.strip() or after.strip()):
                return True
            around = self.parents[around]
            is_unknown = self.codes[around] & FLEXIBLE and _role(self.codes, around) in _UNKNOWN
            is_part = is_unknown or self.kinds[around] < TagKind.BLOCK
            if around < 0 or not is_part or self._words_in(around) > CELL_WORDS:
                break
        return False

    def _beside(self, start: int) -> tuple[str, str]:
        """Return the text before an element's start and after its end."""
        return self.texts[start - 1], self.texts[self.ends[start]]

    def _drop_spoken(self, start: int, block: int) -> None:
        if self._words_in(start) < SPOKEN_WORDS <= self._words_in(block) and not self._has_blocks(block):
            end = self.ends[start]
            self.kinds[start : end + 1] = TagKind.NOTHING
            self.texts[start:end] = [""] * (end - start)

    def _join_definitions(self) -> None:
        lists: dict[int, list[int]] = {}
        for start in sorted(self._of_role(ElementRole.TERM) + self._of_role(ElementRole.DEFINITION)):
            above = self._above(start, lambda above: not self._is_transparent(above))
            if _role(self.codes, above) == ElementRole.DEFINITIONS:
                lists.setdefault(above, []).append(start)
        for items in lists.values():
            for term, definition in pairwise(items):
                if (
                    _role(self.codes, term) == ElementRole.TERM
                    and _role(self.codes, definition) == ElementRole.DEFINITION
                    and self.kinds[term] == self.kinds[definition] == TagKind.BLOCK
                    and 0 < self._words_in(term) <= CELL_WORDS
                    and 0 < self._words_in(definition) <= DEFINITION_WORDS
                    and not (self._has_blocks(term) or self._has_blocks(definition))
                ):
                    # One block from the term's start to the definition's end.
                    self.kinds[self.ends[term]] = self.kinds[definition] = TagKind.NOTHING
                    self.texts[definition] = " " + self.texts[definition]

    def _is_transparent(self, above: int) -> bool:
        return bool(self.kinds[above] < TagKind.BLOCK) or _role(self.codes, above) == ElementRole.TRANSPARENT

    def _join_cells(self) -> None:
        tables: dict[int, dict[int, list[int]]] = {}
        for start in self._of_role(ElementRole.ROW):
            above = self._above(start, lambda above: not self._is_transparent(above))
            if _role(self.codes, above) == ElementRole.TABLE:
                tables.setdefault(above, {})[start] = []
        for start in self._of_role(ElementRole.CELL):
            row = self._above(start, lambda above: not self._is_transparent(above))
            table = self._above(row, lambda above: not self._is_transparent(above)) if row >= 0 else -1
            if table in tables and row in tables[table]:
                tables[table][row].append(start)
        for table in sorted(tables, key=self.ends.__getitem__):
            rows = list(tables[table].values())
            cells = [cell for row in rows for cell in row]
            if (
                len(rows) > 1
                and min(map(len, rows)) > 0
                and max(map(len, rows)) > 1
                and all(self._words_in(cell) <= CELL_WORDS for cell in cells)
                and sum(self.links[self.ends[cell]] > self.links[cell] for cell in cells) < LINKED_CELLS * len(cells)
            ):
                for cell in cells:
                    self._join_cell(cell)

    def _join_cell(self, cell: int) -> None:
        end = self.ends[cell]
        for index in (np.flatnonzero(self.kinds[cell:end] == TagKind.BLOCK) + cell).tolist():
            self.texts[index] = " " + self.texts[index]
        inside = self.kinds[cell:end]
        inside[inside == TagKind.BLOCK] = TagKind.INLINE_OPEN
        inside[inside == TagKind.BLOCK_VOID] = TagKind.NOTHING
        self.texts[end] = " " + self.texts[end]


def _shows(text: str) -> bool:
    return any(map(str.strip, text_nodes(text)))


def _role(codes: Int, index: int) -> int:
    return int(codes[index] & ROLE) >> ROLE_BITS
