"""Cut a page: from its tags and texts, in order, to paragraphs and the elements around them.

All tags of a page are read at once, as arrays. Python code runs for each paragraph, not for each tag.
"""

from itertools import pairwise
from threading import local

import numpy as np

from corestory.reading.html.display import adjust, needs_adjusting
from corestory.reading.html.hidden import VISIBLE, copies_for_screens, shown_rows
from corestory.reading.html.line_breaks import (
    PROSE_WORDS,
    TWO_PARAGRAPHS,
    cut_at_blank_lines,
    cut_at_breaks,
    cut_preformatted,
)
from corestory.reading.html.markup_words import Names
from corestory.reading.html.outline import Outline
from corestory.reading.html.serialised import MARK, NormalForm, text_nodes, unescaped
from corestory.reading.html.styles import Rules
from corestory.reading.html.tags import (
    FLEXIBLE,
    HIDDEN_KINDS,
    KIND,
    NAME_BITS,
    OPENS,
    PREFORMATTED_TEXT,
    ROLE,
    ROLE_BITS,
    ElementRole,
    Nesting,
    TagKind,
    Tags,
)
from corestory.reading.html.torn import join_initials, join_lines, join_printed_breaks, split_sentences
from corestory.reading.text import is_blank
from corestory.types import Bool, Int

# The texts of links to the heading around them.
_ANCHORS = "#¶§🔗⚓"
# Editors of pages put zero-width characters around paragraphs.
_AROUND = " \u200b\u2060\ufeff"
# The limit for deep or endless markup: elements at this depth end paragraphs but are not recorded.
MAX_DEPTH = 200
# The most characters of a heading or a caption.
OF_HEADING = 500

# The kinds of tags whose names describe the inline content of a paragraph.
_NAMED = np.isin(np.arange(len(OPENS)), (TagKind.LINK, TagKind.INLINE_OPEN, TagKind.INLINE_VOID))


class _Known(local):
    """The tags seen in a thread, because pages repeat them. Renewed when full, but never within a page."""

    def __init__(self) -> None:
        self.tags = Tags()


_known = _Known()


def cut(form: NormalForm) -> Outline:
    """Cut a page into its paragraphs, without hidden ones that are not story."""
    if _known.tags.is_full:
        _known.tags = Tags()
    known = _known.tags
    tags, texts = form.tags_and_texts()
    codes = np.fromiter(map(known.__getitem__, tags), np.int64, len(tags))
    kinds = codes & KIND
    hidden = Rules(form.sheets).hidden_tags(kinds, codes >> NAME_BITS, known.names)
    kinds[hidden] = HIDDEN_KINDS.take(kinds[hidden])
    codes[hidden] &= ~FLEXIBLE
    kinds[:1] = TagKind.BLOCK  # the body, hidden or not
    if needs_adjusting(tags, codes, texts):
        adjust(codes, kinds, texts)
    # The number of characters of each text without outer white space.
    lengths = np.fromiter(map(len, map(str.strip, texts)), np.int64, len(texts))
    join_lines(tags, codes, kinds, texts, lengths)
    join_printed_breaks(kinds, texts, lengths)
    join_initials(tags, kinds, texts, lengths)
    split_sentences(kinds, texts, lengths)
    short_links = (kinds[:-1] == TagKind.LINK) & (kinds[1:] == TagKind.CLOSE) & (lengths[:-1] == 1)
    for link in np.flatnonzero(short_links).tolist():
        if texts[link].strip() in _ANCHORS:
            texts[link], lengths[link] = "", 0
    # A page without a single block or break is a text, and only its line ends show its paragraphs.
    if not (kinds[1:] >= TagKind.BREAK).any():
        codes[:1] |= PREFORMATTED_TEXT
    nesting = Nesting(OPENS.take(kinds), kinds == TagKind.CLOSE)
    if (kinds == TagKind.HIDDEN_INLINE).any() or ((kinds >= TagKind.HIDDEN) & (nesting.level >= MAX_DEPTH)).any():
        kept = _without_small_hidden(kinds, texts, nesting, form)
        texts = [text for text, is_kept in zip(texts, kept.tolist(), strict=True) if is_kept]
        codes, kinds, lengths = codes[kept], kinds[kept], lengths[kept]
        nesting = Nesting(OPENS.take(kinds), kinds == TagKind.CLOSE)
    _close_headings(codes, kinds, lengths, nesting, known.names)
    _decode(texts, lengths)
    return _outline(codes, kinds, texts, lengths, nesting, known.names)


def _close_headings(codes: Int, kinds: Int, lengths: Int, nesting: Nesting, known: Names) -> None:
    """Rename headings and captions that contain blocks with a story: they lack their end tag."""
    phrases = np.flatnonzero((kinds == TagKind.BLOCK) & (codes & ROLE == ElementRole.PHRASE << ROLE_BITS))
    ends = nesting.ends().take(phrases)
    before, blocks = np.append(0, np.cumsum(lengths)), np.append(0, np.cumsum(kinds == TagKind.BLOCK))
    open_ones = phrases[(before[ends] - before[phrases] > OF_HEADING) & (blocks[ends] > blocks[phrases] + 1)]
    codes[open_ones] = codes[open_ones] & (1 << NAME_BITS) - 1 | known.number(("div", "", ())) << NAME_BITS


def _without_small_hidden(kinds: Int, texts: list[str], nesting: Nesting, form: NormalForm) -> Bool:
    """Remove hidden parts that are short and within a line, or deep; make blocks of the other hidden parts.

    Returns
    -------
    numpy.ndarray
        Which tags are kept; `kinds` are changed.
    """
    deep = nesting.level >= MAX_DEPTH
    hidden = np.flatnonzero((kinds == TagKind.HIDDEN) | (kinds == TagKind.HIDDEN_INLINE))
    ends = nesting.ends()
    inline = np.flatnonzero(kinds == TagKind.HIDDEN_INLINE)
    depth = np.zeros(len(kinds) + 1, np.int64)
    depth[inline], depth[ends[inline]] = 1, -1
    spaces = np.zeros(len(kinds) + 1, np.int64)
    within = np.flatnonzero(np.cumsum(depth)[:-1])
    spaces[within + 1] = [form.spaces(texts[index]) for index in within.tolist()]
    np.cumsum(spaces, out=spaces)
    little = (kinds[hidden] == TagKind.HIDDEN_INLINE) & (spaces[ends[hidden]] - spaces[hidden] < PROSE_WORDS)
    kinds[hidden] = TagKind.HIDDEN
    kinds[(kinds == TagKind.HIDDEN_VOID) & deep] = TagKind.NOTHING
    kept = np.ones(len(kinds), bool)
    for begin in hidden[little | deep[hidden]].tolist():
        if kept[begin]:  # not within another one
            end = ends[begin]
            kept[begin:end] = False
            kinds[end : end + 1] = TagKind.NOTHING
    return kept


def _outline(codes: Int, kinds: Int, texts: list[str], lengths: Int, nesting: Nesting, known: Names) -> Outline:
    """Cut a page whose kinds of tags are final, and whose texts are decoded."""
    shallow = nesting.level < MAX_DEPTH
    blocks = ((kinds == TagKind.BLOCK) | (kinds == TagKind.HIDDEN)) & shallow
    ends_paragraph = kinds >= TagKind.BLOCK
    boundaries = ends_paragraph | nesting.closes(ends_paragraph)
    boundaries[_double_breaks(kinds, boundaries, lengths)] = True
    begins, firsts, ends = _places(boundaries, lengths)
    # The innermost block element around each paragraph, and around each element.
    recorded = ends_paragraph & shallow
    number, at = np.cumsum(recorded) - 1, np.flatnonzero(recorded)
    block_nesting = Nesting(blocks, nesting.closes(blocks))

    def element_around(tags: Int) -> Int:
        around = block_nesting.around(tags)
        return np.where(around >= 0, number.take(around), VISIBLE)

    elements = np.where(blocks.take(begins), number.take(begins), element_around(begins))
    parents = element_around(at)
    linked = np.append(0, np.cumsum(np.where(nesting.depth(kinds == TagKind.LINK) > 0, lengths, 0)))
    is_preformatted = (codes.take(at) & PREFORMATTED_TEXT > 0).take(elements)
    breaks = np.flatnonzero((kinds == TagKind.BREAK) & ~boundaries)
    found, paragraph, links = _paragraphs(texts, firsts, ends, breaks, is_preformatted, linked)
    named = np.flatnonzero(_NAMED.take(kinds))
    outline = Outline(
        found,
        elements.take(paragraph),
        (codes >> NAME_BITS).take(named),
        np.searchsorted(named, begins.take(paragraph)),
        np.searchsorted(named, ends.take(paragraph)),
        np.minimum(links / np.fromiter(map(len, found), np.int64, len(found)), 1.0),
        np.full(len(found), -1.0),
        parents,
        (codes >> NAME_BITS).take(at),
        known,
    )
    hidden = (kinds == TagKind.HIDDEN) & shallow
    depth = nesting.depth(hidden)
    is_hidden = depth.take(begins) > 0
    if not is_hidden.any():
        return _shown(outline)
    outermost = np.flatnonzero(hidden & (depth == 1))
    begun = np.searchsorted(outermost, begins, side="right") - 1
    return _shown(outline, np.where(is_hidden, element_around(outermost).take(begun), VISIBLE).take(paragraph))


def _places(boundaries: Bool, lengths: Int) -> tuple[Int, Int, Int]:
    """Return the boundary before each paragraph, the first visible text after it, and the boundary after that."""
    bounds, shown = np.flatnonzero(boundaries), np.flatnonzero(lengths)
    segment = np.searchsorted(bounds, shown, side="right") - 1
    new = np.flatnonzero(np.diff(segment, prepend=-1))
    segment = segment.take(new)
    return bounds.take(segment), shown.take(new), np.append(bounds, len(lengths)).take(segment + 1)


def _shown(outline: Outline, hidden_by: Int | None = None) -> Outline:
    """Leave out hidden paragraphs that are not story, and those that repeat another one for other screens."""

    def words_of(element: int) -> list[str]:
        return outline.known.block_words(int(outline.names[element])).split()

    elements, parents = outline.elements.tolist(), outline.parents.tolist()
    copies = set(copies_for_screens(outline.texts, elements, parents, words_of))
    rows = list(range(len(outline.texts)))
    if hidden_by is not None:
        rows = shown_rows(outline.texts, elements, hidden_by.tolist(), parents, words_of)
    shown_once = [row for row in rows if row not in copies]
    return outline if len(shown_once) == len(outline.texts) else outline.rows(shown_once)


def _decode(texts: list[str], lengths: Int) -> None:
    """Decode texts in place, and count again their characters without outer white space."""
    for index in np.flatnonzero(lengths).tolist():
        text = texts[index]
        if "&" in text or MARK in text:
            nodes = text_nodes(text)
            lengths[index] = sum([len(node.strip()) for node in nodes])
            texts[index] = "".join(nodes) if lengths[index] else " " if any(nodes) else ""


def _double_breaks(kinds: Int, boundaries: Bool, lengths: Int) -> Int:
    """Return every second of the line breaks without text between them, which ends a paragraph."""
    breaks = np.flatnonzero(kinds == TagKind.BREAK)
    if len(breaks) < 2:
        return breaks[:0]
    between = (np.diff(np.cumsum(boundaries)[breaks]) > 0) | (np.diff(np.cumsum(lengths > 0)[breaks - 1]) > 0)
    number = np.arange(len(breaks))
    begun = np.maximum.accumulate(np.where(np.append(True, between), number, 0))
    return np.asarray(breaks[(number - begun) % 2 == 1])


def _paragraphs(
    texts: list[str], firsts: Int, ends: Int, breaks: Int, is_preformatted: Bool, linked: Int
) -> tuple[list[str], Int, Int]:
    """Join the texts of each paragraph, and cut those whose line breaks end paragraphs.

    Returns
    -------
    found : list of str
        The visible paragraphs.
    paragraph, links : numpy.ndarray
        For each of them, the number of the paragraph before the cut, and the number of its characters in links.
    """
    found: list[str] = []
    paragraph: list[int] = []
    links: list[int] = []
    breaks_at, before = breaks.tolist(), linked.tolist()
    broken, after = np.searchsorted(breaks, firsts, side="right"), np.searchsorted(breaks, ends)
    columns = (column.tolist() for column in (firsts, ends, broken, after, is_preformatted))
    for number, (first, end, begin, stop, is_lines) in enumerate(zip(*columns, strict=True)):
        count = before[end] - before[first]
        if is_lines or begin < stop:
            lines = [first, *breaks_at[begin:stop], end]
            joined = MARK.join(["".join(texts[begin:end]) for begin, end in pairwise(lines)])
            if is_lines:
                cuts = [(whole, count) for whole in cut_preformatted(joined)]
            else:
                cuts = cut_at_breaks(joined, [before[end] - before[begin] for begin, end in pairwise(lines)])
        else:
            joined = "".join(texts[first:end])
            # Most texts are on one line, without blank lines.
            many = len(joined) > TWO_PARAGRAPHS and "\n" in joined
            cuts = (
                [(text, count) for text in cut_at_blank_lines(joined)] if many else [(" ".join(joined.split()), count)]
            )
        for whole, of_links in cuts:
            text = (unescaped(whole) if "&" in whole else whole).strip(_AROUND)
            if text[:1].isalnum() or not is_blank(text):
                found.append(text)
                paragraph.append(number)
                links.append(of_links)
    return found, np.array(paragraph, np.int64), np.array(links, np.int64)
